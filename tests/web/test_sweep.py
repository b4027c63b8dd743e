"""Every route with everything one can send: never a 500, and none of the secrets in a page, a header, an address or a log."""

from __future__ import annotations

import html
import logging
from urllib.parse import urlencode

import httpx2
import markupsafe
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient
from tests.web.desk import CANARIES, CODE, HERE, KEY, Desk, back, begun, granted

PATHS = st.sampled_from(
    ["/", "/sign-in", "/sign-out", "/sessions", "/slack/credentials", "/slack/check", "/slack/install", "/slack/oauth_redirect",
     "/slack/connected", "/slack/refused", "/slack/revoke", "/slack/revoked", "/status", "/healthz", "/static/page.css", "/static/%00", "/x"]
)  # fmt: skip
NAMES = st.sampled_from(
    ["secret", "client_id", "client_secret", "replace", "state", "code", "error", "next", "redirect_uri"]
)
NASTY = [
    "",
    "yes",
    "'\"><script>alert(1)</script>",
    "{{7*7}}",
    "\r\nSet-Cookie: a=b",
    "\0",
    "../../etc/passwd",
    "\ufffe",
    "é" * 40,
    "9" * 400,
]
PAIRS = st.lists(st.tuples(NAMES, st.one_of(st.sampled_from(NASTY), st.text(max_size=30))), max_size=4)
KINDS = st.sampled_from(
    [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "application/json",
        "",
        "é".encode().decode("latin-1"),
    ]
)


def told(answer: httpx2.Response) -> str:
    return html.unescape(answer.text) + str(answer.headers) + str(answer.url)


@settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(
    path=PATHS,
    verb=st.sampled_from(["GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "BREW"]),
    query=PAIRS,
    form=PAIRS,
    raw=st.one_of(st.none(), st.binary(max_size=200)),
    kind=KINDS,
    cookie=st.sampled_from([None, "slackanalytics=x", "=;;=", "slackanalytics=\xff"]),
    signed_in=st.booleans(),
)
def test_nothing_that_is_sent_breaks_a_route_or_brings_a_secret_out(  # noqa: PLR0917
    path: str,
    verb: str,
    query: list[tuple[str, str]],
    form: list[tuple[str, str]],
    raw: bytes | None,
    kind: str,
    cookie: str | None,
    signed_in: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.clear()
    desk = SWEPT
    browser = ADMIN if signed_in else desk.browser()
    desk.connected()
    body = urlencode(form).encode() if raw is None else raw
    headers: list[tuple[bytes, bytes]] = [(b"content-type", kind.encode("latin-1", "replace"))]
    if cookie and not signed_in:
        headers.append((b"cookie", cookie.encode("latin-1")))
    with caplog.at_level(logging.DEBUG):
        answer = browser.request(verb, f"{path}?{urlencode(query)}", content=body, headers=headers)
    assert answer.status_code < 500, (answer.status_code, caplog.text)
    assert "content-security-policy" in answer.headers
    assert [canary for canary in CANARIES if canary in told(answer) + caplog.text] == []
    assert "<script>alert" not in answer.text
    if signed_in and path == "/sign-out" and verb == "POST":
        ADMIN.post("/sign-in", data={"secret": KEY})


SWEPT = Desk()
ADMIN: TestClient = SWEPT.admin()


def test_no_secret_is_told_on_the_whole_way(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        desk = Desk()
        admin = desk.admin()
        state = begun(admin)
        texts = [told(back(admin, state=state, code=CODE)), told(back(admin, state=state, code=CODE))]
        texts += [told(admin.get(path)) for path in ("/", "/status", "/slack/install", "/slack/revoke")]
        texts += [
            told(admin.post("/slack/check")),
            told(admin.post("/slack/revoke")),
            told(admin.get("/slack/revoked")),
        ]
    logged = [record.getMessage() for record in caplog.records if record.name != "httpx2"]  # the browser's own
    everything = "\n".join([*texts, *logged, repr(desk.conversation), *capfd.readouterr()])
    cookie = admin.cookies["slackanalytics"]
    assert [secret for secret in (*CANARIES, state, cookie) if secret in everything] == []


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></head><svg/onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "A\u202edrowkcab",
    "&lt;b&gt;&#0;",
    "x" * 5_000,
    "line\r\nSet-Cookie: a=b",
]


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_what_an_organisation_calls_itself_is_shown_and_never_obeyed(name: str) -> None:
    desk = Desk()
    desk.slack.answers["oauth.v2.access"] = granted(enterprise={"id": "E1", "name": name})
    desk.slack.answers["auth.test"] = {"ok": True, "user_id": "W1", "user": name, "enterprise_id": "E1", "team": name}
    admin = desk.admin()
    pages = [back(admin, state=begun(admin), code=CODE)]
    pages += [admin.get(path) for path in ("/", "/status", "/slack/install", "/slack/revoke")]
    for page in pages:
        assert page.status_code == 200
        assert "a=b" not in str(page.headers)
        for tag in ("<script>alert", "<img", "<svg/onload", "' onmouseover='"):
            assert tag not in page.text
        escaped = str(markupsafe.escape(name))
        assert f"<bdi>{escaped}</bdi>" in page.text
        assert "49" not in page.text.replace("8910", "") or "7 * 7" not in name


@pytest.mark.parametrize("error", HOSTILE[:5])
def test_what_slack_quotes_in_a_refusal_is_escaped(error: str) -> None:
    desk = Desk()
    admin = desk.admin()
    page = back(admin, state=begun(admin), error=error)
    assert page.status_code == 403
    assert "<script>alert" not in page.text
    assert "onerror=alert(1)>" not in page.text
    assert HERE not in page.text


def test_a_page_that_did_not_escape_would_be_noticed() -> None:
    from slackanalytics.web.pages import TEMPLATES

    loose = TEMPLATES.overlay(autoescape=False)
    text = loose.from_string("<bdi>{{ name }}</bdi>").render(name=HOSTILE[0])
    assert "<script>alert" in text
    assert "<script>alert" not in TEMPLATES.from_string("<bdi>{{ name }}</bdi>").render(name=HOSTILE[0])


def test_no_template_switches_escaping_off_or_holds_anything_inline() -> None:
    from slackanalytics.web.pages import TEMPLATES

    assert TEMPLATES.loader is not None
    for name in TEMPLATES.list_templates():
        source, _, _ = TEMPLATES.loader.get_source(TEMPLATES, name)
        if name == "adoption_report.html":  # a file, never served: its own sheet is within it, and nothing else
            source = source.replace("<style>{{ style }}</style>", "")
        for forbidden in (
            "|safe",
            "| safe",
            "autoescape",
            "style=",
            "<style",
            " onclick",
            " onload",
            "javascript:",
            "http://",
            "//cdn",
        ):
            assert forbidden not in source.replace('xmlns="http://', ""), (name, forbidden)
