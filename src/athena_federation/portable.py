"""What of a predicate may be sent to a connector in any language, so that none drops a row that SQL would keep.

A connector on the Java SDK filters by what it is sent, and compares some types in another order than SQL does:
https://github.com/awslabs/aws-athena-query-federation/blob/master/athena-federation-sdk/src/main/java/com/amazonaws/athena/connector/lambda/data/ArrowTypeComparator.java
Moments of one instant differ there by their zones; texts are ordered by UTF-16 units, which puts U+E000 to U+FFFF above
everything beyond; lists and structs are ordered by their hashes; and the value set that stands for "anything" or
"nothing" alike (`AllOrNoneValueSet` of ours) is taken for nothing. Whoever sends less filters more itself.
"""

from __future__ import annotations

import pyarrow as pa

from athena_federation.predicate import AllOrNoneValueSet, Predicate, SortedRangeSet, ValueSet

FIRST_SURROGATE = "\ud800"
"""Texts of characters below have the same order everywhere."""


def portable(predicate: Predicate) -> Predicate:
    """The same predicate without the columns that would be compared in another order."""
    return predicate.only([name for name, allowed in predicate.summary.items() if is_portable(allowed)])


def is_portable(allowed: ValueSet) -> bool:
    """Whether the value set means the same in every order that is in use."""
    kind = allowed.type
    if isinstance(allowed, AllOrNoneValueSet):
        return allowed.all or allowed.null_allowed  # neither: anything to us, and nothing to a connector in Java
    if isinstance(allowed, SortedRangeSet):
        values = [end.value for each in allowed.ranges for end in (each.low, each.high) if end.value is not None]
    else:
        values = list(allowed.values)
    if pa.types.is_nested(kind) or (pa.types.is_timestamp(kind) and kind.tz is not None):
        return not values
    if pa.types.is_string(kind) and isinstance(allowed, SortedRangeSet) and not is_list(allowed):
        return all(max(value, default="") < FIRST_SURROGATE for value in values)
    return True


def is_list(allowed: SortedRangeSet) -> bool:
    """Whether single values are named, no ranges between them."""
    return all(each.single for each in allowed.ranges)
