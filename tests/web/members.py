"""Companies made by hand, of accounts that are alike, and the questions that pages ask about them."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from slackanalytics import people
from slackanalytics.adoption import Adoption, blend
from slackanalytics.web import filters
from slackanalytics.web.publication import PAGES
from slackanalytics.web.sheets.question import Question, bounds, departments

MONDAY = date(2026, 9, 14)
WEEKS = 6
Days = Callable[[int], bool]


def working(n: int) -> bool:
    return n % 7 < 5


def always(_n: int) -> bool:
    return True


def never(_n: int) -> bool:
    return False


@dataclass(frozen=True, kw_only=True)
class Member:
    """An account; `department` from the first day on, and another one later."""

    department: str | None = "A"
    later: tuple[int, str] | None = None
    active: Days = working
    ios: bool = False
    android: bool = False
    since: int | None = 1_700_000_000
    """When it was first signed in to, in seconds since 1970."""
    there: Days = always
    guest: bool = False
    posts: int = 3


def made(members: list[Member], folder: Path) -> Adoption:
    path = folder / "HR_dataset.csv"
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["employee_email", "department", "effective_from"])
        for n, its in enumerate(members):
            if its.department:
                rows.writerow([f"p{n}@example.com", its.department, ""])
            if its.later:
                rows.writerow([f"p{n}@example.com", its.later[1], MONDAY + timedelta(days=its.later[0])])
    last = MONDAY + timedelta(days=7 * WEEKS - 1)
    roster = people.read(path, today=last)
    types = {name: pa.bool_() for name in blend.FLAGS} | {name: pa.int64() for name in (*blend.COUNTS, "date_claimed")}
    schema = pa.schema([(name, types.get(name, pa.date32() if name == "activity_date" else pa.string())) for name in blend.COLUMNS])  # fmt: skip

    def batches() -> Any:
        for day in range(7 * WEEKS):
            rows = [
                {
                    "activity_date": MONDAY + timedelta(days=day), "user_id": f"U{n}", "email_address": f"p{n}@example.com",
                    "is_guest": its.guest, "is_billable_seat": True, "is_active": its.active(day),
                    "is_active_desktop": its.active(day) and not (its.ios or its.android), "is_active_ios": its.active(day) and its.ios,
                    "is_active_android": its.active(day) and its.android, "messages_posted_count": its.posts * its.active(day),
                    "channel_messages_posted_count": 0, "reactions_added_count": 0, "files_added_count": 0,
                    "date_claimed": its.since,
                }
                for n, its in enumerate(members)
                if its.there(day)
            ]  # fmt: skip
            yield pa.RecordBatch.from_pylist(rows, schema=schema)

    found = blend.blended(batches(), roster, people.Rules(), since=MONDAY, until=last)
    return Adoption(found, since=MONDAY, until=last, roster=roster)


def asked(adoption: Adoption, *chosen: str, guests: bool = False, until: date | None = None) -> Question:
    limits = bounds(adoption)
    its = filters.Filters(adoption.since, until or limits.newest, chosen, guests)
    return Question(adoption, its, limits, departments(adoption, its.since, its.until, minimum=5), minimum=5)


def rows(question: Question, page: str, figure: str) -> list[dict[str, Any]]:
    found = PAGES[page][1](question).figure(figure)
    assert found is not None
    told: list[dict[str, Any]] = found.exported.to_pylist()
    return told
