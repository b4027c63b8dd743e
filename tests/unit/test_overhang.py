"""Columns longer than their batch, as a connector in Java sends them after a filter has dropped the last row."""

from __future__ import annotations

import struct

import pyarrow as pa
import pytest

from athena_federation.blocks import Framing, dump_batch, load_batch
from athena_federation.errors import RemoteProtocolError

FRAMINGS = pytest.mark.parametrize("framing", list(Framing))
PLACE = pa.struct([("city", pa.string()), ("height", pa.float64())])
BATCH = pa.record_batch(
    {
        "id": pa.array([7, 8, 9]),
        "tags": pa.array([["a"], None, ["b", None]]),
        "place": pa.array([{"city": "Oslo", "height": 1.5}, {"city": None, "height": 2.5}, None], PLACE),
        "named": pa.array([[("k", 1)], [], None], pa.map_(pa.string(), pa.int64())),
    }
)


def shortened(data: bytes, rows: int, length: int) -> bytes:
    """The message that says it has fewer rows than its columns have."""
    before, after = struct.pack("<q", rows), struct.pack("<q", length)
    node_of_id = data.index(struct.pack("<qq", rows, 0))
    places = [n for n in range(len(data) - 8) if data[n : n + 8] == before and n < node_of_id]
    assert len(places) == 1, "the batch's own length stands before its nodes, once"
    return data[: places[0]] + after + data[places[0] + 8 :]


@FRAMINGS
@pytest.mark.parametrize("length", [1, 2])
def test_rows_beyond_the_batch_are_left_out(framing: Framing, length: int) -> None:
    data = shortened(dump_batch(BATCH, framing), 3, length)
    assert load_batch(data, BATCH.schema).equals(BATCH.slice(0, length))


@FRAMINGS
def test_a_column_shorter_than_the_batch_is_refused(framing: Framing) -> None:
    data = shortened(dump_batch(BATCH, framing), 3, 4)
    with pytest.raises(RemoteProtocolError, match="not an Arrow batch of the declared schema"):
        load_batch(data, BATCH.schema)


def test_a_batch_of_another_schema_is_refused() -> None:
    data = dump_batch(BATCH, Framing.MODERN)
    with pytest.raises(RemoteProtocolError, match="not an Arrow batch of the declared schema"):
        load_batch(data, pa.schema([("id", pa.int64()), ("place", PLACE), ("more", pa.list_(PLACE))]))
