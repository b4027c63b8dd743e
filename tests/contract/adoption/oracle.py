"""Every measure in plain Python, over rows whose truth is known: how it is meant, slowly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.contract.adoption.company import LOST_WEEK, TODAY, UNTIL, Company, Row

Answer = list[tuple[Any, ...]]


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def month(day: date) -> date:
    return day.replace(day=1)


def months_between(one: date, two: date) -> int:
    return (two.year - one.year) * 12 + two.month - one.month


def people(rows: Iterable[Row]) -> int:
    return len({row.employee for row in rows})


def ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


@dataclass(slots=True)
class Oracle:
    """The answers for a period and filters."""

    company: Company
    since: date
    until: date
    departments: tuple[str, ...] = ()
    guests: bool = False
    by: str = "department"
    everybody: list[Row] = field(init=False)
    """Until the end of the period, without bots."""
    counted: list[Row] = field(init=False)
    rows: list[Row] = field(init=False)
    """Those of `counted` within the period."""
    published: list[date] = field(init=False)

    def __post_init__(self) -> None:
        chosen = [r for r in self.company.rows if not self.departments or r.department in self.departments]
        self.everybody = [r for r in chosen if r.day <= self.until and r.kind != "bot"]
        self.counted = [r for r in self.everybody if self.guests or r.kind == "member"]
        self.rows = [r for r in self.counted if self.since <= r.day]
        self.published = sorted({r.day for r in self.company.rows if r.day <= self.until})

    def answer(self, measure: str) -> Answer:
        found: Answer = getattr(self, measure)()
        return found

    def grouped(self, key: Callable[[Row], Any], rows: Sequence[Row] | None = None) -> list[tuple[Any, list[Row]]]:
        groups: dict[Any, list[Row]] = defaultdict(list)
        for row in self.rows if rows is None else rows:
            groups[key(row)].append(row)
        return sorted(groups.items())

    def newest(self) -> date | None:
        return max((day for day in self.published if day >= self.since), default=None)

    def active_in(self, day: date, days: int) -> set[str]:
        """Who was active in so many days, the last of which is `day`."""
        return {r.employee for r in self.counted if r.active and 0 <= (day - r.day).days < days}

    def rates(self, groups: Iterable[tuple[Any, list[Row]]]) -> Answer:
        found: Answer = []
        for key, rows in groups:
            provisioned, active = people(rows), people(r for r in rows if r.active)
            found.append(
                (*(key if isinstance(key, tuple) else (key,)), provisioned, active, ratio(active, provisioned))
            )
        return found

    # ── who has an account, who is active ───────────────────────────────────────────────────────────────────────────

    def provisioned(self) -> Answer:
        return [(people(self.rows),)]

    def activation(self) -> Answer:
        return [row[1:] for row in self.rates([("all", self.rows)])]

    def activation_by_day(self) -> Answer:
        return self.rates(self.grouped(lambda r: r.day))

    def activation_by_week(self) -> Answer:
        return self.rates(self.grouped(lambda r: monday(r.day)))

    def activation_by_department(self) -> Answer:
        return self.rates(self.grouped(lambda r: r.department))

    def activation_by_department_week(self) -> Answer:
        return self.rates(self.grouped(lambda r: (r.department, monday(r.day))))

    def activation_by_attribute(self) -> Answer:
        return self.rates(self.grouped(self.attribute))

    def attribute(self, row: Row) -> str:
        if self.by == "department":
            return row.department
        return (
            ("Employee" if row.location else "Unmatched") if self.by == "worker_type" else row.location or "Unmatched"
        )

    def guests_(self) -> Answer:
        return self.rates(self.grouped(lambda r: r.kind, [r for r in self.everybody if r.day >= self.since]))

    def active_people(self) -> Answer:
        days = [day for day in self.published if day >= self.since]
        return [(day, *(len(self.active_in(day, span)) for span in (1, 7, 28))) for day in days]

    def stickiness(self) -> Answer:
        found: Answer = []
        for day in self.published:
            if day < self.since:
                continue
            window = [other for other in self.published if 0 <= (day - other).days < 28]
            daily = sum(len(self.active_in(other, 1)) for other in window) / len(window)
            monthly = len(self.active_in(day, 28))
            found.append((day, daily, monthly, ratio(daily, monthly)))
        return found

    # ── seats ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def claims(self) -> list[tuple[str, int, int]]:
        today = [r for r in self.rows if r.day == self.newest()]
        return [
            (department, people(rows), people(r for r in rows if r.claimed is not None))
            for department, rows in self.grouped(lambda r: r.department, today)
        ]

    def claimed(self) -> Answer:
        return [(*row, row[2] / row[1]) for row in self.claims()]

    def never_claimed(self) -> Answer:
        return [(department, provisioned, provisioned - claimed) for department, provisioned, claimed in self.claims()]

    def billable_inactive(self) -> Answer:
        newest = self.newest()
        if newest is None:
            return []
        used = self.active_in(newest, 28)
        found: Answer = []
        for department, rows in self.grouped(
            lambda r: r.department, [r for r in self.rows if r.day == newest and r.billable]
        ):
            seats = {r.employee for r in rows}
            found.append((department, len(seats), len(seats - used), len(seats - used) / len(seats)))
        return found

    def billable_inactive_people(self) -> Answer:
        newest = self.newest()
        if newest is None:
            return []
        last: dict[str, date] = {}
        for row in self.counted:
            if row.active and row.day <= newest:
                last[row.employee] = max(row.day, last.get(row.employee, row.day))
        found = [
            (r.employee, r.user, r.email, r.department, last.get(r.employee))
            for r in self.rows
            if r.day == newest and r.billable and (r.employee not in last or (newest - last[r.employee]).days >= 28)
        ]
        return sorted(found, key=lambda row: (row[3], row[0], row[1]))

    def without_account(self) -> Answer:
        owners = {r.employee for r in self.company.rows if r.matched_by != "none"}
        counts: dict[str, int] = defaultdict(int)
        for person in self.company.roster:
            department, _ = person.place(TODAY)
            asked = not self.departments or department in self.departments
            if asked and person.key not in owners and department != "Unmatched":
                counts[department] += 1
        return sorted(counts.items())

    # ── how it is used ──────────────────────────────────────────────────────────────────────────────────────────────

    def platform_mix(self) -> Answer:
        uses: dict[str, set[str]] = defaultdict(set)
        for row in self.rows:
            if row.active:
                its = {"Desktop": row.desktop, "iOS": row.ios, "Android": row.android}
                uses[row.employee] |= {name for name, used in its.items() if used}
        names = ("Desktop", "iOS", "Android")
        counts = {name: sum(name in used for used in uses.values()) for name in names}
        counts["Several"] = sum(len(used) > 1 for used in uses.values())
        counts["None of these"] = sum(not used for used in uses.values())
        found = [(name, count, len(uses), count / len(uses)) for name, count in counts.items()] if uses else []
        return sorted(found, key=lambda row: (-row[1], row[0]))

    def posting_share(self) -> Answer:
        found: Answer = []
        for week, rows in self.grouped(lambda r: monday(r.day)):
            active, posting = (
                people(r for r in rows if r.active),
                people(r for r in rows if r.active and (r.messages or 0) > 0),
            )
            found.append((week, active, posting, ratio(posting, active)))
        return found

    def channel_share(self) -> Answer:
        found: Answer = []
        for week, rows in self.grouped(lambda r: monday(r.day)):
            messages, channel = sum(r.messages or 0 for r in rows), sum(r.channel or 0 for r in rows)
            found.append(
                (week, people(r for r in rows if (r.messages or 0) > 0), messages, channel, ratio(channel, messages))
            )
        return found

    def messages(self) -> Answer:
        found: Answer = []
        for week, rows in self.grouped(lambda r: monday(r.day)):
            active, messages = people(r for r in rows if r.active), sum(r.messages or 0 for r in rows)
            reactions, files = sum(r.reactions or 0 for r in rows), sum(r.files or 0 for r in rows)
            found.append((week, active, messages, reactions, files, ratio(messages, active)))
        return found

    # ── who comes and goes ──────────────────────────────────────────────────────────────────────────────────────────

    def flow(self) -> Answer:
        weeks = sorted({monday(day) for day in self.published})
        assert LOST_WEEK not in weeks
        there = {week: {r.employee for r in self.counted if r.active and monday(r.day) == week} for week in weeks}
        found: Answer = []
        known: set[str] = set()
        for n, week in enumerate(weeks):
            now, before = there[week], there[weeks[n - 1]] if n else set()
            moved = (len(now), len(now - known), len(now & before), len((now & known) - before), len(before - now))
            if n and monday(self.since) <= week <= monday(self.until) and any(moved):
                found.append((week, *moved))
            known |= now
        return found

    def retention(self) -> Answer:
        oldest = month(self.published[0])
        cohorts: dict[date, set[str]] = defaultdict(set)
        for employee, rows in self.grouped(lambda r: r.employee, self.counted):
            claimed = [r.claimed for r in rows if r.claimed is not None]
            active = [month(r.day) for r in rows if r.active]
            if claimed:
                began = month(datetime.fromtimestamp(min(claimed), UTC).date())
            elif active and min(active) > oldest:
                began = min(active)
            else:
                continue
            if began >= oldest:
                cohorts[began].add(employee)
        found: Answer = []
        for cohort, its in sorted(cohorts.items()):
            rows = [r for r in self.counted if r.employee in its and month(r.day) >= cohort]
            for at in sorted({month(r.day) for r in rows}):
                active_now = people(r for r in rows if r.active and month(r.day) == at)
                found.append((cohort, months_between(cohort, at), len(its), active_now, active_now / len(its)))
        return found

    def coverage(self) -> Answer:
        found: Answer = []
        for n in range((self.until - self.since).days + 1):
            day = self.since + timedelta(days=n)
            rows = sum(r.day == day for r in self.company.rows)
            if day in self.published:
                found.append((day, "published", None, rows))
            elif day == UNTIL:
                found.append((day, "pending", "file_not_yet_available", None))
            else:
                found.append((day, "absent", "file_not_found", None))
        return found
