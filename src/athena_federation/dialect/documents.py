"""JSON as Trino reads and writes it: the functions behind json_extract and its kin.

Trino reads a text up to what a path names and no further, so that a text may be broken after that. Numbers within
values of type json are Java's: 1.50 becomes 1.5, and 2e1 becomes 20.0.

See https://trino.io/docs/current/functions/json.html.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any

SPACE = re.compile(r"[ \t\n\r]*")
STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"')
ATOM = re.compile(r"(?:-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null)(?=[ \t\n\r,\]}]|\Z)")
STEP = re.compile(r"""\.([A-Za-z_][A-Za-z0-9_]*)|\[([0-9]+)\]|\["([^"\\]+)"\]|\['([^'\\]+)'\]""")
"""One step of a path: a member or an element."""

Steps = tuple[str | int, ...]


class Broken(ValueError):
    """A text that is not JSON, at least up to where it was read."""


@lru_cache
def steps(path: str) -> Steps | None:
    """The members and elements that a path like $.a[0]["b c"] goes through; None for another kind of path."""
    found: list[str | int] = []
    if not path.startswith("$"):
        return None
    at = 1
    while at < len(path):
        step = STEP.match(path, at)
        if step is None:
            return None
        member, element, quoted, single = step.groups()
        found.append(int(element) if element else (member or quoted or single))
        at = step.end()
    return tuple(found)


def after(text: str, at: int) -> int:
    """Past white space."""
    found = SPACE.match(text, at)
    return found.end() if found else at


def taken(pattern: re.Pattern[str], text: str, at: int) -> str:
    found = pattern.match(text, at)
    if found is None:
        raise Broken(text)
    return found[0]


def expect(text: str, at: int, signs: str) -> str:
    if at >= len(text) or text[at] not in signs:
        raise Broken(text)
    return text[at]


def members(text: str, at: int) -> Iterator[tuple[str | int, int]]:
    """Key or index, and where the value begins, of each part of the object or array at a place; sends on where it ends."""
    opening, index, at = text[at], 0, after(text, at + 1)
    closing = "}" if opening == "{" else "]"
    if text[at : at + 1] == closing:
        return
    while True:
        key: str | int = index
        if opening == "{":
            name = taken(STRING, text, at)
            at = after(text, at + len(name))
            expect(text, at, ":")
            key, at = json.loads(name), after(text, at + 1)
        yield key, at
        at = after(text, end_of(text, at))
        if expect(text, at, "," + closing) == closing:
            return
        at, index = after(text, at + 1), index + 1


def end_of(text: str, at: int) -> int:
    """Where the value ends that begins at a place."""
    expect(text, at, '{["-0123456789tfn')
    if text[at] == '"':
        return at + len(taken(STRING, text, at))
    if text[at] not in "{[":
        return at + len(taken(ATOM, text, at))
    end = at + 1
    for _, begin in members(text, at):
        end = end_of(text, begin)
    return after_close(text, end)


def after_close(text: str, at: int) -> int:
    at = after(text, at)
    expect(text, at, "}]")
    return at + 1


def found(text: str, path: str) -> str | None:
    """The text of the value that a path leads to; None when there is none, or the text breaks before it."""
    way = steps(path)
    assert way is not None, path
    try:
        at = after(text, 0)
        for step in way:
            expect(text, at, '{["-0123456789tfn')
            if text[at] != ("[" if isinstance(step, int) else "{"):
                return None
            begin = next((begin for key, begin in members(text, at) if key == step), None)
            if begin is None:
                return None
            at = begin
        return text[at : end_of(text, at)]
    except Broken:
        return None


def scalar(text: str, path: str) -> str | None:
    """json_extract_scalar: a text, a number as it is written, true or false; None for everything else."""
    value = found(text, path)
    if value is None or value == "null" or value[0] in "{[":
        return None
    return str(json.loads(value)) if value[0] == '"' else value


def extracted(text: str, path: str) -> str | None:
    """json_extract: any value, keys in the order in which they stand."""
    value = found(text, path)
    return None if value is None else written(json.loads(value, parse_constant=refused))


def parsed(text: str) -> str:
    """json_parse: the keys sorted. Raises Broken."""
    try:
        return written(json.loads(text, parse_constant=refused), ordered=True)
    except json.JSONDecodeError as error:
        raise Broken(f"Cannot convert value to JSON: '{text}'") from error


def refused(word: str) -> float:
    raise Broken(word)


def length(text: str) -> int | None:
    """json_array_length: None for what is not an array."""
    value = found(text, "$")
    if value is None or value[0] != "[":
        return None
    return sum(1 for _ in members(value, 0))


def elements(text: str) -> list[str] | None:
    """The values of an array of type json. Raises Broken for another value."""
    if text == "null":
        return None
    if text[0] != "[":
        raise Broken(f"Cannot cast '{text}' to array")
    return [written(value) for value in json.loads(text)]


def names_of(text: str) -> list[str] | None:
    """The names of an object's members, sorted. Raises Broken for another value."""
    if text == "null":
        return None
    if text[0] != "{":
        raise Broken(f"Cannot cast '{text}' to map")
    return sorted(json.loads(text))


def values_of(text: str) -> list[str] | None:
    """The values of an object's members, in the order of their names."""
    names = names_of(text)
    return None if names is None else [written(json.loads(text)[name]) for name in names]


def size_at(text: str, path: str) -> int | None:
    """json_size: of an object or an array, 0 of a scalar."""
    value = found(text, path)
    return None if value is None else sum(1 for _ in members(value, 0)) if value[0] in "[{" else 0


def as_text(text: str) -> str | None:
    """A value of type json as varchar. Raises Broken for objects and arrays."""
    value = json.loads(text)
    if isinstance(value, dict | list):
        raise Broken(f"Cannot cast '{text}' to varchar")
    return shown(value)


def shown(value: Any) -> str | None:
    """A scalar as text: floating-point numbers as casts write them."""
    if isinstance(value, float):
        return scientific(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def written(value: Any, *, ordered: bool = False) -> str:
    """A value as Trino writes it, without white space."""
    match value:
        case dict():
            items = sorted(value.items()) if ordered else value.items()
            return "{" + ",".join(f"{written(key)}:{written(its, ordered=ordered)}" for key, its in items) + "}"
        case list():
            return "[" + ",".join(written(item, ordered=ordered) for item in value) + "]"
        case float():
            return java(value)
        case str():
            return re.sub(
                r"\\u00[01][0-9a-f]", lambda code: "\\u" + code[0][2:].upper(), json.dumps(value, ensure_ascii=False)
            )
    return json.dumps(value)


def scientific(value: float) -> str:
    """A double as a cast to varchar writes it: 1.5E0."""
    if value == 0:
        return "-0E0" if math.copysign(1, value) < 0 else "0E0"
    if not 1e-300 < abs(value) < 2**53:
        raise ValueError(f"a number this far from 1 as text: {value}")
    _, digits, exponent = Decimal(repr(value)).as_tuple()
    text = "".join(map(str, digits))
    short = text.rstrip("0")
    return f"{'-' if value < 0 else ''}{short[0]}.{short[1:] or '0'}E{len(text) - 1 + int(exponent)}"


def java(value: float) -> str:
    """A double as Java writes it: 1.5, and from ten millions on 1.0E7."""
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return f"{Decimal(repr(value)):f}" if "e" in repr(value) else repr(value)
    return scientific(value)


# ── SQL's own functions: json_value, json_exists, json_query with lax paths ──────────────────────────────────────


def items(text: str, path: str) -> list[Any] | None:
    """What a lax path leads to: arrays are gone into where a member is asked for. None for what is not JSON."""
    try:
        value, _ = json.JSONDecoder(parse_constant=refused).raw_decode(text, after(text, 0))
    except ValueError:
        return None
    way = steps(path)
    assert way is not None, path
    now = [value]
    for step in way:
        if isinstance(step, int):
            arrays = [each if isinstance(each, list) else [each] for each in now]
            now = [each[step] for each in arrays if step < len(each)]
        else:
            inner = [each for one in now for each in (one if isinstance(one, list) else [one])]
            now = [each[step] for each in inner if isinstance(each, dict) and step in each]
    return now


def value_at(text: str, path: str) -> str | None:
    """json_value: one scalar as text, or None."""
    there = items(text, path)
    if not there or len(there) > 1 or isinstance(there[0], dict | list):
        return None
    return shown(there[0])


def exists_at(text: str, path: str) -> bool:
    """json_exists."""
    return bool(items(text, path))


def query_at(text: str, path: str) -> str | None:
    """json_query: one value of any kind, as text, or None."""
    there = items(text, path)
    return written(there[0]) if there and len(there) == 1 else None
