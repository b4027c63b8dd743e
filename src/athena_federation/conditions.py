"""The conditions of a query in the protocol's JSON: value sets, expressions, sort orders.

After https://github.com/awslabs/aws-athena-query-federation/tree/master/athena-federation-sdk/src/main/java/com/amazonaws/athena/connector/lambda/serde/v4
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from athena_federation.arrow_types import ARROW_TYPE
from athena_federation.errors import SchemaMismatch
from athena_federation.forms import (
    FLAG,
    TEXT,
    Form,
    dump_values,
    listed,
    load_schema_text,
    load_values,
    malformed,
    mapped,
    of_type,
    refused,
)
from athena_federation.messages import Constant, Direction, Expression, FunctionCall, Variable
from athena_federation.predicate import AllOrNoneValueSet, EquatableValueSet, Predicate, SortedRangeSet, ValueSet
from athena_federation.ranges import HIGHEST, LOWEST, Bound, Marker, Range


def member(value: Any, name: str, where: str) -> Any:
    """A member of an object that must have it."""
    if name not in of_type(value, Mapping, where, "an object"):
        raise malformed(f"{where}.{name}", "missing")
    return value[name]


def load_value_set(value: Any, where: str) -> ValueSet:
    """Raises RemoteProtocolError."""
    name = member(value, "@type", where)
    null_allowed = FLAG.load(member(value, "nullAllowed", where), f"{where}.nullAllowed")
    try:
        match name:
            case "SortedRangeSet" | "sortable":
                return load_ranges(value, where, null_allowed)
            case "EquatableValueSet" | "equatable":
                kind, values = load_values(member(value, "valueBlock", where), f"{where}.valueBlock")
                white_list = FLAG.load(member(value, "whiteList", where), f"{where}.whiteList")
                return EquatableValueSet(kind, values, white_list, null_allowed)
            case "AllOrNoneValueSet" | "allOrNone":
                kind = ARROW_TYPE.load(member(value, "type", where), f"{where}.type")
                return AllOrNoneValueSet(kind, FLAG.load(member(value, "all", where), f"{where}.all"), null_allowed)
    except SchemaMismatch as error:
        raise malformed(where, str(error)) from error
    raise malformed(where, f"no such value set is known: {str(name)[:40]}")


def load_ranges(value: Any, where: str, null_allowed: bool) -> SortedRangeSet:
    kind = ARROW_TYPE.load(member(value, "type", where), f"{where}.type")
    spans = of_type(member(value, "ranges", where), (list, tuple), f"{where}.ranges", "a list")
    ranges = [load_range(each, f"{where}.ranges[{n}]") for n, each in enumerate(spans)]
    if ranges and pa.types.is_nested(kind):  # whose children are told by the blocks only
        at = f"{where}.ranges[0].low.valueBlock.schema"
        schema = load_schema_text(spans[0]["low"]["valueBlock"]["schema"], at)
        kind = schema.field(0).type if len(schema) else kind
    return SortedRangeSet(kind, tuple(ranges), null_allowed)


def load_range(value: Any, where: str) -> Range:
    low, high = member(value, "low", where), member(value, "high", where)
    lower = load_marker(low, f"{where}.low")
    upper = lower if high == low else load_marker(high, f"{where}.high")
    if is_zero(lower) and is_zero(upper):
        return Range(Marker(0.0), Marker(0.0))  # from -0.0 to 0.0, which is a way in Java
    return Range(lower, upper)


def is_zero(end: Marker) -> bool:
    return isinstance(end.value, float) and end.value == 0


def load_marker(value: Any, where: str) -> Marker:
    bound = TEXT.load(member(value, "bound", where), f"{where}.bound")
    if bound not in Bound.__members__:
        raise malformed(f"{where}.bound", "no such bound is known")
    block = member(value, "valueBlock", where)
    if FLAG.load(member(value, "nullValue", where), f"{where}.nullValue"):
        if Bound[bound] == Bound.EXACTLY:
            raise malformed(where, "a value is expected, not NULL")
        return LOWEST if Bound[bound] == Bound.ABOVE else HIGHEST
    _, values = load_values(block, f"{where}.valueBlock")
    if len(values) != 1 or values[0] is None:
        raise malformed(f"{where}.valueBlock", "one value is expected")
    return Marker(values[0], Bound[bound])


def dump_value_set(allowed: Any, where: str, version: int) -> dict[str, Any]:
    """Raises LocalProtocolError."""
    match allowed:
        case SortedRangeSet():
            body: dict[str, Any] = {
                "type": ARROW_TYPE.dump(allowed.type, f"{where}.type", version),
                "ranges": [dump_range(allowed.type, each, f"{where}.ranges", version) for each in allowed.ranges],
            }
            name, early = "SortedRangeSet", "sortable"
        case EquatableValueSet():
            zeros = [-value for value in allowed.values if isinstance(value, float) and value == 0]
            block = dump_values(allowed.type, (*allowed.values, *zeros), f"{where}.valueBlock", version)
            body = {"valueBlock": block, "whiteList": FLAG.dump(allowed.white_list, f"{where}.whiteList", version)}
            name, early = "EquatableValueSet", "equatable"
        case AllOrNoneValueSet():
            kind = ARROW_TYPE.dump(allowed.type, f"{where}.type", version)
            body = {"type": kind, "all": FLAG.dump(allowed.all, f"{where}.all", version)}
            name, early = "AllOrNoneValueSet", "allOrNone"
        case _:
            raise refused(where, f"a value set is expected, not {type(allowed).__name__}")
    null_allowed = FLAG.dump(allowed.null_allowed, f"{where}.nullAllowed", version)
    return {"@type": early if version == 1 else name, **body, "nullAllowed": null_allowed}


def dump_range(kind: pa.DataType, span: Range, where: str, version: int) -> dict[str, Any]:
    """
    The range, with both zeros of a float in it or out of it.

    They are equal in SQL, but not in Java: https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/lang/Double.html#compare(double,double)
    """
    low, high = span.low, span.high
    if is_zero(low):
        low = Marker(-0.0 if low.bound == Bound.EXACTLY else 0.0, low.bound)
    if is_zero(high):
        high = Marker(0.0 if high.bound == Bound.EXACTLY else -0.0, high.bound)
    dumped = dump_marker(kind, low, where, version)
    same = high == low and not is_zero(low)
    return {"low": dumped, "high": dumped if same else dump_marker(kind, high, where, version)}


def dump_marker(kind: pa.DataType, marker: Marker, where: str, version: int) -> dict[str, Any]:
    unbounded = marker.value is None
    block = dump_values(kind, () if unbounded else (marker.value,), where, version)
    return {"valueBlock": block, "bound": marker.bound.name, "nullValue": unbounded}


def load_expression(value: Any, where: str) -> Expression:
    """Raises RemoteProtocolError."""
    match member(value, "@type", where):
        case "FunctionCallExpression" | "functionCall":
            function = member(value, "functionName", where)
            if isinstance(function, Mapping):
                function = member(function, "functionName", f"{where}.functionName")
            name = TEXT.load(function, f"{where}.functionName")
            kind = ARROW_TYPE.load(member(value, "type", where), f"{where}.type")
            arguments = EXPRESSIONS.load(member(value, "arguments", where), f"{where}.arguments")
            return FunctionCall(name, kind, arguments)
        case "VariableExpression" | "variable":
            column = TEXT.load(member(value, "columnName", where), f"{where}.columnName")
            return Variable(column, ARROW_TYPE.load(member(value, "type", where), f"{where}.type"))
        case "ConstantExpression" | "constant":
            return Constant(*load_values(member(value, "valueBlock", where), f"{where}.valueBlock"))
        case name:
            raise malformed(where, f"no such expression is known: {str(name)[:40]}")


def dump_expression(expression: Any, where: str, version: int) -> dict[str, Any]:
    """Raises LocalProtocolError."""
    match expression:
        case FunctionCall(name, kind, arguments):
            return {
                "@type": "FunctionCallExpression",
                "type": ARROW_TYPE.dump(kind, f"{where}.type", version),
                "functionName": {"functionName": TEXT.dump(name, f"{where}.functionName", version)},
                "arguments": EXPRESSIONS.dump(arguments, f"{where}.arguments", version),
            }
        case Variable(column, kind):
            return {
                "@type": "VariableExpression",
                "columnName": TEXT.dump(column, f"{where}.columnName", version),
                "type": ARROW_TYPE.dump(kind, f"{where}.type", version),
            }
        case Constant(kind, values):
            return {
                "@type": "ConstantExpression",
                "valueBlock": dump_values(kind, values, f"{where}.valueBlock", version),
                "type": ARROW_TYPE.dump(kind, f"{where}.type", version),
            }
    raise refused(where, f"an expression is expected, not {type(expression).__name__}")


def load_direction(value: Any, where: str) -> Direction:
    try:
        return Direction(TEXT.load(value, where))
    except ValueError as error:
        raise malformed(where, "no such direction is known") from error


def dump_direction(value: Any, where: str, version: int) -> str:  # noqa: ARG001
    try:
        return Direction(value).value
    except ValueError as error:
        raise refused(where, "no such direction is known") from error


VALUE_SETS = mapped(Form(load_value_set, dump_value_set))


def dump_predicate(value: Any, where: str, version: int) -> dict[str, Any]:
    if not isinstance(value, Predicate):
        raise refused(where, f"a predicate is expected, not {type(value).__name__}")
    summary: dict[str, Any] = VALUE_SETS.dump(value.summary, where, version)
    return summary


PREDICATE = Form(lambda value, where: Predicate(VALUE_SETS.load(value, where)), dump_predicate)
EXPRESSION = Form(load_expression, dump_expression)
EXPRESSIONS = listed(EXPRESSION)
DIRECTION = Form(load_direction, dump_direction)
