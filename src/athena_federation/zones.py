"""Timestamps with a zone, as Presto packs them: milliseconds since 1970 in UTC, and the zone's key in the low 12 bits.

The protocol carries columns of type timestamp('ms', zone) in this form, see
https://github.com/awslabs/aws-athena-query-federation/blob/master/athena-federation-sdk/src/main/java/com/amazonaws/athena/connector/lambda/data/DateTimeFormatterUtil.java
A point in time needs no zone: we write the key of UTC, which is zero, and ignore the key that we read.
"""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

ZONE_BITS = 12

Convert = Callable[[pa.Array], pa.Array]


def pack(batch: pa.RecordBatch) -> pa.RecordBatch:
    """True timestamps as the wire has them. Raises pyarrow.ArrowInvalid past the year 73000."""
    return converted(batch, lambda cells: pc.multiply_checked(cells, 1 << ZONE_BITS))


def unpack(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Timestamps as the wire has them made true."""
    return converted(batch, lambda cells: pc.shift_right(cells, ZONE_BITS))


def converted(batch: pa.RecordBatch, convert: Convert) -> pa.RecordBatch:
    if not any(is_packed(field.type) for field in batch.schema):
        return batch
    columns = [remade(column, convert) for column in batch.columns]
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)


def is_packed(kind: pa.DataType) -> bool:
    """Whether a column of this type holds packed timestamps on the wire, at any depth."""
    if pa.types.is_timestamp(kind):
        return kind.unit == "ms" and kind.tz is not None
    return pa.types.is_nested(kind) and any(is_packed(kind.field(n).type) for n in range(kind.num_fields))


def remade(array: pa.Array, convert: Convert) -> pa.Array:
    kind = array.type
    if not is_packed(kind):
        return array
    if pa.types.is_timestamp(kind):
        return convert(array.view(pa.int64())).view(kind)
    if pa.types.is_struct(kind):
        children = [remade(array.field(n), convert) for n in range(kind.num_fields)]
        return pa.StructArray.from_arrays(children, fields=list(kind), mask=array.is_null())
    return pa.Array.from_buffers(  # a list or a map: the same offsets over other elements
        kind, len(array), array.buffers()[:2], offset=array.offset, children=[remade(array.values, convert)]
    )
