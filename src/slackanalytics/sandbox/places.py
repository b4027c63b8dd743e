"""Where in a statement an error is."""

from __future__ import annotations

import re
from dataclasses import dataclass

SAID = re.compile(r"\s*\(?\bline (\d+)(?:, col(?:umn)?:? (\d+))?\)?:?", re.IGNORECASE)
"""How the parser and the compiler name a place."""


@dataclass(frozen=True, slots=True)
class Place:
    """Line and column, from 1."""

    line: int
    column: int


def place(sql: str, message: str) -> Place | None:
    """What the message says, within the statement; its first word where the message begins with that."""
    lines = sql.split("\n")
    if said := SAID.search(message):
        line = min(int(said[1]), len(lines))
        here = lines[line - 1]
        return Place(line, min(int(said[2]), len(here) + 1) if said[2] else len(here) - len(here.lstrip()) + 1)
    first = re.search(r"\w+", sql)
    if first and message.upper().startswith(first[0].upper()):
        return Place(sql[: first.start()].count("\n") + 1, first.start() - sql.rfind("\n", 0, first.start()))
    return None
