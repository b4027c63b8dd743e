"""Statements, and the days that each of them needs: `*.sql` beside this file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from athena_federation import local
from athena_federation.partitions import Daily
from athena_federation.table import Column, Connector, Scan, Table

TODAY = date(2026, 11, 25)
FIRST, LAST = date(2025, 10, 25), date(2026, 11, 24)
ALL = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
USUAL = ALL[-31:-1]
HERE = Path(__file__).parent


def unread(scan: Scan) -> Iterator[pa.RecordBatch]:
    raise AssertionError(f"planning read {scan.partition}")


@pytest.fixture(scope="module")
def database() -> local.Database:
    table = Table(
        name="member_analytics",
        columns=[
            Column("date", pa.string()),
            Column("activity_date", pa.date32()),
            Column("user_id", pa.string()),
            Column("email_address", pa.string()),
            Column("is_active", pa.bool_()),
            Column("messages_posted_count", pa.int64()),
        ],
        partition=Daily(
            "date",
            since=FIRST,
            same_day="activity_date",
            newest=30,
            published=lambda day, today: (today - day).days >= 2,
        ),
        read=unread,
    )
    connector = Connector(name="slackanalytics", tables=[table], today=lambda: TODAY)
    made = local.connect(connector, now=lambda: datetime(2026, 11, 25, 9, 30, tzinfo=UTC))
    made.engines = {"slackanalytics_catalog": made.engines["slackanalytics"]}
    made.default = "slackanalytics_catalog"
    made.register("hr.hr_dataset", pa.table({"employee_email": ["a@example.com"], "department": ["Sales"]}))
    made.view("slackanalytics.november_view", "SELECT * FROM member_analytics WHERE date LIKE '2026-11-%'")
    return made


def cases() -> Iterator[tuple[str, str, str | None]]:
    """(statement, days, columns or None) of every plan file."""
    for path in sorted(HERE.glob("*.sql")):
        for block in re.split(r"\n\s*\n", path.read_text()):
            expected = dict(re.findall(r"^-- (days|columns): (.*)$", block, re.MULTILINE))
            if expected:
                yield (
                    re.sub(r"^--.*$", "", block, flags=re.MULTILINE).strip(" \n;"),
                    expected["days"],
                    expected.get("columns"),
                )


def days(text: str) -> list[date]:
    """`2026-11-01 .. 2026-11-03, 2026-11-07`, all, usual, none, and unions with `and`."""
    found: set[date] = set()
    for part in re.split(r", | and ", text):
        if part in ("all", "usual"):
            found |= set(ALL if part == "all" else USUAL)
        elif part not in ("none", "nothing asked"):
            first, _, last = part.partition(" .. ")
            low, high = date.fromisoformat(first), date.fromisoformat(last or first)
            found |= {low + timedelta(days=n) for n in range((high - low).days + 1)}
    return sorted(found)


@pytest.mark.parametrize(("sql", "expected", "columns"), list(cases()))
def test_a_statement_needs_exactly_these_days(
    database: local.Database, sql: str, expected: str, columns: str | None
) -> None:
    plan = database.explain(sql)
    if expected == "nothing asked":
        assert plan.tables == ()
        return
    (table,) = plan.tables
    assert [date.fromisoformat(day) for day in table.partitions.column("date").to_pylist()] == days(expected)
    if columns is not None:
        assert ", ".join(table.columns) == columns
