"""Secrets in AWS Secrets Manager: `PREFIX/token` and `PREFIX/client`, so that a connector can be kept from the latter.

A secret is read once and remembered for a minute, because a query reads it once per day of data. boto3 is imported on
the first call.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Any

from athena_federation.errors import ConfigurationError, FederationError, SourceError, Throttled
from athena_federation.services import Clients
from slackanalytics.slack_api import printable
from slackanalytics.token_stores import Secret, StoreRefused

PREFIX = "slackanalytics"
SECONDS = 60.0
"""How long a secret is remembered, as AWS's own federation SDK does."""
REFUSED_SECONDS = 5.0
"""How long a failure is remembered, so that a query's many days do not each ask again."""
PAUSES = (0.2, 0.5, 1.0, 2.0)
"""Seconds between readings, while a version that was written is not yet the one that is read."""
TRIAL = "SLACKANALYTICS_TRIAL"
"""The label of a version that only shows that one can be written."""
EMPTY = "{}"
"""What a secret holds that was made by a template and not yet written to, or was forgotten."""


class AwsSecrets:
    """Two secrets of one AWS account and region."""

    is_writable = True

    def __init__(
        self,
        names: str = PREFIX,
        *,
        clients: Clients | None = None,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """
        `names` is a prefix, or the names (or ARNs) of the secrets with commas between: the token's, the client's and, where
        people get pseudonyms, that of their key.
        """
        listed = names.split(",")
        kinds: tuple[Secret, ...] = ("token", "client", "pseudonyms")
        self._names: dict[Secret, str] = {
            kind: (listed[n] if n < len(listed) else "") if len(listed) > 1 else f"{names}/{kind}"
            for n, kind in enumerate(kinds)
        }
        self._clients = clients or Clients()
        self._clock = clock
        self._pause = pause
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        self._remembered: dict[Secret, tuple[float, str | None]] = {}
        self._failed: dict[Secret, tuple[float, FederationError]] = {}

    @property
    def place(self) -> str:
        return f"AWS Secrets Manager ({self._names['token']})"

    def read(self, name: Secret, *, fresh: bool = False) -> str | None:
        with self._lock:
            at, text = self._remembered.get(name, (float("-inf"), None))
            if fresh or self._clock() >= at + SECONDS:
                text = self._fetched_unless_refused(name)
                self._remembered[name] = (self._clock(), text)
            return text

    def write(self, name: Secret, text: str) -> None:
        with self._lock:
            self._remembered.pop(name, None)
            self._failed.pop(name, None)
            try:
                self._call("PutSecretValue", name, SecretString=text)
            except _Missing:
                self._call("CreateSecret", name, SecretString=text)

    def erase(self, name: Secret) -> None:
        """Empties the secret; it is not deleted, because it belongs to whoever deployed it."""
        with self._lock:
            self._remembered.pop(name, None)
            self._failed.pop(name, None)
            try:
                self._call("PutSecretValue", name, SecretString=EMPTY)
            except _Missing:
                return

    def swap(self, name: Secret, before: str | None, after: str | None) -> bool:
        """
        Writes over the version that was read, which only the first can do who tries.

        The new version's ID follows from that of the version before, and Secrets Manager makes no second version of an ID:
        https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html. No two texts here are the
        same, because each holds a token of its own.
        """
        with self._lock:
            self._remembered.pop(name, None)
            self._failed.pop(name, None)
            for pause in PAUSES:
                text, version = self._version(name)
                if text != before:
                    return False
                try:
                    self._put_after(version, name, EMPTY if after is None else after)
                except _Taken:  # the reading is behind what is written
                    self._pause(pause)
                else:
                    return True
            if self._version(name)[0] != before:
                return False
            self._call("PutSecretValue", name, SecretString=EMPTY if after is None else after)
            return True  # somebody had gone back to this version by hand, after it had been written over

    def rehearse(self, name: Secret) -> None:
        """Writes a version that nobody reads: it bears a label of ours, not `AWSCURRENT`."""
        with self._lock, suppress(_Missing):
            self._call("PutSecretValue", name, SecretString=EMPTY, VersionStages=[TRIAL])

    def alone(self) -> AbstractContextManager[object]:
        """Alone in this process; between processes it is `swap` that lets one of them win."""
        return self._turn

    def _version(self, name: Secret) -> tuple[str | None, str | None]:
        """The text in force and its version; nothing where there is no such secret."""
        try:
            answer = self._call("GetSecretValue", name)
        except _Missing:
            return None, None
        return self._text(name, answer), answer.get("VersionId")

    def _put_after(self, version: str | None, name: Secret, text: str) -> None:
        successor = hashlib.sha256(f"{self._secret(name)} after {version}".encode()).hexdigest()
        try:
            self._call("PutSecretValue", name, SecretString=text, ClientRequestToken=successor)
        except _Missing:
            self._call("CreateSecret", name, SecretString=text, ClientRequestToken=successor)

    def _fetched_unless_refused(self, name: Secret) -> str | None:
        """The secret, unless a moment ago it could not be had."""
        at, failure = self._failed.get(name, (float("-inf"), None))
        if failure and self._clock() < at + REFUSED_SECONDS:
            raise type(failure)(str(failure)) from failure
        try:
            return self._fetched(name)
        except FederationError as error:
            self._failed[name] = (self._clock(), error)
            raise

    def _fetched(self, name: Secret) -> str | None:
        try:
            answer = self._call("GetSecretValue", name)
        except _Missing as error:
            raise ConfigurationError(
                f"there is no secret {self._secret(name)} in {error}; deploy the app's stack there, or name the right"
                " one in SLACKANALYTICS_TOKEN_STORE"
            ) from error
        return self._text(name, answer)

    def _text(self, name: Secret, answer: Any) -> str | None:
        text = answer.get("SecretString")
        if not isinstance(text, str):
            raise ConfigurationError(f"the secret {self._secret(name)} holds bytes, not JSON; write it anew")
        return None if text.strip() in ("", EMPTY) else text

    def _call(self, action: str, name: Secret, **more: str | list[str]) -> Any:
        from botocore.exceptions import BotoCoreError, ClientError

        secret = self._secret(name)
        calls = {
            "GetSecretValue": "get_secret_value",
            "PutSecretValue": "put_secret_value",
            "CreateSecret": "create_secret",
        }
        try:
            client = self._clients("secretsmanager", timeout=10)
            which = {"Name": secret} if action == "CreateSecret" else {"SecretId": secret}
            with _DISCRETION:
                return getattr(client, calls[action])(**which, **more)
        except ClientError as error:
            raise self._refused(action, secret, client.meta.region_name, error) from error
        except BotoCoreError as error:
            raise ConfigurationError(
                f"secretsmanager:{action} {secret} failed: {printable(str(error), 200)}"
            ) from error

    def _refused(self, action: str, secret: str, region: str, error: Any) -> Exception:
        said = error.response.get("Error", {})
        code, message = str(said.get("Code", "")), printable(str(said.get("Message", "")), 300)
        if code == "ResourceNotFoundException":
            return _Missing(region)
        if code == "ResourceExistsException":
            return _Taken()
        arn = secret if secret.startswith("arn:") else f"arn:aws:secretsmanager:{region}:*:secret:{secret}-*"
        if code in ("AccessDeniedException", "AccessDenied", "UnrecognizedClientException", "ExpiredTokenException"):
            needed = "kms:Decrypt for the key of" if "kms" in message.lower() else f"secretsmanager:{action} on"
            return StoreRefused(f"ACCESS_DENIED: allow {needed} {arn}, or give credentials that may (AWS: {code})")
        if code in ("DecryptionFailure", "DecryptionFailureException", "EncryptionFailure"):
            return StoreRefused(f"ACCESS_DENIED: allow kms:Decrypt for the key of {arn} (AWS: {code})")
        if "Throttl" in code or code == "TooManyRequestsException":
            return Throttled(f"secretsmanager:{action} {secret}: AWS asks for a pause (AWS: {code})")
        return SourceError(f"secretsmanager:{action} {secret} failed (AWS: {code}: {message})")

    def _secret(self, name: Secret) -> str:
        found = self._names[name]
        if not found:
            raise ConfigurationError(
                f"SLACKANALYTICS_TOKEN_STORE names no secret for the {name}; it is aws:TOKEN_SECRET,CLIENT_SECRET"
            )
        return found


class _Discretion(logging.Filter):
    """Drops what botocore logs while it lasts, in this thread: at DEBUG it repeats requests and answers, secrets and all."""

    LOGGERS = ("botocore.endpoint", "botocore.parsers", "botocore.hooks", "botocore.auth", "botocore.httpsession")

    def __init__(self) -> None:
        super().__init__()
        self._here = threading.local()
        for name in self.LOGGERS:
            logging.getLogger(name).addFilter(self)

    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002 - whatever it is
        return not getattr(self._here, "lasts", False)

    def __enter__(self) -> None:
        self._here.lasts = True

    def __exit__(self, *_: object) -> None:
        self._here.lasts = False


_DISCRETION = _Discretion()


class _Taken(Exception):
    """Somebody else has made this version, or this secret."""


class _Missing(Exception):
    """There is no such secret. Its text is the region."""
