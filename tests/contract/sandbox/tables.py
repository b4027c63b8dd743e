"""A small company's member days, and a sandbox's view of them."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa

from slackanalytics.adoption.blend import DAYS, MEMBER_DAYS
from slackanalytics.database import CATALOG
from slackanalytics.sandbox.holding import Holding, Name

HERE = Path(__file__).parent
FIRST = date(2026, 9, 1)
DEPARTMENTS = ("Engineering", "Marketing", "Sales", "Unmatched")
HIDDEN = "canary-salary-83f1"
SALARIES = pa.table({"user_id": ["W0"], "amount": [HIDDEN]})
MEMBERS: Name = (CATALOG, "adoption", "member_days")


def statements(name: str) -> list[str]:
    """A file of the corpus."""
    return (HERE / f"{name}.sql").read_text("utf-8").removesuffix("\n").split("\n;;\n")


def member_days(accounts: int, days: int) -> pa.Table:
    """Accounts times days, every value told by its place."""
    rows = [(a, d) for d in range(days) for a in range(accounts)]
    columns: dict[str, list[object]] = {
        "date": [(FIRST + timedelta(days=d)).isoformat() for _, d in rows],
        "activity_date": [FIRST + timedelta(days=d) for _, d in rows],
        "user_id": [f"W{a}" for a, _ in rows],
        "employee": [f"E{a}" for a, _ in rows],
        "email_address": [f"a{a}@example.com" for a, _ in rows],
        "department": [DEPARTMENTS[a % 4] for a, _ in rows],
        "location": [None if a % 7 == 0 else f"L{a % 3}" for a, _ in rows],
        "matched_by": ["exact" for _ in rows],
        "kind": ["guest" if a % 11 == 0 else "member" for a, _ in rows],
        "is_active": [(a + d) % 3 == 0 for a, d in rows],
        "is_billable_seat": [a % 2 == 0 for a, _ in rows],
        "messages_posted_count": [(a * d) % 13 for a, d in rows],
        "date_claimed": [None if a % 9 == 0 else 1_700_000_000 + a for a, _ in rows],
    }
    made = []
    for field in MEMBER_DAYS:
        values: list[object] = columns.get(field.name, [None] * len(rows))
        array = pa.array(values, field.type)
        made.append(array.dictionary_encode() if pa.types.is_string(field.type) else array)
    return pa.table(made, names=MEMBER_DAYS.names)


def day_list(days: int) -> pa.Table:
    """Every one of them published."""
    every = [FIRST + timedelta(days=d) for d in range(days)]
    count = len(every)
    return pa.table(
        [[d.isoformat() for d in every], every, ["published"] * count, pa.nulls(count, pa.string()), [1] * count],
        schema=DAYS,
    )


def held(accounts: int = 60, days: int = 30, *, salaries: bool = False) -> Holding:
    """What a role may ask; with a table that it may not, for checks of the checks."""
    tables = {
        MEMBERS: (member_days(accounts, days), MEMBER_DAYS),
        (CATALOG, "adoption", "days"): (day_list(days), DAYS),
    }
    if salaries:
        tables[(CATALOG, "secret", "salaries")] = (SALARIES, SALARIES.schema)
    return Holding.of("pseudonymous", tables)
