"""The states of conversations that wait for their answer: random, for one browser, for ten minutes, for one use.

Only digests are held, so that a state cannot be found by how long a comparison takes. Where instances share no memory,
the state itself says, signed, what it was begun with.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from slackanalytics.oauth_errors import StateExpired, StateForeign, StateReplayed, StateUnknown
from slackanalytics.signatures import Signatures

LIFETIME = timedelta(minutes=10)
"""As long as Slack's own code is good."""
MOST = 10_000
"""States held at a time; beyond that the oldest go, so that nobody can fill the memory."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What was said when a conversation began."""

    browser: bytes
    redirect_uri: str
    replace: bool
    until: datetime
    used: bool = False


class Remembering(Protocol):
    """What knows the conversations that were begun. Safe to share between threads."""

    def add(self, state: str, browser: str, redirect_uri: str, *, replace: bool) -> str:
        """Remembers a conversation. The state to send to Slack, made of the random one given."""
        ...

    def take(self, state: str, browser: str, redirect_uri: str) -> Waiting:
        """
        What the state was begun with, for the first who asks; in one step, whatever comes of it, it is spent.

        Raises StateUnknown, StateReplayed, StateExpired or StateForeign.
        """
        ...


class States:
    """The memory of one process. Safe to share between threads."""

    def __init__(self, clock: Callable[[], datetime], *, most: int = MOST) -> None:
        self._clock = clock
        self._most = most
        self._lock = threading.Lock()
        self._waiting: dict[bytes, Waiting] = {}
        """In the order of their beginning, and so of their end."""

    def add(self, state: str, browser: str, redirect_uri: str, *, replace: bool) -> str:
        """Remembers a conversation."""
        now = self._clock()
        with self._lock:
            for key in [k for k, waiting in self._waiting.items() if waiting.until + LIFETIME < now]:
                del self._waiting[key]
            while len(self._waiting) >= self._most:
                del self._waiting[next(iter(self._waiting))]
            self._waiting[_digest(state)] = Waiting(_digest(browser), redirect_uri, replace, now + LIFETIME)
        return state

    def take(self, state: str, browser: str, redirect_uri: str) -> Waiting:
        """
        What the state was begun with, for the first who asks; in one step, whatever comes of it, it is spent.

        Raises StateUnknown, StateReplayed, StateExpired or StateForeign.
        """
        now = self._clock()
        with self._lock:
            found = self._waiting.get(key := _digest(state))
            if found:
                self._waiting[key] = Waiting(found.browser, found.redirect_uri, found.replace, found.until, used=True)
        return _required(found, browser, redirect_uri, now)


class SignedStates:
    """
    States that carry, signed, what they were begun with, for instances that share no memory.

    That a state is good once is known to the instance that took it; for all others it holds because Slack's code is.
    """

    def __init__(self, signatures: Signatures, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._signatures = signatures
        self._clock = clock
        self._lock = threading.Lock()
        self._taken: dict[str, datetime] = {}

    def add(self, state: str, browser: str, redirect_uri: str, *, replace: bool) -> str:
        until = (self._clock() + LIFETIME).timestamp()
        return self._signatures.signed("state", [state, _digest(browser).hex(), replace, until], redirect_uri)

    def take(self, state: str, browser: str, redirect_uri: str) -> Waiting:
        said = self._signatures.read("state", state, redirect_uri)
        if said is None:
            return _required(None, browser, redirect_uri, self._clock())
        random, whose, replace, until = said
        now, ends = self._clock(), datetime.fromtimestamp(until, UTC)
        with self._lock:
            self._taken = {known: end for known, end in self._taken.items() if now < end}
            used = random in self._taken
            self._taken[random] = ends
        return _required(Waiting(bytes.fromhex(whose), redirect_uri, replace, ends, used), browser, redirect_uri, now)


def _required(found: Waiting | None, browser: str, redirect_uri: str, now: datetime) -> Waiting:
    """What was found, where it is good for this answer."""
    if found is None:
        raise StateUnknown("Slack's answer belongs to no conversation begun here; start again from this app's own page")
    if found.used:
        raise StateReplayed("this answer of Slack's was used before; if Slack is not connected, start again")
    if now >= found.until:
        raise StateExpired("the conversation took longer than ten minutes; start again")
    if not hmac.compare_digest(found.browser, _digest(browser)):
        raise StateForeign("the conversation was begun in another browser; start again in this one")
    if found.redirect_uri != redirect_uri:
        raise StateUnknown("Slack's answer came to another address than it was asked to; start again")
    return found


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
