"""Signing in and out."""

from __future__ import annotations

from math import ceil

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from slackanalytics.web.access import Access, LocalKey
from slackanalytics.web.guard import client_address, log, shown
from slackanalytics.web.pages import field, page
from slackanalytics.web.sessions import Sessions
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
    return _form(request, 200 if access.prompt or _vouched(request) else 403)


async def sign_in(request: Request) -> Response:
    """Check the secret, and begin a session of a new name."""
    access, attempts, address = request.app.state.access, request.app.state.attempts, client_address(request.scope)
    if access.prompt is None:
        who = _vouched(request)
        log.info("sign-in %s for %s from %s", "accepted" if who else "refused", shown(who or "nobody"), shown(address))
        return _signed_in(request, who) if who else _form(request, 403)
    if wait := attempts.wait(address):
        log.warning("sign-in not tried: too many failures from %s", shown(address))
        answer = _form(request, 429, wait=seconds(wait))
        answer.headers["Retry-After"] = str(ceil(wait))
        return answer
    secret = await field(request, "secret")
    if len(secret) > LONGEST or not await run_in_threadpool(access.accepts, secret):
        attempts.failed(address)
        log.warning("sign-in refused: wrong %s from %s", access.prompt.lower(), shown(address))
        return _form(request, 401, failed=True)
    log.info("sign-in accepted: %s from %s", access.prompt.lower(), shown(address))
    return _signed_in(request, ADMIN)


async def sign_out(request: Request) -> Response:
    """End the session here and in the browser."""
    request.app.state.sessions.end(request.scope["session_name"])
    answer = RedirectResponse("/sign-in", 303)
    secure = request.app.state.site.secure
    answer.delete_cookie(request.app.state.site.cookie, path="/", secure=secure, httponly=True, samesite="lax")
    return answer


def _signed_in(request: Request, who: str) -> Response:
    """A session of a new name, whatever the browser held before."""
    sessions: Sessions = request.app.state.sessions
    sessions.end(request.scope["session_name"])
    answer = RedirectResponse("/", 303)
    # Lax, because Slack's redirect brings the browser back from another site, and has to find it signed in
    secure = request.app.state.site.secure
    answer.set_cookie(
        request.app.state.site.cookie, sessions.begin(who), path="/", secure=secure, httponly=True, samesite="lax"
    )
    return answer


def _form(request: Request, status: int, *, failed: bool = False, wait: str | None = None) -> Response:
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
    )


def _vouched(request: Request) -> str | None:
    access: Access = request.app.state.access
    return access.vouched(request.scope["headers"], client_address(request.scope))
