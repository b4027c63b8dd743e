"""connect(): the whole product in one call, as a database to ask in SQL."""

from __future__ import annotations

import os
import time as clock
import weakref
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import wrap
from threading import Event, RLock

import pyarrow as pa

from athena_federation.dialect import Relation, View, compile, result_type  # noqa: A004
from athena_federation.dialect.types import from_arrow
from athena_federation.engine import Engine, Progress, in_order, in_process
from athena_federation.errors import Corrupt, NotPublished, QueryError, UnsupportedSql
from athena_federation.handler import Handler
from athena_federation.local import Database, Plan, TablePlan
from athena_federation.results import Result
from slackanalytics import member_days, people
from slackanalytics.cache import Days, DayStatus, first_day
from slackanalytics.client import Client
from slackanalytics.connector import connector
from slackanalytics.settings import Settings
from slackanalytics.wording import plural, spans

CATALOG = "slackanalytics_catalog"
MEMBERS = "member_analytics"
ROSTER = "hr.hr_dataset"
READERS = 4
"""Days in flight while keeping them warm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What a statement would read of one table."""

    table: str
    columns: tuple[str, ...]
    days: tuple[date, ...] | None
    """None for a table without days."""
    candidates: int
    """How many days the table can have."""
    bounded: bool
    calls: int
    """How many of the days are not at hand and would be fetched."""
    minutes: int
    """What the rate limit makes of that, at least."""

    def facts(self) -> list[tuple[str, str]]:
        """Names and what there is to say; no name for what continues the line above."""
        facts = [("table", self.table)]
        if self.days is not None:
            facts.append(("days", f"{len(self.days)} of {self.candidates}: {spans(self.days) or 'none'}"))
            if not self.bounded:
                facts.append(("", "(the newest published days, because no condition names the day)"))
            facts.append(("kept", f"{len(self.days) - self.calls}, which need no call"))
            patience = f", about {plural(self.minutes, 'minute')} under the rate limit" if self.minutes else ""
            facts.append(("calls", f"{self.calls} to Slack{patience}"))
        names = ", ".join(self.columns)
        return [*facts, ("columns", f"{len(self.columns)}: {names}" if names else "none, rows are counted")]

    def lines(self, width: int | None = None) -> list[str]:
        """As people read it, in lines no longer than `width` where that is given."""
        room = max(20, (width or 100_000) - 9)
        return [
            f"{name if first else '':<9}{line}"
            for name, text in self.facts()
            for first, line in zip([True] + [False] * len(text), wrap(text, room), strict=False)
        ]

    def __str__(self) -> str:
        return "\n".join(self.lines(80))


class Waiting:
    """Why readers wait, and how long still; for a progress display."""

    def __init__(self) -> None:
        self.until = 0.0

    def __call__(self, _reason: str, seconds: float) -> None:
        self.until = max(self.until, clock.monotonic() + seconds)

    @property
    def seconds(self) -> float:
        return max(0.0, self.until - clock.monotonic())


class SlackDatabase(Database):
    """Slack's member analytics, the roster, and whatever else is registered."""

    def __init__(self, settings: Settings, *, closing: Callable[[], None] = lambda: None) -> None:
        """`closing` is called at the end: by `close()`, or with the interpreter where nobody calls that."""
        self.settings = settings
        self.closing = weakref.finalize(self, closing)
        self.cancelled = Event()
        self.wait = Waiting()
        client = Client(settings, pause=self.cancelled.wait, waiting=self.wait)
        self.days = Days(settings, client=client, today=self.today, pause=self.cancelled.wait)
        handler = Handler(connector(settings, days=self.days, today=self.today))
        super().__init__({CATALOG: Engine(in_process(handler), catalog=CATALOG)}, now=self.moment)
        self.blending = RLock()
        self.is_blended = False
        self.unblended: QueryError | None = None
        """Why there is no `adoption.member_days`, where a roster is there and cannot be used."""

    def today(self) -> date:
        return self.settings.today or datetime.now(UTC).date()

    def moment(self) -> datetime:
        """Now; on a day that was set, its noon."""
        return datetime.combine(self.settings.today, time(12), UTC) if self.settings.today else datetime.now(UTC)

    def close(self) -> None:
        self.cancelled.set()
        self.days.close()
        super().close()
        self.closing()

    def resolve(self, parts: tuple[str, ...]) -> Relation | View:
        """As `Database.resolve`; `adoption.member_days` is there as soon as it is asked for, where there is a roster."""
        if parts[-2:-1] == (member_days.SCHEMA,):
            self.blend()
            if self.unblended:
                raise QueryError(f"there is no {member_days.NAME}: {self.unblended}") from self.unblended
        return super().resolve(parts)

    def schemas(self) -> list[tuple[str, str]]:
        self.blend()
        return super().schemas()

    def information(self, name: tuple[str, str, str]) -> pa.Table:
        self.blend()
        return super().information(name)

    def blend(self) -> None:
        """Offer `adoption.member_days`. A roster that cannot be used is nobody's trouble who does not ask for it."""
        with self.blending:
            if self.is_blended or self.settings.hr_file is None:
                return
            try:
                self.blend_over("true")
            except QueryError as error:
                self.unblended = error

    def blend_over(self, days: str) -> bool:
        """
        Offer `adoption.member_days` of some days alone, by a condition on `m.date`; tells whether there is a roster.

        Raises QueryError for a roster that cannot be used.
        """
        self.is_blended = True  # what is offered is looked up while it is, and must not be offered once more then
        roster = people.roster_of(self.settings, today=self.today())
        if roster:
            member_days.offer(self, roster, people.Rules.of(self.settings), catalog=CATALOG, days=days)
        return roster is not None

    def calls(self) -> int:
        """Calls to Slack so far."""
        return self.days.statistics.calls

    def waiting(self) -> float:
        """Seconds for which readers still wait for the rate limit."""
        return self.wait.seconds

    def answer(self, plan: Plan, *, progress: Callable[[Progress], None] | None = None) -> Result:
        """
        As `Database.answer`.

        Raises:
            NotPublished: Slack has no data for any of the days that the statement needs, and will not have.
        """
        for table in plan.tables:
            self.note_limits(table)
        result = super().answer(plan, progress=progress)
        days = [day for table in plan.tables for day in days_of(table) or ()]
        known = {status.day: status for status in self.days.status()}
        absent = [known[day] for day in days if day in known and known[day].status == "absent"]
        if absent and len(absent) == len(days):
            result.close()
            raise NotPublished(
                f"{absent[0].day.isoformat()}: Slack has no data for this day ({absent[0].reason})"
                + (f", nor for {plural(len(absent) - 1, 'other day')} asked for" if len(absent) > 1 else "")
                + "; ask for other days (day_status tells which there are)",
                reason=absent[0].reason or "",
                final=True,
            )
        return result

    def note_limits(self, table: TablePlan) -> None:
        """Say it where a condition leaves the days that Slack keeps: that must not look like days without activity."""
        days = days_of(table)
        if days is None:
            return
        if not table.bounded:
            if days:
                read = f"the newest {len(days)} published days were read, {days[0]} to {days[-1]}"
                self.days.notes.add(None, f"no condition names the day: {read}")
            return
        first, newest = first_day(self.today()), self.today() - timedelta(days=1)
        if not days:
            self.days.notes.add(None, f"no day fits the condition; Slack has {first} to {newest}")
        elif days[0] == first:
            self.days.notes.add(None, f"{first} is the oldest day that Slack has; older ones cannot be in the answer")

    def notes(self) -> list[str]:
        """What readers should know about the days read since the last time: pending, without data, odd."""
        days: dict[str, list[date]] = {}
        for note in self.days.notes.drain():
            days.setdefault(note.text, []).extend([note.day] if note.day else [])
        return [f"{spans(found)}: {text}" if found else text for text, found in days.items()]

    def outlook(self, sql: str) -> list[Outlook]:
        """What a statement would read, day by day. Asks Slack for nothing."""
        return [self.outlook_of(table) for table in self.explain(sql).tables]

    def outlook_of(self, table: TablePlan) -> Outlook:
        days = days_of(table)
        calls = sum(1 for day in days or () if not self.days.is_at_hand(day))
        limit = self.settings.rate_limit
        return Outlook(
            table=".".join(table.name[1:]),
            columns=table.columns,
            days=days,
            candidates=table.candidates,
            bounded=table.bounded,
            calls=calls,
            minutes=(calls - 1) // limit if limit and calls else 0,
        )

    def sync(self, since: date | None = None, *, progress: Callable[[Progress], None] | None = None) -> int:
        """
        Fetch and keep every day that is not at hand, newest first, and tell how many were fetched.

        What was kept before an error or an interrupt stays kept. A day whose file is wrong is left out until the end.

        Raises:
            Corrupt: some days have files that cannot be read; all others are kept.
            SourceError: Slack refused or failed otherwise; what is missing can be fetched later.
        """
        first = max(since or date.min, first_day(self.today()))
        missing = [s.day for s in self.days.status() if s.day >= first and not self.days.is_at_hand(s.day)]
        rows = fetched = 0
        unread: list[Corrupt] = []
        for done, found in enumerate(in_order(self.kept_or_corrupt, missing[::-1], READERS), start=1):
            if isinstance(found, Corrupt):
                unread.append(found)
            else:
                rows += found.rows or 0
                fetched += found.status == "published"
            if progress:
                progress(Progress(MEMBERS, done, len(missing), rows))
        if unread:
            more = f"; and {len(unread) - 1} more such days" if len(unread) > 1 else ""
            raise Corrupt(f"{unread[0]}{more}; every other day is kept") from unread[0]
        return fetched

    def kept_or_corrupt(self, day: date) -> DayStatus | Corrupt:
        """A day whose file is wrong stays wrong, and keeps no other day from being fetched."""
        try:
            return self.days.keep(day)
        except Corrupt as error:
            return error

    def catalogue(self) -> list[tuple[str, pa.Schema]]:
        """Every table by its full name, registered files included; not what only `adoption.member_days` is made of."""
        self.blend()
        found = [(f"{CATALOG}.{table.table}", table.schema) for table in self.tables()]
        for name, sql in self.views.items():
            columns = compile(sql, self, now=self.now()).columns
            found.append((".".join(name), pa.schema([(column, result_type(kind)) for column, kind in columns])))
        files = [(name, file.schema) for name, file in self.files.items() if name[1] != member_days.SCHEMA]
        return found + [(".".join(name), schema) for name, schema in files]


def days_of(table: TablePlan) -> tuple[date, ...] | None:
    """The days that a plan reads of a table; None where the table has no days."""
    if "date" not in table.partitions.schema.names:
        return None
    return tuple(date.fromisoformat(day) for day in table.partitions.column("date").to_pylist())


def type_names(schema: pa.Schema) -> list[str]:
    """The columns' types as Athena calls them; Arrow's name in parentheses for one that Athena does not have."""
    return [type_name(field.type) for field in schema]


def type_name(kind: pa.DataType) -> str:
    try:
        return str(from_arrow(kind))
    except UnsupportedSql:
        return f"({kind})"


def connect(
    *, source: str | None = None, hr: str | Path | None = None, environment: Mapping[str, str] | None = None
) -> SlackDatabase:
    """
    Slack's member analytics as a database; nothing is fetched before it is asked.

    Args:
        source: `slack`, or `demo` for a simulated company that needs no account; by default that of the settings.
        hr: A roster (CSV, a workbook, a SCIM listing) that becomes `hr.hr_dataset`; by default that of the settings.
        environment: Where settings are read from; the process's environment by default.

    Raises:
        ConfigurationError: a setting is malformed or unsafe.
        QueryError: the roster cannot be read.
    """
    given = dict(os.environ if environment is None else environment)
    settings = Settings.from_environment(given | ({"SLACKANALYTICS_SOURCE": source} if source else {}))
    with ExitStack() as stack:
        roster = Path(hr) if hr else settings.hr_file
        if settings.source == "demo":
            settings, company_roster = demonstrated(settings, stack)
            roster = roster or company_roster
        database = SlackDatabase(replace(settings, hr_file=roster), closing=stack.pop_all().close)
    try:
        if roster is not None:
            database.register(ROSTER, people.text_table(roster))
    except BaseException:
        database.close()
        raise
    return database


def demonstrated(settings: Settings, stack: ExitStack) -> tuple[Settings, Path]:
    """The settings with a simulator in Slack's place, and the file of its roster."""
    from slackanalytics.simulator import Simulator, write_roster

    today = settings.today or datetime.now(UTC).date()
    simulator = Simulator(today=today, rate_limit=None)
    server = stack.enter_context(simulator.serve())
    path = Path(stack.enter_context(TemporaryDirectory(prefix="slackanalytics-"))) / "HR_dataset.csv"
    write_roster(simulator.company, today, path)
    changed = replace(
        settings,
        source="demo",
        slack_api_url=server.url,
        slack_token=server.token,
        token_store=None,
        rate_limit=None,
        cache_dir=None,
    )
    return changed, path
