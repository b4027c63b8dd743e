"""What somebody should look at, once roster and accounts are brought together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from slackanalytics.people import addresses, tenures
from slackanalytics.people.matching import NONE, NUMBER, Index, Matching
from slackanalytics.people.roster import Roster
from slackanalytics.people.rules import Rules

FRACTION = 0.95
"""The part of the members' accounts that should be somebody's; under it departments say little."""
WINDOW = 28
"""Days, the newest included, in which activity counts."""
WORTH = 2
"""Accounts from which on a rule is suggested."""

ACTIVITY = pa.schema(
    [
        ("user_id", pa.string()),
        ("email_address", pa.string()),
        ("enterprise_employee_number", pa.string()),
        ("is_guest", pa.bool_()),
        ("last_active", pa.date32()),
        ("last_billable", pa.date32()),
    ]
)
"""One row per account: who it is, and its last days in the window on which it was active, and billed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaver:
    """Somebody who no longer works here, and whose account lives on."""

    user_id: str
    employee: str
    email_address: str | None
    left: date
    """The first day no longer employed."""
    active: bool
    """Whether the account was active on that day or later."""
    billable: bool
    """Whether its seat was billed on the newest day."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A rule that would match more."""

    setting: str
    """What to set, as `NAME=value`."""
    accounts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the check of a roster brings to light."""

    leavers: tuple[Leaver, ...]
    without_account: pa.Table
    """Those employed today who have no account (`matching.ROSTER_ONLY`)."""
    joiners: int
    """How many of them were hired within the window: somebody may still be giving them one."""
    ambiguous: int
    """Accounts that could be several people's."""
    shared: int
    """People with more than one account; they count once."""
    zeros: int
    """Accounts whose employee number differs from the roster's in leading zeros only."""
    suggestions: tuple[Suggestion, ...]


def findings(activity: pa.Table, roster: Roster, matching: Matching, rules: Rules, *, newest: date) -> Findings:
    """
    What there is to look at.

    Args:
        activity: `ACTIVITY` of the accounts that were matched.
        roster: The people.
        matching: The accounts and their people.
        rules: By which they were matched.
        newest: The newest day with data.
    """
    without = matching.roster_only.filter(pc.field("employed"))
    recently = roster.today - timedelta(days=WINDOW - 1)
    owners = Counter(
        each["employee"]
        for each in matching.accounts.to_pylist()
        if each["matched_by"] != NONE and each["kind"] != "bot"
    )
    return Findings(
        leavers=tuple(leavers(activity, roster, matching, newest)),
        without_account=without,
        joiners=sum(bool(hired and hired >= recently) for hired in without["hire_date"].to_pylist()),
        ambiguous=sum(reason.startswith("could be") for reason in matching.unmatched["reason"].to_pylist()),
        shared=sum(number > 1 for number in owners.values()),
        zeros=_zeros(activity, roster, matching),
        suggestions=tuple(suggestions(matching.unmatched.to_pylist(), roster, rules)),
    )


def leavers(activity: pa.Table, roster: Roster, matching: Matching, newest: date) -> Iterator[Leaver]:
    """Accounts of people whose employment is over by the newest day, that are active since, or billed still."""
    owner = {each["user_id"]: each["employee"] for each in matching.accounts.to_pylist() if each["matched_by"] != NONE}
    for account in activity.to_pylist():
        entries = roster.persons.rows.get(owner.get(account["user_id"], ""))
        if not entries or not (left := last_day(entries)) or left > newest:
            continue
        active = bool(account["last_active"] and account["last_active"] >= left)
        billable = account["last_billable"] == newest
        if active or billable:
            yield Leaver(
                user_id=account["user_id"],
                employee=owner[account["user_id"]],
                email_address=account["email_address"],
                left=left,
                active=active,
                billable=billable,
            )


def last_day(entries: Sequence[Any]) -> date | None:
    """The first day on which somebody no longer works here; None where that is not known."""
    held = list(tenures.spans(entries))
    return held[-1].until if held else entries[-1].termination_date


def _zeros(activity: pa.Table, roster: Roster, matching: Matching) -> int:
    rules = dict(
        zip(matching.accounts["user_id"].to_pylist(), matching.accounts["matched_by"].to_pylist(), strict=True)
    )
    stripped = {entry.employee_number.lstrip("0") for entry in roster.entries if entry.employee_number}
    return sum(
        bool(number and number.strip().lstrip("0") in stripped)
        for user_id, number in zip(
            activity["user_id"].to_pylist(), activity["enterprise_employee_number"].to_pylist(), strict=True
        )
        if rules.get(user_id) not in (None, NUMBER)
    )


def suggestions(unmatched: Sequence[dict[str, Any]], roster: Roster, rules: Rules) -> Iterator[Suggestion]:
    """Rules that are not in force and would give accounts of members that are nobody's an owner."""
    nobody = [each["email_address"] for each in unmatched if each["kind"] == "member" and each["email_address"]]
    if not rules.plus:
        with_plus = Index(roster, Rules(plus=True, domains=rules.domains))
        found = sum(with_plus.owner(address, None)[0] is not None for address in nobody)
        if found >= WORTH:
            yield Suggestion("SLACKANALYTICS_HR_PLUS=on", found)
    domains = Counter(entry.address.rpartition("@")[2] for entry in roster.entries if entry.address)
    present = [domain for domain, _ in domains.most_common(3)]
    index = Index(roster, Rules())
    found_at: Counter[tuple[str, str]] = Counter()
    for address in map(addresses.normalised, nobody):
        local, _, domain = address.rpartition("@")
        if domain in domains or domain in rules.domains:
            continue
        fitting = [each for each in present if index.owner(f"{local}@{each}", None)[0]]
        if len(fitting) == 1:
            found_at[domain, fitting[0]] += 1
    for (old, new), number in found_at.most_common():
        if number >= WORTH:
            yield Suggestion(f"SLACKANALYTICS_HR_DOMAINS={old}={new}", number)
