"""Sentences about what stands out, and silence about what does not. The same figures always give the same sentences.

Each kind has a threshold beyond what chance does in a period of this size; `docs/reference/insights.md` has the
thresholds, and how often they are wrong on figures in which nothing happens.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import combinations, pairwise
from statistics import median

from slackanalytics.adoption.facts import Facts, Point, facts_from
from slackanalytics.wording import plural

__all__ = ["NOTHING", "Facts", "Insight", "Point", "facts_from", "tell"]

NOTHING = "No change worth reporting."
"""What a page says where there is nothing to tell."""

SURE = 3.3
"""Standard errors that a difference between groups must exceed; one of 1,000 random ones does."""
GROUP = 10
"""People that a department must have to be compared."""
GAP = 0.05
"""The least difference between a department and all others that is told, as a share."""
UNMATCHED = "Unmatched"
"""The accounts that are nobody's: no department that could lag."""
WEEKS = 6
"""Complete weeks that a trend takes."""
TREND = 2.4
"""Mann and Kendall's z that a trend must exceed."""
DRIFT = 0.01
"""The least change of a rate over a whole trend that is told."""
ODD = 5.0
"""Median absolute deviations, scaled to standard deviations, by which a day must differ from its weekday's median."""
ODD_SHARE = 0.15
"""The least difference to that median that is told, as a share of it."""
NEIGHBOURS = 4
"""Same weekdays on either side that a day is compared with."""
ODD_DAYS = 3
"""Unusual days that are told, the oddest ones."""
BACKTESTS, LATEST = 4, 12
"""Forecasts of the past that an interval takes at least, and at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Insight:
    """One sentence, or two."""

    kind: str
    """`trend`, `change`, `mover`, `gap`, `lead`, `forecast`, `day`."""
    tone: str
    """`good`, `bad`, or '' where it is neither."""
    text: str
    numbers: Mapping[str, float | int | str]
    """What the text says, unrounded."""
    measure: str
    """The measure that has the rows behind it."""
    filters: Mapping[str, str] = field(default_factory=dict)
    """What to narrow it to, as a page's filters: since, until, department."""


def tell(facts: Facts) -> tuple[Insight, ...]:
    """All that stands out, what matters most first; nothing where nothing does."""
    found = [
        *trend(facts.weeks),
        *forecast(facts.weeks),
        *change(facts.weeks),
        *gaps(facts),
        *movers(facts.department_weeks),
        *odd_days(facts.days),
    ]
    return tuple(found)


# ── the organisation over time ─────────────────────────────────────────────────────────────────────────────────────


def trend(weeks: Sequence[Point]) -> list[Insight]:
    """How the rate has moved over the complete weeks, by the median of all slopes (Theil and Sen)."""
    if not trending(weeks):
        return []
    rates = [week.rate for week in weeks]
    slope = steepness(rates)
    level = median(rate - slope * n for n, rate in enumerate(rates))
    first, last = level, level + slope * (len(rates) - 1)
    actives = [float(week.active) for week in weeks]
    people = steepness(actives)
    began = median(value - people * n for n, value in enumerate(actives))
    growth = ((began + people * (len(actives) - 1)) / began) ** (1 / (len(actives) - 1)) - 1 if began > 0 else 0.0
    word = "risen" if slope > 0 else "fallen"
    text = (
        f"Weekly activation has {word} from {percent(first)} to {percent(last)} over {plural(len(weeks), 'complete week')},"
        f" {abs(100 * slope):.1f} points a week; active people {'grow' if growth >= 0 else 'shrink'} by {abs(100 * growth):.1f} % a week."
    )
    numbers = {
        "first": first,
        "last": last,
        "points_per_week": 100 * slope,
        "growth_per_week": growth,
        "weeks": len(weeks),
    }
    return [
        Insight(
            kind="trend",
            tone="good" if slope > 0 else "bad",
            text=text,
            numbers=numbers,
            measure="activation_by_week",
            filters=span(weeks[0].at, weeks[-1].at),
        )
    ]


def trending(weeks: Sequence[Point]) -> bool:
    """Whether the rates of the weeks rise or fall more surely than chance has it."""
    if len(weeks) < WEEKS:
        return False
    rates = [week.rate for week in weeks]
    n = len(rates)
    score = sum((b > a) - (b < a) for a, b in combinations(rates, 2))
    spread = math.sqrt(n * (n - 1) * (2 * n + 5) / 18)
    z = (abs(score) - 1) / spread
    return z > TREND and abs(steepness(rates)) * (n - 1) >= DRIFT


def steepness(values: Sequence[float]) -> float:
    """The median slope between all pairs."""
    return median((b - a) / (m - n) for (n, a), (m, b) in combinations(enumerate(values), 2))


def change(weeks: Sequence[Point]) -> list[Insight]:
    """The last complete week against the one before, where it differs more than weeks usually do."""
    if len(weeks) < WEEKS:
        return []
    before, last = weeks[-2:]
    moved = last.rate - before.rate
    usual = [b.rate - a.rate for a, b in pairwise(weeks[:-1])]
    spread = max(1.4826 * median(abs(each - median(usual)) for each in usual), error(before, last) / 2)
    if abs(moved - median(usual)) <= max(SURE * 1.3 * spread, 2 * DRIFT):
        return []
    word = "more" if last.active >= before.active else "fewer"
    text = (
        f"In the week of {day(last.at)} {last.active:,} people were active, {abs(last.active - before.active):,} {word} than the"
        f" week before: activation went from {percent(before.rate)} to {percent(last.rate)},"
        f" {'up' if moved > 0 else 'down'} {abs(100 * moved):.1f} points."
    )
    return [
        Insight(
            kind="change",
            tone="good" if moved > 0 else "bad",
            text=text,
            numbers={"active": last.active, "before": before.active, "points": 100 * moved},
            measure="activation_by_week",
            filters=span(before.at, last.at),
        )
    ]


def forecast(weeks: Sequence[Point]) -> list[Insight]:
    """Next week's active people by level and slope; said only where there is a trend, with what past forecasts erred by."""
    if not trending(weeks):
        return []
    actives = [float(week.active) for week in weeks]
    errors = [actives[n] - ahead(actives[:n]) for n in range(3, len(actives))][-LATEST:]
    if len(errors) < BACKTESTS:
        return []
    expected = ahead(actives)
    width = max(abs(each) for each in errors)
    following = weeks[-1].at + timedelta(days=7)
    least, most = max(0, round(expected - width)), round(expected + width)
    text = (
        f"If this goes on, about {round(expected):,} people will be active in the week of {day(following)}"
        f" ({least:,} to {most:,}: no forecast of the last {len(errors)} weeks erred by more)."
    )
    return [
        Insight(
            kind="forecast",
            tone="",
            text=text,
            numbers={"expected": expected, "least": least, "most": most, "backtests": len(errors)},
            measure="activation_by_week",
            filters=span(weeks[0].at, weeks[-1].at),
        )
    ]


def ahead(values: Sequence[float]) -> float:
    """The next value: the fitted level now, and one slope on."""
    slope = steepness(values) if len(values) > 1 else 0.0
    level = median(value - slope * n for n, value in enumerate(values))
    return level + slope * len(values)


# ── departments ────────────────────────────────────────────────────────────────────────────────────────────────────


def gaps(facts: Facts) -> list[Insight]:
    """The departments that lag or lead all others taken together, by more than chance gives groups of their size."""
    if facts.whole is None or len(facts.departments) < 2:
        return []
    large = {n: its for n, its in facts.departments.items() if its.provisioned >= GROUP and n != UNMATCHED}
    found = []
    for name, its in large.items():
        others = [each for other, each in facts.departments.items() if other != name]
        rest = Point(its.at, sum(p.provisioned for p in others), sum(p.active for p in others))
        gap = its.rate - rest.rate
        if rest.provisioned >= GROUP and abs(gap) >= GAP and abs(gap) > SURE * error(its, rest):
            found.append((gap, name, its))
    found.sort()
    lagging = [gap_told(facts, *each) for each in found if each[0] < 0][:2]
    leading = [gap_told(facts, *each) for each in found[::-1] if each[0] > 0][:1]
    return [*lagging, *leading]


def gap_told(facts: Facts, gap: float, name: str, its: Point) -> Insight:
    assert facts.whole is not None
    away = its.rate - facts.whole.rate
    text = (
        f"{name} {'lags' if gap < 0 else 'leads'}: {its.active:,} of {its.provisioned:,} people were active"
        f" ({percent(its.rate)}), {abs(100 * away):.1f} points {'below' if gap < 0 else 'above'} the organisation’s {percent(facts.whole.rate)}."
    )
    missing = round(facts.whole.rate * its.provisioned) - its.active
    if gap < 0 and missing > 0:
        text += (
            f" At the organisation’s rate {missing:,} more {'person' if missing == 1 else 'people'} would be active."
        )
    return Insight(
        kind="gap" if gap < 0 else "lead",
        tone="bad" if gap < 0 else "good",
        text=text,
        numbers={
            "department": name, "active": its.active, "provisioned": its.provisioned, "points": 100 * away, "people": missing,
        },
        measure="activation_by_department",
        filters={"since": facts.since.isoformat(), "until": facts.until.isoformat(), "department": name},
    )  # fmt: skip


def movers(departments: Mapping[str, Sequence[Point]]) -> list[Insight]:
    """The departments whose last complete week differs most from the one before; one up and one down."""
    found = []
    for name, weeks in departments.items():
        if name == UNMATCHED or len(weeks) < 2 or weeks[-1].at - weeks[-2].at != timedelta(days=7):
            continue
        before, last = weeks[-2:]
        moved = last.rate - before.rate
        if min(before.provisioned, last.provisioned) >= GROUP and abs(moved) > SURE * error(before, last):
            found.append((moved, name, before, last))
    found.sort(key=lambda each: each[0])
    told = [*found[:1], *(found[1:][-1:])]
    return [mover_told(*each) for each in told if each]


def mover_told(moved: float, name: str, before: Point, last: Point) -> Insight:
    text = (
        f"{name} moved most: {last.active:,} of {last.provisioned:,} people were active in the week of {day(last.at)},"
        f" {before.active:,} of {before.provisioned:,} the week before ({'up' if moved > 0 else 'down'} {abs(100 * moved):.1f} points)."
    )
    return Insight(
        kind="mover",
        tone="good" if moved > 0 else "bad",
        text=text,
        numbers={"department": name, "points": 100 * moved, "active": last.active, "before": before.active},
        measure="activation_by_department_week",
        filters={**span(before.at, last.at), "department": name},
    )


# ── days ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def odd_days(days: Sequence[Point]) -> list[Insight]:
    """Days unlike the same weekdays around them; a Sunday is never compared with a Friday."""
    weekdays: dict[int, list[Point]] = {}
    for each in days:
        weekdays.setdefault(each.at.weekday(), []).append(each)
    found = []
    for same in weekdays.values():
        for n, one in enumerate(same):
            around = [*same[max(0, n - NEIGHBOURS) : n], *same[n + 1 : n + 1 + NEIGHBOURS]]
            if len(around) < NEIGHBOURS:
                continue
            usual = median(each.active for each in around)
            spread = max(1.4826 * median(abs(each.active - usual) for each in around), math.sqrt(max(usual, 1.0)))
            away = one.active - usual
            if abs(away) > ODD * spread and abs(away) >= ODD_SHARE * usual:
                found.append((abs(away) / spread, one, usual))
    found.sort(key=lambda each: -each[0])
    return [day_told(one, usual) for _, one, usual in sorted(found[:ODD_DAYS], key=lambda each: each[1].at)]


def day_told(one: Point, usual: float) -> Insight:
    word = "few" if one.active < usual else "many"
    text = (
        f"{one.at:%A}, {day(one.at)} was unusual: {one.active:,} people active, {word} for a {one.at:%A}"
        f" (about {round(usual):,} around then)."
    )
    return Insight(
        kind="day",
        tone="",
        text=text,
        numbers={"day": one.at.isoformat(), "active": one.active, "usual": usual},
        measure="activation_by_day",
        filters={
            "since": (one.at - timedelta(days=14)).isoformat(),
            "until": (one.at + timedelta(days=14)).isoformat(),
        },
    )


# ── words ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def error(one: Point, other: Point) -> float:
    """The standard error of the difference between two rates."""
    pooled = (one.active + other.active) / max(1, one.provisioned + other.provisioned)
    return math.sqrt(pooled * (1 - pooled) * (1 / max(1, one.provisioned) + 1 / max(1, other.provisioned)))


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def day(at: date) -> str:
    """`5 November`."""
    return f"{at.day} {at:%B}"


def span(first: date, last: date) -> dict[str, str]:
    """The filters of some weeks, from a Monday to the last one's Sunday."""
    return {"since": first.isoformat(), "until": (last + timedelta(days=6)).isoformat()}
