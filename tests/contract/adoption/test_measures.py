"""Every measure against plain Python over a company whose truth is planted, and twins of them that must fail."""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest
from tests.contract.adoption.company import LOST_WEEK, SINCE, UNTIL, Company
from tests.contract.adoption.oracle import Answer, Oracle

from slackanalytics.adoption import Adoption, measures
from slackanalytics.adoption.questions import measure

SEEDS = (1, 2, 3)
FILTERS: tuple[dict[str, Any], ...] = (
    {"since": SINCE, "until": UNTIL},
    {"since": date(2026, 8, 3), "until": date(2026, 8, 30), "by": "location"},
    {"since": date(2026, 8, 12), "until": UNTIL, "guests": True, "by": "worker_type"},
    {"since": date(2026, 6, 20), "until": date(2026, 9, 1), "departments": ("Marketing", "Sales")},
    {"since": date(2026, 7, 29), "until": date(2026, 8, 30), "departments": ("Unmatched",), "guests": True},
    {"since": UNTIL, "until": UNTIL},
)
Made = tuple[Company, Adoption]


@pytest.fixture(scope="module", params=SEEDS)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    company = Company(request.param)
    found, roster = company.blended(tmp_path_factory.mktemp("roster"))
    adoption = Adoption(found, since=SINCE, until=UNTIL, roster=roster)
    yield company, adoption
    adoption.close()


def rows_of(table: pa.Table) -> Answer:
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))


def same(one: Answer, two: Answer) -> bool:
    """The same rows in the same order; what was divided, up to the last digits."""
    return len(one) == len(two) and all(
        len(a) == len(b) and all(math.isclose(x, y) if isinstance(x, float) and isinstance(y, float) else x == y for x, y in zip(a, b, strict=True))
        for a, b in zip(one, two, strict=True)
    )  # fmt: skip


def expected(company: Company, name: str, filters: dict[str, Any]) -> Answer:
    return Oracle(company, **filters).answer("guests_" if name == "guests" else name)


@pytest.mark.parametrize("name", measures())
def test_a_measure_says_what_plain_python_says(made: Made, name: str) -> None:
    company, adoption = made
    for filters in FILTERS:
        found = rows_of(adoption.ask(name, **filters))
        assert same(found, expected(company, name, filters)), (filters, found[:5], expected(company, name, filters)[:5])


TWINS = (
    ("provisioned", "d.employee", "d.user_id"),  # counts accounts
    ("activation", "IF(d.is_active, d.employee)", "IF(d.is_active, d.user_id)"),
    ("activation_by_department", "WHERE d.act", "WHERE d.department <> 'Unmatched' AND d.act"),  # as an INNER JOIN does
    ("activation_by_department", "d.employee", "d.user_id"),
    (
        "activation_by_day",
        "(SELECT until FROM adoption.period)",
        "date_add('day', -2, (SELECT until FROM adoption.period))",
    ),
    (
        "activation_by_week",
        "date_trunc('week', d.activity_date)",
        "date_add('day', -1, date_trunc('week', d.activity_date))",
    ),
    ("activation_by_attribute", "d.attribute", "d.department"),
    ("activation_by_department_week", "count(DISTINCT d.employee)", "count(d.employee)"),
    ("active_people", "date_add('day', 7, day)", "date_add('day', 6, day)"),  # excludes the seventh day
    ("active_people", "date_add('day', 28, day)", "date_add('day', 27, day)"),
    ("active_people", "date_add('day', 7, day)", "date_add('day', 8, day)"),
    ("stickiness", "/ published.days", "/ 28"),  # as if no day were missing
    ("stickiness", "'27' DAY", "'28' DAY"),
    ("billable_inactive", "LEFT JOIN used", "JOIN used"),
    ("billable_inactive", "-28", "-27"),
    ("billable_inactive", "AND d.activity_date > date_add", "AND d.activity_date >= date_add"),
    ("billable_inactive", "d.is_billable_seat", "true"),
    ("billable_inactive_people", "-28", "-27"),
    ("billable_inactive_people", "used.last_active IS NULL\n   OR", ""),
    ("claimed", "IS NOT NULL", "IS NULL"),
    ("never_claimed", "d.date_claimed IS NOT NULL", "d.is_active"),
    ("platform_mix", "d.is_active\n", "true\n"),
    ("platform_mix", "> 1", "> 0"),
    ("posting_share", "d.is_active AND d.messages", "d.messages"),
    ("channel_share", "d.messages_posted_count > 0", "d.is_active"),
    ("messages", "sum(d.reactions_added_count)", "sum(d.files_added_count)"),
    ("guests", "d.kind <> 'bot'", "true"),
    ("flow", "WHERE status = 'published'", ""),  # a week without data makes everybody lapse
    ("flow", "following > number + 1", "following > number + 2"),
    ("flow", "before IS NULL", "before IS NULL OR before < number - 2"),
    ("flow", "known.number > 1", "known.number > 0"),
    ("retention", "nullif(min(IF(active, month)), (SELECT month FROM oldest))", "min(IF(active, month))"),
    ("retention", "date_trunc('month', CAST(from_unixtime(min(claimed)) AS date))", "CAST(NULL AS date)"),
    ("without_account", "WHERE r.employed", ""),
    ("coverage", "rows AS accounts", "rows + 1 AS accounts"),
)


def test_each_measure_has_a_twin_that_is_wrong() -> None:
    assert {name for name, _, _ in TWINS} == set(measures())


@pytest.mark.parametrize(("name", "right", "wrong"), TWINS)
def test_a_measure_that_is_a_little_wrong_is_found_out(made: Made, name: str, right: str, wrong: str) -> None:
    company, adoption = made
    sql = measures()[name].sql
    assert right in sql
    twin = measure(name, sql.replace(right, wrong))
    defaults: dict[str, Any] = {"departments": (), "guests": False, "by": "department"}
    assert not all(
        same(rows_of(adoption._computed(twin, **(defaults | filters))), expected(company, name, filters))
        for filters in FILTERS
    )


# ── what was planted is seen ────────────────────────────────────────────────────────────────────────────────────────


def test_marketing_lags_and_use_grows(made: Made) -> None:
    _, adoption = made
    rates = {
        row["department"]: row["activation_rate"]
        for row in adoption.ask("activation_by_department", since=date(2026, 9, 1), until=date(2026, 9, 2)).to_pylist()
    }
    assert min(rates, key=lambda name: rates[name]) == "Marketing"
    weeks = adoption.ask("activation_by_week", since=SINCE, until=UNTIL)["activation_rate"].to_pylist()
    assert sum(weeks[-4:]) > sum(weeks[:4])


def test_on_a_day_nobody_is_counted_twice_or_lost(made: Made) -> None:
    _, adoption = made
    for day in (SINCE, date(2026, 8, 12), date(2026, 9, 19)):
        if day in {each.day for each in adoption.coverage if each.status == "published"}:
            parts = adoption.ask("activation_by_department", since=day, until=day)
            (whole,) = adoption.ask("activation", since=day, until=day).to_pylist()
            assert sum(parts["provisioned"].to_pylist()) == whole["provisioned"]
            assert sum(parts["active"].to_pylist()) == whole["active"]


def test_the_flow_adds_up_from_week_to_week(made: Made) -> None:
    _, adoption = made
    weeks = adoption.ask("flow", since=SINCE, until=UNTIL).to_pylist()
    assert LOST_WEEK not in {week["week"] for week in weeks}
    for before, now in pairwise(weeks):
        assert now["active"] == now["new"] + now["returning"] + now["resurrected"]
        assert before["active"] == now["returning"] + now["lapsed"]


def test_every_account_is_matched_by_the_rule_that_was_planted(made: Made) -> None:
    company, adoption = made
    found = {row["user_id"]: (row["matched_by"], row["kind"]) for row in adoption.matching.accounts.to_pylist()}
    assert found == {row.user: (row.matched_by, row.kind) for row in company.rows}


def test_answers_are_remembered_and_threads_may_ask_at_once(made: Made) -> None:
    _, adoption = made
    asked = [(name, SINCE + timedelta(days=n)) for name in measures() for n in range(3)] * 2
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda each: adoption.ask(each[0], since=each[1], until=UNTIL), asked))
    for (name, since), answer in zip(asked, found, strict=True):
        assert answer.equals(adoption.ask(name, since=since, until=UNTIL))
    assert adoption.ask("flow", since=SINCE, until=UNTIL) is adoption.ask("flow", since=SINCE, until=UNTIL)
