"""The token in force, for whoever fetches: read where it is used, renewed once where it has ended."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from athena_federation.errors import ConfigurationError, Unauthorized
from slackanalytics.grants import SCOPE, Grant
from slackanalytics.rotation import MARGIN, renewed
from slackanalytics.settings import Settings
from slackanalytics.slack_api import Post, post
from slackanalytics.token_stores import Environment, TokenStore, grant, token_store
from slackanalytics.tokens import Token, checked

SECONDS = 60.0
"""How long a refused token is not asked about again, so that many readers make one call and not many."""


class ScopeLost(Unauthorized):
    """The token is good, and what it may read is not what analytics need."""


class Access:
    """What the settings' store allows. Safe to share between threads; makes no call before a token has ended."""

    def __init__(
        self,
        settings: Settings,
        store: TokenStore | None = None,
        *,
        http: Post = post,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
        any_scope: bool = False,
    ) -> None:
        """`any_scope`: give a token too that may not read analytics, to ask about it or to revoke it."""
        self._settings = settings
        self._given = store
        self._http = http
        self._clock = clock
        self._monotonic = monotonic
        self._pause = pause
        self._any_scope = any_scope
        self._lock = threading.Lock()
        self._hopeless: dict[str, float] = {}
        """Fingerprints of tokens that nothing better was found for, and until when not to look again."""

    def token(self, *, margin: timedelta = MARGIN) -> Token:
        """
        The token to call with, renewed where it ends within `margin`; a schedule that renews for others gives hours.

        Raises ConfigurationError where there is none, or where it is malformed; Unauthorized for a kind that Slack
        refuses, one that has ended and cannot be renewed, or ScopeLost for one that may not read analytics any more;
        SlackDown or Throttled where renewing it failed.
        """
        found = self._found()
        ends = found.connection.expires_at
        if ends and found.refresh_token and self._clock() + margin >= ends:
            found = self._renewed(found.access_token) or found
        return self._checked(found)

    def account(self) -> str:
        """
        Whose data the token reads, the same before and after it is renewed: the organisation, where the store knows it.

        Makes no call to Slack. Raises as `token` does.
        """
        found = self._found()
        return found.connection.organisation_id or self._checked(found).fingerprint

    def instead_of(self, refused: Token, code: str) -> Token | None:
        """
        Another token, after Slack refused this one: written meanwhile by somebody else, or renewed now; None for none.

        Args:
            refused: The token that was refused.
            code: Slack's reason. Only `token_expired` lets a token be renewed.

        Raises as `token` does.
        """
        with self._lock:
            if self._monotonic() < self._hopeless.get(refused.fingerprint, float("-inf")):
                return None
            found = grant(self._store, fresh=True)
            if found and self._checked(found).fingerprint == refused.fingerprint:
                found = self._renewed(found.access_token) if code == "token_expired" else None
            if found is None:
                self._hopeless[refused.fingerprint] = self._monotonic() + SECONDS
                return None
            return self._checked(found)

    @property
    def _store(self) -> TokenStore:
        return self._given or token_store(self._settings)

    def _found(self) -> Grant:
        found = grant(self._store)
        if found is None:
            raise ConfigurationError(
                "SLACKANALYTICS_SLACK_TOKEN is not set, and Slack is not connected: run slackanalytics login, or give the"
                " user token (xoxp-…) of an app that an Org Owner installed on the organisation with the scope"
                " admin.analytics:read, or SLACKANALYTICS_SOURCE=demo for sample data"
            )
        return found

    def _renewed(self, access_token: str) -> Grant | None:
        return renewed(self._settings, self._store, access_token, http=self._http, clock=self._clock, pause=self._pause)

    def _checked(self, found: Grant) -> Token:
        if not self._any_scope and not found.connection.is_sufficient:
            raise ScopeLost(
                f"the token has lost the scope {SCOPE}; connect Slack again (slackanalytics login) with an Org Owner's or"
                " Org Admin's account"
            )
        store = self._store
        known = isinstance(store, Environment)
        return checked(found.access_token, "SLACKANALYTICS_SLACK_TOKEN" if known else f"the token in {store.place}")
