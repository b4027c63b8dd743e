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


def seats(claimed: pa.Table, billed: pa.Table, *, total: bool) -> pa.Table:
    """`never_claimed` and `billable_inactive` as one table, with what follows from both; `total` adds the departments up."""
    found = {row["department"]: row for row in billed.to_pylist()}
    rows = []
    for row in claimed.to_pylist():
        its = found.get(row["department"], {"billable": 0, "inactive": 0})
        used, stopped = its["billable"] - its["inactive"], abs(its["inactive"] - row["never_claimed"])
        rows.append({**row, "billable": its["billable"], "inactive": its["inactive"], "used": used, "stopped": stopped})
    counts = [
        (name, pa.int64()) for name in ("provisioned", "never_claimed", "billable", "inactive", "used", "stopped")
    ]
    table = pa.Table.from_pylist(rows, schema=pa.schema([("department", pa.string()), *counts]))
    return summed(table) if total else table


def without_used(table: pa.Table) -> pa.Table:
    """Of `seats` the columns that are shown; inactive seats are hidden where what follows from them must be."""
    rows = table.to_pylist()
    for row in rows:
        used, stopped = row.pop("used"), row.pop("stopped")
        row["inactive"] = None if used is None or stopped is None else row["inactive"]
        row["hidden"] = None in row.values()
    kept = [table.schema.field(name) for name in table.column_names if name not in {"used", "stopped"}]
    return pa.Table.from_pylist(rows, schema=pa.schema(kept))


PLATFORMS = ("Desktop", "iOS", "Android", "Several", "None of these")
TOGETHER = ("Several", "None of these")
"""Rows that say something of people with several platforms, or none."""


def by_number(table: pa.Table) -> pa.Table:
    """Platforms, with what follows from them: how many people use one, two, and all three."""
    rows = table.to_pylist()
    if not rows:
        return table
    people, active = {row["platform"]: row["people"] for row in rows}, rows[0]["active"]
    single, several, none = sum(people[name] for name in PLATFORMS[:3]), people["Several"], people["None of these"]
    three = single - (active - none) - several
    for name, count in (("1", active - none - several), ("2", several - three), ("3", three)):
        rows.append({"platform": name, "people": count, "active": active, "share": count / active})
    return pa.Table.from_pylist(rows, schema=table.schema)


def without_sums(table: pa.Table) -> pa.Table:
    """Of `by_number` the platforms; where anything is hidden, without what it would follow from, and in a fixed order."""
    if any(table["hidden"].to_pylist()):
        kept = pa.array([name not in TOGETHER for name in table["platform"].to_pylist()], pa.bool_())
        rows = {row["platform"]: row for row in _kept(table, kept, ("platform", "active")).to_pylist()}
        return pa.Table.from_pylist([rows[name] for name in PLATFORMS], schema=table.schema)
    return table.filter(pc.is_in(table["platform"], pa.array(PLATFORMS)))


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
