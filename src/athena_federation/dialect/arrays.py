"""Functions of arrays, with Trino's indexes, NULLs and errors."""

# The rules share one signature.
from __future__ import annotations

from athena_federation.dialect import types as t
from athena_federation.dialect.casts import failed
from athena_federation.dialect.grammar import Construct
from athena_federation.dialect.operators import cast, unified, whole_literal
from athena_federation.dialect.scope import Expr, merged
from athena_federation.errors import QueryError, UnsupportedSql


def element_of(arg: Expr, construct: Construct) -> t.Type:
    if arg.type.name == "map":
        raise UnsupportedSql(f"{construct}: of {arg.type}")
    if not arg.type.element or not t.is_array(arg.type):
        raise QueryError(f"TYPE_MISMATCH: {construct} needs an array, not {arg.type}")
    return arg.type.element


def made(args: list[Expr], construct: Construct) -> Expr:
    """ARRAY[…]."""
    kind = unified(args, construct)
    text = ", ".join(cast(value, kind) for value in args)
    return Expr(f"CAST([{text}] AS {t.to_duckdb(t.array(kind))})", t.array(kind), merged(args))


def cardinality(args: list[Expr], construct: Construct) -> Expr:
    element_of(args[0], construct)
    return Expr(f"CAST(len({args[0].sql}) AS BIGINT)", t.BIGINT, args[0].refs)


def index_of(arg: Expr, construct: Construct) -> str:
    if not t.is_integer(arg.type):
        raise QueryError(f"TYPE_MISMATCH: {construct}: an array is indexed by a whole number, not {arg.type}")
    return arg.sql


def subscript(args: list[Expr], construct: Construct) -> Expr:
    """x[n]: an index out of range is an error."""
    if len(args) != 2 or not t.is_array(args[0].type):
        raise UnsupportedSql(f"{construct}: a subscript of {args[0].type}")
    x, n, kind = args[0].sql, index_of(args[1], construct), element_of(args[0], construct)
    failure = failed("'array subscript out of bounds: '", n, kind)
    return Expr(f"CASE WHEN {n} < 1 OR {n} > len({x}) THEN {failure} ELSE {x}[{n}] END", kind, merged(args))


def element_at(args: list[Expr], construct: Construct) -> Expr:
    """NULL when there is no such element; from the end when negative."""
    kind, n = element_of(args[0], construct), index_of(args[1], construct)
    sql = f"{args[0].sql}[{n}]"
    if not whole_literal(args[1]):
        failure = failed("'array indices start at 1, not '", "0", kind)
        sql = f"CASE WHEN {n} = 0 THEN {failure} ELSE {sql} END"
    return Expr(sql, kind, merged(args))


def contains(args: list[Expr], construct: Construct) -> Expr:
    """NULL when it is not there and a NULL is."""
    element = element_of(args[0], construct)
    if t.common(element, args[1].type) != element or t.is_float(element) or element.element:
        raise UnsupportedSql(f"{construct}: an array of {element} and a value of {args[1].type}")
    x, value = args[0].sql, cast(args[1], element)
    sql = f"CASE WHEN list_contains({x}, {value}) THEN TRUE WHEN list_count({x}) < len({x}) THEN NULL "
    return Expr(f"{sql}WHEN {x} IS NULL OR {value} IS NULL THEN NULL ELSE FALSE END", t.BOOLEAN, merged(args))


def array_join(args: list[Expr], construct: Construct) -> Expr:
    """NULLs are left out."""
    if element_of(args[0], construct) != t.VARCHAR or args[1].type != t.VARCHAR:
        raise UnsupportedSql(f"{construct}: of an array of {args[0].type.element}; cast its elements to varchar")
    return Expr(f"array_to_string({args[0].sql}, {args[1].sql})", t.VARCHAR, merged(args))


def array_sort(args: list[Expr], construct: Construct) -> Expr:
    element = element_of(args[0], construct)
    if element.element:
        raise UnsupportedSql(f"{construct}: of arrays of {element}")
    return Expr(f"list_sort({args[0].sql}, 'ASC', 'NULLS LAST')", args[0].type, args[0].refs)


def sequence(args: list[Expr], construct: Construct) -> Expr:
    """Of whole numbers, or of dates some days apart; downwards when the last is less than the first."""
    first, last, *step = args
    if all(t.is_integer(arg.type) for arg in args):
        a, b = cast(first, t.BIGINT), cast(last, t.BIGINT)
        by = cast(step[0], t.BIGINT) if step else f"CASE WHEN {a} <= {b} THEN 1 ELSE -1 END"
        if step and not whole_literal(step[0]):
            raise UnsupportedSql(f"{construct}: the step must be a literal other than 0")
        kind, sql = t.BIGINT, f"generate_series({a}, {b}, {by})"
        way = f"({b} - {a}) * {by} < 0"
    elif first.type == last.type == t.DATE and (not step or step[0].type == t.DAY_INTERVAL):
        a, b = first.sql, last.sql
        if step and step[0].literal != "day":
            raise UnsupportedSql(f"{construct}: a step other than a number of days")
        by = step[0].sql if step else f"CASE WHEN {a} <= {b} THEN to_days(1) ELSE to_days(-1) END"
        kind, sql = t.DATE, f"CAST(generate_series({a}, {b}, {by}) AS DATE[])"
        way = f"{b} <> {a} AND ({b} > {a}) <> ({by} > to_days(0))"
    else:
        raise UnsupportedSql(f"{construct}: only of whole numbers, or of dates some days apart")
    if step:
        failure = failed("'sequence: the step leads away from the stop '", b, t.array(kind))
        sql = f"CASE WHEN {way} THEN {failure} ELSE {sql} END"
    return Expr(sql, t.array(kind), merged(args))
