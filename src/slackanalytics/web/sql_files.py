"""Rows of an answer as texts: for the page, for CSV that no spreadsheet runs, and as Parquet."""

from __future__ import annotations

import csv
import io
import json
import math
from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from slackanalytics.adoption.privacy import spreadsheet_safe

LONGEST = 300
"""Characters of a cell that a page shows."""


def text(value: object) -> str:
    """A value as Athena writes it."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float() if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M:%S.") + f"{value.microsecond // 1000:03}"
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
        case bytes():
            return " ".join(f"{byte:02x}" for byte in value)
        case list() | dict() | tuple():
            return json.dumps(value, default=text, ensure_ascii=False)
    return str(value)


def cell(value: object) -> str:
    """A value on a page, where a long one ends with how long it is."""
    shown = text(value)
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}… ({len(shown):,} characters)"


def rows(table: pa.Table, most: int | None = None) -> list[tuple[Any, ...]]:
    """The first rows as Python values; columns may share a name."""
    first = table if most is None else table.slice(0, most)
    return list(zip(*(column.to_pylist() for column in first.columns), strict=True))


def csv_text(table: pa.Table) -> str:
    """With a header line. What a spreadsheet might take for a formula begins with an apostrophe."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\r\n")
    lines.writerow([spreadsheet_safe(name) for name in table.column_names])
    for row in rows(table):
        lines.writerow(
            [spreadsheet_safe(text(v)) if not isinstance(v, int | float | Decimal) else text(v) for v in row]
        )
    return out.getvalue()


def parquet(table: pa.Table) -> bytes:
    """Compressed; a name that repeats gets `_1`, `_2` …"""
    seen: Counter[str] = Counter()
    names = []
    for name in table.column_names:
        names.append(f"{name}_{seen[name]}" if seen[name] else name)
        seen[name] += 1
    sink = pa.BufferOutputStream()
    pyarrow.parquet.write_table(table.rename_columns(names), sink, compression="zstd")
    return bytes(sink.getvalue())
