"""Secrets in encrypted files, for machines without a keyring.

AES-256-GCM; the key is made by scrypt from a passphrase, or lies in a file beside that only its owner can read. The
latter protects copies of the sealed file (a backup, a mail), the former also from whoever reads the whole directory.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from athena_federation.errors import ConfigurationError
from slackanalytics.own_files import Alone, read_own, remove_own, write_own
from slackanalytics.token_stores import Secret, StoreRefused, swapped

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

COST = 2**15
"""scrypt's N, with r=8 and p=1: 32 MiB and about a tenth of a second, https://www.rfc-editor.org/rfc/rfc7914."""
NONCE = 12


class EncryptedFile:
    """A directory of sealed secrets for one Slack."""

    is_writable = True

    def __init__(self, directory: Path, realm: str, passphrase: str | None) -> None:
        """`realm` tells one Slack's secrets from another's."""
        self.alone_in = Alone(directory / f"{realm}.lock")
        self._making_the_key = Alone(directory / "key.lock")
        self._directory = directory
        self._realm = realm
        self._passphrase = passphrase
        self._lock = threading.Lock()
        self._derived: dict[bytes, bytes] = {}
        """By salt, because making a key is slow on purpose."""

    @property
    def place(self) -> str:
        return f"an encrypted file ({self._directory})"

    def read(self, name: Secret, *, fresh: bool = False) -> str | None:  # noqa: ARG002 - it is read each time
        path = self._path(name)
        data = read_own(path)
        return None if data is None else self._opened(path, data)

    def write(self, name: Secret, text: str) -> None:
        path = self._path(name)
        salt, nonce = secrets.token_bytes(16), secrets.token_bytes(NONCE)
        kind = "scrypt" if self._passphrase else "key file"
        key = self._key(kind, salt, path, make=True)
        sealed = _cipher(key).encrypt(nonce, text.encode(), _bound(path, kind, salt))
        document = {"key": kind, "salt": _text(salt), "nonce": _text(nonce), "sealed": _text(sealed)}
        write_own(path, json.dumps(document).encode())

    def erase(self, name: Secret) -> None:
        remove_own(self._path(name))

    def swap(self, name: Secret, before: str | None, after: str | None) -> bool:
        return swapped(self, name, before, after)

    def rehearse(self, name: Secret) -> None:
        trial = self._path(name).with_suffix(".trial")
        write_own(trial, b"")
        remove_own(trial)

    def alone(self) -> AbstractContextManager[object]:
        return self.alone_in()

    def _path(self, name: Secret) -> Path:
        return self._directory / f"{self._realm}.{name}.sealed"

    def _opened(self, path: Path, data: bytes) -> str:
        from cryptography.exceptions import InvalidTag

        try:
            kind, salt, nonce, sealed = _parts(json.loads(data))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise StoreRefused(f"{path} is damaged; nothing was changed. Remove it and connect Slack again") from error
        key = self._key(kind, salt, path, make=False)
        try:
            return _cipher(key).decrypt(nonce, sealed, _bound(path, kind, salt)).decode()
        except InvalidTag as error:
            why = (
                "SLACKANALYTICS_PASSPHRASE is not the one it was closed with"
                if kind == "scrypt"
                else "the key beside it is another"
            )
            raise StoreRefused(
                f"{path} cannot be opened: {why}, or the file was changed; nothing was overwritten. If the right key is lost,"
                " remove the file and connect Slack again"
            ) from error

    def _key(self, kind: str, salt: bytes, path: Path, *, make: bool) -> bytes:
        if kind == "scrypt":
            if not self._passphrase:
                raise ConfigurationError(f"{path} is closed with a passphrase: set SLACKANALYTICS_PASSPHRASE")
            with self._lock:
                if salt not in self._derived:
                    secret = self._passphrase.encode()
                    self._derived[salt] = hashlib.scrypt(
                        secret, salt=salt, n=COST, r=8, p=1, maxmem=64 * 2**20, dklen=32
                    )
                return self._derived[salt]
        key_path = self._directory / "key"
        key = read_own(key_path)
        if key is None and make:
            with self._making_the_key():  # the first of two processes makes it, and the other uses it
                key = read_own(key_path)
                if key is None:
                    key = secrets.token_bytes(32)
                    write_own(key_path, key)
        if key is None or len(key) != 32:
            raise StoreRefused(
                f"{path} cannot be opened: its key {key_path} is missing or damaged. Put the key back, from a backup; if it"
                f" is lost, so is what it closed: remove {'both files' if key else path}, then connect Slack again"
            )
        return key


def _bound(path: Path, kind: str, salt: bytes) -> bytes:
    """What is sealed in without being secret: a file under another name, or with another salt, does not open."""
    return b"\0".join((b"slackanalytics 1", path.name.encode(), kind.encode(), salt))


def _parts(document: dict[str, str]) -> tuple[str, bytes, bytes, bytes]:
    """Kind of key, salt, nonce, and what is sealed. Raises ValueError, KeyError or TypeError for anything else."""
    salt, nonce, sealed = (base64.b64decode(document[part], validate=True) for part in ("salt", "nonce", "sealed"))
    if document["key"] not in ("scrypt", "key file") or len(nonce) != NONCE:
        raise ValueError(document["key"])
    return document["key"], salt, nonce, sealed


def _cipher(key: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
