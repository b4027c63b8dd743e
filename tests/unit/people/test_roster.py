"""Who the rows are about: movers, people who came back, names passed on, and what contradicts itself."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from athena_federation.errors import ConfigurationError
from slackanalytics import people
from slackanalytics.people import Duplicates, Roster, Rules
from slackanalytics.people.tenures import table
from slackanalytics.settings import Settings

TODAY = date(2026, 11, 25)
HEADER = "number,email,department,hired,terminated,effective from"
FAR = date(2030, 1, 1)


def roster(path: Path, *rows: str) -> Roster:
    path.write_text("\n".join([HEADER.replace("number", "Employee ID"), *rows]) + "\n")
    return people.read(path, today=TODAY)


def department_on(its: Roster, day: date) -> dict[str, list[str]]:
    """Person -> departments on a day."""
    found: dict[str, list[str]] = {}
    for each in table(its).to_pylist():
        if (each["since"] or date.min) <= day < (each["until"] or date.max):
            found.setdefault(each["employee"], []).append(each["department"])
    return found


def test_a_mover_counts_in_the_department_of_the_day(tmp_path: Path) -> None:
    its = roster(
        tmp_path / "r.csv",
        "1,a@x.y,Marketing,2020-01-01,,2026-03-01",
        "1,a@x.y,Sales,2020-01-01,,2020-01-01",
        "1,a@x.y,Finance,2020-01-01,2026-12-01,2026-06-01",
    )
    assert its.people == 1
    for day, department in (
        ("2019-12-31", None), ("2020-01-01", "Sales"), ("2026-02-28", "Sales"), ("2026-03-01", "Marketing"),
        ("2026-05-31", "Marketing"), ("2026-06-01", "Finance"), ("2026-11-30", "Finance"), ("2026-12-01", None),
    ):  # fmt: skip
        assert department_on(its, date.fromisoformat(day)) == ({"1": [department]} if department else {})


def test_one_row_holds_for_all_days_until_the_person_leaves(tmp_path: Path) -> None:
    its = roster(tmp_path / "r.csv", "1,a@x.y,Sales,2020-01-01,2026-05-01,2026-02-01")
    assert table(its).to_pylist()[0]["since"] is None
    assert department_on(its, date(2026, 1, 1)) == {"1": ["Sales"]}
    assert department_on(its, date(2026, 4, 30)) == {"1": ["Sales"]}
    assert department_on(its, date(2026, 5, 1)) == {}
    assert "1 person has a single row, effective since later" in its.notes[-1]


def test_somebody_who_left_and_came_back_was_away_in_between(tmp_path: Path) -> None:
    its = roster(tmp_path / "s.csv", "1,a@x.y,Sales,2020-01-01,2024-01-01,", "1,a@x.y,Ops,2024-01-01,,")
    assert department_on(its, date(2024, 1, 1)) == {"1": ["Ops"]}
    its = roster(tmp_path / "r.csv", "1,a@x.y,Sales,2020-01-01,2024-01-01,", "1,a@x.y,Finance,2025-01-01,,")
    assert department_on(its, date(2023, 12, 31)) == {"1": ["Sales"]}
    assert department_on(its, date(2024, 6, 1)) == {}
    assert department_on(its, date(2025, 1, 1)) == {"1": ["Finance"]}


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        (("1,a@x.y,Sales,,,", "1,a@x.y,Finance,,,"), "lines 2 and 3: the same person: 1, a@x.y, Sales | 1, a@x.y, Finance"),
        (("1,a@x.y,Sales,,,", "2,b@x.y,Ops,,,", "1,c@x.y,Sales,,,"), "lines 2 and 4: the same person"),
        ((",a@x.y,Sales,,,", ",A@X.y ,Sales,,,"), "lines 2 and 3: the same person"),
        (("1,a@x.y,Sales,,,", ",A@x.y,Finance,,,"), "lines 2 and 3: the same person"),
        (("1,a@x.y,Sales,,,2026-01-01", "1,a@x.y,Ops,,,2026-01-01"), "the same person, both effective 2026-01-01"),
        (("1,a@x.y,Sales,,,", "2,a@x.y ,Sales,,,"), "lines 2 and 3: one address for two people"),
        (("1,a@x.y,Sales,2020-01-01,2024-01-02,", "2,a@x.y,Ops,2024-01-01,,"), "one address for two people"),
        (("1,a@x.y,Sales,2020-01-01,2024-01-02,", "1,a@x.y,Ops,2024-01-01,,"), "the same person"),
    ],
)  # fmt: skip
def test_rows_that_contradict_each_other_are_an_error_with_both(
    tmp_path: Path, rows: tuple[str, ...], complaint: str
) -> None:
    with pytest.raises(Duplicates) as caught:
        roster(tmp_path / "r.csv", *rows)
    assert complaint in str(caught.value)


def test_all_duplicates_are_listed_up_to_a_screenful(tmp_path: Path) -> None:
    rows = [f"{n},p{n}@x.y,Sales,,," for n in range(30)]
    with pytest.raises(Duplicates) as caught:
        roster(tmp_path / "r.csv", *rows, *rows)
    assert len(caught.value.pairs) == 30
    lines = str(caught.value).splitlines()
    assert lines[0].startswith(f"{tmp_path / 'r.csv'}: 30 pairs of rows contradict each other; remove")
    assert "lines 2 and 32" in lines[0]
    assert (len(lines), lines[-1]) == (21, "and 10 more")


def test_an_address_that_was_passed_on_is_whose_it_is_now(tmp_path: Path) -> None:
    its = roster(tmp_path / "r.csv", "1,jo@x.y,Sales,2020-01-01,2024-01-01,", "2,Jo@x.y,Finance,2024-01-01,,")
    assert its.people == 2
    accounts = pa.table(
        {"user_id": ["W1", "W2"], "email_address": ["jo@x.y", None], "enterprise_employee_number": [None, "1"],
         "is_guest": [False, False]}
    )  # fmt: skip
    found = people.match(accounts, its, Rules())
    assert found.accounts["employee"].to_pylist() == ["2", "1"]
    assert "1 address was passed on from a leaver" in its.notes[-1]


def test_a_row_without_a_number_that_could_be_two_peoples_is_neither_ones(tmp_path: Path) -> None:
    its = roster(tmp_path / "r.csv", "1,a@x.y,Sales,,,", "2,A@x.y,Ops,,,", ",a@X.y,Finance,,,")
    assert set(its.persons.rows) == {"1", "2", "a@x.y"}


def test_somebody_who_left_on_the_day_of_the_hire_never_worked_here(tmp_path: Path) -> None:
    its = roster(tmp_path / "r.csv", "1,a@x.y,Sales,2026-01-05,2026-01-05,")
    assert department_on(its, date(2026, 1, 5)) == {}


def test_the_most_frequent_spelling_is_kept_even_in_capitals(tmp_path: Path) -> None:
    its = roster(
        tmp_path / "r.csv", "1,a@x.y,HR,,,", "2,b@x.y,HR,,,", "3,c@x.y,Hr,,,", "4,d@x.y,IT,,,", "5,e@x.y,It,,,"
    )
    assert [entry.department for entry in its.entries] == ["HR", "HR", "HR", "It", "It"]


def test_spellings_that_differ_in_case_and_blanks_are_one_name_the_most_frequent(tmp_path: Path) -> None:
    names = ["Sales", "SALES", "sales ", "Sales", "Customer  Support", "customer support", "Research", "Ｒesearch"]
    its = roster(tmp_path / "r.csv", *(f'{n},p{n}@x.y,"{name}",,,' for n, name in enumerate(names)))
    assert [entry.department for entry in its.entries] == [
        *["Sales"] * 4, *["Customer Support"] * 2, *["Research"] * 2,
    ]  # fmt: skip
    assert [(each.kept, each.others, each.rows) for each in its.spellings] == [
        ("Sales", ("SALES", "sales "), 2),
        ("Customer Support", ("Customer  Support", "customer support"), 2),
        ("Research", ("Ｒesearch",), 1),
    ]


def test_the_date_of_a_file_is_in_its_name_or_that_of_its_last_change(tmp_path: Path) -> None:
    named = roster(tmp_path / "HR_2026-11-20.csv", "1,a@x.y,Sales,,,")
    assert (named.file_date, named.date_in_name, named.age) == (date(2026, 11, 20), True, 5)
    assert roster(tmp_path / "export20261101v2.csv", "1,a@x.y,Sales,,,").file_date == date(2026, 11, 1)
    for name in ("people.csv", "people-2026-13-45.csv", "people_2027-01-01.csv", "123420261101.csv"):
        its = roster(tmp_path / name, "1,a@x.y,Sales,,,")
        changed = datetime(2026, 10, 26, 23, 59, tzinfo=UTC).timestamp()
        os.utime(tmp_path / name, (changed, changed))
        its = people.read(tmp_path / name, today=TODAY)
        assert (its.file_date, its.date_in_name, its.age) == (date(2026, 10, 26), False, 30)


def test_numbers_keep_their_zeros_and_lose_what_spreadsheets_add(tmp_path: Path) -> None:
    its = roster(
        tmp_path / "r.csv",
        "007,a@x.y,S,,,",
        "1234.0,b@x.y,S,,,",
        " A-1 ,c@x.y,S,,,",
        "N/A,d@x.y,S,,,",
        "1.05,e@x.y,S,,,",
    )
    assert [entry.employee_number for entry in its.entries] == ["007", "1234", "A-1", None, "1.05"]


def test_people_without_an_account_are_employed_or_not(tmp_path: Path) -> None:
    its = roster(
        tmp_path / "r.csv",
        "1,a@x.y,Sales,2020-01-01,,", "2,b@x.y,Sales,2020-01-01,2026-11-25,", "3,c@x.y,Sales,2026-12-01,,",
        "4,d@x.y,Old,2020-01-01,,2020-01-01", "4,d@x.y,Now,2020-01-01,,2026-01-01", "4,d@x.y,Next,2020-01-01,,2027-01-01",
        "5,e@x.y,Sales,2020-01-01,2026-11-26,",
    )  # fmt: skip
    accounts = pa.table({name: pa.array([], kind) for name, kind in (
        ("user_id", pa.string()), ("email_address", pa.string()), ("enterprise_employee_number", pa.string()),
        ("is_guest", pa.bool_()),
    )})  # fmt: skip
    rows = people.match(accounts, its, Rules()).roster_only.to_pylist()
    assert {row["employee"]: (row["department"], row["employed"]) for row in rows} == {
        "1": ("Sales", True), "2": ("Sales", False), "3": ("Sales", False), "4": ("Now", True), "5": ("Sales", True),
    }  # fmt: skip


def test_the_roster_of_the_settings_is_read_as_they_say(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("Kontakt,Unit,hired\na@x.y,Sales,03/04/2024\n")
    variables = {
        "SLACKANALYTICS_HR_FILE": str(tmp_path / "r.csv"),
        "SLACKANALYTICS_HR_COLUMNS": "employee_email=Kontakt,department=Unit",
        "SLACKANALYTICS_HR_DATES": "dmy",
        "SLACKANALYTICS_HR_PLUS": "on",
        "SLACKANALYTICS_HR_DOMAINS": "Old.example=example.com",
        "SLACKANALYTICS_HR_ALIASES": str(tmp_path / "aliases.csv"),
    }
    (tmp_path / "aliases.csv").write_text("n@x.y,a@x.y\n")
    its = people.roster_of(Settings.from_environment(variables), today=TODAY)
    assert its
    assert (its.entries[0].department, its.entries[0].hire_date) == ("Sales", date(2024, 4, 3))
    rules = Rules.of(Settings.from_environment(variables))
    assert rules == Rules(plus=True, domains={"old.example": "example.com"}, aliases={"n@x.y": "a@x.y"})
    assert people.roster_of(Settings.from_environment({}), today=TODAY) is None


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("SLACKANALYTICS_HR_COLUMNS", "employee_email"), ("SLACKANALYTICS_HR_COLUMNS", "a=b,a=c"),
        ("SLACKANALYTICS_HR_DATES", "ymd"), ("SLACKANALYTICS_HR_PLUS", "yes"), ("SLACKANALYTICS_HR_DOMAINS", "old.example"),
        ("SLACKANALYTICS_HR_DOMAINS", "old=example.com"), ("SLACKANALYTICS_HR_DOMAINS", "a.b=c.d,c.d=e.f"),
        ("SLACKANALYTICS_HR_DOMAINS", "@a.b=c.d"), ("SLACKANALYTICS_HR_DOMAINS", "a.b=c.d,a.b=e.f"),
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_meant_is_an_error_that_names_it(variable: str, text: str) -> None:
    with pytest.raises(ConfigurationError, match=variable):
        Settings.from_environment({variable: text})


days = st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 20))
rows = st.lists(st.tuples(st.sampled_from("12"), st.sampled_from("ABC"), days, days), min_size=1, max_size=6)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows)
def test_on_no_day_is_anybody_in_two_departments(
    tmp_path: Path, rows: list[tuple[str, str, date | None, date | None]]
) -> None:
    """And on each day it is that of the newest row that has begun, unless employment is over by it."""
    starts = [(person, since) for person, _, since, _ in rows]
    assume(len(set(starts)) == len(starts))
    its = roster(
        tmp_path / "r.csv",
        *(f"{who},p{who}@x.y,{where},,{left or ''},{since or ''}" for who, where, since, left in rows),
    )
    spans = [(each["since"] or date.min, each["until"] or date.max) for each in table(its).to_pylist()]
    assert all(since < until for since, until in spans)
    for day in (date(2025, 12, 31) + timedelta(days=n) for n in range(24)):
        for person in "12":
            held = [row for row in rows if row[0] == person]
            begun = held if len(held) == 1 else [row for row in held if (row[2] or date.min) <= day]
            newest = max(begun, key=lambda row: row[2] or date.min, default=None)
            expected = [newest[1]] if newest and not (newest[3] and newest[3] <= day) else []
            assert department_on(its, day).get(person, []) == expected
