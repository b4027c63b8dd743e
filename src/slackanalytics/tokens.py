"""Where a token rests: so far, the environment.

A token is read where it is used and kept nowhere, so that a rotated one counts at once.
"""

from __future__ import annotations

import hashlib

from athena_federation.errors import ConfigurationError, Unauthorized
from slackanalytics.settings import Settings

REFUSED = {
    "xoxb-": "a bot token, which Slack refuses for analytics",
    "xapp-": "an app-level token, which Slack refuses for analytics",
}
"""Kinds of token that can never read analytics: https://docs.slack.dev/reference/scopes/admin.analytics.read."""


class Token:
    """A Slack token that never shows itself.

    Raises ConfigurationError where the text cannot be a token, without repeating it.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        if not text or not text.isascii() or not text.isprintable() or " " in text:
            raise ConfigurationError(
                "SLACKANALYTICS_SLACK_TOKEN is malformed: it is empty, or holds a space, a line end or a character"
                " outside ASCII; copy it again from the app's page at Slack"
            )
        self._text = text

    def __repr__(self) -> str:
        return f"Token({self._text[:5] if self._text.startswith('xox') else ''}…)"

    def __reduce__(self) -> str:
        raise TypeError("a Token is not to be stored")

    @property
    def authorization(self) -> str:
        """The value of the HTTP header `Authorization`. Not to be held, logged or shown."""
        return f"Bearer {self._text}"

    @property
    def fingerprint(self) -> str:
        """Tells tokens apart and gives none away: 16 hexadecimal digits."""
        return hashlib.sha256(b"slackanalytics token\0" + self._text.encode()).hexdigest()[:16]

    def redacted(self, text: str) -> str:
        """The text with every appearance of this token masked."""
        return text.replace(self._text, "[token]")


def token(settings: Settings) -> Token:
    """The token in force.

    Raises ConfigurationError where there is none or it is malformed, Unauthorized for a kind that Slack refuses.
    """
    if not settings.slack_token:
        raise ConfigurationError(
            "SLACKANALYTICS_SLACK_TOKEN is not set: give the user token (xoxp-…) of an app that an Org Owner installed"
            " on the organisation with the scope admin.analytics:read, or SLACKANALYTICS_SOURCE=demo for sample data"
        )
    found = Token(settings.slack_token)
    for prefix, reason in REFUSED.items():
        if settings.slack_token.startswith(prefix):
            raise Unauthorized(
                f"SLACKANALYTICS_SLACK_TOKEN is {reason}; use the user token (xoxp-…) of the same installation"
            )
    return found
