"""Signing in and out."""

from __future__ import annotations

from math import ceil

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from slackanalytics.web.access import Access, LocalKey
from slackanalytics.web.pages import page
from slackanalytics.web.sessions import Sessions
from slackanalytics.wording import seconds

ADMIN = "admin"


async def sign_in_page(request: Request) -> Response:
    """Ask for the secret; or, where a load balancer vouches for people, let them in."""
    access: Access = request.app.state.access
    if request.scope["signed_in"]:
        return RedirectResponse("/", 303)
    if access.prompt is None and (who := access.vouched(request.scope["headers"], _address(request))):
        return _signed_in(request, who)
    return _form(request, 200 if access.prompt else 403)


async def sign_in(request: Request) -> Response:
    """Check the secret, and begin a session of a new name."""
    access, attempts, address = request.app.state.access, request.app.state.attempts, _address(request)
    if access.prompt is None:
        return _form(request, 403)
    if wait := attempts.wait(address):
        answer = _form(request, 429, wait=seconds(wait))
        answer.headers["Retry-After"] = str(ceil(wait))
        return answer
    given = (await request.form()).get("secret")
    secret = given if isinstance(given, str) else ""
    if len(secret) > 256 or not await run_in_threadpool(access.accepts, secret):
        attempts.failed(address)
        return _form(request, 401, failed=True)
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
    local = isinstance(access, LocalKey)
    return page(request, "sign_in.html", status, prompt=access.prompt, local=local, failed=failed, wait=wait)


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
