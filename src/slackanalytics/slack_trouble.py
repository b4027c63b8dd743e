"""Slack's own trouble, told apart from what it refuses."""

from __future__ import annotations

from athena_federation.errors import Throttled
from slackanalytics.answers import Kind, meaning
from slackanalytics.slack_api import Said, SlackDown


def untroubled(said: Said, subject: str) -> Said:
    """
    The same answer, unless it only says that Slack cannot answer now.

    Raises SlackDown, or Throttled where Slack asks for a pause.
    """
    if said.error is None:
        return said
    found = meaning(said.error)
    text = f"{subject}: {found.text} (Slack: {said.error})"
    if found.kind is Kind.TRANSIENT:
        raise SlackDown(text)
    if found.kind is Kind.THROTTLED:
        raise Throttled(text)
    return said
