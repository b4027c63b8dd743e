"""Adoption: Slack's member days blended with the roster, and the questions that are asked of them.

adoption = Adoption.read(database, roster, since=date(2025, 10, 25), until=date(2026, 11, 23))
adoption.ask("activation_by_department", since=date(2026, 10, 1), until=date(2026, 10, 31))
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb
import pyarrow as pa

from athena_federation.dialect import MACROS, explained
from athena_federation.errors import QueryError
from slackanalytics import people
from slackanalytics.adoption import blend
from slackanalytics.adoption.blend import ATTRIBUTES, GROUPS, UNMATCHED, Blend
from slackanalytics.adoption.census import Census
from slackanalytics.adoption.counting import COUNTING, Asked
from slackanalytics.adoption.questions import Measure, measures
from slackanalytics.database import SlackDatabase

__all__ = ["ATTRIBUTES", "GROUPS", "UNMATCHED", "Adoption", "Coverage", "Measure", "measures"]

KEPT = 4096
"""Answers that are remembered; each is a few kilobytes."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is known of one day."""

    day: date
    status: str
    """`published`, `pending`, `absent` or `unknown`."""
    reason: str | None
    rows: int | None


class Adoption:
    """
    What was read, in memory and never changed. Any thread may ask.

    `since` and `until` are the first and last day that were read, `newest` the last one that is published.
    """

    def __init__(
        self,
        found: Blend,
        *,
        since: date,
        until: date,
        roster: people.Roster | None = None,
        read_at: datetime | None = None,
    ) -> None:
        self.since, self.until, self.roster = since, until, roster
        self.matching = found.matching
        self.notes = found.notes
        """What readers should know about the days."""
        self.read_at = read_at or datetime.now(UTC)
        self._connection = found.connection
        for macro in MACROS:
            self._connection.execute(macro)
        self._lock = threading.Lock()
        self._answers: OrderedDict[tuple[object, ...], pa.Table] = OrderedDict()
        rows = self._connection.execute("SELECT activity_date, status, reason, rows FROM days ORDER BY 1").fetchall()
        self.coverage = tuple(Coverage(*row) for row in rows)
        self.newest = max((each.day for each in self.coverage if each.status == "published"), default=None)
        named = self._connection.execute("SELECT DISTINCT department::VARCHAR FROM member_days WHERE kind <> 'bot'")
        self.departments = tuple(sorted(name for (name,) in named.fetchall()))
        """Those that somebody is in on some day, `Unmatched` included."""
        self._published = tuple(each.day for each in self.coverage if each.status == "published")
        self._census = Census(self._connection, since=since, until=until)

    @classmethod
    def read(
        cls,
        database: SlackDatabase,
        roster: people.Roster | None,
        rules: people.Rules | None = None,
        *,
        since: date,
        until: date,
        progress: Callable[[int, int], None] | None = None,
    ) -> Adoption:
        """
        The days from `since` to `until`, blended with the roster.

        Raises FederationError where a day cannot be read; a day that is not published yet is named in `coverage`.
        """
        found = blend.read(database, roster, rules or people.Rules(), since=since, until=until, progress=progress)
        return cls(found, since=since, until=until, roster=roster)

    def close(self) -> None:
        """Forget what was read."""
        self._connection.close()

    def table(self, name: str) -> pa.Table:
        """`member_days`, `days` or `roster_only`, whole and as held: texts that repeat are dictionaries. Raises QueryError."""
        if name not in ("member_days", "days", "roster_only"):
            raise QueryError(f"there is no table {name!r} of adoption; there is member_days, days, roster_only")
        cursor = self._connection.cursor()
        try:
            found: pa.Table = cursor.sql(f"FROM {name}").to_arrow_table()
        finally:
            cursor.close()
        return found

    def measures(self) -> list[Measure]:
        """Every question that can be asked."""
        return list(measures().values())

    def sql(self, measure: str) -> str:
        """The statement of a measure, as Athena takes it."""
        return known(measure).sql

    def ask(
        self,
        measure: str,
        *,
        since: date,
        until: date,
        departments: tuple[str, ...] = (),
        guests: bool = False,
        by: str = "department",
    ) -> pa.Table:
        """
        The answer for a period, both days included.

        Args:
            measure: Its name.
            since: The first day.
            until: The last day.
            departments: Those alone; all of them where it is empty.
            guests: Whether guests count.
            by: The roster's attribute that `activation_by_attribute` groups by: one of `GROUPS`.

        Raises QueryError for a measure or an attribute that there is not.
        """
        its = known(measure)
        if by not in GROUPS:
            raise QueryError(f"there is no attribute {by!r}; there is {', '.join(GROUPS)}")
        key = (measure, since, until, tuple(sorted(departments)), guests, by)
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
                return self._answers[key]
        if measure in COUNTING:
            answer = self._counted(its, since, until, departments, guests=guests)
        else:
            answer = self._computed(its, since, until, departments, guests=guests, by=by)
        with self._lock:
            self._answers[key] = answer
            while len(self._answers) > KEPT:
                self._answers.popitem(last=False)
        return answer

    def _counted(
        self, measure: Measure, since: date, until: date, departments: tuple[str, ...], *, guests: bool
    ) -> pa.Table:
        """What `_computed` says, sooner."""
        published = self._published[: bisect_right(self._published, until)]
        asked = Asked(self._census, published, since, until, departments, guests)
        columns = list(zip(*COUNTING[measure.name](asked), strict=True)) or [()] * len(measure.schema)
        return pa.table([pa.array(values, f.type) for values, f in zip(columns, measure.schema, strict=True)], schema=measure.schema)  # fmt: skip

    def _computed(
        self, measure: Measure, since: date, until: date, departments: tuple[str, ...], *, guests: bool, by: str
    ) -> pa.Table:
        first = self.since if measure.looks_back is None else since - timedelta(days=measure.looks_back)
        cursor = self._connection.cursor()  # a connection of its own: its temporary views are nobody else's
        try:
            chosen = f"department IN ({', '.join(map(quoted, departments))})" if departments else "true"
            days = f"SELECT strftime(activity_date, '%Y-%m-%d') AS date, * FROM member_days WHERE activity_date BETWEEN DATE '{first}' AND DATE '{until}' AND {chosen}"
            kinds = "kind <> 'bot'" if guests else "kind = 'member'"
            tables = {
                "member_days": days,
                "counted_days": f"SELECT *, coalesce({by}, '{UNMATCHED}') AS attribute FROM ({days}) WHERE {kinds}",
                "period": f"SELECT DATE '{since}' AS since, DATE '{until}' AS until",
                "days": f"SELECT * FROM days WHERE activity_date <= DATE '{until}'",
                "roster_only": f"SELECT * FROM roster_only WHERE {chosen}",
            }
            measure.statement.prepare(cursor)
            for scan in measure.statement.scans:
                cursor.execute(f"CREATE OR REPLACE TEMP VIEW {scan.id} AS {tables[scan.relation.name[2]]}")
            found: Any = cursor.sql(measure.statement.sql).to_arrow_table()
        except duckdb.Error as error:
            raise QueryError(f"{measure.name} cannot be computed: {explained(str(error))}") from error
        finally:
            cursor.close()
        schema = measure.schema
        return pa.table([column.cast(f.type) for column, f in zip(found.columns, schema, strict=True)], schema=schema)


def known(measure: str) -> Measure:
    """A measure by its name. Raises QueryError."""
    if measure not in measures():
        raise QueryError(f"there is no measure {measure!r}; there is {', '.join(measures())}")
    return measures()[measure]


def quoted(text: str) -> str:
    """A text as DuckDB reads it."""
    return "'" + text.replace("'", "''") + "'"
