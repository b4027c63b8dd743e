"""Conditions on the wire: what a connector in Java makes of the ends of a range."""

from __future__ import annotations

import math
from typing import Any

import pyarrow as pa
import pytest

from athena_federation.conditions import dump_range, dump_value_set, load_range, load_value_set
from athena_federation.forms import load_values
from athena_federation.predicate import EquatableValueSet
from athena_federation.ranges import HIGHEST, LOWEST, Bound, Marker, Range


def ends(span: Range) -> list[float | None]:
    """The values of the ends as they go out, None for an open one."""
    dumped = dump_range(pa.float64(), span, "here", 5)
    return [value_of(dumped[end]) for end in ("low", "high")]


def value_of(marker: dict[str, Any]) -> float | None:
    _, values = load_values(marker["valueBlock"], "here")
    return values[0] if values else None


def sign(value: float | None) -> float | None:
    return None if value is None else math.copysign(1, value)


@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_whatever_holds_zero_holds_both_zeros_for_java_which_tells_them_apart(zero: float) -> None:
    assert [sign(end) for end in ends(Range(Marker(zero), Marker(zero)))] == [-1, 1]
    assert [sign(end) for end in ends(Range(Marker(zero), HIGHEST))] == [-1, None]
    assert [sign(end) for end in ends(Range(LOWEST, Marker(zero)))] == [None, 1]


@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_whatever_excludes_zero_excludes_both_zeros(zero: float) -> None:
    assert sign(ends(Range(Marker(zero, Bound.ABOVE), HIGHEST))[0]) == 1
    assert sign(ends(Range(LOWEST, Marker(zero, Bound.BELOW)))[1]) == -1


def test_a_list_with_zero_lists_both_zeros_and_is_read_as_one() -> None:
    listed = EquatableValueSet(pa.float64(), (0.0, 2.5))
    dumped = dump_value_set(listed, "here", 5)
    _, values = load_values(dumped["valueBlock"], "here")
    assert sorted(str(value) for value in values) == ["-0.0", "0.0", "2.5"]
    assert load_value_set(dumped, "here") == listed


@pytest.mark.parametrize("bounds", [(Bound.EXACTLY, Bound.BELOW), (Bound.ABOVE, Bound.EXACTLY)])
def test_a_range_between_the_zeros_is_zero_and_no_error(bounds: tuple[Bound, Bound]) -> None:
    low = dump_range(pa.float64(), Range(Marker(-0.0, Bound.EXACTLY), HIGHEST), "here", 5)["low"]
    high = dump_range(pa.float64(), Range(LOWEST, Marker(0.0, Bound.EXACTLY)), "here", 5)["high"]
    span = load_range({"low": low | {"bound": bounds[0].name}, "high": high | {"bound": bounds[1].name}}, "here")
    assert span == Range(Marker(0.0), Marker(0.0))
