"""The code blocks of the documents, and what it means that one holds.

`console`: each line after `$ ` is a command (`> ` goes on with it) and the lines below it are what it prints; `…` stands
for anything, and alone on a line for any lines or none. `python`: the blocks of a page are one program; a `text` block right
below one is what it prints. `sql`: a statement that can be planned. `sh` and other languages are not run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^```(?P<language>[a-z]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block."""

    language: str
    text: str
    line: int
    """Where it begins, counted from 1."""
    adjacent: bool = False
    """Whether nothing but blank lines stands between it and the block before."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a console block, and what it is said to print."""

    text: str
    printed: str


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    found: list[Block] = []
    end = 0
    for match in FENCE.finditer(text):
        beside = bool(found) and not text[end : match.start()].strip()
        found.append(Block(match["language"], match["text"], text.count("\n", 0, match.start()) + 1, beside))
        end = match.end()
    return found


def commands(block: str) -> Iterator[Command]:
    """The commands of a console block."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        first, *lines = part.splitlines()
        going_on = 0
        while going_on < len(lines) and lines[going_on].startswith("> "):
            first += "\n" + lines[going_on].removeprefix("> ")
            going_on += 1
        yield Command(first, "\n".join(lines[going_on:]))


def same(said: str, printed: str) -> bool:
    """Whether a text is what the document says, its `…` filled in, blanks at line ends aside."""
    return re.fullmatch(pattern(tidy(said)), f"\n{tidy(printed)}", re.DOTALL) is not None


def pattern(said: str) -> str:
    """A regular expression for what a text says, each line with the line end before it."""
    return "".join(
        r"(?:\n.*?)?" if line.strip() == "…" else r"\n" + r"[^\n]*".join(re.escape(part) for part in line.split("…"))
        for line in said.split("\n")
    )


def tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines())
