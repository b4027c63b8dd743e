"""SQL as it may be written down: one spelling, and in the place of every literal a question mark."""

from __future__ import annotations

import re

LITERAL = "?"

_TOKEN = re.compile(
    r"""
      (?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))
    | (?P<text>(?:\b[eExXbBnNrR]|\b[uU]&)?'(?:[^']|'')*(?:'|\Z)|\$(?P<tag>\w*)\$.*?(?:\$(?P=tag)\$|\Z))
    | (?P<name>"(?:[^"]|"")*(?:"|\Z)|`[^`]*(?:`|\Z))
    | (?P<address>[^\s'"`(),;=<>]+@[^\s'"`(),;=<>]*)
    | (?P<word>[^\W\d]\w*)
    | (?P<number>\d[\w.]*|\.\d[\w.]*)
    | (?P<space>\s+)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_PLAIN = re.compile(r'"[A-Za-z_][A-Za-z0-9_]*"')


def masked(sql: str) -> str:
    """
    A statement of any kind, also one that is wrong, without texts, numbers, addresses and comments.

    Names in quotes stay where they look like a column's; others are taken for texts in the wrong quotes.
    """
    parts: list[str] = []
    for token in _TOKEN.finditer(sql):
        match token.lastgroup:
            case "comment" | "space":
                part = " "
            case "text" | "address" | "number" | "tag":
                part = LITERAL
            case "name":
                part = token[0] if _PLAIN.fullmatch(token[0]) else LITERAL
            case _:
                part = token[0]
        if part != " " or (parts and parts[-1] != " "):
            parts.append(part)
    return "".join(parts).strip()
