"""A server that misbehaves byte by byte, on this machine.

Each connection is answered by the next reply of a script; the last one is repeated. Every request is recorded, so that
a test can count calls and see where a token went.
"""

from __future__ import annotations

import gzip
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date

DAY = date(2026, 10, 3)
TOKEN = "xoxp-canary-5f1c0e7a9b"
"""A token that must never be seen outside the Authorization header of the configured host."""

TLS_HELLO = b"\x16"
"""How a client begins that expects TLS; there is none here."""

Reply = Callable[["Connection"], None]


@dataclass(frozen=True, slots=True)
class Request:
    """What arrived on a connection."""

    path: str
    headers: dict[str, str]
    """With lower-case names."""
    at: float
    """When, by the monotonic clock."""


@dataclass(slots=True)
class Connection:
    """One connection, to be answered."""

    socket: socket.socket
    request: Request
    stopped: threading.Event

    def send(self, data: bytes) -> None:
        with suppress(OSError):  # a client may have seen enough
            self.socket.sendall(data)

    def reset(self) -> None:
        """Closes so that the other side sees a reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


@dataclass(slots=True)
class Server:
    """A running server."""

    url: str
    port: int
    requests: list[Request] = field(default_factory=list)


@contextmanager
def serving(*script: Reply) -> Iterator[Server]:
    """A server that plays the script, on a port of its own."""
    listener = socket.create_server(("127.0.0.1", 0))
    stopped = threading.Event()
    port = listener.getsockname()[1]
    server = Server(f"http://127.0.0.1:{port}/api", port)
    threads: list[threading.Thread] = []
    lock = threading.Lock()

    def answer(connection: socket.socket) -> None:
        with connection:
            connection.settimeout(10)
            head = b""
            with suppress(OSError):
                while b"\r\n\r\n" not in head and not head.startswith(TLS_HELLO) and (piece := connection.recv(65536)):
                    head += piece
            if b"\r\n\r\n" not in head:
                return
            lines = head.decode("latin-1").split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:] if line)}
            request = Request(lines[0].split(" ")[1], headers, time.monotonic())
            with lock:
                server.requests.append(request)
                reply = script[min(len(server.requests), len(script)) - 1]
            reply(Connection(connection, request, stopped))

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=answer, args=(connection,))
            threads.append(thread)
            thread.start()

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield server
    finally:
        stopped.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        accepting.join()
        for thread in threads:
            thread.join()


def member(number: int = 1, **changes: object) -> dict[str, object]:
    """A member's line as Slack documents it, all fields but the optional ones."""
    row: dict[str, object] = {
        "enterprise_id": "E0001",
        "date": DAY.isoformat(),
        "user_id": f"W{number:08d}",
        "email_address": f"person{number}@example.com",
        "is_guest": False,
        "is_billable_seat": True,
        "is_active": number % 2 == 1,
        "is_active_ios": False,
        "is_active_android": number % 3 == 0,
        "is_active_desktop": True,
        "is_active_apps": True,
        "is_active_workflows": False,
        "is_active_slack_connect": False,
        "reactions_added_count": number,
        "messages_posted_count": number * 2,
        "channel_messages_posted_count": number,
        "files_added_count": 0,
        "total_calls_count": 1,
        "slack_calls_count": 0,
        "slack_huddles_count": 1,
        "search_count": 3,
        "date_claimed": 1_600_000_000 + number,
    }
    return row | changes


def members(count: int = 100) -> list[dict[str, object]]:
    return [member(number) for number in range(1, count + 1)]


def lines(rows: Sequence[object]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def packed(rows: Sequence[object] | bytes) -> bytes:
    """A day's file."""
    return gzip.compress(rows if isinstance(rows, bytes) else lines(rows), 6, mtime=0)


GOOD = packed(members())


def whole(body: bytes = GOOD, content_type: str = "application/gzip", status: int = 200, **headers: str) -> Reply:
    """A complete answer with its length."""
    return lambda connection: connection.send(
        _head(status, content_type, headers | {"Content-Length": str(len(body))}) + body
    )


def refusal(code: str, status: int = 200, **headers: str) -> Reply:
    """Slack's way of saying no."""
    return whole(
        json.dumps({"ok": False, "error": code}).encode(), "application/json; charset=utf-8", status, **headers
    )


def unframed(body: bytes, version: str = "1.1", status: int = 200) -> Reply:
    """No length: the body ends when the connection does."""
    head = _head(status, "application/gzip", {}).replace(b"HTTP/1.1", f"HTTP/{version}".encode())
    return lambda connection: connection.send(head + body)


def short(body: bytes = GOOD, missing: int = 100) -> Reply:
    """Fewer bytes than announced."""
    return lambda connection: connection.send(
        _head(200, "application/gzip", {"Content-Length": str(len(body) + missing)}) + body
    )


def chunked(body: bytes = GOOD, *, complete: bool = True) -> Reply:
    """In chunks, with the last one or without."""

    def reply(connection: Connection) -> None:
        connection.send(_head(200, "application/gzip", {"Transfer-Encoding": "chunked"}))
        for start in range(0, len(body), 500):
            chunk = body[start : start + 500]
            connection.send(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
        if complete:
            connection.send(b"0\r\n\r\n")

    return reply


def redirect(location: str, status: int = 302) -> Reply:
    return whole(b"", "text/html", status, Location=location)


def raw(data: bytes) -> Reply:
    return lambda connection: connection.send(data)


def reset_before(connection: Connection) -> None:
    connection.reset()


def fin_before(connection: Connection) -> None:
    del connection


def reset_mid(connection: Connection) -> None:
    connection.send(_head(200, "application/gzip", {"Content-Length": str(len(GOOD))}) + GOOD[: len(GOOD) // 2])
    time.sleep(0.05)
    connection.reset()


def hang(connection: Connection) -> None:
    connection.stopped.wait(20)


def drip_body(connection: Connection) -> None:
    """A byte now and then: no read ever times out."""
    connection.send(_head(200, "application/gzip", {"Content-Length": str(len(GOOD))}))
    _drip(connection, GOOD)


def drip_head(connection: Connection) -> None:
    _drip(connection, b"HTTP/1.1 200 OK\r\nX-Padding: " + b"x" * 10_000)


def drip_chunk_size(connection: Connection) -> None:
    connection.send(_head(200, "application/gzip", {"Transfer-Encoding": "chunked"}))
    _drip(connection, b"0" * 10_000)


def endless_interim(connection: Connection) -> None:
    """Nothing but 100 Continue."""
    while not connection.stopped.is_set():
        try:
            connection.socket.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        except OSError:
            return
        connection.stopped.wait(0.01)


def _drip(connection: Connection, data: bytes) -> None:
    for byte in data:
        try:
            connection.socket.sendall(bytes([byte]))
        except OSError:
            return
        if connection.stopped.wait(0.02):
            return


def _head(status: int, content_type: str, headers: dict[str, str]) -> bytes:
    fields = {"Content-Type": content_type, "Connection": "close"} | {
        name.replace("_", "-"): text for name, text in headers.items()
    }
    text = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} Said\r\n{text}\r\n".encode()
