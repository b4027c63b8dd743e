"""Example Corp on this machine: the simulator behind the real road, for people who have no Slack at hand."""

from __future__ import annotations

import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.syntax import Syntax

from athena_federation.errors import ConfigurationError
from slackanalytics import terminal
from slackanalytics.database import connect
from slackanalytics.settings import Settings
from slackanalytics.simulator import Served, Simulator, parse_option, write_roster
from slackanalytics.wording import plural

MEMBERS, SEED = 1_000, 2026

NEXT = """
  slackanalytics tables -v
  slackanalytics explain "SELECT user_id FROM member_analytics"
  slackanalytics query "SELECT date, count_if(is_active) AS active
      FROM member_analytics GROUP BY date ORDER BY date"
  slackanalytics sync
"""
"""What somebody who has seen the demo may want to try."""


Until = Callable[[Served, Path], None]
"""What goes on while the simulator is there, with its roster; until it is interrupted."""


def run(sql: str, *, serve: bool, port: int = 0, until: Until | None = None) -> None:
    """Ask the demo's question, show the answer, and then either end or keep the simulator for more questions."""
    out, aside = terminal.stdout(), terminal.stderr()
    aside.print("[bold]Example Corp[/bold]: a simulated Slack, 1,000 seats, 13 months, eight departments.")
    aside.print("Who has a seat, and who was active this month? Slack's figures and the HR roster:\n")
    aside.print(Syntax(sql, "sql", background_color="default", theme="ansi_dark"))
    aside.print()
    with connect(source="demo") as database:
        with terminal.reading(database.calls, database.waiting) as shown:
            result = database.sql(sql, progress=lambda p: shown.update(p.table, p.done, p.of, p.rows))
        with result:
            terminal.answer(result.columns, result.rows(), result.numeric)
        out.file.flush()
        aside.print(f"\n{plural(database.calls(), 'call')} to Slack, one for each day that the statement needs.")
        for text in database.notes():
            terminal.note(text)
    if serve:
        keep_serving(port, until)


def keep_serving(port: int, until: Until | None = None) -> None:
    """The simulator with its roster, and what to try with it, until it is interrupted."""
    simulator = Simulator(members=MEMBERS, seed=SEED, today=today(), rate_limit=None)
    with TemporaryDirectory(prefix="slackanalytics-") as folder, served(simulator, port, spare=True) as server:
        roster = Path(folder) / "HR_dataset.csv"
        write_roster(simulator.company, simulator.today, roster)
        announce(server, f"export SLACKANALYTICS_HR_FILE={roster}", "export SLACKANALYTICS_RATE_LIMIT=off")
        terminal.stderr().print(f"\nand then, for example:\n{NEXT}", markup=False)
        if until:
            until(server, roster)
        until_interrupted(waiting=until is None)


def simulate(
    *, port: int, members: int, seed: int, rate_limit: str, faults: tuple[str, ...], hr_output: Path | None
) -> None:
    """Serve the simulator until it is interrupted. Raises ConfigurationError for what it cannot be told."""
    if rate_limit != "off" and not (rate_limit.isascii() and rate_limit.isdigit() and int(rate_limit)):
        raise ConfigurationError(f"--rate-limit {rate_limit}: calls per minute, or off")
    try:
        simulator = Simulator(
            members=members,
            seed=seed,
            today=today(),
            rate_limit=None if rate_limit == "off" else int(rate_limit),
            faults=dict(parse_option(fault) for fault in faults),
        )
    except ValueError as error:
        raise ConfigurationError(f"--fault: {error}") from error
    with served(simulator, port) as server:
        more = [] if rate_limit == "20" else [f"export SLACKANALYTICS_RATE_LIMIT={rate_limit}"]
        if hr_output:
            write_roster(simulator.company, simulator.today, hr_output)
            more.append(f"export SLACKANALYTICS_HR_FILE={hr_output.absolute()}")
        announce(server, *more)
        until_interrupted()


def until_interrupted(*, waiting: bool = True) -> None:
    """Waits for Ctrl-C or a signal to end, which is how serving is meant to end."""
    with suppress(KeyboardInterrupt):
        if waiting:
            threading.Event().wait()
    terminal.stderr().print("\nThe simulated Slack has ended.")


def today() -> date | Callable[[], date]:
    """The day that was set, or whatever day it is."""
    return Settings.from_environment(os.environ).today or (lambda: datetime.now(UTC).date())


def announce(server: Served, *more: str) -> None:
    """What another terminal has to be told; the lines to paste are on stdout."""
    aside, out = terminal.stderr(), terminal.stdout()
    aside.print(f"\nThe simulated Slack is at [bold]{server.url}[/bold]; Ctrl-C ends it. In another terminal:\n")
    lines = [f"export SLACKANALYTICS_SLACK_API_URL={server.url}", f"export SLACKANALYTICS_SLACK_TOKEN={server.token}"]
    if shutil.which("slackanalytics") is None:
        lines.append(f'export PATH="{Path(sys.executable).parent}:$PATH"')
    if fixed := Settings.from_environment(os.environ).today:
        lines.append(f"export SLACKANALYTICS_TODAY={fixed}")
    out.print("\n".join([*lines, *more]), markup=False)
    out.file.flush()
    name, secret = server.client
    aside.print(
        f"\nInstead of that token, slackanalytics login gets one: client ID {name}, client secret {secret}",
        markup=False,
    )


@contextmanager
def served(simulator: Simulator, port: int, *, spare: bool = False) -> Iterator[Served]:
    """The simulator on a port; with `spare`, on a free one where that is taken. Raises ConfigurationError."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(simulator.serve(port))
        except OSError as error:
            if not spare:
                raise ConfigurationError(
                    f"port {port} cannot be used: {error.strerror}; give another with --port, or 0 for a free one"
                ) from error
            server = stack.enter_context(simulator.serve(0))
        yield server
