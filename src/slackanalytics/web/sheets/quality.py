"""What the figures rest on: which days are there, whose accounts are known, how old the roster is."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from slackanalytics.web import charts
from slackanalytics.web.charts import HALF, SERIES, Series, said_day
from slackanalytics.web.sheets.question import Question
from slackanalytics.web.sheets.shapes import FEW, SEE_PEOPLE, Figure, Sheet, Tile, Tone, percent

WORDS = {
    "pending": "not published yet; Slack does so about a day later",
    "absent": "Slack has no data for it",
    "unknown": "not read",
}
"""What a status means where Slack gives no reason."""


def sheet(question: Question) -> Sheet:
    """The page for these filters."""
    return Sheet(
        page="data",
        title="Data",
        lead="What these figures rest on, and what is missing from them.",
        tiles=tiles(question),
        figures=(accounts(question), missing(question), rules(question), without_account(question), unmatched(question)),
        notices=question.notices(),
    )  # fmt: skip


def tiles(question: Question) -> tuple[Tile, ...]:
    """Days, match rate, roster."""
    days = question.days()
    there = [row for row in days if row["status"] == "published"]
    rate, roster = question.bounds.match_rate, question.adoption.roster
    low: Tone = "warn" if question.bounds.match_low else ""
    match = Tile(
        "Match rate",
        f"{'≥ ' if question.bounds.match_least else ''}{percent(rate, 1)}",
        "of members’ accounts are somebody’s on the roster",
        tone=low,
    )
    few = question.roster_only().hidden > 0  # who would be all people less those with an account
    people = (
        ""
        if roster is None
        else f"≥ {roster.people // question.minimum * question.minimum:,}"
        if few
        else f"{roster.people:,}"
    )
    none = Tile("Match rate", "–", "no roster is given", tone="warn")
    roster_tile = (
        Tile("Roster", roster.file_date.strftime("%-d %b %Y"), f"{people} people, {roster.age} days old")
        if roster
        else Tile("Roster", "none", "departments are unknown", tone="warn")
    )
    return (
        Tile("Days", f"{len(there)} of {len(days)}", "of the period are here", tone="" if len(there) == len(days) else "warn"),
        Tile("Newest day", f"{question.bounds.newest:%-d %b %Y}", "Slack publishes a day about a day later"),
        match if rate is not None else none,
        roster_tile,
    )  # fmt: skip


def accounts(question: Question) -> Figure:
    """How many accounts each day's file tells of."""
    days = question.accounts()
    rows = [row for row in days if row["status"] == "published"]
    line = Series("accounts", "Accounts", SERIES[1])
    table = pa.table({name: [row[name] for row in days] for name in ("day", "status", "reason", "accounts")})
    return Figure(
        name="coverage",
        title="Accounts in each day’s file",
        caption="All accounts: of people, and others like bots, whose number is rounded down to the minimum of a group. A sudden change is a change in Slack, or a file to look at.",
        table=table,
        headings={"day": "Day", "status": "Status", "reason": "Reason", "accounts": "Accounts"},
        sql=question.sql("coverage"),
        drawing=charts.lines(rows, [line], x="day") if rows else None,
        said=f"Line chart of accounts per day; the newest day has {rows[-1]['accounts']:,}." if rows else "",
    )


def missing(question: Question) -> Figure:
    """Days that are not there, each with its reason."""
    rows = [
        {"day": said_day(row["day"]), "status": row["status"], "reason": row["reason"] or WORDS.get(row["status"], "")}
        for row in question.days(beyond=True)
        if row["status"] != "published"
    ]
    schema = pa.schema([("day", pa.string()), ("status", pa.string()), ("reason", pa.string())])
    return Figure(
        name="missing-days",
        title="Days that are not there",
        caption="Pending days come by themselves. The reason is Slack’s own word.",
        table=pa.Table.from_pylist(rows, schema=schema),
        headings={"day": "Day", "status": "Status", "reason": "Reason"},
        kind="listing",
        size="half",
        nothing="Every day of the period is here.",
    )


def rules(question: Question) -> Figure:
    """How accounts were matched."""
    shown = question.matched()
    rows: list[dict[str, Any]] = [
        {**row, "text": f"{row['accounts']:,} accounts"} for row in shown.rows if row["accounts"]
    ]
    return Figure(
        name="match-report",
        title="How members’ accounts are matched",
        caption="Of all days that were read, whatever the filters; each account by the first rule that fits.",
        table=shown.table,
        headings={"matched_by": "Rule", "accounts": "Accounts"},
        drawing=charts.bars(rows, label="matched_by", value="accounts", text="text", colour=SERIES[2], width=HALF) if rows else None,
        said="Bar chart: " + "; ".join(f"{row['matched_by']} {row['text']}" for row in rows) + ".",
        nothing=FEW if question.adoption.roster else "No roster is given, so that nobody’s department is known. Start with slackanalytics serve --hr FILE, or set SLACKANALYTICS_HR_FILE.",
        size="half",
        hidden=shown.hidden,
        minimum=question.minimum,
    )  # fmt: skip


def without_account(question: Question) -> Figure:
    """People of the roster whom Slack does not know."""
    shown = question.roster_only()
    rows = [{**row, "text": f"{row['people']:,}"} for row in shown.rows if row["people"]]
    return Figure(
        name="without-account",
        title="On the roster, without an account",
        caption="People employed on the roster’s day whom no account belongs to.",
        table=shown.table,
        headings={"department": "Department", "people": "People"},
        drawing=charts.bars(rows, label="department", value="people", text="text", colour=SERIES[1], width=HALF) if rows else None,
        said="Bar chart: " + "; ".join(f"{row['department']} {row['text']}" for row in rows) + ".",
        nothing=FEW,
        size="half",
        hidden=shown.hidden,
        minimum=question.minimum,
    )  # fmt: skip


def unmatched(question: Question) -> Figure:
    """Accounts that are nobody's: for those who may see people."""
    count = question.unmatched_count
    accounts = "Accounts" if count is None else f"{count:,} accounts"
    return Figure(
        name="unmatched",
        title="Accounts that are nobody’s",
        caption="Of all days that were read, guests and bots included. They count as department Unmatched. slackanalytics hr check says which rule would match more.",
        table=question.unmatched(),
        headings={"email_address": "Address", "user_id": "Slack ID", "kind": "Kind", "reason": "Reason"},
        kind="listing",
        size="half",
        nothing="None." if question.identified else f"{accounts}, which are not listed. {SEE_PEOPLE}",
        personal=question.identified,
        withheld=not question.identified,
        most=200,
    )  # fmt: skip
