"""Where secrets rest: each place keeps them for their owner alone, or says by name why not."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from athena_federation.errors import ConfigurationError, Unauthorized
from slackanalytics.encrypted_file import EncryptedFile
from slackanalytics.grants import read_grant
from slackanalytics.keyrings import SECONDS, Keyring, KeyringOrFile
from slackanalytics.own_files import Alone, read_own, write_own
from slackanalytics.settings import Settings
from slackanalytics.token_stores import (
    Environment,
    Memory,
    Secret,
    StoreRefused,
    TokenStore,
    credentials,
    grant,
    realm,
    token_store,
)

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

CANARY = "xoxp-canary-90d2b1"


class Ring:
    """A keyring, as the library gives it."""

    priority = 5

    def __init__(self, error: Exception | None = None) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.asked = 0
        self.error = error

    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        if self.error:
            raise self.error
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.error:
            raise self.error
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


def alone() -> AbstractContextManager[object]:
    return nullcontext()


def keyring_of(ring: Ring, clock: Callable[[], float] = time.monotonic) -> Keyring:
    return Keyring(cast("KeyringBackend", ring), "slack.com", alone, clock=clock)


def by_passphrase(folder: Path) -> TokenStore:
    return EncryptedFile(folder / "new", "slack.com", "correct horse")


def by_key_file(folder: Path) -> TokenStore:
    return EncryptedFile(folder / "new", "slack.com", None)


def in_a_keyring(folder: Path) -> TokenStore:
    return keyring_of(Ring())


def in_a_keyring_with_a_file_beside(folder: Path) -> TokenStore:
    return KeyringOrFile(keyring_of(Ring()), EncryptedFile(folder, "slack.com", None))


def where_there_is_no_keyring(folder: Path) -> TokenStore:
    return KeyringOrFile(None, EncryptedFile(folder, "slack.com", None))


def in_memory(folder: Path) -> TokenStore:
    return Memory()


PLACES = (
    by_passphrase,
    by_key_file,
    in_a_keyring,
    in_a_keyring_with_a_file_beside,
    where_there_is_no_keyring,
    in_memory,
)


@pytest.mark.parametrize("made", PLACES, ids=lambda made: made.__name__)
def test_each_place_keeps_two_secrets_apart_and_forgets_them(
    tmp_path: Path, made: Callable[[Path], TokenStore]
) -> None:
    store = made(tmp_path)
    assert (store.read("token"), store.read("client")) == (None, None)
    store.erase("token")
    store.write("token", CANARY)
    store.write("client", "ü" * 5000)
    assert (store.read("token"), store.read("client"), store.is_writable) == (CANARY, "ü" * 5000, True)
    store.write("token", "another")
    assert (store.read("token"), store.read("token", fresh=True)) == ("another", "another")
    store.erase("token")
    assert (store.read("token"), store.read("client")) == (None, "ü" * 5000)
    with store.alone():
        assert store.read("client")


# -------------------------------------------------------------------------------------------------- encrypted files


@pytest.mark.parametrize("made", [by_passphrase, by_key_file])
def test_nothing_on_the_disk_shows_a_secret_or_can_be_read_by_others(
    tmp_path: Path, made: Callable[[Path], TokenStore]
) -> None:
    made(tmp_path).write("token", CANARY)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert [path for path in files if b"canary" in path.read_bytes()] == []
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    assert [path for path in files if path.name.endswith(".part")] == []


def test_the_same_secret_is_sealed_differently_each_time(tmp_path: Path) -> None:
    store, sealed = by_key_file(tmp_path), tmp_path / "new" / "slack.com.token.sealed"
    store.write("token", CANARY)
    first = sealed.read_bytes()
    store.write("token", CANARY)
    assert sealed.read_bytes() != first


def test_a_wrong_passphrase_opens_nothing_and_changes_nothing(tmp_path: Path) -> None:
    by_passphrase(tmp_path).write("token", CANARY)
    sealed = tmp_path / "new" / "slack.com.token.sealed"
    before = sealed.read_bytes()
    with pytest.raises(Unauthorized, match="SLACKANALYTICS_PASSPHRASE is not the one") as caught:
        EncryptedFile(tmp_path / "new", "slack.com", "wrong canary").read("token")
    assert "canary" not in str(caught.value)
    with pytest.raises(ConfigurationError, match="set SLACKANALYTICS_PASSPHRASE"):
        EncryptedFile(tmp_path / "new", "slack.com", None).read("token")
    assert sealed.read_bytes() == before


@pytest.mark.parametrize("key", [None, b"k" * 32, b"short"])
def test_without_its_key_a_file_stays_shut(tmp_path: Path, key: bytes | None) -> None:
    by_key_file(tmp_path).write("token", CANARY)
    (tmp_path / "new" / "key").unlink()
    if key:
        write_own(tmp_path / "new" / "key", key)
    with pytest.raises(Unauthorized, match="cannot be opened"):
        by_key_file(tmp_path).read("token")


MAKING = """
import sys, pathlib
from slackanalytics.encrypted_file import EncryptedFile
store = EncryptedFile(pathlib.Path(sys.argv[1]), "slack.com", None)
for line in sys.stdin:
    store = EncryptedFile(pathlib.Path(line.strip()), "slack.com", None)
    store.write(sys.argv[2], sys.argv[2])
    print("done", flush=True)
"""


def test_two_processes_that_make_the_key_at_once_make_one(tmp_path: Path) -> None:
    kinds: tuple[Secret, ...] = ("client", "token")
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", MAKING, str(tmp_path), kind],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for kind in kinds
    ]
    try:
        for number in range(40):
            for process in processes:
                assert process.stdin
                process.stdin.write(f"{tmp_path / str(number)}\n")
                process.stdin.flush()
            for process in processes:
                assert process.stdout
                assert process.stdout.readline() == "done\n"
    finally:
        for process in processes:
            process.kill()
            process.communicate()
    for number in range(40):
        store = EncryptedFile(tmp_path / str(number), "slack.com", None)
        assert [store.read(kind) for kind in kinds] == list(kinds)


def test_what_is_said_about_a_lost_key_leads_out(tmp_path: Path) -> None:
    store = by_key_file(tmp_path)
    store.write("token", CANARY)
    (tmp_path / "new" / "key").unlink()
    with pytest.raises(StoreRefused, match=r"Put the key back.*remove (.*), then connect Slack again") as caught:
        store.read("token")
    named = str(caught.value).partition("remove ")[2].partition(",")[0]
    Path(named).unlink()
    assert store.read("token") is None
    store.write("token", "another")
    assert by_key_file(tmp_path).read("token") == "another"


def test_a_file_of_deep_brackets_is_an_error_by_name(tmp_path: Path) -> None:
    write_own(tmp_path / "slack.com.token.sealed", b"[" * 60_000)
    with pytest.raises(StoreRefused, match="damaged"):
        EncryptedFile(tmp_path, "slack.com", None).read("token")
    with pytest.raises(ConfigurationError, match="does not hold"):
        read_grant("[" * 100_000, "a place")


@pytest.mark.parametrize("made", PLACES, ids=lambda made: made.__name__)
def test_a_text_is_written_over_the_one_that_was_read_and_no_other(
    tmp_path: Path, made: Callable[[Path], TokenStore]
) -> None:
    store = made(tmp_path)
    assert store.swap("token", None, "1")
    assert not store.swap("token", "0", "2")
    assert not store.swap("token", None, "2")
    store.rehearse("token")
    assert store.read("token", fresh=True) == "1"
    assert store.swap("token", "1", None)
    assert store.read("token", fresh=True) is None


def test_a_place_that_cannot_be_written_says_so_before_it_has_to(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigurationError, match="cannot be written"):
        EncryptedFile(tmp_path / "file", "slack.com", None).rehearse("token")
    with pytest.raises(ConfigurationError, match="environment"):
        Environment(Settings(slack_token=CANARY)).rehearse("token")
    with pytest.raises(ConfigurationError, match="cannot be used"):
        keyring_of(Ring(RuntimeError("locked"))).rehearse("token")
    store = by_key_file(tmp_path)
    store.write("token", CANARY)
    (tmp_path / "new" / "slack.com.token.sealed").unlink()
    (tmp_path / "new" / "slack.com.token.sealed" / "x").mkdir(parents=True)
    with pytest.raises(ConfigurationError, match="cannot be removed"):
        store.erase("token")


def test_a_changed_byte_never_changes_the_secret(tmp_path: Path) -> None:
    store, sealed = by_key_file(tmp_path), tmp_path / "new" / "slack.com.token.sealed"
    store.write("token", CANARY)
    whole = sealed.read_bytes()
    refused = unharmed = 0
    for position in range(len(whole)):
        sealed.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
        try:
            unharmed += store.read("token") == CANARY
        except (Unauthorized, ConfigurationError):
            refused += 1
    assert refused + unharmed == len(whole)
    assert unharmed < 8  # bits that base64 does not use


@given(garbage=st.binary(max_size=80) | st.dictionaries(st.sampled_from(["key", "salt", "nonce", "sealed"]), st.text()))
def test_garbage_is_an_error_by_name(tmp_path_factory: pytest.TempPathFactory, garbage: bytes | dict[str, str]) -> None:
    folder = tmp_path_factory.mktemp("garbage")
    data = garbage if isinstance(garbage, bytes) else json.dumps(garbage).encode()
    write_own(folder / "slack.com.token.sealed", data)
    with pytest.raises((Unauthorized, ConfigurationError)):
        EncryptedFile(folder, "slack.com", None).read("token")


def test_one_sealed_file_does_not_pass_for_another(tmp_path: Path) -> None:
    store, folder = by_key_file(tmp_path), tmp_path / "new"
    store.write("client", CANARY)
    (folder / "slack.com.client.sealed").rename(folder / "slack.com.token.sealed")
    with pytest.raises(Unauthorized, match="was changed"):
        store.read("token")


def shared(path: Path) -> None:
    path.chmod(0o644)


def linked(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to(path.with_name("elsewhere"))


def in_a_shared_folder(path: Path) -> None:
    path.parent.chmod(0o777)


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path, 0o600)


UNSAFE = (shared, linked, in_a_shared_folder, a_folder, a_pipe)


@pytest.mark.parametrize("spoil", UNSAFE, ids=lambda spoil: spoil.__name__)
@pytest.mark.parametrize("name", ["slack.com.token.sealed", "key"])
def test_a_file_that_others_can_reach_is_not_used(tmp_path: Path, spoil: Callable[[Path], None], name: str) -> None:
    store = by_key_file(tmp_path)
    store.write("token", CANARY)
    spoil(tmp_path / "new" / name)
    with pytest.raises(ConfigurationError, match="not used"):
        store.read("token")


def test_a_careless_reader_would_have_read_it(tmp_path: Path) -> None:
    write_own(tmp_path / "file", b"secret")
    shared(tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == b"secret"
    with pytest.raises(ConfigurationError):
        read_own(tmp_path / "file")


def test_where_nothing_can_be_written_nothing_half_done_is_left(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigurationError, match="SLACKANALYTICS_DATA_DIR"):
        EncryptedFile(tmp_path / "file", "slack.com", None).write("token", CANARY)
    write_own(tmp_path / "own" / "x", b"old")
    (tmp_path / "own" / "y").mkdir()
    with pytest.raises(ConfigurationError):
        write_own(tmp_path / "own" / "y", b"new")
    assert sorted(path.name for path in (tmp_path / "own").iterdir()) == ["x", "y"]
    with pytest.raises(ConfigurationError, match="SLACKANALYTICS_DATA_DIR"), Alone(tmp_path / "file" / "lock")():
        pass


# --------------------------------------------------------------------------------------------------------- keyrings


def test_a_keyring_is_asked_once_a_minute_or_when_it_has_to_be_fresh() -> None:
    ring, now = Ring(), [0.0]
    store = keyring_of(ring, clock=lambda: now[0])
    for _ in range(3):
        store.read("token")
    assert ring.asked == 1
    store.read("token", fresh=True)
    now[0] += SECONDS
    store.read("token")
    assert ring.asked == 3


def test_a_keyring_that_fails_is_an_error_that_names_the_way_out() -> None:
    store = keyring_of(Ring(RuntimeError("locked: canary")))
    with pytest.raises(ConfigurationError, match="SLACKANALYTICS_TOKEN_STORE=file") as caught:
        store.read("token")
    assert "canary" not in str(caught.value)


def test_a_token_moves_from_the_file_to_the_keyring_once_there_is_one(tmp_path: Path) -> None:
    file, ring = EncryptedFile(tmp_path, "slack.com", None), Ring()
    KeyringOrFile(None, file).write("token", "old")
    store = KeyringOrFile(keyring_of(ring), file)
    assert store.read("token") == "old"
    store.write("token", "new")
    assert (store.read("token"), file.read("token")) == ("new", None)
    assert ring.kept == {("slackanalytics", "token@slack.com"): "new"}


# ------------------------------------------------------------------------------------------------ which place it is


@pytest.fixture
def no_keyring() -> Iterator[None]:
    import keyring
    from keyring.backends import fail

    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call] # the library has none there
    yield
    keyring.set_keyring(before)


@pytest.mark.usefixtures("no_keyring")
def test_the_settings_choose_the_place(tmp_path: Path) -> None:
    def chosen(**settings: str) -> TokenStore:
        found = {f"SLACKANALYTICS_{name}": text for name, text in settings.items()}
        return token_store(Settings.from_environment({"HOME": str(tmp_path), **found}))

    assert isinstance(chosen(SLACK_TOKEN="xoxp-1"), Environment)
    assert isinstance(chosen(TOKEN_STORE="environment"), Environment)
    assert isinstance(chosen(TOKEN_STORE="file"), EncryptedFile)
    assert isinstance(chosen(TOKEN_STORE="file", SLACK_TOKEN="xoxp-1"), EncryptedFile)
    assert isinstance(chosen(), KeyringOrFile)
    assert chosen().place == f"an encrypted file ({tmp_path}/.local/share/slackanalytics)"
    assert chosen(TOKEN_STORE="aws").place == "AWS Secrets Manager (slackanalytics/token)"
    assert chosen(TOKEN_STORE="aws:corp/x").place == "AWS Secrets Manager (corp/x/token)"
    with pytest.raises(ConfigurationError, match="no keyring; set SLACKANALYTICS_TOKEN_STORE=file"):
        chosen(TOKEN_STORE="keyring")


def test_settings_made_by_hand_touch_no_place_of_the_user() -> None:
    assert isinstance(token_store(Settings()), Environment)
    with pytest.raises(ConfigurationError, match="SLACKANALYTICS_DATA_DIR"):
        token_store(Settings(token_store="file"))


def test_a_simulator_never_sees_the_secrets_of_the_real_slack() -> None:
    urls = ["https://slack.com/api", "https://x.slack.com/api", "https://slack-gov.com/api", "http://127.0.0.1:1/api"]
    assert [realm(Settings(slack_api_url=url)) for url in urls] == [
        "slack.com",
        "slack.com",
        "slack-gov.com",
        "127.0.0.1",
    ]


def test_the_environment_is_read_and_never_written() -> None:
    store = Environment(Settings(slack_token=CANARY, client_id="1.2", client_secret="x"))
    found = grant(store)
    assert found
    assert found.access_token == CANARY
    assert credentials(Memory(), Settings(client_id="1.2", client_secret="x"))
    assert credentials(Memory(), Settings(client_id="1.2")) is None
    changes: list[Callable[[], None]] = [lambda: store.write("token", "x"), lambda: store.erase("token")]
    for change in changes:
        with pytest.raises(ConfigurationError, match="environment"):
            change()
    Environment(Settings()).erase("token")
