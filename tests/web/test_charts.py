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
