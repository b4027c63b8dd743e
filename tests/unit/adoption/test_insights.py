"""Insights: what was planted is told, and figures in which nothing happens say nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from slackanalytics.adoption import insights
from slackanalytics.adoption.insights import Facts, Insight, Point, tell

MONDAY = date(2026, 8, 24)
SIZES = {"Engineering": 210, "Sales": 150, "Support": 120, "Product": 75, "Marketing": 97, "Finance": 56, "People": 48}


def company(
    seed: int,
    *,
    weeks: int = 13,
    rate: Callable[[str, int], float] = lambda _department, _week: 0.7,
    day_rate: Callable[[date], float] = lambda _day: 1.0,
) -> Facts:
    """A period in which everybody decides anew each week whether to be active; days are a share of the week."""
    chance = Random(seed)
    department_weeks: dict[str, list[Point]] = {name: [] for name in SIZES}
    for week in range(weeks):
        for name, size in SIZES.items():
            active = sum(chance.random() < rate(name, week) for _ in range(size))
            department_weeks[name].append(Point(MONDAY + timedelta(weeks=week), size, active))
    total = sum(SIZES.values())
    whole = [sum(points[n].active for points in department_weeks.values()) for n in range(weeks)]
    days = []
    for n in range(7 * weeks):
        at = MONDAY + timedelta(days=n)
        share = (0.6 if at.weekday() < 5 else 0.05) * day_rate(at)
        days.append(Point(at, total, sum(chance.random() < share for _ in range(total))))
    departments = {
        name: Point(MONDAY, SIZES[name], sum(chance.random() < rate(name, weeks // 2) for _ in range(SIZES[name])))
        for name in SIZES
    }
    return Facts(
        since=MONDAY,
        until=MONDAY + timedelta(days=7 * weeks - 1),
        whole=Point(MONDAY, total, sum(p.active for p in departments.values())),
        weeks=tuple(Point(MONDAY + timedelta(weeks=n), total, active) for n, active in enumerate(whole)),
        days=tuple(days),
        departments=departments,
        department_weeks={name: tuple(points) for name, points in department_weeks.items()},
    )


def kinds(found: tuple[Insight, ...]) -> list[str]:
    return [each.kind for each in found]


def test_what_is_flat_says_nothing_but_for_one_period_in_twenty() -> None:
    said = [kinds(tell(company(seed))) for seed in range(150)]
    assert sum(map(bool, said)) <= 150 / 20


def test_a_lower_threshold_would_talk_about_nothing() -> None:
    """The broken twin of the thresholds: at one standard error nearly every flat period says something."""
    usual = insights.SURE
    try:
        insights.SURE = 1.0
        assert sum(bool(tell(company(seed))) for seed in range(20)) > 10
    finally:
        insights.SURE = usual


def test_a_department_that_lags_is_named_with_its_figures() -> None:
    told = 0
    for seed in range(40):
        found = tell(company(seed, rate=lambda name, _: 0.42 if name == "Marketing" else 0.75))
        gaps = [each for each in found if each.kind == "gap"]
        told += [each.numbers["department"] for each in gaps] == ["Marketing"]
    assert told >= 38
    (gap,) = gaps
    its = company(39, rate=lambda name, _: 0.42 if name == "Marketing" else 0.75).departments["Marketing"]
    assert f"{its.active} of 97 people were active" in gap.text
    assert gap.filters["department"] == "Marketing"
    assert gap.measure == "activation_by_department"


def test_a_rise_is_told_with_what_to_expect() -> None:
    found = [tell(company(seed, rate=lambda _, week: 0.60 + 0.012 * week)) for seed in range(40)]
    rising = [f for f in found if "trend" in kinds(f)]
    assert len(rising) >= 38
    for each in rising:
        trend = next(one for one in each if one.kind == "trend")
        assert "risen" in trend.text
        assert trend.tone == "good"
    assert sum("forecast" in kinds(f) for f in found) >= 38


def test_the_forecast_holds_what_comes() -> None:
    """The week after is within the interval nine times in ten."""
    within = expected = 0
    for seed in range(60):
        facts = company(seed, weeks=14, rate=lambda _, week: 0.60 + 0.012 * week)
        known, after = facts.weeks[:13], facts.weeks[13]
        for each in insights.forecast(known):
            expected += 1
            within += int(each.numbers["least"]) <= after.active <= int(each.numbers["most"])
    assert expected >= 50
    assert within >= 0.85 * expected


def test_a_fall_in_the_last_week_is_a_change() -> None:
    found = [tell(company(seed, rate=lambda _, week: 0.5 if week == 12 else 0.7)) for seed in range(20)]
    assert all("change" in kinds(each) for each in found)


def test_the_department_that_moved_is_told() -> None:
    found = [
        tell(company(seed, rate=lambda name, week: 0.35 if (name, week) == ("Sales", 12) else 0.7))
        for seed in range(20)
    ]
    assert all(any(each.kind == "mover" and each.numbers["department"] == "Sales" for each in told) for told in found)


def test_a_holiday_is_an_unusual_day_and_a_sunday_is_not() -> None:
    holiday = MONDAY + timedelta(days=45)
    found = [tell(company(seed, day_rate=lambda at: 0.2 if at == holiday else 1.0)) for seed in range(20)]
    for told in found:
        assert [each.numbers["day"] for each in told if each.kind == "day"] == [holiday.isoformat()]


def test_accounts_that_are_nobodys_do_not_lag() -> None:
    facts = company(3)
    with_them = Facts(
        since=facts.since, until=facts.until, whole=facts.whole, weeks=facts.weeks, days=facts.days,
        departments={**facts.departments, "Unmatched": Point(MONDAY, 60, 5)},
        department_weeks={**facts.department_weeks, "Unmatched": (Point(MONDAY, 60, 50), Point(MONDAY + timedelta(days=7), 60, 2))},
    )  # fmt: skip
    assert not any("Unmatched" in each.text for each in tell(with_them))


def test_nothing_is_told_of_nothing() -> None:
    empty = Facts(since=MONDAY, until=MONDAY, whole=None, weeks=(), days=(), departments={}, department_weeks={})
    assert tell(empty) == ()


def test_the_same_figures_give_the_same_sentences() -> None:
    assert tell(company(1, rate=lambda _, week: 0.6 + 0.01 * week)) == tell(
        company(1, rate=lambda _, week: 0.6 + 0.01 * week)
    )
