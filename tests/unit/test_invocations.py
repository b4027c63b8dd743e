"""Functions that are called through Lambda’s API: again, or not at all, and with what error."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError, NoCredentialsError, ReadTimeoutError
from tests.unit.services import ApiError, Body, Doubles, Service, answer

from athena_federation.aws import lambda_transport
from athena_federation.errors import (
    ConfigurationError,
    ConnectorError,
    RemoteProtocolError,
    Throttled,
    UnknownTable,
)
from athena_federation.messages import (
    PingRequest,
)
from athena_federation.transports import THROTTLE, RemoteConnectorError

PONG = {"@type": "PingResponse", "catalogName": "c", "queryId": "q", "sourceType": "s", "capabilities": 24}


def pinging(*answers: Any) -> tuple[Service, list[float], Any]:
    service = Service({"invoke": list(answers)})
    slept: list[float] = []
    transport = lambda_transport("weather", clients=Doubles(**{"lambda": service}), sleep=slept.append)
    return service, slept, lambda: transport(PingRequest(catalog="c"))


@pytest.mark.parametrize(
    "trouble",
    [
        ApiError("TooManyRequestsException", 429),
        ApiError("ServiceException", 500),
        ConnectionResetError("gone"),
        EndpointConnectionError(endpoint_url="https://lambda"),
        ReadTimeoutError(endpoint_url="https://lambda"),
    ],
)
def test_what_another_call_may_mend_is_called_again_with_growing_pauses(trouble: Exception) -> None:
    service, slept, ping = pinging(trouble, trouble, answer(PONG))
    assert ping().source_type == "s"
    assert slept == [0.2, 0.4]
    assert len(service.calls) == 3


def test_a_throttled_connector_is_called_again() -> None:
    throttled = answer({"errorMessage": "slow down", "errorType": THROTTLE}, FunctionError="Unhandled")
    _, slept, ping = pinging(throttled, answer(PONG))
    ping()
    assert slept == [0.2]


@pytest.mark.parametrize(
    ("trouble", "kind", "complaint"),
    [
        (ApiError("TooManyRequestsException", 429), Throttled, r"TooManyRequestsException \(after 5 attempts\)"),
        (ConnectionResetError("gone"), ConnectorError, "cannot be reached, after 5 attempts"),
    ],
)
def test_attempts_end(trouble: Exception, kind: type[Exception], complaint: str) -> None:
    service, _, ping = pinging(*[trouble] * 5)
    with pytest.raises(kind, match=complaint):
        ping()
    assert len(service.calls) == 5


def test_missing_credentials_are_a_matter_of_configuration() -> None:
    service, slept, ping = pinging(NoCredentialsError())
    with pytest.raises(ConfigurationError, match="lambda:Invoke of weather failed with NoCredentialsError: Unable to"):
        ping()
    assert (len(service.calls), slept) == (1, [])


@pytest.mark.parametrize(
    ("trouble", "kind", "complaint"),
    [
        (ApiError("AccessDeniedException", 403), ConnectorError, "lambda:Invoke of weather failed with AccessDenied"),
        (ApiError("ResourceNotFoundException", 404), ConnectorError, "ResourceNotFoundException"),
        (
            answer({"errorMessage": "no table a.b", "errorType": "UnknownTable"}, FunctionError="Unhandled"),
            UnknownTable,
            "^no table a.b$",
        ),
        (
            answer({"errorMessage": "broken", "errorType": "java.lang.RuntimeException"}, FunctionError="Unhandled"),
            RemoteConnectorError,
            r"^java\.lang\.RuntimeException: broken$",
        ),
        (answer({"@type": "Nonsense"}), RemoteProtocolError, "Nonsense"),
        (
            {"Payload": Body(b"Task timed out after 3.00 seconds"), "FunctionError": "Unhandled"},
            RemoteProtocolError,
            "the connector failed, and said: Task timed out after 3.00 seconds",
        ),
    ],
)
def test_an_error_of_the_connector_is_final(trouble: Any, kind: type[Exception], complaint: str) -> None:
    service, slept, ping = pinging(trouble)
    with pytest.raises(kind, match=complaint):
        ping()
    assert (len(service.calls), slept) == (1, [])


def test_a_javas_causes_and_stack_are_kept_for_who_wants_them() -> None:
    body = {
        "errorMessage": "outer",
        "errorType": "a.b.Outer",
        "stackTrace": ["at c.d", ["file", 1, "f", "code"]],
        "cause": {"errorMessage": "inner", "errorType": "a.b.Inner", "stackTrace": []},
    }
    _, _, ping = pinging(answer(body, FunctionError="Unhandled"))
    with pytest.raises(RemoteConnectorError) as caught:
        ping()
    remote = caught.value.remote
    assert remote.cause is not None
    assert (remote.type, remote.cause.message) == ("a.b.Outer", "inner")
    assert len(remote.stack_trace) == 2
