"""The dashboard's addresses: pages, their charts as files, the role in force, links to embed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol, cast
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from athena_federation.errors import QueryError
from slackanalytics.adoption.privacy import REASON, Role
from slackanalytics.web import embedding, rendering
from slackanalytics.web.connecting import signed_in
from slackanalytics.web.embedding import Links, Shown
from slackanalytics.web.files import csv_text
from slackanalytics.web.guard import FRAMED_BY
from slackanalytics.web.pages import TEMPLATES, fields, page
from slackanalytics.web.publication import PAGES, Publication, View, address
from slackanalytics.web.sessions import Session
from slackanalytics.web.sheets.shapes import State

LIVES = (1, 7, 30, 90)
"""Days for which a link can be good."""


class Audit(Protocol):
    """Writes down who looked at people, and why. Raises FederationError where it cannot: then nobody looks."""

    def __call__(self, *, who: str, action: str, reason: str, detail: str, rows: int | None = None) -> None:
        """`rows`: how many people or accounts are listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """What the addresses need."""

    publication: Publication
    audit: Audit
    links: Links
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)


def routes() -> list[BaseRoute]:
    """Every address of the dashboard."""
    return [
        Route("/adoption", shown),
        Route("/adoption/role", take_role, methods=["POST"]),
        Route("/adoption/links", make_link, methods=["POST"]),
        Route("/adoption/{page}", shown),
        Route("/adoption/{page}/{file}", downloaded),
        Route(embedding.PATH, embedded),
    ]


@signed_in
async def shown(request: Request) -> Response:
    """A page with the filters of its query string."""
    name = request.path_params.get("page", "overview")
    if name not in PAGES or ("page" in request.path_params and name == "overview"):
        raise HTTPException(404)
    dashboard, session = _dashboard(request), _session(request)
    pairs = request.query_params.multi_items()
    view = await run_in_threadpool(dashboard.publication.view, name, pairs, Role(session.role))
    if view.personal:
        await _looked(request, f"opened {name}", view, view.listed)
    origins = dashboard.links.origins
    return page(
        request,
        "adoption.html",
        view=view,
        minimum=dashboard.publication.minimum,
        reason_length=REASON,
        origins=origins,
        lives=LIVES,
    )


@signed_in
async def downloaded(request: Request) -> Response:
    """The numbers of a chart as CSV, or its drawing as PNG: what the page shows, and nothing that it hides."""
    name, file = request.path_params["page"], request.path_params["file"]
    wanted, _, kind = file.rpartition(".")
    if name not in PAGES or kind not in {"csv", "png"}:
        raise HTTPException(404)
    publication, session = _dashboard(request).publication, _session(request)
    pairs = request.query_params.multi_items()
    sheet = await run_in_threadpool(publication.sheet, name, pairs, Role(session.role))
    figure = sheet.figure(wanted) if sheet else None
    if sheet is None or figure is None or (kind == "png" and figure.drawing is None):
        raise HTTPException(404)
    if figure.withheld:
        text = "The list names people. “See people”, at the foot of the page, asks for a reason and gives it."
        return _told(request, 403, "People are not listed in this session", text, f"{address(name)}?{urlencode(pairs)}")
    if figure.personal:
        view = await run_in_threadpool(publication.view, name, pairs, Role(session.role))
        await _looked(request, f"downloaded {wanted}", view, figure.table.num_rows)
    if kind == "csv":
        answer = Response((await run_in_threadpool(csv_text, figure.exported)).encode(), media_type="text/csv")
    else:
        answer = Response(await run_in_threadpool(publication.png, figure, sheet.lead), media_type="image/png")
    answer.headers["Content-Disposition"] = f'attachment; filename="{wanted}.{kind}"'
    return answer


@signed_in
async def take_role(request: Request) -> Response:
    """See people from now on, for a reason that is written down; or groups only, as at the beginning."""
    session, sessions = _session(request), request.app.state.sessions
    given = dict(await fields(request))
    if given.get("role") != Role.IDENTIFIED:
        sessions.take_role(request.scope["session_name"], Role.AGGREGATE, "")
        return RedirectResponse("/adoption", 303)
    reason = " ".join(given.get("reason", "").split())[:200]
    if len(reason) < REASON:
        text = f"Give it in {REASON} characters or more: it is what the audit log will say."
        return _told(request, 422, "A reason is needed", text, "/adoption")
    audit = _dashboard(request).audit
    await run_in_threadpool(audit, who=session.who, action="took role identified", reason=reason, detail="")
    sessions.take_role(request.scope["session_name"], Role.IDENTIFIED, reason)
    return RedirectResponse("/adoption/seats#inactive-people", 303)


@signed_in
async def make_link(request: Request) -> Response:
    """A link under which another application shows a page."""
    dashboard, session = _dashboard(request), _session(request)
    if not dashboard.links.origins:
        raise HTTPException(404)
    given = await fields(request)
    form = dict(given)
    name, days = form.get("page", ""), form.get("days", "")
    if name not in PAGES or days not in map(str, LIVES):
        raise HTTPException(400)
    view = await run_in_threadpool(dashboard.publication.view, name, given, Role.AGGREGATE)
    if view.filters is None:
        return RedirectResponse(address(name), 303)
    until = dashboard.clock() + timedelta(days=int(days))
    what = Shown.of(name, view.filters, moving=form.get("moving") == "yes")
    back = f"{address(name)}?{view.filters.query()}"
    try:
        link = f"{request.app.state.site.origin}{embedding.PATH}?{dashboard.links.query(what, until=until)}"
    except QueryError as error:
        return _told(request, 422, "That is too much for a link", f"{str(error)[0].upper()}{str(error)[1:]}.", back)
    detail = f"{name} until {until:%Y-%m-%d}"
    await run_in_threadpool(dashboard.audit, who=session.who, action="made a link to embed", reason="-", detail=detail)
    return page(
        request,
        "adoption_link.html",
        link=link,
        frame=f'<iframe src="{link.replace("&", "&amp;")}" title="Slack adoption" width="100%" height="1200" loading="lazy"></iframe>',
        until=until,
        origins=", ".join(dashboard.links.origins),
        back=back,
    )


async def embedded(request: Request) -> Response:
    """A page inside another application, for whoever holds the link. Groups only, no way out of it, no cookie."""
    dashboard = _dashboard(request)
    request.scope[FRAMED_BY] = dashboard.links.origins
    text, signature = (request.query_params.get(name, "") for name in ("shown", "signature"))
    try:
        what = dashboard.links.read(text, signature, now=dashboard.clock())
    except QueryError as error:
        ended = isinstance(error, embedding.Expired)
        title = "This link has ended" if ended else "This link does not work"
        state = State(kind="bad", title=title, text=f"{str(error)[0].upper()}{str(error)[1:]}.")
        return _bare(View(page="", title="Adoption", lead="", content=rendering.state(state)), 410 if ended else 403)
    view = await run_in_threadpool(dashboard.publication.view, what.page, what.pairs(), Role.AGGREGATE, links=False)
    gone = [name for name in what.departments if view.filters and name not in view.filters.departments]
    if gone:  # showing everybody in their place would be another page than the one that was meant
        text = f"“{gone[0]}” is no department of this period, or has become too small to be shown by itself. Ask for a new link."
        state = State(kind="bad", title="This page is about a department that is not there", text=text)
        return _bare(View(page="", title="Adoption", lead="", content=rendering.state(state)), 404)
    return _bare(view)


def _bare(view: View, status: int = 200) -> Response:
    return HTMLResponse(TEMPLATES.get_template("adoption_embed.html").render(view=view), status)


def _told(request: Request, status: int, title: str, text: str, back: str) -> Response:
    state = State(kind="bad", title=title, text=text, href=back, link="Back to the dashboard")
    view = View(page="overview", title="Adoption", lead="", content=rendering.state(state))
    return page(request, "adoption.html", status, view=view, minimum=0, reason_length=REASON, origins=(), lives=LIVES)


async def _looked(request: Request, action: str, view: View, rows: int) -> None:
    """Write down that people were looked at, before they are."""
    session = _session(request)
    detail = view.filters.query() if view.filters else ""
    audit = _dashboard(request).audit
    await run_in_threadpool(audit, who=session.who, action=action, reason=session.reason, detail=detail, rows=rows)


def _dashboard(request: Request) -> Dashboard:
    found: Dashboard = request.app.state.dashboard
    return found


def _session(request: Request) -> Session:
    return cast("Session", request.scope["signed_in"])
