"""The function in AWS that Athena calls: Slack's member analytics as tables. Its handler is `handler`.

Beside Athena's requests it answers the event `{"slackanalytics": "sync"}` of a schedule, which keeps days warm.
"""

from __future__ import annotations

import atexit
import logging
import os
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from athena_federation.aws import Clients, LambdaConnector, lambda_handler, reported
from slackanalytics.cache import Days
from slackanalytics.cloud import warming
from slackanalytics.connector import connector
from slackanalytics.settings import Settings

EVENT = "slackanalytics"
"""The key of an event that is ours, and not Athena's."""
OWN_DISK = {"SLACKANALYTICS_CACHE_DIR": "/tmp/slackanalytics"}  # noqa: S108 - the only place that a function can write to
LONGEST = 900.0
"""Seconds that a function may run: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html."""

LOG = logging.getLogger("slackanalytics")


class SlackFunction:
    """The connector with its schedule, behind Lambda's calling convention. Raises ConfigurationError."""

    def __init__(self, environment: Mapping[str, str], *, clients: Clients | None = None) -> None:
        self._settings = demonstrated(Settings.from_environment(OWN_DISK | dict(environment)))
        clients = clients or Clients()
        self._days = Days(self._settings, clients=clients)
        made = connector(self._settings, days=self._days)
        self._answer: LambdaConnector | Any = lambda_handler(made, environment, clients=clients)

    def __call__(self, event: Any, context: Any) -> dict[str, Any]:
        """
        Raises:
            FederationError: why there is no answer, in one line, as Athena shows it.
        """
        try:
            if isinstance(event, Mapping) and EVENT in event:
                return self._scheduled(event[EVENT], context)
            answer: dict[str, Any] = self._answer(event, context)
            return answer
        finally:
            self._tell()

    def _scheduled(self, task: object, context: Any) -> dict[str, Any]:
        try:
            warming.require_possible(task, self._settings)
            asked = getattr(context, "get_remaining_time_in_millis", None)

            def remaining() -> float:
                return asked() / 1000 if asked else LONGEST

            done = warming.sync(self._days, remaining, warming.reserve(self._settings, remaining()))
        except Exception as error:  # noqa: BLE001 - whatever happens has to be told in words fit to be read
            raise reported(error) from None
        LOG.warning("days kept warm: %s", ", ".join(f"{count} {name}" for name, count in done.items()))
        return done

    def _tell(self) -> None:
        """Puts into the log what the protocol has no room for."""
        for note in self._days.notes.drain():
            LOG.warning("%s%s", f"{note.day}: " if note.day else "", note.text)


def demonstrated(settings: Settings) -> Settings:
    """The same settings; with SLACKANALYTICS_SOURCE=demo and no address of Slack's, a simulated one within the function."""
    if settings.source != "demo" or settings.slack_api_url != Settings().slack_api_url:
        return settings
    from slackanalytics.simulator import Simulator
    from slackanalytics.simulator.slack import utc_today

    stack = ExitStack()
    served = stack.enter_context(Simulator(today=settings.today or utc_today, rate_limit=None).serve())
    atexit.register(stack.close)
    return replace(settings, slack_api_url=served.url, slack_token=served.token, token_store=None, rate_limit=None)


handler = SlackFunction(os.environ)
