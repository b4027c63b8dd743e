"""A token is checked before it is used, and never shown."""

from __future__ import annotations

import copy
import pickle
import traceback

import pytest

from athena_federation.errors import ConfigurationError, Unauthorized
from slackanalytics.access import Access
from slackanalytics.settings import Settings
from slackanalytics.tokens import Token


def token(settings: Settings) -> Token:
    return Access(settings).token()


def test_the_token_of_the_settings_is_sent_as_bearer() -> None:
    assert token(Settings(slack_token="xoxp-1")).authorization == "Bearer xoxp-1"
    assert token(Settings(slack_token="xoxe.xoxp-1")).authorization == "Bearer xoxe.xoxp-1"


def test_without_a_token_the_setting_and_the_remedy_are_named() -> None:
    with pytest.raises(ConfigurationError, match=r"SLACKANALYTICS_SLACK_TOKEN is not set.*admin\.analytics:read"):
        token(Settings())


@pytest.mark.parametrize("text", ["xoxb-canary", "xoxe.xoxb-canary", "xapp-canary"])
def test_a_kind_that_slack_refuses_is_refused_before_any_call(text: str) -> None:
    with pytest.raises(Unauthorized, match="which Slack refuses") as caught:
        token(Settings(slack_token=text))
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["xoxp-canary\n", "xoxp canary", "xoxp-canary\r\nX: 1", "xoxp-cänary", "\tcanary", "canary\0"]
)
def test_a_malformed_token_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(ConfigurationError, match="malformed") as caught:
        token(Settings(slack_token=text))
    assert "nary" not in "".join(traceback.format_exception(caught.value))


def test_a_token_shows_its_kind_at_most() -> None:
    assert repr(Token("xoxp-canary")) == "Token(xoxp-…)"
    assert f"{Token('s3cret')}" == "Token(…)"


def test_a_token_cannot_be_stored() -> None:
    for store in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match="not to be stored"):
            store(Token("xoxp-canary"))


def test_fingerprints_tell_tokens_apart_and_give_none_away() -> None:
    first, second = Token("xoxp-canary"), Token("xoxp-canary2")
    assert first.fingerprint == Token("xoxp-canary").fingerprint != second.fingerprint
    assert "canary" not in first.fingerprint


def test_a_token_can_be_taken_out_of_a_text() -> None:
    assert Token("xoxp-1").redacted("you sent Bearer xoxp-1!") == "you sent Bearer [token]!"
