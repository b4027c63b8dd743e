"""The conversation with a simulated Slack, and every way in which it must end without a connection."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.contract.oauth.administrator import decided
from tests.contract.oauth.office import BACK, CLIENT, NOON, Office, Open, ends

from athena_federation.errors import ConfigurationError
from slackanalytics.grants import Credentials, Grant
from slackanalytics.oauth import (
    BOT_SCOPE,
    SCOPE,
    CodeRefused,
    Conversation,
    CredentialsRefused,
    NotConnected,
    ReplacesConnection,
    StateExpired,
    StateForeign,
    StateReplayed,
    StateUnknown,
    WrongOrganisation,
    manifest,
    manifest_url,
)
from slackanalytics.oauth_states import States, Waiting
from slackanalytics.settings import Settings
from slackanalytics.slack_api import Said, post
from slackanalytics.token_stores import Environment

# ---------------------------------------------------------------------------------------------------- going well


def test_an_organisation_is_connected_and_its_token_stored(office: Open) -> None:
    here = office()
    connected = here.connected()
    known = connected.connection
    assert (known.organisation, known.organisation_id, known.scope) == ("Example Corp", "E0EXAMPLE1", SCOPE)
    assert (known.since, known.expires_at, known.rotates, connected.replaced) == (NOON, None, False, None)
    assert known.user_id
    assert known.user
    assert here.held().connection == known
    assert here.held().access_token.startswith("xoxp-")
    assert here.conversation.test() == known


def test_what_is_asked_of_slack_is_encoded_and_asks_for_no_more_than_needed(office: Open) -> None:
    url = office().begun()
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query, strict_parsing=True).items()}
    state = asked.pop("state")
    assert asked == {"client_id": CLIENT[0], "scope": BOT_SCOPE, "user_scope": SCOPE, "redirect_uri": BACK}
    assert len(state) == 22  # 128 bits, six to a character
    assert "#" not in url


def test_states_are_drawn_anew_each_time(office: Open) -> None:
    here = office()
    assert len({here.begun() for _ in range(50)}) == 50


def test_two_tabs_do_not_disturb_each_other(office: Open) -> None:
    here = office()
    first, second = here.begun(), here.begun()
    assert here.complete(decided(second)).connection == here.complete(decided(first)).connection


def test_rotating_tokens_are_stored_with_what_renews_them(office: Open) -> None:
    here = office(slack={"rotation": True})
    known = here.connected().connection
    assert (known.rotates, known.expires_at) == (True, NOON + timedelta(hours=12))
    assert (here.held().refresh_token or "").startswith("xoxe-")


def test_the_client_secret_is_read_when_it_is_used(office: Open) -> None:
    here = office()
    brought = decided(here.begun())
    here.store.write("client", Credentials(client_id=CLIENT[0], client_secret="changed meanwhile").written())
    with pytest.raises(CredentialsRefused):
        here.complete(brought)


def test_the_same_account_may_connect_again(office: Open) -> None:
    here = office()
    first = here.connected().connection
    assert here.connected().replaced == first


def test_a_workspace_is_connected_where_that_is_wanted(office: Open) -> None:
    here = office(installation="workspace")
    assert here.connected(install_on="T0EXAMPLE0").connection.organisation_id == "T0EXAMPLE0"


def test_telling_what_is_connected_makes_no_call(office: Open) -> None:
    here = office()
    assert here.conversation.status().connection is None
    here.connected()
    calls = len(here.server.calls)
    status = here.conversation.status()
    assert (status.connection, status.has_credentials, status.is_writable) == (here.held().connection, True, True)
    assert len(here.server.calls) == calls


# ------------------------------------------------------------------------------------- answers nobody asked for


def check_a_state_is_good_once(here: Office) -> None:
    brought = decided(here.begun())
    here.complete(brought)
    with pytest.raises(StateReplayed):
        here.complete(brought)
    assert (here.exchanges(), here.store.writes) == (1, 1)


def check_a_state_is_good_for_ten_minutes(here: Office) -> None:
    first, second = decided(here.begun()), decided(here.begun())
    here.now += timedelta(minutes=10) - timedelta(seconds=1)
    here.complete(first)
    here.now += timedelta(seconds=1)
    with pytest.raises(StateExpired):
        here.complete(second)
    assert here.exchanges() == 1


def check_a_state_is_good_in_its_own_browser(here: Office) -> None:
    brought = decided(here.begun())
    with pytest.raises(StateForeign):
        here.complete(brought, browser="another")
    with pytest.raises(StateReplayed):
        here.complete(brought)  # spent, whoever brought it
    assert here.exchanges() == 0


CHECKS = (check_a_state_is_good_once, check_a_state_is_good_for_ten_minutes, check_a_state_is_good_in_its_own_browser)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_states(office: Open, check: Callable[[Office], None]) -> None:
    check(office())


class Careless(States):
    """What the checks are there to find: states that everybody may use, for ever, any number of times."""

    def take(self, state: str, browser: str, redirect_uri: str) -> Waiting:
        return Waiting(b"", redirect_uri, replace=False, until=NOON)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_careless_memory_is_found_out(office: Open, check: Callable[[Office], None]) -> None:
    with pytest.raises((pytest.fail.Exception, AssertionError, CodeRefused)):
        check(office(states=Careless(lambda: NOON)))


@pytest.mark.parametrize("state", [None, "", "made up", "x" * 100_000, "\ud800", "../../etc/passwd"])
def test_an_answer_nobody_asked_for_ends_before_any_call(office: Open, state: str | None) -> None:
    here = office()
    brought = decided(here.begun())
    with pytest.raises(StateUnknown):
        here.complete({"code": brought["code"], "state": state})
    assert (here.exchanges(), here.store.writes) == (0, 0)


def test_an_answer_at_another_address_is_not_taken(office: Open) -> None:
    here = office()
    with pytest.raises(StateUnknown):
        here.complete(decided(here.begun()), redirect_uri="http://localhost:8765/elsewhere")
    assert here.exchanges() == 0


def test_of_two_callbacks_at_once_one_connects(office: Open) -> None:
    here = office()
    for _ in range(10):
        before, writes = here.exchanges(), here.store.writes
        brought = decided(here.begun())
        outcomes: list[object] = []
        start = threading.Barrier(4)

        def arrive(brought: dict[str, str], start: threading.Barrier, outcomes: list[object]) -> None:
            start.wait()
            try:
                outcomes.append(here.complete(brought))
            except NotConnected as error:
                outcomes.append(error)

        threads = [threading.Thread(target=arrive, args=(brought, start, outcomes)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Connected", *["StateReplayed"] * 3]
        assert (here.exchanges() - before, here.store.writes - writes) == (1, 1)


def test_nobody_can_fill_the_memory_of_states() -> None:
    states = States(lambda: NOON, most=3)
    for number in range(5):
        states.add(str(number), "mine", BACK, replace=False)
    for number in (0, 1):
        with pytest.raises(StateUnknown):
            states.take(str(number), "mine", BACK)
    assert states.take("4", "mine", BACK)


# ------------------------------------------------------------------ refusals; what was stored before is untouched


def test_another_organisation_replaces_a_connection_only_if_that_was_asked_for(office: Open) -> None:
    here = office()
    first = here.connected().connection
    told = ends(here, decided(here.begun(), install_on="E0PARTNER1"), ReplacesConnection)
    assert "Example Corp" in told
    assert "Example Partners" in told
    connected = here.connected(replace=True, install_on="E0PARTNER1")
    assert (connected.replaced, connected.connection.organisation_id) == (first, "E0PARTNER1")


def test_another_account_of_the_same_organisation_is_another_connection(office: Open) -> None:
    here = office()
    here.connected()
    text = here.store.read("token") or ""
    here.store.write("token", text.replace(here.held().connection.user_id or "", "W0SOMEBODY"))
    ends(here, decided(here.begun()), ReplacesConnection)


def test_a_bare_token_may_be_replaced_because_nobody_knows_whose_it_is(office: Open) -> None:
    here = office()
    here.store.write("token", Grant(access_token="xoxp-before").written())
    assert here.connected().connection.organisation_id == "E0EXAMPLE1"


def test_a_bare_token_of_another_organisation_is_replaced_only_if_that_was_asked_for(office: Open) -> None:
    here = office()
    here.connected(install_on="E0PARTNER1")
    here.store.write("token", Grant(access_token=here.held().access_token).written())
    assert "Example Partners" in ends(here, decided(here.begun()), ReplacesConnection)
    assert here.connected(replace=True).connection.organisation_id == "E0EXAMPLE1"


def test_a_bare_token_of_the_same_account_is_replaced(office: Open) -> None:
    here = office()
    here.connected()
    here.store.write("token", Grant(access_token=here.held().access_token).written())
    assert here.connected().connection.organisation_id == "E0EXAMPLE1"


@pytest.mark.parametrize("lasts", [10**12, 10**300, -(10**12)])
def test_a_token_that_is_said_to_last_for_ever_is_stored(office: Open, lasts: int) -> None:
    def lasting(url: str, form: Mapping[str, str], authorization: str) -> Said:
        said = post(url, form, authorization)
        user = said.document.get("authed_user")
        return Said({**said.document, "authed_user": {**user, "expires_in": lasts}}) if isinstance(user, dict) else said

    assert office(http=lasting).connected().connection.expires_at


def test_half_a_character_in_a_name_connects_all_the_same(office: Open) -> None:
    def broken(url: str, form: Mapping[str, str], authorization: str) -> Said:
        said = post(url, form, authorization)
        return Said({**said.document, "enterprise": {"id": "E0EXAMPLE1", "name": "Bad\ud800"}}, said.scopes)

    assert office(http=broken).connected().connection.organisation == "Bad?"


def test_what_cannot_be_read_is_told_before_anybody_goes_to_slack(office: Open) -> None:
    here = office()
    here.store.write("token", "no grant")
    with pytest.raises(ConfigurationError, match="does not hold"):
        here.begun()


def test_only_the_organisation_of_the_settings_can_be_connected(office: Open) -> None:
    here = office(organisation="E0EXAMPLE1")
    ends(here, decided(here.begun(replace=True), install_on="E0PARTNER1"), WrongOrganisation)
    assert here.connected().connection.organisation_id == "E0EXAMPLE1"


def test_without_the_apps_credentials_nothing_begins(office: Open) -> None:
    here = office()
    here.store.erase("client")
    with pytest.raises(ConfigurationError, match="SLACKANALYTICS_CLIENT_ID"):
        here.begun()


def test_where_nothing_can_be_stored_nothing_begins() -> None:
    settings = Settings(slack_token="xoxp-1", client_id="1.2", client_secret="x")
    with pytest.raises(ConfigurationError, match="unset SLACKANALYTICS_SLACK_TOKEN"):
        Conversation(settings, Environment(settings)).begin(BACK, browser="mine")


@pytest.mark.parametrize(("client_id", "secret"), [("", "canary"), ("1.2", ""), ("1.2", "canary\n"), ("1 2", "canary")])
def test_credentials_that_cannot_be_any_are_refused_without_being_repeated(
    office: Open, client_id: str, secret: str
) -> None:
    with pytest.raises(ConfigurationError, match="Basic Information") as caught:
        office().conversation.keep_credentials(client_id, secret)
    assert "canary" not in str(caught.value)


# ------------------------------------------------------------------------------------------------------ the end


def test_the_manifest_asks_for_an_org_wide_app_with_one_user_scope_and_no_pkce() -> None:
    made: Any = manifest([BACK])
    assert made["oauth_config"] == {"redirect_urls": [BACK], "scopes": {"user": [SCOPE], "bot": [BOT_SCOPE]}}
    assert made["settings"]["org_deploy_enabled"] is True
    assert len(made["display_information"]["name"]) <= 35
    assert len(made["display_information"]["description"]) <= 140
    query = parse_qs(urlsplit(manifest_url([BACK])).query)
    assert query["new_app"] == ["1"]
    assert '"org_deploy_enabled":true' in query["manifest_json"][0]
