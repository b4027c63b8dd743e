"""Two Slacks and a desk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from tests.e2e.command import TODAY, Desk
from tests.e2e.slack import TOKEN

from slackanalytics.simulator import Served, Simulator

FAULTS = {
    "2026-11-02": "truncated",
    "2026-11-03": "bit_flip",
    "2026-11-04": "malformed",
    "2026-11-05": "html200",
    "2026-11-06": "hang",
    "2026-11-09": "missing_scope",
    "2026-11-10": "file_not_yet_available",
    "2026-11-11": "internal_error",
    "2026-11-12": "file_not_found",
    "2026-11-13": "429:3600",
}


@pytest.fixture
def simulator() -> Simulator:
    return Simulator(members=40, today=date.fromisoformat(TODAY), token=TOKEN, rate_limit=None)


@pytest.fixture
def slack(simulator: Simulator) -> Iterator[Served]:
    """The simulator, served."""
    with simulator.serve() as running:
        yield running


@pytest.fixture(scope="module")
def faulty() -> Iterator[Served]:
    """A simulator on which most days of November go wrong, each in its own way."""
    made = Simulator(members=40, today=date.fromisoformat(TODAY), token=TOKEN, rate_limit=None, faults=FAULTS)
    with made.serve() as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk whose environment holds the token; the address of a Slack is given with each command."""
    return Desk(tmp_path, SLACKANALYTICS_SLACK_TOKEN=TOKEN)
