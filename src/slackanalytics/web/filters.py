"""What a page of the dashboard is asked to show: a period, departments, guests; as a query string and back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode

WEEKS = 13
"""Weeks shown where nobody says which: a quarter."""
YES, NO = frozenset({"yes", "on", "true", "1"}), frozenset({"", "no", "off", "false", "0"})
"""What a link may say of guests."""
LONGEST = 120
"""Characters of a department's name that are looked at, and how many departments."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What is shown. Days are UTC, both included."""

    since: date
    until: date
    departments: tuple[str, ...] = ()
    """Those alone; all of them where it is empty."""
    guests: bool = False

    @property
    def days(self) -> int:
        """How many days that is."""
        return (self.until - self.since).days + 1

    def pairs(self) -> list[tuple[str, str]]:
        """As names and values of a form."""
        chosen = [("department", name) for name in self.departments]
        guests = [("guests", "yes")] if self.guests else []
        return [("since", self.since.isoformat()), ("until", self.until.isoformat()), *chosen, *guests]

    def query(self, **changes: object) -> str:
        """As a query string, with something changed."""
        return urlencode(replace(self, **changes).pairs())  # type: ignore[arg-type]  # names of fields

    def before(self) -> Filters:
        """The same for the period of equal length just before."""
        return replace(self, since=self.since - timedelta(days=self.days), until=self.since - timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Asked:
    """Filters, and what had to be put right in them."""

    filters: Filters
    problems: tuple[str, ...] = ()


PERIODS = {"4 weeks": 4, "13 weeks": WEEKS, "26 weeks": 26, "All 13 months": 60}
"""Periods to be chosen with one press, in weeks; Slack keeps thirteen months."""


def usual(newest: date, first: date, weeks: int = WEEKS) -> Filters:
    """What is shown where nobody asks for anything else: the newest thirteen weeks, from a Monday on."""
    since = newest - timedelta(days=7 * weeks - 1)
    since -= timedelta(days=since.weekday())
    return Filters(max(since, first), newest)


def read(
    pairs: Iterable[tuple[str, str]], *, newest: date, first: date, known: Callable[[date, date], Sequence[str]]
) -> Asked:
    """
    What a form asks for. What makes no sense is replaced by what is usual, and named.

    Args:
        pairs: Names and values.
        newest: The newest day there is.
        first: The oldest day there is.
        known: The departments that can be chosen between two days.
    """
    given = list(pairs)
    normal, problems = usual(newest, first), []
    days: dict[str, date] = {}
    for name, otherwise in (("since", normal.since), ("until", normal.until)):
        text = next((value for key, value in given if key == name and value), None)
        try:
            days[name] = date.fromisoformat(text) if text else otherwise
        except ValueError:
            days[name] = otherwise
            problems.append(f"“{text[:20] if text else ''}” is no date, so {otherwise} is taken.")
    since, until = days["since"], days["until"]
    if max(since, until) < first or min(since, until) > newest or (since > newest and until == normal.until):
        problems.append(
            f"Slack has days from {first} to {newest}; there are none in the period you chose, so the usual one is shown."
        )
        since, until = normal.since, normal.until
    elif since > until:
        since, until = until, since
        problems.append("The period ended before it began, so the two days are exchanged.")
    since, until = max(since, first), min(until, newest)
    there = known(since, until)
    wanted = [value for key, value in given if key == "department" and value][:LONGEST]
    chosen = tuple(name for name in there if name in wanted)
    if strange := [name for name in wanted if name not in there]:
        problems.append(
            f"“{strange[0][:LONGEST]}” is no department of this period, or too small to be shown by itself."
        )
    said = next((value for key, value in given if key == "guests"), "")
    guests = said in YES
    if not guests and said not in NO:
        problems.append(f"“{said[:20]}” says neither that guests count nor that they do not, so they do not.")
    return Asked(Filters(since, until, chosen, guests), tuple(problems))
