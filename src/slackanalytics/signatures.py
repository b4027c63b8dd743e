"""Texts that were made here and not altered, told without a memory: HMAC-SHA-256 under a key that instances share."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable
from typing import Any

LOOK_AGAIN = 2.0
"""Seconds for which a text that does not fit makes nobody look for a newer key."""

Key = Callable[[bool], bytes]
"""The key; with True, the one that is in force now, past everything remembered."""


class Signatures:
    """
    Signs and reads. Safe to share between threads.

    Args:
        key: Where the key comes from. Another instance may have made a new one, so it is looked up anew for each text that
            fits the one remembered, and now and then for one that does not.
        clock: Seconds that only grow.
    """

    def __init__(self, key: Key, clock: Callable[[], float] = time.monotonic) -> None:
        self._key = key
        self._clock = clock
        self._looked = float("-inf")
        self._lock = threading.Lock()

    def signed(self, kind: str, content: object, bound_to: str = "") -> str:
        """
        The content, as JSON, in a text fit for a cookie or a URL, where anybody can read it.

        Args:
            kind: What it is good for; read as another kind it is nothing.
            bound_to: What else has to be shown to read it.
        """
        body = _text(json.dumps(content, separators=(",", ":")).encode())
        return f"{body}.{_text(self._mark(self._key(False), kind, body, bound_to))}"

    def read(self, kind: str, text: str, bound_to: str = "") -> Any | None:
        """What a text of ours says; None for any other."""
        body, _, shown = text.rpartition(".")
        mark = _bytes(shown)
        if not body or not body.isascii() or mark is None:
            return None
        if not self._fits(mark, False, kind, body, bound_to) and not self._may_look():
            return None
        if not self._fits(mark, True, kind, body, bound_to):  # another instance may have made a new key by now
            return None
        return json.loads(_bytes(body) or b"null")

    def derived(self, kind: str, name: str) -> str:
        """A secret of 128 bits that follows from a name, and that nobody can tell from it."""
        return _text(self._mark(self._key(False), kind, name, "")[:16])

    def _fits(self, mark: bytes, fresh: bool, *what: str) -> bool:
        return hmac.compare_digest(mark, self._mark(self._key(fresh), *what))

    def _may_look(self) -> bool:
        with self._lock:
            now = self._clock()
            if now < self._looked + LOOK_AGAIN:
                return False
            self._looked = now
            return True

    def _mark(self, key: bytes, *what: str) -> bytes:
        parts = (hashlib.sha256(part.encode("utf-8", "surrogatepass")).digest() for part in what)
        return hmac.digest(key, b"".join(parts), "sha256")


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
