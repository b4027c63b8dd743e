"""A small catalog of member activity and a roster, with rows, for the tests of the dialect."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import duckdb
import pyarrow as pa

from athena_federation import dialect
from athena_federation.dialect import Relation, Statement, View
from athena_federation.errors import UnknownTable

NOW = datetime(2026, 11, 25, 7, 30, 5, 123456, tzinfo=UTC)

ACTIVITY = Relation(
    ("slackanalytics_catalog", "slackanalytics", "member_analytics"),
    pa.schema(
        [
            ("date", pa.string()),
            ("activity_date", pa.date32()),
            ("user_id", pa.string()),
            ("email_address", pa.string()),
            ("is_active", pa.bool_()),
            ("messages_posted_count", pa.int64()),
            ("profile", pa.struct([("title", pa.string())])),
            ("flags", pa.map_(pa.string(), pa.int64())),
        ]
    ),
    frozenset({"date", "activity_date"}),
)
ROSTER = Relation(
    ("slackanalytics_catalog", "hr", "hr_dataset"),
    pa.schema([("employee_email", pa.string()), ("department", pa.string())]),
)

ODD = Relation(("slackanalytics_catalog", "slackanalytics", "oddities"), pa.schema([("spent", pa.duration("s"))]))

ROWS: dict[str, list[tuple[Any, ...]]] = {
    "member_analytics": [
        ("2026-11-09", "2026-11-09", "U1", "ann@x.com", True, 5, None, None),
        ("2026-11-09", "2026-11-09", "U2", "bob@x.com", False, 0, None, None),
        ("2026-11-10", "2026-11-10", "U1", "ann@x.com", True, 2, None, None),
        ("2026-11-10", "2026-11-10", "U3", None, True, None, None, None),
    ],
    "hr_dataset": [("ann@x.com", "Eng"), ("bob@x.com", "Ops")],
}


class Workspace:
    """The two tables, and views that a user may have made."""

    def __init__(self, **views: str) -> None:
        self.views = views
        self.asked: list[tuple[str, ...]] = []

    def resolve(self, parts: tuple[str, ...]) -> Relation | View:
        self.asked.append(parts)
        for relation in (ACTIVITY, ROSTER, ODD):
            if relation.name[-len(parts) :] == parts:
                return relation
        if parts[-1] in self.views:
            return View(("slackanalytics_catalog", "slackanalytics", parts[-1]), self.views[parts[-1]])
        raise UnknownTable(f"there is no table {'.'.join(parts)}")


def compiled(sql: str, **views: str) -> Statement:
    return dialect.compile(sql, Workspace(**views), now=NOW)


def bounded(sql: str, **views: str) -> list[bool]:
    """For each scan of the statement, whether a condition depends on its day."""
    return [scan.bounded for scan in compiled(sql, **views).scans]


def rows(sql: str, **views: str) -> list[tuple[Any, ...]]:
    """The answer over the rows above."""
    statement = compiled(sql, **views)
    with duckdb.connect(config={"threads": 1}) as engine:
        engine.execute("SET TimeZone = 'UTC'")
        for macro in dialect.MACROS:
            engine.execute(macro)
        for scan in statement.scans:
            columns = ", ".join(
                f'"{field.name}" {dialect.to_duckdb(dialect.from_arrow(field.type))}' for field in scan.relation.schema
            )
            engine.execute(f'CREATE TABLE "{scan.id}" ({columns})')
            marks = ", ".join("?" for _ in scan.relation.schema)
            engine.executemany(f'INSERT INTO "{scan.id}" VALUES ({marks})', ROWS[scan.relation.name[2]])
        statement.prepare(engine)
        return engine.execute(statement.sql).fetchall()


def value(expression: str) -> Any:
    """What an expression is."""
    ((answer,),) = rows(f"select {expression}")
    return answer
