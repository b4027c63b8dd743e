"""What goes in and what comes out: the catalog that is asked, and the statement that DuckDB is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import pyarrow as pa
from sqlglot import exp

from athena_federation.dialect.extensions import Registrar, named_in
from athena_federation.dialect.scope import Expr, Field, Scope
from athena_federation.dialect.types import Type


@dataclass(frozen=True, slots=True)
class Relation:
    """A table that can be scanned."""

    name: tuple[str, str, str]
    """Catalog, schema, table."""
    schema: pa.Schema
    days: frozenset[str] = frozenset()
    """The columns that hold the day of the partition, as `date` or as text of the form YYYY-MM-DD."""
    others: frozenset[str] = frozenset()
    """The columns that hold something else by which the table is partitioned."""


@dataclass(frozen=True, slots=True)
class View:
    """A user's view: a query under a name, compiled in place and seeing none of the names around it."""

    name: tuple[str, str, str]
    sql: str


class Catalog(Protocol):
    """Who knows the tables. Never asked for rows."""

    def resolve(self, parts: tuple[str, ...]) -> Relation | View:
        """What `catalog.schema.table` is; 1 to 3 parts, in lower case. Raises UnknownTable."""
        ...


@dataclass(frozen=True, slots=True)
class Scan:
    """One reference to a table in a FROM clause. The DuckDB text calls it `id`."""

    id: str
    relation: Relation
    bounded: bool
    """Whether some condition of the statement depends on a day column of this reference."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A query that DuckDB can run once each scan's id is a table or view."""

    sql: str
    """DuckDB's text; its result columns are those of `columns`, in that order."""
    columns: tuple[tuple[str, Type], ...]
    """Athena's names (lower case; they may repeat) and Trino's types."""
    scans: tuple[Scan, ...]

    def prepare(self, connection: Registrar) -> None:
        """Make the extensions known that the text calls; few texts call any."""
        for extension in named_in(self.sql):
            extension.register(connection)


@dataclass(frozen=True, slots=True)
class Rows:
    """A compiled query: its text, and its columns as the text calls them (c0, c1, …) seen from outside."""

    sql: str
    columns: tuple[Field, ...]


@dataclass(slots=True)
class Program:
    """What one compilation keeps for the whole of a statement."""

    catalog: Catalog
    now: datetime
    text: str
    """The statement as it was written."""
    query: Callable[[Program, exp.Expr, Scope], Rows]
    """Compiles a query within an expression or a FROM clause."""
    relations: list[tuple[str, Relation]] = field(default_factory=list)
    bounded: set[str] = field(default_factory=set)
    views: tuple[tuple[str, str, str], ...] = ()
    """The views that are being compiled, outermost first."""
    count: int = 0

    def scan(self, relation: Relation) -> str:
        """The id of one more reference to a table."""
        id_ = f"scan_{len(self.relations)}"
        self.relations.append((id_, relation))
        return id_

    def fresh(self) -> str:
        """A name that the text does not use yet."""
        self.count += 1
        return f"q{self.count}"

    def condition(self, expr: Expr) -> str:
        """The text of a condition, noting whose days it depends on."""
        self.bounded |= expr.refs
        return expr.sql


def quoted(name: str) -> str:
    """A name as DuckDB reads it."""
    return '"' + name.replace('"', '""') + '"'
