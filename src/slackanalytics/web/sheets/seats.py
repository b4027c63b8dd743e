"""Seats that are paid for: who claimed one, who never did, who has stopped using one, and what that costs."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from slackanalytics.web import charts
from slackanalytics.web.charts import HALF, SERIES, said_day
from slackanalytics.web.sheets.question import Question
from slackanalytics.web.sheets.shapes import FEW, SEE_PEOPLE, Figure, Sheet, Tile, number, percent

INACTIVE = "billable_inactive"
PEOPLE = "billable_inactive_people"


def sheet(question: Question) -> Sheet:
    """The page for these filters."""
    figures = [inactive(question), never_claimed(question), by_department(question), people(question)]
    return Sheet(
        page="seats",
        title="Seats",
        lead=f"As of {said_day(question.filters.until)}, the last day of the period: {question.whom}.",
        tiles=tiles(question),
        figures=tuple(figures),
        notices=question.notices(),
    )


def tiles(question: Question) -> tuple[Tile, ...]:
    """Seats altogether."""
    found = next(iter(question.seats(total=True).rows), {})
    claimed = {**found, "claimed": _less(found, "provisioned", "never_claimed")}
    never, seats, idle = (found.get(name) for name in ("never_claimed", "billable", "inactive"))
    price = question.price
    cost = price.text(idle) or "–"
    note = (
        f"a month, at {price.currency} {price.amount:,.2f} a seat"
        if price.amount
        else "the price of a seat is not given"
    )
    return (
        Tile("Provisioned", number(claimed.get("provisioned")), f"people with an account on {charts.short_day(question.filters.until)}"),
        Tile("Claimed", number(claimed.get("claimed")), f"{percent(_part(claimed, 'claimed', 'provisioned'), 1)} have signed in at least once"),
        Tile("Never claimed", number(never), "have not signed in yet"),
        Tile("Billed but inactive", number(idle), f"28 days without activity, of {number(seats)} billed seats"),
        Tile("Cost of inactive seats", cost, note),
    )  # fmt: skip


def inactive(question: Question) -> Figure:
    """Billed seats without activity."""
    shown = question.seats()
    found = [{**row, "inactive_share": _part(row, "inactive", "billable")} for row in shown.rows]
    rows = [
        {**row, "text": f"{row['inactive']:,} of {number(row['billable'])}, {percent(row['inactive_share'])}"}
        for row in sorted(found, key=lambda r: -(r["inactive"] or 0))
        if row["inactive"]
    ]
    schema = pa.schema([*(shown.table.schema.field(name) for name in ("department", "billable", "inactive")), ("inactive_share", pa.float64())])  # fmt: skip
    table = pa.Table.from_pylist([{name: row[name] for name in schema.names} for row in found], schema=schema)
    hidden = sum(1 for row in found if row["billable"] is None or row["inactive"] is None)
    return Figure(
        name="billed-but-inactive",
        title="Billed seats without activity",
        caption="Billed on the last day, and not active on any of its 28 days (that day included).",
        table=table,
        headings={"department": "Department", "billable": "Billed seats", "inactive": "Inactive", "inactive_share": "Share"},
        percents=("inactive_share",),
        sql=question.sql(INACTIVE),
        drawing=charts.bars(rows, label="department", value="inactive", text="text", colour=SERIES[3], width=HALF) if rows else None,
        said="Bar chart: " + "; ".join(f"{row['department']} {row['text']}" for row in rows) + ".",
        nothing=FEW if hidden else "Every billed seat was used in the last 28 days.",
        size="half",
        hidden=hidden,
        minimum=question.minimum,
    )  # fmt: skip


def never_claimed(question: Question) -> Figure:
    """Accounts that nobody has signed in to."""
    shown = question.seats()
    table = shown.table.select(["department", "provisioned", "never_claimed"])
    rows = [
        {**row, "text": f"{row['never_claimed']:,} of {row['provisioned']:,}"}
        for row in sorted(shown.rows, key=lambda r: -(r["never_claimed"] or 0))
        if row["never_claimed"]
    ]
    hidden = sum(1 for row in table.to_pylist() if None in row.values())
    return Figure(
        name="never-claimed",
        title="Accounts never claimed",
        caption="Provisioned on the last day, and never signed in to. An invitation may be stuck.",
        table=table,
        headings={"department": "Department", "provisioned": "Provisioned", "never_claimed": "Never claimed"},
        sql=question.sql("never_claimed"),
        drawing=charts.bars(rows, label="department", value="never_claimed", text="text", colour=SERIES[1], width=HALF) if rows else None,
        said="Bar chart: " + "; ".join(f"{row['department']} {row['text']}" for row in rows) + ".",
        nothing=FEW if hidden else "Every account has been claimed.",
        size="half",
        hidden=hidden,
        minimum=question.minimum,
    )  # fmt: skip


def by_department(question: Question) -> Figure:
    """Everything about seats, department by department."""
    shown = question.seats()
    price = question.price.amount
    rows: list[dict[str, Any]] = []
    for row in shown.rows:
        signed_in, idle = _less(row, "provisioned", "never_claimed"), row["inactive"]
        cost = None if price is None or idle is None else round(price * idle, 2)
        rows.append(
            {
                "department": row["department"],
                "provisioned": row["provisioned"],
                "claimed": signed_in,
                "claimed_share": None if signed_in is None else signed_in / row["provisioned"],
                "billable": row["billable"],
                "inactive": idle,
                "cost": cost,
            }
        )
    schema = pa.schema([("department", pa.string()), ("provisioned", pa.int64()), ("claimed", pa.int64()), ("claimed_share", pa.float64()),
                        ("billable", pa.int64()), ("inactive", pa.int64()), ("cost", pa.float64())])  # fmt: skip
    table = pa.Table.from_pylist(rows, schema=schema)
    return Figure(
        name="seats-by-department",
        title="Seats by department",
        caption="Cost per month is the number of inactive seats times the price of a seat; it stays in the page’s address and nowhere else." if price else "",
        table=table if price else table.drop_columns(["cost"]),
        headings={
            "department": "Department", "provisioned": "Provisioned", "claimed": "Claimed", "claimed_share": "Claimed share",
            "billable": "Billed", "inactive": "Inactive 28 days", "cost": f"Cost a month, {question.price.currency}",
        },
        percents=("claimed_share",),
        money=("cost",),
        sql=question.sql("claimed"),
        kind="listing",
        hidden=shown.hidden,
        minimum=question.minimum,
    )  # fmt: skip


def people(question: Question) -> Figure:
    """Who does not use a billed seat: for those who may see people."""
    table = question.people(PEOPLE)
    return Figure(
        name="inactive-people",
        title="Whose seats they are",
        caption="For those who can reassign them. Each look at this list is in the audit log.",
        table=table,
        headings={"email_address": "Address", "user_id": "Slack ID", "department": "Department", "last_active": "Last active"},
        sql=question.sql(PEOPLE),
        kind="listing",
        nothing="Nobody." if question.identified else f"People are not listed. {SEE_PEOPLE}",
        personal=question.identified,
        withheld=not question.identified,
        most=200,
    )  # fmt: skip


def _less(row: dict[str, Any], whole: str, part: str) -> int | None:
    return None if row.get(whole) is None or row.get(part) is None else row[whole] - row[part]


def _part(row: dict[str, Any], part: str, whole: str) -> float | None:
    return None if not row.get(whole) or row.get(part) is None else row[part] / row[whole]
