"""How people use Slack: how often, how many write, with what, and where."""

from __future__ import annotations

from typing import Any

from slackanalytics.web import charts
from slackanalytics.web.charts import HALF, SERIES, Series, said_day
from slackanalytics.web.sheets import cuts
from slackanalytics.web.sheets.question import Question
from slackanalytics.web.sheets.shapes import HIDDEN, Figure, Sheet, Tile, number, percent

DAILY = Series("daily_active", "Daily active", SERIES[0])
WEEKLY = Series("weekly_active", "Weekly active", SERIES[2], dash=1)
MONTHLY = Series("monthly_active", "Monthly active", SERIES[1], dash=2)


def sheet(question: Question) -> Sheet:
    """The page for these filters."""
    return Sheet(
        page="engagement",
        title="Engagement",
        lead=question.lead,
        tiles=tiles(question),
        figures=(
            active_people(question), stickiness(question), posting(question), platforms(question), channels(question), messages(question)
        ),
        notices=question.notices(),
    )  # fmt: skip


def tiles(question: Question) -> tuple[Tile, ...]:
    """Where the newest day and week stand."""
    people, sticky = question.last("active_people"), question.last("stickiness")
    writing = question.shown("posting_share", groups=("week",))
    posting, channel = question.newest_week(writing), question.last_week("channel_share")
    about = question.about("posting_share", writing, "posting", ("week",)).get((posting.get("week"),), (0, HIDDEN))[1]
    share = percent(posting.get("posting_share"), 1)
    day = f"on {said_day(people['day'])}" if people else ""
    week = "in the newest complete week"
    return (
        Tile("Daily active", number(people.get("daily_active")), day),
        Tile("Weekly active", number(people.get("weekly_active")), "7 days, that day included"),
        Tile("Monthly active", number(people.get("monthly_active")), "28 days, that day included"),
        Tile("Stickiness", percent(sticky.get("stickiness"), 1), "average day of the 28, of monthly active"),
        Tile("Posting", about if share == HIDDEN else share, f"of active people {week}"),
        Tile("In channels", percent(channel.get("channel_share"), 1), f"of messages {week}"),
    )


def active_people(question: Question) -> Figure:
    """Daily, weekly, monthly active people."""
    shown = question.shown("active_people", groups=("day",))
    return Figure(
        name="active-people",
        title="Daily, weekly and monthly active people",
        caption="People active on the day, on any of the 7 days and of the 28 days that end with it. Slack’s own dashboard counts a day more.",
        table=shown.table,
        headings={"day": "Day", "daily_active": "Daily", "weekly_active": "Weekly", "monthly_active": "Monthly"},
        sql=question.sql("active_people"),
        drawing=charts.lines(shown.rows, [DAILY, WEEKLY, MONTHLY], x="day") if shown.any("monthly_active") else None,
        said=_last_words("Line chart of daily, weekly and monthly active people", shown.rows, "day", "monthly_active", "monthly active"),
        hidden=shown.hidden,
        minimum=question.minimum,
    )  # fmt: skip


def stickiness(question: Question) -> Figure:
    """How much of the month's people an average day sees."""
    shown = question.stickiness()
    line = Series("stickiness", "Stickiness", SERIES[0])
    return Figure(
        name="stickiness",
        title="Stickiness",
        caption="People active on an average day of the last 28, of all people active in them.",
        table=shown.table,
        headings={"day": "Day", "average_daily_active": "Average daily active", "monthly_active": "Monthly active", "stickiness": "Stickiness"},
        percents=("stickiness",),
        sql=question.sql("stickiness"),
        drawing=charts.lines(shown.rows, [line], x="day", percent=True, width=HALF) if shown.any("stickiness") else None,
        said=_last_words("Line chart of stickiness", shown.rows, "day", "stickiness", "", percent_of=True),
        size="half",
        hidden=shown.hidden,
        minimum=question.minimum,
    )  # fmt: skip


def posting(question: Question) -> Figure:
    """How many write."""
    shown = question.shown("posting_share", groups=("week",))
    line = Series("posting_share", "Posting share", SERIES[2])
    about = question.about("posting_share", shown, "posting", ("week",))
    rows = [{**row, "posting_share": row["posting_share"] if row["posting_share"] is not None else about.get((row["week"],), (None,))[0]} for row in question.whole_weeks(shown)]  # fmt: skip
    return Figure(
        name="posting-share",
        title="People who post",
        caption="People who posted a message in the week, of the people active in it. Where all but a few did, the line is the least that can be said.",
        table=shown.table,
        headings={"week": "Week of", "active": "Active", "posting": "Posting", "posting_share": "Share"},
        percents=("posting_share",),
        sql=question.sql("posting_share"),
        drawing=charts.lines(rows, [line], x="week", percent=True, width=HALF) if any(row["posting_share"] is not None for row in rows) else None,
        said=_last_words("Line chart of the share of active people who post", rows, "week", "posting_share", "", percent_of=True),
        size="half",
        hidden=shown.hidden,
        minimum=question.minimum,
    )  # fmt: skip


def platforms(question: Question) -> Figure:
    """With what people use Slack."""
    shown = question.shown("platform_mix", groups=("platform",))
    about = question.about("platform_mix", shown, "people", ("platform",))
    rows = []
    for row in shown.rows:
        if row["people"] is not None and row["share"] is not None:
            rows.append({**row, "text": f"{percent(row['share'])} · {row['people']:,} people"})
        elif (row["platform"],) in about:
            share, text = about[row["platform"],]
            rows.append({**row, "share": share, "text": text})
    rows.sort(key=lambda row: -row["share"])
    return Figure(
        name="platform-mix",
        title="Platforms",
        caption="Of the people active in the period. Many use several, so that these add up to more than all of them.",
        table=shown.table,
        headings={"platform": "Platform", "people": "People", "active": "Active", "share": "Share"},
        percents=("share",),
        sql=question.sql("platform_mix"),
        drawing=charts.bars(rows, label="platform", value="share", text="text", percent=True, width=HALF) if rows else None,
        said="Bar chart: " + "; ".join(f"{row['platform']} {row['text']}" for row in rows) + ".",
        size="half",
        hidden=shown.hidden,
        minimum=question.minimum,
    )  # fmt: skip


def channels(question: Question) -> Figure:
    """How much of what is written others can find."""
    shown = question.of_whole_weeks("channel_share")
    line = Series("channel_share", "In channels", SERIES[0])
    rows = shown.rows
    return Figure(
        name="channel-share",
        title="Messages in channels",
        caption="The part of the messages posted in channels; the rest goes to direct messages, where only few can find it.",
        table=shown.table,
        headings={"week": "Week of", "messages": "Messages", "channel_messages": "In channels", "channel_share": "Share"},
        percents=("channel_share",),
        sql=question.sql("channel_share"),
        drawing=charts.lines(rows, [line], x="week", percent=True, width=HALF) if any(row["channel_share"] is not None for row in rows) else None,
        said=_last_words("Line chart of the share of messages in channels", rows, "week", "channel_share", "", percent_of=True),
        size="half",
        hidden=shown.hidden,
        minimum=question.minimum,
    )  # fmt: skip


def messages(question: Question) -> Figure:
    """How much is written."""
    shown, posting = question.of_whole_weeks("messages"), question.of_whole_weeks("channel_share")
    few = {row["week"] for row in posting.rows if row["posting"] is None}  # whose messages these would be
    table = cuts.untold(shown.table, few, ("messages", "reactions", "files", "messages_per_active"))
    return Figure(
        name="messages",
        title="What is written",
        caption="Messages, reactions and files of each complete week.",
        table=table,
        headings={"week": "Week of", "active": "Active", "messages": "Messages", "reactions": "Reactions", "files": "Files", "messages_per_active": "Messages a person"},
        sql=question.sql("messages"),
        kind="listing",
        nothing="There is no complete week in this period.",
        hidden=sum(1 for row in table.to_pylist() if None in row.values()),
        minimum=question.minimum,
    )  # fmt: skip


def _last_words(
    what: str, rows: list[dict[str, Any]], when: str, value: str, unit: str, *, percent_of: bool = False
) -> str:  # fmt: skip
    known = [row for row in rows if row[value] is not None]
    if not known:
        return f"{what}: nothing to show."
    first, last = known[0], known[-1]
    texts = [percent(row[value], 1) if percent_of else f"{number(row[value])} {unit}" for row in (first, last)]
    return f"{what}, from {said_day(first[when])} with {texts[0]} to {said_day(last[when])} with {texts[1]}."
