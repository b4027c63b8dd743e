"""The web app as a value: a Starlette application made of routes, for uvicorn, for Lambda, and for tests.

app = application(settings, Conversation(settings, token_store(settings)), site=site, access=LocalKey.new())
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from athena_federation.errors import FederationError
from slackanalytics.oauth import REDIRECT, Conversation
from slackanalytics.web import connecting, reachability, signing
from slackanalytics.web.access import Access, Attempts
from slackanalytics.web.connecting import Endpoint
from slackanalytics.web.guard import Guard
from slackanalytics.web.pages import error_page
from slackanalytics.web.sessions import Sessions
from slackanalytics.web.site import Site

if TYPE_CHECKING:
    from slackanalytics.web.dashboard import Dashboard
    from slackanalytics.web.sql_page import Desk

STATIC = {
    "page.css": "text/css",
    "page.js": "text/javascript",
    "dashboard.css": "text/css",
    "charts.js": "text/javascript",
    "sql.css": "text/css",
    "sql.js": "text/javascript",
    "mark.svg": "image/svg+xml",
}
"""Every file that is served; no path is ever made of what was asked for."""


async def health(_request: Request) -> Response:
    """That the app is there. Says nothing about what it holds."""
    return JSONResponse(reachability.SIGN)


async def static(request: Request) -> Response:
    """One of the few files that pages need."""
    kind = STATIC.get(name := request.path_params["name"])
    if kind is None:
        raise HTTPException(404)
    return Response(_content(name), media_type=kind)


@cache
def _content(name: str) -> bytes:
    return (files("slackanalytics.web") / "static" / name).read_bytes()


async def http_error(request: Request, error: Exception) -> Response:
    """A status that the framework or a route has raised, as a page."""
    assert isinstance(error, HTTPException)
    answer = error_page(request, error.status_code)
    answer.headers.update(error.headers or {})
    return answer


def either(read: Endpoint, change: Endpoint) -> Endpoint:
    """One address to look at, and to send a form to."""

    async def chosen(request: Request) -> Response:
        return await (change if request.method == "POST" else read)(request)

    return chosen


def routes() -> list[BaseRoute]:
    """Every address. GET changes nothing here, but for Slack's redirect, whose state is good for one use."""
    return [
        Route("/", connecting.landing),
        Route("/sign-in", either(signing.sign_in_page, signing.sign_in), methods=["GET", "POST"]),
        Route("/sign-out", signing.sign_out, methods=["POST"]),
        Route("/sessions", either(signing.sessions_page, signing.sign_everybody_out), methods=["GET", "POST"]),
        Route("/slack/credentials", connecting.keep_credentials, methods=["POST"]),
        Route("/slack/check", connecting.check_redirect, methods=["POST"]),
        Route("/slack/install", either(connecting.install_page, connecting.install), methods=["GET", "POST"]),
        Route(REDIRECT, connecting.oauth_redirect),
        Route("/slack/connected", connecting.connected),
        Route("/slack/refused", connecting.refused),
        Route("/slack/revoke", either(connecting.revoke_page, connecting.revoke), methods=["GET", "POST"]),
        Route("/slack/revoked", connecting.revoked),
        Route("/status", connecting.status),
        Route("/healthz", health),
        Route("/static/{name}", static),
    ]


def application(  # noqa: PLR0913 - each is a setting with a sensible default, given by name
    conversation: Conversation,
    *,
    site: Site,
    access: Access,
    newest: Callable[[], date | None] = lambda: None,
    options: str = "",
    look: reachability.Look = reachability.look,
    clock: Callable[[], float] = time.monotonic,
    dashboard: Dashboard | None = None,
    sessions: Sessions | None = None,
    sql: Desk | None = None,
) -> Starlette:
    """
    The web app.

    Args:
        conversation: Connects Slack, tells what is connected, and disconnects it.
        site: The address under which browsers know the app.
        access: Who may use it.
        newest: The newest day that was fetched and verified.
        options: What the commands need that are shown to be copied, like ` --source demo`.
        look: Fetches an address, to see whether the app is reachable.
        clock: Seconds that only grow; sessions and attempts to sign in are timed by it.
        dashboard: The dashboard, where this installation has one.
        sessions: Who is signed in; by default a memory of this process.
        sql: The SQL page, where this installation has one.
    """
    sessions = sessions or Sessions(clock)
    parts: list[BaseRoute] = []
    if dashboard is not None:
        from slackanalytics.web import dashboard as pages  # needs an engine and a drawing library, which Lambda lacks

        parts += pages.routes()
    if sql is not None:
        from slackanalytics.web import sql_page  # needs an engine

        parts += sql_page.routes()
    app = Starlette(
        routes=[*routes(), *parts],
        middleware=[Middleware(Guard, site=site, sessions=sessions, access=access)],
        exception_handlers={HTTPException: http_error, FederationError: connecting.failed},
    )
    app.router.redirect_slashes = False
    app.state.conversation = conversation
    app.state.dashboard = dashboard
    app.state.sql = sql
    app.state.site = site
    app.state.access = access
    app.state.sessions = sessions
    app.state.attempts = Attempts(clock)
    app.state.newest = newest
    app.state.options = options
    app.state.look = look
    return app
