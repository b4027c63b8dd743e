"""A connector in AWS Lambda, for Athena to call; and Lambda's transport, for an engine of ours to call any connector.

Settings have the names that the Java SDK's connectors have, so that deployed templates fit:
https://github.com/awslabs/aws-athena-query-federation/wiki/Configuring-a-Connector
"""

from __future__ import annotations

import json
import logging
import os
import time
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from athena_federation import wire
from athena_federation.errors import (
    ConfigurationError,
    ConnectorError,
    DeadlineExceeded,
    FederationError,
    LocalProtocolError,
    Throttled,
)
from athena_federation.handler import Handler, Watch
from athena_federation.messages import (
    ReadRecordsRequest,
    ReadRecordsResponse,
    Response,
    UserDefinedFunctionResponse,
)
from athena_federation.services import LONGEST_INVOCATION, Clients, KmsKeys, QueryState, S3Blobs, athena_state, code
from athena_federation.spill import PREFIX, WRITERS, Spilling, fresh_key
from athena_federation.table import Connector
from athena_federation.transports import THROTTLE, Answer, Remote

__all__ = ["Clients", "S3Blobs", "lambda_handler", "lambda_transport"]

RESPONSE_LIMIT = 6_291_556
"""Bytes of a Lambda function's answer, https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
MARGIN = 30.0
"""Seconds that are left to a function when it gives up, so that it says why instead of being killed; a quarter of the
time where it has less than two minutes in all."""

LOG = logging.getLogger("athena_federation")

LambdaHandler = Callable[[Any, Any], dict[str, Any]]


def lambda_handler(
    connector: Connector,
    environment: Mapping[str, str] = os.environ,
    *,
    clients: Clients | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> LambdaHandler:
    """
    The function that Lambda calls, with an event and a context.

    `environment` says where and how to spill: spill_bucket, spill_prefix, spill_bucket_owner, spill_put_request_headers,
    kms_key_id, disable_spill_encryption, MAX_BLOCK_SIZE_BYTES, SPILL_QUEUE_CAPACITY; and whether passthrough queries
    are answered: enable_query_passthrough.

    Raises ConfigurationError for a malformed setting, at once.
    """
    return LambdaConnector(connector, environment, clients or Clients(), clock)


class LambdaConnector:
    """A connector behind Lambda's calling convention."""

    def __init__(
        self, connector: Connector, environment: Mapping[str, str], clients: Clients, clock: Callable[[], float]
    ) -> None:
        self.clients = clients
        self.clock = clock
        self.bucket = environment.get("spill_bucket", "")
        self.owner = environment.get("spill_bucket_owner", "")
        self.blobs = S3Blobs(clients, headers=headers(environment))
        self.handler = Handler(
            connector,
            spilling=spilling(environment, self.blobs, clients),
            passthrough=environment.get("enable_query_passthrough", "true").lower() == "true",
        )

    def __call__(self, event: Mapping[str, Any] | bytes | str, context: Any) -> dict[str, Any]:
        """
        Raises:
            FederationError: why there is no answer. Lambda reports its class and its text, which is one line, and
                nothing that led to it.
        """
        try:
            return self.answer(event, context)
        except Exception as error:  # noqa: BLE001 - whatever happens has to be told in words fit to be read
            raise reported(error) from None

    def answer(self, event: Mapping[str, Any] | bytes | str, context: Any) -> dict[str, Any]:
        document = event if isinstance(event, Mapping) else wire.parse(event)
        request = wire.load(document)
        if isinstance(request, ReadRecordsRequest):
            self.learn_owner(context)
            with QueryState(request.query_id, athena_state(self.clients)) as query:
                response = self.handler(request, self.watch(request, context, query))
        else:
            response = self.handler(request)  # type: ignore[arg-type]
        answer = wire.dump(response, wire.request_version(document))
        require_short(request, response, answer)
        return answer

    def learn_owner(self, context: Any) -> None:
        """The configured bucket must belong to the account in which the function runs, unless another one is set."""
        if self.bucket and self.bucket not in self.blobs.owners:
            owner = self.owner or account_of(getattr(context, "invoked_function_arn", ""))
            if owner:
                self.blobs.owners[self.bucket] = owner

    def watch(self, request: ReadRecordsRequest, context: Any, query: QueryState) -> Watch:
        """What ends the reading of a split: too little time, or a query that has ended."""
        remaining = getattr(context, "get_remaining_time_in_millis", None)
        left = remaining() / 1000 if remaining else float(LONGEST_INVOCATION)
        end = self.clock() + left - min(MARGIN, left / 4)

        def watch() -> None:
            if self.clock() > end:
                raise DeadlineExceeded(
                    f"OPERATION_TIMEOUT: table {request.table} was not read within the function's {left:.0f} seconds; "
                    "give the function more time or memory, or ask for less per partition"
                )
            query.require_running()

        return watch


def spilling(environment: Mapping[str, str], blobs: S3Blobs, clients: Clients) -> Spilling:
    """What the environment says about spilling. Raises ConfigurationError."""
    new_key = fresh_key if not environment.get("kms_key_id") else KmsKeys(clients, environment["kms_key_id"])
    sealed = environment.get("disable_spill_encryption", "").lower() != "true"
    queue = environment.get("SPILL_QUEUE_CAPACITY") or environment.get("spill_queue_capacity")
    return Spilling(
        store=blobs,
        bucket=environment.get("spill_bucket", ""),
        prefix=environment.get("spill_prefix") or PREFIX,
        new_key=new_key if sealed else lambda: None,
        block_limit=number("MAX_BLOCK_SIZE_BYTES", environment.get("MAX_BLOCK_SIZE_BYTES")),
        queue=number("SPILL_QUEUE_CAPACITY", queue) or WRITERS,
    )


def number(name: str, text: str | None) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 1 << 31:
        raise ConfigurationError(f"{name} must be a whole number above zero, not {text[:20]!r}")
    return int(text)


def headers(environment: Mapping[str, str]) -> dict[str, str]:
    """What spill_put_request_headers says. Raises ConfigurationError."""
    text = environment.get("spill_put_request_headers")
    if not text:
        return {}
    example = 'such as {"x-amz-server-side-encryption": "aws:kms"}'
    try:
        found = json.loads(text)
    except ValueError as error:
        raise ConfigurationError(f"spill_put_request_headers must be a JSON object, {example}") from error
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise ConfigurationError(f"spill_put_request_headers must be a JSON object of texts, {example}")
    return found


def account_of(arn: str) -> str:
    """The account in a function's ARN, `arn:aws:lambda:region:account:function:name`."""
    parts = arn.split(":")
    return parts[4] if len(parts) > 4 else ""


def require_short(request: object, response: Response, answer: dict[str, Any]) -> None:
    """Raises LocalProtocolError for an answer that Lambda would refuse. Rows are measured when they are put into it."""
    if isinstance(response, ReadRecordsResponse | UserDefinedFunctionResponse):
        return
    size = len(json.dumps(answer))
    if size > RESPONSE_LIMIT:
        raise LocalProtocolError(
            f"the answer to {type(request).__name__} has {size:,} bytes, and Lambda's limit is {RESPONSE_LIMIT:,}: "
            "name fewer partitions in the WHERE clause"
        )


def reported(error: Exception) -> Exception:
    """
    The error as Lambda is to report it: one line, under the class's name.

    A throttled source is reported under the name by which Athena knows that it should ask again more slowly. What led
    to the error is logged without its text, which might hold a secret.
    """
    if isinstance(error, FederationError):
        name, message = type(error).__name__, str(error).partition("\n")[0]
    else:
        name, message = ConnectorError.__name__, f"{type(error).__name__} within the connector; its log says where"
    if isinstance(error, Throttled):
        name = THROTTLE
    origin: BaseException = error
    while origin.__cause__ is not None:
        origin = origin.__cause__
    frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(origin.__traceback__)]
    LOG.error("%s: %s\n%s", name, message, "\n".join([*frames, type(origin).__name__]))
    kind: type[Exception] = type(name, (FederationError,), {})
    return kind(message)


def lambda_transport(
    function: str, *, clients: Clients | None = None, sleep: Callable[[float], None] = time.sleep
) -> Remote:
    """The road to a deployed function, by its name or ARN. Needs lambda:InvokeFunction."""
    made = clients or Clients()

    def send(document: bytes) -> Answer:
        try:
            response = made("lambda", attempts=1, timeout=LONGEST_INVOCATION + 10).invoke(
                FunctionName=function, Payload=document
            )
            body: bytes = response["Payload"].read()
        except Exception as error:
            raise unreached(function, error) from error
        return Answer(body, failed="FunctionError" in response)

    return Remote(send, sleep=sleep)


def unreached(function: str, error: Exception) -> Exception:
    """What a failed call of Lambda's API means: ask again more slowly, ask again, or give up."""
    message = f"lambda:Invoke of {function} failed with {code(error)}"
    response = getattr(error, "response", None)
    if not isinstance(response, dict):  # there was no answer
        from botocore.exceptions import ConnectionError as Unreachable
        from botocore.exceptions import HTTPClientError

        lost = isinstance(error, Unreachable | HTTPClientError | OSError)
        return ConnectionError(message) if lost else ConfigurationError(f"{message}: {error}")
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if status == 429:
        return Throttled(message)
    return ConnectionError(message) if status >= 500 else ConnectorError(message)
