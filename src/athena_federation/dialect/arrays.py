"""Functions of arrays, with Trino's indexes, NULLs and errors."""

# The rules share one signature.
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from athena_federation.dialect import casts, maps, rows
from athena_federation.dialect import types as t
from athena_federation.dialect.casts import failed
from athena_federation.dialect.grammar import Construct
from athena_federation.dialect.operators import cast, unified, whole_literal
from athena_federation.dialect.scope import Expr, merged
from athena_federation.errors import QueryError, UnsupportedSql


def element_of(arg: Expr, construct: Construct) -> t.Type:
    if not arg.type.element or not t.is_array(arg.type):
        raise QueryError(f"TYPE_MISMATCH: {construct} needs an array, not {arg.type}")
    return arg.type.element


def made(args: list[Expr], construct: Construct) -> Expr:
    """ARRAY[…]."""
    kind = unified(args, construct)
    text = ", ".join(cast(value, kind) for value in args)
    return Expr(f"CAST([{text}] AS {t.to_duckdb(t.array(kind))})", t.array(kind), merged(args))


def cardinality(args: list[Expr], construct: Construct) -> Expr:
    if args[0].type.name == "map":
        return Expr(f"CAST(cardinality({args[0].sql}) AS BIGINT)", t.BIGINT, args[0].refs)
    element_of(args[0], construct)
    return Expr(f"CAST(len({args[0].sql}) AS BIGINT)", t.BIGINT, args[0].refs)


def index_of(arg: Expr, construct: Construct) -> str:
    if not t.is_integer(arg.type):
        raise QueryError(f"TYPE_MISMATCH: {construct}: an array is indexed by a whole number, not {arg.type}")
    return arg.sql


def subscript(args: list[Expr], construct: Construct) -> Expr:
    """x[n]: an index out of range is an error."""
    if len(args) == 2 and args[0].type.name == "map":
        return maps.subscript(args, construct)
    if len(args) == 2 and args[0].type.name == "row":
        return rows.subscript(args, construct)
    if len(args) != 2 or not t.is_array(args[0].type):
        raise UnsupportedSql(f"{construct}: a subscript of {args[0].type}")
    x, n, kind = args[0].sql, index_of(args[1], construct), element_of(args[0], construct)
    failure = failed("'array subscript out of bounds: '", n, kind)
    return Expr(f"CASE WHEN {n} < 1 OR {n} > len({x}) THEN {failure} ELSE {x}[{n}] END", kind, merged(args))


def element_at(args: list[Expr], construct: Construct) -> Expr:
    """NULL when there is no such element; from the end when negative."""
    if args[0].type.name == "map":
        return maps.element_at(args, construct)
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
    """NULLs are left out, or replaced by the third argument."""
    element = element_of(args[0], construct)
    if any(arg.type != t.VARCHAR for arg in args[1:]):
        raise QueryError(f"TYPE_MISMATCH: {construct}: the separator and what stands for NULL must be varchar")
    if element.element or element == t.UNKNOWN:
        raise UnsupportedSql(f"{construct}: of an array of {element}")
    text = args[0].sql
    if element != t.VARCHAR:
        text = f"list_transform({text}, lambda it: {casts.cast(Expr('it', element), t.VARCHAR, construct).sql})"
    if len(args) > 2:
        text = f"list_transform({text}, lambda it: coalesce(it, {args[2].sql}))"
    joined = f"coalesce(array_to_string({text}, {args[1].sql}), '')"  # of NULLs alone it is an empty text
    return Expr(f"CASE WHEN {args[0].sql} IS NOT NULL THEN {joined} END", t.VARCHAR, merged(args))


def plain_element(args: list[Expr], construct: Construct) -> t.Type:
    """The type of an array's elements, where DuckDB compares them as Trino does."""
    element = element_of(args[0], construct)
    if element.element or t.is_float(element) or element in (t.UNKNOWN, t.DAY_INTERVAL, t.YEAR_INTERVAL, t.JSON):
        raise UnsupportedSql(f"{construct}: of an array of {element}")
    return element


def extreme(name: str) -> Callable[[list[Expr], Construct], Expr]:
    """array_max and array_min: NULL where an element is."""

    def rule(args: list[Expr], construct: Construct) -> Expr:
        x, element = args[0].sql, plain_element(args, construct)
        return Expr(f"CASE WHEN list_count({x}) = len({x}) THEN {name}({x}) END", element, args[0].refs)

    return rule


def array_distinct(args: list[Expr], construct: Construct) -> Expr:
    """In the order in which they come first."""
    plain_element(args, construct)
    return replace(args[0], sql=distinct(args[0].sql), literal=None)


def distinct(x: str) -> str:
    return f"list_filter({x}, lambda it, n: list_position({x}, it) = n)"


def array_position(args: list[Expr], construct: Construct) -> Expr:
    """0 when it is not there."""
    x, value = args[0].sql, valued(args, construct)
    sql = f"CASE WHEN {x} IS NOT NULL AND {value} IS NOT NULL THEN coalesce(list_position({x}, {value}), 0) END"
    return Expr(f"CAST({sql} AS BIGINT)", t.BIGINT, merged(args))


def array_remove(args: list[Expr], construct: Construct) -> Expr:
    x, value = args[0].sql, valued(args, construct)
    sql = f"CASE WHEN {value} IS NOT NULL THEN list_filter({x}, lambda it: it IS NULL OR it <> {value}) END"
    return Expr(sql, args[0].type, merged(args))


def valued(args: list[Expr], construct: Construct) -> str:
    """The second argument as an element of the first."""
    element = plain_element(args, construct)
    if t.common(element, args[1].type) != element:
        raise UnsupportedSql(f"{construct}: an array of {element} and a value of {args[1].type}")
    return cast(args[1], element)


def slice_(args: list[Expr], construct: Construct) -> Expr:
    """Some elements from a position on, which counts from the end when it is negative."""
    element_of(args[0], construct)
    start, length = (whole_literal(arg) for arg in args[1:])
    if not start or length is None or length < 0:
        raise UnsupportedSql(f"{construct}: start and length must be literals")
    x = args[0].sql
    first = str(start) if start > 0 else f"len({x}) + {start + 1}"
    sql = f"list_slice({x}, {first}, {first} + {length - 1})"
    if start < 0:
        sql = f"CASE WHEN len({x}) < {-start} THEN list_slice({x}, 1, 0) ELSE {sql} END"
    return Expr(sql if length else f"list_slice({x}, 1, 0)", args[0].type, merged(args))


def flatten(args: list[Expr], construct: Construct) -> Expr:
    element = element_of(args[0], construct)
    if not t.is_array(element):
        raise QueryError(f"TYPE_MISMATCH: {construct} needs an array of arrays, not {args[0].type}")
    return Expr(f"flatten({args[0].sql})", element, args[0].refs)


def repeated(args: list[Expr], construct: Construct) -> Expr:
    """An array of one value, some times."""
    count = whole_literal(args[1])
    if count is None or not 0 <= count <= 10_000:
        raise UnsupportedSql(f"{construct}: the number must be a literal up to 10000")
    kind = t.array(args[0].type)
    sql = f"list_transform(range({count}), lambda it: {args[0].sql})"
    return Expr(f"CAST({sql} AS {t.to_duckdb(kind)})", kind, args[0].refs)


def joined(args: list[Expr], construct: Construct) -> Expr:
    """Arrays one after the other, or an array and an element; NULL if an array is NULL."""
    kind = next(arg.type for arg in args if t.is_array(arg.type))
    for arg in args:
        if t.is_array(arg.type):
            kind = t.common(kind, arg.type) or kind
    texts = []
    for arg in args:
        whole = t.common(arg.type, kind) == kind
        if arg.type == t.UNKNOWN or not (whole or (kind.element and t.common(arg.type, kind.element) == kind.element)):
            raise UnsupportedSql(f"{construct}: arrays and values of {arg.type} and {kind} joined; cast them")
        texts.append(cast(arg, kind) if whole else f"[{cast(arg, kind.element or kind)}]")
    missing = " OR ".join(f"{text} IS NULL" for text in texts)
    sql = texts[0]
    for text in texts[1:]:
        sql = f"list_concat({sql}, {text})"
    return Expr(f"CASE WHEN NOT ({missing}) THEN {sql} END", kind, merged(args))


def array_union(args: list[Expr], construct: Construct) -> Expr:
    plain_element(args, construct)
    both = joined(args, construct)
    return replace(both, sql=distinct(both.sql))


def kept_where(test: str) -> Callable[[list[Expr], Construct], Expr]:
    """
    array_intersect and array_except: the first array's different values that the second has, or has not.

    Those in both come in the order of the longer array.
    """

    def rule(args: list[Expr], construct: Construct) -> Expr:
        plain_element(args, construct)
        kind = unified(args, construct)
        a, b = (cast(arg, kind) for arg in args)
        sql = f"list_filter({distinct(a)}, lambda other: {test}({b}, other))"
        if not test.startswith("NOT"):
            turned = f"list_filter({distinct(b)}, lambda other: {test}({a}, other))"
            sql = f"CASE WHEN len({a}) < len({b}) THEN {turned} ELSE {sql} END"
        missing = f"list_count({a}) < len({a}) OR list_count({b}) < len({b})"
        failure = failed("'array_intersect, array_except: of arrays with NULL '", "''", kind)
        whole = f"CASE WHEN {a} IS NULL OR {b} IS NULL THEN NULL WHEN {missing} THEN {failure} ELSE {sql} END"
        return Expr(whole, kind, merged(args))

    return rule


def ngrams(args: list[Expr], construct: Construct) -> Expr:
    """Every n elements that follow one another; the whole where there are fewer."""
    plain_element(args, construct)
    n = whole_literal(args[1])
    if n is None or n < 1:
        raise UnsupportedSql(f"{construct}: the number must be a literal from 1 on")
    x = args[0].sql
    starts = f"range(1, greatest(len({x}) - {n - 1}, 1) + 1)"
    sql = f"list_transform({starts}, lambda pos: list_slice({x}, pos, pos + {n - 1}))"
    return Expr(f"CASE WHEN {x} IS NOT NULL THEN {sql} END", t.array(args[0].type), merged(args))


def zipped(args: list[Expr], construct: Construct) -> Expr:
    """Rows of what stands side by side, the shorter filled with NULL."""
    kinds = [element_of(arg, construct) for arg in args]
    row = t.row(*(("", kind) for kind in kinds))
    values = [f"it[{n}]" for n in range(1, len(args) + 1)]
    sql = f"list_transform(list_zip({', '.join(arg.sql for arg in args)}), lambda it: {rows.packed(row, values)})"
    missing = " OR ".join(f"{arg.sql} IS NULL" for arg in args)
    return Expr(f"CASE WHEN NOT ({missing}) THEN {sql} END", t.array(row), merged(args))


def arrays_overlap(args: list[Expr], construct: Construct) -> Expr:
    """NULL when they share nothing and one has a NULL."""
    element = plain_element(args, construct)
    kind = unified(args, construct)
    if element.element or t.is_float(kind.element or kind):
        raise UnsupportedSql(f"{construct}: of {kind}")
    a, b = (cast(arg, kind) for arg in args)
    unsure = " OR ".join(f"list_count({x}) < len({x})" for x in (a, b))
    sql = f"CASE WHEN {a} IS NULL OR {b} IS NULL THEN NULL WHEN list_has_any({a}, {b}) THEN TRUE "
    return Expr(
        f"{sql}WHEN len({a}) > 0 AND len({b}) > 0 AND ({unsure}) THEN NULL ELSE FALSE END", t.BOOLEAN, merged(args)
    )


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
