"""Insights: what was planted is told, and figures in which nothing happens say nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from slackanalytics.adoption import Coverage, insights
from slackanalytics.adoption.insights import Facts, Insight, Point, facts_from, tell
from slackanalytics.adoption.privacy import MINIMUM
from slackanalytics.adoption.series import together

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


def test_what_is_flat_says_nothing_of_any_kind_but_for_one_period_in_fifty() -> None:
    periods = 200
    said = [set(kinds(tell(company(seed)))) for seed in range(periods)]
    for kind, count in Counter(kind for each in said for kind in each).items():
        assert count <= periods / 50, kind
    assert sum(map(bool, said)) <= periods / 20


def any_change(facts: Facts) -> bool:
    """The broken twin: whatever is larger than a point is told."""
    return any(abs(weeks[-1].rate - weeks[-2].rate) > 0.01 for weeks in facts.department_weeks.values())


def test_whoever_tells_every_difference_talks_about_nothing() -> None:
    assert sum(any_change(company(seed)) for seed in range(50)) > 45


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


def rated(**rates: float) -> Facts:
    """Departments of a hundred people each, and the organisation of all of them."""
    found = {name: Point(MONDAY, 100, round(100 * rate)) for name, rate in rates.items()}
    return replace(company(1), departments=found, whole=together(list(found.values())), department_weeks={})


def gap_texts(facts: Facts) -> list[str]:
    return [each.text for each in insights.gaps(facts)]


def test_the_lowest_is_told_where_every_department_can_be_seen_and_one_is_lowest_alone() -> None:
    facts = rated(A=0.4, B=0.8, C=0.82)
    assert "the lowest of 3 departments" in gap_texts(facts)[0]
    assert not any("lowest" in text for text in gap_texts(replace(facts, every=False)))
    assert not any("lowest" in text for text in gap_texts(rated(A=0.4, B=0.4, C=0.82, D=0.84)))


def test_a_department_above_the_whole_does_not_lag_whatever_is_hidden() -> None:
    facts = rated(A=0.5, B=0.9)
    assert any(text.startswith("A lags") for text in gap_texts(facts))
    hidden_are_low = replace(facts, whole=Point(MONDAY, 400, 152))
    assert not any(text.startswith("A lags") for text in gap_texts(hidden_are_low))


def test_chosen_departments_are_not_called_the_organisation() -> None:
    facts = replace(rated(A=0.4, B=0.8, C=0.82), chosen=True)
    assert all("these departments’" in text and "organisation" not in text for text in gap_texts(facts))


def test_a_week_is_compared_with_the_one_before_it_or_not_at_all() -> None:
    facts = company(3, rate=lambda _, week: 0.4 if week == 12 else 0.7)
    assert [each.kind for each in insights.change(facts.weeks)] == ["change"]
    assert insights.change((*facts.weeks[:-2], facts.weeks[-1])) == []


def test_a_fall_in_the_last_week_is_a_change() -> None:
    found = [tell(company(seed, rate=lambda _, week: 0.5 if week == 12 else 0.7)) for seed in range(20)]
    assert all("change" in kinds(each) for each in found)
    assert all(each.kind != "mover" for told in found for each in told)  # everybody fell, and nobody against the others


def test_the_department_that_moved_is_told_and_no_other() -> None:
    hits = others = 0
    for seed in range(60):
        found = tell(company(seed, rate=lambda name, week: 0.3 if (name, week) == ("Sales", 12) else 0.7))
        named = [each.numbers["department"] for each in found if each.kind == "mover"]
        hits += "Sales" in named
        others += any(name != "Sales" for name in named)
    assert hits >= 0.95 * 60
    assert others <= 0.02 * 60


def test_a_mover_is_told_with_what_it_is_a_share_of() -> None:
    before, last = MONDAY, MONDAY + timedelta(weeks=1)
    weeks = {
        "Sales": (Point(before, 100, 80), Point(last, 100, 30)),
        "Product": (Point(before, 200, 150), Point(last, 200, 152)),
        "Legal": (Point(before, 9, 9), Point(last, 9, 0)),
    }
    (found,) = insights.movers(weeks)
    assert found.text == (
        "Sales fell most: 30 of 100 people were active in the week of 31 August, 80 of 100 the week before"
        " (down 50.0 points; the other departments up 1.0 point in the median)."
    )
    assert found.filters == {"since": "2026-08-24", "until": "2026-09-06", "department": "Sales"}


def test_no_forecast_without_four_weeks_to_try_it_on() -> None:
    rising = [Point(MONDAY + timedelta(weeks=n), 500, 250 + 12 * n) for n in range(12)]
    assert [bool(insights.forecast(rising[:n])) for n in range(4, 10)] == [False, False, False, True, True, True]
    assert all(int(each.numbers["backtests"]) >= 4 for n in range(4, 12) for each in insights.forecast(rising[:n]))


def test_one_is_not_many() -> None:
    assert (insights.by(0.01), insights.by(-0.012), insights.by(0.0004)) == (
        "up 1.0 point",
        "down 1.2 points",
        "unchanged",
    )
    assert insights.per_week(0.01) == "1.0 point a week"
    assert insights.per_week(0.0003) == "less than 0.1 points a week"


def test_what_the_figures_cover_is_one_sentence() -> None:
    facts = company(1, weeks=1)
    assert insights.freshness(facts) == "Figures to 30 August 2026: 7 days, all published."
    assert insights.freshness(replace(facts, missing=(MONDAY,))) == (
        "Figures to 30 August 2026: 1 day of 7 is missing (2026-08-24); weeks with a missing day are in no comparison."
    )


@dataclass
class Firm:
    """Answers the measures for departments of any size, from who was active on which day."""

    seed: int
    sizes: tuple[int, ...]
    guests: tuple[int, ...]
    absent: frozenset[date] = frozenset()

    @property
    def coverage(self) -> list[Coverage]:
        days = [MONDAY + timedelta(days=n) for n in range(56)]
        return [Coverage(each, "absent" if each in self.absent else "published", None, None) for each in days]

    @property
    def departments(self) -> tuple[str, ...]:
        return tuple(f"D{n}" for n in range(len(self.sizes)))

    def ask(
        self, measure: str, *, since: date, until: date, departments: tuple[str, ...] = (), guests: bool = False
    ) -> pa.Table:
        chance = Random(self.seed)
        found: dict[tuple[object, ...], tuple[set[object], set[object]]] = {}
        for n in range(56):
            at = MONDAY + timedelta(days=n)
            week = at - timedelta(days=at.weekday())
            for d, size in enumerate(self.sizes):
                for person in range(size + self.guests[d]):
                    active = chance.random() < (0.1, 0.5, 0.9)[d % 3] * (1.0 if n < 49 else chance.random())
                    chosen = not departments or f"D{d}" in departments
                    if not chosen or not (person < size or guests) or not since <= at <= until:
                        continue
                    key = {
                        "activation": (),
                        "activation_by_day": (at,),
                        "activation_by_week": (week,),
                        "activation_by_department": (f"D{d}",),
                        "activation_by_department_week": (f"D{d}", week),
                    }[measure]
                    everybody, some = found.setdefault(key, (set(), set()))
                    everybody.add((d, person))
                    if active:
                        some.add((d, person))
        names = {
            "activation": (),
            "activation_by_day": ("day",),
            "activation_by_week": ("week",),
            "activation_by_department": ("department",),
            "activation_by_department_week": ("department", "week"),
        }[measure]
        rows = [
            {**dict(zip(names, key, strict=True)), "provisioned": len(all_), "active": len(some)}
            for key, (all_, some) in found.items()
        ]
        schema = [(name, pa.string() if name == "department" else pa.date32()) for name in names]
        return pa.Table.from_pylist(
            rows, schema=pa.schema([*schema, ("provisioned", pa.int64()), ("active", pa.int64())])
        )


firms = st.builds(
    Firm,
    st.integers(0, 99),
    st.lists(st.sampled_from([1, 3, 4, 5, 9, 12, 30]), min_size=3, max_size=3).map(tuple),
    st.lists(st.sampled_from([0, 0, 1, 4, 8]), min_size=3, max_size=3).map(tuple),
)


@settings(max_examples=20, deadline=None)
@given(firms, st.booleans())
def test_no_sentence_is_about_a_figure_that_a_page_hides(firm: Firm, guests: bool) -> None:
    facts = facts_from(firm, since=MONDAY, until=MONDAY + timedelta(days=55), guests=guests)
    points = [
        *facts.weeks,
        *facts.days,
        *facts.departments.values(),
        *(p for w in facts.department_weeks.values() for p in w),
    ]
    assert all(point.provisioned >= MINIMUM for point in points)
    assert all(part == 0 or part >= MINIMUM for p in points for part in (p.active, p.provisioned - p.active))
    for told in tell(facts):
        name = told.numbers.get("department")
        if name is not None:
            assert firm.sizes[int(str(name)[1:])] + firm.guests[int(str(name)[1:])] * guests >= 10
    if guests:
        alone = facts_from(firm, since=MONDAY, until=MONDAY + timedelta(days=55))
        for name in facts.departments.keys() & alone.departments.keys():
            added = facts.departments[name].provisioned - alone.departments[name].provisioned
            assert added == 0 or added >= MINIMUM


def test_a_choice_of_departments_tells_nothing_that_the_whole_hides() -> None:
    """D0 has three active people; D1 is hidden for its sake, and stays so when it is chosen by itself or with others."""
    firm = Firm(5, (30, 40, 30), (0, 0, 0))
    for chosen in (("D1",), ("D1", "D2"), ("D0", "D2")):
        whole = facts_from(firm, since=MONDAY, until=MONDAY + timedelta(days=55))
        part = facts_from(firm, since=MONDAY, until=MONDAY + timedelta(days=55), departments=chosen)
        assert part.departments == {name: its for name, its in whole.departments.items() if name in chosen}
        for name in chosen:
            assert part.department_weeks.get(name, ()) == whole.department_weeks.get(name, ())
        single = {
            (name, day.at)
            for name in chosen
            for day in facts_from(firm, since=MONDAY, until=MONDAY + timedelta(days=55), departments=(name,)).days
        }
        for day in part.days:
            assert all((name, day.at) in single for name in chosen)


def test_weeks_with_a_missing_day_are_in_no_comparison() -> None:
    gone = MONDAY + timedelta(days=10)
    firm = Firm(1, (30, 30, 30), (0, 0, 0), frozenset({gone}))
    facts = facts_from(firm, since=MONDAY + timedelta(days=1), until=MONDAY + timedelta(days=54))
    assert [each.at for each in facts.weeks] == [MONDAY + timedelta(weeks=n) for n in (2, 3, 4, 5, 6)]
    assert facts.missing == (gone,)


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


def test_no_sentence_is_about_more_people_than_there_are() -> None:
    def grown(*actives: int) -> Facts:
        weeks = tuple(Point(MONDAY + timedelta(days=7 * n), 100, active) for n, active in enumerate(actives))
        return replace(company(1), weeks=weeks, departments={}, department_weeks={}, days=())

    (trend, *others) = tell(grown(40, 60, 80, 95, 100, 100))
    assert trend.text.startswith("Weekly activation has risen from about 46.7 % to about 100.0 % over 6 complete weeks")
    assert others == []  # that the last week is like the one before is no change
    found = {each.kind: each for each in tell(grown(30, 50, 70, 90, 100, 100, 100, 100, 100))}
    assert found["trend"].numbers["last"] == 1.0
    assert found["forecast"].numbers["expected"] == found["forecast"].numbers["most"] == 100
    falling = {each.kind: each for each in tell(grown(100, 80, 60, 40, 20, 5, 0, 0, 0))}
    assert falling["trend"].numbers["last"] == falling["forecast"].numbers["least"] == 0


def test_a_week_that_moves_less_than_usual_or_not_at_all_is_no_change() -> None:
    def weeks(*rates: float) -> list[Point]:
        return [Point(MONDAY + timedelta(days=7 * n), 10_000, round(10_000 * rate)) for n, rate in enumerate(rates)]

    rising = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
    assert insights.change(weeks(*rising, 0.7)) == []
    assert insights.change(weeks(*rising, 0.74)) == []
    (fall,) = insights.change(weeks(*rising, 0.6))
    assert fall.tone == "bad"
    (leap,) = insights.change(weeks(*rising, 0.95))
    assert leap.tone == "good"
