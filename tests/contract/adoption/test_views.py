"""`adoption.member_days` in SQL, here and as Athena's views, against the member days that are kept in memory."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from tests.contract.adoption.company import RULES, SINCE, TODAY, UNTIL, Company
from tests.contract.adoption.test_measures import rows_of, same

import slackanalytics
from athena_federation.errors import QueryError
from athena_federation.local import Database
from athena_federation.local import connect as local_database
from athena_federation.table import Connector
from slackanalytics import member_days, people
from slackanalytics.adoption import Adoption, measures
from slackanalytics.adoption.athena_views import Places, athena_views, first_needed
from slackanalytics.adoption.blend import MEMBER_DAYS
from slackanalytics.database import CATALOG, SlackDatabase
from slackanalytics.measure_verb import asked
from slackanalytics.simulator import Simulator, write_roster

DEMO_TODAY = date(2026, 11, 25)
FIRST, LAST = date(2026, 9, 21), date(2026, 10, 4)
ALL_DAYS = ", ".join(MEMBER_DAYS.names)


def member_table(company: Company) -> pa.Table:
    """The company's rows as member_analytics has them."""
    table = pa.Table.from_batches(company.batches())
    return table.append_column("date", pc.strftime(table["activity_date"], "%Y-%m-%d"))


def test_every_rule_finds_in_sql_whom_it_finds_in_memory(tmp_path: Path) -> None:
    company = Company(4)
    found, roster = company.blended(tmp_path)
    adoption = Adoption(found, since=SINCE, until=UNTIL, roster=roster)
    with local_database(Connector(name=CATALOG, tables=[])) as database:
        database.register("slackanalytics.member_analytics", member_table(company))
        member_days.offer(database, roster, RULES, catalog=CATALOG)
        asked = ", ".join(name for name in MEMBER_DAYS.names if name != "date")
        in_sql = database.sql(f"SELECT {asked} FROM adoption.member_days ORDER BY activity_date, user_id").rows()
        kept = adoption._connection.execute(f"SELECT {asked} FROM member_days ORDER BY activity_date, user_id")
        assert in_sql == kept.fetchall()
        assert len(in_sql) == len(company.rows)
        rules = {rule for (rule,) in database.sql("SELECT DISTINCT matched_by FROM adoption.member_days").rows()}
        assert rules == set(people.RULES)


def test_a_join_that_drops_the_unmatched_is_found_out(tmp_path: Path) -> None:
    company = Company(4)
    roster = people.read(company.roster_file(tmp_path), today=TODAY)
    with local_database(Connector(name=CATALOG, tables=[])) as database:
        database.register("slackanalytics.member_analytics", member_table(company))
        member_days.offer(database, roster, RULES, catalog=CATALOG)
        view = database.views[database.full_name(member_days.NAME)]
        assert "LEFT JOIN adoption.tenures" in view
        database.view(member_days.NAME, view.replace("LEFT JOIN adoption.tenures", "JOIN adoption.tenures"))
        ((count,),) = database.sql("SELECT count(*) FROM adoption.member_days").rows()
        assert count < len(company.rows)


# ── with a roster, on Slack's own table ─────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SlackDatabase, people.Roster]]:
    path = tmp_path_factory.mktemp("roster") / "HR_dataset.csv"
    write_roster(Simulator(today=DEMO_TODAY, rate_limit=None).company, DEMO_TODAY, path, history=True)
    with slackanalytics.connect(
        source="demo", hr=path, environment={"SLACKANALYTICS_TODAY": str(DEMO_TODAY)}
    ) as database:
        yield database, people.read(path, today=DEMO_TODAY)


def days_of(database: Database, sql: str) -> list[str]:
    """The days that a statement would read of member_analytics."""
    (plan,) = [t for t in database.explain(sql).tables if t.name[2] == "member_analytics"]
    return [str(day) for day in plan.partitions.column("date").to_pylist()]


@pytest.mark.parametrize(
    ("condition", "days"),
    [
        ("date >= '2026-11-22'", ["2026-11-22", "2026-11-23", "2026-11-24"]),
        ("activity_date = DATE '2026-11-03'", ["2026-11-03"]),
        ("date IN ('2026-10-01', '2026-10-05') AND department = 'Marketing'", ["2026-10-01", "2026-10-05"]),
        ("activity_date BETWEEN DATE '2026-10-30' AND DATE '2026-11-01' AND is_active", ["2026-10-30", "2026-10-31", "2026-11-01"]),
    ],
)  # fmt: skip
def test_conditions_prune_member_days_like_member_analytics(
    demo: tuple[SlackDatabase, people.Roster], condition: str, days: list[str]
) -> None:
    database, _ = demo
    sql = f"SELECT department, count(DISTINCT IF(is_active, employee)) FROM {{}} WHERE {condition} GROUP BY 1"
    assert days_of(database, sql.format("adoption.member_days")) == days


def test_without_a_condition_the_usual_days_are_read(demo: tuple[SlackDatabase, people.Roster]) -> None:
    database, _ = demo
    found = days_of(database, "SELECT count(*) FROM adoption.member_days")
    assert found == days_of(database, "SELECT count(user_id) FROM slackanalytics.member_analytics")
    assert len(found) == 30


def test_member_days_can_be_looked_up(demo: tuple[SlackDatabase, people.Roster]) -> None:
    database, _ = demo
    assert f"{CATALOG}.adoption.member_days" in dict(database.catalogue())
    assert ("member_days",) in database.sql("SHOW TABLES IN adoption").rows()
    assert database.sql("SELECT * FROM adoption.member_days WHERE date = '2026-11-02' LIMIT 0").columns == tuple(
        MEMBER_DAYS.names
    )


def test_a_roster_that_cannot_be_used_is_trouble_only_for_who_asks_for_member_days(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text("employee_email,department\na@example.com,Sales\na@example.com,Legal\n", "utf-8")
    with slackanalytics.connect(
        source="demo", hr=path, environment={"SLACKANALYTICS_TODAY": str(DEMO_TODAY)}
    ) as database:
        assert len(database.sql("SELECT * FROM hr.hr_dataset").rows()) == 2
        assert database.sql("SHOW TABLES IN hr").rows() == [("hr_dataset",)]
        for _ in range(2):
            with pytest.raises(QueryError, match=r"no adoption\.member_days: .*lines 2 and 3"):
                database.sql("SELECT count(*) FROM adoption.member_days WHERE date = '2026-11-02'")


def test_without_a_roster_there_are_no_member_days() -> None:
    with (
        local_database(Connector(name=CATALOG, tables=[])) as database,
        pytest.raises(QueryError, match="there is no table"),
    ):
        database.sql("SELECT count(*) FROM adoption.member_days")


# ── as Athena's views ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def athena(demo: tuple[SlackDatabase, people.Roster]) -> Database:
    """The views as Athena would have them: over the connector's catalog, and the roster as Glue has it."""
    database, roster = demo
    texts = [pc.fill_null(pc.cast(column, pa.string()), "") for column in roster.rows.columns]
    its = Database(database.engines, default=CATALOG, now=database.moment)
    its.register("awsdatacatalog.slackanalytics_hr.hr_dataset", pa.table(texts, names=roster.rows.schema.names))
    for view in athena_views(first=FIRST, since=FIRST, until=LAST, today=DEMO_TODAY):
        assert view.statement.count("CREATE OR REPLACE VIEW adoption.") == 1
        its.view(f"adoption.{view.name}", view.query)
    return its


@pytest.fixture(scope="module")
def kept(demo: tuple[SlackDatabase, people.Roster]) -> Adoption:
    database, roster = demo
    return Adoption.read(database, roster, since=FIRST, until=LAST)


def test_athenas_member_days_are_those_in_memory(athena: Database, kept: Adoption) -> None:
    asked = ", ".join(name for name in MEMBER_DAYS.names if name != "date")
    in_athena = athena.sql(f"SELECT {asked} FROM adoption.member_days ORDER BY activity_date, user_id").rows()
    assert (
        in_athena
        == kept._connection.execute(f"SELECT {asked} FROM member_days ORDER BY activity_date, user_id").fetchall()
    )
    assert {row[4] for row in in_athena} >= {"Marketing", "Engineering", "Unmatched"}


def test_athenas_views_read_their_days_and_no_others(athena: Database) -> None:
    days = [str(FIRST + timedelta(days=n)) for n in range(14)]
    assert days_of(athena, "SELECT count(*) FROM adoption.member_days") == days
    assert days_of(athena, measures()["activation_by_department"].sql) == days
    assert days_of(athena, "SELECT count(*) FROM adoption.member_days WHERE date > '2026-10-02'") == days[-2:]


@pytest.mark.parametrize("view", ["days", "roster_only", "period"])
def test_athenas_other_views_are_as_in_memory(athena: Database, kept: Adoption, view: str) -> None:
    found: list[tuple[Any, ...]] = athena.sql(f"SELECT * FROM adoption.{view} ORDER BY 1").rows()
    if view == "period":
        assert found == [(FIRST, LAST)]
    else:
        columns = athena.sql(f"SELECT * FROM adoption.{view}").columns
        assert found == kept._connection.execute(f"SELECT {', '.join(columns)} FROM {view} ORDER BY 1").fetchall()
        assert len(found) > 10


@pytest.mark.parametrize(
    "name", ["activation", "activation_by_attribute", "active_people", "billable_inactive", "coverage", "guests", "platform_mix", "without_account"]
)  # fmt: skip
def test_a_measure_is_the_same_through_athenas_views(athena: Database, kept: Adoption, name: str) -> None:
    found = athena.sql(measures()[name].sql).rows()
    assert same(found, rows_of(kept.ask(name, since=FIRST, until=LAST)))


@pytest.mark.parametrize("name", ["activation_by_department", "active_people", "guests", "without_account", "coverage"])
def test_the_verb_asks_the_measure_itself_over_the_days_that_it_needs(
    demo: tuple[SlackDatabase, people.Roster], name: str
) -> None:
    shared, roster = demo
    read = Adoption.read(shared, roster, since=FIRST - timedelta(days=27), until=LAST)
    with slackanalytics.connect(
        source="demo", hr=roster.path, environment={"SLACKANALYTICS_TODAY": str(DEMO_TODAY)}
    ) as database:
        found = asked(database, measures()[name], FIRST, LAST, guests=False, by="department").rows()
        if name == "activation_by_department":
            assert days_of(database, measures()[name].sql) == [str(FIRST + timedelta(days=n)) for n in range(14)]
    expected = rows_of(read.ask(name, since=FIRST, until=LAST))
    if name == "without_account":  # who has an account is told by these days alone
        assert {row[0] for row in found} >= {row[0] for row in expected}
    else:
        assert same(found, expected)


def test_a_measure_without_a_roster_says_what_it_needs(tmp_path: Path) -> None:
    with (
        slackanalytics.connect(
            environment={"SLACKANALYTICS_SLACK_TOKEN": "xoxp-none", "HOME": str(tmp_path)}
        ) as database,
        pytest.raises(QueryError, match="give --hr FILE"),
    ):
        asked(database, measures()["activation"], FIRST, LAST, guests=False, by="department")


def test_views_say_which_days_a_measure_needs() -> None:
    since, oldest = date(2026, 9, 21), date(2025, 10, 25)
    assert first_needed([measures()["activation"]], since=since, oldest=oldest) == since
    assert first_needed([measures()["activation"], measures()["active_people"]], since=since, oldest=oldest) == date(
        2026, 8, 25
    )
    assert first_needed([measures()["flow"]], since=since, oldest=oldest) == oldest


def test_views_can_be_made_over_other_places_with_guests_by_another_attribute() -> None:
    views = athena_views(first=FIRST, since=FIRST, until=LAST, today=DEMO_TODAY, guests=True, by="cost_center",
                         places=Places(catalog="slack", roster="hr.people"))  # fmt: skip
    text = "\n".join(view.statement for view in views)
    assert "FROM slack.slackanalytics.member_analytics" in text
    assert "FROM hr.people" in text
    assert "coalesce(d.cost_center, 'Unmatched')" in text
    assert "IN ('member', 'guest')" in text
    with pytest.raises(QueryError, match="no attribute 'salary'"):
        athena_views(first=FIRST, since=FIRST, until=LAST, today=DEMO_TODAY, by="salary")
