"""Pseudonyms: the same for the same person, of no use without the key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import stat
from collections.abc import Callable, Iterable
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from athena_federation.errors import ConfigurationError
from slackanalytics.adoption.pseudonyms import IDENTIFYING, KEY, LENGTH, Pseudonyms, kept_key, key_store, normalised
from slackanalytics.settings import Settings
from slackanalytics.token_stores import Environment, Memory, token_store

ONE, OTHER = bytes(range(KEY)), bytes(range(1, KEY + 1))
NAMES = Pseudonyms(ONE, "E0EXAMPLE1")


def test_a_pseudonym_is_the_first_half_of_an_hmac_in_base32() -> None:
    digest = hmac.new(ONE, b"E0EXAMPLE1\0u0ada", hashlib.sha256).digest()
    assert NAMES.of("U0ADA") == base64.b32encode(digest[:16]).decode().rstrip("=")
    assert re.fullmatch(f"[A-Z2-7]{{{LENGTH}}}", NAMES.of("U0ADA"))


@pytest.mark.parametrize("spelling", ["ada@example.com", "Ada@Example.COM", " ada@example.com ", "ａda@example.com"])
def test_one_person_spelt_in_several_ways_has_one_pseudonym(spelling: str) -> None:
    assert NAMES.of(spelling) == NAMES.of("ada@example.com")


@given(st.lists(st.text(min_size=1), min_size=2, max_size=40))
def test_different_people_have_different_pseudonyms(texts: list[str]) -> None:
    assert len({NAMES.of(text) for text in texts}) == len({normalised(text) for text in texts})


def test_another_organisation_is_another_pseudonym() -> None:
    assert Pseudonyms(ONE, "E1").of("U2") != Pseudonyms(ONE, "E2").of("U2")
    assert Pseudonyms(ONE, "E1").of("U2") != Pseudonyms(ONE, "E").of("1U2")


def test_another_key_changes_all() -> None:
    people = [f"U{n:07}" for n in range(5_000)]
    rotated = Pseudonyms(OTHER, "E0EXAMPLE1")
    assert not {NAMES.of(each) for each in people} & {rotated.of(each) for each in people}


def attack(shown: Iterable[str], people: list[str]) -> int:
    """How many pseudonyms a dictionary of everybody undoes, tried with every construction that needs no key."""
    tries: list[Callable[[bytes], bytes]] = [
        lambda text: hashlib.sha256(text).digest(),
        lambda text: hashlib.md5(text).digest(),
        lambda text: hmac.new(b"", text, hashlib.sha256).digest(),
        lambda text: hmac.new(bytes(KEY), text, hashlib.sha256).digest(),
    ]
    known = set(shown)
    found = 0
    for person in people:
        spellings = {person, person.lower(), f"E0EXAMPLE1\0{person.lower()}", f"E0EXAMPLE1{person}"}
        guesses = {
            base64.b32encode(each(text.encode())[:16]).decode().rstrip("=") for each in tries for text in spellings
        }
        found += bool(guesses & known)
    return found


class Unkeyed(Pseudonyms):
    """The broken twin: a hash of the identifier, as anybody can make it."""

    def of(self, identifier: str) -> str:
        return base64.b32encode(hashlib.sha256(identifier.lower().encode()).digest()[:16]).decode().rstrip("=")


def test_without_the_key_a_dictionary_of_everybody_finds_nobody() -> None:
    people = [f"W{n:08}" for n in range(3_000)]
    assert attack((NAMES.of(each) for each in people), people) == 0
    assert attack((Unkeyed(ONE).of(each) for each in people), people) == len(people)


def test_every_column_that_identifies_is_replaced_alike() -> None:
    coded = pa.array(["U1", None, "U1"]).dictionary_encode()
    table = pa.table(
        {
            "department": ["Sales", "Sales", None],
            "user_id": coded,
            "email_address": ["Ada@example.com", None, "bob@example.com"],
            "manager_email": ["", "ada@example.com", "zoe@example.com"],
        }
    )
    shown = NAMES.replaced(table).to_pydict()
    assert shown["department"] == ["Sales", "Sales", None]
    assert shown["user_id"] == [NAMES.of("U1"), None, NAMES.of("U1")]
    assert shown["email_address"] == [NAMES.of("ada@example.com"), None, NAMES.of("bob@example.com")]
    assert shown["manager_email"] == ["", shown["email_address"][0], NAMES.of("zoe@example.com")]


@given(st.lists(st.sampled_from(["U1", "u1", "ada@example.com", "0001", None, "é"]), max_size=30), st.integers(1, 7))
@settings(deadline=None)
def test_no_identifier_is_left_however_the_table_is_cut(values: list[str | None], size: int) -> None:
    whole = pa.table({name: pa.array(values, pa.string()) for name in IDENTIFYING})
    batches = whole.to_batches(max_chunksize=size)
    shown = NAMES.replaced(pa.Table.from_batches(batches, whole.schema))
    for name in IDENTIFYING:
        assert shown[name].to_pylist() == [None if value is None else NAMES.of(value) for value in values]


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="16 bytes"):
        Pseudonyms(bytes(16))


def test_the_key_is_made_once_and_anew_when_it_was_erased() -> None:
    store = Memory()
    first = kept_key(store)
    assert len(first) == KEY
    assert kept_key(store) == first
    store.erase("pseudonyms")
    assert kept_key(store) != first


def test_a_damaged_key_is_not_replaced_in_silence() -> None:
    store = Memory()
    store.write("pseudonyms", "not base64!")
    with pytest.raises(ConfigurationError, match="damaged"):
        kept_key(store)
    assert store.read("pseudonyms") == "not base64!"


def test_the_key_rests_sealed_next_to_the_token_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(token_store="file", data_dir=tmp_path / "own", passphrase="correct horse")
    key = kept_key(key_store(settings))
    files = list((tmp_path / "own").iterdir())
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)
    assert not any(key in file.read_bytes() or base64.b64encode(key) in file.read_bytes() for file in files)
    assert kept_key(key_store(settings)) == key


def test_where_the_token_is_in_the_environment_the_key_is_not(tmp_path: Path) -> None:
    settings = Settings(token_store="environment", slack_token="xoxp-1", data_dir=tmp_path, passphrase="correct horse")
    assert isinstance(token_store(settings), Environment)
    assert not isinstance(key_store(settings), Environment)


def test_without_a_place_for_the_key_there_are_no_pseudonyms() -> None:
    with pytest.raises(ConfigurationError, match="SLACKANALYTICS_DATA_DIR"):
        key_store(Settings(slack_token="xoxp-1"))


def test_the_simulators_people_leave_no_key_behind() -> None:
    assert isinstance(key_store(Settings(source="demo")), Memory)
