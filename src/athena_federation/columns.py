"""Columns of every Arrow type that the protocol knows, in a form that DuckDB holds without losing anything.

DuckDB would cut the time of day off a date64, which is a timestamp in this protocol
(https://github.com/awslabs/aws-athena-query-federation/wiki/Type-Mapping), and knows no 16-bit floats. A column of a
type that no statement can name is a column of NULLs here: its rows still count.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from athena_federation.dialect import Type, from_arrow, to_arrow
from athena_federation.errors import UnsupportedSql

MILLISECONDS = pa.timestamp("ms")
"""In UTC where the type has a zone."""


def storable(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The same rows in types that DuckDB takes for those that Athena has."""
    targets = [stored(field.type) for field in batch.schema]
    if targets == batch.schema.types:
        return batch
    columns = [
        pa.nulls(batch.num_rows, pa.bool_()) if target is None else converted(column, target)
        for column, target in zip(batch.columns, targets, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def is_known(kind: pa.DataType) -> bool:
    """Whether statements can name a column of the type."""
    return stored(kind) is not None


def stored(kind: pa.DataType) -> pa.DataType | None:
    """What a column of the type is converted to; None for a type that statements cannot name."""
    try:
        return without_zones(from_arrow(kind))
    except UnsupportedSql:
        return None


def without_zones(kind: Type) -> pa.DataType:
    match kind.name:
        case "timestamp" | "timestamp with time zone":
            return MILLISECONDS
        case "array" if kind.element:
            return pa.list_(without_zones(kind.element))
        case "row":
            return pa.struct([(name, without_zones(its)) for name, its in kind.fields])
        case "map":
            return pa.map_(*(without_zones(its) for _, its in kind.fields))
    return to_arrow(kind)


def converted(array: pa.Array, target: pa.DataType) -> pa.Array:
    kind = array.type
    if kind == target:
        return array
    if pa.types.is_date64(kind):
        return array.view(target)
    if pa.types.is_timestamp(kind):
        plain = array.view(pa.timestamp(kind.unit))
        return (
            plain.cast(target)
            if kind.unit in ("s", "ms")
            else pc.floor_temporal(plain, unit="millisecond").cast(target)
        )
    if pa.types.is_fixed_size_list(kind):
        return converted(array.cast(pa.list_(kind.value_type)), target)
    if pa.types.is_struct(kind):
        children = [converted(array.field(n), target.field(n).type) for n in range(kind.num_fields)]
        return pa.StructArray.from_arrays(children, fields=list(target), mask=array.is_null())
    if pa.types.is_list(kind) or pa.types.is_map(kind):
        entries = converted(array.values, target.field(0).type)
        return pa.Array.from_buffers(target, len(array), array.buffers()[:2], offset=array.offset, children=[entries])
    return array.cast(target)
