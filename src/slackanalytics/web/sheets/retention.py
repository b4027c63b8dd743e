"""Who comes, stays, goes and comes back."""

from __future__ import annotations

from datetime import date
from typing import Any

from slackanalytics.web import charts
from slackanalytics.web.charts import SERIES, Series, said_day, short_day
from slackanalytics.web.sheets.question import Question
from slackanalytics.web.sheets.shapes import (
    HIDDEN,
    Cell,
    Column,
    Figure,
    Pivot,
    PivotRow,
    Scale,
    Sheet,
    Tile,
    number,
    percent,
)

RETURNING = Series("returning", "Returning", SERIES[0])
NEW = Series("new", "New", SERIES[2])
RESURRECTED = Series("resurrected", "Back again", SERIES[3])
JOINING = Series("joining", "New or back again", SERIES[2])
LAPSED = Series("lapsed", "Lapsed", SERIES[4])


def sheet(question: Question) -> Sheet:
    """The page for these filters."""
    return Sheet(
        page="retention",
        title="Retention",
        lead=question.lead,
        tiles=tiles(question),
        figures=(flow(question), cohorts(question)),
        notices=question.notices(),
    )


def tiles(question: Question) -> tuple[Tile, ...]:
    """The newest complete week."""
    row = question.last_week("flow")
    active, back = row.get("active"), row.get("returning")
    week = f"in the week of {short_day(row['week'])}" if row else ""
    lapsed = row.get("lapsed")
    stayed = None if back is None or lapsed is None or not back + lapsed else back / (back + lapsed)
    return (
        Tile("Active", number(active), week),
        Tile("Returning", number(back), "were active the week before, too"),
        Tile("New or back again", number(row.get("joining")), "were not active the week before"),
        Tile("Lapsed", number(lapsed), "were active the week before only"),
        Tile("Week-on-week retention", percent(stayed, 1), "of the people of the week before"),
    )


def flow(question: Question) -> Figure:
    """Weeks made of those who came, stayed, came back, and went."""
    shown = question.flow()
    rows = [row for row in question.whole_weeks(shown) if row["active"] is not None]
    told = all(row[name] is not None for row in rows for name in ("new", "resurrected"))
    series = [RETURNING, NEW, RESURRECTED, LAPSED] if told else [RETURNING, JOINING, LAPSED]
    rows = [row for row in rows if any(row[each.column] is not None for each in series)]
    return Figure(
        name="flow",
        title="Who comes and goes, week by week",
        caption="Complete weeks. Above the line the people active in the week, below it those of the week before who were not; holidays look like lapses.",
        table=shown.table,
        headings={"week": "Week of", "active": "Active", "returning": "Returning", "joining": "New or back again", "new": "New", "resurrected": "Back again", "lapsed": "Lapsed"},
        sql=question.sql("flow"),
        drawing=charts.stacks(rows, series, x="week", below=("lapsed",)) if rows else None,
        said=_words(rows),
        hidden=shown.hidden,
        minimum=question.minimum,
    )  # fmt: skip


def _words(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return "Nothing to show."
    last = rows[-1]
    return (
        f"Stacked bars for {len(rows)} weeks. In the last one, from {said_day(last['week'])}: {number(last['returning'])} returning,"
        f" {number(last['joining'])} new or back again, {number(last['lapsed'])} lapsed."
    )


def cohorts(question: Question) -> Figure:
    """Quarters of first sign-in by months since."""
    shown, about = question.cohorts()
    rows = [{**row, "text": percent(row["retention"])} for row in shown.rows]
    for row in rows:
        if row["retention"] is None and (row["cohort"], row["months_since"]) in about:
            row["retention"], row["text"] = about[row["cohort"], row["months_since"]]
    ages = sorted({row["months_since"] for row in rows})
    scale = Scale.of([row["retention"] for row in rows if row["retention"] is not None])
    return Figure(
        name="retention",
        title="Retention by quarter of first sign-in",
        caption="Of the people who first signed in during a quarter, how many were active so many months after their month. Quarters before the oldest day that Slack keeps are left out. The query answers month by month; a quarter adds its three.",
        table=shown.table,
        headings={"cohort": "Quarter from", "months_since": "Months since", "people": "People", "active": "Active", "retention": "Retention"},
        percents=("retention",),
        sql=question.sql("retention"),
        kind="pivot",
        pivot=Pivot(
            corner="First sign-in",
            columns=tuple(Column(text="that month" if age == 0 else f"+{age}") for age in ages),
            rows=tuple(_cohort(rows, cohort, ages, scale) for cohort in sorted({row["cohort"] for row in rows})),
            low=percent(scale.low),
            high=percent(scale.high),
            minimum=question.minimum,
            trends=False,
        ),
        said="Share of each quarter’s new people who are active in the months after.",
        hidden=shown.hidden,
        minimum=question.minimum,
    )  # fmt: skip


def _cohort(rows: list[dict[str, Any]], cohort: date, ages: list[int], scale: Scale) -> PivotRow:
    found = {row["months_since"]: row for row in rows if row["cohort"] == cohort}
    cells = []
    for age in ages:
        row = found.get(age)
        if row is None:
            cells.append(Cell(bucket="blank", text=""))
        elif row["retention"] is None:
            cells.append(Cell(bucket="hidden-cell", text=HIDDEN, said="hidden"))
        else:
            cells.append(Cell(bucket=scale.bucket(row["retention"]), text=row["text"]))
    first = found.get(0, {}).get("people")
    quarter = f"{cohort:%Y} Q{(cohort.month + 2) // 3}"
    return PivotRow(name=quarter, cells=tuple(cells), note=f"{first:,} people" if first else "")
