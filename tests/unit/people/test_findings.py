"""What somebody should look at: leavers, joiners, rules that would match more. And lists that no program computes."""

from __future__ import annotations

import csv
import stat
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from athena_federation.errors import QueryError
from slackanalytics import people
from slackanalytics.people import Rules, export
from slackanalytics.people.findings import ACTIVITY, Findings, findings

TODAY, NEWEST = date(2026, 11, 25), date(2026, 11, 23)
Account = tuple[str, str | None, str | None, date | None, date | None]


def found(path: Path, rows: list[str], accounts: list[Account], rules: Rules | None = None) -> Findings:
    path.write_text("\n".join(["Employee ID,Email,Dept,Hired,Terminated", *rows]) + "\n")
    roster = people.read(path, today=TODAY)
    names = ("user_id", "email_address", "enterprise_employee_number", "last_active", "last_billable")
    activity = pa.Table.from_pylist(
        [{**dict(zip(names, account, strict=True)), "is_guest": False} for account in accounts], schema=ACTIVITY
    )
    rules = rules or Rules()
    return findings(activity, roster, people.match(activity, roster, rules), rules, newest=NEWEST)


def test_a_leaver_is_found_when_active_since_or_billed_still(tmp_path: Path) -> None:
    rows = [f"{n},p{n}@x.y,Sales,2020-01-01,{left}" for n, left in enumerate(("2026-11-10",) * 5 + ("", "2026-11-24"))]
    before, on, newest = date(2026, 11, 9), date(2026, 11, 10), NEWEST
    accounts: list[Account] = [
        ("W0", "p0@x.y", None, before, None), ("W1", "p1@x.y", None, on, None), ("W2", "p2@x.y", None, before, newest),
        ("W3", "p3@x.y", None, newest, newest), ("W4", "p4@x.y", None, None, before), ("W5", "p5@x.y", None, newest, newest),
        ("W6", "p6@x.y", None, newest, newest),
    ]  # fmt: skip
    its = found(tmp_path / "r.csv", rows, accounts)
    assert [(each.user_id, each.active, each.billable) for each in its.leavers] == [
        ("W1", True, False), ("W2", False, True), ("W3", True, True),
    ]  # fmt: skip


def test_those_without_an_account_are_employed_today_and_some_have_just_joined(tmp_path: Path) -> None:
    rows = [
        "1,a@x.y,Sales,2026-10-29,", "2,b@x.y,Sales,2020-01-01,2026-01-01", "3,c@x.y,Sales,2027-01-01,",
        "4,d@x.y,Sales,2026-10-28,", "5,e@x.y,Sales,,",
    ]  # fmt: skip
    its = found(tmp_path / "r.csv", rows, [])
    assert its.without_account["employee"].to_pylist() == ["1", "4", "5"]
    assert its.joiners == 1


def test_rules_that_would_match_more_are_suggested(tmp_path: Path) -> None:
    rows = [f"{n:03d},p{n}@x.y,Sales,," for n in range(9)]
    accounts: list[Account] = [(f"W{n}", f"p{n}@old.example", None, None, None) for n in range(3)]
    accounts += [(f"W{n}", f"p{n}+s@x.y", None, None, None) for n in (3, 4)]
    accounts += [("W5", "p5@rare.example", None, None, None), ("W6", "p6@x.y", "6", None, None)]
    its = found(tmp_path / "r.csv", rows, accounts)
    assert [(each.setting, each.accounts) for each in its.suggestions] == [
        ("SLACKANALYTICS_HR_PLUS=on", 2),
        ("SLACKANALYTICS_HR_DOMAINS=old.example=x.y", 3),
    ]
    assert its.zeros == 1
    assert found(tmp_path / "r.csv", rows, accounts, Rules(plus=True, domains={"old.example": "x.y"})).suggestions == ()


def test_a_domain_that_fits_two_is_not_suggested(tmp_path: Path) -> None:
    rows = [f"{n},p{n % 3}@{'x.y' if n < 3 else 'y.z'},Sales,," for n in range(6)]
    accounts: list[Account] = [(f"W{n}", f"p{n}@old.example", None, None, None) for n in range(3)]
    assert found(tmp_path / "r.csv", rows, accounts).suggestions == ()


def test_accounts_of_several_people_and_people_of_several_accounts_are_counted(tmp_path: Path) -> None:
    rows = ["1,Ada@x.y,Sales,,", "2,ada@x.y,Sales,,", "3,bo@x.y,Sales,,"]
    accounts: list[Account] = [
        ("W1", "ADA@x.y", None, None, None), ("W2", "bo@x.y", None, None, None), ("W3", "BO@x.y", None, None, None),
    ]  # fmt: skip
    its = found(tmp_path / "r.csv", rows, accounts)
    assert (its.ambiguous, its.shared) == (1, 1)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_a_spreadsheet_would_compute_begins_with_an_apostrophe(start: str) -> None:
    assert export.defended(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"


@given(st.lists(st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\0")), min_size=1, max_size=5))
def test_an_exported_cell_is_never_a_formula_and_loses_nothing(
    tmp_path_factory: pytest.TempPathFactory, cells: list[str | None]
) -> None:
    path = tmp_path_factory.mktemp("export") / "list.csv"
    export.write(path, pa.table({"name": pa.array(cells, pa.string())}))
    with path.open(encoding="utf-8", newline="") as file:
        read = [row[0] if row else "" for row in csv.reader(file)][1:]
    computed = [(cell or "?")[:1] in "=+-@\t\r" for cell in cells]
    assert read == [f"'{cell}" if its else cell or "" for cell, its in zip(cells, computed, strict=True)]
    assert not any(cell.startswith(export.DANGEROUS) for cell in read)


def test_a_list_of_people_is_for_its_owner_alone(tmp_path: Path) -> None:
    export.write(tmp_path / "list.csv", pa.table({"name": ["Ada"]}))
    assert stat.S_IMODE((tmp_path / "list.csv").stat().st_mode) == 0o600
    with pytest.raises(QueryError, match="cannot be written: No such file"):
        export.write(tmp_path / "none" / "list.csv", pa.table({"name": ["Ada"]}))
