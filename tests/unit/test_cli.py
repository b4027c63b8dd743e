"""The command within this process: every error code, every format, misuse, signals, defects."""

from __future__ import annotations

import csv
import io
import json
import signal
from collections.abc import Iterator
from datetime import date
from itertools import cycle
from pathlib import Path
from typing import Any

import click
import pyarrow.parquet as pq
import pytest

from athena_federation import results
from slackanalytics import cli, delivery
from slackanalytics.simulator import ERROR_CODES, Served, Simulator

TODAY = date(2026, 11, 23)
TOKEN = "xoxp-canary-in-process"
RETRIED = {
    "internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org",
    "org_login_required", "ratelimited",
}  # fmt: skip
"""Codes that are asked about again, which takes time; the client's own tests have them."""
CODES = sorted(ERROR_CODES - RETRIED - {"file_not_yet_available"})
FIRST = date(2026, 9, 1).toordinal()
PLACES = {code: date.fromordinal(FIRST + number).isoformat() for number, code in enumerate(CODES)}
"""Each code on a day of its own."""
FILES = {
    "truncated": "2026-11-02", "bit_flip": "2026-11-03", "malformed": "2026-11-04", "html200": "2026-11-05",
    "fraction": "2026-11-06", "invalid_utf8": "2026-11-09", "ok_true": "2026-11-10", "404": "2026-11-11",
}  # fmt: skip
AWKWARD = """
    SELECT 'é☃漢, "quoted"' AS text, cast(1.50 AS decimal(10,2)) AS amount, timestamp '2026-01-01 01:02:03.456' AS at,
           date '2026-01-01' AS day, cast(NULL AS varchar) AS nothing, 12345678 AS many, true AS yes, 1 AS a, 2 AS a"""


@pytest.fixture(scope="module")
def slack() -> Iterator[Served]:
    faults = {day: code for code, day in PLACES.items()} | {day: kind for kind, day in FILES.items()}
    with Simulator(members=5, today=TODAY, token=TOKEN, rate_limit=None, faults=faults).serve() as running:
        yield running


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, slack: Served) -> None:
    for name, value in {
        "HOME": str(tmp_path),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "SLACKANALYTICS_SLACK_API_URL": slack.url,
        "SLACKANALYTICS_SLACK_TOKEN": TOKEN,
        "SLACKANALYTICS_TODAY": TODAY.isoformat(),
        "SLACKANALYTICS_RATE_LIMIT": "off",
        "SLACKANALYTICS_DEADLINE": "5",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)


def on(day: str) -> str:
    return f"SELECT user_id FROM member_analytics WHERE date = '{day}'"


def complaint(capfd: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line of a command that fails. Fails where it is more, or less, or beside an answer."""
    assert cli.run(list(arguments)) == 1
    out, err = capfd.readouterr()
    assert out == ""
    assert err.count("\n") == 1, err
    assert TOKEN not in err
    return err


@pytest.mark.parametrize(("code", "form"), list(zip(CODES, cycle(("table", "csv", "json")), strict=False)))
def test_an_error_code_of_slack_is_one_line_that_names_the_day(
    capfd: pytest.CaptureFixture[str], code: str, form: str
) -> None:
    said = complaint(capfd, "query", "--format", form, on(PLACES[code]))
    assert PLACES[code] in said
    assert code in said


@pytest.mark.parametrize(("kind", "form"), list(zip(FILES, cycle(("table", "csv", "json")), strict=False)))
def test_a_damaged_file_is_one_line_and_no_output(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, kind: str, form: str
) -> None:
    more = () if form == "table" else ("--output", "answer")
    assert FILES[kind] in complaint(capfd, "query", "--format", form, *more, on(FILES[kind]))
    assert [path.name for path in tmp_path.iterdir() if path.name != "cache"] == []


def test_one_bad_day_among_good_ones_fails_them_all(capfd: pytest.CaptureFixture[str]) -> None:
    sql = "SELECT date, count(*) AS n FROM member_analytics WHERE date BETWEEN '2026-11-04' AND '2026-11-20' GROUP BY date"
    said = complaint(capfd, "query", "--format", "csv", sql)
    assert any(day in said for day in FILES.values())


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT 1/0 AS x", "Division by zero"),
        ("SELECT messages FROM member_analytics", "messages"),
        ("SELECT * FROM nowhere", "nowhere"),
        ("SELECT FROM WHERE", ""),
        ("DROP TABLE member_analytics", ""),
        ("SELECT cast(user_id AS bigint) AS n FROM member_analytics WHERE date = '2026-11-17'", ""),
    ],
)
def test_a_statement_that_cannot_be_answered_is_one_line(
    capfd: pytest.CaptureFixture[str], sql: str, said: str
) -> None:
    told = complaint(capfd, "query", sql)
    assert said in told
    assert "TRY(" not in told


# ── formats ────────────────────────────────────────────────────────────────────────────────────────────────────────


def answered(capfd: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert cli.run(list(arguments)) == 0
    out, err = capfd.readouterr()
    assert err == ""
    return out


RECORD = {
    "text": 'é☃漢, "quoted"', "amount": 1.5, "at": "2026-01-01 01:02:03.456", "day": "2026-01-01", "nothing": None,
    "many": 12345678, "yes": True, "a": 1, "a_1": 2,
}  # fmt: skip


def test_the_names_of_the_formats_are_those_that_answers_have() -> None:
    assert set(delivery.FORMATS) == set(results.FORMATS)


def test_json_is_one_array_of_objects(capfd: pytest.CaptureFixture[str]) -> None:
    assert json.loads(answered(capfd, "query", "--format", "json", AWKWARD)) == [RECORD]
    assert json.loads(answered(capfd, "query", "--format", "json", AWKWARD + " WHERE false")) == []


def test_ndjson_is_an_object_to_a_line(capfd: pytest.CaptureFixture[str]) -> None:
    text = answered(capfd, "query", "--format", "ndjson", f"{AWKWARD} UNION ALL {AWKWARD}")
    assert [json.loads(line) for line in text.splitlines()] == [RECORD, RECORD]


def test_csv_has_no_separators_and_an_empty_field_for_null(capfd: pytest.CaptureFixture[str]) -> None:
    (names, values) = csv.reader(io.StringIO(answered(capfd, "query", "--format", "csv", AWKWARD)))
    assert names == list(RECORD)
    assert values == [
        'é☃漢, "quoted"',
        "1.50",
        "2026-01-01 01:02:03.456",
        "2026-01-01",
        "",
        "12345678",
        "true",
        "1",
        "2",
    ]


def test_parquet_holds_the_values_in_their_types(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert cli.run(["query", "-o", "answer.parquet", AWKWARD]) == 0
    assert capfd.readouterr().err == "note: 1 row written to answer.parquet\n"
    (found,) = pq.read_table(tmp_path / "answer.parquet").to_pylist()
    assert {name: str(value) for name, value in found.items()} == {
        name: str(value) for name, value in (RECORD | {"amount": "1.50", "at": "2026-01-01 01:02:03.456000"}).items()
    }


def test_a_table_is_for_people(capfd: pytest.CaptureFixture[str]) -> None:
    heading, rule, values = answered(capfd, "query", AWKWARD).splitlines()
    assert [name.strip() for name in heading.split("┃")][-2:] == ["a", "a"]
    assert set(rule) == {"━", "╇"}
    assert "12,345,678" in values
    assert "NULL" in values


def test_the_ending_of_a_file_is_its_format(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for form in delivery.FORMATS:
        assert cli.run(["query", "--output", f"answer.{form}", on("2026-11-17")]) == 0
        assert cli.run(["query", "--format", form, "--output", "other", on("2026-11-17")]) == 0
        assert (tmp_path / f"answer.{form}").read_bytes() == (tmp_path / "other").read_bytes()
    capfd.readouterr()


def test_a_statement_may_come_in_on_stdin(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("SELECT 'from stdin' AS x"))
    assert answered(capfd, "query", "-").endswith("from stdin\n")


def test_a_long_answer_says_how_much_of_it_is_shown(capfd: pytest.CaptureFixture[str]) -> None:
    sql = "SELECT * FROM UNNEST(sequence(1, 1500)) AS t (n)"
    assert cli.run(["query", sql]) == 0
    out, err = capfd.readouterr()
    assert len(out.splitlines()) == 202
    assert err == "note: the first 200 of 1,500 rows; --format csv gives all of them\n"


# ── where it goes ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_folder_that_is_not_there_is_said_before_anything_is_fetched(
    capfd: pytest.CaptureFixture[str], slack: Served
) -> None:
    before = len(slack.calls)
    assert "there is no folder nowhere" in complaint(capfd, "query", "-o", "nowhere/answer.csv", on("2026-11-18"))
    assert len(slack.calls) == before


def test_a_device_is_written_to_and_not_replaced(capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["query", "--format", "csv", "-o", "/dev/null", "SELECT 1 AS x"]) == 0
    assert Path("/dev/null").is_char_device()
    capfd.readouterr()
    assert "No space left on device" in complaint(capfd, "query", "--format", "csv", "-o", "/dev/full", "SELECT 1 AS x")
    assert Path("/dev/full").is_char_device()


@pytest.mark.parametrize(
    "arguments",
    [
        ["query"],
        ["query", " "],
        ["query", "--format", "xml", "SELECT 1 AS x"],
        ["query", "-o", "answer.xml", "SELECT 1 AS x"],
        ["query", "-o", "answer", "--format", "table", "SELECT 1 AS x"],
        ["sync", "--since", "yesterday"],
        ["simulate", "--members", "0"],
        ["simulate", "--port", "70000"],
        ["no-such-verb"],
        ["query", "--no-such-option", "SELECT 1 AS x"],
    ],
)
def test_misuse_ends_with_2_and_says_how_to_use_it(capfd: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert cli.run(arguments) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith("Usage: slackanalytics")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SLACKANALYTICS_SLACK_TOKEN", ""),
        ("SLACKANALYTICS_SLACK_TOKEN", "xoxb-a-bot"),
        ("SLACKANALYTICS_SLACK_API_URL", "http://example.com/api"),
        ("SLACKANALYTICS_DEADLINE", "soon"),
        ("SLACKANALYTICS_HR_FILE", "no-such-file.csv"),
    ],
)
def test_a_setting_that_is_wrong_is_one_line(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert complaint(capfd, "query", on("2026-11-19"))


# ── the other verbs ────────────────────────────────────────────────────────────────────────────────────────────────


def test_tables_are_listed_and_described(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "hr.csv").write_text("Employee_Email,Department\na@example.com,Sales\n")
    short = answered(capfd, "tables", "--hr", "hr.csv")
    assert "slackanalytics_catalog.hr.hr_dataset  2 columns\n" in short
    long = answered(capfd, "tables", "-v", "--hr", "hr.csv")
    assert "\n  messages_posted_count          bigint   " in long
    assert TOKEN not in long


def test_a_statement_that_reads_no_table_of_slacks_is_explained_too(capfd: pytest.CaptureFixture[str]) -> None:
    assert answered(capfd, "explain", "SELECT 1 AS x") == "no table of Slack's is read\n"


def test_kept_days_are_listed_and_forgotten(capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["sync", "--since", "2026-11-20"]) == 0
    assert capfd.readouterr().err == (
        "2 days fetched; 2 days kept\nnote: 2026-11-22: not published yet: file_not_yet_available\n"
    )
    listed = answered(capfd, "cache", "list").splitlines()
    assert [line.split(" ")[0] for line in listed[2:]] == ["2026-11-20", "2026-11-21"]
    assert cli.run(["cache", "clear"]) == 0
    assert capfd.readouterr().err == "3 days forgotten\n"
    assert cli.run(["cache", "list"]) == 0
    assert "no day is kept" in capfd.readouterr().err


def test_a_measure_is_listed_shown_and_refused(capfd: pytest.CaptureFixture[str]) -> None:
    assert "activation_by_department" in answered(capfd, "measure")
    assert answered(capfd, "measure", "provisioned", "--sql").startswith("-- How many people have an account?")
    assert cli.run(["measure", "nothing"]) == 1
    assert "there is no measure 'nothing'" in capfd.readouterr().err
    assert cli.run(["measure", "activation", "--since", "2026-11-20", "--until", "2026-11-01"]) == 2
    assert "--since 2026-11-20 is after --until 2026-11-01" in capfd.readouterr().err
    assert cli.run(["measure", "activation"]) == 1
    assert "give --hr FILE" in capfd.readouterr().err


def test_days_beyond_thirteen_months_are_forgotten(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli.run(["sync", "--since", "2026-11-20"]) == 0
    for today, told in (("2026-11-23", "0 days forgotten"), ("2027-12-21", "1 day forgotten, 2026-11-20")):
        monkeypatch.setenv("SLACKANALYTICS_TODAY", today)
        capfd.readouterr()
        assert cli.run(["cache", "purge"]) == 0
        assert capfd.readouterr().err == f"{told}\n"
    monkeypatch.setenv("SLACKANALYTICS_CACHE_DIR", "off")
    assert cli.run(["cache", "purge"]) == 0
    assert "no day is kept in a directory" in capfd.readouterr().err


def verbs(command: click.Command, *words: str) -> Iterator[tuple[str, ...]]:
    yield words
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from verbs(below, *words, name)


@pytest.mark.parametrize("words", list(verbs(cli.slackanalytics)), ids=" ".join)
def test_each_verb_explains_itself(capfd: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    assert cli.run([*words, "-h"]) == 0
    out, err = capfd.readouterr()
    assert out.startswith(f"Usage: {' '.join(('slackanalytics', *words))} ")
    assert err == ""
    assert len(out.splitlines()) > 5


# ── the unexpected ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_a_verb_whatever_a_library_makes_of_it(
    capfd: pytest.CaptureFixture[str], number: signal.Signals
) -> None:
    def interrupted(**_: Any) -> None:
        try:
            signal.raise_signal(number)
        except KeyboardInterrupt:
            raise RuntimeError("Query interrupted") from None

    signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background begins without
    with verb("interrupted", interrupted):
        assert cli.run(["interrupted"]) == 128 + number
    assert capfd.readouterr() == ("", "slackanalytics: interrupted; nothing half done is left\n")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_defect_is_shown_with_its_trace(capfd: pytest.CaptureFixture[str]) -> None:
    def defective(**_: Any) -> None:
        raise ZeroDivisionError

    with verb("defective", defective):
        assert cli.run(["defective"]) == 1
    out, err = capfd.readouterr()
    assert out == ""
    assert "ZeroDivisionError" in err
    assert err.endswith("slackanalytics: this is a defect; please report it, with the lines above\n")


class verb:  # noqa: N801 - reads as a word
    """A verb that is there for as long as the context lasts."""

    def __init__(self, name: str, body: Any) -> None:
        self.command = click.Command(name, callback=body)

    def __enter__(self) -> None:
        cli.slackanalytics.add_command(self.command)

    def __exit__(self, *_: object) -> None:
        del cli.slackanalytics.commands[str(self.command.name)]
