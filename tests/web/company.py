"""A company of planted truth for the dashboard: two hundred accounts, ten weeks, a department that lags and one too small to show."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from slackanalytics import people
from slackanalytics.adoption import Adoption
from slackanalytics.adoption.blend import blended
from slackanalytics.cache import DayStatus

NEWEST = date(2026, 11, 23)
SINCE = date(2026, 9, 14)
"""A Monday; the newest day is one, too."""
MISSING = date(2026, 10, 14)
HOSTILE = "=cmd|'/c calc'!A1"
"""What somebody has written into the roster as a department."""
SIZES = {"Engineering": 70, "Sales": 50, "Marketing": 40, "Legal": 3, HOSTILE: 30, "<script>alert(1)</script>": 30}
SHARES = {"Engineering": 9, "Sales": 7, "Marketing": 3}
"""Of ten people of a department, how many are ever active; of the others eight."""
SMALL = "Legal"
UNMATCHED, GUESTS = 8, 7


def accounts() -> Iterator[tuple[str, str | None, int]]:
    """User ID, department, number within it."""
    for place, (department, size) in enumerate(SIZES.items()):
        for number in range(size):
            yield f"U{place}{number:03}", department, number
    for number in range(UNMATCHED):
        yield f"U8{number:03}", None, number
    for number in range(GUESTS):
        yield f"U9{number:03}", None, number


def day(at: date) -> pa.RecordBatch:
    """What a day's file says."""
    rows = []
    for user, department, number in accounts():
        share = SHARES.get(department or "", 8)
        here = number % 10 < share and (at.weekday() < 5 or number % 9 == 0)
        rows.append(
            {
                "activity_date": at, "user_id": user, "email_address": f"{user.lower()}@example.com", "enterprise_employee_number": None,
                "is_guest": user.startswith("U9"), "is_billable_seat": not user.startswith("U9"), "is_active": here, "is_active_ios": here and number % 2 == 0,
                "is_active_android": here and number % 3 == 0, "is_active_desktop": here,
                "messages_posted_count": 5 * here, "channel_messages_posted_count": 2 * here, "reactions_added_count": here * 1, "files_added_count": 0,
                "date_claimed": None if number % 10 == 9 else 1_790_000_000 + number * 3_600,
            }
        )  # fmt: skip
    return pa.RecordBatch.from_pylist(rows)


@cache
def roster() -> people.Roster:
    """Everybody but those who are nobody's."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "HR_dataset_2026-11-20.csv"
        with path.open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["employee_email", "department"])
            rows.writerows([f"{user.lower()}@example.com", name] for user, name, _ in accounts() if name)
        return people.read(path, today=NEWEST)


@cache
def adoption(*, with_roster: bool = True) -> Adoption:
    """The company, blended."""
    days = [SINCE + timedelta(days=n) for n in range((NEWEST - SINCE).days + 1)]
    found = blended(
        (day(at) for at in days if at != MISSING),
        roster() if with_roster else None,
        people.Rules(),
        since=SINCE,
        until=NEWEST + timedelta(days=1),
        status=lambda: [
            DayStatus(day=MISSING, status="absent", reason="data_not_available"),
            DayStatus(day=NEWEST + timedelta(days=1), status="pending", reason="file_not_yet_available"),
        ],
    )
    return Adoption(found, since=SINCE, until=NEWEST + timedelta(days=1), roster=roster() if with_roster else None)


class Here(Executor):
    """Does everything at once, in this process."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - it is the caller's
            done.set_exception(error)
        return done
