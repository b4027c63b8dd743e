"""Properties of single rules, against a model in Python."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.dialect.workspace import NOW, Workspace, rows, value

from athena_federation import dialect
from athena_federation.dialect import types as t

ENGINE = duckdb.connect(config={"threads": 1})
for macro in dialect.MACROS:
    ENGINE.execute(macro)


def evaluated(expression: str) -> object:
    statement = dialect.compile(f"select {expression}", Workspace(), now=NOW)
    ((answer,),) = ENGINE.execute(statement.sql).fetchall()
    return answer


decimals = st.decimals(min_value=-99999, max_value=99999, places=2, allow_nan=False)
quick = settings(max_examples=60, deadline=None)


@quick
@given(a=decimals, b=decimals.filter(bool))
def test_decimals_divide_to_the_greater_scale_half_away_from_zero(a: Decimal, b: Decimal) -> None:
    with localcontext() as context:
        context.prec = 60
        expected = (a / b).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert evaluated(f"cast('{a}' as decimal(10,2)) / cast('{b}' as decimal(10,2))") == expected


@quick
@given(a=st.integers(-1000, 1000), b=st.integers(-50, 50).filter(bool))
def test_integers_divide_towards_zero_and_the_remainder_has_the_sign_of_the_dividend(a: int, b: int) -> None:
    quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
    assert evaluated(f"({a}) / ({b})") == quotient
    assert evaluated(f"({a}) % ({b})") == a - quotient * b


@quick
@given(text=st.text("abé日😀", max_size=6), start=st.integers(-8, 8), length=st.integers(0, 8))
def test_substr_counts_code_points_from_one_or_from_the_end(text: str, start: int, length: int) -> None:
    begin = start - 1 if start > 0 else len(text) + start
    expected = "" if start == 0 or begin < 0 else text[begin : begin + length]
    assert evaluated(f"substr('{text}', {start}, {length})") == expected


@quick
@given(first=st.dates(date(1960, 1, 1), date(2060, 1, 1)), days=st.integers(0, 3000))
def test_date_diff_counts_the_months_that_have_passed_whole(first: date, days: int) -> None:
    second = first + timedelta(days=days)
    months = (second.year - first.year) * 12 + second.month - first.month
    last_of_month = (second + timedelta(days=1)).day == 1
    if second.day < first.day and not last_of_month:
        months -= 1
    assert evaluated(f"date_diff('month', date '{first}', date '{second}')") == months
    assert evaluated(f"date_diff('day', date '{first}', date '{second}')") == days


def test_a_date_stays_a_date() -> None:
    for expression in (
        "date_trunc('month', date '2026-11-25')",
        "date_add('month', -1, date '2026-12-01')",
        "date '2026-10-31' + interval '1' day",
    ):
        assert value(f"cast({expression} as varchar)") == "2026-11-01"


@pytest.mark.parametrize("expression", ["1 / 0", "1 % 0", "1.0 / 0", "cast('x' as integer)", "2147483647 + 1"])
def test_an_error_of_the_value_is_an_error_and_try_makes_it_null(expression: str) -> None:
    with pytest.raises(duckdb.Error):
        value(expression)
    assert value(f"try({expression})") is None


def test_a_condition_before_another_protects_it_from_errors() -> None:
    sql = "select user_id from member_analytics where messages_posted_count <> 0 and 10 / messages_posted_count > 4"
    assert rows(sql) == [("U1",)]


def kinds() -> Iterator[t.Type]:
    yield from (t.UNKNOWN, t.BOOLEAN, *t.INTEGERS, t.REAL, t.DOUBLE, t.VARCHAR, t.DATE, t.TIMESTAMP, t.TIMESTAMP_TZ)
    yield from (t.decimal(10, 2), t.decimal(5, 5), t.decimal(38, 0), t.array(t.INTEGER), t.array(t.VARCHAR))


def test_what_two_types_coerce_to_does_not_depend_on_their_order_and_both_coerce_to_it() -> None:
    for a in kinds():
        assert t.common(a, a) == a
        for b in kinds():
            both = t.common(a, b)
            assert both == t.common(b, a)
            assert both is None or t.common(both, a) == both


def test_every_type_that_a_column_can_have_comes_back_from_arrow() -> None:
    for kind in kinds():
        if kind.element or kind.name not in ("unknown", "timestamp"):
            assert t.from_arrow(t.to_arrow(kind)) == kind, kind
