"""The simulated Slack against what Slack documents of granting, renewing and revoking access.

https://docs.slack.dev/authentication/installing-with-oauth, https://docs.slack.dev/reference/methods/oauth.v2.access,
https://docs.slack.dev/authentication/using-token-rotation, https://docs.slack.dev/reference/methods/auth.revoke.
"""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from tests.contract.oauth.administrator import decided, opened

from slackanalytics.simulator import Served, Simulator
from slackanalytics.simulator.faults import parse_script

BACK = "http://127.0.0.1:1/slack/oauth_redirect"
CLIENT = ("111.222", "s3cret: with/odd %characters")


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


Start = Callable[..., Served]


@pytest.fixture
def start(clock: Clock) -> Iterator[Start]:
    from contextlib import ExitStack

    with ExitStack() as stack:

        def started(**options: Any) -> Served:
            given: dict[str, Any] = {
                "members": 10,
                "today": date(2026, 11, 23),
                "client": CLIENT,
                "clock": clock,
            } | options
            return stack.enter_context(Simulator(**given).serve())

        yield started


def page(server: Served, **changes: str) -> str:
    asked = {
        "client_id": CLIENT[0],
        "scope": "users:read",
        "user_scope": "admin.analytics:read",
        "redirect_uri": BACK,
        "state": "a state",
    }
    return f"{server.url.removesuffix('/api')}/oauth/v2/authorize?{urlencode(asked | changes)}"


def basic(client: tuple[str, str] = CLIENT) -> dict[str, str]:
    from urllib.parse import quote_plus

    pair = ":".join(quote_plus(part) for part in client)
    return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


def call(server: Served, method: str, headers: dict[str, str], **form: str) -> dict[str, Any]:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    sent = {"Content-Type": "application/x-www-form-urlencoded"} | headers
    connection.request("POST", f"/api/{method}", urlencode(form) or "x=", sent)
    response = connection.getresponse()
    found: dict[str, Any] = json.loads(response.read()) if "json" in response.headers["Content-Type"] else {"ok": True}
    connection.close()
    return found | {"scopes": response.headers.get("x-oauth-scopes")}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def exchanged(server: Served, code: str | None = None, **changes: str) -> dict[str, Any]:
    code = code or decided(page(server))["code"]
    return call(server, "oauth.v2.access", basic(), **{"code": code, "redirect_uri": BACK} | changes)


def token_of(server: Served) -> str:
    found: str = exchanged(server)["authed_user"]["access_token"]
    return found


def file_error(server: Served, token: str) -> str | None:
    answer = call(server, "admin.analytics.getFile", bearer(token), type="member", date="2026-11-10")
    found: str | None = answer.get("error")
    return found


def test_the_page_asks_on_what_to_install_and_the_organisation_comes_first(start: Start) -> None:
    shown = opened(page(start()))
    assert shown.choices == ["E0EXAMPLE1", "T0EXAMPLE0", "E0PARTNER1"]
    assert shown.fields["install_on"] == "E0EXAMPLE1"
    assert "default-src 'none'" in shown.headers["content-security-policy"]


def test_the_page_shows_what_it_was_sent_as_text_only(start: Start) -> None:
    hostile = '"><script>alert(1)</script>'
    shown = opened(page(start(), state=hostile))
    assert shown.fields["state"] == hostile
    assert "<script" not in shown.text


def test_allowing_brings_back_a_code_and_the_state(start: Start) -> None:
    brought = decided(page(start()))
    assert brought.keys() == {"code", "state"}
    assert brought["state"] == "a state"


def test_cancelling_brings_back_access_denied(start: Start) -> None:
    assert decided(page(start()), "cancel") == {"error": "access_denied", "state": "a state"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"client_id": "9.9"}, "invalid_client_id"),
        ({"redirect_uri": "http://example.com/"}, "bad_redirect_uri"),
        ({"redirect_uri": BACK + "#x"}, "bad_redirect_uri"),
        ({"redirect_uri": ""}, "bad_redirect_uri"),
        ({"user_scope": "", "scope": ""}, "invalid_scope"),
        ({"user_scope": "everything"}, "invalid_scope"),
    ],
)
def test_what_cannot_be_asked_ends_on_slacks_own_page(start: Start, changes: dict[str, str], code: str) -> None:
    shown = opened(page(start(), **changes))
    assert (shown.status, "location" in shown.headers) == (400, False)
    assert code in shown.text


def test_an_organisation_installs_no_app_without_a_bot_scope(start: Start) -> None:
    server = start()
    shown = opened(page(server, scope=""))
    back = opened(page(server).partition("?")[0], shown.fields | {"decision": "allow"})
    assert (back.status, "no_bot_scopes_requested" in back.text) == (400, True)
    assert "code" in decided(page(server, scope=""), install_on="T0EXAMPLE0")


def test_only_registered_redirects_and_what_is_below_them_are_led_to(start: Start) -> None:
    server = start(redirect_uris=["https://example.org/slack"])
    allowed = ["https://example.org/slack", "https://example.org/slack/oauth_redirect"]
    refused = ["https://example.org/slackish", "https://example.org/", BACK]
    assert [opened(page(server, redirect_uri=uri)).status for uri in allowed + refused] == [200, 200, 400, 400, 400]


def test_an_organisation_has_no_team_and_the_user_token_is_apart_from_the_bots(start: Start) -> None:
    said = exchanged(start())
    user = said["authed_user"]
    assert (said["team"], said["enterprise"]["id"], said["is_enterprise_install"]) == (None, "E0EXAMPLE1", True)
    assert (said["token_type"], said["scope"], said["access_token"][:5]) == ("bot", "users:read", "xoxb-")
    assert (user["token_type"], user["scope"], user["access_token"][:5]) == ("user", "admin.analytics:read", "xoxp-")
    assert "expires_in" not in user


def test_a_workspace_is_a_team_of_its_organisation(start: Start) -> None:
    server = start()
    said = exchanged(server, decided(page(server), install_on="T0EXAMPLE0")["code"])
    assert (said["team"]["id"], said["enterprise"]["id"], said["is_enterprise_install"]) == (
        "T0EXAMPLE0",
        "E0EXAMPLE1",
        False,
    )
    assert file_error(server, said["authed_user"]["access_token"]) == "not_an_enterprise"


def test_a_code_is_good_once(start: Start) -> None:
    server = start()
    code = decided(page(server))["code"]
    assert exchanged(server, code)["ok"]
    assert exchanged(server, code)["error"] == "invalid_code"
    assert exchanged(server, "made up")["error"] == "invalid_code"


def test_a_code_is_good_for_ten_minutes(start: Start, clock: Clock) -> None:
    server = start()
    first, second = decided(page(server))["code"], decided(page(server))["code"]
    clock.now += 599
    assert exchanged(server, first)["ok"]
    clock.now += 1
    assert exchanged(server, second)["error"] == "invalid_code"


def test_the_redirect_has_to_be_the_one_of_the_page(start: Start) -> None:
    server = start()
    code = decided(page(server))["code"]
    assert exchanged(server, code, redirect_uri=BACK + "/")["error"] == "bad_redirect_uri"
    assert exchanged(server, code)["ok"]


def test_the_app_has_to_prove_itself(start: Start) -> None:
    server = start()
    form = {"code": decided(page(server))["code"], "redirect_uri": BACK}
    assert call(server, "oauth.v2.access", basic(("9", "x")), **form)["error"] == "invalid_client_id"
    assert call(server, "oauth.v2.access", basic((CLIENT[0], "x")), **form)["error"] == "bad_client_secret"
    assert call(server, "oauth.v2.access", {}, **form)["error"] == "invalid_client_id"
    assert call(server, "oauth.v2.access", basic(), grant_type="password")["error"] == "invalid_grant_type"
    assert call(server, "oauth.v2.access", {}, client_id=CLIENT[0], client_secret=CLIENT[1], **form)["ok"]


def test_a_granted_token_reads_files_and_knows_whose_it_is(start: Start) -> None:
    server = start()
    token = token_of(server)
    said = call(server, "auth.test", bearer(token))
    assert (said["enterprise_id"], said["is_enterprise_install"], said["scopes"]) == (
        "E0EXAMPLE1",
        True,
        "admin.analytics:read",
    )
    assert file_error(server, token) is None
    assert file_error(server, exchanged(server)["access_token"]) == "not_allowed_token_type"


def test_without_rotation_the_same_grant_has_the_same_token(start: Start) -> None:
    server = start()
    assert token_of(server) == token_of(server)


def test_tokens_follow_from_the_seed(start: Start) -> None:
    assert token_of(start()) == token_of(start()) != token_of(start(seed=7))


def test_rotating_tokens_end_after_twelve_hours(start: Start, clock: Clock) -> None:
    server = start(rotation=True)
    user = exchanged(server)["authed_user"]
    assert (user["access_token"][:10], user["refresh_token"][:5], user["expires_in"]) == ("xoxe.xoxp-", "xoxe-", 43_200)
    assert call(server, "auth.test", bearer(user["access_token"]))["expires_in"] == 43_200
    clock.now += 43_200
    assert file_error(server, user["access_token"]) == "token_expired"


def renewed(server: Served, refresh_token: str) -> dict[str, Any]:
    return call(server, "oauth.v2.access", basic(), grant_type="refresh_token", refresh_token=refresh_token)


def test_a_refresh_token_renews_once_with_a_little_grace(start: Start, clock: Clock) -> None:
    server = start(rotation=True, grace=30.0)
    first = exchanged(server)["authed_user"]
    second = renewed(server, first["refresh_token"])
    assert (second["token_type"], second["enterprise"]["id"], second["expires_in"]) == ("user", "E0EXAMPLE1", 43_200)
    clock.now += 30
    assert renewed(server, first["refresh_token"])["ok"]
    clock.now += 1
    assert renewed(server, first["refresh_token"])["error"] == "invalid_refresh_token"
    assert renewed(server, second["refresh_token"])["ok"]
    assert renewed(server, "made up")["error"] == "invalid_refresh_token"


def test_two_access_tokens_live_at_a_time(start: Start) -> None:
    server = start(rotation=True)
    pairs = [exchanged(server)["authed_user"]]
    for _ in range(2):
        pairs.append(renewed(server, pairs[-1]["refresh_token"]))
    assert [file_error(server, pair["access_token"]) for pair in pairs] == ["token_revoked", None, None]


def test_revoking_can_be_rehearsed(start: Start) -> None:
    server = start()
    token = token_of(server)
    assert call(server, "auth.revoke", bearer(token), test="1")["revoked"] is False
    assert file_error(server, token) is None
    assert call(server, "auth.revoke", bearer(token))["revoked"] is True
    assert file_error(server, token) == "token_revoked"
    assert call(server, "auth.revoke", bearer(token))["error"] == "token_revoked"


def test_with_rotation_one_token_is_revoked_and_the_grant_stays(start: Start) -> None:
    server = start(rotation=True)
    user = exchanged(server)["authed_user"]
    call(server, "auth.revoke", bearer(user["access_token"]))
    assert file_error(server, user["access_token"]) == "token_revoked"
    assert renewed(server, user["refresh_token"])["ok"]


def test_uninstalling_ends_every_token(start: Start) -> None:
    server = start(rotation=True)
    said = exchanged(server)
    token = said["authed_user"]["access_token"]
    form = {"client_id": CLIENT[0], "client_secret": CLIENT[1]}
    assert call(server, "apps.uninstall", bearer(said["access_token"]), **form)["error"] == "no_permission"
    assert call(server, "apps.uninstall", bearer(token), client_id="9")["error"] == "invalid_client_id"
    assert call(server, "apps.uninstall", bearer(token), client_id=CLIENT[0])["error"] == "bad_client_secret"
    assert call(server, "apps.uninstall", bearer(server.token), **form)["error"] == "client_id_token_mismatch"
    assert call(server, "apps.uninstall", bearer(token), **form)["ok"]
    assert file_error(server, token) == "account_inactive"
    assert renewed(server, said["authed_user"]["refresh_token"])["error"] == "invalid_refresh_token"


def test_tokens_can_be_ended_at_slack_the_documented_one_too(start: Start) -> None:
    simulator = Simulator(members=10, client=CLIENT)
    with simulator.serve() as server:
        token = token_of(server)
        simulator.revoke("account_inactive")
        assert [file_error(server, each) for each in (token, server.token)] == ["account_inactive"] * 2


@pytest.mark.parametrize("code", ["invalid_code", "no_scopes", "preview_feature_not_available", "internal_error"])
def test_any_error_can_be_asked_for(start: Start, code: str) -> None:
    server = start(faults={"oauth.v2.access": f"error:{code}*1"})
    spent = decided(page(server))["code"]
    assert exchanged(server, spent)["error"] == code
    assert exchanged(server, spent)["ok"]


def test_an_answer_can_leave_things_out(start: Start) -> None:
    server = start(faults={"oauth.v2.access": "no_user_token*1,short_scope*1"})
    assert exchanged(server)["authed_user"].keys() == {"id"}
    short = exchanged(server)["authed_user"]
    assert (short["scope"], file_error(server, short["access_token"])) == ("", "missing_scope")


def test_a_shape_is_no_fault_of_a_day() -> None:
    assert parse_script("short_scope")
    with pytest.raises(ValueError, match=r"only oauth\.v2\.access"):
        Simulator(faults={"2026-11-10": "short_scope"})
