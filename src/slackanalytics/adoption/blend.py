"""Member days: what every account did on every day, and whose it was on that day; in one DuckDB, in memory.

The days come through SQL on `member_analytics`, as everybody's do. The person of an account comes from the matching with
the roster, the person's department from the tenure that holds on the day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import duckdb
import pyarrow as pa

from athena_federation import engine
from athena_federation.dialect import explained
from athena_federation.errors import ConnectorError, NotPublished
from slackanalytics import people
from slackanalytics.cache import DayStatus
from slackanalytics.database import SlackDatabase
from slackanalytics.people import matching, tenures

UNMATCHED = "Unmatched"
"""The department of an account that no row of the roster holds for on a day."""
CHUNK = 31
"""Days asked for at a time; their rows are in memory twice for a moment."""

FLAGS = ("is_guest", "is_billable_seat", "is_active", "is_active_ios", "is_active_android", "is_active_desktop")
COUNTS = ("messages_posted_count", "channel_messages_posted_count", "reactions_added_count", "files_added_count")
IDENTITY = ("user_id", "email_address", "enterprise_employee_number")
COLUMNS = ("activity_date", *IDENTITY, *FLAGS, *COUNTS, "date_claimed")
"""What is read of a day."""
ATTRIBUTES = ("location", "manager_email", "job_title", "cost_center", "worker_type")
GROUPS = ("department", *ATTRIBUTES)
"""What people can be grouped by."""

MEMBER_DAYS = pa.schema(
    [
        ("date", pa.string()),
        ("activity_date", pa.date32()),
        ("user_id", pa.string()),
        ("employee", pa.string()),
        ("email_address", pa.string()),
        ("department", pa.string()),
        *((name, pa.string()) for name in ATTRIBUTES),
        ("matched_by", pa.string()),
        ("kind", pa.string()),
        *((name, pa.bool_()) for name in FLAGS),
        *((name, pa.int64()) for name in COUNTS),
        ("date_claimed", pa.int64()),
    ]
)
"""The columns of `adoption.member_days`: one row per account and day."""

DAYS = pa.schema(
    [("date", pa.string()), ("activity_date", pa.date32()), ("status", pa.string()), ("reason", pa.string()), ("rows", pa.int64())]
)  # fmt: skip
"""The columns of `adoption.days`."""

Progress = Callable[[int, int], None]
"""Told how many days are read, and how many there are to read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blend:
    """What was read, as tables `member_days`, `days` and `roster_only` of a DuckDB instance of its own."""

    connection: duckdb.DuckDBPyConnection
    matching: people.Matching
    notes: tuple[str, ...] = ()
    """What readers should know about the days."""


def read(
    database: SlackDatabase,
    roster: people.Roster | None,
    rules: people.Rules,
    *,
    since: date,
    until: date,
    progress: Progress | None = None,
) -> Blend:
    """
    Read days and blend them with the roster.

    Raises FederationError where a day cannot be read.
    """
    rows = incoming(database, since, until, progress)
    found = blended(rows, roster, rules, since=since, until=until, status=database.days.status)
    return replace(found, notes=tuple(database.notes()))


def incoming(
    database: SlackDatabase, since: date, until: date, progress: Progress | None = None
) -> Iterator[pa.RecordBatch]:
    """The rows of the days. A day without data has none; that it has none is for `days` to say."""
    total = (until - since).days + 1
    for first, last in spans(since, until):
        before = (first - since).days

        def told(read: engine.Progress, before: int = before) -> None:
            if progress:
                progress(before + read.done, total)

        sql = f"SELECT {', '.join(COLUMNS)} FROM slackanalytics.member_analytics WHERE date BETWEEN '{first}' AND '{last}'"
        try:
            answer = database.sql(sql, progress=told)
        except NotPublished:
            answer = None  # none of these days has data, as before an organisation began
        if answer is not None:
            with answer:
                yield from answer.batches()
        if progress:
            progress((last - since).days + 1, total)


def spans(since: date, until: date) -> Iterator[tuple[date, date]]:
    """The days, some at a time."""
    first = since
    while first <= until:
        last = min(first + timedelta(days=CHUNK - 1), until)
        yield first, last
        first = last + timedelta(days=1)


def blended(
    rows: Iterable[pa.RecordBatch],
    roster: people.Roster | None,
    rules: people.Rules,
    *,
    since: date,
    until: date,
    status: Callable[[], Iterable[DayStatus]] = tuple,
) -> Blend:
    """
    Rows of `COLUMNS`, one per account and day, blended with the roster.

    `status` tells, once the rows are there, what is known of days without any.
    """
    connection = duckdb.connect(config={"autoinstall_known_extensions": "false"})
    try:
        connection.execute("SET TimeZone = 'UTC'")
        gather(connection, rows)
        accounts: pa.Table = connection.sql("FROM accounts ORDER BY user_id").to_arrow_table()
        whose = matched(accounts, roster, rules)
        join(connection, whose)
        keep_days(connection, status(), since, until)
    except duckdb.Error as error:
        connection.close()
        raise ConnectorError(f"the member days cannot be held in memory: {explained(str(error))}") from error
    except BaseException:
        connection.close()
        raise
    return Blend(connection=connection, matching=whose)


def gather(connection: duckdb.DuckDBPyConnection, rows: Iterable[pa.RecordBatch]) -> None:
    """`read`, what accounts did; and `accounts`, who they are: by the newest row that says it."""
    kept = ", ".join(("activity_date", "user_id", *FLAGS, *COUNTS, "date_claimed"))
    flags = ", ".join(f"{name} BOOLEAN" for name in FLAGS)
    counts = ", ".join(f"{name} INTEGER" for name in COUNTS)
    who = "user_id VARCHAR, email_address VARCHAR, enterprise_employee_number VARCHAR, is_guest BOOLEAN"
    connection.execute(
        f"CREATE TABLE read (activity_date DATE, user_id VARCHAR, {flags}, {counts}, date_claimed BIGINT)"
    )
    connection.execute(f"CREATE TABLE seen ({who}, newest DATE)")
    for batch in rows:
        connection.register("incoming", pa.Table.from_batches([batch]))
        connection.execute(f"INSERT INTO read SELECT {kept} FROM incoming")
        connection.execute(
            "INSERT INTO seen SELECT user_id, email_address, enterprise_employee_number, is_guest, max(activity_date)"
            " FROM incoming GROUP BY ALL"
        )
        connection.unregister("incoming")
    newest = ", ".join(f"arg_max({name}, newest) AS {name}" for name in (*IDENTITY[1:], "is_guest"))
    connection.execute(f"CREATE TABLE accounts AS SELECT user_id, {newest} FROM seen GROUP BY user_id")
    connection.execute("DROP TABLE seen")


def matched(accounts: pa.Table, roster: people.Roster | None, rules: people.Rules) -> people.Matching:
    """Whose each account is; without a roster nobody's."""
    if roster is not None:
        return people.match(accounts, roster, rules)
    ids, kinds = accounts["user_id"], [matching.kind_of(each, rules) for each in accounts.to_pylist()]
    none, reason = pa.array([matching.NONE] * len(ids)), pa.array(["there is no roster"] * len(ids), pa.string())
    numbers = accounts["enterprise_employee_number"]
    return people.Matching(
        accounts=pa.table([ids, ids, none, pa.array(kinds, pa.string())], schema=matching.ACCOUNTS),
        unmatched=pa.table(
            [ids, accounts["email_address"], numbers, pa.array(kinds, pa.string()), reason], schema=matching.UNMATCHED
        ),
        roster_only=matching.ROSTER_ONLY.empty_table(),
        tenures=tenures.SCHEMA.empty_table(),
    )


def join(connection: duckdb.DuckDBPyConnection, found: people.Matching) -> None:
    """`member_days`, in which texts that repeat are numbers underneath."""
    for name, table in (("matching", found.accounts), ("tenures", found.tenures), ("roster_only", found.roster_only)):
        connection.register("incoming", table)
        connection.execute(f"CREATE TABLE {name} AS FROM incoming")
        connection.unregister("incoming")
    texts = {
        "d.user_id": "user_id", "m.employee": "employee", "a.email_address": "email_address",
        f"coalesce(t.department, '{UNMATCHED}')": "department", **{f"t.{name}": name for name in ATTRIBUTES},
        "m.matched_by": "matched_by", "m.kind": "kind",
    }  # fmt: skip
    source = {
        "user_id": "SELECT user_id FROM accounts", "employee": "SELECT employee FROM matching",
        "email_address": "SELECT email_address FROM accounts", "matched_by": "SELECT matched_by FROM matching",
        "kind": "SELECT kind FROM matching",
        "department": f"SELECT department FROM tenures UNION SELECT '{UNMATCHED}'",
        **{name: f"SELECT {name} FROM tenures UNION SELECT '{UNMATCHED}'" for name in ATTRIBUTES},
    }  # fmt: skip
    for name, values in source.items():
        known = f"SELECT DISTINCT {name} FROM ({values}) WHERE {name} IS NOT NULL ORDER BY 1"
        some = connection.execute(known).fetchone() is not None
        connection.execute(f"CREATE TYPE of_{name} AS ENUM ({known if some else chr(39) * 2})")
    coded = ", ".join(f"CAST({text} AS of_{name}) AS {name}" for text, name in texts.items())
    plain = ", ".join(f"d.{name}" for name in (*FLAGS, *COUNTS, "date_claimed"))
    connection.execute(
        f"CREATE TABLE member_days AS SELECT d.activity_date, {coded}, {plain}"
        " FROM read d JOIN accounts a ON a.user_id = d.user_id JOIN matching m ON m.user_id = d.user_id"
        " LEFT JOIN tenures t ON t.employee = m.employee AND m.matched_by <> 'none'"
        " AND (t.since IS NULL OR t.since <= d.activity_date) AND (t.until IS NULL OR d.activity_date < t.until)"
        " ORDER BY d.activity_date"
    )
    connection.execute("DROP TABLE read")


def keep_days(connection: duckdb.DuckDBPyConnection, statuses: Iterable[DayStatus], since: date, until: date) -> None:
    """`days`: which are there, and why others are not. A day counts as published when there are rows of it."""
    there = dict(connection.execute("SELECT activity_date, count(*) FROM member_days GROUP BY 1").fetchall())
    known = {status.day: status for status in statuses}
    found = [known_of(since + timedelta(days=n), there, known) for n in range((until - since).days + 1)]
    connection.register("incoming", pa.Table.from_pylist(found, schema=DAYS))
    connection.execute("CREATE TABLE days AS FROM incoming")
    connection.unregister("incoming")


def known_of(day: date, there: Mapping[date, int], known: Mapping[date, DayStatus]) -> dict[str, object]:
    """A row of `days`. A file that was read and is empty is a day without data."""
    status = known.get(day)
    said = "published" if day in there else status.status if status else "unknown"
    if said == "published" and day not in there:
        said = "absent"
    return {
        "date": day.isoformat(),
        "activity_date": day,
        "status": said,
        "reason": status.reason if status and day not in there else None,
        "rows": there.get(day),
    }
