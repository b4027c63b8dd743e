"""A token as it is used: checked, sent, and never shown."""

from __future__ import annotations

import hashlib

from athena_federation.errors import ConfigurationError, Unauthorized

REFUSED = {
    "xoxb-": "a bot token, which Slack refuses for analytics",
    "xoxe.xoxb-": "a bot token, which Slack refuses for analytics",
    "xoxe-": "a refresh token, which only renews others",
    "xapp-": "an app-level token, which Slack refuses for analytics",
}
"""Kinds of token that can never read analytics: https://docs.slack.dev/reference/scopes/admin.analytics.read."""


class Token:
    """A Slack token that never shows itself.

    Raises ConfigurationError where the text cannot be a token, without repeating it.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str, place: str = "SLACKANALYTICS_SLACK_TOKEN") -> None:
        """`place` is where the text was found, for the error."""
        if not text or not text.isascii() or not text.isprintable() or " " in text:
            raise ConfigurationError(
                f"{place} is malformed: it is empty, or holds a space, a line end or a character"
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


def checked(text: str, place: str) -> Token:
    """
    A token of a kind that can read analytics.

    Raises ConfigurationError where the text cannot be a token, Unauthorized for a kind that Slack refuses; both name the
    place it was found in.
    """
    found = Token(text, place)
    for prefix, reason in REFUSED.items():
        if text.startswith(prefix):
            raise Unauthorized(f"{place} is {reason}; use the user token (xoxp-…) of the same installation")
    return found
