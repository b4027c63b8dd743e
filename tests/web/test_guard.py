"""What holds for every request: headers, host, origin, size, log, and the page of last resort."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.routing import Route
from tests.web.desk import HERE, KEY, PUBLIC, Desk, begun

FIXED = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "form-action": "'self' https://slack.com https://*.slack.com",
    "object-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
}
VERBS = ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE")


def paths(desk: Desk) -> list[str]:
    found = [route.path.replace("{name}", "page.css") for route in desk.app.routes if isinstance(route, Route)]
    return [*found, "/static/none.css", "/nope", "/nope/../etc/passwd"]


def answers(desk: Desk) -> Iterator[tuple[str, httpx2.Response]]:
    """Every route with every method, signed in and not."""
    for path in paths(desk):
        for verb in VERBS:
            yield f"{verb} {path}", desk.browser().request(verb, path)
            yield f"{verb} {path} signed in", desk.admin().request(verb, path)


def test_every_answer_of_every_route_has_the_full_set_of_headers() -> None:
    desk = Desk()
    desk.connected()
    seen = set()
    for name, answer in answers(desk):
        seen.add(answer.status_code)
        assert {key: answer.headers.get(key) for key in FIXED} == FIXED, name
        policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
        assert policy == POLICY, name
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert "access-control-allow-origin" not in answer.headers, name
        assert "server" not in answer.headers, name
        if answer.content and answer.request.method != "HEAD":
            assert re.match(
                r"text/\w+; charset=utf-8|application/json|image/svg\+xml", answer.headers["content-type"]
            ), name
        assert answer.status_code < 500, name
    assert {200, 303, 400, 401, 404, 405, 409} <= seen


def test_over_tls_browsers_are_told_to_stay_there_and_the_cookie_is_bound_to_this_host() -> None:
    desk = Desk(address=PUBLIC)
    for path in ("/sign-in", "/nope", "/healthz", "/static/page.css"):
        assert desk.browser().get(path).headers["strict-transport-security"] == "max-age=63072000; includeSubDomains"
    cookie = desk.browser().post("/sign-in", data={"secret": KEY}).headers["set-cookie"]
    assert re.fullmatch(r"__Host-slackanalytics=[\w-]{22}; HttpOnly; Path=/; SameSite=lax; Secure", cookie)


def test_on_this_machine_the_cookie_is_as_strict_as_plain_http_allows() -> None:
    desk = Desk()
    assert "strict-transport-security" not in desk.browser().get("/sign-in").headers
    cookie = desk.browser().post("/sign-in", data={"secret": KEY}).headers["set-cookie"]
    assert re.fullmatch(r"slackanalytics=[\w-]{22}; HttpOnly; Path=/; SameSite=lax", cookie)


@pytest.mark.parametrize(
    "host",
    [
        "localhost:8910",
        "127.0.0.1",
        "127.0.0.1:8911",
        "evil.example",
        "127.0.0.1.nip.io:8910",
        "",
        "[",
        "a b",
        "x" * 9000,
    ],
)
@pytest.mark.parametrize("path", ["/", "/sign-in", "/static/page.css", "/nope"])
def test_a_host_that_is_not_ours_gets_no_page_of_ours(host: str, path: str) -> None:
    answer = Desk().admin().get(path, headers={"Host": host})
    assert answer.status_code == 421
    assert "This address is not served here" in answer.text
    assert answer.headers["content-security-policy"]


def test_two_hosts_are_no_host() -> None:
    headers = [("Host", "127.0.0.1:8910"), ("Host", "evil.example"), ("Sec-Fetch-Site", "none")]
    assert Desk().browser().get("/sign-in", headers=headers).status_code == 421


def test_a_load_balancer_may_ask_for_health_under_any_host() -> None:
    assert Desk().browser().get("/healthz", headers={"Host": "10.1.2.3"}).json() == {
        "application": "slackanalytics",
        "status": "ok",
    }


FORMS = ("/sign-in", "/sign-out", "/sessions", "/slack/credentials", "/slack/check", "/slack/install", "/slack/revoke")
FOREIGN: list[dict[str, str]] = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "same-origin, cross-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:8911"},
    {"Origin": "https://127.0.0.1:8910"},
    {},
]


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_form_from_elsewhere_changes_nothing(path: str, headers: dict[str, str]) -> None:
    desk = Desk()
    desk.connected()
    admin, before = desk.admin(), desk.token
    admin.headers.pop("Sec-Fetch-Site")
    admin.headers.pop("Origin")
    answer = admin.post(
        path, data={"secret": KEY, "replace": "yes", "client_id": "9", "client_secret": "9"}, headers=headers
    )
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert (desk.token, desk.slack.asked) == (before, [])
    assert "canary" in (desk.store.read("client") or "")


@pytest.mark.parametrize(
    "headers", [{"Origin": HERE}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "same-origin", "Origin": HERE}]
)
def test_a_form_of_ours_is_accepted_from_browsers_old_and_new(headers: dict[str, str]) -> None:
    browser = Desk().browser()
    browser.headers.pop("Sec-Fetch-Site")
    browser.headers.pop("Origin")
    assert browser.post("/sign-in", data={"secret": KEY}, headers=headers).status_code == 303


def test_looking_changes_nothing() -> None:
    desk = Desk()
    desk.connected()
    admin, before = desk.admin(), desk.token
    for path in paths(desk):
        for verb in ("GET", "HEAD", "OPTIONS"):
            admin.request(
                verb,
                f"{path}?replace=yes&client_id=9&client_secret=9&secret=9",
                headers={"Sec-Fetch-Site": "cross-site"},
            )
    assert desk.token == before
    assert "canary" in (desk.store.read("client") or "")
    assert set(desk.slack.asked) <= {"auth.test"}
    assert admin.get("/status").status_code == 200  # and nobody was signed out


@pytest.mark.parametrize("headers", [{}, {"Transfer-Encoding": "chunked"}])
def test_a_form_that_is_too_large_is_not_read(headers: dict[str, str]) -> None:
    desk = Desk()
    body = b"client_id=" + b"1" * 20_000
    content = iter([body[:9_000], body[9_000:]]) if headers else body
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = desk.admin().post("/slack/credentials", content=content, headers=headers | kind)
    assert answer.status_code == 413
    assert "That is too much" in answer.text
    assert answer.headers["content-security-policy"]


@pytest.mark.parametrize("length", ["-1", "1e3", "９", "1" * 40, "", "x"])
def test_a_length_that_makes_no_sense_is_refused(length: str) -> None:
    sent = {b"Content-Length": length.encode(), b"Content-Type": b"application/x-www-form-urlencoded"}
    assert Desk().admin().post("/slack/credentials", headers=sent).status_code in (400, 413)


def test_a_defect_shows_a_page_without_details_and_the_app_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk()
    admin = desk.admin()
    desk.slack.answers["auth.revoke"] = KeyError("canary-in-an-exception")
    desk.connected()
    with caplog.at_level(logging.DEBUG):
        answer = admin.post("/slack/revoke")
    assert answer.status_code == 500
    assert "Something went wrong here" in answer.text
    assert answer.headers["content-security-policy"]
    assert "KeyError" not in answer.text
    assert "KeyError at" in caplog.text
    assert "canary" not in caplog.text + answer.text
    assert desk.token is not None
    assert admin.get("/status").status_code == 200


def test_a_request_is_logged_with_when_who_where_and_how_and_without_its_query(
    caplog: pytest.LogCaptureFixture,
) -> None:
    desk = Desk()
    admin = desk.admin()
    state = begun(admin)
    with caplog.at_level(logging.DEBUG, "slackanalytics.web"):
        admin.get("/slack/oauth_redirect", params={"state": state, "code": "canary-code"})
    (line,) = [record.getMessage() for record in caplog.records if "/slack/oauth_redirect" in record.getMessage()]
    assert re.fullmatch(r"GET /slack/oauth_redirect 303 \d+ ms admin from 192\.0\.2\.1", line)
    assert state not in caplog.text
    assert "canary-code" not in caplog.text


def test_signing_in_out_and_failing_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk()
    with caplog.at_level(logging.INFO, "slackanalytics.web"):
        desk.browser("192.0.2.9").post("/sign-in", data={"secret": "canary-wrong"})
        admin = desk.admin()
        begun(admin)
        admin.get("/slack/oauth_redirect?state=x&code=y")
        admin.post("/sign-out")
    told = caplog.text
    assert "sign-in refused: wrong key from 192.0.2.9" in told
    assert "sign-in accepted: key from 192.0.2.1" in told
    assert "Slack was not connected: StateUnknown" in told
    assert "POST /sign-out 303" in told
    assert "canary" not in told


HOSTILE = st.text(st.characters(codec="utf-8"), max_size=60)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=HOSTILE)
def test_nobody_writes_a_line_of_their_own_into_the_log(path: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.clear()
    browser = Desk().browser()
    with caplog.at_level(logging.INFO, "slackanalytics.web"):
        url = httpx2.URL(HERE, raw_path=b"/" + b"".join(b"%%%02x" % byte for byte in (path + "\r\n\x1b[31m").encode()))
        browser.get(url)
    for record in caplog.records:
        assert record.getMessage().isascii()
        assert record.getMessage().isprintable()


@settings(max_examples=60, deadline=None)
@given(
    name=st.one_of(
        HOSTILE, st.sampled_from(["../app.py", "..\\app.py", "%2e%2e/app.py", "/etc/passwd", "page.css\0", ".", ""])
    )
)
def test_no_name_leads_out_of_the_few_files_that_are_served(name: str) -> None:
    if name in {"page.css", "page.js", "mark.svg"}:
        return
    encoded = b"".join(b"%%%02x" % byte for byte in name.encode("utf-8", "surrogatepass"))
    answer = Desk().browser().get(httpx2.URL(HERE, raw_path=b"/static/" + encoded))
    assert answer.status_code in (404, 307)
    assert "import" not in answer.text


def test_refused_requests_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk()
    with caplog.at_level(logging.INFO, "slackanalytics.web"):
        desk.browser("192.0.2.8").get("/status")
        desk.browser("192.0.2.8").post("/slack/revoke", headers={"Sec-Fetch-Site": "cross-site"})
        desk.browser("192.0.2.8").get("/", headers={"Host": "evil.example"})
        for _ in range(6):
            desk.browser("192.0.2.8").post("/sign-in", data={"secret": "guess"})
    told = re.sub(r"\d+ ms", "… ms", caplog.text)
    assert "GET /status 303 … ms - from 192.0.2.8" in told
    assert "POST /slack/revoke 403 … ms - from 192.0.2.8" in told
    assert "GET / 421 … ms - from 192.0.2.8" in told
    assert "sign-in not tried: too many failures from 192.0.2.8" in told


def test_an_app_without_its_guard_would_be_noticed() -> None:
    desk = Desk()
    desk.app.user_middleware.clear()
    bare = desk.browser().get("/healthz")
    assert bare.status_code == 200
    assert {key: bare.headers.get(key) for key in FIXED} != FIXED
    assert "content-security-policy" not in bare.headers
    assert (
        desk.browser().get("/healthz", headers={"Host": "evil.example", "Sec-Fetch-Site": "cross-site"}).status_code
        == 200
    )
