"""Functions that take functions: transform, filter, reduce, any_match and their kin.

See https://trino.io/docs/current/functions/lambda.html. A lambda sees its parameters and the columns around it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlglot import exp

from athena_federation.dialect import arrays, maps
from athena_federation.dialect import types as t
from athena_federation.dialect.casts import failed
from athena_federation.dialect.expressions import RULES, Clause, condition, expression
from athena_federation.dialect.grammar import Construct, only, text_of
from athena_federation.dialect.operators import cast
from athena_federation.dialect.scope import Expr, Field, Scope, merged
from athena_federation.errors import QueryError, UnsupportedSql

Rule = Callable[[exp.Anonymous, Clause], Expr]


def parameter(node: exp.Identifier, at: Clause) -> Expr:
    """A parameter of a lambda: sqlglot leaves these, and only these, as plain identifiers."""
    return at.scope.resolve(node.name.lower())


def inside(node: exp.Expr, parameters: list[Expr], at: Clause) -> tuple[exp.Expr, Clause]:
    """The body of a lambda, and where it stands once its parameters have values."""
    if not isinstance(node, exp.Lambda):
        raise QueryError(f"TYPE_MISMATCH: {text_of(node)} stands where a function like x -> x + 1 must")
    only(node, "this", "expressions")
    names = [item.name.lower() for item in node.expressions]
    if len(names) != len(parameters):
        raise QueryError(
            f"INVALID_PARAMETER_USAGE: {text_of(node)} takes {len(names)} arguments, not {len(parameters)}"
        )
    if node.find(exp.Query):
        raise UnsupportedSql(f"{text_of(node)}: a subquery within a lambda")
    fields = tuple(Field(name, value) for name, value in zip(names, parameters, strict=True))
    scope = Scope(fields, outer=at.scope, ctes=at.scope.ctes)
    return node.this, replace(at, scope=scope, name="a lambda", aggregates=False, windows=False, groups=frozenset())


def argument(node: exp.Anonymous, at: Clause) -> tuple[Expr, t.Type]:
    """The array that a function goes through, and the type of its elements."""
    found = expression(node.expressions[0], at)
    return found, arrays.element_of(found, Construct(node))


def applied(node: exp.Anonymous, at: Clause, *, test: bool) -> tuple[Expr, str, Expr]:
    """(array, parameter, body) of a function of an array and a lambda of one parameter."""
    require(node, 2)
    array, element = argument(node, at)
    name = at.program.fresh()
    body, where = inside(node.expressions[1], [Expr(name, element, array.refs)], at)
    return array, name, condition(body, where) if test else expression(body, where)


def require(node: exp.Anonymous, count: int) -> None:
    if len(node.expressions) != count:
        raise QueryError(f"FUNCTION_NOT_FOUND: {text_of(node)}: {node.name}() takes {count} arguments")


def transform(node: exp.Anonymous, at: Clause) -> Expr:
    array, name, body = applied(node, at, test=False)
    kind = t.array(body.type)
    sql = f"list_transform({array.sql}, lambda {name}: {body.sql})"
    return Expr(sql if body.type != t.UNKNOWN else f"CAST({sql} AS INTEGER[])", kind, merged([array, body]))


def filter_(node: exp.Anonymous, at: Clause) -> Expr:
    array, name, test = applied(node, at, test=True)
    return Expr(f"list_filter({array.sql}, lambda {name}: {test.sql})", array.type, merged([array, test]))


def matching(found: str, decides: str) -> Rule:
    """any_match, all_match, none_match: what an element that `decides` makes of it, NULL where one is unsure."""

    def rule(node: exp.Anonymous, at: Clause) -> Expr:
        array, name, test = applied(node, at, test=True)
        tests = f"list_transform({array.sql}, lambda {name}: {test.sql})"
        sql = f"CASE WHEN list_contains({tests}, {decides}) THEN {found} WHEN list_count({tests}) < len({tests}) THEN NULL"
        other = "FALSE" if found == "TRUE" else "TRUE"
        return Expr(f"{sql} WHEN {array.sql} IS NOT NULL THEN {other} END", t.BOOLEAN, merged([array, test]))

    return rule


def reduce(node: exp.Anonymous, at: Clause) -> Expr:
    """reduce(array, state, (s, x) -> s, s -> result): the state keeps its type."""
    require(node, 4)
    array, element = argument(node, at)
    start = expression(node.expressions[1], at)
    state, item = at.program.fresh(), at.program.fresh()
    refs = array.refs | start.refs
    body, where = inside(node.expressions[2], [Expr(state, start.type, refs), Expr(item, element, refs)], at)
    step = expression(body, where)
    if start.type in (t.UNKNOWN, t.VARCHAR) or t.common(step.type, start.type) != start.type:
        raise UnsupportedSql(
            f"{text_of(node)}: a state of type {start.type} that becomes {step.type}; cast the initial state"
            if start.type != t.VARCHAR
            else f"{text_of(node)}: a state that is a text; use array_join"
        )
    sql = f"list_reduce({array.sql}, lambda {state}, {item}: {cast(step, start.type)}, {start.sql})"
    whole = Expr(sql, start.type, refs | step.refs)
    body, where = inside(node.expressions[3], [whole], at)
    return expression(body, where)


def array_sort(node: exp.Anonymous, at: Clause) -> Expr:
    """In the order of a comparator (a, b) -> -1, 0 or 1: by how many others stand before, and where it stood."""
    if len(node.expressions) == 1:
        return arrays.array_sort([expression(node.expressions[0], at)], Construct(node))
    require(node, 2)
    array, element = argument(node, at)
    one, other, place = (at.program.fresh() for _ in range(3))
    sides = [Expr(name, element, array.refs) for name in (other, one)]
    body, where = inside(node.expressions[1], sides, at)
    found = expression(body, where)
    if found.type != t.INTEGER:
        raise QueryError(f"TYPE_MISMATCH: {text_of(node)}: a comparator gives -1, 0 or 1, not {found.type}")
    odd = failed("'array_sort: a comparator gives -1, 0 or 1, not '", found.sql, t.INTEGER)
    way = f"CASE WHEN {found.sql} IN (-1, 0, 1) THEN {found.sql} ELSE {odd} END"
    before = f"len(list_filter({array.sql}, lambda {other}: {way} < 0))"
    keyed = (
        f"list_transform({array.sql}, lambda {one}, {place}: {{'before': {before}, 'place': {place}, 'value': {one}}})"
    )
    sql = f"list_transform(list_sort({keyed}), lambda {one}: {one}.value)"
    return Expr(sql, array.type, merged([array, found]))


def zip_with(node: exp.Anonymous, at: Clause) -> Expr:
    """Two arrays side by side, the shorter filled with NULL."""
    require(node, 3)
    both = [expression(item, at) for item in node.expressions[:2]]
    kinds = [arrays.element_of(each, Construct(node)) for each in both]
    name = at.program.fresh()
    values = [Expr(f"{name}[{n}]", kind, merged(both)) for n, kind in enumerate(kinds, 1)]
    body, where = inside(node.expressions[2], values, at)
    found = expression(body, where)
    missing = " OR ".join(f"{each.sql} IS NULL" for each in both)
    sql = f"list_transform(list_zip({both[0].sql}, {both[1].sql}), lambda {name}: {found.sql})"
    return Expr(f"CASE WHEN NOT ({missing}) THEN {sql} END", t.array(found.type), merged([*both, found]))


def of_map(node: exp.Anonymous, at: Clause, *, test: bool) -> tuple[Expr, str, Expr]:
    """(map, name of an entry, body) of a function of a map and a lambda of key and value."""
    require(node, 2)
    whole = expression(node.expressions[0], at)
    key, value = maps.parts(whole, Construct(node))
    name = at.program.fresh()
    entry = [Expr(f"{name}.{part}", kind, whole.refs) for part, kind in (("key", key), ("value", value))]
    body, where = inside(node.expressions[1], entry, at)
    return whole, name, condition(body, where) if test else expression(body, where)


def map_filter(node: exp.Anonymous, at: Clause) -> Expr:
    whole, name, test = of_map(node, at, test=True)
    entries = f"list_filter(map_entries({whole.sql}), lambda {name}: {test.sql})"
    return Expr(f"map_from_entries({entries})", whole.type, merged([whole, test]))


def transform_values(node: exp.Anonymous, at: Clause) -> Expr:
    whole, name, body = of_map(node, at, test=False)
    if body.type == t.UNKNOWN:
        raise UnsupportedSql(f"{text_of(node)}: values that are NULL without a type")
    entries = f"list_transform(map_entries({whole.sql}), lambda {name}: {{'k': {name}.key, 'v': {body.sql}}})"
    key, _ = maps.parts(whole, Construct(node))
    return Expr(f"map_from_entries({entries})", t.map_of(key, body.type), merged([whole, body]))


LAMBDAS: dict[str, Rule] = {
    "all_match": matching("FALSE", "FALSE"),
    "array_sort": array_sort,
    "any_match": matching("TRUE", "TRUE"),
    "filter": filter_,
    "map_filter": map_filter,
    "none_match": matching("FALSE", "TRUE"),
    "reduce": reduce,
    "transform": transform,
    "transform_values": transform_values,
    "zip_with": zip_with,
}
"""Functions with a lambda among their arguments."""

RULES[exp.Identifier] = parameter
