"""Conditions on a day come out in a form that DuckDB's optimizer turns into a choice of files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from athena_federation import dialect
from athena_federation.dialect import Relation, View

NOW = datetime(2026, 11, 25, 7, 30, tzinfo=UTC)
DAYS = [date(2026, 10, 27) + timedelta(days=n) for n in range(30)]
TABLE = Relation(
    ("c", "s", "activity"),
    pa.schema([("date", pa.string()), ("user_id", pa.string()), ("is_active", pa.bool_())]),
    frozenset({"date"}),
)


class OneTable:
    def resolve(self, parts: tuple[str, ...]) -> Relation | View:
        return TABLE


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    root = tmp_path_factory.mktemp("days")
    for day in DAYS:
        (root / f"date={day}").mkdir()
        (root / f"date={day}" / "x.json").touch()
    with duckdb.connect(config={"threads": 1}) as connection:
        for macro in dialect.MACROS:
            connection.execute(macro)
        yield connection, root


def files_read(sql: str, engine: tuple[duckdb.DuckDBPyConnection, Path]) -> list[int]:
    """For each scan that is left in DuckDB's plan, how many days' files it reads."""
    connection, root = engine
    statement = dialect.compile(sql, OneTable(), now=NOW)
    for scan in statement.scans:
        connection.execute(
            f"CREATE OR REPLACE TEMP VIEW \"{scan.id}\" AS SELECT * FROM read_json('{root}/*/x.json', "
            "format='newline_delimited', columns={user_id: 'VARCHAR', is_active: 'BOOLEAN'}, "
            "hive_partitioning=true, hive_types={date: 'VARCHAR'})"
        )
    ((_, plan),) = connection.execute(f"EXPLAIN (FORMAT JSON) {statement.sql}").fetchall()
    return list(scanned(json.loads(plan)))


def scanned(nodes: list[Any]) -> Iterator[int]:
    for node in nodes:
        if "JSON" in node["name"]:
            yield int(str(node.get("extra_info", {}).get("Scanning Files", f"{len(DAYS)}/")).split("/")[0])
        yield from scanned(node.get("children", []))


@pytest.mark.parametrize(
    ("condition", "days"),
    [
        ("date = '2026-11-10'", 1),
        ("date in ('2026-11-10', '2026-11-12', '2031-01-01')", 2),
        ("date >= date_format(date_trunc('month', current_date), '%Y-%m-%d')", 25),
        ("date >= cast(current_date - interval '7' day as varchar)", 8),
        ("date between '2026-11-01' and '2026-11-05'", 5),
        ("not date < '2026-11-20' and date <> '2026-11-21'", 5),
        ("date = '2026-11-10' or date = '2026-11-12'", 2),
        ("date like '2026-10%'", 5),
        ("'2026-11-24' < date", 1),
        ("substr(date, 1, 7) = '2026-10'", 5),
        ("date > '2027'", 0),
    ],
)
def test_only_the_days_of_a_condition_are_read(
    condition: str, days: int, engine: tuple[duckdb.DuckDBPyConnection, Path]
) -> None:
    read = files_read(f"select user_id from activity where {condition} and is_active", engine)
    assert sum(read) == days


@pytest.mark.parametrize(
    ("sql", "days"),
    [
        ("with a as (select date d, user_id u from activity) select u from a where d = '2026-11-10'", 1),
        ("select date, count(*) from activity group by date having date > '2026-11-22'", 3),
        ("select d from (select date d from activity union all select date from activity) where d > '2026-11-22'", 6),
        ("select u from (select user_id u, date, rank() over (partition by date) n from activity) where date = '2026-11-10'", 1),
        ("select a.user_id from activity a join activity b using (date) where date = '2026-11-10'", 2),
        ("select user_id from activity", 30),
        ("select user_id from activity where date = '2026-11-10' or is_active", 30),
    ],
)  # fmt: skip
def test_conditions_reach_the_scan_through_what_stands_between(
    sql: str, days: int, engine: tuple[duckdb.DuckDBPyConnection, Path]
) -> None:
    assert sum(files_read(sql, engine)) == days


def test_a_condition_behind_a_wrapper_would_be_noticed(engine: tuple[duckdb.DuckDBPyConnection, Path]) -> None:
    behind = "select user_id from activity where if(is_active, date, date || '') = '2026-11-10'"
    assert sum(files_read(behind, engine)) == len(DAYS)
