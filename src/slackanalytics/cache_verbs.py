"""The verbs about the days that are kept: sync, cache."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from slackanalytics.protocol import HELP, examples, source_options


@click.command(
    context_settings=HELP,
    epilog=examples(
        "slackanalytics sync                      # all that Slack has",
        "slackanalytics sync --since 2026-11-01",
        "30 2 * * *  slackanalytics sync          # in a crontab: every night",
    ),
)
@click.option(
    "--since", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]),
    help="The first day to keep, YYYY-MM-DD [default: all that Slack has].",
)  # fmt: skip
@source_options
def sync(since: Any, source: str | None, hr_file: Path | None) -> None:
    """Fetch and keep the days not yet kept, within Slack's rate limit.

    Thirteen months take about twenty minutes the first time. It can be interrupted; the next run goes on from there.
    """
    from slackanalytics import terminal
    from slackanalytics.database import connect
    from slackanalytics.wording import plural

    with connect(source=source, hr=hr_file) as database:
        limit = database.settings.rate_limit
        with terminal.reading(database.calls, database.waiting, limit=limit) as shown:
            fetched = database.sync(
                since.date() if since else None, progress=lambda p: shown.update(p.table, p.done, p.of, p.rows)
            )
        kept = len(database.days.kept_days())
        terminal.stderr().print(f"{plural(fetched, 'day')} fetched; {plural(kept, 'day')} kept")
        for text in database.notes():
            terminal.note(text)


@click.group(
    context_settings=HELP,
    epilog=examples("slackanalytics cache list", "slackanalytics cache purge", "slackanalytics cache clear"),
)
def cache() -> None:
    """The days that are kept on this machine."""


@cache.command("list")
@source_options
def cache_list(source: str | None, hr_file: Path | None) -> None:
    """What is kept: days, rows, bytes, and when each was fetched (UTC)."""
    from slackanalytics import terminal
    from slackanalytics.database import connect

    with connect(source=source, hr=hr_file) as database:
        rows = [(e.day, e.rows, e.size, f"{e.fetched_at:%Y-%m-%d %H:%M}") for e in database.days.listing()]
        terminal.answer(("day", "rows", "bytes", "fetched"), rows, (False, True, True, False))
        if not rows:
            terminal.note("no day is kept; sync fetches them, and so does every query")


@cache.command("clear")
@source_options
def cache_clear(source: str | None, hr_file: Path | None) -> None:
    """Forget every kept day. Slack keeps thirteen months; what is older is gone for good."""
    from slackanalytics import terminal
    from slackanalytics.database import connect
    from slackanalytics.wording import plural

    with connect(source=source, hr=hr_file) as database:
        terminal.stderr().print(f"{plural(database.days.clear(), 'day')} forgotten")


@cache.command("purge", epilog=examples("15 3 * * *  slackanalytics cache purge   # in a crontab: every night"))
def cache_purge() -> None:
    """Forget kept days that are older than thirteen months, of every organisation. They are gone for good."""
    from slackanalytics import retention, terminal
    from slackanalytics.settings import Settings
    from slackanalytics.wording import plural

    settings = Settings.from_environment(os.environ)
    if settings.cache_dir is None:
        terminal.note("no day is kept in a directory of this machine")
        return
    days = retention.purge(settings.cache_dir, settings.today or datetime.now(UTC).date())
    told = f", {days[0]} to {days[-1]}" if len(days) > 1 else f", {days[0]}" if days else ""
    terminal.stderr().print(f"{plural(len(days), 'day')} forgotten{told}")
