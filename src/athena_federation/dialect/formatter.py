"""format(): Java's Formatter, as far as its conversions mean one thing.

See https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/util/Formatter.html and Trino's `FormatFunction`.
"""

# The rules share one signature.
from __future__ import annotations

import re
from dataclasses import dataclass

from athena_federation.dialect import casts, extensions
from athena_federation.dialect import types as t
from athena_federation.dialect.grammar import Construct
from athena_federation.dialect.operators import cast, text_literal
from athena_federation.dialect.scope import Expr, merged
from athena_federation.errors import QueryError, UnsupportedSql

SPECIFIER = re.compile(r"%(?:([1-9][0-9]*)\$)?([-#+ 0,(]*)([1-9][0-9]*)?(?:\.([0-9]+))?([a-zA-Z%])")


@dataclass(frozen=True, slots=True)
class Specifier:
    """%[argument$][flags][width][.precision]conversion."""

    flags: str
    width: str
    precision: str | None
    conversion: str

    @property
    def sign(self) -> str:
        """The flags of a number, and the width up to which zeros are written."""
        return f"{self.flags}|{self.width if '0' in self.flags else ''}"


def format_(args: list[Expr], construct: Construct) -> Expr:
    """Text and conversions, one after the other."""
    form = args[0].literal
    if form is None or args[0].type != t.VARCHAR:
        raise UnsupportedSql(f"{construct}: the format must be a literal")
    parts: list[str] = []
    at = used = 0
    for found in SPECIFIER.finditer(form):
        parts += plain(form[at : found.start()], construct)
        at = found.end()
        one = Specifier(found[2], found[3] or "", found[4], found[5])
        if one.conversion in "%n":
            parts.append("'%'" if one.conversion == "%" else "chr(10)")
            continue
        if found[1]:
            place = int(found[1]) - 1
        else:
            place, used = used, used + 1
        if place + 1 >= len(args):
            raise QueryError(f"INVALID_FUNCTION_ARGUMENT: {construct}: Format specifier '{found[0]}' has no argument")
        parts.append(padded(converted(one, args[place + 1], construct), one))
    parts += plain(form[at:], construct)
    return Expr(f"concat({', '.join(parts)})" if parts else "''", t.VARCHAR, merged(args))


def plain(text: str, construct: Construct) -> list[str]:
    if "%" in text:
        raise UnsupportedSql(f"{construct}: the format {text!r}")
    return [text_literal(text)] if text else []


def converted(one: Specifier, arg: Expr, construct: Construct) -> str:  # noqa: C901  (a table of conversions)
    """The text of one argument; NULL is the word null."""
    missing = "'null'"
    match one.conversion:
        case "s" if not set(one.flags) - {"-"}:
            if arg.type == t.DOUBLE:
                arg = Expr(f"{extensions.JAVA_NUMBER.name}({arg.sql})", t.VARCHAR, arg.refs)
            if t.is_float(arg.type) or arg.type.name.startswith("timestamp") or arg.type.element:
                raise UnsupportedSql(
                    f"{construct}: %s of a value of type {arg.type}, in Java's words; cast it to varchar"
                )
            text = "NULL" if arg.type == t.UNKNOWN else casts.cast(arg, t.VARCHAR, construct).sql
            text = f"coalesce({text}, 'null')"
            if one.precision is not None:
                text = f"substr({text}, 1, {one.precision})"
            return text
        case "d" if t.is_integer(arg.type) and one.precision is None:
            number = f"{extensions.WHOLE_NUMBER.name}({cast(arg, t.BIGINT)}, '{one.sign}')"
        case "f" if t.is_float(arg.type) or t.is_decimal(arg.type):
            digits = one.precision or "6"
            number = f"{extensions.FIXED_POINT.name}(CAST({arg.sql} AS VARCHAR), {digits}, '{one.sign}')"
            if one.precision is not None:
                missing = f"'{'null'[: int(one.precision)]}'"  # Java cuts the word, too
            if t.is_float(arg.type):
                number = number.replace(f"CAST({arg.sql} AS VARCHAR)", finite(arg.sql), 1)
        case "b" if arg.type == t.BOOLEAN and not one.flags and one.precision is None:
            return f"coalesce(CAST({arg.sql} AS VARCHAR), 'false')"
        case "x" | "X" if t.is_integer(arg.type) and not set(one.flags) - {"-"}:
            wide = f"(CAST({arg.sql} AS HUGEINT) + CASE WHEN {arg.sql} < 0 THEN {1 << 64}::HUGEINT ELSE 0 END)"
            number = f"{'lower' if one.conversion == 'x' else 'upper'}(format('{{:x}}', {wide}))"
        case "d" | "f" | "x":
            raise QueryError(f"INVALID_FUNCTION_ARGUMENT: {construct}: %{one.conversion} of a value of type {arg.type}")
        case _:
            raise UnsupportedSql(f"{construct}: the conversion %{one.flags}{one.conversion}")
    return f"coalesce({number}, {missing})"


def finite(sql: str) -> str:
    """A double as text, in Java's words where it is not finite."""
    return f"CASE WHEN isnan({sql}) THEN 'NaN' WHEN isinf({sql}) THEN CASE WHEN {sql} > 0 THEN 'Infinity' ELSE '-Infinity' END ELSE CAST({sql} AS VARCHAR) END"


def padded(text: str, one: Specifier) -> str:
    """With spaces up to the width."""
    if not one.width:
        return text
    missing = f"repeat(' ', greatest({one.width} - length({text}), 0))"
    return f"concat({text}, {missing})" if "-" in one.flags else f"concat({missing}, {text})"
