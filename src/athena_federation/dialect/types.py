"""Trino's types as far as statements here use them: names, coercions, and their Arrow and DuckDB counterparts.

Rules of coercion: https://trino.io/docs/current/language/types.html and Trino's `TypeCoercion` class.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from athena_federation.errors import UnsupportedSql


@dataclass(frozen=True, slots=True)
class Type:
    """A Trino type. Varchar lengths are not kept: no rule here depends on them. A timestamp has 0 to 3 decimals."""

    name: str
    precision: int = 0
    scale: int = 0
    element: Type | None = None

    def __str__(self) -> str:
        match self.name:
            case "decimal":
                return f"decimal({self.precision},{self.scale})"
            case "array":
                return f"array({self.element})"
            case "timestamp":
                return f"timestamp({self.precision})"
            case "timestamp with time zone":
                return f"timestamp({self.precision}) with time zone"
        return self.name


UNKNOWN = Type("unknown")
BOOLEAN = Type("boolean")
TINYINT, SMALLINT, INTEGER, BIGINT = (Type(name) for name in ("tinyint", "smallint", "integer", "bigint"))
REAL, DOUBLE = Type("real"), Type("double")
VARCHAR, VARBINARY = Type("varchar"), Type("varbinary")
DATE, TIMESTAMP, TIMESTAMP_TZ = Type("date"), Type("timestamp", 3), Type("timestamp with time zone", 3)
DAY_INTERVAL, YEAR_INTERVAL = Type("interval day to second"), Type("interval year to month")

INTEGERS = (TINYINT, SMALLINT, INTEGER, BIGINT)
TIMES = ("date", "timestamp", "timestamp with time zone")
"""Each coerces to those after it."""
DIGITS = {"tinyint": 3, "smallint": 5, "integer": 10, "bigint": 19}
"""Decimal digits that hold every value of an integer type."""


def decimal(precision: int, scale: int) -> Type:
    """Precision is capped at 38, as Trino caps it."""
    if scale > 38:
        raise UnsupportedSql(f"a decimal with {scale} digits after the point: Athena's decimals hold 38 digits")
    return Type("decimal", min(38, precision), scale)


def array(element: Type) -> Type:
    return Type("array", element=element)


def is_integer(kind: Type) -> bool:
    return kind in INTEGERS


def is_decimal(kind: Type) -> bool:
    return kind.name == "decimal"


def is_float(kind: Type) -> bool:
    return kind in (REAL, DOUBLE)


def is_number(kind: Type) -> bool:
    return is_integer(kind) or is_decimal(kind) or is_float(kind)


def is_time(kind: Type) -> bool:
    return kind.name in TIMES


def as_decimal(kind: Type) -> Type:
    """The decimal that an integer type coerces to."""
    return kind if is_decimal(kind) else decimal(DIGITS[kind.name], 0)


def common(left: Type, right: Type) -> Type | None:
    """The type both coerce to without a cast, or None where Trino reports TYPE_MISMATCH."""
    if right in (left, UNKNOWN):
        return left
    if left == UNKNOWN:
        return right
    if is_integer(left) and is_integer(right):
        return max(left, right, key=INTEGERS.index)
    if is_number(left) and is_number(right):
        if DOUBLE in (left, right):
            return DOUBLE
        if REAL in (left, right):
            return REAL
        a, b = as_decimal(left), as_decimal(right)
        scale = max(a.scale, b.scale)
        return decimal(max(a.precision - a.scale, b.precision - b.scale) + scale, scale)
    if is_time(left) and is_time(right):
        name = max(left.name, right.name, key=TIMES.index)
        return Type(name, max(left.precision, right.precision))
    if left.element and right.element:
        element = common(left.element, right.element)
        return array(element) if element else None
    return None


def coerces(source: Type, target: Type) -> bool:
    """Whether Trino accepts a value of one type where the other is expected."""
    return common(source, target) == target


def to_duckdb(kind: Type) -> str:
    """The DuckDB type that holds the same values. Zoned timestamps are kept as UTC timestamps."""
    match kind.name:
        case "decimal":
            return f"DECIMAL({kind.precision},{kind.scale})"
        case "array":
            return f"{to_duckdb(kind.element or UNKNOWN)}[]"
        case "timestamp" | "timestamp with time zone":
            return "TIMESTAMP"
        case "varbinary":
            return "BLOB"
        case "unknown":
            return "INTEGER"
        case "real":
            return "FLOAT"
        case "interval day to second" | "interval year to month":
            return "INTERVAL"
    return kind.name.upper()


def to_arrow(kind: Type) -> pa.DataType:
    """The Arrow type in which Athena's answer of this type is given."""
    match kind.name:
        case "decimal":
            return pa.decimal128(kind.precision, kind.scale)
        case "array":
            return pa.list_(to_arrow(kind.element or UNKNOWN))
        case "timestamp":
            return pa.timestamp("ms")
        case "timestamp with time zone":
            return pa.timestamp("ms", "UTC")
        case "unknown":
            return pa.null()
    if kind in ARROW:
        return ARROW[kind]
    raise UnsupportedSql(f"a result column of type {kind}: cast it, or use date_diff for a distance in time")


ARROW = {
    BOOLEAN: pa.bool_(),
    TINYINT: pa.int8(),
    SMALLINT: pa.int16(),
    INTEGER: pa.int32(),
    BIGINT: pa.int64(),
    REAL: pa.float32(),
    DOUBLE: pa.float64(),
    VARCHAR: pa.string(),
    VARBINARY: pa.binary(),
    DATE: pa.date32(),
}


def from_arrow(kind: pa.DataType) -> Type:
    """Raises UnsupportedSql for a type that statements here cannot use yet."""
    if pa.types.is_decimal(kind):
        return decimal(kind.precision, kind.scale)
    if pa.types.is_list(kind):
        return array(from_arrow(kind.value_type))
    if pa.types.is_date64(kind):
        return TIMESTAMP
    if pa.types.is_timestamp(kind):
        return TIMESTAMP_TZ if kind.tz else TIMESTAMP
    for known, its in ARROW.items():
        if its == kind:
            return known
    raise UnsupportedSql(f"columns of type {kind}")
