"""A CSV file as a table of text: what a header names, every row whole, or an error that names the line.

Every column is varchar, as behind Athena's CSV serde, so that the same SQL means the same in both places.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from pathlib import Path

import pyarrow as pa

from athena_federation.errors import QueryError

DELIMITERS = ",;\t|"
"""What may stand between the values; the first line tells which."""


def read(path: Path) -> pa.Table:
    """
    The rows of a CSV file with a header line, in UTF-8; column names are made lower case, with `_` for other signs.

    Raises QueryError where the file cannot be read, or a line does not have as many values as the header has names.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise QueryError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise QueryError(f"{path}: not text in UTF-8 (byte {error.start:,}); save it as CSV UTF-8") from error
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    try:
        names = column_names(path, next(lines, []))
        for row in lines:
            if not row:
                continue  # a blank line
            if len(row) != len(names):
                raise QueryError(
                    f"{path}, line {lines.line_num}: {len(row)} values, where the header names {len(names)} columns"
                )
            rows.append(row)
    except csv.Error as error:
        raise QueryError(f"{path}, line {lines.line_num}: not CSV ({error}); is a quotation mark left open?") from error
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    return pa.table([pa.array(column, pa.string()) for column in columns], names=names)


def column_names(path: Path, header: list[str]) -> list[str]:
    """What the header calls the columns. Raises QueryError for a name that is missing or there twice."""
    names = [re.sub(r"\W+", "_", name.strip().lower()).strip("_") for name in header]
    if not header:
        raise QueryError(f"{path}: the file is empty; its first line must name the columns")
    if not all(names):
        raise QueryError(f"{path}: column {names.index('') + 1} has no name in the first line")
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        raise QueryError(f"{path}: the first line names the column {twice[0]} more than once")
    return names
