"""The command: `slackanalytics VERB`. stdout is data, everything else goes to stderr.

Exit code 0: answered. 1: could not, with one line that says what, which day, and what to do. 2: misused. Heavy
libraries are imported where a verb needs them, so that help is there at once.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from slackanalytics import protocol
from slackanalytics.audit_verbs import audit
from slackanalytics.cache_verbs import cache, sync
from slackanalytics.cloud.athena_engine import AthenaEngine, athena_options
from slackanalytics.cloud.deploy import deploy
from slackanalytics.connection_verbs import doctor, login, logout
from slackanalytics.delivery import deliver, delivery_options, format_of
from slackanalytics.hr_verbs import hr
from slackanalytics.measure_verb import measure
from slackanalytics.protocol import connector_options, examples, source_options
from slackanalytics.report_verb import embed_link, report
from slackanalytics.web.command import serve

if TYPE_CHECKING:
    pass

PORT = click.IntRange(0, 65_535)

POST_SQL = """\
SELECT COALESCE(h.department, 'Unmatched') AS department,
       count(DISTINCT m.email_address) AS provisioned,
       count(DISTINCT IF(m.is_active, m.email_address)) AS active,
       100 * count(DISTINCT IF(m.is_active, m.email_address))
           / count(DISTINCT m.email_address) AS percent
FROM slackanalytics_catalog.slackanalytics.member_analytics m
LEFT JOIN hr.hr_dataset h
       ON lower(m.email_address) = lower(h.employee_email)
WHERE m.date >= date_format(date_trunc('month', current_date), '%Y-%m-%d')
GROUP BY 1
ORDER BY percent DESC, department"""
"""Who is provisioned and who is active this month, by department: the question this project exists for."""

ENVIRONMENT = """\b
Settings come from the environment; the ones needed first:
  SLACKANALYTICS_SLACK_TOKEN   user token (xoxp-…) with the scope admin.analytics:read
  SLACKANALYTICS_SOURCE=demo   a simulated company instead of Slack; needs nothing else
  SLACKANALYTICS_HR_FILE       the HR roster: table hr.hr_dataset

\b
Words are completed in bash after
  eval "$(_SLACKANALYTICS_COMPLETE=bash_source slackanalytics)"
"""


def statement(_context: click.Context, _parameter: click.Parameter, sql: str) -> str:
    """The SQL argument; `-` is what comes in on stdin."""
    text = sys.stdin.read() if sql == "-" else sql
    if not text.strip():
        raise click.UsageError("the statement is empty")
    return text


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


@slackanalytics.command(
    epilog=examples(
        "slackanalytics tables --source demo",
        "slackanalytics tables -v --hr HR_dataset.csv   # what there is to join",
    )
)
@click.option("-v", "--verbose", is_flag=True, help="Every column with its type and meaning.")
@source_options
@connector_options
def tables(verbose: bool, source: str | None, hr_file: Path | None, connector: str | None, catalog: str | None) -> None:
    """Catalogs, schemas, tables, columns. Asks Slack for nothing."""
    from slackanalytics import terminal
    from slackanalytics.database import type_names
    from slackanalytics.remote import opened
    from slackanalytics.wording import plural

    with opened(source=source, hr=hr_file, connector=connector, catalog=catalog) as database:
        out = terminal.stdout()
        for name, schema in database.catalogue():
            out.print(f"[bold]{name}[/bold]  {plural(len(schema), 'column')}")
            if verbose:
                comments = {
                    k.decode(errors="replace"): v.decode(errors="replace") for k, v in (schema.metadata or {}).items()
                }
                rows = zip(schema.names, type_names(schema), strict=True)
                terminal.definitions([(field, kind, comments.get(field, "")) for field, kind in rows])
                out.print()


@slackanalytics.command(
    epilog=examples(
        "slackanalytics explain \"SELECT count(*) FROM member_analytics WHERE date >= '2026-11-01'\"",
        "slackanalytics explain - < question.sql",
    )
)
@click.argument("sql", callback=statement)
@source_options
@connector_options
def explain(sql: str, source: str | None, hr_file: Path | None, connector: str | None, catalog: str | None) -> None:
    """What SQL would fetch: days, columns, kept or not, calls. Fetches nothing.

    SQL is one statement in Athena's dialect; - reads it from stdin.
    """
    from slackanalytics import terminal
    from slackanalytics.remote import opened

    with opened(source=source, hr=hr_file, connector=connector, catalog=catalog) as database:
        terminal.outlooks(database.outlook(sql))


@slackanalytics.command(
    epilog=examples(
        "slackanalytics query \"SELECT * FROM member_analytics WHERE date = '2026-11-10' LIMIT 5\"",
        "slackanalytics query --hr HR_dataset.csv --output active.csv - < question.sql",
        'slackanalytics query --format ndjson "SELECT …" | jq .email_address',
        'slackanalytics query --engine athena "SELECT …"   # the same, asked of Amazon Athena',
    )
)
@click.argument("sql", callback=statement)
@delivery_options
@athena_options
@source_options
@connector_options
def query(  # noqa: PLR0913 - its options
    *, sql: str, kind: str | None, output: Path | None, source: str | None, hr_file: Path | None,
    connector: str | None, catalog: str | None, athena: AthenaEngine | None,
) -> None:  # fmt: skip
    """Answer SQL (Athena's dialect). Days are fetched as needed, once.

    SQL is one statement; - reads it from stdin. Progress and notes go to stderr, the answer to stdout.
    """
    from slackanalytics import terminal
    from slackanalytics.remote import opened, reading

    kind = format_of(kind, output)
    if athena:
        unused = {"--source": source, "--hr": hr_file, "--connector": connector}
        with athena.answered(sql, catalog=catalog, unused=unused) as result:
            deliver(result, kind, output)
        return
    with opened(source=source, hr=hr_file, connector=connector, catalog=catalog) as database:
        with reading(database) as shown:
            result = database.sql(sql, progress=lambda p: shown.update(p.table, p.done, p.of, p.rows))
        with result:
            deliver(result, kind, output)
        for text in database.notes():
            terminal.note(text)


@slackanalytics.command(
    epilog=examples(
        "slackanalytics simulate --members 100000 --rate-limit off",
        "slackanalytics simulate --fault 2026-11-10=truncated --fault '*=503*2'",
    )
)
@click.option("--port", type=PORT, default=8900, show_default=True, help="0 takes a free one.")
@click.option(
    "--members",
    type=click.IntRange(1, 500_000),
    default=1_000,
    show_default=True,
    help="Seats of Example Corp, up to 500,000.",
)
@click.option("--seed", default=2026, show_default=True, help="Another seed is another company.")
@click.option("--rate-limit", default="20", show_default=True, help="Calls per minute, or off.")
@click.option(
    "--fault", "faults", multiple=True, metavar="DAY=KIND", help="A day that goes wrong, e.g. 2026-11-10=truncated."
)
@click.option(
    "--hr-output", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
    help="Also write the matching HR_dataset.csv.",
)  # fmt: skip
def simulate(
    port: int, members: int, seed: int, rate_limit: str, faults: tuple[str, ...], hr_output: Path | None
) -> None:
    """Slack on a port: the analytics API of a made-up company. Ctrl-C ends it.

    What another terminal needs to use it is printed to stdout, to be pasted or sourced.
    """
    from slackanalytics import demo

    demo.simulate(port=port, members=members, seed=seed, rate_limit=rate_limit, faults=faults, hr_output=hr_output)


@slackanalytics.command("demo", epilog=examples("slackanalytics demo", "slackanalytics demo --no-serve"))
@click.option(
    "--serve/--no-serve", default=True, help="Then serve the dashboard, and the simulator for queries of your own."
)
@click.option(
    "--port", type=PORT, default=8900, show_default=True, help="Where the simulator runs; a free one if that is taken."
)
@click.option(
    "--web-port",
    type=PORT,
    default=8910,
    show_default=True,
    help="Where the dashboard is; a free one if that is taken.",
)
def show_demo(serve: bool, port: int, web_port: int) -> None:
    """The whole product on a simulated company: no account, no cloud."""
    from slackanalytics import demo
    from slackanalytics.web.command import run_demo

    demo.run(POST_SQL, serve=serve, port=port, until=lambda slack, roster: run_demo(slack, roster, web_port))


for command in (*protocol.COMMANDS, serve):
    slackanalytics.add_command(command)


slackanalytics.add_command(sync)
slackanalytics.add_command(measure)
slackanalytics.add_command(cache)
slackanalytics.add_command(report)
slackanalytics.add_command(embed_link)
slackanalytics.add_command(login)
slackanalytics.add_command(logout)
slackanalytics.add_command(doctor)
slackanalytics.add_command(deploy)
slackanalytics.add_command(hr)
slackanalytics.add_command(audit)


def main() -> None:
    """The console script. An interrupt ends at once: readers that wait for Slack are not waited for."""
    finish(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """The exit code, once everything owed has been written."""
    stopped: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        stopped.append(number)
        raise KeyboardInterrupt

    handlers = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        if "_SLACKANALYTICS_COMPLETE" in os.environ:
            slackanalytics.main(arguments, prog_name="slackanalytics")
        with slackanalytics.make_context("slackanalytics", arguments) as context:
            slackanalytics.invoke(context)
        sys.stdout.flush()
    except BaseException as error:  # noqa: BLE001 - each becomes an exit code
        for number in handlers:
            signal.signal(number, signal.SIG_IGN)
        return code_of(error, stopped)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    return 0


def code_of(error: BaseException, stopped: list[int]) -> int:
    """The exit code for what ended a verb, after one line about it where there is something to say."""
    match error:
        case _ if stopped:  # whatever a library made of the interrupt
            ahead = "\n" if sys.stderr.isatty() else ""  # the terminal has just shown ^C
            sys.stderr.write(f"{ahead}slackanalytics: interrupted; nothing half done is left\n")
            return 128 + stopped[0]
        case click.exceptions.Exit():
            return error.exit_code
        case SystemExit():
            return int(error.code or 0)
        case click.UsageError():
            error.show()
            return 2
        case click.ClickException():
            return complain(error.format_message())
        case BrokenPipeError():
            return 0
        case OSError():
            return complain(f"{error.filename or 'the answer'} could not be written or read: {error.strerror or error}")
        case _ if is_ours(error):
            return complain(str(error))
        case _:
            traceback.print_exception(error)
            return complain("this is a defect; please report it, with the lines above")


def is_ours(error: BaseException) -> bool:
    """Whether the error was raised on purpose, and says what to do."""
    from athena_federation.errors import FederationError

    return isinstance(error, FederationError)


def complain(text: str) -> int:
    """One line on stderr, whatever is in it."""
    sys.stderr.write(f"slackanalytics: {' '.join(text.split())}\n")
    return 1


def finish(code: int) -> None:
    """Leave without waiting for threads that still wait for Slack; everything owed has been written by now."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:  # whoever read it has gone
            continue
    os._exit(code)
