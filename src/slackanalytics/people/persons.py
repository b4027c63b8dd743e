"""Who the rows of a roster are about: one person may have several rows, each with a date of its own.

A person is their employee number where there is one, else their address. Two rows of a person for the same time, or one
address for two people at the same time, are an error that names both rows; which of them is right is not ours to pick.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from athena_federation.errors import QueryError
from slackanalytics.people.entries import Entry
from slackanalytics.wording import plural

SHOWN = 20
"""Pairs of rows that an error names; `Duplicates.pairs` has all."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rows that cannot both be right."""

    one: Entry
    two: Entry
    reason: str

    def told(self, unit: str) -> str:
        """Both rows, in one line."""
        return f"{unit}s {self.one.place} and {self.two.place}: {self.reason}: {_told(self.one)} | {_told(self.two)}"


class Duplicates(QueryError):
    """Somebody is in the roster twice for the same time."""

    def __init__(self, where: str, unit: str, pairs: Sequence[Pair]) -> None:
        self.pairs = tuple(pairs)
        """Every two rows that cannot both be right, in the file's order."""
        self.unit = unit
        several = f"{plural(len(pairs), 'pair')} of rows contradict" if len(pairs) > 1 else "two rows contradict"
        self.summary = f"{where}: {several} each other; remove one of them, or give each its effective date"
        """What is wrong and what to do, without the rows."""
        lines = [f"{self.summary}: {pairs[0].told(unit)}", *(pair.told(unit) for pair in pairs[1:SHOWN])]
        if len(pairs) > SHOWN:
            lines.append(f"and {len(pairs) - SHOWN:,} more")
        super().__init__("\n".join(lines))


def _told(entry: Entry) -> str:
    what = (entry.employee_number, (entry.employee_email or "").strip(), entry.department, entry.effective_from)
    return ", ".join(str(each) for each in what if each)


@dataclass(frozen=True, slots=True, kw_only=True)
class Persons:
    """The people of a roster."""

    rows: Mapping[str, tuple[Entry, ...]]
    """Person -> their rows, the oldest first."""
    superseded: frozenset[tuple[str, str]]
    """(normalised address, person) for addresses that somebody else has now."""
    notes: tuple[str, ...]


def persons_of(where: str, unit: str, entries: Sequence[Entry]) -> tuple[tuple[Entry, ...], Persons]:
    """
    The rows, with the dates from which they hold, and the people that they are about.

    Raises Duplicates.
    """
    keys = _keys(entries)
    grouped: dict[str, list[Entry]] = {}
    for entry, key in zip(entries, keys, strict=True):
        grouped.setdefault(key, []).append(entry)
    pairs: list[Pair] = []
    rows: dict[str, tuple[Entry, ...]] = {}
    snapshots = 0
    for key, its in grouped.items():
        if len(its) == 1:  # a snapshot: whatever its date, nothing is known of the time before
            (only,) = its
            snapshots += bool(only.effective_from and only.hire_date and only.effective_from > only.hire_date)
            rows[key] = (replace(only, effective_from=None) if only.effective_from else only,)
            continue
        history = _rehired(its)
        pairs += _same_start(history)
        rows[key] = tuple(sorted(history, key=lambda entry: entry.effective_from or date.min))
    superseded, contested = _holders(rows)
    pairs += contested
    if pairs:
        raise Duplicates(where, unit, sorted(pairs, key=lambda pair: (pair.one.place, pair.two.place)))
    notes = []
    if snapshots:
        notes.append(
            f"{'1 person has' if snapshots == 1 else f'{snapshots:,} people have'} a single row, effective since later than they were hired; it counts for the days"
            " before, too: the file does not say what was then"
        )
    if superseded:
        told = "1 address was" if len(superseded) == 1 else f"{len(superseded):,} addresses were"
        notes.append(f"{told} passed on from a leaver; accounts count for who has it now")
    by_place = {entry.place: entry for its_rows in rows.values() for entry in its_rows}
    return tuple(by_place[entry.place] for entry in entries), Persons(
        rows=rows, superseded=frozenset(superseded), notes=tuple(notes)
    )


def _keys(entries: Sequence[Entry]) -> Iterator[str]:
    """The person of each row. A row without a number is the person's who has its address, where that is one person."""
    numbers: dict[str, set[str]] = {}
    for entry in entries:
        if entry.address and entry.employee_number:
            numbers.setdefault(entry.address, set()).add(entry.employee_number)
    for entry in entries:
        known = numbers.get(entry.address or "", set())
        yield entry.employee_number or (next(iter(known)) if len(known) == 1 else entry.address or "")


def _rehired(its: Sequence[Entry]) -> list[Entry]:
    """A person's rows; rows without dates of their own that are one employment after another begin when it began."""
    undated = sorted((e for e in its if not e.effective_from), key=lambda entry: entry.hire_date or date.min)
    follows = all(
        one.termination_date and two.hire_date and one.termination_date <= two.hire_date
        for one, two in pairwise(undated)
    )
    if len(undated) < 2 or not follows:
        return list(its)
    first, *later = undated
    dated = [entry for entry in its if entry.effective_from]
    return [first, *dated, *(replace(entry, effective_from=entry.hire_date) for entry in later)]


def _same_start(history: Sequence[Entry]) -> Iterator[Pair]:
    first: dict[date | None, Entry] = {}
    for entry in sorted(history, key=lambda each: each.place):
        one = first.setdefault(entry.effective_from, entry)
        if one is not entry:
            since = f", both effective {entry.effective_from}" if entry.effective_from else ""
            yield Pair(one, entry, f"the same person{since}")


def _holders(rows: Mapping[str, Sequence[Entry]]) -> tuple[set[tuple[str, str]], list[Pair]]:
    """Addresses of several people: who had one before, and where two people have the very same at the same time."""
    owners: dict[str, dict[str, Entry]] = {}
    for person, its in rows.items():
        for entry in its:
            if entry.address:
                owners.setdefault(entry.address, {}).setdefault(person, entry)
    superseded: set[tuple[str, str]] = set()
    contested: list[Pair] = []
    for address, people in owners.items():
        if len(people) == 1:
            continue
        ordered = sorted(people, key=lambda person: _employment(rows[person]))
        spans = [_employment(rows[person]) for person in ordered]
        if all(one[1] <= two[0] for one, two in pairwise(spans)):
            superseded |= {(address, person) for person in ordered[:-1]}
            continue
        written: dict[str, Entry] = {}
        for entry in sorted(people.values(), key=lambda each: each.place):
            one = written.setdefault((entry.employee_email or "").strip(), entry)
            if one is not entry:
                contested.append(Pair(one, entry, "one address for two people"))
    return superseded, contested


def _employment(its: Sequence[Entry]) -> tuple[date, date]:
    """From the first day known to the first day no longer employed."""
    begins = [entry.hire_date or entry.effective_from or date.min for entry in its]
    return min(begins), its[-1].termination_date or date.max
