"""Names of departments and the like that differ in letter case or blanks only, made one."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
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
    changed: list[dict[str, str | None]] = [{} for _ in entries]
    for field in ATTRIBUTES:
        counts: dict[str, Counter[str]] = {}
        for entry in entries:
            if text := getattr(entry, field):
                counts.setdefault(_alike(text), Counter())[text] += 1
        kept = {alike: _preferred(written) for alike, written in counts.items() if alike}
        for alike, name in kept.items():
            others = {text: number for text, number in counts[alike].items() if text != name}
            if others:
                found.append(Spelling(field, name, tuple(sorted(others)), sum(others.values())))
        for change, entry in zip(changed, entries, strict=True):
            change[field] = kept.get(_alike(getattr(entry, field) or ""))
    return tuple(replace(e, **change) for e, change in zip(entries, changed, strict=True)), tuple(found)  # type: ignore[arg-type]


def _alike(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _preferred(written: Counter[str]) -> str:
    """The most frequent spelling; of several, one in mixed case. Blanks are tidied."""
    tidy: Counter[str] = Counter()
    for text, number in written.items():
        tidy[" ".join(unicodedata.normalize("NFC", text).split())] += number
    return min(tidy, key=lambda text: (-tidy[text], text.isupper() or text.islower(), text))
