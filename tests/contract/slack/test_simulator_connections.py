"""
How the simulator's connections live, break and end.
"""

from __future__ import annotations

import gzip
import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import date
from urllib.parse import urlsplit

import pytest

from slackanalytics.simulator import DEMO_TOKEN, Served, Simulator

TODAY = date(2026, 11, 23)
PATH = "/api/admin.analytics.getFile?type=member&date=2026-11-10"
HEADERS = {"Authorization": f"Bearer {DEMO_TOKEN}"}


@contextmanager
def playing(
    script: str | None = None, *, sleep: Callable[[float], object] | None = None, members: int = 50
) -> Iterator[tuple[Served, http.client.HTTPConnection]]:
    faults = {} if script is None else {"2026-11-10": script}
    with Simulator(members=members, today=TODAY, rate_limit=None, faults=faults, sleep=sleep).serve() as server:
        connection = http.client.HTTPConnection("127.0.0.1", urlsplit(server.url).port, timeout=10)
        try:
            yield server, connection
        finally:
            connection.close()


def body(connection: http.client.HTTPConnection, path: str = PATH) -> bytes:
    connection.request("GET", path, headers=HEADERS)
    return connection.getresponse().read()


def sound() -> bytes:
    return b"".join(Simulator(members=50, today=TODAY).day_file(date(2026, 11, 10)))


def test_a_connection_is_kept_for_many_calls() -> None:
    with playing() as (server, connection):
        connection.connect()
        port = connection.sock.getsockname()
        for _ in range(5):
            assert body(connection) == sound()
            assert connection.sock.getsockname() == port
        assert len(server.calls) == 5


def test_an_old_client_is_answered_without_chunks() -> None:
    with playing() as (server, _), socket.create_connection(("127.0.0.1", server.port)) as raw:
        raw.sendall(f"GET {PATH} HTTP/1.0\r\nAuthorization: Bearer {DEMO_TOKEN}\r\n\r\n".encode())
        with raw.makefile("rb") as reader:
            head, _, received = reader.read().partition(b"\r\n\r\n")
        assert b"chunked" not in head
        assert received == sound()


def test_only_this_machine_is_listened_to() -> None:
    with playing() as (server, _):
        assert server.url.startswith("http://127.0.0.1:")
        with socket.socket() as other:
            other.bind(("127.0.0.2", server.port))  # fails if the server listens on every address


def test_many_read_at_once() -> None:
    with playing() as (server, _):

        def read(_: int) -> bytes:
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
            try:
                return body(connection)
            finally:
                connection.close()

        with ThreadPoolExecutor(16) as pool:
            assert set(pool.map(read, range(64))) == {sound()}
        assert len(server.calls) == 64


def test_a_reset_before_the_answer_is_an_error_and_not_an_end() -> None:
    with playing("reset") as (server, connection):
        with pytest.raises(ConnectionResetError):
            body(connection)
        assert server.calls[0].status == 0


def test_an_end_before_the_answer_is_an_end() -> None:
    with playing("fin") as (_, connection), pytest.raises(http.client.RemoteDisconnected):
        body(connection)


def test_a_reset_in_the_middle_comes_after_some_bytes() -> None:
    with playing("reset_mid", members=3000) as (_, connection):
        connection.request("GET", PATH, headers=HEADERS)
        response = connection.getresponse()
        assert response.read(100).startswith(b"\x1f\x8b")
        with pytest.raises(ConnectionResetError):
            response.read()


def test_a_short_body_is_shorter_than_promised() -> None:
    with playing("short_body") as (_, connection), pytest.raises(http.client.IncompleteRead) as caught:
        body(connection)
    assert 0 < len(caught.value.partial) <= (caught.value.expected or 0) + 1


def test_a_cut_chunked_body_has_no_last_chunk() -> None:
    with playing("chunked_cut") as (_, connection), pytest.raises(http.client.IncompleteRead) as caught:
        body(connection)
    assert caught.value.partial.startswith(b"\x1f\x8b")


def test_a_truncated_file_arrives_as_a_complete_answer() -> None:
    with playing("truncated") as (_, connection):
        received = body(connection)
        with pytest.raises(EOFError):
            gzip.decompress(received)


def test_a_slow_answer_sleeps_after_each_byte() -> None:
    naps: list[float] = []
    with playing("slow:4", sleep=naps.append) as (_, connection):
        received = body(connection)
    assert gzip.decompress(received) == gzip.decompress(sound())
    assert naps == [0.25] * len(received)


def test_a_hang_sends_nothing_until_the_simulator_stops() -> None:
    started = time.monotonic()
    with playing("hang") as (server, connection):
        connection.request("GET", PATH, headers=HEADERS)
        connection.sock.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.sock.recv(1)
        assert server.calls[0].status == 0
    assert time.monotonic() - started < 5


def test_failures_that_pass_are_followed_by_the_truth() -> None:
    with playing("503*2,429:1*1") as (server, connection):
        assert [body(connection) for _ in range(4)][-1] == sound()
        assert [call.status for call in server.calls] == [503, 503, 429, 200]


def test_a_redirect_leads_to_the_file_which_asks_for_no_token() -> None:
    with playing("redirect") as (server, connection):
        connection.request("GET", PATH, headers=HEADERS)
        response = connection.getresponse()
        response.read()
        location = urlsplit(response.headers["Location"])
        assert (response.status, location.netloc) == (302, f"127.0.0.1:{server.port}")
        connection.request("GET", location.path)
        assert connection.getresponse().read() == sound()
        assert [(call.method, call.carried_token) for call in server.calls] == [
            ("admin.analytics.getFile", True),
            ("files", False),
        ]
        connection.request("GET", location.path, headers=HEADERS)
        connection.getresponse().read()
        assert server.calls[-1].carried_token, "a token that is sent along is seen"


def test_there_is_no_file_for_a_path_that_names_no_day() -> None:
    with playing() as (_, connection):
        assert json.loads(body(connection, "/files/yesterday.json.gz"))["error"] == "file_not_found"


def test_an_answer_without_content_has_none() -> None:
    with playing("204*1") as (_, connection):
        assert body(connection) == b""
        assert body(connection) == sound()


def test_a_client_that_hangs_up_in_the_middle_disturbs_nobody(capfd: pytest.CaptureFixture[str]) -> None:
    with playing(members=20_000) as (server, connection):
        for _ in range(3):
            with socket.create_connection(("127.0.0.1", server.port)) as raw:
                raw.sendall(f"GET {PATH} HTTP/1.1\r\nAuthorization: Bearer {DEMO_TOKEN}\r\n\r\n".encode())
                raw.recv(10)
        assert gzip.decompress(body(connection)).count(b"\n") == 20_000
    assert capfd.readouterr() == ("", "")


def test_it_ends_cleanly_with_connections_open() -> None:
    before = threading.active_count()
    started = time.monotonic()
    with playing() as (server, connection):
        body(connection)
        idle = socket.create_connection(("127.0.0.1", server.port))
        port = server.port
    with idle, suppress(ConnectionResetError):  # reset, if the simulator had not yet come to accept it
        assert idle.recv(1) == b""
    assert time.monotonic() - started < 5
    assert threading.active_count() == before
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), timeout=2):
        pass


def test_a_port_that_is_free_can_be_chosen() -> None:
    with Simulator(members=1, today=TODAY).serve() as first:
        port = first.port
    with Simulator(members=1, today=TODAY).serve(port) as second:
        assert second.port == port
