"""An admin’s office: the conversation under test, a simulated Slack, a clock and a browser."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.contract.oauth.administrator import decided

from athena_federation.errors import FederationError
from slackanalytics.grants import Credentials, Grant
from slackanalytics.oauth import (
    Connected,
    Conversation,
)
from slackanalytics.oauth_states import States
from slackanalytics.settings import Settings
from slackanalytics.simulator import Served
from slackanalytics.slack_api import Post, post
from slackanalytics.token_stores import Memory, Secret, grant

BACK = "http://localhost:8765/slack/oauth_redirect"
CLIENT = ("111.222&x=1", "canary-s3cret: with/odd %characters")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Counting(Memory):
    """A store that counts how often the token was written."""

    def __init__(self) -> None:
        super().__init__()
        self.writes = 0

    def write(self, name: Secret, text: str) -> None:
        self.writes += name == "token"
        super().write(name, text)


@dataclass
class Office:
    """One installation of ours, with a clock that a test can turn."""

    server: Served
    settings: Settings
    states: States | None = None
    http: Post = post
    now: datetime = NOON
    store: Counting = field(default_factory=Counting)

    def __post_init__(self) -> None:
        self.store.write("client", Credentials(client_id=CLIENT[0], client_secret=CLIENT[1]).written())
        self.conversation = Conversation(
            self.settings, self.store, clock=lambda: self.now, http=self.http, states=self.states
        )

    def begun(self, browser: str = "mine", *, replace: bool = False) -> str:
        return self.conversation.begin(BACK, browser=browser, replace=replace).authorize_url

    def complete(self, brought: Mapping[str, str | None], browser: str = "mine", redirect_uri: str = BACK) -> Connected:
        given: dict[str, Any] = {"state": None, "code": None, "error": None} | dict(brought)
        return self.conversation.complete(browser=browser, redirect_uri=redirect_uri, **given)

    def connected(self, *, replace: bool = False, **choice: str) -> Connected:
        return self.complete(decided(self.begun(replace=replace), **choice))

    def exchanges(self) -> int:
        return sum(call.method == "oauth.v2.access" for call in self.server.calls)

    def held(self) -> Grant:
        found = grant(self.store)
        assert found
        return found


Open = Callable[..., Office]


def ends(here: Office, brought: Mapping[str, str | None], kind: type[FederationError]) -> str:
    """What is said when that ends without a connection, what is stored left as it was, and no secret told."""
    before = here.store.read("token")
    with pytest.raises(kind) as caught:
        here.complete(brought)
    assert type(caught.value) is kind
    assert here.store.read("token") == before
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    for secret in ("canary", brought.get("code") or "canary", brought.get("state") or "canary"):
        assert secret not in told
    assert not re.search(r"xox[bp]-\w", told)
    assert "\n" not in str(caught.value)
    return str(caught.value)
