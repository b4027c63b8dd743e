"""SHOW, DESCRIBE, EXPLAIN and information_schema: Trino's columns and types, over whatever a database holds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.contract.dialect.test_golden import Tables

from athena_federation import local
from athena_federation.errors import QueryError, UnknownTable, UnsupportedSql
from athena_federation.partitions import Daily
from athena_federation.table import Column, Connector, Scan, Table

GOLDEN = Path(__file__).parent / "golden" / "introspection.json"
"""Recorded from Trino over the golden tables."""


def unread(scan: Scan) -> Iterator[pa.RecordBatch]:
    raise AssertionError(f"{scan.partition} was read")


@pytest.fixture(scope="module")
def golden() -> Iterator[local.Database]:
    with local.Database({}, default="memory", now=lambda: datetime(2026, 11, 25, tzinfo=UTC)) as made:
        for name, relation in Tables().relations.items():
            made.register(f"memory.default.{name}", relation.schema.empty_table())
        yield made


@pytest.fixture(scope="module")
def database() -> Iterator[local.Database]:
    columns = [Column("day", pa.string(), "The day."), Column("user_id", pa.string()), Column("n", pa.int64())]
    partition = Daily("day", since=date(2026, 11, 1))
    table = Table(name="visits", columns=columns, partition=partition, read=unread)
    connector = Connector(name="shop", tables=[table], today=lambda: date(2026, 11, 25))
    with local.connect(connector, now=lambda: datetime(2026, 11, 25, tzinfo=UTC)) as made:
        made.register("hr.people", pa.table({"name": ["a"], "age": [1]}))
        made.view("hr.busy", "SELECT user_id, n * 1.5 AS more FROM visits WHERE n > 3")
        yield made


@pytest.mark.parametrize("entry", json.loads(GOLDEN.read_text()), ids=lambda entry: entry["sql"])
def test_what_there_is_is_told_as_trino_tells_it(entry: dict[str, Any], golden: local.Database) -> None:
    if "error" in entry:
        with pytest.raises(QueryError, match=entry["error"]):
            golden.sql(entry["sql"])
        return
    with golden.sql(entry["sql"]) as result:
        assert [(name, str(kind)) for name, kind in result.types] == [
            (name, re.sub(r"\(\d+\)", "", kind)) for name, kind in entry["columns"]
        ]
        assert sorted([list(row) for row in result.rows()], key=json.dumps) == sorted(entry["rows"], key=json.dumps)


def test_a_table_of_a_connector_is_described_with_its_partitions_and_comments(database: local.Database) -> None:
    expected = [
        ("day", "varchar", "partition key", "The day."),
        ("user_id", "varchar", "", ""),
        ("n", "bigint", "", ""),
    ]
    for sql in (
        "DESCRIBE visits",
        "desc shop.Visits;",
        "SHOW COLUMNS IN shop.shop.visits",
        "/* all */ DESCRIBE VISITS",
    ):
        assert [row[:3] for row in database.sql(sql).rows()] == [row[:3] for row in expected]
    assert database.sql("describe visits").rows()[0] == expected[0]


def test_views_and_files_are_there_too(database: local.Database) -> None:
    assert database.sql("SHOW TABLES FROM hr").rows() == [("busy",), ("people",)]
    assert database.sql("SHOW TABLES").rows() == [("visits",)]
    assert database.sql("SHOW SCHEMAS LIKE '%h%'").rows() == [("hr",), ("information_schema",), ("shop",)]
    assert database.sql("SHOW CATALOGS").rows() == [("shop",)]
    assert database.sql("DESCRIBE hr.busy").rows() == [
        ("user_id", "varchar", "", ""),
        ("more", "decimal(21,1)", "", ""),
    ]
    kinds = "SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = 'hr' ORDER BY 1"
    assert database.sql(kinds).rows() == [("busy", "VIEW"), ("people", "BASE TABLE")]
    views = database.sql("SELECT table_name, view_definition FROM shop.information_schema.views").rows()
    assert views == [("busy", "SELECT user_id, n * 1.5 AS more FROM visits WHERE n > 3")]


def test_information_schema_can_be_joined_and_counted(database: local.Database) -> None:
    sql = (
        "SELECT t.table_name, count(*) FROM information_schema.tables t JOIN information_schema.columns c "
        "USING (table_schema, table_name) WHERE table_schema <> 'information_schema' GROUP BY 1 ORDER BY 1"
    )
    with pytest.raises(QueryError, match="after USING write table_name alone"):
        database.sql(sql)
    assert database.sql(sql.replace("t.table_name", "table_name")).rows() == [("busy", 2), ("people", 2), ("visits", 3)]


def test_explain_tells_the_plan_and_reads_nothing(database: local.Database) -> None:
    sql = "SELECT count(*) FROM visits WHERE day = '2026-11-09'"
    ((told,),) = database.sql(f"EXPLAIN {sql}").rows()
    assert told == str(database.explain(sql))
    assert "2026-11-09" in told
    assert database.sql("explain select 1").rows() == [("no table of a connector is read",)]
    with pytest.raises(QueryError, match="COLUMN_NOT_FOUND"):
        database.sql("EXPLAIN SELECT nosuch FROM visits")
    for options in ("ANALYZE SELECT 1", "(TYPE DISTRIBUTED) SELECT 1"):
        with pytest.raises(UnsupportedSql, match="EXPLAIN with options"):
            database.sql(f"EXPLAIN {options}")
    assert database.sql("EXPLAIN (SELECT 1)").types[0][0] == "query plan"


@pytest.mark.parametrize(
    ("sql", "complaint"),
    [
        ("SHOW TABLES FROM nosuch", "SCHEMA_NOT_FOUND: there is no schema shop.nosuch; there is hr, shop"),
        ("SHOW SCHEMAS FROM nosuch", "CATALOG_NOT_FOUND: there is no catalog nosuch"),
        ("SHOW COLUMNS visits", "SYNTAX_ERROR"),
        ("SHOW TABLES LIKE", "SYNTAX_ERROR"),
        ("SHOW TABLES LIKE 'a' 'b'", "SYNTAX_ERROR"),
        ("SHOW TABLES FROM a.b.c", "SYNTAX_ERROR"),
        ("DESCRIBE", "SYNTAX_ERROR"),
        ("DESCRIBE visits extra", "SYNTAX_ERROR"),
        ("SHOW TABLES; SELECT 1", "SYNTAX_ERROR"),
    ],
)
def test_what_cannot_be_shown_is_named(sql: str, complaint: str, database: local.Database) -> None:
    with pytest.raises(QueryError, match=complaint):
        database.sql(sql)


def test_other_things_to_show_are_refused(database: local.Database) -> None:
    for sql in ("SHOW CREATE TABLE visits", "SHOW STATS FOR visits", "SHOW SESSION", "SHOW"):
        with pytest.raises(UnsupportedSql, match="there is SHOW CATALOGS"):
            database.sql(sql)
    with pytest.raises(UnknownTable, match="there is no table nosuch"):
        database.sql("DESCRIBE nosuch")


def test_the_functions_shown_are_those_that_are_answered(database: local.Database) -> None:
    rows = database.sql("SHOW FUNCTIONS LIKE 'date\\_%' ESCAPE '\\'").rows()
    assert ("date_diff", "bigint", "varchar(x), date, date", "scalar", True, "") in rows
    assert {row[0] for row in rows} == {"date_add", "date_diff", "date_format", "date_parse", "date_trunc"}
    kinds = {row[3] for row in database.sql("SHOW FUNCTIONS").rows()}
    assert kinds == {"scalar", "aggregate", "window"}
