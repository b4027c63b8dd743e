"""The dashboard as one file: HTML that refers to nothing outside it, or PDF."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
from contextlib import suppress
from datetime import datetime
from importlib.resources import files
from pathlib import Path

from markupsafe import Markup

from athena_federation.errors import ConfigurationError, QueryError
from slackanalytics.adoption import Adoption
from slackanalytics.web import rendering
from slackanalytics.web.drawing import Drawings
from slackanalytics.web.filters import Filters
from slackanalytics.web.pages import TEMPLATES
from slackanalytics.web.publication import PAGES, fresh_words
from slackanalytics.web.sheets.question import Question, bounds, departments

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 120
"""Seconds that a browser has for a PDF."""


def html(adoption: Adoption, filters: Filters, *, minimum: int, at: datetime, paper: bool = False) -> str:
    """Every page below the other: groups only, without a way out of the file; with `paper` as `pdf` needs it."""
    limits = bounds(adoption)
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


def pdf(text: str) -> bytes:
    """
    The same on paper, A4 landscape.

    Raises ConfigurationError where there is nothing on this machine that makes PDF.
    """
    try:
        import weasyprint  # type: ignore[import-untyped]  # ships no types
    except (ImportError, OSError):  # a library that it needs of the system is missing
        return by_browser(text)
    made = weasyprint.HTML(string=text, url_fetcher=nothing).write_pdf()
    assert isinstance(made, bytes)
    return made


def nothing(url: str, *_: object, **__: object) -> dict[str, object]:
    """Fetches nothing: the file is whole in itself."""
    raise ValueError(f"{url[:40]} is not fetched")


def by_browser(text: str) -> bytes:
    """By a Chromium of this machine. Raises ConfigurationError where there is none, or it fails."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise ConfigurationError(
            "nothing here makes PDF: install Pango (apt-get install libpango-1.0-0 libpangoft2-1.0-0) for WeasyPrint, or Chromium; or have"
            " the report as HTML (--output report.html) and print it"
        )
    with tempfile.TemporaryDirectory(prefix="slackanalytics-") as folder:
        page, paper = Path(folder) / "report.html", Path(folder) / "report.pdf"
        page.write_text(text, encoding="utf-8")
        command = [found, "--headless=new", "--disable-gpu", "--no-pdf-header-footer", f"--user-data-dir={folder}/profile", f"--print-to-pdf={paper}", page.as_uri()]  # fmt: skip
        if os.getuid() == 0:
            command.insert(1, "--no-sandbox")  # Chromium has none for root
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE, stdin=subprocess.DEVNULL)  # noqa: S603
            return paper.read_bytes()
        except (subprocess.SubprocessError, OSError) as error:
            raise ConfigurationError(
                f"{found} could not make the PDF ({type(error).__name__}); take --output report.html"
            ) from error


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
