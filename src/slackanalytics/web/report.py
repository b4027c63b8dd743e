"""The dashboard as one file: HTML that refers to nothing outside it."""

from __future__ import annotations

import secrets
from contextlib import suppress
from datetime import datetime
from importlib.resources import files
from pathlib import Path

from markupsafe import Markup

from athena_federation.errors import QueryError
from slackanalytics.adoption import Adoption
from slackanalytics.web import rendering
from slackanalytics.web.drawing import Drawings
from slackanalytics.web.filters import Filters
from slackanalytics.web.pages import TEMPLATES
from slackanalytics.web.publication import PAGES, fresh_words
from slackanalytics.web.sheets.question import Question, bounds, departments


def html(adoption: Adoption, filters: Filters, *, minimum: int, at: datetime, paper: bool = False) -> str:
    """Every page below the other: groups only, without a way out of the file; with `paper` as makers of PDF need it."""
    limits = bounds(adoption, minimum=minimum)
    there = departments(adoption, filters.since, filters.until, minimum=minimum)
    drawings = Drawings()
    try:
        question = Question(adoption, filters, limits, there, minimum=minimum)
        sheets = [make(question) for _, make in PAGES.values()]
        parts = [(sheet, rendering.content(sheet, drawings, links=None if paper else False)) for sheet in sheets]
    finally:
        drawings.close()
    static = files("slackanalytics.web") / "static"
    sheet = "\n".join(
        (static / name).read_text("utf-8") for name in (("paper.css",) if paper else ("page.css", "dashboard.css"))
    )
    return TEMPLATES.get_template("adoption_report.html").render(
        style=Markup(sheet), parts=parts, lead=question.lead, fresh=fresh_words(limits), minimum=minimum, at=at  # noqa: S704 - a file of ours
    )  # fmt: skip


def write(path: Path, data: bytes) -> None:
    """The file, whole or not at all. Raises QueryError where it cannot be written."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise QueryError(f"{path} cannot be written: {error.strerror or error}") from error
