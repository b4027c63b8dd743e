"""A small connector for tests: a week of temperatures, and a table without partitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import pyarrow as pa

from athena_federation.messages import (
    Constraints,
    GetSplitsRequest,
    GetTableLayoutRequest,
    ReadRecordsRequest,
    Split,
    TableName,
)
from athena_federation.partitions import Daily
from athena_federation.predicate import ANY, Predicate
from athena_federation.table import Column, Connector, Scan, Table, batches

TODAY = date(2026, 3, 8)
FIRST = date(2026, 3, 1)
CITIES = ("Oslo", "Rome", None)
READINGS = TableName("weather", "readings")
STATIONS = TableName("weather", "stations")
COLUMNS = (
    Column("day", pa.string(), "The day of the reading."),
    Column("city", pa.string(), "Where it was taken."),
    Column("degrees", pa.int64(), "Degrees Celsius."),
    Column("taken", pa.date32(), "The same day, as a date."),
)
SCHEMA = pa.schema([(column.name, column.type) for column in COLUMNS])


def rows_of(day: date) -> list[dict[str, object]]:
    return [
        {"day": day.isoformat(), "city": city, "degrees": None if n == 1 else day.day * 10 + n, "taken": day}
        for n, city in enumerate(CITIES)
    ]


@dataclass
class Weather:
    """A connector that remembers which scans it was asked for."""

    scans: list[Scan] = field(default_factory=list)

    def read(self, scan: Scan) -> Iterator[pa.RecordBatch]:
        self.scans.append(scan)
        yield from batches(rows_of(scan.day), SCHEMA, size=2)

    def stations(self, scan: Scan) -> Iterator[pa.RecordBatch]:
        self.scans.append(scan)
        yield pa.record_batch({"city": ["Oslo", "Rome"], "height": pa.array([23, 21], pa.int32())})

    @property
    def connector(self) -> Connector:
        daily = Daily("day", since=FIRST, same_day="taken")
        stations = (Column("city", pa.string()), Column("height", pa.int32()))
        return Connector(
            name="weather",
            tables=[
                Table(name="readings", columns=COLUMNS, partition=daily, read=self.read),
                Table(name="stations", columns=stations, read=self.stations),
            ],
            today=lambda: TODAY,
        )


def days() -> list[date]:
    return [FIRST + timedelta(days=n) for n in range((TODAY - FIRST).days)]


def everything() -> list[dict[str, object]]:
    return [row for day in days() for row in rows_of(day)]


def layout_request(table: TableName = READINGS, predicate: Predicate = ANY) -> GetTableLayoutRequest:
    return GetTableLayoutRequest(
        catalog="weather",
        query_id="q-1",
        table=table,
        constraints=Constraints(predicate=predicate),
        schema=SCHEMA,
        partition_columns=("day",),
    )


def splits_request(partitions: pa.RecordBatch, token: str | None = None) -> GetSplitsRequest:
    return GetSplitsRequest(
        catalog="weather", query_id="q-1", table=READINGS, partitions=partitions, continuation_token=token
    )


def read_request(
    properties: Mapping[str, str],
    *,
    columns: tuple[str, ...] = ("day", "city", "degrees"),
    predicate: Predicate = ANY,
    split: Split | None = None,
    max_block_size: int = 16_000_000,
    max_inline_block_size: int = 5_242_880,
) -> ReadRecordsRequest:
    return ReadRecordsRequest(
        catalog="weather",
        query_id="q-1",
        table=READINGS,
        schema=pa.schema([SCHEMA.field(name) for name in columns]),
        split=split or Split(properties=properties),
        constraints=Constraints(predicate=predicate),
        max_block_size=max_block_size,
        max_inline_block_size=max_inline_block_size,
    )
