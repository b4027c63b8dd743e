"""
Member files that are not as they should be.

Each corruption makes the bytes of a damaged or odd file from the rows of a sound one. Where one row is concerned it is
the middle one, so that a reader has already seen good rows when it meets the bad one.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

Corruption = Callable[[list[bytes], str], bytes]
"""From rows without line ends, and the fault's argument, to the bytes that are served."""

_COUNT = "messages_posted_count"


def _sealed(rows: list[bytes]) -> bytes:
    return gzip.compress(b"".join(row + b"\n" for row in rows), mtime=0)


def _in_middle(rows: list[bytes], change: Callable[[bytes], bytes]) -> bytes:
    middle = len(rows) // 2
    return _sealed([*rows[:middle], change(rows[middle]), *rows[middle + 1 :]])


def _with(row: bytes, **values: Any) -> bytes:
    return _dumped(json.loads(row) | values)


def _dumped(row: dict[str, Any]) -> bytes:
    return json.dumps(row, separators=(",", ":"), ensure_ascii=False).encode()


def _raw_count(text: str) -> Corruption:
    """
    The middle row's message count is this text instead of a number.
    """

    def corrupt(rows: list[bytes], argument: str) -> bytes:
        number = (argument or text).encode()
        return _in_middle(rows, lambda row: _with(row, **{_COUNT: "HERE"}).replace(b'"HERE"', number))

    return corrupt


def _raw_address(address: bytes) -> Corruption:
    """
    The middle row's e-mail address is these bytes.
    """
    return lambda rows, _: _in_middle(rows, lambda row: _with(row, email_address="HERE").replace(b"HERE", address))


def _repeated(rows: list[bytes], change: Callable[[bytes], bytes]) -> bytes:
    return _sealed([*rows, change(rows[len(rows) // 2])])


def _one_more_message(row: bytes) -> bytes:
    return _with(row, **{_COUNT: json.loads(row)[_COUNT] + 1})


def _without(field: str) -> Corruption:
    def corrupt(rows: list[bytes], argument: str) -> bytes:
        missing = argument or field
        return _in_middle(rows, lambda row: _dumped({k: v for k, v in json.loads(row).items() if k != missing}))

    return corrupt


def _old_names(rows: list[bytes], _: str) -> bytes:
    renamed = {
        b'"user_id"': b'"enterprise_user_id"',
        b'"is_active_ios"': b'"is_active_iOS"',
        b'"is_active_android"': b'"is_active_Android"',
        b'"slack_huddles_count"': b'"huddles_count"',
        b'"guest_member_count"': b'"guest_members_count"',
    }
    body = b"\n".join([*rows, b""])
    for new, old in renamed.items():
        body = body.replace(new, old)
    return gzip.compress(body, mtime=0)


def _day_before(row: bytes) -> bytes:
    return _with(row, date=str(date.fromisoformat(json.loads(row)["date"]) - timedelta(days=1)))


def _truncated(rows: list[bytes], argument: str) -> bytes:
    body = _sealed(rows)
    return body[: len(body) - (int(argument) if argument else len(body) // 2)]


def _bit_flipped(rows: list[bytes], argument: str) -> bytes:
    body = bytearray(_sealed(rows))
    bit = int(argument) % (8 * len(body)) if argument else 4 * len(body)
    body[bit // 8] ^= 1 << bit % 8
    return bytes(body)


def _bad_checksum(rows: list[bytes], _: str) -> bytes:
    body = bytearray(_sealed(rows))
    body[-8] ^= 1
    return bytes(body)


def _two_members(rows: list[bytes], cut: int = 0) -> bytes:
    middle = len(rows) // 2
    second = _sealed(rows[middle:])
    return _sealed(rows[:middle]) + second[: len(second) - cut]


def _long_line(rows: list[bytes], argument: str) -> bytes:
    return _in_middle(rows, lambda row: _with(row, email_address="a" * int(argument or 1_000_000)))


CORRUPTIONS: dict[str, Corruption] = {
    # the compressed bytes
    "empty": lambda _rows, _: b"",
    "truncated": _truncated,
    "bit_flip": _bit_flipped,
    "bad_checksum": _bad_checksum,
    "trailing_garbage": lambda rows, _: _sealed(rows) + b"garbage",
    "zero_padding": lambda rows, _: _sealed(rows) + bytes(512),
    "two_members": lambda rows, _: _two_members(rows),
    "second_member_cut": lambda rows, _: _two_members(rows, cut=12),
    "plain": lambda rows, _: b"\n".join([*rows, b""]),
    # the lines
    "empty_file": lambda _rows, _: _sealed([]),
    "malformed": lambda rows, _: _in_middle(rows, lambda row: row[: len(row) // 2]),
    "last_line_cut": lambda rows, _: gzip.compress(b"\n".join(rows)[: -len(rows[-1]) // 2], mtime=0),
    "cut_at_line": lambda rows, _: _sealed(rows[: len(rows) // 2]),
    "byte_order_mark": lambda rows, _: _sealed([b"\xef\xbb\xbf" + rows[0], *rows[1:]]),
    "crlf": lambda rows, _: _sealed([row + b"\r" for row in rows]),
    "blank_lines": lambda rows, _: _sealed([line for row in rows for line in (row, b"")]),
    "no_final_newline": lambda rows, _: gzip.compress(b"\n".join(rows), mtime=0),
    "array": lambda rows, _: _sealed([b"[" + b",".join(rows) + b"]"]),
    "long_line": _long_line,
    # the rows
    "duplicate": lambda rows, _: _repeated(rows, lambda row: row),
    "conflict": lambda rows, _: _repeated(rows, _one_more_message),
    "wrong_date": lambda rows, _: _sealed([_day_before(row) for row in rows]),
    "old_names": _old_names,
    "unknown_field": lambda rows, _: _sealed([_with(row, canvases_created_count=3) for row in rows]),
    "missing_field": _without(_COUNT),
    "missing_user": _without("user_id"),
    "null_field": _raw_count("null"),
    # the values
    "wrong_type": _raw_count('"12abc"'),
    "fraction": _raw_count("3.7"),
    "huge_number": _raw_count(str(2**63)),
    "negative": _raw_count("-1"),
    "nan": _raw_count("NaN"),
    "duplicate_key": lambda rows, _: _in_middle(rows, lambda row: b'{"%s":999,' % _COUNT.encode() + row[1:]),
    "invalid_utf8": _raw_address(b"\xff\xfe@example.com"),
    "lone_surrogate": _raw_address(b"\\ud800@example.com"),
    "line_separator": _raw_address("a\u2028b\u0085c@example.com".encode()),
    "hostile_text": _raw_address(b"=HYPERLINK('x')<script>alert(1)</script>\\u0000\\u202e@example.com"),
}
"""What can be wrong with a file, by the name of the fault."""


def bomb(mebibytes: int) -> Iterator[bytes]:
    """
    A small gzip file of one very long line.
    """
    compressor = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    mebibyte = b"a" * 2**20
    yield compressor.compress(b'{"email_address":"')
    for _ in range(mebibytes):
        yield compressor.compress(mebibyte)
    yield compressor.compress(b'"}\n') + compressor.flush()
