"""`--hr FILE`: the table hr.hr_dataset, every column varchar, whatever the roster was exported as."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import pytest
from tests.unit.people.workbook import Cell, write

import slackanalytics
from athena_federation.errors import QueryError
from slackanalytics import people
from slackanalytics.simulator import Company, write_roster

TODAY = date(2026, 11, 23)
JOIN = """
    SELECT COALESCE(h.department, 'Unmatched') AS department, count(DISTINCT m.email_address) AS provisioned
    FROM slackanalytics_catalog.slackanalytics.member_analytics m
    LEFT JOIN hr.hr_dataset h ON lower(m.email_address) = lower(h.employee_email)
    WHERE m.date = '2026-11-20' GROUP BY 1 ORDER BY 1"""


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("roster") / "HR_dataset.csv"
    write_roster(Company(), TODAY, path)
    return path


def answer(hr: Path, sql: str) -> list[tuple[object, ...]]:
    environment = {"SLACKANALYTICS_TODAY": TODAY.isoformat()}
    with slackanalytics.connect(source="demo", hr=hr, environment=environment) as database, database.sql(sql) as found:
        return found.rows()


def exported(plain: Path, folder: Path, form: str) -> Path:
    """The same rows, as another program would export them."""
    with plain.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    path = folder / f"roster.{form}"
    if form == "xlsx":
        sheet: list[list[Cell]] = [[cell or None for cell in row] for row in rows]
        return write(path, {"Staff": sheet})
    encoding = {"tsv": "utf-16", "ssv": "utf-8-sig", "titled": "cp1252"}[form]
    with path.open("w", encoding=encoding, errors="replace", newline="") as file:  # as Excel does: ? for ć
        if form == "titled":
            file.write("Staff of Example Corp;;;\r\n\r\n")
        csv.writer(file, delimiter="\t" if form == "tsv" else ";").writerows(rows)
    return path


def test_a_plain_file_is_taken_as_it_is(plain: Path, tmp_path: Path) -> None:
    odd = tmp_path / "odd.csv"
    odd.write_text("Employee Email,Team,Hired\nA@Example.com ,, 01/02/2024\nA@Example.com ,,x\n")
    assert answer(odd, "SELECT * FROM hr.hr_dataset") == [
        ("A@Example.com ", "", " 01/02/2024"),
        ("A@Example.com ", "", "x"),
    ]
    assert len(answer(plain, JOIN)) == 9


@pytest.mark.parametrize("form", ["xlsx", "tsv", "ssv", "titled"])
def test_the_posts_join_answers_the_same_whatever_the_export(plain: Path, tmp_path: Path, form: str) -> None:
    assert answer(exported(plain, tmp_path, form), JOIN) == answer(plain, JOIN)


def test_a_directory_listing_is_a_table_too(tmp_path: Path) -> None:
    users = [{"userName": "a@example.com", "title": "Engineer"}]
    path = tmp_path / "users.json"
    path.write_text(json.dumps({"totalResults": 1, "Resources": users}))
    assert answer(path, "SELECT employee_email, job_title, department FROM hr.hr_dataset") == [
        ("a@example.com", "Engineer", "")
    ]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"PK\x03\x04nonsense", "cannot be read as a workbook"),
        (b"a;b\n1;2;3\n", "line 2: 3 values"),
        (b"[1]", "not SCIM"),
    ],
)
def test_what_cannot_be_read_is_said_when_connecting(tmp_path: Path, content: bytes, complaint: str) -> None:
    path = tmp_path / "roster"
    path.write_bytes(content)
    with pytest.raises(QueryError, match=complaint):
        slackanalytics.connect(source="demo", hr=path, environment={"SLACKANALYTICS_TODAY": TODAY.isoformat()})


def test_the_roster_that_was_connected_is_the_one_that_is_matched(plain: Path) -> None:
    for hr in (None, plain):
        environment = {"SLACKANALYTICS_TODAY": TODAY.isoformat()}
        with slackanalytics.connect(source="demo", hr=hr, environment=environment) as database:
            its = people.roster_of(database.settings, today=database.today())
            assert its
            assert its.read == its.people > 1_000
