"""What insights are made of: complete weeks, groups that may be shown, days; with nothing in it that is hidden."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

from slackanalytics.adoption.hiding import Answers, Choice, Counted, protected
from slackanalytics.adoption.privacy import MINIMUM
from slackanalytics.adoption.series import Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The figures of a period."""

    since: date
    until: date
    whole: Point | None
    """The organisation over the period."""
    weeks: tuple[Point, ...]
    """The complete weeks, oldest first: seven days, all of them published."""
    days: tuple[Point, ...]
    departments: dict[str, Point]
    """Each department over the period."""
    department_weeks: dict[str, tuple[Point, ...]]
    """The complete weeks of each department."""
    every: bool = True
    """Whether every department is among them: none is hidden, or left out by a choice."""
    chosen: bool = False
    """Whether they are about some departments only."""
    missing: tuple[date, ...] = ()
    """Days that there are no figures of, though there are of later ones."""


class Asked(Answers, Protocol):
    """Whoever answers measures: `Adoption`."""

    @property
    def coverage(self) -> Any:
        """What is known of each day."""


def facts_from(
    adoption: Asked,
    *,
    since: date,
    until: date,
    departments: tuple[str, ...] = (),
    guests: bool = False,
    minimum: int = MINIMUM,
    hidden: frozenset[str] = frozenset(),
) -> Facts:
    """The facts of a period; `hidden` are departments that no page shows."""

    def shown(measure: str, *groups: str) -> list[dict[str, Any]]:
        chosen = () if "department" in groups else departments  # the same departments are hidden, whatever is chosen
        choice = Choice(answers=adoption, since=since, until=until, departments=chosen, guests=guests, minimum=minimum)
        return [
            row for row in protected(choice, measure, Counted("provisioned", ("active",)), groups).to_pylist()
            if not row["hidden"] and row.get("department") not in hidden
            and (not departments or row.get("department", departments[0]) in departments)
        ]  # fmt: skip

    published = {day.day for day in adoption.coverage if day.status == "published"}
    newest = max(published, default=since)

    def complete(week: date) -> bool:
        days = [week + timedelta(days=n) for n in range(7)]
        return since <= week and days[-1] <= until and all(day in published for day in days)

    def point(row: dict[str, Any], at: str | None) -> Point:
        return Point(row[at] if at else since, row["provisioned"], row["active"])

    by_department: dict[str, list[Point]] = {}
    for row in shown("activation_by_department_week", "department", "week"):
        if complete(row["week"]):
            by_department.setdefault(row["department"], []).append(point(row, "week"))
    whole = shown("activation")
    there = shown("activation_by_department", "department")
    return Facts(
        since=since,
        until=until,
        whole=point(whole[0], None) if whole else None,
        weeks=tuple(point(row, "week") for row in shown("activation_by_week", "week") if complete(row["week"])),
        days=tuple(point(row, "day") for row in shown("activation_by_day", "day")),
        departments={row["department"]: point(row, None) for row in there},
        every=len(there) == adoption.ask("activation_by_department", since=since, until=until, guests=guests).num_rows,
        chosen=bool(departments),
        department_weeks={name: tuple(points) for name, points in by_department.items()},
        missing=tuple(
            each.day
            for each in adoption.coverage
            if since <= each.day <= min(until, newest) and each.day not in published
        ),
    )
