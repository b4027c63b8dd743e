"""Suppression against an attacker who knows everything that is shown and can solve equations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from slackanalytics.adoption import privacy
from slackanalytics.adoption.privacy import MINIMUM, spreadsheet_safe, suppressed, too_small

Cells = list[tuple[int, int]]

cells = st.lists(st.integers(0, 40).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))), min_size=1, max_size=8)


def table(found: Cells) -> pa.Table:
    return pa.table(
        {
            "department": [f"D{n}" for n in range(len(found))],
            "provisioned": pa.array([people for people, _ in found], pa.int64()),
            "active": pa.array([active for _, active in found], pa.int64()),
            "activation_rate": pa.array([a / p if p else None for p, a in found], pa.float64()),
        }
    )


def computable(shown: pa.Table, found: Cells) -> list[tuple[int, str]]:
    """The hidden figures that follow from those shown and the totals: their least and greatest values are the same."""
    count = len(found)
    rows = shown.to_pylist()
    bounds: list[tuple[float, float | None]] = []
    for row in rows:
        bounds += [(v, v) if (v := row[name]) is not None else (0, None) for name in ("provisioned", "active")]
    total = pa.table({"provisioned": [sum(p for p, _ in found)], "active": [sum(a for _, a in found)]})
    (whole,) = suppressed(total, groups=(), people="provisioned", parts=("active",)).to_pylist()
    told = [which for which, name in enumerate(("provisioned", "active")) if whole[name] is not None]
    sums = [[1.0 if n % 2 == which else 0.0 for n in range(2 * count)] for which in told]
    totals = [float(sum(cell[which] for cell in found)) for which in told]
    within = [[0.0] * (2 * n) + [-1.0, 1.0] + [0.0] * (2 * (count - n - 1)) for n in range(count)]
    hidden = [
        (n, name)
        for n, (people, active) in enumerate(found)
        for name in ("provisioned", "active")
        if rows[n][name] is None
        and (people if name == "provisioned" else 0 < active < people)  # nobody, or all: no secret
    ]
    known = []
    for n, name in hidden:
        place = 2 * n + (name == "active")
        ends = []
        for sign in (1.0, -1.0):
            cost = [sign if at == place else 0.0 for at in range(2 * count)]
            best = linprog(cost, A_ub=within, b_ub=[0.0] * count, A_eq=sums or None, b_eq=totals or None, bounds=bounds)
            assert best.status in (0, 3)
            ends.append(sign * best.fun if best.status == 0 else sign * float("-inf"))
        if ends[1] - ends[0] < 0.999:
            known.append((n, name))
    return known


def hide(found: Cells) -> pa.Table:
    return suppressed(table(found), groups=("department",), people="provisioned", parts=("active",))


def hide_small_only(found: Cells) -> pa.Table:
    """The broken twin: what is small is hidden, and nothing besides."""
    return suppressed(table(found), groups=("department",), people="provisioned", parts=("active",), additive=None)


def leaks(how: Callable[[Cells], pa.Table], found: Cells) -> bool:
    """Whether a hidden figure can be computed from what is shown and those totals that are."""
    shown = how(found)
    return any(shown["hidden"].to_pylist()) and bool(computable(shown, found))


@settings(max_examples=250, deadline=None)
@given(cells)
def test_no_hidden_figure_follows_from_what_is_shown(found: Cells) -> None:
    assert not leaks(hide, found)


def test_an_attacker_computes_what_only_the_small_groups_hide() -> None:
    assert leaks(hide_small_only, [(3, 2), (20, 10), (30, 12)])


@given(cells)
def test_no_shown_figure_is_about_too_few_people(found: Cells) -> None:
    for row, (people, active) in zip(hide(found).to_pylist(), found, strict=True):
        assert row["provisioned"] in (None, people)
        assert row["active"] in (None, active)
        for value in (row["provisioned"], row["active"], None if row["active"] is None else people - row["active"]):
            assert value is None or value == 0 or value >= MINIMUM
        if row["active"] is None:
            assert row["activation_rate"] is None


@given(st.lists(st.tuples(st.integers(60, 400), st.integers(20, 40)), min_size=1, max_size=12))
def test_nothing_is_hidden_where_all_groups_are_large(found: Cells) -> None:
    assert not any(hide(found)["hidden"].to_pylist())


def test_each_week_is_a_margin_of_its_own() -> None:
    weekly = pa.table(
        {
            "department": ["A", "B", "C", "A", "B", "C"],
            "week": [1, 1, 1, 2, 2, 2],
            "provisioned": [3, 20, 30, 9, 20, 30],
            "active": [1, 10, 10, 0, 10, 10],
        }
    )
    shown = suppressed(weekly, groups=("department", "week"), people="provisioned", parts=("active",)).to_pylist()
    assert [row["hidden"] for row in shown] == [True, True, False, False, False, False]


def test_the_difference_to_another_filter_is_hidden_too() -> None:
    members = pa.table({"department": ["A", "B"], "provisioned": [20, 30], "active": [10, 10]})
    with_guests = pa.table({"department": ["A", "B"], "provisioned": [22, 40], "active": [10, 17]})
    shown = suppressed(
        with_guests, groups=("department",), people="provisioned", parts=("active",), base=members
    ).to_pylist()
    assert shown[0]["provisioned"] is None
    open_ = suppressed(with_guests, groups=("department",), people="provisioned", parts=("active",)).to_pylist()
    assert open_[0]["provisioned"] == 22


def test_a_total_of_too_few_shows_nothing() -> None:
    total = pa.table({"provisioned": [4], "active": [2]})
    assert suppressed(total, groups=(), people="provisioned", parts=("active",)).to_pylist() == [
        {"provisioned": None, "active": None, "hidden": True}
    ]


def test_groups_that_must_not_be_added_up_are_told() -> None:
    weeks = [pa.table({"department": ["A", "B"], "provisioned": [a, 9]}) for a in (7, 4)]
    assert too_small(weeks, group="department", people="provisioned") == {"A"}


@pytest.mark.parametrize(
    ("value", "safe"),
    [
        ("=1+1", "'=1+1"), ("+44 20", "'+44 20"), ("-x", "'-x"), ("@a", "'@a"), ("\t=1", "'\t=1"), (" =1", "' =1"),
        ("＝1", "'＝1"), ("\n@x", "'\n@x"), ("%0a", "'%0a"), ("Ann", "Ann"), ("a=b", "a=b"), ("-5", "-5"), ("+1.5", "+1.5"),
        (-5, -5), (None, None), ("", ""), ("-inf", "'-inf"),
    ],
)  # fmt: skip
def test_no_text_is_taken_for_a_formula(value: Any, safe: Any) -> None:
    assert spreadsheet_safe(value) == safe


def test_roles_say_what_may_be_seen() -> None:
    assert [(role.may_ask_freely, role.sees_names) for role in privacy.Role] == [
        (False, False),
        (True, False),
        (True, True),
    ]
