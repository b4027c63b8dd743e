"""A sweep for secrets: everything that a connection's life writes, at the most talkative level, holds none of them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from tests.contract.oauth.administrator import decided

from athena_federation.errors import FederationError
from slackanalytics.client import Client
from slackanalytics.doctor import findings
from slackanalytics.grants import Credentials
from slackanalytics.limiter import Limiter
from slackanalytics.oauth import Conversation
from slackanalytics.settings import Settings
from slackanalytics.simulator import Simulator
from slackanalytics.token_stores import grant, token_store

BACK = "http://localhost:8765/slack/oauth_redirect"
DAY = date(2026, 11, 10)


def life(folder: Path) -> Iterator[tuple[set[str], list[object]]]:
    """Connecting, fetching, being refused, renewing, looking, revoking: the secrets so far, and all that was shown."""
    with Simulator(
        members=10, client=("1.2", "canary-client-secret"), rotation=True, rate_limit=None
    ).serve() as server:
        settings = Settings.from_environment(
            {
                "HOME": str(folder),
                "SLACKANALYTICS_TOKEN_STORE": "file",
                "SLACKANALYTICS_PASSPHRASE": "canary-passphrase",
                "SLACKANALYTICS_SLACK_API_URL": server.url,
            }
        )
        store = token_store(settings)
        store.write("client", Credentials(client_id="1.2", client_secret="canary-client-secret").written())
        conversation = Conversation(settings, store)
        secrets = {"canary-client-secret", "canary-passphrase"}
        shown: list[object] = [settings, store, conversation]
        for decision in ("cancel", "allow"):
            begun = conversation.begin(BACK, browser="canary-browser")
            brought = decided(begun.authorize_url, decision)
            secrets |= {begun.state, "canary-browser", brought.get("code", "canary")}
            shown.append(begun)
            for _ in range(2):
                try:
                    shown.append(
                        conversation.complete(
                            state=brought["state"],
                            browser="canary-browser",
                            redirect_uri=BACK,
                            code=brought.get("code"),
                            error=brought.get("error"),
                        )
                    )
                except FederationError as error:
                    shown.append(error)
        held = grant(store)
        assert held
        secrets |= {held.access_token, held.refresh_token or "canary"}
        client = Client(settings, limiter=Limiter(None), pause=lambda _: None)
        shown += [held, client, client.fetch(DAY, lambda body: len(body.read(10))), *findings(settings)]
        shown += [conversation.status(), conversation.test(), conversation.revoke()]
        try:
            shown.append(client.fetch(DAY, lambda body: body.read(1)))
        except FederationError as error:
            shown.append(error)
        yield secrets, shown


def test_nothing_that_is_shown_logged_or_left_on_disk_holds_a_secret(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    for secrets, shown in life(tmp_path):
        texts = [caplog.text, *capfd.readouterr()]
        for thing in shown:
            texts += [str(thing), repr(thing)]
        kept = [path.read_bytes().decode("latin-1") for path in tmp_path.rglob("*") if path.is_file()]
        assert len(secrets) >= 8
        assert [secret for secret in secrets if any(secret in text for text in texts + kept)] == []
