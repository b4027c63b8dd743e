"""connect(): SQL answered in this process, on the very road that Athena takes to a connector.

A statement is typed and rewritten (`dialect`), planned (`planner`), its partitions are read through the protocol
(`engine`), and DuckDB computes the answer from what came back. Each statement has a DuckDB instance of its own, so
statements neither see nor disturb each other; what does not fit into memory goes to a private temporary folder.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

import duckdb
import pyarrow as pa
import pyarrow.csv

from athena_federation import csv_file
from athena_federation.blocks import load_batch
from athena_federation.columns import storable
from athena_federation.dialect import MACROS, Relation, Scan, Statement, View, compile, explained, introspection  # noqa: A004
from athena_federation.dialect.introspection import INFORMATION, SCHEMAS, Known
from athena_federation.dialect.types import declared, to_arrow
from athena_federation.engine import Engine, Progress, Transport, begun, in_process
from athena_federation.errors import QueryError, UnknownTable
from athena_federation.federated import Federated, chosen
from athena_federation.handler import Handler
from athena_federation.messages import GetTableResponse
from athena_federation.planner import Planner, quoted
from athena_federation.predicate import ANY
from athena_federation.results import Result
from athena_federation.table import Connector

MEMORY_LIMIT = "512MB"
"""What DuckDB may hold in memory before it uses its temporary folder."""

ROWS_PER_INSERT = 50_000
PATIENCE = 0.5
"""Seconds that an interrupted computation is given to end by itself."""

NAMED = 6
"""Partitions that a plan names one by one when it is printed; of more, the first and the last."""

Name = tuple[str, str, str]
"""catalog, schema, table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePlan:
    """What a statement reads of one federated table."""

    name: Name
    columns: tuple[str, ...]
    partitions: pa.RecordBatch
    """The rows of the table's layout that are read, oldest first."""
    candidates: int
    """How many partitions the table has in all."""
    bounded: bool
    """Whether the statement says which partitions it wants; otherwise the connector's usual ones are read."""

    def __str__(self) -> str:
        rows = [", ".join(map(str, row.values())) for row in self.partitions.to_pylist()]
        which = ", ".join(rows) if len(rows) <= NAMED else f"{rows[0]} … {rows[-1]}"
        return (
            f"table       {'.'.join(self.name)}\n"
            f"partitions  {len(rows):,} of {self.candidates:,}{': ' if which else ''}{which}\n"
            f"columns     {len(self.columns)}{': ' if self.columns else ''}{', '.join(self.columns)}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a statement would read. Making it asks no source for anything."""

    statement: Statement
    tables: tuple[TablePlan, ...]
    usual: Mapping[str, pa.RecordBatch] = field(default_factory=dict)
    """Scan id -> the layout rows it is confined to, for scans that name no partition."""

    def __str__(self) -> str:
        return "\n\n".join(map(str, self.tables)) or "no table of a connector is read"


class Database:
    """Tables of connectors and registered files, to be asked in Athena's SQL."""

    def __init__(
        self,
        engines: Mapping[str, Engine],
        *,
        default: str | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`engines`: catalog -> engine. `default` is the catalog of names that have none (the first one otherwise)."""
        self.engines = dict(engines)
        self.default = default or next(iter(self.engines))
        self.now = now
        self.files: dict[Name, pa.Table] = {}
        self.views: dict[Name, str] = {}
        self.descriptions: dict[Name, Federated] = {}
        self.planner = Planner()
        self.planning = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Forget the registered tables."""
        self.planner.close()
        self.files.clear()
        self.views.clear()
        self.descriptions.clear()

    # ── what there is ──────────────────────────────────────────────────────────────────────────────────────────────

    def register(self, name: str, source: pa.Table | str | Path) -> None:
        """
        Make a CSV file, or an Arrow table, a table of this database.

        Every column of a CSV file is varchar, as behind Athena's CSV serde, so that the same SQL runs in both places.

        Raises:
            QueryError: the file cannot be read as CSV with a header line.
        """
        table = source if isinstance(source, pa.Table) else csv_file.read(Path(source))
        self.files[self.full_name(name)] = table

    def view(self, name: str, sql: str) -> None:
        """Give a query a name. It is read anew, and pruned, with every statement that uses it."""
        full = self.full_name(name)
        previous = self.views.get(full)
        self.views[full] = sql
        try:
            compile(f"SELECT * FROM {'.'.join(quoted(part) for part in full)}", self, now=self.now())
        except QueryError:
            if previous is None:
                del self.views[full]
            else:
                self.views[full] = previous
            raise

    def full_name(self, name: str) -> Name:
        parts = name.lower().split(".")
        match parts:
            case [schema, table]:
                return self.default, schema, table
            case [catalog, schema, table]:
                return catalog, schema, table
        raise QueryError(f"{name}: give the table a name as schema.table")

    def tables(self) -> list[GetTableResponse]:
        """Every table of every connector, described."""
        found = []
        for engine in self.engines.values():
            for schema in engine.schemas():
                found += [engine.describe(table) for table in engine.tables(schema)]
        return found

    def resolve(self, parts: tuple[str, ...]) -> Relation | View:
        """A name of one to three parts -> what it stands for. Raises UnknownTable."""
        for name in self.spellings(parts):
            if name in self.views:
                return View(name, self.views[name])
            if name in self.files:
                return Relation(name, self.files[name].schema, frozenset())
            if name[1] == INFORMATION and name[2] in SCHEMAS:
                return Relation(name, SCHEMAS[name[2]])
            if name[0] in self.engines and (federated := self.federated(name)):
                return Relation(
                    name,
                    federated.description.schema,
                    federated.days,
                    frozenset(federated.partition_columns) - federated.days,
                )
        known = sorted(".".join(n[1:]) for n in [*self.files, *self.views])
        for engine in self.engines.values():
            known += [str(table) for schema in engine.schemas() for table in engine.tables(schema)]
        raise UnknownTable(f"TABLE_NOT_FOUND: there is no table {'.'.join(parts)}; there is {', '.join(known)}")

    def schemas(self) -> list[tuple[str, str]]:
        """Catalog and schema of everything there is, those of connectors first."""
        found = [(catalog, schema.lower()) for catalog, engine in self.engines.items() for schema in engine.schemas()]
        return list(dict.fromkeys([*found, *(name[:2] for name in [*self.files, *self.views])]))

    def information(self, name: Name) -> pa.Table:
        """The rows of a table of a catalog's information_schema. Every table of the catalog is described for it."""
        catalog, known = name[0], [Known(full, table.schema) for full, table in self.files.items()]
        for full, sql in self.views.items():
            columns = compile(sql, self, now=self.now()).columns
            known.append(Known(full, pa.schema([(n, to_arrow(k)) for n, k in columns]), "VIEW", definition=sql))
        engine = self.engines.get(catalog)
        for table in [table for schema in engine.schemas() for table in engine.tables(schema)] if engine else []:
            full = (catalog, table.schema.lower(), table.table.lower())
            if its := self.federated(full):
                known.append(Known(full, its.description.schema, partitions=frozenset(its.partition_columns)))
        return introspection.contents(name[2], catalog, known, dict.fromkeys(each for each, _ in self.schemas()))

    def spellings(self, parts: tuple[str, ...]) -> list[Name]:
        """The full names that a name of one to three parts can mean, the likeliest first."""
        match parts:
            case (catalog, schema, table):
                return [(catalog, schema, table)]
            case (schema, table):
                return [(catalog, schema, table) for catalog in dict.fromkeys([self.default, *self.engines])]
            case (table,):
                return [(c, schema.lower(), table) for c, engine in self.engines.items() for schema in engine.schemas()]
        return []

    def federated(self, name: Name) -> Federated | None:
        """The table behind an engine, described once; None when the engine has none of that name."""
        if name not in self.descriptions:
            engine = self.engines[name[0]]
            schemas = [schema for schema in engine.schemas() if schema.lower() == name[1]]
            found = [table for schema in schemas for table in engine.tables(schema) if table.table.lower() == name[2]]
            if not found:
                return None
            self.descriptions[name] = Federated(engine, engine.describe(found[0]))
        return self.descriptions[name]

    # ── asking ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def explain(self, sql: str) -> Plan:
        """
        What a statement would read; nothing is read.

        Raises:
            QueryError: the statement cannot be answered as written.
        """
        if (explained_sql := introspection.explained_query(sql)) is not None:
            return Plan(statement=introspection.told("query plan", str(self.explain(explained_sql))), tables=())
        query = introspection.as_query(sql, self, self.default, self.schemas) or sql
        statement = compile(query, self, now=self.now())
        federated = {s.relation.name: f for s in statement.scans if (f := self.descriptions.get(s.relation.name))}
        layouts = {name: table.layout() for name, table in federated.items()}
        with self.planning:
            needs = self.planner.needs(statement, {n: federated[n].told(each.rows) for n, each in layouts.items()})
        tables: list[TablePlan] = []
        usual: dict[str, pa.RecordBatch] = {}
        for name, table in federated.items():
            scans = [scan for scan in statement.scans if scan.relation.name == name]
            partitions, confined = chosen(scans, needs, layouts[name])
            columns = {column for scan in scans for column in needs[scan.id].columns}
            if confined:
                columns |= set(table.partition_columns)
                usual |= confined
            tables.append(
                TablePlan(
                    name=name,
                    columns=tuple(n for n in table.description.schema.names if n in columns),
                    partitions=partitions,
                    candidates=layouts[name].rows.num_rows,
                    bounded=all(scan.bounded for scan in scans),
                )
            )
        return Plan(statement=statement, tables=tuple(tables), usual=usual)

    def sql(self, sql: str, *, progress: Callable[[Progress], None] | None = None) -> Result:
        """
        The answer, complete: either every row that Athena would give, or an error.

        Raises:
            QueryError: the statement cannot be answered as written.
            ConnectorError: a source could not give all that was needed.
        """
        return self.answer(self.explain(sql), progress=progress)

    def answer(self, plan: Plan, *, progress: Callable[[Progress], None] | None = None) -> Result:
        """Read what a plan names, and compute."""
        work = Workspace()
        try:
            for number, table in enumerate(plan.tables):
                federated = self.descriptions[table.name]
                batches = federated.engine.read(
                    federated.description, columns=table.columns, partitions=table.partitions,
                    predicate=federated.shared(table.partitions) if table.bounded else ANY, progress=progress,
                )  # fmt: skip
                work.load(f"data_{number}", federated.description.schema, batches)
                for scan in plan.statement.scans:
                    if scan.relation.name == table.name:
                        work.offer(scan, f"data_{number}", plan.usual.get(scan.id))
            for scan in plan.statement.scans:
                if (name := scan.relation.name) in self.files:
                    work.attach(scan.id, self.files[name])
                elif name[1] == INFORMATION:
                    work.attach(scan.id, self.information(name))
            return work.result(plan.statement)
        except BaseException:
            work.close()
            raise


class Workspace:
    """One statement's DuckDB: what was read, and the answer. Closed by its Result."""

    def __init__(self) -> None:
        folder = tempfile.mkdtemp(prefix="athena-federation-")
        self.working: Future[object] | None = None
        """The computation, while there is one."""
        self.forget = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self.connection = duckdb.connect(
            config={
                "memory_limit": MEMORY_LIMIT,
                "temp_directory": folder,
                "autoinstall_known_extensions": "false",
            }
        )
        self.connection.execute("SET TimeZone = 'UTC'")
        for macro in MACROS:
            self.connection.execute(macro)

    def close(self) -> None:
        if self.working:  # interrupted: DuckDB ends what it does when it next looks
            self.connection.interrupt()
            wait([self.working], timeout=PATIENCE)
        if not self.working or self.working.done():
            self.connection.close()
        self.forget()

    def load(self, name: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
        """A table of the columns read; the others are declared, and NULL, because nothing asks for them."""
        kinds = ", ".join(f"{quoted(f.name)} {declared(f.type)}" for f in schema)
        self.connection.execute(f"CREATE TABLE {name} ({kinds})")
        for table in gathered(map(storable, batches)):
            targets = ", ".join(quoted(column) for column in table.schema.names)
            self.connection.register("incoming", table)
            self.connection.execute(f"INSERT INTO {name} ({targets}) SELECT {targets} FROM incoming")
            self.connection.unregister("incoming")

    def offer(self, scan: Scan, name: str, usual: pa.RecordBatch | None) -> None:
        """The loaded table under a scan's name, confined to its usual partitions where it has such."""
        condition = ""
        if usual is not None and (keys := [n for n in usual.schema.names if n in scan.relation.schema.names]):
            self.attach(f"usual_{scan.id}", pa.Table.from_batches([usual.select(keys)]))
            same = " AND ".join(f"its.{quoted(key)} IS NOT DISTINCT FROM {name}.{quoted(key)}" for key in keys)
            condition = f" WHERE EXISTS (SELECT 1 FROM usual_{scan.id} AS its WHERE {same})"
        self.connection.execute(f"CREATE VIEW {scan.id} AS SELECT * FROM {name}{condition}")

    def attach(self, name: str, table: pa.Table) -> None:
        batches = [storable(batch) for batch in (table.to_batches() or [load_batch(b"", table.schema)])]
        self.connection.register(name, pa.Table.from_batches(batches))

    def compute(self, sql: str) -> None:
        """Run by a thread of its own, because an interrupt is for the main thread, which DuckDB would keep busy."""
        self.working = begun(self.connection.execute, sql)
        self.working.result()
        self.working = None

    def result(self, statement: Statement) -> Result:
        """Computed to the end, so that reading it cannot fail."""
        statement.prepare(self.connection)
        try:
            self.compute(f"CREATE TABLE answer AS {statement.sql}")
        except duckdb.Error as error:
            raise QueryError(explained(str(error))) from error
        return Result(self.connection, statement.columns, self.close)


def gathered(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Batches put together to tables of some size: an insert costs the same for one row and for many."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        if sum(b.num_rows for b in held) >= ROWS_PER_INSERT:
            yield pa.Table.from_batches(held)
            held = []
    if held:
        yield pa.Table.from_batches(held)


def connect(
    *connectors: Connector,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    transport: Callable[[Handler], Transport] = in_process,
) -> Database:
    """The tables of some connectors in this process; `transport` decides how far each message travels."""
    engines = {c.name: Engine(transport(Handler(c)), catalog=c.name) for c in connectors}
    return Database(engines, now=now)
