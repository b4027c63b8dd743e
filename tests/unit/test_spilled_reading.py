"""Spilled rows, there and back: an engine reads what a handler stored."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest
from tests.unit.memory import Memory
from tests.unit.spilling import SPLIT, opened
from tests.unit.weather import READINGS, Weather, everything, read_request, rows_of

from athena_federation.engine import Engine, loopback
from athena_federation.errors import (
    ConfigurationError,
    SpillError,
)
from athena_federation.handler import Handler
from athena_federation.messages import (
    RemoteReadRecordsResponse,
)
from athena_federation.predicate import ANY
from athena_federation.spill import (
    Spilling,
)


@pytest.mark.parametrize("version", range(1, 6))
def test_an_engine_with_the_store_reads_what_a_handler_spilled(version: int) -> None:
    store = Memory()
    spilling = Spilling(store=store, bucket="b", block_limit=75, answer_limit=10)
    engine = Engine(loopback(Handler(Weather().connector, spilling=spilling), version), catalog="weather", store=store)
    table = engine.describe(READINGS)
    batches = engine.read(table, columns=table.schema.names, partitions=engine.layout(table, ANY), predicate=ANY)
    assert [row for batch in batches for row in batch.to_pylist()] == everything()
    assert len(store.blobs) > 7


def spilling_engine(store: Memory, reader: Memory | None) -> Engine:
    handler = Handler(Weather().connector, spilling=Spilling(store=store, bucket="b", block_limit=75, answer_limit=10))
    return Engine(loopback(handler), catalog="weather", store=reader)


def read_all(engine: Engine) -> list[pa.RecordBatch]:
    table = engine.describe(READINGS)
    return list(engine.read(table, columns=["city"], partitions=engine.layout(table, ANY), predicate=ANY))


def test_a_block_that_is_not_in_the_store_is_an_error_not_fewer_rows() -> None:
    with pytest.raises(SpillError, match=r"block .*\.0 could not be read: KeyError"):
        read_all(spilling_engine(Memory(), Memory()))


def test_what_a_store_says_of_a_block_is_quoted() -> None:
    class Closed(Memory):
        def get(self, bucket: str, key: str) -> bytes:
            raise SpillError("s3:GetObject failed with AccessDenied")

    with pytest.raises(SpillError, match=r"^s3:GetObject failed with AccessDenied$"):
        read_all(spilling_engine(Memory(), Closed()))


def test_an_engine_without_a_store_says_that_it_cannot_read_spilled_rows() -> None:
    with pytest.raises(ConfigurationError, match="given no blob store"):
        read_all(spilling_engine(Memory(), None))


def test_rows_of_one_day_are_the_same_inline_and_spilled() -> None:
    store = Memory()
    handler = Handler(Weather().connector, spilling=Spilling(store=store))
    answer = handler(
        read_request({}, split=SPLIT, columns=("day", "city", "degrees", "taken"), max_inline_block_size=1)
    )
    assert isinstance(answer, RemoteReadRecordsResponse)
    assert [row for block in opened(store, answer) for row in block.to_pylist()] == rows_of(date(2026, 3, 2))
