"""HTML that is whole in itself, as PDF: by WeasyPrint, or by a browser of this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from athena_federation.errors import ConfigurationError

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 120
"""Seconds that a browser has for a PDF."""


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
