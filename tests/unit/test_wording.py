"""Counts and days in words."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackanalytics.wording import plural, seconds, spans

FIRST = date(2026, 11, 1)


def test_one_is_one_and_thousands_are_separated() -> None:
    assert [plural(count, "day") for count in (0, 1, 1_234)] == ["0 days", "1 day", "1,234 days"]


@pytest.mark.parametrize(("count", "text"), [(0, "0 s"), (59.4, "59 s"), (61, "1 min 1 s"), (-1, "0 s")])
def test_seconds_become_minutes(count: float, text: str) -> None:
    assert seconds(count) == text


def test_neighbouring_days_are_a_span() -> None:
    days = [FIRST + timedelta(days=n) for n in (0, 1, 2, 5, 8, 9)]
    assert spans(days[::-1]) == "2026-11-01 to 2026-11-03, 2026-11-06, 2026-11-09 to 2026-11-10"
    assert spans([]) == ""


def test_many_spans_are_counted() -> None:
    assert spans([FIRST + timedelta(days=2 * n) for n in range(7)]).endswith("2026-11-11 and 1 more span")


@given(st.sets(st.integers(0, 400), max_size=12))
def test_every_day_is_in_a_span_that_is_named_or_counted(numbers: set[int]) -> None:
    text = spans([FIRST + timedelta(days=n) for n in numbers])
    parts = [part for part in text.split(" and ")[0].split(", ") if part]
    named = 0
    for part in parts:
        first, _, last = part.partition(" to ")
        named += (date.fromisoformat(last or first) - date.fromisoformat(first)).days + 1
    assert named == len(numbers) or "more span" in text
