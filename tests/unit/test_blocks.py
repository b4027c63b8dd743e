"""Arrow bytes: what is written is read again, and what is broken is named."""

# ruff: noqa: DTZ001  # date64 holds points in time without a zone

from __future__ import annotations

import struct
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.ipc
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from athena_federation.blocks import (
    Framing,
    dump_batch,
    dump_schema,
    load_batch,
    load_schema,
    unite,
    without_columns,
)
from athena_federation.errors import LocalProtocolError, RemoteProtocolError
from athena_federation.values import to_array

ZONED = pa.timestamp("ms", tz="UTC")
NOON = datetime(1969, 12, 31, 12, tzinfo=UTC)
COLUMNS = {
    "bool": pa.array([True, None, False]),
    "tiny": pa.array([1, None, -128], pa.int8()),
    "big": pa.array([1, None, -(2**63)], pa.int64()),
    "real": pa.array([0.5, None, float("inf")], pa.float32()),
    "decimal": pa.array([Decimal("1.10"), None, Decimal("-9.99")], pa.decimal128(38, 2)),
    "text": pa.array(["é\U0001f600", None, ""]),
    "bytes": pa.array([b"\xff", None, b""]),
    "day": pa.array([date(2024, 2, 29), None, date(1, 1, 1)]),
    "moment": to_array(pa.date64(), [datetime(2024, 2, 29, 23, 59), None, datetime(1969, 12, 31, 1)]),
    "zoned": pa.array([NOON, None, datetime(2024, 2, 29, tzinfo=UTC)], ZONED),
    "list": pa.array([[1, None], None, []], pa.list_(pa.int32())),
    "struct": pa.array([{"a": 1, "b": "x"}, None, {"a": None, "b": "y"}]),
    "map": pa.array([[("k", 1)], None, []], pa.map_(pa.string(), pa.int64())),
    "zoned_list": pa.array([[NOON, None], None, []], pa.list_(ZONED)),
    "zoned_struct": pa.array([{"a": NOON}, None, {"a": None}], pa.struct([("a", ZONED)])),
    "zoned_map": pa.array([[("k", NOON)], None, []], pa.map_(pa.string(), ZONED)),
}
FRAMINGS = pytest.mark.parametrize("framing", list(Framing))
BATCH = pa.record_batch(COLUMNS)
"""One column of each type, each with a NULL."""


@FRAMINGS
@pytest.mark.parametrize("start", [0, 1, 2])
@pytest.mark.parametrize("length", [1, 3])
def test_what_is_written_is_read_again(framing: Framing, start: int, length: int) -> None:
    batch = BATCH.slice(start, length)
    schema = load_schema(dump_schema(BATCH.schema, framing))
    assert schema == BATCH.schema
    read = load_batch(dump_batch(batch, framing), schema)
    assert read.equals(batch)
    read.validate()


@FRAMINGS
def test_the_same_batch_gives_the_same_bytes(framing: Framing) -> None:
    copy = pa.RecordBatch.from_pylist(BATCH.select(["text", "big"]).to_pylist(), BATCH.select(["text", "big"]).schema)
    assert dump_batch(BATCH, framing) == dump_batch(BATCH, framing)
    assert dump_batch(copy, framing) == dump_batch(copy, framing)
    assert dump_schema(BATCH.schema, framing) == dump_schema(BATCH.schema, framing)


def test_modern_messages_begin_with_a_marker_and_legacy_ones_with_their_length() -> None:
    modern, legacy = (dump_schema(BATCH.schema, framing) for framing in (Framing.MODERN, Framing.LEGACY))
    assert modern.startswith(b"\xff\xff\xff\xff")
    assert struct.unpack("<I", modern[4:8])[0] == len(modern) - 8
    assert struct.unpack("<I", legacy[:4])[0] == len(legacy) - 4
    assert pa.ipc.read_message(legacy).metadata_version == pa.ipc.MetadataVersion.V4
    assert pa.ipc.read_message(modern).metadata_version == pa.ipc.MetadataVersion.V5
    assert len(legacy) % 8 == len(modern) % 8 == 0


@pytest.mark.parametrize(
    ("version", "framing"),
    [(1, Framing.LEGACY), (2, Framing.LEGACY), (3, Framing.MODERN), (6, Framing.MODERN)],
)
def test_framing_changed_with_serde_3(version: int, framing: Framing) -> None:
    assert Framing.of(version) is framing


def test_the_metadata_of_a_schema_survives() -> None:
    schema = pa.schema([pa.field("a", pa.int64(), metadata={"x": "y"})], metadata={"a": "a comment"})
    assert load_schema(dump_schema(schema, Framing.LEGACY)).equals(schema, check_metadata=True)


@FRAMINGS
def test_no_rows_are_no_bytes(framing: Framing) -> None:
    assert dump_batch(BATCH.slice(0, 0), framing) == b""
    assert load_batch(b"", BATCH.schema).equals(BATCH.slice(0, 0))
    assert load_batch(b"", pa.schema([])).num_rows == 0


@FRAMINGS
def test_rows_without_columns_have_a_body_that_java_can_read(framing: Framing) -> None:
    data = dump_batch(without_columns(7), framing)
    assert len(data) % 8 == 0
    assert data[-8:] == bytes(8)
    assert load_batch(data, pa.schema([])).num_rows == 7
    message = pa.ipc.read_message(data)
    assert message.body.size == 8
    expected = pa.ipc.MetadataVersion.V4 if framing is Framing.LEGACY else pa.ipc.MetadataVersion.V5
    assert message.metadata_version == expected


def test_a_zoned_timestamp_is_packed_with_the_key_of_utc() -> None:
    batch = pa.record_batch({"at": pa.array([NOON, None], ZONED)})
    raw = pa.ipc.read_record_batch(pa.ipc.read_message(dump_batch(batch, Framing.MODERN)), batch.schema)
    assert raw.column(0).view(pa.int64()).to_pylist() == [-43_200_000 << 12, None]


def test_the_zone_of_a_packed_timestamp_does_not_change_the_point_in_time() -> None:
    tokyo = pa.record_batch({"at": pa.array([(-43_200_000 << 12) | 2072]).view(ZONED)})
    data = tokyo.serialize().to_pybytes()
    assert load_batch(data, tokyo.schema).column(0).to_pylist() == [NOON]


def test_a_timestamp_that_cannot_be_packed_is_refused() -> None:
    batch = pa.record_batch({"at": pa.array([2**52]).view(ZONED)})
    with pytest.raises(LocalProtocolError, match="cannot be written"):
        dump_batch(batch, Framing.MODERN)


@pytest.mark.parametrize(
    "kind",
    [
        pa.null(),
        pa.dictionary(pa.int8(), pa.string()),
        pa.large_string(),
        pa.large_binary(),
        pa.large_list(pa.int8()),
        pa.string_view(),
        pa.decimal256(40, 1),
        pa.list_(pa.null()),
        pa.struct([("deep", pa.map_(pa.string(), pa.large_string()))]),
        pa.duration("ms"),
    ],
    ids=str,
)
def test_a_type_that_java_misreads_is_refused_by_the_name_of_its_column(kind: pa.DataType) -> None:
    batch = pa.record_batch([pa.nulls(1, kind)], ["culprit"])
    with pytest.raises(LocalProtocolError, match="column 'culprit"):
        dump_batch(batch, Framing.MODERN)
    with pytest.raises(LocalProtocolError, match="column 'culprit"):
        dump_schema(batch.schema, Framing.LEGACY)


def test_batches_are_united_into_one() -> None:
    assert unite([BATCH.slice(0, 1), BATCH.slice(1)], BATCH.schema).equals(BATCH)
    assert unite([], BATCH.schema).equals(BATCH.slice(0, 0))
    assert unite([without_columns(2), without_columns(3)], pa.schema([])).num_rows == 5
    with pytest.raises(LocalProtocolError, match="do not make one block"):
        unite([BATCH], pa.schema({"other": pa.int64()}))


SCHEMA_BYTES = dump_schema(BATCH.schema, Framing.MODERN)
BATCH_BYTES = dump_batch(BATCH, Framing.MODERN)


def test_a_whole_stream_is_not_a_block() -> None:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, BATCH.schema) as writer:
        writer.write_batch(BATCH)
    with pytest.raises(RemoteProtocolError, match="a record batch message is expected, not one of type schema"):
        load_batch(sink.getvalue().to_pybytes(), BATCH.schema)


def test_a_second_batch_is_not_lost_in_silence() -> None:
    with pytest.raises(RemoteProtocolError, match="something follows"):
        load_batch(BATCH_BYTES * 2, BATCH.schema)


def test_the_end_of_a_stream_may_follow() -> None:
    assert load_batch(BATCH_BYTES + b"\xff\xff\xff\xff" + bytes(4), BATCH.schema).equals(BATCH)


def test_text_that_is_not_utf8_is_found_when_it_is_read() -> None:
    broken = pa.record_batch({"a": pa.array([b"\xff\xfe"])})
    with pytest.raises(RemoteProtocolError, match="UTF8"):
        load_batch(dump_batch(broken, Framing.MODERN), pa.schema({"a": pa.string()}))


@pytest.mark.parametrize(
    "data", [b"", b"\x00", bytes(4), b"\xff\xff\xff\xff\xff\xff\xff\x7f", SCHEMA_BYTES[:-1], BATCH_BYTES]
)
def test_what_is_not_a_schema_is_named(data: bytes) -> None:
    with pytest.raises(RemoteProtocolError, match="not an Arrow schema"):
        load_schema(data)


def changed(data: bytes, changes: list[tuple[int, int]], cut: int) -> bytes:
    result = bytearray(data)
    for place, value in changes:
        result[place % len(result)] = value
    return bytes(result[: len(result) - cut])


CHANGES = st.lists(st.tuples(st.integers(0, 10_000), st.sampled_from([0, 1, 0x7F, 0x80, 0xFF])), max_size=6)


@given(CHANGES, st.integers(0, 200))
@settings(max_examples=300, deadline=None)
@example([], 8)
def test_broken_bytes_are_an_error_or_a_valid_batch_and_never_a_crash(changes: list[tuple[int, int]], cut: int) -> None:
    try:
        batch = load_batch(changed(BATCH_BYTES, changes, cut), BATCH.schema)
    except RemoteProtocolError:
        return
    batch.validate()
    batch.select(["text", "list", "struct", "map", "decimal"]).to_pylist()


@given(CHANGES, st.integers(0, 50))
@settings(max_examples=300, deadline=None)
def test_broken_schemas_are_an_error_or_a_schema_and_never_a_crash(changes: list[tuple[int, int]], cut: int) -> None:
    try:
        str(load_schema(changed(SCHEMA_BYTES, changes, cut)))
    except RemoteProtocolError:
        return
