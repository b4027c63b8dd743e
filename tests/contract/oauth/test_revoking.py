"""Ending a connection, here and at Slack, and what Slack says of a stored token."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest
from tests.contract.oauth.office import CLIENT, Office, Open

from athena_federation.errors import ConfigurationError, FederationError, SourceError, Throttled, Unauthorized
from slackanalytics.grants import Connection, Grant
from slackanalytics.oauth import (
    Conversation,
    MissingScope,
    NotForgotten,
    NotRevoked,
    SlackDown,
    StillConnected,
    TokenRefused,
)
from slackanalytics.settings import Settings
from slackanalytics.simulator import Simulator
from slackanalytics.slack_api import Said, post
from slackanalytics.token_stores import Environment, Memory, Secret


def test_revoking_ends_the_token_at_slack_and_here(office: Open) -> None:
    here = office()
    known = here.connected().connection
    token = here.held().access_token
    assert here.conversation.revoke() == known
    assert here.conversation.status().connection is None
    assert post(f"{here.server.url}/auth.test", {}, f"Bearer {token}").error == "token_revoked"
    assert here.conversation.revoke() is None


def test_an_expired_token_is_renewed_to_be_revoked(office: Open) -> None:
    seconds = [0.0]
    here = office(slack={"rotation": True, "clock": lambda: seconds[0]})
    here.connected()
    seconds[0] += 50_000
    here.now += timedelta(seconds=50_000)
    assert here.conversation.revoke()
    assert [call.error for call in here.server.calls if call.method == "auth.revoke"] == [None]


@pytest.mark.parametrize("code", ["token_revoked", "account_inactive", "invalid_auth"])
def test_a_token_that_is_dead_already_is_forgotten(office: Open, code: str) -> None:
    here = office({"auth.revoke": code})
    here.connected()
    assert here.conversation.revoke()
    assert here.store.read("token") is None


def test_a_rotating_token_that_is_dead_for_good_is_forgotten(office: Open) -> None:
    seconds = [0.0]
    here = office(slack={"rotation": True, "clock": lambda: seconds[0]})
    known = here.connected().connection
    here.store.write("token", (here.store.read("token") or "").replace(here.held().refresh_token or "-", "xoxe-spent"))
    seconds[0] += 50_000
    here.now += timedelta(seconds=50_000)
    assert here.conversation.revoke() == known
    assert here.store.read("token") is None


def test_a_token_that_could_not_be_forgotten_is_not_revoked() -> None:
    asked: list[str] = []

    def noting(url: str, _form: Mapping[str, str], _authorization: str) -> Said:
        asked.append(url)
        return Said({"ok": True, "revoked": True})

    settings = Settings(slack_token="xoxp-1")
    with pytest.raises(ConfigurationError, match="unset it"):
        Conversation(settings, Environment(settings), http=noting).revoke()
    assert asked == []


class Stuck(Memory):
    """A store that can be written, until it has to be."""

    def swap(self, name: Secret, before: str | None, after: str | None) -> bool:
        raise ConfigurationError("the disk is full")


def revoking(store: Memory, then: Callable[[], None] = lambda: None, **answer: object) -> Conversation:
    """A Slack that says that it has revoked, after something else has happened."""

    def http(url: str, _form: Mapping[str, str], _authorization: str) -> Said:
        then()
        return Said({"ok": True, "revoked": True} | answer)

    store.write("token", Grant(access_token="xoxp-1").written())
    return Conversation(Settings(), store, http=http)


def test_a_token_that_is_revoked_and_still_stored_is_told_as_that() -> None:
    with pytest.raises(NotForgotten, match=r"Slack has revoked the token.*the disk is full"):
        revoking(Stuck()).revoke()


def test_a_token_that_was_stored_meanwhile_is_not_told_as_revoked() -> None:
    store = Memory()
    with pytest.raises(StillConnected, match="another was stored meanwhile"):
        revoking(store, lambda: store.write("token", Grant(access_token="xoxp-2").written())).revoke()
    assert "xoxp-2" in (store.read("token") or "")


def test_a_token_that_slack_says_it_did_not_revoke_is_kept() -> None:
    store = Memory()
    with pytest.raises(NotRevoked, match="revoked: false"):
        revoking(store, revoked=False).revoke()
    assert store.read("token")


def test_a_token_that_has_lost_its_scope_can_be_revoked() -> None:
    store = Memory()
    conversation = revoking(store)
    store.write("token", Grant(access_token="xoxp-1", connection=Connection(scope="users:read")).written())
    with pytest.raises(MissingScope):
        conversation.test()
    assert conversation.revoke()
    assert store.read("token") is None


@pytest.mark.parametrize(
    ("code", "kind", "told"),
    [
        ("token_revoked", TokenRefused, "the token was revoked"),
        ("account_inactive", TokenRefused, "whoever installed the app was deactivated"),
        ("ekm_access_denied", SourceError, "Enterprise Key Management"),
        ("org_login_required", SlackDown, "being moved"),
        ("ratelimited", Throttled, "asks for a pause"),
    ],
)
def test_what_slack_says_about_a_stored_token_is_told_as_what_it_is(
    code: str, kind: type[FederationError], told: str
) -> None:
    with pytest.raises(kind, match=told) as caught:
        revoking(Memory(), ok=False, error=code).test()
    assert type(caught.value) is kind


@pytest.mark.parametrize("fault", ["503", "reset", "internal_error", "error:cannot_do_it", "429"])
def test_a_token_that_slack_did_not_revoke_is_kept(office: Open, fault: str) -> None:
    here = office({"auth.revoke": f"{fault}*1"})
    here.connected()
    with pytest.raises((SlackDown, Unauthorized, Throttled)):
        here.conversation.revoke()
    assert here.held()
    assert here.conversation.revoke()


def test_forgetting_says_nothing_to_slack(office: Open) -> None:
    here = office()
    here.connected()
    calls = len(here.server.calls)
    here.conversation.forget()
    assert here.conversation.status().connection is None
    assert len(here.server.calls) == calls


def test_a_token_revoked_at_slack_is_told_as_that(office: Open) -> None:
    with Simulator(members=10, client=CLIENT).serve() as server:
        here = Office(server, Settings(slack_api_url=server.url))
        with pytest.raises(Unauthorized, match="not connected"):
            here.conversation.test()
        here.connected()
        assert isinstance(server.slack, Simulator)
        server.slack.revoke("account_inactive")
        with pytest.raises(Unauthorized, match=r"was deactivated; connect Slack again .*\(Slack: account_inactive\)"):
            here.conversation.test()


def test_a_scope_that_was_taken_away_is_told_as_that(office: Open) -> None:
    lost = False

    def shrinking(url: str, form: Mapping[str, str], authorization: str) -> Said:
        said = post(url, form, authorization)
        return Said(said.document, "users:read") if lost else said

    here = office(http=shrinking)
    here.connected()
    lost = True
    with pytest.raises(MissingScope, match="lost the scope"):
        here.conversation.test()
