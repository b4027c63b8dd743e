"""
The simulator on a port of this machine: HTTP in, HTTP out, and connections that break as told.
"""

from __future__ import annotations

import base64
import json
import os
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote_plus, urlsplit

from slackanalytics.simulator.answers import Answer, Call, Delivery, Request

_LARGEST_REQUEST = 65_536

CONSENT = "oauth/v2/authorize"
"""The path of the page on which an administrator grants access; the ``method`` of a request for it."""


class Slack(Protocol):
    """
    Whoever knows the answers.
    """

    token: str
    client: tuple[str, str]

    @property
    def calls(self) -> tuple[Call, ...]: ...

    def answer(self, request: Request) -> Answer: ...


@dataclass(frozen=True, slots=True)
class Served:
    """
    A simulator that can be reached.
    """

    slack: Slack
    port: int

    @property
    def url(self) -> str:
        """
        What takes the place of ``https://slack.com/api``.
        """
        return f"http://127.0.0.1:{self.port}/api"

    @property
    def token(self) -> str:
        """
        The token that is accepted without anybody having granted it.
        """
        return self.slack.token

    @property
    def client(self) -> tuple[str, str]:
        """
        Client ID and client secret of the app that can be granted access.
        """
        return self.slack.client

    @property
    def calls(self) -> tuple[Call, ...]:
        """
        Every call answered so far, in order.
        """
        return self.slack.calls


@contextmanager
def serving(slack: Slack, port: int, sleep: Callable[[float], object] | None) -> Iterator[Served]:
    """
    Serve while the context lasts. At its end every connection is closed and every thread has ended.
    """
    server = _Server(slack, port, sleep)
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="slack-simulator", daemon=True
    )
    thread.start()
    try:
        yield Served(slack, server.server_address[1])
    finally:
        server.stop()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True  # a program that forgets to stop the server can still end
    request_queue_size = 128
    server_address: tuple[str, int]

    def __init__(self, slack: Slack, port: int, sleep: Callable[[float], object] | None) -> None:
        self.slack = slack
        self._stopping = threading.Event()
        self.sleep = sleep or self._stopping.wait
        self._connections: set[socket.socket] = set()
        self._answering: list[threading.Thread] = []
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        thread = threading.Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
        self._answering = [*(other for other in self._answering if other.is_alive()), thread]
        thread.start()

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        with self._lock:
            self._connections.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):  # a client that hangs up is no error of ours
            super().handle_error(request, client_address)

    def stop(self) -> None:
        """
        Accept no more, cut what is open, and wait for the threads.
        """
        self._stopping.set()
        self.shutdown()
        with self._lock:
            for connection in self._connections:
                with suppress(OSError):  # closed by the other side already
                    connection.shutdown(socket.SHUT_RDWR)
        for thread in self._answering:
            thread.join()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "SlackSimulator"
    sys_version = ""
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        self._respond(self._arguments())

    def do_POST(self) -> None:
        arguments, complaint = self._arguments(), None
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > _LARGEST_REQUEST or "Transfer-Encoding" in self.headers:
            self.close_connection = True
            self.send_error(413)
            return
        body = self.rfile.read(int(length))
        if body:
            fields, complaint = read_body(self.headers, body)
            arguments |= fields
        self._respond(arguments, token=arguments.pop("token", None), complaint=complaint)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is inherited
        """
        Nothing: calls are kept on record instead.
        """

    def _arguments(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))

    def _respond(self, arguments: dict[str, str], *, token: str | None = None, complaint: str | None = None) -> None:
        path = urlsplit(self.path).path.strip("/")
        area, _, method = path.partition("/")
        if area == "files":
            method, arguments = "files", {"date": method.removesuffix(".json.gz")}
        elif path == CONSENT:
            method = CONSENT
        elif area != "api":
            self.send_error(404)
            return
        scheme, _, shown = self.headers.get("Authorization", "").partition(" ")
        request = Request(
            method=method,
            arguments=arguments,
            token=shown.strip() if scheme.lower() == "bearer" else token,
            origin=f"http://127.0.0.1:{self.server.server_address[1]}",
            complaint=complaint,
            verb=self.command,
            basic=read_basic(shown) if scheme.lower() == "basic" else None,
        )
        self._send(self.server.slack.answer(request))

    def _send(self, answer: Answer) -> None:
        if answer.delivery is not None:
            self._fail(answer, answer.delivery)
        elif isinstance(answer.body, bytes):
            self._send_head(answer, ("Content-Length", str(len(answer.body))))
            self.wfile.write(answer.body)
        elif self.request_version == "HTTP/1.0":
            self._send_head(answer, ("Connection", "close"))
            for piece in answer.body:
                self.wfile.write(piece)
        else:
            self._send_head(answer, ("Transfer-Encoding", "chunked"))
            for piece in answer.body:
                self.wfile.write(_chunk(piece))
            self.wfile.write(_chunk(b""))

    def _send_head(self, answer: Answer, *headers: tuple[str, str]) -> None:
        self.send_response(answer.status)
        for name, value in (*answer.headers, *headers):
            if answer.status != 204 or name != "Content-Length":
                self.send_header(name, value)
        self.end_headers()

    def _fail(self, answer: Answer, delivery: Delivery) -> None:
        """
        Answer in part, late, or not at all; the connection does not survive it.
        """
        self.close_connection = True
        body = answer.body if isinstance(answer.body, bytes) else b"".join(answer.body)
        length = ("Content-Length", str(len(body)))
        match delivery.kind:
            case "hang":
                self.server.sleep(delivery.amount)
            case "reset":
                self._reset()
            case "reset_mid":
                self._send_head(answer, length)
                self.wfile.write(body[: len(body) // 2])
                self.server.sleep(0.05)  # let the half arrive: a reset throws away what is under way
                self._reset()
            case "short_body":
                self._send_head(answer, length)
                self.wfile.write(body[: len(body) // 2])
            case "chunked_cut":
                self._send_head(answer, ("Transfer-Encoding", "chunked"))
                self.wfile.write(_chunk(body[: len(body) // 2]))
            case "slow":
                self._send_head(answer, length)
                for position in range(len(body)):
                    self.wfile.write(body[position : position + 1])
                    self.server.sleep(1.0 / delivery.amount)

    def _reset(self) -> None:
        """
        Close with RST rather than FIN: the other side reads an error, not an end.
        """
        connection: socket.socket = self.connection
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(connection.detach())


def _chunk(piece: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(piece), piece)


def read_basic(shown: str) -> tuple[str, str] | None:
    """
    Client ID and secret, each form-encoded before they were joined: https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1.
    """
    try:
        name, colon, secret = base64.b64decode(shown, validate=True).decode().partition(":")
    except ValueError:
        return None
    return (unquote_plus(name), unquote_plus(secret)) if colon else None


def read_body(headers: Message, body: bytes) -> tuple[dict[str, str], str | None]:
    """
    The fields of a POST body and no complaint, or no fields and the error code Slack has for such a body.
    """
    if "Content-Type" not in headers:
        return {}, "missing_post_type"
    charset = headers.get_content_charset("utf-8")
    if charset not in ("utf-8", "iso-8859-1"):
        return {}, "invalid_charset"
    try:
        match headers.get_content_type():
            case "application/x-www-form-urlencoded":
                return dict(parse_qsl(body.decode(charset), keep_blank_values=True)), None
            case "application/json":
                document = json.loads(body)
                return {name: _plain(value) for name, value in document.items()}, None
            case _:
                return {}, "invalid_post_type"
    except (ValueError, AttributeError):
        return {}, "invalid_form_data"


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
