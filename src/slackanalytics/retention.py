"""How long days about people are kept on this machine, and forgetting those that are older.

Thirteen months is what Slack keeps, and what a comparison with the year before needs. Each day is a file of its own, so
that forgetting it is removing the file: nothing of it is left in another. Days in a bucket are forgotten by its
lifecycle rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from athena_federation.errors import ConfigurationError
from slackanalytics.cache import first_day

RETENTION = timedelta(days=395)
"""How long a day is kept: thirteen months."""


def beyond(root: Path, today: date) -> list[date]:
    """The days in the directory of the cache that are older than that, of every organisation, oldest first."""
    return sorted({day for _, day in _old(root, today)})


def purge(root: Path, today: date) -> list[date]:
    """
    Forgets those days for good, and tells which they were. Slack has none of them any more.

    What is known of a day goes first: whatever interrupts this, no day is left that looks whole and is not. Raises
    ConfigurationError where a file cannot be removed.
    """
    found = sorted(_old(root, today), key=lambda each: (each[0].suffix != ".json", each[1]))
    try:
        for file, _ in found:
            file.unlink(missing_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"{error.filename} cannot be removed: {error.strerror}; days older than the retention are left"
        ) from error
    return sorted({day for _, day in found})


def _old(root: Path, today: date) -> Iterator[tuple[Path, date]]:
    """The files of old days, halves that a crash has left included."""
    limit = min(today - RETENTION, first_day(today))
    for file in root.glob("*/*") if root.is_dir() else ():
        try:
            day = date.fromisoformat(file.name.lstrip(".")[:10])
        except ValueError:
            continue
        if day < limit and file.suffix in {".json", ".parquet", ".lock", ".part"}:
            yield file, day
