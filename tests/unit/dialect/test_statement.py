"""The face of the dialect: names, types, scans and what bounds them, views, the present."""

from __future__ import annotations

import pytest
from tests.unit.dialect.workspace import NOW, Workspace, bounded, compiled, rows

from athena_federation import dialect
from athena_federation.dialect import Scan
from athena_federation.errors import QueryError, UnknownColumn, UnknownTable, UnsupportedSql

POST = "select * from slackanalytics_catalog.slackanalytics.member_analytics where date='2026-11-10'"
MONTH = (
    "SELECT date, is_active, email_address, messages_posted_count "
    "FROM slackanalytics_catalog.slackanalytics.member_analytics "
    "WHERE date >= date_format(date_trunc('month',current_date),'%Y-%m-%d')"
)


def test_the_statements_of_the_aws_post_compile_as_they_stand() -> None:
    whole, month = compiled(POST), compiled(MONTH)
    assert [name for name, _ in whole.columns][:3] == ["date", "activity_date", "user_id"]
    assert [name for name, _ in month.columns] == ["date", "is_active", "email_address", "messages_posted_count"]
    assert [str(kind) for _, kind in month.columns] == ["varchar", "boolean", "varchar", "bigint"]
    assert whole.scans[0].bounded
    assert month.scans[0].bounded
    assert len(rows(POST)) == 2
    assert len(rows(MONTH)) == 4


def test_a_condition_on_a_day_is_a_plain_comparison() -> None:
    assert """("scan_0"."date" = '2026-11-10')""" in compiled(POST.replace("*", "date")).sql
    assert "CASE" not in compiled(MONTH).sql
    by_date = compiled(
        "select user_id from member_analytics where cast(date as date) >= current_date - interval '7' day"
    )
    assert """CAST("scan_0"."date" AS DATE) >=""" in by_date.sql
    assert "CASE" not in by_date.sql


def test_unnamed_columns_are_called_as_athena_calls_them() -> None:
    sql = 'select count(*), max(date) as "Newest Day", 1 + 1, min(user_id) Who from member_analytics'
    assert [name for name, _ in compiled(sql).columns] == ["_col0", "newest day", "_col2", "who"]


def test_a_column_name_may_repeat() -> None:
    statement = compiled("select date, date, user_id as date from member_analytics")
    assert [name for name, _ in statement.columns] == ["date"] * 3
    assert rows("select user_id, user_id from member_analytics limit 1") == [("U1", "U1")]


def test_each_reference_to_a_table_is_a_scan_of_its_own() -> None:
    statement = compiled("select a.date from member_analytics a join member_analytics b on a.user_id = b.user_id")
    assert [scan.id for scan in statement.scans] == ["scan_0", "scan_1"]
    assert all(isinstance(scan, Scan) and scan.relation.name[2] == "member_analytics" for scan in statement.scans)


def test_a_with_query_is_compiled_once_and_scanned_once() -> None:
    sql = "with a as (select date from member_analytics) select count(*) from a x join a y on x.date = y.date"
    assert len(compiled(sql).scans) == 1


def test_a_with_query_that_nobody_reads_is_not_scanned() -> None:
    sql = "with a as (select date from member_analytics), b as (select department from hr_dataset) select * from b"
    assert [scan.relation.name[2] for scan in compiled(sql).scans] == ["hr_dataset"]


@pytest.mark.parametrize(
    "sql",
    [
        "select user_id from member_analytics where date = '2026-11-10'",
        "select user_id from member_analytics where activity_date > current_date - interval '7' day",
        "select user_id from member_analytics where substr(date, 1, 7) = '2026-11' or user_id = 'U1'",
        "select d from (select date as d, user_id from member_analytics) where d > '2026-11-09'",
        "with a as (select date d from member_analytics) select d from a where year(date(d)) = 2026",
        "select date, count(*) from member_analytics group by date having date > '2026-11-09'",
        "select user_id, max(date) from member_analytics group by user_id having max(date) > '2026-11-09'",
        "select count(*) filter (where date = '2026-11-10') from member_analytics",
        "select user_id from (select user_id, min(date) as d from member_analytics group by 1) where d < '2026-11-10'",
        "select user_id from (select user_id, row_number() over (order by date) n from member_analytics) where n = 1",
        "select 1 where exists (select 1 from member_analytics where date = '2026-11-10')",
        "select 1 where '2026-11-10' in (select date from member_analytics)",
        "select date from member_analytics where case when is_active then date else '' end > '2026'",
    ],
)
def test_a_scan_is_bounded_when_a_condition_depends_on_its_day(sql: str) -> None:
    assert bounded(sql) == [True]


@pytest.mark.parametrize(
    "sql",
    [
        "select user_id from member_analytics",
        "select date from member_analytics order by date",
        "select date, count(*) from member_analytics group by date",
        "select user_id from member_analytics where is_active and user_id = 'U1'",
        "select count(case when date = '2026-11-10' then 1 end) from member_analytics",
        "select * from (select user_id as date from member_analytics) where date = '2026-11-10'",
        "select count(*) filter (where is_active) from member_analytics",
    ],
)
def test_a_scan_is_not_bounded_when_no_condition_depends_on_its_day(sql: str) -> None:
    assert bounded(sql) == [False]


def test_each_side_of_a_join_is_bounded_for_itself() -> None:
    join = "select a.user_id from member_analytics a join member_analytics b on a.user_id = b.user_id"
    assert bounded(f"{join} where a.date = '2026-11-10'") == [True, False]
    assert bounded(f"{join} and b.activity_date = current_date") == [False, True]
    assert bounded("select user_id from member_analytics a join member_analytics b using (user_id, date)") == [
        True,
        True,
    ]
    assert bounded("select 1 from member_analytics a join hr_dataset h on a.email_address = h.employee_email") == [
        False,
        False,
    ]


def test_every_side_of_a_union_is_bounded_by_a_condition_on_the_whole() -> None:
    union = "select date as d from member_analytics union all select date from member_analytics"
    assert bounded(f"select d from ({union}) where d > '2026-11-09'") == [True, True]
    assert bounded(union) == [False, False]


def test_a_view_is_compiled_where_it_is_named_and_sees_nothing_around_it() -> None:
    views = {"active": "select date as day, user_id from member_analytics where is_active"}
    sql = (
        "with member_analytics as (select 1 as x) select user_id from active, member_analytics where day = '2026-11-10'"
    )
    assert rows(sql, **views) == [("U1",), ("U3",)]
    assert bounded(sql, **views) == [True]
    with pytest.raises(QueryError, match=r"in the view .*\.active: COLUMN_NOT_FOUND"):
        compiled("select 1 from active", active="select nosuch from member_analytics")


def test_a_view_made_of_itself_is_refused() -> None:
    with pytest.raises(QueryError, match="VIEW_IS_RECURSIVE"):
        compiled("select * from a", a="select * from b", b="select * from a")


def test_names_are_looked_up_in_lower_case_with_the_parts_that_were_written() -> None:
    workspace = Workspace()
    dialect.compile("select User_ID from SlackAnalytics.Member_Analytics", workspace, now=NOW)
    assert workspace.asked == [("slackanalytics", "member_analytics")]
    with pytest.raises(UnknownTable, match="nosuch"):
        compiled("select 1 from nosuch")


def test_the_present_is_the_one_that_was_given() -> None:
    sql = "select current_date, now(), current_timestamp, localtimestamp, date_format(now(), '%H:%i:%s')"
    ((today, now, same, local, clock),) = rows(sql)
    assert str(today) == "2026-11-25"
    assert now == same == local == NOW.replace(microsecond=123000, tzinfo=None)
    assert clock == "07:30:05"


@pytest.mark.parametrize(
    "sql", ["delete from t", "insert into t select 1", "create table t as select 1", "drop table t", "show tables"]
)
def test_nothing_but_queries_is_answered(sql: str) -> None:
    with pytest.raises(UnsupportedSql, match=f"^{sql.split(maxsplit=1)[0].upper()}: only queries are answered here"):
        compiled(sql)


def test_a_text_in_double_quotes_is_shown_as_it_should_be_written() -> None:
    with pytest.raises(UnknownColumn) as error:
        compiled('select user_id\nfrom member_analytics where date="2026-11-10"')
    assert str(error.value).startswith("COLUMN_NOT_FOUND: there is no column 2026-11-10")
    assert "select user_id from member_analytics where date='2026-11-10'" in str(error.value).splitlines()[0]


def test_a_misspelt_name_gets_the_nearest_one() -> None:
    with pytest.raises(UnknownColumn, match=r"did you mean email_address\?"):
        compiled("select email_adress from member_analytics")
    with pytest.raises(UnknownColumn, match="there is department, employee_email"):
        compiled("select zzz from hr_dataset")
    with pytest.raises(UnknownColumn, match=r"\(line 3, column 7\)"):
        compiled("select user_id\nfrom member_analytics\nwhere nosuch = 1")
    with pytest.raises(QueryError, match=r"FUNCTION_NOT_FOUND: .* date_dif\(\); did you mean date_diff\(\)\?"):
        compiled("select date_dif('day', activity_date, activity_date) from member_analytics")


def test_an_alias_is_seen_by_order_by_alone_and_the_error_says_so() -> None:
    for sql in (
        "select lower(department) as d, count(*) from hr_dataset group by d",
        "select department as d from hr_dataset where d = 'Eng'",
        "select department, count(*) as n from hr_dataset group by department having n > 1",
    ):
        with pytest.raises(UnknownColumn, match="is an alias of the SELECT list, which only ORDER BY sees"):
            compiled(sql)
    assert rows("select lower(department) as d from hr_dataset order by d desc") == [("ops",), ("eng",)]


def test_a_boolean_compared_with_a_text_gets_advice() -> None:
    with pytest.raises(QueryError, match=r"TYPE_MISMATCH: is_active = 'true'.*a boolean is a condition by itself"):
        compiled("select user_id from member_analytics where is_active = 'true'")
    with pytest.raises(QueryError, match=r"TYPE_MISMATCH: .*compare dates with dates"):
        compiled("select user_id from member_analytics where activity_date = '2026-11-10'")


def test_a_type_of_another_engine_gets_athenas_name() -> None:
    with pytest.raises(QueryError, match="TYPE_NOT_FOUND: there is no type string; Athena's is varchar"):
        compiled("select cast(user_id as string) from member_analytics")
    compiled("select user_id as text from member_analytics")


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ("select * from member_analytics natural join hr_dataset", "NATURAL JOIN"),
        ("select 1 from hr_dataset tablesample bernoulli (10)", "TABLESAMPLE|SAMPLE"),
        ("with recursive a as (select 1) select 1 from a", "WITH RECURSIVE"),
        ("select department from hr_dataset order by 1 offset 1 row fetch first 1 row with ties", "WITH TIES"),
        ("select random() from hr_dataset", r"random\(\)"),
        ("select cast('03:04' as time)", r"TIME"),
        ("select length(cast('a' as char(3)))", r"char\(3\)"),
        ("select array[now() at time zone 'Europe/Berlin']", "a time zone other than UTC"),
        ("select array[interval '1' day]", "interval day to second"),
        ("select soundex('a')", r"soundex\(\)"),
        ("select (employee_email, 1) in (select 'a', 2) from hr_dataset", "WHERE only"),
        (
            "select 1 from hr_dataset h cross join lateral (select h.department order by 1 limit 1) x",
            "ORDER BY or LIMIT",
        ),
        ("select cast(array[1e0] as varchar)", r"a cast from array\(double\) to varchar"),
        ("select * from oddities", "column spent of type duration"),
        ("select spent from oddities", "column spent of type duration"),
        ("select profile = profile from member_analytics", r"row\(title varchar\)"),
        ("select count(*) from member_analytics group by profile", r"row\(title varchar\)"),
        ("select user_id from member_analytics order by profile", r"row\(title varchar\)"),
        ("select rank() over (order by profile) from member_analytics", r"row\(title varchar\)"),
        ("select distinct flags from member_analytics", r"map\(varchar, bigint\)"),
        ("select count(distinct flags) from member_analytics", "which maps are equal"),
        ("select count(*) over (partition by flags) from member_analytics", r"map\(varchar, bigint\)"),
        ("select array_sort(flags) from member_analytics", r"needs an array, not map\(varchar, bigint\)"),
        ("select 1; select 2", "more than one statement"),
        ("select transform_keys(flags, (k, v) -> k) from member_analytics", r"the function transform_keys\(\)|Lambda"),
        ("select transform(array[1], x -> (select max(x) from oddities))", "a subquery within a lambda"),
        ("select (array[1 / 0]) is null", "which it never is"),
        (
            "select department from hr_dataset match_recognize (pattern (a) define a as true)",
            "MATCH_RECOGNIZE|MatchRec",
        ),
    ],
)
def test_a_construct_that_is_not_known_is_refused_by_its_name(sql: str, name: str) -> None:
    with pytest.raises((UnsupportedSql, QueryError), match=name):
        compiled(sql)


def test_a_statement_nested_beyond_reason_is_refused_not_crashed() -> None:
    with pytest.raises(UnsupportedSql, match="nested this deeply"):
        compiled("select " + "(" * 3000 + "1" + ")" * 3000)
    grown = "substr(" * 12 + "user_id" + ", -2)" * 12
    with pytest.raises(UnsupportedSql, match="grows beyond"):
        compiled(f"select {grown} from member_analytics")
    many = " or ".join(f"user_id = 'U{n}'" for n in range(2000))
    assert len(rows(f"select 1 from member_analytics where {many}")) == 4


def test_what_a_subquery_selects_from_the_query_around_it_is_refused() -> None:
    with pytest.raises(UnsupportedSql, match="a column of the query around it"):
        compiled("select 1 from member_analytics where user_id in (select email_address from hr_dataset)")
