"""Dates as spreadsheets hold them: ISO, American, European, in words, or as Excel's serial numbers.

`03/04/2024` is two different days. Which one is meant is decided for a whole column, never for a single value: one day
above 12 settles it, and what nothing settles is not guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from slackanalytics.people.addresses import NOTHING

Style = Literal["dmy", "mdy"]
"""Day first, or month first."""

EXCEL_EPOCH = date(1899, 12, 30)
"""Day 0 of Excel's serial numbers, for days after February 1900: https://support.microsoft.com/office/date-function."""
EARLIEST, LATEST = 1900, 2200
"""Years that can be meant."""
FOREVER = 9999
"""The year by which HR systems say that something has no end."""

_CLOCK = r"(?:[t ,]+\d{1,2}:\d{2}.*)?"
_ISO = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_CLOCK}")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_NUMBERS = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_CLOCK}")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_DAY_FIRST = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)?[-/. ]+([a-z]{{3,9}})\.?[-/., ]+(\d{{4}}|\d{{2}}){_CLOCK}")
_MONTH_FIRST = re.compile(rf"([a-z]{{3,9}})\.?[-/. ]+(\d{{1,2}})(?:st|nd|rd|th)?[-/., ]+(\d{{4}}){_CLOCK}")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the values of one column say about the order of day and month: the first place and value of each kind."""

    day_first: tuple[int, str] | None = None
    month_first: tuple[int, str] | None = None
    either: tuple[int, str] | None = None
    """A value that is one day in one order and another day in the other."""

    @property
    def style(self) -> Style | None:
        """The order that is settled; None where it is not, or where values contradict each other."""
        if bool(self.day_first) == bool(self.month_first):
            return None
        return "dmy" if self.day_first else "mdy"


def evidence(values: Iterable[tuple[int, str]]) -> Evidence:
    """What (place, text) pairs of one column say about its order of day and month."""
    found: dict[str, tuple[int, str]] = {}
    for place, text in values:
        match = _NUMBERS.fullmatch(text.strip())
        if not match:
            continue
        first, second = int(match[1]), int(match[3])
        if match[2] == "." or first > 12 >= second:  # nobody puts full stops into a date that begins with the month
            found.setdefault("day_first", (place, text.strip()))
        elif second > 12 >= first:
            found.setdefault("month_first", (place, text.strip()))
        elif first != second:
            found.setdefault("either", (place, text.strip()))
    return Evidence(**found)


def parse(text: str, style: Style) -> date | None:
    """
    The day that a cell names; None where it names none, or a day so far off that "never" is meant.

    Raises ValueError for a text that is no date.
    """
    value = text.strip().lower()
    if value in NOTHING or value.startswith(("0000-00-00", "00/00/0000", f"{FOREVER}-")) or value == "0":
        return None
    year, month, day = _parts(value, style)
    if year == FOREVER:
        return None
    if not EARLIEST <= year <= LATEST:
        raise ValueError(f"the year {year} cannot be meant")
    return date(year, month, day)


def _parts(value: str, style: Style) -> tuple[int, int, int]:
    if match := _ISO.fullmatch(value):
        return int(match[1]), int(match[3]), int(match[4])
    if match := _COMPACT.fullmatch(value):
        return int(match[1]), int(match[2]), int(match[3])
    if match := _NUMBERS.fullmatch(value):
        first, second, year = int(match[1]), int(match[3]), _year(match[4])
        return (year, second, first) if style == "dmy" else (year, first, second)
    if match := _SERIAL.fullmatch(value):
        day = EXCEL_EPOCH + timedelta(days=int(match[1]))
        return day.year, day.month, day.day
    if match := _DAY_FIRST.fullmatch(value):
        return _year(match[3]), _month(match[2]), int(match[1])
    if match := _MONTH_FIRST.fullmatch(value):
        return int(match[3]), _month(match[1]), int(match[2])
    raise ValueError("not a date")


def _year(text: str) -> int:
    """Two digits mean 1969 to 2068, as POSIX has it."""
    number = int(text)
    return number if len(text) == 4 else number + (1900 if number >= 69 else 2000)


def _month(word: str) -> int:
    for number, name in enumerate(_MONTHS, start=1):
        if name.startswith(word) or (name == "september" and word == "sept"):
            return number
    raise ValueError("not the name of a month")
