"""The suite finds what it is there to find: each check passes a sound connector, and fails a broken twin, alone."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pytest

from athena_federation.engine import Engine
from athena_federation.handler import Handler
from athena_federation.messages import (
    Constraints,
    GetDataSourceCapabilitiesResponse,
    GetSplitsRequest,
    GetSplitsResponse,
    GetTableLayoutRequest,
    GetTableLayoutResponse,
    GetTableRequest,
    GetTableResponse,
    ListSchemasResponse,
    ListTablesRequest,
    PingResponse,
    ReadRecordsRequest,
    ReadRecordsResponse,
    RemoteReadRecordsResponse,
    Request,
    Response,
    TableName,
    UserDefinedFunctionRequest,
    UserDefinedFunctionResponse,
)
from athena_federation.partitions import Listed
from athena_federation.spill import Spilling
from athena_federation.suite import CHECKS
from athena_federation.suite.subject import Subject
from athena_federation.table import Column, Connector, Passthrough, Read, Scan, Table, batches
from athena_federation.testing import ROADS, Blobs, Broken, Call, Claims, Road, contract
from athena_federation.transports import Transport

SECRET = "s3cret-token"
CITIES = ("Bern", "Oslo", "Rome", "Ürümqi")
COLUMNS = [
    Column("city", pa.string(), "Where."),
    Column("hour", pa.int32(), "When."),
    Column("degrees", pa.float64(), "How warm; NULL where the sensor failed."),
]
SCHEMA = pa.schema([(column.name, column.type) for column in COLUMNS])


def measured(scan: Scan) -> Iterator[pa.RecordBatch]:
    city = str(scan.partition["city"])
    rows = [{"city": city, "hour": n, "degrees": None if n == 1 else len(city) + n / 4} for n in range(5)]
    yield from batches(rows, SCHEMA, size=2)


def stations(scan: Scan) -> Iterator[pa.RecordBatch]:
    yield pa.record_batch({"name": ["a", "b"], "built": pa.array([None, 1], pa.int64())})


STATIONS = Table(name="stations", columns=[Column("name", pa.string()), Column("built", pa.int64())], read=stations)


def listed() -> list[dict[str, object]]:
    return [{"city": city} for city in CITIES]


def sound(read: Read = measured, values: Callable[[], list[dict[str, object]]] = listed, **changes: Any) -> Connector:
    """The sound connector, with one thing changed."""
    weather = Table(name="weather", columns=COLUMNS, partition=Listed(("city",), values), read=read)
    plain = Connector(
        name="climate",
        tables=[weather, STATIONS],
        functions={"twice": lambda column: pa.array([value.as_py() * 2 for value in column])},
        passthrough=Passthrough(table=lambda _: STATIONS),
    )
    return replace(plain, **changes)


CLAIMS = Claims(
    functions={"twice": Call([pa.array(["a"])], pa.array(["aa"]))},
    passthrough={"QUERY": "all stations"},
    secrets=(SECRET,),
    sample=2,
)
SOUND = sound()
BARE = sound(functions={}, passthrough=None)

Twist = Callable[[Request, Transport], Response]


def faithful(request: Request, transport: Transport) -> Response:
    return transport(request)


def failed(connector: Connector, twist: Twist = faithful, declared: Connector | None = None) -> set[str]:
    """The checks that a connector fails whose messages are twisted."""
    store = Blobs()
    handler = Handler(connector, spilling=Spilling(store=store, bucket="b"))
    engine = Engine(lambda request: twist(request, handler), catalog="climate", store=store)
    subject = Subject(declared or connector, engine, CLAIMS)
    found = set()
    for check in CHECKS:
        try:
            check(subject)
        except Broken:
            found.add(check.__name__)
    return found


TestClimate = contract(
    sound(), functions=CLAIMS.functions, passthrough=CLAIMS.passthrough, secrets=CLAIMS.secrets, sample=2
)


@pytest.mark.parametrize("connector", [sound(), BARE], ids=["with everything", "with tables only"])
def test_a_sound_connector_fails_no_check(connector: Connector) -> None:
    assert failed(connector) == set()


# ── broken twins ───────────────────────────────────────────────────────────────────────────────────────────────────


def answers_for_another_catalog(request: Request, transport: Transport) -> Response:
    answer = transport(request)
    return replace(answer, catalog="other") if isinstance(answer, PingResponse) else answer


def lists_a_schema_in_upper_case(request: Request, transport: Transport) -> Response:
    answer = transport(request)
    return replace(answer, schemas=("climate", "Climate")) if isinstance(answer, ListSchemasResponse) else answer


def ignores_the_page_size(request: Request, transport: Transport) -> Response:
    return transport(replace(request, page_size=None) if isinstance(request, ListTablesRequest) else request)


def forgets_comments(request: Request, transport: Transport) -> Response:
    answer = transport(request)
    if isinstance(answer, GetTableResponse):
        return replace(answer, schema=answer.schema.remove_metadata())
    return answer


def hides_its_partition_columns(request: Request, transport: Transport) -> Response:
    answer = transport(request)
    return replace(answer, partition_columns=()) if isinstance(answer, GetTableResponse) else answer


def asks_the_source_for_its_partitions() -> list[dict[str, object]]:
    socket.getaddrinfo("127.0.0.1", 80)
    return listed()


def lists_a_partition_twice(request: Request, transport: Transport) -> Response:
    """Our own handler refuses to; one of another make may not."""
    answer = transport(request)
    if isinstance(answer, GetTableLayoutResponse) and answer.partitions.num_rows:
        rows = pa.array([*range(answer.partitions.num_rows), answer.partitions.num_rows - 1], pa.int64())
        return replace(answer, partitions=answer.partitions.take(rows))
    return answer


def repeats_the_last_of_many_splits(request: Request, transport: Transport) -> Response:
    answer = transport(request)
    if isinstance(answer, GetSplitsResponse) and len(answer.splits) > 2:
        return replace(answer, splits=(*answer.splits, answer.splits[-1]))
    return answer


def nothing_measured(scan: Scan) -> Iterator[pa.RecordBatch]:
    yield from ()


def with_zero_for_null(scan: Scan) -> Iterator[pa.RecordBatch]:
    for batch in measured(scan):
        yield batch.set_column(2, "degrees", batch.column(2).fill_null(0.0))


def of_another_city(scan: Scan) -> Iterator[pa.RecordBatch]:
    for batch in measured(scan):
        yield batch.set_column(0, "city", pa.array(["Atlantis"] * batch.num_rows))


def in_changing_order() -> Read:
    reads: Counter[str] = Counter()

    def read(scan: Scan) -> Iterator[pa.RecordBatch]:
        city = str(scan.partition["city"])
        reads[city] += 1
        found = list(measured(scan))
        yield from reversed(found) if reads[city] % 2 else found

    return read


def without_null_where_it_stands_alone(scan: Scan) -> Iterator[pa.RecordBatch]:
    for batch in measured(scan):
        yield batch.filter(batch.column(2).is_valid()) if scan.columns == ("degrees",) else batch


def counts_nothing(request: Request, transport: Transport) -> Response:
    answer = transport(request)
    if isinstance(answer, ReadRecordsResponse) and not answer.records.num_columns:
        return replace(answer, records=answer.records.slice(0, 0))
    return answer


def filters_too_much(request: Request, transport: Transport) -> Response:
    answer = transport(request)
    if isinstance(request, ReadRecordsRequest) and request.constraints.predicate.summary:
        assert isinstance(answer, ReadRecordsResponse)
        return replace(answer, records=answer.records.slice(1))
    return answer


def prunes_too_much(request: Request, transport: Transport) -> Response:
    answer = transport(request)
    if isinstance(request, GetTableLayoutRequest) and request.constraints.predicate.summary:
        assert isinstance(answer, GetTableLayoutResponse)
        return replace(answer, partitions=answer.partitions.slice(1))
    return answer


def loses_a_block(request: Request, transport: Transport) -> Response:
    answer = transport(request)
    return (
        replace(answer, remote_blocks=answer.remote_blocks[1:])
        if isinstance(answer, RemoteReadRecordsResponse)
        else answer
    )


def loses_the_last_block(request: Request, transport: Transport) -> Response:
    answer = transport(request)
    return (
        replace(answer, remote_blocks=answer.remote_blocks[:-1])
        if isinstance(answer, RemoteReadRecordsResponse)
        else answer
    )


def takes_any_table_for_a_known_one(request: Request, transport: Transport) -> Response:
    if isinstance(request, GetTableRequest | GetTableLayoutRequest) and request.table.table == "no_such_name":
        request = replace(request, table=TableName("climate", "stations"))
    return transport(request)


def invents_columns(request: Request, transport: Transport) -> Response:
    if isinstance(request, ReadRecordsRequest) and "no_such_name" in request.schema.names:
        return ReadRecordsResponse(records=pa.record_batch([pa.nulls(1, pa.string())], schema=request.schema))
    return transport(request)


def carries_the_token_in_a_split(request: Request, transport: Transport) -> Response:
    answer = transport(request)
    if isinstance(answer, GetSplitsResponse):
        splits = (replace(split, properties={**split.properties, "token": SECRET}) for split in answer.splits)
        return replace(answer, splits=tuple(splits))
    return answer


def answers_for_any_function(request: Request, transport: Transport) -> Response:
    if isinstance(request, UserDefinedFunctionRequest) and request.method == "no_such_name":
        return UserDefinedFunctionResponse(records=request.records, method=request.method)
    return transport(request)


def advertises_what_it_has_not(request: Request, transport: Transport) -> Response:
    answer = transport(request)
    if isinstance(answer, GetDataSourceCapabilitiesResponse):
        return replace(answer, capabilities={"SYSTEM.QUERY": ()})
    return answer


def ignores_the_passthrough_query(request: Request, transport: Transport) -> Response:
    known = TableName("climate", "stations")
    match request:
        case GetTableRequest(passthrough=query) if query:
            request = replace(request, table=known, passthrough={})
        case GetTableLayoutRequest() | GetSplitsRequest() | ReadRecordsRequest() if request.constraints.passthrough:
            request = replace(request, table=known, constraints=Constraints())
    return transport(request)


def ignores_the_query_plan(request: Request, transport: Transport) -> Response:
    if isinstance(request, GetTableLayoutRequest):
        request = replace(request, constraints=replace(request.constraints, query_plan=None))
    return transport(request)


NO_ROWS = Passthrough(table=lambda _: replace(STATIONS, read=nothing_measured))


@dataclass(frozen=True, slots=True)
class Twin:
    """A connector that breaks one promise."""

    check: str
    """The check that finds it out."""
    twist: Twist = faithful
    connector: Connector = SOUND
    declared: Connector | None = None
    """What it says it is, where that is not what it is."""


TWINS: Mapping[str, Twin] = {
    "catalog": Twin("a_ping_is_answered_with_the_serde_that_is_spoken", answers_for_another_catalog),
    "case": Twin("names_are_in_lower_case", lists_a_schema_in_upper_case),
    "pages": Twin("tables_are_listed_in_pages_each_once", ignores_the_page_size),
    "comments": Twin("a_table_is_described_as_it_is_declared", forgets_comments),
    "partition columns": Twin("partition_columns_are_among_the_columns", hides_its_partition_columns),
    "planning": Twin(
        "planning_asks_the_source_for_nothing", connector=sound(values=asks_the_source_for_its_partitions)
    ),
    "partitions": Twin("no_partition_is_listed_twice", lists_a_partition_twice),
    "splits": Twin("splits_are_distinct_and_come_in_pages", repeats_the_last_of_many_splits),
    "no rows": Twin("a_table_has_rows_or_a_reason_for_none", connector=sound(nothing_measured)),
    "NULL": Twin("rows_arrive_as_the_reader_gave_them", connector=sound(with_zero_for_null), declared=sound()),
    "filed wrongly": Twin("rows_belong_to_their_partition", connector=sound(of_another_city)),
    "order": Twin("two_reads_are_identical", connector=sound(in_changing_order())),
    "columns": Twin("any_choice_of_columns_gives_the_same_cells", connector=sound(without_null_where_it_stands_alone)),
    "count": Twin("rows_can_be_counted_without_a_column", counts_nothing),
    "filter": Twin("a_predicate_gives_what_a_filter_after_a_full_read_gives", filters_too_much),
    "pruning": Twin("a_partition_that_may_hold_wanted_rows_is_never_left_out", prunes_too_much),
    "blocks": Twin("spilled_rows_are_the_same_rows", loses_a_block),
    "last block": Twin("spilled_rows_are_the_same_rows", loses_the_last_block),
    "any table": Twin("an_unknown_table_is_refused_by_name", takes_any_table_for_a_known_one),
    "any column": Twin("an_unknown_column_is_refused_by_name", invents_columns),
    "secret": Twin("no_secret_is_in_a_message", carries_the_token_in_a_split),
    "wrong function": Twin(
        "functions_work_or_are_refused_by_name", connector=sound(functions={"twice": lambda column: column})
    ),
    "function without a call": Twin(
        "functions_work_or_are_refused_by_name", connector=sound(functions={"thrice": lambda column: column})
    ),
    "any function": Twin("functions_work_or_are_refused_by_name", answers_for_any_function, BARE),
    "passthrough without rows": Twin(
        "passthrough_queries_work_or_are_refused_by_name", connector=sound(passthrough=NO_ROWS)
    ),
    "passthrough advertised": Twin("passthrough_queries_work_or_are_refused_by_name", advertises_what_it_has_not, BARE),
    "passthrough ignored": Twin("passthrough_queries_work_or_are_refused_by_name", ignores_the_passthrough_query, BARE),
    "plan ignored": Twin("query_plans_work_or_are_refused_by_name", ignores_the_query_plan),
}


@pytest.mark.parametrize("twin", TWINS.values(), ids=list(TWINS))
def test_a_broken_twin_fails_its_check_and_no_other(twin: Twin) -> None:
    assert failed(twin.connector, twin.twist, twin.declared) == {twin.check}


def test_each_check_has_a_broken_twin() -> None:
    assert {check.__name__ for check in CHECKS} == {twin.check for twin in TWINS.values()}


def test_the_class_for_pytest_has_a_test_for_each_check_and_they_fail() -> None:
    suite = contract(sound(nothing_measured), sample=2)
    tests = {name for name in vars(suite) if name.startswith("test_")}
    assert tests == {f"test_{check.__name__}" for check in CHECKS}
    subject = Subject(sound(nothing_measured), Engine(Handler(sound(nothing_measured)), catalog="climate"), CLAIMS)
    with pytest.raises(Broken, match=r"table weather has no row, and no reason is given"):
        vars(suite)["test_a_table_has_rows_or_a_reason_for_none"](suite(), subject)


def test_a_reason_excuses_an_empty_table() -> None:
    connector = sound(nothing_measured)
    claims = replace(CLAIMS, empty={"weather": "the station is closed"})
    subject = Subject(connector, Engine(Handler(connector), catalog="climate"), claims)
    (check,) = (each for each in CHECKS if each.__name__ == "a_table_has_rows_or_a_reason_for_none")
    check(subject)


@pytest.mark.parametrize("road", ROADS.values(), ids=list(ROADS))
def test_a_secret_is_found_out_on_every_road(road: Road) -> None:
    def read(scan: Scan) -> Iterator[pa.RecordBatch]:
        yield pa.record_batch([[scan.partition["city"]], pa.array([1], pa.int32()), [0.5]], schema=SCHEMA)

    connector = sound(read, lambda: [{"city": SECRET}])
    (check,) = (each for each in CHECKS if each.__name__ == "no_secret_is_in_a_message")
    with road(connector) as engine, pytest.raises(Broken, match="one of the secrets"):
        check(Subject(connector, engine, CLAIMS))
