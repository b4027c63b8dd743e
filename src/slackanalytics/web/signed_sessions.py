"""Who is signed in, where instances of the app share no memory: the session is its cookie, signed.

Such a session lasts half an hour and is not prolonged. It cannot be listed, and not be ended by itself: signing out makes
a new key, under which no session is good any more, just as signing everybody out does.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import asdict

from slackanalytics.signatures import Signatures
from slackanalytics.web.refusals import Refusal
from slackanalytics.web.sessions import IDLE, Session, Sessions


class SignedSessions(Sessions):
    """Begins, reads and ends sessions. Safe to share between threads.

    Args:
        signatures: Signs them.
        renew_key: Makes a new key for all instances.
        clock: Seconds since 1970, which every instance has the same.
    """

    def __init__(
        self, signatures: Signatures, renew_key: Callable[[], object], clock: Callable[[], float] = time.time
    ) -> None:
        self._signatures = signatures
        self._renew_key = renew_key
        self._wall = clock

    def begin(self, who: str) -> str:
        """A new session as a text, to be given to the browser and to nobody else."""
        return self._signatures.signed("session", [who, secrets.token_urlsafe(16), self._wall(), None])

    def find(self, name: str | None) -> Session | None:
        """The session that a text is, if it is still live."""
        said = self._signatures.read("session", name) if name else None
        if said is None:
            return None
        who, random, started, outcome = said
        if not 0 <= self._wall() - started < IDLE:
            return None
        browser = self._signatures.derived("browser", random)
        return Session(who, browser, started, started, outcome=Refusal(**outcome) if outcome else None)

    def note(self, name: str | None, outcome: object) -> str | None:
        """The text to give to the browser from now on."""
        said = self._signatures.read("session", name) if name else None
        if said is None or not isinstance(outcome, Refusal):
            return None
        return self._signatures.signed("session", [*said[:3], asdict(outcome)])

    def listing(self) -> list[tuple[Session, float, float]]:
        """None: nobody knows them all."""
        return []

    def end_all(self) -> None:
        """Sign everybody out."""
        self._renew_key()

    def end(self, name: str | None) -> None:
        """End it, and all others with it; nothing for a text that is no session."""
        if self.find(name) is not None:
            self._renew_key()
