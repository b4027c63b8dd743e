"""The web app in which Slack is connected, as a function in AWS behind an HTTP API. Its handler is `handler`.

Instances of a function share no memory, and pages load their parts at the same time, so that there are several. Sessions
and states are therefore signed, with a key that rests beside the app's credentials.
"""

from __future__ import annotations

import base64
import hmac
import json
import logging
import os
import secrets
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

from mangum import Mangum

from athena_federation.errors import ConfigurationError
from slackanalytics.oauth import Conversation
from slackanalytics.oauth_states import SignedStates
from slackanalytics.settings import Settings
from slackanalytics.signatures import Signatures
from slackanalytics.token_stores import Secret, TokenStore, token_store
from slackanalytics.web.access import Passphrase
from slackanalytics.web.app import application
from slackanalytics.web.signed_sessions import SignedSessions
from slackanalytics.web.site import Site

FIELD = "session_key"
"""Where the key is in the secret that holds the app's credentials."""


class KeyedStore:
    """A token store in which a key rests beside the app's credentials, which are kept and read as if it did not."""

    is_writable = True

    def __init__(self, store: TokenStore, random: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self._store = store
        self._random = random

    @property
    def place(self) -> str:
        return self._store.place

    def read(self, name: Secret, *, fresh: bool = False) -> str | None:
        if name == "token":
            return self._store.read(name, fresh=fresh)
        document = self._client(fresh=fresh)
        document.pop(FIELD, None)
        return json.dumps(document) if document else None

    def write(self, name: Secret, text: str) -> None:
        if name == "token":
            self._store.write(name, text)
            return
        with self.alone():
            known = self._client(fresh=True).get(FIELD)
            self._store.write(name, json.dumps({**json.loads(text), **({FIELD: known} if known else {})}))

    def erase(self, name: Secret) -> None:
        self._store.erase(name)

    def swap(self, name: Secret, before: str | None, after: str | None) -> bool:
        return self._store.swap(name, before, after)

    def rehearse(self, name: Secret) -> None:
        self._store.rehearse(name)

    def alone(self) -> AbstractContextManager[object]:
        return self._store.alone()

    def key(self, fresh: bool) -> bytes:
        """The key; the first who asks makes it."""
        known = self._client(fresh=fresh).get(FIELD)
        return base64.b64decode(known) if isinstance(known, str) else self.renew(only_if_missing=True)

    def renew(self, *, only_if_missing: bool = False) -> bytes:
        """A new key in place of the one before."""
        with self.alone():
            document = self._client(fresh=True)
            if not only_if_missing or FIELD not in document:
                document[FIELD] = base64.b64encode(self._random(32)).decode()
                self._store.write("client", json.dumps(document))
            return base64.b64decode(document[FIELD])

    def _client(self, *, fresh: bool) -> dict[str, Any]:
        text = self._store.read("client", fresh=fresh)
        try:
            found = json.loads(text or "{}")
        except (ValueError, RecursionError) as error:
            raise ConfigurationError(f"the app's credentials in {self.place} are not JSON; write them anew") from error
        return found if isinstance(found, dict) else {}


class OAuthFunction:
    """The web app behind Lambda's calling convention, made when the first event tells under which address it is."""

    def __init__(self, environment: Mapping[str, str], *, store: TokenStore | None = None) -> None:
        self._environment = environment
        self._store = store
        self._lock = threading.Lock()
        self._app: Mangum | None = None

    def __call__(self, event: Any, context: Any) -> dict[str, Any]:
        """Raises ConfigurationError."""
        with self._lock:
            if self._app is None:
                self._app = self._made(f"https://{event['requestContext']['domainName']}")
        answer: dict[str, Any] = self._app(event, context)
        return answer

    def _made(self, address: str) -> Mangum:
        """The app under the address of the settings, or else the one that the HTTP API has by itself."""
        settings = Settings.from_environment(self._environment)
        if not settings.admin_passphrase:
            raise ConfigurationError(
                "SLACKANALYTICS_ADMIN_PASSPHRASE is not set; slackanalytics serve --new-passphrase prints what it is to be"
            )
        store = KeyedStore(self._store or token_store(settings))
        passphrase = settings.admin_passphrase.encode()  # with another one, what was signed under this one is no good
        signatures = Signatures(lambda fresh: hmac.digest(store.key(fresh), passphrase, "sha256"))
        app = application(
            Conversation(settings, store, states=SignedStates(signatures)),
            site=Site(
                public_url=settings.public_url or address,
                consent_url=settings.consent_url,
                launch_url=settings.launch_url,
            ),
            access=Passphrase(settings.admin_passphrase),
            sessions=SignedSessions(signatures, store.renew),
        )
        return Mangum(app, lifespan="off")


logging.getLogger("slackanalytics.web").setLevel(logging.INFO)
handler = OAuthFunction(os.environ)
