"""A table out of one CSV file: `python examples/static.py`."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from athena_federation import Column, Connector, Corrupt, Scan, Table, batches, local

FILE = Path(__file__).with_name("plants.csv")
COLUMNS = [
    Column("name", pa.string(), "What the plant is called."),
    Column("country", pa.string(), "ISO 3166-1 alpha-2 code."),
    Column("fuel", pa.string(), "What it runs on."),
    Column("megawatts", pa.int64(), "Capacity; NULL where it is not known."),
    Column("opened", pa.int32(), "Year."),
]
SCHEMA = pa.schema([(column.name, column.type) for column in COLUMNS])


def read_plants(_: Scan) -> Iterator[pa.RecordBatch]:
    """The whole file, every time: it is small."""
    with FILE.open(encoding="utf-8", newline="") as file:
        yield from batches((plant(number, line) for number, line in enumerate(csv.DictReader(file), start=2)), SCHEMA)


def plant(number: int, line: dict[str, str]) -> dict[str, object]:
    """A line of the file as a row. What is no number is an error, not a NULL."""
    try:
        megawatts = int(line["megawatts"]) if line["megawatts"] else None
        return {**line, "megawatts": megawatts, "opened": int(line["opened"])}
    except (KeyError, TypeError, ValueError) as error:
        raise Corrupt(f"{FILE.name}, line {number}: not the columns of a plant") from error


plants = Table(name="plants", doc="Power plants.", columns=COLUMNS, read=read_plants)
connector = Connector(name="energy", tables=[plants])

if __name__ == "__main__":
    with local.connect(connector) as db:
        db.sql("SELECT country, sum(megawatts) AS megawatts FROM plants GROUP BY country ORDER BY country").show()
