"""What is kept of a connection to Slack: the app's credentials, and what an administrator granted it.

Two secrets, because different people may read them: the credentials only whoever connects, the grant whoever fetches.
Both are JSON at rest. Neither shows its secrets in a repr.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from athena_federation.errors import ConfigurationError
from slackanalytics.slack_api import writable

SCOPE = "admin.analytics:read"
"""What the user token must be granted: https://docs.slack.dev/reference/scopes/admin.analytics.read."""

LONGEST = 366 * 24 * 3600
"""Seconds; a token that is said to last longer is looked at again after a year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Client ID and client secret of the Slack app."""

    client_id: str
    client_secret: str = field(repr=False)

    def written(self) -> str:
        """As it is kept."""
        return json.dumps({"client_id": self.client_id, "client_secret": self.client_secret})


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """What may be shown of a grant: whose it is, what it allows, how long. Holds no secret."""

    organisation_id: str | None = None
    """`E…`, or `T…` of a workspace; None where only a bare token is known."""
    organisation: str | None = None
    """Its name, as it chose it: not for a terminal or a page as it is."""
    user_id: str | None = None
    """Who installed the app: the token dies when that account is deactivated."""
    user: str | None = None
    """The name of that account, as it chose it."""
    app_id: str | None = None
    scope: str = ""
    """What was granted, comma-separated as Slack writes it."""
    since: datetime | None = None
    expires_at: datetime | None = None
    """When the present access token ends (UTC); None where it does not."""
    rotates: bool = False
    """Whether the token is renewed every twelve hours: https://docs.slack.dev/authentication/using-token-rotation."""

    @property
    def is_sufficient(self) -> bool:
        """Whether the scope that analytics need was granted, as far as is known."""
        return not self.scope or SCOPE in scopes(self.scope)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A connection with its tokens."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    """Good for one renewal."""
    connection: Connection = field(default_factory=Connection)

    def written(self) -> str:
        """As it is kept."""
        known = self.connection
        document = {
            "access_token": self.access_token,
            "refresh_token": self.refresh_token,
            "expires_at": known.expires_at and known.expires_at.isoformat(),
            "organisation_id": known.organisation_id,
            "organisation": known.organisation,
            "user_id": known.user_id,
            "user": known.user,
            "app_id": known.app_id,
            "scope": known.scope,
            "since": known.since and known.since.isoformat(),
        }
        return json.dumps({name: value for name, value in document.items() if value})


def end(now: datetime, seconds: object) -> datetime | None:
    """When a token ends of which Slack says that it lasts so many seconds; None where it says nothing of the kind."""
    if not isinstance(seconds, int) or isinstance(seconds, bool):
        return None
    return now + timedelta(seconds=min(max(seconds, 0), LONGEST))


def scopes(text: str) -> frozenset[str]:
    """The single scopes of a comma-separated list."""
    return frozenset(part.strip() for part in text.split(",") if part.strip())


def read_grant(text: str, place: str) -> Grant:
    """
    A kept grant; `{"access_token": "xoxp-…"}` is enough. Raises ConfigurationError naming the place, not what is there.
    """
    document = _document(text, place, ("access_token",))
    refresh_token = _text(document, "refresh_token")
    return Grant(
        access_token=document["access_token"],
        refresh_token=refresh_token,
        connection=Connection(
            organisation_id=_text(document, "organisation_id"),
            organisation=_text(document, "organisation"),
            user_id=_text(document, "user_id"),
            user=_text(document, "user"),
            app_id=_text(document, "app_id"),
            scope=_text(document, "scope") or "",
            since=_moment(document, "since", place),
            expires_at=_moment(document, "expires_at", place),
            rotates=refresh_token is not None,
        ),
    )


def read_credentials(text: str, place: str) -> Credentials:
    """Kept credentials. Raises ConfigurationError naming the place, not what is there."""
    document = _document(text, place, ("client_id", "client_secret"))
    return Credentials(client_id=document["client_id"], client_secret=document["client_secret"])


def _document(text: str, place: str, needed: tuple[str, ...]) -> dict[str, str]:
    wanted = "{" + ", ".join(f'"{name}": "…"' for name in needed) + "}"
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict) or not all(isinstance(document.get(n), str) and document[n] for n in needed):
        raise ConfigurationError(f"{place} does not hold what it should, which is JSON like {wanted}; write it anew")
    return document


def _text(document: Mapping[str, object], name: str) -> str | None:
    value = document.get(name)
    return writable(value) if isinstance(value, str) and value else None


def _moment(document: Mapping[str, object], name: str, place: str) -> datetime | None:
    text = _text(document, name)
    try:
        found = datetime.fromisoformat(text) if text else None
        return found and (found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC))
    except (ValueError, OverflowError) as error:
        raise ConfigurationError(f"{place}: {name} is not a time; connect Slack again") from error
