"""What may be shown of groups: nothing that tells, or lets anybody compute, a figure about fewer people than a minimum.

A cell counts people of a group (`people`), and some of them (`parts`: those active, those who posted). Three rules:

1. A group of fewer people than the minimum shows nothing.
2. A part of 1 to minimum - 1 people is hidden, and so is one that leaves 1 to minimum - 1 others.
3. Where the groups of a margin add up to a total that is shown, the hidden ones together are a group, too: it follows from
   the total and what is shown. Further cells are hidden, the smallest first, until that group keeps the two rules above
   and leaves as many possible values as the minimum for each hidden figure.

Whatever is computed from a hidden figure is hidden with it. A part of nobody, or of everybody, is shown.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

MINIMUM = 5
"""People that a figure must be about. Viva Insights and most surveys of employees take the same."""
FLOOR = 3
"""The least that the minimum can be set to."""


class Role(StrEnum):
    """What somebody may see."""

    AGGREGATE = "aggregate"
    """Groups, by the rules here."""
    PSEUDONYMOUS = "pseudonymous"
    """Rows about people without names, who cannot be found without the key."""
    IDENTIFIED = "identified"
    """Names. Asks for a reason, which is logged."""

    @property
    def may_ask_freely(self) -> bool:
        """Whether SQL of one's own may be run: no rule about groups can hold for that."""
        return self is not Role.AGGREGATE

    @property
    def sees_names(self) -> bool:
        return self is Role.IDENTIFIED


REASON = 10
"""Characters that a reason has at least."""


@dataclass(slots=True)
class Cell:
    """One number of people, of how many, and whether it is hidden."""

    value: int
    size: int
    """People of the group: what is small goes first, so that the same groups go in every week and every table."""
    hidden: bool = False
    sizeless: bool = False
    """Whether the people of the group are hidden as well."""
    known: int | None = None
    """What the figure is at least, from the same table under a narrower filter."""


def suppressed(
    table: pa.Table,
    *,
    groups: Sequence[str],
    people: str,
    parts: Sequence[str] = (),
    minimum: int = MINIMUM,
    additive: str | None = "department",
    base: pa.Table | None = None,
) -> pa.Table:
    """
    The table with NULL for what must not be shown, and a column `hidden` that says in which rows something is.

    Args:
        table: One row per cell.
        groups: The columns that name a cell; none for a total.
        people: The column that counts the people of a cell.
        parts: The columns that count some of them. Other numbers of the table are taken to be computed from these.
        minimum: See `MINIMUM`.
        additive: The column of `groups` whose cells add up to a total that is shown somewhere, for each value of the others.
        base: The same table under a filter that leaves people out (without guests): what the difference to it would
            tell is hidden as well, and so is what is hidden there and differs by nobody or a few.
    """
    return blanked(table, groups, _hidden(table, groups, people, parts, minimum, additive, base))


def _hidden(
    table: pa.Table,
    groups: Sequence[str],
    people: str,
    parts: Sequence[str],
    minimum: int,
    additive: str | None,
    base: pa.Table | None,
) -> dict[str, list[bool]]:
    """Of each column that counts people, in which rows it is hidden."""
    values = {name: _counts(table[name]) for name in (people, *parts) if name in table.column_names}
    sizes = values[people]
    hidden = {
        name: [
            0 < size < minimum or (name != people and tells(value, size, minimum))
            for size, value in zip(sizes, column, strict=True)
        ]
        for name, column in values.items()
    }
    known: dict[str, list[int]] = {}
    if base is not None:
        beside = _rows_beside(table, base, groups)
        counts = {name: _counts(base[name]) for name in values}
        before = _hidden(base, groups, people, parts, minimum, additive, None)
        known = {name: [0 if n is None else counts[name][n] for n in beside] for name in values}
        gone = {name: [n is not None and before[name][n] for n in beside] for name in values}
        hide_differences(hidden, values, known, gone, people, minimum)
    margins: dict[tuple[Any, ...], list[int]] = {}
    if additive is not None and additive in groups and any(map(any, hidden.values())):
        for n, key in enumerate(_keys(table, [name for name in groups if name != additive])):
            margins.setdefault(key, []).append(n)
    hide_what_follows(hidden, values, known, margins.values(), people, minimum)
    return hidden


def _rows_beside(table: pa.Table, base: pa.Table, groups: Sequence[str]) -> Sequence[int | None]:
    """For each row the place of the same one in another table."""
    if table.num_rows == base.num_rows and all(table[name].equals(base[name]) for name in groups):
        return range(table.num_rows)
    rows = {key: n for n, key in enumerate(_keys(base, groups))}
    return [rows.get(key) for key in _keys(table, groups)]


def tells(value: int, size: int, minimum: int) -> bool:
    """Whether a part of a group is about too few people: those in it, or the others."""
    return 0 < value < minimum or 0 < size - value < minimum


def hide_differences(
    hidden: dict[str, list[bool]],
    values: Mapping[str, list[int]],
    known: Mapping[str, list[int]],
    gone: Mapping[str, list[bool]],
    people: str,
    minimum: int,
) -> None:
    """
    Hides what would tell about too few people beside the same figures under a narrower filter.

    Those whom the filter leaves out are a group, with its own parts. And what is hidden under the narrower filter must not
    be shown here in all but name.
    """
    for name, column in values.items():
        for n, (value, other) in enumerate(zip(column, known[name], strict=True)):
            more, added = abs(values[people][n] - known[people][n]), abs(value - other)
            few = 0 < added < minimum or (name != people and 0 < abs(more - added) < minimum)
            hidden[name][n] |= few or (gone[name][n] and added < minimum)


def hide_what_follows(
    hidden: dict[str, list[bool]],
    values: Mapping[str, list[int]],
    known: Mapping[str, list[int]],
    margins: Collection[list[int]],
    people: str,
    minimum: int,
) -> None:
    """Hides the parts of people who are hidden, and in each margin, a list of rows, what its total would tell."""
    for name, gone in hidden.items():  # people come first
        sizeless = list(hidden[people])
        gone[:] = [one or other for one, other in zip(gone, sizeless, strict=True)]
        for margin in margins:
            if any(gone[n] for n in margin):
                least = known.get(name)
                cells = [Cell(values[name][n], values[people][n], gone[n], sizeless[n], least[n] if least else None) for n in margin]  # fmt: skip
                protect(cells, minimum, whole=name == people)
                for n, cell in zip(margin, cells, strict=True):
                    gone[n] = cell.hidden


def _counts(column: pa.ChunkedArray) -> list[int]:
    return [int(value or 0) for value in column.to_pylist()]


def _keys(table: pa.Table, groups: Sequence[str]) -> list[tuple[Any, ...]]:
    """What each row is called."""
    return list(zip(*(table[name].to_pylist() for name in groups), strict=True)) if groups else [()] * table.num_rows


def selected(  # noqa: PLR0913 - all but the first three by name
    table: pa.Table,
    each: Mapping[str, pa.Table],
    chosen: Collection[str],
    *,
    groups: Sequence[str] = (),
    people: str,
    parts: Sequence[str] = (),
    minimum: int = MINIMUM,
    base: Mapping[str, pa.Table] | None = None,
) -> pa.Table:
    """
    The table about some chosen departments together, so that no two choices tell what one of them hides.

    A choice with a department whose figure is hidden would tell it to whoever takes off the others; so it shows none.

    Args:
        table: The answer for the chosen departments; without a column for the department.
        each: The answer for every single department by its name, those included that cannot be chosen.
        chosen: The chosen ones; all of them is the total, which has its own rules.
        groups: The columns that name a cell, like the day.
        people: As for `suppressed`.
        parts: As for `suppressed`.
        minimum: See `MINIMUM`.
        base: As `each`, under a filter that leaves people out.
    """
    hidden = _hidden(table, groups, people, parts, minimum, "department", None)
    if set(chosen) < each.keys():
        names, columns = ("department", *groups), [*groups, *hidden]
        stacked, before = _stacked(each, columns), None if base is None else _stacked(base, columns)
        every = _hidden(stacked, names, people, parts, minimum, "department", before)
        its, keys = (_keys(stacked, names), _keys(table, groups)) if any(map(any, every.values())) else ([], [])
        for name, gone in hidden.items() if its else ():
            told = {
                tuple(key)
                for (department, *key), one in zip(its, every[name], strict=True)
                if one and department in chosen
            }
            gone[:] = [one or key in told for one, key in zip(gone, keys, strict=True)]
    return blanked(table, groups, hidden)


def _stacked(each: Mapping[str, pa.Table], columns: Sequence[str]) -> pa.Table:
    """These columns of tables of single departments, as one table."""
    return pa.concat_tables(
        its.select(columns).append_column("department", pa.array([name] * its.num_rows, pa.string()))
        for name, its in each.items()
    )


def protect(cells: Sequence[Cell], minimum: int, *, whole: bool) -> None:
    """
    Hides more of the cells of one margin until nothing that is hidden follows from the total.

    `whole` is for cells that count all people of their groups, and not some of them.
    """
    while any(cell.hidden for cell in cells) and not kept(cells, minimum, whole=whole):
        shown = [cell for cell in cells if not cell.hidden and cell.size]
        if not shown:  # then the total is all that is known, and has its own rules
            return
        min(shown, key=lambda cell: (not whole and cell.value in (0, cell.size), cell.size)).hidden = True


def kept(cells: Sequence[Cell], minimum: int, *, whole: bool) -> bool:
    """Whether the hidden cells of a margin keep the rules together, and each of them has enough possible values."""
    hidden = [cell for cell in cells if cell.hidden]
    total = sum(cell.value for cell in hidden)
    least = [cell.known for cell in hidden if cell.known is not None]
    if least and total - sum(least) < minimum:  # what the wider filter adds to all of them is about too few people
        return False
    if whole:
        return len(hidden) > 1 and total >= minimum  # each is anything from nobody to all of them
    size = sum(cell.size for cell in hidden)
    if 0 < total < minimum or 0 < size - total < minimum:
        return False
    unknown = sum(cell.size for cell in hidden if cell.sizeless)
    for cell in hidden:
        if cell.sizeless:  # of its people, too, only the sum with those of the others is known
            values = min(unknown, total, size - total)
        else:
            values = min(cell.size, total) - max(0, total - (size - cell.size))
        if values < minimum - 1:
            return False
    return True


def blanked(table: pa.Table, groups: Sequence[str], hidden: Mapping[str, list[bool]]) -> pa.Table:
    """The table without what is hidden, and with a column `hidden`."""
    anything = [any(its) for its in zip(*hidden.values(), strict=True)]
    found = table.append_column("hidden", pa.array(anything, pa.bool_()))
    if not any(anything):
        return found
    for n, field in enumerate(table.schema):
        computed = field.name not in groups and is_number(field.type)
        gone = hidden.get(field.name, anything if computed else None)
        if gone is not None:
            shown = pc.if_else(pa.array(gone, pa.bool_()), pa.scalar(None, field.type), table[field.name])
            found = found.set_column(n, field, shown)
    return found


def is_number(kind: pa.DataType) -> bool:
    """Whether a column of that type may have been computed from others."""
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


FORMULA = re.compile(r"[\s\x00-\x1f\u200b\u200e\u200f\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r\n|%]")
"""How a cell begins that a spreadsheet may take for a formula: https://owasp.org/www-community/attacks/CSV_Injection."""


def spreadsheet_safe(value: object) -> object:
    """A value as it may stand in a CSV file: texts that look like a formula get an apostrophe; numbers stay numbers."""
    if not isinstance(value, str) or not FORMULA.match(value):
        return value
    try:
        number = float(value)
    except ValueError:
        return f"'{value}"
    return value if math.isfinite(number) and value.strip() == value else f"'{value}"
