"""Tables as CSV files that a spreadsheet opens as what they are."""

from __future__ import annotations

import csv
import io
from datetime import date

import pyarrow as pa

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
"""How a text begins that a spreadsheet may take for a formula: https://owasp.org/www-community/attacks/CSV_Injection."""


def csv_text(table: pa.Table) -> str:
    """The table with its columns' names; a figure that is hidden is an empty field."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow([harmless(name) for name in table.column_names])
    columns = [column.to_pylist() for column in table.columns]
    for row in zip(*columns, strict=True):
        rows.writerow([cell(value) for value in row])
    return out.getvalue()


def cell(value: object) -> object:
    """A value as it stands in a file."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    return harmless(value) if isinstance(value, str) else value


def harmless(text: str) -> str:
    """A text that no spreadsheet runs: with an apostrophe before what could begin a formula."""
    return f"'{text}" if text.lstrip(" \u00a0").startswith(FORMULA) else text
