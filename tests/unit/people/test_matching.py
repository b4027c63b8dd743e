"""Whose an account is: as a brute-force reading of the rules says, over rosters and accounts made to collide."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slackanalytics import people
from slackanalytics.people import Matching, Roster, Rules
from slackanalytics.people.addresses import without_tag
from slackanalytics.people.rules import alias_file

TODAY = date(2026, 11, 25)
DOMAINS = {"old.example": "example.com", "older.example": "example.com"}
Account = tuple[str, str | None, str | None, bool]


def roster(path: Path, rows: Sequence[tuple[str, str]]) -> Roster:
    """People by number and address."""
    quoted = "".join(f'"{number}","{address}"\n' for number, address in rows)
    path.write_text(
        "number,address,department\n".replace("number,address", "Employee ID,Work Email")
        + quoted.replace('"\n', '",X\n')
    )
    return people.read(path, today=TODAY)


def accounts(rows: Sequence[Account]) -> pa.Table:
    names = ("user_id", "email_address", "enterprise_employee_number", "is_guest")
    kinds = (pa.string(), pa.string(), pa.string(), pa.bool_())
    return pa.table([pa.array([row[n] for row in rows], kind) for n, kind in enumerate(kinds)], names=names)


def one(matching: Matching) -> dict[str, Any]:
    (row,) = matching.accounts.to_pylist()
    return dict(row)


# ── the oracle: every person is looked at, for every rule, for every account ────────────────────────────────────────


def fold(address: str) -> str:
    return unicodedata.normalize("NFKC", address).strip().casefold()


def untagged(address: str) -> str:
    local, domain = fold(address).split("@")
    return f"{local.split('+')[0]}@{domain}" if "+" in local and not local.startswith("+") else fold(address)


def moved(address: str) -> str:
    local, domain = fold(address).split("@")
    return f"{local}@{DOMAINS.get(domain, domain)}"


def expected(account: Account, rows: Sequence[tuple[str, str]], rules: Rules) -> tuple[str, str]:
    """Person and rule for an account, by the words of the documentation."""
    user_id, address, number, _ = account
    if number is not None and any(number.strip() == key for key, _ in rows):
        return number.strip(), "employee number"
    if address is None:
        return user_id, "none"
    forms: list[tuple[str, Callable[[str], str]]] = [("exact", str), ("normalised", fold)]
    if rules.plus:
        forms.append(("plus address", untagged))
    if rules.domains:
        forms.append(("domain alias", (lambda text: untagged(moved(text))) if rules.plus else moved))
    for rule, form in forms:
        fitting = [key for key, written in rows if form(written) == form(address)]
        if len(fitting) == 1:
            return fitting[0], rule
        if fitting:
            break
    meant = rules.aliases.get(fold(address))
    named = [key for key, written in rows if fold(written) == meant] if meant else []
    return (named[0], "alias file") if len(named) == 1 else (user_id, "none")


names = st.sampled_from(["a", "A", "ａ", "a+x", "A+y", "b", "B", "b+x", "straße", "STRASSE", "+x", "+y"])
domains = st.sampled_from(["example.com", "Example.com", "old.example", "older.example", "other.example"])
addresses = st.builds(lambda name, domain: f"{name}@{domain}", names, domains)
written = st.builds(
    lambda left, address, right: f"{left}{address}{right}",
    st.sampled_from(["", " "]),
    addresses,
    st.sampled_from(["", " ", "\u00a0"]),
)
rosters = st.lists(written, min_size=1, max_size=6, unique_by=str.strip)
rules = st.builds(
    Rules,
    plus=st.booleans(),
    domains=st.sampled_from([{}, DOMAINS]),
    aliases=st.dictionaries(addresses.map(fold), addresses.map(fold), max_size=3),
)
slack = st.lists(
    st.tuples(st.none() | addresses, st.none() | st.sampled_from(["1", " 2 ", "03", "3", ""]), st.booleans()),
    max_size=6,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rosters, slack, rules)
def test_each_account_is_whose_the_rules_say(
    tmp_path: Path, their: list[str], given_accounts: list[tuple[str | None, str | None, bool]], rules: Rules
) -> None:
    rows = [(str(number), address) for number, address in enumerate(their, start=1)]
    held: list[Account] = [(f"W{n}", *each) for n, each in enumerate(given_accounts)]
    found = people.match(accounts(held), roster(tmp_path / "r.csv", rows), rules)
    assert [
        (row["user_id"], row["employee"], row["matched_by"], row["kind"]) for row in found.accounts.to_pylist()
    ] == [(account[0], *expected(account, rows, rules), "guest" if account[3] else "member") for account in held]
    nobody = {row["user_id"] for row in found.accounts.to_pylist() if row["matched_by"] == "none"}
    assert set(found.unmatched["user_id"].to_pylist()) == nobody
    owners = {row["employee"] for row in found.accounts.to_pylist() if row["matched_by"] != "none"}
    assert owners | set(found.roster_only["employee"].to_pylist()) == {number for number, _ in rows}
    assert owners.isdisjoint(found.roster_only["employee"].to_pylist())


# ── one by one ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_number_decides_before_the_address(tmp_path: Path) -> None:
    its = roster(tmp_path / "r.csv", [("007", "ada@example.com"), ("8", "bo@example.com")])
    assert one(people.match(accounts([("W1", "bo@example.com", "007", False)]), its, Rules()))["employee"] == "007"
    lost_zeros = one(people.match(accounts([("W1", "bo@example.com", "7", False)]), its, Rules()))
    assert (lost_zeros["employee"], lost_zeros["matched_by"]) == ("8", "exact")


def test_an_account_that_could_be_two_peoples_is_nobodys_until_the_alias_file_says_whose(tmp_path: Path) -> None:
    its = roster(tmp_path / "r.csv", [("1", "Ada@example.com"), ("2", "ada@example.com")])
    account = accounts([("W1", "ADA@example.com", None, False)])
    found = people.match(account, its, Rules())
    assert (one(found)["employee"], one(found)["matched_by"]) == ("W1", "none")
    assert found.unmatched["reason"].to_pylist() == ["could be 2 people's (normalised)"]
    settled = people.match(account, its, Rules(aliases={"ada@example.com": "2"}))
    assert (one(settled)["employee"], one(settled)["matched_by"]) == ("2", "alias file")


def test_a_tag_that_somebody_has_as_their_address_is_theirs(tmp_path: Path) -> None:
    its = roster(tmp_path / "r.csv", [("1", "ada@example.com"), ("2", "ada+lab@example.com")])
    rules = Rules(plus=True)
    assert one(people.match(accounts([("W1", "ada+lab@example.com", None, False)]), its, rules))["employee"] == "2"
    assert one(people.match(accounts([("W1", "ada+x@example.com", None, False)]), its, rules))["matched_by"] == "none"


@pytest.mark.parametrize(
    ("address", "without"),
    [("a+b+c@x.y", "a@x.y"), ("a@x.y", "a@x.y"), ("+b@x.y", "+b@x.y"), ("nobody", "nobody"), ("a+b", "a+b")],
)
def test_an_address_without_its_tag_is_still_an_address(address: str, without: str) -> None:
    assert without_tag(address) == without


def test_two_accounts_of_one_person_are_one_employee(tmp_path: Path) -> None:
    its = roster(tmp_path / "r.csv", [("1", "ada@example.com")])
    found = people.match(
        accounts([("W1", "ada@example.com", None, False), ("W2", "ADA@example.com", None, False)]), its, Rules()
    )
    assert found.accounts["employee"].to_pylist() == ["1", "1"]


def test_a_service_account_is_a_bot_even_where_its_address_is_somebodys(tmp_path: Path) -> None:
    its = roster(tmp_path / "r.csv", [("1", "ada@example.com")])
    found = people.match(
        accounts([("W1", "ada@example.com", None, False)]), its, Rules(aliases={"ada@example.com": "bot"})
    )
    assert (one(found)["kind"], one(found)["employee"], one(found)["matched_by"]) == ("bot", "W1", "none")
    assert found.rate == 1.0


def test_no_account_is_counted_twice(tmp_path: Path) -> None:
    its = roster(tmp_path / "r.csv", [("1", "ada@example.com")])
    with pytest.raises(ValueError, match="W1 is there twice"):
        people.match(accounts([("W1", None, None, False), ("W1", None, None, False)]), its, Rules())


def test_no_accounts_at_all_are_no_defect(tmp_path: Path) -> None:
    found = people.match(accounts([]), roster(tmp_path / "r.csv", [("1", "ada@example.com")]), Rules())
    assert (found.accounts.num_rows, found.unmatched.num_rows, found.roster_only.num_rows, found.rate) == (0, 0, 1, 1.0)


def test_the_alias_file_names_addresses_numbers_and_bots(tmp_path: Path) -> None:
    path = tmp_path / "aliases.csv"
    path.write_text("Slack;Roster\nNick@Example.com; Ada@Example.com\nx@example.com;AB 12\nsvc@example.com;Bot\n")
    assert alias_file(path) == {
        "nick@example.com": "ada@example.com",
        "x@example.com": "AB 12",
        "svc@example.com": "bot",
    }
    path.write_text("nick@example.com,ada@example.com\n")
    assert alias_file(path) == {"nick@example.com": "ada@example.com"}


@pytest.mark.parametrize(
    "text", ["a@b.c,d@e.f\nno address,x@y.z\n", "a@b.c,d@e.f\na@b.c,\n", "a@b.c,x@y.z\nA@b.c,other@y.z\n"]
)
def test_a_line_of_the_alias_file_that_cannot_be_meant_is_an_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "aliases.csv"
    path.write_text(text)
    with pytest.raises(Exception, match=r"aliases\.csv, line 2"):
        alias_file(path)
