"""Value sets and predicates, against an oracle that knows only how Python compares."""

# ruff: noqa: DTZ001  # date64 holds points in time without a zone

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from athena_federation.errors import SchemaMismatch
from athena_federation.predicate import (
    ANY,
    AllOrNoneValueSet,
    Bound,
    EquatableValueSet,
    Marker,
    Predicate,
    Range,
    SortedRangeSet,
    ValueSet,
    anything,
    at_least,
    at_most,
    between,
    equal_to,
    is_not_null,
    is_null,
    nothing,
)
from athena_federation.values import to_array, to_values

MOMENTS = st.integers(-(10**11), 10**11).map(lambda ms: datetime(1970, 1, 1) + timedelta(milliseconds=ms))
CELLS: dict[pa.DataType, st.SearchStrategy[Any]] = {
    pa.bool_(): st.booleans(),
    pa.int8(): st.integers(-128, 127),
    pa.int64(): st.sampled_from([-(2**63), -1, 0, 1, 2, 2**53, 2**53 + 1, 2**63 - 1]),
    pa.float64(): st.sampled_from([-math.inf, -1.5, -0.0, 0.0, 5e-324, 1.5, math.inf, math.nan]),
    pa.float32(): st.sampled_from([-math.inf, -1.5, -0.0, 0.0, 0.25, 1.5, math.inf, math.nan]),
    pa.decimal128(9, 3): st.decimals(-2, 2, places=3).map(lambda value: value.quantize(Decimal("0.001"))),
    pa.string(): st.text(st.sampled_from("aZ\x00é\uffff\U00010000\U0001f600"), max_size=3),
    pa.binary(): st.binary(max_size=2),
    pa.date32(): st.dates(date(1969, 12, 30), date(1970, 1, 2)),
    pa.date64(): MOMENTS,
    pa.timestamp("ms", tz="UTC"): MOMENTS.map(lambda value: value.replace(tzinfo=UTC)),
}
"""A few values of each type, so that equal ones and neighbours meet often."""

Oracle = Callable[[Any], bool]


def rank(value: Any) -> Any:
    """How values are ordered: text by its UTF-8 bytes, not-a-number after everything."""
    if isinstance(value, float):
        return (1, 0.0) if math.isnan(value) else (0, value)
    return tuple(value.encode()) if isinstance(value, str) else tuple(value) if isinstance(value, bytes) else value


def leaf(kind: pa.DataType, cells: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[ValueSet, Oracle]]:
    def not_null(test: Oracle) -> Oracle:
        return lambda cell: cell is not None and test(rank(cell))

    pairs = st.tuples(cells, cells).map(lambda pair: sorted(pair, key=rank))
    lists = st.lists(cells, max_size=4)
    flags = st.booleans()
    return st.one_of(
        lists.map(lambda some: (equal_to(kind, *some), not_null(lambda cell: cell in map(rank, some)))),
        cells.map(lambda low: (at_least(kind, low), not_null(lambda cell: cell >= rank(low)))),
        cells.map(lambda low: (at_least(kind, low, inclusive=False), not_null(lambda cell: cell > rank(low)))),
        cells.map(lambda high: (at_most(kind, high), not_null(lambda cell: cell <= rank(high)))),
        cells.map(lambda high: (at_most(kind, high, inclusive=False), not_null(lambda cell: cell < rank(high)))),
        pairs.map(lambda ends: (between(kind, *ends), not_null(lambda cell: rank(ends[0]) <= cell <= rank(ends[1])))),
        pairs.map(
            lambda ends: (
                between(kind, *ends, low_inclusive=False, high_inclusive=False),
                not_null(lambda cell: rank(ends[0]) < cell < rank(ends[1])),
            )
        ),
        st.just((is_null(kind), lambda cell: cell is None)),
        st.just((is_not_null(kind), lambda cell: cell is not None)),
        st.just((anything(kind), lambda cell: True)),
        st.just((nothing(kind), lambda cell: False)),
        st.just((AllOrNoneValueSet(kind, all=True, null_allowed=False), lambda cell: cell is not None)),
        st.just((AllOrNoneValueSet(kind, all=False, null_allowed=True), lambda cell: cell is None)),
        st.tuples(lists, flags, flags).map(
            lambda made: (
                EquatableValueSet(kind, tuple(made[0]), white_list=made[1], null_allowed=made[2]),
                lambda cell: made[2] if cell is None else (rank(cell) in map(rank, made[0])) == made[1],
            )
        ),
    )


def compound(
    inner: st.SearchStrategy[tuple[ValueSet, Oracle]],
) -> st.SearchStrategy[tuple[ValueSet, Oracle]]:
    pairs = st.tuples(inner, inner)
    return st.one_of(
        pairs.map(lambda p: (p[0][0].intersect(p[1][0]), lambda cell: p[0][1](cell) and p[1][1](cell))),
        pairs.map(lambda p: (p[0][0].union(p[1][0]), lambda cell: p[0][1](cell) or p[1][1](cell))),
        inner.map(lambda one: (one[0].complement(), lambda cell: not one[1](cell))),
    )


SETS = {kind: st.recursive(leaf(kind, cells), compound, max_leaves=4) for kind, cells in CELLS.items()}
COLUMNS = {kind: st.lists(st.none() | cells, max_size=12) for kind, cells in CELLS.items()}
KINDS = pytest.mark.parametrize("kind", list(CELLS), ids=str)
FEW = settings(max_examples=40, deadline=None)


@KINDS
@FEW
@given(st.data())
def test_a_value_set_lets_exactly_those_pass_that_its_condition_does(kind: pa.DataType, data: st.DataObject) -> None:
    allowed, oracle = data.draw(SETS[kind])
    cells = data.draw(COLUMNS[kind])
    expected = [oracle(cell) for cell in cells]
    assert [allowed.contains(cell) for cell in cells] == expected
    assert allowed.evaluate(to_array(kind, cells)).to_pylist() == expected
    assert allowed.evaluate(to_array(kind, cells).slice(1)).to_pylist() == expected[1:]


@KINDS
@FEW
@given(st.data())
def test_ranges_stay_sorted_disjoint_and_merged(kind: pa.DataType, data: st.DataObject) -> None:
    allowed, _ = data.draw(SETS[kind])
    if isinstance(allowed, SortedRangeSet):
        for left, right in zip(allowed.ranges, allowed.ranges[1:], strict=False):
            assert left.high.position < right.low.position
            assert SortedRangeSet(kind, (right, left)).ranges == (left, right)


@pytest.mark.parametrize("kind", [pa.float32(), pa.float64()], ids=str)
def test_zero_has_no_sign_and_what_is_not_a_number_is_the_greatest(kind: pa.DataType) -> None:
    cells = pa.array([-0.0, 0.0, 1.0, math.nan], kind)
    for zero in (0.0, -0.0):
        assert equal_to(kind, zero).evaluate(cells).to_pylist() == [True, True, False, False]
        assert equal_to(kind, zero).complement().evaluate(cells).to_pylist() == [False, False, True, True]
    assert at_least(kind, 1.0).evaluate(cells).to_pylist() == [False, False, True, True]
    assert at_most(kind, 1.0).evaluate(cells).to_pylist() == [True, True, True, False]
    assert is_not_null(kind).evaluate(cells).to_pylist() == [True] * 4
    assert equal_to(kind, math.nan).evaluate(cells).to_pylist() == [False, False, False, True]


def test_not_equal_and_equal_make_everything_again() -> None:
    point = equal_to(pa.int64(), 7)
    assert point.complement() == SortedRangeSet(
        pa.int64(),
        (Range(high=Marker(7, Bound.BELOW)), Range(low=Marker(7, Bound.ABOVE))),
        null_allowed=True,
    )
    assert point.union(point.complement()) == SortedRangeSet(pa.int64(), (Range(),), null_allowed=True)


def test_touching_ranges_become_one() -> None:
    merged = between(pa.int64(), 1, 5, high_inclusive=False).union(at_least(pa.int64(), 5))
    assert merged == at_least(pa.int64(), 1)


def test_ranges_that_both_leave_out_the_point_between_them_stay_two() -> None:
    apart = at_most(pa.int64(), 5, inclusive=False).union(at_least(pa.int64(), 5, inclusive=False))
    assert not apart.contains(5)
    assert apart.contains(4)


def test_date64_carries_the_time_of_day() -> None:
    noon = datetime(2024, 2, 29, 12)
    after_noon = at_least(pa.date64(), noon)
    cells = to_array(pa.date64(), [noon - timedelta(milliseconds=1), noon, None])
    assert after_noon.evaluate(cells).to_pylist() == [False, True, False]
    assert to_values(cells) == [noon - timedelta(milliseconds=1), noon, None]
    assert not after_noon.contains(date(2024, 2, 29))


def test_a_moment_means_the_same_in_every_zone() -> None:
    kind = pa.timestamp("ms", tz="UTC")
    east = datetime.fromisoformat("2024-02-29T14:00:00+02:00")
    assert equal_to(kind, east).contains(datetime(2024, 2, 29, 12, tzinfo=UTC))
    column = pa.array([east], pa.timestamp("ms", tz="Asia/Tokyo"))
    assert equal_to(pa.timestamp("ms", tz="Asia/Tokyo"), east).evaluate(column).to_pylist() == [True]


def test_all_or_none_of_false_and_false_constrains_nothing() -> None:
    unclear = AllOrNoneValueSet(pa.int64(), all=False, null_allowed=False)
    assert unclear.evaluate(pa.array([1, None])).to_pylist() == [True, True]
    assert unclear.contains(None)
    assert unclear.complement().contains(1)
    assert unclear.intersect(equal_to(pa.int64(), 1)) == equal_to(pa.int64(), 1)


def test_nested_values_pass_and_null_follows_its_rule() -> None:
    kind = pa.list_(pa.int64())
    cells = pa.array([[1], None], kind)
    for allowed in (SortedRangeSet(kind), EquatableValueSet(kind, ([2],))):
        assert allowed.evaluate(cells).to_pylist() == [True, False]
        assert allowed.contains([1])
        assert allowed.complement().contains([1])


def test_a_column_of_another_type_of_the_family_is_compared_exactly() -> None:
    assert equal_to(pa.int64(), 300).evaluate(pa.array([44, 300], pa.int16())).to_pylist() == [False, True]
    assert equal_to(pa.int8(), 44).evaluate(pa.array([44, 300], pa.int16())).to_pylist() == [True, True]
    assert equal_to(pa.string(), "b").evaluate(pa.array(["a", "b"], pa.large_string())).to_pylist() == [False, True]
    coded = pa.array(["a", "b", None]).dictionary_encode()
    assert equal_to(pa.string(), "b").evaluate(coded).to_pylist() == [False, True, False]


def test_a_column_of_quite_another_type_passes_because_a_predicate_is_inclusive() -> None:
    assert equal_to(pa.date32(), date(2024, 1, 1)).evaluate(pa.array(["2024-01-02"])).to_pylist() == [True]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (pa.int64(), 1.5),
        (pa.int64(), True),
        (pa.int8(), 128),
        (pa.int64(), "1"),
        (pa.string(), b"x"),
        (pa.string(), "\ud800"),
        (pa.date32(), datetime(2024, 1, 1)),
        (pa.date64(), datetime(2024, 1, 1, 0, 0, 0, 1)),
        (pa.decimal128(5, 2), Decimal("1.005")),
        (pa.timestamp("ns"), datetime(2024, 1, 1)),
    ],
)
def test_a_value_that_the_type_cannot_hold_exactly_is_refused_without_being_told(kind: pa.DataType, value: Any) -> None:
    with pytest.raises(SchemaMismatch, match="does not fit the type") as refusal:
        equal_to(kind, value)
    assert repr(value) not in str(refusal.value)


@pytest.mark.parametrize(
    ("low", "high"),
    [
        (Marker(2), Marker(1)),
        (Marker(1, Bound.BELOW), Marker(2)),
        (Marker(1), Marker(2, Bound.ABOVE)),
        (Marker(1, Bound.ABOVE), Marker(1, Bound.BELOW)),
        (Marker(None), Marker(1)),
        (Marker(None, Bound.BELOW), Marker(None, Bound.BELOW)),
        (Marker("a"), Marker(1)),
    ],
)
def test_a_range_that_the_protocol_does_not_know_is_refused(low: Marker, high: Marker) -> None:
    with pytest.raises(SchemaMismatch):
        Range(low, high)


def test_value_sets_of_different_types_are_not_combined() -> None:
    for combine in (equal_to(pa.int64(), 1).intersect, equal_to(pa.int64(), 1).union):
        with pytest.raises(SchemaMismatch, match="different types"):
            combine(equal_to(pa.int32(), 1))


def test_a_predicate_joins_its_columns_with_and() -> None:
    wanted = Predicate({"a": at_least(pa.int64(), 2), "b": equal_to(pa.string(), "x")})
    batch = pa.record_batch({"a": [1, 2, 3, None], "b": ["x", "x", "y", "x"]})
    assert wanted.evaluate(batch).to_pylist() == [wanted.matches(row) for row in batch.to_pylist()]
    assert wanted.filter(batch).to_pylist() == [{"a": 2, "b": "x"}]
    assert wanted.only(["b"]).filter(batch).num_rows == 3


def test_a_column_that_is_not_there_passes() -> None:
    wanted = Predicate({"gone": nothing(pa.int64())})
    batch = pa.record_batch({"a": [1]})
    assert wanted.matches({"a": 1})
    assert wanted.filter(batch) is batch
    assert ANY.filter(batch) is batch


def test_predicates_intersect_by_column() -> None:
    low, high = (
        Predicate({"a": at_least(pa.int64(), 2)}),
        Predicate({"a": at_most(pa.int64(), 3), "b": is_null(pa.string())}),
    )
    assert low.intersect(high) == Predicate({"a": between(pa.int64(), 2, 3), "b": is_null(pa.string())})


def test_ten_thousand_listed_values_are_one_look_up() -> None:
    wanted = equal_to(pa.int64(), *range(0, 20_000, 2))
    cells = pa.array(range(20_000))
    assert wanted.evaluate(cells).true_count == 10_000


def test_nothing_on_the_lambda_path_needs_numpy_or_pandas() -> None:
    code = """
import sys
sys.modules["numpy"] = sys.modules["pandas"] = None
import pyarrow as pa
from athena_federation import wire
from athena_federation.predicate import at_least
assert at_least(pa.int64(), 1).evaluate(pa.array([0, 1])).to_pylist() == [False, True]
"""
    subprocess.run([sys.executable, "-c", code], check=True)
