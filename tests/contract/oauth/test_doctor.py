"""`slackanalytics doctor`: what is right is said to be, and each trouble is named with what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.contract.oauth.terminal import TODAY

from slackanalytics.client import Client
from slackanalytics.doctor import Finding, findings
from slackanalytics.grants import Connection, Grant
from slackanalytics.limiter import Limiter
from slackanalytics.settings import Settings
from slackanalytics.simulator import Served, Simulator
from slackanalytics.slack_api import Said
from slackanalytics.token_stores import Memory


@pytest.fixture
def look() -> Iterator[Callable[..., list[Finding]]]:
    with ExitStack() as stack:

        def looked(faults: dict[str, str] | None = None, change: Any = None, **settings: Any) -> list[Finding]:
            simulator = Simulator(members=10, today=TODAY, faults=faults, rate_limit=None)
            served = stack.enter_context(simulator.serve())
            if change:
                change(simulator)
            given: dict[str, Any] = {"slack_api_url": served.url, "slack_token": served.token, "today": TODAY}
            chosen = Settings(**given | settings)
            client = Client(chosen, limiter=Limiter(None), pause=lambda _: None, attempts=1)
            return list(findings(chosen, client=client, now=lambda: datetime(2026, 11, 23, tzinfo=UTC)))

        yield looked


Look = Callable[..., list[Finding]]


def test_everything_that_is_right_is_said_to_be(look: Look) -> None:
    found = look()
    assert [finding.subject for finding in found] == [
        "settings",
        "token",
        "Slack",
        "installation",
        "scope",
        "newest day",
    ]
    assert all(finding.is_right for finding in found)
    assert found[-1].text == "2026-11-21 is published"


@pytest.mark.parametrize(
    "code",
    [
        *("invalid_auth", "account_inactive", "token_revoked", "token_expired", "not_authed"),
        *("missing_scope", "not_allowed_token_type", "no_permission", "team_access_not_granted", "access_denied"),
        *("accesslimited", "user_cannot_manage_public_channels", "not_an_admin", "not_an_enterprise"),
        *("feature_not_available", "feature_not_enabled", "enterprise_is_restricted", "ekm_access_denied"),
        *("member_analytics_disabled", "org_level_email_display_disabled", "two_factor_setup_required"),
    ],
)
def test_each_refusal_of_slack_is_told_in_plain_words(look: Look, code: str) -> None:
    (wrong,) = [finding for finding in look({"*": code}) if not finding.is_right]
    assert wrong.subject == "newest day"
    words = wrong.text.partition(f"(Slack: {code}")[0].partition(": ")[2]
    assert len(words.split()) > 6, wrong.text
    assert code not in words


@pytest.mark.parametrize(
    ("code", "subject"),
    [
        *((code, "token") for code in ("invalid_auth", "account_inactive", "token_revoked")),
        *((code, "Slack") for code in ("ratelimited", "internal_error", "503", "reset", "429")),
    ],
)
def test_what_auth_test_says_comes_before_what_needs_it(look: Look, code: str, subject: str) -> None:
    found = look({"auth.test": code})
    assert [finding.subject for finding in found if not finding.is_right] == [subject]
    assert "newest day" not in [finding.subject for finding in found]


def test_without_a_token_the_way_to_one_is_said(look: Look) -> None:
    assert "slackanalytics login" in look(slack_token=None)[-1].text


def test_days_that_are_late_are_no_error_of_ours(look: Look) -> None:
    found = look({"*": "file_not_yet_available"})[-1]
    assert (found.is_right, "none of the last 4 days" in found.text) == (False, True)


def test_a_roster_and_a_folder_that_cannot_be_used_are_named(look: Look, tmp_path: Path) -> None:
    found = {finding.subject: finding for finding in look(hr_file=tmp_path / "none.csv")}
    assert (found["roster"].is_right, "SLACKANALYTICS_HR_FILE" in found["roster"].text) == (False, True)
    (tmp_path / "hr.csv").write_text("employee_email\n")
    assert look(hr_file=tmp_path / "hr.csv")[1].is_right


def answering(said: dict[str, object], scopes: str | None) -> Any:
    return lambda _url, _form, _authorization: Said({"ok": True, **said}, scopes)


def test_a_scope_or_an_installation_that_is_too_small_is_named(server: Served) -> None:
    settings = Settings(slack_api_url=server.url, slack_token=server.token, today=TODAY)
    said = {"team": "Berlin", "team_id": "T1", "user": "ada", "is_enterprise_install": False}
    found = {f.subject: f for f in findings(settings, http=answering(said, "users:read"))}
    assert "admin.analytics:read is missing, granted: users:read" in found["scope"].text
    assert (found["installation"].is_right, "workspace" in found["installation"].text) == (False, True)
    found = {f.subject: f for f in findings(settings, http=answering(said, None))}
    assert found["scope"].is_right


def test_a_token_that_ends_or_cannot_be_renewed_is_named(server: Served) -> None:
    store = Memory()
    settings = Settings(slack_api_url=server.url, today=TODAY)
    now = datetime(2026, 11, 23, tzinfo=UTC)
    ended = Connection(expires_at=datetime(2026, 11, 22, tzinfo=UTC), since=datetime(2026, 11, 1, tzinfo=UTC))
    store.write("token", Grant(access_token=server.token, connection=ended).written())
    assert "it has ended" in next(f.text for f in findings(settings, store=store, now=lambda: now) if not f.is_right)
    later = Connection(expires_at=datetime(2026, 12, 1, tzinfo=UTC), rotates=True)
    store.write("token", Grant(access_token=server.token, refresh_token="xoxe-1", connection=later).written())
    (wrong,) = [f for f in findings(settings, store=store, now=lambda: now) if not f.is_right]
    assert (wrong.subject, "to renew it" in wrong.text) == ("renewal", True)


def test_a_token_that_slack_calls_expired_is_renewed_and_no_problem(server: Served) -> None:
    store = Memory()
    store.write("token", Grant(access_token="xoxe.xoxp-0", refresh_token="xoxe-0").written())

    def slack(url: str, _form: Mapping[str, str], authorization: str) -> Said:
        if url.endswith("oauth.v2.access"):
            return Said({"ok": True, "access_token": server.token, "refresh_token": "xoxe-1", "expires_in": 43_200})
        expired = authorization.endswith("-0")
        return Said({"ok": False, "error": "token_expired"} if expired else {"ok": True}, "admin.analytics:read")

    settings = Settings(slack_api_url=server.url, today=TODAY, client_id="1.2", client_secret="x")
    assert [f for f in findings(settings, store=store, http=slack) if not f.is_right] == []
