"""Roads from an engine to a connector: a function call, a loop through the codec, HTTP; `aws` adds Lambda's.

A transport carries one request there and brings one response back. Those that leave the process agree on a serde
version first: the connector's ping says which it speaks, and nothing newer is ever sent to it.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from athena_federation import errors, wire
from athena_federation.errors import (
    ConfigurationError,
    ConnectorError,
    FederationError,
    NotPublished,
    RemoteProtocolError,
    Throttled,
)
from athena_federation.messages import (
    PingRequest,
    PingResponse,
    RemoteError,
    Request,
    Response,
    UserDefinedFunctionRequest,
)

Transport = Callable[[Request], Response]

NEWEST = 5
"""The newest serde that we speak: version 6 would have us apply Substrait plans."""
ATTEMPTS = 5
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 20.0
"""Seconds between attempts: doubled each time, and never more."""
INVOCATIONS = "/2015-03-31/functions/function/invocations"
"""Where Lambda's runtime interface emulator takes requests."""
THROTTLE = "com.amazonaws.athena.connector.lambda.exceptions.FederationThrottleException"
"""How a connector in any language says that its source is throttling:
https://github.com/awslabs/aws-athena-query-federation/blob/master/athena-federation-sdk/src/main/java/com/amazonaws/athena/connector/lambda/exceptions/FederationThrottleException.java"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back from a function."""

    body: bytes
    failed: bool = False
    """Whether the body describes an error."""


Send = Callable[[bytes], Answer]
"""Carries one JSON document. Raises Throttled or OSError where another attempt may succeed."""


class RemoteConnectorError(ConnectorError):
    """A connector in another process failed; the message begins with its own word for the kind of error."""

    def __init__(self, message: str, remote: RemoteError) -> None:
        super().__init__(message)
        self.remote = remote
        """What its runtime reported, with the causes and the stack trace."""


def in_process(handler: Transport) -> Transport:
    """The shortest road: a function call."""
    return handler


def loopback(handler: Transport, version: int = NEWEST) -> Transport:
    """The road of a Lambda without the Lambda: every message is dumped to JSON text and loaded again."""

    def send(document: bytes) -> Answer:
        response = handler(wire.load(document))  # type: ignore[arg-type]
        return Answer(encoded(wire.dump(response, wire.request_version(json.loads(document)))))

    return Remote(send, newest=version, attempts=1)


def http(url: str, *, timeout: float = 900.0, sleep: Callable[[float], None] = time.sleep) -> Remote:
    """
    The road to a function behind an emulator: each document is posted to the URL.

    Without a path, that of the runtime interface emulator is added. `timeout` is in seconds, for one answer.
    Raises ConfigurationError for something else than an http or https URL.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigurationError(f"{url}: an http or https URL is needed, such as http://127.0.0.1:8080")
    target = url if parts.path not in {"", "/"} else url.rstrip("/") + INVOCATIONS
    from urllib3 import PoolManager
    from urllib3.exceptions import HTTPError

    pool = PoolManager(timeout=timeout, retries=False, maxsize=16)

    def send(document: bytes) -> Answer:
        try:
            response = pool.request(
                "POST", target, body=document, headers={"Content-Type": "application/json"}, redirect=False
            )
        except HTTPError as error:
            raise ConnectionError(f"{target}: {type(error).__name__}") from error
        if response.status == 429:
            raise Throttled(f"{target} asks for patience")
        if response.status in {500, 502, 503, 504} and not describes_error(response.data):
            raise ConnectionError(f"{target} answered with HTTP status {response.status}")
        failed = response.status != 200 or "X-Amz-Function-Error" in response.headers
        return Answer(response.data, failed)

    return Remote(send, sleep=sleep)


class Remote:
    """
    A transport that carries JSON documents. Safe to call from several threads.

    Tries again what another attempt may mend: a lost connection, and throttling. The connector's own errors are
    final. All requests of the protocol may be repeated, since they only read.
    """

    def __init__(
        self,
        send: Send,
        *,
        newest: int = NEWEST,
        attempts: int = ATTEMPTS,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.send = send
        self.newest = newest
        self.attempts = attempts
        self.sleep = sleep
        self.agreed: int | None = None
        self.agreeing = threading.Lock()

    def __call__(self, request: Request) -> Response:
        """
        Raises:
            RemoteProtocolError: the answer is not one of the protocol's messages.
            Throttled, ConnectorError: the connector was not reached, or has failed.
        """
        version = self.newest if isinstance(request, PingRequest) else self.version(request)
        return self.carry(request, version)

    def version(self, request: Request) -> int:
        """The serde version that both sides speak, asked for once."""
        with self.agreeing:
            if self.agreed is None:
                ping = PingRequest(identity=request.identity)
                if not isinstance(request, UserDefinedFunctionRequest):  # which names neither catalog nor query
                    ping = replace(ping, catalog=request.catalog, query_id=request.query_id)
                pong = self.carry(ping, self.newest)
                if not isinstance(pong, PingResponse):
                    raise RemoteProtocolError(f"a ping was answered with {type(pong).__name__}")
                theirs = 1 if pong.serde is None else pong.serde
                if theirs < 1:
                    raise RemoteProtocolError(f"the connector says that it speaks serde version {theirs}")
                self.agreed = min(self.newest, theirs)
            return self.agreed

    def carry(self, request: Request, version: int) -> Response:
        document = encoded(wire.dump(request, version))
        for attempt in count(1):
            try:
                return loaded(self.send(document))
            except (Throttled, OSError) as error:
                if self.attempts == 1:
                    raise
                if attempt >= self.attempts:
                    raise given_up(error, attempt) from error
                self.sleep(pause(attempt, error))
        raise AssertionError  # the loop has no end


def encoded(document: dict[str, Any]) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()


def loaded(answer: Answer) -> Response:
    """The response in an answer. Raises what the connector reported instead."""
    if answer.failed or describes_error(answer.body) or not answer.body.lstrip().startswith(b"{"):
        raise reported(answer.body)
    return wire.load(answer.body)  # type: ignore[return-value]


def describes_error(body: bytes) -> bool:
    """Whether a body is a runtime's description of an error. Some emulators do not mark it otherwise."""
    return b'"errorMessage"' in body[:200_000] and b'"@type"' not in body[:200]


def reported(body: bytes) -> FederationError:
    """The error that a function's runtime describes, as one of ours if it is."""
    try:
        remote = wire.load_error(body)
    except RemoteProtocolError:  # such as "Task timed out after 3.00 seconds"
        return RemoteProtocolError(f"the connector failed, and said: {body[:200].decode(errors='replace')}")
    name = remote.type.rpartition(".")[2]
    message = remote.message.partition("\n")[0]
    if name == THROTTLE.rpartition(".")[2]:
        return Throttled(message)
    ours = getattr(errors, name, None) if remote.type == name else None
    if isinstance(ours, type) and issubclass(ours, FederationError) and not issubclass(ours, NotPublished):
        error: FederationError = ours(message)
        error.__cause__ = RemoteConnectorError(f"{remote.type}: {message}", remote)
        return error
    return RemoteConnectorError(f"{remote.type}: {message}" if remote.type else message, remote)


def pause(attempt: int, error: Exception) -> float:
    """Seconds to wait after an attempt has failed."""
    asked = error.retry_after if isinstance(error, Throttled) else None
    return min(asked if asked is not None else FIRST_PAUSE * 2 ** (attempt - 1), LONGEST_PAUSE)


def given_up(error: Exception, attempts: int) -> FederationError:
    if isinstance(error, Throttled):
        return Throttled(f"{error} (after {attempts} attempts)", retry_after=error.retry_after)
    return ConnectorError(f"the connector cannot be reached, after {attempts} attempts: {error}")
