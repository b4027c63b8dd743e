"""All rules of `privacy` together, over the answers of measures: for some departments, with or without guests.

What is shown of a choice must not tell, by itself or beside what is shown of everybody, of any other choice, or without
guests, about fewer people than the minimum.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from slackanalytics.adoption.privacy import selected, suppressed

EVERYBODY = "everybody"
"""A column that tables have on their way only."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What a measure counts."""

    people: str
    """The column with the people of each row."""
    parts: tuple[str, ...] = ()
    """The columns with some of them."""
    of: str = ""
    """The measure that says how many people there are altogether: that so many are left over must not be told, either."""


class Answers(Protocol):
    """Whoever answers measures: `Adoption`."""

    @property
    def departments(self) -> tuple[str, ...]:
        """All there are."""

    def ask(
        self, measure: str, *, since: date, until: date, departments: tuple[str, ...] = (), guests: bool = False
    ) -> pa.Table: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Whom and when a page is about."""

    answers: Answers
    since: date
    until: date
    departments: tuple[str, ...]
    guests: bool
    minimum: int

    def ask(self, measure: str, departments: tuple[str, ...] | None = None, *, guests: bool | None = None) -> pa.Table:
        """The answer, or that for other departments or without guests; with nothing hidden."""
        return self.answers.ask(
            measure, since=self.since, until=self.until,
            departments=self.departments if departments is None else departments,
            guests=self.guests if guests is None else guests,
        )  # fmt: skip


Table = Callable[[tuple[str, ...], bool], pa.Table]
"""The answer for some departments, with guests or without."""
Cut = Callable[[pa.Table], pa.Table]
"""What is taken of an answer: its first row, its last one, its sum."""


def protected(
    choice: Choice, measure: str, counted: Counted, groups: tuple[str, ...], cut: Cut = lambda table: table
) -> pa.Table:
    """The answer, or what is cut out of it, with NULL for what must not be shown and a column `hidden`."""

    def table(departments: tuple[str, ...], guests: bool) -> pa.Table:
        return cut(choice.ask(measure, departments, guests=guests))

    def wider(departments: tuple[str, ...], guests: bool) -> pa.Table:
        return widened(table(departments, guests), choice.ask(counted.of, departments, guests=guests), groups)

    found = in_every_way(choice, table, counted, groups)
    if counted.of:
        whole = Counted(EVERYBODY, (counted.people, *counted.parts))
        found = both(found, in_every_way(choice, wider, whole, groups), groups)
    return found


def in_every_way(choice: Choice, table: Table, counted: Counted, groups: tuple[str, ...]) -> pa.Table:
    """What may be shown beside the same of everybody, of each other choice, and without guests."""
    chosen, guests, everywhere = choice.departments, choice.guests, choice.answers.departments
    kinds: dict[str, Any] = {
        "groups": groups,
        "people": counted.people,
        "parts": counted.parts,
        "minimum": choice.minimum,
    }
    additive = next((name for name in ("department", "move") if name in groups), None)
    its = table(chosen, guests)
    found = suppressed(its, base=table(chosen, False) if guests else None, additive=additive, **kinds)
    if chosen:
        each = {name: table((name,), guests) for name in everywhere}
        before = {name: table((name,), False) for name in everywhere} if guests else None
        found = both(found, selected(its, each, chosen, base=before, **kinds), groups)
        found = both(found, suppressed(its, base=table((), guests), additive=None, **kinds), groups)
    return found


def widened(table: pa.Table, everybody: pa.Table, groups: tuple[str, ...]) -> pa.Table:
    """The table with how many people there are altogether: on the day or in the week of each row, or in the period."""
    counts = everybody["provisioned"].to_pylist()
    when = next((name for name in groups if name in everybody.column_names), None)
    if when is None:
        return table.append_column(EVERYBODY, pa.array([counts[0]] * table.num_rows, pa.int64()))
    known = dict(zip(everybody[when].to_pylist(), counts, strict=True))
    return table.append_column(EVERYBODY, pa.array([known.get(at, 0) for at in table[when].to_pylist()], pa.int64()))


def both(one: pa.Table, other: pa.Table, groups: tuple[str, ...]) -> pa.Table:
    """What both show; `one` decides about the columns."""
    columns = {
        name: one[name]
        if name in groups
        else pc.or_(one[name], other[name])
        if name == "hidden"
        else pc.if_else(pc.is_null(other[name]), pa.scalar(None, one.schema.field(name).type), one[name])
        for name in one.column_names
    }
    return pa.table(columns)
