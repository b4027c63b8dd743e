"""Calls per minute, shared by everybody in this process who uses the same token.

Slack grants 20 calls a minute to each app and organisation: https://docs.slack.dev/apis/web-api/rate-limits.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from athena_federation.errors import SourceError

WINDOW = 61.0
"""Seconds. One more than Slack counts, for the time a call takes to arrive."""

Pause = Callable[[float], object]
"""Waits so many seconds; whatever is true means that waiting was cancelled. `time.sleep` and `Event.wait` fit."""

Waiting = Callable[[str, float], None]
"""Told why and for how many seconds we are about to wait, for a progress display."""


class Limiter:
    """A sliding window: never more than `calls` in any `window` seconds."""

    def __init__(
        self, calls: int | None, *, window: float = WINDOW, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._calls = calls
        self._window = window
        self._clock = clock
        self._lock = threading.Lock()
        self._taken: deque[float] = deque(maxlen=calls)
        self._held_until = float("-inf")

    def take(self, pause: Pause, waiting: Waiting) -> float:
        """Waits for a call to be free, takes it, and tells how many seconds that took. Raises SourceError if cancelled."""
        waited = 0.0
        while left := self._take():
            waiting("Slack's rate limit", left)
            if pause(left):
                raise SourceError("cancelled while waiting for Slack's rate limit")
            waited += left
        return waited

    def hold(self, seconds: float) -> None:
        """Lets nobody call for so long, because Slack asked one of us to wait."""
        with self._lock:
            self._held_until = max(self._held_until, self._clock() + seconds)

    def _take(self) -> float:
        """Takes a call and returns 0, or returns the seconds until one may be free."""
        with self._lock:
            now = self._clock()
            free = self._held_until
            if self._calls is not None and len(self._taken) == self._calls:
                free = max(free, self._taken[0] + self._window)
            if free > now:
                return free - now
            if self._calls is not None:
                self._taken.append(now)
            return 0.0


_SHARED: dict[tuple[str, str, int | None], Limiter] = {}
_SHARED_LOCK = threading.Lock()


def shared(api_url: str, fingerprint: str, calls: int | None) -> Limiter:
    """The limiter of this process for one token at one Slack."""
    with _SHARED_LOCK:
        return _SHARED.setdefault((api_url, fingerprint, calls), Limiter(calls))
