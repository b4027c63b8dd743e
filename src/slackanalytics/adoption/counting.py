"""The measures that pages ask all the time, counted from a `Census`: the same answers as their SQL gives, sooner.

Each function is the file of its name in `measures/`; what a measure means is said there. That both say the same is tested
over companies with movers, second accounts, guests, and days that are missing.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import accumulate
from typing import Any

import numpy as np

from slackanalytics.adoption.census import Census, People, Yes

Row = tuple[Any, ...]
Span = tuple[date, int, int]
"""What a bucket is called, and its first and last day, counted from the first day of the census."""
NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Asked:
    """Whom and when a measure is asked about."""

    census: Census
    published: Sequence[date]
    """The days that there are, in their order; those after `until` do not count."""
    since: date
    until: date
    departments: tuple[str, ...]
    guests: bool

    @cached_property
    def people(self) -> People:
        """All of them together."""
        return self.census.people(self.departments, guests=self.guests)

    def each(self) -> Iterator[tuple[str, People]]:
        """Department by department."""
        for name in self.people.departments:
            yield name, self.census.people((name,), guests=self.guests)

    def at(self, day: date) -> int:
        """A day as the census counts it."""
        return (day - self.census.since).days

    @property
    def whole(self) -> tuple[int, int]:
        """The first and the last day of the period."""
        return self.at(self.since), self.at(self.until)

    @cached_property
    def days(self) -> list[Span]:
        """Every day of the period that is published."""
        its = self.published[bisect_left(self.published, self.since) : bisect_right(self.published, self.until)]
        return [(day, self.at(day), self.at(day)) for day in its]

    def by_day(self, mark: str, *, window: int = 1) -> list[int]:
        """For each day of the census, how many people have the mark in the window up to it."""
        found: list[int] = self.people.by_day(mark, window=window).tolist()
        return found

    def weeks(self) -> Iterator[Span]:
        """Every week of the period, as much of it as is in the period."""
        for monday in sorted({monday_of(day) for day, _, _ in self.days}):
            yield monday, self.at(max(monday, self.since)), self.at(min(monday + timedelta(days=6), self.until))

    @property
    def newest(self) -> int | None:
        """The newest published day of the period."""
        return max((n for _, n, _ in self.days), default=None)


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def ratio(part: float | None, whole: float | None) -> float | None:
    """NULL where there is nothing to divide, or nothing to divide by."""
    return None if part is None or not whole else part / whole


def activation(asked: Asked) -> Iterator[Row]:
    provisioned, active = (asked.people.count(mark, *asked.whole) for mark in ("provisioned", "active"))
    yield provisioned, active, ratio(active, provisioned)


def provisioned(asked: Asked) -> Iterator[Row]:
    yield (asked.people.count("provisioned", *asked.whole),)


def activation_over(people: People, spans: Iterable[Span]) -> Iterator[Row]:
    """Span by span; those that nobody is in are left out."""
    for name, first, last in spans:
        if there := people.count("provisioned", first, last):
            active = people.count("active", first, last)
            yield name, there, active, active / there


def activation_by_day(asked: Asked) -> Iterator[Row]:
    provisioned, active = asked.by_day("provisioned"), asked.by_day("active")
    for day, n, _ in asked.days:
        if provisioned[n]:
            yield day, provisioned[n], active[n], active[n] / provisioned[n]


def activation_by_week(asked: Asked) -> Iterator[Row]:
    return activation_over(asked.people, asked.weeks())


def activation_by_department(asked: Asked) -> Iterator[Row]:
    for name, people in asked.each():
        for _, *figures in activation_over(people, [(asked.since, *asked.whole)]):
            yield name, *figures


def activation_by_department_week(asked: Asked) -> Iterator[Row]:
    weeks = list(asked.weeks())
    for name, people in asked.each():
        for row in activation_over(people, weeks):
            yield name, *row


def active_people(asked: Asked) -> Iterator[Row]:
    daily, weekly, monthly = (asked.by_day("active", window=days) for days in (1, 7, 28))
    for day, n, _ in asked.days:
        yield day, daily[n], weekly[n], monthly[n]


def stickiness(asked: Asked) -> Iterator[Row]:
    published = [asked.at(day) for day in asked.published]
    daily, monthly = asked.by_day("active"), asked.by_day("active", window=28)
    before = [0, *accumulate(daily[n] for n in published)]
    for day, n, _ in asked.days:
        first, last = bisect_left(published, n - 27), bisect_right(published, n)
        average = (before[last] - before[first]) / (last - first)
        yield day, average, monthly[n], ratio(average, monthly[n])


def posting_share(asked: Asked) -> Iterator[Row]:
    for week, first, last in asked.weeks():
        if asked.people.count("provisioned", first, last):
            active, posting = (asked.people.count(mark, first, last) for mark in ("active", "active_posting"))
            yield week, active, posting, ratio(posting, active)


def channel_share(asked: Asked) -> Iterator[Row]:
    for week, first, last in asked.weeks():
        if asked.people.count("provisioned", first, last):
            messages, channel = (asked.people.total(name, first, last) for name in ("messages", "channel_messages"))
            yield week, asked.people.count("posting", first, last), messages, channel, ratio(channel, messages)


def messages(asked: Asked) -> Iterator[Row]:
    for week, first, last in asked.weeks():
        if asked.people.count("provisioned", first, last):
            active = asked.people.count("active", first, last)
            written, *others = (asked.people.total(name, first, last) for name in ("messages", "reactions", "files"))
            yield week, active, written, *others, ratio(written, active)


def platform_mix(asked: Asked) -> Iterator[Row]:
    active = asked.people.count("active", *asked.whole)
    marks = {"Desktop": "desktop", "iOS": "ios", "Android": "android"}
    used = {name: asked.people.on_any(mark, *asked.whole) for name, mark in marks.items()}
    many = np.sum(list(used.values()), axis=0)
    counts = {name: int(np.count_nonzero(yes)) for name, yes in used.items()}
    counts |= {"Several": int(np.sum(many > 1)), "None of these": active - int(np.sum(many > 0))}
    for name, people in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        if active:
            yield name, people, active, people / active


def claimed(asked: Asked) -> Iterator[Row]:
    for name, there, signed_in in _claimed(asked):
        yield name, there, signed_in, signed_in / there


def never_claimed(asked: Asked) -> Iterator[Row]:
    for name, there, signed_in in _claimed(asked):
        yield name, there, there - signed_in


def _claimed(asked: Asked) -> Iterator[tuple[str, int, int]]:
    day = asked.newest
    for name, people in asked.each() if day is not None else ():
        assert day is not None
        if there := people.count("provisioned", day, day):
            yield name, there, people.count("claimed", day, day)


def billable_inactive(asked: Asked) -> Iterator[Row]:
    day = asked.newest
    if day is None:
        return
    used = asked.people.persons[asked.people.on_any("active", day - 27, day)]
    for name, people in asked.each():
        seats = people.persons[people.on_any("billable", day, day)]
        if len(seats):
            inactive = int(np.count_nonzero(~np.isin(seats, used)))
            yield name, len(seats), inactive, inactive / len(seats)


def flow(asked: Asked) -> Iterator[Row]:
    mondays = sorted({monday_of(day) for day in asked.published})
    ever: Yes | None = None
    before: Yes | None = None
    for monday in mondays:
        last = min(monday + timedelta(days=6), asked.until)
        now = asked.people.on_any("active", asked.at(monday), asked.at(last))
        if ever is not None and before is not None and monday_of(asked.since) <= monday:
            new, returning = now & ~ever, now & before
            moves = [new, returning, now & ever & ~before, before & ~now]
            counts = [int(np.count_nonzero(each)) for each in moves]
            if any(counts):
                yield monday, int(np.count_nonzero(now)), *counts
        ever, before = (now if ever is None else ever | now), now


def retention(asked: Asked) -> Iterator[Row]:
    if not asked.published:
        return
    people, last = asked.people, asked.at(asked.until)
    oldest = asked.published[0].replace(day=1)
    months = list(_months(oldest, asked.until))
    spans = [(asked.at(month), min(asked.at(following) - 1, last)) for month, following in months]
    active = [people.on_any("active", *span) for span in spans]
    there = [people.on_any("provisioned", *span) for span in spans]
    cohort = np.full(len(people.persons), NEVER, np.int64)  # months from the oldest one on
    for number in range(len(months) - 1, 0, -1):
        cohort[active[number]] = number
    cohort[active[0]] = NEVER
    seconds = people.claimed_at(last, NEVER)
    signed_in = seconds != NEVER
    begun = seconds[signed_in].astype("datetime64[s]").astype("datetime64[M]") - np.datetime64(oldest, "M")
    cohort[signed_in] = begun.astype(np.int64)
    present = np.bitwise_or.reduce(there, axis=0)
    for begins in range(len(months)):
        its = present & (cohort == begins)
        size = int(np.count_nonzero(its))
        for number in range(begins, len(months)):
            if (there[number] & its).any():
                stay = int(np.count_nonzero(active[number] & its))
                yield months[begins][0], number - begins, size, stay, stay / size


def _months(first: date, last: date) -> Iterator[tuple[date, date]]:
    """The first day of each month, and that of the next one."""
    while first <= last:
        following = (first + timedelta(days=31)).replace(day=1)
        yield first, following
        first = following


COUNTING: dict[str, Callable[[Asked], Iterator[Row]]] = {
    each.__name__: each
    for each in (
        activation, activation_by_day, activation_by_department, activation_by_department_week, activation_by_week,
        active_people, billable_inactive, channel_share, claimed, flow, messages, never_claimed, platform_mix,
        posting_share, provisioned, retention, stickiness,
    )
}  # fmt: skip
"""Those that are counted so, by name; the others are asked in SQL."""
