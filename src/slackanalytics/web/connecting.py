"""Connecting Slack: the steps before, the way there and back, what it came to, and the end of it.

The core is synchronous; each call to it leaves the event loop.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import cast

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import URL
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from athena_federation.errors import ConfigurationError, FederationError
from slackanalytics.oauth import Conversation, Status, manifest, manifest_url
from slackanalytics.web.guard import log, remember, shown
from slackanalytics.web.pages import field, page, sign_in_address
from slackanalytics.web.reachability import Check, check
from slackanalytics.web.refusals import NOTHING, STRANGER, Refusal, refusal, sentence, standing
from slackanalytics.web.sessions import Session

FIRST_QUERY = """\
SELECT date, count_if(is_active) AS active
FROM slackanalytics_catalog.slackanalytics.member_analytics
WHERE activity_date >= current_date - INTERVAL '7' DAY
GROUP BY date ORDER BY date"""
FIRST_COMMAND = """\
slackanalytics query{options} "SELECT date, count_if(is_active) AS active
  FROM member_analytics
  WHERE activity_date >= current_date - INTERVAL '7' DAY
  GROUP BY date ORDER BY date\""""

Endpoint = Callable[[Request], Awaitable[Response]]


def signed_in(endpoint: Endpoint) -> Endpoint:
    """The same for those who are signed in; others are asked who they are."""

    @wraps(endpoint)
    async def asked(request: Request) -> Response:
        if request.scope["signed_in"] is None:
            return RedirectResponse(sign_in_address(request), 303)
        return await endpoint(request)

    return asked


@signed_in
async def landing(request: Request) -> Response:
    """The steps, and which of them are done."""
    return await _steps(request)


async def _steps(
    request: Request, status: int = 200, *, problem: str | None = None, found: Check | None = None
) -> Response:
    known = await run_in_threadpool(_conversation(request).status)
    uris = [request.app.state.site.redirect_uri]
    return page(
        request,
        "landing.html",
        status,
        connection=known.connection,
        credentials=known.has_credentials,
        place=known.place,
        writable=known.is_writable,
        manifest=json.dumps(manifest(uris), indent=2),
        manifest_link=manifest_url(uris),
        problem=problem,
        check=found,
    )


@signed_in
async def keep_credentials(request: Request) -> Response:
    """Store the app's client ID and secret."""
    given = [(await field(request, name)).strip() for name in ("client_id", "client_secret")]
    try:
        await run_in_threadpool(_conversation(request).keep_credentials, *given)
    except ConfigurationError as error:
        return await _steps(request, 422, problem=sentence(str(error)))
    return RedirectResponse("/", 303)


@signed_in
async def check_redirect(request: Request) -> Response:
    """Try this installation's own address."""
    found = await run_in_threadpool(check, request.app.state.site, request.app.state.look)
    return await _steps(request, found=found)


@signed_in
async def install_page(request: Request) -> Response:
    """What Slack is going to ask, and whether a connection is going to be replaced."""
    return _install(request, await run_in_threadpool(_conversation(request).status))


def _install(request: Request, known: Status, status: int = 200) -> Response:
    return page(request, "install.html", status, connection=known.connection, credentials=known.has_credentials)


@signed_in
async def install(request: Request) -> Response:
    """Begin a conversation and go to Slack."""
    conversation, session = _conversation(request), cast("Session", request.scope["signed_in"])
    replace = await field(request, "replace") == "yes"
    known = await run_in_threadpool(conversation.status)
    if known.connection and not replace:
        return _install(request, known, 409)
    uri = request.app.state.site.redirect_uri
    begun = await run_in_threadpool(conversation.begin, uri, browser=session.browser, replace=replace)
    return RedirectResponse(URL(begun.authorize_url), 303)


async def oauth_redirect(request: Request) -> Response:
    """Slack's answer. Whatever comes of it, the address with its code and state is left at once."""
    if request.method == "HEAD":  # a look at the address is not the answer, and spends nothing
        raise HTTPException(405, headers={"Allow": "GET"})
    session: Session | None = request.scope["signed_in"]
    if session is None:
        return RedirectResponse("/slack/refused", 303)
    given = {name: _once(request.query_params.getlist(name)) for name in ("state", "code", "error")}
    conversation, uri = _conversation(request), request.app.state.site.redirect_uri
    try:
        await run_in_threadpool(conversation.complete, browser=session.browser, redirect_uri=uri, **given)
    except FederationError as error:
        log.warning("Slack was not connected: %s", type(error).__name__)
        renamed = request.app.state.sessions.note(request.scope["session_name"], refusal(error))
        answer = RedirectResponse("/slack/refused", 303)
        if renamed:
            remember(request, answer, renamed)
        return answer
    log.info("Slack was connected by %s", shown(session.who))
    return RedirectResponse("/slack/connected", 303)


def _once(values: list[str]) -> str | None:
    """A parameter that was given once; twice is as good as not at all."""
    return values[0] or None if len(values) == 1 else None


async def refused(request: Request) -> Response:
    """What kept Slack from being connected."""
    session: Session | None = request.scope["signed_in"]
    told = session.outcome if session else STRANGER
    return _refused(request, told if isinstance(told, Refusal) else NOTHING)


def _refused(request: Request, told: Refusal) -> Response:
    return page(request, "refused.html", told.status, refusal=told)


async def failed(request: Request, error: Exception) -> Response:
    """The page of an error that was raised on purpose and that no endpoint has caught."""
    assert isinstance(error, FederationError)
    return _refused(request, refusal(error))


@signed_in
async def connected(request: Request) -> Response:
    """Whose figures can be asked for now, and how."""
    known = await run_in_threadpool(_conversation(request).status)
    if known.connection is None:
        return RedirectResponse("/status", 303)
    return page(
        request,
        "connected.html",
        connection=known.connection,
        place=known.place,
        first_query=FIRST_QUERY,
        first_command=FIRST_COMMAND.format(options=request.app.state.options),
        options=request.app.state.options,
    )


@signed_in
async def status(request: Request) -> Response:
    """The connection, whether Slack still honours it, and how far the figures reach."""
    conversation = _conversation(request)
    known = await run_in_threadpool(conversation.status)
    trouble = await run_in_threadpool(_trouble, conversation) if known.connection else None
    newest = await run_in_threadpool(request.app.state.newest)
    return page(request, "status.html", connection=known.connection, place=known.place, trouble=trouble, newest=newest)


def _trouble(conversation: Conversation) -> Refusal | None:
    """Why the connection is no good at present, in Slack's own view."""
    try:
        conversation.test()
    except FederationError as error:
        return standing(error)
    return None


@signed_in
async def revoke_page(request: Request) -> Response:
    """What revoking means."""
    known = await run_in_threadpool(_conversation(request).status)
    return page(request, "revoke.html", connection=known.connection)


@signed_in
async def revoke(request: Request) -> Response:
    """Have Slack revoke the token, and forget it."""
    await run_in_threadpool(_conversation(request).revoke)
    log.info("the access was revoked by %s", shown(request.scope["signed_in"].who))
    return RedirectResponse("/slack/revoked", 303)


@signed_in
async def revoked(request: Request) -> Response:
    """That it is done; or that something is connected, whoever opens this page again later."""
    known = await run_in_threadpool(_conversation(request).status)
    return RedirectResponse("/status", 303) if known.connection else page(request, "revoked.html")


def _conversation(request: Request) -> Conversation:
    return cast("Conversation", request.app.state.conversation)
