"""One statement in the worker: compiled by the dialect, which refuses what it does not know, and answered by DuckDB.

The compiler is what decides which statements there are: a single query over tables that are held, of functions and
clauses that it knows. What it writes names scans, never tables or files.
"""

from __future__ import annotations

import base64
import mmap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import duckdb
import pyarrow as pa

from athena_federation.dialect import MACROS, Relation, Scan, Statement, View, compile, explained, to_arrow  # noqa: A004
from athena_federation.dialect.types import declared
from athena_federation.errors import QueryError, UnknownTable
from athena_federation.planner import Candidates, Planner, quoted
from slackanalytics.sandbox.holding import DATE, DAY, Name

BATCH = 8_192
"""Rows taken from DuckDB at a time."""
BEFORE = {
    "threads": "1",
    "async_threads": "1",
    "temp_directory": "",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_persistent_secrets": "false",
    "python_enable_replacements": "false",
}
AFTER = (
    "SET enable_external_file_cache = false",
    "SET max_temp_directory_size = '0B'",
    "SET disabled_filesystems = 'LocalFileSystem'",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)
"""https://duckdb.org/docs/stable/operations_manual/securing_duckdb/overview, all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A table as the worker has mapped it."""

    name: Name
    rows: pa.Table
    schema: pa.Schema
    days: Mapping[str, int] | None
    count: int
    usual: int | None

    @classmethod
    def mapped(cls, told: Mapping[str, Any]) -> Held:
        """A table of which a file descriptor was inherited."""
        memory = mmap.mmap(told["descriptor"], told["size"], prot=mmap.PROT_READ)
        rows = pa.ipc.open_file(pa.py_buffer(memory)).read_all()
        schema = pa.ipc.read_schema(pa.py_buffer(base64.b64decode(told["schema"])))
        return cls(
            name=tuple(told["name"]), rows=rows, schema=schema, days=told["days"], count=told["rows"], usual=told["usual"]
        )  # fmt: skip

    @property
    def relation(self) -> Relation:
        """As the compiler sees it."""
        days = frozenset({DAY, DATE} & set(self.schema.names)) if self.days is not None else frozenset()
        return Relation(self.name, self.schema, days)

    def candidates(self) -> Candidates:
        """Its days, as the planner takes them."""
        names = tuple(name for name in (DAY, DATE) if name in self.schema.names)
        rows = tuple(
            tuple(day if name == DAY else date.fromisoformat(day) for name in names) for day in self.days or {}
        )
        return Candidates(names, rows, tuple(self.schema.field(name).type for name in names))

    def confined(self, scan: Scan) -> list[str] | None:
        """The newest days, for a scan that names none of a table where that means those; None for all."""
        if self.usual is None or self.days is None or scan.bounded:
            return None
        return list(self.days)[-self.usual :]

    def view(self, scan: Scan) -> str:
        """What a scan reads, in the types that the compiler was told."""
        cells = (f"CAST({quoted(f.name)} AS {declared(f.type)}) AS {quoted(f.name)}" for f in self.schema)
        days = self.confined(scan)
        condition = (
            ""
            if days is None
            else f" WHERE {quoted(DAY)} IN ({', '.join(map(text, days))})"
            if days
            else " WHERE false"
        )
        return f"SELECT {', '.join(cells)} FROM {scan.id}_rows{condition}"


@dataclass(frozen=True, slots=True)
class Tables:
    """Everything that there is: the compiler's catalog."""

    held: Mapping[Name, Held]
    views: Mapping[Name, str] = field(default_factory=dict)

    def resolve(self, parts: tuple[str, ...]) -> Relation | View:
        """A name of one to three parts -> what it stands for. Raises UnknownTable."""
        for name in (*self.held, *self.views):
            if name[3 - len(parts) :] == parts:
                return self.held[name].relation if name in self.held else View(name, self.views[name])
        known = ", ".join(".".join(name[1:]) for name in (*self.held, *self.views))
        raise UnknownTable(f"TABLE_NOT_FOUND: there is no table {'.'.join(parts)} here; there is {known}")


@dataclass(slots=True)
class Answer:
    """The rows of a statement, as many as may be given."""

    columns: list[tuple[str, str]]
    """Names, and Trino's types."""
    batches: list[pa.RecordBatch]
    schema: pa.Schema
    tables: list[str]
    """Those that were read."""
    cut: str | None = None
    """What ended it early: `rows` or `size`."""

    @property
    def count(self) -> int:
        return sum(batch.num_rows for batch in self.batches)


Opened = Callable[[duckdb.DuckDBPyConnection], None]
"""Told of the connection before anything runs on it, so that it can be interrupted."""


def opened(memory: int) -> duckdb.DuckDBPyConnection:
    """An instance of its own for one statement, with nothing in it."""
    connection = duckdb.connect(config={**BEFORE, "memory_limit": f"{memory // 2**20}MiB"})
    connection.execute("SET TimeZone = 'UTC'")
    for macro in MACROS:
        connection.execute(macro)
    return connection


def answer(tables: Tables, sql: str, *, now: datetime, limits: Mapping[str, int], tell: Opened) -> Answer:
    """
    The rows.

    Raises:
        QueryError: the statement is refused, or a value makes it fail.
        duckdb.Error: it was interrupted, or needs more memory than there is.
    """
    statement = compile(sql, tables, now=now)
    connection = opened(limits["memory"])
    try:
        tell(connection)
        statement.prepare(connection)
        for scan in statement.scans:
            held = tables.held[scan.relation.name]
            connection.register(f"{scan.id}_rows", held.rows)
            connection.execute(f"CREATE TEMP VIEW {scan.id} AS {held.view(scan)}")
        for setting in AFTER:
            connection.execute(setting)
        (parsed,) = connection.extract_statements(statement.sql)
        if parsed.type != duckdb.StatementType.SELECT:
            raise QueryError("only queries are answered here, and nothing is changed")
        return taken(connection, statement, limits)
    except (duckdb.InterruptException, duckdb.OutOfMemoryException):
        raise
    except duckdb.Error as error:
        raise QueryError(explained(str(error))) from error
    finally:
        connection.close()


def taken(connection: duckdb.DuckDBPyConnection, statement: Statement, limits: Mapping[str, int]) -> Answer:
    """The rows of a compiled statement, until there are too many."""
    schema = pa.schema([(name, to_arrow(kind)) for name, kind in statement.columns])
    columns = [(name, str(kind)) for name, kind in statement.columns]
    names = dict.fromkeys(".".join(scan.relation.name[1:]) for scan in statement.scans)
    found = Answer(columns, [], schema, list(names))
    rows = size = 0
    relation: Any = connection.sql(statement.sql)
    reader = relation.to_arrow_reader(BATCH)
    for raw in reader:
        cells = [column.cast(f.type, safe=False) for column, f in zip(raw.columns, schema, strict=True)]
        batch = pa.RecordBatch.from_arrays(cells, schema=schema)
        if rows + batch.num_rows > limits["rows"]:
            found.cut = "rows"
            batch = batch.slice(0, limits["rows"] - rows)
        if size + batch.nbytes > limits["size"]:
            found.cut = "size"
            batch = batch.slice(0, int(batch.num_rows * max(0, limits["size"] - size) / max(1, batch.nbytes)))
        found.batches.append(batch)
        rows, size = rows + batch.num_rows, size + batch.nbytes
        if found.cut:
            break
    reader.close()
    return found


def outlook(tables: Tables, sql: str, *, now: datetime) -> dict[str, Any]:
    """What a statement would read of each table, and the columns of its answer. Raises QueryError."""
    statement = compile(sql, tables, now=now)
    planner = Planner()
    try:
        candidates: dict[tuple[str, ...], Candidates] = {
            name: held.candidates() for name, held in tables.held.items() if held.days is not None
        }
        needs = planner.needs(statement, candidates)
    finally:
        planner.close()
    read = []
    for name, held in tables.held.items():
        scans = [scan for scan in statement.scans if scan.relation.name == name]
        if not scans:
            continue
        wanted = {column for scan in scans for column in needs[scan.id].columns}
        read.append({
            "table": ".".join(name[1:]),
            "columns": [column for column in held.schema.names if column in wanted],
            "usual": any(held.confined(scan) is not None for scan in scans),
            **span(held, scans, needs),
        })  # fmt: skip
    return {"tables": read, "columns": [[name, str(kind)] for name, kind in statement.columns]}


def span(held: Held, scans: list[Scan], needs: Mapping[str, Any]) -> dict[str, Any]:
    """Which days of a table some scans read, and how many rows those have."""
    if held.days is None:
        return {"rows": held.count, "days": None, "of": None}
    every, wanted = list(held.days), set()
    for scan in scans:
        usual = held.confined(scan)
        wanted |= set(usual) if usual is not None else {every[n] for n in needs[scan.id].partitions}
    days = [day for day in every if day in wanted]
    return {"rows": sum(held.days[day] for day in days), "days": days, "of": len(every)}


def text(value: str) -> str:
    """As DuckDB reads it."""
    return "'" + value.replace("'", "''") + "'"
