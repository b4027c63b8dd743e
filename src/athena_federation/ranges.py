"""Ranges of values: from one marker to another, how they merge and where they overlap.

After https://github.com/awslabs/aws-athena-query-federation/blob/master/athena-federation-sdk/src/main/java/com/amazonaws/athena/connector/lambda/domain/predicate/Marker.java
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from athena_federation.errors import SchemaMismatch
from athena_federation.values import order


class Bound(IntEnum):
    """Where a marker stands: just below its value, on it, or just above it."""

    BELOW = -1
    EXACTLY = 0
    ABOVE = 1


@dataclass(frozen=True, slots=True)
class Marker:
    """One end of a range. Without a value, ABOVE is the lower infinity and BELOW the upper one."""

    value: Any
    bound: Bound = Bound.EXACTLY

    @property
    def position(self) -> tuple[Any, ...]:
        """Where the marker stands among all markers of its type."""
        if self.value is None:
            return (-self.bound,)
        return (0, *order(self.value), self.bound)


LOWEST = Marker(None, Bound.ABOVE)
HIGHEST = Marker(None, Bound.BELOW)


@dataclass(frozen=True, slots=True)
class Range:
    """The values from one marker to another. Raises SchemaMismatch where the protocol has no such range."""

    low: Marker = LOWEST
    high: Marker = HIGHEST

    def __post_init__(self) -> None:
        lower, upper = self.low, self.high
        if lower.bound == (Bound.BELOW if lower.value is not None else Bound.EXACTLY) or lower == HIGHEST:
            raise SchemaMismatch("the low end of a range is a value, just above one, or unbounded")
        if upper.bound == (Bound.ABOVE if upper.value is not None else Bound.EXACTLY) or upper == LOWEST:
            raise SchemaMismatch("the high end of a range is a value, just below one, or unbounded")
        if None not in (lower.value, upper.value) and not is_ordered(lower, upper):
            raise SchemaMismatch("the low end of a range lies above its high end")

    @property
    def single(self) -> bool:
        """Whether the range holds exactly one value."""
        return self.low.bound == Bound.EXACTLY == self.high.bound and self.low.position == self.high.position

    def __contains__(self, value: object) -> bool:
        return self.low.position <= (0, *order(value), Bound.EXACTLY) <= self.high.position


def is_ordered(lower: Marker, upper: Marker) -> bool:
    try:
        return lower.position <= upper.position
    except TypeError as error:
        raise SchemaMismatch("the two ends of a range are of different types") from error


def lower_end(value: object, inclusive: bool) -> Marker:
    return Marker(value, Bound.EXACTLY if inclusive else Bound.ABOVE)


def upper_end(value: object, inclusive: bool) -> Marker:
    return Marker(value, Bound.EXACTLY if inclusive else Bound.BELOW)


def before(low: Marker) -> Marker | None:
    """The high end of what lies below a range that begins here."""
    return None if low.value is None else Marker(low.value, Bound(low.bound - 1))


def after(high: Marker) -> Marker | None:
    """The low end of what lies above a range that ends here."""
    return None if high.value is None else Marker(high.value, Bound(high.bound + 1))


def merged(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """The same values in as few ranges as can be, in order."""
    result: list[Range] = []
    for each in sorted(ranges, key=lambda one: one.low.position):
        following = after(result[-1].high) if result else LOWEST
        if result and (following is None or each.low.position <= following.position):
            high = max(result[-1].high, each.high, key=lambda end: end.position)
            result[-1] = Range(result[-1].low, high)
        else:
            result.append(each)
    return tuple(result)


def overlap(one: tuple[Range, ...], other: tuple[Range, ...]) -> tuple[Range, ...]:
    """What lies in a range of either side; both are sorted and disjoint."""
    result, left, right = [], 0, 0
    while left < len(one) and right < len(other):
        low = max(one[left].low, other[right].low, key=lambda end: end.position)
        high = min(one[left].high, other[right].high, key=lambda end: end.position)
        if low.position <= high.position:
            result.append(Range(low, high))
        if one[left].high.position <= other[right].high.position:
            left += 1
        else:
            right += 1
    return tuple(result)
