"""One call of Slack's Web API: whole and in time, or an error by name that holds no secret."""

from __future__ import annotations

import base64
import time
import traceback
from urllib.parse import unquote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.faults.server import Connection, Reply, chunked, redirect, reset_before, serving, whole

from athena_federation.errors import SourceError, Throttled
from slackanalytics.slack_api import LARGEST, Said, SlackDown, basic, post, printable

JSON = "application/json"
SECRET = "canary-5d0a"
OK = b'{"ok": true, "authed_user": {"id": "W1"}}'


def test_an_answer_is_read_with_the_scopes_beside_it() -> None:
    with serving(whole(OK, JSON, 200, **{"x-oauth-scopes": "users:read"})) as server:
        said = post(f"{server.url}/auth.test", {"a": "1"}, "Bearer xoxp-1")
    assert (said.error, said.scopes, said.text("authed_user", "id")) == (None, "users:read", "W1")
    assert server.requests[0].headers["authorization"] == "Bearer xoxp-1"
    assert server.requests[0].headers["content-type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize("path", [("authed_user",), ("none",), ("ok",), ("authed_user", "none"), ("ok", "id")])
def test_what_is_no_text_is_none(path: tuple[str, ...]) -> None:
    assert Said({"ok": True, "authed_user": {"id": "W1"}}).text(*path) is None


@pytest.mark.parametrize("document", [{"ok": False}, {"ok": "true"}, {"ok": 1, "error": "x"}, {"error": "x"}])
def test_only_true_is_ok(document: dict[str, object]) -> None:
    assert Said(document).error


@pytest.mark.parametrize(
    "reply",
    [
        whole(b"", JSON),
        whole(b"[]", JSON),
        whole(b"<html>", "text/html"),
        whole(b'{"no": "ok"}', JSON),
        whole(OK, JSON, status=500),
        whole(OK, JSON, status=204),
        whole(b'{"ok": true, "x": "' + b"a" * LARGEST + b'"}', JSON),
        whole(b"[" * 100_000, JSON),
        chunked(OK, complete=False),
        reset_before,
    ],
)
def test_what_is_no_answer_of_the_api_is_slacks_trouble(reply: Reply) -> None:
    with serving(reply) as server, pytest.raises(SlackDown) as caught:
        post(f"{server.url}/oauth.v2.access", {"code": SECRET}, SECRET)
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    assert len(server.requests) == 1


def test_a_secret_follows_no_redirect() -> None:
    with serving(whole(OK, JSON)) as elsewhere, serving(redirect(elsewhere.url)) as server:
        with pytest.raises(SlackDown, match="HTTP 302"):
            post(f"{server.url}/auth.test", {}, SECRET)
        assert elsewhere.requests == []


@pytest.mark.parametrize(("header", "after"), [("7", 7.0), ("", None), ("soon", None), ("9" * 40, None)])
def test_a_pause_is_passed_on(header: str, after: float | None) -> None:
    with serving(whole(b"{}", JSON, 429, **{"Retry-After": header})) as server, pytest.raises(Throttled) as caught:
        post(f"{server.url}/auth.test", {}, "Bearer x")
    assert caught.value.retry_after == after


def test_silence_ends_at_the_deadline() -> None:
    def silent(connection: Connection) -> None:
        connection.stopped.wait(5)

    def dripping(connection: Connection) -> None:
        for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n" + OK:
            connection.send(bytes([byte]))
            if connection.stopped.wait(0.05):
                return

    for reply in (silent, dripping):
        started = time.monotonic()
        with serving(reply) as server, pytest.raises(SourceError):
            post(f"{server.url}/auth.test", {}, "Bearer x", seconds=0.3)
        assert time.monotonic() - started < 2


@given(client=st.text(max_size=20), secret=st.text(max_size=20))
def test_client_and_secret_are_told_apart_whatever_is_in_them(client: str, secret: str) -> None:
    name, colon, rest = base64.b64decode(basic(client, secret).removeprefix("Basic ")).decode().partition(":")
    assert (unquote_plus(name), colon, unquote_plus(rest)) == (client, ":", secret)


@given(text=st.text())
def test_what_is_printed_is_short_and_on_one_line(text: str) -> None:
    shown = printable(text)
    assert len(shown) <= 80
    assert shown.isprintable()
