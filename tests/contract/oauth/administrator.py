"""An administrator with a browser: opens the consent page, chooses, and is sent back."""

from __future__ import annotations

import http.client
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlencode, urlsplit


@dataclass(slots=True)
class Page:
    """A page as a browser received it."""

    status: int
    headers: dict[str, str]
    text: str
    fields: dict[str, str] = field(default_factory=dict)
    """What the page's form sends by itself."""
    choices: list[str] = field(default_factory=list)


class Form(HTMLParser):
    """The inputs of a page."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "input" and given.get("type") == "hidden":
            self.page.fields[given["name"]] = given["value"]
        if tag == "input" and given.get("type") == "radio":
            self.page.choices.append(given["value"])
            if "checked" in given:
                self.page.fields[given["name"]] = given["value"]


def opened(url: str, form: dict[str, str] | None = None) -> Page:
    """A page, its redirect not followed."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    body = urlencode(form) if form is not None else None
    kind = {"Content-Type": "application/x-www-form-urlencoded"} if form is not None else {}
    connection.request("POST" if form is not None else "GET", f"{parts.path}?{parts.query}", body, kind)
    response = connection.getresponse()
    page = Page(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read().decode())
    connection.close()
    Form(page).feed(page.text)
    return page


def decided(authorize_url: str, decision: str = "allow", **choice: str) -> dict[str, str]:
    """What the browser brings back to the app once the administrator has decided."""
    page = opened(authorize_url)
    assert page.status == 200, page.text
    origin = authorize_url.partition("/oauth/")[0]
    back = opened(f"{origin}/oauth/v2/authorize", page.fields | choice | {"decision": decision})
    assert back.status == 302, back.text
    return dict(parse_qsl(urlsplit(back.headers["location"]).query))
