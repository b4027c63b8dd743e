"""Errors of values, as DuckDB reports them while a statement runs, in one line and with Trino's word."""

from __future__ import annotations

import duckdb
import pytest
from tests.unit.dialect.workspace import rows, value

from athena_federation.dialect import explained


@pytest.mark.parametrize(
    ("expression", "complaint"),
    [
        ("1 / 0", "DIVISION_BY_ZERO: Division by zero"),
        ("1.5 / 0", "DIVISION_BY_ZERO: Division by zero"),
        ("cast('x' as integer)", "INVALID_CAST_ARGUMENT: Cannot cast to integer: x"),
        ("cast(lower('2026-11') as date)", "INVALID_CAST_ARGUMENT: Cannot cast to date: 2026-11"),
        ("date_parse('x', '%Y-%m-%d')", "INVALID_FUNCTION_ARGUMENT: date_parse: not of the form %Y-%m-%d: x"),
        ("array[1][2]", "INVALID_FUNCTION_ARGUMENT: array subscript out of bounds: 2"),
        ("cast(lower('2026-02-30') as date)", "INVALID_CAST_ARGUMENT: "),
        ("2147483647 + 1", "NUMERIC_VALUE_OUT_OF_RANGE: "),
        ("cast(300 as tinyint)", "NUMERIC_VALUE_OUT_OF_RANGE: |INVALID_CAST_ARGUMENT: "),
        ("(select user_id from member_analytics)", "SUBQUERY_MULTIPLE_ROWS: "),
    ],
)
def test_an_error_of_a_value_has_trinos_word(expression: str, complaint: str) -> None:
    with pytest.raises(duckdb.Error) as error:
        value(expression)
    said = explained(str(error.value))
    assert "\n" not in said
    assert any(said.startswith(choice) for choice in complaint.split("|"))


def test_what_is_not_known_is_given_in_its_first_line() -> None:
    assert explained("IO Error: the disk is full\n\nLINE 1: select") == "the disk is full"
    assert explained("") == ""


def test_an_overflow_of_a_sum_is_an_error() -> None:
    with pytest.raises(duckdb.Error) as error:
        rows("select sum(x) from (values 9223372036854775807, 1) t(x)")
    assert explained(str(error.value)).startswith(("NUMERIC_VALUE_OUT_OF_RANGE", "INVALID_CAST_ARGUMENT"))
