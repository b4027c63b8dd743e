"""The connector's side: each request is answered, or refused by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from tests.unit.handling import records
from tests.unit.memory import Memory
from tests.unit.weather import (
    READINGS,
    SCHEMA,
    STATIONS,
    TODAY,
    Weather,
    days,
    layout_request,
    read_request,
    rows_of,
    splits_request,
)

from athena_federation.errors import (
    ConnectorError,
    RemoteProtocolError,
    SchemaMismatch,
    SourceError,
    UnknownTable,
    UnsupportedSql,
)
from athena_federation.handler import SPLITS_PER_PAGE, Handler
from athena_federation.messages import (
    Constraints,
    GetDataSourceCapabilitiesRequest,
    GetDataSourceCapabilitiesResponse,
    GetSplitsResponse,
    GetTableLayoutResponse,
    GetTableRequest,
    GetTableResponse,
    ListSchemasRequest,
    ListSchemasResponse,
    ListTablesRequest,
    ListTablesResponse,
    PingRequest,
    PingResponse,
    QueryPlan,
    ReadRecordsResponse,
    S3SpillLocation,
    Split,
    TableName,
)
from athena_federation.partitions import Listed
from athena_federation.predicate import Predicate, at_least, equal_to, is_null, nothing
from athena_federation.spill import Spilling
from athena_federation.table import Column, Connector, Read, Scan, Table


def layout(handler: Handler, predicate: Predicate) -> list[str]:
    answer = handler(layout_request(predicate=predicate))
    assert isinstance(answer, GetTableLayoutResponse)
    return [str(day) for day in answer.partitions.column("day").to_pylist()]


def test_a_ping_is_echoed_with_the_serde_that_is_spoken(handler: Handler) -> None:
    answer = handler(PingRequest(catalog="c", query_id="q"))
    assert answer == PingResponse(catalog="c", query_id="q", source_type="weather", serde=5)


def test_the_schema_is_named_after_the_connector(handler: Handler) -> None:
    assert handler(ListSchemasRequest(catalog="c")) == ListSchemasResponse(catalog="c", schemas=("weather",))


def test_tables_come_in_pages_each_once_and_sorted(handler: Handler) -> None:
    found: list[str] = []
    request = ListTablesRequest(schema="weather", page_size=1)
    while True:
        page = handler(request)
        assert isinstance(page, ListTablesResponse)
        assert len(page.tables) <= 1
        found += [table.table for table in page.tables]
        if page.next_token is None:
            break
        request = replace(request, next_token=page.next_token)
    assert found == ["readings", "stations"]


@pytest.mark.parametrize(("schema", "count"), [(None, 2), ("weather", 2), ("elsewhere", 0)])
def test_tables_are_listed_for_one_schema_or_all(handler: Handler, schema: str | None, count: int) -> None:
    answer = handler(ListTablesRequest(schema=schema))
    assert isinstance(answer, ListTablesResponse)
    assert (len(answer.tables), answer.next_token) == (count, None)


def test_a_table_is_described_with_its_partition_column_among_the_others(handler: Handler) -> None:
    answer = handler(GetTableRequest(catalog="c", table=READINGS))
    assert isinstance(answer, GetTableResponse)
    assert answer.schema.equals(SCHEMA)
    assert answer.schema.metadata[b"city"] == b"Where it was taken."
    assert answer.partition_columns == ("day",)


@pytest.mark.parametrize("name", [TableName("weather", "tides"), TableName("elsewhere", "readings")])
def test_an_unknown_table_is_named(handler: Handler, name: TableName) -> None:
    with pytest.raises(UnknownTable, match=str(name)):
        handler(GetTableRequest(table=name))


def test_no_ability_is_claimed_that_was_not_declared(handler: Handler) -> None:
    answer = handler(GetDataSourceCapabilitiesRequest(catalog="c"))
    assert answer == GetDataSourceCapabilitiesResponse(catalog="c", capabilities={})


def test_an_unpartitioned_table_has_one_partition_because_none_would_be_nothing_to_read(handler: Handler) -> None:
    answer = handler(layout_request(STATIONS, Predicate({"city": nothing(pa.string())})))
    assert isinstance(answer, GetTableLayoutResponse)
    assert answer.partitions.to_pylist() == [{"partitionId": 1}]


@pytest.mark.parametrize(
    ("predicate", "kept"),
    [
        (
            Predicate({"day": equal_to(pa.string(), "2026-03-02", "2026-03-05", "1999-01-01")}),
            ["2026-03-02", "2026-03-05"],
        ),
        (Predicate({"taken": at_least(pa.date32(), date(2026, 3, 6))}), ["2026-03-06", "2026-03-07"]),
        (Predicate({"day": nothing(pa.string())}), []),
        (Predicate({"day": is_null(pa.string())}), []),
        (Predicate({"degrees": equal_to(pa.int64(), 3)}), [str(day) for day in days()]),
        (Predicate({}), [str(day) for day in days()]),
    ],
)
def test_only_the_days_that_can_hold_wanted_rows_are_laid_out(
    handler: Handler, predicate: Predicate, kept: list[str]
) -> None:
    assert layout(handler, predicate) == kept


def test_a_layout_needs_neither_the_columns_nor_the_partition_columns_of_the_request(handler: Handler) -> None:
    pruned = replace(layout_request(), schema=pa.schema([("degrees", pa.int64())]), partition_columns=())
    answer = handler(pruned)
    assert isinstance(answer, GetTableLayoutResponse)
    assert answer.partitions.num_rows == len(days())


def test_a_condition_of_another_type_than_the_partition_column_is_an_error_not_all_days(handler: Handler) -> None:
    with pytest.raises(SchemaMismatch, match=r"table readings: its partitions \(day\)"):
        layout(handler, Predicate({"day": equal_to(pa.int64(), 20260301)}))


def test_planning_reads_nothing(handler: Handler, weather: Weather) -> None:
    answer = handler(layout_request())
    assert isinstance(answer, GetTableLayoutResponse)
    handler(splits_request(answer.partitions))
    assert weather.scans == []


def test_splits_come_in_pages_and_no_partition_is_lost_or_doubled(handler: Handler) -> None:
    wanted = [f"d{n}" for n in range(SPLITS_PER_PAGE * 2 + 7)]
    partitions = pa.record_batch({"day": wanted, "from_elsewhere": range(len(wanted))})
    found: list[str] = []
    token: str | None = None
    pages = 0
    while pages == 0 or token is not None:
        page = handler(splits_request(partitions, token))
        assert isinstance(page, GetSplitsResponse)
        found += [split.properties["day"] for split in page.splits]
        token, pages = page.continuation_token, pages + 1
    assert found == wanted
    assert pages == 3


def test_a_page_of_splits_is_ended_by_its_size_too(handler: Handler) -> None:
    partitions = pa.record_batch({"day": [f"{n}" * 400_000 for n in range(9)]})
    page = handler(splits_request(partitions))
    assert isinstance(page, GetSplitsResponse)
    assert len(page.splits) == 7
    assert page.continuation_token == "7"


def test_no_partitions_make_no_splits(handler: Handler) -> None:
    answer = handler(splits_request(pa.record_batch({"day": pa.array([], pa.string())})))
    assert answer == GetSplitsResponse(catalog="weather", splits=(), continuation_token=None)


@pytest.mark.parametrize("token", ["", "-1", "x", "²", "8", "99999999999999999999"])
def test_a_token_of_somebody_else_is_refused(handler: Handler, token: str) -> None:
    partitions = pa.record_batch({"day": [str(day) for day in days()]})
    with pytest.raises(RemoteProtocolError, match="continuation token"):
        handler(splits_request(partitions, token))


def test_partitions_without_their_column_are_refused_rather_than_read_as_null(handler: Handler) -> None:
    with pytest.raises(RemoteProtocolError, match="no column day"):
        handler(splits_request(pa.record_batch({"partitionId": [1]})))


def test_a_split_is_read_in_the_order_of_columns_that_was_asked_for(handler: Handler) -> None:
    found = records(handler, read_request({"day": "2026-03-02"}, columns=("degrees", "day")))
    assert found == [{"degrees": row["degrees"], "day": row["day"]} for row in rows_of(date(2026, 3, 2))]


def test_what_the_reader_does_not_filter_is_filtered_for_it(handler: Handler, weather: Weather) -> None:
    predicate = Predicate({"degrees": at_least(pa.int64(), 21), "unheard_of": equal_to(pa.int64(), 1)})
    found = records(handler, read_request({"day": "2026-03-02"}, columns=("city",), predicate=predicate))
    assert found == [{"city": None}]
    (scan,) = weather.scans
    assert scan.columns == ("city", "degrees")
    assert dict(scan.partition) == {"day": "2026-03-02"}


def test_rows_are_counted_where_no_column_is_asked_for(handler: Handler) -> None:
    answer = handler(read_request({"day": "2026-03-02"}, columns=()))
    assert isinstance(answer, ReadRecordsResponse)
    assert (answer.records.num_rows, answer.records.num_columns) == (3, 0)


def test_no_rows_are_an_empty_answer_in_the_columns_asked_for(handler: Handler) -> None:
    predicate = Predicate({"city": equal_to(pa.string(), "Bergen")})
    assert records(handler, read_request({"day": "2026-03-02"}, predicate=predicate)) == []


@pytest.mark.parametrize("properties", [{}, {"day": "2026-02-30"}, {"day": "yesterday"}])
def test_a_split_that_says_no_day_is_refused(handler: Handler, weather: Weather, properties: dict[str, str]) -> None:
    with pytest.raises(RemoteProtocolError, match="table readings: the split"):
        handler(read_request(properties))
    assert weather.scans == []


@pytest.mark.parametrize(
    ("schema", "complaint"),
    [
        (pa.schema([("humidity", pa.int64())]), "has no column humidity"),
        (pa.schema([("degrees", pa.string())]), "degrees was asked for as string, but it is int64"),
    ],
)
def test_columns_that_do_not_exist_are_not_invented(handler: Handler, schema: pa.Schema, complaint: str) -> None:
    with pytest.raises(RemoteProtocolError, match=complaint):
        handler(replace(read_request({"day": "2026-03-02"}), schema=schema))


def test_a_query_plan_is_refused_because_ignoring_it_would_give_wrong_rows(handler: Handler) -> None:
    constraints = Constraints(query_plan=QueryPlan("1.0.0", "AA=="))
    with pytest.raises(UnsupportedSql, match="serde 5"):
        handler(replace(read_request({"day": "2026-03-02"}), constraints=constraints))
    with pytest.raises(UnsupportedSql, match="serde 5"):
        handler(replace(layout_request(), constraints=constraints))


def test_what_is_watched_for_ends_the_reading_between_batches(weather: Weather) -> None:
    calls = 0

    def watch() -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise SourceError("enough")

    with pytest.raises(SourceError, match="enough"):
        Handler(weather.connector)(read_request({"day": "2026-03-02"}), watch)
    assert calls == 3


NOT_UNICODE = pa.StringArray.from_buffers(1, pa.py_buffer(b"\0\0\0\0\2\0\0\0"), pa.py_buffer(b"\xff\xfe"))


def reading(read: Read) -> Handler:
    columns = [Column("city", pa.string()), Column("degrees", pa.int64())]
    table = Table(name="readings", columns=columns, read=read)
    return Handler(Connector(name="weather", tables=[table], today=lambda: TODAY))


@pytest.mark.parametrize(
    ("batches", "complaint"),
    [
        ([pa.record_batch({"city": ["Oslo"]})], "left out the column degrees"),
        ([pa.record_batch({"city": ["Oslo"], "degrees": [3.7]})], "degrees is double, declared as int64"),
        ([pa.table({"city": ["Oslo"], "degrees": [3]})], "yields Table, not RecordBatch"),
        ([{"city": "Oslo", "degrees": 3}], "yields dict, not RecordBatch"),
        ([pa.record_batch([["Oslo"], ["Rome"], [3]], names=["city", "city", "degrees"])], "yields 2 columns city"),
        ([pa.record_batch({"city": [b"Oslo"], "degrees": [3]})], "city is binary, declared as string"),
        ([pa.record_batch({"city": NOT_UNICODE, "degrees": [3]})], "city holds what is no string"),
    ],
)
def test_rows_that_do_not_fit_the_declaration_fail_the_read(batches: Iterable[pa.RecordBatch], complaint: str) -> None:
    with pytest.raises(SchemaMismatch, match=complaint):
        reading(lambda scan: batches)(read_request({}, columns=("city", "degrees")))


@pytest.mark.parametrize("made", [None, 7, object()])
def test_a_reader_that_gives_nothing_to_iterate_over_is_named(made: Any) -> None:
    with pytest.raises(ConnectorError, match="table readings: its reader failed with TypeError"):
        reading(lambda scan: made)(read_request({}, columns=("city",)))


def test_rows_after_which_the_reader_fails_are_not_an_answer() -> None:
    store = Memory()
    read = reading_then(MemoryError())
    table = Table(name="readings", columns=[Column("city", pa.string())], read=read)
    handler = Handler(Connector(name="weather", tables=[table]), spilling=Spilling(store=store))
    place = S3SpillLocation(bucket="b", key="k")
    request = read_request({}, columns=("city",), split=Split(spill_location=place), max_block_size=2_000)
    with pytest.raises(ConnectorError, match="its reader failed with MemoryError"):
        handler(replace(request, max_inline_block_size=1))


def reading_then(error: Exception) -> Read:
    def read(scan: Scan) -> Iterable[pa.RecordBatch]:
        for _ in range(10):
            yield pa.record_batch({"city": ["Oslo" * 100]})
        raise error

    return read


def test_a_reader_that_never_ends_is_ended_by_what_is_watched_for() -> None:
    def read(scan: Scan) -> Iterable[pa.RecordBatch]:
        while True:
            yield pa.record_batch({"city": ["Oslo"], "degrees": [3]})

    calls = 0

    def watch() -> None:
        nonlocal calls
        calls += 1
        if calls > 1_000:
            raise SourceError("enough")

    with pytest.raises(SourceError, match="enough"):
        reading(read)(read_request({}, columns=("city",)), watch)


def failing_list() -> list[dict[str, object]]:
    raise OSError("s3cret")


@pytest.mark.parametrize(
    ("values", "complaint"),
    [(failing_list, "OSError"), (lambda: [{"prt": "a"}], "KeyError"), (lambda: 7, "TypeError")],
)
def test_partitions_that_cannot_be_listed_are_an_error_not_none(values: Any, complaint: str) -> None:
    columns = [Column("part", pa.string())]
    table = Table(name="readings", columns=columns, read=lambda scan: [], partition=Listed(("part",), values))
    with pytest.raises(ConnectorError, match=f"table readings: listing its partitions failed with {complaint}"):
        Handler(Connector(name="weather", tables=[table]))(layout_request())


def test_a_failing_reader_fails_the_read_by_name_and_without_its_secret() -> None:
    def read(scan: Scan) -> Iterable[pa.RecordBatch]:
        yield pa.record_batch({"city": ["Oslo"], "degrees": [3]})
        raise OSError("https://host/?token=s3cret")

    with pytest.raises(ConnectorError, match="table readings: its reader failed with OSError") as caught:
        reading(read)(read_request({}, columns=("city", "degrees")))
    assert "s3cret" not in str(caught.value)


def test_a_reader_that_raises_one_of_our_errors_is_quoted_word_by_word() -> None:
    def read(scan: Scan) -> Iterable[pa.RecordBatch]:
        raise SourceError("the station is down")

    with pytest.raises(SourceError, match=r"^the station is down$"):
        reading(read)(read_request({}, columns=("city",)))


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (pa.string(), "a=b & ü"),
        (pa.string(), ""),
        (pa.string(), None),
        (pa.int32(), -7),
        (pa.float64(), 0.1),
        (pa.bool_(), False),
        (pa.date32(), date(2024, 2, 29)),
    ],
)
def test_a_partition_value_reaches_the_reader_and_the_rows_unchanged(kind: pa.DataType, value: object) -> None:
    seen: list[object] = []

    def read(scan: Scan) -> Iterable[pa.RecordBatch]:
        seen.append(scan.partition["part"])
        yield pa.record_batch({"city": ["Oslo", "Rome"]})

    columns = [Column("city", pa.string()), Column("part", kind)]
    listed = Listed(("part",), lambda: [{"part": value}])
    handler = Handler(
        Connector(name="weather", tables=[Table(name="readings", columns=columns, read=read, partition=listed)])
    )
    laid_out = handler(layout_request())
    assert isinstance(laid_out, GetTableLayoutResponse)
    page = handler(splits_request(laid_out.partitions))
    assert isinstance(page, GetSplitsResponse)
    request = replace(read_request({}, split=page.splits[0]), schema=pa.schema([("part", kind), ("city", pa.string())]))
    assert records(handler, request) == [{"part": value, "city": "Oslo"}, {"part": value, "city": "Rome"}]
    assert seen == [value]


def test_a_split_without_spilling_has_neither_place_nor_key(handler: Handler) -> None:
    page = handler(splits_request(pa.record_batch({"day": ["2026-03-02"]})))
    assert isinstance(page, GetSplitsResponse)
    assert page.splits == (Split(properties={"day": "2026-03-02"}),)
