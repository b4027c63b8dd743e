"""A way to AWS whose answers are prepared, and which holds every request against the service's model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import boto3
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from tests.cloud import service_model

from slackanalytics.cloud.calls import Live, explained

ACCOUNT = "111122223333"
Answer = Mapping[str, Any] | Exception | Callable[[dict[str, Any]], Any]


class Scripted:
    """Answers by (service, operation): one for all calls, or a list of which the last repeats."""

    rehearses = False

    def __init__(self, answers: Mapping[tuple[str, str], Answer | list[Answer]] | None = None) -> None:
        self.region = "eu-central-1"
        self.made: list[tuple[str, str, dict[str, Any]]] = []
        given: dict[tuple[str, str], Answer | list[Answer]] = {
            ("sts", "GetCallerIdentity"): {"Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:user/ada"},
            ("s3", "HeadObject"): refused("404"),
        }
        given.update(answers or {})
        self.answers = {key: iter_last(value if isinstance(value, list) else [value]) for key, value in given.items()}

    def __call__(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        assert service_model.problems(service, operation, parameters) == []
        self.made.append((service, operation, parameters))
        answer = next(self.answers[service, operation]) if (service, operation) in self.answers else {}
        if callable(answer) and not isinstance(answer, Exception):
            answer = answer(parameters)
        if isinstance(answer, Exception):
            raise explained(service, operation, answer) from answer
        return dict(answer)

    def operations(self, service: str = "") -> list[str]:
        """What was called, in order."""
        return [operation for name, operation, _ in self.made if service in {"", name}]

    def parameters(self, operation: str) -> list[dict[str, Any]]:
        return [given for _, name, given in self.made if name == operation]


def iter_last(answers: list[Answer]) -> Iterator[Answer]:
    """Each once, then the last for ever."""
    yield from answers
    while True:
        yield answers[-1]


def refused(code: str, message: str = "no") -> ClientError:
    """An answer with which AWS refuses."""
    return ClientError({"Error": {"Code": code, "Message": message}}, "Operation")


def replayed(made: Iterable[tuple[str, str, dict[str, Any]]]) -> set[str]:
    """
    The calls made once more, of boto3's own clients: each checks its parameters, and nothing leaves the process. The
    services that were called.
    """
    live = Live("eu-central-1")
    live.session = boto3.session.Session(aws_access_key_id="x", aws_secret_access_key="y", region_name="eu-central-1")
    services = set()
    for service, operation, parameters in made:
        client = live.client(service)
        method = next(name for name, api in client.meta.method_to_api_mapping.items() if api == operation)
        with Stubber(client) as stubber:
            stubber.add_response(method, {}, parameters)
            assert live(service, operation, **parameters) == {}
        services.add(service)
    return services
