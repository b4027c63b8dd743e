from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from slackanalytics.simulator.corruption import CORRUPTIONS, bomb

COUNT = "messages_posted_count"
FIELDS = {"user_id", COUNT, "email_address", "is_active_ios", "is_active_android", "slack_huddles_count", "date"}
ROWS = [
    json.dumps(
        {
            "date": "2026-11-10",
            "user_id": f"W{number}",
            "email_address": f"member{number}@example.com",
            "is_active_ios": True,
            "is_active_android": False,
            "slack_huddles_count": number,
            COUNT: number,
        },
        separators=(",", ":"),
    ).encode()
    for number in range(101)
]
SOUND = gzip.compress(b"".join(row + b"\n" for row in ROWS), mtime=0)
MIDDLE = 50


def text(body: bytes) -> bytes:
    return gzip.decompress(body)


def rows(body: bytes) -> list[Any]:
    return [json.loads(line) for line in text(body).split(b"\n") if line.strip()]


def fails(body: bytes, error: type[Exception]) -> bool:
    try:
        rows(body)
    except error:
        return True
    return False


def middle(body: bytes) -> Any:
    return rows(body)[MIDDLE]


def members(body: bytes) -> int:
    """
    How many gzip members a body is made of.
    """
    count = 0
    while body:
        reader = zlib.decompressobj(31)
        reader.decompress(body)
        count, body = count + 1, reader.unused_data
    return count


SHOWS: dict[str, Callable[[bytes], bool]] = {
    "empty": lambda body: body == b"",
    "truncated": lambda body: fails(body, EOFError) and SOUND.startswith(body),
    "bit_flip": lambda body: sum((a ^ b).bit_count() for a, b in zip(body, SOUND, strict=True)) == 1,
    "bad_checksum": lambda body: (
        fails(body, gzip.BadGzipFile) and zlib.decompressobj(-15).decompress(body[10:-8]) != b""
    ),
    "trailing_garbage": lambda body: fails(body, gzip.BadGzipFile) and body.startswith(SOUND),
    "zero_padding": lambda body: len(body) > len(SOUND) and rows(body) == rows(SOUND),
    "two_members": lambda body: members(body) == 2 and text(body) == text(SOUND),
    "second_member_cut": lambda body: fails(body, EOFError) and members(body) == 2,
    "plain": lambda body: body == text(SOUND),
    "empty_file": lambda body: text(body) == b"" and body != b"",
    "malformed": lambda body: fails(body, ValueError) and text(body).count(b"\n") == 101,
    "last_line_cut": lambda body: fails(body, ValueError) and not text(body).endswith(b"}"),
    "cut_at_line": lambda body: rows(body) == rows(SOUND)[:50],
    "byte_order_mark": lambda body: text(body) == b"\xef\xbb\xbf" + text(SOUND),
    "crlf": lambda body: text(body).count(b"\r\n") == 101,
    "blank_lines": lambda body: text(body).count(b"\n\n") == 101,
    "no_final_newline": lambda body: text(body) + b"\n" == text(SOUND),
    "array": lambda body: rows(body) == [rows(SOUND)],
    "long_line": lambda body: len(text(body).split(b"\n")[MIDDLE]) > 1_000_000,
    "duplicate": lambda body: rows(body) == [*rows(SOUND), middle(SOUND)],
    "conflict": lambda body: rows(body) == [*rows(SOUND), middle(SOUND) | {COUNT: MIDDLE + 1}],
    "wrong_date": lambda body: {row["date"] for row in rows(body)} == {"2026-11-09"},
    "old_names": lambda body: (
        {"enterprise_user_id", "is_active_iOS", "is_active_Android", "huddles_count"} <= {*middle(body)}
    ),
    "unknown_field": lambda body: all(row.keys() - FIELDS for row in rows(body)),
    "missing_field": lambda body: FIELDS - middle(body).keys() == {COUNT},
    "missing_user": lambda body: FIELDS - middle(body).keys() == {"user_id"},
    "null_field": lambda body: middle(body)[COUNT] is None,
    "wrong_type": lambda body: middle(body)[COUNT] == "12abc",
    "fraction": lambda body: middle(body)[COUNT] == 3.7,
    "huge_number": lambda body: middle(body)[COUNT] == 2**63,
    "negative": lambda body: middle(body)[COUNT] == -1,
    "nan": lambda body: middle(body)[COUNT] != middle(body)[COUNT],
    "duplicate_key": lambda body: text(body).split(b"\n")[MIDDLE].count(COUNT.encode()) == 2,
    "invalid_utf8": lambda body: fails(body, UnicodeDecodeError),
    "lone_surrogate": lambda body: middle(body)["email_address"].startswith("\ud800"),
    "line_separator": lambda body: len(text(body).decode().splitlines()) == 103 and len(rows(body)) == 101,
    "hostile_text": lambda body: middle(body)["email_address"].startswith("=HYPERLINK"),
}


def test_every_corruption_is_checked() -> None:
    assert SHOWS.keys() == CORRUPTIONS.keys()


@pytest.mark.parametrize("kind", sorted(CORRUPTIONS))
def test_a_corruption_shows_in_the_bytes(kind: str) -> None:
    assert SHOWS[kind](CORRUPTIONS[kind](ROWS, ""))


@pytest.mark.parametrize("kind", sorted(CORRUPTIONS))
def test_a_sound_file_shows_no_corruption(kind: str) -> None:
    assert not SHOWS[kind](SOUND)


@pytest.mark.parametrize("kind", sorted(CORRUPTIONS.keys() - {"wrong_date", "unknown_field", "old_names"}))
def test_the_rows_before_the_bad_one_are_sound(kind: str) -> None:
    body = CORRUPTIONS[kind](ROWS, "")
    if body and kind not in ("plain", "empty_file", "array", "bit_flip"):
        start = zlib.decompressobj(31).decompress(body[:-8]).removeprefix(b"\xef\xbb\xbf")
        assert start.startswith(ROWS[0])


def test_an_argument_says_how_much() -> None:
    assert CORRUPTIONS["truncated"](ROWS, "8") == SOUND[:-8]
    assert CORRUPTIONS["bit_flip"](ROWS, "17")[2] == SOUND[2] ^ 2
    assert middle(CORRUPTIONS["missing_field"](ROWS, "email_address")).keys() == FIELDS - {"email_address"}
    assert middle(CORRUPTIONS["huge_number"](ROWS, "4294967297"))[COUNT] == 2**32 + 1
    assert len(text(CORRUPTIONS["long_line"](ROWS, "70000")).split(b"\n")[MIDDLE]) > 70_000


def test_a_bomb_is_small_until_it_is_opened() -> None:
    body = b"".join(bomb(20))
    assert len(body) < 50_000
    assert len(gzip.decompress(body)) > 20 * 2**20
