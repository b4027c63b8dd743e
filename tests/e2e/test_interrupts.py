"""Ctrl-C, wherever it comes, ends the command at once and leaves nothing half done."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable
from datetime import date

import pytest
from tests.e2e.command import TODAY, Desk, without_progress
from tests.e2e.slack import TOKEN

from slackanalytics.simulator import Served, Simulator

ALL = "SELECT count(*) AS n FROM member_analytics WHERE date >= '2026-10-01'"


def until(true: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    """Waits for something to be the case while the command runs."""
    for _ in range(1500):
        if true():
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    raise AssertionError("it did not come to that")


def ended(process: subprocess.Popen[bytes], number: signal.Signals = signal.SIGINT) -> tuple[int, bytes, str]:
    """The command after the signal, which it may not outlive by more than a moment."""
    process.send_signal(number)
    began = time.monotonic()
    out, err = process.communicate(timeout=20)
    assert time.monotonic() - began < 3  # a second on a machine that has nothing else to do
    return process.returncode, out, without_progress(err.decode())


def require_nothing_left(desk: Desk) -> None:
    assert desk.left_over() == []
    notes = "".join(path.read_text() for path in desk.home.rglob("*.json"))
    assert [name for name in desk.kept() if name.endswith(".parquet") and name not in notes] == []


def test_while_the_rate_limit_is_waited_for(desk: Desk, slack: Served) -> None:
    process = desk.started(
        "query", "--output", "answer.csv", ALL, SLACKANALYTICS_SLACK_API_URL=slack.url, SLACKANALYTICS_RATE_LIMIT="3"
    )
    until(lambda: len(desk.kept()) >= 9, process)  # a note, a file and a lock for each of three days
    assert ended(process) == (130, b"", "slackanalytics: interrupted; nothing half done is left\n")
    assert len(slack.calls) == 3
    assert not (desk.folder / "answer.csv").exists()
    require_nothing_left(desk)


def test_while_a_server_hangs(desk: Desk, faulty: Served) -> None:
    before = len(faulty.calls)
    process = desk.started(
        "query", "SELECT * FROM member_analytics WHERE date = '2026-11-06'", SLACKANALYTICS_SLACK_API_URL=faulty.url
    )
    until(lambda: len(faulty.calls) > before, process)
    assert ended(process) == (130, b"", "slackanalytics: interrupted; nothing half done is left\n")
    require_nothing_left(desk)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_while_days_are_synchronised_and_the_next_run_goes_on_from_there(
    desk: Desk, slack: Served, number: signal.Signals
) -> None:
    address = {"SLACKANALYTICS_SLACK_API_URL": slack.url}
    process = desk.started("sync", "--since", "2026-06-01", **address)
    until(lambda: len(slack.calls) > 20, process)
    code, out, err = ended(process, number)
    assert (code, out) == (128 + number, b"")
    assert err.endswith("slackanalytics: interrupted; nothing half done is left\n")
    require_nothing_left(desk)
    before = len(slack.calls)
    kept = sum(name.endswith(".json") for name in desk.kept())
    assert kept >= 10
    done = desk.run("sync", "--since", "2026-11-15", **address)
    assert done.code == 0
    assert len(slack.calls) - before <= 8


def test_while_the_answer_is_computed(desk: Desk, slack: Served) -> None:
    heavy = "SELECT count(*) AS n FROM " + ", ".join(f"(SELECT user_id FROM member_analytics) t{n}" for n in range(4))
    process = desk.started("query", heavy + " WHERE t0.user_id < t1.user_id", SLACKANALYTICS_SLACK_API_URL=slack.url)
    until(lambda: len(desk.kept()) >= 90, process)
    time.sleep(1.5)
    code, out, err = ended(process)
    assert (code, out) == (130, b"")
    assert err.endswith("slackanalytics: interrupted; nothing half done is left\n")
    require_nothing_left(desk)


@pytest.mark.parametrize("verb", ["demo", "simulate"])
def test_a_simulator_runs_until_it_is_interrupted(desk: Desk, verb: str) -> None:
    process = desk.started(verb, "--port", "0")
    assert process.stdout is not None
    lines = iter(process.stdout.readline, b"")
    url = next(line for line in lines if line.startswith(b"export SLACKANALYTICS_SLACK_API_URL=http://127.0.0.1:"))
    assert url.rstrip().endswith(b"/api")
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 0
    assert err.decode().endswith("\nThe simulated Slack has ended.\n")
    assert desk.left_over() == []


def test_a_port_that_is_taken_is_one_line(desk: Desk) -> None:
    with Simulator(members=1, today=date.fromisoformat(TODAY), token=TOKEN).serve() as other:
        done = desk.run("simulate", "--port", str(other.port))
    assert done.complaint == (
        f"slackanalytics: port {other.port} cannot be used: Address already in use;"
        " give another with --port, or 0 for a free one\n"
    )
