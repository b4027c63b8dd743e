"""What people see: progress that tells what it waits for, in a terminal and elsewhere; answers that fit."""

from __future__ import annotations

import io
import threading
import time
from datetime import date

import pytest
from rich.console import Console

from slackanalytics import terminal
from slackanalytics.database import Outlook
from slackanalytics.terminal import Reading


def painted(shown: Reading, width: int = 80) -> list[str]:
    """What a terminal of that width shows."""
    out = io.StringIO()
    Console(file=out, width=width, force_terminal=True, color_system=None, highlight=False).print(shown.picture())
    return [line.rstrip() for line in out.getvalue().splitlines()]


def waited(seconds: float, limit: int | None = 20) -> Reading:
    now = iter([0.0, 95.0])
    return Reading(lambda: 20, lambda: seconds, limit=limit, clock=lambda: next(now))


def test_progress_tells_days_rows_calls_and_what_it_waits_for() -> None:
    shown = waited(34.4)
    shown.update("member_analytics", 20, 90, 20_000)
    first, second, third = painted(shown)
    assert first.startswith("member_analytics ━")
    assert first.endswith("20 of 90 days 1:35")
    assert second == "  20,000 rows, 20 calls to Slack"
    assert third == "  waiting 34 s for Slack's rate limit; about 4 minutes to go"


def test_progress_fits_a_narrow_terminal() -> None:
    shown = waited(34.4)
    shown.update("member_analytics", 20, 90, 20_000)
    assert max(map(len, painted(shown, 70))) <= 70


def test_nothing_is_said_of_waiting_where_nobody_waits() -> None:
    shown = waited(0)
    shown.update("member_analytics", 1, 2, 1)
    assert shown.line() == "member_analytics: 1 of 2 days, 1 row, 20 calls to Slack"


def test_without_a_limit_nothing_is_foretold() -> None:
    shown = waited(5, limit=None)
    shown.update("member_analytics", 1, 200, 1)
    assert shown.line().endswith("waiting 5 s for Slack's rate limit")


def test_once_all_is_read_the_answer_is_being_computed() -> None:
    shown = waited(0)
    assert painted(shown) == [""]
    shown.update("member_analytics", 3, 3, 30)
    assert painted(shown)[0].endswith("computing the answer")
    assert shown.line() == "member_analytics: 3 days read, computing the answer"


def test_elsewhere_a_line_comes_as_soon_as_a_step_takes_long_and_none_before(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with terminal.reading(lambda: 1, lambda: 40.0, limit=20, interval=0.2) as shown:
        shown.update("member_analytics", 0, 30, 0)
        assert capfd.readouterr().err == ""
        for _ in range(500):
            if err := capfd.readouterr().err:
                break
            time.sleep(0.01)
    assert err.splitlines()[0] == (
        "member_analytics: 0 of 30 days, 0 rows, 1 call to Slack; waiting 40 s for Slack's rate limit; about 2 minutes to go"
    )
    assert not any(thread.name == "progress" for thread in threading.enumerate())


def test_elsewhere_nothing_is_said_where_all_is_over_before_that(capfd: pytest.CaptureFixture[str]) -> None:
    with terminal.reading(lambda: 1, lambda: 0.0) as shown:
        shown.update("member_analytics", 1, 1, 10)
    assert capfd.readouterr() == ("", "")


def test_a_note_cannot_command_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    terminal.note("fields: [red]\x1b[2J")
    assert capfd.readouterr().err == "note: fields: [red]\N{REPLACEMENT CHARACTER}[2J\n"


def test_colours_are_for_terminals(capfd: pytest.CaptureFixture[str]) -> None:
    terminal.answer(("a",), [(1,)], (True,))
    assert capfd.readouterr().out == "a\n━\n1\n"


def test_what_would_be_read_fits_the_width() -> None:
    columns = tuple(f"column_number_{n}" for n in range(20))
    read = Outlook(
        table="slackanalytics.member_analytics", columns=columns, days=(date(2026, 11, 1),), candidates=396,
        bounded=False, calls=1, minutes=0,
    )  # fmt: skip
    lines = str(read).splitlines()
    assert lines[:3] == [
        "table    slackanalytics.member_analytics",
        "days     1 of 396: 2026-11-01",
        "         (the newest published days, because no condition names the day)",
    ]
    assert max(map(len, lines)) <= 80
    assert len(read.lines()) == 6
