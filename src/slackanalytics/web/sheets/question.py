"""What pages ask of the figures, and the one way by which a figure reaches a page: through suppression."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from athena_federation.errors import NotPublished
from slackanalytics.adoption import UNMATCHED, Adoption, insights, measures, privacy
from slackanalytics.adoption.hiding import Choice, Counted, Cut, in_every_way, protected
from slackanalytics.adoption.privacy import Role
from slackanalytics.people import matching
from slackanalytics.web.charts import said_day
from slackanalytics.web.filters import Filters
from slackanalytics.web.sheets import cuts
from slackanalytics.web.sheets.counts import COUNTED, SEATS
from slackanalytics.web.sheets.prices import UNKNOWN, Price
from slackanalytics.web.sheets.shapes import Notice, Told, percent
from slackanalytics.web.sheets.telling import told
from slackanalytics.wording import spans

WEEK = 7
"""Days of the shortest period that is compared with the one before it."""
STEP = 0.05
"""Steps in which a match rate is told that would tell of a few accounts."""
LOW_MATCH = 0.95
"""The match rate below which pages warn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What there is to be asked about in one reading."""

    first: date
    newest: date
    match_rate: float | None
    """The part of the accounts that are somebody's; None without a roster."""
    match_least: bool
    """Whether that is the least it can be: it must not tell how few are nobody's."""
    match_low: bool
    """Whether so many accounts are nobody's that departments cannot be relied on."""
    missing: int
    """Days before the newest one without data."""


def bounds(adoption: Adoption, *, minimum: int = privacy.MINIMUM) -> Bounds:
    """What can be asked of a reading. Raises NotPublished where it holds no day."""
    if adoption.newest is None:
        raise NotPublished("Slack has not published any day yet", reason="file_not_yet_available", final=False)
    newest = adoption.newest
    total, rate = sum(adoption.matching.count().values()), adoption.matching.rate
    rules = privacy.suppressed(by_rule(adoption), groups=("matched_by",), people="accounts", minimum=minimum, additive="matched_by")  # fmt: skip
    hidden = {row["matched_by"] for row in rules.to_pylist() if row["accounts"] is None}
    least = matching.NONE in hidden
    if least:
        rate = max(0.0, math.floor(min(rate, 1 - minimum / total) / STEP) * STEP)
    return Bounds(
        first=adoption.since,
        newest=newest,
        match_rate=rate if adoption.roster else None,
        match_least=least,
        match_low=adoption.roster is not None and rate < LOW_MATCH,  # by what is told: the warning must not tell more
        missing=sum(1 for day in adoption.coverage if day.status != "published" and day.day < newest),
    )


def by_rule(adoption: Adoption) -> pa.Table:
    """Members' accounts by the rule that matched them; nothing is hidden yet."""
    counts = adoption.matching.count() if adoption.roster else {}
    rows = [{"matched_by": rule, "accounts": count} for rule, count in counts.items() if count]
    return pa.Table.from_pylist(rows, schema=pa.schema([("matched_by", pa.string()), ("accounts", pa.int64())]))


@dataclass(frozen=True, slots=True)
class Departments:
    """The departments of a period."""

    known: tuple[str, ...]
    """Those that can be chosen: each is large enough to be shown by itself in every week."""
    hidden: frozenset[str]
    """The others. All pages hide them alike, so that no two figures tell what each of them hides."""


def departments(adoption: Adoption, since: date, until: date, *, minimum: int) -> Departments:
    """The departments of a period, whoever asks and whatever else they choose."""
    names: set[str] = set()
    hidden: set[str] = set()
    for measure, groups in (("activation_by_department", ("department",)), ("activation_by_department_week", ("department", "week"))):  # fmt: skip
        table = adoption.ask(measure, since=since, until=until)
        for row in privacy.suppressed(table, groups=groups, people="provisioned", minimum=minimum).to_pylist():
            names.add(row["department"])
            if row["provisioned"] is None:
                hidden.add(row["department"])
    return Departments(tuple(sorted(names - hidden)), frozenset(hidden))


@dataclass(frozen=True, slots=True)
class Shown:
    """A table in which everything is hidden that must be."""

    table: pa.Table
    hidden: int

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Row by row."""
        found: list[dict[str, Any]] = self.table.to_pylist()
        return found

    def only(self, column: str, values: Collection[str]) -> Shown:
        """The rows with one of these values; how many figures are hidden is counted anew."""
        table = self.table.filter(pc.is_in(self.table[column], pa.array(list(values), pa.string())))
        return Shown(table, sum(1 for row in table.to_pylist() if None in row.values()))

    def any(self, column: str) -> bool:
        """Whether there is a figure at all."""
        return bool(self.table.num_rows > self.table[column].null_count)


Row = dict[str, Any]


class Question:
    """The figures, as one page with its filters and its role asks for them."""

    def __init__(
        self, adoption: Adoption, filters: Filters, bounds: Bounds, there: Departments, *, minimum: int, role: Role = Role.AGGREGATE, price: Price = UNKNOWN
    ) -> None:  # fmt: skip
        self.adoption = adoption
        self.filters = filters
        self.bounds = bounds
        self.there = there
        self.minimum = minimum
        self.role = role
        self.price = price
        self._known: dict[tuple[object, ...], pa.Table] = {}
        """What was protected already: several figures of a page are made of the same."""

    @property
    def whom(self) -> str:
        """The departments, as words."""
        names = self.filters.departments
        chosen = "everybody" if not names else ", ".join(names) if len(names) < 4 else f"{len(names)} departments"
        return f"{chosen}, guests included" if self.filters.guests else chosen

    @property
    def lead(self) -> str:
        """Period and departments, as a sentence."""
        return f"{said_day(self.filters.since)} to {said_day(self.filters.until)}: {self.whom}."

    @property
    def identified(self) -> bool:
        """Whether people may be named."""
        return self.role is Role.IDENTIFIED

    def sql(self, measure: str) -> str:
        """The statement behind a figure."""
        return self.adoption.sql(measure)

    def shown(self, measure: str, *, groups: tuple[str, ...] = ("department",)) -> Shown:
        """The answer of a measure, with what must be hidden hidden."""
        if "department" in groups and self.filters.departments:  # the same cells are hidden, whatever is chosen
            return self.of_all().shown(measure, groups=groups).only("department", self.filters.departments)
        if measure == "platform_mix":
            return self._told(cuts.without_sums(self._protected(measure, groups, cuts.by_number)), groups)
        return self._told(self._protected(measure, groups), groups)

    def stickiness(self) -> Shown:
        """`stickiness`, coarser or hidden where it would tell how many were active on a day that is hidden."""
        its = self.filters
        shown = self.shown("stickiness", groups=("day",))
        before = self._over(its.since - timedelta(days=cuts.MONTH - 1), its.until)
        daily = before.shown("active_people", groups=("day",)).rows
        table = cuts.coarse(shown.table, {row["day"] for row in daily if row["daily_active"] is None})
        return Shown(table, sum(1 for row in table.to_pylist() if None in row.values()))

    def whole_weeks(self, shown: Shown) -> list[Row]:
        """The rows of weeks that lie in the period with all their days."""
        its = self.filters
        return [row for row in shown.rows if its.since <= row["week"] and row["week"] + timedelta(days=6) <= its.until]

    def of_whole_weeks(self, measure: str) -> Shown:
        """
        A measure by week, complete weeks only.

        What was written in a part of a week, less that in a shorter part, was written on the days between: by a few.
        """
        shown = self.shown(measure, groups=("week",))
        table = pa.Table.from_pylist(self.whole_weeks(shown), schema=shown.table.schema)
        return Shown(table, sum(1 for row in table.to_pylist() if None in row.values()))

    def flow(self) -> Shown:
        """The weeks of `flow`, whose moves add up to the people active: what is hidden must not follow from the rest."""
        whole = self.shown("flow", groups=("week",))
        moves = ("returning", "new", "resurrected")
        shown = protected(
            self._choice, "flow", Counted("people"), ("week", "move"), lambda table: cuts.by_move(table, moves)
        )
        found = {(row["week"], row["move"]): row["people"] for row in shown.to_pylist()}
        rows = [
            {**row, **{move: None if row["active"] is None else found[row["week"], move] for move in moves}}
            for row in whole.rows
        ]
        for row in rows:  # two numbers, of which one tells too much, may do so no longer when they are one
            rest = None if row["active"] is None or row["returning"] is None else row["active"] - row["returning"]
            row["joining"] = rest if rest == 0 or (rest or 0) >= self.minimum else None
            if (row["returning"] is None) != (row["lapsed"] is None):  # they add up to the people of the week before
                row.update(dict.fromkeys((*moves, "joining", "lapsed")))
        hidden = sum(1 for row in rows if None in row.values())
        schema = whole.table.schema.append(pa.field("joining", pa.int64()))
        return Shown(pa.Table.from_pylist(rows, schema=schema), hidden)

    def row(self, measure: str) -> Row:
        """The one row of a measure about everybody; its figures are None where they are too few people."""
        return self.one_row(measure, cuts.first)

    def before_row(self, measure: str) -> Row:
        """The same for the period before; empty where Slack no longer has all of that."""
        before = self._with(self.filters.before())
        short = self.filters.days < WEEK  # a weekend against two working days says nothing
        return {} if short or before.filters.since < self.bounds.first else before.row(measure)

    def seats(self, *, total: bool = False) -> Shown:
        """
        Provisioned, never claimed, billed and inactive seats by department, or altogether.

        Looked at together: who was never signed in to is inactive as well, so that both tell who has stopped, too.
        """
        if self.filters.departments and not total:
            return self.of_all().seats().only("department", self.filters.departments)
        groups: tuple[str, ...] = () if total else ("department",)

        def table(departments: tuple[str, ...], guests: bool) -> pa.Table:
            answers = (
                self._choice.ask(name, departments, guests=guests) for name in ("never_claimed", "billable_inactive")
            )
            return cuts.seats(*answers, total=total)

        return self._told(cuts.without_used(in_every_way(self._choice, table, SEATS, groups)), groups)

    def last(self, measure: str) -> Row:
        """The newest day of a measure, whose answers for a day do not depend on where the period begins."""
        newest = max((row["day"] for row in self.days() if row["status"] == "published"), default=None)
        if newest is None:
            return {}
        its = self._over(newest, self.filters.until)
        if measure == "stickiness":
            rows = its.stickiness().rows
            return rows[-1] if rows else {}
        return its.one_row(measure, cuts.last)

    def last_week(self, measure: str) -> Row:
        """The newest complete week of a measure."""
        return self.newest_week(self.flow() if measure == "flow" else self.shown(measure, groups=("week",)))

    def newest_week(self, shown: Shown) -> Row:
        """The newest complete week of what is shown."""
        complete = self.whole_weeks(shown)
        return complete[-1] if complete else {}

    def about(
        self, measure: str, shown: Shown, part: str, groups: tuple[str, ...]
    ) -> dict[tuple[Any, ...], tuple[float, str]]:
        """
        For shares that are hidden because a few people are left over, or are all there are: the bound that the minimum
        itself gives, and its text. It is the same however many of the few there are. Not for rows that add up to others.
        """
        return self._near(self._asked(measure), shown, COUNTED[measure].people, part, groups)

    def cohorts(self) -> tuple[Shown, dict[tuple[Any, ...], tuple[float, str]]]:
        """`retention` by quarters, whose months are disjoint people; and `about` for what is hidden."""
        groups = ("cohort", "months_since")
        shown = self._told(self._protected("retention", groups, cuts.quarters), groups)
        table = cuts.alike(shown.table, self.minimum)
        shown = Shown(table, sum(1 for row in table.to_pylist() if None in row.values()))
        return shown, self._near(cuts.quarters(self._asked("retention")), shown, "people", "active", groups)

    def _near(
        self, table: pa.Table, shown: Shown, people: str, part: str, groups: tuple[str, ...]
    ) -> dict[tuple[Any, ...], tuple[float, str]]:  # fmt: skip
        found: dict[tuple[Any, ...], tuple[float, str]] = {}
        if self.filters.guests:  # with them such a share may be hidden for another reason
            return found
        there = {tuple(row[name] for name in groups) for row in shown.rows if row[people] is not None}
        for row in table.to_pylist():
            whole, some = row[people] or 0, row[part] or 0
            key = tuple(row[name] for name in groups)
            if whole < 4 * self.minimum or key not in there:
                continue
            few = math.ceil(100 * (self.minimum - 1) / whole) / 100
            if 0 < whole - some < self.minimum:
                found[key] = 1.0 - few, f"≥ {percent(1.0 - few)}"
            elif 0 < some < self.minimum:
                found[key] = few, f"≤ {percent(few)}"
        return found

    def people(self, measure: str) -> pa.Table:
        """A list of people, for those who may see it; for all others an empty one."""
        return self._asked(measure) if self.identified else measures()[measure].schema.empty_table()

    @property
    def unmatched_count(self) -> int | None:
        """How many accounts are nobody's; None where that would tell of a few, also beside how many of members are."""
        count: int = self.adoption.matching.unmatched.num_rows
        others = count - self.adoption.matching.count()[matching.NONE]
        return count if all(each == 0 or each >= self.minimum for each in (count, others)) else None

    def unmatched(self) -> pa.Table:
        """The accounts that are nobody's, for those who may see them; for all others none."""
        table = self.adoption.matching.unmatched
        return table if self.identified else table.slice(0, 0)

    def matched(self) -> Shown:
        """Members' accounts by the rule that matched them."""
        return self._additive(by_rule(self.adoption), "matched_by", "accounts")

    def roster_only(self) -> Shown:
        """People employed and without an account, by department."""
        counts = Counter(
            row["department"] or UNMATCHED for row in self.adoption.matching.roster_only.to_pylist() if row["employed"]
        )
        rows = [{"department": name, "people": count} for name, count in sorted(counts.items())]
        schema = pa.schema([("department", pa.string()), ("people", pa.int64())])
        return self._additive(pa.Table.from_pylist(rows, schema=schema), "department", "people")

    def days(self, *, beyond: bool = False) -> list[Row]:
        """What is known of each day of the period; `beyond` takes those after the newest one with it."""
        last = self.adoption.until if beyond and self.filters.until == self.bounds.newest else self.filters.until
        return [
            {"day": each.day, "status": each.status, "reason": each.reason, "rows": each.rows}
            for each in self.adoption.coverage
            if self.filters.since <= each.day <= last
        ]

    def accounts(self) -> list[Row]:
        """
        `days` with their accounts: the people who are told of, and the other accounts, rounded down to the minimum.

        Rounded as a whole, they would tell how many the others are to whoever knows the people of several days.
        """
        people: dict[date, int] = {}
        for guests in (False, True):
            everybody = self._with(replace(self.filters, departments=(), guests=guests))
            rows = everybody.shown("activation_by_day", groups=("day",)).rows
            people |= {row["day"]: row["provisioned"] for row in rows if row["provisioned"] is not None}
        found = []
        for row in self.days():
            known, accounts = people.get(row["day"], 0), row.pop("rows")
            others = None if accounts is None else (accounts - known) // self.minimum * self.minimum
            found.append({**row, "accounts": None if others is None else known + others})
        return found

    @property
    def anybody(self) -> bool:
        """Whether the filters leave anybody at all."""
        return bool(self._asked("provisioned").to_pylist()[0]["provisioned"])

    def notices(self) -> tuple[Notice, ...]:
        """What readers must know before the figures."""
        found = []
        if self.adoption.roster is None:
            found.append(Notice("warn", "No roster is given,", "so that every department is Unmatched. Start with slackanalytics serve --hr FILE, or set SLACKANALYTICS_HR_FILE; CSV, Excel and SCIM files will do.", "/adoption/data#match-report", "More"))  # fmt: skip
        elif self.bounds.match_low:
            rate = self.bounds.match_rate or 0
            found.append(Notice("warn", f"Only {percent(rate, 1)}{' or somewhat more' if self.bounds.match_least else ''} of the accounts are matched", "with the roster; the others count as Unmatched, so that departments look smaller than they are.", "/adoption/data#match-report", "See why"))  # fmt: skip
        absent = [row["day"] for row in self.days() if row["status"] != "published"]
        if absent:
            days = spans(absent)
            text = f"{days} {'is' if len(absent) == 1 else 'are'} not in these figures: {'it is a day' if len(absent) == 1 else 'they are days'} that Slack has no file for, or that could not be read."
            found.append(Notice("warn", "Some days are missing.", text, "/adoption/data#missing-days", "See which"))
        if not self.anybody:
            found.append(Notice("", "Nobody fits these filters.", "Choose another period, or other departments."))
        return tuple(found)

    def insights(self) -> tuple[Told, ...]:
        """Sentences about what stands out, each with a way to its rows."""
        its = self.filters
        facts = insights.facts_from(
            self.adoption, since=its.since, until=its.until, departments=its.departments, guests=its.guests,
            minimum=self.minimum, hidden=self.there.hidden,
        )  # fmt: skip
        return tuple(told(each, its) for each in insights.tell(facts))

    @property
    def _choice(self) -> Choice:
        its = self.filters
        return Choice(
            answers=self.adoption, since=its.since, until=its.until, departments=its.departments, guests=its.guests,
            minimum=self.minimum,
        )  # fmt: skip

    def _asked(self, measure: str) -> pa.Table:
        return self._choice.ask(measure)

    def _protected(self, measure: str, groups: tuple[str, ...], cut: Cut = lambda table: table) -> pa.Table:
        key = (self.filters, measure, groups, cut)
        if key not in self._known:
            self._known[key] = protected(self._choice, measure, COUNTED[measure], groups, cut)
        return self._known[key]

    def _told(self, found: pa.Table, groups: tuple[str, ...]) -> Shown:
        if "department" in groups and self.there.hidden:
            found = cuts.hide(found, self.there.hidden, groups)
        return Shown(found.drop_columns(["hidden"]), sum(found["hidden"].to_pylist()))

    def _additive(self, table: pa.Table, group: str, people: str) -> Shown:
        """A table whose rows add up to a total that is shown."""
        found = privacy.suppressed(table, groups=(group,), people=people, minimum=self.minimum, additive=group)
        return self._told(found, (group,))

    def one_row(self, measure: str, cut: Cut) -> Row:
        """The one row that is cut out of the answer."""
        groups = tuple(name for name in ("day", "week") if name in measures()[measure].schema.names)
        rows = self._told(self._protected(measure, groups, cut), groups).rows
        return rows[0] if rows else {}

    def of_all(self) -> Question:
        """The same without a choice of departments."""
        return self._with(replace(self.filters, departments=()))

    def _over(self, since: date, until: date) -> Question:
        """The same for another period."""
        return self._with(replace(self.filters, since=since, until=until))

    def _with(self, filters: Filters) -> Question:
        found = Question(self.adoption, filters, self.bounds, self.there, minimum=self.minimum, role=self.role)
        found._known = self._known
        return found
