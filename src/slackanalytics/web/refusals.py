"""What a page says when Slack was not connected: every way in which that ends, in plain words."""

from __future__ import annotations

from dataclasses import dataclass

from athena_federation.errors import ConfigurationError, FederationError, Throttled, Unauthorized
from slackanalytics.oauth import (
    CredentialsRefused,
    MissingScope,
    NotConnected,
    NoUserToken,
    RedirectRefused,
    ReplacesConnection,
    SlackDown,
    StateForeign,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A page about something that did not happen."""

    title: str
    text: str
    status: int
    link: str = "/slack/install"
    label: str = "Start again"
    untouched: bool = True
    """Whether to say that what was stored is as it was."""


AT_THE_APP = (CredentialsRefused, RedirectRefused, NoUserToken)
"""What has to be set right on the first page, or at the Slack app, before starting again."""


def refusal(error: FederationError) -> Refusal:
    """The page for an error, which says itself what happened and what to do."""
    text = sentence(str(error))
    match error:
        case ReplacesConnection():
            return Refusal(title=error.title, text=text, status=error.status, label="Replace the connection")
        case NotConnected():
            if isinstance(error, AT_THE_APP):
                return Refusal(title=error.title, text=text, status=error.status, link="/", label="Back to the steps")
            return Refusal(title=error.title, text=text, status=error.status)
        case SlackDown():
            return Refusal(title="Slack does not answer", text=text, status=503)
        case Throttled():
            return Refusal(title="Slack asks for a pause", text=text, status=503)
        case Unauthorized():
            return Refusal(title="Slack no longer accepts the token", text=text, status=409, label="Connect anew")
        case ConfigurationError():
            return Refusal(title="Something is not set up", text=text, status=409, link="/", label="Back to the steps")
        case _:
            return Refusal(title="That did not work", text=text, status=502)


STRANGER = Refusal(
    title=StateForeign.title,
    text="Nobody is signed in in this browser, so Slack's answer was not used. Sign in, and start from the first page.",
    status=400,
)
"""For an answer of Slack's that reaches a browser in which nobody is signed in."""

NOTHING = Refusal(
    title="There is nothing to tell",
    text="No visit to Slack has ended in this session.",
    status=404,
    link="/",
    label="Go to the start",
    untouched=False,
)


def standing(error: FederationError) -> Refusal:
    """The same for the status page, where nobody has tried to connect."""
    found = refusal(error)
    if isinstance(error, MissingScope):
        return Refusal(title="The token has lost its permission", text=found.text, status=200)
    return found


def sentence(text: str) -> str:
    """An error's line as a sentence: a capital first, a full stop last."""
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
