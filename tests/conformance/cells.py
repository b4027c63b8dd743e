"""Cells told in a form that Python and Java agree on, and where messages differ.

Whole numbers, days and moments (since 1970) and decimals are told as text, floats as their bits, bytes as hexadecimal;
so a sign of zero or a millisecond cannot get lost in the comparison.
"""

from __future__ import annotations

import dataclasses
import json
import struct
from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pyarrow as pa

from athena_federation.blocks import load_batch, load_schema
from athena_federation.forms import load_bytes
from athena_federation.predicate import AllOrNoneValueSet, EquatableValueSet
from athena_federation.ranges import Marker


def rows(batch: pa.RecordBatch) -> list[list[Any]]:
    """The rows of a batch, each a list of cells."""
    columns = [column(each) for each in batch.columns]
    return [list(row) for row in zip(*columns, strict=True)] if columns else [[] for _ in range(batch.num_rows)]


def column(array: pa.Array) -> list[Any]:
    """The cells of an array."""
    kind, valid = array.type, array.is_valid().to_pylist()
    if pa.types.is_struct(kind):
        children = [column(array.field(n)) for n in range(kind.num_fields)]
        told = [list(row) for row in zip(*children, strict=True)] if children else [[] for _ in valid]
        return masked(told, valid)
    if pa.types.is_map(kind):
        pairs = [list(pair) for pair in zip(column(array.keys), column(array.items), strict=True)]
        return masked(sliced(pairs, array), valid)
    if pa.types.is_list(kind):
        return masked(sliced(column(array.values), array), valid)
    return [None if cell is None else plain(kind, cell) for cell in readable(array).to_pylist()]


def masked(cells: list[Any], valid: list[bool]) -> list[Any]:
    return [cell if there else None for cell, there in zip(cells, valid, strict=True)]


def sliced(elements: list[Any], array: pa.Array) -> list[Any]:
    ends = array.offsets.to_pylist()
    return [elements[start:end] for start, end in pairwise(ends)]


def readable(array: pa.Array) -> pa.Array:
    kind = array.type
    if pa.types.is_date32(kind):
        return array.view(pa.int32())
    if pa.types.is_date64(kind) or pa.types.is_timestamp(kind):
        return array.view(pa.int64())
    return array


def plain(kind: pa.DataType, cell: Any) -> Any:
    match cell:
        case bool():
            return cell
        case float():
            layout = ">f" if pa.types.is_float32(kind) else ">d"
            return "NaN" if cell != cell else struct.pack(layout, cell).hex()  # noqa: PLR0124
        case Decimal():
            return f"{cell:f}"
        case bytes():
            return cell.hex()
    return str(cell)


def cells_by_place(document: Any, where: str = "$") -> dict[str, Any]:
    """The cells of every block within a JSON document, by where it stands."""
    if isinstance(document, Mapping):
        if {"aId", "schema", "records"} <= document.keys():
            schema = load_schema(load_bytes(document["schema"], where))
            return {where: rows(load_batch(load_bytes(document["records"], where), schema))}
        places = [(f"{where}.{name}", value) for name, value in document.items()]
    elif isinstance(document, list):
        places = [(f"{where}[{n}]", value) for n, value in enumerate(document)]
    else:
        places = []
    return {place: cells for name, value in places for place, cells in cells_by_place(value, name).items()}


def meaning(value: Any) -> Any:
    """A message as plain values that are equal where messages mean the same, in whatever order sets were written."""
    if isinstance(value, (pa.RecordBatch, pa.Schema, pa.Field, pa.DataType)):
        return arrow_meaning(value)
    if isinstance(value, AllOrNoneValueSet):  # Java's isAll() says no where NULL is not allowed
        return ["AllOrNoneValueSet", str(value.type), value.all and value.null_allowed, value.null_allowed]
    if isinstance(value, float):
        return plain(pa.float64(), value)
    if isinstance(value, Mapping):
        return {name: meaning(each) for name, each in value.items()}
    if isinstance(value, (tuple, list)):
        return [meaning(each) for each in value]
    return members(value) if dataclasses.is_dataclass(value) else value


def members(message: Any) -> Any:
    told = {field.name: getattr(message, field.name) for field in dataclasses.fields(message)}
    if isinstance(message, Marker):  # both zeros of a float are one
        told["value"] = one_zero(message.value)
    if isinstance(message, EquatableValueSet):
        told["values"] = [one_zero(value) for value in message.values]
    told = {name: meaning(value) for name, value in told.items()}
    for name in SETS & told.keys():
        told[name] = sorted(told[name], key=lambda each: json.dumps(each, sort_keys=True, default=str))
    return [type(message).__name__, told]


def one_zero(value: Any) -> Any:
    return value + 0.0 if isinstance(value, float) else value


def arrow_meaning(value: Any) -> Any:
    match value:
        case pa.RecordBatch():
            return {"schema": arrow_meaning(value.schema), "rows": rows(value)}
        case pa.Schema():
            return {"metadata": texts(value.metadata), "fields": [arrow_meaning(field) for field in value]}
        case pa.Field():
            children = [arrow_meaning(value.type.field(n)) for n in range(value.type.num_fields)]
            return [value.name, str(value.type), value.nullable, texts(value.metadata), children]
    return str(value)


SETS = {"splits", "partition_columns"}
"""What Java keeps in sets, so that its order is anybody's."""


def texts(metadata: Mapping[bytes, bytes] | None) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in (metadata or {}).items()}
