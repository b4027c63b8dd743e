"""Expressions: one rule for each kind of node; a node without a rule is refused by its name."""

# The rules share one signature; the text is made of parts that this package wrote.
# ruff: noqa: S608
from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sqlglot import exp

from athena_federation.dialect import arrays, intervals, operators, rows, texts, zoned
from athena_federation.dialect import types as t
from athena_federation.dialect.grammar import Construct, is_constant, only, suggest_single_quotes, text_of
from athena_federation.dialect.scope import Expr, Scope, merged
from athena_federation.dialect.statement import Program
from athena_federation.errors import QueryError, UnknownColumn, UnsupportedSql


@dataclass(frozen=True, slots=True)
class Clause:
    """Where an expression stands, and so what it may name and call."""

    program: Program
    scope: Scope
    name: str
    aggregates: bool = False
    windows: bool = False
    groups: frozenset[type] = frozenset()
    """The kinds of node that GROUP BY holds besides columns."""

    def ungrouped(self, name: str) -> Clause:
        """The same place before grouping: within an aggregate's arguments."""
        scope = replace(self.scope, grouped=None)
        return Clause(self.program, scope, name)


def expression(node: exp.Expr | None, at: Clause) -> Expr:
    """The typed DuckDB text of a node. Raises a QueryError for what Athena or this package refuses."""
    if node is None:
        raise QueryError(f"SYNTAX_ERROR: an expression is missing in {at.name}")
    if type(node) in at.groups and (whole := group_value(node, at)):
        return whole
    rule = RULES.get(type(node))
    if rule is None:
        raise UnsupportedSql(f"{type(node).__name__} in {at.name}: {text_of(node)}")
    try:
        found = rule(node, at)
    except QueryError as error:
        raise placed(error, node, at) from error
    if len(found.sql) > LONGEST:
        raise UnsupportedSql(f"an expression whose text grows beyond {LONGEST:,} characters: {text_of(node)}")
    return found


PLACE = re.compile(r" \(line \d+, column \d+\)")


def placed(error: QueryError, node: exp.Expr, at: Clause) -> QueryError:
    """The error with where its construct begins in the statement, unless it says so already."""
    start = beginning(node)
    if start is None or PLACE.search(str(error)) or start >= len(at.program.text):
        return error
    before = at.program.text[:start]
    return type(error)(f"{error} (line {before.count(chr(10)) + 1}, column {start - before.rfind(chr(10))})")


def beginning(node: exp.Expr) -> int | None:
    """The offset of the first token that the parser remembers of a node."""
    return min((part.meta["start"] for part in node.walk() if "start" in part.meta), default=None)


LONGEST = 1_000_000
"""Some rules name an operand more than once, so that nesting them makes the text grow; longer texts are refused."""


def group_value(node: exp.Expr, at: Clause) -> Expr | None:
    """The value of one of the GROUP BY expressions, if the node is one."""
    try:
        whole = expression(node, at.ungrouped(at.name))
    except QueryError:  # what is wrong with it will show when its parts are compiled
        return None
    return whole if whole.sql in (at.scope.grouped or ()) else None


PREDICATES = (
    exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Between, exp.In, exp.Is,
    exp.Like, exp.Escape, exp.And, exp.Or, exp.Not,
)  # fmt: skip
"""What cannot be an operand without parentheses."""


def operand(node: exp.Expr, at: Clause) -> Expr:
    """An operand of a comparison or of arithmetic."""
    if isinstance(node, PREDICATES):
        raise QueryError(f"SYNTAX_ERROR: {text_of(node)} is an operand here: put it in parentheses")
    return expression(node, at)


def condition(node: exp.Expr, at: Clause) -> Expr:
    """A boolean, or NULL."""
    found = expression(node, at)
    if found.type not in (t.BOOLEAN, t.UNKNOWN):
        raise QueryError(
            f"TYPE_MISMATCH: {text_of(node)} stands where a condition must, but is {found.type}; compare it with something"
        )
    return replace(found, sql=operators.cast(found, t.BOOLEAN), type=t.BOOLEAN)


# ── names ─────────────────────────────────────────────────────────────────────────────────────────────────────


def column(node: exp.Column, at: Clause) -> Expr:
    only(node, "this", "table", "db", "catalog")
    if isinstance(node.this, exp.Star):
        raise QueryError(f"SYNTAX_ERROR: {text_of(node)} within an expression")
    relation = tuple(part.name.lower() for part in node.parts[:-1])
    name = node.this.name.lower()
    try:
        found = at.scope.resolve(name, relation)
    except UnknownColumn as error:
        if relation and (row := row_named(relation, at)):
            return rows.field(row, name, Construct(node))
        raise UnknownColumn(f"{error}{quote_hint(node, error, at)}") from error
    if found.type.name.startswith("column of"):
        raise UnsupportedSql(f"the {found.type.name.replace('column', f'column {name}', 1)}")
    return found


def row_named(parts: tuple[str, ...], at: Clause) -> Expr | None:
    """The column of rows that stands before the last dot, if there is one."""
    try:
        found = at.scope.resolve(parts[-1], parts[:-1])
    except UnknownColumn:
        return None
    return found if found.type.name == "row" else None


def dotted(node: exp.Dot, at: Clause) -> Expr:
    """A field of a row that is an expression."""
    only(node, "this", "expression")
    return rows.field(operand(node.this, at), node.expression.name.lower(), Construct(node))


def row(node: exp.Tuple, at: Clause) -> Expr:
    only(node, "expressions")
    return rows.made([expression(item, at) for item in node.expressions], Construct(node))


def quote_hint(node: exp.Column, error: Exception, at: Clause) -> str:
    """A text in double quotes is a name: said with the statement as it should be."""
    if not node.this.args.get("quoted") or node.table or "did you mean" in str(error):
        return ""
    corrected = suggest_single_quotes(at.program.text, node.name)
    return f". A text is written in single quotes: {corrected}" if corrected else ""


def parenthesised(node: exp.Paren, at: Clause) -> Expr:
    return expression(node.this, at)


def negated(node: exp.Neg, at: Clause) -> Expr:
    """The sign belongs to the number that follows it: -2147483648 is an integer."""
    if isinstance(node.this, exp.Literal) and not node.this.is_string:
        return operators.number_literal(f"-{node.this.name}")
    value = operand(node.this, at)
    if not t.is_number(value.type):
        raise QueryError(f"TYPE_MISMATCH: {text_of(node)}: the negative of {value.type}")
    zero = f"CAST(0 AS {t.to_duckdb(value.type)}) " if t.is_integer(value.type) else ""  # so that overflow is an error
    return replace(value, sql=f"({zero}-{value.sql})", literal=None)


def array(node: exp.Array, at: Clause) -> Expr:
    only(node, "expressions", "value_constructor")
    return arrays.made([expression(item, at) for item in node.expressions], Construct(node))


def subscript(node: exp.Bracket, at: Clause) -> Expr:
    only(node, "this", "expressions")
    return arrays.subscript(
        [operand(node.this, at), *(operand(item, at) for item in node.expressions)], Construct(node)
    )


# ── operators ────────────────────────────────────────────────────────────────────────────────────────────────────

COMPARISONS = {
    exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=",
    exp.NullSafeEQ: "IS NOT DISTINCT FROM", exp.NullSafeNEQ: "IS DISTINCT FROM",
}  # fmt: skip
ARITHMETIC = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%"}


def compared(node: exp.Binary, at: Clause) -> Expr:
    only(node, "this", "expression")
    if isinstance(node.expression, exp.All | exp.Any):
        return quantified(node, at)
    if isinstance(node.this, exp.Tuple) or isinstance(node.expression, exp.Tuple):
        return compared_rows(node, at)
    left, right = operand(node.this, at), operand(node.expression, at)
    return operators.compare(COMPARISONS[type(node)], left, right, Construct(node))


def quantified(node: exp.Binary, at: Clause) -> Expr:
    """A comparison with ALL or ANY of the values of a subquery."""
    word = "ALL" if isinstance(node.expression, exp.All) else "ANY"
    query = node.expression.this
    if not isinstance(query, exp.Query) or "DISTINCT" in COMPARISONS[type(node)]:
        raise QueryError(f"SYNTAX_ERROR: {text_of(node)}: {word} takes a subquery")
    value = operand(node.this, at)
    text, other = one_column(node, query, value, at)
    sql = f"({operators.cast(value, other.type)} {COMPARISONS[type(node)]} {word} ({text}))"
    return Expr(sql, t.BOOLEAN, merged([value, other]))


def compared_rows(node: exp.Binary, at: Clause) -> Expr:
    """(a, b) = (c, d) and <>: value by value."""
    sides = (node.this, node.expression)
    if not all(isinstance(side, exp.Tuple) for side in sides) or not isinstance(node, exp.EQ | exp.NEQ):
        raise UnsupportedSql(f"{text_of(node)}: rows can be compared by = and <> only")
    rows = [[operand(item, at) for item in side.expressions] for side in sides]
    return equal_rows(rows[0], rows[1], Construct(node), negated=isinstance(node, exp.NEQ))


def equal_rows(left: list[Expr], right: list[Expr], construct: Construct, *, negated: bool = False) -> Expr:
    if len(left) != len(right):
        raise QueryError(f"TYPE_MISMATCH: {construct}: rows of {len(left)} and of {len(right)} values")
    tests = [operators.compare("=", a, b, construct) for a, b in zip(left, right, strict=True)]
    sql = "(" + " AND ".join(test.sql for test in tests) + ")"
    return Expr(f"(NOT {sql})" if negated else sql, t.BOOLEAN, merged(tests))


def calculated(node: exp.Binary, at: Clause) -> Expr:
    only(node, "this", "expression", "typed", "safe")
    left, right = operand(node.this, at), operand(node.expression, at)
    operator = ARITHMETIC[type(node)]
    if left.type in intervals.KINDS or right.type in intervals.KINDS:
        return intervals.shifted(operator, left, right, Construct(node))
    if operator == "-" and t.is_time(left.type) and t.is_time(right.type):
        return intervals.distance(left, right)
    return operators.arithmetic(operator, left, right, Construct(node))


def at_zone(node: exp.AtTimeZone, at: Clause) -> Expr:
    only(node, "this", "zone")
    return zoned.at_timezone([operand(part, at) for part in (node.this, node.args["zone"])], Construct(node))


def joined_text(node: exp.DPipe, at: Clause) -> Expr:
    parts = [operand(side, at) for side in (node.this, node.expression)]
    if any(t.is_array(part.type) for part in parts):
        return arrays.joined(parts, Construct(node))
    return operators.concatenated(parts, Construct(node))


def both(node: exp.Connector, at: Clause) -> Expr:
    """AND and OR: a long chain is one level deep, so that it does not nest too far."""
    only(node, "this", "expression")
    word = "AND" if isinstance(node, exp.And) else "OR"
    sides = [condition(side, at) for side in node.flatten(unnest=False)]
    return Expr("(" + f" {word} ".join(side.sql for side in sides) + ")", t.BOOLEAN, merged(sides))


def inverted(node: exp.Not, at: Clause) -> Expr:
    value = condition(node.this, at)
    return Expr(f"(NOT {value.sql})", t.BOOLEAN, value.refs)


def between(node: exp.Between, at: Clause) -> Expr:
    only(node, "this", "low", "high")
    value, low, high = (operand(node.args[part], at) for part in ("this", "low", "high"))
    kind = operators.unified([value, low, high], Construct(node))
    if not t.is_float(kind):
        text = " ".join(
            (operators.cast(value, kind), "BETWEEN", operators.cast(low, kind), "AND", operators.cast(high, kind))
        )
        operators.compare(">=", value, low, Construct(node))
        return Expr(f"({text})", t.BOOLEAN, merged([value, low, high]))
    sides = (
        operators.compare(">=", value, low, Construct(node)),
        operators.compare("<=", value, high, Construct(node)),
    )
    return Expr(f"({sides[0].sql} AND {sides[1].sql})", t.BOOLEAN, merged(sides))


def among(node: exp.In, at: Clause) -> Expr:
    only(node, "this", "expressions", "query")
    if isinstance(node.this, exp.Tuple):
        return row_among(node, at)
    value = operand(node.this, at)
    if node.args.get("query"):
        return among_rows(node, value, at)
    choices = [operand(item, at) for item in node.expressions]
    if not choices:
        raise QueryError(f"SYNTAX_ERROR: {text_of(node)}: an empty list")
    kind = operators.unified([value, *choices], Construct(node))
    tests = [operators.compare("=", value, choice, Construct(node)) for choice in choices]
    if t.is_float(kind):
        return Expr("(" + " OR ".join(test.sql for test in tests) + ")", t.BOOLEAN, merged(tests))
    text = ", ".join(operators.cast(choice, kind) for choice in choices)
    return Expr(f"({operators.cast(value, kind)} IN ({text}))", t.BOOLEAN, merged([value, *choices]))


def row_among(node: exp.In, at: Clause) -> Expr:
    """(a, b) IN ((1, 2), …)."""
    if node.args.get("query"):
        return row_among_rows(node, at)
    choices = node.expressions
    if not choices or not all(isinstance(choice, exp.Tuple) for choice in choices):
        raise UnsupportedSql(f"{text_of(node)}: a row among other things than rows; use EXISTS")
    row = [operand(item, at) for item in node.this.expressions]
    tests = [equal_rows(row, [operand(item, at) for item in choice.expressions], Construct(node)) for choice in choices]
    sql = "(" + " OR ".join(test.sql for test in tests) + ")"
    if len(choices) > 1:  # Trino looks rows up in a set then, where one that holds a NULL cannot be looked up
        if not all(is_constant(part) for choice in choices for part in choice.expressions):
            raise UnsupportedSql(f"{text_of(node)}: a row among rows that are not literals; write = and OR")
        missing = " OR ".join(f"{part.sql} IS NULL" for part in row)
        sql = f"CASE WHEN NOT ({missing}) THEN {sql} END"
    return Expr(sql, t.BOOLEAN, merged(tests))


def filters(node: exp.Expr, at: Clause) -> bool:
    """Whether a condition, or its negation, is one of those that WHERE joins with AND."""
    around = node.parent
    if isinstance(around, exp.Not):
        around = around.parent
    while isinstance(around, exp.And | exp.Paren):
        around = around.parent
    return at.name == "WHERE" and isinstance(around, exp.Where)


def row_among_rows(node: exp.In, at: Clause) -> Expr:
    """(a, b) IN (SELECT c, d …), as a condition by itself: what Trino makes of NULLs shows nowhere else."""
    if not filters(node, at):
        raise UnsupportedSql(f"{text_of(node)}: as a condition of WHERE only; use EXISTS")
    query = at.program.query(at.program, node.args["query"], Scope(outer=at.scope, ctes=at.scope.ctes))
    left = [operand(item, at) for item in node.this.expressions]
    if len(left) != len(query.columns):
        raise QueryError(f"TYPE_MISMATCH: {text_of(node)}: rows of {len(left)} and of {len(query.columns)} values")
    right = [column.expr for column in query.columns]
    kinds = [operators.unified([a, b], Construct(node)) for a, b in zip(left, right, strict=True)]
    if any(t.is_float(kind) or kind.element for kind in kinds):
        raise UnsupportedSql(f"{text_of(node)}: a subquery of such values; use EXISTS")
    id_ = at.program.fresh()
    tests = [
        f"({operators.cast(a, kind)} = CAST({id_}.c{n} AS {t.to_duckdb(kind)}))"
        for n, (a, kind) in enumerate(zip(left, kinds, strict=True))
    ]
    # three-valued: true where a row is equal, NULL where one might be
    both = " AND ".join(tests)
    sql = f"(SELECT CASE WHEN bool_or({both}) THEN TRUE WHEN bool_or(({both}) IS NULL) THEN NULL ELSE FALSE END FROM ({query.sql}) AS {id_})"
    return Expr(sql, t.BOOLEAN, merged([*left, *right]))


def among_rows(node: exp.In, value: Expr, at: Clause) -> Expr:
    text, other = one_column(node, node.args["query"], value, at)
    return Expr(f"({operators.cast(value, other.type)} IN ({text}))", t.BOOLEAN, merged([value, other]))


def one_column(node: exp.Expr, query: exp.Expr, value: Expr, at: Clause) -> tuple[str, Expr]:
    """A subquery of values to compare one with: its text, and its column, of the type that both coerce to."""
    rows = at.program.query(at.program, query, Scope(outer=at.scope, ctes=at.scope.ctes))
    if len(rows.columns) != 1:
        raise QueryError(f"TYPE_MISMATCH: {text_of(node)}: the subquery has {len(rows.columns)} columns, not one")
    other = rows.columns[0].expr
    if any(field.expr.sql == other.sql for field in at.scope.fields):
        raise UnsupportedSql(f"{text_of(node)}: what the subquery selects is a column of the query around it")
    kind = operators.unified([value, other], Construct(node))
    if t.is_float(kind) or kind.element:
        raise UnsupportedSql(f"{text_of(node)}: a subquery of values of type {kind}; use EXISTS")
    text = rows.sql
    if other.type != kind:
        text = f"SELECT CAST(c0 AS {t.to_duckdb(kind)}) FROM ({rows.sql}) AS {at.program.fresh()}"
    return text, replace(other, type=kind)


def exists(node: exp.Exists, at: Clause) -> Expr:
    rows = at.program.query(at.program, node.this, Scope(outer=at.scope, ctes=at.scope.ctes))
    return Expr(f"EXISTS ({rows.sql})", t.BOOLEAN)


def scalar(node: exp.Expr, at: Clause) -> Expr:
    """A subquery as a value: NULL without a row; more than one row is an error in both engines."""
    rows = at.program.query(at.program, node, Scope(outer=at.scope, ctes=at.scope.ctes))
    if len(rows.columns) != 1:
        raise QueryError(f"TYPE_MISMATCH: {text_of(node)}: a subquery of {len(rows.columns)} columns as a value")
    found = rows.columns[0].expr
    return Expr(f"({rows.sql})", found.type, found.refs, tidy=found.tidy)


def missing(node: exp.Is, at: Clause) -> Expr:
    only(node, "this", "expression")
    if not isinstance(node.expression, exp.Null):
        raise QueryError(
            f"SYNTAX_ERROR: {text_of(node)}: IS takes NULL or DISTINCT FROM; a boolean is a condition by itself"
        )
    if isinstance(node.this.unnest(), exp.Array):
        raise UnsupportedSql(f"{text_of(node)}: whether ARRAY[…] is NULL, which it never is, whatever fails within")
    value = operand(node.this, at)
    return Expr(f"({value.sql} IS NULL)", t.BOOLEAN, value.refs)


def like(node: exp.Like, at: Clause) -> Expr:
    only(node, "this", "expression", "negate")
    return liked(node, [operand(node.this, at), operand(node.expression, at)])


def like_escaped(node: exp.Escape, at: Clause) -> Expr:
    inner = node.this
    only(inner, "this", "expression", "negate")
    if not isinstance(inner, exp.Like):
        raise UnsupportedSql(f"{type(inner).__name__}: {text_of(node)}")
    return liked(inner, [operand(part, at) for part in (inner.this, inner.expression, node.expression)])


def liked(node: exp.Like, args: list[Expr]) -> Expr:
    found = texts.like(args, Construct(node))
    return replace(found, sql=f"(NOT {found.sql})") if node.args.get("negate") else found


RULES: dict[type, Callable[[Any, Clause], Expr]] = {
    exp.Column: column,
    exp.Paren: parenthesised,
    exp.Neg: negated,
    exp.Array: array,
    exp.AtTimeZone: at_zone,
    exp.Bracket: subscript,
    exp.Dot: dotted,
    exp.Tuple: row,
    exp.DPipe: joined_text,
    exp.And: both,
    exp.Or: both,
    exp.Not: inverted,
    exp.Between: between,
    exp.In: among,
    exp.Exists: exists,
    exp.Subquery: scalar,
    exp.Is: missing,
    exp.Like: like,
    exp.Escape: like_escaped,
    **dict.fromkeys(COMPARISONS, compared),
    **dict.fromkeys(ARITHMETIC, calculated),
}
"""What `forms` and `calls` know, they add."""
