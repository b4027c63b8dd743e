"""Slack's analytics as tables: member_analytics and day_status."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import pyarrow as pa

from athena_federation.partitions import Daily, Whole
from athena_federation.table import Column, Connector, Scan, Table
from slackanalytics.cache import Days, first_day
from slackanalytics.fields import COLUMNS
from slackanalytics.settings import Settings

NEWEST_DAYS = 30
"""Published days that a query reads when it names none."""

DAY_STATUS = (
    Column("date", pa.string(), "The day, YYYY-MM-DD (UTC)."),
    Column(
        "status",
        pa.string(),
        "published (fetched and kept), pending (not published yet), absent (Slack has no data), unknown (not asked yet).",
    ),
    Column("reason", pa.string(), "Slack's own word for a day without data."),
    Column("rows", pa.int64(), "Members in the day's file. NULL where it was not fetched."),
    Column("fetched_at", pa.string(), "When Slack was asked last, YYYY-MM-DDTHH:MM:SSZ."),
)


def connector(settings: Settings, *, days: Days | None = None, today: Callable[[], date] | None = None) -> Connector:
    """The tables of one Slack organisation.

    Args:
        settings: Which Slack, which token, where days are kept.
        days: The days, where the caller wants to see their notes and statistics afterwards.
        today: The UTC date; by default that of the settings, or the clock's.
    """
    current = today or (lambda: settings.today or datetime.now(UTC).date())
    held = days or Days(settings, today=current)
    return Connector(name="slackanalytics", tables=[_member_analytics(held), _day_status(held)], today=current)


def _member_analytics(days: Days) -> Table:
    def read(scan: Scan) -> Iterator[pa.RecordBatch]:
        return days.day(scan.day, scan.columns)

    return Table(
        name="member_analytics",
        doc="What each member of the organisation did on each day: one row per member and day, 13 months back.",
        columns=COLUMNS,
        partition=Daily(
            "date",
            since=first_day,
            lag=1,
            same_day="activity_date",
            newest=NEWEST_DAYS,
            published=days.is_published,
            kept=days.kept_days,
        ),
        read=read,
    )


def _day_status(days: Days) -> Table:
    def read(_: Scan) -> Iterator[pa.RecordBatch]:
        found = days.status()
        yield pa.RecordBatch.from_pydict(
            {
                "date": [status.day.isoformat() for status in found],
                "status": [status.status for status in found],
                "reason": [status.reason for status in found],
                "rows": [status.rows for status in found],
                "fetched_at": [f"{at:%Y-%m-%dT%H:%M:%SZ}" if (at := status.fetched_at) else None for status in found],
            },
            schema=pa.schema([(column.name, column.type) for column in DAY_STATUS]),
        )

    return Table(
        name="day_status",
        doc="Which days are at hand, which are not published yet, and which Slack has no data for. Calls nobody.",
        columns=DAY_STATUS,
        partition=Whole(),
        read=read,
    )
