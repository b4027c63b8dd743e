"""What botocore's service models say about a request, in full: botocore itself checks less.

Besides required members, unknown ones and types: enumerations, patterns, all limits, and that of a union exactly one
variant is given. Which structures are unions stands in the models' prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import botocore.session

UNION = re.compile(r"only one of the attributes|union type structure|variant type structure", re.IGNORECASE)
ALSO_UNIONS = {
    "DimensionField", "MeasureField", "ConditionalFormattingColor", "ConditionalFormattingIcon", "FieldSortOptions",
    "PivotTableSortBy", "NumericRangeFilterValue", "LineChartFieldWells",
}  # fmt: skip
"""Structures of alternatives whose prose does not say so."""
KINDS: dict[str, type | tuple[type, ...]] = {
    "string": str, "integer": int, "long": int, "double": (int, float), "float": (int, float), "boolean": bool,
    "list": list, "map": dict, "structure": dict,
}  # fmt: skip


@cache
def model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


def problems(service: str, operation: str, request: Mapping[str, Any]) -> list[str]:
    """Everything that the model does not allow in a request, each with its path."""
    shape = model(service).operation_model(operation).input_shape
    return list(_walk(shape, request, operation))


def _walk(shape: Any, value: Any, path: str) -> Iterator[str]:
    kind = KINDS.get(shape.type_name)
    if kind and (not isinstance(value, kind) or (isinstance(value, bool) and shape.type_name != "boolean")):
        yield f"{path}: {type(value).__name__} where {shape.type_name} is expected"
        return
    yield from _limits(shape, value, path)
    match shape.type_name:
        case "structure":
            yield from _structure(shape, value, path)
        case "list":
            for number, item in enumerate(value):
                yield from _walk(shape.member, item, f"{path}[{number}]")
        case "map":
            for key, item in value.items():
                yield from _walk(shape.key, key, f"{path} key {key}")
                yield from _walk(shape.value, item, f"{path}.{key}")


def _structure(shape: Any, value: dict[str, Any], path: str) -> Iterator[str]:
    for name in shape.required_members:
        if name not in value:
            yield f"{path}: {name} is missing"
    for name, item in value.items():
        if name not in shape.members:
            yield f"{path}: {name} is unknown"
        else:
            yield from _walk(shape.members[name], item, f"{path}.{name}")
    union = shape.name in ALSO_UNIONS or UNION.search(shape.documentation or "")
    if union and len(shape.members) > 1 and len(value) != 1:
        yield f"{path}: {len(value)} variants of {shape.name}, where exactly one is to be given"


def _limits(shape: Any, value: Any, path: str) -> Iterator[str]:
    enum, limits = getattr(shape, "enum", None), shape.metadata
    if enum and value not in enum:
        yield f"{path}: {value!r} is none of {', '.join(enum)}"
    size = value if shape.type_name in {"integer", "long", "double", "float"} else None
    if size is None and shape.type_name in {"string", "list", "map"}:
        size = len(value)
    if size is not None and not limits.get("min", size) <= size <= limits.get("max", size):
        yield f"{path}: {size} is not between {limits.get('min')} and {limits.get('max')}"
    wanted = _compiled(limits.get("pattern", ""))
    if wanted and isinstance(value, str) and not wanted.fullmatch(value):
        yield f"{path}: {value!r} does not match {wanted.pattern}"


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """The pattern, where Python can read it: the models write Java's."""
    try:
        return re.compile(pattern) if pattern else None
    except re.error:
        return None
