"""round() of doubles: Trino multiplies, rounds and divides (io.trino.operator.scalar.MathFunctions)."""

from __future__ import annotations

import pytest

from athena_federation import Connector, local


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("round(0.35e0, 1)", 0.4),
        ("round(-0.35e0, 1)", -0.4),
        ("round(1.05e0, 1)", 1.1),
        ("round(105 / 1000e0, 2)", 0.11),
        ("round(15 / 1000e0, 2)", 0.02),
        ("(SELECT round(avg(x), 1) FROM (VALUES 1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,2,2,2) t(x))", 1.2),
        ("round(CAST(NULL AS double), 1)", None),
        ("round(2.5e0)", 3.0),
    ],
)
def test_a_double_is_rounded_by_its_product(expression: str, value: float | None) -> None:
    with local.connect(Connector(name="none", tables=[])) as database, database.sql(f"SELECT {expression}") as answer:
        assert answer.rows() == [(value,)]
