"""Whatever Slack answers to an exchange, what was stored stays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import pytest
from tests.contract.oauth.administrator import decided
from tests.contract.oauth.office import Open, ends

from athena_federation.errors import FederationError, Throttled
from slackanalytics.connection_verbs import named
from slackanalytics.grants import Grant
from slackanalytics.oauth import (
    CodeRefused,
    CredentialsRefused,
    ExchangeRefused,
    MissingScope,
    NotOrgInstall,
    NoUserToken,
    RedirectRefused,
    Refused,
    ReplacesConnection,
    SlackDown,
    StateReplayed,
    WrongOrganisation,
)
from slackanalytics.slack_api import Said, post


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
