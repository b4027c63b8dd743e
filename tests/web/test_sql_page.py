"""The SQL page: who may ask, what is written down, what is shown, and what the files hold."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet
import pytest
from starlette.testclient import TestClient
from tests.contract.sandbox.tables import day_list, member_days
from tests.web.desk import KEY, Desk

from slackanalytics.adoption import Adoption
from slackanalytics.adoption.audit import Log
from slackanalytics.adoption.blend import MEMBER_DAYS, Blend
from slackanalytics.adoption.pseudonyms import Pseudonyms
from slackanalytics.people import Matching, matching, tenures
from slackanalytics.sandbox.limits import Limits
from slackanalytics.sandbox.pool import Sandbox
from slackanalytics.web import sql_page
from slackanalytics.web.access import LocalKey
from slackanalytics.web.app import application
from slackanalytics.web.loading import Loading
from slackanalytics.web.sql_tables import Shelf

REASON = "the yearly review of seats"
LONG = "SELECT count(*) FROM adoption.member_days a, adoption.member_days b, adoption.member_days c, adoption.member_days d WHERE a.user_id < d.user_id"


def adoption() -> Adoption:
    """Forty accounts on thirty days."""
    connection = duckdb.connect()
    days = member_days(40, 30).cast(MEMBER_DAYS).drop_columns(["date"])
    tables = {"member_days": days, "days": day_list(30), "roster_only": matching.ROSTER_ONLY.empty_table()}
    for name, table in tables.items():
        connection.register("incoming", table)
        connection.execute(f"CREATE TABLE {name} AS FROM incoming")
        connection.unregister("incoming")
    found = Matching(
        accounts=matching.ACCOUNTS.empty_table(), unmatched=matching.UNMATCHED.empty_table(),
        roster_only=matching.ROSTER_ONLY.empty_table(), tenures=tenures.SCHEMA.empty_table(),
    )  # fmt: skip
    blended = Blend(connection=connection, matching=found, notes=())
    return Adoption(blended, since=date(2026, 9, 1), until=date(2026, 9, 30))


class SqlDesk(Desk):
    """A web app with the SQL page."""

    def __init__(self, sandbox: Sandbox, log: Path) -> None:
        super().__init__()
        self.log = Log(log)
        loading = Loading(lambda _progress: adoption())
        loading.once()
        roster = pa.table({"employee_email": ["a1@example.com"], "salary": ["canary-salary"]})
        shelf = Shelf(lambda: Pseudonyms(b"k" * 32), lambda: {("slackanalytics_catalog", "hr", "hr_dataset"): roster})
        self.sql = sql_page.Desk(loading=loading, sandbox=sandbox, shelf=shelf, log=lambda: self.log)
        self.app = application(
            self.conversation, site=self.site, access=LocalKey(KEY), clock=self.clock, sql=self.sql,
        )  # fmt: skip

    def asking(self, role: str = "pseudonymous") -> TestClient:
        """Somebody who has given a reason."""
        browser = self.admin()
        assert browser.post("/sql/role", data={"role": role, "reason": REASON}).status_code == 303
        return browser


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Limits(deadline=30.0, rows=2_000)) as running:
        yield running


@pytest.fixture
def desk(sandbox: Sandbox, tmp_path: Path) -> SqlDesk:
    return SqlDesk(sandbox, tmp_path / "audit.ndjson")


def ask(browser: TestClient, sql: str, path: str = "/sql/run") -> str:
    """The page on which a statement ends."""
    answer = browser.post(path, data={"sql": sql})
    assert answer.status_code == 303, answer.text
    for _ in range(20):
        shown = browser.get("/sql/result", params={"wait": "1"})
        if "refresh" not in shown.headers:
            return unescape(shown.text)
    pytest.fail("no end")


def test_groups_only_means_no_free_sql(desk: SqlDesk) -> None:
    browser = desk.admin()
    page = browser.get("/sql")
    assert "SQL shows rows about people" in page.text
    assert "<textarea" not in page.text
    refused = browser.post("/sql/run", data={"sql": "SELECT 1"})
    assert refused.status_code == 403
    assert browser.get("/sql/result.csv").status_code == 404
    assert list(desk.log.entries()) == []


def test_more_than_groups_needs_a_reason_and_is_written_down(desk: SqlDesk) -> None:
    browser = desk.admin()
    short = browser.post("/sql/role", data={"role": "identified", "reason": "because"})
    assert short.status_code == 422
    assert "10 characters or more" in short.text
    assert browser.post("/sql/role", data={"role": "root", "reason": REASON}).status_code == 400
    assert browser.post("/sql/role", data={"role": "identified", "reason": REASON}).status_code == 303
    assert "You see names" in browser.get("/sql").text
    [entry] = desk.log.entries()
    assert (entry.who, entry.role, entry.reason) == ("admin", "identified", REASON)


def test_rows_are_shown_and_that_they_were_is_written_down_once(desk: SqlDesk) -> None:
    browser = desk.asking()
    page = ask(
        browser, "SELECT department, count(*) AS n FROM adoption.member_days WHERE department <> 'Sales' GROUP BY 1"
    )
    assert "3 rows" in page
    assert "<bdi>Marketing</bdi>" in page
    browser.get("/sql/result")
    _, entry = desk.log.entries()
    assert entry.what == "asked in SQL"
    assert (entry.rows, entry.tables, entry.reason) == (3, ("adoption.member_days",), REASON)
    assert "Sales" not in entry.sql


def test_an_error_that_quotes_rows_is_written_down_like_rows(desk: SqlDesk) -> None:
    browser = desk.asking("identified")
    sql = "SELECT CAST(max(email_address) AS bigint) FROM adoption.member_days"
    assert "@example.com" in ask(browser, sql)
    browser.get("/sql/result")
    _, entry = desk.log.entries()
    assert (entry.what, entry.role, entry.rows) == ("asked in SQL, and got an error", "identified", 0)
    assert "max(email_address)" in entry.sql


def test_pseudonyms_stand_for_names_before_any_statement_can_see_them(desk: SqlDesk) -> None:
    browser = desk.asking()
    everything = "SELECT * FROM adoption.member_days WHERE date = '2026-09-02'"
    text = ask(browser, everything) + browser.get("/sql/result.csv").text
    for name in ("a1@example.com", ">W1<", ",W1,", ">E1<", ",E1,"):
        assert name not in text
    assert Pseudonyms(b"k" * 32).of("W1") in text
    moments = ask(browser, "SELECT count(*) AS n FROM adoption.member_days WHERE date_claimed % 86400 <> 0")
    assert "<bdi>0</bdi>" in moments
    assert "there is no table hr.hr_dataset" in ask(browser, "SELECT * FROM hr.hr_dataset")


def test_names_are_there_for_those_who_see_them(desk: SqlDesk) -> None:
    browser = desk.asking("identified")
    assert "a1@example.com" in ask(browser, "SELECT DISTINCT email_address FROM adoption.member_days")
    assert "canary-salary" in ask(browser, "SELECT * FROM hr.hr_dataset")


def test_rows_go_with_the_role_in_which_they_were_asked_for(desk: SqlDesk) -> None:
    browser = desk.asking("identified")
    ask(browser, "SELECT DISTINCT email_address FROM adoption.member_days")
    browser.post("/sql/role", data={"role": "aggregate"})
    assert browser.get("/sql/result").headers["location"] == "/sql"
    assert browser.get("/sql/result.csv").status_code == 404
    browser.post("/sql/role", data={"role": "pseudonymous", "reason": REASON})
    assert browser.get("/sql/result.parquet").status_code == 404


def test_nobody_sees_the_rows_of_another_session(desk: SqlDesk) -> None:
    ask(desk.asking("identified"), "SELECT DISTINCT email_address FROM adoption.member_days")
    assert desk.asking("identified").get("/sql/result.csv").status_code == 404


def test_files_hold_every_row_and_no_formula(desk: SqlDesk) -> None:
    browser = desk.asking()
    sql = "SELECT user_id, '=1+1' AS \"@formula\", -5 AS n, 1.5E0 AS d, NULL AS nothing, user_id AS user_id, TIMESTAMP '2026-01-01 10:00:00' AS at FROM adoption.member_days"
    page = ask(browser, sql)
    assert "First 1,000 of 1,200 rows" in page
    answer = browser.get("/sql/result.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="result.csv"'
    head, first, *rest = csv.reader(io.StringIO(answer.text))
    assert head == ["user_id", "'@formula", "n", "d", "nothing", "user_id", "at"]
    assert first[1:5] == ["'=1+1", "-5", "1.5", ""]
    assert first[6] == "2026-01-01 10:00:00.000"
    assert len(rest) == 1_199
    table: Any = pyarrow.parquet.read_table(io.BytesIO(browser.get("/sql/result.parquet").content))
    assert table.num_rows == 1_200
    assert table.column_names[5] == "user_id_1"
    assert [entry.rows for entry in desk.log.entries()][-2:] == [1_200, 1_200]


def test_an_answer_that_was_cut_says_so_on_the_page_and_in_the_files_name(desk: SqlDesk) -> None:
    browser = desk.asking()
    page = ask(browser, "SELECT a.user_id FROM adoption.member_days a CROSS JOIN adoption.days b")
    assert "First 1,000 of more than 2,000 rows" in page
    assert "ends after 2,000 of them, in the files too" in page
    name = browser.get("/sql/result.csv").headers["content-disposition"]
    assert "result-first-2000-rows.csv" in name


def test_explain_says_what_would_be_read(desk: SqlDesk) -> None:
    page = ask(desk.asking(), "SELECT user_id FROM adoption.member_days WHERE date >= '2026-09-29'", "/sql/explain")
    assert "2 of 30: 2026-09-29 to 2026-09-30" in page
    assert "none: the rows are in memory" in page


def test_an_error_points_into_the_statement(desk: SqlDesk) -> None:
    page = ask(desk.asking(), "SELECT date,\n  departmet FROM adoption.member_days")
    assert "did you mean department?" in page
    assert 'data-line="2" data-column="3"' in page
    assert "<mark>departmet</mark>" in page


def test_what_is_asked_and_answered_is_shown_and_never_obeyed(desk: SqlDesk) -> None:
    browser = desk.asking()
    ask(browser, "SELECT '</textarea><script>alert(1)</script>' AS \"<b>\"")
    assert "<script>alert" not in browser.get("/sql/result").text


def test_a_long_statement_can_be_cancelled_and_nothing_else_is_asked_meanwhile(desk: SqlDesk) -> None:
    browser = desk.asking()
    assert browser.post("/sql/run", data={"sql": LONG}).status_code == 303
    running = browser.get("/sql/result")
    assert "Cancel" in running.text
    assert running.headers["refresh"] == "1; url=/sql/result?wait=1"
    crowded = browser.post("/sql/run", data={"sql": "SELECT 1"})
    assert crowded.status_code == 429
    assert "your last statement has not ended".capitalize() in crowded.text
    assert browser.post("/sql/cancel").status_code == 303
    assert "Cancelled" in browser.get("/sql/result", params={"wait": "1"}).text


def test_every_measure_is_a_ready_statement(desk: SqlDesk) -> None:
    browser = desk.asking()
    assert "/sql?measure=provisioned" in browser.get("/sql").text
    page = browser.get("/sql", params={"measure": "provisioned"})
    assert "FROM adoption.counted_days d" in page.text
    assert browser.get("/sql", params={"measure": "../../etc/passwd"}).status_code == 200


def test_what_cannot_be_written_down_is_not_shown(desk: SqlDesk, tmp_path: Path) -> None:
    browser = desk.asking()
    blocked = tmp_path / "no folder"
    blocked.write_text("")
    desk.log = Log(blocked / "audit.ndjson")
    page = ask(browser, "SELECT DISTINCT user_id FROM adoption.member_days")
    assert "cannot be made" in page
    assert Pseudonyms(b"k" * 32).of("W1") not in page
