"""Columns that are longer than their batch, cut to its length.

Arrow's Java writes such batches and reads them: a struct's NULL in a row that is then given up (a filter of the Java SDK
dropped it) stays counted, https://github.com/apache/arrow-java/blob/main/vector/src/main/codegen/templates/StructWriters.java.
pyarrow refuses them, so the lengths in the message's flatbuffer are made true before it is read again, see
https://flatbuffers.dev/internals/ and https://github.com/apache/arrow/blob/main/format/Message.fbs.
"""

from __future__ import annotations

import struct

import pyarrow as pa

CONTINUATION = b"\xff\xff\xff\xff"
HEADER = 2
"""Slot of a Message's header."""
LENGTH, NODES = 0, 1
"""Slots of a RecordBatch."""
NODE = struct.Struct("<qq")
"""How long a column is, and how many of its cells are NULL; -1 lets the reader count."""


def cut(data: bytes, schema: pa.Schema) -> bytes:
    """
    The batch message with no column longer than the batch. The data must have been read as a message already.

    Raises struct.error or ValueError for something else than a batch of this many columns.
    """
    batch = pointed(data, member(data, pointed(data, 8 if data.startswith(CONTINUATION) else 4), HEADER))
    (length,) = struct.unpack_from("<q", data, member(data, batch, LENGTH))
    nodes = pointed(data, member(data, batch, NODES))
    at, changed = nodes + 4, bytearray(data)
    if struct.unpack_from("<I", data, nodes)[0] != sum(nodes_of(field.type) for field in schema):
        raise ValueError("the batch has another number of columns than its schema")
    for field in schema:
        cells, nulls = NODE.unpack_from(data, at)
        if cells > length:
            NODE.pack_into(changed, at, length, -1 if nulls else 0)
        at += NODE.size * nodes_of(field.type)
    return bytes(changed)


def nodes_of(kind: pa.DataType) -> int:
    """How many arrays a column consists of."""
    children = range(kind.num_fields) if pa.types.is_nested(kind) else ()
    return 1 + sum(nodes_of(kind.field(n).type) for n in children)


def pointed(data: bytes, at: int) -> int:
    """Where the offset that stands here leads to."""
    return at + int(struct.unpack_from("<I", data, at)[0])


def member(data: bytes, table: int, slot: int) -> int:
    """Where a member of a table stands. Raises ValueError where it is left out."""
    slots = table - struct.unpack_from("<i", data, table)[0]
    size = struct.unpack_from("<H", data, slots)[0]
    place = 4 + 2 * slot
    offset = struct.unpack_from("<H", data, slots + place)[0] if place < size else 0
    if not offset:
        raise ValueError("a member of the message is missing")
    return table + int(offset)
