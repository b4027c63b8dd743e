"""
The simulator against what Slack documents: https://docs.slack.dev/reference/methods/admin.analytics.getFile.
"""

from __future__ import annotations

import gzip
import http.client
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import pytest

from slackanalytics.simulator import DEMO_TOKEN, ERROR_CODES, Served, Simulator

TODAY = date(2026, 11, 23)
GET_FILE = "admin.analytics.getFile"


class Reply(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def error(self) -> str | None:
        assert self.headers.get_content_type() == "application/json"
        document: dict[str, Any] = json.loads(self.body)
        return None if document["ok"] else document["error"]


class Elsewhere(Served):
    """
    The simulator at a path where Slack has no API.
    """

    @property
    def url(self) -> str:
        return super().url.removesuffix("/api")


def get(server: Served, method: str, token: str | None = DEMO_TOKEN, **arguments: str) -> Reply:
    return send(server, "GET", f"{method}?{urlencode(arguments)}", token)


def send(
    server: Served,
    verb: str,
    path: str,
    token: str | None = DEMO_TOKEN,
    body: str | None = None,
    content_type: str | None = None,
) -> Reply:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    if content_type:
        headers["Content-Type"] = content_type
    url = urlsplit(server.url)
    connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=10)
    try:
        connection.request(verb, f"{url.path}/{path}", body and body.encode(), headers)
        response = connection.getresponse()
        return Reply(response.status, response.headers, response.read())
    finally:
        connection.close()


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with Simulator(members=50, today=TODAY, rate_limit=None).serve() as served:
        yield served


def test_a_day_is_a_gzip_file_and_not_an_encoding(server: Served) -> None:
    reply = get(server, GET_FILE, type="member", date="2026-11-10")
    assert reply.status == 200
    assert reply.headers.get_content_type() == "application/gzip"
    assert "Content-Encoding" not in reply.headers
    assert reply.headers["x-oauth-scopes"] == "admin.analytics:read"
    found = rows(reply)
    assert len(found) == 50
    assert {row["date"] for row in found} == {"2026-11-10"}


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (f"type=member&date=2026-11-10&token={DEMO_TOKEN}", FORM),
        (f"type=member&date=2026-11-10&token={DEMO_TOKEN}", f"{FORM}; charset=ISO-8859-1"),
        (json.dumps({"type": "member", "date": "2026-11-10", "token": DEMO_TOKEN}), "application/json; charset=utf-8"),
    ],
)
def test_a_post_may_carry_the_token_and_the_arguments(server: Served, body: str, content_type: str) -> None:
    reply = send(server, "POST", GET_FILE, None, body, content_type)
    assert reply.body == get(server, GET_FILE, type="member", date="2026-11-10").body


@pytest.mark.parametrize(
    ("body", "content_type", "error"),
    [
        ("type=member", None, "missing_post_type"),
        ("type=member", "text/csv", "invalid_post_type"),
        ("type=member", f"{FORM}; charset=utf-7", "invalid_charset"),
        ("{", "application/json", "invalid_form_data"),
        ("[1]", "application/json", "invalid_form_data"),
    ],
)
def test_a_post_that_cannot_be_read_is_refused(server: Served, body: str, content_type: str | None, error: str) -> None:
    assert send(server, "POST", GET_FILE, DEMO_TOKEN, body, content_type).error == error


@pytest.mark.parametrize(
    ("token", "error"),
    [
        (None, "not_authed"),
        ("", "not_authed"),
        ("xoxb-1-2", "not_allowed_token_type"),
        ("xoxp-someone-else", "invalid_auth"),
        ("xoxe.xoxp-1-x", "invalid_auth"),
        (f"{DEMO_TOKEN} ", None),
        ("nonsense", "invalid_auth"),
    ],
)
def test_the_token_is_checked(server: Served, token: str | None, error: str | None) -> None:
    assert get(server, "auth.test", token).error == error
    if error:
        assert get(server, GET_FILE, token, type="member", date="2026-11-10").error == error


def test_a_token_in_the_query_is_none(server: Served) -> None:
    path = f"{GET_FILE}?type=member&date=2026-11-10&token={DEMO_TOKEN}"
    assert send(server, "GET", path, None).error == "not_authed"


def test_the_token_may_be_a_rotated_one() -> None:
    with Simulator(members=5, token="xoxe.xoxp-1-abc").serve() as served:
        assert served.token == "xoxe.xoxp-1-abc"
        assert get(served, "auth.test", "xoxe.xoxp-1-abc").error is None
        assert get(served, "auth.test", DEMO_TOKEN).error == "invalid_auth"
    with pytest.raises(ValueError, match="user token"):
        Simulator(token="xoxb-1")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"date": "2026-11-10"}, "invalid_arguments"),
        ({"type": "member"}, "invalid_arguments"),
        ({"type": "members", "date": "2026-11-10"}, "invalid_type"),
        ({"type": "member", "date": "2026-11-31"}, "invalid_date"),
        ({"type": "member", "date": "20261110"}, "invalid_date"),
        ({"type": "member", "date": "10/11/2026"}, "invalid_date"),
        ({"type": "member", "date": "2026-11-10T00:00"}, "invalid_date"),
        ({"type": "member", "date": ""}, "invalid_date"),
        ({"type": "member", "date": "٢٠٢٦-11-10"}, "invalid_date"),
        ({"type": "member", "metadata_only": "true"}, "metadata_not_available"),
        (
            {"type": "public_channel", "metadata_only": "true", "date": "2026-11-10"},
            "metadata_only_does_not_support_date",
        ),
        ({"type": "public_channel"}, "invalid_arguments"),
        ({"type": "public_channel", "date": "2026-11-22"}, "file_not_yet_available"),
    ],
)
def test_arguments_are_checked(server: Served, arguments: dict[str, str], error: str) -> None:
    reply = get(server, GET_FILE, **arguments)
    assert (reply.status, reply.error) == (200, error)


def test_channels_have_a_file_a_day_and_one_of_what_they_are_called_now(server: Served) -> None:
    daily = rows(get(server, GET_FILE, type="public_channel", date="2026-11-10"))
    metadata = rows(get(server, GET_FILE, type="public_channel", metadata_only="true"))
    assert {row["date"] for row in daily} == {"2026-11-10"}
    assert {row["date"] for row in metadata} == {str(TODAY)}
    assert {row["channel_id"] for row in daily} & {row["channel_id"] for row in metadata}


def rows(reply: Reply) -> list[dict[str, Any]]:
    assert reply.headers.get_content_type() == "application/gzip"
    return [json.loads(line) for line in gzip.decompress(reply.body).splitlines()]


def test_a_user_without_the_permission_reads_no_channels() -> None:
    faults = {"2026-11-10": "user_cannot_manage_public_channels"}
    with Simulator(members=5, today=TODAY, faults=faults).serve() as served:
        reply = get(served, GET_FILE, type="public_channel", date="2026-11-10")
        assert reply.error == "user_cannot_manage_public_channels"


def test_metadata_only_may_be_false(server: Served) -> None:
    assert get(server, GET_FILE, type="member", date="2026-11-10", metadata_only="false").body[:2] == b"\x1f\x8b"


def test_a_post_without_a_body_may_have_its_arguments_in_the_query(server: Served) -> None:
    assert send(server, "POST", "auth.test").error is None
    assert send(server, "POST", f"{GET_FILE}?type=members&date=2026-11-10").error == "invalid_type"


def test_a_method_that_does_not_exist_is_unknown(server: Served) -> None:
    assert get(server, "admin.analytics.getFiles").error == "unknown_method"


def test_there_is_nothing_beside_the_api(server: Served) -> None:
    assert send(Elsewhere(server.slack, server.port), "GET", GET_FILE).status == 404


def test_a_request_that_is_too_large_is_refused(server: Served) -> None:
    assert send(server, "POST", GET_FILE, DEMO_TOKEN, "x" * 70_000, FORM).status == 413


def test_auth_test_tells_of_an_installation_on_the_organisation(server: Served) -> None:
    document = json.loads(get(server, "auth.test").body)
    assert document["ok"]
    assert document["is_enterprise_install"]
    assert document["enterprise_id"].startswith("E")


WINDOW = [
    ("2025-10-22", "data_not_available"),
    ("2025-10-23", None),
    ("2026-11-21", None),
    ("2026-11-22", "file_not_yet_available"),
    ("2026-11-23", "file_not_yet_available"),
    ("2027-01-01", "file_not_yet_available"),
    ("2019-12-31", "data_not_available"),
]


@pytest.mark.parametrize(("day", "error"), WINDOW)
def test_thirteen_months_are_kept_and_the_last_two_days_are_not_ready(
    server: Served, day: str, error: str | None
) -> None:
    reply = get(server, GET_FILE, type="member", date=day)
    if error is None:
        assert reply.body[:2] == b"\x1f\x8b"
    else:
        assert reply.error == error


def test_yesterday_may_be_ready_already() -> None:
    with Simulator(members=5, today=TODAY, lag=1).serve() as served:
        assert get(served, GET_FILE, type="member", date="2026-11-22").body[:2] == b"\x1f\x8b"
        assert get(served, GET_FILE, type="member", date="2026-11-23").error == "file_not_yet_available"


@pytest.mark.parametrize(
    ("today", "oldest"),
    [
        (date(2026, 3, 31), date(2025, 2, 28)),
        (date(2025, 3, 31), date(2024, 2, 29)),
        (date(2026, 1, 15), date(2024, 12, 15)),
        (date(2027, 1, 31), date(2025, 12, 31)),
        (date(2021, 1, 31), date(2020, 1, 1)),
    ],
)
def test_the_window_is_counted_in_calendar_months(today: date, oldest: date) -> None:
    assert Simulator(members=1, today=today).oldest == oldest


def test_a_published_day_never_changes_as_time_goes_by() -> None:
    today = TODAY
    simulator = Simulator(members=20, today=lambda: today, rate_limit=None)
    with simulator.serve() as served:
        assert get(served, GET_FILE, type="member", date="2026-11-22").error == "file_not_yet_available"
        today += timedelta(1)
        first = get(served, GET_FILE, type="member", date="2026-11-22").body
        today += timedelta(200)
        assert get(served, GET_FILE, type="member", date="2026-11-22").body == first
    assert b"".join(simulator.day_file(date(2026, 11, 22))) == first


def test_twenty_calls_a_minute_are_let_through_and_the_next_is_told_when_to_come_back() -> None:
    now = 1000.0
    simulator = Simulator(members=5, today=TODAY, clock=lambda: now)
    with simulator.serve() as served:
        ask: Callable[[], Reply] = lambda: get(served, GET_FILE, type="member", date="2026-11-10")  # noqa: E731
        for _ in range(20):
            assert ask().status == 200
            now += 1.5
        refused = ask()
        assert refused.status == 429
        assert refused.headers["Retry-After"] == "30"
        assert refused.error == "ratelimited"
        assert get(served, "auth.test").error is None
        now += 29.9
        assert ask().headers["Retry-After"] == "1"
        now += 0.1
        assert ask().status == 200
        assert ask().status == 429


def test_a_limit_of_nothing_refuses_everything() -> None:
    with Simulator(members=5, today=TODAY, rate_limit=0).serve() as served:
        assert get(served, GET_FILE, type="member", date="2026-11-10").headers["Retry-After"] == "60"


def test_refused_tokens_do_not_use_up_the_limit() -> None:
    with Simulator(members=5, today=TODAY, rate_limit=1).serve() as served:
        for _ in range(3):
            assert get(served, GET_FILE, "xoxp-wrong", type="member", date="2026-11-10").error == "invalid_auth"
        assert get(served, GET_FILE, type="member", date="2026-11-10").status == 200


@pytest.mark.parametrize("code", sorted(ERROR_CODES))
def test_every_documented_code_can_be_had_for_a_day(code: str) -> None:
    with Simulator(members=5, today=TODAY, faults={"2026-11-10": code}).serve() as served:
        reply = get(served, GET_FILE, type="member", date="2026-11-10")
        assert reply.error == code
        assert reply.status == (429 if code == "ratelimited" else 200)
        assert get(served, GET_FILE, type="member", date="2026-11-11").body[:2] == b"\x1f\x8b"


def test_a_fault_of_auth_test_leaves_the_files_alone() -> None:
    with Simulator(members=5, today=TODAY, faults={"auth.test": "account_inactive"}).serve() as served:
        assert get(served, "auth.test").error == "account_inactive"
        assert get(served, GET_FILE, type="member", date="2026-11-10").body[:2] == b"\x1f\x8b"


def test_calls_are_on_record() -> None:
    times = iter(range(100, 200))
    with Simulator(members=5, today=TODAY, rate_limit=None, clock=lambda: next(times)).serve() as served:
        get(served, GET_FILE, type="member", date="2026-11-10")
        get(served, GET_FILE, None, type="member", date="2026-11-22")
        get(served, "auth.test")
        assert [tuple(call) for call in served.calls] == [
            (GET_FILE, "2026-11-10", 200, 100, None, True),
            (GET_FILE, "2026-11-22", 200, 101, "not_authed", False),
            ("auth.test", None, 200, 102, None, True),
        ]


def test_the_roster_is_of_the_same_company() -> None:
    simulator = Simulator(members=200, today=TODAY)
    roster = simulator.roster_csv()
    members = list(simulator.company.people(TODAY, TODAY))
    assert sum(member.employee_number in roster for member in members if member.employee_number) > 180
    assert len(simulator.roster_csv(history=True)) > len(roster)


def test_without_a_day_it_is_today_in_utc() -> None:
    assert abs(Simulator(members=1).newest - datetime.now(UTC).date()) <= timedelta(days=3)
