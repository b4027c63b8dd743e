"""A token that Slack no longer takes: named once, replaced in the middle, and outlived by the days it fetched."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.unit.renewals import DAY, Start

from athena_federation.errors import Unauthorized
from slackanalytics.access import SECONDS
from slackanalytics.cache import Days
from slackanalytics.client import Client
from slackanalytics.grants import Connection, Grant
from slackanalytics.limiter import Limiter
from slackanalytics.settings import Settings
from slackanalytics.token_stores import Memory, Secret
from slackanalytics.tokens import Token


@pytest.mark.parametrize("code", ["invalid_auth", "not_authed", "account_inactive", "token_revoked"])
def test_a_dead_token_is_looked_up_once_and_named(start: Start, code: str) -> None:
    world = start()
    world.connect()
    world.simulator.revoke(code)
    client = world.client()
    for _ in range(3):
        with pytest.raises(Unauthorized, match=rf"slackanalytics login.*\(Slack: {code}\)"):
            client.fetch(DAY, lambda body: body.read(1))
    assert (world.files(), world.renewals()) == ([code] * 3, [])


def test_a_token_that_somebody_else_replaced_is_picked_up_in_the_middle(start: Start) -> None:
    class Slow(Memory):
        """A store that remembers, until it is asked to look again."""

        old: str | None = None

        def read(self, name: Secret, *, fresh: bool = False) -> str | None:
            return super().read(name) if fresh or not self.old else self.old

    store = Slow()
    world = start(store, rotation=False)
    world.connect()
    store.old = store.read("token")
    world.simulator.authorizations.withdraw("token_revoked")
    world.connect()
    assert world.client().fetch(DAY, lambda body: body.read(2)) == b"\x1f\x8b"
    assert world.files() == ["token_revoked", None]


def test_many_readers_of_a_dead_token_look_it_up_once(start: Start) -> None:
    class Counted(Memory):
        fresh = 0

        def read(self, name: Secret, *, fresh: bool = False) -> str | None:
            self.fresh += fresh
            return super().read(name)

    store = Counted()
    world = start(store)
    held = world.connect()
    access = world.access()
    for _ in range(400):
        assert access.instead_of(Token(held.access_token), "token_revoked") is None
    assert store.fresh == 1
    world.seconds += SECONDS
    assert access.instead_of(Token(held.access_token), "token_revoked") is None
    assert store.fresh == 2


def test_a_token_of_the_environment_is_tried_once(start: Start) -> None:
    world = start()
    settings = Settings(slack_api_url=world.server.url, slack_token="xoxp-unknown")
    with pytest.raises(Unauthorized, match="invalid_auth"):
        Client(settings, limiter=Limiter(None)).fetch(DAY, lambda body: body.read(1))
    assert world.files() == ["invalid_auth"]


def test_a_refusal_gives_the_address_to_connect_at_where_there_is_one(start: Start) -> None:
    world = start()
    world.connect()
    world.simulator.revoke()
    site = "https://analytics.example.com"
    settings = Settings(slack_api_url=world.server.url, public_url=site)
    client = Client(settings, access=world.access(), limiter=Limiter(None))
    with pytest.raises(Unauthorized, match=f"token_revoked.*{site}/slack/install"):
        client.fetch(DAY, lambda body: body.read(1))


def test_kept_days_outlive_the_token_they_were_fetched_with(start: Start, tmp_path: Path) -> None:
    from slackanalytics.token_stores import token_store

    world = start()
    settings = Settings.from_environment(
        {
            "HOME": str(tmp_path),
            "SLACKANALYTICS_TOKEN_STORE": "file",
            "SLACKANALYTICS_SLACK_API_URL": world.server.url,
            "SLACKANALYTICS_RATE_LIMIT": "off",
            "SLACKANALYTICS_TODAY": "2026-11-23",
        }
    )
    world.store = token_store(settings)
    world.now = datetime.now(UTC)
    world.connect()
    assert Days(settings).keep(DAY).status == "published"
    world.connect()
    assert Days(settings).kept_days() == [DAY]
    assert len(world.files()) == 1
    assert len(list((tmp_path / ".cache" / "slackanalytics").iterdir())) == 1


def test_another_organisation_has_days_of_its_own(start: Start) -> None:
    world = start()
    held = world.connect()
    mine = world.access().account()
    other = Grant(access_token=held.access_token, connection=Connection(organisation_id="E0PARTNER1"))
    world.store.write("token", other.written())
    assert (mine, world.access().account()) == ("E0EXAMPLE1", "E0PARTNER1")
    world.store.write("token", Grant(access_token=held.access_token).written())
    assert world.access().account() == Token(held.access_token).fingerprint
