"""The figures that pages show: read in the background, kept in memory, and read again when Slack has more.

Pages never wait for it; they ask how it stands. What was read stays when reading again fails.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal, Protocol

from athena_federation.errors import FederationError
from slackanalytics.adoption import Adoption

AGAIN = 3_600.0
"""Seconds after which it is asked whether there is more to read."""
AFTER_TROUBLE = 300.0
"""The same after an error."""
UNCONNECTED, CONNECTED = 5.0, 30.0
"""Seconds between two looks whether Slack is connected, while it is not and while it is."""

PATIENCE = 3.0
"""Seconds that the end waits for a reading under way."""

log = logging.getLogger("slackanalytics.web")


class Closing(Exception):
    """Ends a reading under way."""


Phase = Literal["unconnected", "reading", "ready", "failed"]


class Read(Protocol):
    """Reads everything anew, telling how far it is: days done, days altogether."""

    def __call__(self, progress: Callable[[int, int], None], /) -> Adoption:
        """Raises FederationError."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands."""

    phase: Phase = "unconnected"
    adoption: Adoption | None = None
    """What was read last; there is some in every phase after the first reading."""
    version: int = 0
    """Counts readings, so that nothing made of an older one is shown for a newer."""
    done: int = 0
    of: int = 0
    """Days read, and days to read."""
    trouble: FederationError | None = None
    """Why the last reading failed."""
    at: datetime | None = None
    """When `adoption` was read."""


class Loading:
    """Reads in a thread of its own, from `start()` to `close()`."""

    def __init__(
        self,
        read: Read,
        *,
        connected: Callable[[], bool] = lambda: True,
        changed: Callable[[Adoption], bool] = lambda _adoption: True,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        time: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        `connected` tells whether there is anything to read from, `changed` whether there is more than was read.
        """
        self._read = read
        self._connected = connected
        self._changed = changed
        self._ready: Callable[[], object] = lambda: None
        self._clock = clock
        self._time = time
        self._due = 0.0
        self._standing = Standing()
        self._stop = threading.Event()
        self._poke = threading.Event()
        self._thread = threading.Thread(target=self._run, name="adoption", daemon=True)

    @property
    def standing(self) -> Standing:
        """How it stands now."""
        return self._standing

    @property
    def closing(self) -> bool:
        """Whether it is to end."""
        return self._stop.is_set()

    def rest(self, seconds: float) -> None:
        """Wait, but not beyond the end."""
        self._stop.wait(seconds)

    def start(self, ready: Callable[[], object] = lambda: None) -> None:
        """Begin. `ready` is called after each reading, in the same thread, as to draw what everybody looks at first."""
        self._ready = ready
        self._thread.start()

    def again(self) -> None:
        """Look now, as after Slack was connected."""
        self._due = 0.0
        self._poke.set()

    def close(self) -> None:
        """End, a reading under way with its next day, so that nothing of it is left behind."""
        self._stop.set()
        self._poke.set()
        if self._thread.is_alive():
            self._thread.join(PATIENCE)

    def once(self) -> float:
        """Read if Slack is connected and it is time, and say after how many seconds to look again."""
        if not self._connected():
            self._standing = Standing(version=self._standing.version)  # what was read is not for those who took it back
            self._due = 0.0
            return UNCONNECTED
        if self._time() < self._due:
            return CONNECTED
        began, held = self._time(), self._standing.adoption
        try:
            if self._standing.phase == "ready" and held and not self._changed(held):
                self._due = began + AGAIN
                return CONNECTED
            self._standing = replace(self._standing, phase="reading", done=0, of=0)
            adoption = self._read(self._advance)
        except FederationError as error:
            log.warning("adoption not read: %s", type(error).__name__)
            self._standing = replace(self._standing, phase="failed", trouble=error)
            self._due = self._time() + AFTER_TROUBLE
            return CONNECTED
        before = self._standing
        self._standing = Standing("ready", adoption, before.version + 1, before.done, before.of, None, self._clock())
        self._due = self._time() + AGAIN
        log.info("adoption read in %.1f s", self._time() - began)
        self._ready()
        return CONNECTED

    def _advance(self, done: int, of: int) -> None:
        if self.closing:
            raise Closing
        self._standing = replace(self._standing, done=done, of=of)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                pause = self.once()
            except Closing:
                return
            except Exception as error:  # noqa: BLE001 - the thread must live on; the page says that it failed
                log.error("adoption not read: %s", type(error).__name__)  # noqa: TRY400 - its message may quote data
                trouble = FederationError("the figures could not be read; the log has the kind of error")
                self._standing = replace(self._standing, phase="failed", trouble=trouble)
                self._due = self._time() + AFTER_TROUBLE
                pause = CONNECTED
            self._poke.wait(pause)
            self._poke.clear()
