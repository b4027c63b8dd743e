"""A world in which tokens end: a simulated Slack, a clock, and places where the token rests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from slackanalytics.access import Access
from slackanalytics.client import Client
from slackanalytics.grants import Connection, Grant
from slackanalytics.limiter import Limiter
from slackanalytics.settings import Settings
from slackanalytics.simulator import Served, Simulator
from slackanalytics.slack_api import Post, post
from slackanalytics.token_stores import TokenStore

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = date(2026, 11, 10)
CLIENT = ("111.222", "canary-client-secret")
HOURS = timedelta(hours=1)


@dataclass
class World:
    """A Slack whose tokens rotate, and a store that holds a pair of them."""

    server: Served
    simulator: Simulator
    store: TokenStore
    http: Post = post
    now: datetime = NOON
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.settings = Settings(slack_api_url=self.server.url, client_id=CLIENT[0], client_secret=CLIENT[1])

    def connect(self) -> Grant:
        """What an administrator grants now, stored."""
        asked = {"user_scope": "admin.analytics:read", "scope": "users:read", "redirect_uri": "http://localhost/"}
        code = self.simulator.authorizations.code(asked)
        form = {"code": code, "redirect_uri": "http://localhost/", "client_id": CLIENT[0], "client_secret": CLIENT[1]}
        said = post(f"{self.server.url}/oauth.v2.access", form, "")
        found = Grant(
            access_token=said.text("authed_user", "access_token") or "",
            refresh_token=said.text("authed_user", "refresh_token"),
            connection=Connection(
                organisation_id="E0EXAMPLE1",
                scope="admin.analytics:read",
                expires_at=self.now + 12 * HOURS,
                rotates=True,
            ),
        )
        self.store.write("token", found.written())
        return found

    def access(self, **changes: Any) -> Access:
        given = {"http": self.http, "clock": lambda: self.now, "monotonic": lambda: self.seconds} | changes
        return Access(self.settings, self.store, **given)

    def client(self, access: Access | None = None) -> Client:
        return Client(self.settings, access=access or self.access(), limiter=Limiter(None), pause=lambda _: None)

    def pass_hours(self, hours: int) -> None:
        self.now += hours * HOURS
        self.seconds += hours * 3600.0

    def renewals(self) -> list[str | None]:
        """The outcome of each renewal that Slack was asked for; the first exchange is none."""
        return [call.error for call in self.server.calls if call.method == "oauth.v2.access"][1:]

    def files(self) -> list[str | None]:
        return [call.error for call in self.server.calls if call.method == "admin.analytics.getFile"]


Start = Callable[..., World]
