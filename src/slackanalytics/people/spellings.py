"""Names of departments and the like that differ in letter case or blanks only, made one."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from slackanalytics.people.entries import ATTRIBUTES, Entry


@dataclass(frozen=True, slots=True)
class Spelling:
    """A name that was written in several ways, and the one that is kept: the most frequent."""

    field: str
    kept: str
    others: tuple[str, ...]
    """As written, blanks included."""
    rows: int
    """How many rows were written otherwise."""


def unified(entries: Sequence[Entry]) -> tuple[tuple[Entry, ...], tuple[Spelling, ...]]:
    """The rows with one spelling for each name, and what was changed."""
    found: list[Spelling] = []
    kept: dict[str, dict[str, str | None]] = {}
    for field in ATTRIBUTES:
        written = Counter(text for entry in entries if (text := getattr(entry, field)))
        alike: dict[str, Counter[str]] = {}
        for text, number in written.items():
            alike.setdefault(_alike(text), Counter())[text] = number
        kept[field] = {}
        for key, its in alike.items():
            name = _preferred(its) if key else None  # nothing but blanks
            kept[field] |= dict.fromkeys(its, name)
            if name and (others := {text: number for text, number in its.items() if text != name}):
                found.append(Spelling(field, name, tuple(sorted(others)), sum(others.values())))
    return tuple(_respelt(entry, kept) for entry in entries), tuple(found)


def _respelt(entry: Entry, kept: Mapping[str, Mapping[str, str | None]]) -> Entry:
    """The row with the names that are kept; the row itself where it has them."""
    changed = {
        field: names[text]
        for field, names in kept.items()
        if (text := getattr(entry, field)) is not None and names[text] != text
    }
    return replace(entry, **changed) if changed else entry  # type: ignore[arg-type]  # texts all of them


def _alike(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _preferred(written: Counter[str]) -> str:
    """The most frequent spelling; of several, one in mixed case. Blanks are tidied."""
    tidy: Counter[str] = Counter()
    for text, number in written.items():
        tidy[" ".join(unicodedata.normalize("NFC", text).split())] += number
    return min(tidy, key=lambda text: (-tidy[text], text.isupper() or text.islower(), text))
