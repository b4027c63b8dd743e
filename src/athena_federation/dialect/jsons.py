"""JSON functions: the type json, paths, and casts from it.

A value of type json is kept as its text. What reads and writes such texts is in `documents`.
"""

# The rules share one signature.
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from athena_federation.dialect import documents, extensions
from athena_federation.dialect import types as t
from athena_federation.dialect.grammar import Construct
from athena_federation.dialect.scope import Expr, merged
from athena_federation.errors import QueryError, UnsupportedSql


def document(arg: Expr, construct: Construct) -> str:
    if arg.type not in (t.VARCHAR, t.JSON, t.UNKNOWN):
        raise QueryError(f"TYPE_MISMATCH: {construct} needs json or varchar, not {arg.type}")
    return f"CAST({arg.sql} AS VARCHAR)" if arg.type == t.UNKNOWN else arg.sql


def path_of(arg: Expr, construct: Construct, mode: str = "") -> str:
    """A literal path as a text of DuckDB's."""
    text = arg.literal or ""
    path = text.removeprefix(mode).strip() if text.startswith(mode) else ""
    if arg.type != t.VARCHAR or documents.steps(path) is None:
        raise UnsupportedSql(f"{construct}: a path other than a literal like '{mode}$.a[0].b'")
    return "'" + path.replace("'", "''") + "'"


def by_path(extension: extensions.Extension, kind: t.Type, mode: str = "") -> Callable[[list[Expr], Construct], Expr]:
    """A function of a document and a path."""

    def rule(args: list[Expr], construct: Construct) -> Expr:
        if mode and args[0].type == t.JSON:
            raise QueryError(f"TYPE_MISMATCH: {construct} needs varchar, not json; json_format(…) makes it of json")
        text = f"{extension.name}({document(args[0], construct)}, {path_of(args[1], construct, mode)})"
        return Expr(text, kind, merged(args))

    return rule


def parse(args: list[Expr], construct: Construct) -> Expr:
    if args[0].type != t.VARCHAR:
        raise QueryError(f"TYPE_MISMATCH: {construct} needs varchar, not {args[0].type}")
    return Expr(f"{extensions.JSON_PARSE.name}({args[0].sql})", t.JSON, args[0].refs)


def format_(args: list[Expr], construct: Construct) -> Expr:
    if args[0].type != t.JSON:
        raise QueryError(f"TYPE_MISMATCH: {construct} needs json, not {args[0].type}; json_parse(…) makes it of a text")
    return replace(args[0], type=t.VARCHAR)


def array_length(args: list[Expr], construct: Construct) -> Expr:
    return Expr(f"{extensions.JSON_LENGTH.name}({document(args[0], construct)})", t.BIGINT, args[0].refs)


def as_text(source: Expr) -> str:
    return f"{extensions.JSON_TEXT.name}({source.sql})"


def quoted(sql: str) -> str:
    """A text as JSON writes it."""
    return f"{extensions.JSON_QUOTED.name}({sql})"


def keys(source: Expr) -> str:
    """The names of an object's members, sorted."""
    return f"{extensions.JSON_KEYS.name}({source.sql})"


def members(source: Expr) -> str:
    """The members of an object in the order of their names, as values of type json."""
    return f"{extensions.JSON_MEMBERS.name}({source.sql})"


def size(args: list[Expr], construct: Construct) -> Expr:
    text = f"{extensions.JSON_SIZE.name}({document(args[0], construct)}, {path_of(args[1], construct)})"
    return Expr(text, t.BIGINT, merged(args))


def elements(source: Expr) -> str:
    """The elements, as values of type json."""
    return f"{extensions.JSON_ELEMENTS.name}({source.sql})"
