"""A made-up company of a thousand people with every trap that real rosters hold, and the truth about it.

The truth is written down while the traps are laid, by code that knows nothing of how people are matched.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pyarrow as pa
from tests.unit.people import workbook

from slackanalytics.people import Rules

TODAY = date(2026, 11, 25)
BEGIN = date(2025, 11, 1)
DEPARTMENTS = ("Engineering", "Sales", "Marketing", "Customer Support", "Finance", "R&D, Labs", "Opération")
HEADER = (
    "Employee ID",
    "Full Name",
    "Work Email",
    "Department",
    "Hire Date",
    "Termination Date",
    "Effective Date",
    "Salary",
)
DOMAINS = {"old.example": "example.com", "acquired.example": "example.com"}
WEIGHTS = {
    "plain": 50, "number": 14, "case": 6, "stray space": 4, "width": 2, "plus": 4, "old domain": 4, "old domain, plus": 1,
    "alias": 3, "missing": 3, "two accounts": 3, "without account": 4, "namesakes": 2,
}  # fmt: skip
"""What becomes of a person's address, and how often."""


@dataclass(slots=True)
class Truth:
    """Who is whose, and who was where."""

    owner: dict[str, str | None] = field(default_factory=dict)
    """user_id -> the person's key; None for an account that is nobody's."""
    rule: dict[str, str] = field(default_factory=dict)
    kind: dict[str, str] = field(default_factory=dict)
    spans: dict[str, list[tuple[date, date, str]]] = field(default_factory=dict)
    """Person -> (first day, first day no longer, department)."""
    without_account: set[str] = field(default_factory=set)
    leavers: set[str] = field(default_factory=set)
    """Accounts that are active after their owner has left."""
    rejected: set[int] = field(default_factory=set)

    def department(self, user_id: str, day: date) -> str:
        person = self.owner[user_id]
        held = [name for begins, ends, name in self.spans.get(person or "", []) if begins <= day < ends]
        assert len(held) <= 1
        return held[0] if held else "Unmatched"

    def sums(self, day: date) -> dict[str, int]:
        """Department -> people who have an account: each once, however many accounts."""
        people = {(self.owner[user] or user, self.department(user, day)) for user in self.owner}
        return dict(Counter(department for _, department in people))


@dataclass(slots=True)
class Trial:
    """A roster's rows, Slack's accounts, and the truth."""

    random: Random
    rows: list[list[str]] = field(default_factory=list)
    accounts: list[dict[str, object]] = field(default_factory=list)
    aliases: dict[str, str] = field(default_factory=dict)
    truth: Truth = field(default_factory=Truth)

    @property
    def rules(self) -> Rules:
        return Rules(plus=True, domains=DOMAINS, aliases=self.aliases)

    @property
    def table(self) -> pa.Table:
        schema = pa.schema(
            [(name, pa.string()) for name in ("user_id", "email_address", "enterprise_employee_number")]
            + [("is_guest", pa.bool_()), ("last_active", pa.date32()), ("last_billable", pa.date32())]
        )
        return pa.Table.from_pylist(self.accounts, schema=schema)

    def account(
        self, owner: str | None, address: str | None, rule: str, *, number: str | None = None, kind: str = "member",
        active: date | None = None,
    ) -> str:  # fmt: skip
        user_id = f"W{len(self.accounts):06d}"
        self.accounts.append(
            {"user_id": user_id, "email_address": address, "enterprise_employee_number": number,
             "is_guest": kind == "guest", "last_active": active, "last_billable": active}
        )  # fmt: skip
        self.truth.owner[user_id], self.truth.rule[user_id], self.truth.kind[user_id] = owner, rule, kind
        return user_id

    def row(self, key: str, address: str, department: str, dates: tuple[date | None, date | None, date | None]) -> None:
        texts = [day.strftime("%d/%m/%Y") if day else "" for day in dates]
        self.rows.append([key, f"Name of {key}", address, department, *texts, "100000"])

    def lay(self, place: int, trap: str) -> None:
        """One person, their rows and their accounts."""
        random, truth = self.random, self.truth
        key, address = f"{place:05d}", f"person{place}@example.com"
        department = random.choice(DEPARTMENTS)
        hired = BEGIN - timedelta(days=random.randrange(30, 2000))
        left = BEGIN + timedelta(days=random.randrange(40, 360)) if random.random() < 0.06 else None
        moved = BEGIN + timedelta(days=random.randrange(5, 380)) if random.random() < 0.08 else None
        if moved and left and moved >= left:
            moved = None
        written, slack, rule, number = self.addresses(place, trap, address)
        if trap != "missing":
            before = random.choice([name for name in DEPARTMENTS if name != department])
            if moved:  # two rows: the former department since the hire, the present one since the move
                self.row(key, written, self.spelt(before), (hired, None, hired))
                self.row(key, written, self.spelt(department), (hired, left, moved))
                truth.spans[key] = [(hired, moved, before), (moved, left or date.max, department)]
            else:  # one row holds for all days until the person leaves
                self.row(key, written, self.spelt(department), (hired, left, None))
                truth.spans[key] = [(date.min, left or date.max, department)]
        if trap == "without account":
            truth.without_account.add(key)
            return
        active = TODAY - timedelta(days=random.randrange(2, 25)) if random.random() < 0.8 or left else None
        user_id = self.account(None if trap == "missing" else key, slack, rule, number=number, active=active)
        if left and trap != "missing" and active and active >= left:
            truth.leavers.add(user_id)
        if trap == "two accounts":
            self.account(key, f"Person{place}@Example.com", "normalised")

    def addresses(self, place: int, trap: str, address: str) -> tuple[str, str | None, str, str | None]:
        """The address in the roster, the one in Slack, the rule that fits, the number in Slack."""
        name, number = f"person{place}", f"{place:05d}"
        capital = f"Person{place}@Example.COM"
        match trap:
            case "number":  # whatever the address says
                return (
                    address,
                    self.random.choice([None, f"{name}@elsewhere.example", address]),
                    "employee number",
                    number,
                )
            case "case":
                return (capital, address, "normalised", None) if place % 2 else (address, capital, "normalised", None)
            case "stray space":
                return (
                    self.random.choice([f" {address}", f"{address} ", f"\u00a0{address}"]),
                    address,
                    "normalised",
                    None,
                )
            case "width":  # as Japanese keyboards write letters
                return (
                    "".join(chr(ord(c) + 0xFEE0) if c.isalpha() else c for c in name) + "@example.com",
                    address,
                    "normalised",
                    None,
                )
            case "plus":
                return address, f"{name}+slack@example.com", "plus address", None
            case "old domain":
                return address, f"{name}@{self.random.choice(list(DOMAINS))}", "domain alias", None
            case "old domain, plus":
                return f"{name}@OLD.example", f"{name}+x@example.com", "domain alias", None
            case "alias":
                self.aliases[f"nick{place}@example.com"] = address
                return address, f"Nick{place}@example.com", "alias file", None
            case "missing":
                return "", address, "none", self.random.choice([None, number])
        return address, address, "exact", None

    def namesakes(self, place: int) -> None:
        """Two people whose addresses differ in letter case only: the exact ones are theirs, a third form is nobody's."""
        for key, written in (
            (f"{place:05d}", f"Same{place}@example.com"),
            (f"9{place:05d}", f"same{place}@example.com"),
        ):
            department = self.random.choice(DEPARTMENTS)
            self.row(key, written, department, (BEGIN - timedelta(days=99), None, None))
            self.truth.spans[key] = [(date.min, date.max, department)]
            self.account(key, written, "exact")
        self.account(None, f"SAME{place}@example.com", "none")

    def spelt(self, department: str) -> str:
        """Now and then in capitals, or with blanks that do not show."""
        choice = self.random.random()
        return department.upper() if choice < 0.03 else f"{department}  " if choice < 0.06 else department


def trial(seed: int, people: int = 1_000) -> Trial:
    """A company from a seed."""
    made = Trial(Random(seed))
    traps = made.random.choices(list(WEIGHTS), list(WEIGHTS.values()), k=people)
    for place, trap in enumerate(traps, start=1):
        if trap == "namesakes":
            made.namesakes(place)
        else:
            made.lay(place, trap)
    for place in range(30):
        made.account(None, f"visitor{place}@agency.example", "none", kind="guest")
    made.account(None, "backup@example.com", "none", kind="bot")
    made.aliases["backup@example.com"] = "bot"
    made.account(None, None, "none")
    made.random.shuffle(made.rows)
    for place in (100, 500):  # what nobody can be made of: line 1 is the header
        made.rows.insert(place, ["", "Nobody", "no address here", "Sales", "", "", "", ""])
        made.truth.rejected.add(place + 2)
    return made


def save(made: Trial, folder: Path, form: str) -> Path:
    """The roster as a file of one of several kinds."""
    if form == "xlsx":
        return workbook.write(folder / "roster.xlsx", {"Cover": [["People"]], "Staff": [list(HEADER), *made.rows]})
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter={"csv": ",", "semicolons": ";", "tsv": "\t"}[form], lineterminator="\r\n")
    writer.writerows([HEADER, *made.rows])
    encoding = {"csv": "utf-8-sig", "semicolons": "utf-8", "tsv": "utf-16"}[form]
    path = folder / "roster.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def departments(tenures: pa.Table, accounts: Mapping[str, str], day: date) -> dict[str, int]:
    """Department -> people with an account on a day, from what a matching says."""
    held: dict[str, set[str]] = {}
    for each in tenures.to_pylist():
        if (each["since"] or date.min) <= day < (each["until"] or date.max):
            held.setdefault(each["employee"], set()).add(each["department"])
    pairs = {(person, name) for person in accounts.values() for name in held.get(person, {"Unmatched"})}
    return dict(Counter(name for _, name in pairs))
