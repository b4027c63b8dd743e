"""Arrow's types in the protocol's JSON: `{"@type": "Int", "bitWidth": 32, "isSigned": true}`.

Nested types lose their children in this form: after reading, a child is `null`, and the key of a map, which must not be, text. The names are those of
https://github.com/apache/arrow-java/blob/main/vector/src/main/codegen/data/ArrowTypes.tdd
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa

from athena_federation.forms import Form, malformed, of_type, refused

UNITS = {"SECOND": "s", "MILLISECOND": "ms", "MICROSECOND": "us", "NANOSECOND": "ns"}
UNIT_NAMES = {unit: name for name, unit in UNITS.items()}
PRECISIONS = {"HALF": pa.float16(), "SINGLE": pa.float32(), "DOUBLE": pa.float64()}
PRECISION_NAMES = {kind: name for name, kind in PRECISIONS.items()}
DATES = {"DAY": pa.date32(), "MILLISECOND": pa.date64()}
INTEGERS = {
    (kind.bit_width, signed): kind
    for signed, kinds in (
        (True, (pa.int8(), pa.int16(), pa.int32(), pa.int64())),
        (False, (pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64())),
    )
    for kind in kinds
}
TIMES = {32: pa.time32, 64: pa.time64}

LOADED: dict[str, Callable[[Mapping[str, Any]], pa.DataType]] = {
    "int": lambda members: INTEGERS[int(members["bitWidth"]), bool(members["isSigned"])],
    "floatingpoint": lambda members: PRECISIONS[members["precision"]],
    "decimal": lambda members: pa.decimal128(int(members["precision"]), int(members["scale"])),
    "date": lambda members: DATES[members["unit"]],
    "time": lambda members: TIMES[int(members["bitWidth"])](UNITS[members["unit"]]),
    "timestamp": lambda members: pa.timestamp(UNITS[members["unit"]], members.get("timezone")),
    "interval": lambda members: {"MONTH_DAY_NANO": pa.month_day_nano_interval()}[members["unit"]],
    "fixedsizebinary": lambda members: pa.binary(positive(members["byteWidth"])),
    "fixedsizelist": lambda members: pa.list_(pa.null(), positive(members["listSize"])),
    "utf8": lambda members: pa.string(),  # noqa: ARG005
    "binary": lambda members: pa.binary(),  # noqa: ARG005
    "bool": lambda members: pa.bool_(),  # noqa: ARG005
    "null": lambda members: pa.null(),  # noqa: ARG005
    "struct": lambda members: pa.struct([]),  # noqa: ARG005
    "list": lambda members: pa.list_(pa.null()),  # noqa: ARG005
    "map": lambda members: pa.map_(pa.string(), pa.null()),  # noqa: ARG005
}

DUMPED: tuple[tuple[Callable[[pa.DataType], bool], str, Callable[[pa.DataType], dict[str, Any]]], ...] = (
    (pa.types.is_signed_integer, "Int", lambda kind: {"bitWidth": kind.bit_width, "isSigned": True}),
    (pa.types.is_unsigned_integer, "Int", lambda kind: {"bitWidth": kind.bit_width, "isSigned": False}),
    (pa.types.is_floating, "FloatingPoint", lambda kind: {"precision": PRECISION_NAMES[kind]}),
    (pa.types.is_decimal128, "Decimal", lambda kind: {"precision": kind.precision, "scale": kind.scale}),
    (pa.types.is_date32, "Date", lambda kind: {"unit": "DAY"}),  # noqa: ARG005
    (pa.types.is_date64, "Date", lambda kind: {"unit": "MILLISECOND"}),  # noqa: ARG005
    (pa.types.is_time, "Time", lambda kind: {"unit": UNIT_NAMES[kind.unit], "bitWidth": kind.bit_width}),
    (pa.types.is_timestamp, "Timestamp", lambda kind: {"unit": UNIT_NAMES[kind.unit], "timezone": kind.tz}),
    (pa.types.is_interval, "Interval", lambda kind: {"unit": "MONTH_DAY_NANO"}),  # noqa: ARG005
    (pa.types.is_fixed_size_binary, "FixedSizeBinary", lambda kind: {"byteWidth": kind.byte_width}),
    (pa.types.is_fixed_size_list, "FixedSizeList", lambda kind: {"listSize": kind.list_size}),
    (pa.types.is_string, "Utf8", lambda kind: {}),  # noqa: ARG005
    (pa.types.is_binary, "Binary", lambda kind: {}),  # noqa: ARG005
    (pa.types.is_boolean, "Bool", lambda kind: {}),  # noqa: ARG005
    (pa.types.is_null, "Null", lambda kind: {}),  # noqa: ARG005
    (pa.types.is_struct, "Struct", lambda kind: {}),  # noqa: ARG005
    (pa.types.is_list, "List", lambda kind: {}),  # noqa: ARG005
    (pa.types.is_map, "Map", lambda kind: {}),  # noqa: ARG005
)

EARLY: dict[str, dict[str, Any]] = {"Decimal": {"bitWidth": 128}, "Map": {"keysSorted": False}}
"""What version 1 says besides."""


def positive(value: Any) -> int:
    number = int(value)
    if not 0 < number < 1 << 31:
        raise ValueError("a positive number of 32 bits is expected")
    return number


def load_type(value: Any, where: str) -> pa.DataType:
    """The type that a JSON object names, in the form of any version. Raises RemoteProtocolError."""
    of_type(value, Mapping, where, "an Arrow type")
    name = value.get("@type", value.get("name"))
    try:
        return LOADED[name.lower()](value)
    except (AttributeError, LookupError, TypeError, ValueError, OverflowError, pa.ArrowException) as error:
        raise malformed(where, f"no such Arrow type is known: {str(name)[:40]}") from error


def dump_type(kind: Any, where: str, version: int) -> dict[str, Any]:
    """The JSON object that names a type. Raises LocalProtocolError for a type that has none."""
    for test, name, members in DUMPED:
        if isinstance(kind, pa.DataType) and test(kind):
            if version > 1:
                return {"@type": name, **members(kind)}
            return {"name": name.lower(), **members(kind), **EARLY.get(name, {})}
    raise refused(where, f"the protocol has no name for the type {kind}")


ARROW_TYPE = Form(load_type, dump_type)
