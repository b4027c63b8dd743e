from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from slackanalytics.simulator.activity import FIRST_DAY, MemberFiles
from slackanalytics.simulator.company import CROWDS, DEPARTMENTS, Company

DAY = date(2026, 11, 10)

TYPES = {
    "date": str,
    "enterprise_id": str,
    "team_id": str,
    "user_id": str,
    "email_address": str,
    "enterprise_employee_number": str,
    "is_guest": bool,
    "is_billable_seat": bool,
    "is_active": bool,
    "is_active_ios": bool,
    "is_active_android": bool,
    "is_active_desktop": bool,
    "is_active_apps": bool,
    "is_active_workflows": bool,
    "is_active_slack_connect": bool,
    "reactions_added_count": int,
    "messages_posted_count": int,
    "channel_messages_posted_count": int,
    "files_added_count": int,
    "total_calls_count": int,
    "slack_calls_count": int,
    "slack_huddles_count": int,
    "search_count": int,
    "date_claimed": int,
}
OPTIONAL = {"team_id", "enterprise_employee_number", "date_claimed"}


@pytest.fixture(scope="module")
def files() -> MemberFiles:
    return MemberFiles(Company())


def rows(files: MemberFiles, day: date) -> list[dict[str, Any]]:
    return [json.loads(line) for line in b"".join(files.lines(day)).splitlines()]


def test_every_row_has_the_documented_fields_with_their_types(files: MemberFiles) -> None:
    for row in rows(files, DAY):
        assert row.keys() <= TYPES.keys()
        assert TYPES.keys() - row.keys() <= OPTIONAL
        assert all(type(value) is TYPES[name] for name, value in row.items())
        assert row["date"] == "2026-11-10"


def test_every_optional_field_is_there_for_some_and_absent_for_others(files: MemberFiles) -> None:
    found = rows(files, DAY)
    for name in OPTIONAL:
        assert 0 < sum(name in row for row in found) < len(found)
    assert any(row.get("date_claimed") == 0 for row in found)


def test_a_day_has_one_row_for_each_seat(files: MemberFiles) -> None:
    for day in (FIRST_DAY, date(2025, 12, 31), DAY, date(2031, 6, 1)):
        found = rows(files, day)
        assert len(found) == len({row["user_id"] for row in found}) == 1000


def test_counts_agree_with_each_other(files: MemberFiles) -> None:
    for row in rows(files, DAY):
        assert row["channel_messages_posted_count"] <= row["messages_posted_count"]
        assert row["slack_huddles_count"] <= row["slack_calls_count"] <= row["total_calls_count"]
        assert all(row[name] >= 0 for name in row if name.endswith("_count"))


def test_an_inactive_member_did_nothing_save_through_an_app(files: MemberFiles) -> None:
    idle = [row for row in rows(files, DAY) if not row["is_active"]]
    for row in idle:
        assert not any(row[name] for name in row if name.endswith("_count"))
        assert not any(row[f"is_active_{client}"] for client in ("ios", "android", "desktop"))
    assert 0 < sum(row["is_active_apps"] for row in idle) < len(idle) / 5


def test_nobody_is_active_before_signing_in_and_claims_never_change(files: MemberFiles) -> None:
    claims: dict[str, int] = {}
    for offset in range(0, 200, 20):
        day = DAY + timedelta(offset)
        for row in rows(files, day):
            claimed = row.get("date_claimed", 0)
            if claimed:
                assert datetime.fromtimestamp(claimed, UTC).date() <= day
                assert claims.setdefault(row["user_id"], claimed) == claimed
            else:
                assert not row["is_active"]
                assert row["user_id"] not in claims


def test_a_person_keeps_to_one_kind_of_telephone(files: MemberFiles) -> None:
    kinds: dict[str, set[str]] = defaultdict(set)
    for offset in range(15):
        for row in rows(files, DAY + timedelta(offset)):
            kinds[row["user_id"]] |= {kind for kind in ("ios", "android") if row[f"is_active_{kind}"]}
    assert max(len(kind) for kind in kinds.values()) == 1


def test_a_day_is_the_same_whenever_and_after_whatever_it_is_made(files: MemberFiles) -> None:
    before = b"".join(files.gzipped(DAY))
    for year in range(2022, 2030):
        next(files.lines(date(year, 5, 5)))
    assert b"".join(files.gzipped(DAY)) == before
    assert b"".join(MemberFiles(Company()).gzipped(DAY)) == before


def test_days_and_seeds_differ(files: MemberFiles) -> None:
    one = [row["is_active"] for row in rows(files, DAY)]
    assert one != [row["is_active"] for row in rows(files, DAY + timedelta(1))]
    assert one != [row["is_active"] for row in rows(MemberFiles(Company(seed=1)), DAY)]


def test_threads_read_the_same_as_one(files: MemberFiles) -> None:
    days = [DAY - timedelta(30 * month) for month in range(24)]
    with ThreadPoolExecutor(8) as pool:
        parallel = list(pool.map(lambda day: b"".join(files.lines(day)), days))
    assert parallel == [b"".join(files.lines(day)) for day in days]


def test_the_file_is_gzip_of_the_lines(files: MemberFiles) -> None:
    assert gzip.decompress(b"".join(files.gzipped(DAY))) == b"".join(files.lines(DAY))


def test_there_is_nothing_before_the_first_day(files: MemberFiles) -> None:
    with pytest.raises(ValueError, match="no member files before 2020-01-01"):
        next(files.lines(date(2019, 12, 31)))


def activation(files: MemberFiles, company: Company, first: date, days: int = 28) -> dict[str, float]:
    """
    The part of each department's members who were active on any of some days.
    """
    departments = {p.user_id: CROWDS[p.crowd].name for p in company.people(first, first + timedelta(days))}
    seen: dict[str, set[str]] = defaultdict(set)
    active: dict[str, set[str]] = defaultdict(set)
    for offset in range(days):
        for row in rows(files, first + timedelta(offset)):
            department = departments[row["user_id"]]
            seen[department].add(row["user_id"])
            if row["is_active"]:
                active[department].add(row["user_id"])
    return {name: len(active[name]) / len(seen[name]) for name in seen}


@pytest.mark.parametrize("first", [date(2025, 10, 25), date(2026, 10, 25), date(2030, 3, 1)])
def test_marketing_is_clearly_behind_at_any_date(files: MemberFiles, first: date) -> None:
    rates = activation(files, Company(), first)
    marketing = rates.pop("Marketing")
    assert marketing < min(rates[department.name] for department in DEPARTMENTS if department.name in rates) - 0.1


def test_adoption_rises_over_thirteen_months(files: MemberFiles) -> None:
    then, now = (activation(files, Company(), first) for first in (date(2025, 10, 20), date(2026, 10, 20)))
    assert sum(now.values()) > sum(then.values()) + 0.4
    assert all(now[department.name] > then[department.name] - 0.02 for department in DEPARTMENTS)


def test_weekends_are_quiet(files: MemberFiles) -> None:
    week = [sum(row["is_active"] for row in rows(files, date(2026, 11, 9) + timedelta(day))) for day in range(7)]
    assert max(week[5:]) < min(week[:5]) / 4


def test_christmas_is_quiet(files: MemberFiles) -> None:
    active = {day: sum(row["is_active"] for row in rows(files, date(2026, 12, day))) for day in (11, 25, 29)}
    assert active[25] < active[11] / 3
    assert active[25] < active[29] < active[11] / 2


SCALE = """
import resource, sys
from datetime import date
from slackanalytics.simulator.activity import MemberFiles
from slackanalytics.simulator.company import Company
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
largest = total = 0
for piece in MemberFiles(Company(100_000)).gzipped(date(2026, 11, 10)):
    largest, total = max(largest, len(piece)), total + len(piece)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, largest, total)
"""


def test_a_day_of_100_000_members_is_made_in_little_memory() -> None:
    done = subprocess.run([sys.executable, "-c", SCALE], capture_output=True, check=True, text=True)
    kibibytes, largest, total = map(int, done.stdout.split())
    assert kibibytes < 120 * 1024
    assert largest < 2**20
    assert 2_000_000 < total < 12_000_000
