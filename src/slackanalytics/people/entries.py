"""The rows of a roster, one by one: accepted with their values, or rejected with the reason."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from slackanalytics.people import addresses
from slackanalytics.people.columns import DATES, Choice
from slackanalytics.people.dates import Style, parse
from slackanalytics.people.sheets import Sheet

ATTRIBUTES = ("department", "location", "job_title", "cost_center", "worker_type")
"""What people can be grouped by."""


TOTALS = frozenset({
    "total", "totals", "grandtotal", "sum", "count", "summe", "gesamt", "gesamtsumme", "insgesamt", "anzahl", "somme",
    "totalgénéral", "suma", "recuento",
})  # fmt: skip
"""What stands in place of a number in the last line of an export."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of a roster."""

    place: int
    """Its line, row or number in the file."""
    employee_email: str | None
    """As written."""
    employee_number: str | None
    department: str | None
    location: str | None
    manager_email: str | None
    job_title: str | None
    cost_center: str | None
    worker_type: str | None
    hire_date: date | None
    termination_date: date | None
    """The first day no longer employed."""
    effective_from: date | None
    """The day since which the row holds; None where it always has."""

    @property
    def address(self) -> str | None:
        """The address as it is compared."""
        return addresses.normalised(self.employee_email) if self.employee_email else None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is left out, and why. The reason repeats no value: it may be shown to anybody."""

    place: int
    reason: str


def entries_of(
    sheet: Sheet, choice: Choice, styles: Mapping[str, Style]
) -> tuple[tuple[Entry, ...], tuple[Rejected, ...]]:
    """The rows of a sheet that can be used, and those that cannot."""
    accepted: list[Entry] = []
    rejected: list[Rejected] = []
    width = len(sheet.header)
    for place, cells in sheet.rows:
        if len(cells) < width or any(cell.strip() for cell in cells[width:]):
            reason = f"{len(cells)} values, where the header names {width} columns"
            rejected.append(Rejected(place, reason))
            continue
        found = _entry(place, {name: cells[index] for name, index in choice.places.items()}, styles)
        (accepted if isinstance(found, Entry) else rejected).append(found)  # type: ignore[arg-type]  # by its kind
    return tuple(accepted), tuple(rejected)


def _entry(place: int, cells: Mapping[str, str], styles: Mapping[str, Style]) -> Entry | Rejected:
    address, number = _address(cells.get("employee_email", "")), _number(cells.get("employee_number", ""))
    if address and (fault := addresses.fault(address)):
        return Rejected(place, fault)
    if not address and re.sub(r"\W+", "", number or "").casefold() in TOTALS:
        return Rejected(place, "a line of totals, and no person")
    if not address and not number:
        return Rejected(place, "neither an e-mail address nor an employee number")
    try:
        hired, left, since = (_day(cells, name, styles) for name in DATES)
    except ValueError as error:
        return Rejected(place, str(error))
    manager = _address(cells.get("manager_email", ""))
    department, location, title, center, kind = (cells.get(name) or None for name in ATTRIBUTES)
    return Entry(
        place=place,
        employee_email=address,
        employee_number=number,
        department=department,
        location=location,
        manager_email=addresses.normalised(manager) if manager and not addresses.fault(manager) else None,
        job_title=title,
        cost_center=center,
        worker_type=kind,
        hire_date=hired,
        # One of an earlier employment: HR systems keep it when somebody comes back.
        termination_date=None if hired and left and left < hired else left,
        effective_from=since,
    )


def _day(cells: Mapping[str, str], name: str, styles: Mapping[str, Style]) -> date | None:
    try:
        return parse(cells.get(name, ""), styles.get(name, "dmy"))
    except ValueError as error:
        raise ValueError(f"{name} is not a date") from error


def _address(cell: str) -> str | None:
    return None if cell.strip().lower() in addresses.NOTHING else cell


def _number(cell: str) -> str | None:
    """As text: leading zeros mean something. `1234.0` is what spreadsheets make of 1234."""
    text = cell.strip()
    if text.lower() in addresses.NOTHING:
        return None
    return text.removesuffix(".0") if re.fullmatch(r"\d+\.0", text) else text
