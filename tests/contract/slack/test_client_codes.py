"""Every error code that Slack documents for admin.analytics.getFile, from the simulator to our client.

The expectations are written down here a second time, from the matrix of faults and not from the client's table:
https://docs.slack.dev/reference/methods/admin.analytics.getFile.
"""

from __future__ import annotations

from datetime import date

import pytest
from tests.faults.oracle import Time, client, fetched, require_refused, settings, takes_refusals_for_empty_days
from tests.faults.server import DAY, TOKEN, packed, refusal, serving, whole

from athena_federation.errors import FederationError, NotPublished, SourceError, Throttled, Unauthorized
from slackanalytics.answers import MEANINGS
from slackanalytics.client import Client
from slackanalytics.limiter import Limiter
from slackanalytics.simulator import ERROR_CODES, Simulator
from slackanalytics.spool import spooled

TODAY = date(2026, 11, 23)
NO_DATA = {"file_not_yet_available": False, "file_not_found": True, "data_not_available": True}
"""Code -> whether it is final."""
UNAUTHORIZED = [
    "not_authed",
    "invalid_auth",
    "account_inactive",
    "token_revoked",
    "token_expired",
    "missing_scope",
    "not_allowed_token_type",
    "no_permission",
    "access_denied",
    "team_access_not_granted",
    "not_an_admin",
    "user_cannot_manage_public_channels",
    "accesslimited",
    "is_bot",
]
TRANSIENT = [
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "request_timeout",
    "team_added_to_org",
    "org_login_required",
]
REMEDY = {
    "missing_scope": "admin.analytics:read",
    "not_allowed_token_type": "xoxp-",
    "account_inactive": "deactivated",
    "member_analytics_disabled": "switched member analytics off",
    "org_level_email_display_disabled": "hides e-mail addresses",
    "feature_not_available": "plan",
    "not_an_admin": "Org Admin",
    "accesslimited": "allow-list",
    "ekm_access_denied": "Key Management",
    "two_factor_setup_required": "two-factor",
    "file_not_yet_available": "not published yet",
}


def kind(code: str) -> type[FederationError]:
    if code in NO_DATA:
        return NotPublished
    if code in UNAUTHORIZED:
        return Unauthorized
    return Throttled if code == "ratelimited" else SourceError


def attempts(code: str) -> int:
    return 3 if code in {*TRANSIENT, "ratelimited"} else 1


def ask(url: str, token: str = TOKEN) -> list[dict[str, object]]:
    del token
    return fetched(client(url))


def test_our_table_has_every_code_that_slack_documents() -> None:
    assert set(MEANINGS) == set(ERROR_CODES)
    assert len(MEANINGS) >= 44


@pytest.mark.parametrize("code", sorted(ERROR_CODES))
def test_a_code_becomes_its_exception_after_its_number_of_calls(code: str) -> None:
    script = "ratelimited:1" if code == "ratelimited" else code
    with Simulator(today=TODAY, token=TOKEN, members=5, rate_limit=None, faults={"*": script}).serve() as running:
        error = require_refused(ask, running.url)
    assert type(error) is kind(code)
    assert code in str(error)
    assert len(running.calls) == attempts(code)
    assert REMEDY.get(code, "") in str(error)
    if isinstance(error, NotPublished):
        assert (error.reason, error.final) == (code, NO_DATA[code])


@pytest.mark.parametrize("code", sorted(ERROR_CODES))
@pytest.mark.parametrize("shape", ["error_as_gzip", "encoded_error"])
def test_a_code_is_known_in_whatever_way_it_is_wrapped(code: str, shape: str) -> None:
    with Simulator(
        today=TODAY, token=TOKEN, members=5, faults={"*": f"{shape}:{code}"}, rate_limit=None
    ).serve() as running:
        assert type(require_refused(ask, running.url)) is kind(code)


@pytest.mark.parametrize("code", sorted(ERROR_CODES))
def test_a_client_that_takes_refusals_for_empty_days_is_found_out(code: str) -> None:
    with serving(refusal(code)) as running, pytest.raises(AssertionError, match="0 rows instead of a refusal"):
        require_refused(takes_refusals_for_empty_days, running.url)


@pytest.mark.parametrize("code", [*TRANSIENT, "ratelimited"])
def test_what_passes_is_recovered_from(code: str) -> None:
    script = "429:1*2" if code == "ratelimited" else f"{code}*2"
    with Simulator(today=TODAY, token=TOKEN, members=5, rate_limit=None, faults={"*": script}).serve() as running:
        assert len(ask(running.url)) == 5
    assert len(running.calls) == 3


@pytest.mark.parametrize("code", ["brand_new_code", "x" * 500, "two\nlines", "\x1b[31mred", f"echo {TOKEN}"])
def test_an_unknown_code_is_quoted_safely_and_not_tried_again(code: str) -> None:
    with serving(refusal(code)) as running:
        error = require_refused(ask, running.url)
    assert type(error) is SourceError
    assert "does not document" in str(error)
    assert len(str(error)) < 300
    assert "\x1b" not in str(error)
    assert len(running.requests) == 1


def test_a_missing_scope_names_what_is_needed_and_what_is_granted() -> None:
    body = {
        "ok": False,
        "error": "missing_scope",
        "needed": "admin.analytics:read",
        "provided": "users:read,chat:write",
    }
    with serving(whole(packed([body]))) as running:
        error = require_refused(ask, running.url)
    assert "needed admin.analytics:read, granted users:read,chat:write" in str(error)


def test_without_a_code_there_is_still_an_error() -> None:
    with serving(whole(b'{"ok": false}')) as running:
        assert type(require_refused(ask, running.url)) is SourceError


def test_a_day_arrives_from_the_simulator_as_it_was_made() -> None:
    simulator = Simulator(today=TODAY, token=TOKEN, members=50)
    with simulator.serve() as running:
        rows = ask(running.url)
    assert len(rows) == 50
    assert [call.day for call in running.calls] == [DAY.isoformat()]


def test_the_rate_limit_of_the_simulator_is_never_met() -> None:
    passing = Time()
    simulator = Simulator(today=TODAY, token=TOKEN, members=2, rate_limit=20, clock=passing.clock)
    with simulator.serve() as running:
        waits: list[str] = []
        limited = Client(
            settings(running.url, SLACKANALYTICS_DEADLINE="60"),
            limiter=Limiter(20, clock=passing.clock),
            clock=passing.clock,
            pause=passing.pause,
            waiting=lambda why, _seconds: waits.append(why),
        )
        for _ in range(45):
            limited.fetch(DAY, lambda body: spooled(body, DAY)).spool.close()
    assert all(call.error is None for call in running.calls)
    assert len(running.calls) == limited.statistics.calls == 45
    assert set(waits) == {"Slack's rate limit"}
