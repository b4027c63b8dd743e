"""Faults inside a file that arrived whole: the right rows, or an error that names day, line and field."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from tests.faults.oracle import (
    Reader,
    accepts_cut_files,
    expected,
    guesses_numbers,
    ours,
    require_refused,
    require_right_or_named,
    splits_at_every_line_end,
)
from tests.faults.server import DAY, lines, member, members, packed, serving, whole

from athena_federation.errors import Corrupt

COUNT = "messages_posted_count"


@dataclass(frozen=True)
class Wrong:
    """A line that must be refused."""

    name: str
    line: bytes
    says: str
    twin: Reader | None = None


def changed(**changes: object) -> bytes:
    return json.dumps(member(50, **changes)).encode()


def written(old: str, new: bytes) -> bytes:
    """A member's line with a value as JSON cannot be made to write it."""
    return changed(**{COUNT: "HERE", "email_address": "THERE"}).replace(f'"{old}"'.encode(), new)


WRONG = [
    Wrong("cut line", changed()[:-30], "is not valid JSON", accepts_cut_files),
    Wrong("trailing comma", changed()[:-1] + b",}", "is not valid JSON"),
    Wrong("two objects", changed() + changed(user_id="W2"), "goes on after its object"),
    Wrong("number as text", changed(**{COUNT: "12"}), f"{COUNT} is a string, not a whole number", guesses_numbers),
    Wrong("text in a count", changed(**{COUNT: "12abc"}), f"{COUNT} is a string"),
    Wrong("fraction in a count", changed(**{COUNT: 3.7}), f"{COUNT} is a number with a fraction", guesses_numbers),
    Wrong("whole fraction in a count", changed(**{COUNT: 3.0}), f"{COUNT} is a number with a fraction"),
    Wrong("boolean in a count", changed(**{COUNT: True}), f"{COUNT} is a boolean", guesses_numbers),
    Wrong("beyond 64 bits", changed(**{COUNT: 2**63}), f"{COUNT} does not fit 64 bits", accepts_cut_files),
    Wrong("below 64 bits", changed(**{COUNT: -(2**63) - 1}), f"{COUNT} does not fit 64 bits"),
    Wrong("exponent", written("HERE", b"1e3"), f"{COUNT} is a number with a fraction or an exponent"),
    Wrong("huge exponent", written("HERE", b"1e400"), f"{COUNT} is a number with a fraction or an exponent"),
    Wrong("NaN", written("HERE", b"NaN"), f"{COUNT} is not a number", accepts_cut_files),
    Wrong("Infinity", written("HERE", b"-Infinity"), f"{COUNT} is not a number"),
    Wrong("number as boolean", changed(is_active=1), "is_active is a whole number, not a boolean", accepts_cut_files),
    Wrong("text as boolean", changed(is_active="true"), "is_active is a string, not a boolean"),
    Wrong("number as text", changed(email_address=5), "email_address is a whole number, not a string"),
    Wrong("object as text", changed(email_address={}), "email_address is an object, not a string"),
    Wrong("array as text", changed(email_address=["x"]), "email_address is an array, not a string"),
    Wrong("repeated key", changed()[:-1] + b', "is_active": false}', "'is_active' appears twice", accepts_cut_files),
    Wrong("two spellings", changed(enterprise_user_id="W3"), "user_id appears in two spellings with two values"),
    Wrong("invalid UTF-8", written("THERE", b'"caf\xe9"'), "is not valid UTF-8"),
    Wrong("half a surrogate pair", written("THERE", b'"\\ud83d"'), "email_address holds half a surrogate pair"),
    Wrong("control character", written("THERE", b'"a\tb"'), "is not valid JSON"),
    Wrong("no user", changed(user_id=None), "user_id is missing"),
    Wrong("empty user", changed(user_id=""), "user_id is missing"),
    Wrong("no date", changed(date=None), "date is missing"),
    Wrong("another day", changed(date="2026-10-04"), "date is another day", accepts_cut_files),
    Wrong("an array", b"[1, 2]", "is an array, not an object"),
    Wrong("null", b"null", "is null, not an object"),
    Wrong("an answer", b'{"ok": false, "error": "internal_error"}', "looks like an answer of the API"),
    Wrong("deep nesting", b'{"x":' + b"[" * 30_000 + b"]" * 30_000 + b"}", "is not acceptable JSON"),
    Wrong("a long number", written("HERE", b"1" * 5_000), "is not acceptable JSON"),
    Wrong("a second byte order mark", b"\xef\xbb\xbf" + changed(), "is not valid JSON"),
    Wrong("a NUL", changed() + b"\0", "goes on after its object"),
]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.name)
def test_a_wrong_line_is_named_and_the_day_refused_at_the_first_attempt(wrong: Wrong) -> None:
    rows = members(100)
    body = packed(lines(rows[:49]) + wrong.line + b"\n" + lines(rows[50:]))
    with serving(whole(body)) as running:
        error = require_refused(ours, running.url)
    assert type(error) is Corrupt
    assert f"{DAY}, line 50: " in str(error)
    assert wrong.says in str(error)
    assert len(running.requests) == 1


@pytest.mark.parametrize("wrong", [wrong for wrong in WRONG if wrong.twin], ids=lambda wrong: wrong.name)
def test_a_careless_reader_is_found_out(wrong: Wrong) -> None:
    assert wrong.twin
    rows = members(100)
    body = packed(lines(rows[:49]) + wrong.line + b"\n" + lines(rows[50:]))
    with serving(whole(body)) as running, pytest.raises(AssertionError, match="rows instead of a refusal"):
        require_refused(wrong.twin, running.url)


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.name)
def test_no_value_of_a_line_is_shown(wrong: Wrong) -> None:
    with serving(whole(packed(b"\n" + wrong.line + b"\n"))) as running:
        error = require_refused(ours, running.url)
    assert not re.search(r"person50|example\.com|W00000050", str(error))


SHAPES: dict[str, Callable[[list[dict[str, object]]], bytes]] = {
    "no final line end": lambda rows: lines(rows)[:-1],
    "a byte order mark": lambda rows: b"\xef\xbb\xbf" + lines(rows),
    "CRLF": lambda rows: lines(rows).replace(b"\n", b"\r\n"),
    "blank lines": lambda rows: b"\n \n" + lines(rows).replace(b"\n", b"\n\t\r\n\n"),
    "spaces around": lambda rows: lines(rows).replace(b"\n", b" \n  "),
    "compact": lambda rows: b"".join(json.dumps(row, separators=(",", ":")).encode() + b"\n" for row in rows),
    "other order of keys": lambda rows: lines([dict(reversed(row.items())) for row in rows]),
    "escaped keys": lambda rows: lines(rows).replace(b'"user_id"', b'"user\\u005fid"'),
    "old name of the user": lambda rows: lines(rows).replace(b'"user_id"', b'"enterprise_user_id"'),
    "keys in other case": lambda rows: (
        lines(rows).replace(b'"is_active"', b'"Is_Active"').replace(b'"date"', b'"DATE"')
    ),
    "old and new name": lambda rows: lines([row | {"enterprise_user_id": row["user_id"]} for row in rows]),
    "unknown keys": lambda rows: lines(
        [row | {"uses_canvas": True, "tags": ["a", 1], "more": {"a": None}} for row in rows]
    ),
    "unknown keys of changing types": lambda rows: lines(
        [row | {"x": [1, "a", None][n % 3]} for n, row in enumerate(rows)]
    ),
    "repeated lines": lambda rows: lines(rows + rows[:3]),
    "every line twice": lambda rows: lines(rows + rows),
    "a member repeated with its keys in another order": lambda rows: lines([*rows, dict(reversed(rows[0].items()))]),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_what_means_the_same_gives_the_same_rows(shape: str) -> None:
    rows = members(20)
    with serving(whole(packed(SHAPES[shape](rows)))) as running:
        assert require_right_or_named(ours, running.url, expected(rows)) is None


@pytest.mark.parametrize(
    "text",
    [
        "a\u2028b\u2029c\u0085d\x0b\x0c",
        "\x00nul",
        "\u202eright to left",
        "\U0001f600",
        "<script>alert(1)</script>",
        '=HYPERLINK("http://x")',
        "x" * 60_000,
        '\\u0041 \\ " / \n',
    ],
)
@pytest.mark.parametrize("ascii_only", [True, False])
def test_odd_texts_come_through_unchanged(text: str, ascii_only: bool) -> None:
    row = member(1, email_address=text)
    body = json.dumps(row, ensure_ascii=ascii_only).encode() + b"\n"
    with serving(whole(packed(body))) as running:
        assert require_right_or_named(ours, running.url, expected([row])) is None


def test_a_reader_that_splits_at_every_line_end_is_found_out() -> None:
    row = member(1, email_address="a\u2028b")
    body = json.dumps(row, ensure_ascii=False).encode() + b"\n"
    with serving(whole(packed(body))) as running, pytest.raises(AssertionError):
        require_right_or_named(splits_at_every_line_end, running.url, expected([row]))


@pytest.mark.parametrize("count", [0, -1, 2**32 + 1, 2**63 - 1, -(2**63)])
def test_large_and_small_counts_are_exact(count: int) -> None:
    row = member(1, **{COUNT: count})
    with serving(whole(packed([row]))) as running:
        assert require_right_or_named(ours, running.url, expected([row])) is None


def test_a_missing_or_null_field_is_null() -> None:
    rows = [member(1), member(2, is_active=None, email_address=None), member(3)]
    del rows[2]["is_active"], rows[2][COUNT]
    with serving(whole(packed(rows))) as running:
        assert require_right_or_named(ours, running.url, expected(rows)) is None


def test_a_member_with_two_different_lines_is_refused_naming_both() -> None:
    rows = members(50)
    body = b"\n\n" + lines(rows) + lines([member(7, search_count=99)])
    with serving(whole(packed(body))) as running:
        error = require_right_or_named(ours, running.url, expected(rows))
    assert "lines 9 and 53 are the same member with different figures" in str(error)
    assert len(running.requests) == 1


def test_a_reader_that_counts_repeated_members_twice_is_found_out() -> None:
    rows = members(5)
    with serving(whole(packed(rows + rows))) as running, pytest.raises(AssertionError):
        require_right_or_named(accepts_cut_files, running.url, expected(rows))


def test_a_file_of_no_members_is_no_error() -> None:
    with serving(whole(packed([]))) as running:
        assert require_right_or_named(ours, running.url, []) is None
