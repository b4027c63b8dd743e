"""Secrets in AWS: read once a minute, and refusals told with the action and the secret that are missing."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from datetime import date
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from moto import mock_aws
from moto.backends import get_backend

from athena_federation.errors import ConfigurationError, FederationError, SourceError, Throttled, Unauthorized
from slackanalytics.access import Access
from slackanalytics.client import Client
from slackanalytics.grants import Grant
from slackanalytics.limiter import Limiter
from slackanalytics.secrets_manager import SECONDS, AwsSecrets
from slackanalytics.settings import Settings
from slackanalytics.simulator import Simulator
from slackanalytics.slack_api import basic, post
from slackanalytics.token_stores import grant

TOKEN = "corp/slack/token"


class Counted:
    """Clients as boto3 makes them, with a count of the calls and a script of failures before the truth."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.failures: list[Exception] = []

    def __call__(self, service: str, **_: Any) -> Any:
        return _Client(self, boto3.client(service, region_name="eu-central-1"))


class _Client:
    def __init__(self, counted: Counted, real: Any) -> None:
        self.counted, self.real, self.meta = counted, real, real.meta

    def __getattr__(self, name: str) -> Any:
        def called(**arguments: Any) -> Any:
            self.counted.calls.append(name)
            if self.counted.failures:
                raise self.counted.failures.pop(0)
            return getattr(self.real, name)(**arguments)

        return called


def refusal(code: str, message: str = "no") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "GetSecretValue")


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counted]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SECRETS_MANAGER"):
        monkeypatch.delenv(name, raising=False)  # a server of other tests may be named there
    with mock_aws():
        get_backend("secretsmanager").reset()
        yield Counted()


def made(clients: Counted, now: list[float] | None = None) -> AwsSecrets:
    at = now or [0.0]
    return AwsSecrets("corp/slack", clients=clients, clock=lambda: at[0])  # type: ignore[arg-type]


def test_secrets_are_kept_read_and_emptied(clients: Counted) -> None:
    store = made(clients)
    store.write("token", Grant(access_token="xoxp-1").written())
    store.write("token", Grant(access_token="xoxp-2").written())
    found = grant(made(clients))
    assert found
    assert found.access_token == "xoxp-2"
    store.erase("token")
    assert (store.read("token"), made(clients).read("token")) == (None, None)
    assert boto3.client("secretsmanager", region_name="eu-central-1").describe_secret(SecretId=TOKEN)["Name"] == TOKEN
    made(clients).erase("client")


def test_a_secret_is_read_once_a_minute_or_when_it_has_to_be_fresh(clients: Counted) -> None:
    now = [0.0]
    store = made(clients, now)
    store.write("token", "1")
    clients.calls.clear()
    assert [store.read("token") for _ in range(400)] == ["1"] * 400
    assert clients.calls == ["get_secret_value"]
    made(clients).write("token", "2")
    assert store.read("token") == "1"
    assert store.read("token", fresh=True) == "2"
    made(clients).write("token", "3")
    now[0] += SECONDS
    assert store.read("token") == "3"


def test_readers_at_once_make_one_call(clients: Counted) -> None:
    store = made(clients)
    store.write("token", "1")
    clients.calls.clear()
    threads = [threading.Thread(target=store.read, args=("token",)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert clients.calls == ["get_secret_value"]


def test_a_secret_that_is_missing_is_named_with_its_region(clients: Counted) -> None:
    with pytest.raises(ConfigurationError, match=r"no secret corp/slack/token in eu-central-1"):
        made(clients).read("token")


@pytest.mark.parametrize("text", ["xoxp-canary", '{"token": "canary"}', '{"access_token": ""}', "[1]"])
def test_a_secret_of_another_shape_is_named_and_not_shown(clients: Counted, text: str) -> None:
    store = made(clients)
    store.write("token", text)
    with pytest.raises(ConfigurationError, match=r"corp/slack/token.*access_token") as caught:
        grant(store)
    assert "canary" not in str(caught.value)


def test_a_secret_of_bytes_is_named(clients: Counted) -> None:
    boto3.client("secretsmanager", region_name="eu-central-1").create_secret(Name=TOKEN, SecretBinary=b"canary")
    with pytest.raises(ConfigurationError, match="corp/slack/token holds bytes"):
        made(clients).read("token")


@pytest.mark.parametrize(
    ("failure", "kind", "told"),
    [
        (
            refusal("AccessDeniedException"),
            Unauthorized,
            r"ACCESS_DENIED: allow secretsmanager:GetSecretValue on arn:aws:",
        ),
        (
            refusal("AccessDeniedException", "Access to KMS is not allowed"),
            Unauthorized,
            r"kms:Decrypt for the key of arn:",
        ),
        (refusal("DecryptionFailure"), Unauthorized, r"ACCESS_DENIED: allow kms:Decrypt"),
        (refusal("ExpiredTokenException"), Unauthorized, "ACCESS_DENIED"),
        (refusal("ThrottlingException"), Throttled, "asks for a pause"),
        (refusal("InternalServiceError"), SourceError, "InternalServiceError"),
        (EndpointConnectionError(endpoint_url="https://x"), ConfigurationError, "secretsmanager:GetSecretValue"),
    ],
)
def test_a_refusal_says_what_is_missing(
    clients: Counted, failure: Exception, kind: type[FederationError], told: str
) -> None:
    store = made(clients)
    store.write("token", "1")
    clients.failures.append(failure)
    with pytest.raises(kind, match=told) as caught:
        store.read("token")
    assert type(caught.value) is kind
    assert TOKEN in str(caught.value)


def test_many_readers_of_a_secret_that_is_refused_make_one_call(clients: Counted) -> None:
    now = [0.0]
    store = made(clients, now)
    store.write("token", "1")
    clients.calls.clear()
    clients.failures += [refusal("AccessDeniedException")]
    for _ in range(400):
        with pytest.raises(Unauthorized):
            store.read("token")
    assert clients.calls == ["get_secret_value"]
    now[0] += 5
    assert store.read("token") == "1"


def test_the_two_secrets_can_be_named(clients: Counted) -> None:
    store = AwsSecrets("SlackToken,", clients=clients)  # type: ignore[arg-type] # they count
    store.write("token", "1")
    assert store.place == "AWS Secrets Manager (SlackToken)"
    assert boto3.client("secretsmanager", region_name="eu-central-1").get_secret_value(SecretId="SlackToken")
    with pytest.raises(ConfigurationError, match="names no secret for the client"):
        store.read("client")
    both = AwsSecrets("SlackToken,SlackApp", clients=clients)  # type: ignore[arg-type] # they count
    both.write("client", "2")
    assert (both.read("token"), both.read("client")) == ("1", "2")


def test_a_secret_that_is_replaced_in_the_middle_of_a_query_costs_one_more_read(clients: Counted) -> None:
    simulator = Simulator(members=10, rate_limit=None, today=date(2026, 11, 23))
    with simulator.serve() as server:
        store = made(clients)
        settings = Settings(slack_api_url=server.url)
        asked = {"user_scope": "admin.analytics:read", "scope": "users:read", "redirect_uri": "http://localhost/"}

        def connect() -> None:
            form = {"code": simulator.authorizations.code(asked), "redirect_uri": "http://localhost/"}
            said = post(f"{server.url}/oauth.v2.access", form, basic(*server.client))
            text = Grant(access_token=said.text("authed_user", "access_token") or "").written()
            made(clients).write("token", text)

        connect()
        client = Client(settings, access=Access(settings, store), limiter=Limiter(None))
        assert client.fetch(date(2026, 11, 10), lambda body: body.read(2)) == b"\x1f\x8b"
        simulator.authorizations.withdraw("token_revoked")
        connect()
        clients.calls.clear()
        for day in range(11, 16):
            assert client.fetch(date(2026, 11, day), lambda body: body.read(2)) == b"\x1f\x8b"
    assert clients.calls == ["get_secret_value"]
    assert [call.error for call in server.calls if call.day][1:] == ["token_revoked", *[None] * 5]


def test_no_log_at_debug_repeats_a_secret(clients: Counted, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    store = made(clients)
    store.write("token", "canary-1")
    store.write("token", "canary-2")
    assert store.read("token", fresh=True) == "canary-2"
    assert [record.name for record in caplog.records if "canary" in record.getMessage()] == []
    boto3.client("secretsmanager", region_name="eu-central-1").get_secret_value(SecretId=TOKEN)
    assert "canary-2" in caplog.text  # as it would be without us: it is not botocore that has become discreet
