"""Regular expressions: Java's syntax in Trino, RE2's in DuckDB; what both read alike, the rest refused.

Where they part: `$` stands before a last newline too in Java; after an empty match they go on differently; look-around,
possessive quantifiers and back references are Java's alone.
"""

# The rules share one signature.
from __future__ import annotations

import re
from dataclasses import dataclass

from athena_federation.dialect import types as t
from athena_federation.dialect.grammar import Construct
from athena_federation.dialect.operators import text_literal, whole_literal
from athena_federation.dialect.scope import Expr, merged
from athena_federation.dialect.texts import texts
from athena_federation.errors import QueryError, UnsupportedSql

ALIKE = re.compile(
    r"""
    \\[dDwWsStnrf]                # classes and control characters
    | \\[^\w\s]                  # an escaped sign
    | \[\^?\]?(?:\\[dwstnr]|\\[^\w\s]|[^\[\]\\&])*\]   # a class without a class in it
    | \(\?: | \((?!\?) | [)|^.]
    | (?:[*+?]|\{\d+(?:,\d*)?\})\??(?![*+?{])
    | [^\\\[\](){}*+?|^.$]        # a character that stands for itself
    """,
    re.VERBOSE,
)
"""One part of a pattern that means the same in both."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern that both engines read alike, but for a `$` at its end."""

    body: str
    ends: bool
    """Whether `$` follows the body."""
    groups: int
    flags: str = ""

    @property
    def empty(self) -> bool:
        """Whether it can match the empty text."""
        return re.search(self.body, "") is not None

    def sql(self, end: str = r"(?:\n?\z)") -> str:
        """As DuckDB reads it: `$` also stands before a last newline."""
        return text_literal(self.flags + (f"({self.body}){end}" if self.ends else self.body))


def pattern(arg: Expr, construct: Construct) -> Pattern:
    """Raises UnsupportedSql for a part that is not known to be the same."""
    text = arg.literal
    if arg.type != t.VARCHAR or text is None:
        raise UnsupportedSql(f"{construct}: the pattern must be a literal")
    flags = "(?i)" if text.startswith("(?i)") else ""
    body = text.removeprefix(flags)
    if flags and not body.isascii():
        raise UnsupportedSql(f"{construct}: letters outside ASCII, whatever their case")
    ends = bool(re.search(r"(?<!\\)(?:\\\\)*\$$", body))
    body = body[:-1] if ends else body
    at, read = 0, ""
    while at < len(body):
        part = ALIKE.match(body, at)
        if part is None:
            raise UnsupportedSql(f"{construct}: the part {body[at : at + 10]!r} of the pattern is not the same in RE2")
        at, read = part.end(), read + in_re2(part[0])
    try:
        compiled = re.compile(body)
    except re.error as error:
        raise QueryError(f"INVALID_FUNCTION_ARGUMENT: {construct}: {error}") from error
    if ends and re.search(r"(?<!\\)\|", re.sub(r"\([^()]*\)", "", body)):
        raise UnsupportedSql(f"{construct}: `$` after an alternative; put the alternatives in parentheses")
    return Pattern(read, ends, compiled.groups, flags)


def in_re2(part: str) -> str:
    """The vertical tab is white space for Java, not for RE2."""
    if part.startswith("["):
        return part.replace(r"\s", r"\s\x0B")
    return {r"\s": r"[\s\x0B]", r"\S": r"[^\s\x0B]"}.get(part, part)


def regexp_like(args: list[Expr], construct: Construct) -> Expr:
    (x,) = texts(args[:1], construct)
    return Expr(f"regexp_matches({x}, {pattern(args[1], construct).sql()})", t.BOOLEAN, merged(args))


def regexp_extract(args: list[Expr], construct: Construct) -> Expr:
    """NULL without a match."""
    (x,) = texts(args[:1], construct)
    form = pattern(args[1], construct)
    group = whole_literal(args[2]) if len(args) > 2 else 0
    if group is None or group < 0:
        raise UnsupportedSql(f"{construct}: the group must be a literal number")
    if group > form.groups:
        raise QueryError(f"INVALID_FUNCTION_ARGUMENT: {construct}: the pattern has {form.groups} groups")
    if group and re.search(r"\)[?*{]|\|", form.body):
        raise UnsupportedSql(f"{construct}: a group that may not take part in the match")
    taken = group + form.ends
    sql = f"CASE WHEN regexp_matches({x}, {form.sql()}) THEN regexp_extract({x}, {form.sql()}, {taken}) END"
    return Expr(sql, t.VARCHAR, merged(args))


def regexp_replace(args: list[Expr], construct: Construct) -> Expr:
    """All matches; $1 is a group."""
    (x,) = texts(args[:1], construct)
    form = pattern(args[1], construct)
    new = args[2].literal if len(args) > 2 else ""
    if new is None or "\\" in new or re.search(r"\$(?![0-9])|\$[0-9]{2}", new):
        raise UnsupportedSql(f"{construct}: the replacement must be a literal, with groups as $1")
    if form.empty:
        raise UnsupportedSql(f"{construct}: a pattern that matches the empty text")
    if any(int(n) > form.groups for n in re.findall(r"\$([0-9])", new)):
        raise QueryError(f"INVALID_FUNCTION_ARGUMENT: {construct}: the pattern has {form.groups} groups")
    kept = f"\\{form.groups + 2}" if form.ends else ""
    if form.groups + 2 > 9 and form.ends:
        raise UnsupportedSql(f"{construct}: a pattern of more than seven groups")
    groups = re.sub(r"\$([0-9])", lambda found: f"\\{int(found[1]) + form.ends}", new) + kept
    sql = f"regexp_replace({x}, {form.sql(end='(' + chr(92) + 'n?)' + chr(92) + 'z')}, {text_literal(groups)}, 'g')"
    return Expr(sql, t.VARCHAR, merged(args))


def regexp_extract_all(args: list[Expr], construct: Construct) -> Expr:
    (x,) = texts(args[:1], construct)
    form = pattern(args[1], construct)
    if form.empty or form.ends:
        raise UnsupportedSql(f"{construct}: a pattern that matches the empty text or ends with `$`")
    return Expr(f"regexp_extract_all({x}, {form.sql()})", t.array(t.VARCHAR), merged(args))


def regexp_split(args: list[Expr], construct: Construct) -> Expr:
    (x,) = texts(args[:1], construct)
    form = pattern(args[1], construct)
    if form.empty or form.ends or form.groups:
        raise UnsupportedSql(f"{construct}: a pattern with groups, that matches the empty text, or ends with `$`")
    return Expr(f"string_split_regex({x}, {form.sql()})", t.array(t.VARCHAR), merged(args))


def regexp_position(args: list[Expr], construct: Construct) -> Expr:
    """Where the first match begins, from 1; -1 without one."""
    pieces = regexp_split(args, construct).sql
    sql = f"CASE WHEN len({pieces}) = 1 THEN -1 WHEN {args[0].sql} IS NOT NULL THEN length({pieces}[1]) + 1 END"
    return Expr(f"CAST({sql} AS INTEGER)", t.INTEGER, merged(args))


def regexp_count(args: list[Expr], construct: Construct) -> Expr:
    return Expr(f"CAST(len({regexp_extract_all(args, construct).sql}) AS BIGINT)", t.BIGINT, merged(args))
