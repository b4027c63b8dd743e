"""A statement fetches the days that it needs, each once, and its figures are those of the files."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from tests.e2e.command import Desk, Done
from tests.e2e.slack import packed, row, serving

from slackanalytics.simulator import Served, Simulator

TABLE = "slackanalytics_catalog.slackanalytics.member_analytics"
MONTH = (
    f"SELECT date, is_active, email_address, messages_posted_count FROM {TABLE} "
    "WHERE date >= date_format(date_trunc('month',current_date),'%Y-%m-%d')"
)


def days(first: str, last: str) -> list[str]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return [(start + timedelta(days=n)).isoformat() for n in range((end - start).days + 1)]


NOVEMBER = days("2026-11-01", "2026-11-22")
NEWEST = days("2026-10-23", "2026-11-21")
"""The 30 newest published days: the simulator is two days late, and so is Slack."""
STATEMENTS = [
    pytest.param(f"select * from {TABLE} where date='2026-11-10'", ["2026-11-10"], id="one day"),
    pytest.param(
        f"select * from {TABLE} where date IN ('2026-11-12', '2026-11-03')", ["2026-11-03", "2026-11-12"], id="two days"
    ),
    pytest.param(f"select * from {TABLE}", NEWEST, id="no day named"),
    pytest.param(MONTH, NOVEMBER, id="the month so far"),
]


def asked(slack: Served) -> list[str]:
    return sorted(str(call.day) for call in slack.calls)


def rows_of(done: Done) -> list[dict[str, str]]:
    assert done.code == 0, done.err
    return list(csv.DictReader(io.StringIO(done.text)))


def raw(simulator: Simulator, wanted: list[str]) -> list[dict[str, object]]:
    """The rows of published days, read without anything of ours."""
    files = [simulator.day_file(date.fromisoformat(day)) for day in wanted if day <= "2026-11-21"]
    return [json.loads(line) for file in files for line in gzip.decompress(b"".join(file)).splitlines()]


def total(found: list[dict[str, object]] | list[dict[str, str]]) -> int:
    return sum(int(str(one.get("messages_posted_count") or 0)) for one in found)


@pytest.mark.parametrize(("sql", "wanted"), STATEMENTS)
def test_exactly_the_days_that_are_needed_are_fetched_and_only_once(
    desk: Desk, slack: Served, simulator: Simulator, sql: str, wanted: list[str]
) -> None:
    address = {"SLACKANALYTICS_SLACK_API_URL": slack.url}
    foreseen = desk.run("explain", sql, **address)
    assert re.search(rf"^days +{len(wanted)} of ", foreseen.text, re.MULTILINE), foreseen.text
    assert re.search(rf"^calls +{len(wanted)} to Slack", foreseen.text, re.MULTILINE), foreseen.text
    assert asked(slack) == []
    first = desk.run("query", "--format", "csv", sql, **address)
    assert asked(slack) == wanted
    figures = raw(simulator, wanted)
    assert len(rows_of(first)) == len(figures)
    assert total(rows_of(first)) == total(figures)
    again = desk.run("query", "--format", "csv", sql, **address)
    assert asked(slack) == wanted
    assert again.out == first.out
    assert desk.left_over() == []


def late(day: str) -> bytes | str:
    """A company of five, on every day that is published."""
    return packed([row(day, number) for number in range(5)]) if day <= "2026-11-21" else "file_not_yet_available"


@pytest.mark.parametrize(("sql", "wanted"), [STATEMENTS[1], STATEMENTS[3]])
def test_a_slack_that_is_not_our_simulator_is_asked_for_the_same_days(desk: Desk, sql: str, wanted: list[str]) -> None:
    with serving(late) as slack:
        first = desk.run("query", "--format", "csv", sql, SLACKANALYTICS_SLACK_API_URL=slack.url)
        assert sorted(slack.asked) == wanted
        assert total(rows_of(first)) == sum(
            row(day, n)["messages_posted_count"] for day in wanted if day <= "2026-11-21" for n in range(5)
        )
        later = desk.run("explain", sql, SLACKANALYTICS_SLACK_API_URL=slack.url)
        assert re.search(r"^calls +0 to Slack", later.text, re.MULTILINE), later.text


def mixed(*absent: str, pending: str = "") -> Callable[[str], bytes | str]:
    return lambda day: "file_not_yet_available" if day == pending else "file_not_found" if day in absent else late(day)


def test_days_without_data_are_named_beside_the_answer_from_the_others(desk: Desk) -> None:
    sql = f"SELECT date, count(*) AS members FROM {TABLE} WHERE date BETWEEN '2026-11-17' AND '2026-11-21' GROUP BY 1 ORDER BY 1"
    with serving(mixed("2026-11-17", "2026-11-18", pending="2026-11-21")) as slack:
        done = desk.run("query", "--format", "csv", sql, SLACKANALYTICS_SLACK_API_URL=slack.url)
    assert [one["date"] for one in rows_of(done)] == ["2026-11-19", "2026-11-20"]
    assert done.err.splitlines() == [
        "note: 2026-11-17 to 2026-11-18: no data: file_not_found",
        "note: 2026-11-21: not published yet: file_not_yet_available",
    ]


def test_a_statement_none_of_whose_days_has_data_fails(desk: Desk) -> None:
    sql = f"SELECT count(*) AS members FROM {TABLE} WHERE date BETWEEN '2026-11-17' AND '2026-11-18'"
    with serving(mixed("2026-11-17", "2026-11-18")) as slack:
        done = desk.run("query", sql, SLACKANALYTICS_SLACK_API_URL=slack.url)
    assert "2026-11-17" in done.complaint
    assert "file_not_found" in done.complaint


def test_a_statement_whose_only_day_is_not_published_yet_has_no_rows_and_says_so(desk: Desk) -> None:
    with serving({"2026-11-22": "file_not_yet_available"}) as slack:
        done = desk.run(
            "query", "--format", "csv", f"SELECT user_id FROM {TABLE} WHERE date = '2026-11-22'",
            SLACKANALYTICS_SLACK_API_URL=slack.url,
        )  # fmt: skip
    assert (done.code, done.text) == (0, "user_id\n")
    assert done.err == "note: 2026-11-22: not published yet: file_not_yet_available\n"


def test_a_sync_fetches_what_is_missing_and_nothing_twice(desk: Desk) -> None:
    with serving(late) as slack:
        address = {"SLACKANALYTICS_SLACK_API_URL": slack.url}
        desk.run("query", f"SELECT count(*) AS n FROM {TABLE} WHERE date = '2026-11-10'", **address)
        first = desk.run("sync", "--since", "2026-11-08", **address)
        assert sorted(slack.asked) == days("2026-11-08", "2026-11-22")
        assert first.err.splitlines()[0] == "13 days fetched; 14 days kept"
        again = desk.run("sync", "--since", "2026-11-08", **address)
        assert again.err.splitlines()[0] == "0 days fetched; 14 days kept"
        assert len(slack.asked) == 15
