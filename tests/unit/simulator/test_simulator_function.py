"""The simulator as a function: instances that know of no other, and Lambda's limit."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from slackanalytics.cloud.simulator_function import LONGEST_BODY, MOST_MEMBERS, SimulatorFunction
from slackanalytics.simulator import DEMO_CLIENT_ID, DEMO_CLIENT_SECRET, DEMO_TOKEN

TODAY = {"SLACKANALYTICS_TODAY": "2026-11-25"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
BASIC = {"authorization": "Basic " + base64.b64encode(f"{DEMO_CLIENT_ID}:{DEMO_CLIENT_SECRET}".encode()).decode()}
CALLBACK = "https://oauth.example.com/slack/oauth_redirect"
ASKED = {
    "client_id": DEMO_CLIENT_ID,
    "scope": "users:read",
    "user_scope": "admin.analytics:read",
    "redirect_uri": CALLBACK,
    "state": "s",
}


def instance(**environment: str) -> SimulatorFunction:
    return SimulatorFunction(TODAY | environment)


def call(
    function: SimulatorFunction, path: str, form: dict[str, str] | None = None, query: str = "", **headers: str
) -> Any:
    """A call as an HTTP API hands it over; its answer with a decoded body."""
    answer = function(
        {
            "version": "2.0",
            "rawPath": path,
            "rawQueryString": query,
            "headers": headers | (FORM if form else {}),
            "requestContext": {
                "domainName": "abc.execute-api.eu-west-1.amazonaws.com",
                "http": {"method": "POST" if form else "GET"},
            },
            "body": base64.b64encode(urlencode(form).encode()).decode() if form else None,
            "isBase64Encoded": form is not None,
        },
        None,
    )
    assert len(json.dumps(answer)) < 6_291_556
    return answer | {"body": base64.b64decode(answer["body"])} if answer.get("isBase64Encoded") else answer


def file_of(function: SimulatorFunction, token: str, day: str = "2026-11-20") -> Any:
    query = urlencode({"type": "member", "date": day})
    return call(function, "/api/admin.analytics.getFile", query=query, authorization=f"Bearer {token}")


def consented(function: SimulatorFunction) -> str:
    answer = call(function, "/oauth/v2/authorize", {**ASKED, "install_on": "E0EXAMPLE1", "decision": "allow"})
    return str(parse_qs(urlsplit(answer["headers"]["Location"]).query)["code"][0])


def exchanged(function: SimulatorFunction, code: str) -> dict[str, Any]:
    form = {"code": code, "redirect_uri": CALLBACK}
    found: dict[str, Any] = json.loads(call(function, "/api/oauth.v2.access", form, **BASIC)["body"])
    return found


def test_a_days_file_arrives_as_it_is() -> None:
    answer = file_of(instance(), DEMO_TOKEN)
    assert answer["headers"]["Content-Type"] == "application/gzip"
    assert gzip.decompress(answer["body"]).count(b"\n") > 900


@pytest.mark.slow
def test_the_largest_company_that_is_accepted_fits() -> None:
    answer = file_of(instance(SIMULATOR_MEMBERS=str(MOST_MEMBERS)), DEMO_TOKEN)
    assert answer["headers"]["Content-Type"] == "application/gzip"
    assert 0.8 * LONGEST_BODY < len(answer["body"]) * 4 / 3 < LONGEST_BODY


@pytest.mark.parametrize("members", ["0", "75001", "many", "-1", "²"])
def test_a_company_that_cannot_be_served_is_refused(members: str) -> None:
    with pytest.raises(ValueError, match="SIMULATOR_MEMBERS must be 1 to 75000"):
        instance(SIMULATOR_MEMBERS=members)


def test_each_step_of_a_grant_may_meet_another_instance() -> None:
    assert b"is requesting permission" in call(instance(), "/oauth/v2/authorize", query=urlencode(ASKED))["body"]
    said = exchanged(instance(), consented(instance()))
    assert said["enterprise"]["name"] == "Example Corp"
    token = said["authed_user"]["access_token"]
    assert file_of(instance(), token)["headers"]["Content-Type"] == "application/gzip"
    test = call(instance(), "/api/auth.test", {"x": "1"}, authorization=f"Bearer {token}")
    assert json.loads(test["body"])["user_id"] == said["authed_user"]["id"]


def test_a_code_is_good_once() -> None:
    function = instance()
    code = consented(function)
    assert exchanged(function, code)["ok"]
    assert exchanged(function, code)["error"] == "invalid_code"


@pytest.mark.parametrize("place", [5, -1])
def test_an_altered_code_or_token_is_none(place: int) -> None:
    def altered(text: str) -> str:
        position = place % len(text)
        return text[:position] + ("A" if text[position] != "A" else "B") + text[position + 1 :]

    code = consented(instance())
    assert exchanged(instance(), altered(code))["error"] == "invalid_code"
    token = exchanged(instance(), code)["authed_user"]["access_token"]
    assert json.loads(file_of(instance(), altered(token))["body"])["error"] == "invalid_auth"


def test_a_token_that_was_revoked_is_refused() -> None:
    function = instance()
    token = exchanged(function, consented(function))["authed_user"]["access_token"]
    call(function, "/api/auth.revoke", {"test": "0"}, authorization=f"Bearer {token}")
    assert json.loads(file_of(function, token)["body"])["error"] == "token_revoked"


def test_a_path_that_slack_has_not_is_not_found() -> None:
    assert call(instance(), "/elsewhere")["statusCode"] == 404
