"""What the real Lambda runtime runs in these tests: a connector whose splits are as large as the query asks."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pyarrow as pa

from athena_federation.aws import Clients, LambdaConnector, lambda_handler
from athena_federation.errors import Throttled
from athena_federation.partitions import Listed
from athena_federation.table import Column, Connector, Scan, Table

SIZES = ("0", "10", "4400", "4800", "20000")
"""Partitions of the table of notes, and how many rows of a kilobyte each has."""
NOTE = "x" * 1_000
COLUMNS = (Column("size", pa.string()), Column("number", pa.int64()), Column("note", pa.string()))
SCHEMA = pa.schema([(column.name, column.type) for column in COLUMNS])


def notes(scan: Scan) -> Iterator[pa.RecordBatch]:
    size = str(scan.partition["size"])
    for first in range(0, int(size), 500):
        numbers = range(first, min(first + 500, int(size)))
        yield pa.record_batch([[size] * len(numbers), list(numbers), [NOTE] * len(numbers)], schema=SCHEMA)


def throttled(scan: Scan) -> Iterator[pa.RecordBatch]:
    raise Throttled("the source asks for patience\nBearer s3cret")


def slow(scan: Scan) -> Iterator[pa.RecordBatch]:
    for n in range(100):
        time.sleep(0.1)
        yield pa.record_batch([["0"], [n], [None]], schema=SCHEMA)


connector = Connector(
    name="notes",
    tables=[
        Table(
            name="notes",
            columns=COLUMNS,
            partition=Listed(("size",), lambda: [{"size": size} for size in SIZES]),
            read=notes,
        ),
        Table(name="throttled", columns=COLUMNS, read=throttled),
        Table(name="slow", columns=COLUMNS, read=slow),
    ],
    functions={"same": lambda column: column},
    today=lambda: date(2026, 3, 8),
)

handler = lambda_handler(connector)


class Unlimited(LambdaConnector):
    """A connector that goes by the engine's wish alone, as if base64 added nothing."""

    def __init__(self) -> None:
        super().__init__(connector, os.environ, Clients(), time.monotonic)
        assert self.handler.spilling is not None
        self.handler.spilling = replace(self.handler.spilling, answer_limit=2**62)


unlimited = Unlimited()
