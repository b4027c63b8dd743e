"""Secrets in AWS: read once a minute, and refusals told with the action and the secret that are missing."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from moto import mock_aws
from moto.backends import get_backend

from athena_federation.errors import ConfigurationError, FederationError, SourceError, Throttled, Unauthorized
from slackanalytics.access import Access
from slackanalytics.client import Client
from slackanalytics.grants import Connection, Grant
from slackanalytics.limiter import Limiter
from slackanalytics.secrets_manager import PAUSES, SECONDS, AwsSecrets
from slackanalytics.settings import Settings
from slackanalytics.simulator import Simulator
from slackanalytics.slack_api import Said, basic, post
from slackanalytics.token_stores import StoreRefused, grant
from slackanalytics.tokens import Token

TOKEN = "corp/slack/token"


class Counted:
    """Clients as boto3 makes them, with a count of the calls and a script of failures before the truth."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.failures: list[Exception] = []
        self.refuse: Callable[[str], Exception | None] = lambda _name: None
        self.old: dict[str, Any] | None = None
        """What is read once, though it is not in force any more."""

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
            if error := self.counted.refuse(name):
                raise error
            if name == "get_secret_value" and self.counted.old:
                old, self.counted.old = self.counted.old, None
                return old
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
    return AwsSecrets("corp/slack", clients=clients, clock=lambda: at[0], pause=lambda _: None)  # type: ignore[arg-type]


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
            StoreRefused,
            r"ACCESS_DENIED: allow secretsmanager:GetSecretValue on arn:aws:",
        ),
        (
            refusal("AccessDeniedException", "Access to KMS is not allowed"),
            StoreRefused,
            r"kms:Decrypt for the key of arn:",
        ),
        (refusal("DecryptionFailure"), StoreRefused, r"ACCESS_DENIED: allow kms:Decrypt"),
        (refusal("ExpiredTokenException"), StoreRefused, "ACCESS_DENIED"),
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


# ---------------------------------------------------------------------------------------------- several processes


def pair(number: int) -> str:
    ended = Connection(scope="admin.analytics:read", expires_at=datetime(2026, 1, 1, tzinfo=UTC), rotates=True)
    return Grant(access_token=f"xoxe.xoxp-{number}", refresh_token=f"xoxe-{number}", connection=ended).written()


class Refreshing:
    """A Slack that takes each refresh token once; `between` runs before an answer is given."""

    def __init__(self, between: Callable[[], None] = lambda: None) -> None:
        self.spent: list[str] = []
        self.between = between

    def __call__(self, _url: str, form: Mapping[str, str], _authorization: str) -> Said:
        between, self.between = self.between, lambda: None
        between()
        number = int(form["refresh_token"].rpartition("-")[2])
        if form["refresh_token"] in self.spent:
            return Said({"ok": False, "error": "invalid_refresh_token"})
        self.spent.append(form["refresh_token"])
        new = {"access_token": f"xoxe.xoxp-{number + 1}", "refresh_token": f"xoxe-{number + 1}", "expires_in": 43_200}
        return Said({"ok": True, **new})


APP = Settings(client_id="1.2", client_secret="x")


def refresher(store: AwsSecrets, slack: Refreshing, pause: Callable[[float], None] = lambda _: None) -> Access:
    return Access(APP, store, http=slack, clock=lambda: datetime(2026, 11, 23, tzinfo=UTC), pause=pause)


def stored(clients: Counted) -> str:
    found = grant(made(clients), fresh=True)
    assert found
    return found.access_token


def test_of_two_functions_that_renew_at_once_both_go_on_with_the_one_new_pair(clients: Counted) -> None:
    slack, store = Refreshing(), made(clients)
    made(clients).write("token", pair(0))
    other = refresher(made(clients), slack)

    def overtake() -> None:  # the other renews and stores while the first has read and not yet asked
        other.token()

    slack.between = overtake
    assert refresher(store, slack).token().fingerprint == Token("xoxe.xoxp-1").fingerprint
    assert stored(clients) == "xoxe.xoxp-1"
    assert slack.spent == ["xoxe-0"]


def test_a_pair_that_another_function_is_about_to_store_is_waited_for(clients: Counted) -> None:
    slack, store = Refreshing(), made(clients)
    store.write("token", pair(0))
    slack.spent.append("xoxe-0")
    waited: list[float] = []

    def pause(seconds: float) -> None:
        waited.append(seconds)
        if seconds:
            made(clients).write("token", pair(1))

    assert refresher(store, slack, pause).token().fingerprint == Token("xoxe.xoxp-1").fingerprint
    assert len(waited) == 2


def test_a_pair_is_never_stored_over_a_newer_one(clients: Counted) -> None:
    slack, store = Refreshing(lambda: made(clients).write("token", pair(7))), made(clients)
    store.write("token", pair(0))
    assert refresher(store, slack).token().fingerprint == Token("xoxe.xoxp-7").fingerprint
    assert stored(clients) == "xoxe.xoxp-7"


def test_a_refresh_token_that_may_not_be_replaced_is_not_spent(clients: Counted) -> None:
    slack, store = Refreshing(), made(clients)
    store.write("token", pair(0))
    store.read("token", fresh=True)

    def only_reads(name: str) -> Exception | None:
        return refusal("AccessDeniedException") if name == "put_secret_value" else None

    clients.refuse = only_reads
    with pytest.raises(StoreRefused, match="secretsmanager:PutSecretValue"):
        refresher(store, slack).token()
    assert slack.spent == []


def test_trying_whether_a_secret_can_be_written_changes_nothing(clients: Counted) -> None:
    made(clients).rehearse("token")
    store = made(clients)
    store.write("token", pair(0))
    for _ in range(3):
        store.rehearse("token")
    assert made(clients).read("token") == pair(0)


def test_of_two_who_write_over_the_same_version_the_first_wins(clients: Counted) -> None:
    first, second = made(clients), made(clients)
    assert first.swap("token", None, pair(0))
    assert not second.swap("token", None, pair(1))
    late = boto3.client("secretsmanager", region_name="eu-central-1").get_secret_value(SecretId=TOKEN)
    assert second.swap("token", pair(0), pair(1))
    stale = made(clients)
    clients.old = {**late}  # what is read lags behind, as it may in AWS
    assert not stale.swap("token", pair(0), pair(2))
    assert stored(clients) == "xoxe.xoxp-1"


def test_a_secret_that_was_set_back_by_hand_can_be_written_over_again(clients: Counted) -> None:
    store = made(clients)
    store.write("token", pair(0))
    taken = refusal("ResourceExistsException")

    def written_over_before(name: str) -> Exception | None:
        return taken if name == "put_secret_value" and clients.calls.count(name) < 1 + len(PAUSES) + 1 else None

    clients.refuse = written_over_before
    assert store.swap("token", pair(0), pair(2))
    assert stored(clients) == "xoxe.xoxp-2"
