"""Rows laid out for people."""

from __future__ import annotations

import string
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from athena_federation.display import BLOCKS, layout, size


def test_numbers_stand_to_the_right_and_texts_to_the_left() -> None:
    assert layout(("name", "n"), [("a", 1), ("bcdef", 10)], (False, True)).lines == (
        "name  ┃  n",
        "━━━━━━╇━━━",
        "a     │  1",
        "bcdef │ 10",
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "NULL"), (True, "true"), (2026, "2026"), (9_999, "9999"), (12_345, "12,345"), (-1_234_567, "-1,234,567"),
        (1_234_567.25, "1,234,567.25"), (Decimal("12345.60"), "12,345.60"), ("12345", "12345"),
        (datetime.fromisoformat("2026-01-02T03:04:05.678"), "2026-01-02 03:04:05.678"), (date(2026, 1, 2), "2026-01-02"),
        ([1, None, "x"], "[1, NULL, x]"), ({"a": 1}, "{a=1}"), (b"ab", "61 62"), ("a\nb\x1b[2J", "a\ufffdb\ufffd[2J"),
    ],
)  # fmt: skip
def test_a_value_is_shown_as_athena_shows_it_with_separators_in_long_numbers(value: Any, text: str) -> None:
    assert layout(("x",), [(value,)], (False,)).lines[2] == text


def test_the_numbers_of_a_column_are_written_alike() -> None:
    assert layout(("n",), [(1_000,), (10_000,)], (True,)).lines[2:] == (" 1,000", "10,000")
    assert layout(("year",), [(2025,), (2026,)], (True,)).lines[2:] == ("2025", "2026")


def test_wide_characters_take_two_columns() -> None:
    assert layout(("漢字", "b"), [("a", "x")], (False, False)).lines == ("漢字 ┃ b", "━━━━━╇━━", "a    │ x")


def test_a_column_that_is_too_wide_goes_on_below() -> None:
    found = layout(("a", "b"), [("x", "y" * 50)], (False, False), 40)
    assert found.lines[2:] == ("x │ " + "y" * 36, "  │ " + "y" * 14)
    assert found.heads == {0}


def test_columns_that_do_not_fit_beside_each_other_are_blocks_of_lines() -> None:
    names = [f"column_number_{n:02}" for n in range(25)]
    found = layout(names, [tuple(range(25))] * 30, (True,) * 25, 80)
    assert found.rows == BLOCKS
    assert found.lines[0].startswith("row 1 ━")
    assert found.lines[1:3] == ("column_number_00 │ 0", "column_number_01 │ 1")
    assert sorted(found.heads) == [number for number, line in enumerate(found.lines) if line.startswith("row ")]
    assert max(map(size, found.lines)) <= 80


def test_an_answer_without_rows_has_a_heading() -> None:
    assert layout(("a", "b"), [], (False, True), 80).lines == ("a ┃ b", "━━╇━━")


texts = st.text(alphabet=string.ascii_letters + "漢é ", max_size=60)


@given(
    st.integers(1, 6).flatmap(lambda n: st.lists(st.tuples(*[texts] * n), min_size=1, max_size=5)),
    st.integers(40, 120),
)
def test_a_table_never_leaves_its_width_and_loses_no_character(rows: list[tuple[str, ...]], width: int) -> None:
    names = [f"c{n}" for n in range(len(rows[0]))]
    found = layout(names, rows, (False,) * len(names), width)
    if found.lines[0].startswith("row "):
        assert found.rows == len(rows)
    else:
        assert max(map(size, found.lines)) <= width
    kept = "".join(found.lines)
    for char in set("".join(cell for row in rows for cell in row)) - set("crow "):
        assert kept.count(char) == sum(cell.count(char) for row in rows for cell in row)
