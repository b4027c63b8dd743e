"""What a page says when Slack was not connected: every way in which that ends, in plain words."""

from __future__ import annotations

from dataclasses import dataclass

from athena_federation.errors import ConfigurationError, FederationError, Throttled, Unauthorized
from slackanalytics.access import ScopeLost
from slackanalytics.oauth import (
    CredentialsRefused,
    MissingScope,
    NotConnected,
    NotForgotten,
    NotRevoked,
    NoUserToken,
    RedirectRefused,
    ReplacesConnection,
    SlackDown,
    StateForeign,
    StillConnected,
    TokenRefused,
)
from slackanalytics.token_stores import StoreRefused


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
        case Unauthorized() | NotForgotten():
            return _about_the_token(error, text)
        case ConfigurationError():
            return Refusal(title="Something is not set up", text=text, status=409, link="/", label="Back to the steps")
        case _:
            return Refusal(title="That did not work", text=text, status=502)


def _about_the_token(error: Unauthorized | NotForgotten, text: str) -> Refusal:
    """The page for an error about the token that is stored, or was."""
    link, label = "/slack/revoke", "Try again"
    match error:
        case StillConnected():
            return Refusal(title=error.title, text=text, status=409, untouched=False, link=link, label=label)
        case NotForgotten():
            return Refusal(title=error.title, text=text, status=500, untouched=False, link=link, label=label)
        case NotRevoked():
            return Refusal(title=error.title, text=text, status=409, link=link, label=label)
        case StoreRefused():
            title = "The place where secrets rest does not give them out"
            return Refusal(title=title, text=text, status=409, link="/status", label="Look again")
        case TokenRefused():
            return Refusal(title=error.title, text=text, status=409, label="Connect anew")
        case _:
            return Refusal(title="Slack no longer accepts the token", text=text, status=409, label="Connect anew")


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
    if isinstance(error, MissingScope | ScopeLost):
        return Refusal(title="The token has lost its permission", text=found.text, status=200)
    return found


def sentence(text: str) -> str:
    """An error's line as a sentence: a capital first, a full stop last."""
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
