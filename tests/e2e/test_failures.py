"""What cannot be answered ends with 1, one line that names the day and the reason, and nothing else."""

from __future__ import annotations

import socket
import time

import pytest
from tests.e2e.command import Desk
from tests.e2e.slack import packed, row, serving

from slackanalytics.simulator import Served

TABLE = "slackanalytics_catalog.slackanalytics.member_analytics"


def on(day: str) -> str:
    return f"SELECT user_id FROM {TABLE} WHERE date = '{day}'"


@pytest.mark.parametrize(
    ("day", "form", "reason"),
    [
        ("2026-11-02", "table", "cut"),
        ("2026-11-04", "json", "line 21"),
        ("2026-11-05", "csv", "neither a gzip file"),
        ("2026-11-09", "ndjson", "missing_scope"),
        ("2026-11-12", "parquet", "file_not_found"),
    ],
)
def test_a_day_that_goes_wrong_is_one_line(desk: Desk, faulty: Served, day: str, form: str, reason: str) -> None:
    done = desk.run("query", "--format", form, on(day), SLACKANALYTICS_SLACK_API_URL=faulty.url)
    assert day in done.complaint
    assert reason in done.complaint
    assert desk.left_over() == []


def test_a_server_that_hangs_is_left_at_the_deadline(desk: Desk, faulty: Served) -> None:
    began = time.monotonic()
    done = desk.run(
        "query", "--output", "answer.csv", on("2026-11-06"),
        SLACKANALYTICS_SLACK_API_URL=faulty.url, SLACKANALYTICS_DEADLINE="2",
    )  # fmt: skip
    assert 2 <= time.monotonic() - began < 30
    assert "2026-11-06: not complete after 2 s" in done.complaint
    assert not (desk.folder / "answer.csv").exists()
    assert desk.left_over() == []


def test_an_answer_goes_into_its_file_whole_or_the_old_file_stays(desk: Desk, faulty: Served) -> None:
    address = {"SLACKANALYTICS_SLACK_API_URL": faulty.url}
    target = desk.folder / "answer.csv"
    target.write_text("before")
    assert "2026-11-03" in desk.run("query", "--output", "answer.csv", on("2026-11-03"), **address).complaint
    assert target.read_text() == "before"
    done = desk.run("query", "--output", "answer.csv", on("2026-11-18"), **address)
    assert (done.code, done.out, done.err) == (0, b"", "note: 40 rows written to answer.csv\n")
    assert len(target.read_text().splitlines()) == 41
    assert desk.left_over() == []


def test_a_port_where_nobody_listens_is_one_line(desk: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    done = desk.run("query", on("2026-11-10"), SLACKANALYTICS_SLACK_API_URL=f"http://127.0.0.1:{port}/api")
    assert "2026-11-10: the connection to 127.0.0.1 failed (Connection refused)" in done.complaint


def test_a_reader_of_stdout_that_has_seen_enough_is_no_error(desk: Desk) -> None:
    with serving({"2026-11-10": packed([row("2026-11-10", number) for number in range(20_000)])}) as slack:
        process = desk.started(
            "query", "--format", "csv", f"SELECT * FROM {TABLE} WHERE date = '2026-11-10'",
            SLACKANALYTICS_SLACK_API_URL=slack.url,
        )  # fmt: skip
        with process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.readline()
            process.stdout.close()
            said = process.stderr.read()
    assert (process.returncode, said) == (0, b"")
