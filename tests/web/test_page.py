"""The script and the sheet that pages carry: small, ours, and unable to run what they are given."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

STATIC = files("slackanalytics.web") / "static"
SINKS = re.compile(
    r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|new Function|setAttribute|\.href\s*=|__proto__|postMessage|localStorage|cookie|fetch\("
)
"""Ways in which a script runs, keeps or sends what it was given."""


def test_nothing_is_evaluated() -> None:
    script = (STATIC / "page.js").read_text(encoding="utf-8")
    assert SINKS.findall(script) == []
    assert len(script.splitlines()) < 60
    for module in files("slackanalytics.web").iterdir():
        if module.name.endswith(".py"):
            source = module.read_text(encoding="utf-8")
            assert re.findall(r"\b(eval|exec|pickle|marshal|subprocess|os\.system|yaml|__import__)\b", source) == [], (
                module.name
            )


def test_a_careless_script_would_be_noticed() -> None:
    assert SINKS.search("document.body.innerHTML = location.hash")


def test_the_sheet_loads_nothing_and_has_a_dark_and_a_printed_side() -> None:
    sheet = (STATIC / "page.css").read_text(encoding="utf-8")
    assert not re.search(r"url\(|@import|expression\(|http", sheet)
    for needed in (
        "prefers-color-scheme: dark",
        "@media print",
        "prefers-reduced-motion",
        "forced-colors",
        ":focus-visible",
    ):
        assert needed in sheet


@pytest.mark.parametrize(("light", "dark"), [("ink", "ground"), ("ink-2", "ground"), ("ink-2", "surface"), ("accent", "surface"), ("accent-ink", "accent"),
                                           ("good", "good-soft"), ("bad", "bad-soft"), ("warn", "warn-soft"), ("surface", "bad"), ("ink-2", "sunk")])  # fmt: skip
def test_text_stands_out_from_its_ground(light: str, dark: str) -> None:
    sheet = (STATIC / "page.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\}", sheet, re.DOTALL)[:2]
    for block in blocks:
        colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
        assert contrast(colours[light], colours[dark]) >= 4.5, (light, dark, colours[light], colours[dark])


def contrast(one: str, other: str) -> float:
    """The ratio of https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio."""
    a, b = sorted((luminance(one), luminance(other)))
    return (b + 0.05) / (a + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
