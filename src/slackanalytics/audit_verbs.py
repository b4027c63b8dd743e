"""The verbs `audit verify` and `audit show`: who looked at people, and whether the log of it is whole."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

import click

from slackanalytics.protocol import HELP, examples
from slackanalytics.settings import Settings

FILE = click.option(
    "--log", "path", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
    help="The log [default: SLACKANALYTICS_AUDIT_LOG, else audit.ndjson in the data directory].",
)  # fmt: skip


@click.group(
    context_settings=HELP,
    epilog=examples("slackanalytics audit verify", "slackanalytics audit show"),
)
def audit() -> None:
    """The audit log: who looked at people, when and why."""


@audit.command(epilog=examples("slackanalytics audit verify", "slackanalytics audit verify --noted 5f1c…"))
@FILE
@click.option("--noted", metavar="HASH", help="A hash that an earlier verify printed: the log must go on from there.")
def verify(path: Path | None, noted: str | None) -> None:
    """Whether every line is there, unchanged and in its place.

    Prints the hash of the last line. Note it where whoever can write the log cannot: with it a later verify also finds
    a log that was made up as a whole. Exit code 1: it is not as it was written; the lines are named on stderr.
    """
    from slackanalytics.adoption.audit import verify as look
    from slackanalytics.wording import plural

    log = path or placed()
    verdict = look(log, noted=noted)
    for finding in verdict.findings:
        click.echo(f"{log}, line {finding.line}: {finding.text}", err=True)
    if verdict.findings:
        raise click.ClickException(f"{log} is not as it was written: {plural(len(verdict.findings), 'finding')}")
    click.echo(f"{plural(verdict.entries, 'line')}, all in place", err=True)
    click.echo(verdict.head)


@audit.command(epilog=examples("slackanalytics audit show", "slackanalytics audit show --format ndjson | jq .reason"))
@FILE
@click.option(
    "--last", type=click.IntRange(1), default=100, show_default=True, help="How many entries, the newest ones."
)
@click.option(
    "--format", "kind", type=click.Choice(["table", "ndjson"]), default="table", show_default=True,
    help="For people, or for programs.",
)  # fmt: skip
def show(path: Path | None, last: int, kind: str) -> None:
    """What is in the log, oldest first."""
    from slackanalytics import terminal
    from slackanalytics.adoption.audit import Log

    found = list(Log(path or placed()).entries())[-last:]
    if kind == "ndjson":
        for entry in found:
            click.echo(json.dumps(asdict(entry)))
    else:
        columns = ("at (UTC)", "who", "role", "reason", "what", "rows")
        cells = [
            (e.at[:19].replace("T", " "), e.who, e.role, e.reason, " ".join(filter(None, (e.what, e.sql))), e.rows)
            for e in found
        ]
        terminal.answer(columns, cells, (False, False, False, False, False, True))
        if not found:
            terminal.note("nobody has looked at people yet")
    sys.stdout.flush()


def placed() -> Path:
    """Where the settings have the log. Raises ConfigurationError."""
    from slackanalytics.adoption.audit import place_of

    return place_of(Settings.from_environment(os.environ))
