"""A thousand people with planted traps: whose account is whose, and the sums of the departments, are the truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.contract.people.trial import BEGIN, TODAY, Trial, departments, save, trial

from slackanalytics import people
from slackanalytics.people import Matching, Roster, Rules
from slackanalytics.people.findings import findings
from slackanalytics.people.matching import RULES

FORMS = ("csv", "semicolons", "tsv", "xlsx")
Accounts = dict[str, dict[str, Any]]
Matcher = Callable[[pa.Table, Roster, Rules], Matching]


def errors(made: Trial, roster: Roster, matching: Matching) -> list[str]:
    """Where a matching departs from the truth."""
    accounts = {each["user_id"]: each for each in matching.accounts.to_pylist()}
    found = []
    if sorted(accounts) != sorted(made.truth.owner) or len(accounts) != matching.accounts.num_rows:
        found.append("accounts were lost, or are there twice")
    found += owners(made, accounts) + counts(made, matching) + sums(made, matching, accounts)
    if set(matching.roster_only["employee"].to_pylist()) != made.truth.without_account:
        found.append("the people without an account are not the truth")
    whose = {its["employee"] for its in accounts.values()} & set(made.truth.spans)
    if len(whose) + matching.roster_only.num_rows != roster.people:
        found.append("people of the roster were lost, or are there twice")
    return found


def owners(made: Trial, accounts: Accounts) -> list[str]:
    truth = made.truth
    wrong = []
    for user, owner in truth.owner.items():
        its, expected = accounts.get(user, {}), (owner or user, truth.rule[user], truth.kind[user])
        if (its.get("employee"), its.get("matched_by"), its.get("kind")) != expected:
            wrong.append(f"{user}: {its}, where the truth is {expected}")
    return wrong


def counts(made: Trial, matching: Matching) -> list[str]:
    truth = made.truth
    wrong = []
    for kind in ("member", "guest", "bot"):
        true = Counter(truth.rule[user] for user in truth.owner if truth.kind[user] == kind)
        if matching.count(kind=kind) != {rule: true[rule] for rule in RULES}:
            wrong.append(f"the counts of {kind}s are not the truth")
    members = [user for user in truth.owner if truth.kind[user] == "member"]
    if abs(matching.rate - sum(truth.owner[user] is not None for user in members) / len(members)) > 1e-12:
        wrong.append("the match rate is not the truth")
    return wrong


def sums(made: Trial, matching: Matching, accounts: Accounts) -> list[str]:
    wrong = []
    whose = {user: its["employee"] for user, its in accounts.items()}
    for day in (BEGIN + timedelta(days=30 * step) for step in range(13)):
        found, true = departments(matching.tenures, whose, day), made.truth.sums(day)
        if found != true:
            wrong.append(f"{day}: departments are {found}, where the truth is {true}")
    return wrong


@pytest.mark.parametrize("seed", range(8))
def test_matches_and_sums_are_the_truth(seed: int, tmp_path: Path) -> None:
    made = trial(seed)
    roster = people.read(save(made, tmp_path, FORMS[seed % len(FORMS)]), today=TODAY)
    assert {each.place for each in roster.rejected} == made.truth.rejected
    assert roster.read == len(made.rows)
    assert roster.people == len(made.truth.spans)
    assert set(roster.columns_dropped) == {"Full Name", "Salary"}
    assert {each.field for each in roster.spellings} == {"department"}
    matching = people.match(made.table, roster, made.rules)
    assert errors(made, roster, matching) == []
    found = findings(made.table, roster, matching, made.rules, newest=TODAY - timedelta(days=2))
    assert {each.user_id for each in found.leavers if each.active} == made.truth.leavers
    assert found.ambiguous > 0
    assert found.shared > 0


def first_of_several(accounts: pa.Table, roster: Roster, rules: Rules) -> Matching:
    """Broken: where an address could be several people's, it is the first one's."""
    from slackanalytics.people.matching import Index

    matching, index = people.match(accounts, roster, rules), Index(roster, rules)
    given = dict(zip(accounts["user_id"].to_pylist(), accounts["email_address"].to_pylist(), strict=True))
    rows = matching.accounts.to_pylist()
    for row in rows:
        several = index.people["normalised"].get((given[row["user_id"]] or "").casefold(), set())
        if row["matched_by"] == "none" and several:
            row["employee"], row["matched_by"] = min(several), "normalised"
    return changed(matching, accounts=pa.Table.from_pylist(rows, schema=matching.accounts.schema))


def by_the_newest_row(accounts: pa.Table, roster: Roster, rules: Rules) -> Matching:
    """Broken: whoever moved has always been where they are now."""
    matching = people.match(accounts, roster, rules)
    newest = {each["employee"]: {**each, "since": None} for each in matching.tenures.to_pylist()}
    return changed(matching, tenures=pa.Table.from_pylist(list(newest.values()), schema=matching.tenures.schema))


def by_every_row(accounts: pa.Table, roster: Roster, rules: Rules) -> Matching:
    """Broken: as a join does it, whoever moved is in both departments on all days."""
    matching = people.match(accounts, roster, rules)
    always = [{**each, "since": None, "until": None} for each in matching.tenures.to_pylist()]
    return changed(matching, tenures=pa.Table.from_pylist(always, schema=matching.tenures.schema))


def without_the_unmatched(accounts: pa.Table, roster: Roster, rules: Rules) -> Matching:
    """Broken: an inner join, which forgets whom the roster does not have."""
    matching = people.match(accounts, roster, rules)
    rows = [row for row in matching.accounts.to_pylist() if row["matched_by"] != "none"]
    return changed(matching, accounts=pa.Table.from_pylist(rows, schema=matching.accounts.schema))


def without_numbers(accounts: pa.Table, roster: Roster, rules: Rules) -> Matching:
    """Broken: addresses alone."""
    place = accounts.schema.names.index("enterprise_employee_number")
    nothing = pa.nulls(accounts.num_rows, pa.string())
    return people.match(accounts.set_column(place, "enterprise_employee_number", nothing), roster, rules)


def changed(matching: Matching, *, accounts: pa.Table | None = None, tenures: pa.Table | None = None) -> Matching:
    return Matching(
        accounts=accounts or matching.accounts,
        unmatched=matching.unmatched,
        roster_only=matching.roster_only,
        tenures=tenures or matching.tenures,
    )


@pytest.mark.parametrize(
    "broken",
    [first_of_several, by_the_newest_row, by_every_row, without_the_unmatched, without_numbers],
    ids=lambda each: str(each.__name__),
)
def test_a_broken_matcher_is_found_out(broken: Matcher, tmp_path: Path) -> None:
    made = trial(1)
    roster = people.read(save(made, tmp_path, "csv"), today=TODAY)
    assert errors(made, roster, broken(made.table, roster, made.rules)) != []


def test_rules_that_are_not_configured_match_nobody(tmp_path: Path) -> None:
    made = trial(3)
    roster = people.read(save(made, tmp_path, "csv"), today=TODAY)
    matched = people.match(made.table, roster, Rules()).count()
    assert (matched["plus address"], matched["domain alias"], matched["alias file"]) == (0, 0, 0)
    assert matched["exact"] > 500


def test_one_copied_row_is_an_error_that_names_both(tmp_path: Path) -> None:
    made = trial(4)
    made.rows.append(list(made.rows[10]))
    with pytest.raises(people.Duplicates, match=rf"lines 12 and {len(made.rows) + 1}: the same person") as caught:
        people.read(save(made, tmp_path, "csv"), today=TODAY)
    (pair,) = caught.value.pairs
    assert pair.one.employee_number == pair.two.employee_number == made.rows[10][0]


def test_the_truth_has_all_traps() -> None:
    rules = Counter(rule for seed in range(8) for rule in trial(seed).truth.rule.values())
    assert set(rules) == set(RULES)
    assert min(rules.values()) >= 40
    assert all(len(trial(seed).truth.leavers) >= 10 for seed in range(8))
    assert date(2026, 11, 23) > BEGIN
