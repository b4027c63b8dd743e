"""Example Corp on this machine: the simulator behind the real road, for people who have no Slack at hand."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from pathlib import Path

from rich.syntax import Syntax

from athena_federation.errors import ConfigurationError
from slackanalytics import terminal
from slackanalytics.database import connect
from slackanalytics.simulator import Simulator, parse_option, write_roster
from slackanalytics.terminal import plural


def run(sql: str, *, serve: bool) -> None:
    """Ask the demo's question, show the answer, and then either end or keep the simulator for more questions."""
    out, aside = terminal.stdout(), terminal.stderr()
    aside.print("[bold]Example Corp[/bold]: a simulated Slack with 1,000 seats, 13 months and eight departments\n")
    aside.print(Syntax(sql, "sql", background_color="default"))
    with connect(source="demo") as database:
        with terminal.reading(database.calls, database.waiting) as shown:
            result = database.sql(sql, progress=lambda p: shown.update(p.table, p.done, p.of, p.rows))
        aside.print()
        with result:
            out.print(terminal.answer_table(result.columns, result.rows(), result.numeric))
        aside.print()
        for text in database.notes():
            terminal.note(text)
    if serve:
        simulate(port=8900, members=1_000, seed=2026, rate_limit="off", faults=(), hr_output=None)


def simulate(
    *, port: int, members: int, seed: int, rate_limit: str, faults: tuple[str, ...], hr_output: Path | None
) -> None:
    """Serve the simulator until it is interrupted."""
    aside = terminal.stderr()
    if not 1 <= members <= 500_000:
        raise ConfigurationError(f"--members {members}: between 1 and 500,000")
    if rate_limit != "off" and not (rate_limit.isdigit() and int(rate_limit)):
        raise ConfigurationError(f"--rate-limit {rate_limit}: calls per minute, or off")
    simulator = Simulator(
        members=members,
        seed=seed,
        rate_limit=None if rate_limit == "off" else int(rate_limit),
        faults=dict(parse_option(fault) for fault in faults),
    )
    if hr_output:
        write_roster(simulator.company, simulator.today, hr_output)
    with ExitStack() as stack:
        try:
            server = stack.enter_context(simulator.serve(port))
        except OSError as error:
            raise ConfigurationError(f"port {port} cannot be used: {error.strerror}; give another with --port") from error
        aside.print(f"Slack simulator with {plural(members, 'seat')} at [bold]{server.url}[/bold], Ctrl-C ends it. In another terminal:\n")
        terminal.stdout().print(
            f"export SLACKANALYTICS_SLACK_API_URL={server.url}\nexport SLACKANALYTICS_SLACK_TOKEN={server.token}",
            soft_wrap=True,
        )
        threading.Event().wait()
