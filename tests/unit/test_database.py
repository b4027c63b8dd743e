"""connect(): the simulated company or Slack, with notes, an outlook, and nothing that holds up the end."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

import slackanalytics
from athena_federation.engine import Progress
from athena_federation.errors import ConfigurationError, NotPublished, QueryError
from slackanalytics.database import SlackDatabase, days_of
from slackanalytics.simulator import DEMO_TOKEN, Served, Simulator

TODAY = date(2026, 11, 23)
FAULTS = {"2026-11-12": "file_not_found", "2026-11-13": "data_not_available", "2026-11-16": "file_not_yet_available"}
COUNT = "SELECT date, count(*) AS n FROM member_analytics WHERE date BETWEEN '{}' AND '{}' GROUP BY date ORDER BY date"


@pytest.fixture(scope="module")
def simulator() -> Simulator:
    return Simulator(members=20, today=TODAY, rate_limit=None, faults=FAULTS)


@pytest.fixture(scope="module")
def slack(simulator: Simulator) -> Iterator[Served]:
    with simulator.serve() as running:
        yield running


@pytest.fixture
def environment(slack: Served, tmp_path: Path) -> dict[str, str]:
    return {
        "SLACKANALYTICS_SLACK_API_URL": slack.url,
        "SLACKANALYTICS_SLACK_TOKEN": DEMO_TOKEN,
        "SLACKANALYTICS_TODAY": TODAY.isoformat(),
        "SLACKANALYTICS_RATE_LIMIT": "off",
        "SLACKANALYTICS_CACHE_DIR": str(tmp_path / "cache"),
    }


@pytest.fixture
def database(environment: dict[str, str]) -> Iterator[SlackDatabase]:
    with slackanalytics.connect(environment=environment) as opened:
        yield opened


def test_sums_are_those_of_the_files(database: SlackDatabase, simulator: Simulator) -> None:
    lines = gzip.decompress(b"".join(simulator.day_file(date(2026, 11, 10)))).splitlines()
    members = [json.loads(line) for line in lines]
    sql = "SELECT sum(messages_posted_count) AS m, count_if(is_active) AS a FROM member_analytics WHERE date = '2026-11-10'"
    expected = (sum(m["messages_posted_count"] for m in members), sum(m["is_active"] for m in members))
    with database.sql(sql) as answer:
        assert answer.rows() == [expected]


def test_days_without_data_are_notes_together(database: SlackDatabase) -> None:
    with database.sql(COUNT.format("2026-11-11", "2026-11-17")) as answer:
        assert [day for day, _ in answer.rows()] == ["2026-11-11", "2026-11-14", "2026-11-15", "2026-11-17"]
    assert database.notes() == [
        "2026-11-12: no data: file_not_found",
        "2026-11-13: no data: data_not_available",
        "2026-11-16: not published yet: file_not_yet_available",
    ]
    assert database.notes() == []


def test_a_statement_none_of_whose_days_will_ever_have_data_fails(database: SlackDatabase) -> None:
    with pytest.raises(NotPublished, match=r"2026-11-12: Slack has no data .* nor for 1 other day asked for"):
        database.sql(COUNT.format("2026-11-12", "2026-11-13"))


def test_an_outlook_foretells_the_calls_and_makes_none(database: SlackDatabase, slack: Served) -> None:
    before = len(slack.calls)
    sql = COUNT.format("2026-11-02", "2026-11-04")
    (ahead,) = database.outlook(sql)
    assert (len(ahead.days or ()), ahead.calls, ahead.bounded, ahead.minutes) == (3, 3, True, 0)
    assert len(slack.calls) == before
    database.sql(sql).close()
    assert len(slack.calls) == before + ahead.calls == before + database.calls()
    (again,) = database.outlook(sql)
    assert again.calls == 0


def test_the_rate_limit_is_part_of_the_outlook(environment: dict[str, str]) -> None:
    with slackanalytics.connect(environment=environment | {"SLACKANALYTICS_RATE_LIMIT": "20"}) as database:
        (ahead,) = database.outlook("SELECT count(*) AS n FROM member_analytics WHERE date >= '2026-09-24'")
    assert (ahead.calls, ahead.minutes) == (60, 2)
    assert "calls    60 to Slack, about 2 minutes under the rate limit" in str(ahead)


def test_a_plan_names_the_days_when_it_is_printed(database: SlackDatabase) -> None:
    plan = database.explain(COUNT.format("2026-11-02", "2026-11-04"))
    assert days_of(plan.tables[0]) == tuple(date(2026, 11, n) for n in (2, 3, 4))
    assert "partitions  3 of 396: 2026-11-02, 2026-11-03, 2026-11-04" in str(plan)


def test_a_sync_reports_each_day(database: SlackDatabase) -> None:
    steps: list[Progress] = []
    assert database.sync(date(2026, 11, 11), progress=steps.append) == 8
    assert [(step.done, step.of) for step in steps] == [(n, 12) for n in range(1, 13)]
    assert steps[-1].rows == 8 * 20
    assert database.sync(date(2026, 11, 11)) == 0


def test_nothing_is_kept_once_it_is_closed(environment: dict[str, str], tmp_path: Path) -> None:
    database = slackanalytics.connect(environment=environment)
    database.days.status()
    database.close()
    with pytest.raises(Exception, match="cancelled"):
        database.days.keep(date(2026, 11, 10))
    assert list((tmp_path / "cache").rglob("*.parquet")) == []


def test_the_demo_needs_nothing_and_brings_its_roster() -> None:
    with slackanalytics.connect(source="demo", environment={"SLACKANALYTICS_TODAY": "2026-11-23"}) as database:
        names = [name for name, _ in database.catalogue()]
        assert "slackanalytics_catalog.hr.hr_dataset" in names
        folder = database.settings
        assert folder.cache_dir is None
        sql = "SELECT count(*) AS n FROM hr.hr_dataset"
        with database.sql(sql) as answer:
            assert answer.rows()[0][0] > 900


def test_files_and_tables_can_be_registered(database: SlackDatabase, tmp_path: Path) -> None:
    (tmp_path / "hr.csv").write_text("Employee Email,Department\nx@example.com,Sales\n")
    database.register("hr.hr_dataset", tmp_path / "hr.csv")
    database.register("hr.more", pa.table({"a": ["b"]}))
    with database.sql("SELECT employee_email, department, a FROM hr.hr_dataset, hr.more") as answer:
        assert answer.rows() == [("x@example.com", "Sales", "b")]


def test_what_cannot_be_used_is_said_at_once(environment: dict[str, str]) -> None:
    with pytest.raises(QueryError, match=r"no\.csv"):
        slackanalytics.connect(hr="no.csv", environment=environment)
    with pytest.raises(ConfigurationError, match="SLACKANALYTICS_DEADLINE"):
        slackanalytics.connect(environment=environment | {"SLACKANALYTICS_DEADLINE": "never"})
