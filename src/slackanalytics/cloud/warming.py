"""Keeping days warm on a schedule: what is missing is fetched within the time at hand, and the next run goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from athena_federation.errors import ConfigurationError, Corrupt
from slackanalytics.cache import Days
from slackanalytics.settings import Settings

PAUSE = 60.0
"""Seconds for which a day may have to wait for Slack's limit, which counts minutes."""


def reserve(settings: Settings, whole: float) -> float:
    """Seconds that a run must still have to begin another day; never more than half of the whole time."""
    return min(settings.deadline + PAUSE, whole / 2)


def sync(days: Days, remaining: Callable[[], float], reserved: float) -> dict[str, int]:
    """
    Fetch and keep the days that are not at hand, newest first, until fewer than `reserved` seconds remain.

    A day whose file is wrong is counted and left out. What was kept before an error stays kept.

    Returns:
        How many days were `published` (and are kept now), `pending`, `absent`, `corrupt`, and `left` for the next run.

    Raises:
        SourceError: Slack refused or failed otherwise.
    """
    missing = [status.day for status in days.status() if not days.is_at_hand(status.day)]
    counts = Counter(dict.fromkeys(("published", "pending", "absent", "corrupt"), 0))
    while missing and remaining() >= reserved:
        day = missing.pop()
        try:
            counts[days.keep(day).status] += 1
        except Corrupt as error:
            days.notes.add(day, str(error))
            counts["corrupt"] += 1
    return {**counts, "left": len(missing)}


def require_possible(task: object, settings: Settings) -> None:
    """Raises ConfigurationError for another event, and where days would go with the instance that fetched them."""
    if task != "sync":
        raise ConfigurationError('the only event of ours is {"slackanalytics": "sync"}')
    if settings.cache_bucket is None:
        raise ConfigurationError("days cannot be kept warm without a bucket; set SLACKANALYTICS_CACHE_BUCKET")
