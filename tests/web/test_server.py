"""The app on a real port: who sends nothing, or too much, keeps nobody else from being served."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
import trustme
from tests.web.desk import Desk

from slackanalytics.web.guard import FIXED
from slackanalytics.web.server import Prompt, server

Address = tuple[str, int]


@contextmanager
def running(desk: Desk, tls: tuple[Path, Path] | None = None, patience: float = 15.0) -> Iterator[Address]:
    """The desk's app under uvicorn."""

    class Hurried(Prompt):
        pass

    Hurried.patience = patience
    listening = socket.create_server(("127.0.0.1", 0), backlog=2048)
    running_server = server(desk.app, tls)
    running_server.config.http = Hurried
    running_server.config.timeout_graceful_shutdown = 1
    thread = threading.Thread(target=running_server.run, args=([listening],))
    thread.start()
    try:
        yield listening.getsockname()
    finally:
        running_server.should_exit = True
        thread.join()
        listening.close()


def health(address: Address, seconds: float = 10.0) -> int:
    with closing(http.client.HTTPConnection(*address, timeout=seconds)) as connection:
        connection.request("GET", "/healthz")
        return connection.getresponse().status


def test_a_thousand_idle_connections_and_some_slow_ones_keep_nobody_waiting() -> None:
    with running(Desk()) as address, ExitStack() as held:
        for number in range(1_000):
            idle = held.enter_context(closing(socket.create_connection(address, timeout=10)))
            if number % 10 == 0:
                idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        began = time.monotonic()
        assert health(address) == 200
        assert time.monotonic() - began < 5


HALVES = [
    b"",
    b"GET / HT",
    b"GET / HTTP/1.1\r\nHost: x\r\nX: ",
    b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc",
]


def is_cut_off(address: Address, sent: bytes, seconds: float) -> bool:
    """Whether the server ends a connection on which a half request was sent, within so many seconds."""
    with socket.create_connection(address, timeout=seconds) as slow:
        slow.sendall(sent)
        try:
            while slow.recv(65_536):
                pass
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False
    return True


@pytest.mark.parametrize("sent", HALVES)
def test_a_request_that_does_not_arrive_is_cut_off(sent: bytes) -> None:
    with running(Desk(), patience=0.3) as address:
        assert is_cut_off(address, sent, 10)
        assert health(address) == 200


def test_a_server_that_waits_for_ever_would_be_noticed() -> None:
    with running(Desk(), patience=60) as address:
        assert not is_cut_off(address, HALVES[2], 1)


def test_a_flood_of_headers_is_refused() -> None:
    with running(Desk()) as address, socket.create_connection(address, timeout=10) as flood:
        flood.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"X-Flood: 1\r\n" * 20_000)
        assert flood.recv(12) in (b"HTTP/1.1 400", b"HTTP/1.1 431")
        assert health(address) == 200


def test_the_server_says_nothing_about_itself_and_believes_no_forwarded_address() -> None:
    desk = Desk(address="http://127.0.0.1:8910")
    with running(desk) as address, closing(http.client.HTTPConnection(*address, timeout=10)) as connection:
        sent = {
            "Host": "127.0.0.1:8910",
            "Sec-Fetch-Site": "same-origin",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        codes = []
        for number in range(6):
            forwarded = {"X-Forwarded-For": f"192.0.2.{number}", "Forwarded": f"for=192.0.2.{number}"}
            connection.request("POST", "/sign-in", "secret=wrong", sent | forwarded)
            answer = connection.getresponse()
            answer.read()
            assert "server" not in {name.lower() for name, _ in answer.getheaders()}
            codes.append(answer.status)
        assert codes == [401] * 5 + [429]


def test_tls_is_1_2_or_newer(tmp_path: Path) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    issued.private_key_pem.write_to_path(key)
    certificate.write_bytes(b"".join(pem.bytes() for pem in issued.cert_chain_pems))
    with running(Desk(), (certificate, key)) as address:
        context = ssl.create_default_context()
        authority.configure_trust(context)
        with closing(http.client.HTTPSConnection(*address, timeout=10, context=context)) as connection:
            connection.request("GET", "/healthz")
            assert connection.getresponse().status == 200
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        with pytest.warns(DeprecationWarning, match="TLSv1"):
            old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        old.set_ciphers("ALL:@SECLEVEL=0")
        with socket.create_connection(address, timeout=10) as plain, pytest.raises(OSError):  # noqa: PT011, SIM117
            with old.wrap_socket(plain):
                pass


@pytest.mark.parametrize(
    "sent", [b"GARBAGE\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n"]
)
def test_what_is_no_request_gets_the_headers_of_every_answer(sent: bytes) -> None:
    with running(Desk()) as address, socket.create_connection(address, timeout=10) as connection:
        connection.sendall(sent)
        told = b""
        while data := connection.recv(65_536):
            told += data
    head = told.partition(b"\r\n\r\n")[0].lower()
    assert head.startswith(b"http/1.1 400")
    for header in (*FIXED, "Content-Security-Policy"):
        assert header.lower().encode() + b": " in head
    assert b"server:" not in head
    assert b"strict-transport" not in head


def test_request_smuggling_is_refused() -> None:
    body = b"0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    with running(Desk()) as address, socket.create_connection(address, timeout=10) as connection:
        head = b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1:8910\r\nContent-Length: %d\r\nTransfer-Encoding: chunked, identity\r\n\r\n"
        connection.sendall(head % len(body) + body)
        assert connection.recv(12) in (b"HTTP/1.1 400", b"HTTP/1.1 501")
