"""A web app with the dashboard of a company whose truth is known, and an eye for its HTML."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

from tests.web import company
from tests.web.desk import Desk

from slackanalytics.adoption import Adoption
from slackanalytics.web.dashboard import Dashboard
from slackanalytics.web.drawing import Drawings
from slackanalytics.web.embedding import Links
from slackanalytics.web.loading import Loading
from slackanalytics.web.publication import Publication

ORIGIN = "https://intranet.example.com"
NOW = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)
DRAWINGS = Drawings(company.Here())


class Stand:
    """A web app with this dashboard, and what its audit log was told."""

    def __init__(
        self,
        read: Callable[[Any], Adoption] = lambda _progress: company.adoption(),
        *,
        connected: bool = True,
        origins: tuple[str, ...] = (ORIGIN,),
    ) -> None:
        self.loading = Loading(read, connected=lambda: connected, clock=lambda: NOW)
        self.loading.once()
        self.told: list[dict[str, str]] = []
        self.now = NOW
        self.links = Links("k" * 32, origins)
        self.publication = Publication(self.loading, DRAWINGS)
        dashboard = Dashboard(publication=self.publication, audit=self.audit, links=self.links, clock=lambda: self.now)
        self.desk = Desk(dashboard=dashboard)

    def audit(self, **entry: Any) -> None:
        self.told.append(entry)


class Outline(HTMLParser):
    """Tags that are not closed as they were opened, ids that are there twice, and what has no name."""

    VOID = frozenset({"meta", "link", "input", "br", "path", "rect", "line", "image"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.named: list[str] = []
        self.wrong: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids.append(given["id"] or "")
        self.named += (given.get("aria-labelledby") or "").split()
        if "style" in given or any(name.startswith("on") for name in given):
            self.wrong.append(f"{tag} {given}")
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {*self.VOID, "text"}:  # a label without a text, in a drawing
            self.wrong.append(f"<{tag}/>")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}>")
