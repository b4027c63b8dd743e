"""Faults of the network, of HTTP and of gzip: the right rows or a named error, with retries and without."""

from __future__ import annotations

import gzip
import os
import random
import socket
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import pytest
from tests.faults import server
from tests.faults.oracle import (
    Reader,
    Time,
    accepts_cut_files,
    client,
    expected,
    fetched,
    follows_redirects_with_the_bearer,
    ignores_retry_after,
    ours,
    require_right_or_named,
    takes_refusals_for_empty_days,
)
from tests.faults.server import (
    DAY,
    GOOD,
    TOKEN,
    Reply,
    chunked,
    lines,
    members,
    packed,
    raw,
    redirect,
    serving,
    short,
    unframed,
    whole,
)

from athena_federation.errors import (
    ConfigurationError,
    Corrupt,
    DeadlineExceeded,
    FederationError,
    SourceError,
    Throttled,
)
from slackanalytics.files import MemberFile
from slackanalytics.inflate import Damaged
from slackanalytics.limiter import Limiter

RIGHT = expected(members())
HALF = len(GOOD) // 2
SECOND = gzip.compress(lines(members()[50:]), mtime=0)
TWO = gzip.compress(lines(members()[:50]), mtime=0) + SECOND
PAGE = f"<html>\r\n<title>Sign in</title> you sent Bearer {TOKEN}</html>".encode()


@dataclass(frozen=True)
class Fault:
    """A way to fail, and what has to come of it."""

    name: str
    reply: Reply
    error: type[FederationError]
    passes: bool
    """Whether the next attempt may succeed, so that it has to be made."""
    says: str
    twin: Reader | None = None
    """A careless client that this fault must expose."""


def _reply(function: Callable[[server.Connection], None]) -> Reply:
    return function


FAULTS = [
    Fault("reset before headers", _reply(server.reset_before), SourceError, True, "reset"),
    Fault("closed before headers", _reply(server.fin_before), SourceError, True, "closed connection"),
    Fault("reset in the middle", _reply(server.reset_mid), SourceError, True, "reset"),
    Fault("shorter than announced", short(), Corrupt, True, "ended early", accepts_cut_files),
    Fault("half a gzip file", unframed(GOOD[:HALF]), Corrupt, True, "cut or damaged", accepts_cut_files),
    Fault("gzip without its last 8 bytes", unframed(GOOD[:-8]), Corrupt, True, "cut or damaged"),
    Fault("gzip without its last 4 bytes", whole(GOOD[:-4]), Corrupt, True, "cut or damaged"),
    Fault("no last chunk", chunked(complete=False), Corrupt, True, "ended early"),
    Fault("garbage after the file", whole(GOOD + b"garbage"), Corrupt, True, "cut or damaged"),
    Fault("second part cut", whole(TWO[:-20]), Corrupt, True, "cut or damaged", accepts_cut_files),
    Fault(
        "second part altered", whole(TWO[:-6] + b"\0\0" + TWO[-4:]), Corrupt, True, "cut or damaged", accepts_cut_files
    ),
    Fault("wrong checksum", whole(GOOD[:-8] + b"\0\0\0\0" + GOOD[-4:]), Corrupt, True, "cut or damaged"),
    Fault("empty 200", whole(b""), Corrupt, True, "empty", accepts_cut_files),
    Fault("204", raw(b"HTTP/1.1 204 No Content\r\n\r\n"), Corrupt, True, "empty"),
    Fault("a page", whole(PAGE, "text/html"), Corrupt, False, "beginning with '<html>", accepts_cut_files),
    Fault("a page called gzip", whole(PAGE), Corrupt, False, "beginning with '<html>", accepts_cut_files),
    Fault("a page inside gzip", whole(packed(PAGE)), Corrupt, False, "line 1", accepts_cut_files),
    Fault("ok without a file", whole(b'{"ok":true}', "application/json"), Corrupt, False, "without a file"),
    Fault(
        "ok without a file, zipped", whole(packed([{"ok": True}])), Corrupt, False, "without a file", accepts_cut_files
    ),
    Fault("an array of members", whole(b"[" + lines(members(1)) + b"]", "application/json"), Corrupt, False, "neither"),
    Fault("an array inside gzip", whole(packed([members(2)])), Corrupt, False, "not an object"),
    Fault("gzip twice", whole(gzip.compress(GOOD)), Corrupt, False, "UTF-8"),
    Fault("plain lines without a length", unframed(lines(members(3))), Corrupt, False, "neither"),
    Fault("500", whole(PAGE, "text/html", 500), SourceError, True, "HTTP 500"),
    Fault("502", whole(b"", "text/html", 502), SourceError, True, "HTTP 502"),
    Fault("503", whole(b"", "text/html", 503), SourceError, True, "HTTP 503"),
    Fault("504", whole(b"", "text/html", 504), SourceError, True, "HTTP 504"),
    Fault("500 with a new code", server.refusal("brand_new", 500), SourceError, True, "brand_new"),
    Fault("404", whole(PAGE, "text/html", 404), SourceError, False, "HTTP 404"),
    Fault(
        "429 with a time",
        server.refusal("ratelimited", 429, Retry_After="1"),
        Throttled,
        True,
        "pause",
        ignores_retry_after,
    ),
    Fault("429 without a time", server.refusal("ratelimited", 429), Throttled, True, "pause"),
    Fault("429 with nonsense", server.refusal("ratelimited", 429, Retry_After="soon"), Throttled, True, "pause"),
    Fault("429 with a negative time", server.refusal("ratelimited", 429, Retry_After="-5"), Throttled, True, "pause"),
    Fault("429 for a day", server.refusal("ratelimited", 429, Retry_After="86400"), Throttled, False, "86400 s"),
    Fault(
        "ratelimited with 200", server.refusal("ratelimited"), Throttled, True, "pause", takes_refusals_for_empty_days
    ),
    Fault("a header of a megabyte", raw(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 2**20), SourceError, True, "failed"),
    Fault("not HTTP", raw(b"\0\1\2\3\r\n\r\n"), SourceError, True, "failed"),
    Fault("redirect to nothing", redirect(""), SourceError, False, "no address"),
    Fault("redirect without TLS", redirect("http://files.example.com/x"), SourceError, False, "without TLS"),
    Fault("redirect to a file", redirect("file:///etc/passwd"), SourceError, False, "no address"),
    Fault("redirect with a login", redirect("https://a:b@files.example.com/x"), SourceError, False, "no address"),
    Fault("redirect to a bad port", redirect("https://files.example.com:x/"), SourceError, False, "no address"),
    Fault("redirect in a circle", redirect("/api/again"), SourceError, False, "more than once"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_that_lasts_fails_by_name(fault: Fault) -> None:
    with serving(fault.reply) as running:
        error = require_right_or_named(lambda url: ours(url, attempts=1), running.url, RIGHT)
    assert type(error) is fault.error
    assert fault.says in str(error)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_what_may_pass_is_tried_again_and_nothing_else_is(fault: Fault) -> None:
    with serving(fault.reply, fault.reply, whole()) as running:
        error = require_right_or_named(ours, running.url, RIGHT)
    calls = [request for request in running.requests if "getFile" in request.path]
    assert (error is None, len(calls)) == ((True, 3) if fault.passes else (False, 1))


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault.passes], ids=lambda fault: fault.name)
def test_three_attempts_are_all(fault: Fault) -> None:
    with serving(fault.reply) as running:
        error = require_right_or_named(ours, running.url, RIGHT)
    assert type(error) is fault.error
    assert len(running.requests) == 3


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault.twin], ids=lambda fault: fault.name)
def test_a_careless_client_is_found_out(fault: Fault) -> None:
    assert fault.twin
    with serving(fault.reply, fault.reply, fault.reply, whole()) as running, pytest.raises(AssertionError):
        require_right_or_named(fault.twin, running.url, RIGHT)


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(whole(), id="a file"),
        pytest.param(whole(content_type="application/x-gzip"), id="another content type"),
        pytest.param(whole(content_type="application/json"), id="a wrong content type"),
        pytest.param(whole(Content_Encoding="gzip"), id="called an encoding"),
        pytest.param(chunked(), id="chunked"),
        pytest.param(unframed(GOOD), id="until the end of the connection"),
        pytest.param(unframed(GOOD, "1.0"), id="HTTP/1.0"),
        pytest.param(whole(GOOD + bytes(512)), id="padded with zeros"),
        pytest.param(whole(TWO), id="two gzip files in one"),
        pytest.param(whole(lines(members()), "application/json"), id="plain lines"),
        pytest.param(whole(b"\xef\xbb\xbf" + lines(members()), "text/plain"), id="plain lines with a byte order mark"),
    ],
)
def test_all_good_shapes_give_the_same_rows(reply: Reply) -> None:
    with serving(reply) as running:
        assert require_right_or_named(ours, running.url, RIGHT) is None
    assert len(running.requests) == 1


@pytest.mark.parametrize(
    "reply", [server.hang, server.drip_body, server.drip_head, server.drip_chunk_size, server.endless_interim]
)
def test_no_server_holds_us_beyond_the_deadline(reply: Reply) -> None:
    begun = time.monotonic()
    with serving(reply) as running:
        error = require_right_or_named(lambda url: ours(url, deadline="0.4"), running.url, RIGHT)
        taken = time.monotonic() - begun
    assert isinstance(error, DeadlineExceeded)
    assert "SLACKANALYTICS_DEADLINE" in str(error)
    assert 0.3 < taken < 1.5


def test_a_refused_connection_fails_by_name() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    error = require_right_or_named(ours, f"http://127.0.0.1:{port}/api", RIGHT)
    assert "127.0.0.1 failed (Connection refused)" in str(error)


def test_an_unknown_host_fails_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", _nowhere)
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    error = require_right_or_named(ours, "https://slack.com/api", RIGHT)
    assert "slack.com failed (Name or service not known)" in str(error)


def test_a_server_without_tls_is_not_talked_to() -> None:
    with serving(whole()) as target, serving(redirect(f"https://127.0.0.1:{target.port}/file")) as running:
        error = require_right_or_named(ours, running.url, RIGHT)
    assert target.requests == []
    assert "the connection to 127.0.0.1" in str(error)
    assert len(running.requests) == 3


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_once_and_without_the_bearer(status: int) -> None:
    with (
        serving(whole()) as target,
        serving(redirect(f"http://127.0.0.1:{target.port}/file?signature=s3cret", status)) as running,
    ):
        assert require_right_or_named(ours, running.url, RIGHT) is None
    assert [request.path for request in target.requests] == ["/file?signature=s3cret"]
    assert "authorization" not in target.requests[0].headers
    assert running.requests[0].headers["authorization"] == f"Bearer {TOKEN}"


def test_a_careless_client_hands_the_bearer_to_the_other_host() -> None:
    with serving(whole()) as target, serving(redirect(f"http://127.0.0.1:{target.port}/file")) as running:
        follows_redirects_with_the_bearer(running.url)
    assert target.requests[0].headers["authorization"] == f"Bearer {TOKEN}"


def test_a_signed_address_is_shown_in_no_error() -> None:
    with (
        serving(whole(b"<Error>", "text/xml", 403)) as target,
        serving(redirect(f"http://127.0.0.1:{target.port}/file?signature=s3cret")) as running,
    ):
        error = require_right_or_named(ours, running.url, RIGHT)
    assert "HTTP 403" in str(error)
    assert "s3cret" not in repr(error)


def test_a_failing_redirect_target_is_asked_for_anew() -> None:
    with (
        serving(whole(b"", "text/xml", 503), whole()) as target,
        serving(redirect(f"http://127.0.0.1:{target.port}/file")) as running,
    ):
        assert require_right_or_named(ours, running.url, RIGHT) is None
    assert (len(running.requests), len(target.requests)) == (2, 2)


def test_a_proxy_is_given_a_tunnel_and_never_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(raw(b"HTTP/1.1 502 No\r\n\r\n")) as proxy:
        for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
            monkeypatch.setenv(name, f"http://user:pass@127.0.0.1:{proxy.port}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        error = require_right_or_named(lambda url: ours(url, attempts=1), "https://slack.com/api", RIGHT)
    assert isinstance(error, SourceError)
    assert [request.path for request in proxy.requests] == ["slack.com:443"]
    assert TOKEN not in repr(proxy.requests)
    assert "pass" not in str(error)


def test_a_proxy_is_not_used_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(raw(b"HTTP/1.1 502 No\r\n\r\n")) as proxy, serving(whole()) as running:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("all_proxy", f"http://127.0.0.1:{proxy.port}")
        assert require_right_or_named(ours, running.url, RIGHT) is None
    assert proxy.requests == []


def test_retry_after_is_waited_for_and_counted() -> None:
    passing = Time()
    with serving(server.refusal("ratelimited", 429, Retry_After="2"), whole()) as running:
        asked = client(running.url, passing=passing)
        assert fetched(asked) == RIGHT
    assert passing.pauses == [2.0]
    assert asked.statistics.waited >= 2.0
    assert asked.statistics.calls == 2


def test_pauses_between_attempts_grow() -> None:
    passing = Time()
    with serving(whole(b"", status=503), whole(b"", status=503), whole()) as running:
        assert fetched(client(running.url, passing=passing)) == RIGHT
    assert passing.pauses == [0.25, 0.5]


def test_a_wish_beyond_the_deadline_is_passed_on_at_once() -> None:
    passing = Time()
    beyond = server.refusal("ratelimited", 429, Retry_After="9")
    with serving(beyond) as running, pytest.raises(Throttled) as caught:
        fetched(client(running.url, deadline="5", passing=passing))
    assert caught.value.retry_after == 9.0
    assert (len(running.requests), passing.pauses) == (1, [])


def test_one_answer_of_429_holds_back_all_readers_of_a_token() -> None:
    now = [0.0]
    limiter = Limiter(None, clock=lambda: now[0])
    limiter.hold(30)
    waits: list[float] = []

    def pause(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    limiter.take(pause, lambda _why, _seconds: None)
    assert waits == [30.0]


def test_no_minute_sees_more_than_twenty_calls() -> None:
    now = [0.0]
    limiter = Limiter(20, clock=lambda: now[0])
    taken = []

    def pause(seconds: float) -> None:
        now[0] += seconds

    generator = random.Random(7)
    for _ in range(200):
        now[0] += generator.choice([0.0, 0.1, 5.0])
        limiter.take(pause, lambda _why, _seconds: None)
        taken.append(now[0])
    assert all(later - earlier > 60 for earlier, later in zip(taken, taken[20:], strict=False))
    assert all(later >= earlier for earlier, later in pairwise(taken))
    assert taken[19] < 60 < taken[20]


def test_a_flipped_bit_is_never_a_silently_wrong_row() -> None:
    generator = random.Random(2026)
    body = packed(members(30))
    right = expected(members(30))
    wrong = 0
    for _ in range(300):
        position, bit = generator.randrange(len(body)), 1 << generator.randrange(8)
        flipped = body[:position] + bytes([body[position] ^ bit]) + body[position + 1 :]
        try:
            rows = [row for batch in MemberFile(_Bytes(flipped), DAY) for row in batch.to_pylist()]
        except Corrupt:
            continue
        wrong += [{name: row[name] for name in right[0]} for row in rows] != right
    assert wrong == 0


def test_a_line_broken_by_the_transfer_is_blamed_on_the_transfer() -> None:
    text = bytearray(lines(members(30)))
    text[10] = 0xFF
    body = zlib.compress(bytes(text), wbits=31)[:-8] + gzip.compress(lines(members(30)))[-8:]
    with pytest.raises(Damaged):
        list(MemberFile(_Bytes(body), DAY))


@pytest.mark.parametrize("attack", ["one line of 300 MB", "300 MB of short lines"])
def test_a_bomb_is_refused_in_little_memory(attack: str) -> None:
    unit = b"x" if attack.startswith("one") else b'{"a":1}\n'
    program = f"""
import gzip, io, resource
from slackanalytics.files import MemberFile
from slackanalytics.inflate import TooLarge
from tests.faults.server import DAY, packed, members
list(MemberFile(io.BytesIO(packed(members(10))), DAY))
body = gzip.compress({unit!r} * ({1 << 20} // {len(unit)})) * 300
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    list(MemberFile(io.BytesIO(body), DAY, strict=True))
except Exception as error:
    print(type(error).__name__)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(["src", "."])},
    )
    kind, growth = done.stdout.split()
    assert kind == "TooLarge"
    assert int(growth) < 64


def _nowhere(*_: object, **__: object) -> None:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


class _Bytes:
    """A body in memory."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def read(self, size: int, /) -> bytes:
        piece, self._data = self._data[:size], self._data[size:]
        return piece


@pytest.mark.parametrize(
    "proxy", ["https://proxy.example.com", "socks5://127.0.0.1:1", "http://", "http://[x", "http://a:b"]
)
def test_an_unfit_proxy_is_refused_by_name(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", proxy)
    monkeypatch.delenv("no_proxy", raising=False)
    with pytest.raises(ConfigurationError, match="HTTPS_PROXY"):
        ours("https://slack.com/api")


def test_no_proxy_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "socks5://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "slack.com")
    monkeypatch.setattr(socket, "getaddrinfo", _nowhere)
    error = require_right_or_named(ours, "https://slack.com/api", RIGHT)
    assert "Name or service not known" in str(error)
