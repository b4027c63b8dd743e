"""The engine's side: the same rows over every road, in order, or a named error."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.memory import Memory
from tests.unit.weather import READINGS, STATIONS, Weather, everything

from athena_federation import engine
from athena_federation.engine import Engine, Progress, Transport, in_order, in_process, loopback
from athena_federation.errors import RemoteProtocolError, SourceError, SpillError, UnknownColumn, UnknownTable
from athena_federation.handler import Handler
from athena_federation.messages import (
    GetSplitsRequest,
    GetSplitsResponse,
    GetTableResponse,
    ListSchemasResponse,
    ListTablesResponse,
    ReadRecordsRequest,
    ReadRecordsResponse,
    RemoteReadRecordsResponse,
    Request,
    Response,
    S3SpillLocation,
    Split,
    TableName,
)
from athena_federation.predicate import ANY, Predicate, at_least, at_most, equal_to, is_null
from athena_federation.spill import Spilling

ROADS: dict[str, Callable[[Handler], Transport]] = {
    "a call": in_process,
    **{f"serde {version}": partial(loopback, version=version) for version in range(1, 6)},
}


def engine_over(road: str, weather: Weather | None = None) -> Engine:
    return Engine(ROADS[road](Handler((weather or Weather()).connector)), catalog="weather")


def rows(
    engine: Engine, predicate: Predicate = ANY, columns: Iterable[str] = ("day", "city", "degrees", "taken")
) -> list[dict[str, object]]:
    table = engine.describe(READINGS)
    partitions = engine.layout(table, predicate)
    return [
        row
        for batch in engine.read(table, columns=list(columns), partitions=partitions, predicate=predicate)
        for row in batch.to_pylist()
    ]


@pytest.mark.parametrize("road", ROADS)
def test_every_road_gives_the_same_rows_in_the_same_order(road: str) -> None:
    assert rows(engine_over(road)) == everything()


DAYS = st.integers(0, 9).map(lambda n: f"2026-03-0{n}")
CONDITIONS = st.fixed_dictionaries(
    {},
    optional={
        "day": st.one_of(
            st.lists(DAYS, max_size=3).map(lambda values: equal_to(pa.string(), *values)),
            DAYS.map(lambda low: at_least(pa.string(), low)),
        ),
        "degrees": st.one_of(
            st.integers(0, 80).map(lambda high: at_most(pa.int64(), high)), st.just(is_null(pa.int64()))
        ),
        "city": st.just(equal_to(pa.string(), "Rome")),
    },
)


@given(CONDITIONS.map(Predicate), st.sampled_from(sorted(ROADS)))
@settings(max_examples=60, deadline=None)
def test_the_rows_of_a_predicate_are_those_of_a_filter_after_a_full_read(predicate: Predicate, road: str) -> None:
    assert rows(engine_over(road), predicate) == [row for row in everything() if predicate.matches(row)]


@pytest.mark.parametrize("road", ROADS)
def test_what_there_is_can_be_listed_and_described(road: str) -> None:
    engine = engine_over(road)
    assert engine.schemas() == ("weather",)
    assert engine.tables("weather") == [READINGS, STATIONS]
    assert engine.describe(READINGS).partition_columns == ("day",)
    assert engine.ping().source_type == "weather"


@pytest.mark.parametrize("road", ROADS)
def test_an_error_of_the_connector_arrives_as_it_was_raised(road: str) -> None:
    with pytest.raises(UnknownTable, match=r"no table weather\.tides"):
        engine_over(road).describe(TableName("weather", "tides"))


def test_only_the_partitions_and_columns_asked_for_are_read() -> None:
    weather = Weather()
    predicate = Predicate({"day": equal_to(pa.string(), "2026-03-04")})
    assert len(rows(engine_over("a call", weather), predicate, ["city"])) == 3
    (scan,) = weather.scans
    assert scan.columns == ("day", "city")


def test_a_column_is_read_where_none_is_asked_for_so_that_rows_can_be_counted() -> None:
    assert len(rows(engine_over("serde 5"), columns=[])) == len(everything())


def test_no_partitions_are_no_calls_at_all() -> None:
    asked: list[Request] = []
    handler = Handler(Weather().connector)

    def transport(request: Request) -> Response:
        asked.append(request)
        return handler(request)

    engine = Engine(transport, catalog="weather")
    table = engine.describe(READINGS)
    nothing = engine.layout(table, Predicate({"day": equal_to(pa.string())}))
    assert list(engine.read(table, columns=["city"], partitions=nothing, predicate=ANY)) == []
    assert len(asked) == 2


def test_an_unknown_column_is_refused_before_anything_is_asked() -> None:
    engine = engine_over("a call")
    table = engine.describe(READINGS)
    with pytest.raises(UnknownColumn, match="humidity"):
        list(engine.read(table, columns=["humidity"], partitions=engine.layout(table, ANY), predicate=ANY))


def test_progress_begins_at_nothing_and_ends_at_all() -> None:
    seen: list[Progress] = []
    engine = engine_over("a call")
    table = engine.describe(READINGS)
    for _ in engine.read(
        table, columns=["city"], partitions=engine.layout(table, ANY), predicate=ANY, progress=seen.append
    ):
        pass
    assert seen[0] == Progress("readings", 0, 7, 0)
    assert seen[-1] == Progress("readings", 7, 7, 21)
    assert [step.done for step in seen] == list(range(8))


def test_an_answer_of_another_kind_is_a_protocol_error() -> None:
    engine = Engine(lambda request: ListSchemasResponse(schemas=()), catalog="weather")
    with pytest.raises(RemoteProtocolError, match="catalog weather answered GetTableRequest with ListSchemasResponse"):
        engine.describe(READINGS)
    table = GetTableResponse(table=READINGS, schema=pa.schema([("a", pa.int64())]))
    with pytest.raises(RemoteProtocolError, match="answered GetSplitsRequest"):
        list(engine.read(table, columns=["a"], partitions=pa.record_batch({"a": [1]}), predicate=ANY))


def test_rows_in_other_columns_than_asked_for_are_a_protocol_error() -> None:
    handler = Handler(Weather().connector)

    def transport(request: Request) -> Response:
        answer = handler(request)
        if isinstance(answer, ReadRecordsResponse):
            return replace(answer, records=answer.records.rename_columns(["town"]))
        return answer

    with pytest.raises(RemoteProtocolError, match=r"table weather\.readings: asked for city: string, got town: string"):
        rows(Engine(transport, catalog="weather"), columns=["city"])


def test_splits_are_read_in_parallel_but_not_further_ahead_than_there_are_workers() -> None:
    handler = Handler(Weather().connector)
    together = threading.Barrier(2, timeout=5)
    asked = 0
    lock = threading.Lock()

    def transport(request: Request) -> Response:
        nonlocal asked
        if isinstance(request, ReadRecordsRequest):
            with lock:
                asked += 1
                first = asked <= 2
            if first:
                together.wait()
        return handler(request)

    engine = Engine(transport, catalog="weather", workers=2)
    table = engine.describe(READINGS)
    reading = engine.read(table, columns=["city"], partitions=engine.layout(table, ANY), predicate=ANY)
    next(reading)
    assert asked <= 3
    reading.close()  # type: ignore[attr-defined]
    assert asked <= 3


def test_the_first_error_ends_the_reading_and_nothing_further_is_begun() -> None:
    begun: list[int] = []

    def make(item: int) -> int:
        begun.append(item)
        if item == 1:
            raise SourceError("no more")
        return item

    made: Iterator[int] = in_order(make, range(100), 2)
    assert next(made) == 0
    with pytest.raises(SourceError, match="no more"):
        list(made)
    assert len(begun) < 6


@pytest.mark.parametrize("call", ["tables", "splits"])
def test_a_connector_that_pages_without_end_is_refused(call: str) -> None:
    handler = Handler(Weather().connector)

    def transport(request: Request) -> Response:
        answer = handler(request)
        match answer:
            case ListTablesResponse():
                return replace(answer, next_token="again")
            case GetSplitsResponse():
                return replace(answer, continuation_token="0")
        return answer

    engine = Engine(transport, catalog="weather")
    with pytest.raises(RemoteProtocolError, match="catalog weather pages without end"):
        engine.tables("weather") if call == "tables" else rows(engine)


def test_one_query_has_one_name_in_all_its_splits() -> None:
    handler = Handler(Weather().connector)
    names: set[str] = set()

    def transport(request: Request) -> Response:
        if isinstance(request, GetSplitsRequest | ReadRecordsRequest):
            names.add(request.query_id)
        return handler(request)

    rows(Engine(transport, catalog="weather"))
    assert len(names) == 1


def test_closing_a_reading_asks_for_no_further_splits() -> None:
    handler = Handler(Weather().connector)
    asked: list[Request] = []

    def transport(request: Request) -> Response:
        if isinstance(request, ReadRecordsRequest):
            asked.append(request)
        return handler(request)

    engine = Engine(transport, catalog="weather", workers=1)
    table = engine.describe(READINGS)
    reading = engine.read(table, columns=["city"], partitions=engine.layout(table, ANY), predicate=ANY)
    next(reading)
    reading.close()  # type: ignore[attr-defined]
    assert len(asked) == 1


def test_an_interrupted_reading_does_not_keep_the_process_from_ending() -> None:
    script = """
import time
from athena_federation.engine import in_order
for item in in_order(lambda item: time.sleep(30 * item), range(4), 3):
    raise KeyboardInterrupt
"""
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert b"KeyboardInterrupt" in done.stderr
    assert time.monotonic() - started < 15


# ── blocks that a connector wrote and does not list ─────────────────────────────────────────────────────────────────


class Forgetful:
    """A transport whose first answers leave out the first block, as AWS's SDK for Java does now and then."""

    def __init__(self, handler: Handler, *, times: int, renamed: bool = False) -> None:
        self.handler, self.left, self.renamed = handler, times, renamed

    def __call__(self, request: Request) -> Response:
        answer = self.handler(request)
        if isinstance(answer, RemoteReadRecordsResponse):
            blocks = answer.remote_blocks
            if self.renamed:
                blocks = tuple(replace(block, key=f"{block.key}-a") for block in blocks)
            elif self.left:
                self.left, blocks = self.left - 1, blocks[1:]
            return replace(answer, remote_blocks=blocks)
        return answer


class Renamed(Memory):
    """A store that has the blocks under the names that `Forgetful` gives them."""

    def get(self, bucket: str, key: str) -> bytes:
        return super().get(bucket, key.removesuffix("-a"))


def spilling(times: int, *, renamed: bool = False) -> Engine:
    store = Renamed()
    handler = Handler(
        Weather().connector, spilling=Spilling(store=store, bucket="blocks", answer_limit=0, block_limit=64)
    )
    return Engine(Forgetful(handler, times=times, renamed=renamed), catalog="weather", store=store)


@pytest.mark.parametrize("times", [0, 1, 2])
def test_a_split_whose_answer_leaves_out_a_block_is_asked_for_again(times: int) -> None:
    assert rows(spilling(times)) == everything()


def test_rows_that_are_missing_time_and_again_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SpillError, match=r"block \S+\.0 is not listed, though later ones are"):
        rows(spilling(10**6))
    monkeypatch.setattr(engine, "unlisted", lambda _answer, _split: [])
    assert len(rows(spilling(10**6))) < len(everything())  # without the look they are lost in silence


def test_blocks_are_missed_where_all_are_numbered_as_the_split_has_it() -> None:
    split = Split(spill_location=S3SpillLocation(bucket="b", key="spill/x"), encryption_key=None, properties={})

    def unlisted(*keys: str) -> list[str]:
        blocks = tuple(S3SpillLocation(bucket="b", key=key, directory=False) for key in keys)
        return engine.unlisted(RemoteReadRecordsResponse(schema=pa.schema([]), remote_blocks=blocks), split)

    assert unlisted("spill/x.1", "spill/x.3") == ["spill/x.0", "spill/x.2"]
    assert unlisted("spill/x.0", "spill/x.1") == unlisted() == []
    assert unlisted("spill/x.1", "elsewhere/x.7") == []
    assert unlisted("spill/y.1") == []


def test_a_connector_may_name_its_blocks_as_it_likes() -> None:
    assert rows(spilling(0, renamed=True)) == everything()
