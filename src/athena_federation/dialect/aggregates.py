"""Aggregate and window functions by name: Trino's result type and DuckDB's text.

A rule gives the text around the calls, because FILTER and OVER belong to each call and not to the casts about it.
"""

# The rules share one signature.
# ruff: noqa: ARG001, ARG005
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlglot import exp

from athena_federation.dialect import types as t
from athena_federation.dialect.casts import failed
from athena_federation.dialect.grammar import Construct
from athena_federation.dialect.maps import require_key
from athena_federation.dialect.operators import DIVIDE, cast, rescaled, unscaled, whole_literal
from athena_federation.dialect.scope import Expr
from athena_federation.errors import QueryError, UnsupportedSql


@dataclass(frozen=True, slots=True)
class Call:
    """An aggregate before its FILTER and OVER clauses are known."""

    text: Callable[[str, str], str]
    """Given what follows the arguments (ORDER BY, IGNORE NULLS) and what follows each call, the whole text."""
    type: t.Type
    tidy: bool = False
    ordered: bool = False
    """Whether ORDER BY within the call is allowed."""


Rule = Callable[[list[Expr], str, Construct], Call]
"""(arguments, 'DISTINCT ' or '', construct) -> the call."""


def plain(name: str, arguments: str, kind: t.Type, *, wrap: bool = False, tidy: bool = False) -> Call:
    """One call of a DuckDB function; `wrap` where DuckDB's own result is of another type."""

    def text(within: str, after: str) -> str:
        core = f"{name}({f'{arguments} {within}'.strip()}){after}"
        return f"CAST({core} AS {t.to_duckdb(kind)})" if wrap else core

    return Call(text, kind, tidy)


def require_number(arg: Expr, construct: Construct) -> None:
    if not t.is_number(arg.type):
        raise QueryError(f"TYPE_MISMATCH: {construct} needs a number, not {arg.type}")


def require_boolean(arg: Expr, construct: Construct) -> None:
    if arg.type not in (t.BOOLEAN, t.UNKNOWN):
        raise QueryError(f"TYPE_MISMATCH: {construct} needs a boolean, not {arg.type}")


def total(args: list[Expr], distinct: str, construct: Construct) -> Call:
    """bigint for whole numbers (an overflow is an error), decimal(38, s) for decimals."""
    require_number(args[0], construct)
    kind = args[0].type
    if t.is_integer(kind):
        return plain("sum", distinct + args[0].sql, t.BIGINT, wrap=True)
    result = t.decimal(38, kind.scale) if t.is_decimal(kind) else kind
    return plain("sum", distinct + args[0].sql, result, wrap=True)


def average(args: list[Expr], distinct: str, construct: Construct) -> Call:
    """double, or for a decimal its own type, rounded half away from zero."""
    require_number(args[0], construct)
    kind = args[0].type
    if not t.is_decimal(kind):
        return plain("avg", distinct + cast(args[0], kind), kind if kind == t.REAL else t.DOUBLE, wrap=kind == t.REAL)
    digits = f"sum({distinct}{unscaled(args[0], kind)})"
    count = f"count({distinct}{args[0].sql})"

    def text(within: str, after: str) -> str:
        quotient = f"{DIVIDE}({digits}{after}, nullif({count}{after}, 0))"
        return f"CAST({rescaled(quotient, kind)} AS {t.to_duckdb(kind)})"

    return Call(text, kind)


PERCENTILE = "athena_percentile"
"""Macro (list, p): the value that stands p of the way from the least to the greatest, NULLs left out."""

MACROS = (
    f"""CREATE OR REPLACE MACRO {PERCENTILE}(xs, p) AS list_sort(xs, 'ASC', 'NULLS LAST')
    [1 + least(list_count(xs) - 1, CAST(floor(CAST(p AS DOUBLE) * list_count(xs)) AS BIGINT))]""",
    """CREATE OR REPLACE MACRO athena_multimap(entries) AS map_from_entries(list_transform(
    list_filter(list_transform(entries, lambda e: e.k), lambda k, n: list_position(list_transform(entries, lambda e: e.k), k) = n), lambda key: {'k': key, 'v': list_transform(
    list_filter(entries, lambda e: e.k = key), lambda e: e.v)}))""",
)

MULTIMAP = "athena_multimap"
"""Macro (list of {k, v}): a map from each k to its v's."""


NO_NAN = "'approx_percentile: value is NaN '"


def count(args: list[Expr], distinct: str, construct: Construct) -> Call:
    if len(args) > 1:
        raise QueryError(
            f"FUNCTION_NOT_FOUND: {construct}: count() of several columns; count a subquery of SELECT DISTINCT instead"
        )
    return plain("count", distinct + (args[0].sql if args else "*"), t.BIGINT)


def count_if(args: list[Expr], distinct: str, construct: Construct) -> Call:
    require_boolean(args[0], construct)
    return plain("count", f"{distinct}CASE WHEN {args[0].sql} THEN 1 END", t.BIGINT)


def approx_distinct(args: list[Expr], distinct: str, construct: Construct) -> Call:
    """Counted exactly: an estimate with no error."""
    return plain("count", f"DISTINCT {args[0].sql}", t.BIGINT)


def approx_percentile(args: list[Expr], distinct: str, construct: Construct) -> Call:
    """Computed exactly, as a value that occurs, where Trino estimates: the one with that share of values before it."""
    require_number(args[0], construct)
    several = t.is_array(args[1].type)
    shares = array_literals(construct.node.expressions[-1]) if several else [args[1].literal]
    if not shares or any(share is None or not 0 <= float(share) <= 1 for share in shares):
        raise UnsupportedSql(f"{construct}: the percentile must be a literal between 0 and 1")
    kind = t.BIGINT if t.is_integer(args[0].type) else t.DOUBLE if args[0].type == t.DOUBLE else t.REAL
    value = cast(args[0], kind)
    if t.is_float(args[0].type):
        value = f"CASE WHEN isnan({value}) THEN {failed(NO_NAN, value, kind)} ELSE {value} END"
    values = plain("list", value, kind)

    def text(within: str, after: str) -> str:
        found = [f"{PERCENTILE}({values.text(within, after)}, {share})" for share in shares]
        one = f"[{', '.join(found)}]" if several else found[0]
        return f"CASE WHEN count({args[0].sql}){after} > 0 THEN {one} END" if several else one

    return Call(text, t.array(kind) if several else kind)


def array_literals(node: exp.Expr) -> list[str | None]:
    """The numbers that an ARRAY[…] spells out; None for what is none."""
    return [item.name if isinstance(item, exp.Literal) and not item.is_string else None for item in node.expressions]


def extreme(name: str) -> Rule:
    """min and max."""

    def rule(args: list[Expr], distinct: str, construct: Construct) -> Call:
        value = comparable(args[0], construct)
        if len(args) > 1:
            return several(name, value, args[1], construct)
        if t.is_float(value.type):  # DuckDB ranks NaN above all numbers, Trino counts it only where all are
            counted = plain(name, f"CASE WHEN isnan({value.sql}) THEN NULL ELSE {value.sql} END", value.type)
            all_ = plain(name, value.sql, value.type)
            return Call(
                lambda within, after: f"coalesce({counted.text(within, after)}, {all_.text(within, after)})", value.type
            )
        return plain(name, distinct + value.sql, value.type, tidy=value.tidy)

    return rule


def several(name: str, value: Expr, count: Expr, construct: Construct) -> Call:
    """max(x, n) and min(x, n): the n greatest or least, in an array."""
    require_count(count, construct)
    if t.is_float(value.type):
        raise UnsupportedSql(f"{construct}: of floating-point numbers, because of NaN")
    return plain(name, f"{value.sql}, {count.sql}", t.array(value.type))


def comparable(arg: Expr, construct: Construct) -> Expr:
    if arg.type.element or arg.type in (t.DAY_INTERVAL, t.YEAR_INTERVAL, t.UNKNOWN, t.JSON):
        raise UnsupportedSql(f"{construct}: of values of type {arg.type}")
    return arg


def same_type(name: str) -> Rule:
    def rule(args: list[Expr], distinct: str, construct: Construct) -> Call:
        return plain(name, distinct + args[0].sql, args[0].type, tidy=args[0].tidy)

    return rule


def of_booleans(name: str) -> Rule:
    def rule(args: list[Expr], distinct: str, construct: Construct) -> Call:
        require_boolean(args[0], construct)
        return plain(name, args[0].sql, t.BOOLEAN)

    return rule


def spread(name: str) -> Rule:
    def rule(args: list[Expr], distinct: str, construct: Construct) -> Call:
        require_number(args[0], construct)
        return plain(name, cast(args[0], t.DOUBLE), t.DOUBLE)

    return rule


def at_extreme(name: str) -> Rule:
    def rule(args: list[Expr], distinct: str, construct: Construct) -> Call:
        if len(args) > 2:
            return ranked(name, args, construct)
        if t.is_float(args[1].type):
            raise UnsupportedSql(f"{construct}: by a floating-point number, because of NaN; cast it to decimal")
        return plain(name, f"{args[0].sql}, {comparable(args[1], construct).sql}", args[0].type, tidy=args[0].tidy)

    return rule


def ranked(name: str, args: list[Expr], construct: Construct) -> Call:
    """max_by(x, y, n) and min_by(x, y, n): the x of the n greatest or least y, in that order."""
    require_count(args[2], construct)
    if t.is_float(args[1].type) or args[0].type.element or args[0].type == t.UNKNOWN:
        raise UnsupportedSql(f"{construct}: of {args[0].type} by {args[1].type}")
    way = "DESC" if name.startswith("arg_max") else "ASC"
    x, y = args[0].sql, comparable(args[1], construct).sql
    entry = f"CASE WHEN {y} IS NOT NULL THEN {{'v': {x}}} END ORDER BY {y} {way} NULLS LAST"

    def text(within: str, after: str) -> str:
        found = f"list_filter(list({entry}){after}, lambda it: it IS NOT NULL)"
        return f"nullif(list_transform(list_slice({found}, 1, {args[2].sql}), lambda it: it.v), [])"

    return Call(text, t.array(args[0].type))


def array_agg(args: list[Expr], distinct: str, construct: Construct) -> Call:
    if (args[0].type.element and args[0].type.name != "row") or args[0].type == t.UNKNOWN:
        raise UnsupportedSql(f"{construct}: of values of type {args[0].type}")
    kind = t.array(args[0].type)
    if distinct and args[0].type.element:
        raise UnsupportedSql(f"{construct}: DISTINCT rows")

    return replace(plain("list", distinct + args[0].sql, kind), ordered=True)


def pair(name: str) -> Rule:
    """Statistics of two columns; rows with a NULL do not count."""

    def rule(args: list[Expr], distinct: str, construct: Construct) -> Call:
        for arg in args:
            require_number(arg, construct)
        kind = t.DOUBLE if any(arg.type == t.DOUBLE for arg in args) else t.REAL
        return plain(name, ", ".join(cast(arg, t.DOUBLE) for arg in args), kind, wrap=kind == t.REAL)

    return rule


def bitwise(name: str) -> Rule:
    def rule(args: list[Expr], distinct: str, construct: Construct) -> Call:
        if not t.is_integer(args[0].type):
            raise QueryError(f"TYPE_MISMATCH: {construct} needs whole numbers, not {args[0].type}")
        return plain(name, cast(args[0], t.BIGINT), t.BIGINT)

    return rule


def histogram(args: list[Expr], distinct: str, construct: Construct) -> Call:
    """How often each value occurs."""
    require_key(args[0].type, construct)
    return plain("histogram", distinct + args[0].sql, t.map_of(args[0].type, t.BIGINT), wrap=True)


def map_agg(args: list[Expr], distinct: str, construct: Construct) -> Call:
    """NULL keys are left out; a key that comes twice, of which Trino keeps any one value, is an error here."""
    require_key(args[0].type, construct)
    key, value = (arg.sql for arg in args)
    entry = f"CASE WHEN {key} IS NOT NULL THEN {{'k': {key}, 'v': {value}}} END"

    def text(within: str, after: str) -> str:
        return f"map_from_entries(list_filter(list({entry}){after}, lambda it: it IS NOT NULL))"

    return Call(text, t.map_of(args[0].type, args[1].type))


def multimap_agg(args: list[Expr], distinct: str, construct: Construct) -> Call:
    """The values of each key in an array; NULL keys are left out."""
    require_key(args[0].type, construct)
    if args[1].type.element or args[1].type == t.UNKNOWN:
        raise UnsupportedSql(f"{construct}: of values of type {args[1].type}")
    key, value = (arg.sql for arg in args)
    entry = f"CASE WHEN {key} IS NOT NULL THEN {{'k': {key}, 'v': {value}}} END"

    def text(within: str, after: str) -> str:
        return f"{MULTIMAP}(list_filter(list({entry} {within}){after}, lambda it: it IS NOT NULL))"

    return replace(Call(text, t.map_of(args[0].type, t.array(args[1].type))), ordered=True)


def listagg(args: list[Expr], distinct: str, construct: Construct) -> Call:
    """The texts joined, NULLs left out; the separator is a literal."""
    if any(arg.type != t.VARCHAR for arg in args):
        raise QueryError(f"TYPE_MISMATCH: {construct} needs varchar, not {args[0].type}")
    if len(args) > 1 and args[1].literal is None:
        raise UnsupportedSql(f"{construct}: the separator must be a literal")
    separator = args[1].sql if len(args) > 1 else "''"
    return replace(plain("string_agg", f"{distinct}{args[0].sql}, {separator}", t.VARCHAR), ordered=True)


AGGREGATES: dict[str, tuple[int, int, Rule]] = {
    "any_value": (1, 1, same_type("any_value")),
    "approx_distinct": (1, 1, approx_distinct),
    "approx_percentile": (2, 2, approx_percentile),
    "arbitrary": (1, 1, same_type("any_value")),
    "array_agg": (1, 1, array_agg),
    "avg": (1, 1, average),
    "bool_and": (1, 1, of_booleans("bool_and")),
    "bool_or": (1, 1, of_booleans("bool_or")),
    "count": (0, 9, count),
    "count_if": (1, 1, count_if),
    "every": (1, 1, of_booleans("bool_and")),
    "listagg": (1, 2, listagg),
    "bitwise_and_agg": (1, 1, bitwise("bit_and")),
    "bitwise_or_agg": (1, 1, bitwise("bit_or")),
    "corr": (2, 2, pair("corr")),
    "covar_pop": (2, 2, pair("covar_pop")),
    "covar_samp": (2, 2, pair("covar_samp")),
    "histogram": (1, 1, histogram),
    "map_agg": (2, 2, map_agg),
    "multimap_agg": (2, 2, multimap_agg),
    "max": (1, 2, extreme("max")),
    "max_by": (2, 3, at_extreme("arg_max_null")),
    "min": (1, 2, extreme("min")),
    "min_by": (2, 3, at_extreme("arg_min_null")),
    "regr_intercept": (2, 2, pair("regr_intercept")),
    "regr_slope": (2, 2, pair("regr_slope")),
    "stddev": (1, 1, spread("stddev_samp")),
    "stddev_pop": (1, 1, spread("stddev_pop")),
    "stddev_samp": (1, 1, spread("stddev_samp")),
    "sum": (1, 1, total),
    "var_pop": (1, 1, spread("var_pop")),
    "var_samp": (1, 1, spread("var_samp")),
    "variance": (1, 1, spread("var_samp")),
}
"""name -> (fewest arguments, most arguments, rule)."""


def ranking(name: str, kind: t.Type) -> Rule:
    return lambda args, distinct, construct: plain(name, ", ".join(a.sql for a in args), kind)


def shifted_row(name: str) -> Rule:
    """lag and lead: the offset is at least 0, the default is of the same type."""

    def rule(args: list[Expr], distinct: str, construct: Construct) -> Call:
        if (len(args) > 1 and (whole_literal(args[1]) or 0) < 0) or (len(args) > 1 and whole_literal(args[1]) is None):
            raise UnsupportedSql(f"{construct}: the offset must be a literal")
        kind = args[0].type
        if len(args) > 2 and t.common(kind, args[2].type) != kind:
            raise UnsupportedSql(f"{construct}: a default that is not of type {kind}; cast it")
        rest = [args[1].sql] if len(args) > 1 else []
        rest += [cast(args[2], kind)] if len(args) > 2 else []
        return plain(name, ", ".join([args[0].sql, *rest]), kind, tidy=args[0].tidy and len(args) < 3)

    return rule


def nth_value(args: list[Expr], distinct: str, construct: Construct) -> Call:
    require_count(args[1], construct)
    return plain("nth_value", f"{args[0].sql}, {args[1].sql}", args[0].type, tidy=args[0].tidy)


def ntile(args: list[Expr], distinct: str, construct: Construct) -> Call:
    require_count(args[0], construct)
    return plain("ntile", args[0].sql, t.BIGINT)


def require_count(arg: Expr, construct: Construct) -> None:
    if (whole_literal(arg) or 0) < 1:
        raise UnsupportedSql(f"{construct}: the number must be a literal from 1 on")


WINDOW_FUNCTIONS: dict[str, tuple[int, int, Rule]] = {
    "cume_dist": (0, 0, ranking("cume_dist", t.DOUBLE)),
    "dense_rank": (0, 0, ranking("dense_rank", t.BIGINT)),
    "first_value": (1, 1, same_type("first_value")),
    "lag": (1, 3, shifted_row("lag")),
    "last_value": (1, 1, same_type("last_value")),
    "lead": (1, 3, shifted_row("lead")),
    "nth_value": (2, 2, nth_value),
    "ntile": (1, 1, ntile),
    "percent_rank": (0, 0, ranking("percent_rank", t.DOUBLE)),
    "rank": (0, 0, ranking("rank", t.BIGINT)),
    "row_number": (0, 0, ranking("row_number", t.BIGINT)),
}
"""Functions that need an OVER clause."""
