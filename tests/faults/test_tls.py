"""TLS is verified wherever it is spoken; there is no switch against it.

Slack itself cannot stand on this machine, so the server with certificates is where a redirect leads. The connection is
made by the same code.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.faults.oracle import expected, ours, require_right_or_named
from tests.faults.server import GOOD, TOKEN, members, redirect, serving

trustme = pytest.importorskip("trustme")

RIGHT = expected(members())


@contextmanager
def speaking_tls(context: ssl.SSLContext, heard: list[bytes], cut: int = 0) -> Iterator[int]:
    """A file server behind TLS, on a port of its own; what it hears after the handshake is noted.

    The first `cut` connections end, without a goodbye, before the file does.
    """
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, suppress(OSError), context.wrap_socket(connection, server_side=True) as secure:
                heard.append(secure.recv(65536))
                secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(GOOD))
                secure.sendall(GOOD[:100] if len(heard) <= cut else GOOD)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def certified(authority: object, name: str, not_after: datetime | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, not_after=not_after).configure_cert(context)  # type: ignore[attr-defined]
    return context


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """One that this process trusts."""
    made = trustme.CA()
    path = tmp_path / "authority.pem"
    made.cert_pem.write_to_path(str(path))
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return made


def test_a_trusted_certificate_is_accepted_and_no_bearer_sent(authority: object) -> None:
    heard: list[bytes] = []
    with (
        speaking_tls(certified(authority, "localhost"), heard) as port,
        serving(redirect(f"https://localhost:{port}/f")) as running,
    ):
        assert require_right_or_named(ours, running.url, RIGHT) is None
    assert heard[0].startswith(b"GET /f HTTP/1.1")
    assert TOKEN.encode() not in heard[0]


@pytest.mark.parametrize("fault", ["unknown authority", "wrong name", "expired", "TLS 1.1"])
def test_a_certificate_or_protocol_not_to_be_trusted_is_refused_at_once(fault: str, authority: object) -> None:
    context = {
        "unknown authority": lambda: certified(trustme.CA(), "localhost"),
        "wrong name": lambda: certified(authority, "files.example.com"),
        "expired": lambda: certified(authority, "localhost", datetime.now(UTC) - timedelta(days=1)),
        "TLS 1.1": lambda: certified(authority, "localhost"),
    }[fault]()
    if fault == "TLS 1.1":
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.set_ciphers("ALL:@SECLEVEL=0")
    heard: list[bytes] = []
    with speaking_tls(context, heard) as port, serving(redirect(f"https://localhost:{port}/f")) as running:
        error = require_right_or_named(ours, running.url, RIGHT)
    assert "no trustworthy TLS connection" in str(error)
    assert heard == []
    assert len(running.requests) == 1


def test_a_connection_lost_behind_tls_is_tried_again(authority: object) -> None:
    heard: list[bytes] = []
    context = certified(authority, "localhost")
    with speaking_tls(context, heard, cut=2) as port, serving(redirect(f"https://localhost:{port}/f")) as running:
        assert require_right_or_named(ours, running.url, RIGHT) is None
    assert len(running.requests) == 3
