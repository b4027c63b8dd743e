"""What people see in a terminal: answers on stdout, everything else on stderr."""

from __future__ import annotations

import math
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from athena_federation import display
from slackanalytics.wording import plural, seconds

if TYPE_CHECKING:
    from slackanalytics.database import Outlook

SHOWN = 200
"""Rows of an answer that are printed as a table; files hold all of them."""
PLAIN_INTERVAL = 5.0
"""Seconds between two lines of progress where stderr is not a terminal."""
WINDOW = 61.0
"""Seconds in which the rate limit counts."""


def stdout() -> Console:
    return Console(highlight=False, soft_wrap=True)


def stderr() -> Console:
    return Console(stderr=True, highlight=False, soft_wrap=True)


def note(text: str) -> None:
    stderr().print(Text("note: ", style="yellow") + Text(display.printable(text)))


def definitions(rows: Sequence[tuple[str, str, str]]) -> None:
    """Names, their kinds and what they mean, indented, folded where the terminal ends."""
    console = stdout()
    name_width, kind_width = (max((len(row[place]) for row in rows), default=0) for place in (0, 1))
    indent = name_width + kind_width + 6
    room = max(20, console.width - indent) if console.is_terminal else 100_000
    for name, kind, meaning in rows:
        first, *rest = wrap(display.printable(meaning), room) or [""]
        console.print(f"  {name:<{name_width}}  {kind:<{kind_width}}  {first}".rstrip(), markup=False)
        for line in rest:
            console.print(" " * indent + line, markup=False)


def outlooks(reads: Sequence[Outlook]) -> None:
    """What a statement would read of each table."""
    console = stdout()
    for number, read in enumerate(reads):
        lines = read.lines(console.width if console.is_terminal else None)
        console.print(Text("" if number == 0 else "\n").append(lines[0], style="bold"))
        console.print(Text("\n".join(lines[1:])))
    if not reads:
        console.print("no table of Slack's is read")


@dataclass(slots=True)
class Step:
    """How far one table has been read."""

    table: str
    done: int = 0
    of: int = 0
    rows: int | None = 0
    """None where nobody counts them."""


class Reading:
    """
    The progress of reading days: how many of all, rows, calls, how long the rate limit makes us wait, and what is left.

    A live picture in a terminal; elsewhere a line every few seconds, and nothing where all is over before that.
    """

    def __init__(
        self,
        calls: Callable[[], int] | None,
        waiting: Callable[[], float],
        *,
        limit: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`calls`: those to Slack so far, None for rows of another source. `limit`: calls allowed in a minute."""
        self.calls = calls
        self.unit = "day" if calls else "split"
        self.waiting = waiting
        self.limit = limit
        self.clock = clock
        self.started = clock()
        self.step: Step | None = None
        self.spinner = Spinner("dots", Text("computing the answer", style="dim"))

    def update(self, table: str, done: int, of: int, rows: int | None) -> None:
        """A step forward in one table."""
        self.step = Step(table, done, of, rows)

    def picture(self) -> Group | Spinner | Text:
        """What a terminal shows now."""
        step = self.step
        if step is None:
            return Text("")
        if step.done >= step.of:
            return self.spinner
        line = Table.grid(padding=(0, 1))
        bar = ProgressBar(total=step.of, completed=step.done, width=24, complete_style="cyan")
        line.add_row(step.table, bar, f"{step.done} of {plural(step.of, self.unit)}", Text(self.elapsed(), style="dim"))
        return Group(line, *(Text(f"  {text}", style="dim") for text in self.details(step)))

    def line(self) -> str:
        """The same in one line, for what is not a terminal."""
        step = self.step
        if step is None:
            return ""
        if step.done >= step.of:
            return f"{step.table}: {plural(step.of, self.unit)} read, computing the answer"
        return f"{step.table}: {step.done} of {plural(step.of, self.unit)}, {'; '.join(self.details(step))}"

    def details(self, step: Step) -> list[str]:
        counts = [] if step.rows is None else [plural(step.rows, "row")]
        found = [", ".join([*counts, *([f"{plural(self.calls(), 'call')} to Slack"] if self.calls else [])])]
        if wait := self.waiting():
            minutes = self.minutes_left(step, wait)
            left = f"; about {plural(minutes, 'minute')} to go" if minutes > 1 else ""
            found.append(f"waiting {seconds(wait)} for Slack's rate limit{left}")
        return found

    def minutes_left(self, step: Step, wait: float) -> int:
        """What the rate limit makes of the days that are left, at most."""
        if not self.limit:
            return 0
        return math.ceil((wait + (step.of - step.done - 1) // self.limit * WINDOW) / 60)

    def elapsed(self) -> str:
        minutes, rest = divmod(int(self.clock() - self.started), 60)
        return f"{minutes}:{rest:02d}"


@contextmanager
def reading(
    calls: Callable[[], int] | None,
    waiting: Callable[[], float],
    *,
    limit: int | None = None,
    interval: float = PLAIN_INTERVAL,
) -> Iterator[Reading]:
    """Shows progress on stderr while the body runs."""
    shown = Reading(calls, waiting, limit=limit)
    console = stderr()
    if console.is_terminal and not console.is_dumb_terminal:
        with Live(
            get_renderable=shown.picture, console=console, refresh_per_second=8, transient=True,
            redirect_stdout=False, redirect_stderr=False,
        ):  # fmt: skip
            yield shown
        return
    over = threading.Event()
    speaker = threading.Thread(target=speak, args=(shown, over, interval), name="progress", daemon=True)
    speaker.start()
    try:
        yield shown
    finally:
        over.set()
        speaker.join()


def speak(shown: Reading, over: threading.Event, interval: float) -> None:
    """A line of progress every so often, until it is over."""
    while not over.wait(interval):
        if line := shown.line():
            stderr().print(line, markup=False)


def answer(columns: Sequence[str], rows: Sequence[Sequence[Any]], numeric: Sequence[bool]) -> int:
    """
    Print an answer to stdout, and tell how many of its rows were printed.

    In a terminal it is laid out for its width; elsewhere lines are as long as they are.
    """
    console = stdout()
    layout = display.layout(columns, rows, numeric, console.width if console.is_terminal else None)
    if not console.is_terminal:
        sys.stdout.write("".join(f"{line}\n" for line in layout.lines))
        return layout.rows
    for number, line in enumerate(layout.lines):
        console.print(Text(line, style="bold" if number in layout.heads else ""), no_wrap=True, crop=False)
    return layout.rows
