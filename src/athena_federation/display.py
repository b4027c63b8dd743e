"""Rows laid out as text, for people: a table where it fits, otherwise one line per value.

Formats that are kept or sent are none of this module's business; here numbers get separators, and characters that a
terminal would obey are replaced.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

LEAST = 20
"""The width below which no column is folded; where that is not enough, each value gets a line of its own."""
SEPARATED = 10_000
"""A column that holds a number from here on is written with separators: 2026 stays a year, 1,234,567 can be read."""

BLOCKS = 20
"""Rows that are shown with one value to a line; more would be a flood."""

Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Layout:
    """Rows as lines of text."""

    lines: tuple[str, ...]
    heads: frozenset[int]
    """Which of the lines are headings."""
    rows: int
    """How many rows there was room for."""


def layout(columns: Sequence[str], rows: Rows, numeric: Sequence[bool], width: int | None = None) -> Layout:
    """
    The rows as a table no wider than `width` (as wide as it gets for None). Where the columns do not fit beside each
    other, a block for each of the first rows, with one value to a line.
    """
    names = [printable(name) for name in columns]
    texts = [column_texts([row[place] for row in rows]) for place in range(len(names))]
    natural = [max(map(size, [name, *cells])) for name, cells in zip(names, texts, strict=True)]
    cells = list(zip(*texts, strict=True))
    widths = fitted(natural, width)
    if widths is not None:
        heading = folded(names, numeric, widths)
        return Layout(tuple(table(heading, cells, numeric, widths)), frozenset(range(len(heading))), len(cells))
    shown = cells[:BLOCKS]
    height = len(names) + 1
    return Layout(tuple(blocks(names, shown)), frozenset(range(0, height * len(shown), height)), len(shown))


def table(
    heading: Sequence[Sequence[str]], rows: Sequence[Sequence[str]], numeric: Sequence[bool], widths: Sequence[int]
) -> list[str]:
    """A heading, a rule, and the rows; cells that are too wide go on below themselves."""
    above = [" ┃ ".join(cells) for cells in heading]
    rule = "━╇━".join("━" * width for width in widths)
    below = [" │ ".join(cells) for row in rows for cells in folded(row, numeric, widths)]
    return [line.rstrip() for line in [*above, rule, *below]]


def blocks(names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """One value to a line, below the number of its row."""
    widest = max(map(size, names))
    found = []
    for number, row in enumerate(rows, start=1):
        title = f"row {number:,} "
        found.append(title + "━" * max(0, widest + 1 - size(title)) + "╇" + "━" * 20)
        found += [f"{padded(name, widest)} │ {cell}".rstrip() for name, cell in zip(names, row, strict=True)]
    return found


def fitted(natural: Sequence[int], width: int | None) -> list[int] | None:
    """Widths that together fit, the widest columns folded first; None where that would fold too much."""
    widths = list(natural)
    if width is None:
        return widths
    excess = sum(widths) + 3 * (len(widths) - 1) - width
    while excess > 0:
        widest = max(range(len(widths)), key=widths.__getitem__)
        if widths[widest] <= LEAST:
            return None
        widths[widest] -= 1
        excess -= 1
    return widths


def folded(cells: Sequence[str], numeric: Sequence[bool], widths: Sequence[int]) -> list[list[str]]:
    """A row as lines of padded cells."""
    parts = [pieces(cell, width) for cell, width in zip(cells, widths, strict=True)]
    height = max((len(part) for part in parts), default=0)
    return [
        [
            padded(part[line] if line < len(part) else "", width, right=right)
            for part, width, right in zip(parts, widths, numeric, strict=True)
        ]
        for line in range(height)
    ]


def pieces(cell: str, width: int) -> list[str]:
    """A text in pieces of at most so many columns."""
    if size(cell) <= width:
        return [cell]
    found, line = [], ""
    for char in cell:
        if line and size(line + char) > width:
            found.append(line)
            line = ""
        line += char
    return [*found, line]


def padded(text: str, width: int, *, right: bool = False) -> str:
    space = " " * (width - size(text))
    return space + text if right else text + space


def size(text: str) -> int:
    """How many columns of a terminal a text takes: two for a wide character, none for one that joins the last."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.category(char) in ("Mn", "Me")
        else 2 if unicodedata.east_asian_width(char) in "WF"
        else 1
        for char in text
    )  # fmt: skip


def column_texts(values: Sequence[Any]) -> list[str]:
    """The cells of one column; all numbers of a column are written alike."""
    separated = any(is_number(value) and abs(value) >= SEPARATED for value in values)
    return [printable(f"{value:,}" if separated and is_number(value) else shown(value)) for value in values]


def is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def shown(value: Any) -> str:
    """A value as Athena shows it."""
    match value:
        case None:
            return "NULL"
        case bool():
            return str(value).lower()
        case bytes():
            return value.hex(" ")
        case datetime():
            return value.isoformat(" ", "milliseconds")
        case list() | tuple():
            return f"[{', '.join(map(shown, value))}]"
        case dict():
            return "{" + ", ".join(f"{shown(key)}={shown(item)}" for key, item in value.items()) + "}"
        case _:
            return str(value)


def printable(text: str) -> str:
    """A text with nothing in it that a terminal would obey."""
    return text if text.isprintable() else "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
