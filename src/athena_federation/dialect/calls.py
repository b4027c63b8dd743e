"""Function calls: scalar, aggregate and window functions, with FILTER, DISTINCT, ORDER BY and OVER."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from sqlglot import exp

from athena_federation.dialect import datetimes, functions
from athena_federation.dialect import types as t
from athena_federation.dialect.aggregates import AGGREGATES, WINDOW_FUNCTIONS, Call
from athena_federation.dialect.expressions import RULES, Clause, condition, expression
from athena_federation.dialect.extensions import NORMALIZED
from athena_federation.dialect.grammar import Construct, only, text_of
from athena_federation.dialect.lambdas import LAMBDAS
from athena_federation.dialect.scope import Expr, merged
from athena_federation.errors import QueryError, UnsupportedSql


def is_aggregate(node: exp.Expr) -> bool:
    return (isinstance(node, exp.Anonymous) and node.name.lower() in AGGREGATES) or isinstance(node, exp.GroupConcat)


def has_aggregate(node: exp.Expr) -> bool:
    """Whether a part of the expression, subqueries aside, is an aggregate (and not one over a window)."""
    if isinstance(node, exp.Query):
        return False
    if isinstance(node, exp.Window):
        call = node.find(exp.Anonymous, exp.GroupConcat)
        parts = [part for part in node.iter_expressions() if part is not node.this]
        return any(has_aggregate(part) for part in (*parts, *(call.iter_expressions() if call else ())))
    return is_aggregate(node) or any(has_aggregate(part) for part in node.iter_expressions())


def called(node: exp.Anonymous, at: Clause) -> Expr:
    """A call without FILTER or OVER."""
    only(node, "this", "expressions")
    name = node.name.lower()
    if is_aggregate(node):
        return aggregate(node, None, at)
    if name in WINDOW_FUNCTIONS:
        raise QueryError(f"MISSING_OVER: {text_of(node)} needs an OVER clause")
    if name in ("now", "current_timestamp"):
        return moment(node, at)
    if name == "grouping":
        return grouping(node, at)
    if name in LAMBDAS:
        return LAMBDAS[name](node, at)
    if name == "normalize":
        return normalized(node, at)
    args = [expression(arg, at) for arg in plain_arguments(node)]
    if name == "try":
        return attempted(args, Construct(node))
    return functions.call(name, args, Construct(node))


def normalized(node: exp.Anonymous, at: Clause) -> Expr:
    """normalize(x), or normalize(x, NFKC): the form is a word."""
    text, *form = plain_arguments(node) or [exp.Null()]
    word = form[0].name.upper() if len(form) == 1 and isinstance(form[0], exp.Column) else "" if form else "NFC"
    if word not in ("NFC", "NFD", "NFKC", "NFKD"):
        raise QueryError(
            f"SYNTAX_ERROR: {text_of(node)}: normalize(text, form), where the form is NFC, NFD, NFKC or NFKD"
        )
    found = expression(text, at)
    if found.type != t.VARCHAR:
        raise QueryError(f"TYPE_MISMATCH: {text_of(node)} needs varchar, not {found.type}")
    return Expr(f"{NORMALIZED.name}({found.sql}, '{word}')", t.VARCHAR, found.refs)


def plain_arguments(node: exp.Expr) -> list[exp.Expr]:
    for arg in node.expressions:
        if isinstance(arg, exp.Star | exp.Distinct | exp.Order):
            raise QueryError(f"FUNCTION_NOT_AGGREGATE: {text_of(node)}: {type(arg).__name__.upper()} is for aggregates")
    return list(node.expressions)


def moment(node: exp.Anonymous, at: Clause) -> Expr:
    if [arg.name for arg in node.expressions] not in ([], ["3"]):
        raise UnsupportedSql(f"{text_of(node)}: a time of day with a precision other than 3")
    return datetimes.moment(at.program.now, t.TIMESTAMP_TZ)


def attempted(args: list[Expr], construct: Construct) -> Expr:
    """NULL instead of an error of the value."""
    if len(args) != 1:
        raise QueryError(f"SYNTAX_ERROR: {construct}: TRY takes one expression")
    return replace(args[0], sql=f"TRY({args[0].sql})", literal=None)


def grouping(node: exp.Anonymous, at: Clause) -> Expr:
    if at.scope.grouped is None:
        raise QueryError(f"SYNTAX_ERROR: {text_of(node)} without GROUP BY")
    args = [expression(arg, at) for arg in plain_arguments(node)]
    return Expr(f"CAST(grouping({', '.join(arg.sql for arg in args)}) AS INTEGER)", t.INTEGER, merged(args))


# ── aggregates ───────────────────────────────────────────────────────────────────────────────────────────────────


def aggregate(node: exp.Expr, where: exp.Expr | None, at: Clause) -> Expr:
    """An aggregate of the group, with its FILTER."""
    if not at.aggregates:
        raise QueryError(f"EXPRESSION_NOT_SCALAR: {at.name} cannot contain the aggregate {text_of(node)}{remedy(at)}")
    inner = at.ungrouped(f"the arguments of {node.name or 'listagg'}()")
    call, refs, order = prepared(node, inner)
    after = ""
    if where is not None:
        kept = condition(where, replace(inner, name="FILTER"))
        after = f" FILTER (WHERE {at.program.condition(kept)})"
        refs |= kept.refs
    return Expr(call.text(order, after), call.type, refs, tidy=call.tidy)


def remedy(at: Clause) -> str:
    return "; use HAVING" if at.name == "WHERE" else ""


def filtered(node: exp.Filter, at: Clause) -> Expr:
    only(node, "this", "expression")
    if isinstance(node.this, exp.GroupConcat):
        raise QueryError(
            f"SYNTAX_ERROR: {text_of(node)}: listagg() takes no FILTER; use array_join(array_agg(…) FILTER (…), ',')"
        )
    if not is_aggregate(node.this):
        raise QueryError(f"FUNCTION_NOT_AGGREGATE: {text_of(node)}: FILTER is for aggregates")
    return aggregate(node.this, node.expression.this, at)


def prepared(node: exp.Expr, at: Clause) -> tuple[Call, frozenset[str], str]:
    """The call of an aggregate, what it depends on, and its ORDER BY."""
    name, distinct, sorting, items = aggregate_parts(node)
    if items and not at.scope.fields and any(item.find(exp.Column) for item in items):
        raise UnsupportedSql(f"{text_of(node)}: an aggregate of a column of the query around it")
    least, most, rule = AGGREGATES[name]
    if not least <= len(items) <= most:
        raise UnsupportedSql(f"{text_of(node)}: {name}() with {len(items)} arguments")
    args = [expression(item, at) for item in items]
    order, keys = ordering(sorting, at)
    if (distinct or name == "approx_distinct") and any(t.has_map(arg.type) for arg in args):
        raise UnsupportedSql(f"{text_of(node)}: which maps are equal")
    call = rule(args, distinct, Construct(node))
    if distinct and not any(item.find(exp.Column) for item in items):
        raise UnsupportedSql(f"{text_of(node)}: DISTINCT of a constant, which some Trino releases count wrongly")
    if distinct and not order and call.ordered and not ordered_later(node):
        raise UnsupportedSql(f"{text_of(node)}: DISTINCT in no order; add ORDER BY")
    if order and not call.ordered:
        raise UnsupportedSql(f"{text_of(node)}: ORDER BY within {name}()")
    return call, merged([*args, *keys]), order


def ordered_later(node: exp.Expr) -> bool:
    """Whether an array goes straight into a function to which its order makes no difference."""
    return isinstance(node.parent, exp.Anonymous) and node.parent.name.lower() in (
        "array_sort",
        "cardinality",
        "contains",
    )


def aggregate_parts(node: exp.Expr) -> tuple[str, str, list[exp.Expr], list[exp.Expr]]:
    """An aggregate's name, DISTINCT or nothing, ORDER BY and arguments."""
    if isinstance(node, exp.GroupConcat):
        only(node, "this", "separator")
        name, items = "listagg", [node.this, *([node.args["separator"]] if node.args.get("separator") else [])]
    else:
        only(node, "this", "expressions")
        name, items = node.name.lower(), list(node.expressions)
    distinct, sorting = "", []
    for n, item in enumerate(items):
        if isinstance(item, exp.Order):
            sorting, items[n] = item.expressions, item.this
    if items and isinstance(items[0], exp.Distinct):
        only(items[0], "expressions")
        distinct, items = "DISTINCT ", [*items[0].expressions, *items[1:]]
        if not items:
            raise QueryError(f"SYNTAX_ERROR: {text_of(node)}: DISTINCT of nothing")
    items = [item for item in items if not isinstance(item, exp.Star)]
    if not items and name != "count":
        raise QueryError(f"FUNCTION_NOT_FOUND: {text_of(node)}")
    return name, distinct, sorting, items


def ordering(items: list[exp.Expr], at: Clause) -> tuple[str, list[Expr]]:
    """ORDER BY of a window or an aggregate: NULLs last unless the statement says otherwise."""
    keys, texts = [], []
    for item in items:
        only(item, "this", "desc", "nulls_first")
        key = comparable(expression(item.this, at), item.this)
        keys.append(key)
        texts.append(key.sql + direction(item))
    return ("ORDER BY " + ", ".join(texts), keys) if texts else ("", [])


def comparable(expr: Expr, node: exp.Expr) -> Expr:
    """The expression, unless its values are nested: the engines order those differently."""
    if expr.type.element or expr.type in (t.DAY_INTERVAL, t.YEAR_INTERVAL, t.JSON):
        raise UnsupportedSql(f"the order of values of type {expr.type}: {text_of(node)}")
    return expr


def direction(item: exp.Expr) -> str:
    return f"{' DESC' if item.args.get('desc') else ''} NULLS {'FIRST' if item.args.get('nulls_first') else 'LAST'}"


# ── windows ──────────────────────────────────────────────────────────────────────────────────────────────────────


def window(node: exp.Window, at: Clause) -> Expr:
    """A function over a window; in a grouped query its arguments are values of the groups."""
    only(node, "this", "partition_by", "order", "spec", "alias", "over")
    if not at.windows:
        raise QueryError(f"EXPRESSION_NOT_SCALAR: {at.name} cannot contain the window function {text_of(node)}")
    inner = replace(at, windows=False, name="a window function")
    over, refs = window_clause(node, inner)
    function, nulls = node.this, ""
    if isinstance(function, exp.IgnoreNulls | exp.RespectNulls):
        nulls = "IGNORE NULLS" if isinstance(function, exp.IgnoreNulls) else ""
        function = function.this
    if isinstance(function, exp.Filter):
        raise QueryError(f"NOT_SUPPORTED: FILTER over a window: {text_of(node)}; use CASE within the aggregate")
    if is_aggregate(function):
        if nulls or function.find(exp.Distinct, exp.Order):
            raise UnsupportedSql(f"DISTINCT, ORDER BY or IGNORE NULLS in an aggregate over a window: {text_of(node)}")
        call, more, _ = prepared(function, inner)
    else:
        call, more = window_function(function, nulls, inner)
    return Expr(call.text(nulls, f" OVER ({over})"), call.type, refs | more, tidy=call.tidy)


def window_function(node: exp.Expr, nulls: str, at: Clause) -> tuple[Call, frozenset[str]]:
    """row_number(), lag() and the like."""
    name = node.name.lower()
    if not isinstance(node, exp.Anonymous) or name not in WINDOW_FUNCTIONS:
        raise UnsupportedSql(f"a window over {text_of(node)}")
    if nulls and name not in ("lag", "lead", "first_value", "last_value", "nth_value"):
        raise QueryError(f"SYNTAX_ERROR: {name}() does not take {nulls}")
    if name in ("lag", "lead") and isinstance(node.parent, exp.Window) and node.parent.args.get("spec"):
        raise QueryError(f"INVALID_WINDOW_FRAME: {text_of(node.parent)}: {name}() takes no window frame")
    least, most, rule = WINDOW_FUNCTIONS[name]
    args = [expression(arg, at) for arg in plain_arguments(node)]
    if not least <= len(args) <= most:
        raise UnsupportedSql(f"{text_of(node)}: {name}() with {len(args)} arguments")
    return rule(args, "", Construct(node)), merged(args)


def window_clause(node: exp.Window, at: Clause) -> tuple[str, frozenset[str]]:
    """What stands in OVER (…)."""
    if node.args.get("alias"):
        node = named_window(node)
    parts = []
    partition = [comparable(expression(item, at), item) for item in node.args.get("partition_by") or []]
    if partition:
        parts.append("PARTITION BY " + ", ".join(item.sql for item in partition))
    order, keys = ordering(node.args["order"].expressions, at) if node.args.get("order") else ("", [])
    if order:
        parts.append(order)
    if node.args.get("spec"):
        parts.append(frame(node.args["spec"], node, keys, at))
    return " ".join(parts), merged([*partition, *keys])


def named_window(node: exp.Window) -> exp.Window:
    name = node.args["alias"].name.lower()
    if node.args.get("partition_by") or node.args.get("order") or node.args.get("spec"):
        raise UnsupportedSql(f"a named window that is changed where it is used: {text_of(node)}")
    select = node.find_ancestor(exp.Select)
    for known in (select.args.get("windows") or []) if select else []:
        if known.name.lower() == name:
            only(known, "this", "partition_by", "order", "spec")
            return cast("exp.Window", known)
    raise QueryError(f"INVALID_WINDOW_REFERENCE: there is no window {name}")


def frame(spec: exp.WindowSpec, node: exp.Window, keys: list[Expr], at: Clause) -> str:
    """ROWS and GROUPS with literal offsets; RANGE with literal offsets from one sort key."""
    only(spec, "kind", "start", "start_side", "end", "end_side")
    kind = str(spec.args["kind"]).upper()
    edges = []
    for edge in ("start", "end"):
        bound, side = spec.args.get(edge) or "CURRENT ROW", str(spec.args.get(f"{edge}_side") or "").upper()
        if isinstance(bound, str) and (bound.upper(), bool(side)) in (("UNBOUNDED", True), ("CURRENT ROW", False)):
            edges.append(f"{bound.upper()} {side}".strip())
        elif isinstance(bound, exp.Expr) and side and (text := offset(bound, kind, keys, at)):
            edges.append(f"{text} {side}")
        else:
            raise UnsupportedSql(f"a window frame whose bounds are not literals of the right type: {text_of(node)}")
    return f"{kind} BETWEEN {edges[0]} AND {edges[1]}"


def offset(bound: exp.Expr, kind: str, keys: list[Expr], at: Clause) -> str | None:
    """How far a frame reaches: a number of rows, or a distance from the one sort key."""
    found = expression(bound, at)
    counted = found.type == t.INTEGER and (found.literal or "").isdigit()
    if kind in ("ROWS", "GROUPS"):
        return found.sql if counted else None
    if kind != "RANGE" or len(keys) != 1:
        return None
    if isinstance(bound, exp.Interval) and not isinstance(bound.this, exp.Neg) and t.is_time(keys[0].type):
        return found.sql if found.type == t.YEAR_INTERVAL or found.literal == "day" or keys[0].type != t.DATE else None
    return found.sql if counted and t.is_integer(keys[0].type) else None


RULES.update({
    exp.Anonymous: called,
    exp.GroupConcat: lambda node, at: aggregate(node, None, at),
    exp.Filter: filtered,
    exp.Window: window,
})  # fmt: skip
