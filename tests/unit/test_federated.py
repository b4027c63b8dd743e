"""SQL over connectors that others wrote: every type comes through, no partition is lost, none is read in vain."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.unit.foreign import CELLS, LONG_AGO, NOON, PLACES, ROWS_EACH, Foreign

from athena_federation.engine import Engine, loopback
from athena_federation.errors import UnknownTable, UnsupportedSql
from athena_federation.local import Database

COLUMNS = ", ".join(list(CELLS)[1:])


@pytest.fixture
def foreign() -> Foreign:
    return Foreign()


@pytest.fixture
def database(foreign: Foreign) -> Iterator[Database]:
    with Database({"other": Engine(loopback(foreign, 4), catalog="other")}) as made:
        yield made


def rows(database: Database, sql: str) -> list[tuple[Any, ...]]:
    with database.sql(sql) as result:
        return result.rows()


def test_a_cell_of_every_type_comes_through(database: Database) -> None:
    with database.sql(f"SELECT {COLUMNS} FROM everything") as result:
        found = dict(zip(result.columns, next(row for row in result.rows() if row[0]), strict=True))
    expected = {name: cells[0] for name, (_, cells) in CELLS.items() if name != "elapsed"}
    expected |= {"sent": NOON, "moments": [NOON, None, LONG_AGO], "counts": {"x": 1, "y": None}}
    assert found == expected


def test_the_answer_in_arrow_has_athenas_types(database: Database) -> None:
    with database.sql(f"SELECT {COLUMNS} FROM everything ORDER BY flag") as result:
        table = result.arrow()
    kinds = dict(zip(table.schema.names, table.schema.types, strict=True))
    assert kinds["seen"] == pa.timestamp("ms")
    assert kinds["sent"] == pa.timestamp("ms", "UTC")
    assert kinds["moments"] == pa.list_(pa.timestamp("ms"))
    assert kinds["counts"] == pa.map_(pa.string(), pa.int64())
    assert kinds["place"] == pa.struct([("lat", pa.float64()), ("at", pa.timestamp("ms"))])
    assert kinds["octet"] == pa.int16()
    assert table.column("sent").to_pylist() == [NOON.replace(tzinfo=UTC), None]
    assert table.column("place").to_pylist() == [{"lat": 1.0, "at": NOON}, None]


@pytest.mark.parametrize("kind", ["csv", "json", "ndjson", "parquet"])
def test_every_type_can_be_written(database: Database, tmp_path: Path, kind: str) -> None:
    target = tmp_path / f"answer.{kind}"
    with database.sql(f"SELECT {COLUMNS} FROM everything") as result:
        result.write(target, kind)
    if kind == "parquet":
        assert pq.read_table(target).num_rows == 2
    else:
        assert b"12:30:05.123" in target.read_bytes()


def test_a_time_of_day_can_be_asked_for(database: Database) -> None:
    assert rows(database, "SELECT hour(seen), count(*) FROM everything WHERE seen IS NOT NULL GROUP BY 1") == [(12, 1)]


def test_a_column_of_an_unknown_type_harms_only_those_who_name_it(database: Database) -> None:
    assert rows(database, "SELECT count(*) FROM everything") == [(2,)]
    for statement in ("SELECT * FROM everything", "SELECT elapsed FROM everything"):
        with pytest.raises(UnsupportedSql, match=r"column elapsed of type time32\[ms\]"):
            database.sql(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT count(*) FROM everything GROUP BY counts",
        "SELECT DISTINCT counts FROM everything",
        "SELECT counts FROM everything UNION SELECT counts FROM everything",
        "SELECT 1 FROM everything ORDER BY place",
        "SELECT 1 FROM everything WHERE place = place",
        "SELECT cardinality(place) FROM everything",
        "SELECT max(place) FROM everything",
        "SELECT CAST(place AS varchar) FROM everything",
    ],
)
def test_what_a_row_or_a_map_would_mean_elsewhere_is_refused(database: Database, statement: str) -> None:
    with pytest.raises(Exception, match=r"row|map|array") as refused:
        database.sql(statement)
    assert type(refused.value).__name__ in {"UnsupportedSql", "QueryError"}


def test_names_are_found_whatever_their_case_at_the_source(database: Database) -> None:
    for name in ("everything", "main.everything", "MAIN.Everything", 'other."Main".everything'):
        assert rows(database, f"SELECT count(*) FROM {name}") == [(2,)]
    with pytest.raises(UnknownTable, match=r"there is no table nowhere; there is Main\.everything, Main\.regions"):
        database.sql("SELECT 1 FROM nowhere")


EVERY = list(range(len(PLACES)))


@pytest.mark.parametrize(
    ("condition", "places"),
    [
        ("true", EVERY),
        ("region = 'eu'", [1, 4]),
        ("region IS NULL", [2]),
        ("region IS NOT NULL", [0, 1, 3, 4, 5]),
        ("level = 2", [0, 3, 4]),
        ("region = 'eu' AND level = 2", [4]),
        ("region = 'O''Hare = {a}'", [5]),
        ("region LIKE 'a%' OR level > 1", [0, 3, 4]),
        ("coalesce(region, 'none') = 'none'", [2]),
        ("n = 1", EVERY),
        ("region = 'nowhere'", []),
    ],
)
def test_exactly_the_partitions_of_a_condition_are_read(
    database: Database, foreign: Foreign, condition: str, places: list[int]
) -> None:
    found = rows(database, f"SELECT region, level, n FROM regions WHERE {condition}")
    kept = [n for n in range(ROWS_EACH) if condition != "n = 1" or n == 1]
    assert sorted(found, key=str) == sorted(((*PLACES[place], n) for place in places for n in kept), key=str)
    assert foreign.places_read() == places


def test_one_table_read_twice_keeps_its_null_partition(database: Database) -> None:
    sql = "SELECT (SELECT count(*) FROM regions), (SELECT count(*) FROM regions WHERE region = 'eu')"
    assert rows(database, sql) == [(len(PLACES) * ROWS_EACH, 2 * ROWS_EACH)]
