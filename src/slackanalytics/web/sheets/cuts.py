"""What is taken of the answers of measures: a row, a sum, coarser groups; and hiding in one what another hides."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

MONTH = 28
"""Days of a stickiness."""
STEP = 0.05
"""Steps of a stickiness of which a day is hidden: with those of the 28 windows that hold it, five people stay possible …"""
ENOUGH = 100
"""… where there are so many monthly active people; with fewer it is not shown."""


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


def hide(table: pa.Table, hidden: frozenset[str], groups: tuple[str, ...]) -> pa.Table:
    """The same with the figures of these departments hidden, too."""
    kept = pa.array([name not in hidden for name in table["department"].to_pylist()], pa.bool_())
    return _kept(table, kept, groups)


def _kept(table: pa.Table, kept: pa.Array, groups: Sequence[str]) -> pa.Table:
    """The figures of the rows that are kept; of the others only what is named."""
    columns = {
        field.name: table[field.name]
        if field.name in groups or field.name == "hidden"
        else pc.if_else(kept, table[field.name], pa.scalar(None, field.type))
        for field in table.schema
    }
    columns["hidden"] = pc.or_(table["hidden"], pc.invert(kept))
    return pa.table(columns)


def without_sums(table: pa.Table) -> pa.Table:
    """Platforms, of which one that is hidden would follow from how many people use several, or none."""
    if not any(table["hidden"].to_pylist()):
        return table
    kept = pa.array([name not in ("Several", "None of these") for name in table["platform"].to_pylist()], pa.bool_())
    return _kept(table, kept, ("platform", "active"))


def alike(table: pa.Table, minimum: int) -> pa.Table:
    """Quarters, without the ages at which a month of fewer people than the minimum has not come to that age yet."""
    rows = table.to_pylist()
    before: dict[date, int] = {}
    for row in rows:
        last, people = before.get(row["cohort"]), row["people"]
        if people is not None and last is not None and 0 < abs(last - people) < minimum:
            row.update(people=None, active=None, retention=None)
        elif people is not None:
            before[row["cohort"]] = people
    return pa.Table.from_pylist(rows, schema=table.schema)


def coarse(table: pa.Table, hidden: Collection[date]) -> pa.Table:
    """Stickiness that does not tell how many were active on a hidden day of its 28: in steps, or not at all."""
    rows = table.to_pylist()
    for row in rows:
        if any(0 <= (row["day"] - day).days < MONTH for day in hidden):
            row["average_daily_active"] = None
            enough = (row["monthly_active"] or 0) >= ENOUGH and row["stickiness"] is not None
            row["stickiness"] = round(row["stickiness"] / STEP) * STEP if enough else None
    return pa.Table.from_pylist(rows, schema=table.schema)


def untold(table: pa.Table, weeks: Collection[date], columns: Collection[str]) -> pa.Table:
    """The same without some columns in some weeks."""
    rows = [{**row, **(dict.fromkeys(columns) if row["week"] in weeks else {})} for row in table.to_pylist()]
    return pa.Table.from_pylist(rows, schema=table.schema)
