"""Who was there, and did what, on which day, as bits: a column for every person of a department, a bit for every day.

How many distinct people there are over any span of days is then a few operations on a few thousand words, where a database
sorts millions of rows. What the bits mean is what the measures' SQL means; `counting` answers from them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

WORD = 32
"""Days in a word."""
SLAB = 8_192
"""People whose bits are spread out at once, a byte for every day."""

MARKS = {
    "provisioned": "true",
    "active": "is_active",
    "posting": "messages_posted_count > 0",
    "active_posting": "is_active AND messages_posted_count > 0",
    "desktop": "is_active AND is_active_desktop",
    "ios": "is_active AND is_active_ios",
    "android": "is_active AND is_active_android",
    "billable": "is_billable_seat",
    "claimed": "date_claimed IS NOT NULL",
}
"""What is known of a person on a day: the name, and the condition on `member_days`."""

SUMS = {
    "messages": "messages_posted_count",
    "channel_messages": "channel_messages_posted_count",
    "reactions": "reactions_added_count",
    "files": "files_added_count",
}
"""What is added up: the name, and the column."""

COUNTS = 4_096
"""Counts that the people of one department remember: measures of one page ask for the same."""
Words = npt.NDArray[np.uint32]
Numbers = npt.NDArray[np.int64]
Yes = npt.NDArray[np.bool_]
Whom = tuple[tuple[str, ...], bool]
"""Departments, and whether guests count."""
Daily = dict[tuple[str, int], Numbers]
"""People of each day by the mark and the days of the window."""

PLACES = """
    CREATE TEMP TABLE places AS
    SELECT *, row_number() OVER (ORDER BY department, employee, guest) - 1 AS place,
           dense_rank() OVER (ORDER BY employee) - 1 AS person
    FROM (SELECT DISTINCT department, employee, kind, kind <> 'member' AS guest FROM member_days WHERE kind <> 'bot')
"""
JOINED = (
    "FROM member_days d JOIN places p ON p.employee = d.employee AND p.department = d.department AND p.kind = d.kind"
)


@dataclass(frozen=True, slots=True)
class Claims:
    """When accounts were first signed in to, as Slack tells it."""

    persons: Numbers
    places: Numbers
    seconds: Numbers
    """Since 1970."""
    days: Numbers
    """The first day that tells it."""


class Census:
    """The bits of a reading. Any thread may count."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, *, since: date, until: date) -> None:
        """Counts `member_days` of a connection once. Raises duckdb.Error."""
        self.since = since
        self.days = (until - since).days + 1
        cursor = connection.cursor()  # its temporary table is nobody else's
        try:
            cursor.execute(PLACES)
            found = columns(
                cursor, "SELECT person, guest, department::VARCHAR AS department FROM places ORDER BY place"
            )
            self.persons = found["person"]
            self.guests = found["guest"]
            self.departments, self.codes = np.unique(found["department"].astype(str), return_inverse=True)
            self.bits = self._read_bits(cursor)
            """By mark: a row of words for every 32 days."""
            self.sums, self.told = self._read_sums(cursor)
            """By name, with axes day, department and whether of guests; and where Slack told any number."""
            claims = columns(cursor, f"SELECT person, place, date_claimed AS seconds, min({self._day}) AS day {JOINED} WHERE date_claimed IS NOT NULL GROUP BY ALL")  # fmt: skip
            self.claims = Claims(claims["person"], claims["place"], claims["seconds"], claims["day"])
            self._alone: dict[Whom, People] = {}
            self._daily: dict[Whom, Daily] = {}
        finally:
            cursor.close()

    @property
    def _day(self) -> str:
        return f"(d.activity_date - DATE '{self.since}')"

    def _read_bits(self, cursor: duckdb.DuckDBPyConnection) -> dict[str, Words]:
        bit = f"(1::UBIGINT << ({self._day} % {WORD})::UBIGINT)"
        marks = ", ".join(f"bit_or(CASE WHEN {condition} THEN {bit} ELSE 0 END) AS {name}" for name, condition in MARKS.items())  # fmt: skip
        found = columns(cursor, f"SELECT place, {self._day} // {WORD} AS word, {marks} {JOINED} GROUP BY 1, 2")
        shape = (-(-self.days // WORD), len(self.persons))
        bits = {name: np.zeros(shape, np.uint32) for name in MARKS}
        for name, words in bits.items():
            words[found["word"], found["place"]] = found[name]
        return bits

    def _read_sums(self, cursor: duckdb.DuckDBPyConnection) -> tuple[dict[str, Numbers], dict[str, Yes]]:
        added = ", ".join(f"coalesce(sum({column}), 0)::BIGINT AS {name}, count({column}) > 0 AS {name}_told" for name, column in SUMS.items())  # fmt: skip
        sql = f"SELECT {self._day} AS day, d.department::VARCHAR AS department, kind <> 'member' AS guest, {added} FROM member_days d WHERE kind <> 'bot' GROUP BY 1, 2, 3"  # noqa: S608 - names of columns, and a date
        found = columns(cursor, sql)
        shape = (self.days, len(self.departments), 2)
        where = (found["day"], np.searchsorted(self.departments, found["department"].astype(str)), found["guest"].astype(int))  # fmt: skip
        sums = {name: np.zeros(shape, np.int64) for name in SUMS}
        told = {name: np.zeros(shape, np.bool_) for name in SUMS}
        for name in SUMS:
            sums[name][where], told[name][where] = found[name], found[f"{name}_told"]
        return sums, told

    def people(self, departments: Sequence[str], *, guests: bool) -> People:
        """The people of some departments; of all where there are none."""
        chosen = np.isin(self.departments, list(departments)) if departments else np.ones(len(self.departments), bool)
        whom = (tuple(departments), guests)  # all pages ask for these, and for the others once
        if len(departments) > 1 or not chosen.any():
            return People(self, chosen, {}, guests=guests)
        daily = self._daily.setdefault(whom, {})
        if not departments:  # its words would be as large as the census
            return People(self, chosen, daily, guests=guests)
        if whom not in self._alone:
            self._alone[whom] = People(self, chosen, daily, guests=guests)
        return self._alone[whom]


class People:
    """The people of some departments, each of them once."""

    def __init__(self, census: Census, chosen: Yes, daily: Daily, *, guests: bool) -> None:
        """`daily` is where they remember what they counted day by day."""
        self.chosen = chosen
        self._daily = daily
        self._census, self._kinds = census, slice(0, 2 if guests else 1)
        places = np.flatnonzero(chosen[census.codes] & (guests | ~census.guests))
        order = np.argsort(census.persons[places], kind="stable")
        self.places = places[order]
        """Their columns, those of one person side by side."""
        self.persons, self._starts = np.unique(census.persons[self.places], return_index=True)
        self._bits: dict[str, Words] = {}
        self._counts: dict[tuple[str, int, int], int] = {}

    @property
    def departments(self) -> list[str]:
        """The chosen ones that there are."""
        return [str(name) for name in self._census.departments[self.chosen]]

    def on_any(self, mark: str, first: int, last: int) -> Yes:
        """Of each person whether the mark is there on any day from the first to the last, both included."""
        first, last = max(0, first), min(self._census.days - 1, last)
        if first > last or not len(self.persons):
            return np.zeros(len(self.persons), np.bool_)
        begin, end = first // WORD, last // WORD
        words = self._words(mark)[begin : end + 1]
        masks = np.full((end - begin + 1, 1), span(0, WORD - 1))
        masks[0] &= span(first % WORD, WORD - 1)
        masks[-1] &= span(0, last % WORD)
        found: Words = np.bitwise_or.reduce(words & masks, axis=0)
        return np.not_equal(found, 0)

    def count(self, mark: str, first: int, last: int) -> int:
        """How many people."""
        known = self._counts.get((mark, first, last))
        if known is None:
            if len(self._counts) >= COUNTS:
                self._counts.clear()
            known = self._counts[mark, first, last] = int(np.count_nonzero(self.on_any(mark, first, last)))
        return known

    def by_day(self, mark: str, *, window: int = 1) -> Numbers:
        """How many people have the mark on any day of the window that ends with each day of the census."""
        known = self._daily.get((mark, window))
        if known is None:
            slabs = (self._slab(mark, first, window) for first in range(0, len(self.persons), SLAB))
            known = self._daily[mark, window] = sum(slabs, np.zeros(self._census.days, np.int64))
        return known

    def _slab(self, mark: str, first: int, window: int) -> Numbers:
        words = self._words(mark)[:, first : first + SLAB]
        bits = np.unpackbits(np.ascontiguousarray(words.T, "<u4").view(np.uint8), axis=1, bitorder="little")
        days = np.pad(bits[:, : self._census.days], ((0, 0), (window - 1, 0)))
        width = 1
        while width < window:
            step = min(width, window - width)
            days, width = days[:, step:] | days[:, :-step], width + step
        found: Numbers = days.sum(axis=0, dtype=np.int64)
        return found

    def _words(self, mark: str) -> Words:
        if mark not in self._bits:
            words = self._census.bits[mark][:, self.places]
            several = len(self._starts) < len(self.places)
            self._bits[mark] = np.bitwise_or.reduceat(words, self._starts, axis=1) if several else words
        return self._bits[mark]

    def total(self, name: str, first: int, last: int) -> int | None:
        """The sum over these people and days; None where Slack told nothing."""
        where = (slice(max(0, first), last + 1), self.chosen, self._kinds)
        return int(self._census.sums[name][where].sum()) if self._census.told[name][where].any() else None

    def claimed_at(self, last: int, never: int) -> Numbers:
        """Of each person the second of the first sign-in, as the days until the last one tell it."""
        claims = self._census.claims
        known = np.isin(claims.places, self.places) & (claims.days <= last)
        found = np.full(len(self.persons), never, np.int64)
        np.minimum.at(found, np.searchsorted(self.persons, claims.persons[known]), claims.seconds[known])
        return found


def span(first: int, last: int) -> np.uint32:
    """A word with the bits from the first to the last."""
    return np.uint32(((1 << (last - first + 1)) - 1) << first)


def columns(cursor: duckdb.DuckDBPyConnection, sql: str) -> dict[str, Any]:
    """An answer without NULL, as arrays by their names."""
    table = cursor.sql(sql).to_arrow_table()
    return {name: table[name].to_numpy() for name in table.column_names}
