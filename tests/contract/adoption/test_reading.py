"""Reading member days: through the database, day by day, with what is missing named."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from tests.contract.adoption.company import RULES, SINCE, UNTIL, Company

import slackanalytics
from athena_federation.errors import ConnectorError, QueryError
from slackanalytics import people
from slackanalytics.adoption import Adoption, blend, measures
from slackanalytics.cache import DayStatus
from slackanalytics.simulator import Simulator

TODAY = date(2026, 11, 25)
TODAYS = {"SLACKANALYTICS_TODAY": str(TODAY)}


def batch(**changes: object) -> pa.RecordBatch:
    """One member day."""
    row = {
        "activity_date": SINCE, "user_id": "U1", "email_address": "a@example.com", "enterprise_employee_number": None,
        **dict.fromkeys(blend.FLAGS, False), **dict.fromkeys(blend.COUNTS, 0), "date_claimed": None,
    }  # fmt: skip
    kinds = {field.name: field.type for field in blend.MEMBER_DAYS} | {"enterprise_employee_number": pa.string()}
    schema = pa.schema([(name, kinds[name]) for name in blend.COLUMNS])
    return pa.RecordBatch.from_pylist([row | changes], schema=schema)


def blended(*batches: pa.RecordBatch, status: Callable[[], list[DayStatus]] = list) -> Adoption:
    found = blend.blended(batches, None, people.Rules(), since=SINCE, until=SINCE + timedelta(days=3), status=status)
    return Adoption(found, since=SINCE, until=SINCE + timedelta(days=3))


def test_days_are_read_with_progress_and_the_pending_one_is_named() -> None:
    told: list[tuple[int, int]] = []
    since, until = TODAY - timedelta(days=40), TODAY - timedelta(days=1)
    with slackanalytics.connect(source="demo", environment=TODAYS) as database:
        adoption = Adoption.read(
            database, None, since=since, until=until, progress=lambda done, of: told.append((done, of))
        )
    assert told == sorted(told)
    assert {of for _, of in told} == {40}
    assert told[-1] == (40, 40)
    assert len(told) > 30
    assert [each.day for each in adoption.coverage] == [since + timedelta(days=n) for n in range(40)]
    assert adoption.newest == until - timedelta(days=1)
    assert (adoption.coverage[-1].status, adoption.coverage[-1].reason) == ("pending", "file_not_yet_available")
    assert any("not published yet" in note for note in adoption.notes)
    assert adoption.departments == ("Unmatched",)


def test_days_before_an_organisation_began_are_days_without_data() -> None:
    began = TODAY - timedelta(days=20)
    simulator = Simulator(
        today=TODAY, rate_limit=None, faults={str(began - timedelta(days=n)): "file_not_found" for n in range(1, 60)}
    )
    with simulator.serve() as server:
        environment = {**TODAYS, "SLACKANALYTICS_SLACK_API_URL": server.url, "SLACKANALYTICS_SLACK_TOKEN": server.token,
                       "SLACKANALYTICS_CACHE_DIR": "off", "SLACKANALYTICS_RATE_LIMIT": "off"}  # fmt: skip
        with slackanalytics.connect(environment=environment) as database:
            adoption = Adoption.read(database, None, since=began - timedelta(days=50), until=TODAY - timedelta(days=2))
    statuses = [each.status for each in adoption.coverage]
    assert statuses == ["absent"] * 50 + ["published"] * 19


def test_a_file_without_members_is_a_day_without_data() -> None:
    adoption = blended(batch(), status=lambda: [DayStatus(day=SINCE + timedelta(days=1), status="published", rows=0)])
    assert [each.status for each in adoption.coverage] == ["published", "absent", "unknown", "unknown"]


def test_nothing_read_is_answered_with_nothing() -> None:
    adoption = blended()
    assert adoption.newest is None
    for name in measures():
        found = adoption.ask(name, since=SINCE, until=SINCE)
        assert found.schema.names == measures()[name].schema.names
        assert name in {"activation", "provisioned", "coverage"} or found.num_rows == 0


def test_an_account_is_who_its_newest_row_says_whatever_the_order() -> None:
    older = batch(email_address="before@example.com")
    newer = batch(activity_date=SINCE + timedelta(days=1), email_address="after@example.com", is_guest=True)
    for order in ((older, newer), (newer, older)):
        found = blend.blended(order, None, people.Rules(), since=SINCE, until=SINCE + timedelta(days=1))
        emails = found.connection.execute(
            "SELECT DISTINCT email_address::VARCHAR, kind::VARCHAR FROM member_days"
        ).fetchall()
        assert emails == [("after@example.com", "guest")]


def test_what_does_not_fit_is_an_error_by_name() -> None:
    with pytest.raises(ConnectorError, match="cannot be held in memory"):
        blended(batch(messages_posted_count=2**40))


def test_a_question_that_there_is_not_is_refused(tmp_path: Path) -> None:
    found, roster = Company(5).blended(tmp_path)
    adoption = Adoption(found, since=SINCE, until=UNTIL, roster=roster)
    with pytest.raises(QueryError, match="no measure 'happiness'; there is activation"):
        adoption.ask("happiness", since=SINCE, until=UNTIL)
    with pytest.raises(QueryError, match="no attribute 'salary'; there is department"):
        adoption.ask("activation_by_attribute", since=SINCE, until=UNTIL, by="salary")
    with pytest.raises(QueryError, match="no measure"):
        adoption.sql("happiness")
    assert RULES.plus
    nasty = adoption.ask("activation_by_department", since=SINCE, until=UNTIL, departments=("x') OR ('1'='1",))
    assert nasty.num_rows == 0


def test_each_measure_begins_with_its_question() -> None:
    for each in measures().values():
        assert each.sql.startswith(f"-- {each.question}\n")
        assert "?" in each.question


def test_reading_ends_when_it_is_interrupted() -> None:
    script = (
        "import slackanalytics, datetime as d\nfrom slackanalytics.adoption import Adoption\n"
        f"db = slackanalytics.connect(source='demo', environment={TODAYS!r})\n"
        "told = lambda done, of: print(done, flush=True)\n"
        "Adoption.read(db, None, since=d.date(2025, 11, 1), until=d.date(2026, 11, 20), progress=told)\n"
    )
    reading = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert reading.stdout
    assert reading.stdout.readline()
    began = time.monotonic()
    reading.send_signal(signal.SIGINT)
    _, told = reading.communicate(timeout=60)
    assert reading.returncode != 0
    assert "KeyboardInterrupt" in told
    assert time.monotonic() - began < 15
