"""What a statement may cost."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a statement may cost; beyond it the statement ends, and says so."""

    deadline: float = 20.0
    """Seconds that it may take, from when a worker begins with it."""
    grace: float = 1.0
    """Seconds between asking it to end and ending its process."""
    memory: int = 512 * MEBIBYTE
    """Bytes for the rows that it works on."""
    headroom: int = 3
    """The process's address space, as a multiple of that, beyond what it takes to begin with."""
    rows: int = 100_000
    """Rows of an answer; there is a note where there are more."""
    size: int = 32 * MEBIBYTE
    """Bytes of an answer, likewise."""
    characters: int = 10_000
    """Characters of a statement."""
    at_once: int = 4
    """Statements that are worked on at a time."""
    young: int = 2
    """How many of them may be in their first moments; those of owners whose last one was long do not count."""
    heavy: int = 2
    """How many may be of owners whose last statements were long: others find room beside them."""
    long: float = 1.0
    """Seconds after which a statement is long, and stands behind all others where the processor is wanted."""
    penance: float = 60.0
    """Seconds for which an owner's long statement is remembered."""
    waiting: int = 16
    """Statements that wait; one more is turned away."""
    start: float = 60.0
    """Seconds for a worker to be ready."""
    niceness: int = 10
    """How far workers stand behind the web app where both want the processor: `nice`. Long statements are at 19."""
