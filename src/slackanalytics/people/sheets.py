"""A file of people as a header and rows of text, whatever it was exported as: CSV of any kind, a workbook, SCIM.

Every row keeps the place that its file gives it, counted as people count: lines and rows from 1, the header included.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from athena_federation.errors import QueryError

DELIMITERS = ",;\t|"
NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
SOUGHT = 25
"""Records at the beginning of a file among which the header is looked for: exports have titles above it."""
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How the files of spreadsheet programs begin: zip archives, and the compound files of older ones."""
JSON = ("{", "[")
NEAR = 200
"""Bytes at the beginning of a file that tell UTF-16 from other text: every other one is zero."""

Recognised = Callable[[Sequence[str]], int]
"""How many of a record's cells name a column that is known."""
Row = tuple[int, tuple[str, ...]]
"""A row's place in its file, and its cells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a file holds, as text."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    form: str
    """What kind of file it is, in words."""
    unit: str = "line"
    """What a row is called there: line, row or user."""
    skipped: int = 0
    """How many lines stand above the header."""
    notes: tuple[str, ...] = ()


def read(path: Path, recognised: Recognised) -> Sheet:
    """
    The header and rows of a file. Blank rows are left out.

    Raises QueryError where the file cannot be read as any kind that is known.
    """
    data = contents(path)
    if data.startswith(WORKBOOKS):
        from slackanalytics.people import workbooks

        return workbooks.read(path, data, recognised)
    text, encoding = decoded(path, data)
    if text.lstrip().startswith(JSON):
        from slackanalytics.people import directories

        return directories.read(path, text)
    return separated(path, text, encoding, recognised)


def contents(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise QueryError(f"{path}: {error.strerror or error}") from error


def is_plain(path: Path) -> bool:
    """Whether a file is text in UTF-8 that may be CSV, and nothing else. Raises QueryError where there is no file."""
    data = contents(path)
    if data.startswith(WORKBOOKS) or b"\0" in data[:NEAR]:
        return False
    try:
        return not data.decode("utf-8-sig").lstrip().startswith(JSON)
    except UnicodeDecodeError:
        return False


def decoded(path: Path, data: bytes) -> tuple[str, str]:
    """A file's text, and the name of its encoding: UTF-8 or UTF-16, with or without a mark, or Windows-1252."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _utf16(path, data, "utf-16")
    start = data[:NEAR]
    if b"\0" in start:
        high = start[::2].count(0) > start[1::2].count(0)
        return _utf16(path, data, "utf-16-be" if high else "utf-16-le")
    try:
        return data.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError as error:
        whole = len(re.findall(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}", data))
        if whole > len(data.decode("utf-8", "replace")) - len(data.decode("utf-8", "ignore")):
            raise QueryError(
                f"{path}: neither UTF-8 nor Windows-1252, but a mixture of both (byte {error.start:,}); export it again"
            ) from error
    try:
        return data.decode("cp1252"), "Windows-1252"
    except UnicodeDecodeError as error:
        raise QueryError(
            f"{path}: not text in UTF-8, UTF-16 or Windows-1252 (byte {error.start:,}); save it as CSV UTF-8"
        ) from error


def _utf16(path: Path, data: bytes, codec: str) -> tuple[str, str]:
    try:
        return data.decode(codec), "UTF-16"
    except UnicodeDecodeError as error:
        raise QueryError(f"{path}: not whole as text in UTF-16 (byte {error.start:,}); export it again") from error


def separated(path: Path, text: str, encoding: str, recognised: Recognised) -> Sheet:
    """Text in which something stands between values: which sign it is, is what makes most of the header known."""
    above = 0
    if match := re.match(r'"?sep=([,;\t|])"?\r?\n', text):  # what Excel writes and reads
        text, above, candidates = text[match.end() :], 1, match[1]
    else:
        candidates = DELIMITERS
    best = max(candidates, key=lambda sign: _score(_beginning(text, sign), recognised))
    index = header_of([cells for _, cells in _beginning(text, best)], recognised)
    try:
        records = [(line + above, tuple(cells)) for line, cells in _records(text, best) if any(map(str.strip, cells))]
    except csv.Error as error:
        place, _, what = str(error).partition(": ")
        raise QueryError(f"{path}, line {int(place) + above}: {what}; is a quotation mark left open?") from error
    if not records:
        raise QueryError(f"{path}: the file is empty; it should begin with the names of its columns")
    line, header = records[index]
    return Sheet(
        header=header,
        rows=tuple(records[index + 1 :]),
        form=f"text in {encoding}, {NAMES[best]} between values" + (f", header in line {line}" if line > 1 else ""),
        skipped=line - 1,
    )


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Records with the line on which each begins. Raises csv.Error, which begins with the line."""
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        begins = lines.line_num + 1
        try:
            cells = next(lines, None)
        except csv.Error as error:
            raise csv.Error(f"{begins}: not CSV ({error})") from error
        if cells is None:
            return
        yield begins, cells


def _beginning(text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    """The first records that are not blank, as far as they can be read with this delimiter."""
    found: list[tuple[int, list[str]]] = []
    records = _records(text, delimiter)
    while len(found) < SOUGHT:
        try:
            record = next(records, None)
        except csv.Error:
            break
        if record is None:
            break
        if any(map(str.strip, record[1])):
            found.append(record)
    return found


def _score(records: Sequence[tuple[int, Sequence[str]]], recognised: Recognised) -> tuple[int, int]:
    known = max((recognised(cells) for _, cells in records), default=0)
    return known, len(records[0][1]) if records else 0


def header_of(records: Sequence[Sequence[str]], recognised: Recognised) -> int:
    """Which of some records names the columns: the first of those that name most; the very first where none does."""
    known = [recognised(cells) for cells in records[:SOUGHT]]
    return known.index(max(known)) if known else 0


def column_names(header: Sequence[str]) -> list[str]:
    """Names fit for SQL, each once: lower case, `_` for other signs, `_2` for the second of a name."""
    found: list[str] = []
    for place, name in enumerate(header, start=1):
        plain = re.sub(r"\W+", "_", name.strip().lower()).strip("_") or f"column_{place}"
        number = 1
        while (unique := plain if number == 1 else f"{plain}_{number}") in found:
            number += 1
        found.append(unique)
    return found
