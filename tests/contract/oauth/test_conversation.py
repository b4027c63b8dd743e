"""The conversation with a simulated Slack, and every way in which it must end without a connection."""

from __future__ import annotations

import re
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.contract.oauth.administrator import decided

from athena_federation.errors import ConfigurationError, FederationError, SourceError, Throttled, Unauthorized
from slackanalytics.connection_verbs import named
from slackanalytics.grants import Connection, Credentials, Grant
from slackanalytics.oauth import (
    BOT_SCOPE,
    SCOPE,
    CodeRefused,
    Connected,
    Conversation,
    CredentialsRefused,
    ExchangeRefused,
    MissingScope,
    NotConnected,
    NotForgotten,
    NotOrgInstall,
    NotRevoked,
    NoUserToken,
    RedirectRefused,
    Refused,
    ReplacesConnection,
    SlackDown,
    StateExpired,
    StateForeign,
    StateReplayed,
    StateUnknown,
    StillConnected,
    TokenRefused,
    WrongOrganisation,
    manifest,
    manifest_url,
)
from slackanalytics.oauth_states import States, Waiting
from slackanalytics.settings import Settings
from slackanalytics.simulator import Served, Simulator
from slackanalytics.slack_api import Post, Said, post
from slackanalytics.token_stores import Environment, Memory, Secret, grant

BACK = "http://localhost:8765/slack/oauth_redirect"
CLIENT = ("111.222&x=1", "canary-s3cret: with/odd %characters")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Counting(Memory):
    """A store that counts how often the token was written."""

    def __init__(self) -> None:
        super().__init__()
        self.writes = 0

    def write(self, name: Secret, text: str) -> None:
        self.writes += name == "token"
        super().write(name, text)


@dataclass
class Office:
    """One installation of ours, with a clock that a test can turn."""

    server: Served
    settings: Settings
    states: States | None = None
    http: Post = post
    now: datetime = NOON
    store: Counting = field(default_factory=Counting)

    def __post_init__(self) -> None:
        self.store.write("client", Credentials(client_id=CLIENT[0], client_secret=CLIENT[1]).written())
        self.conversation = Conversation(
            self.settings, self.store, clock=lambda: self.now, http=self.http, states=self.states
        )

    def begun(self, browser: str = "mine", *, replace: bool = False) -> str:
        return self.conversation.begin(BACK, browser=browser, replace=replace).authorize_url

    def complete(self, brought: Mapping[str, str | None], browser: str = "mine", redirect_uri: str = BACK) -> Connected:
        given: dict[str, Any] = {"state": None, "code": None, "error": None} | dict(brought)
        return self.conversation.complete(browser=browser, redirect_uri=redirect_uri, **given)

    def connected(self, *, replace: bool = False, **choice: str) -> Connected:
        return self.complete(decided(self.begun(replace=replace), **choice))

    def exchanges(self) -> int:
        return sum(call.method == "oauth.v2.access" for call in self.server.calls)

    def held(self) -> Grant:
        found = grant(self.store)
        assert found
        return found


Open = Callable[..., Office]


@pytest.fixture
def office() -> Iterator[Open]:
    with ExitStack() as stack:

        def opened(
            faults: dict[str, str] | None = None,
            states: States | None = None,
            http: Post = post,
            slack: Mapping[str, Any] | None = None,
            **settings: Any,
        ) -> Office:
            given: dict[str, Any] = {"members": 10, "today": date(2026, 11, 23), "client": CLIENT, "faults": faults}
            server = stack.enter_context(Simulator(**given | dict(slack or {})).serve())
            return Office(server, Settings(slack_api_url=server.url, **settings), states, http)

        yield opened


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


def ends(here: Office, brought: Mapping[str, str | None], kind: type[FederationError]) -> str:
    """What is said when that ends without a connection, what is stored left as it was, and no secret told."""
    before = here.store.read("token")
    with pytest.raises(kind) as caught:
        here.complete(brought)
    assert type(caught.value) is kind
    assert here.store.read("token") == before
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    for secret in ("canary", brought.get("code") or "canary", brought.get("state") or "canary"):
        assert secret not in told
    assert not re.search(r"xox[bp]-\w", told)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    "code", ["access_denied", "no_bot_scopes_requested", "unapproved_scope", "un\x1b[31mheard\nof"]
)
def test_a_refusal_at_slack_is_told_as_that(office: Open, code: str) -> None:
    here = office()
    here.connected()
    brought = decided(here.begun(), "cancel")
    assert brought["error"] == "access_denied"
    told = ends(here, {"error": code, "state": brought["state"]}, Refused)
    assert "\x1b" not in told


def test_coming_back_with_nothing_is_a_refusal(office: Open) -> None:
    here = office()
    ends(here, {"state": decided(here.begun())["state"]}, Refused)


@pytest.mark.parametrize("code", ["\ud800", "ü", "a\nb", "x" * 1001])
def test_what_is_no_code_is_not_sent_anywhere(office: Open, code: str) -> None:
    here = office()
    ends(here, {"state": decided(here.begun())["state"], "code": code}, CodeRefused)
    assert here.exchanges() == 0


@pytest.mark.parametrize("token", ["xoxb-1", "xoxe.xoxb-1", "xoxp-1\nX: y", "xoxp 1"])
def test_a_token_of_another_kind_or_shape_is_not_stored(office: Open, token: str) -> None:
    def odd(url: str, form: Mapping[str, str], authorization: str) -> Said:
        said = post(url, form, authorization)
        user = {**cast("dict[str, Any]", said.document["authed_user"]), "access_token": token}
        return Said({**said.document, "authed_user": user})

    here = office(http=odd)
    ends(here, decided(here.begun()), NoUserToken)


def test_a_name_that_others_chose_is_fit_to_be_shown(office: Open) -> None:
    def painted(url: str, form: Mapping[str, str], authorization: str) -> Said:
        said = post(url, form, authorization)
        named = {"enterprise": {"id": "E0EXAMPLE1", "name": "Ex\x1b[31mample\nCorp"}, "user": "ada\r\x07"}
        return Said({**said.document, **named}, said.scopes)

    here = office(http=painted)
    known = here.connected().connection
    assert named(known) == "Ex?[31mample?Corp"
    here.store.write("token", here.held().written().replace(known.user_id or "", "W0SOMEBODY"))
    assert "Ex?[31mample?Corp" in ends(here, decided(here.begun()), ReplacesConnection)


EXCHANGE = {
    "error:invalid_code": CodeRefused,
    "error:bad_redirect_uri": RedirectRefused,
    "error:bad_client_secret": CredentialsRefused,
    "error:invalid_client_id": CredentialsRefused,
    "error:invalid_grant_type": ExchangeRefused,
    "error:no_scopes": ExchangeRefused,
    "error:oauth_authorization_url_mismatch": ExchangeRefused,
    "error:cannot_install_an_org_installed_app": ExchangeRefused,
    "error:preview_feature_not_available": ExchangeRefused,
    "error:user_email_unverified": ExchangeRefused,
    "error:pkce_not_allowed": ExchangeRefused,
    "error:never_heard_of": ExchangeRefused,
    "error:internal_error": SlackDown,
    "error:fatal_error": SlackDown,
    "no_user_token": NoUserToken,
    "short_scope": MissingScope,
    "500": SlackDown,
    "503": SlackDown,
    "reset": SlackDown,
    "fin": SlackDown,
    "short_body": SlackDown,
    "html200": SlackDown,
    "redirect": SlackDown,
    "204": SlackDown,
    "huge_header": SlackDown,
    "429:7": Throttled,
    "ok_true": NoUserToken,
}


@pytest.mark.parametrize("fault", EXCHANGE)
def test_whatever_the_exchange_answers_what_was_stored_stays(office: Open, fault: str) -> None:
    here = office(
        {"oauth.v2.access": f"ok_true*0,{fault}*1"} if fault == "never" else {"oauth.v2.access": f"{fault}*1"}
    )
    here.store.write("token", Grant(access_token="xoxp-before").written())
    brought = decided(here.begun())
    assert ends(here, brought, EXCHANGE[fault])
    assert here.exchanges() == 1  # a code is good for one exchange, so there is no second try
    ends(here, brought, StateReplayed)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("invalid_auth", ExchangeRefused),
        ("503", SlackDown),
        ("reset", SlackDown),
        ("429", Throttled),
        ("html200", SlackDown),
    ],
)
def test_a_token_that_slack_does_not_vouch_for_is_not_stored(
    office: Open, fault: str, kind: type[FederationError]
) -> None:
    here = office({"auth.test": f"{fault}*1"})
    ends(here, decided(here.begun()), kind)


@pytest.mark.parametrize(
    "lie",
    [
        {"enterprise_id": "E0OTHER"},
        {"user_id": "W0OTHER"},
        {"user_id": None},
        {"enterprise_id": None, "team_id": None},
    ],
)
def test_answers_that_contradict_each_other_connect_nobody(office: Open, lie: dict[str, str | None]) -> None:
    def lying(url: str, form: Mapping[str, str], authorization: str) -> Said:
        said = post(url, form, authorization)
        return Said({**said.document, **lie}, said.scopes) if url.endswith("auth.test") else said

    here = office(http=lying)
    ends(here, decided(here.begun()), WrongOrganisation)


def test_a_scope_that_the_token_lacks_is_seen_in_the_header_too(office: Open) -> None:
    def narrow(url: str, form: Mapping[str, str], authorization: str) -> Said:
        said = post(url, form, authorization)
        return Said(said.document, "users:read") if url.endswith("auth.test") else said

    here = office(http=narrow)
    ends(here, decided(here.begun()), MissingScope)


def test_an_installation_on_a_workspace_is_refused(office: Open) -> None:
    here = office()
    here.connected()
    assert "organisation" in ends(here, decided(here.begun(), install_on="T0EXAMPLE0"), NotOrgInstall)


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


def test_the_manifest_asks_for_an_org_wide_app_with_one_user_scope_and_no_pkce() -> None:
    made: Any = manifest([BACK])
    assert made["oauth_config"] == {"redirect_urls": [BACK], "scopes": {"user": [SCOPE], "bot": [BOT_SCOPE]}}
    assert made["settings"]["org_deploy_enabled"] is True
    assert len(made["display_information"]["name"]) <= 35
    assert len(made["display_information"]["description"]) <= 140
    query = parse_qs(urlsplit(manifest_url([BACK])).query)
    assert query["new_app"] == ["1"]
    assert '"org_deploy_enabled":true' in query["manifest_json"][0]
