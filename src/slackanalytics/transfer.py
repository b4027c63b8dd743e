"""One HTTP call whose every byte is under one deadline.

A read timeout alone does not end a server that sends a byte now and then, neither in the headers nor in the body. So
each read from the socket is given what is left of the whole time. Redirects are not followed here. A connection is
used once: at 20 calls a minute a second handshake costs nothing, and no stale one can fail.
"""

from __future__ import annotations

import http.client
import io
import socket
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection, ProxyConfig

from athena_federation.errors import ConfigurationError
from slackanalytics.settings import loopback

CONNECT_SECONDS = 10.0
SILENCE_SECONDS = 30.0
"""How long a server may be silent before the call counts as lost."""


class Deadline:
    """A point in time that everything has to end by."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end = clock() + seconds

    def remaining(self) -> float:
        return self._end - self._clock()

    def extend(self, seconds: float) -> None:
        """Moves the end, for waiting that does not count."""
        self._end += seconds


@contextmanager
def opened(
    url: str, headers: Mapping[str, str], deadline: Deadline, body: bytes | None = None
) -> Iterator[urllib3.BaseHTTPResponse]:
    """The response to a GET, or with a body to a POST; what it says is still to be read.

    Raises urllib3's, http.client's or the operating system's own errors; TimeoutError at the deadline.
    """
    parts = urlsplit(url)
    left = deadline.remaining()
    if left <= 0:
        raise TimeoutError("the deadline has passed")
    connection = _connection(parts.scheme, parts.hostname or "", parts.port, min(left, CONNECT_SECONDS))

    def timed(sock: Any, *args: Any, **options: Any) -> http.client.HTTPResponse:
        return http.client.HTTPResponse(_TimedSocket(sock, deadline), *args, **options)  # type: ignore[arg-type]

    connection.response_class = timed  # type: ignore[assignment]
    try:
        connection.request(
            "GET" if body is None else "POST",
            (parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
            body=body,
            headers={"User-Agent": "slackanalytics", "Accept-Encoding": "identity", "Connection": "close", **headers},
            preload_content=False,
            decode_content=False,
        )
        response = connection.getresponse()
        try:
            yield response
        finally:
            response.close()
    finally:
        connection.close()


def _connection(scheme: str, host: str, port: int | None, seconds: float) -> HTTPConnection:
    if scheme == "http":
        return HTTPConnection(host, port or 80, timeout=seconds)
    proxy = urllib.request.getproxies_environment().get("https")
    if not proxy or loopback(host) or urllib.request.proxy_bypass(host):
        return HTTPSConnection(host, port or 443, timeout=seconds)
    return _tunnel(proxy, host, port or 443, seconds)


def _tunnel(proxy: str, host: str, port: int, seconds: float) -> HTTPConnection:
    """TLS to Slack through a proxy's CONNECT: the proxy learns the host's name and sees ciphertext, never the token."""
    try:
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        proxy_host, proxy_port = parts.hostname, parts.port or 80
    except ValueError as error:
        raise ConfigurationError("HTTPS_PROXY is not a URL; use http://host:port") from error
    if parts.scheme != "http" or not proxy_host:
        raise ConfigurationError("HTTPS_PROXY must be http://host:port (the tunnel inside is TLS all the way to Slack)")
    login = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else None
    connection = HTTPSConnection(
        proxy_host,
        proxy_port,
        timeout=seconds,
        proxy=urllib3.util.parse_url(f"http://{proxy_host}:{proxy_port}"),
        proxy_config=ProxyConfig(None, use_forwarding_for_https=False, assert_hostname=None, assert_fingerprint=None),
    )
    connection.set_tunnel(
        host, port, headers=urllib3.make_headers(proxy_basic_auth=login) if login else None, scheme="http"
    )
    return connection


class _TimedSocket:
    """What http.client reads from in place of the socket."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock = sock
        self._deadline = deadline

    def makefile(self, mode: str) -> io.BufferedReader:  # noqa: ARG002 - http.client only ever reads
        return io.BufferedReader(_TimedReader(self._sock, self._deadline), 64 * 1024)


class _TimedReader(io.RawIOBase):
    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        super().__init__()
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._deadline.remaining()
        if left <= 0:
            raise TimeoutError("the deadline has passed")
        self._sock.settimeout(min(left, SILENCE_SECONDS))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()
