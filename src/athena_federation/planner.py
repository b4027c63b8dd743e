"""A typed statement -> the partitions and columns that each of its scans needs, and no others where that is certain.

DuckDB's own optimizer is asked. Every scan is planned over a stub: one empty file per candidate partition, in a folder
that carries the partition's values, so that nothing is known about rows and nothing can be folded away. The files
exist in name only (`Nowhere`). The plan tells which of them the conditions leave; its text is evaluated over the
candidates and must agree with the plan's own count. Every doubt means all candidates: too many partitions cost time,
too few would cost rows.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import duckdb
import pyarrow as pa
from fsspec.spec import AbstractFileSystem

from athena_federation.dialect import MACROS, Scan, Statement, to_duckdb
from athena_federation.dialect.types import declared, from_arrow

STUB = "READ_JSON"
"""The node under which the planned scan appears; the others are READ_CSV."""
FOLDED = "EMPTY_RESULT"
POSITION = "athena_federation_position"
"""The column of a stub that tells its candidates apart."""
NULL_PARTITION = "__HIVE_DEFAULT_PARTITION__"


@dataclass(frozen=True, slots=True)
class Need:
    """What one scan of a statement needs."""

    partitions: tuple[int, ...]
    """Positions in the list of candidates, ascending."""
    columns: tuple[str, ...]
    """In the order of the table."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """The partitions that a table can have: the columns that tell them apart, and a row of values for each."""

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    kinds: tuple[pa.DataType, ...] = ()
    """The columns' types, where they do not show in the values."""


class Planner:
    """
    Plans statements over stubs of its own, in a DuckDB instance that never sees data.

    Not for use from several threads at once.
    """

    def __init__(self) -> None:
        self.connection = duckdb.connect(config={"autoinstall_known_extensions": "false"})
        self.connection.execute("SET TimeZone = 'UTC'")
        for macro in MACROS:
            self.connection.execute(macro)
        self.connection.register_filesystem(Nowhere())
        self.views: dict[tuple[tuple[str, ...], Candidates], str] = {}

    def close(self) -> None:
        self.connection.close()

    def needs(self, statement: Statement, candidates: Mapping[tuple[str, ...], Candidates]) -> dict[str, Need]:
        """Scan id -> what it needs. Tables without an entry in `candidates` are one partition."""
        statement.prepare(self.connection)
        others = {scan.id: self.unpartitioned(scan) for scan in statement.scans}
        found = {}
        for scan in statement.scans:
            known = candidates.get(scan.relation.name, Candidates((), ((),)))
            for other, select in others.items():
                self.connection.execute(f'CREATE OR REPLACE TEMP VIEW "{other}" AS {select}')
            self.connection.execute(f'CREATE OR REPLACE TEMP VIEW "{scan.id}" AS {self.partitioned(scan, known)}')
            found[scan.id] = self.need(statement.sql, scan, known)
        return found

    def need(self, sql: str, scan: Scan, known: Candidates) -> Need:
        """One plan, read."""
        plan = json.loads(self.connection.execute(f"EXPLAIN (FORMAT json) {sql}").fetchall()[0][1])
        everything = Need(tuple(range(len(known.rows))), tuple(scan.relation.schema.names))
        nodes = list(walk(plan))
        scans = [(node, above) for node, above in nodes if node["name"].strip() == STUB]
        if not scans:
            folded = any(node["name"].strip() == FOLDED for node, _ in nodes)
            return Need((), ()) if folded else everything
        partitions: set[int] = set()
        columns: set[str] = set()
        for node, filters in scans:
            info = node.get("extra_info", {})
            partitions |= self.surviving(info, filters, known)
            columns |= set(listed(info.get("Projections", [])))
        # A condition that the files' names decide is taken out of the plan, and its column with it.
        columns |= {name for name in known.columns if quoted(name) in sql}
        return Need(tuple(sorted(partitions)), tuple(n for n in scan.relation.schema.names if n in columns))

    def surviving(self, info: Mapping[str, Any], filters: Sequence[str], known: Candidates) -> set[int]:
        """The candidates that pass a scan's file filter and the filters directly above it."""
        left = set(range(len(known.rows)))
        if conditions := info.get("File Filters"):
            found = self.passing(" AND ".join(separated("\n".join(listed(conditions)))), known)
            counted = re.match(r"(\d+)/(\d+)", str(info.get("Scanning Files", "")))
            if found is not None and counted and (int(counted[1]), int(counted[2])) == (len(found), len(left)):
                left = found
        for condition in filters:
            found = self.passing(condition, known)
            if found is not None:
                left &= found
        return left

    def passing(self, condition: str, known: Candidates) -> set[int] | None:
        """The candidates for which a condition of a plan is true; None when it says something else than partitions."""
        if not known.columns:
            return None
        table = self.candidate_table(known)
        try:
            return {
                n for (n,) in self.connection.execute(f"SELECT {POSITION} FROM {table} WHERE {condition}").fetchall()
            }
        except duckdb.Error:
            return None  # the condition is about other columns, or fails: it narrows nothing

    def candidate_table(self, known: Candidates) -> str:
        """The candidates as a table of their columns and their position."""
        key = (("candidates",), known)
        if key not in self.views:
            name = self.views[key] = f"candidates_{len(self.views)}"
            kinds = known.kinds or (None,) * len(known.columns)
            cells = list(zip(*known.rows, strict=True)) or [()] * len(known.columns)
            arrays = [pa.array(values, kind) for values, kind in zip(cells, kinds, strict=True)]
            table = pa.table([pa.array(range(len(known.rows))), *arrays], [POSITION, *known.columns])
            self.connection.register(name, table)
        return self.views[key]

    def unpartitioned(self, scan: Scan) -> str:
        """A scan that is not being planned: opaque, and under another node's name."""
        fields = struct(scan.relation.schema)
        return (
            f"SELECT * FROM read_csv('{Nowhere.protocol}://empty.csv', auto_detect=false, header=false, delim=',', "
            f"quote='\"', escape='\"', columns={fields})"
        )

    def partitioned(self, scan: Scan, known: Candidates) -> str:
        """The scan that is being planned: a file per candidate."""
        key = (scan.relation.name, known)
        if key not in self.views:
            self.views[key] = self.stub(scan.relation.schema, known)
        names = ", ".join(quoted(name) for name in scan.relation.schema.names)
        return f"SELECT {names} FROM {self.views[key]}"

    def stub(self, schema: pa.Schema, known: Candidates) -> str:
        files = [path_of(position, known.columns, row) for position, row in enumerate(known.rows)]
        hive = {name: duckdb_type(name, known) for name in known.columns} | {POSITION: "BIGINT"}
        inside = pa.schema([field for field in schema if field.name not in known.columns])
        types = ", ".join(f"{text(name)}: {text(kind)}" for name, kind in hive.items())
        named = ", ".join(text(file) for file in files or [path_of(0, (), ())])
        return (
            f"read_json([{named}], format='newline_delimited', columns={struct(inside)}, "
            f"hive_partitioning=true, hive_types={{{types}}})"
        )


class Nowhere(AbstractFileSystem):  # type: ignore[misc]  # fsspec ships no types
    """Files that exist in name only: each path is there, and empty."""

    protocol = "nowhere"

    def glob(self, path: str, **_: Any) -> list[str]:
        return [path]

    def exists(self, path: str, **_: Any) -> bool:  # noqa: ARG002
        return True

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        return {"name": path, "size": 0, "type": "file"}

    def _open(self, path: str, *_: Any, **__: Any) -> io.BytesIO:  # noqa: ARG002
        return io.BytesIO()


def path_of(position: int, columns: Sequence[str], row: Sequence[object]) -> str:
    """Where the stub of a candidate would lie, its values in the path."""
    pairs = [(POSITION, position), *zip(columns, row, strict=True)]
    folders = [f"{quote(n, safe='')}={NULL_PARTITION if v is None else quote(str(v), safe='')}" for n, v in pairs]
    return "/".join([f"{Nowhere.protocol}:/", *folders, "x.json"])


def walk(
    nodes: Sequence[Mapping[str, Any]], above: Sequence[str] = ()
) -> Iterator[tuple[Mapping[str, Any], list[str]]]:
    """Every node of a plan, with the conditions of a FILTER directly above it."""
    for node in nodes:
        yield node, list(above)
        info = node.get("extra_info", {}) if node["name"].strip() == "FILTER" else {}
        conditions = listed(info.get("Expression", info.get("Expressions", [])))
        if any(condition.count("'") % 2 for condition in conditions):
            conditions = []  # a text with a line end in it, of which a plan makes several conditions
        yield from walk(node.get("children", []), conditions)


def separated(conditions: str) -> list[str]:
    """A plan writes the conditions on files one after the other, with nothing between: `(a = 1)prefix(b, 'x')`."""
    parts, start, depth, text_open = [], 0, 0, False
    for place, char in enumerate(conditions):
        if char == "'":
            text_open = not text_open
        elif not text_open and char in "()":
            depth += 1 if char == "(" else -1
            follows = conditions[place + 1 : place + 2]
            if char == ")" and depth == 0 and (follows.isalpha() or follows in ("(", '"')):
                parts.append(conditions[start : place + 1])
                start = place + 1
    return [*parts, conditions[start:]]


def listed(value: str | Sequence[str]) -> list[str]:
    """A plan gives one thing as text, several as a list, none as an empty text."""
    return ([value] if value else []) if isinstance(value, str) else list(value)


def duckdb_type(name: str, known: Candidates) -> str:
    """The type of a candidate column, from its values where it is not told; a column without a value is text."""
    if known.kinds:
        return to_duckdb(from_arrow(known.kinds[known.columns.index(name)]))
    for row in known.rows:
        value = row[known.columns.index(name)]
        if value is not None:
            return to_duckdb(from_arrow(pa.scalar(value).type))
    return "VARCHAR"


def struct(schema: pa.Schema) -> str:
    """A schema as DuckDB's readers take it. A reader wants at least one column."""
    fields = [f"{text(field.name)}: {text(declared(field.type))}" for field in schema]
    return "{" + ", ".join(fields or ["'_': 'BIGINT'"]) + "}"


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
