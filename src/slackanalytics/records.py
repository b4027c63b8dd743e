"""Lines of the member file, read one by one and strictly: the arbiter of what a line means.

Slow, and meant to be: it is asked only about blocks that the fast reader of `files` did not accept, and it names the
line, the field and the reason. What is wrong is told by kind, never by value, because values are personal data.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

import pyarrow as pa

from athena_federation.errors import Corrupt
from slackanalytics.fields import MEMBER, REQUIRED, canonical
from slackanalytics.inflate import Block

Value = str | int | bool | None
Row = dict[str, Value]


class _NotANumber:
    """What NaN and Infinity become: JSON has neither."""


_NOT_A_NUMBER = _NotANumber()


def read(block: Block, day: date, subject: str) -> tuple[pa.RecordBatch, dict[str, int]]:
    """The rows of a block of lines, and how often each undocumented key was met. Raises Corrupt."""
    unknown: dict[str, int] = {}
    rows = [
        _row(line, day, f"{subject}, line {number}", unknown)
        for number, line in enumerate(block.lines, block.first_line)
        if line.strip(b" \t\r")
    ]
    arrays = [pa.array([row.get(column.name) for row in rows], column.type) for column in MEMBER]
    return pa.RecordBatch.from_arrays(arrays, names=[column.name for column in MEMBER]), unknown


def _row(line: bytes, day: date, where: str, unknown: dict[str, int]) -> Row:
    row: Row = {}
    seen: set[str] = set()
    for key, value in _pairs(line, where):
        if key in seen:
            raise Corrupt(f"{where}: the key {_shown(key)} appears twice")
        seen.add(key)
        name = canonical(key)
        if name is None:
            unknown[key] = unknown.get(key, 0) + 1
            continue
        cell = _cell(name, value, where)
        if cell is not None and row.get(name, cell) != cell:
            raise Corrupt(f"{where}: {name} appears in two spellings with two values")
        if cell is not None or name not in row:
            row[name] = cell
    _require_keys(row, seen, day, where)
    if row.get("date_claimed") == 0:  # an account that nobody has claimed
        row["date_claimed"] = None
    return row


def _pairs(line: bytes, where: str) -> list[tuple[str, object]]:
    """The keys and values of one line in their order, repeated keys included."""
    try:
        parsed = json.loads(
            line.strip(b" \t\r").decode("utf-8"),
            object_pairs_hook=tuple,  # arrays are lists, so only objects are tuples
            parse_constant=lambda _: _NOT_A_NUMBER,
        )
    except UnicodeDecodeError as error:
        raise Corrupt(f"{where}: byte {error.start + 1} is not valid UTF-8") from None
    except json.JSONDecodeError as error:
        reason = "goes on after its object" if error.msg == "Extra data" else "is not valid JSON"
        raise Corrupt(f"{where}: {reason} (column {error.colno}: {error.msg})") from None
    except (ValueError, RecursionError) as error:
        raise Corrupt(f"{where}: is not acceptable JSON ({type(error).__name__})") from None
    if not isinstance(parsed, tuple):
        raise Corrupt(f"{where}: is {_kind(parsed)}, not an object")
    return list(parsed)


def _cell(name: str, value: object, where: str) -> Value:
    expected = _TYPES[name]
    if value is None:
        return None
    if type(value) is not expected:
        raise Corrupt(f"{where}: {name} is {_kind(value)}, not {_KINDS[expected]}")
    if isinstance(value, str):
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise Corrupt(f"{where}: {name} holds half a surrogate pair")
        return value
    assert isinstance(value, int)
    if not -(2**63) <= value < 2**63:
        raise Corrupt(f"{where}: {name} does not fit 64 bits")
    return value


def _require_keys(row: Row, seen: set[str], day: date, where: str) -> None:
    for name in REQUIRED:
        if not row.get(name):
            answer = " (it looks like an answer of the API, not a member)" if "ok" in seen else ""
            raise Corrupt(f"{where}: {name} is missing{answer}")
    if row["date"] != day.isoformat():
        raise Corrupt(f"{where}: date is another day than the one asked for")


def _kind(value: object) -> str:
    if isinstance(value, float):
        return "a number with a fraction or an exponent"
    return _KINDS.get(type(value), "null")


def _shown(key: str) -> str:
    return ascii(key[:40])


def _types() -> Iterator[tuple[str, type]]:
    for column in MEMBER:
        yield column.name, {pa.string(): str, pa.bool_(): bool, pa.int64(): int}[column.type]


_TYPES = dict(_types())
_KINDS = {
    str: "a string",
    bool: "a boolean",
    int: "a whole number",
    tuple: "an object",
    list: "an array",
    _NotANumber: "not a number",
}
