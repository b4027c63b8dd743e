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
    """What an array holds. Rows and maps have one too, which marks them as nested."""
    fields: tuple[tuple[str, Type], ...] = ()
    """Name, or '', and type of a row's fields; of a map `key` and `value`."""
    zone: str = ""
    """Of a timestamp with time zone: where its clock stands; '' for UTC."""

    def __str__(self) -> str:
        match self.name:
            case "row":
                return f"row({', '.join(f'{name} {kind}'.strip() for name, kind in self.fields)})"
            case "map":
                return f"map({', '.join(str(kind) for _, kind in self.fields)})"
            case "decimal":
                return f"decimal({self.precision},{self.scale})"
            case "char":
                return f"char({self.precision})"
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
VARCHAR, VARBINARY, JSON = Type("varchar"), Type("varbinary"), Type("json")
DATE, TIMESTAMP, TIMESTAMP_TZ = Type("date"), Type("timestamp", 3), Type("timestamp with time zone", 3)
SEVERAL = "several"
"""The zone of a value that may be in one or another."""
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


def row(*fields: tuple[str, Type]) -> Type:
    return Type("row", element=UNKNOWN, fields=fields)


def map_of(key: Type, value: Type) -> Type:
    return Type("map", element=UNKNOWN, fields=(("key", key), ("value", value)))


def char(length: int) -> Type:
    """A text of a fixed length, padded with spaces that do not count in comparisons."""
    return Type("char", length)


def is_char(kind: Type) -> bool:
    return kind.name == "char"


def is_array(kind: Type) -> bool:
    return kind.name == "array"


def has_map(kind: Type) -> bool:
    """Whether a map is in it: DuckDB tells equal maps apart by the order of their entries."""
    inner = [each for _, each in kind.fields] + ([kind.element] if kind.element else [])
    return kind.name == "map" or any(has_map(each) for each in inner)


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
        zone = left.zone if left.zone == right.zone else SEVERAL
        return Type(name, max(left.precision, right.precision), zone=zone)
    if left.element and right.element and is_array(left) and is_array(right):
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
        case "row":
            return f"STRUCT({', '.join(f'{quoted(name)} {to_duckdb(its)}' for name, its in labelled(kind))})"
        case "map":
            return f"MAP({', '.join(to_duckdb(its) for _, its in kind.fields)})"
        case "char":
            return "VARCHAR"
        case "timestamp" | "timestamp with time zone":
            return "TIMESTAMP"
        case "interval day to second" | "interval year to month":
            return "INTERVAL"
    return OTHERWISE_NAMED.get(kind, kind.name.upper())


OTHERWISE_NAMED = {JSON: "VARCHAR", VARBINARY: "BLOB", UNKNOWN: "INTEGER", REAL: "FLOAT"}
"""Types that DuckDB calls something else."""


def labelled(kind: Type) -> list[tuple[str, Type]]:
    """The fields of a row; those without a name are called field0, field1, …, as Athena shows them."""
    return [(name or f"field{n}", its) for n, (name, its) in enumerate(kind.fields)]


SHOWN = (DAY_INTERVAL, YEAR_INTERVAL)


def is_shown(kind: Type) -> bool:
    """Whether a result column of this type is given as the text that Athena shows, for want of another form."""
    return kind in SHOWN or (kind.name == TIMESTAMP_TZ.name and bool(kind.zone) and kind.zone != SEVERAL)


def result_type(kind: Type) -> pa.DataType:
    """The Arrow type of a result column. Raises UnsupportedSql."""
    return pa.string() if is_shown(kind) else to_arrow(kind)


def to_arrow(kind: Type) -> pa.DataType:  # noqa: C901  (a table of types)
    """The Arrow type that holds Athena's values of this type. Raises UnsupportedSql where there is none."""
    match kind.name:
        case "decimal":
            return pa.decimal128(kind.precision, kind.scale)
        case "array":
            return pa.list_(to_arrow(kind.element or UNKNOWN))
        case "row":
            return pa.struct([(name, to_arrow(its)) for name, its in labelled(kind)])
        case "map":
            return pa.map_(*(to_arrow(its) for _, its in kind.fields))
        case "timestamp":
            return pa.timestamp("ms")
        case "timestamp with time zone" if kind.zone:
            raise UnsupportedSql(
                "a result column in a time zone other than UTC; cast it to timestamp, date or varchar, which show its clock"
            )
        case "timestamp with time zone":
            return pa.timestamp("ms", "UTC")
        case "char":
            return pa.string()
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
    JSON: pa.string(),
}

ALIKE = {
    SMALLINT: (pa.uint8(),),
    INTEGER: (pa.uint16(),),
    BIGINT: (pa.uint32(),),
    REAL: (pa.float16(),),
    VARCHAR: (pa.large_string(), pa.string_view()),
    VARBINARY: (pa.large_binary(), pa.binary_view()),
}
"""Arrow types that Athena does not have, and that lose nothing in one that it has."""


def from_arrow(kind: pa.DataType) -> Type:
    """Raises UnsupportedSql for a type that Athena has no counterpart of."""
    if pa.types.is_nested(kind):
        return nested(kind)
    if pa.types.is_decimal(kind):
        return decimal(kind.precision, kind.scale)
    if pa.types.is_date64(kind):
        return TIMESTAMP
    if pa.types.is_timestamp(kind):
        return TIMESTAMP_TZ if kind.tz else TIMESTAMP
    if pa.types.is_uint64(kind):
        return decimal(20, 0)
    if pa.types.is_fixed_size_binary(kind):
        return VARBINARY
    for known, its in ARROW.items():
        if kind in (its, *ALIKE.get(known, ())):
            return known
    raise UnsupportedSql(f"columns of type {kind}")


def nested(kind: pa.DataType) -> Type:
    """An array, a row or a map. Raises UnsupportedSql."""
    if pa.types.is_map(kind):
        return map_of(from_arrow(kind.key_type), from_arrow(kind.item_type))
    if pa.types.is_list(kind) or pa.types.is_fixed_size_list(kind):
        return array(from_arrow(kind.value_type))
    if pa.types.is_struct(kind) and kind.num_fields:
        return row(*((field.name, from_arrow(field.type)) for field in kind))
    raise UnsupportedSql(f"columns of type {kind}")


def declared(kind: pa.DataType) -> str:
    """The DuckDB type of a column that has to be declared, though no statement may name it if it is not known here."""
    try:
        return to_duckdb(from_arrow(kind))
    except UnsupportedSql:
        return "BOOLEAN"


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
