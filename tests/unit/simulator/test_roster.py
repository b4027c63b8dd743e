from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from slackanalytics.simulator.company import DEPARTMENTS, Company
from slackanalytics.simulator.roster import COLUMNS, roster_csv, write_roster

TODAY = date(2026, 11, 23)


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture(scope="module")
def roster() -> list[dict[str, str]]:
    return read(roster_csv(Company(), TODAY))


def test_the_columns_are_the_documented_ones(roster: list[dict[str, str]]) -> None:
    assert tuple(roster[0]) == COLUMNS


def test_each_person_is_one_row(roster: list[dict[str, str]]) -> None:
    for key in ("employee_email", "employee_number"):
        assert len({row[key].strip().lower() for row in roster}) == len(roster)


def test_only_the_eight_departments_occur(roster: list[dict[str, str]]) -> None:
    assert {row["department"] for row in roster} == {department.name for department in DEPARTMENTS}


def test_most_members_are_found_by_address_and_more_by_number(roster: list[dict[str, str]]) -> None:
    members = list(Company().people(TODAY, TODAY))
    addresses, numbers = ({row[key] for row in roster} for key in ("employee_email", "employee_number"))
    by_address = sum(person.slack_email in addresses for person in members)
    by_number = sum(person.employee_number in numbers for person in members)
    assert 820 < by_address < 870
    assert 930 < by_number < 970


def test_employees_are_hired_by_now_and_leavers_are_remembered_for_400_days(roster: list[dict[str, str]]) -> None:
    leavers = [row["termination_date"] for row in roster if row["termination_date"]]
    assert 100 < len(leavers) < 250
    assert str(TODAY - timedelta(days=400)) <= min(leavers) <= max(leavers) <= str(TODAY)
    assert all(row["hire_date"] <= row["effective_date"] <= str(TODAY) for row in roster)


def test_some_employees_have_no_account(roster: list[dict[str, str]]) -> None:
    members = {person.employee_number for person in Company().people(TODAY - timedelta(days=400), TODAY)}
    assert 5 < sum(row["employee_number"] not in members for row in roster) < 20


def test_everybody_reports_to_somebody_employed_up_to_the_head_of_the_department(roster: list[dict[str, str]]) -> None:
    employed = {row["employee_email"].strip(): row for row in roster if not row["termination_date"]}
    for row in employed.values():
        steps, boss = 0, row
        while boss["manager_email"]:
            boss = employed[boss["manager_email"]]
            assert boss["department"] == row["department"]
            steps += 1
            assert steps < 4
        assert boss["job_title"].startswith("Head of")


def test_with_history_those_who_moved_lately_are_two_rows() -> None:
    rows = read(roster_csv(Company(), TODAY, history=True))
    repeated = {number for number, times in Counter(row["employee_number"] for row in rows).items() if times == 2}
    assert 10 < len(repeated) < 40
    for number in repeated:
        former, present = [row for row in rows if row["employee_number"] == number]
        assert former["department"] != present["department"]
        assert former["effective_date"] < present["effective_date"]


def test_a_move_shows_from_its_day_on() -> None:
    company = Company()
    person = next(
        person
        for person in company.people(TODAY, TODAY)
        if TODAY.toordinal() - 300 < person.moved < TODAY.toordinal() and person.is_in_roster
    )
    moved = date.fromordinal(person.moved)
    for day, department in ((moved - timedelta(1), person.former), (moved, person.crowd)):
        (row,) = [row for row in read(roster_csv(company, day)) if row["employee_number"] == person.employee_number]
        assert row["department"] == DEPARTMENTS[department].name


def test_the_file_is_the_text_in_utf_8(tmp_path: Path) -> None:
    write_roster(Company(300), TODAY, tmp_path / "HR_dataset.csv")
    written = (tmp_path / "HR_dataset.csv").read_bytes()
    assert written.decode("utf-8") == roster_csv(Company(300), TODAY)
    assert not written.startswith(b"\xef\xbb\xbf")
    assert not written.isascii()
