"""Files as people export them: encodings, delimiters, titles, workbooks, directories. Every row keeps its place."""

from __future__ import annotations

import csv
import io
import json
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.people.workbook import Page, write

from athena_federation.errors import QueryError
from slackanalytics import people
from slackanalytics.people.directories import EXTENSION

TODAY = date(2026, 11, 25)
HEADER = ["Employee ID", "Work Email", "Department"]
ROWS = [
    ["0042", "jörg@example.com", "Vertrieb; Süd"],
    ["7", "ada@example.com", 'The "Lab",\nupstairs'],
    ["8", "bo@example.com", "R|D\tX"],
]
ENCODINGS = {
    "utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
}  # fmt: skip


def text(rows: list[list[str]], delimiter: str = ",", end: str = "\r\n") -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return out.getvalue()


def saved(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_encoding_and_delimiter_reads_the_same(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = saved(tmp_path / "r.csv", text([HEADER, *ROWS], delimiter).encode(encoding))
    its = people.read(path, today=TODAY)
    assert [entry.employee_number for entry in its.entries] == ["0042", "7", "8"]
    assert its.entries[0].employee_email == "jörg@example.com"
    assert [entry.department for entry in its.entries] == ["Vertrieb; Süd", 'The "Lab", upstairs', "R|D X"]
    assert [entry.place for entry in its.entries] == [2, 3, 5]
    assert ENCODINGS[encoding] in its.form


cells = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Zl", "Zp", "Zs")), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(cells, cells), max_size=5),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_is_quoted_comes_back_whatever_it_holds(
    tmp_path: Path, rows: list[tuple[str, str]], delimiter: str, encoding: str
) -> None:
    body = [[str(n), f"p{n}@example.com", f"x{one}\n{two}"] for n, (one, two) in enumerate(rows, start=1)]
    path = saved(tmp_path / "r.csv", text([HEADER, *body, ["z", "z@example.com", "z"]], delimiter).encode(encoding))
    its = people.text_table(path)
    assert its.column(2).to_pylist() == [row[2] for row in body] + ["z"]


def test_titles_above_the_header_are_skipped_and_lines_still_count_from_the_top(tmp_path: Path) -> None:
    content = "Employees of Example Corp\r\nas of 2026-11-01;;\r\n\r\n" + text(
        [HEADER, ["", "no address", "x"], *ROWS], ";"
    )
    its = people.read(saved(tmp_path / "r.csv", content), today=TODAY)
    assert its.people == 3
    assert its.form == "text in UTF-8, semicolons between values, header in line 4"
    assert [(each.place, each.reason) for each in its.rejected] == [(5, "the e-mail address has no @")]
    assert people.text_table(tmp_path / "r.csv").num_rows == 4


def test_people_whose_titles_are_like_headings_are_not_taken_for_the_header(tmp_path: Path) -> None:
    content = "Work Email,Rolle,Ort\na@x.y,Manager,Office\n,Site,Department\nb@x.y,Supervisor,City\n"
    its = people.read(saved(tmp_path / "r.csv", content), today=TODAY)
    assert [entry.place for entry in its.entries] == [2, 4]
    content = "Kontakt,Rolle\na@x.y,Manager\n,Site\n"
    path = saved(tmp_path / "s.csv", content)
    with pytest.raises(QueryError, match=r"no column looks like .* there are: Kontakt, Rolle"):
        people.read(saved(path, "Kontakt,Rolle\na@x.y,Manager\n"), today=TODAY)
    assert people.read(saved(path, content), today=TODAY, mapping={"employee_email": "Kontakt"}).entries[0].place == 2


def test_the_line_by_which_excel_names_its_delimiter_is_obeyed(tmp_path: Path) -> None:
    its = people.read(
        saved(tmp_path / "r.csv", "sep=;\r\n" + text([HEADER, ["1", "a@x.y", "A,B,C,D"]], ";")), today=TODAY
    )
    assert (its.entries[0].department, its.entries[0].place) == ("A,B,C,D", 3)


def test_rows_that_cannot_be_used_are_rejected_by_line_and_the_others_are_kept(tmp_path: Path) -> None:
    content = text([
        [*HEADER, "Hired"],
        ["1", "a@example.com", "Sales", ""],
        ["2", "b@example.com", "Sales"],
        ["3", "c@example.com", "Sales", "", ""],
        ["4", "d@example.com", "Sales", "", "more"],
        ["", "", "", ""],
        ["", " ", "Sales", ""],
        ["6", "e e@example.com", "Sales", ""],
        ["7", "f@g@example.com", "Sales", ""],
        ["8", "@example.com", "Sales", ""],
        ["9", "h@example.com", "Sales", "soon"],
        ["10", "n/a", "Sales", "2024-01-01"],
        ["Total", "10 people", "", ""],
        ["Summe:", "", "", ""],
    ])  # fmt: skip
    its = people.read(saved(tmp_path / "r.csv", content), today=TODAY)
    assert [entry.employee_number for entry in its.entries] == ["1", "3", "10"]
    assert its.entries[2].employee_email is None
    assert [(each.place, each.reason) for each in its.rejected] == [
        (3, "3 values, where the header names 4 columns"),
        (5, "5 values, where the header names 4 columns"),
        (7, "neither an e-mail address nor an employee number"),
        (8, "the e-mail address has a blank in it"),
        (9, "the e-mail address has more than one @"),
        (10, "the e-mail address has nothing before or after its @"),
        (11, "hire_date is not a date"),
        (13, "the e-mail address has no @"),
        (14, "a line of totals, and no person"),
    ]
    assert its.read == 12


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "the file is empty"),
        (b"\n\n", "the file is empty"),
        (b'Work Email,Dept\na@x.y,"Ops\nb@x.y,Ops\n', "line 2: not CSV .* quotation mark left open"),
        (b"Work Email,Dept\n\xe4@x.y,M\xc3\xbcnchen\nb@x.y,K\xc3\xb6ln\n", "a mixture of both"),
        (b"Work Email\n\x81\n", "not text in UTF-8, UTF-16 or Windows-1252"),
        (b"\xff\xfeW\x00o\x00", "no column looks like"),
        (b"\xff\xfeW\x00o\x00r", "not whole as text in UTF-16"),
        (b"Work Email\nx\n", "none of 1 rows can be used; the first: line 2: the e-mail address has no @"),
        (b"PK\x03\x04nonsense", "cannot be read as a workbook"),
        (b"\xd0\xcf\x11\xe0nonsense", "cannot be read as a workbook"),
        (b'{"Resources": [', "not whole as JSON"),
        (b'{"Resources": []}', "no SCIM users"),
        (b"[1, 2]", "not SCIM"),
        (b'{"totalResults": 3, "Resources": [{"userName": "a@x.y"}]}', "holds 1 of 3 users"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_one_clear_error(tmp_path: Path, content: bytes, complaint: str) -> None:
    with pytest.raises(QueryError, match=complaint) as caught:
        people.read(saved(tmp_path / "r.csv", content), today=TODAY)
    assert "r.csv" in str(caught.value)


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(QueryError, match=r"none\.csv: No such file"):
        people.read(tmp_path / "none.csv", today=TODAY)


def test_a_workbook_means_what_its_cells_mean(tmp_path: Path) -> None:
    path = write(tmp_path / "r.xlsx", {
        "Old": Page([HEADER, ["9", "old@example.com", "Sales"]], hidden=True),
        "Read me": [["Exported for you"]],
        "Staff": [
            ["Staff as of today"], [],
            [*HEADER, "Hire Date", "Termination Date"],
            ["0042", "ada@example.com", "Sales", date(2024, 3, 1), 46_000],
            [1234.0, "bo@example.com", True, "2024-03-02", None],
            [None, "nobody", None, None, None],
        ],
    })  # fmt: skip
    its = people.read(path, today=TODAY)
    ada, bo = its.entries
    assert (ada.employee_number, ada.hire_date, ada.termination_date) == ("0042", date(2024, 3, 1), date(2025, 12, 9))
    assert (bo.employee_number, bo.department, bo.hire_date) == ("1234", "true", date(2024, 3, 2))
    assert (its.unit, ada.place, its.rejected[0].place) == ("row", 4, 6)
    assert its.notes[0] == "sheets not read: Read me"
    assert people.text_table(path).to_pylist()[0] == {
        "employee_id": "0042", "work_email": "ada@example.com", "department": "Sales", "hire_date": "2024-03-01",
        "termination_date": "46000",
    }  # fmt: skip


def user(number: int, **attributes: Any) -> dict[str, Any]:
    return {"id": f"id{number}", "userName": f"p{number}@example.com", "active": True, **attributes}


def listing(*users: dict[str, Any]) -> dict[str, Any]:
    schemas = ["urn:ietf:params:scim:api:messages:2.0:ListResponse"]
    return {"schemas": schemas, "totalResults": len(users), "Resources": list(users)}


def test_a_scim_listing_is_a_roster(tmp_path: Path) -> None:
    emails = [{"value": "home@home.example", "type": "home"}, {"value": "ada@example.com", "type": "work"}]
    ada = user(
        1, emails=emails, title="Engineer", userType="Contractor", displayName="Ada",
        addresses=[{"type": "home", "locality": "Home"}, {"type": "work", "locality": "London"}],
        **{EXTENSION: {"employeeNumber": "0042", "department": "R&D", "costCenter": "4711", "manager": {"value": "id2"}}},
    )  # fmt: skip
    path = saved(tmp_path / "r.json", json.dumps(listing(ada, user(2, active=False), {"id": "x", "userName": "robot"})))
    its = people.read(path, today=TODAY)
    assert its.rows.to_pylist()[0] == {
        "employee_email": "ada@example.com", "employee_number": "0042", "department": "R&D", "location": "London",
        "manager_email": "p2@example.com", "job_title": "Engineer", "cost_center": "4711", "worker_type": "Contractor",
        "hire_date": None, "termination_date": None, "effective_from": None,
    }  # fmt: skip
    assert its.entries[1].employee_email == "p2@example.com"
    assert [(each.place, its.unit) for each in its.rejected] == [(3, "user")]
    assert "1 user not active there" in its.notes[0]


def test_pages_of_a_scim_listing_are_read_together(tmp_path: Path) -> None:
    pages = [{"totalResults": 2, "Resources": [user(n)]} for n in (1, 2)]
    assert people.read(saved(tmp_path / "r.json", json.dumps(pages)), today=TODAY).people == 2
    assert people.read(saved(tmp_path / "s.json", json.dumps([user(1), user(2)])), today=TODAY).people == 2


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just("a@x.y"),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["value", "type", "manager"]), inner, max_size=2)
    ),
)
attributes = ("id", "userName", "emails", "addresses", "active", "title", EXTENSION, "totalResults", "Resources")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(attributes), anything), st.booleans())
def test_a_listing_that_is_not_as_scim_says_is_an_error_and_no_defect(
    tmp_path: Path, odd: dict[str, Any], within: bool
) -> None:
    path = saved(tmp_path / "r.json", json.dumps({"Resources": [odd]} if within else odd))
    with suppress(QueryError):
        assert people.read(path, today=TODAY).people == 1


def test_a_primary_address_comes_first(tmp_path: Path) -> None:
    emails = [{"value": "work@example.com", "type": "work"}, {"value": "main@example.com", "primary": True}]
    its = people.read(saved(tmp_path / "r.json", json.dumps(listing(user(1, emails=emails)))), today=TODAY)
    assert its.entries[0].employee_email == "main@example.com"


def test_the_table_of_a_plain_file_is_that_of_its_text(tmp_path: Path) -> None:
    path = saved(tmp_path / "r.csv", "Employee Email,Team,Hired\nA@Example.com ,, 01/02/2024\n")
    assert people.text_table(path).to_pylist() == [
        {"employee_email": "A@Example.com ", "team": "", "hired": " 01/02/2024"}
    ]
    with pytest.raises(QueryError, match=r"s\.csv, line 2: 3 values, where the header names 2 columns"):
        people.text_table(saved(tmp_path / "s.csv", "Employee Email;Dept\na@x.y;b;c\n"))


def test_names_of_a_table_are_fit_for_sql_and_each_is_there_once(tmp_path: Path) -> None:
    path = write(
        tmp_path / "r.xlsx",
        {"Staff": [["Work E-mail", "Büro (Süd)", "Büro  Süd", None, "X"], ["a@x.y", "1", "2", "3", "4"]]},
    )
    assert people.text_table(path).schema.names == ["work_e_mail", "büro_süd", "büro_süd_2", "column_4", "x"]
