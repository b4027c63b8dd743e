"""Charts of awkward data are drawn, and say what they should."""

from __future__ import annotations

import html
import json
import re

import pytest

from slackanalytics.web import charts, drawing


@pytest.mark.parametrize(
    "name", ['O\'Neill "Q" \\ back', "Ä 😀 </script>", "constructor", "__proto__", "a\tb", "x" * 40]
)
def test_bars_are_named_whatever_their_groups_are_called(name: str) -> None:
    rows = [{"g": group, "v": 1, "t": "1 of 2"} for group in (name, "Sales")]
    svg = drawing.svg(json.dumps(charts.bars(rows, label="g", value="v", text="t").wide))
    texts = [html.unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)</text>", svg)]
    short = name.replace("\t", " ")
    assert texts == [short if len(short) <= 21 else f"{short[:20]}…", "Sales", "1 of 2", "1 of 2"]


def test_a_picture_says_what_it_is_about() -> None:
    drawing_of = charts.bars([{"g": "Sales", "v": 1, "t": "1 of 2"}], label="g", value="v", text="t")
    said = ("Mon 5 Oct 2026 to Sun 1 Nov 2026: Sales.", "A caption so long that it goes on in the next line. " * 3)
    svg = drawing.svg(json.dumps(charts.on_paper(drawing_of.wide, "Seats", said)))
    texts = [html.unescape(text) for text in re.findall(r"<t(?:ext|span)[^>]*>([^<]+)<", svg)]
    assert {"Seats", said[0]} <= set(texts)
    assert " ".join(text for text in texts if text in said[1]) == said[1].strip()


def test_the_palette_stands_out_in_light_and_dark() -> None:
    from importlib.resources import files

    from tests.web.test_page import contrast

    static = files("slackanalytics.web") / "static"
    page, sheet = ((static / name).read_text("utf-8") for name in ("page.css", "dashboard.css"))
    for side in (0, 1):
        colours: dict[str, str] = {}
        for text in (page, sheet):
            block = re.findall(r":root \{(.*?)\}", text, re.DOTALL)[side]
            colours |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
        for bucket in range(8):
            assert contrast(colours[f"h{bucket}"], colours[f"h{bucket}-ink"]) >= 4.5, (side, bucket)
        for series in range(1, 6):
            assert contrast(colours[f"series-{series}"], colours["surface"]) >= 3.0, (side, series)


def test_every_colour_that_charts_are_drawn_in_has_its_dark_side() -> None:
    from importlib.resources import files

    from slackanalytics.web import charts

    sheet = (files("slackanalytics.web") / "static" / "dashboard.css").read_text("utf-8")
    for colour in (*charts.SERIES, charts.TRACK, charts.INK, charts.FAINT):
        assert f'[fill="{colour}"]' in sheet, colour
    for colour in (*charts.SERIES, charts.GRID, charts.INK, charts.FAINT):
        assert f'[stroke="{colour}"]' in sheet, colour
