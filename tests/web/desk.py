"""The web app with everything around it in hand: a Slack that says what it is told, a clock, a browser."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
from starlette.testclient import TestClient

from slackanalytics.grants import Connection, Grant
from slackanalytics.oauth import Conversation
from slackanalytics.settings import Settings
from slackanalytics.slack_api import Said
from slackanalytics.token_stores import Memory
from slackanalytics.web.access import Access, LocalKey
from slackanalytics.web.app import application
from slackanalytics.web.dashboard import Dashboard
from slackanalytics.web.reachability import Look
from slackanalytics.web.site import Site

HERE = "http://127.0.0.1:8910"
PUBLIC = "https://analytics.example.com"
KEY = "canary-key-2f81c04d9a77"
CLIENT_SECRET = "canary-client-secret-61b0"
TOKEN = "xoxp-canary-user-token-93ce"
BOT_TOKEN = "xoxb-canary-bot-token-18aa"
CODE = "canary-code-5d20e8"
CANARIES = (KEY, CLIENT_SECRET, TOKEN, BOT_TOKEN, CODE)
"""What must be seen nowhere."""
OURS = {"Sec-Fetch-Site": "same-origin", "Origin": "null"}
"""What browsers send with a form of ours under `Referrer-Policy: no-referrer`."""


def granted(**more: Any) -> dict[str, Any]:
    """An answer of oauth.v2.access that connects."""
    return {
        "ok": True,
        "app_id": "A1",
        "access_token": BOT_TOKEN,
        "token_type": "bot",
        "scope": "users:read",
        "team": None,
        "enterprise": {"id": "E1", "name": "Example Corp"},
        "is_enterprise_install": True,
        "authed_user": {"id": "W1", "scope": "admin.analytics:read", "access_token": TOKEN, "token_type": "user"},
        **more,
    }


KNOWN = {"ok": True, "user_id": "W1", "user": "ada", "team": "Example Corp", "enterprise_id": "E1"}


@dataclass
class Slack:
    """Answers as it is told; an exception is raised."""

    answers: dict[str, Any] = field(
        default_factory=lambda: {
            "oauth.v2.access": granted(),
            "auth.test": KNOWN,
            "auth.revoke": {"ok": True, "revoked": True},
        }
    )
    asked: list[str] = field(default_factory=list)
    """The methods called, in order."""
    scopes: str | None = None
    """What the header of each answer says that the token is granted."""

    def __call__(self, url: str, form: Mapping[str, str], authorization: str) -> Said:
        self.asked.append(url.rpartition("/")[2])
        answer = self.answers[self.asked[-1]]
        if isinstance(answer, Exception):
            raise answer
        return Said(answer, self.scopes)


@dataclass
class Clock:
    """Seconds that pass when they are told to."""

    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now

    def utc(self) -> datetime:
        return datetime(2026, 11, 25, 8, 30, tzinfo=UTC) + timedelta(seconds=self.now - 1_000_000.0)


class Desk:
    """One web app. Each `browser()` is another person's."""

    def __init__(
        self,
        *,
        address: str = HERE,
        access: Access | None = None,
        launch_url: str | None = None,
        look: Look = lambda _url: (200, b'{"application": "slackanalytics", "status": "ok"}'),
        newest: Callable[[], date | None] = lambda: date(2026, 11, 23),
        credentials: bool = True,
        settings: Settings | None = None,
        store: Memory | None = None,
        dashboard: Dashboard | None = None,
    ) -> None:
        self.slack, self.clock, self.store = Slack(), Clock(), store or Memory()
        self.address = address
        settings = settings or Settings()
        numbers = itertools.count(1)
        self.conversation = Conversation(
            settings,
            self.store,
            clock=self.clock.utc,
            random=lambda size: next(numbers).to_bytes(size, "big"),
            http=self.slack,
        )
        self.site = Site(public_url=address, consent_url=settings.consent_url, launch_url=launch_url)
        self.app = application(
            self.conversation,
            site=self.site,
            access=access or LocalKey(KEY),
            newest=newest,
            look=look,
            clock=self.clock,
            dashboard=dashboard,
        )
        if credentials:
            self.conversation.keep_credentials("1234.5678", CLIENT_SECRET)

    def browser(self, address: str = "192.0.2.1", **headers: str) -> TestClient:
        """Somebody who has not signed in."""
        return TestClient(
            self.app,
            base_url=self.address,
            client=(address, 50_000),
            headers={**OURS, **headers},
            follow_redirects=False,
        )

    def admin(self) -> TestClient:
        """Somebody who has."""
        browser = self.browser()
        assert browser.post("/sign-in", data={"secret": KEY}).status_code == 303
        return browser

    def connected(self, **known: Any) -> Connection:
        """A connection that is in place already."""
        held = {
            "organisation_id": "E1",
            "organisation": "Example Corp",
            "user_id": "W1",
            "scope": "admin.analytics:read",
        }
        connection = Connection(**{**held, **known})
        self.store.write("token", Grant(access_token=TOKEN, connection=connection).written())
        return connection

    @property
    def token(self) -> str | None:
        """What is stored."""
        return self.store.read("token")


def begun(browser: TestClient, **form: str) -> str:
    """The state of a conversation that a browser has just begun."""
    answer = browser.post("/slack/install", data=form)
    assert answer.status_code == 303, answer.text
    return parse_qs(urlsplit(answer.headers["location"]).query)["state"][0]


def back(browser: TestClient, **query: str) -> httpx2.Response:
    """Slack's redirect, and the page that it ends on."""
    answer = browser.get("/slack/oauth_redirect", params=query, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 303
    assert "?" not in answer.headers["location"]
    return browser.get(answer.headers["location"])
