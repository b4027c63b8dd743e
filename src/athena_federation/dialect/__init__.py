"""Athena's SQL (Trino's, engine version 3) as DuckDB's, with the same meaning or refused by name.

`compile` types every expression by Trino's rules and writes DuckDB's text for it. What is not known to mean exactly
the same in both raises `UnsupportedSql`; what Athena itself refuses raises `QueryError`, beginning with Trino's
word for it (TYPE_MISMATCH, COLUMN_NOT_FOUND, …). It fetches nothing and knows no connection.

The texts call each scan by its id, use the macros of `MACROS`, and expect DuckDB's default settings with
`TimeZone` UTC. Zoned timestamps are kept as TIMESTAMP values in UTC.
"""

from __future__ import annotations

from datetime import datetime

from athena_federation.dialect import aggregates, casts, intervals, operators
from athena_federation.dialect.complaints import explained
from athena_federation.dialect.grammar import parse
from athena_federation.dialect.queries import compiled, query
from athena_federation.dialect.scope import Scope
from athena_federation.dialect.statement import Catalog, Program, Relation, Scan, Statement, View, quoted
from athena_federation.dialect.types import Type, from_arrow, result_type, to_arrow, to_duckdb
from athena_federation.errors import UnsupportedSql

__all__ = [
    "MACROS",
    "Catalog",
    "Relation",
    "Scan",
    "Statement",
    "Type",
    "View",
    "compile",
    "explained",
    "from_arrow",
    "result_type",
    "to_arrow",
    "to_duckdb",
]


MACROS: tuple[str, ...] = (*operators.MACROS, *aggregates.MACROS, *casts.MACROS, *intervals.MACROS)
"""DuckDB statements to run once per connection, before a statement's text."""


def compile(sql: str, catalog: Catalog, *, now: datetime) -> Statement:  # noqa: A001
    """
    The statement in DuckDB's words.

    Args:
        now: UTC; what current_date, now() and the like are.

    Raises:
        QueryError: Athena would refuse the statement.
        UnknownTable, UnknownColumn: a name that does not exist.
        UnsupportedSql: a construct whose meaning here is not known to be Athena's.
    """
    program = Program(catalog, now, sql, query)
    try:
        rows = compiled(program, parse(sql), Scope(), labels=True)
    except RecursionError as error:
        raise UnsupportedSql("a statement nested this deeply") from error
    columns = tuple((field.name or f"_col{n}", field.expr.type) for n, field in enumerate(rows.columns))
    for _, kind in columns:
        result_type(kind)  # refuses what cannot be a result
    scans = tuple(
        Scan(id_, relation, id_ in program.bounded) for id_, relation in program.relations if quoted(id_) in rows.sql
    )
    return Statement(rows.sql, columns, scans)
