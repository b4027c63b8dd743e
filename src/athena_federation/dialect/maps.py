"""Maps: made of arrays, looked into, taken apart."""

# The rules share one signature.
from __future__ import annotations

from athena_federation.dialect import types as t
from athena_federation.dialect.casts import failed
from athena_federation.dialect.grammar import Construct
from athena_federation.dialect.operators import cast
from athena_federation.dialect.scope import Expr, merged
from athena_federation.errors import QueryError, UnsupportedSql


def parts(arg: Expr, construct: Construct) -> tuple[t.Type, t.Type]:
    """The types of a map's keys and values."""
    if arg.type.name != "map":
        raise QueryError(f"TYPE_MISMATCH: {construct} needs a map, not {arg.type}")
    (_, key), (_, value) = arg.type.fields
    return key, value


def made(args: list[Expr], construct: Construct) -> Expr:
    """map(keys, values): a key twice is an error."""
    if len(args) != 2:
        raise UnsupportedSql(f"{construct}: a map of nothing")
    if not all(t.is_array(arg.type) for arg in args):
        raise QueryError(f"TYPE_MISMATCH: {construct} needs two arrays")
    key, value = (arg.type.element or t.UNKNOWN for arg in args)
    require_key(key, construct)
    missing = " OR ".join(f"{arg.sql} IS NULL" for arg in args)
    return Expr(
        f"CASE WHEN NOT ({missing}) THEN map({args[0].sql}, {args[1].sql}) END", t.map_of(key, value), merged(args)
    )


def require_key(kind: t.Type, construct: Construct) -> None:
    if kind.element or t.is_float(kind) or kind in (t.UNKNOWN, t.DAY_INTERVAL, t.YEAR_INTERVAL, t.JSON):
        raise UnsupportedSql(f"{construct}: a map with keys of type {kind}")


def key_of(args: list[Expr], construct: Construct) -> tuple[str, str, t.Type]:
    """Texts of the map and the key, and the type of the values."""
    key, value = parts(args[0], construct)
    if t.common(key, args[1].type) != key:
        raise UnsupportedSql(f"{construct}: a key of type {args[1].type} in {args[0].type}")
    return args[0].sql, cast(args[1], key), value


def subscript(args: list[Expr], construct: Construct) -> Expr:
    """m[k]: a key that is not there is an error."""
    m, key, kind = key_of(args, construct)
    failure = failed("'Key not present in map: '", key, kind)
    sql = f"CASE WHEN {m} IS NULL OR {key} IS NULL OR map_contains({m}, {key}) THEN {m}[{key}] ELSE {failure} END"
    return Expr(sql, kind, merged(args))


def element_at(args: list[Expr], construct: Construct) -> Expr:
    """NULL when there is no such key."""
    m, key, kind = key_of(args, construct)
    return Expr(f"{m}[{key}]", kind, merged(args))


def joined(args: list[Expr], construct: Construct) -> Expr:
    """map_concat: of a key in both, the second map's value."""
    if args[0].type != args[1].type:
        raise UnsupportedSql(f"{construct}: maps of {args[0].type} and {args[1].type}; cast one")
    parts(args[0], construct)
    a, b = (arg.sql for arg in args)
    return Expr(
        f"CASE WHEN {a} IS NOT NULL AND {b} IS NOT NULL THEN map_concat({a}, {b}) END", args[0].type, merged(args)
    )


def entries(args: list[Expr], construct: Construct) -> Expr:
    key, value = parts(args[0], construct)
    kind = t.array(t.row(("", key), ("", value)))
    sql = f"list_transform(map_entries({args[0].sql}), lambda it: {{'field0': it.key, 'field1': it.value}})"
    return Expr(sql, kind, args[0].refs)


def from_entries(args: list[Expr], construct: Construct) -> Expr:
    """Of an array of rows of two; a key twice is an error."""
    element = args[0].type.element if t.is_array(args[0].type) else None
    if element is None or element.name != "row" or len(element.fields) != 2:
        raise QueryError(f"TYPE_MISMATCH: {construct} needs an array of rows of two, not {args[0].type}")
    (key_label, key), (value_label, value) = t.labelled(element)
    require_key(key, construct)
    x = args[0].sql
    sides = (f"list_transform({x}, lambda it: it.{t.quoted(label)})" for label in (key_label, value_label))
    return Expr(f"CASE WHEN {x} IS NOT NULL THEN map({', '.join(sides)}) END", t.map_of(key, value), args[0].refs)


def split_to_map(args: list[Expr], construct: Construct) -> Expr:
    """`a=1,b=2` and its two separators; an entry without one, or a key twice, is an error."""
    if any(arg.type != t.VARCHAR for arg in args):
        raise QueryError(f"TYPE_MISMATCH: {construct} needs varchar")
    if not args[1].literal or not args[2].literal or args[1].literal == args[2].literal:
        raise UnsupportedSql(f"{construct}: the separators must be different literals that are not empty")
    x, between, within = (arg.sql for arg in args)
    pieces = f"list_transform(list_filter(string_split({x}, {between}), lambda it: it <> ''), lambda it: string_split(it, {within}))"
    failure = failed("'Key-value delimiter must appear exactly once in each entry: '", "it[1]", t.VARCHAR)
    key = f"list_transform({pieces}, lambda it: CASE WHEN len(it) = 2 THEN it[1] ELSE {failure} END)"
    sql = f"map({key}, list_transform({pieces}, lambda it: it[2]))"
    return Expr(f"CASE WHEN {x} IS NOT NULL THEN {sql} END", t.map_of(t.VARCHAR, t.VARCHAR), merged(args))


def keys(args: list[Expr], construct: Construct) -> Expr:
    return Expr(f"map_keys({args[0].sql})", t.array(parts(args[0], construct)[0]), args[0].refs)


def values(args: list[Expr], construct: Construct) -> Expr:
    return Expr(f"map_values({args[0].sql})", t.array(parts(args[0], construct)[1]), args[0].refs)
