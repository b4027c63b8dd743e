"""Connecting Slack, and every way in which that does not come about: each its own page, what was stored untouched."""

from __future__ import annotations

import threading
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.web.desk import CLIENT_SECRET, CODE, TOKEN, Desk, back, begun, granted

from athena_federation.errors import ConfigurationError, Throttled
from slackanalytics.settings import Settings
from slackanalytics.slack_api import SlackDown
from slackanalytics.token_stores import Memory, Secret, StoreRefused


def test_the_steps_lead_to_a_connection_and_to_the_first_query() -> None:
    desk = Desk(credentials=False)
    admin = desk.admin()
    assert "First enter the app's credentials" in admin.get("/").text.replace("&#39;", "'")
    assert (
        admin.post("/slack/credentials", data={"client_id": "1.2", "client_secret": CLIENT_SECRET}).status_code == 303
    )
    page = admin.get("/").text
    assert "Neither is shown again" in page
    assert CLIENT_SECRET not in page
    done = back(admin, state=begun(admin), code=CODE)
    assert done.status_code == 200
    assert "Connected to <bdi>Example Corp</bdi>" in done.text
    assert "slackanalytics query" in done.text
    assert desk.slack.asked == ["oauth.v2.access", "auth.test"]
    assert TOKEN in (desk.token or "")


def test_slack_is_asked_for_one_scope_and_one_minimal_bot_scope() -> None:
    admin = Desk().admin()
    where = admin.post("/slack/install").headers["location"]
    assert where.startswith("https://slack.com/oauth/v2/authorize?")
    asked = parse_qs(urlsplit(where).query)
    assert asked["user_scope"] == ["admin.analytics:read"]
    assert asked["scope"] == ["users:read"]
    assert asked["redirect_uri"] == ["http://127.0.0.1:8910/slack/oauth_redirect"]
    assert len(asked["state"][0]) >= 22  # 128 bits


def test_the_app_is_created_from_a_manifest_that_names_this_very_redirect_url() -> None:
    page = Desk().admin().get("/").text
    assert "https://api.slack.com/apps?new_app=1&amp;manifest_json=" in page
    assert "http%3A%2F%2F127.0.0.1%3A8910%2Fslack%2Foauth_redirect" in page


def test_in_aws_the_next_steps_are_the_stack_and_athena() -> None:
    desk = Desk(launch_url="https://console.aws.amazon.com/cloudformation/home#/stacks/new")
    desk.connected()
    page = desk.admin().get("/slack/connected").text
    assert 'href="https://console.aws.amazon.com/cloudformation/home#/stacks/new"' in page
    assert "Athena" in page
    assert "slackanalytics query" not in page


@pytest.mark.parametrize("query", [{}, {"code": CODE}, {"code": CODE, "state": ""}, {"code": CODE, "state": "foreign"}])
def test_an_answer_that_nobody_asked_for_is_refused_and_no_token_is_fetched(query: dict[str, str]) -> None:
    desk = Desk()
    page = back(desk.admin(), **query)
    assert page.status_code == 400
    assert "This answer was not asked for" in page.text
    assert desk.slack.asked == []


def test_a_state_given_twice_is_no_state() -> None:
    desk = Desk()
    admin = desk.admin()
    state = begun(admin)
    admin.get(f"/slack/oauth_redirect?code={CODE}&state={state}&state={state}")
    assert admin.get("/slack/refused").status_code == 400
    assert desk.slack.asked == []


def test_an_answer_that_was_used_before_is_refused() -> None:
    desk = Desk()
    admin = desk.admin()
    state = begun(admin)
    assert back(admin, state=state, code=CODE).status_code == 200
    again = back(admin, state=state, code=CODE)
    assert again.status_code == 400
    assert "This answer was used already" in again.text
    assert desk.slack.asked.count("oauth.v2.access") == 1


def test_of_two_callbacks_at_once_one_connects() -> None:
    desk = Desk()
    admin = desk.admin()
    state = begun(admin)
    ends: list[str] = []
    threads = [
        threading.Thread(
            target=lambda: ends.append(
                admin.get("/slack/oauth_redirect", params={"state": state, "code": CODE}).headers["location"]
            )
        )
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["/slack/connected"] + ["/slack/refused"] * 3
    assert desk.slack.asked.count("oauth.v2.access") == 1


def test_an_answer_that_took_too_long_is_refused() -> None:
    desk = Desk()
    admin = desk.admin()
    state = begun(admin)
    desk.clock.now += 601
    page = back(admin, state=state, code=CODE)
    assert page.status_code == 400
    assert "That took too long" in page.text
    assert desk.slack.asked == []


def test_an_answer_begun_in_another_browser_is_refused_though_both_are_signed_in() -> None:
    desk = Desk()
    attacker, victim = desk.admin(), desk.admin()
    page = back(victim, state=begun(attacker), code=CODE)
    assert page.status_code == 400
    assert "another browser" in page.text
    assert desk.slack.asked == []
    assert desk.token is None


def test_an_answer_that_reaches_a_stranger_is_not_used() -> None:
    desk = Desk()
    admin, stranger = desk.admin(), desk.browser()
    state = begun(admin)
    page = back(stranger, state=state, code=CODE)
    assert page.status_code == 400
    assert "Sign in" in page.text
    assert desk.slack.asked == []
    assert back(admin, state=state, code=CODE).status_code == 200  # and is not spent by it


def test_two_tabs_each_have_a_conversation_of_their_own() -> None:
    desk = Desk()
    admin = desk.admin()
    first, second = begun(admin), begun(admin)
    assert back(admin, state=second, code=CODE).status_code == 200
    assert back(admin, state=first, code="another").status_code == 200


REFUSALS: dict[str, tuple[dict[str, Any], int, str]] = {
    "nobody": ({"oauth.v2.access": granted(authed_user={"id": "W1"})}, 400, "No user token came back"),
    "scope": (
        {
            "oauth.v2.access": granted(
                authed_user={"id": "W1", "scope": "users:read", "access_token": TOKEN, "token_type": "user"}
            )
        },
        400,
        "The permission to read analytics is missing",
    ),
    "workspace": (
        {"oauth.v2.access": granted(is_enterprise_install=False, team={"id": "T1", "name": "Berlin"})},
        400,
        "Installed on a workspace",
    ),
    "contradiction": (
        {"auth.test": {"ok": True, "user_id": "W1", "enterprise_id": "E2"}},
        403,
        "Another organisation answered",
    ),
    "code": ({"oauth.v2.access": {"ok": False, "error": "invalid_code"}}, 400, "code is no longer good"),
    "secret": ({"oauth.v2.access": {"ok": False, "error": "bad_client_secret"}}, 400, "Slack does not know this app"),
    "redirect": (
        {"oauth.v2.access": {"ok": False, "error": "bad_redirect_uri"}},
        400,
        "redirect URL is not registered",
    ),
    "unheard": ({"oauth.v2.access": {"ok": False, "error": "gremlins"}}, 400, "Slack refused the connection"),
    "down": ({"oauth.v2.access": SlackDown("slack.com could not be reached")}, 503, "Slack does not answer"),
    "trouble": ({"oauth.v2.access": {"ok": False, "error": "internal_error"}}, 503, "Slack does not answer"),
    "busy": ({"oauth.v2.access": Throttled("Slack asks for a pause")}, 503, "Slack asks for a pause"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_what_slack_refuses_is_a_page_of_its_own_and_changes_nothing(name: str) -> None:
    answers, status, title = REFUSALS[name]
    desk = Desk()
    desk.connected()
    admin, before = desk.admin(), desk.token
    desk.slack.answers |= answers
    page = back(admin, state=begun(admin, replace="yes"), code=CODE)
    assert page.status_code == status
    assert title in page.text.replace("&#39;", "'")
    assert desk.token == before


def test_a_refusal_at_slack_is_a_page_of_its_own() -> None:
    desk = Desk()
    admin = desk.admin()
    page = back(admin, state=begun(admin), error="access_denied")
    assert page.status_code == 403
    assert "Access was not granted" in page.text
    assert desk.slack.asked == []


def test_another_organisation_than_the_one_allowed_is_refused() -> None:
    desk = Desk(settings=Settings(organisation="E9"))
    admin = desk.admin()
    page = back(admin, state=begun(admin), code=CODE)
    assert page.status_code == 403
    assert "Another organisation answered" in page.text
    assert desk.token is None


def test_a_live_connection_is_replaced_only_when_the_admin_says_so() -> None:
    desk = Desk()
    desk.connected(organisation_id="E0", organisation="Elsewhere")
    admin = desk.admin()
    unconfirmed = admin.post("/slack/install")
    assert unconfirmed.status_code == 409
    assert "Replace the connection to" in unconfirmed.text
    assert back(admin, state=begun(admin, replace="yes"), code=CODE).status_code == 200
    assert '"E1"' in (desk.token or "")


def test_a_connection_that_came_in_between_is_not_replaced() -> None:
    desk = Desk()
    admin = desk.admin()
    state = begun(admin)
    desk.connected(organisation_id="E0", organisation="Elsewhere")
    before = desk.token
    page = back(admin, state=state, code=CODE)
    assert page.status_code == 409
    assert "Another connection is in place" in page.text
    assert desk.token == before


def test_the_status_tells_since_when_by_whom_what_and_how_far() -> None:
    desk = Desk()
    admin = desk.admin()
    back(admin, state=begun(admin), code=CODE)
    page = admin.get("/status").text
    for told in ("Example Corp", "25 November 2026, 08:30 UTC", "ada", "admin.analytics:read", "never", "2026-11-23"):
        assert told in page


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"ok": False, "error": "token_revoked"}, "The token was revoked at Slack"),
        ({"ok": False, "error": "account_inactive"}, "The account that connected Slack was deactivated"),
        ({"ok": False, "error": "invalid_auth"}, "no longer accepts the token"),
        ({"ok": False, "error": "internal_error"}, "Slack does not answer"),
    ],
)
def test_the_status_names_a_token_that_slack_no_longer_honours(answer: dict[str, Any], told: str) -> None:
    desk = Desk()
    desk.connected()
    desk.slack.answers["auth.test"] = answer
    page = desk.admin().get("/status")
    assert page.status_code == 200
    assert told in page.text
    assert 'href="/slack/install"' in page.text


def test_a_scope_that_was_taken_away_is_named_with_the_way_back() -> None:
    desk = Desk()
    desk.connected()
    desk.slack.scopes = "users:read"
    page = desk.admin().get("/status").text
    assert "The token has lost its permission" in page
    assert '<a class="button primary" href="/slack/install">' in page


def test_revoking_asks_first_then_slack_and_forgets() -> None:
    desk = Desk()
    desk.connected()
    admin = desk.admin()
    assert "Revoke the access?" in admin.get("/slack/revoke").text
    assert desk.token is not None
    assert admin.post("/slack/revoke").headers["location"] == "/slack/revoked"
    assert desk.slack.asked == ["auth.revoke"]
    assert desk.token is None
    assert "Revoked" in admin.get("/slack/revoked").text
    assert "Not connected" in admin.get("/status").text


def test_what_slack_did_not_revoke_is_not_forgotten() -> None:
    desk = Desk()
    desk.connected()
    admin = desk.admin()
    desk.slack.answers["auth.revoke"] = SlackDown("auth.revoke: slack.com could not be reached; try again later")
    page = admin.post("/slack/revoke")
    assert page.status_code == 503
    assert "Slack does not answer" in page.text
    assert desk.token is not None


def test_what_is_revoked_and_still_stored_is_told_without_a_word_that_nothing_changed() -> None:
    class Stuck(Memory):
        def swap(self, name: Secret, before: str | None, after: str | None) -> bool:
            raise ConfigurationError("the disk is full")

    desk = Desk(store=Stuck())
    desk.connected()
    page = desk.admin().post("/slack/revoke")
    assert (page.status_code, desk.slack.asked) == (500, ["auth.revoke"])
    assert "The token is revoked, and still stored" in page.text
    assert "What was stored before is as it was" not in page.text


def test_what_cannot_be_forgotten_is_not_revoked() -> None:
    class ReadOnly(Memory):
        def rehearse(self, name: Secret) -> None:
            raise ConfigurationError("read-only")

    desk = Desk(store=ReadOnly())
    desk.connected()
    page = desk.admin().post("/slack/revoke")
    assert (page.status_code, desk.slack.asked) == (409, [])
    assert "What was stored before is as it was" in page.text


def test_a_place_that_does_not_give_its_secrets_out_is_no_refusal_of_slacks() -> None:
    class Shut(Memory):
        def read(self, name: Secret, *, fresh: bool = False) -> str | None:
            if name == "token":
                raise StoreRefused("ACCESS_DENIED: allow secretsmanager:GetSecretValue on arn:…")
            return super().read(name, fresh=fresh)

    admin = Desk(store=Shut()).admin()
    for path in ("/", "/status", "/slack/install"):
        page = admin.get(path)
        assert page.status_code == 409
        assert "The place where secrets rest does not give them out" in page.text
        assert "Slack no longer accepts" not in page.text
        assert "Connect anew" not in page.text


def test_a_name_of_half_a_character_breaks_no_page() -> None:
    desk = Desk()
    desk.connected(organisation="Bad\ud800", user="\udfff")
    admin = desk.admin()
    for path in ("/", "/status", "/slack/install", "/slack/revoke", "/slack/connected"):
        assert admin.get(path).status_code == 200, path


def test_a_look_at_the_address_slack_comes_back_to_spends_nothing() -> None:
    desk = Desk()
    admin = desk.admin()
    state = begun(admin)
    assert admin.head("/slack/oauth_redirect", params={"state": state, "code": CODE}).status_code == 405
    assert desk.slack.asked == []
    assert back(admin, state=state, code=CODE).status_code == 200


@pytest.mark.parametrize("text", ["", "   ", "two words", "naïve", "x" * 201, "line\nend"])
def test_credentials_that_cannot_be_any_are_refused_without_being_repeated(text: str) -> None:
    desk = Desk(credentials=False)
    page = desk.admin().post("/slack/credentials", data={"client_id": "1.2", "client_secret": text})
    assert page.status_code == 422
    assert "Basic Information" in page.text
    assert "naïve" not in page.text
    assert desk.store.read("client") is None


def test_without_credentials_nothing_is_begun() -> None:
    desk = Desk(credentials=False)
    admin = desk.admin()
    assert "Enter them first" in admin.get("/slack/install").text
    page = admin.post("/slack/install")
    assert page.status_code == 409
    assert "Something is not set up" in page.text
