"""What tests of several modules are given."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from tests.unit.renewals import CLIENT, NOON, Start, World
from tests.unit.weather import Weather

from athena_federation.handler import Handler
from slackanalytics.simulator import Simulator
from slackanalytics.slack_api import Post, post
from slackanalytics.token_stores import Memory, TokenStore


@pytest.fixture
def weather() -> Weather:
    return Weather()


@pytest.fixture
def handler(weather: Weather) -> Handler:
    return Handler(weather.connector)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with ExitStack() as stack:

        def started(
            store: TokenStore | None = None, faults: dict[str, str] | None = None, http: Post = post, **slack: Any
        ) -> World:
            made: list[World] = []
            given: dict[str, Any] = {
                "members": 10,
                "rotation": True,
                "grace": 0.0,
                "client": CLIENT,
                "rate_limit": None,
            }
            simulator = Simulator(
                **given | slack, faults=faults, today=NOON.date(), clock=lambda: made[0].seconds if made else 0.0
            )
            server = stack.enter_context(simulator.serve())
            made.append(World(server, simulator, store or Memory(), http))
            return made[0]

        yield started
