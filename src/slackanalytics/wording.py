"""Counts and days in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

SPANS = 6
"""Runs of days that are named; more are counted."""


def plural(count: int, word: str) -> str:
    """`1 day`, `1,234 days`."""
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def spans(days: Sequence[date]) -> str:
    """Days as runs: `2026-11-01 to 2026-11-05, 2026-11-09`."""
    runs: list[list[date]] = []
    for day in sorted(days):
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1][1:] = [day]
        else:
            runs.append([day])
    parts = [run[0].isoformat() if len(run) == 1 else f"{run[0]} to {run[1]}" for run in runs]
    rest = len(parts) - SPANS
    return ", ".join(parts[:SPANS]) + (f" and {rest} more {'span' if rest == 1 else 'spans'}" if rest > 0 else "")


def seconds(count: float) -> str:
    """`34 s`, `2 min 5 s`."""
    minutes, rest = divmod(max(0, round(count)), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
