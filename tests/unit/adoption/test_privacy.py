"""Suppression against an attacker who knows everything that is shown and can solve equations."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from slackanalytics.adoption import privacy
from slackanalytics.adoption.privacy import MINIMUM, selected, spreadsheet_safe, suppressed

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


def may_be_told(people: int, active: int) -> bool:
    """Whether a figure about all groups keeps the rules, so that it may stand beside the table."""
    return people >= MINIMUM and not 0 < active < MINIMUM and not 0 < people - active < MINIMUM


def computable(shown: pa.Table, found: Cells) -> list[tuple[int, str]]:
    """
    The hidden figures for which what is shown leaves fewer possible values than the minimum.

    The attacker knows each shown figure, each total that may be told, and that active people are people.
    """
    count = len(found)
    rows = shown.to_pylist()
    bounds: list[tuple[float, float | None]] = []
    for row in rows:
        bounds += [(v, v) if (v := row[name]) is not None else (0, None) for name in ("provisioned", "active")]
    totals = [sum(cell[which] for cell in found) for which in (0, 1)]
    told = [which for which in (0, 1) if (may_be_told(*totals) if which else totals[0] >= MINIMUM)]
    sums = [[1.0 if n % 2 == which else 0.0 for n in range(2 * count)] for which in told]
    within = [[0.0] * (2 * n) + [-1.0, 1.0] + [0.0] * (2 * (count - n - 1)) for n in range(count)]
    hidden = [(n, name) for n in range(count) for name in ("provisioned", "active") if rows[n][name] is None]
    if 1 in told and totals[1] in (0, totals[0]):  # that nobody, or everybody, is active is told of all of them
        hidden = [(n, name) for n, name in hidden if name == "provisioned"]
    known = []
    for n, name in hidden:
        place = 2 * n + (name == "active")
        ends = []
        for sign in (1.0, -1.0):
            cost = [sign if at == place else 0.0 for at in range(2 * count)]
            best = linprog(
                cost,
                A_ub=within,
                b_ub=[0.0] * count,
                A_eq=sums or None,
                b_eq=[totals[w] for w in told] or None,
                bounds=bounds,
            )
            assert best.status in (0, 3)
            ends.append(sign * best.fun if best.status == 0 else sign * float("-inf"))
        if ends[1] - ends[0] < MINIMUM - 1 - 1e-6:
            known.append((n, name))
    return known


def hide(found: Cells) -> pa.Table:
    return suppressed(table(found), groups=("department",), people="provisioned", parts=("active",))


def hide_small_only(found: Cells) -> pa.Table:
    """The broken twin: what is small is hidden, and nothing besides."""
    return suppressed(table(found), groups=("department",), people="provisioned", parts=("active",), additive=None)


def leaks(how: Callable[[Cells], pa.Table], found: Cells) -> bool:
    """Whether a hidden figure can be computed, or one about all hidden groups together that is about too few people."""
    rows = how(found).to_pylist()
    gone = [cell for cell, row in zip(found, rows, strict=True) if row["provisioned"] is None]
    some = [cell for cell, row in zip(found, rows, strict=True) if row["active"] is None]
    totals = [sum(cell[which] for cell in found) for which in (0, 1)]
    if gone and totals[0] >= MINIMUM and sum(people for people, _ in gone) < MINIMUM:
        return True
    if some and may_be_told(*totals) and not may_be_told(sum(p for p, _ in some), sum(a for _, a in some)):
        return True
    return bool(computable(how(found), found))


@settings(max_examples=80, deadline=None)
@given(cells)
def test_no_hidden_figure_follows_from_what_is_shown(found: Cells) -> None:
    assert not leaks(hide, found)


def test_an_attacker_computes_what_only_the_small_groups_hide() -> None:
    assert leaks(hide_small_only, [(3, 2), (20, 10), (30, 12)])


def hide_until_two_values(found: Cells) -> pa.Table:
    """Another broken twin: one more group is hidden, and nobody looks at what both are together."""
    shown = hide_small_only(found).to_pylist()
    others = [n for n, row in enumerate(shown) if row["provisioned"] is not None]
    if len(others) < len(shown) and others:
        shown[min(others, key=lambda n: found[n][0])] |= {"provisioned": None, "active": None}
    return pa.Table.from_pylist(shown, schema=hide_small_only(found).schema)


def test_groups_that_are_hidden_together_are_a_group_too() -> None:
    few_active = [(3, 1), (5, 0), (40, 20)]
    assert leaks(hide_until_two_values, few_active)
    assert not leaks(hide, few_active)


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


pairs = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 12), st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=6
)


def with_and_without(found: list[tuple[int, int, float, float]]) -> tuple[pa.Table, pa.Table]:
    members = [(people, int(people * share)) for people, _, share, _ in found]
    everybody = [
        (people + guests, active + int(guests * share))
        for (people, active), (_, guests, _, share) in zip(members, found, strict=True)
    ]
    return table(members), table(everybody)


@settings(max_examples=200, deadline=None)
@given(pairs)
def test_the_guests_that_a_filter_adds_cannot_be_told_where_they_are_few(
    found: list[tuple[int, int, float, float]],
) -> None:
    members, everybody = with_and_without(found)
    shown = suppressed(
        everybody, groups=("department",), people="provisioned", parts=("active",), base=members
    ).to_pylist()
    before, after = members.to_pylist(), everybody.to_pylist()
    for name in ("provisioned", "active"):
        added = [b[name] - a[name] for a, b in zip(before, after, strict=True)]
        gone = [n for n, row in enumerate(shown) if row[name] is None]
        for n, row in enumerate(shown):
            assert row[name] is None or added[n] == 0 or added[n] >= MINIMUM
        if gone and len(gone) < sum(1 for row in after if row["provisioned"]):
            assert sum(added[n] for n in gone) >= MINIMUM


def choices(count: int) -> list[tuple[int, ...]]:
    return [some for size in range(1, count + 1) for some in combinations(range(count), size)]


def totals_of(found: Cells, chosen: tuple[int, ...]) -> pa.Table:
    sums = [sum(found[n][which] for n in chosen) for which in (0, 1)]
    return table([(sums[0], sums[1])]).drop_columns(["department"])


def by_choice(found: Cells) -> dict[tuple[int, ...], dict[str, Any]]:
    """What the pages say for every choice of departments."""
    each = {f"D{n}": totals_of(found, (n,)) for n in range(len(found))}
    return {
        chosen: selected(
            totals_of(found, chosen), each, {f"D{n}" for n in chosen}, people="provisioned", parts=("active",)
        ).to_pylist()[0]
        for chosen in choices(len(found))
    }


def each_by_itself(found: Cells) -> dict[tuple[int, ...], dict[str, Any]]:
    """The broken twin: every choice keeps the rules, and nobody compares two of them."""
    return {
        chosen: suppressed(totals_of(found, chosen), groups=(), people="provisioned", parts=("active",)).to_pylist()[0]
        for chosen in choices(len(found))
    }


def chosen_apart(how: Callable[[Cells], dict[tuple[int, ...], dict[str, Any]]], found: Cells) -> list[tuple[int, str]]:
    """Departments whose hidden figure follows from those of several choices: the equations have one solution for it."""
    shown = how(found)
    known = []
    for name in ("provisioned", "active"):
        equations = [
            [float(n in chosen) for n in range(len(found))] for chosen, row in shown.items() if row[name] is not None
        ]
        for n in range(len(found)):
            if shown[(n,)][name] is None and found[n][0] and equations:
                unit = np.eye(len(found))[n]
                rank = np.linalg.matrix_rank(np.array(equations))
                if np.linalg.matrix_rank(np.vstack([equations, unit])) == rank:
                    known.append((n, name))
    return known


def nobody_or_everybody(found: Cells) -> bool:
    people, active = (sum(cell[which] for cell in found) for which in (0, 1))
    return active in (0, people)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 40).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))), min_size=2, max_size=5))
def test_no_choice_of_departments_tells_what_another_hides(found: Cells) -> None:
    assert nobody_or_everybody(found) or not chosen_apart(by_choice, found)


def test_choices_that_are_looked_at_one_by_one_tell() -> None:
    assert chosen_apart(each_by_itself, [(20, 3), (30, 12), (40, 20)]) == [(0, "active")]
    assert not chosen_apart(by_choice, [(20, 3), (30, 12), (40, 20)])


def test_a_choice_is_looked_at_day_by_day() -> None:
    days = pa.array([1, 2], pa.int64())
    each = {
        name: pa.table(
            {"day": days, "provisioned": [20, 20], "active": active, "activation_rate": [a / 20 for a in active]}
        )
        for name, active in {"A": [3, 9], "B": [8, 9], "C": [10, 9]}.items()
    }
    both = pa.table({"day": days, "provisioned": [40, 40], "active": [13, 18], "activation_rate": [13 / 40, 18 / 40]})
    found = selected(both, each, {"A", "C"}, groups=("day",), people="provisioned", parts=("active",)).to_pylist()
    assert found == [
        {"day": 1, "provisioned": 40, "active": None, "activation_rate": None, "hidden": True},
        {"day": 2, "provisioned": 40, "active": 18, "activation_rate": 0.45, "hidden": False},
    ]


def test_little_is_hidden_in_a_company_of_a_thousand() -> None:
    """Departments as large as Example Corp's, by week: what is lost is counted."""
    chance = random.Random(2026)
    sizes = (244, 161, 136, 110, 90, 70, 61, 45, 36)
    rates = (0.85, 0.70, 0.84, 0.35, 0.66, 0.84, 0.65, 0.75, 0.58)
    rows = [
        {
            "department": f"D{n}",
            "week": week,
            "provisioned": size,
            "active": sum(chance.random() < rate for _ in range(size)),
        }
        for week in range(52)
        for n, (size, rate) in enumerate(zip(sizes, rates, strict=True))
    ]
    shown = suppressed(
        pa.Table.from_pylist(rows), groups=("department", "week"), people="provisioned", parts=("active",)
    )
    assert sum(shown["hidden"].to_pylist()) / len(rows) <= 0.01


def test_a_total_of_too_few_shows_nothing() -> None:
    total = pa.table({"provisioned": [4], "active": [2]})
    assert suppressed(total, groups=(), people="provisioned", parts=("active",)).to_pylist() == [
        {"provisioned": None, "active": None, "hidden": True}
    ]


def test_another_filters_figures_are_found_by_name_and_not_by_place() -> None:
    names, before = ["A", "B", "C"], ["C", "A", "B"]
    table = pa.table({"department": names, "provisioned": [40, 50, 60]})
    base = pa.table({"department": before, "provisioned": [60, 38, 50]})
    shown = suppressed(table, groups=("department",), people="provisioned", additive=None, base=base)
    assert shown["provisioned"].to_pylist() == [None, 50, 60]


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
