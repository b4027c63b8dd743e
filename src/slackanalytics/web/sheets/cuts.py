"""What is taken of the answers of measures: a row, a sum, coarser groups; and hiding in one what another hides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc


def quarters(table: pa.Table) -> pa.Table:
    """Cohorts of three months; of each age, the people of the months that have come to it."""
    sums: dict[tuple[date, int], list[int]] = {}
    for row in table.to_pylist():
        month = row["cohort"]
        quarter = date(month.year, 3 * ((month.month - 1) // 3) + 1, 1)
        found = sums.setdefault((quarter, row["months_since"]), [0, 0])
        found[0] += row["people"]
        found[1] += row["active"]
    rows = [
        {"cohort": quarter, "months_since": age, "people": people, "active": active, "retention": active / people}
        for (quarter, age), (people, active) in sorted(sums.items())
    ]
    counts = [(name, pa.int64()) for name in ("months_since", "people", "active")]
    return pa.Table.from_pylist(rows, schema=pa.schema([("cohort", pa.date32()), *counts, ("retention", pa.float64())]))


def by_move(table: pa.Table, moves: Sequence[str]) -> pa.Table:
    """One row for each way in which people came to be active in a week."""
    rows = [{"week": row["week"], "move": move, "people": row[move]} for row in table.to_pylist() for move in moves]
    return pa.Table.from_pylist(
        rows, schema=pa.schema([("week", pa.date32()), ("move", pa.string()), ("people", pa.int64())])
    )


def first(table: pa.Table) -> pa.Table:
    return table.slice(0, 1)


def last(table: pa.Table) -> pa.Table:
    return table.slice(max(0, table.num_rows - 1))


def summed(table: pa.Table) -> pa.Table:
    counts = [f.name for f in table.schema if pa.types.is_integer(f.type)]
    return pa.table({name: [pc.sum(table[name]).as_py() or 0] for name in counts})


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


def hide(table: pa.Table, hidden: frozenset[str], groups: tuple[str, ...]) -> pa.Table:
    """The same with the figures of these departments hidden, too."""
    kept = pa.array([name not in hidden for name in table["department"].to_pylist()], pa.bool_())
    columns = {
        field.name: table[field.name]
        if field.name in groups or field.name == "hidden"
        else pc.if_else(kept, table[field.name], pa.scalar(None, field.type))
        for field in table.schema
    }
    columns["hidden"] = pc.or_(table["hidden"], pc.invert(kept))
    return pa.table(columns)
