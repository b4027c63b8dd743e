"""Operators: comparison, arithmetic and concatenation, with Trino's types and DuckDB's text.

Sources: Trino's `DecimalOperators` for precision and scale, its integer operators for truncation and division by
zero. Every function takes typed operands and gives a typed result, or refuses.
"""

# The rules share one signature.
# ruff: noqa: ARG001
from __future__ import annotations

import re

from sqlglot import exp

from athena_federation.dialect import types as t
from athena_federation.dialect.grammar import Construct, text_of
from athena_federation.dialect.scope import Expr, merged
from athena_federation.errors import QueryError, UnsupportedSql

DIVIDE = "athena_divide"
"""Macro (a, b): hugeint division rounded half away from zero; DuckDB reports b = 0 as an error."""

MACROS = (
    f"""CREATE OR REPLACE MACRO {DIVIDE}(a, b) AS
    (abs(a) + abs(b) // 2) // abs(b) * CASE WHEN (a < 0) = (b < 0) THEN 1 ELSE -1 END""",
)


def text_literal(text: str) -> str:
    """A text as DuckDB reads it."""
    return "'" + text.replace("'", "''") + "'"


def number_literal(text: str) -> Expr:
    """integer or bigint, decimal with a point, double with an exponent; a sign may stand before it."""
    if re.fullmatch(r"-?[0-9]+", text):
        if not -(2**63) <= int(text) < 2**63:
            raise QueryError(f"INVALID_LITERAL: {text} is not within the range of bigint")
        kind = t.INTEGER if -(2**31) <= int(text) < 2**31 else t.BIGINT
        edge = int(text) in (-(2**31), -(2**63))  # DuckDB takes the sign for an operator
        return Expr(f"CAST('{text}' AS {t.to_duckdb(kind)})" if edge else signed(text), kind, literal=text)
    if re.fullmatch(r"-?[0-9]*\.?[0-9]*[eE][+-]?[0-9]+", text):
        return Expr(f"CAST({signed(text)} AS DOUBLE)", t.DOUBLE, literal=text)
    if not re.fullmatch(r"-?[0-9]*\.[0-9]*", text):
        raise UnsupportedSql(f"the number {text}")
    whole, fraction = text.lstrip("-").split(".")
    precision = len(whole.lstrip("0")) + len(fraction)
    if precision > 38:
        raise QueryError(f"INVALID_LITERAL: {text} has more than the 38 digits of a decimal")
    kind = t.decimal(max(precision, 1), len(fraction))
    return Expr(f"CAST({signed(text)} AS {t.to_duckdb(kind)})", kind, literal=text)


def whole_literal(expr: Expr) -> int | None:
    """The value of a whole number that the statement spells out."""
    return int(expr.literal) if t.is_integer(expr.type) and expr.literal is not None else None


def signed(text: str) -> str:
    return f"({text})" if text.startswith("-") else text


def cast(expr: Expr, kind: t.Type) -> str:
    """The operand's text, brought to a type that it coerces to."""
    return expr.sql if expr.type == kind else f"CAST({expr.sql} AS {t.to_duckdb(kind)})"


def unified(exprs: list[Expr], construct: Construct) -> t.Type:
    """The one type of several values. Raises QueryError where Trino reports TYPE_MISMATCH."""
    kind = t.UNKNOWN
    for expr in exprs:
        both = t.common(kind, expr.type)
        if both is None:
            raise mismatch(construct, kind, expr.type)
        kind = both
    return kind


def mismatch(construct: Construct, left: t.Type, right: t.Type) -> QueryError:
    """What Trino reports as TYPE_MISMATCH, with what would work."""
    advice = "cast one of them"
    kinds = {left.name, right.name}
    if kinds == {"boolean", "varchar"}:
        advice = f"a boolean is a condition by itself: {corrected(construct)}"
    elif "varchar" in kinds and kinds & {"date", "timestamp", "timestamp with time zone"}:
        advice = (
            "compare dates with dates (cast(… AS date)) or text with text ('2026-11-10', date_format(…, '%Y-%m-%d'))"
        )
    return QueryError(f"TYPE_MISMATCH: {construct} puts {left} and {right} together, which Athena refuses; {advice}")


def corrected(construct: Construct) -> str:
    """What `x = 'true'` should be."""
    node = construct.node
    sides = (node.this, node.expression) if isinstance(node, exp.EQ | exp.NEQ) else ()
    for one, other in (sides, sides[::-1]) if sides else ():
        word = other.name.lower() if isinstance(other, exp.Literal) and other.is_string else ""
        if word in ("true", "false"):
            return f"write {'' if (word == 'true') == isinstance(node, exp.EQ) else 'NOT '}{text_of(one)}"
    return "write `x` or `NOT x`"


def compare(operator: str, left: Expr, right: Expr, construct: Construct) -> Expr:
    """=, <>, <, <=, >, >=, IS [NOT] DISTINCT FROM. A NaN is unequal to all, and neither less nor greater."""
    if t.is_char(left.type) or t.is_char(right.type):
        return compare_chars(operator, left, right, construct)
    kind = unified([left, right], construct)
    if kind.element or kind == t.JSON:
        raise UnsupportedSql(f"{construct}: a comparison of values of type {kind}")
    a, b = cast(left, kind), cast(right, kind)
    sql = f"({a} {operator} {b})"
    if t.is_float(kind) and "DISTINCT" not in operator:
        odd = [(a, b, left), (b, a, right)]
        tests = [f"isnan({x}) AND {y} IS NOT NULL" for x, y, side in odd if t.is_float(side.type) and not side.literal]
        if tests:
            sql = f"CASE WHEN {' OR '.join(tests)} THEN {'TRUE' if operator == '<>' else 'FALSE'} ELSE {sql} END"
    return Expr(sql, t.BOOLEAN, merged([left, right]))


def compare_chars(operator: str, left: Expr, right: Expr, construct: Construct) -> Expr:
    """Texts of which one is char(n): without the spaces at their ends."""
    if operator in ("<", "<=", ">", ">=") or not all(t.is_char(e.type) or e.type == t.VARCHAR for e in (left, right)):
        raise UnsupportedSql(f"{construct}: char(n) is compared with texts, by = and <> only; cast it to varchar")
    sql = f"(rtrim({left.sql}, ' ') {operator} rtrim({right.sql}, ' '))"
    return Expr(sql, t.BOOLEAN, merged([left, right]))


def arithmetic(operator: str, left: Expr, right: Expr, construct: Construct) -> Expr:
    """+ - * / % of two numbers."""
    refs = merged([left, right])
    if t.UNKNOWN in (left.type, right.type):
        kind = t.common(left.type, right.type) or t.UNKNOWN
        return Expr(f"CAST(NULL AS {t.to_duckdb(kind)})", kind, refs)
    if not (t.is_number(left.type) and t.is_number(right.type)):
        raise mismatch(construct, left.type, right.type)
    kind = t.common(left.type, right.type) or t.UNKNOWN
    if t.is_float(kind):
        return Expr(f"({cast(left, kind)} {operator} {cast(right, kind)})", kind, refs)
    if t.is_integer(kind):
        return Expr(integers(operator, left, right, kind), kind, refs)
    return decimals(operator, left, right, construct, refs)


def integers(operator: str, left: Expr, right: Expr, kind: t.Type) -> str:
    """Division truncates towards zero; division by zero and overflow are errors in both engines."""
    return f"({cast(left, kind)} {'//' if operator == '/' else operator} {cast(right, kind)})"


def decimals(operator: str, left: Expr, right: Expr, construct: Construct, refs: frozenset[str]) -> Expr:
    """Precision and scale of the result as Trino has them; what DuckDB would round otherwise is done exactly."""
    a, b = t.as_decimal(left.type), t.as_decimal(right.type)
    scale = max(a.scale, b.scale)
    if operator in "+-":
        kind = t.decimal(max(a.precision - a.scale, b.precision - b.scale) + scale + 1, scale)
        sql = f"({cast(left, kind)} {operator} {cast(right, kind)})"
    elif operator == "*":
        kind = t.decimal(a.precision + b.precision, a.scale + b.scale)
        wide = t.decimal(max(19, a.precision), a.scale)
        sql = f"({cast(left, wide)} * {cast(right, b)})"
    elif operator == "/":
        kind = t.decimal(a.precision + b.scale + max(b.scale - a.scale, 0), scale)
        up = scale - a.scale + b.scale
        numerator = f"{unscaled(left, a)} * {10**up}::HUGEINT" if up else unscaled(left, a)
        sql = rescaled(f"{DIVIDE}({numerator}, {unscaled(right, b)})", kind)
    else:
        kind = t.decimal(min(a.precision - a.scale, b.precision - b.scale) + scale, scale)
        digits = (f"{unscaled(x, its)} * {10 ** (scale - its.scale)}::HUGEINT" for x, its in ((left, a), (right, b)))
        sql = rescaled("(" + " % ".join(f"({d})" for d in digits) + ")", kind)
    return Expr(f"CAST({sql} AS {t.to_duckdb(kind)})", kind, refs)


def unscaled(expr: Expr, kind: t.Type) -> str:
    """A decimal's digits as a hugeint."""
    if kind.scale == 0:
        return f"CAST({expr.sql} AS HUGEINT)"
    wide = t.decimal(max(19, kind.precision), kind.scale)
    return f"CAST({cast(expr, wide)} * {10**kind.scale} AS HUGEINT)"


def rescaled(digits: str, kind: t.Type) -> str:
    """The decimal of a scale whose digits a hugeint holds."""
    if kind.scale == 0:
        return digits
    unit = f"0.{'0' * (kind.scale - 1)}1"
    return f"(CAST({digits} AS DECIMAL(38,0)) * CAST({unit} AS DECIMAL({kind.scale + 1},{kind.scale})))"


def concatenated(parts: list[Expr], construct: Construct) -> Expr:
    """|| and concat(): NULL if any part is."""
    for part in parts:
        if part.type == t.UNKNOWN:
            raise UnsupportedSql(f"{construct}: a NULL without a type, which makes Athena join arrays")
        if part.type.element or t.is_char(part.type):
            raise UnsupportedSql(f"{construct}: {part.type} joined; cast it to varchar")
        if part.type != t.VARCHAR:
            raise QueryError(f"TYPE_MISMATCH: {construct} needs varchar, not {part.type}; cast(… AS varchar) makes one")
    return Expr("(" + " || ".join(cast(p, t.VARCHAR) for p in parts) + ")", t.VARCHAR, merged(parts))
