"""
Example Corp's HR roster, ``HR_dataset.csv``: who works there and where, as HR sees it.

It matches the member files about as well as a real roster does: addresses differ in spelling, some people are missing,
and some have no Slack account.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

from slackanalytics.simulator.company import DEPARTMENTS, NEVER, Company, Person

COLUMNS = (
    "employee_email",
    "employee_number",
    "full_name",
    "department",
    "location",
    "manager_email",
    "job_title",
    "hire_date",
    "termination_date",
    "effective_date",
)
"""The header. ``effective_date`` is the day since which the row's department holds; dates are ``YYYY-MM-DD`` or empty."""

_SPAN_OF_CONTROL = 12
_REMEMBERED = timedelta(days=400)


def write_roster(company: Company, as_of: date, path: Path, *, history: bool = False) -> None:
    """
    Write the roster to a file, UTF-8 without a byte-order mark.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        _write(file, company, as_of, history)


def roster_csv(company: Company, as_of: date, *, history: bool = False) -> str:
    """
    The roster as HR exports it on a day: everybody employed then, and those who left within the last 400 days.

    A person who moved between departments is one row, with the present department. With ``history`` those who moved
    within the last 400 days are two rows, the former department first.
    """
    text = io.StringIO(newline="")
    _write(text, company, as_of, history)
    return text.getvalue()


def _write(file: io.TextIOBase, company: Company, as_of: date, history: bool) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    managers = _Managers()
    today = as_of.toordinal()
    for person in _known(company, as_of):
        manager, title = managers.place(person, today)
        writer.writerows(_rows(person, manager, title, as_of, history))


def _known(company: Company, as_of: date) -> Iterator[Person]:
    """
    Whom the roster knows on a day, in no order but a fixed one.
    """
    today, horizon = as_of.toordinal(), (as_of - _REMEMBERED).toordinal()
    # Somebody hired by now may get the account a few days later.
    for person in company.people(as_of - _REMEMBERED, as_of + timedelta(days=7)):
        if person.is_in_roster and person.hired <= today and person.terminated >= horizon:
            yield person
    yield from company.without_account()


def _rows(person: Person, manager: str, title: str, as_of: date, history: bool) -> Iterable[tuple[str, ...]]:
    today = as_of.toordinal()
    has_moved = person.moved <= today
    left = "" if person.terminated > today else _iso(person.terminated)

    def row(department: int, since: int) -> tuple[str, ...]:
        return (
            person.roster_email,
            person.employee_number,
            person.full_name,
            DEPARTMENTS[department].name,
            person.location,
            manager,
            title,
            _iso(person.hired),
            left,
            _iso(since),
        )

    if history and has_moved and person.moved >= (as_of - _REMEMBERED).toordinal():
        yield row(person.former, person.hired)
    yield row(person.crowd if has_moved else person.former, person.moved if has_moved else person.hired)


def _iso(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()


class _Managers:
    """
    Who reports to whom. In each department the first person heads it and every twelfth after manages those who follow,
    so that nobody reports to themselves, however far up one goes.
    """

    def __init__(self) -> None:
        self._seen = [0] * len(DEPARTMENTS)
        self._heads = [""] * len(DEPARTMENTS)
        self._managers = [""] * len(DEPARTMENTS)

    def place(self, person: Person, today: int) -> tuple[str, str]:
        """
        The address of a person's manager and the person's job title.
        """
        department = person.crowd if person.moved <= today or person.moved == NEVER else person.former
        name, trade = DEPARTMENTS[department].name, DEPARTMENTS[department].trade
        if person.terminated <= today:
            return "", trade  # HR systems forget whom a leaver reported to
        place = self._seen[department]
        self._seen[department] += 1
        address = person.roster_email.strip()
        if place == 0:
            self._heads[department] = self._managers[department] = address
            return "", f"Head of {name}"
        if place % _SPAN_OF_CONTROL == 0:
            self._managers[department] = address
            return self._heads[department], f"{name} Team Lead"
        return self._managers[department], trade
