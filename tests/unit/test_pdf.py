"""PDF of HTML that is whole in itself."""

from __future__ import annotations

import importlib.util

import pytest

from athena_federation.errors import ConfigurationError
from slackanalytics import pdf


@pytest.mark.skipif(importlib.util.find_spec("weasyprint") is None, reason="WeasyPrint is not installed")
def test_a_page_becomes_paper() -> None:
    assert pdf.pdf("<h1>Slack adoption</h1>").startswith(b"%PDF-")


def test_nothing_is_fetched_on_the_way() -> None:
    with pytest.raises(ValueError, match="is not fetched"):
        pdf.nothing("https://example.com/x.png")


def test_a_machine_without_any_maker_of_pdf_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ConfigurationError, match="install Pango"):
        pdf.by_browser("<h1>Slack adoption</h1>")
