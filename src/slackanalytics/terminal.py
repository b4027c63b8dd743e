"""What people see in a terminal: answers on stdout, everything else on stderr."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

SHOWN = 200
"""Rows of an answer that are printed as a table; files hold all of them."""
PLAIN_INTERVAL = 5.0
"""Seconds between two lines of progress where stderr is not a terminal."""


def stdout() -> Console:
    return Console(highlight=False, soft_wrap=False)


def stderr() -> Console:
    return Console(stderr=True, highlight=False, soft_wrap=True)


def note(text: str) -> None:
    stderr().print(Text("note: ", style="yellow") + Text(text))


class Reading:
    """
    The progress of reading days: how many of all, rows, calls, and whether the rate limit is waited for.

    A live bar in a terminal, a line every few seconds elsewhere, nothing when all was over in a moment.
    """

    def __init__(self, console: Console, calls: Callable[[], int], waiting: Callable[[], float]) -> None:
        self.console = console
        self.calls = calls
        self.waiting = waiting
        self.progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[detail]}", style="dim"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            refresh_per_second=8,
        )
        self.tasks: dict[str, Any] = {}
        self.spoken = time.monotonic()

    def update(self, table: str, done: int, of: int, rows: int) -> None:
        """A step forward in one table."""
        if self.console.is_terminal:
            if table not in self.tasks:
                self.tasks[table] = self.progress.add_task(table, total=of, detail="")
            self.progress.update(self.tasks[table], completed=done, total=of, detail=self.detail(rows))
        elif time.monotonic() - self.spoken >= PLAIN_INTERVAL:
            self.spoken = time.monotonic()
            self.console.print(f"{table}: {done} of {of} days, {self.detail(rows)}")

    def detail(self, rows: int) -> str:
        parts = [f"{rows:,} rows", plural(self.calls(), "call")]
        if seconds := self.waiting():
            parts.append(f"waiting {seconds:.0f} s for Slack's rate limit")
        return ", ".join(parts)


@contextmanager
def reading(calls: Callable[[], int], waiting: Callable[[], float]) -> Iterator[Reading]:
    """Shows progress while the body runs."""
    shown = Reading(stderr(), calls, waiting)
    if not shown.console.is_terminal:
        yield shown
        return
    with shown.progress:
        yield shown


def answer_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], numeric: Sequence[bool]) -> Table:
    """Rows as a table: numbers to the right, NULL dimmed."""
    table = Table(header_style="bold", show_edge=False, pad_edge=False)
    for name, is_number in zip(columns, numeric, strict=True):
        table.add_column(Text(name), justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text("NULL", style="dim") if value is None else Text(shown(value)) for value in row))
    return table


def shown(value: Any) -> str:
    """A cell as Athena shows it, with nothing that a terminal would obey."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def spans(days: Sequence[date]) -> str:
    """Days as runs: `2026-11-01 to 2026-11-05, 2026-11-09`."""
    runs: list[list[date]] = []
    for day in sorted(days):
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1][1:] = [day]
        else:
            runs.append([day])
    parts = [run[0].isoformat() if len(run) == 1 else f"{run[0]} to {run[1]}" for run in runs]
    return ", ".join(parts[:6]) + (f" and {len(parts) - 6} more spans" if len(parts) > 6 else "")


def plural(count: int, word: str) -> str:
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"
