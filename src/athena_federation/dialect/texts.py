"""Text functions with Trino's results: positions, padding, splitting, LIKE."""

# The rules share one signature.
from __future__ import annotations

import re

from athena_federation.dialect import types as t
from athena_federation.dialect.grammar import Construct
from athena_federation.dialect.operators import concatenated, whole_literal
from athena_federation.dialect.scope import Expr, merged
from athena_federation.errors import QueryError, UnsupportedSql

WHITESPACE = "\\t\\n\\x0B\\f\\r\\x1C\\x1D\\x1E\\x1F \\u1680\\u2028\\u2029\\u205F\\u3000" + "".join(
    f"\\u{point:04X}" for point in (*range(0x2000, 0x2007), *range(0x2008, 0x200B))
)
"""What Java's Character.isWhitespace calls white space, as escapes."""

SPACES = "'" + WHITESPACE.encode().decode("unicode_escape") + "'"

TRIMS = {"trim": "trim", "ltrim": "ltrim", "rtrim": "rtrim", "both": "trim", "leading": "ltrim", "trailing": "rtrim"}


def texts(args: list[Expr], construct: Construct) -> list[str]:
    """The operands, which must all be varchar."""
    for arg in args:
        if arg.type.element or arg.type == t.VARBINARY or t.is_char(arg.type):
            raise UnsupportedSql(f"{construct}: of {arg.type}")
        if arg.type not in (t.VARCHAR, t.UNKNOWN):
            raise QueryError(f"TYPE_MISMATCH: {construct} needs varchar, not {arg.type}")
    return [arg.sql if arg.type == t.VARCHAR else "CAST(NULL AS VARCHAR)" for arg in args]


def whole(arg: Expr, construct: Construct) -> str:
    if not t.is_integer(arg.type):
        raise QueryError(f"TYPE_MISMATCH: {construct} needs a whole number, not {arg.type}")
    return f"CAST({arg.sql} AS BIGINT)"


def upper(args: list[Expr], construct: Construct) -> Expr:
    """Trino maps one character to one: ß has no single upper case."""
    (x,) = texts(args, construct)
    return Expr(f"replace(upper(replace({x}, 'ß', chr(64976))), chr(64976), 'ß')", t.VARCHAR, args[0].refs)


def trimmed(name: str, args: list[Expr], construct: Construct) -> Expr:
    x, *rest = texts(args, construct)
    return Expr(f"{TRIMS[name]}({x}, {rest[0] if rest else SPACES})", t.VARCHAR, merged(args))


def substr(args: list[Expr], construct: Construct) -> Expr:
    """From 1; from the end when negative; '' when the start is 0 or before the text."""
    (x,) = texts(args[:1], construct)
    start = whole(args[1], construct)
    length = f", greatest({whole(args[2], construct)}, 0)" if len(args) > 2 else ""
    plain = f"substr({x}, {start}{length})"
    if (whole_literal(args[1]) or 0) > 0:
        return Expr(plain, t.VARCHAR, merged(args))
    outside = f"{start} = 0 OR {start} < -length({x})"
    return Expr(f"CASE WHEN {outside} THEN substr({x}, 1, 0) ELSE {plain} END", t.VARCHAR, merged(args))


def replace(args: list[Expr], construct: Construct) -> Expr:
    if not args[1].literal:
        raise UnsupportedSql(f"{construct}: what is replaced must be a literal that is not empty")
    x, old, *new = texts(args, construct)
    return Expr(f"replace({x}, {old}, {new[0] if new else repr('')})", t.VARCHAR, merged(args))


def split(args: list[Expr], construct: Construct) -> Expr:
    x, separator = texts(args, construct)
    if not args[1].literal:
        raise UnsupportedSql(f"{construct}: the separator must be a literal that is not empty")
    return Expr(f"string_split({x}, {separator})", t.array(t.VARCHAR), merged(args))


def split_part(args: list[Expr], construct: Construct) -> Expr:
    """NULL past the end."""
    index = whole_literal(args[2])
    if index is None or index < 1:
        raise UnsupportedSql(f"{construct}: the index must be a literal from 1 on")
    return Expr(f"{split(args[:2], construct).sql}[{index}]", t.VARCHAR, merged(args))


def concat_ws(args: list[Expr], construct: Construct) -> Expr:
    """NULLs are left out."""
    if args[0].type == t.UNKNOWN or all(arg.type == t.UNKNOWN for arg in args[1:]):
        raise QueryError(f"AMBIGUOUS_FUNCTION_CALL: {construct}: a NULL without type")
    return Expr(f"concat_ws({', '.join(texts(args, construct))})", t.VARCHAR, merged(args))


def padded(name: str, args: list[Expr], construct: Construct) -> Expr:
    x, fill = texts([args[0], args[2]], construct)
    length = whole_literal(args[1])
    if not args[2].literal or length is None or length < 0:
        raise UnsupportedSql(f"{construct}: the length and a fill that is not empty must be literals")
    return Expr(f"{name}({x}, {length}, {fill})", t.VARCHAR, merged(args))


def strpos(args: list[Expr], construct: Construct) -> Expr:
    x, part = texts(args, construct)
    return Expr(f"strpos({x}, {part})", t.BIGINT, merged(args))


def like(args: list[Expr], construct: Construct) -> Expr:
    """Without ESCAPE no character is special but % and _."""
    x, form, *escape = texts(args, construct)
    if not escape:
        return Expr(f"({x} LIKE {form})", t.BOOLEAN, merged(args))
    mark, text = args[2].literal, args[1].literal
    if mark is None or text is None or len(mark) != 1:
        raise UnsupportedSql(f"{construct}: with ESCAPE, the pattern and the one character must be literals")
    if re.search(f"{re.escape(mark)}(?![%_{re.escape(mark)}])", text.replace(mark * 2, "")):
        raise QueryError(
            f"INVALID_FUNCTION_ARGUMENT: {construct}: the escape stands before something other than % or _"
        )
    return Expr(f"({x} LIKE {form} ESCAPE {escape[0]})", t.BOOLEAN, merged(args))


def reverse(args: list[Expr], construct: Construct) -> Expr:
    """Code point by code point."""
    (x,) = texts(args, construct)
    return Expr(
        f"CASE WHEN {x} IS NOT NULL THEN array_to_string(list_reverse(regexp_extract_all({x}, '(?s).')), '') END",
        t.VARCHAR,
        args[0].refs,
    )


def chr_(args: list[Expr], construct: Construct) -> Expr:
    code = whole_literal(args[0])
    if code is None or not 0 < code < 0xD800:
        raise UnsupportedSql(f"{construct}: the code must be a literal from 1 on")
    return Expr(f"chr({code})", t.VARCHAR)


def concat(args: list[Expr], construct: Construct) -> Expr:
    return concatenated(args, construct)


def codepoint(args: list[Expr], construct: Construct) -> Expr:
    """Of one character."""
    if args[0].literal is None or args[0].type != t.VARCHAR or len(args[0].literal) != 1:
        raise UnsupportedSql(f"{construct}: of a text other than a literal of one character")
    return Expr(str(ord(args[0].literal)), t.INTEGER)
