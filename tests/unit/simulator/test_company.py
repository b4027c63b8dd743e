from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slackanalytics.simulator.company import (
    CROWDS,
    DEPARTMENTS,
    DOMAIN,
    FORMER_DOMAIN,
    NEVER,
    Company,
    Person,
    campaign,
)

TODAY = date(2026, 11, 23)


def people(company: Company, day: date = TODAY) -> list[Person]:
    return list(company.people(day, day))


@given(
    members=st.integers(1, 60),
    seed=st.integers(-(2**40), 2**40),
    day=st.dates(date(2020, 1, 1), date(2040, 1, 1)),
)
@settings(max_examples=60, deadline=None)
def test_every_seat_is_held_by_exactly_one_person_on_every_day(members: int, seed: int, day: date) -> None:
    found = people(Company(members, seed), day)
    assert [person.number % members for person in found] == list(range(members))
    assert all(person.begins <= day.toordinal() < person.ends for person in found)


@given(seed=st.integers(0, 10**9), first=st.dates(date(2020, 1, 1), date(2035, 1, 1)), length=st.integers(0, 800))
@settings(max_examples=40, deadline=None)
def test_a_period_has_the_people_of_its_days_and_no_others(seed: int, first: date, length: int) -> None:
    company = Company(5, seed)
    last = first + timedelta(length)
    daily = {person for day in range(length + 1) for person in people(company, first + timedelta(day))}
    assert set(company.people(first, last)) == daily


def test_the_same_seed_makes_the_same_company_and_another_seed_another() -> None:
    assert people(Company(50, 7)) == people(Company(50, 7))
    assert people(Company(50, 7)) != people(Company(50, 8))


def test_ids_numbers_and_addresses_are_unique_over_the_years() -> None:
    everybody = list(Company(2000).people(date(2020, 1, 1), date(2032, 1, 1)))
    assert len({person.user_id for person in everybody}) == len(everybody)
    assert len({person.slack_email.lower() for person in everybody}) == len(everybody)
    numbers = [person.employee_number for person in everybody if person.employee_number]
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("members", [200, 1000, 5000])
def test_departments_have_their_shares_at_any_size(members: int) -> None:
    sizes = Counter(CROWDS[person.crowd].name for person in people(Company(members)))
    for department in DEPARTMENTS:
        assert sizes[department.name] / members == pytest.approx(department.share * 0.97, abs=0.02)
    assert sizes[""] / members == pytest.approx(0.03, abs=0.006)


def test_the_shares_of_the_departments_make_a_whole() -> None:
    assert sum(department.share for department in DEPARTMENTS) == pytest.approx(1.0)


def test_guests_come_from_elsewhere_and_have_no_employee_number() -> None:
    guests = [person for person in people(Company()) if person.is_guest]
    assert guests
    for guest in guests:
        assert DOMAIN not in guest.slack_email
        assert (guest.employee_number, guest.is_synchronised, guest.is_in_roster) == ("", False, False)
    assert {guest.is_billable for guest in guests} == {True, False}


def test_addresses_differ_from_the_roster_about_as_often_as_in_life() -> None:
    staff = [person for person in people(Company(20_000)) if not person.is_guest]
    kinds = Counter(_difference(person) for person in staff)
    expected = {"case": 0.05, "former domain": 0.03, "plus": 0.02, "space": 0.02, "missing": 0.02}
    for kind, share in expected.items():
        assert kinds[kind] / len(staff) == pytest.approx(share, rel=0.2), kind
    assert kinds.keys() <= {*expected, "none"}


def _difference(person: Person) -> str:
    slack, roster = person.slack_email, person.roster_email
    if not person.is_in_roster:
        return "missing"
    if slack == roster:
        return "none"
    if slack.lower() == roster.lower():
        return "case"
    if slack.endswith(FORMER_DOMAIN):
        return "former domain"
    return "plus" if "+slack@" in slack else "space" if roster == f"{slack} " else "unknown"


def test_about_one_in_fifty_has_moved_within_thirteen_months() -> None:
    staff = people(Company(20_000))
    since = (TODAY - timedelta(days=395)).toordinal()
    moved = [person for person in staff if since <= person.moved <= TODAY.toordinal()]
    assert len(moved) / len(staff) == pytest.approx(0.02, abs=0.006)
    assert all(person.former != person.crowd for person in moved)


def test_people_come_and_go_within_thirteen_months() -> None:
    year = list(Company().people(TODAY - timedelta(days=395), TODAY))
    assert 1100 < len(year) < 1350
    assert all(person.hired <= person.begins < person.ends for person in year)
    assert all(person.begins < person.terminated <= person.ends for person in year)


def test_a_few_leavers_keep_their_account_and_a_few_of_those_use_it() -> None:
    today = TODAY.toordinal()
    leavers = [person for person in people(Company(20_000)) if person.terminated <= today]
    assert 0.002 < len(leavers) / 20_000 < 0.02
    active = [person for person in leavers if person.wakes <= today < person.rests]
    assert 0.1 < len(active) / len(leavers) < 0.5


def test_some_seats_are_never_claimed_and_nobody_is_active_before_the_claim() -> None:
    staff = people(Company())
    assert 50 < sum(person.claimed > TODAY.toordinal() for person in staff) < 200
    assert all(person.begins <= person.claimed <= person.wakes for person in staff)


def test_employees_without_an_account_are_nobody_with_one() -> None:
    company = Company()
    outsiders = list(company.without_account())
    assert 8 <= len(outsiders) <= 10
    assert all(not person.is_guest for seed in range(40) for person in Company(100, seed).without_account())
    numbers = {person.number for person in company.people(date(2020, 1, 1), date(2035, 1, 1))}
    assert numbers.isdisjoint(person.number for person in outsiders)
    assert all(person.is_in_roster and person.terminated == NEVER for person in outsiders)


def test_the_campaign_only_ever_advances_and_ends() -> None:
    days = [campaign(date(year, 1, 1).toordinal()) for year in range(2020, 2040)]
    assert days == sorted(days)
    assert days[0] < 0.01
    assert days[-1] > 0.99


def test_a_company_without_seats_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one seat"):
        Company(0)
