"""Arrow schemas and batches, and the bytes that Athena's Java expects of them, in both framings.

A schema is one encapsulated IPC message, a batch another, see
https://arrow.apache.org/docs/format/Columnar.html#encapsulated-message-format. Legacy framing (before serde 3, and
in every spilled object) has no continuation marker and says metadata version 4; reading takes either.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from enum import Enum
from functools import lru_cache

import pyarrow as pa
from pyarrow import ipc

from athena_federation import overhang, zones
from athena_federation.errors import LocalProtocolError, RemoteProtocolError


class Framing(Enum):
    """How an Arrow message begins."""

    LEGACY = "legacy"
    """In serde 1 and 2, and in spilled objects of every version."""
    MODERN = "modern"
    """Since serde 3."""

    @classmethod
    def of(cls, version: int) -> Framing:
        """The framing of blocks within the JSON of a serde version."""
        return cls.LEGACY if version < 3 else cls.MODERN


OPTIONS = {
    Framing.LEGACY: ipc.IpcWriteOptions(metadata_version=ipc.MetadataVersion.V4, use_legacy_format=True),
    Framing.MODERN: ipc.IpcWriteOptions(),
}
END = {Framing.LEGACY: bytes(4), Framing.MODERN: b"\xff\xff\xff\xff" + bytes(4)}
"""What ends a stream, and does not belong to a message."""

UNREADABLE = (pa.ArrowException, ValueError, TypeError, OverflowError, OSError, EOFError, struct.error)
"""All that is raised about bytes that make no sense, by pyarrow for the most part."""


def dump_schema(schema: pa.Schema, framing: Framing) -> bytes:
    """
    The schema as one message. The same schema gives the same bytes.

    Raises LocalProtocolError for a type that Arrow's Java misreads.
    """
    for field in schema:
        require_readable(field.name, field.type)
    return stream(schema, [], framing)


def load_schema(data: bytes) -> pa.Schema:
    """The schema that one message holds. Raises RemoteProtocolError."""
    try:
        return parsed_schema(data)
    except UNREADABLE as error:
        raise RemoteProtocolError(f"not an Arrow schema: {first_line(error)}") from error


def dump_batch(batch: pa.RecordBatch, framing: Framing) -> bytes:
    """
    The batch as one message, without its schema; no bytes for no rows.

    The same batch gives the same bytes. Raises LocalProtocolError for a type that Arrow's Java misreads.
    """
    if not batch.num_rows:
        return b""
    if not batch.num_columns:
        return rows_without_columns(batch.num_rows, framing)
    head = len(dump_schema(batch.schema, framing))
    try:
        return stream(batch.schema, [zones.pack(batch)], framing)[head:]
    except UNREADABLE as error:
        raise LocalProtocolError(f"the batch cannot be written: {first_line(error)}") from error


def load_batch(data: bytes, schema: pa.Schema) -> pa.RecordBatch:
    """
    The rows that one message holds, checked down to the last cell. What a column has beyond them is left out.

    Raises RemoteProtocolError for anything else than one whole batch of this schema.
    """
    if not data:
        return pa.RecordBatch.from_arrays([pa.array([], field.type) for field in schema], schema=schema)
    try:
        message = one_message(data, "record batch")
        try:
            checked = ipc.read_record_batch(message, timed(schema))
        except OSError:  # what pyarrow says of a column that is longer than the batch, among others
            message = one_message(overhang.cut(data, schema), "record batch")
            checked = ipc.read_record_batch(message, timed(schema))
        checked.validate(full=True)
        return zones.unpack(ipc.read_record_batch(message, schema))
    except UNREADABLE as error:
        raise RemoteProtocolError(f"not an Arrow batch of the declared schema: {first_line(error)}") from error


def unite(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> pa.RecordBatch:
    """
    Many batches as the one that a block can hold: a second one would be lost on the way.

    Raises LocalProtocolError for batches of another schema, or too much text for one.
    """
    parts = list(batches)
    if not schema.names:
        return without_columns(sum(part.num_rows for part in parts))
    try:
        united = pa.Table.from_batches(parts, schema).combine_chunks().to_batches()
    except pa.ArrowException as error:
        raise LocalProtocolError(f"batches do not make one block: {first_line(error)}") from error
    if len(united) > 1:
        raise LocalProtocolError("batches do not make one block: more text in a column than an Arrow array can hold")
    return united[0] if united else load_batch(b"", schema)


def without_columns(rows: int) -> pa.RecordBatch:
    """A batch that has rows but no columns, as a bare count needs it."""
    return pa.RecordBatch.from_struct_array(pa.Array.from_buffers(pa.struct([]), rows, [None]))


def require_readable(name: str, kind: pa.DataType) -> None:
    """Raises LocalProtocolError."""
    if not any(test(kind) for test in READABLE):
        raise LocalProtocolError(
            f"column {name!r} is of type {kind}, which Athena cannot read: cast it before it is sent"
        )
    if pa.types.is_nested(kind):
        for n in range(kind.num_fields):
            require_readable(f"{name}.{kind.field(n).name}", kind.field(n).type)


READABLE: tuple[Callable[[pa.DataType], bool], ...] = (
    pa.types.is_boolean,
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_decimal128,
    pa.types.is_string,
    pa.types.is_binary,
    pa.types.is_fixed_size_binary,
    pa.types.is_date,
    pa.types.is_time,
    pa.types.is_timestamp,
    pa.types.is_interval,
    pa.types.is_list,
    pa.types.is_fixed_size_list,
    pa.types.is_struct,
    pa.types.is_map,
)
"""Not among them: dictionaries, null, large_* and *_view types, narrow and wide decimals, unions, extensions."""


def stream(schema: pa.Schema, batches: list[pa.RecordBatch], framing: Framing) -> bytes:
    sink = pa.BufferOutputStream()
    with ipc.new_stream(sink, schema, options=OPTIONS[framing]) as writer:
        for batch in batches:
            writer.write_batch(batch)
    written: bytes = sink.getvalue().to_pybytes()
    return written.removesuffix(END[framing])


def rows_without_columns(rows: int, framing: Framing) -> bytes:
    """
    A batch message of no column, with a body of eight bytes that nobody needs.

    pyarrow would write no body, on which Arrow's Java fails. So the flatbuffer is laid out here, see
    https://github.com/apache/arrow/blob/main/format/Message.fbs: two tables, each after the table of its slots.
    """
    metadata_version, record_batch = {Framing.LEGACY: 3, Framing.MODERN: 4}[framing], 3
    metadata = b"".join(
        (
            struct.pack("<I", 16),  # where the message is
            struct.pack("<HHHHHH", 12, 20, 16, 18, 4, 8),  # its slots: version, header type, header, body length
            struct.pack("<iIqHBx", 12, 28, 8, metadata_version, record_batch),
            struct.pack("<HHHHHxx", 10, 20, 8, 4, 16),  # slots of the record batch: length, nodes, buffers
            struct.pack("<iIqI", 12, 16, rows, 12),
            struct.pack("<I4xI", 0, 0),  # no nodes, no buffers
        )
    )
    prefix = b"" if framing is Framing.LEGACY else b"\xff\xff\xff\xff"
    metadata += bytes(-(len(prefix) + 4 + len(metadata)) % 8)
    return prefix + struct.pack("<I", len(metadata)) + metadata + bytes(8)


@lru_cache(maxsize=64)  # the ends of ranges come with one schema each, mostly the same
def parsed_schema(data: bytes) -> pa.Schema:
    schema = ipc.read_schema(one_message(data, "schema"))
    for field in schema:
        require_names(field)
    return schema


def require_names(field: pa.Field) -> None:
    """Raises UnicodeDecodeError for a name that is not text: pyarrow looks at names only when they are asked for."""
    _ = field.name
    if pa.types.is_nested(field.type):
        for n in range(field.type.num_fields):
            require_names(field.type.field(n))


def one_message(data: bytes, kind: str) -> ipc.Message:
    """The only message in the data. Raises one of UNREADABLE."""
    reader = pa.BufferReader(data)
    message = ipc.read_message(reader)
    if message.type != kind:
        raise ValueError(f"a {kind} message is expected, not one of type {message.type}")
    if data[reader.tell() :] not in (b"", *END.values()):
        raise ValueError(f"something follows the {kind} message")
    return message


def timed(schema: pa.Schema) -> pa.Schema:
    """The schema with date64 as the timestamp that it is in this protocol: pyarrow holds that a date has no time."""
    return pa.schema([field.with_type(timed_type(field.type)) for field in schema])


def timed_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_date64(kind):
        return pa.timestamp("ms")
    if pa.types.is_list(kind):
        return pa.list_(kind.value_field.with_type(timed_type(kind.value_type)))
    if pa.types.is_map(kind):
        return pa.map_(timed_type(kind.key_type), timed_type(kind.item_type))
    if pa.types.is_struct(kind):
        return pa.struct([child.with_type(timed_type(child.type)) for child in kind])
    return kind


def first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0]
