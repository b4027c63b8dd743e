"""Functions of numbers, with Trino's result types, rounding and answers outside a function's domain.

Source: Trino's `MathFunctions` (https://trino.io/docs/current/functions/math.html).
"""

# The rules share one signature.
# ruff: noqa: ARG005
from __future__ import annotations

from collections.abc import Callable

from athena_federation.dialect import types as t
from athena_federation.dialect.casts import failed
from athena_federation.dialect.grammar import Construct
from athena_federation.dialect.operators import cast, rescaled, unified, unscaled, whole_literal
from athena_federation.dialect.scope import Expr, merged
from athena_federation.errors import QueryError, UnsupportedSql

Rule = Callable[[list[Expr], Construct], Expr]

NAN = "CAST('nan' AS DOUBLE)"
INFINITY = "CAST('infinity' AS DOUBLE)"


def require_number(arg: Expr, construct: Construct) -> Expr:
    if arg.type == t.UNKNOWN:
        return Expr("CAST(NULL AS DOUBLE)", t.DOUBLE)
    if not t.is_number(arg.type):
        raise QueryError(f"TYPE_MISMATCH: {construct} needs a number, not {arg.type}")
    return arg


def absolute(args: list[Expr], construct: Construct) -> Expr:
    kind = require_number(args[0], construct).type
    return Expr(f"CAST(abs({args[0].sql}) AS {t.to_duckdb(kind)})", kind, args[0].refs)


def sign(args: list[Expr], construct: Construct) -> Expr:
    kind = require_number(args[0], construct).type
    if t.is_float(kind):
        raise UnsupportedSql(f"{construct}: the sign of a floating-point number, because of -0 and NaN; use CASE")
    kind = t.decimal(1, 0) if t.is_decimal(kind) else kind
    return Expr(f"CAST(sign({args[0].sql}) AS {t.to_duckdb(kind)})", kind, args[0].refs)


def rounded(args: list[Expr], construct: Construct) -> Expr:
    """Half away from zero. A decimal keeps its scale when digits are named, and loses it when they are not."""
    kind = require_number(args[0], construct).type
    digits = whole_literal(args[1]) if len(args) > 1 else 0
    if digits is None or digits < 0:
        raise UnsupportedSql(f"{construct}: the number of digits must be a literal from 0 on")
    if t.is_integer(kind):
        return Expr(args[0].sql, kind, args[0].refs)
    if t.is_decimal(kind):
        scale = kind.scale
        if len(args) == 1:
            kind = t.decimal(kind.precision - scale + min(1, scale), 0)
        else:
            kind = t.decimal(kind.precision + 1, scale)
        wide = t.decimal(max(kind.precision, args[0].type.precision + 1), scale)
        sql = f"round(CAST({args[0].sql} AS {t.to_duckdb(wide)}), {min(digits, scale)})"
        return Expr(f"CAST({sql} AS {t.to_duckdb(kind)})", kind, args[0].refs)
    if kind == t.DOUBLE and digits:
        # Trino multiplies, rounds and divides, and so follows the product; DuckDB follows the number's binary value.
        value, factor = f"abs({args[0].sql})", f"1e{digits}"
        sql = f"(CASE WHEN {args[0].sql} < 0 THEN -1 ELSE 1 END * (round({value} * {factor}) / {factor}))"
        return Expr(sql, kind, args[0].refs)
    return Expr(f"CAST(round({args[0].sql}, {digits}) AS {t.to_duckdb(kind)})", kind, args[0].refs)


def stepped(name: str) -> Rule:
    """floor and ceil: the same type; a decimal loses its scale."""

    def rule(args: list[Expr], construct: Construct) -> Expr:
        kind = require_number(args[0], construct).type
        if t.is_integer(kind):
            return Expr(args[0].sql, kind, args[0].refs)
        if t.is_decimal(kind):
            kind = t.decimal(kind.precision - kind.scale + min(1, kind.scale), 0)
        return Expr(f"CAST({name}({args[0].sql}) AS {t.to_duckdb(kind)})", kind, args[0].refs)

    return rule


def width_bucket(args: list[Expr], construct: Construct) -> Expr:
    """In which of n equal buckets between two bounds a value lies; 0 below them, n + 1 above."""
    if not all(t.is_number(arg.type) for arg in args) or not t.is_integer(args[3].type):
        raise QueryError(f"TYPE_MISMATCH: {construct} needs three numbers and a whole number")
    if (whole_literal(args[3]) or 0) < 1:
        raise UnsupportedSql(f"{construct}: the number of buckets must be a literal from 1 on")
    x, low, high = (cast(arg, t.DOUBLE) for arg in args[:3])
    n = cast(args[3], t.BIGINT)
    within = f"CAST(floor({n} * ({x} - {low}) / ({high} - {low})) AS BIGINT) + 1"
    backwards = f"WHEN isnan({x}) OR NOT {low} < {high} THEN {failed(chr(39) + 'width_bucket: bounds not in order, or not a number: ' + chr(39), x, t.BIGINT)} "
    sql = f"CASE {backwards}WHEN {x} < {low} THEN 0 WHEN {x} >= {high} THEN {n} + 1 ELSE {within} END"
    return Expr(f"CAST({sql} AS BIGINT)", t.BIGINT, merged(args))


def truncated(args: list[Expr], construct: Construct) -> Expr:
    kind = require_number(args[0], construct).type
    if t.is_integer(kind):
        raise UnsupportedSql(f"{construct}: of a whole number")
    if len(args) > 1:
        return truncated_to(args, construct)
    if t.is_decimal(kind):
        kind = t.decimal(max(kind.precision - kind.scale, 1), 0)
    return Expr(f"CAST(trunc({args[0].sql}) AS {t.to_duckdb(kind)})", kind, args[0].refs)


def truncated_to(args: list[Expr], construct: Construct) -> Expr:
    """truncate(decimal, n): without the digits after the n-th decimal; the type stays."""
    kind, places = args[0].type, whole_literal(args[1])
    if not t.is_decimal(kind):
        raise QueryError(f"TYPE_MISMATCH: {construct}: only decimals are truncated to decimals; cast it to decimal")
    if places is None or places < 0:
        raise UnsupportedSql(f"{construct}: the number of decimals must be a literal from 0 on")
    if places >= kind.scale:
        return args[0]
    unit = 10 ** (kind.scale - places)
    digits = f"({unscaled(args[0], kind)} // {unit}::HUGEINT * {unit}::HUGEINT)"
    return Expr(f"CAST({rescaled(digits, kind)} AS {t.to_duckdb(kind)})", kind, args[0].refs)


def real_valued(name: str) -> Rule:
    """Functions of doubles that give doubles."""

    def rule(args: list[Expr], construct: Construct) -> Expr:
        values = ", ".join(cast(require_number(a, construct), t.DOUBLE) for a in args)
        return Expr(f"{name}({values})", t.DOUBLE, merged(args))

    return rule


def logarithm(name: str) -> Rule:
    """NaN below zero and -Infinity at zero, where DuckDB reports an error."""

    def rule(args: list[Expr], construct: Construct) -> Expr:
        x = cast(require_number(args[0], construct), t.DOUBLE)
        sql = f"CASE WHEN {x} < 0 THEN {NAN} WHEN {x} = 0 THEN -{INFINITY} ELSE {name}({x}) END"
        return Expr(sql, t.DOUBLE, args[0].refs)

    return rule


def logarithm_to(args: list[Expr], construct: Construct) -> Expr:
    """log(base, x)."""
    base, x = (logarithm("ln")([arg], construct) for arg in args)
    return Expr(f"({x.sql} / {base.sql})", t.DOUBLE, merged(args))


def square_root(args: list[Expr], construct: Construct) -> Expr:
    x = cast(require_number(args[0], construct), t.DOUBLE)
    return Expr(f"CASE WHEN {x} < 0 THEN {NAN} ELSE sqrt({x}) END", t.DOUBLE, args[0].refs)


def constant(sql: str) -> Rule:
    return lambda args, construct: Expr(sql, t.DOUBLE)


def is_kind(text: str) -> Rule:
    """is_nan and the like, of a double."""

    def rule(args: list[Expr], construct: Construct) -> Expr:
        x = cast(require_number(args[0], construct), t.DOUBLE)
        return Expr(text.format(x=x), t.BOOLEAN, args[0].refs)

    return rule


def extreme(name: str) -> Rule:
    """greatest and least: NULL if any argument is; a NaN does not count unless all are."""

    def rule(args: list[Expr], construct: Construct) -> Expr:
        kind = unified(args, construct)
        if kind.element or kind in (t.UNKNOWN, t.DAY_INTERVAL, t.YEAR_INTERVAL):
            raise UnsupportedSql(f"{construct}: of values of type {kind}")
        values = [cast(a, kind) for a in args]
        missing = " OR ".join(f"{v} IS NULL" for v in values)
        best = f"{name}({', '.join(values)})"
        if t.is_float(kind):
            counted = ", ".join(f"CASE WHEN isnan({v}) THEN NULL ELSE {v} END" for v in values)
            best = f"coalesce({name}({counted}), CAST('nan' AS {t.to_duckdb(kind)}))"
        return Expr(f"CASE WHEN {missing} THEN NULL ELSE {best} END", kind, merged(args))

    return rule
