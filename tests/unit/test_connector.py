"""Slack's analytics as tables: what they hold, which days they have, and which of them a query reads."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from tests.faults.oracle import settings
from tests.faults.server import refusal, serving, whole

from athena_federation.predicate import ANY, Predicate, at_least
from athena_federation.table import Scan
from slackanalytics.cache import Days, first_day
from slackanalytics.connector import connector
from slackanalytics.fields import SCHEMA

TODAY = date(2026, 11, 23)


def scan(table: str, day: date | None = None, *columns: str) -> Scan:
    partition = {"date": day.isoformat()} if day else {}
    return Scan(table=table, columns=columns or tuple(SCHEMA.names), partition=partition, predicate=ANY)


def test_the_connector_is_named_after_the_product_and_has_two_tables() -> None:
    made = connector(settings("http://127.0.0.1:1"), today=lambda: TODAY)
    assert made.name == made.schema == "slackanalytics"
    assert [table.name for table in made.tables] == ["member_analytics", "day_status"]
    assert all(table.doc for table in made.tables)
    assert made.today() == TODAY


def test_a_fixed_day_in_the_settings_is_today() -> None:
    assert connector(settings("http://127.0.0.1:1", SLACKANALYTICS_TODAY="2026-11-23")).today() == TODAY


def test_member_analytics_has_the_declared_columns_with_comments() -> None:
    table = connector(settings("http://127.0.0.1:1")).tables[0]
    assert table.schema.names == SCHEMA.names
    assert all(column.doc for column in table.columns)


@pytest.mark.parametrize(
    ("today", "first"),
    [
        (date(2026, 11, 23), date(2025, 10, 23)),
        (date(2026, 3, 31), date(2025, 2, 28)),
        (date(2025, 3, 31), date(2024, 2, 29)),
        (date(2026, 1, 1), date(2024, 12, 1)),
        (date(2026, 2, 28), date(2025, 1, 28)),
    ],
)
def test_slack_keeps_thirteen_months(today: date, first: date) -> None:
    assert first_day(today) == first


def test_without_a_day_the_newest_thirty_published_days_are_read() -> None:
    table = connector(settings("http://127.0.0.1:1"), today=lambda: TODAY).tables[0]
    days = [partition["date"] for partition in table.partitions(TODAY, ANY)]
    assert len(days) == 30
    assert days[-1] == "2026-11-21"
    assert days == sorted(days)


@pytest.mark.parametrize("column", ["date", "activity_date"])
def test_a_condition_on_either_day_column_prunes(column: str) -> None:
    table = connector(settings("http://127.0.0.1:1"), today=lambda: TODAY).tables[0]
    since = date(2026, 11, 20)
    bound = at_least(pa.string(), since.isoformat()) if column == "date" else at_least(pa.date32(), since)
    found = table.partitions(TODAY, Predicate(summary={column: bound}))
    assert [partition["date"] for partition in found] == ["2026-11-20", "2026-11-21", "2026-11-22"]


def test_days_that_slack_cannot_have_are_never_listed() -> None:
    table = connector(settings("http://127.0.0.1:1"), today=lambda: TODAY).tables[0]
    days = [
        str(p["date"])
        for p in table.partitions(TODAY, Predicate(summary={"date": at_least(pa.string(), "1900-01-01")}))
    ]
    assert (days[0], days[-1]) == ("2025-10-23", "2026-11-22")


def test_kept_days_older_than_slack_goes_are_still_there(tmp_path: Path) -> None:
    old, later = date(2026, 10, 3), TODAY + timedelta(days=400)
    with serving(whole()) as running:
        given = settings(running.url, SLACKANALYTICS_CACHE_DIR=str(tmp_path))
        Days(given, today=lambda: TODAY).keep(old)
        table = connector(given, today=lambda: later).tables[0]
        assert table.partitions(later, Predicate(summary={"date": at_least(pa.string(), "1900-01-01")}))[0] == {
            "date": "2026-10-03"
        }
        assert sum(batch.num_rows for batch in table.read(scan("member_analytics", old))) == 100
    assert len(running.requests) == 1


def test_a_day_is_read_with_the_columns_asked_for() -> None:
    with serving(whole()) as running:
        table = connector(settings(running.url), today=lambda: TODAY).tables[0]
        (batch,) = table.read(scan("member_analytics", date(2026, 10, 3), "is_active", "date"))
    assert batch.schema == pa.schema([("is_active", pa.bool_()), ("date", pa.string())])
    assert batch.num_rows == 100


def test_day_status_tells_what_is_known_and_calls_nobody(tmp_path: Path) -> None:
    with serving(whole(), refusal("file_not_yet_available"), refusal("file_not_found")) as running:
        given = settings(running.url, SLACKANALYTICS_CACHE_DIR=str(tmp_path))
        days = Days(given, today=lambda: TODAY)
        for day in (date(2026, 10, 3), date(2026, 11, 22), date(2026, 10, 5)):
            days.keep(day)
        calls = len(running.requests)
        (batch,) = connector(given, days=days, today=lambda: TODAY).tables[1].read(scan("day_status"))
        assert len(running.requests) == calls == 3
    rows = {row["date"]: row for row in batch.to_pylist()}
    assert len(rows) == 396
    assert (rows["2026-10-03"]["status"], rows["2026-10-03"]["rows"]) == ("published", 100)
    assert (rows["2026-11-22"]["status"], rows["2026-11-22"]["reason"]) == ("pending", "file_not_yet_available")
    assert (rows["2026-10-05"]["status"], rows["2026-10-05"]["rows"]) == ("absent", None)
    assert rows["2026-10-04"] == {
        "date": "2026-10-04",
        "status": "unknown",
        "reason": None,
        "rows": None,
        "fetched_at": None,
    }
    assert rows["2026-10-03"]["fetched_at"].endswith("Z")
