"""The answer with pruning is the answer over all days: random rows, random conditions, many shapes of statement."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from athena_federation import local
from athena_federation.engine import Transport, in_process, loopback
from athena_federation.errors import QueryError
from athena_federation.handler import Handler
from athena_federation.partitions import Daily
from athena_federation.planner import Need, Planner
from athena_federation.table import Column, Connector, Scan, Table

TODAY = date(2026, 3, 10)
FIRST = date(2026, 1, 20)
DAYS = [FIRST + timedelta(days=n) for n in range((TODAY - FIRST).days)]
COLUMNS = [
    Column("date", pa.string()),
    Column("activity_date", pa.date32()),
    Column("user_id", pa.string()),
    Column("is_active", pa.bool_()),
    Column("messages", pa.int64()),
]
SCHEMA = pa.schema([(column.name, column.type) for column in COLUMNS])


def rows_of(day: date) -> list[dict[str, object]]:
    chance = random.Random(day.toordinal())
    return [
        {
            "date": day.isoformat(),
            "activity_date": day,
            "user_id": chance.choice([f"U{n}", f"U{n + 1}", day.isoformat()]),
            "is_active": chance.choice([True, False, None]),
            "messages": chance.choice([None, 0, 1, n, 100]),
        }
        for n in range(chance.randrange(4))
    ]


def read(scan: Scan) -> Iterator[pa.RecordBatch]:
    yield pa.RecordBatch.from_pylist(rows_of(scan.day), schema=SCHEMA)


def database_over(transport: Callable[[Handler], Transport]) -> local.Database:
    """`s.t` is read day by day; `whole.t` holds the same rows and is never pruned."""
    partition = Daily("date", since=FIRST, same_day="activity_date")
    table = Table(name="t", columns=COLUMNS, partition=partition, read=read)
    connector = Connector(name="s", tables=[table], today=lambda: TODAY)
    database = local.connect(connector, now=lambda: datetime(2026, 3, 10, 15, tzinfo=UTC), transport=transport)
    everything = [row for day in DAYS for row in rows_of(day)]
    database.register("whole.t", pa.Table.from_pylist(everything, schema=SCHEMA))
    some = [day.isoformat() for day in DAYS[::5]]
    database.register("other.days", pa.table({"d": some, "n": pa.array(range(len(some)), pa.int64())}))
    return database


@pytest.fixture(scope="module")
def called() -> Iterator[local.Database]:
    with database_over(in_process) as made:
        yield made


@pytest.fixture(scope="module")
def dumped() -> Iterator[local.Database]:
    with database_over(loopback) as made:
        yield made


# Conditions: § stands for the table that a column is of.
text_days = st.sampled_from([*DAYS, date(2019, 1, 1), date(2027, 1, 1)]).map(lambda day: f"'{day.isoformat()}'")
real_days = text_days.map("date {}".format)
comparisons = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
atoms = st.one_of(
    st.builds("§date {} {}".format, comparisons, text_days),
    st.builds("{1} {0} §date".format, comparisons, text_days),
    st.builds("§activity_date {} {}".format, comparisons, real_days),
    st.builds("§date between {} and {}".format, text_days, text_days),
    st.builds("§date in ({}, {}, {})".format, text_days, text_days, text_days),
    st.builds("§date not in ({}, {})".format, text_days, text_days),
    st.builds("§date like {}".format, st.sampled_from(["'2026-02-%'", "'%-01'", "'2026-0_-1%'", "'%'", "'x%'"])),
    st.builds("month(§activity_date) = {}".format, st.integers(1, 3)),
    st.builds("day_of_week(§activity_date) {} {}".format, comparisons, st.integers(1, 7)),
    st.builds("cast(§date as date) {} current_date - interval '{}' day".format, comparisons, st.integers(0, 50)),
    st.builds(
        "§date {} date_format(date_add('day', -{}, current_date), '%Y-%m-%d')".format, comparisons, st.integers(0, 50)
    ),
    st.builds("date_trunc('month', §activity_date) {} date '2026-02-01'".format, comparisons),
    st.builds("substr(§date, 6, 2) = '{:02d}'".format, st.integers(1, 3)),
    st.sampled_from(
        [
            "§is_active", "not §is_active", "§is_active is null", "§messages > 0", "§messages is null", "1 = 0",
            "§date is null", "§date is not null", "§activity_date is null", "§user_id = §date", "§user_id = 'U1'",
            "coalesce(§date, 'x') > '2026-02'", "§date = §date", "length(§date) = §messages",
            "case when §is_active then §date else '2026-02-02' end = '2026-02-02'",
            "if(§messages > 0, §date, '2026-02-03') in ('2026-02-02', '2026-02-03')",
        ]
    ),
)  # fmt: skip
conditions = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("not ({})".format, inner),
        st.builds("(case when {} then {} else {} end)".format, inner, inner, inner),
    ),
    max_leaves=6,
)

# Statements: TABLE is the table, P(x) and Q(x) are the conditions on x.
SHAPES = (
    "select * from TABLE x where P(x)",
    "select count(*) from TABLE x where P(x)",
    "select user_id, sum(messages), count(*) from TABLE x where P(x) group by user_id",
    "select * from (select * from TABLE x where P(x)) y where Q(y)",
    "with w as (select date, activity_date, is_active, messages, user_id from TABLE) select * from w x where P(x)",
    "with w as (select * from TABLE x where P(x)) select x.date, y.user_id from w x join w y on x.date = y.date where Q(y)",
    "select x.user_id, y.user_id from TABLE x left join (select * from TABLE y where Q(y)) y on x.date = y.date where P(x)",
    "select x.user_id, y.user_id from TABLE x left join TABLE y on x.date = y.date and Q(y) where P(x)",
    "select x.user_id, y.user_id from TABLE x left join TABLE y on x.date = y.date where P(x) and Q(y)",
    "select x.user_id, y.user_id from TABLE x left join TABLE y on x.user_id = y.user_id where Q(y) or P(x)",
    "select x.date, y.n from TABLE x left join other.days y on x.date = y.d where P(x)",
    "select y.n, x.user_id from other.days y left join TABLE x on x.date = y.d and P(x)",
    "select y.n, x.user_id from other.days y left join TABLE x on x.date = y.d where P(x)",
    "select y.n, x.user_id from other.days y left join TABLE x on x.date = y.d where P(x) or x.date is null",
    "select x.date, y.date from TABLE x full join TABLE y on x.user_id = y.user_id and x.date = y.date where P(x)",
    "select user_id from TABLE x where P(x) union all select user_id from TABLE y where Q(y)",
    "select user_id from TABLE x where P(x) except select user_id from TABLE y where Q(y)",
    "select user_id from TABLE x where P(x) intersect select user_id from TABLE y where Q(y)",
    "select * from TABLE x where P(x) and user_id in (select user_id from TABLE y where Q(y))",
    "select * from TABLE x where P(x) and not exists (select 1 from TABLE y where y.user_id = x.user_id and Q(y))",
    "select * from TABLE x where P(x) or date = (select max(date) from TABLE y where Q(y))",
    "select date, count(*) from TABLE x where P(x) group by date having date >= '2026-02-01' and count(*) > 1",
    "select * from (select *, rank() over (partition by date order by user_id, messages) as r from TABLE) x where P(x)",
    "select * from (select *, count(*) over (partition by user_id) as r from TABLE) x where P(x)",
    "select max(date), min(activity_date) from TABLE x where P(x)",
    "select count(*) filter (where P(x)), count_if(Q(x)) from TABLE x",
    "select * from (select date as user_id, user_id as date, activity_date, is_active, messages from TABLE) x where P(x)",
    "select count(*) from TABLE x, TABLE y where P(x) and Q(y) and x.messages = y.messages",
)


def statement(shape: str, p: str, q: str) -> str:
    for alias in ("x", "y"):
        shape = shape.replace(f"P({alias})", p.replace("§", f"{alias}.")).replace(
            f"Q({alias})", q.replace("§", f"{alias}.")
        )
    return shape


def answer(database: local.Database, sql: str) -> list[tuple[object, ...]]:
    with database.sql(sql) as result:
        return sorted(result.rows(), key=repr)


def compare(database: local.Database, shape: str, p: str, q: str) -> None:
    """A value that cannot be cast is an error over all days, and may not be met over fewer: that compares nothing."""
    sql = statement(shape, p, q)
    try:
        whole = answer(database, sql.replace("TABLE", "whole.t"))
    except QueryError:
        reject()
    assert answer(database, sql.replace("TABLE", "s.t")) == whole


@settings(max_examples=150, deadline=None)
@given(shape=st.sampled_from(SHAPES), p=conditions, q=conditions)
def test_the_answer_with_pruning_is_the_answer_over_all_days(
    called: local.Database, shape: str, p: str, q: str
) -> None:
    compare(called, shape, p, q)


@settings(max_examples=25, deadline=None)
@given(shape=st.sampled_from(SHAPES), p=conditions, q=conditions)
def test_the_same_holds_when_every_message_is_dumped_and_loaded(
    dumped: local.Database, shape: str, p: str, q: str
) -> None:
    compare(dumped, shape, p, q)


def test_the_comparison_notices_a_planner_that_drops_a_day() -> None:
    """The twin of the test above: one day too few, and the answers differ."""

    class Careless(Planner):
        def needs(self, *args: Any) -> dict[str, Need]:
            found = super().needs(*args)
            return {scan: replace(need, partitions=need.partitions[1:]) for scan, need in found.items()}

    with database_over(in_process) as database:
        database.planner.close()
        database.planner = Careless()
        sql = "select count(*) from TABLE where date >= '2026-01-20'"
        assert answer(database, sql.replace("TABLE", "s.t")) != answer(database, sql.replace("TABLE", "whole.t"))
