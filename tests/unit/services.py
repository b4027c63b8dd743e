"""Doubles of AWS: clients whose answers a test sets, and that remember what was asked."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from athena_federation import wire
from athena_federation.aws import LambdaHandler
from athena_federation.messages import (
    Request,
    Response,
)
from athena_federation.services import Clients

ACCOUNT = "111122223333"


class ApiError(Exception):
    """Shaped like botocore's ClientError."""

    def __init__(self, code: str, status: int = 400) -> None:
        super().__init__(f"{code} for s3cret")
        self.response = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}


@dataclass
class Body:
    data: bytes

    def read(self) -> bytes:
        return self.data


@dataclass
class Service:
    """Stands in for a boto3 client: remembers its calls, and gives or raises what it was told to."""

    answers: dict[str, Any] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        def call(**arguments: Any) -> Any:
            self.calls.append((name, arguments))
            answer = self.answers[name]
            if isinstance(answer, list):
                answer = answer.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


class Doubles(Clients):
    """Services without a cloud; one that was not given must not be asked for."""

    def __init__(self, **services: Service) -> None:
        super().__init__()
        self.made = dict(services)

    def __call__(self, service: str, *, attempts: int = 3, timeout: float = 60) -> Any:
        return self.made[service]


@dataclass
class Context:
    seconds: float = 900
    invoked_function_arn: str = f"arn:aws:lambda:eu-central-1:{ACCOUNT}:function:weather"

    def get_remaining_time_in_millis(self) -> int:
        return int(self.seconds * 1000)


def invoke(handler: LambdaHandler, request: Request, version: int = 5, context: object = None) -> Response:
    return wire.load(handler(wire.dump(request, version), context or Context()))  # type: ignore[return-value]


def answer(document: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"Payload": Body(json.dumps(document).encode()), **more}
