"""
The member file of a day: what every member did, one JSON object a line.

A day depends on the company and the date only, never on today: what was once published does not change.
The fields are those Slack documents, https://docs.slack.dev/reference/methods/admin.analytics.getFile.

Speed comes from composition. All that a person keeps from day to day is written out once a year of the calendar; what
a day can have looked like is written out once in a few thousand variants; a row is the one before the other.
"""

from __future__ import annotations

import hashlib
import json
import math
import random
import struct
import threading
import zlib
from array import array
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from slackanalytics.simulator.company import (
    CROWDS,
    DEVICES,
    ENTERPRISE_ID,
    LEVELS,
    Company,
    Department,
    Person,
    campaign,
)

FIRST_DAY = date(2020, 1, 1)
"""No file exists for an earlier day; Slack's own first files are of this date."""

_ROWS_AT_A_TIME = 2000
_YEARS_KEPT = 2
_VARIANTS = 64
_IDLE_VARIANTS = 32
_WEEKDAYS = (1.0, 1.03, 1.02, 0.99, 0.90, 0.09, 0.07)
_QUIET_DAYS = {(1, 1): 0.12, (5, 1): 0.45, (12, 24): 0.3, (12, 25): 0.1, (12, 26): 0.2, (12, 31): 0.35}
_QUIET_WEEK = range(27, 31)
_EPOCH = date(1970, 1, 1).toordinal()
_CLAIM_LENGTH = len('"date_claimed":1234567890,')


class MemberFiles:
    """
    The member files of a company, any day from `FIRST_DAY` on. Safe to share between threads.
    """

    def __init__(self, company: Company, *, level: int = 1) -> None:
        self._company = company
        self._level = level
        self._idle, self._pools = _variants(company.seed)
        self._years: dict[int, _Year] = {}
        self._lock = threading.Lock()

    def gzipped(self, day: date) -> Iterator[bytes]:
        """
        The file of a day as Slack serves it: gzip of newline-delimited JSON, in pieces.

        Raises `ValueError` for a day before `FIRST_DAY`.
        """
        compressor = zlib.compressobj(self._level, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
        for lines in self.lines(day):
            piece = compressor.compress(lines)
            if piece:
                yield piece
        yield compressor.flush()

    def lines(self, day: date) -> Iterator[bytes]:
        """
        The rows of a day as newline-delimited JSON, some thousand whole lines at a time.

        Raises `ValueError` for a day before `FIRST_DAY`.
        """
        if day < FIRST_DAY:
            raise ValueError(f"there are no member files before {FIRST_DAY}, and so none of {day}")
        year = self._year(day.year)
        words = _words(self._company, day, len(year.rows))
        for begin in range(0, len(year.rows), _ROWS_AT_A_TIME):
            yield b"".join(self._rows(year, day, begin, words))

    def _rows(self, year: _Year, day: date, begin: int, words: bytes) -> Iterator[bytes]:
        """
        The rows of those of a stretch of people who have an account on the day.
        """
        end = min(begin + _ROWS_AT_A_TIME, len(year.rows))
        ordinal = day.toordinal()
        head = f'{{"date":"{day.isoformat()}",'.encode()
        limits = _limits(day)
        idle, pools = self._idle, self._pools
        stretch = zip(
            year.rows[begin:end],
            year.begins[begin:end],
            year.ends[begin:end],
            year.claimed[begin:end],
            year.wakes[begin:end],
            year.rests[begin:end],
            year.groups[begin:end],
            struct.unpack_from(f"<{end - begin}I", words, begin * 4),
            strict=True,
        )
        for row, begins, ends, claimed, wakes, rests, group, word in stretch:
            if begins <= ordinal < ends:
                yield head
                yield row if claimed <= ordinal else row[:-_CLAIM_LENGTH]
                if wakes <= ordinal < rests and word < limits[group]:
                    yield pools[group][word % _VARIANTS]
                else:
                    yield idle[word % _IDLE_VARIANTS]

    def _year(self, number: int) -> _Year:
        with self._lock:
            year = self._years.pop(number, None) or _Year(self._company, number)
            self._years[number] = year  # the newest last
            while len(self._years) > _YEARS_KEPT:
                del self._years[next(iter(self._years))]
            return year


class _Year:
    """
    What is the same on every day of a year, for everybody who has an account on any of them, as parallel columns.
    """

    __slots__ = ("begins", "claimed", "ends", "groups", "rests", "rows", "wakes")

    def __init__(self, company: Company, number: int) -> None:
        self.rows: list[bytes] = []
        self.begins, self.ends, self.claimed = array("i"), array("i"), array("i")
        self.wakes, self.rests, self.groups = array("i"), array("i"), bytearray()
        for person in company.people(date(number, 1, 1), date(number, 12, 31)):
            self.rows.append(_lasting(person))
            self.begins.append(person.begins)
            self.ends.append(person.ends)
            self.claimed.append(person.claimed)
            self.wakes.append(person.wakes)
            self.rests.append(person.rests)
            self.groups.append(_group(person.crowd, person.level, person.device))


def _group(crowd: int, level: int, device: int) -> int:
    return (crowd * LEVELS + level) * len(DEVICES) + device


def _lasting(person: Person) -> bytes:
    """
    The part of a row that does not depend on the day, ``date_claimed`` last so that it can be cut off.

    A member who has not signed in has no ``date_claimed``, or a zero: both are seen in the wild.
    """
    text = f'"enterprise_id":"{ENTERPRISE_ID}","user_id":"{person.user_id}","email_address":"{person.slack_email}",'
    if person.is_guest:
        text += f'"team_id":"T0EXAMPLE{person.number % 4}",'
    if person.is_synchronised:
        text += f'"enterprise_employee_number":"{person.employee_number}",'
    text += f'"is_guest":{_truth(person.is_guest)},"is_billable_seat":{_truth(person.is_billable)},'
    if person.claimed > person.ends:
        text += '"date_claimed":0,' if person.number % 2 else ""
    claimed = min(person.claimed, person.ends)
    return f'{text}"date_claimed":{_unix_seconds(claimed) + person.number * 7919 % 36_000:010d},'.encode()


def _unix_seconds(ordinal: int) -> int:
    """
    Seven in the morning, UTC, of a day in Unix seconds.
    """
    return (ordinal - _EPOCH) * 86_400 + 7 * 3600


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _words(company: Company, day: date, count: int) -> bytes:
    """
    Four random bytes for each person of a day.
    """
    return hashlib.shake_128(f"{company.seed}/{company.members}/{day}".encode()).digest(4 * count)


def _limits(day: date) -> list[int]:
    """
    For each group of people how probable activity is on a day, as the 32-bit number that a random one must be under.
    """
    weather = _WEEKDAYS[day.weekday()] * _QUIET_DAYS.get((day.month, day.day), 1.0)
    if day.month == 12 and day.day in _QUIET_WEEK:
        weather *= 0.4
    weather *= 0.9 + 0.3 * campaign(day.toordinal())
    return [
        int(min(0.98, crowd.daily * _keenness(level) * weather) * 2**32)
        for crowd in CROWDS
        for level in range(LEVELS)
        for _ in DEVICES
    ]


def _keenness(level: int) -> float:
    """
    How much likelier than the middling a person of this level is to turn up on a day.
    """
    return 0.25 + 1.5 * (level + 0.5) / LEVELS


@lru_cache(maxsize=4)
def _variants(seed: int) -> tuple[list[bytes], list[list[bytes]]]:
    """
    The ends of rows: for people who did nothing, and by group for people who did something.
    """
    chance = random.Random(f"variants of {seed}")  # noqa: S311 - a simulation, not a secret
    idle = [_activity({"is_active_apps": number == 0}) for number in range(_IDLE_VARIANTS)]
    pools = [
        [_activity(_busy_day(chance, crowd, level, device)) for _ in range(_VARIANTS)]
        for crowd in CROWDS
        for level in range(LEVELS)
        for device in DEVICES
    ]
    return idle, pools


def _busy_day(chance: random.Random, crowd: Department, level: int, device: str) -> dict[str, bool | int]:
    """
    What somebody may have done who was active. There is no flag for the browser: a few have none for any client.
    """

    def some(mean: float) -> int:
        return int(-mean * math.log(1.0 - chance.random()))

    def happens(probability: float) -> bool:
        return chance.random() < probability

    talk = crowd.talk * _keenness(level)
    in_browser = happens(0.06)
    mobile = device != "desktop" and not in_browser and happens(0.65)
    in_channels, direct = some(6.0 * talk), some(9.0 * talk)
    huddles, calls, other_calls = some(0.5 * talk), some(0.15 * talk), some(0.3)
    return {
        "is_active": True,
        "is_active_ios": mobile and device == "ios",
        "is_active_android": mobile and device == "android",
        "is_active_desktop": not in_browser and (not mobile or happens(0.7)),
        "is_active_apps": happens(0.35),
        "is_active_workflows": happens(0.08 * talk),
        "is_active_slack_connect": happens(0.12 * talk),
        "reactions_added_count": some(4.0 * talk),
        "messages_posted_count": in_channels + direct,
        "channel_messages_posted_count": in_channels,
        "files_added_count": some(0.8 * talk),
        "total_calls_count": huddles + calls + other_calls,
        "slack_calls_count": huddles + calls,
        "slack_huddles_count": huddles,
        "search_count": some(1.2 * talk),
    }


_FLAGS = (
    "is_active",
    "is_active_ios",
    "is_active_android",
    "is_active_desktop",
    "is_active_apps",
    "is_active_workflows",
    "is_active_slack_connect",
)
_COUNTS = (
    "reactions_added_count",
    "messages_posted_count",
    "channel_messages_posted_count",
    "files_added_count",
    "total_calls_count",
    "slack_calls_count",
    "slack_huddles_count",
    "search_count",
)


def _activity(done: dict[str, bool | int]) -> bytes:
    whole: dict[str, bool | int] = dict.fromkeys(_FLAGS, False) | dict.fromkeys(_COUNTS, 0) | done
    return json.dumps(whole, separators=(",", ":")).encode()[1:] + b"\n"
