"""A connector of our own for Java to ask: tables with a column of every type, with partitions, and with too many rows."""

# ruff: noqa: DTZ001  # date64 holds points in time without a zone

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from athena_federation.partitions import Daily, Listed
from athena_federation.table import Column, Connector, Passthrough, Scan, Table
from athena_federation.values import to_array

PLACE = pa.struct([("city", pa.string()), ("height", pa.float64())])
EVERY_TYPE: dict[str, pa.DataType] = {
    "id": pa.int64(),
    "flag": pa.bool_(),
    "tiny": pa.int8(),
    "small": pa.int16(),
    "whole": pa.int32(),
    "single": pa.float32(),
    "double": pa.float64(),
    "amount": pa.decimal128(12, 2),
    "wide": pa.decimal128(38, 10),
    "name": pa.string(),
    "raw": pa.binary(),
    "born": pa.date32(),
    "seen": pa.date64(),
    "tags": pa.list_(pa.string()),
    "place": PLACE,
    "visits": pa.list_(PLACE),
}
ROWS = 120
LARGE_ROWS = 700
REGIONS = [{"region": f"r{n % 4}", "year": 2020 + n} for n in range(10)]
FIRST_DAY, TODAY = date(2023, 1, 1), date(2026, 1, 1)

Row = Mapping[str, Any]


def cell(name: str, random: Random) -> Any:  # noqa: C901, PLR0912 - a table of columns
    """A value of a column, its extremes more often than chance would have it."""
    match name:
        case "flag":
            return random.random() < 0.5
        case "tiny":
            return random.choice((-128, -1, 0, 1, 127))
        case "small":
            return random.choice((-32768, 0, 7, 32767))
        case "whole":
            return random.choice((-(2**31), 2**31 - 1, random.randrange(-50, 50)))
        case "single":
            return random.choice((0.0, -0.0, float("nan"), float("inf"), random.randrange(-9, 9) / 4))
        case "double":
            return random.choice((0.0, -0.0, float("nan"), -1e300, random.randrange(-9, 9) / 8))
        case "amount":
            return Decimal(random.choice((-999_999_999_999, 0, random.randrange(-5000, 5000)))).scaleb(-2)
        case "wide":
            return Decimal(random.randrange(-(10**27), 10**27)).scaleb(-10)
        case "name":
            return random.choice(("", "Oslo", "oslo", "Ås", "漢字", "🚀 and \u0000", "a'b\"c\\d\n"))
        case "raw":
            return random.choice((b"", b"\x00", b"\x7f", b"\xff\xfe", b"\x80"))
        case "born":
            return date(1970, 1, 1) + timedelta(
                days=random.choice((-30_000, -1, 0, 1, 19_000, random.randrange(30_000)))
            )
        case "seen":
            return datetime(1969, 12, 31) + timedelta(
                milliseconds=random.choice((1, 86_399_999, random.randrange(10**11)))
            )
        case "tags":
            return random.choice(([], [None], ["a", None, "ß"], ["x"]))
        case "place":
            return random.choice(({"city": "Oslo", "height": 23.5}, {"city": None, "height": None}))
        case "visits":
            return [cell("place", random) for _ in range(random.randrange(3))] + [None]
    raise LookupError(name)


def every_type() -> list[Row]:
    random = Random("every type")
    return [
        {"id": n} | {name: cell(name, random) for name in EVERY_TYPE if name != "id" and random.random() < 0.8}
        for n in range(ROWS)
    ]


def batch(rows: list[Row], types: Mapping[str, pa.DataType]) -> pa.RecordBatch:
    """Rows as Arrow; what a row lacks is NULL."""
    columns = [to_array(kind, [row.get(name) for row in rows]) for name, kind in types.items()]
    return pa.RecordBatch.from_arrays(columns, schema=pa.schema(list(types.items())))


def read_every_type(scan: Scan) -> Iterator[pa.RecordBatch]:
    rows = every_type()
    for start in range(0, ROWS, 50):
        yield batch(rows[start : start + 50], EVERY_TYPE).select(scan.columns)


def regional(partition: Row) -> list[Row]:
    return [{"id": partition["year"] * 100 + n, "name": f"n{n % 5}", **partition} for n in range(20)]


def read_by_region(scan: Scan) -> Iterator[pa.RecordBatch]:
    yield batch(regional(scan.partition), {"id": pa.int64(), "name": pa.string()})


def daily(scan_day: date) -> list[Row]:
    return [{"day": scan_day.isoformat(), "number": scan_day.toordinal()}]


def read_by_day(scan: Scan) -> Iterator[pa.RecordBatch]:
    yield batch(daily(scan.day), {"day": pa.string(), "number": pa.int64()})


def large() -> list[Row]:
    random = Random("large")
    return [{"id": n, "text": "x" * random.randrange(3000) + str(n)} for n in range(LARGE_ROWS)]


def read_large(scan: Scan) -> Iterator[pa.RecordBatch]:
    yield batch(large(), {"id": pa.int64(), "text": pa.string()})


def read_nothing(scan: Scan) -> Iterator[pa.RecordBatch]:
    return iter(())


def passed_through(arguments: Mapping[str, str]) -> Table:
    """What a passthrough query gives here: its own text."""

    def read(scan: Scan) -> Iterator[pa.RecordBatch]:
        yield batch([{"said": arguments["QUERY"]}], {"said": pa.string()})

    return Table(name="query", columns=[Column("said", pa.string())], read=read)


def columns(types: Mapping[str, pa.DataType]) -> list[Column]:
    return [Column(name, kind, f"The {name}.") for name, kind in types.items()]


LARGE = {"id": pa.int64(), "text": pa.string()}
BY_REGION = {"id": pa.int64(), "region": pa.string(), "name": pa.string(), "year": pa.int32()}
CONNECTOR = Connector(
    name="sample",
    tables=[
        Table(name="every_type", columns=columns(EVERY_TYPE), read=read_every_type),
        Table(
            name="by_region",
            columns=columns(BY_REGION),
            read=read_by_region,
            partition=Listed(("region", "year"), lambda: REGIONS),
        ),
        Table(
            name="by_day",
            columns=columns({"day": pa.string(), "number": pa.int64()}),
            read=read_by_day,
            partition=Daily("day", since=FIRST_DAY),
        ),
        Table(name="large", columns=columns(LARGE), read=read_large),
        Table(name="empty", columns=columns(LARGE), read=read_nothing),
    ],
    functions={
        "twice": lambda numbers: pc.multiply(numbers, 2),
        "both": lambda one, other: pc.binary_join_element_wise(one, other, "", null_handling="skip"),
        "fails": lambda numbers: 1 / 0,
    },
    passthrough=Passthrough(table=passed_through),
    today=lambda: TODAY,
)
