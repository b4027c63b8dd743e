"""What there is, asked in SQL: SHOW, DESCRIBE, EXPLAIN, and the tables of information_schema.

SHOW and DESCRIBE become queries over those tables, as in Trino, and so give columns of the same names and types
(in lower case, like all names of columns here). Two tables more are read by them alone: `$columns`, which has what
DESCRIBE tells of a column, and `$functions`.

Syntax: https://trino.io/docs/current/sql/show-tables.html and its neighbours.
"""

# The text is made of names and literals that are quoted here.
# ruff: noqa: S608
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from athena_federation.dialect import signatures
from athena_federation.dialect.aggregates import AGGREGATES, WINDOW_FUNCTIONS
from athena_federation.dialect.functions import FUNCTIONS
from athena_federation.dialect.grammar import Athena, first_line, syntax
from athena_federation.dialect.lambdas import LAMBDAS
from athena_federation.dialect.statement import Catalog, Statement, quoted
from athena_federation.dialect.types import VARCHAR, from_arrow
from athena_federation.errors import QueryError, UnsupportedSql

INFORMATION = "information_schema"

Name = tuple[str, str, str]
"""Catalog, schema, table; in lower case."""


@dataclass(frozen=True, slots=True)
class Known:
    """A table or view as information_schema tells of it."""

    name: Name
    schema: pa.Schema
    kind: str = "BASE TABLE"
    partitions: frozenset[str] = frozenset()
    """The columns by which it is partitioned."""
    definition: str = ""
    """A view's query."""


def texts(*names: str) -> pa.Schema:
    return pa.schema([(name, pa.string()) for name in names])


SCHEMAS: Mapping[str, pa.Schema] = {
    "schemata": texts("catalog_name", "schema_name"),
    "tables": texts("table_catalog", "table_schema", "table_name", "table_type"),
    "views": texts("table_catalog", "table_schema", "table_name", "view_definition"),
    "columns": pa.schema([
        *texts("table_catalog", "table_schema", "table_name", "column_name"),
        ("ordinal_position", pa.int64()),
        *texts("column_default", "is_nullable", "data_type"),
    ]),
    "$columns": pa.schema([
        *texts("table_schema", "table_name"),
        ("n", pa.int64()),
        *texts("column", "type", "extra", "comment"),
    ]),
    "$catalogs": texts("catalog"),
    "$functions": pa.schema([
        *texts("function", "return type", "argument types", "function type"),
        ("deterministic", pa.bool_()),
        ("description", pa.string()),
    ]),
}  # fmt: skip
"""The tables of information_schema, and those that only SHOW reads."""


def contents(table: str, catalog: str, known: Iterable[Known], catalogs: Iterable[str]) -> pa.Table:
    """
    The rows of a table of a catalog's information_schema.

    Args:
        known: tables of this catalog and of others; those of information_schema itself are added.
        catalogs: the names of all catalogs.
    """
    own = [Known((catalog, INFORMATION, name), schema) for name, schema in SCHEMAS.items() if "$" not in name]
    here = (each for each in known if each.name[0] == catalog)
    every = sorted([*here, *own], key=lambda each: each.name)
    match table:
        case "$catalogs":
            rows: list[tuple[object, ...]] = [(name,) for name in catalogs]
        case "$functions":
            rows = functions()
        case "schemata":
            rows = [(catalog, schema) for schema in sorted({each.name[1] for each in every})]
        case "tables":
            rows = [(*each.name, each.kind) for each in every]
        case "views":
            rows = [(*each.name, each.definition) for each in every if each.kind == "VIEW"]
        case "columns":
            rows = [
                (*each.name, field.name.lower(), n, None, "YES", type_of(field))
                for each in every
                for n, field in enumerate(each.schema, 1)
            ]
        case _:
            rows = [
                (*each.name[1:], n, field.name.lower(), type_of(field), extra(field, each), comment(field, each))
                for each in every
                for n, field in enumerate(each.schema, 1)
            ]
    schema = SCHEMAS[table]
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema=schema)


def type_of(field: pa.Field) -> str:
    """Trino's name of a column's type; Arrow's, where statements may not name the column."""
    try:
        return str(from_arrow(field.type))
    except UnsupportedSql:
        return str(field.type)


def extra(field: pa.Field, table: Known) -> str:
    return "partition key" if field.name in table.partitions else ""


def comment(field: pa.Field, table: Known) -> str:
    return bytes((table.schema.metadata or {}).get(field.name.encode(), b"")).decode()


def functions() -> list[tuple[object, ...]]:
    """Trino's signatures of the functions that are answered here; without Trino's descriptions."""
    answered = {*FUNCTIONS, *AGGREGATES, *WINDOW_FUNCTIONS, *LAMBDAS, *FORMS}
    return [(*line[:4], line[4] == "true", "") for line in signatures.signatures() if line[0] in answered]


FORMS = ("now", "grouping")
"""Functions of Trino's list that have a rule elsewhere than in the tables of functions."""


# ── statements ───────────────────────────────────────────────────────────────────────────────────────────────────


def explained_query(sql: str) -> str | None:
    """The query of an EXPLAIN statement; None for any other statement. Raises UnsupportedSql for its options."""
    tokens = tokenized(sql)
    if not tokens or tokens[0].text.upper() != "EXPLAIN":
        return None
    body = sql[tokens[0].end + 1 :]
    following = tokenized(body)
    if following and (following[0].text.upper() in ("ANALYZE", "VERBOSE") or is_option(following)):
        raise UnsupportedSql("EXPLAIN with options or ANALYZE; write EXPLAIN SELECT … for what a statement would read")
    return body


def is_option(tokens: list[Token]) -> bool:
    words = [token.text.upper() for token in tokens[:2]]
    return words[0] == "(" and words[-1] in ("TYPE", "FORMAT")


def told(name: str, text: str) -> Statement:
    """A statement that answers one text."""
    literal = "'" + text.replace("'", "''") + "'"
    return Statement(f"SELECT {literal} AS {quoted(name)}", ((name, VARCHAR),), ())


def as_query(sql: str, names: Catalog, default: str, schemas: Callable[[], Iterable[tuple[str, str]]]) -> str | None:
    """
    The query that a SHOW or DESCRIBE statement stands for; None for any other statement.

    Args:
        names: who knows the tables.
        default: the catalog of names that have none.
        schemas: asked for the catalog and schema of everything there is, where that matters.

    Raises:
        QueryError: no such table, schema or catalog, or a statement that cannot be read.
        UnsupportedSql: SHOW of something else.
    """
    tokens = tokenized(sql)
    word = tokens[0].text.upper() if tokens else ""
    if word not in ("SHOW", "DESCRIBE", "DESC"):
        return None
    rest = tokenized(sql[tokens[0].end + 1 :])
    known = list(schemas())
    session = next((each for each in known if each[0] == default), (default, "default"))
    shown = Shown(rest, names, session, frozenset(known))
    return shown.query() if word == "SHOW" else shown.columns()


def tokenized(sql: str) -> list[Token]:
    try:
        tokens = list(Athena().tokenize(sql))
    except SqlglotError as error:
        raise QueryError(f"SYNTAX_ERROR: {first_line(error)}") from error
    return tokens[:-1] if tokens and tokens[-1].token_type == TokenType.SEMICOLON else tokens


class Shown:
    """A SHOW statement while it is read."""

    def __init__(
        self, tokens: list[Token], names: Catalog, session: tuple[str, str], schemas: frozenset[tuple[str, str]]
    ) -> None:
        self.tokens = tokens
        self.names = names
        self.session = session
        self.schemas = schemas

    def query(self) -> str:
        what = self.word()
        match what:
            case "CATALOGS":
                return (
                    f"SELECT catalog FROM {self.source(self.session[0], '$catalogs')}{self.like('catalog')} ORDER BY 1"
                )
            case "SCHEMAS" | "DATABASES":
                (catalog,) = self.optional_name(1) or self.session[:1]
                self.require_catalog(catalog)
                source = self.source(catalog, "schemata")
                return f'SELECT schema_name AS "schema" FROM {source}{self.like("schema_name")} ORDER BY 1'
            case "TABLES":
                given = self.optional_name(2)
                catalog, schema = (*self.session[: 2 - len(given)], *given)
                self.require_schema(catalog, schema)
                condition = self.like("table_name", f"table_schema = {text(schema)}")
                return f'SELECT table_name AS "table" FROM {self.source(catalog, "tables")}{condition} ORDER BY 1'
            case "COLUMNS":
                if self.word() not in ("FROM", "IN"):
                    raise QueryError("SYNTAX_ERROR: SHOW COLUMNS FROM table")
                return self.columns()
            case "FUNCTIONS":
                source = self.source(self.session[0], "$functions")
                return f"SELECT * FROM {source}{self.like('function')} ORDER BY 1, 3"
        raise UnsupportedSql(f"SHOW {what}; there is SHOW CATALOGS, SCHEMAS, TABLES, COLUMNS FROM table, and FUNCTIONS")

    def columns(self) -> str:
        """What DESCRIBE tells of a table."""
        catalog, schema, table = self.names.resolve(self.name(3)).name
        source = self.source(catalog, "$columns")
        where = self.like('"column"', f"table_schema = {text(schema)} AND table_name = {text(table)}")
        return f'SELECT "column", "type", extra, "comment" FROM {source}{where} ORDER BY n'

    def source(self, catalog: str, table: str) -> str:
        return f"{quoted(catalog)}.{INFORMATION}.{quoted(table)}"

    def word(self) -> str:
        return str(self.tokens.pop(0).text).upper() if self.tokens else ""

    def optional_name(self, most: int) -> tuple[str, ...]:
        """FROM or IN and a name, if they follow."""
        if not self.tokens or self.tokens[0].text.upper() not in ("FROM", "IN"):
            return ()
        self.tokens.pop(0)
        return self.name(most)

    def name(self, most: int) -> tuple[str, ...]:
        parts: list[str] = []
        while self.tokens and self.tokens[0].token_type != TokenType.STRING:
            parts.append(str(self.tokens.pop(0).text).lower())
            if not self.tokens or self.tokens[0].token_type != TokenType.DOT:
                break
            self.tokens.pop(0)
        if not 1 <= len(parts) <= most:
            raise QueryError(f"SYNTAX_ERROR: a name of one to {most} parts is expected")
        return tuple(parts)

    def require_catalog(self, catalog: str) -> None:
        known = sorted({name for name, _ in self.schemas})
        if catalog not in known:
            raise QueryError(f"CATALOG_NOT_FOUND: there is no catalog {catalog}; there is {', '.join(known)}")

    def require_schema(self, catalog: str, schema: str) -> None:
        self.require_catalog(catalog)
        known = sorted(name for its, name in self.schemas if its == catalog)
        if schema not in (*known, INFORMATION):
            raise QueryError(f"SCHEMA_NOT_FOUND: there is no schema {catalog}.{schema}; there is {', '.join(known)}")

    def like(self, column: str, condition: str = "") -> str:
        """WHERE, of a condition and of LIKE '…' ESCAPE '…' if they follow; nothing else may."""
        conditions = [condition] if condition else []
        if self.tokens and self.tokens[0].text.upper() == "LIKE":
            parts = self.tokens[1:4]
            words = [token.text.upper() for token in parts]
            literal = [token.token_type == TokenType.STRING for token in parts]
            if literal not in ([True], [True, False, True]) or words[1:2] not in ([], ["ESCAPE"]):
                raise syntax(self.tokens[0], "LIKE 'pattern' or LIKE 'pattern' ESCAPE 'character' is expected")
            escape = f" ESCAPE {text(parts[2].text)}" if len(parts) > 1 else ""
            conditions.append(f"{column} LIKE {text(parts[0].text)}{escape}")
            del self.tokens[: 1 + len(parts)]
        if self.tokens:
            raise syntax(self.tokens[0], f"`{self.tokens[0].text}` is not expected here")
        return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
