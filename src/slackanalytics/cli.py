"""The command: `slackanalytics VERB`. stdout is data, everything else goes to stderr.

Exit code 0: answered. 1: could not, with one line that says what, which day, and what to do. 2: misused.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from athena_federation.errors import FederationError
from athena_federation.results import FORMATS, Result
from slackanalytics import terminal
from slackanalytics.database import Outlook, SlackDatabase, connect, type_names
from slackanalytics.terminal import plural, spans

POST_SQL = """\
SELECT COALESCE(h.department, 'Unmatched') AS department,
       count(DISTINCT m.email_address) AS provisioned,
       count(DISTINCT IF(m.is_active, m.email_address)) AS active,
       100 * count(DISTINCT IF(m.is_active, m.email_address)) / count(DISTINCT m.email_address) AS percent
FROM slackanalytics_catalog.slackanalytics.member_analytics m
LEFT JOIN hr.hr_dataset h ON lower(m.email_address) = lower(h.employee_email)
WHERE m.date >= date_format(date_trunc('month', current_date), '%Y-%m-%d')
GROUP BY 1
ORDER BY percent DESC, department"""
"""Who is provisioned and who is active this month, by department: the question this project exists for."""

ENVIRONMENT = """\b
Settings come from the environment; the ones needed first:
  SLACKANALYTICS_SLACK_TOKEN   user token (xoxp-…) with the scope admin.analytics:read
  SLACKANALYTICS_SOURCE=demo   a simulated company instead of Slack; needs nothing else
  SLACKANALYTICS_HR_FILE       the HR roster, a CSV file: table hr.hr_dataset
"""


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}, epilog=ENVIRONMENT)
@click.version_option(package_name="slackanalytics", prog_name="slackanalytics")
def slackanalytics() -> None:
    """Ask Slack's member analytics questions in SQL.

    Slack keeps one file per day with what every member did. Here they are the table
    slackanalytics.member_analytics, read on demand: a statement fetches the days and columns it needs, and no others.

    \b
    Try it without an account:
      slackanalytics demo
      slackanalytics query --source demo "SELECT date, count_if(is_active) AS active
          FROM slackanalytics.member_analytics WHERE date >= '2026-11-01' GROUP BY date ORDER BY date"
    """


def source_options(command: Any) -> Any:
    """Options shared by all verbs that look at the tables."""
    command = click.option(
        "--hr", "hr_file", metavar="FILE", type=click.Path(path_type=Path),
        help="HR roster (CSV with a header line): becomes table hr.hr_dataset, every column varchar.",
    )(command)  # fmt: skip
    return click.option(
        "--source",
        type=click.Choice(["slack", "demo"]),
        help="slack, or demo for a simulated company [default: slack].",
    )(command)


@contextmanager
def opened(source: str | None, hr_file: Path | None) -> Iterator[SlackDatabase]:
    with connect(source=source, hr=hr_file) as database:
        yield database


@slackanalytics.command()
@click.option("-v", "--verbose", is_flag=True, help="Every column with its type and meaning.")
@source_options
def tables(verbose: bool, source: str | None, hr_file: Path | None) -> None:
    """Catalogs, schemas, tables, columns. Asks Slack for nothing."""
    with opened(source, hr_file) as database:
        out = terminal.stdout()
        for name, schema in database.catalogue():
            out.print(f"[bold]{name}[/bold]  {plural(len(schema), 'column')}")
            if verbose:
                comments = {k.decode(): v.decode() for k, v in (schema.metadata or {}).items()}
                grid = Table(box=None, show_header=False, padding=(0, 2, 0, 2))
                for field, kind in zip(schema, type_names(schema), strict=True):
                    grid.add_row(field.name, kind, comments.get(field.name, ""))
                out.print(grid)
                out.print()


@slackanalytics.command()
@click.argument("sql")
@source_options
def explain(sql: str, source: str | None, hr_file: Path | None) -> None:
    """What SQL would fetch: days, columns, kept or not, calls. Fetches nothing."""
    with opened(source, hr_file) as database:
        for read in database.outlook(sql):
            terminal.stdout().print(outlook_table(read))


def outlook_table(read: Outlook) -> Table:
    """What would be read of one table, as lines to read."""
    grid = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    grid.add_row("table", f"[bold]{read.table}[/bold]")
    if read.days is not None:
        why = "" if read.bounded else "\n(the newest published days, because no condition names the day)"
        grid.add_row("days", f"{len(read.days)} of {read.candidates}: {spans(read.days) or 'none'}{why}")
        grid.add_row("kept", f"{len(read.days) - read.calls}, which need no call")
        patience = f", about {plural(read.minutes, 'minute')} under the rate limit" if read.minutes else ""
        grid.add_row("calls", f"{read.calls} to Slack{patience}")
    grid.add_row("columns", f"{len(read.columns)}: {', '.join(read.columns)}" if read.columns else "none, rows are counted")
    return grid


@slackanalytics.command()
@click.argument("sql")
@click.option("--format", "kind", type=click.Choice(["table", *FORMATS]), default="table", show_default=True)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to FILE instead of stdout."
)
@source_options
def query(sql: str, kind: str, output: Path | None, source: str | None, hr_file: Path | None) -> None:
    """Answer SQL (Athena's dialect). Days are fetched as needed, once."""
    if kind == "table" and output:
        kind = output.suffix.lstrip(".").lower()
        if kind not in FORMATS:
            raise click.UsageError(f"--output {output}: say which --format: {', '.join(FORMATS)}")
    with opened(source, hr_file) as database:
        with terminal.reading(database.calls, database.waiting) as shown:
            result = database.sql(sql, progress=lambda p: shown.update(p.table, p.done, p.of, p.rows))
        with result:
            deliver(result, kind, output)
        for text in database.notes():
            terminal.note(text)


def deliver(result: Result, kind: str, output: Path | None) -> None:
    """The whole answer, as a table to read or in a format to keep."""
    if kind == "table":
        show(result)
    elif output:
        result.write(output, kind)
        terminal.note(f"{plural(len(result), 'row')} written to {output}")
    else:
        sys.stdout.flush()
        result.write(sys.stdout.buffer, kind)
        sys.stdout.buffer.flush()


def show(result: Result) -> None:
    rows = result.rows(terminal.SHOWN)
    terminal.stdout().print(terminal.answer_table(result.columns, rows, result.numeric))
    if len(result) > len(rows):
        terminal.note(f"the first {len(rows)} of {len(result):,} rows; --format csv gives all of them")


@slackanalytics.command()
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="The first day to keep [default: all that Slack has].")
@source_options
def sync(since: Any, source: str | None, hr_file: Path | None) -> None:
    """Fetch and keep the days not yet kept, within Slack's rate limit.

    Thirteen months take about twenty minutes the first time. It can be interrupted; the next run goes on from there.
    """
    with opened(source, hr_file) as database:
        first: date | None = since.date() if since else None
        with terminal.reading(database.calls, database.waiting) as shown:
            fetched = database.sync(first, progress=lambda p: shown.update(p.table, p.done, p.of, p.rows))
        terminal.stderr().print(
            f"{plural(fetched, 'day')} fetched; {plural(len(database.days.kept_days()), 'day')} kept"
        )
        for text in database.notes():
            terminal.note(text)


@slackanalytics.group()
def cache() -> None:
    """The days that are kept on this machine."""


@cache.command("list")
@source_options
def cache_list(source: str | None, hr_file: Path | None) -> None:
    """What is kept: days, rows, bytes."""
    with opened(source, hr_file) as database:
        rows = [(e.day, e.rows, e.size, f"{e.fetched_at:%Y-%m-%d %H:%M}") for e in database.days.listing()]
        terminal.stdout().print(
            terminal.answer_table(("day", "rows", "bytes", "fetched"), rows, (False, True, True, False))
        )


@cache.command("clear")
@source_options
def cache_clear(source: str | None, hr_file: Path | None) -> None:
    """Forget every kept day. Slack keeps thirteen months; what is older is gone for good."""
    with opened(source, hr_file) as database:
        terminal.stderr().print(f"{plural(database.days.clear(), 'day')} forgotten")


@slackanalytics.command()
@click.option("--port", default=8900, show_default=True, help="0 takes a free one.")
@click.option("--members", default=1_000, show_default=True, help="Seats of Example Corp, up to 500,000.")
@click.option("--seed", default=2026, show_default=True, help="Another seed is another company.")
@click.option("--rate-limit", default="20", show_default=True, help="Calls per minute, or off.")
@click.option(
    "--fault", "faults", multiple=True, metavar="DAY=KIND", help="A day that goes wrong, e.g. 2026-11-10=truncated."
)
@click.option(
    "--hr-output", type=click.Path(path_type=Path, dir_okay=False), help="Also write the matching HR_dataset.csv."
)
def simulate(
    port: int, members: int, seed: int, rate_limit: str, faults: tuple[str, ...], hr_output: Path | None
) -> None:
    """Slack on a port: the analytics API of a made-up company."""
    from slackanalytics import demo

    demo.simulate(port=port, members=members, seed=seed, rate_limit=rate_limit, faults=faults, hr_output=hr_output)


@slackanalytics.command("demo")
@click.option("--serve/--no-serve", default=True, help="Keep the simulator running for queries of your own.")
def show_demo(serve: bool) -> None:
    """The whole product on a simulated company: no account, no cloud."""
    from slackanalytics import demo

    demo.run(POST_SQL, serve=serve)


def main() -> None:
    """The console script. An interrupt ends at once: readers that wait for Slack are not waited for."""
    code = 0
    try:
        code = slackanalytics.main(standalone_mode=False) or 0
    except click.exceptions.Exit as stop:
        code = stop.exit_code
    except click.UsageError as error:
        error.show()
        code = 2
    except (click.Abort, KeyboardInterrupt):
        sys.stderr.write("\ninterrupted; nothing half done is left\n")
        code = 130
    except FederationError as error:
        sys.stderr.write(f"slackanalytics: {error}\n")
        code = 1
    except BrokenPipeError:
        code = 0
    finish(code)


def finish(code: int) -> None:
    """Leave without waiting for threads that still wait for Slack; everything owed has been written by now."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        code = code or 0
    os._exit(code)
