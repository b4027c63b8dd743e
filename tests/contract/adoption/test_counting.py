"""What is counted from bits is what the measures' SQL says, whatever is asked; and a census that is a little wrong is found out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

import numpy as np
import pytest
from tests.contract.adoption.company import DEPARTMENTS, SINCE, UNTIL, Company
from tests.contract.adoption.test_measures import rows_of, same

from slackanalytics.adoption import Adoption, census, counting, measures
from slackanalytics.adoption.counting import COUNTING

QUESTIONS = 60


@pytest.fixture(scope="module", params=(4, 5))
def adoption(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Adoption]:
    found, roster = Company(request.param).blended(tmp_path_factory.mktemp("roster"))
    adoption = Adoption(found, since=SINCE, until=UNTIL, roster=roster)
    yield adoption
    adoption.close()


def asked(dice: Random) -> dict[str, Any]:
    """A period, also one that begins before there are days, or holds none; and some departments."""
    since = SINCE + timedelta(days=dice.randrange(-10, (UNTIL - SINCE).days + 10))
    names = (*DEPARTMENTS, "Unmatched", "Nowhere")
    return {
        "since": since,
        "until": since + timedelta(days=int(dice.expovariate(1 / 40))),
        "departments": tuple(dice.sample(names, dice.choice((0, 0, 1, 2, 3)))),
        "guests": dice.random() < 0.5,
    }


def differences(adoption: Adoption) -> Iterator[tuple[str, dict[str, Any]]]:
    """The questions that bits and SQL answer differently."""
    dice = Random(11)
    for n in range(QUESTIONS):
        name, its = list(COUNTING)[n % len(COUNTING)], asked(dice)
        counted = adoption._counted(measures()[name], **its)
        computed = adoption._computed(measures()[name], **its, by="department")
        if counted.schema != computed.schema or not same(rows_of(counted), rows_of(computed)):
            yield name, its


def test_bits_and_sql_say_the_same(adoption: Adoption) -> None:
    assert list(differences(adoption)) == []


def test_people_are_counted_slab_by_slab(adoption: Adoption, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adoption._census, "_daily", {})
    monkeypatch.setattr(census, "SLAB", 7)
    assert list(differences(adoption)) == []


def test_what_was_counted_is_remembered_as_what_it_was(adoption: Adoption) -> None:
    whom = adoption._census.people((DEPARTMENTS[0],), guests=True)
    assert adoption._census.people((DEPARTMENTS[0],), guests=True) is whom
    spans = [(mark, first, last) for mark in census.MARKS for first in (0, 9, 30) for last in (30, 45, 59)]
    for span in [*spans, *spans]:
        assert whom.count(*span) == np.count_nonzero(whom.on_any(*span)), span


def test_the_census_begins_anywhere_in_a_word() -> None:
    days = 3 * census.WORD
    whole = [n % 7 == 3 for n in range(days)]
    people = census.People.__new__(census.People)
    people._census = type("Days", (), {"days": days})()
    people.persons = np.array([0])
    people._bits = {"active": np.packbits(np.array(whole), bitorder="little").view(np.uint32).reshape(3, 1)}
    for first in range(days):
        for last in range(first - 1, days):
            assert people.on_any("active", first, last).tolist() == [any(whole[first : last + 1])], (first, last)


def a_day_late(first: int, last: int) -> np.uint32:
    return np.uint32(((1 << (last - first)) - 1) << first if last > first else 0)


def never_joined(bits: Any, starts: Any, axis: int) -> Any:
    return bits[:, starts]


BY_DAY = census.People.by_day


def a_day_more(people: census.People, mark: str, *, window: int = 1) -> Any:
    return BY_DAY(people, mark, window=window + (window > 1))


def sunday_of(day: date) -> date:
    return day - timedelta(days=(day.weekday() + 1) % 7)


@pytest.mark.parametrize(
    ("room", "name", "wrong"),
    [
        (census, "span", a_day_late),
        (counting, "monday_of", sunday_of),
        (counting, "ratio", lambda part, whole: part / whole if whole else 0.0),
        (np, "reduceat", never_joined),
        (census.People, "by_day", a_day_more),
        (census.People, "claimed_at", lambda people, last, never: np.full(len(people.persons), never)),
    ],
)
def test_a_census_that_is_a_little_wrong_is_found_out(
    adoption: Adoption, monkeypatch: pytest.MonkeyPatch, room: Any, name: str, wrong: Callable[..., Any]
) -> None:
    for remembered in ("_alone", "_daily"):  # what was counted right, and what is counted wrong now
        monkeypatch.setattr(adoption._census, remembered, {})
    if room is np:  # whose functions cannot be replaced
        numpy = type("Numpy", (), {"__getattr__": lambda _self, name: getattr(np, name)})()
        numpy.bitwise_or = type("Or", (), {"reduce": np.bitwise_or.reduce, "reduceat": staticmethod(wrong)})()
        monkeypatch.setattr(census, "np", numpy)
    else:
        monkeypatch.setattr(room, name, wrong)
    assert list(differences(adoption))
