"""What is sent of a predicate is compared alike by connectors in every language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from athena_federation.portable import portable
from athena_federation.predicate import (
    AllOrNoneValueSet,
    Predicate,
    ValueSet,
    at_least,
    at_most,
    between,
    equal_to,
    is_not_null,
    is_null,
)

ZONED = pa.timestamp("ms", "UTC")
TEXTS = st.text(st.sampled_from("aZß漢\ud7ff\ue000Ａ\uffff🚀\U0010ffff"), max_size=3)
RANGES: tuple[Callable[[str], ValueSet], ...] = (
    lambda end: at_least(pa.string(), end),
    lambda end: at_most(pa.string(), end),
    lambda end: at_least(pa.string(), end, inclusive=False),
    lambda end: between(pa.string(), "a", end),
)


def utf16(text: str) -> bytes:
    """The order of Java's String.compareTo."""
    return text.encode("utf-16-be")


def java_keeps(allowed: ValueSet, text: str) -> bool:
    """Whether a connector in Java would keep a row with this text, by brute force."""
    assert hasattr(allowed, "ranges")
    for span in allowed.ranges:
        above = span.low.value is None or (utf16(text), 0) >= (utf16(span.low.value), span.low.bound)
        below = span.high.value is None or (utf16(text), 0) <= (utf16(span.high.value), span.high.bound)
        if above and below:
            return True
    return False


@given(end=TEXTS, row=TEXTS, made=st.sampled_from(RANGES))
def test_java_keeps_every_text_that_sql_keeps(end: str, row: str, made: Callable[[str], ValueSet]) -> None:
    sent = portable(Predicate({"name": made(end)})).summary
    if made(end).contains(row):
        assert all(java_keeps(allowed, row) for allowed in sent.values())


def test_without_this_care_java_would_lose_a_row() -> None:
    assert at_least(pa.string(), "Ａ").contains("🚀")
    assert not java_keeps(at_least(pa.string(), "Ａ"), "🚀")


@pytest.mark.parametrize(
    "allowed",
    [
        at_least(pa.string(), "漢"),
        equal_to(pa.string(), "🚀", "Ａ"),
        is_null(pa.string()),
        is_not_null(pa.string()),
        at_least(pa.date64(), datetime(2024, 1, 1)),  # noqa: DTZ001
        at_most(pa.binary(), b"\xff"),
        is_not_null(ZONED),
        is_null(ZONED),
    ],
)
def test_what_is_compared_alike_is_sent_as_it_is(allowed: ValueSet) -> None:
    assert portable(Predicate({"c": allowed})) == Predicate({"c": allowed})


def test_the_set_that_is_anything_here_and_nothing_in_java_is_not_sent() -> None:
    assert portable(Predicate({"c": AllOrNoneValueSet(pa.int64(), False, False)})) == Predicate()
    kept = {"c": AllOrNoneValueSet(pa.int64(), False, True), "d": AllOrNoneValueSet(pa.int64(), True, False)}
    assert portable(Predicate(kept)) == Predicate(kept)


def test_moments_with_a_zone_are_not_sent_because_java_tells_their_zones_apart() -> None:
    predicate = Predicate({"met": at_least(ZONED, datetime(2024, 1, 1, tzinfo=UTC)), "id": equal_to(pa.int64(), 1)})
    assert portable(predicate) == Predicate({"id": equal_to(pa.int64(), 1)})
