"""Who is signed in: sessions in this process's memory, named by 128 random bits and known by their digest only."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

IDLE = 30 * 60.0
"""Seconds without a request after which a session has ended."""
ABSOLUTE = 12 * 3600.0
"""Seconds after which it has ended in any case."""
MOST = 1_000
"""Sessions held at a time; beyond it the one that has been idle longest ends."""


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that has shown who it is."""

    who: str
    """The name in logs and on the status page."""
    browser: str
    """128 random bits that tie an OAuth conversation to this browser; never sent to it."""
    started: float
    seen: float
    role: str = "aggregate"
    """What may be seen in it: one of the dashboard's roles."""
    reason: str = ""
    """Why more than groups may be seen."""
    outcome: object = None
    """What the last visit to Slack came to, to be told on the page after it."""

    def live(self, now: float) -> bool:
        """Whether neither the idle nor the absolute time has passed."""
        return now - self.seen < IDLE and now - self.started < ABSOLUTE


class Sessions:
    """Begins, finds and ends sessions. Safe to share between threads."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        random: Callable[[], str] = lambda: secrets.token_urlsafe(16),
    ) -> None:
        self._clock = clock
        self._random = random
        self._held: dict[str, Session] = {}
        self._lock = threading.Lock()

    def begin(self, who: str) -> str:
        """A new session's name, to be given to the browser and to nobody else."""
        name, now = self._random(), self._clock()
        with self._lock:
            self._held = {known: held for known, held in self._held.items() if held.live(now)}
            while len(self._held) >= MOST:
                del self._held[min(self._held, key=lambda known: self._held[known].seen)]
            self._held[_digest(name)] = Session(who, self._random(), now, now)
        return name

    def find(self, name: str | None) -> Session | None:
        """The live session of that name, which has now been seen again."""
        if not name:
            return None
        known, now = _digest(name), self._clock()
        with self._lock:
            held = self._held.pop(known, None)
            if held is None or not held.live(now):
                return None
            self._held[known] = replace(held, seen=now)
            return self._held[known]

    def note(self, name: str | None, outcome: object) -> str | None:
        """Remember what a visit to Slack came to. The session's name from now on, where that is another one."""
        with self._lock:
            held = self._held.get(known := _digest(name or ""))
            if held is not None:
                self._held[known] = replace(held, outcome=outcome)
        return None

    def take_role(self, name: str | None, role: str, reason: str) -> None:
        """From now on this may be seen, for that reason."""
        with self._lock:
            held = self._held.get(known := _digest(name or ""))
            if held is not None:
                self._held[known] = replace(held, role=role, reason=reason)

    def listing(self) -> list[tuple[Session, float, float]]:
        """Every live session, with the seconds since it began and since it was last seen; the newest first."""
        now = self._clock()
        with self._lock:
            held = [session for session in self._held.values() if session.live(now)]
        return [(s, now - s.started, now - s.seen) for s in sorted(held, key=lambda s: s.started, reverse=True)]

    def end_all(self) -> None:
        """Sign everybody out."""
        with self._lock:
            self._held.clear()

    def end(self, name: str | None) -> None:
        """Forget a session, if there is one."""
        with self._lock:
            self._held.pop(_digest(name or ""), None)


def _digest(name: str) -> str:
    """What is kept of a name: looking a digest up tells an eavesdropper on time nothing about the name."""
    return hashlib.sha256(name.encode()).hexdigest()
