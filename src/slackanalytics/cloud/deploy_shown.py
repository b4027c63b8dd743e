"""What people see of a deployment: the plan as a table, and what happens, live, on stderr."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from athena_federation.display import printable
from slackanalytics import terminal
from slackanalytics.wording import plural, seconds

if TYPE_CHECKING:
    from datetime import datetime

    from slackanalytics.cloud.stacks import Change, Event

STYLES = {
    "create": "green",
    "change": "yellow",
    "perhaps-replace": "bold yellow",
    "replace": "bold red",
    "delete": "red",
}
WORDS = {"perhaps-replace": "change, perhaps replace"}


def plan(changes: Iterable[Change]) -> None:
    """What would be created, changed, replaced and deleted."""
    console = terminal.stderr()
    found = list(changes)
    table = Table("", "resource", "type", "what differs", box=None, pad_edge=False, header_style="bold")
    stack = ""
    for change in found:
        if change.stack != stack:
            stack = change.stack
            table.add_row("", Text(printable(stack), style="bold"), "", "")
        word = WORDS.get(change.action, change.action)
        table.add_row(
            Text(word, style=STYLES.get(change.action, "")), f"  {change.resource}", change.kind, change.about
        )
    console.print(table)
    counts = {action: sum(change.action == action for change in found) for action in STYLES}
    console.print(", ".join(f"{count} to {WORDS.get(action, action)}" for action, count in counts.items() if count))


@contextmanager
def following(what: str) -> Iterator[_Events]:
    """Shows events as they come."""
    console = terminal.stderr()
    shown = _Events(what)
    if console.is_terminal and not console.is_dumb_terminal:
        with console.status(what) as status:
            shown.update = status.update
            yield shown
        return
    yield shown


class _Events:
    """One line for each event, and in a terminal what goes on just now."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.begin: datetime | None = None
        self.under_way: set[str] = set()
        self.update: Callable[[str], None] = lambda _text: None

    def __call__(self, event: Event) -> None:
        self.begin = self.begin or event.at
        name = f"{event.stack} / {event.resource}"
        if event.status.endswith("_IN_PROGRESS"):
            self.under_way.add(name)
        else:
            self.under_way.discard(name)
            style = "red" if event.failed or "ROLLBACK" in event.status else "green"
            line = Text(f"{event.at:%H:%M:%S}  ") + Text(f"{event.status.lower():<24}", style=style)
            line += Text(printable(f"  {name} ({event.kind})" + (f": {event.reason}" if event.failed else "")))
            terminal.stderr().print(line)
        passed = (event.at - self.begin).total_seconds()
        self.update(f"{self.what}: {plural(len(self.under_way), 'resource')} under way, {seconds(passed)}")
