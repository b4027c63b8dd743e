"""What holds for every request, whatever the route: host, origin, size, session, headers, log, and the last resort.

Outermost of the app's own layers, so that errors carry the same headers as pages.
"""

from __future__ import annotations

import json
import logging
import re
import time
import traceback
from collections.abc import Callable, Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request, cookie_parser
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from slackanalytics.web.access import Access
from slackanalytics.web.pages import error_page
from slackanalytics.web.sessions import Session, Sessions
from slackanalytics.web.site import Site

LARGEST_BODY = 16 * 1024
"""Bytes of a form."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FRAMED_BY = "framed_by"
"""Under this a route tells, in the scope, which origins may frame its answer; no other answer may be framed."""
ANY_HOST = "/healthz"
"""Asked by load balancers under the machine's own address; it tells nothing."""

FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
"""The headers of every answer that do not depend on the site."""
BARE = ("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
"""The policy of an answer that is a line of text."""
STRICT = ("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
"""What browsers are told over TLS."""

log = logging.getLogger("slackanalytics.web")


def headers(site: Site) -> dict[str, str]:
    """The headers of every answer. Nothing inline, nothing from elsewhere, nothing framed, nothing kept.

    https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x12-V3-Web-Frontend-Security.md
    """
    fixed = {
        "Content-Security-Policy": "; ".join(
            [
                "default-src 'none'",
                "script-src 'self'",
                "style-src 'self'",
                "img-src 'self'",
                f"form-action {site.form_targets}",
                "object-src 'none'",
                "base-uri 'none'",
                "frame-ancestors 'none'",
                "require-trusted-types-for 'script'",
            ]
        ),
        **FIXED,
    }
    return fixed | dict([STRICT]) if site.secure else fixed


class Guard:
    """The layer around all routes. It puts the `Session`, or None, into the scope as `signed_in`."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        site: Site,
        sessions: Sessions,
        access: Access,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._app = app
        self._site = site
        self._sessions = sessions
        self._access = access
        self._clock = clock
        self._headers = headers(site)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":  # there are none
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = self._clock(), 0
        scope["signed_in"] = None

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message).update(self._headers)
                if scope.get(FRAMED_BY):
                    _open_to(MutableHeaders(scope=message), scope[FRAMED_BY])
            await send(message)

        try:
            refused = self._refusal(scope)
            if refused is None:
                scope["signed_in"] = self._signed_in(scope)
                await self._app(scope, _limited(receive), sending)
            else:
                await error_page(Request(scope), refused)(scope, receive, sending)
        except Exception as error:  # noqa: BLE001 - the last resort: a page without details, and a log without values
            log.error("%s %s failed: %s", shown(scope["method"]), shown(scope["path"]), _where(error))  # noqa: TRY400
            if not status:
                await error_page(Request(scope), 500)(scope, receive, sending)
        finally:
            milliseconds = 1000 * (self._clock() - began)
            who = scope["signed_in"].who if scope["signed_in"] else "-"
            method, path, address = (shown(text) for text in (scope["method"], scope["path"], client_address(scope)))
            log.info("%s %s %d %.0f ms %s from %s", method, path, status, milliseconds, shown(who), address)

    def _refusal(self, scope: Scope) -> int | None:
        """The status with which a request ends before any route sees it."""
        given = Headers(scope=scope)
        hosts = given.getlist("host")
        if scope["path"] != ANY_HOST and (len(hosts) != 1 or hosts[0].lower() not in self._site.hosts):
            return 421
        if scope["method"] not in SAFE and not _ours(given, self._site.origin):
            return 403
        length = given.get("content-length", "0")
        if not (length.isascii() and length.isdigit()):
            return 400
        return 413 if len(length) > 9 or int(length) > LARGEST_BODY else None

    def _signed_in(self, scope: Scope) -> Session | None:
        name = cookie_parser(Headers(scope=scope).get("cookie", "")).get(self._site.cookie)
        scope["session_name"] = name
        found = self._sessions.find(name)
        if self._access.prompt is not None:
            return found
        who = self._access.vouched(scope["headers"], client_address(scope))
        if found is not None and found.who != who:  # somebody else sits at this browser now
            self._sessions.end(name)
            return None
        return found


def remember(request: Request, answer: Response, session_name: str) -> None:
    """Have the browser show this session from now on.

    Lax, because Slack's redirect brings the browser back from another site, and has to find it signed in.
    """
    site: Site = request.app.state.site
    answer.set_cookie(site.cookie, session_name, path="/", secure=site.secure, httponly=True, samesite="lax")


def _open_to(answer: MutableHeaders, origins: Sequence[str]) -> None:
    """Let these origins frame the answer, which can then lead nowhere and send nothing."""
    policy = answer["Content-Security-Policy"]
    policy = policy.replace("frame-ancestors 'none'", f"frame-ancestors {' '.join(origins)}")
    answer["Content-Security-Policy"] = re.sub(r"form-action [^;]*", "form-action 'none'", policy)
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    del answer["X-Frame-Options"]


def _ours(given: Headers, origin: str) -> bool:
    """Whether a request that changes something comes from a page of ours.

    Under `Referrer-Policy: no-referrer` browsers send `Origin: null` with our own forms, so that `Sec-Fetch-Site`, which
    pages cannot forge, decides where there is one: https://www.w3.org/TR/fetch-metadata/.
    """
    site, named = given.get("sec-fetch-site"), given.get("origin")
    if site is None:
        return named == origin
    return site == "same-origin" and named in (None, "null", origin)


def _limited(receive: Receive) -> Receive:
    """The same body, until it turns out longer than was announced or is allowed."""
    size = 0

    async def receiving() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > LARGEST_BODY:
            raise HTTPException(413)
        return message

    return receiving


def client_address(scope: Scope) -> str:
    """Whose connection it is; no header is believed about that."""
    return str(scope["client"][0]) if scope.get("client") else ""


def shown(text: str) -> str:
    """A text of theirs on one line of ours: quoted where it holds anything but printable ASCII or spaces."""
    plain = text.isascii() and text.isprintable() and " " not in text
    return (text if plain else json.dumps(text))[:200]


def _where(error: BaseException) -> str:
    """The kind of an error and the places it passed, without its message, which may quote what was sent."""
    places = [
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)
    ]
    return f"{type(error).__name__} at {' > '.join(places[-6:])}"
