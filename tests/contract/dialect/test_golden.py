"""Statements that a real Trino has answered: answered alike here, or refused by name where it says so.

The answers were recorded by `conformance/trino`, which can record them again.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from athena_federation import dialect
from athena_federation.dialect import Relation, Statement, Type, View
from athena_federation.errors import FederationError, QueryError, UnknownTable, UnsupportedSql

GOLDEN = Path(__file__).parent / "golden"
NOW = datetime(2026, 11, 25, 7, 30, 5, 123000, tzinfo=UTC)
TABLES = json.loads((GOLDEN / "tables.json").read_text())

ARROW = {
    "boolean": pa.bool_(),
    "tinyint": pa.int8(),
    "smallint": pa.int16(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "real": pa.float32(),
    "double": pa.float64(),
    "varchar": pa.string(),
    "date": pa.date32(),
    "timestamp(3)": pa.timestamp("ms"),
    "timestamp(3) with time zone": pa.timestamp("ms", "UTC"),
    "decimal(10,2)": pa.decimal128(10, 2),
    "decimal(20,5)": pa.decimal128(20, 5),
    "array(integer)": pa.list_(pa.int32()),
    "array(varchar)": pa.list_(pa.string()),
}


class Tables:
    """The tables of the golden files, in `memory.default`."""

    def __init__(self) -> None:
        self.relations = {
            name: Relation(
                ("memory", "default", name),
                pa.schema([(column, ARROW[kind]) for column, kind in table["columns"]]),
                frozenset(table["days"]),
            )
            for name, table in TABLES.items()
        }

    def resolve(self, parts: tuple[str, ...]) -> Relation | View:
        for relation in self.relations.values():
            if relation.name[-len(parts) :] == parts:
                return relation
        raise UnknownTable(f"there is no table {'.'.join(parts)}")


def recorded(*names: str) -> list[Any]:
    entries = []
    for name in names:
        for entry in json.loads((GOLDEN / f"{name}.json").read_text()):
            entries.append(pytest.param(entry, id=entry["sql"][:80]))
    return entries


def filled() -> duckdb.DuckDBPyConnection:
    """DuckDB with the tables of the golden files."""
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("SET TimeZone = 'UTC'")
    for macro in dialect.MACROS:
        connection.execute(macro)
    for name, relation in Tables().relations.items():
        kinds = [dialect.to_duckdb(dialect.from_arrow(field.type)) for field in relation.schema]
        columns = ", ".join(f'"{field.name}" {kind}' for field, kind in zip(relation.schema, kinds, strict=True))
        connection.execute(f"CREATE TABLE base_{name} ({columns})")
        marks = ", ".join(f"CAST(? AS {kind})" for kind in kinds)
        connection.executemany(f"INSERT INTO base_{name} VALUES ({marks})", TABLES[name]["rows"])
    return connection


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with filled() as connection:
        yield connection


def answer(sql: str, engine: duckdb.DuckDBPyConnection) -> tuple[Statement, duckdb.DuckDBPyConnection]:
    statement = dialect.compile(sql, Tables(), now=NOW)
    for scan in statement.scans:
        engine.execute(f'CREATE OR REPLACE TEMP VIEW "{scan.id}" AS SELECT * FROM base_{scan.relation.name[2]}')
    statement.prepare(engine)
    return statement, engine.execute(statement.sql)


ANSWERED = (
    "collections",
    "generated",
    "types",
    "functions",
    "queries",
    "corners",
    "patterns",
    "everyday",
    "grammar",
    "singles",
)


@pytest.mark.parametrize("entry", recorded(*ANSWERED))
def test_a_statement_is_answered_as_trino_answers_it(entry: dict[str, Any], engine: duckdb.DuckDBPyConnection) -> None:
    statement, cursor = answer(entry["sql"], engine)
    described = [str(column[1]) for column in cursor.description]
    rows = cursor.fetchall()
    assert [(name, str(kind).replace(", ", ",")) for name, kind in statement.columns] == [
        (name, without_length(kind)) for name, kind in entry["columns"]
    ]
    for (name, kind), actual in zip(statement.columns, described, strict=True):
        assert kind.name == "unknown" or actual == dialect.to_duckdb(kind), name
    kinds = [kind for _, kind in statement.columns]
    ours = [tuple(shown(value, kind) for value, kind in zip(row, kinds, strict=True)) for row in rows]
    theirs = [tuple(read(value, kind) for value, kind in zip(row, kinds, strict=True)) for row in entry["rows"]]
    if not re.search(r"order by[^()]*$", entry["sql"], re.IGNORECASE):
        ours, theirs = sorted(ours, key=repr), sorted(theirs, key=repr)
    assert ours == theirs


@pytest.mark.parametrize("entry", recorded("refused"))
def test_what_is_not_known_to_mean_the_same_is_refused_by_name(entry: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedSql) as refusal:
        dialect.compile(entry["sql"], Tables(), now=NOW)
    assert len(str(refusal.value)) > 5


@pytest.mark.parametrize("entry", recorded("errors"))
def test_what_trino_refuses_is_no_answer_here(entry: dict[str, Any], engine: duckdb.DuckDBPyConnection) -> None:
    assert "error" in entry
    with pytest.raises((FederationError, duckdb.Error)):  # an overflow or a bad value shows only when it runs
        answer(entry["sql"], engine)[1].fetchall()


def test_the_check_notices_an_answer_that_is_only_nearly_the_same(engine: duckdb.DuckDBPyConnection) -> None:
    right = {"sql": "select 7 / 2 as x", "columns": [["x", "integer"]], "rows": [[3]]}
    test_a_statement_is_answered_as_trino_answers_it(right, engine)
    for wrong in ({"rows": [[3.5]]}, {"columns": [["x", "bigint"]]}, {"columns": [["_col0", "integer"]]}):
        with pytest.raises(AssertionError):
            test_a_statement_is_answered_as_trino_answers_it(right | wrong, engine)


def test_a_query_error_names_trinos_own_word() -> None:
    for sql, word in {
        "select user_id from activity where is_active = 'true'": "TYPE_MISMATCH",
        "select nosuch from activity": "COLUMN_NOT_FOUND",
        "select user_id, count(*) from activity": "EXPRESSION_NOT_AGGREGATE",
        "select user_id from activity where count(*) > 1": "EXPRESSION_NOT_SCALAR",
        "select distinct user_id from activity order by date": "EXPRESSION_NOT_IN_DISTINCT",
        "select user_id from activity a, activity b": "AMBIGUOUS_NAME",
        "select user_id from activity order by 2": "INVALID_COLUMN_REFERENCE",
        "select 1 union select 'a'": "TYPE_MISMATCH",
        "select cast('2026-02-30x' as date)": "INVALID_LITERAL",
    }.items():
        with pytest.raises(QueryError, match=f"^{word}: "):
            dialect.compile(sql, Tables(), now=NOW)


def without_length(kind: str) -> str:
    return re.sub(r"varchar\(\d+\)", "varchar", kind)


def shown(value: Any, kind: Type) -> Any:
    """One of DuckDB's values, comparable with a recorded one."""
    match value:
        case Decimal():
            return str(value)
        case datetime():
            return value.replace(tzinfo=None).isoformat(" ", "milliseconds")
        case date():
            return value.isoformat()
        case bytes():
            return value.hex()
        case float():
            return rounded(value, kind)
        case list():
            return [shown(item, kind.element or kind) for item in value]
        case dict() if kind.name == "row":
            return [shown(its, one) for its, (_, one) in zip(value.values(), kind.fields, strict=True)]
        case dict():
            return {str(shown(key, kind.fields[0][1])): shown(its, kind.fields[1][1]) for key, its in value.items()}
    return value


def read(value: Any, kind: Type) -> Any:
    """A recorded value, comparable with one of DuckDB's."""
    if kind.name in ("double", "real") and value is not None:
        return rounded(float(value), kind)
    if isinstance(value, list) and kind.name == "row":
        return [read(its, one) for its, (_, one) in zip(value, kind.fields, strict=True)]
    if isinstance(value, dict):
        return {key: read(its, kind.fields[1][1]) for key, its in value.items()}
    if isinstance(value, list):
        return [read(item, kind.element or kind) for item in value]
    return value


def rounded(value: float, kind: Type) -> Any:
    """To the digits on which two orders of summing agree."""
    if math.isnan(value):
        return "nan"
    return float(f"{value:.6g}" if kind.name == "real" else f"{value:.12g}")


def test_an_error_says_where_it_is_and_what_would_work() -> None:
    for sql, said in {
        "select user_id\nfrom activity\nwhere is_active = 'true'": r"write is_active \(line 3, column 7\)$",
        "select user_id from activity where 'false' = is_active": r"write NOT is_active \(line 1",
        "select ifnull(user_id, '') from activity": r"FUNCTION_NOT_FOUND: .*coalesce\(a, b\) \(line 1, column 8\)$",
        "select lenght(user_id) from activity": r"did you mean length\(\)\? \(line 1, column 8\)$",
        "select 1,\n  emial_address from activity": r"COLUMN_NOT_FOUND: .* \(line 2, column 3\)$",
        "select 1\nfrom nosuch": r"\(line 2, column 6\)$",
        "select k + t from words": r"^TYPE_MISMATCH: .* \(line 1, column 8\)$",
        "select soundex(t) from words": "the function soundex",
    }.items():
        with pytest.raises(QueryError, match=said) as error:
            dialect.compile(sql, Tables(), now=NOW)
        assert str(error.value).count("(line") <= 1
