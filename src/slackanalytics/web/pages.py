"""Pages: templates filled in, every value escaped, and the headers that go with all of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any
from urllib.parse import urlencode

import jinja2
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from slackanalytics.web.sessions import Session
from slackanalytics.web.site import Site

TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("slackanalytics.web"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.globals["version"] = version("slackanalytics")


def moment(at: datetime) -> str:
    """A moment to read: `25 November 2026, 08:30 UTC`."""
    at = at.astimezone(UTC)
    return f"{at.day} {at:%B %Y, %H:%M} UTC"


TEMPLATES.filters["moment"] = moment


@dataclass(frozen=True, slots=True)
class Link:
    """A way to another part of the app."""

    href: str
    text: str
    current: bool


PARTS = (("/adoption", "Dashboard"), ("/sql", "SQL"), ("/", "Connection"))
"""The parts of the app, of which an installation may have some only."""


def navigation(request: Request) -> list[Link]:
    """The parts that this app has."""
    here, app = request.scope["path"], request.app
    known = {route.path for route in app.routes if isinstance(route, Route)}
    return [
        Link(href, text, here == href or (href != "/" and here.startswith(f"{href}/")))
        for href, text in PARTS
        if href in known
    ]


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A template with its values, for whoever is signed in."""
    found: Session | None = request.scope.get("signed_in")
    site: Site = request.app.state.site
    vouched = request.app.state.access.prompt is None
    text = TEMPLATES.get_template(template).render(
        session=found, site=site, path=request.scope["path"], vouched=vouched, navigation=navigation(request), **values
    )
    return HTMLResponse(text, status)


_SHEET = re.compile(r"/adoption(?:/[a-z]{1,20})?(?:\?[\w=&%+.~*-]{0,2000})?", re.ASCII)
"""The only addresses that signing in may lead to: pages of the dashboard, with their filters."""


def sign_in_address(request: Request) -> str:
    """Where somebody is asked who they are; a page of the dashboard is named, to come back to."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    asked = request.method == "GET" and _SHEET.fullmatch(here)
    return f"/sign-in?{urlencode({'after': here})}" if asked else "/sign-in"


def page_after(text: str) -> str:
    """The page to come back to after signing in; empty where the text names none."""
    return text if _SHEET.fullmatch(text) else ""


async def field(request: Request, name: str) -> str:
    """A field of the form that was sent; empty where it is missing or given twice. A file is refused (HTTPException 400)."""
    given = [value for known, value in await _sent(request, 10) if known == name]
    return given[0] if len(given) == 1 and isinstance(given[0], str) else ""


async def fields(request: Request) -> list[tuple[str, str]]:
    """Every field of the form that was sent, in order. A file is refused (HTTPException 400)."""
    return [(name, value) for name, value in await _sent(request, 200) if isinstance(value, str)]


async def _sent(request: Request, most: int) -> list[tuple[str, UploadFile | str]]:
    """The fields of a form in UTF-8, which is what our pages send. Raises HTTPException 400 for any other."""
    try:
        async with request.form(max_files=0, max_fields=most) as form:
            found = form.multi_items()
        "".join(text for pair in found for text in pair if isinstance(text, str)).encode()
    except (LookupError, UnicodeError) as error:  # a charset that is none, or bytes and characters that do not fit it
        raise HTTPException(400) from error
    return found


ERRORS = {
    400: ("This request makes no sense", "Something in it is malformed. Go back and try again."),
    403: (
        "This request was refused",
        "It did not come from a page of this app, so nothing was done. Open the page here and use its button.",
    ),
    404: ("There is no such page", "The address may be mistyped, or from an older version."),
    405: ("That is not how this page is used", "The address exists, but not for this kind of request."),
    413: ("That is too much", "The form was larger than anything this app asks for, so it was not read."),
    421: (
        "This address is not served here",
        "The app answers under its own address only. Use the one that it printed when it started.",
    ),
    500: (
        "Something went wrong here",
        "It is our mistake, not yours. What was under way may be half done. The log has the details.",
    ),
}
"""A heading and a sentence for each status that is not about Slack."""


def error_page(request: Request, status: int) -> HTMLResponse:
    """The page of an error that has nothing to do with Slack."""
    title, text = ERRORS.get(status, ERRORS[400 if status < 500 else 500])
    return page(request, "error.html", status, title=title, text=text)
