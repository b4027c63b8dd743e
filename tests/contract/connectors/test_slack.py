"""Slack's connector keeps the contract too, with the simulator as its source."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from athena_federation.suite.subject import Claims, Subject
from athena_federation.testing import ROADS, contract
from slackanalytics.connector import connector
from slackanalytics.settings import Settings
from slackanalytics.simulator import Simulator

TODAY = date(2026, 11, 23)


def settings(url: str, token: str, folder: Path) -> Settings:
    return Settings.from_environment(
        {
            "SLACKANALYTICS_SLACK_API_URL": url,
            "SLACKANALYTICS_SLACK_TOKEN": token,
            "SLACKANALYTICS_CACHE_DIR": str(folder),
            "SLACKANALYTICS_RATE_LIMIT": "off",
        }
    )


SUITE: Any = contract(connector(Settings()))


class TestSlack(SUITE):  # type: ignore[misc]
    """With a source that is up only while the tests run, the subject is a fixture of one's own."""

    @pytest.fixture(scope="class", params=list(ROADS))
    @classmethod
    def subject(cls, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Subject]:
        simulator = Simulator(members=12, today=TODAY, rate_limit=None)
        with simulator.serve() as server:
            folder = tmp_path_factory.mktemp("days")
            made = connector(settings(server.url, server.token, folder), today=lambda: TODAY)
            with ROADS[request.param](made) as engine:
                yield Subject(made, engine, Claims(secrets=(server.token,), sample=1))
