"""Which column is what, by the names that HR systems give them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from athena_federation.errors import QueryError
from slackanalytics import people
from slackanalytics.people.columns import FIELDS, SYNONYMS, key

TODAY = date(2026, 11, 25)
ROW = "0042,ada@example.com,Sales"
EXPORTS = {
    "German": (
        ["Personalnummer", "Nachname", "E-Mail", "Abteilung", "Standort", "Kostenstelle", "Eintrittsdatum", "Austrittsdatum"],
        {"employee_number": "Personalnummer", "employee_email": "E-Mail", "department": "Abteilung", "location": "Standort",
         "cost_center": "Kostenstelle", "hire_date": "Eintrittsdatum", "termination_date": "Austrittsdatum"},
    ),
    "A German payroll": (
        ["Pers.-Nr.", "Nachname, Vorname", "E-Mail (dienstlich)", "E-Mail Vorgesetzter", "Organisationseinheit"],
        {"employee_email": "E-Mail (dienstlich)", "manager_email": "E-Mail Vorgesetzter", "department": "Organisationseinheit",
         "employee_number": "Pers.-Nr."},
    ),
    "French": (
        ["Matricule", "Nom", "Adresse e-mail", "Département", "Poste", "Date d’embauche"],
        {"employee_number": "Matricule", "employee_email": "Adresse e-mail", "department": "Département",
         "job_title": "Poste", "hire_date": "Date d’embauche"},
    ),
    "Workday": (
        ["Employee ID", "Worker", "Email - Primary Work", "Supervisory Organization", "Cost Center", "Location", "Manager",
         "Hire Date", "Termination Date", "Worker Type", "Business Title"],
        {"employee_number": "Employee ID", "employee_email": "Email - Primary Work", "department": "Supervisory Organization",
         "cost_center": "Cost Center", "location": "Location", "hire_date": "Hire Date",
         "termination_date": "Termination Date", "worker_type": "Worker Type", "job_title": "Business Title"},
    ),
    "BambooHR": (
        ["Employee #", "First Name", "Last Name", "workEmail", "homeEmail", "department", "division", "location", "jobTitle",
         "supervisorId", "status", "hireDate", "terminationDate"],
        {"employee_number": "Employee #", "employee_email": "workEmail", "department": "department", "location": "location",
         "job_title": "jobTitle", "hire_date": "hireDate", "termination_date": "terminationDate"},
    ),
    "Entra": (
        ["userPrincipalName", "displayName", "mail", "employeeId", "jobTitle", "department", "officeLocation", "city",
         "employeeType", "employeeHireDate", "employeeLeaveDateTime", "accountEnabled"],
        {"employee_email": "mail", "employee_number": "employeeId", "job_title": "jobTitle", "department": "department",
         "location": "officeLocation", "worker_type": "employeeType", "hire_date": "employeeHireDate",
         "termination_date": "employeeLeaveDateTime"},
    ),
    "Google": (
        ["First Name [Required]", "Last Name [Required]", "Email Address [Required]", "Org Unit Path [Required]",
         "Recovery Email", "Work Secondary Email", "Employee ID", "Employee Type", "Employee Title", "Manager Email",
         "Department", "Cost Center"],
        {"employee_email": "Email Address [Required]", "employee_number": "Employee ID", "worker_type": "Employee Type",
         "job_title": "Employee Title", "manager_email": "Manager Email", "department": "Department",
         "cost_center": "Cost Center"},
    ),
    "Okta": (
        ["user.login", "user.firstName", "user.email", "user.secondEmail", "user.employeeNumber", "user.department",
         "user.division", "user.costCenter", "user.title", "user.userType", "user.managerId"],
        {"employee_email": "user.email", "employee_number": "user.employeeNumber", "department": "user.department",
         "cost_center": "user.costCenter", "job_title": "user.title", "worker_type": "user.userType"},
    ),
    "The sample of the simulator": (
        ["employee_email", "employee_number", "department", "location", "manager_email", "job_title", "hire_date",
         "termination_date", "effective_date"],
        {"employee_email": "employee_email", "employee_number": "employee_number", "department": "department",
         "location": "location", "manager_email": "manager_email", "job_title": "job_title", "hire_date": "hire_date",
         "termination_date": "termination_date", "effective_from": "effective_date"},
    ),
}  # fmt: skip


def written(path: Path, header: list[str], *rows: list[str]) -> Path:
    path.write_text("\n".join(";".join(row) for row in [header, *rows]) + "\n")
    return path


@pytest.mark.parametrize("system", EXPORTS)
def test_the_export_of_a_known_system_needs_no_mapping(tmp_path: Path, system: str) -> None:
    header, used = EXPORTS[system]
    row = ["ada@example.com" if name in {used["employee_email"], used.get("manager_email")} else "" for name in header]
    its = people.read(written(tmp_path / "r.csv", header, row), today=TODAY)
    assert its.columns_used == used
    assert sorted([*its.columns_dropped, *used.values()]) == sorted(header)


def test_each_name_stands_for_one_field() -> None:
    names = [name for ranks in SYNONYMS.values() for rank in ranks for name in rank.split()]
    assert sorted(names) == sorted(set(names))
    assert all(key(name) == name for name in names)


@pytest.mark.parametrize(
    "name", ["Work Email", "work_email", "workEmail", "WORK-EMAIL", " Work\u00a0E-Mail ", "Work\nEmail"]
)
def test_case_blanks_and_signs_of_a_name_do_not_matter(name: str) -> None:
    assert key(name) == "workemail"


def test_what_stands_in_brackets_beside_a_name_does_not_matter_unless_it_says_whose(tmp_path: Path) -> None:
    header = ["E-Mail (privat)", "E-Mail (dienstlich)", "Abteilung", "Eintritt (TT.MM.JJJJ)", "Austritt (dd/mm/yyyy)"]
    path = written(tmp_path / "r.csv", header, ["p@x.y", "d@x.y", "Vertrieb", "31.01.2020", ""])
    its = people.read(path, today=TODAY)
    assert its.columns_used == {"employee_email": header[1], "department": "Abteilung", "hire_date": header[3], "termination_date": header[4]}  # fmt: skip
    assert [entry.employee_email for entry in its.entries] == ["d@x.y"]


def test_without_a_column_of_addresses_the_error_lists_what_there_is(tmp_path: Path) -> None:
    path = written(tmp_path / "r.csv", ["Name", "Department", "Kontakt"], ["Ada", "Sales", "ada@example.com"])
    with pytest.raises(QueryError, match=r"no column looks like .*Name, Department, Kontakt.*--column employee_email="):
        people.read(path, today=TODAY)
    its = people.read(path, today=TODAY, mapping={"employee_email": "kontakt"})
    assert its.entries[0].employee_email == "ada@example.com"


def test_two_columns_that_could_each_be_the_address_are_an_error_unless_they_say_the_same(tmp_path: Path) -> None:
    header = ["Email", "E-Mail Address", "Dept"]
    path = written(tmp_path / "r.csv", header, ["a@x.y", "a@x.y", "S"], ["b@x.y", "c@x.y", "S"])
    with pytest.raises(
        QueryError, match=r'Email and E-Mail Address could each be employee_email, .* --column employee_email="Email"'
    ):
        people.read(path, today=TODAY)
    its = people.read(path, today=TODAY, mapping={"employee_email": "E-Mail Address"})
    assert [entry.employee_email for entry in its.entries] == ["a@x.y", "c@x.y"]
    same = written(tmp_path / "s.csv", header, ["a@x.y", "a@x.y", "S"])
    assert people.read(same, today=TODAY).columns_used["employee_email"] == "Email"


def test_a_private_address_is_never_taken(tmp_path: Path) -> None:
    names = ["Home Email", "Personal Email", "Recovery Email", "E-Mail (privat)", "Email (personal)"]
    path = written(tmp_path / "r.csv", names, [f"{n}@x.y" for n in range(len(names))])
    with pytest.raises(QueryError, match="no column looks like the e-mail address"):
        people.read(path, today=TODAY)


@pytest.mark.parametrize(
    ("mapping", "complaint"),
    [
        ({"employee_mail": "Mail"}, "employee_mail is no field of the roster; the fields are employee_email"),
        ({"employee_email": "Post"}, "there is no column 'Post' to be employee_email; there are: Mail, Team"),
    ],
)
def test_a_mapping_that_names_what_is_not_there_is_an_error(
    tmp_path: Path, mapping: dict[str, str], complaint: str
) -> None:
    with pytest.raises(QueryError, match=complaint):
        people.read(written(tmp_path / "r.csv", ["Mail", "Team"], ["a@x.y", "S"]), today=TODAY, mapping=mapping)


def test_a_manager_is_an_address_or_left_out(tmp_path: Path) -> None:
    named = written(tmp_path / "r.csv", ["mail", "manager"], ["a@x.y", "Grace Hopper"], ["b@x.y", ""])
    its = people.read(named, today=TODAY)
    assert its.columns_dropped == ("manager",)
    addressed = written(
        tmp_path / "s.csv", ["mail", "manager"], ["a@x.y", "Boss@X.Y"], ["b@x.y", "nobody"], ["c@x.y", "B@x.y"]
    )
    managers = [entry.manager_email for entry in people.read(addressed, today=TODAY).entries]
    assert managers == ["boss@x.y", None, "b@x.y"]


def test_fields_are_those_of_the_table(tmp_path: Path) -> None:
    its = people.read(written(tmp_path / "r.csv", ["mail"], ["a@x.y"]), today=TODAY)
    assert tuple(its.rows.schema.names) == FIELDS
    assert [note.partition(":")[0] for note in its.notes] == [
        "no column for department", "no column for employee_number", "no column for termination_date",
    ]  # fmt: skip
