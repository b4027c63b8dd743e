"""Where the two secrets of a connection rest, and which of these places the settings choose.

A store keeps texts and knows nothing of what they mean; `grants` does.
"""

from __future__ import annotations

import json
import threading
from contextlib import AbstractContextManager, nullcontext
from typing import Literal, Protocol
from urllib.parse import urlsplit

from athena_federation.errors import ConfigurationError, Unauthorized
from slackanalytics.grants import Credentials, Grant, read_credentials, read_grant
from slackanalytics.settings import SLACK_HOSTS, Settings

Secret = Literal["client", "token", "pseudonyms"]
"""The app's credentials, what it was granted, and the key under which people get other names."""


class TokenStore(Protocol):
    """A place for secrets. Safe to share between threads."""

    @property
    def place(self) -> str:
        """Where that is, as a phrase: `the system's keyring`."""
        ...

    @property
    def is_writable(self) -> bool:
        """Whether `write` can work at all."""
        ...

    def read(self, name: Secret, *, fresh: bool = False) -> str | None:
        """A secret, or None. `fresh` goes past everything remembered. Raises ConfigurationError or Unauthorized."""
        ...

    def write(self, name: Secret, text: str) -> None:
        """Keeps a secret in place of the one before: completely, or not at all. Raises ConfigurationError."""
        ...

    def erase(self, name: Secret) -> None:
        """Forgets a secret, if there is one. Raises ConfigurationError."""
        ...

    def swap(self, name: Secret, before: str | None, after: str | None) -> bool:
        """Keeps a text (None: nothing) in place of that one; where another is kept by now, False, and it stays.

        For who is `alone`. Raises ConfigurationError.
        """
        ...

    def rehearse(self, name: Secret) -> None:
        """Raises what `write` and `erase` would raise now; what is kept stays as it is."""
        ...

    def alone(self) -> AbstractContextManager[object]:
        """While it lasts nobody else who uses this place is in here: no thread, and where it can be, no process."""
        ...


class StoreRefused(Unauthorized):
    """The place where secrets rest does not give one out: it is locked, damaged, or a permission is missing."""


def swapped(store: TokenStore, name: Secret, before: str | None, after: str | None) -> bool:
    """`swap` for places in which one can be alone."""
    if store.read(name, fresh=True) != before:
        return False
    if after is None:
        store.erase(name)
    else:
        store.write(name, after)
    return True


class Environment:
    """The secrets that are settings. They cannot be changed from here."""

    place = "the environment (SLACKANALYTICS_SLACK_TOKEN)"
    is_writable = False

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def read(self, name: Secret, *, fresh: bool = False) -> str | None:  # noqa: ARG002 - there is nothing fresher
        given = self._settings
        if name == "token":
            return json.dumps({"access_token": given.slack_token}) if given.slack_token else None
        if name == "client" and given.client_id and given.client_secret:
            return Credentials(client_id=given.client_id, client_secret=given.client_secret).written()
        return None

    def write(self, name: Secret, text: str) -> None:  # noqa: ARG002 - nothing can be
        raise ConfigurationError(
            "the token comes from the environment, where it cannot be kept;"
            " unset SLACKANALYTICS_SLACK_TOKEN, or set SLACKANALYTICS_TOKEN_STORE to keyring, file or aws"
        )

    def erase(self, name: Secret) -> None:
        if self.read(name):
            raise ConfigurationError(
                f"the {name} comes from the environment, which cannot be changed from here; unset it"
            )

    def swap(self, name: Secret, before: str | None, after: str | None) -> bool:
        return swapped(self, name, before, after)

    def rehearse(self, name: Secret) -> None:
        self.erase(name)

    def alone(self) -> AbstractContextManager[object]:
        return nullcontext()


class Memory:
    """A place that ends with the process: for the simulator's company, and for tests."""

    place = "memory"
    is_writable = True

    def __init__(self) -> None:
        self._texts: dict[Secret, str] = {}
        self._lock = threading.RLock()

    def read(self, name: Secret, *, fresh: bool = False) -> str | None:  # noqa: ARG002 - there is nothing fresher
        return self._texts.get(name)

    def write(self, name: Secret, text: str) -> None:
        self._texts[name] = text

    def erase(self, name: Secret) -> None:
        self._texts.pop(name, None)

    def swap(self, name: Secret, before: str | None, after: str | None) -> bool:
        return swapped(self, name, before, after)

    def rehearse(self, name: Secret) -> None:
        """Nothing: it can always be written."""

    def alone(self) -> AbstractContextManager[object]:
        return self._lock


def token_store(settings: Settings) -> TokenStore:
    """
    The place that the settings choose; one object for equal settings, so that a new token counts at once everywhere.

    Raises ConfigurationError where that place does not exist here.
    """
    with _LOCK:
        if settings not in _CHOSEN:
            _CHOSEN[settings] = _chosen(settings)
        return _CHOSEN[settings]


_LOCK = threading.Lock()
_CHOSEN: dict[Settings, TokenStore] = {}


def _chosen(settings: Settings) -> TokenStore:
    place, folder = settings.token_store, settings.data_dir
    if place == "environment" or (place is None and (settings.slack_token or folder is None)):
        return Environment(settings)
    if place is not None and place.startswith("aws"):
        from slackanalytics.secrets_manager import PREFIX, AwsSecrets

        return AwsSecrets(place.partition(":")[2] or PREFIX)
    if folder is None:
        raise ConfigurationError(
            f"SLACKANALYTICS_TOKEN_STORE={place} needs SLACKANALYTICS_DATA_DIR, because there is no home"
        )
    from slackanalytics.encrypted_file import EncryptedFile
    from slackanalytics.keyrings import Keyring, KeyringOrFile, keyring

    file = EncryptedFile(folder, realm(settings), settings.passphrase)
    if place == "file":
        return file
    backend = keyring()
    if place == "keyring" and backend is None:
        raise ConfigurationError(
            "this machine has no keyring; set SLACKANALYTICS_TOKEN_STORE=file for an encrypted file"
        )
    ring = Keyring(backend, realm(settings), file.alone) if backend else None
    return ring if place == "keyring" and ring else KeyringOrFile(ring, file)


def grant(store: TokenStore, *, fresh: bool = False) -> Grant | None:
    """What was granted. Raises ConfigurationError where that cannot be read."""
    return granted(store, store.read("token", fresh=fresh))


def granted(store: TokenStore, text: str | None) -> Grant | None:
    """What a text that was read from the store grants. Raises as `grant`."""
    return read_grant(text, f"the token in {store.place}") if text else None


def credentials(store: TokenStore, settings: Settings) -> Credentials | None:
    """The app's credentials: those of the settings, else those kept."""
    given = Environment(settings).read("client")
    if given:
        return read_credentials(given, "SLACKANALYTICS_CLIENT_ID and SLACKANALYTICS_CLIENT_SECRET")
    text = store.read("client")
    return read_credentials(text, f"the app's credentials in {store.place}") if text else None


def realm(settings: Settings) -> str:
    """Which Slack secrets are for, so that a simulator never sees those of the real one."""
    host = urlsplit(settings.slack_api_url).hostname or ""
    return next((known for known in SLACK_HOSTS if host == known or host.endswith("." + known)), host)
