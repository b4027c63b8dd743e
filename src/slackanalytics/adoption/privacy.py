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
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pyarrow as pa

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
            tell is hidden as well.
    """
    rows = table.to_pylist()
    counted = [name for name in (people, *parts) if name in table.column_names]
    sizes = [int(row[people] or 0) for row in rows]
    cells = {name: [Cell(int(row[name] or 0), size) for row, size in zip(rows, sizes, strict=True)] for name in counted}
    for n, row in enumerate(rows):
        small = 0 < (row[people] or 0) < minimum
        for name in counted:
            value, whole = int(row[name] or 0), int(row[people] or 0)
            cells[name][n].hidden = small or (name != people and (0 < value < minimum or 0 < whole - value < minimum))
    if base is not None:
        hide_differences(rows, base.to_pylist(), groups, cells, minimum)
    margins: dict[tuple[Any, ...], list[int]] = {}
    if additive is not None and additive in groups:
        for n, row in enumerate(rows):
            margins.setdefault(tuple(row[name] for name in groups if name != additive), []).append(n)
    for name in counted:  # people come first: where they are hidden, so are their parts
        for n, cell in enumerate(cells[people]):
            cells[name][n].hidden |= cell.hidden
            cells[name][n].sizeless = cell.hidden
        for margin in margins.values():
            protect([cells[name][n] for n in margin], minimum, whole=name == people)
    return blanked(table, rows, groups, cells)


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
    counted = [name for name in (people, *parts) if name in table.column_names]
    shown = suppressed(table, groups=groups, people=people, parts=parts, minimum=minimum).to_pylist()
    if set(chosen) < each.keys():
        names = [*groups, *counted]
        schema = pa.schema([("department", pa.string()), *(table.schema.field(name) for name in names)])
        stacked = suppressed(
            _stacked(each, schema), groups=("department", *groups), people=people, parts=parts, minimum=minimum,
            base=None if base is None else _stacked(base, schema),
        )  # fmt: skip
        gone = {
            (tuple(row[name] for name in groups), name)
            for row in stacked.to_pylist()
            if row["department"] in chosen
            for name in counted
            if row[name] is None
        }
        numbers = [f.name for f in table.schema if f.name not in groups and f.name not in counted and is_number(f.type)]
        for row in shown:
            hidden = [name for name in counted if (tuple(row[name] for name in groups), name) in gone]
            if hidden:
                row.update(dict.fromkeys([*hidden, *numbers]), hidden=True)
    return pa.Table.from_pylist(shown, schema=table.schema.append(pa.field("hidden", pa.bool_())))


def _stacked(each: Mapping[str, pa.Table], schema: pa.Schema) -> pa.Table:
    """Tables of single departments as one."""
    names = [name for name in schema.names if name != "department"]
    rows = [{**row, "department": name} for name, its in each.items() for row in its.select(names).to_pylist()]
    return pa.Table.from_pylist(rows, schema=schema)


def hide_differences(
    rows: list[dict[str, Any]],
    base: list[dict[str, Any]],
    groups: Sequence[str],
    cells: dict[str, list[Cell]],
    minimum: int,
) -> None:
    """Hides cells that differ from those of another filter by too few people."""
    before = {tuple(row[name] for name in groups): row for row in base}
    for n, row in enumerate(rows):
        other = before.get(tuple(row[name] for name in groups), {})
        for name, column in cells.items():
            column[n].known = int(other.get(name) or 0)
            if 0 < abs(column[n].value - int(other.get(name) or 0)) < minimum:
                column[n].hidden = True


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


def blanked(
    table: pa.Table, rows: list[dict[str, Any]], groups: Sequence[str], cells: dict[str, list[Cell]]
) -> pa.Table:
    """The table without what is hidden."""
    hidden = [any(column[n].hidden for column in cells.values()) for n in range(len(rows))]
    columns = []
    for field in table.schema:
        values = [row[field.name] for row in rows]
        if field.name in cells:
            values = [None if cell.hidden else value for cell, value in zip(cells[field.name], values, strict=True)]
        elif field.name not in groups and is_number(field.type):
            values = [None if gone else value for gone, value in zip(hidden, values, strict=True)]
        columns.append(pa.array(values, field.type))
    return pa.table([*columns, pa.array(hidden, pa.bool_())], names=[*table.schema.names, "hidden"])


def is_number(kind: pa.DataType) -> bool:
    """Whether a column of that type may have been computed from others."""
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def too_small(tables: Iterable[pa.Table], *, group: str, people: str, minimum: int = MINIMUM) -> frozenset[str]:
    """Groups that hold fewer people than the minimum somewhere: a selection that holds one of them must not be totalled."""
    return frozenset(row[group] for table in tables for row in table.to_pylist() if 0 < (row[people] or 0) < minimum)


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
