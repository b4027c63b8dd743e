"""Plain Python values of Arrow types, and how they are ordered.

One cell is None, or bool, int, float, Decimal, str, bytes, time; `date` for date32; `datetime` without a zone for date64
(which carries the time of day here, https://github.com/awslabs/aws-athena-query-federation/wiki/Type-Mapping) and for
timestamps without a zone; `datetime` in UTC for timestamps with one. Nested cells are lists and dictionaries.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa

from athena_federation.errors import SchemaMismatch

UNIT_OF_TIME = {"s": timedelta(seconds=1), "ms": timedelta(milliseconds=1), "us": timedelta(microseconds=1)}
"""Nanoseconds are missing: Python's datetime cannot hold them."""


NAN = math.nan
"""The one not-a-number, so that equal sets compare as equal: Python's `==` says no, unless it is the same object."""


def plain(kind: pa.DataType, value: object) -> Any:
    """
    The value as a column of this type holds it, whatever equal form it was given in.

    Raises SchemaMismatch for a value that such a column cannot hold exactly.
    """
    if pa.types.is_nested(kind):
        return value
    if pa.types.is_date64(kind) or pa.types.is_timestamp(kind):
        return moment(kind, value)
    wrong = (
        (pa.types.is_integer(kind) and isinstance(value, float) and not value.is_integer())
        or (pa.types.is_string(kind) and not isinstance(value, str))
        or (pa.types.is_date32(kind) and isinstance(value, datetime))
        or value is None
    )
    if wrong:
        raise mismatch(kind, value)
    try:
        held = pa.scalar(value, kind).as_py()
    except (pa.ArrowException, ValueError, TypeError, OverflowError) as error:
        raise mismatch(kind, value) from error
    return NAN if isinstance(held, float) and math.isnan(held) else held


def moment(kind: pa.DataType, value: object) -> datetime:
    """A point in time as date64 or a timestamp holds it."""
    zoned = pa.types.is_timestamp(kind) and kind.tz is not None
    unit = UNIT_OF_TIME.get("ms" if pa.types.is_date64(kind) else kind.unit)
    if unit is None or not isinstance(value, date):
        raise mismatch(kind, value)
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - the zone follows
    value = value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    if (value - datetime(1970, 1, 1, tzinfo=UTC)) % unit:
        raise mismatch(kind, value)
    return value if zoned else value.replace(tzinfo=None)


def to_array(kind: pa.DataType, values: Sequence[object]) -> pa.Array:
    """Plain values as an Arrow array. Raises SchemaMismatch."""
    try:
        if pa.types.is_date64(kind):  # pyarrow would cut off the time of day
            return pa.array(values, pa.timestamp("ms")).view(kind)
        return pa.array(values, kind)
    except (pa.ArrowException, ValueError, TypeError, OverflowError) as error:
        raise SchemaMismatch(f"the values do not fit the type {kind}") from error


def to_values(array: pa.Array) -> list[Any]:
    """An Arrow array as plain values, None for NULL. Raises SchemaMismatch for values that Python cannot hold."""
    zoned = pa.types.is_timestamp(array.type) and array.type.tz is not None
    try:
        values: list[Any] = comparable(array).to_pylist()
    except (pa.ArrowException, ValueError, TypeError, OverflowError) as error:
        raise SchemaMismatch(f"Python cannot hold a value of this {array.type} column") from error
    return [value and value.replace(tzinfo=UTC) for value in values] if zoned else values


def comparable(array: pa.Array) -> pa.Array:
    """The array in the type whose order and equality are those of its values: what date64 and a zone hide is seen."""
    if pa.types.is_date64(array.type):
        return array.view(pa.timestamp("ms"))
    if pa.types.is_timestamp(array.type):
        return array.view(pa.timestamp(array.type.unit))
    return array


def order(value: Any) -> tuple[bool, Any]:
    """A key that orders the plain values of one type totally: not-a-number is the greatest, -0.0 equals 0.0."""
    if isinstance(value, float) and math.isnan(value):
        return True, 0.0
    return False, value


def mismatch(kind: pa.DataType, value: object) -> SchemaMismatch:
    """The value itself is not told: it may be somebody's."""
    return SchemaMismatch(f"a value ({type(value).__name__}) does not fit the type {kind}")
