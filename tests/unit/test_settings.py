"""Settings are read from one mapping, and unsafe ones are refused by name."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from athena_federation.errors import ConfigurationError
from slackanalytics.settings import Settings, loopback


def test_nothing_has_to_be_set() -> None:
    settings = Settings.from_environment({"HOME": "/home/ada"})
    assert settings == Settings(
        cache_dir=Path("/home/ada/.cache/slackanalytics"), data_dir=Path("/home/ada/.local/share/slackanalytics")
    )
    assert (settings.source, settings.slack_api_url, settings.deadline) == ("slack", "https://slack.com/api", 60.0)
    assert settings.rate_limit == 20


def test_every_setting_is_read_from_its_variable() -> None:
    settings = Settings.from_environment(
        {
            "SLACKANALYTICS_SOURCE": "demo",
            "SLACKANALYTICS_SLACK_API_URL": "https://slack-gov.com/api/",
            "SLACKANALYTICS_SLACK_TOKEN": "xoxp-1",
            "SLACKANALYTICS_HR_FILE": "hr.csv",
            "SLACKANALYTICS_CACHE_DIR": "/var/cache/x",
            "SLACKANALYTICS_DEADLINE": "2.5",
            "SLACKANALYTICS_TODAY": "2026-11-23",
            "SLACKANALYTICS_RATE_LIMIT": "5",
            "SLACKANALYTICS_TOKEN_STORE": "aws:corp/slack",
            "SLACKANALYTICS_DATA_DIR": "/var/lib/x",
            "SLACKANALYTICS_MINIMUM_GROUP": "8",
            "SLACKANALYTICS_AUDIT_LOG": "/var/log/x.ndjson",
            "SLACKANALYTICS_PASSPHRASE": "correct horse",
            "SLACKANALYTICS_CLIENT_ID": "1.2",
            "SLACKANALYTICS_CLIENT_SECRET": "shh",
            "SLACKANALYTICS_AUTHORIZE_URL": "https://slack-gov.com/oauth/v2/authorize",
            "SLACKANALYTICS_PUBLIC_URL": "https://analytics.example.com/",
            "SLACKANALYTICS_INSTALLATION": "workspace",
            "SLACKANALYTICS_ORGANISATION": "E1",
        }
    )
    assert settings == Settings(
        source="demo",
        slack_api_url="https://slack-gov.com/api",
        slack_token="xoxp-1",
        hr_file=Path("hr.csv"),
        cache_dir=Path("/var/cache/x"),
        deadline=2.5,
        today=date(2026, 11, 23),
        rate_limit=5,
        token_store="aws:corp/slack",
        data_dir=Path("/var/lib/x"),
        minimum_group=8,
        audit_log=Path("/var/log/x.ndjson"),
        passphrase="correct horse",
        client_id="1.2",
        client_secret="shh",
        authorize_url="https://slack-gov.com/oauth/v2/authorize",
        public_url="https://analytics.example.com",
        installation="workspace",
        organisation="E1",
    )


def test_an_empty_variable_counts_as_unset() -> None:
    names = ["SOURCE", "SLACK_API_URL", "SLACK_TOKEN", "HR_FILE", "DEADLINE", "TODAY", "RATE_LIMIT", "CACHE_DIR"]
    empty = {f"SLACKANALYTICS_{name}": "" for name in names}
    assert Settings.from_environment(empty | {"HOME": "/h"}) == Settings.from_environment({"HOME": "/h"})


def test_off_means_none() -> None:
    settings = Settings.from_environment({"SLACKANALYTICS_CACHE_DIR": "off", "SLACKANALYTICS_RATE_LIMIT": "off"})
    assert (settings.cache_dir, settings.rate_limit) == (None, None)


def test_the_cache_follows_the_users_own_cache_directory() -> None:
    settings = Settings.from_environment({"HOME": "/h", "XDG_CACHE_HOME": "/fast"})
    assert settings.cache_dir == Path("/fast/slackanalytics")


def test_secrets_are_not_shown() -> None:
    names = ("SLACK_TOKEN", "CLIENT_SECRET", "PASSPHRASE")
    settings = Settings.from_environment({f"SLACKANALYTICS_{name}": "xoxp-canary" for name in names})
    assert "canary" not in repr(settings)
    assert "canary" not in str(settings)


@pytest.mark.parametrize(
    "url",
    [
        "https://slack.com/api",
        "https://example.slack.com/api",
        "https://SLACK.com/api",
        "https://slack-gov.com/api",
        "https://my.slack-gov.com/api",
        "http://127.0.0.1:8080/api",
        "http://127.9.9.9/api",
        "http://localhost:1/api",
        "http://[::1]:8080/api",
    ],
)
def test_a_token_may_go_to_slack_and_to_this_machine(url: str) -> None:
    assert Settings.from_environment({"SLACKANALYTICS_SLACK_API_URL": url}).slack_api_url == url


@pytest.mark.parametrize(
    "url",
    [
        "http://slack.com/api",
        "https://slack.com.example.com/api",
        "https://notslack.com/api",
        "https://example.com/slack.com",
        "https://slack.com@example.com/api",
        "https://user:secret@slack.com/api",
        "https://slack.com/api?x=1",
        "https://slack.com/api#x",
        "http://128.0.0.1/api",
        "http://localhost.example.com/api",
        "http://169.254.169.254/api",
        "http://10.0.0.1/api",
        "https://127.0.0.1/api",
        "ftp://slack.com/api",
        "slack.com/api",
        "https:///api",
        "https://slack.com:x/api",
        "https://[slack.com/api",
        "https://example.com\\.slack.com/api",
        "https://slack.com/a pi",
        "https://slаck.com/api",
    ],
)
def test_a_token_goes_nowhere_else(url: str) -> None:
    with pytest.raises(ConfigurationError, match="SLACKANALYTICS_SLACK_API_URL") as caught:
        Settings.from_environment({"SLACKANALYTICS_SLACK_API_URL": url})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("SOURCE", "airbyte"),
        ("TOKEN_STORE", "paper"),
        ("TOKEN_STORE", "aws:"),
        ("INSTALLATION", "telephone"),
        ("AUTHORIZE_URL", "https://example.com/oauth/v2/authorize"),
        ("PUBLIC_URL", "http://analytics.example.com"),
        ("PUBLIC_URL", "https://"),
        ("PUBLIC_URL", "https://user@analytics.example.com"),
        ("PUBLIC_URL", "analytics.example.com"),
        ("DEADLINE", "soon"),
        ("DEADLINE", "0"),
        ("DEADLINE", "-1"),
        ("DEADLINE", "inf"),
        ("DEADLINE", "nan"),
        ("TODAY", "yesterday"),
        ("TODAY", "2026-13-01"),
        ("MINIMUM_GROUP", "2"),
        ("MINIMUM_GROUP", "five"),
        ("MINIMUM_GROUP", "-9"),
        ("RATE_LIMIT", "0"),
        ("RATE_LIMIT", "-3"),
        ("RATE_LIMIT", "many"),
        ("RATE_LIMIT", "²"),
    ],
)
def test_a_malformed_setting_is_refused_by_name(name: str, text: str) -> None:
    with pytest.raises(ConfigurationError, match=f"SLACKANALYTICS_{name}"):
        Settings.from_environment({f"SLACKANALYTICS_{name}": text})


@pytest.mark.parametrize(
    ("api", "page"),
    [
        ("https://slack.com/api", "https://slack.com/oauth/v2/authorize"),
        ("https://example.slack.com/api", "https://slack.com/oauth/v2/authorize"),
        ("https://slack-gov.com/api", "https://slack-gov.com/oauth/v2/authorize"),
        ("http://127.0.0.1:8900/api", "http://127.0.0.1:8900/oauth/v2/authorize"),
    ],
)
def test_the_consent_page_is_at_the_slack_whose_api_is_called(api: str, page: str) -> None:
    assert Settings(slack_api_url=api).consent_url == page
    assert Settings(slack_api_url=api, authorize_url="http://localhost:1/a").consent_url == "http://localhost:1/a"


def test_loopback_is_told_from_the_text_alone() -> None:
    assert [host for host in ("localhost", "127.0.0.1", "::1", "0.0.0.0", "example.com", "") if loopback(host)] == [
        "localhost",
        "127.0.0.1",
        "::1",
    ]
