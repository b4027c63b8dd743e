"""Calls of AWS's API: made, or only told (`--dry-run`). Both check the parameters against botocore's service models first.

A rehearsal needs no credentials and reaches nobody. What an answer would have decided is assumed, and said: a first
deployment in which everything succeeds.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from athena_federation import services
from athena_federation.errors import ConfigurationError, FederationError, SourceError, Throttled, Unauthorized

ACCOUNT = "111122223333"
"""AWS's own example of an account: https://docs.aws.amazon.com/accounts/latest/reference/ (as in its documentation)."""
REGION = "us-east-1"
SHOWN = 2_000
"""Characters of a parameter that a rehearsal shows; a dashboard has tens of thousands."""

DENIED = frozenset(
    {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "ExpiredToken", "ExpiredTokenException",
     "InvalidClientTokenId", "SignatureDoesNotMatch", "UnrecognizedClientException", "InvalidAccessKeyId", "403"}
)  # fmt: skip
SLOWER = frozenset({"Throttling", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded"})


@dataclass(frozen=True, slots=True)
class Pace:
    """How waiting is done, and what the clocks say."""

    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    """Seconds, for distances."""
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


REAL_PACE = Pace()


class Calls(Protocol):
    """The way to AWS."""

    region: str
    rehearses: bool
    """Whether nothing is really called."""

    def __call__(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """
        The answer to one call: `calls("athena", "GetWorkGroup", WorkGroup="primary")`.

        Raises:
            Unauthorized: the credentials are missing, have ended, or do not allow it.
            Throttled: AWS asks for patience.
            ConfigurationError: the parameters are not what the API accepts, or the region is not known.
            SourceError: any other refusal; `refusal(error)` tells AWS's own word for it.
        """


class Live:
    """AWS itself, with the credentials that boto3 finds."""

    rehearses = False

    def __init__(self, region: str | None = None) -> None:
        """Raises ConfigurationError where no region is known."""
        import boto3

        # boto3 itself reads AWS_DEFAULT_REGION alone; the other SDKs, and AWS's documentation, say AWS_REGION
        self.session = boto3.session.Session(region_name=region or os.environ.get("AWS_REGION"))
        if not self.session.region_name:
            raise ConfigurationError("no AWS region is known; give --region, or set AWS_REGION")
        self.region: str = self.session.region_name
        self.made: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        if service not in self.made:
            from botocore.config import Config

            self.made[service] = self.session.client(
                service, config=Config(retries={"mode": "standard", "total_max_attempts": 5})
            )
        return self.made[service]

    def __call__(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        try:
            client = self.client(service)
            method = next(name for name, api in client.meta.method_to_api_mapping.items() if api == operation)
            answer: dict[str, Any] = getattr(client, method)(**parameters)
        except Exception as error:
            raise explained(service, operation, error) from error
        return answer


class Rehearsal:
    """Nobody: each call is checked and told, and answered with what was assumed."""

    rehearses = True

    def __init__(
        self,
        tell: Callable[[str], None],
        region: str | None = None,
        *,
        assumed: Mapping[tuple[str, str], Mapping[str, Any]] | None = None,
    ) -> None:
        """`assumed`: (service, operation) -> what it is answered with, besides an empty answer."""
        self.region = region or os.environ.get("AWS_REGION") or REGION
        self.tell = tell
        self.assumed = {("sts", "GetCallerIdentity"): {"Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:root"}}
        self.assumed.update({name: dict(answer) for name, answer in (assumed or {}).items()})

    def __call__(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        checked(service, operation, parameters)
        self.tell(f"{service}:{operation}")
        for name, value in parameters.items():
            self.tell(f"    {name}: {shown(value)}")
        return dict(self.assumed.get((service, operation), {}))


def shown(value: Any) -> str:
    """A parameter in one line, cut where it is long."""
    if isinstance(value, bytes):
        return f"({len(value):,} bytes)"
    text = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
    text = re.sub(r"\s+", " ", text)
    return text[:SHOWN] + (f"… ({len(text):,} characters)" if len(text) > SHOWN else "")


def checked(service: str, operation: str, parameters: Mapping[str, Any]) -> None:
    """Raises ConfigurationError for parameters that the service's model does not allow."""
    import botocore.session
    from botocore.validate import ParamValidator

    shape = botocore.session.get_session().get_service_model(service).operation_model(operation).input_shape
    report = ParamValidator().validate(dict(parameters), shape)
    if report.has_errors():
        raise ConfigurationError(f"{service}:{operation} does not accept this: {report.generate_report()}")


def accepted(service: str, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the parameters that an operation knows: an update knows fewer than a creation."""
    import botocore.session

    shape = botocore.session.get_session().get_service_model(service).operation_model(operation).input_shape
    return {name: value for name, value in parameters.items() if name in shape.members}


def explained(service: str, operation: str, error: Exception) -> FederationError:
    """An error of boto3's as one of ours."""
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        NoCredentialsError,
        ParamValidationError,
        TokenRetrievalError,
    )

    what, word = f"{service}:{operation}", services.code(error)
    if isinstance(error, ClientError):
        said = " ".join(str(error.response.get("Error", {}).get("Message", "")).split()) or "no reason given"
        if word in DENIED:
            return Unauthorized(f"{what} is not allowed ({word}): {said}; the credentials in use need {what}")
        if word in SLOWER:
            return Throttled(f"{what}: AWS asks for patience ({word}); try again in a minute")
        return SourceError(f"{what} was refused ({word}): {said}")
    if isinstance(error, NoCredentialsError | TokenRetrievalError):
        return Unauthorized(f"{what}: no AWS credentials; run `aws sso login` or `aws configure`, or set AWS_PROFILE")
    if isinstance(error, ParamValidationError):
        return ConfigurationError(f"{what} does not accept this: {' '.join(str(error).split())}")
    if isinstance(error, BotoCoreError):
        return SourceError(f"{what} got no answer: {' '.join(str(error).split())}")
    return SourceError(f"{what} failed with {type(error).__name__}")


def refusal(error: BaseException) -> str:
    """AWS's own word for why it refused a call, such as `ResourceNotFoundException`; empty for other errors."""
    cause = error.__cause__
    return services.code(cause) if isinstance(cause, Exception) and hasattr(cause, "response") else ""


def pages(calls: Calls, service: str, operation: str, member: str, **parameters: Any) -> Iterator[dict[str, Any]]:
    """The items of a listing that comes in pages, for operations that carry on with NextToken."""
    token: dict[str, str] = {}
    while True:
        answer = calls(service, operation, **parameters, **token)
        yield from answer.get(member, [])
        if not answer.get("NextToken"):
            return
        token = {"NextToken": answer["NextToken"]}
