"""Lists of people as CSV files that no spreadsheet program takes for formulas."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pyarrow as pa

from athena_federation.errors import QueryError

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
"""What a cell begins with that spreadsheet programs compute: https://owasp.org/www-community/attacks/CSV_Injection."""


def defended(cell: object) -> str:
    """A cell as text, with an apostrophe before what a spreadsheet program would compute; nothing for None."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(DANGEROUS) else text


def write(path: Path, table: pa.Table) -> None:
    """
    A table as CSV, readable by its owner alone. A file that is there is replaced.

    Raises QueryError where it cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\r\n")  # so that both are quoted within cells
            writer.writerow(table.schema.names)
            writer.writerows([defended(cell) for cell in row.values()] for row in table.to_pylist())
    except OSError as error:
        raise QueryError(f"{path} cannot be written: {error.strerror or error}") from error
