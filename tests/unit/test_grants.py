"""What is stored of a grant, read as it was written."""

from __future__ import annotations

import pytest

from athena_federation.errors import ConfigurationError, FederationError
from slackanalytics.grants import Connection, Credentials, Grant, read_credentials, read_grant

CANARY = "xoxp-canary-90d2b1"


def test_a_grant_is_read_as_it_was_written_and_shows_no_token() -> None:
    whole = Grant(access_token=CANARY, refresh_token="xoxe-canary", connection=Connection(user_id="W1", rotates=True))
    assert read_grant(whole.written(), "a place") == whole
    assert "canary" not in repr(whole)
    app = Credentials(client_id="1.2", client_secret="canary")
    assert read_credentials(app.written(), "a place") == app
    assert "canary" not in repr(app)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "canary",
        "[]",
        '"canary"',
        "{}",
        '{"access_token": ""}',
        '{"access_token": 7, "x": "canary"}',
        '{"token": "canary"}',
    ],
)
def test_what_is_no_grant_is_refused_naming_the_place_and_not_what_is_there(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"a place does not hold .*access_token") as caught:
        read_grant(text, "a place")
    assert "canary" not in str(caught.value)


def test_a_time_that_is_none_is_refused() -> None:
    with pytest.raises(FederationError, match="expires_at is not a time"):
        read_grant('{"access_token": "x", "expires_at": "soon"}', "a place")
    for far in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"):
        with pytest.raises(FederationError, match="expires_at is not a time"):
            read_grant(f'{{"access_token": "x", "expires_at": "{far}"}}', "a place")
    naive = read_grant('{"access_token": "x", "expires_at": "2026-11-23T12:00:00"}', "a place").connection.expires_at
    assert naive
    assert naive.tzinfo


def test_half_a_character_in_a_name_is_not_kept() -> None:
    found = read_grant('{"access_token": "x", "organisation": "Bad\\ud800", "user": "\\udfff"}', "a place").connection
    assert (found.organisation, found.user) == ("Bad?", "?")


def test_a_scope_is_enough_if_it_is_among_those_granted() -> None:
    known = [Connection(scope=text).is_sufficient for text in ("users:read, admin.analytics:read", "", "users:read")]
    assert known == [True, True, False]
