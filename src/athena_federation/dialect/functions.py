"""Scalar functions by name: Trino's signature -> DuckDB's text. What is not in the table is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from athena_federation.dialect import casts, datetimes, texts
from athena_federation.dialect import types as t
from athena_federation.dialect.grammar import Construct
from athena_federation.dialect.operators import arithmetic, cast, compare, unified
from athena_federation.dialect.scope import Expr, merged
from athena_federation.errors import QueryError, UnsupportedSql

Rule = Callable[[list[Expr], Construct], Expr]


@dataclass(frozen=True, slots=True)
class Function:
    """How many arguments a function takes (inclusive bounds), and its rule."""

    least: int
    most: int
    rule: Rule


def coalesce(args: list[Expr], construct: Construct) -> Expr:
    kind = unified(args, construct)
    return Expr(f"coalesce({', '.join(cast(a, kind) for a in args)})", kind, merged(args))


def nullif(args: list[Expr], construct: Construct) -> Expr:
    equal = compare("=", args[0], args[1], construct)
    return Expr(f"CASE WHEN {equal.sql} THEN NULL ELSE {args[0].sql} END", args[0].type, merged(args))


def extreme(name: str) -> Rule:
    """greatest and least: NULL if any argument is."""

    def rule(args: list[Expr], construct: Construct) -> Expr:
        kind = unified(args, construct)
        if t.is_float(kind):
            raise UnsupportedSql(f"{construct}: of floating-point numbers, because of NaN; use CASE")
        values = [cast(a, kind) for a in args]
        missing = " OR ".join(f"{v} IS NULL" for v in values)
        return Expr(f"CASE WHEN {missing} THEN NULL ELSE {name}({', '.join(values)}) END", kind, merged(args))

    return rule


def number(arg: Expr, construct: Construct) -> Expr:
    if not t.is_number(arg.type):
        raise QueryError(f"TYPE_MISMATCH: {construct} needs a number, not {arg.type}")
    return arg


def absolute(args: list[Expr], construct: Construct) -> Expr:
    kind = number(args[0], construct).type
    return Expr(f"CAST(abs({args[0].sql}) AS {t.to_duckdb(kind)})", kind, args[0].refs)


def rounded(args: list[Expr], construct: Construct) -> Expr:
    """Half away from zero. A decimal keeps its scale when digits are named, and loses it when they are not."""
    kind = number(args[0], construct).type
    digits = args[1].literal if len(args) > 1 else "0"
    if digits is None or not digits.isdigit():
        raise UnsupportedSql(f"{construct}: the number of digits must be a literal from 0 on")
    if t.is_integer(kind):
        return Expr(args[0].sql, kind, args[0].refs)
    if t.is_decimal(kind):
        grown = min(1, kind.scale)
        kind = (
            t.decimal(kind.precision + 1, kind.scale)
            if len(args) > 1
            else t.decimal(kind.precision - kind.scale + grown, 0)
        )
        digits = str(min(int(digits), args[0].type.scale))
    return Expr(f"CAST(round({args[0].sql}, {digits}) AS {t.to_duckdb(kind)})", kind, args[0].refs)


def stepped(name: str) -> Rule:
    """floor and ceil: the same type; a decimal loses its scale."""

    def rule(args: list[Expr], construct: Construct) -> Expr:
        kind = number(args[0], construct).type
        if t.is_integer(kind):
            return Expr(args[0].sql, kind, args[0].refs)
        if t.is_decimal(kind):
            kind = t.decimal(kind.precision - kind.scale + min(1, kind.scale), 0)
        return Expr(f"CAST({name}({args[0].sql}) AS {t.to_duckdb(kind)})", kind, args[0].refs)

    return rule


def real_valued(name: str) -> Rule:
    """Functions of doubles that give doubles."""

    def rule(args: list[Expr], construct: Construct) -> Expr:
        values = ", ".join(cast(number(a, construct), t.DOUBLE) for a in args)
        return Expr(f"{name}({values})", t.DOUBLE, merged(args))

    return rule


def textual(name: str, kind: t.Type) -> Rule:
    """Functions of texts that mean the same under one name."""

    def rule(args: list[Expr], construct: Construct) -> Expr:
        return Expr(f"{name}({', '.join(texts.texts(args, construct))})", kind, merged(args))

    return rule


def to_date(args: list[Expr], construct: Construct) -> Expr:
    return casts.cast(args[0], t.DATE, construct)


def typeof(args: list[Expr], construct: Construct) -> Expr:
    if args[0].literal is not None and args[0].type == t.VARCHAR:
        return Expr(f"'varchar({len(args[0].literal)})'", t.VARCHAR)
    return Expr(f"'{args[0].type}'", t.VARCHAR)


def cardinality(args: list[Expr], construct: Construct) -> Expr:
    if not args[0].type.element:
        raise QueryError(f"TYPE_MISMATCH: {construct} needs an array, not {args[0].type}")
    return Expr(f"CAST(len({args[0].sql}) AS BIGINT)", t.BIGINT, args[0].refs)


def element_at(args: list[Expr], construct: Construct) -> Expr:
    """NULL when there is no such element; from the end when negative."""
    element = args[0].type.element
    if not element or not t.is_integer(args[1].type):
        raise QueryError(f"TYPE_MISMATCH: {construct} needs an array and a whole number")
    return Expr(f"{args[0].sql}[{args[1].sql}]", element, merged(args))


def contains(args: list[Expr], construct: Construct) -> Expr:
    element = args[0].type.element
    if not element or t.common(element, args[1].type) != element:
        raise QueryError(f"TYPE_MISMATCH: {construct} needs an array and one of its elements")
    return Expr(f"list_contains({args[0].sql}, {cast(args[1], element)})", t.BOOLEAN, merged(args))


def sequence(args: list[Expr], construct: Construct) -> Expr:
    """Of whole numbers, or of dates a day apart (or by an interval)."""
    first, last = args[0], args[1]
    step = args[2] if len(args) > 2 else None
    if t.is_integer(first.type) and t.is_integer(last.type) and (step is None or t.is_integer(step.type)):
        values = ", ".join(cast(a, t.BIGINT) for a in args)
        return Expr(f"generate_series({values})", t.array(t.BIGINT), merged(args))
    if first.type == last.type == t.DATE and (step is None or step.type in (t.DAY_INTERVAL, t.YEAR_INTERVAL)):
        by = step.sql if step else "INTERVAL 1 DAY"
        sql = f"CAST(generate_series({first.sql}, {last.sql}, {by}) AS DATE[])"
        return Expr(sql, t.array(t.DATE), merged(args))
    raise UnsupportedSql(f"{construct}: only of whole numbers, or of dates")


def by_operator(operator: str) -> Rule:
    return lambda args, construct: arithmetic(operator, args[0], args[1], construct)


def by_field(field: str) -> Rule:
    return lambda args, construct: datetimes.date_field(field, args[0], construct)


def by_trim(name: str) -> Rule:
    return lambda args, construct: texts.trimmed(name, args, construct)


def by_pad(name: str) -> Rule:
    return lambda args, construct: texts.padded(name, args, construct)


FUNCTIONS: dict[str, Function] = {
    "abs": Function(1, 1, absolute),
    "cardinality": Function(1, 1, cardinality),
    "ceil": Function(1, 1, stepped("ceil")),
    "ceiling": Function(1, 1, stepped("ceil")),
    "coalesce": Function(1, 99, coalesce),
    "concat": Function(2, 99, texts.concat),
    "concat_ws": Function(2, 99, texts.concat_ws),
    "contains": Function(2, 2, contains),
    "date": Function(1, 1, to_date),
    "date_add": Function(3, 3, datetimes.date_add),
    "date_diff": Function(3, 3, datetimes.date_diff),
    "date_format": Function(2, 2, datetimes.date_format),
    "date_parse": Function(2, 2, datetimes.date_parse),
    "date_trunc": Function(2, 2, datetimes.date_trunc),
    "element_at": Function(2, 2, element_at),
    "exp": Function(1, 1, real_valued("exp")),
    "floor": Function(1, 1, stepped("floor")),
    "from_unixtime": Function(1, 1, datetimes.from_unixtime),
    "greatest": Function(1, 99, extreme("greatest")),
    "last_day_of_month": Function(1, 1, datetimes.last_day_of_month),
    "least": Function(1, 99, extreme("least")),
    "length": Function(1, 1, textual("length", t.BIGINT)),
    "ln": Function(1, 1, real_valued("ln")),
    "log10": Function(1, 1, real_valued("log10")),
    "log2": Function(1, 1, real_valued("log2")),
    "lower": Function(1, 1, textual("lower", t.VARCHAR)),
    "lpad": Function(3, 3, by_pad("lpad")),
    "ltrim": Function(1, 1, by_trim("ltrim")),
    "mod": Function(2, 2, by_operator("%")),
    "nullif": Function(2, 2, nullif),
    "pow": Function(2, 2, real_valued("pow")),
    "power": Function(2, 2, real_valued("pow")),
    "regexp_extract": Function(2, 3, texts.regexp_extract),
    "regexp_like": Function(2, 2, texts.regexp_like),
    "regexp_replace": Function(2, 3, texts.regexp_replace),
    "replace": Function(2, 3, texts.replace),
    "round": Function(1, 2, rounded),
    "rpad": Function(3, 3, by_pad("rpad")),
    "rtrim": Function(1, 1, by_trim("rtrim")),
    "sequence": Function(2, 3, sequence),
    "split": Function(2, 2, texts.split),
    "split_part": Function(3, 3, texts.split_part),
    "sqrt": Function(1, 1, real_valued("sqrt")),
    "starts_with": Function(2, 2, textual("starts_with", t.BOOLEAN)),
    "strpos": Function(2, 2, texts.strpos),
    "substr": Function(2, 3, texts.substr),
    "substring": Function(2, 3, texts.substr),
    "to_iso8601": Function(1, 1, datetimes.to_iso8601),
    "to_unixtime": Function(1, 1, datetimes.to_unixtime),
    "trim": Function(1, 1, by_trim("trim")),
    "typeof": Function(1, 1, typeof),
    "upper": Function(1, 1, texts.upper),
} | {name: Function(1, 1, by_field(name)) for name in datetimes.FIELDS}
"""Every scalar function that means the same here and in Athena."""


def call(name: str, args: list[Expr], construct: Construct) -> Expr:
    """Raises UnsupportedSql for a function that is not in the table, or a wrong number of arguments."""
    function = FUNCTIONS.get(name)
    if function is None:
        raise UnsupportedSql(f"the function {name}()")
    if not function.least <= len(args) <= function.most:
        raise UnsupportedSql(f"{construct}: {name}() with {len(args)} arguments")
    return function.rule(args, construct)
