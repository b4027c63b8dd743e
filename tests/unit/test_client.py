"""The client's own rules: limits, pauses, cancelling, what it counts. Faults are in tests/faults."""

from __future__ import annotations

import logging
import threading

import pytest
from tests.faults.oracle import Time, client, fetched
from tests.faults.oracle import settings as served
from tests.faults.server import DAY, GOOD, TOKEN, refusal, serving, whole

from athena_federation.errors import ConfigurationError, SourceError, Unauthorized
from slackanalytics.client import Client
from slackanalytics.limiter import Limiter, shared
from slackanalytics.settings import Settings
from slackanalytics.spool import spooled


def test_the_call_is_the_documented_one() -> None:
    with serving(whole()) as running:
        fetched(client(running.url))
    (request,) = running.requests
    assert request.path == "/api/admin.analytics.getFile?type=member&date=2026-10-03"
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.headers["accept-encoding"] == "identity"


def test_calls_and_bytes_are_counted() -> None:
    with serving(whole(b"", status=503), whole()) as running:
        asked = client(running.url)
        fetched(asked)
    assert (asked.statistics.calls, asked.statistics.bytes) == (2, len(GOOD))


@pytest.mark.parametrize(
    ("text", "error"), [(None, ConfigurationError), ("xoxb-1", Unauthorized), ("a b", ConfigurationError)]
)
def test_without_a_fit_token_no_call_is_made(text: str | None, error: type[Exception]) -> None:
    with serving(whole()) as running, pytest.raises(error):
        Client(Settings(slack_api_url=running.url, slack_token=text)).fetch(DAY, lambda body: body)
    assert running.requests == []


def test_making_a_client_needs_no_token() -> None:
    assert Client(Settings()).statistics.calls == 0


def test_a_progress_display_is_told_why_we_wait() -> None:
    told: list[tuple[str, float]] = []
    passing = Time()
    limiter = Limiter(1, clock=passing.clock)
    with serving(whole(b"", status=503), whole()) as running:
        asked = Client(
            served(running.url, SLACKANALYTICS_DEADLINE="60"),
            limiter=limiter,
            clock=passing.clock,
            pause=passing.pause,
            jitter=lambda: 1.0,
            waiting=lambda why, seconds: told.append((why, round(seconds))),
        )
        asked.fetch(DAY, lambda body: spooled(body, DAY)).spool.close()
    assert told[0] == ("another attempt", 0)
    assert told[1] == ("Slack's rate limit", 60)


def test_waiting_for_the_rate_limit_does_not_count_towards_the_deadline() -> None:
    passing = Time()
    limiter = Limiter(1, clock=passing.clock)
    limiter.take(passing.pause, lambda _why, _seconds: None)
    with serving(whole()) as running:
        asked = Client(
            served(running.url, SLACKANALYTICS_DEADLINE="2"), limiter=limiter, clock=passing.clock, pause=passing.pause
        )
        asked.fetch(DAY, lambda body: spooled(body, DAY)).spool.close()
    assert asked.statistics.waited > 50


@pytest.mark.parametrize("stop_at", ["rate limit", "retry"])
def test_waiting_can_be_cancelled(stop_at: str) -> None:
    cancelled = threading.Event()
    cancelled.set()
    limiter = Limiter(1)
    if stop_at == "rate limit":
        limiter.take(lambda _seconds: None, lambda _why, _seconds: None)
    with serving(refusal("internal_error")) as running, pytest.raises(SourceError, match="cancelled while waiting"):
        Client(served(running.url), limiter=limiter, pause=cancelled.wait).fetch(DAY, lambda body: body)
    assert len(running.requests) == (0 if stop_at == "rate limit" else 1)


def test_readers_of_one_token_share_one_limiter_and_others_do_not() -> None:
    assert shared("https://slack.com/api", "one", 20) is shared("https://slack.com/api", "one", 20)
    assert shared("https://slack.com/api", "one", 20) is not shared("https://slack.com/api", "two", 20)


def test_parallel_readers_stay_within_the_limit_together() -> None:
    limiter = Limiter(5, window=0.5)
    with serving(whole()) as running:
        clients = [Client(served(running.url), limiter=limiter) for _ in range(4)]

        def work(asked: Client) -> None:
            for _ in range(3):
                asked.fetch(DAY, lambda body: spooled(body, DAY)).spool.close()

        threads = [threading.Thread(target=work, args=(asked,)) for asked in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    times = sorted(request.at for request in running.requests)
    assert len(times) == 12
    assert all(later - earlier > 0.4 for earlier, later in zip(times, times[5:], strict=False))


def test_the_token_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(whole(b"", status=503), refusal("invalid_auth")) as running, pytest.raises(Unauthorized):
        fetched(client(running.url))
    assert TOKEN not in caplog.text


def test_what_a_reader_raises_is_passed_on_and_not_tried_again() -> None:
    def broken(_: object) -> None:
        raise ZeroDivisionError

    with serving(whole()) as running, pytest.raises(ZeroDivisionError):
        client(running.url).fetch(DAY, broken)
    assert len(running.requests) == 1
