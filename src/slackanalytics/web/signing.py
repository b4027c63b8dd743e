"""Signing in and out."""

from __future__ import annotations

from math import ceil

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from slackanalytics.web.access import Access, LocalKey
from slackanalytics.web.guard import client_address, log, remember, shown
from slackanalytics.web.pages import field, page, page_after
from slackanalytics.web.sessions import Session, Sessions
from slackanalytics.wording import seconds

ADMIN = "admin"
"""The name of whoever knows the key or the passphrase."""
LONGEST = 256
"""Characters of a secret that is looked at."""


async def sign_in_page(request: Request) -> Response:
    """Ask for the secret; or, where a load balancer vouches for people, whether they are who it says."""
    if request.scope["signed_in"]:
        return RedirectResponse("/", 303)
    access: Access = request.app.state.access
    after = page_after(request.query_params.get("after", ""))
    return _form(request, 200 if access.prompt or _vouched(request) else 403, after=after)


async def sign_in(request: Request) -> Response:
    """Check the secret, and begin a session of a new name."""
    access, address = request.app.state.access, client_address(request.scope)
    after = page_after(await field(request, "after"))
    if access.prompt is None:
        who = _vouched(request)
        log.info("sign-in %s for %s from %s", "accepted" if who else "refused", shown(who or "nobody"), shown(address))
        return _signed_in(request, who, after) if who else _form(request, 403)
    if refused := await _guessed(request):
        status, wait = refused
        answer = _form(request, status, failed=status == 401, wait=seconds(wait) if wait else None, after=after)
        if wait:
            answer.headers["Retry-After"] = str(ceil(wait))
        return answer
    return _signed_in(request, ADMIN, after)


async def sign_out(request: Request) -> Response:
    """End the session here and in the browser."""
    request.app.state.sessions.end(request.scope["session_name"])
    return _signed_out(request)


async def sessions_page(request: Request) -> Response:
    """Who is signed in where."""
    return _sessions(request) if request.scope["signed_in"] else RedirectResponse("/sign-in", 303)


async def sign_everybody_out(request: Request) -> Response:
    """End every session, once whoever asks for it has shown again who they are."""
    if request.scope["signed_in"] is None:
        return RedirectResponse("/sign-in", 303)
    refused = None if _vouched(request) else await _guessed(request)
    if refused:
        status, _ = refused
        return _sessions(request, status)
    log.info("everybody was signed out by %s", shown(request.scope["signed_in"].who))
    request.app.state.sessions.end_all()
    return _signed_out(request)


def _sessions(request: Request, status: int = 200) -> Response:
    mine: Session = request.scope["signed_in"]
    held = request.app.state.sessions.listing()
    rows = [(s.who, seconds(since), seconds(idle), s.browser == mine.browser) for s, since, idle in held]
    return page(
        request, "sessions.html", status, rows=rows, prompt=request.app.state.access.prompt, failed=status != 200
    )


def _signed_out(request: Request) -> Response:
    answer = RedirectResponse("/sign-in", 303)
    secure = request.app.state.site.secure
    answer.delete_cookie(request.app.state.site.cookie, path="/", secure=secure, httponly=True, samesite="lax")
    return answer


async def _guessed(request: Request) -> tuple[int, float] | None:
    """None where the secret that was sent is right; else the status to refuse with, and how long to wait."""
    access, attempts, address = request.app.state.access, request.app.state.attempts, client_address(request.scope)
    kind = (access.prompt or "secret").lower()
    secret = await field(request, "secret")
    if wait := attempts.begin(address):
        log.warning("sign-in not tried: too many failures from %s", shown(address))
        return 429, wait
    accepted = False
    try:
        accepted = len(secret) <= LONGEST and await run_in_threadpool(access.accepts, secret)
    finally:
        attempts.end(address, accepted=accepted)
    if not accepted:
        log.warning("sign-in refused: wrong %s from %s", kind, shown(address))
        return 401, 0.0
    log.info("sign-in accepted: %s from %s", kind, shown(address))
    return None


def _signed_in(request: Request, who: str, after: str) -> Response:
    """A session of a new name, whatever the browser held before."""
    sessions: Sessions = request.app.state.sessions
    sessions.end(request.scope["session_name"])
    answer = RedirectResponse(after or _start(request), 303)
    remember(request, answer, sessions.begin(who))
    return answer


def _start(request: Request) -> str:
    """The dashboard, where there are figures to show or on their way; else where Slack is connected."""
    dashboard = request.app.state.dashboard
    return "/" if dashboard is None or dashboard.publication.loading.standing.phase == "unconnected" else "/adoption"


def _form(request: Request, status: int, *, failed: bool = False, wait: str | None = None, after: str = "") -> Response:
    access: Access = request.app.state.access
    return page(
        request,
        "sign_in.html",
        status,
        prompt=access.prompt,
        who=_vouched(request),
        local=isinstance(access, LocalKey),
        failed=failed,
        wait=wait,
        after=after,
        ended=request.method == "GET" and request.app.state.site.cookie in request.cookies,
    )


def _vouched(request: Request) -> str | None:
    access: Access = request.app.state.access
    return access.vouched(request.scope["headers"], client_address(request.scope))
