"""Constants: numbers, texts, bytes, booleans, NULL, intervals."""

# The rules share one signature.
# ruff: noqa: ARG001
from __future__ import annotations

import re

from sqlglot import exp

from athena_federation.dialect import intervals, operators
from athena_federation.dialect import types as t
from athena_federation.dialect.expressions import RULES, Clause
from athena_federation.dialect.grammar import Construct, only
from athena_federation.dialect.scope import Expr
from athena_federation.errors import QueryError


def literal(node: exp.Literal, at: Clause) -> Expr:
    text = str(node.this)
    if node.is_string:
        return Expr(operators.text_literal(text), t.VARCHAR, literal=text)
    return operators.number_literal(text)


def hexadecimal(node: exp.HexString, at: Clause) -> Expr:
    """X'65683F': bytes."""
    digits = re.sub(r"\s", "", node.name)
    if len(digits) % 2 or not re.fullmatch(r"[0-9a-fA-F]*", digits):
        raise QueryError(f"INVALID_LITERAL: X'{node.name}' is not an even number of hexadecimal digits")
    return Expr(f"unhex('{digits}')", t.VARBINARY)


def unicode_text(node: exp.UnicodeString, at: Clause) -> Expr:
    """U&'\\0041': code points in four digits, or six after a plus sign."""
    only(node, "this")
    text = re.sub(r"\\(?:\+([0-9a-fA-F]{6})|([0-9a-fA-F]{4})|(\\))", code_point, node.name)
    return Expr(operators.text_literal(text), t.VARCHAR, literal=text)


def code_point(found: re.Match[str]) -> str:
    if found[3]:
        return found[3]
    code = int(found[1] or found[2], 16)
    if code > 0x10FFFF or 0xD800 <= code < 0xE000:
        raise QueryError(f"INVALID_LITERAL: U&'{found[0]}' is no character")
    return chr(code)


def null(node: exp.Null, at: Clause) -> Expr:
    return Expr("NULL", t.UNKNOWN)


def boolean(node: exp.Boolean, at: Clause) -> Expr:
    return Expr("TRUE" if node.this else "FALSE", t.BOOLEAN)


def interval(node: exp.Interval, at: Clause) -> Expr:
    only(node, "this", "unit")
    value, sign = node.this, 1
    if isinstance(value, exp.Neg):
        value, sign = value.this, -1
    return intervals.interval(value.name, sign, str(node.args["unit"]), Construct(node))


RULES.update({
    exp.Literal: literal,
    exp.HexString: hexadecimal,
    exp.UnicodeString: unicode_text,
    exp.Null: null,
    exp.Boolean: boolean,
    exp.Interval: interval,
})  # fmt: skip
