"""The token in force: renewed once by one refresher, read anew once where it was refused, named where it is dead."""

from __future__ import annotations

import subprocess
import sys
import threading
import traceback
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.unit.renewals import CLIENT, DAY, HOURS, NOON, Start, World

from athena_federation.errors import ConfigurationError, SourceError, Throttled, Unauthorized
from slackanalytics.access import Access, ScopeLost
from slackanalytics.encrypted_file import EncryptedFile
from slackanalytics.grants import Connection, Credentials, Grant
from slackanalytics.rotation import renewed
from slackanalytics.settings import Settings
from slackanalytics.simulator import Simulator
from slackanalytics.slack_api import Said, SlackDown, post
from slackanalytics.token_stores import Memory, Secret, grant
from slackanalytics.tokens import Token

# --------------------------------------------------------------------------------------------------------- renewal


def test_a_token_is_used_as_it_is_while_it_lasts(start: Start) -> None:
    world = start()
    held = world.connect()
    world.pass_hours(11)
    assert world.access().token().authorization == f"Bearer {held.access_token}"
    assert world.renewals() == []


def test_a_token_that_has_ended_is_renewed_and_stored_before_it_is_used(start: Start) -> None:
    world = start()
    held = world.connect()
    world.pass_hours(13)
    token = world.access().token()
    found = grant(world.store)
    assert found
    assert token.authorization == f"Bearer {found.access_token}"
    assert found.access_token != held.access_token
    assert found.refresh_token != held.refresh_token
    assert found.connection.expires_at == world.now + 12 * HOURS
    assert (found.connection.organisation_id, found.connection.rotates) == ("E0EXAMPLE1", True)
    assert world.renewals() == [None]


def test_it_can_be_renewed_ahead_for_those_who_only_read(start: Start) -> None:
    world = start()
    world.connect()
    world.access().token(margin=13 * HOURS)
    assert world.renewals() == [None]


def test_a_token_that_slack_calls_expired_is_renewed_once_and_the_day_is_fetched(start: Start) -> None:
    world = start()
    world.connect()
    world.seconds += 50_000  # Slack's clock is ahead of ours
    assert world.client().fetch(DAY, lambda body: body.read(2)) == b"\x1f\x8b"
    assert world.files() == ["token_expired", None]
    assert world.renewals() == [None]


def test_a_token_that_stays_expired_is_refused_after_one_renewal(start: Start) -> None:
    world = start(faults={DAY.isoformat(): "token_expired"})
    world.connect()
    with pytest.raises(Unauthorized, match="token_expired"):
        world.client().fetch(DAY, lambda body: body.read(1))
    assert (world.files(), world.renewals()) == (["token_expired"] * 2, [None])


def test_years_of_renewals_lose_nothing(start: Start) -> None:
    world = start()
    world.connect()
    access = world.access()
    for _ in range(100):
        world.pass_hours(12)
        access.token()
    assert world.renewals() == [None] * 100
    assert world.client(access).fetch(DAY, lambda body: body.read(1))


def test_an_answer_that_was_lost_is_asked_for_again(start: Start) -> None:
    world = start(grace=30.0)
    world.connect()
    world.pass_hours(13)
    lost: list[str] = []

    def losing(url: str, form: Mapping[str, str], authorization: str) -> Said:
        said = post(url, form, authorization)
        if not lost:
            lost.append(url)
            raise SlackDown("the answer was lost")
        return said

    world.http = losing
    assert world.client().fetch(DAY, lambda body: body.read(1))


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("error:invalid_refresh_token", Unauthorized),
        ("error:bad_client_secret", Unauthorized),
        ("ok_true", Unauthorized),
        ("503", SlackDown),
        ("internal_error", SlackDown),
        ("429", Throttled),
    ],
)
def test_what_cannot_be_renewed_is_told_and_the_pair_is_kept(start: Start, fault: str, kind: type[Exception]) -> None:
    world = start()
    held = world.connect()
    world.pass_hours(13)
    with Simulator(client=CLIENT, faults={"oauth.v2.access": fault}, members=10).serve() as failing:
        settings = Settings(slack_api_url=failing.url, client_id=CLIENT[0], client_secret=CLIENT[1])
        with pytest.raises(kind) as caught:
            Access(settings, world.store, clock=lambda: world.now, pause=lambda _: None).token()
    told = "".join(traceback.format_exception(caught.value))
    assert [secret for secret in ("canary", held.access_token, held.refresh_token or "-") if secret in told] == []
    assert grant(world.store) == held
    assert world.access().token()


class ReadOnly(Memory):
    """A store that this process may not write any more."""

    shut = False

    def rehearse(self, name: Secret) -> None:
        if self.shut:
            raise ConfigurationError("read-only")


def test_a_refresh_token_is_not_spent_where_the_new_pair_could_not_be_stored(start: Start) -> None:
    store = ReadOnly()
    world = start(store)
    held = world.connect()
    world.pass_hours(13)
    store.shut = True
    with pytest.raises(ConfigurationError, match="read-only"):
        world.access().token()
    assert (world.renewals(), grant(store)) == ([], held)


class NotMine(Memory):
    """A store whose client secret is for others."""

    def read(self, name: Secret, *, fresh: bool = False) -> str | None:
        if name == "client":
            raise Unauthorized("ACCESS_DENIED: allow secretsmanager:GetSecretValue on x/client")
        return super().read(name, fresh=fresh)


def test_who_may_only_read_says_who_may_renew(start: Start) -> None:
    world = start(NotMine())
    world.connect()
    world.settings = Settings(slack_api_url=world.server.url)
    world.pass_hours(13)
    with pytest.raises(Unauthorized, match=r"only the app that connects Slack may renew it.*ACCESS_DENIED"):
        world.access().token()
    world.store = Memory()
    world.store.write("token", Grant(access_token="xoxe.xoxp-1", refresh_token="xoxe-1").written())
    with pytest.raises(ConfigurationError, match="SLACKANALYTICS_CLIENT_ID"):
        world.access().instead_of(Token("xoxe.xoxp-1"), "token_expired")


def renewing(**answer: Any) -> tuple[Memory, Access]:
    """A token that has ended, and a Slack that answers its renewal with that."""
    store = Memory()
    ended = Connection(scope="admin.analytics:read", expires_at=NOON, rotates=True)
    store.write("token", Grant(access_token="xoxe.xoxp-0", refresh_token="xoxe-0", connection=ended).written())
    said = {"ok": True, "access_token": "xoxe.xoxp-1", "refresh_token": "xoxe-1", "expires_in": 43_200} | answer
    settings = Settings(client_id="1.2", client_secret="x")
    return store, Access(settings, store, http=lambda *_: Said(said), clock=lambda: NOON, pause=lambda _: None)


@pytest.mark.parametrize("token", ["xoxe.xoxb-1", "xoxb-1", "xoxe-1", "a b", "ü", ""])
def test_a_renewal_with_what_is_no_user_token_is_not_stored(token: str) -> None:
    store, access = renewing(access_token=token)
    before = store.read("token")
    with pytest.raises(Unauthorized, match="connect Slack again"):
        access.token()
    assert store.read("token") == before


def test_a_renewal_with_a_smaller_scope_is_stored_and_named() -> None:
    store, access = renewing(scope="users:read")
    for _ in range(2):
        with pytest.raises(ScopeLost, match=r"lost the scope admin\.analytics:read"):
            access.token()
    found = grant(store)
    assert found
    assert (found.access_token, found.refresh_token) == ("xoxe.xoxp-1", "xoxe-1")


def test_a_renewal_that_slack_asks_to_wait_for_is_no_end() -> None:
    _, access = renewing(ok=False, error="ratelimited")
    with pytest.raises(Throttled):
        access.token()


@pytest.mark.parametrize(
    ("lasts", "days"), [(10**12, 366), (10**300, 366), (-(10**12), 0), (86_400, 1), (True, None), ("soon", None)]
)
def test_however_long_a_token_is_said_to_last_it_is_stored(lasts: object, days: int | None) -> None:
    store, access = renewing(expires_in=lasts)
    access.token()
    found = grant(store)
    assert found
    assert found.connection.expires_at == (None if days is None else NOON + timedelta(days=days))


def test_a_token_that_ended_long_ago_is_renewed_as_any_other() -> None:
    store, access = renewing()
    text = store.read("token") or ""
    store.write("token", text.replace(NOON.isoformat(), "0001-01-01T00:00:00"))
    assert access.token().fingerprint == Token("xoxe.xoxp-1").fingerprint


class Stumbling(Memory):
    """A store that fails once, after it has been seen to work."""

    failures = 1

    def swap(self, name: Secret, before: str | None, after: str | None) -> bool:
        if self.failures:
            self.failures -= 1
            raise SourceError("a moment's trouble")
        return super().swap(name, before, after)


def test_a_new_pair_is_not_given_up_at_the_first_trouble(start: Start) -> None:
    world = start(Stumbling())
    held = world.connect()
    world.pass_hours(13)
    assert world.access().token()
    found = grant(world.store)
    assert found
    assert found.refresh_token != held.refresh_token


# ----------------------------------------------------------------------------------------------------------- races


def race(world: World) -> list[object]:
    """Two refreshers who both read before either has an answer, if they are let."""
    together = threading.Barrier(2)

    def meeting(url: str, form: Mapping[str, str], authorization: str) -> Said:
        with suppress(threading.BrokenBarrierError):  # the other waits its turn, as it should
            together.wait(0.3)
        return post(url, form, authorization)

    found: list[object] = []
    held = grant(world.store)
    assert held
    refused = held.access_token

    def refresh() -> None:
        try:
            found.append(
                renewed(
                    world.settings,
                    world.store,
                    refused,
                    http=meeting,
                    clock=lambda: world.now,
                    pause=lambda _: None,
                )
            )
        except Unauthorized as error:
            found.append(error)

    threads = [threading.Thread(target=refresh) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def check_two_refreshers_share_one_renewal(world: World) -> None:
    world.connect()
    world.seconds += 50_000
    first, second = race(world)
    assert isinstance(first, Grant)
    assert first == second == grant(world.store)
    assert world.renewals() == [None]


def test_two_refreshers_share_one_renewal(start: Start, tmp_path: Path) -> None:
    check_two_refreshers_share_one_renewal(start())
    check_two_refreshers_share_one_renewal(start(EncryptedFile(tmp_path / "own", "x", None)))


class Unlocked(Memory):
    """What the check is there to find: a store in which nobody is ever alone."""

    def alone(self) -> AbstractContextManager[object]:
        return nullcontext()


def test_two_refreshers_without_a_lock_are_found_out(start: Start) -> None:
    with pytest.raises(AssertionError):
        check_two_refreshers_share_one_renewal(start(Unlocked()))


PROGRAM = """
import os, sys
from slackanalytics.access import Access
from slackanalytics.settings import Settings
from slackanalytics.tokens import Token
access = Access(Settings.from_environment(os.environ))
held = access.token()
print("ready", flush=True)
sys.stdin.readline()
print(access.instead_of(held, "token_expired").fingerprint)
"""


def test_processes_at_once_never_lose_the_refresh_token(start: Start, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    world = start(EncryptedFile(folder, "127.0.0.1", None))
    world.connect()
    world.store.write("client", Credentials(client_id=CLIENT[0], client_secret=CLIENT[1]).written())
    world.seconds += 50_000
    environment = {
        "HOME": str(tmp_path),
        "SLACKANALYTICS_TOKEN_STORE": "file",
        "SLACKANALYTICS_DATA_DIR": str(folder),
        "SLACKANALYTICS_SLACK_API_URL": world.server.url,
    }
    # Slack's clock says that the token has ended, ours that it has not: so each of them asks only when it is told to
    live = grant(world.store)
    assert live
    later = replace(live, connection=replace(live.connection, expires_at=datetime.now(UTC) + HOURS))
    world.store.write("token", later.written())
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    try:
        for process in processes:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin
            process.stdin.write("\n")
            process.stdin.flush()
        found = {process.communicate(timeout=60)[0] for process in processes}
    finally:
        for process in processes:
            process.kill()
            process.wait()
    now = grant(world.store)
    assert now
    assert found == {Token(now.access_token).fingerprint + "\n"}
    assert world.renewals() == [None]
    assert renewed(world.settings, world.store, now.access_token, http=post, clock=lambda: world.now)
