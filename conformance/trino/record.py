"""Records Trino's answers to the statements of the golden files. See README.md in this folder."""

# ruff: noqa: INP001, T201  (a script beside a Maven project, not part of a package)
from __future__ import annotations

import json
import math
import re
import sys
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import trino
from dateutil.relativedelta import relativedelta
from tables import GOLDEN, fill

ROOT = Path(__file__).parents[2]
SIGNATURES = ROOT / "src/athena_federation/dialect/signatures.tsv"


ORDERED = re.compile(r"order by[^()]*$", re.IGNORECASE)
"""A statement whose rows come in an order of their own."""


def main() -> None:
    """Usage: record.py URL [NAME…]: the signatures of functions and every golden file, or those named."""
    address = urlparse(sys.argv[1])
    connection = trino.dbapi.connect(
        host=address.hostname, port=address.port, user="golden", catalog="memory", schema="default"
    )
    fill(lambda sql: run(connection, sql)[1])
    if not sys.argv[2:]:
        record_signatures(connection)
    for file in sorted(GOLDEN.glob("*.sql")):
        if sys.argv[2:] and file.stem not in sys.argv[2:]:
            continue
        recorded = [answer(connection, statement, with_rows=file.stem != "refused") for statement in statements(file)]
        text = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in recorded)
        file.with_suffix(".json").write_text(f"[\n{text}\n]\n")
        print(f"{file.name}: {len(recorded)} answers, {sum('error' in entry for entry in recorded)} of them errors")


def record_signatures(connection: Any) -> None:
    """What SHOW FUNCTIONS has, without descriptions."""
    rows = sorted([*map(str, row[:4]), str(row[4]).lower()] for row in run(connection, "show functions")[1])
    SIGNATURES.write_text("".join("\t".join(row) + "\n" for row in rows))


def statements(file: Path) -> list[str]:
    """The lines, without comments and empty ones."""
    lines = [line.strip() for line in file.read_text().splitlines()]
    return [line for line in lines if line and not line.startswith("--")]


def run(connection: Any, sql: str) -> tuple[Any, list[list[Any]]]:
    cursor = connection.cursor()
    cursor.execute(sql)
    rows = cursor.fetchall()
    return cursor.description, rows


def answer(connection: Any, sql: str, *, with_rows: bool) -> dict[str, Any]:
    """What Trino says to a statement."""
    try:
        description, rows = run(connection, sql)
    except trino.exceptions.TrinoQueryError as error:
        return {"sql": sql, "error": error.error_name}
    columns = [[column.name.lower(), column.type_code.replace(", ", ",")] for column in description]
    if not with_rows:
        return {"sql": sql, "columns": columns}
    answers = [[shown(value) for value in row] for row in rows]
    if not ORDERED.search(sql):
        answers.sort(key=json.dumps)  # so that recording again changes nothing
    return {"sql": sql, "columns": columns, "rows": answers}


def day_interval(value: timedelta) -> str:
    """As Trino shows it: 3 04:05:06.789."""
    left = abs(value) // timedelta(milliseconds=1)
    days, left = divmod(left, 86_400_000)
    clock = f"{left // 3_600_000:02}:{left // 60_000 % 60:02}:{left // 1000 % 60:02}.{left % 1000:03}"
    return f"{'-' if value < timedelta(0) else ''}{days} {clock}"


def shown(value: Any) -> Any:  # noqa: C901  (a table of kinds)
    """A value as JSON has it."""
    match value:
        case Decimal():
            return str(value)
        case datetime() if value.tzinfo and str(value.tzinfo) != "UTC":
            return f"{value.replace(tzinfo=None).isoformat(' ', 'milliseconds')} {value.tzinfo}"
        case timedelta():
            return day_interval(value)
        case relativedelta():
            months = value.years * 12 + value.months
            return f"{'-' if months < 0 else ''}{abs(months) // 12}-{abs(months) % 12}"
        case datetime():
            return value.replace(tzinfo=None).isoformat(" ", "milliseconds")
        case date():
            return value.isoformat()
        case float() if math.isnan(value) or math.isinf(value):
            return str(value)
        case bytes():
            return value.hex()
        case list() | tuple():
            return [shown(item) for item in value]
        case dict():
            return {str(shown(key)): shown(its) for key, its in sorted(value.items(), key=str)}
        case None | bool() | int() | float() | str():
            return value
    return str(value)


if __name__ == "__main__":
    main()
