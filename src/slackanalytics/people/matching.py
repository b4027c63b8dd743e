"""Which Slack account is whose: rules tried in a fixed order, each account matched by exactly one of them or by none.

An account that could be two people's is nobody's, and is reported; the alias file can say whose it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from slackanalytics.people import addresses, tenures
from slackanalytics.people.roster import Roster
from slackanalytics.people.rules import BOT, Rules

NUMBER = "employee number"
ALIAS = "alias file"
NONE = "none"
RULES = (NUMBER, "exact", "normalised", "plus address", "domain alias", ALIAS, NONE)
"""What `matched_by` can be, in the order in which it is tried."""

KINDS = ("member", "guest", "bot")

ACCOUNTS = pa.schema(
    [("user_id", pa.string()), ("employee", pa.string()), ("matched_by", pa.string()), ("kind", pa.string())]
)
UNMATCHED = pa.schema(
    [(name, pa.string()) for name in ("user_id", "email_address", "enterprise_employee_number", "kind", "reason")]
)
ROSTER_ONLY = pa.schema(
    [
        ("employee", pa.string()),
        ("employee_email", pa.string()),
        ("department", pa.string()),
        ("hire_date", pa.date32()),
        ("termination_date", pa.date32()),
        ("employed", pa.bool_()),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """Accounts and people, brought together."""

    accounts: pa.Table
    """Every account once (`ACCOUNTS`). `employee` is the person's key; of an account without one its own user_id."""
    unmatched: pa.Table
    """The accounts that are nobody's (`UNMATCHED`), each with the reason; members first, then guests and bots."""
    roster_only: pa.Table
    """The people without an account (`ROSTER_ONLY`); `employed` says whether they work here on the roster's today."""
    tenures: pa.Table
    """Which attributes a person has on which days (`tenures.SCHEMA`)."""

    def count(self, *, kind: str = "member") -> dict[str, int]:
        """Accounts per rule, every rule included."""
        its = self.accounts.filter(pc.equal(self.accounts["kind"], kind))["matched_by"]
        counts = {each["values"]: each["counts"] for each in pc.value_counts(its).to_pylist()}
        return {rule: counts.get(rule, 0) for rule in RULES}

    @property
    def rate(self) -> float:
        """The part of the members' accounts that are somebody's, 0 to 1; 1 where there are none."""
        counts = self.count()
        total = sum(counts.values())
        return 1.0 - counts[NONE] / total if total else 1.0


def match(accounts: pa.Table, roster: Roster, rules: Rules) -> Matching:
    """
    Whose each account is.

    Args:
        accounts: One row per account: user_id, email_address, enterprise_employee_number, is_guest.
        roster: The people.
        rules: What is known of addresses that differ.

    Raises ValueError where an account is there twice.
    """
    people = Index(roster, rules)
    found, nobody = [], []
    seen: set[str] = set()
    for account in accounts.to_pylist():
        if account["user_id"] in seen:
            raise ValueError(f"the account {account['user_id']} is there twice")
        seen.add(account["user_id"])
        person, rule, reason = people.owner(account["email_address"], account["enterprise_employee_number"])
        kind = kind_of(account, rules)
        if kind == "bot":
            person, rule, reason = None, NONE, "a service account"
        found.append((account["user_id"], person or account["user_id"], rule, kind))
        if person is None:
            nobody.append({**{n: account.get(n) for n in UNMATCHED.names}, "kind": kind, "reason": reason})
    nobody.sort(key=lambda each: (KINDS.index(each["kind"]), each["user_id"]))
    owners = {employee for _, employee, rule, _ in found if rule != NONE}
    return Matching(
        accounts=pa.Table.from_pylist(
            [dict(zip(ACCOUNTS.names, each, strict=True)) for each in found], schema=ACCOUNTS
        ),
        unmatched=pa.Table.from_pylist(nobody, schema=UNMATCHED),
        roster_only=pa.Table.from_pylist(list(without_account(roster, owners)), schema=ROSTER_ONLY),
        tenures=tenures.table(roster),
    )


def kind_of(account: Mapping[str, Any], rules: Rules) -> str:
    """A guest by Slack's word; a bot by the alias file's, or by its user ID (B…), which people never have."""
    if (
        account["user_id"].startswith("B")
        or rules.aliases.get(addresses.normalised(account["email_address"] or "")) == BOT
    ):
        return "bot"
    return "guest" if account["is_guest"] else "member"


def without_account(roster: Roster, owners: set[str]) -> Iterable[dict[str, object]]:
    """Those of the roster who own none of the accounts."""
    for person, entries in roster.persons.rows.items():
        if person in owners:
            continue
        held = [span for span in tenures.spans(entries) if not span.since or span.since <= roster.today]
        last = held[-1] if held else None
        present = last.entry if last else entries[0]
        hired = present.hire_date
        yield {
            "employee": person,
            "employee_email": (present.employee_email or "").strip() or None,
            "department": present.department,
            "hire_date": hired,
            "termination_date": present.termination_date,
            "employed": bool(last)
            and (not hired or hired <= roster.today)
            and (last is None or last.until is None or roster.today < last.until),
        }


class Index:
    """The people of a roster by number and by each form of their addresses."""

    def __init__(self, roster: Roster, rules: Rules) -> None:
        self.rules = rules
        self.numbers: dict[str, str] = {}
        self.forms: dict[str, Callable[[str], str]] = {"exact": str, "normalised": addresses.normalised}
        if rules.plus:
            self.forms["plus address"] = lambda text: addresses.without_tag(addresses.normalised(text))
        if rules.domains:
            self.forms["domain alias"] = self.at_present
        self.people: dict[str, dict[str, set[str]]] = {rule: {} for rule in self.forms}
        for person, entries in roster.persons.rows.items():
            for entry in entries:
                if entry.employee_number:
                    self.numbers[entry.employee_number] = person
                if entry.employee_email and (entry.address, person) not in roster.persons.superseded:
                    for rule, form in self.forms.items():
                        self.people[rule].setdefault(form(entry.employee_email), set()).add(person)

    def at_present(self, text: str) -> str:
        """An address at its present domain, without its tag where tags do not count."""
        address = addresses.at_present(addresses.normalised(text), self.rules.domains)
        return addresses.without_tag(address) if self.rules.plus else address

    def owner(self, address: str | None, number: str | None) -> tuple[str | None, str, str]:
        """The person, the rule that found them, and where none did the reason."""
        if person := self.numbers.get((number or "").strip()):
            return person, NUMBER, ""
        reason = "no address and no employee number that the roster has"
        if address and address.strip():
            reason = "nobody in the roster has the address"
            for rule, form in self.forms.items():
                people = self.people[rule].get(form(address), set())
                if len(people) == 1:
                    return next(iter(people)), rule, ""
                if people:
                    reason = f"could be {len(people)} people's ({rule})"
                    break
            if person := self.by_alias(address):
                return person, ALIAS, ""
        return None, NONE, reason

    def by_alias(self, address: str) -> str | None:
        """Whom the alias file names."""
        other = self.rules.aliases.get(addresses.normalised(address))
        if other is None:
            return None
        people = self.people["normalised"].get(other, set())
        return next(iter(people)) if len(people) == 1 else self.numbers.get(other)
