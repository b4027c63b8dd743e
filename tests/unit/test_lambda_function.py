"""The function as Athena calls it, and as a schedule does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from moto import mock_aws

from athena_federation import wire
from athena_federation.errors import FederationError
from athena_federation.messages import PingRequest, PingResponse
from athena_federation.services import Clients
from slackanalytics.cloud.lambda_function import SlackFunction
from slackanalytics.simulator import Served, Simulator

TODAY = date(2026, 11, 25)
CLIENTS = Clients()


@dataclass
class Context:
    """An invocation that has so many milliseconds at each look."""

    left: list[int] = field(default_factory=lambda: [900_000])

    def get_remaining_time_in_millis(self) -> int:
        return self.left.pop(0) if len(self.left) > 1 else self.left[0]


@pytest.fixture(scope="module")
def slack() -> Iterator[Served]:
    with Simulator(members=3, today=TODAY, rate_limit=None).serve() as served:
        yield served


@pytest.fixture
def environment(slack: Served, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        CLIENTS("s3").create_bucket(Bucket="days")
        yield {
            "SLACKANALYTICS_SLACK_API_URL": slack.url,
            "SLACKANALYTICS_SLACK_TOKEN": slack.token,
            "SLACKANALYTICS_TODAY": TODAY.isoformat(),
            "SLACKANALYTICS_RATE_LIMIT": "off",
            "SLACKANALYTICS_CACHE_BUCKET": "days/kept",
        }


def sync(environment: dict[str, str], context: Context | None = None) -> dict[str, Any]:
    return SlackFunction(environment, clients=CLIENTS)({"slackanalytics": "sync"}, context or Context())


def test_athena_is_answered(environment: dict[str, str]) -> None:
    asked = wire.dump(PingRequest(catalog="c", query_id="q"), 5)
    pong = wire.load(SlackFunction(environment)(asked, Context()))
    assert isinstance(pong, PingResponse)
    assert pong.source_type == "slackanalytics"


def test_a_schedule_keeps_what_is_missing_and_the_next_run_goes_on(environment: dict[str, str], slack: Served) -> None:
    """The window of 13 months has 396 days; the newest is not published yet. Of 30 seconds 15 are kept in reserve."""
    looks = [30_000] * 12 + [14_999]
    first = sync(environment, Context(looks))
    assert first == {"published": 10, "pending": 1, "absent": 0, "corrupt": 0, "left": 385}
    before = len(slack.calls)
    second = sync(environment, Context([30_000] * 5 + [14_999]))
    assert second == {"published": 4, "pending": 0, "absent": 0, "corrupt": 0, "left": 381}
    assert len(slack.calls) - before == 4


def test_a_run_without_time_begins_no_day(environment: dict[str, str], slack: Served) -> None:
    before = len(slack.calls)
    done = sync(environment, Context([30_000, 100]))
    assert (done["left"], len(slack.calls)) == (396, before)


def test_a_refusal_of_slack_is_told_by_name(environment: dict[str, str]) -> None:
    with pytest.raises(FederationError, match="invalid_auth") as raised:
        sync(environment | {"SLACKANALYTICS_SLACK_TOKEN": "xoxp-another"})
    assert type(raised.value).__name__ == "Unauthorized"


def test_without_a_bucket_nothing_is_kept_warm(environment: dict[str, str]) -> None:
    with pytest.raises(FederationError, match="set SLACKANALYTICS_CACHE_BUCKET"):
        sync(environment | {"SLACKANALYTICS_CACHE_BUCKET": ""})


def test_an_event_that_nobody_knows_is_refused(environment: dict[str, str]) -> None:
    with pytest.raises(FederationError, match="the only event of ours"):
        SlackFunction(environment)({"slackanalytics": "clear"}, Context())


def test_notes_go_to_the_log(environment: dict[str, str], caplog: pytest.LogCaptureFixture) -> None:
    sync(environment, Context([30_000] * 2 + [100]))
    assert "2026-11-24: not published yet: file_not_yet_available" in caplog.text
    assert "xoxp" not in caplog.text


def test_a_demo_without_an_address_has_its_own_slack(environment: dict[str, str]) -> None:
    given = {
        "SLACKANALYTICS_SOURCE": "demo",
        "SLACKANALYTICS_CACHE_BUCKET": "days/demo",
        "SLACKANALYTICS_TODAY": "2026-11-25",
    }
    assert sync(given, Context([30_000] * 4 + [100]))["published"] == 2
