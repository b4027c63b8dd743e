"""Secrets in the keyring of the operating system, and in an encrypted file where a machine has none.

The library is https://keyring.readthedocs.io: Keychain, Credential Locker, Secret Service. A machine without a desktop
has none of them and answers with `NoKeyringError`, which is not the place to fall back to a plain file.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from athena_federation.errors import ConfigurationError
from slackanalytics.encrypted_file import EncryptedFile
from slackanalytics.token_stores import Secret, swapped

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "slackanalytics"
SECONDS = 60.0
"""How long a secret is remembered: asking the keyring takes a conversation with another process."""


def keyring() -> KeyringBackend | None:
    """The system's keyring; None where there is none that keeps secrets secret."""
    try:
        import keyring as library
    except ImportError:
        return None
    backend = library.get_keyring()
    # priorities below 1 are not recommended, among them plain files: https://keyring.readthedocs.io/en/latest/#config-path
    return backend if backend.priority >= 1 else None


class Keyring:
    """Secrets of one Slack in a keyring."""

    place = "the system's keyring"
    is_writable = True

    def __init__(
        self,
        backend: KeyringBackend,
        realm: str,
        alone: Callable[[], AbstractContextManager[object]],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`alone` is a lock between processes, which keyrings do not have."""
        self._backend = backend
        self._realm = realm
        self._alone = alone
        self._clock = clock
        self._lock = threading.Lock()
        self._remembered: dict[Secret, tuple[float, str | None]] = {}

    def read(self, name: Secret, *, fresh: bool = False) -> str | None:
        with self._lock:
            at, text = self._remembered.get(name, (float("-inf"), None))
            if fresh or self._clock() >= at + SECONDS:
                text = _asked(lambda: self._backend.get_password(SERVICE, self._user(name)))
                self._remembered[name] = (self._clock(), text)
            return text

    def write(self, name: Secret, text: str) -> None:
        with self._lock:
            self._remembered.pop(name, None)
            _asked(lambda: self._backend.set_password(SERVICE, self._user(name), text))

    def erase(self, name: Secret) -> None:
        with self._lock:
            self._remembered.pop(name, None)
            if _asked(lambda: self._backend.get_password(SERVICE, self._user(name))) is not None:
                _asked(lambda: self._backend.delete_password(SERVICE, self._user(name)))

    def swap(self, name: Secret, before: str | None, after: str | None) -> bool:
        return swapped(self, name, before, after)

    def rehearse(self, name: Secret) -> None:
        trial = f"trial of {self._user(name)}"
        with self._lock:
            _asked(lambda: self._backend.set_password(SERVICE, trial, "-"))
            _asked(lambda: self._backend.delete_password(SERVICE, trial))

    def alone(self) -> AbstractContextManager[object]:
        return self._alone()

    def _user(self, name: Secret) -> str:
        return f"{name}@{self._realm}"


class KeyringOrFile:
    """The keyring where there is one, else the encrypted file; what rests in either is found."""

    is_writable = True

    def __init__(self, ring: Keyring | None, file: EncryptedFile) -> None:
        self._ring = ring
        self._file = file

    @property
    def place(self) -> str:
        return self._ring.place if self._ring else self._file.place

    def read(self, name: Secret, *, fresh: bool = False) -> str | None:
        found = self._ring.read(name, fresh=fresh) if self._ring else None
        return found or self._file.read(name, fresh=fresh)

    def write(self, name: Secret, text: str) -> None:
        if self._ring is None:
            self._file.write(name, text)
            return
        self._ring.write(name, text)
        self._file.erase(name)

    def erase(self, name: Secret) -> None:
        if self._ring:
            self._ring.erase(name)
        self._file.erase(name)

    def swap(self, name: Secret, before: str | None, after: str | None) -> bool:
        return swapped(self, name, before, after)

    def rehearse(self, name: Secret) -> None:
        if self._ring:
            self._ring.rehearse(name)
        self._file.rehearse(name)

    def alone(self) -> AbstractContextManager[object]:
        return self._file.alone()


def _asked(question: Callable[[], str | None]) -> str | None:
    """The keyring's answer. Whatever goes wrong with it, of whichever backend, is one error of ours."""
    try:
        return question()
    except Exception as error:
        raise ConfigurationError(
            f"the system's keyring cannot be used ({type(error).__name__}); unlock it,"
            " or set SLACKANALYTICS_TOKEN_STORE=file for an encrypted file"
        ) from error
