"""
Example Corp: who holds a seat in its Slack, since when, and how they take to it.

Everything follows from a seed and the number of seats. A seat is never empty: on the day one person's account ends the
next person's begins, so that every day has exactly one member per seat. People are made on demand and never all held.
Days are kept as ordinals (`datetime.date.toordinal`), because they are compared far more often than they are shown.
"""

from __future__ import annotations

import hashlib
import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from slackanalytics.simulator.names import name_of

ENTERPRISE_ID = "E0EXAMPLE1"
"""The organisation's id in Slack."""

DOMAIN = "example.com"
"""The domain of everybody's address today."""

FORMER_DOMAIN = "example.net"
"""The domain before the company changed its name; some Slack accounts still carry it."""

GUEST_DOMAINS = ("agency.example", "contractors.example", "partner.example")

LOCATIONS = ("Austin", "Bengaluru", "Berlin", "London", "Remote", "São Paulo", "Tokyo", "Toronto")

NEVER = date.max.toordinal()
"""The ordinal of a day that does not come."""

LEVELS = 8
"""How many levels of engagement there are, from occasional (0) to constant (7)."""

DEVICES = ("desktop", "ios", "android")
"""What people use Slack on: the desktop only, or the desktop and one kind of telephone."""

_FOUNDED = date(2008, 1, 1).toordinal()
_ADOPTION_MIDDLE = date(2026, 9, 1).toordinal()
_ADOPTION_WIDTH = 240.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """
    A department, and how far its people have taken to Slack.
    """

    name: str
    share: float
    """Its part of all employees."""
    early: float
    """The part of its people who used Slack before the campaign of 2025 to 2027."""
    late: float
    """The part who use it once the campaign has run its course."""
    daily: float
    """How probable it is that a person of middling engagement uses Slack on a working day."""
    talk: float
    """How much its people write, against the average."""
    trade: str
    """What its job titles are made of."""


DEPARTMENTS = (
    Department(name="Engineering", share=0.26, early=0.82, late=0.99, daily=0.78, talk=1.4, trade="Software Engineer"),
    Department(name="Sales", share=0.18, early=0.62, late=0.93, daily=0.62, talk=0.9, trade="Account Executive"),
    Department(name="Customer Support", share=0.14, early=0.74, late=0.97, daily=0.74, talk=1.5, trade="Support Agent"),
    Department(name="Marketing", share=0.12, early=0.24, late=0.62, daily=0.40, talk=0.5, trade="Marketing Specialist"),
    Department(name="Operations", share=0.10, early=0.56, late=0.90, daily=0.56, talk=0.7, trade="Operations Analyst"),
    Department(name="Product", share=0.08, early=0.78, late=0.98, daily=0.76, talk=1.3, trade="Product Manager"),
    Department(name="Finance", share=0.07, early=0.52, late=0.88, daily=0.54, talk=0.6, trade="Financial Analyst"),
    Department(name="People", share=0.05, early=0.66, late=0.95, daily=0.66, talk=0.9, trade="People Partner"),
)
"""The eight departments. Marketing is clearly behind at any date."""

GUESTS = Department(name="", share=0.0, early=0.60, late=0.80, daily=0.40, talk=0.4, trade="Guest")
"""People from outside: in Slack, in no department and not in the roster."""

CROWDS = (*DEPARTMENTS, GUESTS)
"""Every `Person.crowd` indexes this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """
    Somebody who holds, held or will hold a seat.
    """

    number: int
    """Unique in the company."""
    user_id: str
    full_name: str
    slack_email: str
    """The address as Slack has it."""
    roster_email: str
    """The address as the roster has it: not always spelled the same."""
    employee_number: str
    """Seven digits with leading zeros; empty for guests."""
    is_synchronised: bool
    """Whether Slack has been told the employee number."""
    is_in_roster: bool
    crowd: int
    """Index into `CROWDS`: the department, or `GUESTS`."""
    former: int
    """Index of the department before the move; equal to `crowd` for people who never moved."""
    moved: int
    """The day of the move between departments, or `NEVER`."""
    location: str
    is_guest: bool
    is_billable: bool
    begins: int
    """The first day of the account in Slack."""
    ends: int
    """The first day without the account."""
    hired: int
    terminated: int
    """The first day not employed; for most the day the account ends, for some months before."""
    claimed: int
    """The day of the first sign-in, or `NEVER`."""
    wakes: int
    """The day from which the person uses Slack, or `NEVER`."""
    rests: int
    """The day from which no more."""
    level: int
    """Engagement, 0 to `LEVELS` - 1."""
    device: int
    """Index into `DEVICES`."""


@dataclass(frozen=True, slots=True)
class Company:
    """
    Example Corp with a number of seats, from a seed.
    """

    members: int = 1000
    seed: int = 2026

    def __post_init__(self) -> None:
        if self.members < 1:
            raise ValueError(f"a company has at least one seat, not {self.members}")

    def people(self, first: date, last: date) -> Iterator[Person]:
        """
        Everybody whose account exists on some day from ``first`` to ``last``, both included, seat by seat.
        """
        begin, end = first.toordinal(), last.toordinal()
        for seat in range(self.members):
            phase, tenure = self._rhythm(seat)
            for turn in range((begin - phase) // tenure, (end - phase) // tenure + 1):
                yield self._person(seat, turn, phase + turn * tenure, tenure)

    def without_account(self) -> Iterator[Person]:
        """
        Employees who are in the roster and were never given a seat: one for every hundred seats.
        """
        for seat in range(_shifts(self.seed)[0] % min(100, self.members), self.members, 100):
            phase, tenure = self._rhythm(seat)
            person = self._person(seat, -1, phase, tenure)
            if not person.is_guest:
                yield replace(person, is_in_roster=True, former=person.crowd, moved=NEVER, terminated=NEVER)

    def _rhythm(self, seat: int) -> tuple[int, int]:
        """
        The day a seat first changed hands, and after how many days it does again (3 to 11 years).
        """
        one, two, *_ = _chance(self.seed, b"seat", seat)
        tenure = 1095 + one % 2920
        return _FOUNDED + two % tenure, tenure

    def _person(self, seat: int, turn: int, begins: int, tenure: int) -> Person:
        number = seat + self.members * (turn + 1)
        chance = _chance(self.seed, b"person", number)
        shift_crowd, shift_taste = _shifts(self.seed)
        is_guest = (seat + shift_crowd) % 33 == 0
        # Two irrational steps spread departments and tastes evenly over any run of seats, so that small companies
        # have the same proportions as large ones.
        crowd = len(DEPARTMENTS) if is_guest else _department(seat * 0.7548776662466927 + shift_crowd / 2**32)
        taste = (seat * 0.5698402909980532 + turn * 0.38196601125 + shift_taste / 2**32) % 1.0
        ends = begins + tenure
        terminated, rests = _farewell(ends, chance)
        claimed, wakes = _awakening(CROWDS[crowd], taste, begins, rests, chance)
        former, moved = (crowd, NEVER) if is_guest else _move(crowd, begins, tenure, chance)
        name, mailbox = name_of(number)
        slack_email, roster_email, is_in_roster = _addresses(mailbox, is_guest, chance)
        return Person(
            number=number,
            user_id=_user_id(number, self.seed),
            full_name=name,
            slack_email=slack_email,
            roster_email=roster_email,
            employee_number="" if is_guest else f"{number + 1:07d}",
            is_synchronised=not is_guest and chance[4] % 100 < 88,
            is_in_roster=is_in_roster,
            crowd=crowd,
            former=former,
            moved=moved,
            location=LOCATIONS[chance[5] % len(LOCATIONS)],
            is_guest=is_guest,
            is_billable=not is_guest or chance[6] % 2 == 0,
            begins=begins,
            ends=ends,
            hired=begins - chance[7] % 4,
            terminated=terminated,
            claimed=claimed,
            wakes=wakes,
            rests=rests,
            level=chance[8] % LEVELS,
            device=(0, 1, 1, 2)[chance[9] % 4],
        )


def _chance(seed: int, kind: bytes, number: int) -> tuple[int, ...]:
    """
    Sixteen 32-bit words that depend on the seed, the kind and the number, and on nothing else.
    """
    key = seed.to_bytes(16, "little", signed=True)
    digest = hashlib.blake2b(number.to_bytes(8, "little"), key=key, person=kind).digest()
    return struct.unpack("<16I", digest)


@lru_cache
def _shifts(seed: int) -> tuple[int, int]:
    """
    Where in the company departments and tastes begin to be dealt out.
    """
    crowd, taste, *_ = _chance(seed, b"company", 0)
    return crowd, taste


def campaign(ordinal: int) -> float:
    """
    How far the campaign for Slack has come on a day: from 0 (long ago) to 1 (in the far future), rising every day.
    """
    return 1.0 / (1.0 + math.exp((_ADOPTION_MIDDLE - ordinal) / _ADOPTION_WIDTH))


def _department(place: float) -> int:
    remaining = place % 1.0
    for index, department in enumerate(DEPARTMENTS[:-1]):
        remaining -= department.share
        if remaining < 0.0:
            return index
    return len(DEPARTMENTS) - 1


def _adopted(crowd: Department, taste: float) -> int:
    """
    The day on which the campaign reaches a person of this taste: early, `NEVER`, or where the curve passes the taste.
    """
    if taste < crowd.early:
        return 0
    if taste >= crowd.late:
        return NEVER
    odds = (taste - crowd.early) / (crowd.late - taste)
    return min(NEVER, max(0, _ADOPTION_MIDDLE + round(_ADOPTION_WIDTH * math.log(max(odds, 1e-9)))))


def _awakening(crowd: Department, taste: float, begins: int, rests: int, chance: tuple[int, ...]) -> tuple[int, int]:
    """
    The day of the first sign-in and the day from which the person uses Slack: half of those who do not use it signed in
    once, soon after the account was made; the other half never did.
    """
    first_look = begins + chance[0] % 21
    adopted = _adopted(crowd, taste)
    wakes = max(first_look, adopted) if adopted < rests else NEVER
    return (first_look if chance[1] % 2 else wakes), wakes


def _farewell(ends: int, chance: tuple[int, ...]) -> tuple[int, int]:
    """
    The day employment ends and the day activity ends. One account in seven outlives the employment by one to seven
    months, and a third of those accounts stay in use.
    """
    if chance[2] % 7:
        return ends, ends
    terminated = ends - 30 - chance[3] % 180
    return terminated, (ends if chance[3] % 3 == 0 else terminated)


def _move(crowd: int, begins: int, tenure: int, chance: tuple[int, ...]) -> tuple[int, int]:
    """
    The department before, and the day of the move. One person in eight moves once, so that about one in fifty has moved
    within any thirteen months.
    """
    if chance[10] % 8:
        return crowd, NEVER
    former = (crowd + 1 + chance[11] % (len(DEPARTMENTS) - 1)) % len(DEPARTMENTS)
    return former, begins + 60 + chance[12] % (tenure - 60)


def _addresses(mailbox: str, is_guest: bool, chance: tuple[int, ...]) -> tuple[str, str, bool]:
    """
    The address in Slack, the address in the roster, and whether the roster has the person at all.

    Of a hundred employees five differ in case, three still have the former domain in Slack, two a plus-address there,
    two a stray space in the roster, and two are missing from the roster.
    """
    address = f"{mailbox}@{DOMAIN}"
    if is_guest:
        return f"{mailbox}@{GUEST_DOMAINS[chance[13] % len(GUEST_DOMAINS)]}", "", False
    mishap = chance[14] % 100
    if mishap < 5:
        capital = f"{mailbox.title()}@Example.com"
        return (address, capital, True) if mishap % 2 else (capital, address, True)
    if mishap < 8:
        return f"{mailbox}@{FORMER_DOMAIN}", address, True
    if mishap < 10:
        return f"{mailbox}+slack@{DOMAIN}", address, True
    if mishap < 12:
        return address, f"{address} ", True
    return address, address, mishap >= 14


_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def _user_id(number: int, seed: int) -> str:
    """
    ``W`` and ten characters, as Slack's organisation-wide ids look; different for different numbers.
    """
    # An odd factor permutes the numbers modulo a power of two, so that no two people share an id.
    scattered = (number * 0x9E3779B97F4A7C15 + seed * 0x2545F491) % 2**45
    return "W0" + "".join(_DIGITS[scattered >> shift & 31] for shift in range(40, -1, -5))
