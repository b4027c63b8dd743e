"""The first page: who has a seat, who is active, which departments lag."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from slackanalytics.web import charts
from slackanalytics.web.charts import SERIES, Series, said_day
from slackanalytics.web.sheets.question import Question
from slackanalytics.web.sheets.shapes import (
    HIDDEN,
    Cell,
    Change,
    Figure,
    Pivot,
    PivotRow,
    Scale,
    Sheet,
    Tile,
    growth,
    number,
    percent,
    points,
    week_column,
)
from slackanalytics.wording import plural

NOISE = 0.01
"""A change of a share that is neither good nor bad news."""
PROVISIONED = Series("provisioned", "Provisioned", SERIES[1], dash=1)
ACTIVE = Series("active", "Active", SERIES[0])


def sheet(question: Question) -> Sheet:
    """The page for these filters."""
    return Sheet(
        page="overview",
        title="Adoption",
        lead=question.lead,
        tiles=tiles(question),
        insights=question.insights() if question.anybody else None,
        figures=(by_day(question), by_department(question), by_department_week(question)),
        notices=question.notices(),
    )


def tiles(question: Question) -> tuple[Tile, ...]:
    """The five figures that everybody asks for."""
    now, before = question.row("activation"), question.before_row("activation")
    people = question.last("active_people")
    sticky = question.last("stickiness")
    versus = f"against the {plural(question.filters.days, 'day')} before" if before else ""
    return (
        Tile("Provisioned", number(now["provisioned"]), "people with a seat in the period", growth(now["provisioned"], before.get("provisioned"), neutral=True)),
        Tile("Active", number(now["active"]), "active on a day at least", growth(now["active"], before.get("active"))),
        Tile("Activation rate", percent(now["activation_rate"], 1), versus, points(now["activation_rate"], before.get("activation_rate"))),
        Tile("Weekly active", number(people.get("weekly_active")), f"7 days to {charts.short_day(question.filters.until)}"),
        Tile("Stickiness", percent(sticky.get("stickiness")), "daily of monthly active"),
    )  # fmt: skip


def by_day(question: Question) -> Figure:
    """Provisioned and active, day by day."""
    shown = question.shown("activation_by_day", groups=("day",))
    rows = shown.rows
    return Figure(
        name="activation-by-day",
        title="Provisioned and active people by day",
        caption="Distinct people per day (UTC). Weekends and holidays dip; compare weeks, not days.",
        table=shown.table,
        headings={"day": "Day", "provisioned": "Provisioned", "active": "Active", "activation_rate": "Activation rate"},
        percents=("activation_rate",),
        sql=question.sql("activation_by_day"),
        drawing=charts.lines(rows, [PROVISIONED, ACTIVE], x="day") if shown.any("active") else None,
        said=_day_words(rows),
        hidden=shown.hidden,
        minimum=question.minimum,
    )


def _day_words(rows: list[dict[str, Any]]) -> str:
    known = [row for row in rows if row["active"] is not None]
    if not known:
        return "No day to show."
    most, least = max(known, key=lambda r: r["active"]), min(known, key=lambda r: r["active"])
    return (
        f"Line chart of provisioned and active people from {said_day(known[0]['day'])} to {said_day(known[-1]['day'])}:"
        f" most active on {said_day(most['day'])} with {most['active']:,}, fewest on {said_day(least['day'])} with"
        f" {least['active']:,}."
    )


def by_department(question: Question) -> Figure:
    """The activation rate of each department, the lowest last."""
    shown = question.shown("activation_by_department")
    whole = question.of_all().row("activation")
    rows = sorted(shown.rows, key=lambda r: (r["activation_rate"] is None, -(r["activation_rate"] or 0)))
    drawn = [
        {**row, "text": f"{percent(row['activation_rate'], 1)} · {row['active']:,} of {row['provisioned']:,}"}
        for row in rows
        if row["activation_rate"] is not None
    ]
    return Figure(
        name="activation-by-department",
        title="Activation rate by department",
        caption="People active in the period, of people with a seat. The dashed line is the whole organisation. Unmatched: accounts that no row of the roster holds for on the day, as of people who have left.",
        table=shown.table,
        headings={"department": "Department", "provisioned": "Provisioned", "active": "Active", "activation_rate": "Activation rate"},
        percents=("activation_rate",),
        sql=question.sql("activation_by_department"),
        drawing=charts.bars(drawn, label="department", value="activation_rate", text="text", percent=True, reference=whole["activation_rate"], width=charts.WIDE) if drawn else None,
        said="Bar chart: " + "; ".join(f"{r['department']} {r['text']}" for r in drawn) + ".",
        hidden=shown.hidden,
        minimum=question.minimum,
    )  # fmt: skip


def by_department_week(question: Question) -> Figure:
    """Departments by weeks."""
    shown = question.shown("activation_by_department_week", groups=("department", "week"))
    totals = question.shown("activation_by_week", groups=("week",))
    weeks = sorted({row["week"] for row in shown.rows} | {row["week"] for row in totals.rows})
    found: dict[str, dict[date, dict[str, Any]]] = {}
    for row in shown.rows:
        found.setdefault(row["department"], {})[row["week"]] = row
    every = question.of_all().shown("activation_by_department_week", groups=("department", "week"))
    rates = [row["activation_rate"] for row in every.rows if row["activation_rate"] is not None]
    scale = Scale.of(rates)
    until = question.filters.until
    rows = [_pivot_row(name, weeks, by_week, scale, until) for name, by_week in sorted(found.items())]
    if len(found) > 1:
        whole = {row["week"]: row for row in totals.rows}
        name = "These departments" if question.filters.departments else "All departments"
        rows.append(_pivot_row(name, weeks, whole, scale, until, total=True))
    return Figure(
        name="activation-by-department-week",
        title="Activation rate by department and week",
        caption="People active in the week, of people with a seat in it; weeks begin on Monday. The trend compares the last two complete weeks.",
        table=shown.table,
        headings={"department": "Department", "week": "Week of", "provisioned": "Provisioned", "active": "Active", "activation_rate": "Activation rate"},
        percents=("activation_rate",),
        sql=question.sql("activation_by_department_week"),
        kind="pivot",
        pivot=Pivot(
            corner="Department",
            columns=tuple(week_column(week, until) for week in weeks),
            rows=tuple(rows),
            low=percent(scale.low),
            high=percent(scale.high),
            minimum=question.minimum,
        ),
        said="Activation rate of each department in each week, with its trend.",
        hidden=shown.hidden,
        minimum=question.minimum,
    )  # fmt: skip


def _pivot_row(
    name: str, weeks: list[date], found: dict[date, dict[str, Any]], scale: Scale, until: date, *, total: bool = False
) -> PivotRow:  # fmt: skip
    cells = []
    for week in weeks:
        row = found.get(week)
        if row is None:
            cells.append(Cell(bucket="blank", text="–", said="no seats"))
        elif row["activation_rate"] is None:
            cells.append(Cell(bucket="hidden-cell", text=HIDDEN, said="hidden"))
        else:
            cells.append(Cell(bucket=scale.bucket(row["activation_rate"]), text=percent(row["activation_rate"])))
    complete = [week for week in weeks if week + timedelta(days=6) <= until]
    rates = [found.get(week, {}).get("activation_rate") for week in complete[-2:]]
    before, after = rates if len(rates) == 2 else (None, None)
    trend = points(after, before)
    if trend and before is not None and after is not None and abs(after - before) < NOISE:
        trend = replace(trend, tone="")
    return PivotRow(name=name, cells=tuple(cells), trend=trend or Change("", "–", ""), total=total)
