"""What rows a query can possibly want: value sets, predicates, and their evaluation.

A predicate is inclusive: what it lets pass may still be unwanted, what it stops is not wanted. The shapes are those of
https://github.com/awslabs/aws-athena-query-federation/tree/master/athena-federation-sdk/src/main/java/com/amazonaws/athena/connector/lambda/domain/predicate
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc

from athena_federation.errors import SchemaMismatch
from athena_federation.ranges import (
    HIGHEST,
    LOWEST,
    Bound,
    Marker,
    Range,
    after,
    before,
    lower_end,
    merged,
    overlap,
    upper_end,
)
from athena_federation.values import comparable, order, plain, to_array

__all__ = [
    "ANY",
    "AllOrNoneValueSet",
    "Bound",
    "EquatableValueSet",
    "Marker",
    "Predicate",
    "Range",
    "SortedRangeSet",
    "ValueSet",
    "anything",
    "at_least",
    "at_most",
    "between",
    "equal_to",
    "is_not_null",
    "is_null",
    "nothing",
]


class Combinable:
    """What the three kinds of value set have in common."""

    __slots__ = ()

    def contains(self, value: object) -> bool:
        """Whether a row with this value in the column passes; None is NULL. Raises SchemaMismatch."""
        this = cast("ValueSet", self)
        if lets_all_pass(this):
            return True
        if value is None:
            return this.null_allowed
        return pa.types.is_nested(this.type) or this.holds(plain(this.type, value))

    def evaluate(self, array: pa.Array) -> pa.BooleanArray:
        """For each cell of a column, whether its row passes. A column of another kind of type passes."""
        this = cast("ValueSet", self)
        cells = cells_of(array, this.type)
        if lets_all_pass(this) or cells is None:
            mask = constant(True, len(array))
        else:
            mask = pc.fill_null(held(as_ranges(this), cells), False)
        allowed = this.null_allowed or lets_all_pass(this)
        return pc.if_else(array.is_valid(), mask, pa.scalar(allowed))

    def intersect(self, other: ValueSet) -> ValueSet:
        """What both let pass."""
        return both(cast("ValueSet", self), other)

    def union(self, other: ValueSet) -> ValueSet:
        """What either lets pass."""
        return either(cast("ValueSet", self), other)


@dataclass(frozen=True, slots=True)
class SortedRangeSet(Combinable):
    """The values within any of some ranges, of a type that has an order; kept sorted, disjoint, and merged."""

    type: pa.DataType
    ranges: tuple[Range, ...] = ()
    null_allowed: bool = False

    def __post_init__(self) -> None:
        ranges = tuple(self.ranges)
        if not pa.types.is_nested(self.type):  # nested values have no order here, and always pass
            ranges = merged([Range(typed(self.type, each.low), typed(self.type, each.high)) for each in ranges])
        object.__setattr__(self, "ranges", ranges)

    def holds(self, value: object) -> bool:
        """Whether a plain value that is not NULL passes."""
        above = bisect_right(self.ranges, Marker(value).position, key=lambda each: each.low.position)
        return above > 0 and value in self.ranges[above - 1]

    def complement(self) -> ValueSet:
        """What this does not let pass, NULL included; nested values pass either way."""
        if pa.types.is_nested(self.type):
            return AllOrNoneValueSet(self.type, all=True, null_allowed=not self.null_allowed)
        sides = [side for each in self.ranges for side in (before(each.low), after(each.high))]
        ends = [LOWEST, *sides, HIGHEST]
        gaps = [Range(low, high) for low, high in zip(ends[::2], ends[1::2], strict=True) if low and high]
        return SortedRangeSet(self.type, tuple(gaps), not self.null_allowed)


@dataclass(frozen=True, slots=True)
class EquatableValueSet(Combinable):
    """The values in a list, or (with `white_list` false) those not in it."""

    type: pa.DataType
    values: tuple[Any, ...] = ()
    white_list: bool = True
    null_allowed: bool = False

    def __post_init__(self) -> None:
        values = tuple(self.values)
        if not pa.types.is_nested(self.type):
            values = tuple({order(each): each for each in (plain(self.type, value) for value in values)}.values())
        object.__setattr__(self, "values", values)

    def holds(self, value: object) -> bool:
        """Whether a plain value that is not NULL passes."""
        return any(order(each) == order(value) for each in self.values) == self.white_list

    def complement(self) -> ValueSet:
        """What this does not let pass, NULL included."""
        return replace(self, white_list=not self.white_list, null_allowed=not self.null_allowed)


@dataclass(frozen=True, slots=True)
class AllOrNoneValueSet(Combinable):
    """
    All values, or none.

    "None, and not NULL either" constrains nothing: it is also what the Java SDK writes for "anything but NULL"
    (`AllOrNoneValueSet.isAll`), so it must not stop a row.
    """

    type: pa.DataType
    all: bool = True
    null_allowed: bool = True

    def holds(self, value: object) -> bool:  # noqa: ARG002
        """Whether a plain value that is not NULL passes."""
        return self.all

    def complement(self) -> ValueSet:
        """What this does not let pass, NULL included; everything, where it is not known what this stops."""
        if lets_all_pass(self):
            return nothing(self.type) if self.all else self
        return replace(self, all=not self.all, null_allowed=not self.null_allowed)


ValueSet = SortedRangeSet | EquatableValueSet | AllOrNoneValueSet


def equal_to(kind: pa.DataType, *values: object) -> ValueSet:
    """Any of the values, as `=` and `IN` want it. A NULL among them equals nothing."""
    points = (Marker(value) for value in values if value is not None)
    return SortedRangeSet(kind, tuple(Range(point, point) for point in points))


def at_least(kind: pa.DataType, low: object, *, inclusive: bool = True) -> ValueSet:
    """`>= low`, or `> low`."""
    return SortedRangeSet(kind, (Range(low=lower_end(low, inclusive)),))


def at_most(kind: pa.DataType, high: object, *, inclusive: bool = True) -> ValueSet:
    """`<= high`, or `< high`."""
    return SortedRangeSet(kind, (Range(high=upper_end(high, inclusive)),))


def between(
    kind: pa.DataType, low: object, high: object, *, low_inclusive: bool = True, high_inclusive: bool = True
) -> ValueSet:
    """`>= low AND <= high`, or with either end excluded; nothing where they cross."""
    return at_least(kind, low, inclusive=low_inclusive).intersect(at_most(kind, high, inclusive=high_inclusive))


def is_null(kind: pa.DataType) -> ValueSet:
    """NULL only."""
    return SortedRangeSet(kind, (), null_allowed=True)


def is_not_null(kind: pa.DataType) -> ValueSet:
    """Everything but NULL."""
    return SortedRangeSet(kind, (Range(),))


def nothing(kind: pa.DataType) -> ValueSet:
    """No row at all."""
    return SortedRangeSet(kind)


def anything(kind: pa.DataType) -> ValueSet:
    """Every row."""
    return AllOrNoneValueSet(kind)


@dataclass(frozen=True, slots=True)
class Predicate:
    """Value sets by column, all of which a wanted row passes. A column without one is not constrained."""

    summary: Mapping[str, ValueSet] = field(default_factory=dict)

    def matches(self, row: Mapping[str, object]) -> bool:
        """Whether a row may be wanted, as far as the columns in it tell. Raises SchemaMismatch."""
        return all(allowed.contains(row[name]) for name, allowed in self.summary.items() if name in row)

    def evaluate(self, batch: pa.RecordBatch) -> pa.BooleanArray:
        """For each row of a batch, whether it may be wanted, as far as its columns tell."""
        names = batch.schema.names
        masks = [allowed.evaluate(batch.column(name)) for name, allowed in self.summary.items() if name in names]
        return reduce(pc.and_, masks) if masks else constant(True, batch.num_rows)

    def filter(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The rows that may be wanted."""
        mask = self.evaluate(batch)
        return batch if mask.true_count == len(mask) else batch.filter(mask)

    def intersect(self, other: Predicate) -> Predicate:
        """What both predicates want."""
        summary = dict(self.summary)
        for name, allowed in other.summary.items():
            summary[name] = summary[name].intersect(allowed) if name in summary else allowed
        return Predicate(summary)

    def only(self, columns: Collection[str]) -> Predicate:
        """What the predicate says about these columns, which is less."""
        return Predicate({name: allowed for name, allowed in self.summary.items() if name in columns})


ANY = Predicate({})
"""Wants every row."""


def both(one: ValueSet, other: ValueSet) -> ValueSet:
    if one.type != other.type:
        raise SchemaMismatch(f"value sets of different types ({one.type}, {other.type}) cannot be combined")
    if lets_all_pass(one):
        return other
    if lets_all_pass(other) or pa.types.is_nested(one.type):
        return one
    first, second = as_ranges(one), as_ranges(other)
    return SortedRangeSet(one.type, overlap(first.ranges, second.ranges), one.null_allowed and other.null_allowed)


def either(one: ValueSet, other: ValueSet) -> ValueSet:
    if one.type != other.type:
        raise SchemaMismatch(f"value sets of different types ({one.type}, {other.type}) cannot be combined")
    if lets_all_pass(one) or lets_all_pass(other) or pa.types.is_nested(one.type):
        return anything(one.type)
    ranges = (*as_ranges(one).ranges, *as_ranges(other).ranges)
    return SortedRangeSet(one.type, ranges, one.null_allowed or other.null_allowed)


def lets_all_pass(allowed: ValueSet) -> bool:
    return isinstance(allowed, AllOrNoneValueSet) and allowed.all == allowed.null_allowed


def as_ranges(allowed: ValueSet) -> SortedRangeSet:
    """The same set of a type that has an order, as ranges."""
    match allowed:
        case SortedRangeSet():
            return allowed
        case AllOrNoneValueSet(kind, every, null_allowed):
            return SortedRangeSet(kind, (Range(),) if every else (), null_allowed)
        case EquatableValueSet(kind, values, white_list, null_allowed):
            listed = cast("SortedRangeSet", equal_to(kind, *values))
            return replace(
                cast("SortedRangeSet", listed if white_list else listed.complement()), null_allowed=null_allowed
            )


def typed(kind: pa.DataType, marker: Marker) -> Marker:
    return marker if marker.value is None else Marker(plain(kind, marker.value), marker.bound)


def cells_of(array: pa.Array, kind: pa.DataType) -> pa.Array | None:
    """The cells in a form that compares with values of the type; None where that would not be exact."""
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_nested(kind):
        return None
    if array.type != kind:
        if not any(test(array.type) and test(kind) for test in FAMILIES):
            return None
        try:
            array = array.cast(kind)
        except pa.ArrowException:  # a value that the type cannot hold: not to be judged here
            return None
    return comparable(array)


FAMILIES: tuple[Callable[[pa.DataType], bool], ...] = (
    pa.types.is_integer,
    lambda kind: pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind),
    lambda kind: pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind),
    pa.types.is_decimal,
)
"""Types within a family are cast exactly or not at all."""


def held(allowed: SortedRangeSet, cells: pa.Array) -> pa.BooleanArray:
    """For each cell that is not NULL, whether it lies in a range."""
    points = [each.low.value for each in allowed.ranges if each.single]
    masks = [is_any(cells, allowed.type, points)] if points else []
    masks += [is_within(cells, allowed.type, each) for each in allowed.ranges if not each.single]
    mask = reduce(pc.or_, masks) if masks else constant(False, len(cells))
    if pa.types.is_floating(allowed.type):
        mask = pc.if_else(pc.is_nan(cells), pa.scalar(allowed.holds(math.nan)), mask)
    return mask


def is_any(cells: pa.Array, kind: pa.DataType, points: list[Any]) -> pa.BooleanArray:
    if pa.types.is_floating(kind):  # a set of hashes tells 0.0 from -0.0
        points = [*points, *(-point for point in points if point == 0)]
    return pc.is_in(cells, value_set=comparable(to_array(kind, points)))


def is_within(cells: pa.Array, kind: pa.DataType, span: Range) -> pa.BooleanArray:
    masks = [constant(True, len(cells))]
    for end, exact, strict in (
        (span.low, pc.greater_equal, pc.greater),
        (span.high, pc.less_equal, pc.less),
    ):
        if end is span.high and order(end.value)[0]:
            continue  # every number lies below not-a-number, which is decided apart
        if end.value is not None:
            value = comparable(to_array(kind, [end.value]))[0]
            masks.append((exact if end.bound == Bound.EXACTLY else strict)(cells, value))
    return reduce(pc.and_, masks)


def constant(value: bool, length: int) -> pa.BooleanArray:
    return pa.repeat(pa.scalar(value), length)
