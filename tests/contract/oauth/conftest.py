"""What tests of several modules are given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import date
from typing import Any

import pytest
from tests.contract.oauth import terminal
from tests.contract.oauth.office import CLIENT, Office, Open

from slackanalytics.oauth_states import States
from slackanalytics.settings import Settings
from slackanalytics.simulator import Served, Simulator
from slackanalytics.slack_api import Post, post


@pytest.fixture
def office() -> Iterator[Open]:
    with ExitStack() as stack:

        def opened(
            faults: dict[str, str] | None = None,
            states: States | None = None,
            http: Post = post,
            slack: Mapping[str, Any] | None = None,
            **settings: Any,
        ) -> Office:
            given: dict[str, Any] = {"members": 10, "today": date(2026, 11, 23), "client": CLIENT, "faults": faults}
            server = stack.enter_context(Simulator(**given | dict(slack or {})).serve())
            return Office(server, Settings(slack_api_url=server.url, **settings), states, http)

        yield opened


@pytest.fixture
def server() -> Iterator[Served]:
    with Simulator(members=10, today=terminal.TODAY, client=terminal.CLIENT, rate_limit=None).serve() as served:
        yield served
