"""Expressions with a grammar of their own: CASE, IF, CAST, EXTRACT, TRIM, SUBSTRING, POSITION, the present."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlglot import exp

from athena_federation.dialect import casts, datetimes, functions, operators, texts
from athena_federation.dialect import types as t
from athena_federation.dialect.expressions import RULES, Clause, condition, expression, operand
from athena_federation.dialect.grammar import Construct, only, text_of
from athena_federation.dialect.scope import Expr, merged
from athena_federation.errors import QueryError, UnsupportedSql


def case(node: exp.Case, at: Clause) -> Expr:
    """CASE x WHEN … is the same as CASE WHEN x = …."""
    only(node, "this", "ifs", "default")
    subject = operand(node.this, at) if node.this else None
    tests, values = [], []
    for branch in node.args["ifs"]:
        if subject:
            tests.append(operators.compare("=", subject, operand(branch.this, at), Construct(node)))
        else:
            tests.append(condition(branch.this, at))
        values.append(expression(branch.args["true"], at))
    default = node.args.get("default")
    values.append(expression(default, at) if default else Expr("NULL", t.UNKNOWN))
    return chosen(tests, values, Construct(node))


def if_(node: exp.If, at: Clause) -> Expr:
    only(node, "this", "true", "false")
    other = node.args.get("false")
    values = [expression(node.args["true"], at), expression(other, at) if other else Expr("NULL", t.UNKNOWN)]
    return chosen([condition(node.this, at)], values, Construct(node))


def chosen(tests: list[Expr], values: list[Expr], construct: Construct) -> Expr:
    kind = operators.unified(values, construct)
    *branches, default = (operators.cast(value, kind) for value in values)
    text = " ".join(f"WHEN {test.sql} THEN {value}" for test, value in zip(tests, branches, strict=True))
    tidy = all(value.tidy or value.type == t.UNKNOWN for value in values)
    return Expr(f"CASE {text} ELSE {default} END", kind, merged([*tests, *values]), tidy=tidy)


def cast(node: exp.Cast, at: Clause) -> Expr:
    only(node, "this", "to", "safe")
    construct = Construct(node)
    target, length = casts.type_named(node.args["to"], construct)
    value = expression(node.this, at)
    if length is None and value.literal is not None and value.type == t.VARCHAR and not isinstance(node, exp.TryCast):
        try:
            if constant := casts.literal_cast(value.literal, target, construct):
                return constant
        except QueryError:
            if not within_try(node):
                raise
    return casts.cast(value, target, construct, length=length, safe=isinstance(node, exp.TryCast))


def within_try(node: exp.Expr) -> bool:
    """Whether an error of the value becomes NULL."""
    around = node.parent
    while isinstance(around, exp.Expr) and not isinstance(around, exp.Select):
        if isinstance(around, exp.Anonymous) and around.name.lower() == "try":
            return True
        around = around.parent
    return False


def extract(node: exp.Extract, at: Clause) -> Expr:
    only(node, "this", "expression")
    field = str(node.this).lower()
    if field not in datetimes.EXTRACTABLE:
        raise UnsupportedSql(f"EXTRACT of {field.upper()}: {text_of(node)}")
    return datetimes.date_field(field, operand(node.expression, at), Construct(node))


def trim(node: exp.Trim, at: Clause) -> Expr:
    only(node, "this", "expression", "position")
    parts = [node.this, *([node.expression] if node.args.get("expression") else [])]
    return texts.trimmed(
        str(node.args.get("position") or "trim").lower(), [operand(p, at) for p in parts], Construct(node)
    )


def substring(node: exp.Substring, at: Clause) -> Expr:
    only(node, "this", "start", "length")
    parts = [node.args[part] for part in ("this", "start", "length") if node.args.get(part)]
    if len(parts) < 2:
        raise QueryError(f"FUNCTION_NOT_FOUND: {text_of(node)} with one argument")
    return texts.substr([operand(part, at) for part in parts], Construct(node))


def position_of(node: exp.StrPosition, at: Clause) -> Expr:
    only(node, "this", "substr")
    return texts.strpos([operand(node.this, at), operand(node.args["substr"], at)], Construct(node))


def json_value(node: exp.JSONValue, at: Clause) -> Expr:
    only(node, "this", "path", "returning")
    found = functions.call(
        "json_value", [operand(part, at) for part in (node.this, node.args["path"])], Construct(node)
    )
    if not node.args.get("returning"):
        return found
    target, length = casts.type_named(node.args["returning"], Construct(node))
    if length is not None or target not in (t.VARCHAR, t.BOOLEAN, t.DOUBLE, *t.INTEGERS):
        raise UnsupportedSql(f"RETURNING in {text_of(node)}: cast the value instead")
    if target in t.INTEGERS:  # a JSON number is rounded, a text must be whole: which it was is not known here
        failure = casts.failed(
            "'json_value: a number with decimals where a whole one is asked for: '", found.sql, target
        )
        odd = f"regexp_full_match({found.sql}, '-?[0-9]+[.eE].*')"
        whole = casts.cast(found, target, Construct(node)).sql
        return replace(found, sql=f"CASE WHEN {odd} THEN {failure} ELSE TRY({whole}) END", type=target)
    return replace(found, sql=f"TRY({casts.cast(found, target, Construct(node)).sql})", type=target)


def json_literal(node: exp.ParseJSON, at: Clause) -> Expr:
    """JSON '…'."""
    only(node, "this", "is_literal", "expression")
    return functions.call("json_parse", [operand(node.this, at)], Construct(node))


def json_query(node: exp.JSONExtract, at: Clause) -> Expr:
    only(node, "this", "expression", "json_query")
    if not node.args.get("json_query"):
        raise UnsupportedSql(f"the operator in {text_of(node)}; use json_extract")
    return functions.call("json_query", [operand(part, at) for part in (node.this, node.expression)], Construct(node))


def at_now(kind: t.Type) -> Callable[[Any, Clause], Expr]:
    def rule(node: exp.Expr, at: Clause) -> Expr:
        only(node)
        return datetimes.moment(at.program.now, kind)

    return rule


RULES.update({
    exp.Case: case,
    exp.If: if_,
    exp.Cast: cast,
    exp.TryCast: cast,
    exp.Extract: extract,
    exp.JSONExtract: json_query,
    exp.JSONValue: json_value,
    exp.ParseJSON: json_literal,
    exp.Trim: trim,
    exp.Substring: substring,
    exp.StrPosition: position_of,
    exp.CurrentDate: at_now(t.DATE),
    exp.CurrentTimestamp: at_now(t.TIMESTAMP_TZ),
    exp.Localtimestamp: at_now(t.TIMESTAMP),
})  # fmt: skip
