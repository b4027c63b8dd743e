"""The public API as a user's type checker sees it. Never run: mypy reads it with the tests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, assert_type

import pyarrow as pa

import slackanalytics
from athena_federation import (
    Column,
    Connector,
    ConnectorError,
    Daily,
    FederationError,
    Listed,
    NotPublished,
    Scan,
    SourceError,
    Table,
    Throttled,
    Whole,
    batches,
    local,
)
from athena_federation.engine import Progress, loopback
from athena_federation.local import Database, Plan
from athena_federation.results import Result
from slackanalytics.database import SlackDatabase


def read(scan: Scan) -> Iterator[pa.RecordBatch]:
    """A reader: what it is given, and what it may yield."""
    assert_type(scan.table, str)
    assert_type(scan.columns, tuple[str, ...])
    assert_type(scan.day, date)
    rows: list[dict[str, object]] = [{"currency": "CHF", "rate": 0.93}]
    yield from batches(rows, pa.schema([("currency", pa.string()), ("rate", pa.float64())]))


def a_connector_is_a_value() -> Connector:
    """Columns may be any sequence, partitions one of three kinds, and today a function."""
    columns = (Column("day", pa.date32(), "The day."), Column("currency", pa.string()), Column("rate", pa.float64()))
    daily = Table(name="rates", columns=columns, read=read, partition=Daily("day", since=date(1999, 1, 4), newest=30))
    whole = Table(name="currencies", columns=columns[1:2], read=read, partition=Whole())
    listed = Table(
        name="regions",
        columns=list(columns[1:]),
        read=read,
        partition=Listed(("currency",), lambda: [{"currency": "CHF"}]),
    )
    return Connector(name="ecb", tables=[daily, whole, listed], today=lambda: date(2026, 11, 23))


def a_database_answers() -> None:
    """Plans, answers and their forms."""
    with local.connect(a_connector_is_a_value(), transport=loopback) as db:
        assert_type(db, Database)
        assert_type(db.explain("SELECT 1 AS one"), Plan)
        result = db.sql("SELECT 1 AS one", progress=shown)
        assert_type(result, Result)
        assert_type(result.columns, tuple[str, ...])
        assert_type(result.rows(), list[tuple[Any, ...]])
        assert_type(len(result), int)


def shown(progress: Progress) -> None:
    """What a progress display is told."""
    assert_type(progress.done, int)
    assert_type(progress.of, int)
    assert_type(progress.rows, int)


def slack_is_such_a_database() -> None:
    """connect() takes its settings from wherever they are."""
    with slackanalytics.connect(source="demo", hr="roster.csv", environment={"SLACKANALYTICS_CACHE_DIR": "off"}) as db:
        assert_type(db, SlackDatabase)
        assert_type(db.notes(), list[str])
        db.register("hr.more", pa.table({"a": ["b"]}))
        db.view("hr.active", "SELECT user_id FROM member_analytics WHERE is_active")


def errors_have_one_root(error: FederationError) -> None:
    """Each class narrows to what it carries."""
    if isinstance(error, Throttled):
        assert_type(error.retry_after, float | None)
    elif isinstance(error, NotPublished):
        assert_type(error.reason, str)
        assert_type(error.final, bool)
    elif isinstance(error, SourceError | ConnectorError):
        assert_type(str(error), str)
