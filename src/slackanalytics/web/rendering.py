"""Sheets as HTML: charts drawn, tables filled in; for pages, embedded pages and reports alike."""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

from markupsafe import Markup, escape

from slackanalytics.web.charts import Drawing
from slackanalytics.web.drawing import Drawings
from slackanalytics.web.pages import TEMPLATES
from slackanalytics.web.sheets.shapes import FEW, Figure, Sheet, State, numeric_columns, rows_shown

PATIENCE = 30.0
"""Seconds to wait for a chart."""


def content(sheet: Sheet, drawings: Drawings, *, query: str = "", links: bool | None = True) -> Markup:
    """
    What stands between a page's head and its foot.

    Args:
        sheet: What is shown.
        drawings: Draws the charts.
        query: The filters, for the addresses of files.
        links: Whether it may lead anywhere: files, the rows behind a sentence; None for paper, where nothing opens.
    """
    drawn = {f.name: _begun(f.drawing, drawings) for f in sheet.figures if f.drawing}
    figures = [_filled(figure, sheet.page, query, drawn.get(figure.name)) for figure in sheet.figures]
    values = {"tiles": sheet.tiles, "insights": sheet.insights, "notices": sheet.notices, "figures": figures}
    return Markup(TEMPLATES.get_template("adoption_content.html").render(sheet=values, links=links))  # noqa: S704 - escaped


def state(found: State) -> Markup:
    """A page without figures."""
    return Markup(TEMPLATES.get_template("adoption_state.html").render(state=found))  # noqa: S704 - escaped there


def _begun(drawing: Drawing, drawings: Drawings) -> tuple[Future[str], Future[str]]:
    return drawings.svg(drawing.wide), drawings.svg(drawing.narrow)


def _filled(figure: Figure, page: str, query: str, drawn: tuple[Future[str], Future[str]] | None) -> Mapping[str, Any]:
    names = [name for name in figure.headings if name in figure.table.column_names]
    numeric = set(numeric_columns(figure))
    wide, narrow = [
        _in_page(each.result(PATIENCE), figure.name, size) for each, size in zip(drawn, ("w", "n"), strict=True)
    ] if drawn else (None, None)  # fmt: skip
    rows = rows_shown(figure)
    over = figure.table.num_rows - len(rows)
    return {
        "name": figure.name,
        "title": figure.title,
        "caption": figure.caption,
        "kind": figure.kind,
        "size": figure.size,
        "sql": figure.sql,
        "said": figure.said,
        "nothing": figure.nothing or (FEW if figure.hidden else "There is nothing to show for these filters."),
        "withheld": figure.withheld,
        "pivot": figure.pivot,
        "hidden": figure.hidden,
        "hidden_text": figure.hidden_text,
        "headings": [figure.headings[name] for name in names],
        "numeric": {place for place, name in enumerate(names) if name in numeric},
        "rows_shown": rows,
        "table_shown": figure.kind == "chart" and rows,
        "more": f"{over:,} more are in the CSV file." if over > 0 else "",
        "href": f"/adoption/{page}/{figure.name}",
        "query": query,
        "svg_wide": wide,
        "svg_narrow": narrow,
    }


SIZE = re.compile(r' (?:width|height)="[\d.]+"')


def _in_page(svg: str, name: str, size: str) -> Markup:
    """A drawing as a part of a page: as wide as its place, named by its caption, its own names apart from all others'."""
    head, end, rest = svg.partition(">")
    head = SIZE.sub("", head) + f' role="graphics-document" aria-labelledby="{escape(name)}-said"'
    apart = re.sub(r'\b(id="|url\(#|href="#)', rf"\g<1>{name}-{size}-", rest)
    return Markup(head + end + apart)  # noqa: S704 - drawn here, its texts escaped by the drawing library
