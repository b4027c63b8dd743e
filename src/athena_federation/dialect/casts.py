"""CAST and TRY_CAST: what Trino accepts, how strictly, and how it rounds.

Text is checked against the form that Trino reads before DuckDB, which is more lenient, is asked to convert it.
"""

from __future__ import annotations

import re

from sqlglot import exp

from athena_federation.dialect import types as t
from athena_federation.dialect.grammar import Construct
from athena_federation.dialect.scope import Expr
from athena_federation.errors import QueryError, UnsupportedSql

FORMS = {
    "integer": r"[+-]?[0-9]+",
    "double": r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?",
    "decimal": r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)",
    "date": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "timestamp": r"[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,3})?)?)?",
}
"""The text that can be cast to a type, as patterns that must match the whole of it."""

NAMES = {
    "BOOLEAN": t.BOOLEAN,
    "TINYINT": t.TINYINT,
    "SMALLINT": t.SMALLINT,
    "INT": t.INTEGER,
    "BIGINT": t.BIGINT,
    "FLOAT": t.REAL,
    "DOUBLE": t.DOUBLE,
    "DATE": t.DATE,
}


def type_named(node: exp.DataType, construct: Construct) -> tuple[t.Type, int | None]:
    """The type that a statement names, and a varchar's length. Raises UnsupportedSql for types not known here."""
    name = node.this.name if isinstance(node.this, exp.DataType.Type) else str(node.this)
    numbers = [int(param.name) for param in node.expressions if param.name.isdigit()]
    if name in NAMES and not node.expressions:
        return NAMES[name], None
    if name in ("VARCHAR", "TEXT"):
        return t.VARCHAR, numbers[0] if numbers else None
    if name == "DECIMAL":
        precision, scale = [*numbers, 38, 0][:2] if not numbers else [*numbers, 0][:2]
        return t.decimal(precision, scale), None
    if name == "TIMESTAMP" and (not numbers or numbers[0] <= 3):
        return t.Type("timestamp", (numbers or [3])[0]), None
    raise UnsupportedSql(f"{construct}: the type {node.sql(dialect='trino')}")


def literal_cast(text: str, kind: t.Type, construct: Construct) -> Expr | None:
    """DATE '…' and TIMESTAMP '…' with a good literal: a plain constant, or None for other types."""
    if kind.name not in ("date", "timestamp"):
        return None
    if not re.fullmatch(FORMS[kind.name], text):
        raise QueryError(
            f"INVALID_LITERAL: {construct}: '{text}' is not a {kind.name}; write it as 2026-11-10"
            + ("" if kind == t.DATE else " 08:30:00")
        )
    return Expr(f"CAST('{text}' AS {t.to_duckdb(kind)})", kind)


def cast(source: Expr, target: t.Type, construct: Construct, *, length: int | None = None, safe: bool = False) -> Expr:
    """CAST(source AS target), or TRY_CAST when safe."""
    sql = converted(source, target, construct, safe=safe)
    tidy = target == t.VARCHAR and (source.tidy or source.type == t.DATE)
    if length is not None:
        if source.type not in (t.VARCHAR, t.UNKNOWN):
            failure = failed(f"'a {source.type} longer than varchar({length}): ', {sql}", t.VARCHAR)
            sql = f"CASE WHEN length({sql}) > {length} THEN {'NULL' if safe else failure} ELSE {sql} END"
        elif length < 10 or not tidy:
            sql = f"substr({sql}, 1, {length})"
        tidy = tidy and length >= 10
    return Expr(sql, target, source.refs, tidy=tidy)


def failed(text: str, kind: t.Type) -> str:
    """An expression that is an error with this text when it is evaluated, and that TRY and the optimizer may handle."""
    return (
        f"CAST(CAST(concat({text}) AS UUID) AS {t.to_duckdb(kind)})"
        if kind == t.VARCHAR
        else (f"CAST(concat({text}) AS {t.to_duckdb(kind)})")
    )


def converted(source: Expr, target: t.Type, construct: Construct, *, safe: bool) -> str:
    word = "TRY_CAST" if safe else "CAST"
    plain = f"{word}({source.sql} AS {t.to_duckdb(target)})"
    kind = source.type
    if kind in (target, t.UNKNOWN):
        return plain
    if kind == t.VARCHAR:
        return from_text(source, target, plain, construct, safe=safe)
    if target == t.VARCHAR:
        return to_text(source, construct)
    if t.is_number(kind) and t.is_number(target):
        return between_numbers(source, target, plain, word, construct)
    if kind == t.BOOLEAN and t.is_number(target):
        return plain
    if t.is_number(kind) and target == t.BOOLEAN:
        return f"({source.sql} <> 0)"
    if t.is_time(kind) and t.is_time(target):
        return plain
    raise UnsupportedSql(f"{construct}: a cast from {kind} to {target}")


def between_numbers(source: Expr, target: t.Type, plain: str, word: str, construct: Construct) -> str:
    """Trino rounds half away from zero; DuckDB does so for decimals, and to even for floats."""
    if t.is_float(source.type) and t.is_integer(target):
        return f"{word}(round({source.sql}) AS {t.to_duckdb(target)})"
    if t.is_float(source.type) and t.is_decimal(target):
        raise UnsupportedSql(f"{construct}: a cast from {source.type} to {target}; use round(x, {target.scale})")
    return plain


def from_text(source: Expr, target: t.Type, plain: str, construct: Construct, *, safe: bool) -> str:
    """A text that is not of the form is an error, or NULL when safe."""
    if target == t.BOOLEAN:
        form, plain = r"(?i)(t|true|f|false|1|0)", f"(lower({source.sql}) IN ('t', 'true', '1'))"
    else:
        name = "integer" if t.is_integer(target) else "double" if t.is_float(target) else target.name
        if name not in FORMS:
            raise UnsupportedSql(f"{construct}: a cast from varchar to {target}")
        form = FORMS[name]
    if source.tidy and t.is_time(target):
        return plain
    otherwise = "NULL" if safe else failed(f"'Cannot cast to {target}: ', {source.sql}", target)
    matches = f"regexp_full_match({source.sql}, '{form}')"
    return f"CASE WHEN {source.sql} IS NULL OR {matches} THEN {plain} ELSE {otherwise} END"


def to_text(source: Expr, construct: Construct) -> str:
    kind = source.type
    if t.is_integer(kind) or t.is_decimal(kind) or kind in (t.BOOLEAN, t.DATE):
        return f"CAST({source.sql} AS VARCHAR)"
    if kind in (t.TIMESTAMP, t.TIMESTAMP_TZ):
        zone = " UTC" if kind == t.TIMESTAMP_TZ else ""
        return f"strftime({source.sql}, '%Y-%m-%d %H:%M:%S.%g{zone}')"
    advice = "; round and cast to decimal first" if t.is_float(kind) else ""
    raise UnsupportedSql(f"{construct}: a cast from {kind} to varchar{advice}")
