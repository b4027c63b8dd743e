"""The HR roster: who works here, in which department, since when. Read whole, checked, and said what became of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa

from athena_federation import csv_file
from athena_federation.errors import QueryError
from slackanalytics.people import columns, sheets
from slackanalytics.people.dates import Style
from slackanalytics.people.entries import Entry, Rejected, entries_of
from slackanalytics.people.persons import Persons, persons_of
from slackanalytics.people.sheets import Sheet
from slackanalytics.people.spellings import Spelling, unified
from slackanalytics.people.styles import settled
from slackanalytics.wording import plural

SCHEMA = pa.schema(
    [(name, pa.date32() if name in columns.DATES else pa.string()) for name in columns.FIELDS],
)
"""What `Roster.rows` consists of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """The rows of a roster that can be relied on, and what was found on the way to them."""

    path: Path
    form: str
    """What kind of file it is, in words."""
    unit: str
    """What the file's rows are called: line, row, or user."""
    entries: tuple[Entry, ...]
    """The accepted rows, in the file's order."""
    persons: Persons
    """Who the rows are about."""
    read: int
    """Rows below the header that are not blank, accepted or not."""
    rejected: tuple[Rejected, ...]
    columns_used: Mapping[str, str]
    """Field -> the column of the file that it was taken from."""
    columns_dropped: tuple[str, ...]
    """Columns that were not kept."""
    dates: Mapping[str, Style]
    """Field -> the order of day and month, for columns in which it matters."""
    spellings: tuple[Spelling, ...]
    """Names that were written in several ways."""
    notes: tuple[str, ...]
    """What readers of the figures should know."""
    file_date: date
    """The day as of which the file is."""
    date_in_name: bool
    """Whether the file's name says so; otherwise it is the day on which the file was last changed (UTC)."""
    today: date
    rows: pa.Table = field(init=False, repr=False)
    """The accepted rows (`SCHEMA`). Texts are tidied, addresses as written; a row without effective_from always holds."""

    def __post_init__(self) -> None:
        arrays = [pa.array([getattr(entry, f.name) for entry in self.entries], f.type) for f in SCHEMA]
        object.__setattr__(self, "rows", pa.table(arrays, schema=SCHEMA))

    @property
    def age(self) -> int:
        """Days from the file's date to today."""
        return max(0, (self.today - self.file_date).days)

    @property
    def people(self) -> int:
        """How many people the rows are about."""
        return len(self.persons.rows)


def read(
    path: str | Path, *, today: date, mapping: Mapping[str, str] | None = None, dates: Style | None = None
) -> Roster:
    """
    The roster in a file: CSV, TSV, a workbook, or a SCIM listing. Columns that no question needs are not kept.

    Args:
        path: The file.
        today: The UTC date.
        mapping: Field -> the column of the file that it is in, where the names do not tell.
        dates: The order of day and month in dates like 03/04/2024, where the values do not tell.

    Raises:
        QueryError: the file cannot be read, a column cannot be told, dates can be read in two ways.
        Duplicates: somebody is there twice for the same time.
    """
    where, given = Path(path), dict(mapping or {})
    sheet = sheets.read(where, lambda cells: columns.recognised(cells, given))
    choice = columns.choose(str(where), sheet.header, [cells for _, cells in sheet.rows], given)
    styles, notes = settled(str(where), sheet, choice, dates)
    accepted, rejected = entries_of(sheet, choice, styles)
    if not accepted:
        why = f"; the first: {sheet.unit} {rejected[0].place}: {rejected[0].reason}" if rejected else ""
        raise QueryError(f"{where}: none of {len(sheet.rows):,} rows can be used{why}")
    tidied, spellings = unified(accepted)
    entries, persons = persons_of(str(where), sheet.unit, tidied)
    file_date, in_name = dated(where, today)
    return Roster(
        path=where,
        form=sheet.form,
        unit=sheet.unit,
        entries=entries,
        persons=persons,
        read=len(sheet.rows),
        rejected=rejected,
        columns_used=choice.used,
        columns_dropped=choice.dropped,
        dates=styles,
        spellings=spellings,
        notes=(*sheet.notes, *notes, *_missing(choice.used, entries), *persons.notes),
        file_date=file_date,
        date_in_name=in_name,
        today=today,
    )


def _missing(used: Mapping[str, str], entries: Sequence[Entry]) -> list[str]:
    """Columns and values without which something cannot be told."""
    lacking = {
        "department": "everybody counts as Unmatched; if there is one, name it: --column department=NAME",
        "employee_number": "people are matched by their addresses alone",
        "termination_date": "leavers cannot be told",
    }
    notes = [f"no column for {name}: {what}" for name, what in lacking.items() if name not in used]
    without = sum(entry.department is None for entry in entries)
    if "department" in used and without:
        notes.append(f"{plural(without, 'row')} without a department; whoever they are about is shown as Unmatched")
    return notes


def dated(path: Path, today: date) -> tuple[date, bool]:
    """The day as of which a file is: the one in its name, else that of its last change. Whether it is in the name."""
    for match in re.finditer(r"(?<!\d)(20\d\d)[-_.]?(\d\d)[-_.]?(\d\d)(?!\d)", path.stem):
        try:
            named = date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            continue
        if named <= today:
            return named, True
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).date(), False


def text_table(path: Path) -> pa.Table:
    """
    Every column and row of a file as varchar, under names fit for SQL: what `hr.hr_dataset` is.

    Plain CSV is taken as it is. Of workbooks, SCIM listings, text in other encodings and CSV with titles above the header
    it is what `read` reads, all columns.

    Raises QueryError where the file cannot be read, or a row has more or fewer values than the header has names.
    """
    plain = sheets.is_plain(path)
    try:
        if plain:
            return csv_file.read(path)
    except QueryError:
        if not _sheet(path).skipped:
            raise
    sheet = _sheet(path)
    width = len(sheet.header)
    for place, cells in sheet.rows:
        if len(cells) != width:
            raise QueryError(
                f"{path}, {sheet.unit} {place}: {len(cells)} values, where the header names {width} columns"
            )
    columns_of = [pa.array([cells[place] for _, cells in sheet.rows], pa.string()) for place in range(width)]
    return pa.table(columns_of, names=sheets.column_names(sheet.header))


def _sheet(path: Path) -> Sheet:
    return sheets.read(path, lambda cells: columns.recognised(cells, {}))
