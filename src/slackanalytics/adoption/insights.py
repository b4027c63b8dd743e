"""Sentences about what stands out, and silence about what does not. The same figures always give the same sentences.

Each kind has a threshold beyond what chance does in a period of this size; `docs/reference/insights.md` has the
thresholds, and how often they are wrong on figures in which nothing happens.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

from slackanalytics.adoption.facts import Facts, facts_from
from slackanalytics.adoption.series import (
    Point,
    ahead,
    certainty,
    error,
    misses,
    scatter,
    start,
    steepness,
    together,
)
from slackanalytics.wording import plural, spans

__all__ = ["NOTHING", "Facts", "Insight", "Point", "facts_from", "freshness", "tell"]

NOTHING = "No change worth reporting."
"""What a page says where there is nothing to tell."""

SURE = 3.3
"""Standard errors that a difference between groups must exceed; one of 1,000 random ones does."""
GROUP = 10
"""People that a department must have to be compared."""
WEEK = timedelta(days=7)
RESTLESS = 1.5
"""How many times what chance does a department's weeks must scatter to be taken for restless by themselves."""
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
FEW = 4
"""People added to a weekday's median where its noise is worked out: counts of a few jump."""
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


def freshness(facts: Facts) -> str:
    """How far the figures go, and what is missing in them, in one sentence or two."""
    days = (facts.until - facts.since).days + 1
    missing = len(facts.missing)
    to = f"Figures to {day(facts.until)} {facts.until.year}"
    if not missing:
        return f"{to}: {plural(days, 'day')}, all published."
    return (
        f"{to}: {plural(missing, 'day')} of {days:,} {'is' if missing == 1 else 'are'} missing ({spans(facts.missing)});"
        f" weeks with a missing day are in no comparison."
    )


# ── the organisation over time ─────────────────────────────────────────────────────────────────────────────────────


def trend(weeks: Sequence[Point]) -> list[Insight]:
    """How the rate has moved over the complete weeks, by the median of all slopes (Theil and Sen)."""
    if not trending(weeks):
        return []
    rates = [week.rate for week in weeks]
    slope = steepness(rates)
    line = start(rates, slope)
    first, last = (min(1.0, max(0.0, each)) for each in (line, line + slope * (len(rates) - 1)))
    actives = [float(week.active) for week in weeks]
    people = steepness(actives)
    began = start(actives, people)
    ended = began + people * (len(actives) - 1)
    growth = (ended / began) ** (1 / (len(actives) - 1)) - 1 if began > 0 and ended > 0 else 0.0
    word = "risen" if slope > 0 else "fallen"
    text = (
        f"Weekly activation has {word} from about {percent(first)} to about {percent(last)} over {plural(len(weeks), 'complete week')},"
        f" {per_week(slope)}"
    )
    if abs(growth) >= 0.0005:
        text += f"; active people have {'grown' if growth > 0 else 'shrunk'} by {abs(100 * growth):.1f} % a week"
    text += "."
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
    return certainty(rates) > TREND and abs(steepness(rates)) * (len(rates) - 1) >= DRIFT


def change(weeks: Sequence[Point]) -> list[Insight]:
    """The last complete week against the one before, where it differs more than weeks usually do."""
    if len(weeks) < WEEKS:
        return []
    before, last = weeks[-2:]
    if last.at - before.at != timedelta(days=7):  # a week between them is not complete
        return []
    moved = last.rate - before.rate
    usual = [b.rate - a.rate for a, b in pairwise(weeks[:-1])]
    spread = max(scatter(usual), error(before, last) / 2)
    unusual = moved - median(usual)
    if abs(unusual) <= max(SURE * 1.3 * spread, 2 * DRIFT) or abs(moved) <= 2 * DRIFT or moved * unusual < 0:
        return []
    word = "more" if last.active >= before.active else "fewer"
    text = (
        f"In the week of {day(last.at)} {last.active:,} people were active, {abs(last.active - before.active):,} {word} than the"
        f" week before: activation went from {percent(before.rate)} to {percent(last.rate)},"
        f" {by(moved)}."
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
    errors = misses(actives, first=3)[-LATEST:]
    if len(errors) < BACKTESTS:
        return []
    everybody = max(weeks[-1].provisioned, ahead([float(week.provisioned) for week in weeks]))
    expected = min(everybody, max(0.0, ahead(actives)))
    width = max(abs(each) for each in errors)
    following = weeks[-1].at + timedelta(days=7)
    least, most = max(0, round(expected - width)), round(min(everybody, expected + width))
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


# ── departments ────────────────────────────────────────────────────────────────────────────────────────────────────


def gaps(facts: Facts) -> list[Insight]:
    """The departments that lag or lead all others taken together, by more than chance gives groups of their size."""
    if facts.whole is None or len(facts.departments) < 2:
        return []
    large = {n: its for n, its in facts.departments.items() if its.provisioned >= GROUP and n != UNMATCHED}
    found = []
    for name, its in large.items():
        others = [each for other, each in facts.departments.items() if other != name]
        rest = together(others)
        gap = its.rate - rest.rate
        with_all = gap * (its.rate - facts.whole.rate) > 0  # those that are hidden are in the whole as well
        if with_all and rest.provisioned >= GROUP and abs(gap) >= GAP and abs(gap) > SURE * error(its, rest):
            found.append((gap, name, its))
    found.sort()
    lagging = [gap_told(facts, *each) for each in found if each[0] < 0][:2]
    leading = [gap_told(facts, *each) for each in found[::-1] if each[0] > 0][:1]
    return [*lagging, *leading]


def gap_told(facts: Facts, gap: float, name: str, its: Point) -> Insight:
    assert facts.whole is not None
    away = its.rate - facts.whole.rate
    ranked = sorted((each.rate for other, each in facts.departments.items() if other != UNMATCHED), reverse=gap > 0)
    rank = ranked.index(its.rate) + 1
    alone = facts.every and ranked.count(its.rate) == 1
    whose = "these departments’" if facts.chosen else "the organisation’s"
    place = (
        f", the {'lowest' if gap < 0 else 'highest'} of {len(ranked)} departments"
        if rank == 1 and alone and len(ranked) > 2
        else ""
    )
    text = (
        f"{name} {'lags' if gap < 0 else 'leads'}{place}: {its.active:,} of {its.provisioned:,} people were active"
        f" ({percent(its.rate)}), {abs(100 * away):.1f} points {'below' if gap < 0 else 'above'} {whose} {percent(facts.whole.rate)}."
    )
    missing = round(facts.whole.rate * its.provisioned) - its.active
    if gap < 0 and missing > 0:
        text += f" At {whose} rate {missing:,} more {'person' if missing == 1 else 'people'} would be active."
    return Insight(
        kind="gap" if gap < 0 else "lead",
        tone="bad" if gap < 0 else "good",
        text=text,
        numbers={
            "department": name, "active": its.active, "provisioned": its.provisioned, "points": 100 * away, "people": missing,
            "rank": rank, "departments": len(ranked),
        },
        measure="activation_by_department",
        filters={"since": facts.since.isoformat(), "until": facts.until.isoformat(), "department": name},
    )  # fmt: skip


def movers(departments: Mapping[str, Sequence[Point]]) -> list[Insight]:
    """
    The departments whose last complete week differs most from the one before, one down and one up.

    It must differ from nothing, and from what the other departments did: in a week of holidays everybody falls, and
    nobody has moved. A department whose weeks are restless must differ from its usual, too.
    """
    large = {
        name: {week.at: week for week in weeks}
        for name, weeks in departments.items()
        if name != UNMATCHED and min((week.provisioned for week in weeks[-2:]), default=0) >= GROUP
    }
    found = []
    for name, weeks in large.items():
        last = max(weeks)
        others = [each for other, each in large.items() if other != name]
        away = {at: differs(weeks, others, at) for at in weeks}
        now, usual = away.pop(last), [each for each in away.values() if each is not None]
        if now is None:
            continue
        moved = weeks[last].rate - weeks[last - WEEK].rate
        noise = error(weeks[last - WEEK], weeks[last])
        if len(usual) >= WEEKS and scatter(usual) > RESTLESS * noise:
            noise = scatter(usual)
        least = max(SURE * noise, GAP)
        if abs(now) > least and abs(moved) > least and now * moved > 0:
            found.append((now, name, weeks[last - WEEK], weeks[last]))
    found.sort(key=lambda each: each[0])
    falls, rises = found[:1], found[-1:]
    return [mover_told(*each) for each in [*(f for f in falls if f[0] < 0), *(r for r in rises if r[0] > 0)]]


def differs(weeks: Mapping[date, Point], others: Sequence[Mapping[date, Point]], at: date) -> float | None:
    """How the rate moved into a week, less the median of how those of others did; None where that is not known."""
    moves = [each[at].rate - each[at - WEEK].rate for each in (weeks, *others) if at in each and at - WEEK in each]
    known = at in weeks and at - WEEK in weeks and len(moves) > 1
    return moves[0] - median(moves[1:]) if known else None


def mover_told(away: float, name: str, before: Point, last: Point) -> Insight:
    moved = last.rate - before.rate
    text = (
        f"{name} {'rose' if away > 0 else 'fell'} most: {last.active:,} of {last.provisioned:,} people were active in the week of"
        f" {day(last.at)}, {before.active:,} of {before.provisioned:,} the week before ({by(moved)}; the other departments"
        f" {by(moved - away)} in the median)."
    )
    return Insight(
        kind="mover",
        tone="good" if away > 0 else "bad",
        text=text,
        numbers={
            "department": name, "points": 100 * moved, "others": 100 * (moved - away), "active": last.active,
            "provisioned": last.provisioned, "before": before.active,
        },
        measure="activation_by_department_week",
        filters={**span(before.at, last.at), "department": name},
    )  # fmt: skip


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
            spread = max(scatter([each.active for each in around]), math.sqrt(usual + FEW))
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


def by(moved: float) -> str:
    """`up 3.4 points`."""
    points = f"{abs(100 * moved):.1f}"
    return "unchanged" if points == "0.0" else f"{'up' if moved > 0 else 'down'} {counted(points)}"


def counted(points: str) -> str:
    return f"{points} point" if points == "1.0" else f"{points} points"


def per_week(slope: float) -> str:
    """`0.2 points a week`."""
    points = f"{abs(100 * slope):.1f}"
    return "less than 0.1 points a week" if points == "0.0" else f"{counted(points)} a week"


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def day(at: date) -> str:
    """`5 November`."""
    return f"{at.day} {at:%B}"


def span(first: date, last: date) -> dict[str, str]:
    """The filters of some weeks, from a Monday to the last one's Sunday."""
    return {"since": first.isoformat(), "until": (last + timedelta(days=6)).isoformat()}
