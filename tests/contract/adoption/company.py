"""A made-up company whose rows and whose truth are written down together, by code that knows nothing of matching or SQL.

Planted: Marketing lags, use grows, people move, leave, have two accounts, are written differently in the roster or not at
all; guests, a bot, people without account; days and a whole week without data, and a last day that is pending.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pyarrow as pa

from slackanalytics import people
from slackanalytics.adoption import blend
from slackanalytics.cache import DayStatus

SINCE, UNTIL, TODAY = date(2026, 6, 3), date(2026, 9, 20), date(2026, 9, 21)
LOST_WEEK = date(2026, 7, 20)
"""A Monday."""
DEPARTMENTS = ("Engineering", "Marketing", "Sales", "Support")
RULES = people.Rules(
    plus=True,
    domains={"old.example": "example.com"},
    aliases={"nick@example.com": "p5@example.com", "deploy@example.com": "bot"},
)
HEADER = ("employee_email", "employee_number", "department", "location", "manager_email", "job_title", "cost_center",
          "worker_type", "hire_date", "termination_date", "effective_from")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A member day, with the truth about it."""

    day: date
    user: str
    employee: str
    email: str | None
    number: str | None
    department: str
    location: str | None
    matched_by: str
    kind: str
    billable: bool | None
    active: bool | None
    ios: bool | None
    android: bool | None
    desktop: bool | None
    messages: int | None
    channel: int | None
    reactions: int | None
    files: int | None
    claimed: int | None


@dataclass(slots=True)
class Person:
    """Somebody of the roster."""

    key: str
    number: str
    address: str
    spans: list[tuple[date, date, str, str]] = field(default_factory=list)
    """First day, first day no longer, department, location."""

    def place(self, day: date) -> tuple[str, str | None]:
        held = [(department, location) for begins, ends, department, location in self.spans if begins <= day < ends]
        return held[0] if held else ("Unmatched", None)


@dataclass(slots=True)
class Account:
    """An account and whose it is."""

    user: str
    email: str | None
    number: str | None
    owner: Person | None
    matched_by: str
    kind: str = "member"
    begins: date = date.min
    claimed: datetime | None = None
    keenness: float = 0.5
    pauses: tuple[date, date] = (date.max, date.max)
    last: date | None = None
    """The last day of activity, where it is planted."""


@dataclass(slots=True)
class Company:
    """Everything, from a seed."""

    seed: int
    random: Random = field(init=False)
    roster: list[Person] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    missing: set[date] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        for n in range(70):
            self._person(n)
        self._strangers()
        self.missing = {LOST_WEEK + timedelta(days=n) for n in range(7)} | {UNTIL}
        self.missing |= set(self.random.sample([SINCE + timedelta(days=n) for n in range(1, 75)], 4))
        for n in range((UNTIL - SINCE).days + 1):
            day = SINCE + timedelta(days=n)
            if day not in self.missing:
                self.rows += self._day(day)

    def _person(self, n: int) -> None:
        number = f"{n:05}" if n % 3 else ""
        address = f"p{n}@example.com"
        person = Person(number or address, number, address)
        first, second = self.random.sample(DEPARTMENTS, 2)
        place = self.random.choice(("Berlin", "Lagos", "Lima"))
        ends = SINCE + timedelta(days=self.random.randint(30, 90)) if n % 11 == 4 else date.max
        if n % 7 == 2:
            moved = SINCE + timedelta(days=self.random.randint(5, 25))
            person.spans = [(date.min, moved, first, place), (moved, ends, second, place)]
        else:
            person.spans = [(date.min, ends, first, place)]
        self.roster.append(person)
        if n % 17 == 3:
            return  # has no account
        account = self._account(f"U{n:06}", person, n)
        self.accounts.append(account)
        if n % 13 == 1:
            self.accounts.append(self._account(f"W{n:06}", person, 10))

    def _account(self, user: str, person: Person, n: int) -> Account:
        address, number, rule = person.address, None, "exact"
        match n % 10:
            case 1 | 2 if person.number:
                address, number, rule = f"else.{user}@example.com".lower(), person.number, "employee number"
            case 4:
                address, rule = address.upper(), "normalised"
            case 5:
                if address == "p5@example.com":
                    address, rule = "Nick@example.com", "alias file"
            case 6:
                address, rule = address.replace("@", "+slack@"), "plus address"
            case 7:
                address, rule = address.replace("@example.com", "@old.example"), "domain alias"
            case 8:
                address, rule = address.replace("@example.com", "+x@Old.example"), "domain alias"
        account = Account(user, address, number, person, rule)
        begins = self.random.choice((date.min, date.min, SINCE + timedelta(days=self.random.randint(0, 80))))
        account.begins = begins
        shown = max(begins, SINCE - timedelta(days=200))
        if self.random.random() < 0.7:
            account.claimed = datetime(shown.year, shown.month, shown.day, 12, tzinfo=UTC)
        account.keenness = self.random.random()
        if self.random.random() < 0.4:
            pause = SINCE + timedelta(days=self.random.randint(7, 70))
            account.pauses = (pause, pause + timedelta(days=self.random.randint(7, 60)))
        return account

    def _strangers(self) -> None:
        for n in range(6):
            self.accounts.append(Account(f"UX{n:05}", f"x{n}@elsewhere.example", None, None, "none", keenness=0.6))
        for n in range(7):
            self.accounts.append(
                Account(f"UG{n:05}", f"g{n}@partner.example", None, None, "none", "guest", keenness=0.7)
            )
        for n in (27, 28):  # days before the newest one
            last = UNTIL - timedelta(days=1 + n)
            self.accounts.append(Account(f"UL{n:05}", f"last{n}@elsewhere.example", None, None, "none", last=last))
        guest = self.roster[0]
        self.accounts.append(Account("UG99999", guest.address, None, guest, "exact", "guest", keenness=0.5))
        self.accounts.append(Account("B0000001", None, None, None, "none", "bot", keenness=1))
        self.accounts.append(Account("UBOT", "deploy@example.com", None, None, "none", "bot", keenness=1))

    def _day(self, day: date) -> Iterator[Row]:
        grown = 0.5 + 0.5 * (day - SINCE).days / (UNTIL - SINCE).days
        for account in self.accounts:
            if day < account.begins:
                continue
            department, location = account.owner.place(day) if account.owner else ("Unmatched", None)
            eager = (
                account.keenness
                * grown
                * (0.3 if day.weekday() > 4 else 1)
                * (0.25 if department == "Marketing" else 1)
            )
            away = account.pauses[0] <= day < account.pauses[1]
            active: bool | None = self.random.random() < eager and not away
            if account.last:
                active = day == account.last
            elif not active and self.random.random() < 0.01:
                active = None
            messages = self.random.randint(0, 9) if active or self.random.random() < 0.05 else 0  # apps post for people
            claimed = account.claimed and account.claimed.date() <= day
            yield Row(
                day=day, user=account.user, employee=account.owner.key if account.owner else account.user,
                email=account.email, number=account.number, department=department, location=location,
                matched_by=account.matched_by, kind=account.kind, billable=(account.kind == "member" and account.user[0] != "W") or self.random.random() < 0.2,
                active=active, ios=bool(active) and self.random.random() < 0.4, android=None if self.random.random() < 0.1 else bool(active) and self.random.random() < 0.2,
                desktop=bool(active) and self.random.random() < 0.7, messages=messages if self.random.random() < 0.95 else None,
                channel=messages // 2, reactions=messages // 3, files=messages // 5,
                claimed=int(account.claimed.timestamp()) if claimed and account.claimed else None,
            )  # fmt: skip

    def roster_file(self, folder: Path) -> Path:
        """The roster as HR would export it."""
        path = folder / "roster_2026-09-20.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(HEADER)
            for person in self.roster:
                for begins, _, department, location in person.spans:
                    ends = person.spans[-1][1]
                    since = begins if begins > date.min else date(2020, 1, 1) if len(person.spans) > 1 else None
                    writer.writerow((person.address, person.number, department, location, "", "", "", "Employee", "2019-05-01",
                                     "" if ends == date.max else ends, since or ""))  # fmt: skip
        return path

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows as Slack's table has them, a day at a time."""
        for day in sorted({row.day for row in self.rows}):
            its = [row for row in self.rows if row.day == day]
            yield pa.RecordBatch.from_pydict(
                {
                    "activity_date": pa.array([day] * len(its), pa.date32()),
                    "user_id": [row.user for row in its],
                    "email_address": pa.array([row.email for row in its], pa.string()),
                    "enterprise_employee_number": pa.array([row.number for row in its], pa.string()),
                    "is_guest": [row.kind == "guest" for row in its],
                    "is_billable_seat": pa.array([row.billable for row in its], pa.bool_()),
                    "is_active": pa.array([row.active for row in its], pa.bool_()),
                    "is_active_ios": pa.array([row.ios for row in its], pa.bool_()),
                    "is_active_android": pa.array([row.android for row in its], pa.bool_()),
                    "is_active_desktop": pa.array([row.desktop for row in its], pa.bool_()),
                    "messages_posted_count": pa.array([row.messages for row in its], pa.int64()),
                    "channel_messages_posted_count": pa.array([row.channel for row in its], pa.int64()),
                    "reactions_added_count": pa.array([row.reactions for row in its], pa.int64()),
                    "files_added_count": pa.array([row.files for row in its], pa.int64()),
                    "date_claimed": pa.array([row.claimed for row in its], pa.int64()),
                }
            )

    def statuses(self) -> list[DayStatus]:
        """What is known of the days without rows."""
        told = [DayStatus(day=day, status="absent", reason="file_not_found") for day in self.missing - {UNTIL}]
        return [*told, DayStatus(day=UNTIL, status="pending", reason="file_not_yet_available")]

    def blended(self, folder: Path) -> tuple[blend.Blend, people.Roster]:
        """The rows on the project's own road."""
        roster = people.read(self.roster_file(folder), today=TODAY)
        return blend.blended(self.batches(), roster, RULES, since=SINCE, until=UNTIL, status=self.statuses), roster
