"""The web app on a port: uvicorn, patient with nobody who keeps a connection and sends nothing."""

from __future__ import annotations

import asyncio
import logging
import resource
from contextlib import suppress
from pathlib import Path

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from slackanalytics.web.guard import BARE, FIXED, STRICT

PATIENCE = 15.0
"""Seconds within which a request has to have arrived, from its first byte or the connection's beginning."""


class Prompt(H11Protocol):
    """HTTP/1.1 for those who come to the point: uvicorn itself waits for a first request as long as it takes."""

    patience = PATIENCE
    _due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._due = self.loop.call_later(self.patience, self._cut)

    def data_received(self, data: bytes) -> None:
        if self._due is None:
            self._due = self.loop.call_later(self.patience, self._cut)
        super().data_received(data)
        if self.conn.their_state in (h11.DONE, h11.CLOSED, h11.MUST_CLOSE):  # the request is complete
            self._still()

    def send_400_response(self, msg: str) -> None:
        """The answer to what is no request, before any app sees it: as bare and as closed as the app's own."""
        secure = [STRICT] if self.transport.get_extra_info("sslcontext") else []
        given = [("Content-Type", "text/plain; charset=utf-8"), ("Connection", "close"), BARE, *FIXED.items(), *secure]
        answer = h11.Response(
            status_code=400, headers=[(name.encode(), value.encode()) for name, value in given], reason=b"Bad Request"
        )
        for event in (answer, h11.Data(data=msg.encode("ascii", "replace")), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._still()
        super().connection_lost(exc)

    def _still(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _cut(self) -> None:
        self._due = None
        self.transport.abort()


def server(app: ASGIApp, tls: tuple[Path, Path] | None = None) -> uvicorn.Server:
    """
    A server that is not running yet, for a socket that it will be given. It believes no forwarded address, keeps no access log of its own (whose lines
    would hold Slack's codes), and says nothing about what it is.
    """
    with suppress(ValueError, OSError):  # each idle connection costs one descriptor
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    config = uvicorn.Config(
        app,
        http=Prompt,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=5,
        h11_max_incomplete_event_size=16 * 1024,
        ssl_certfile=tls and tls[0],
        ssl_keyfile=tls and tls[1],
    )
    return uvicorn.Server(config)
