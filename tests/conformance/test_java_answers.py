"""A connector on the Java SDK answers our engine over HTTP: every row is compared with what the connector holds."""

# ruff: noqa: DTZ001  # date64 holds points in time without a zone

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from tests.conformance.cells import column, rows
from tests.conformance.conftest import BUCKET
from tests.conformance.counterpart import Counterpart
from tests.conformance.inventions import Invention
from tests.conformance.test_codec import MESSAGES, SEED

from athena_federation import predicate as p
from athena_federation.engine import Engine
from athena_federation.errors import ConfigurationError, FederationError
from athena_federation.messages import (
    GetTableResponse,
    TableName,
    UserDefinedFunctionRequest,
    UserDefinedFunctionResponse,
)
from athena_federation.portable import portable
from athena_federation.predicate import ANY, Predicate
from athena_federation.services import Clients, S3Blobs
from athena_federation.transports import NEWEST, Remote, http
from athena_federation.values import to_array, to_values

pytestmark = [pytest.mark.conformance, pytest.mark.timeout(600)]

PREDICATES = MESSAGES // 10
SEALED = {"sealed": True, "maxBlockSize": 300_000}
"""Blocks are kept small so that few rows make many of them."""
PLAIN = {"sealed": False}


@dataclass(frozen=True, slots=True)
class Connected:
    """A connector in Java: an engine that asks it, and the rows that it holds."""

    engine: Engine
    held: Mapping[str, list[list[Any]]]

    def table(self, name: str) -> GetTableResponse:
        return self.engine.describe(TableName("main", name))

    def read(self, name: str, predicate: Predicate = ANY, columns: tuple[str, ...] = ()) -> pa.Table:
        table = self.table(name)
        wanted = columns or tuple(table.schema.names)
        partitions = self.engine.layout(table, predicate)
        found = list(self.engine.read(table, columns=wanted, partitions=partitions, predicate=predicate))
        return pa.Table.from_batches(found, pa.schema([table.schema.field(each) for each in wanted]))


def connected(java: Counterpart, s3: str, settings: Mapping[str, Any], newest: int = NEWEST) -> Connected:
    answer = java.ask("connect", s3=s3, bucket=BUCKET, **settings)
    transport = http(f"http://127.0.0.1:{answer['port']}/invoke")
    assert isinstance(transport, Remote)
    transport.newest = newest
    engine = Engine(transport, catalog="conformance", store=S3Blobs(Clients()))
    return Connected(engine, {name: table["rows"] for name, table in answer["tables"].items()})


@pytest.fixture(scope="module")
def sealing(java: Counterpart, s3: str) -> Connected:
    return connected(java, s3, SEALED)


def cells(table: pa.Table) -> list[list[Any]]:
    return [row for batch in table.to_batches() for row in rows(batch)]


def test_the_engine_learns_what_there_is(sealing: Connected) -> None:
    pong = sealing.engine.ping()
    assert (pong.source_type, pong.serde, pong.capabilities) == ("conformance", 6, 24)
    assert sealing.engine.schemas() == ("main", "other")
    names = ["by_region", "empty", "every_type", "large"]
    assert sealing.engine.tables("main") == [TableName("main", name) for name in names]
    table = sealing.table("every_type")
    assert table.schema.field("met").type == pa.timestamp("ms", "UTC")
    assert table.schema.metadata == {b"id": b"Which row it is."}
    assert sealing.table("by_region").partition_columns == ("region", "year")


def test_every_cell_of_every_type_arrives(sealing: Connected) -> None:
    found = cells(sealing.read("every_type"))
    assert len(found) == 200
    assert found == sealing.held["every_type"]


@pytest.mark.parametrize("version", [2, 3, 4])
def test_an_engine_of_an_older_version_gets_the_same_cells(java: Counterpart, s3: str, version: int) -> None:
    older = connected(java, s3, PLAIN, newest=version)
    assert cells(older.read("every_type")) == older.held["every_type"]
    wanted = Predicate({"region": p.equal_to(pa.string(), "r2")})
    assert sorted(cells(older.read("by_region", wanted))) == sorted(
        row for row in older.held["by_region"] if row[1] == "r2"
    )


def test_columns_arrive_in_the_order_asked_for(sealing: Connected) -> None:
    found = cells(sealing.read("every_type", columns=("seen", "place", "id")))
    order = [sealing.table("every_type").schema.names.index(name) for name in ("seen", "place", "id")]
    assert found == [[row[n] for n in order] for row in sealing.held["every_type"]]


@pytest.mark.parametrize("settings", [SEALED, PLAIN], ids=["sealed", "plain"])
def test_spilled_blocks_are_fetched_and_opened_and_none_is_missed(
    java: Counterpart, s3: str, settings: Mapping[str, Any]
) -> None:
    connection = connected(java, s3, settings)
    found = connection.read("large")
    assert found.num_rows == 1600
    assert found.nbytes > 5_242_880  # more than is answered inline
    assert sorted(cells(found), key=str) == sorted(connection.held["large"], key=str)


def test_every_type_is_read_out_of_filtered_and_spilled_blocks(java: Counterpart, s3: str) -> None:
    connection = connected(java, s3, {"sealed": True, "maxBlockSize": 4_000})
    predicate = Predicate({"flag": p.equal_to(pa.bool_(), True)})
    kept = [row for row in connection.held["every_type"] if row[1] is True]
    assert sorted(cells(connection.read("every_type", predicate)), key=str) == sorted(kept, key=str)
    blind = Connected(Engine(connection.engine.transport, catalog="conformance"), connection.held)
    with pytest.raises(ConfigurationError, match="spilled rows"):
        blind.read("every_type", predicate)


def test_what_was_spilled_is_not_read_without_a_store(sealing: Connected) -> None:
    blind = Connected(Engine(sealing.engine.transport, catalog="conformance"), sealing.held)
    with pytest.raises(ConfigurationError, match="blob store"):
        blind.read("large")


def test_a_table_without_rows_is_empty(sealing: Connected) -> None:
    assert sealing.read("empty").num_rows == 0


def test_partitions_are_pruned_and_the_pages_of_their_splits_followed(sealing: Connected) -> None:
    table = sealing.table("by_region")
    everything = sealing.engine.layout(table, ANY)
    assert everything.num_rows == 10
    assert len(sealing.engine.splits(table, everything, ANY)) == 10  # three a page
    assert sorted(cells(sealing.read("by_region"))) == sorted(sealing.held["by_region"])
    wanted = Predicate({"region": p.equal_to(pa.string(), "r1", "r3"), "year": p.at_least(pa.int32(), 2023)})
    layout = sealing.engine.layout(table, wanted).select(["region", "year"])
    assert sorted(rows(layout)) == [["r1", "2025"], ["r1", "2029"], ["r3", "2023"], ["r3", "2027"]]
    kept = [row for row in sealing.held["by_region"] if row[1] in {"r1", "r3"} and int(row[2]) >= 2023]
    assert sorted(cells(sealing.read("by_region", wanted))) == sorted(kept)


CONDITIONS = {
    "flag": p.equal_to(pa.bool_(), True),
    "tiny": p.at_least(pa.int8(), 0, inclusive=False),
    "small": p.at_most(pa.int16(), 100).complement(),
    "whole": p.between(pa.int32(), -(2**30), 2**30),
    "single": p.equal_to(pa.float32(), 0.0),
    "double": p.at_least(pa.float64(), 0.0),
    "amount": p.at_most(pa.decimal128(12, 2), 0),
    "wide": p.is_null(pa.decimal128(38, 10)),
    "name": p.at_least(pa.string(), "n4"),
    "raw": p.at_least(pa.binary(), b"\x00\xff\x80"),
    "born": p.at_least(pa.date32(), date(1970, 1, 1)),
    "seen": p.is_not_null(pa.date64()),
    "met": p.is_not_null(pa.timestamp("ms", "UTC")),
    "id": p.EquatableValueSet(pa.int64(), (3, 5, 7), white_list=False),
}


@pytest.mark.parametrize("column", CONDITIONS)
def test_java_filters_by_our_predicate_as_we_would(sealing: Connected, column: str) -> None:
    predicate = Predicate({column: CONDITIONS[column]})
    everything = sealing.read("every_type").combine_chunks().to_batches()[0]
    kept = predicate.filter(everything)
    assert 0 < kept.num_rows < everything.num_rows
    assert cells(sealing.read("every_type", predicate)) == rows(kept)


@pytest.mark.parametrize("inclusive", [True, False])
@pytest.mark.parametrize("name", ["seen", "met", "name"])
def test_java_gives_us_no_row_less_than_sql_wants(sealing: Connected, name: str, inclusive: bool) -> None:
    everything = sealing.read("every_type").combine_chunks().to_batches()[0]
    kind = everything.schema.field(name).type
    held = sorted(each for each in to_values(everything.column(name)) if each is not None)
    for value in (held[len(held) // 4], held[len(held) // 2]):
        for allowed in (p.at_least(kind, value, inclusive=inclusive), p.at_most(kind, value, inclusive=inclusive)):
            predicate = Predicate({name: allowed})
            kept = rows(predicate.filter(everything))
            found = cells(sealing.read("every_type", predicate))
            assert 0 < len(kept) < everything.num_rows
            assert [row for row in found if row in kept] == kept
            assert found == kept or name != "seen"


def test_java_filters_by_random_predicates_as_we_would(sealing: Connected) -> None:
    everything = sealing.read("every_type").combine_chunks().to_batches()[0]
    for seed in range(PREDICATES):
        predicate = random_predicate(Invention(f"{SEED}/{seed}", 5), everything)
        kept = rows(predicate.filter(everything))
        found = cells(sealing.read("every_type", predicate))
        if found != kept:  # no row less, and more only where it was not told all
            assert [row for row in found if row in kept] == kept, predicate
            assert portable(predicate) != predicate, predicate


def random_predicate(invention: Invention, held: pa.RecordBatch) -> Predicate:
    """What some columns must be, mostly in terms of values that they hold."""
    random = invention.random
    plain = [field for field in held.schema if not pa.types.is_nested(field.type)]
    summary: dict[str, p.ValueSet] = {}
    for field in random.sample(plain, random.randint(1, 3)):
        values = [value for value in to_values(held.column(field.name)) if value is not None and str(value) != "nan"]
        ends = [random.choice(values) if random.random() < 0.8 else invention.value(field.type) for _ in range(3)]
        allowed = random.choice(
            (
                p.equal_to(field.type, *ends),
                p.at_least(field.type, ends[0], inclusive=random.random() < 0.5),
                p.at_most(field.type, ends[1], inclusive=random.random() < 0.5),
                p.at_least(field.type, ends[0]).union(p.equal_to(field.type, *ends)),
                p.EquatableValueSet(field.type, tuple(ends), random.random() < 0.5),
                invention.value_set(field.type),
                p.is_null(field.type),
            )
        )
        summary[field.name] = allowed.complement() if random.random() < 0.4 else allowed
    return Predicate(summary)


@pytest.mark.parametrize(
    ("method", "arguments", "results"),
    [
        ("twice", [pa.array([1, None, -7])], pa.array([2, None, -14])),
        ("both", [pa.array(["a", "ß"]), pa.array(["🚀", ""])], pa.array(["a🚀", "ß"])),
        (
            "raised",
            [pa.array([Decimal("1.50"), None], pa.decimal128(12, 2))],
            pa.array([Decimal("1.65"), None], pa.decimal128(12, 2)),
        ),
        (
            "later",
            [to_array(pa.date64(), [datetime(1969, 12, 31, 23, 30), None])],
            to_array(pa.date64(), [datetime(1970, 1, 1, 0, 30), None]),
        ),
    ],
)
@pytest.mark.parametrize("version", [2, 5])
def test_a_function_in_java_is_called(
    java: Counterpart, s3: str, version: int, method: str, arguments: list[pa.Array], results: pa.Array
) -> None:
    connection = connected(java, s3, PLAIN, newest=version)
    request = UserDefinedFunctionRequest(
        records=pa.RecordBatch.from_arrays(arguments, [str(n) for n in range(len(arguments))]),
        output_schema=pa.schema([("result", results.type)]),
        method=method,
    )
    answer = connection.engine.transport(request)
    assert isinstance(answer, UserDefinedFunctionResponse)
    assert answer.method == method
    assert rows(answer.records) == [[cell] for cell in column(results)]


def test_the_error_of_a_java_connector_is_told_in_its_own_words(sealing: Connected) -> None:
    with pytest.raises(FederationError, match="no table nowhere"):
        sealing.table("nowhere")
