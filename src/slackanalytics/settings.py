"""Every setting, read once from one mapping.

The mapping is the environment in production and a dict in tests. Nothing here calls anything.
"""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from athena_federation.errors import ConfigurationError

SLACK_HOSTS = ("slack.com", "slack-gov.com")
"""Slack, and Slack for governments: https://api.slack.com/authentication/oauth-v2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What can be set, with what holds when it is not."""

    source: str = field(default="slack", metadata={"variable": "SLACKANALYTICS_SOURCE"})
    """Where the figures come from: `slack`, or `demo` for the built-in simulator."""

    slack_api_url: str = field(default="https://slack.com/api", metadata={"variable": "SLACKANALYTICS_SLACK_API_URL"})
    """Slack's Web API: https at slack.com or slack-gov.com. Plain http is accepted for this machine only."""

    slack_token: str | None = field(default=None, repr=False, metadata={"variable": "SLACKANALYTICS_SLACK_TOKEN"})
    """The user token (`xoxp-…`) of an org-wide installation with the scope `admin.analytics:read`."""

    hr_file: Path | None = field(default=None, metadata={"variable": "SLACKANALYTICS_HR_FILE"})
    """The HR roster, a CSV file with one line per employee."""

    cache_dir: Path | None = field(default=None, metadata={"variable": "SLACKANALYTICS_CACHE_DIR"})
    """Where verified days are kept; `off` keeps none. Default: `slackanalytics` in the user's cache directory."""

    deadline: float = field(default=60.0, metadata={"variable": "SLACKANALYTICS_DEADLINE"})
    """Seconds that one day's file may take, retries included, waiting for the rate limit not."""

    today: date | None = field(default=None, metadata={"variable": "SLACKANALYTICS_TODAY"})
    """A fixed UTC date (YYYY-MM-DD) to take as today, for runs that can be repeated."""

    rate_limit: int | None = field(default=20, metadata={"variable": "SLACKANALYTICS_RATE_LIMIT"})
    """Calls to Slack per minute, or `off`. Slack grants 20: https://docs.slack.dev/apis/web-api/rate-limits."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """The settings in force; an empty variable counts as unset. Raises ConfigurationError naming the variable."""
        given = {name: text for item in fields(cls) if (text := environment.get(name := item.metadata["variable"], ""))}
        hr_file = given.get("SLACKANALYTICS_HR_FILE")
        return cls(
            source=_source(given.get("SLACKANALYTICS_SOURCE", "slack")),
            slack_api_url=_api_url(given.get("SLACKANALYTICS_SLACK_API_URL", "https://slack.com/api")),
            slack_token=given.get("SLACKANALYTICS_SLACK_TOKEN"),
            hr_file=Path(hr_file) if hr_file else None,
            cache_dir=_cache_dir(given.get("SLACKANALYTICS_CACHE_DIR"), environment),
            deadline=_seconds(given.get("SLACKANALYTICS_DEADLINE", "60")),
            today=_day(given.get("SLACKANALYTICS_TODAY")),
            rate_limit=_calls(given.get("SLACKANALYTICS_RATE_LIMIT", "20")),
        )


def loopback(host: str) -> bool:
    """Whether a host is this machine, told from its text alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _source(text: str) -> str:
    if text not in {"slack", "demo"}:
        raise ConfigurationError(f"SLACKANALYTICS_SOURCE must be slack or demo, not {text!r}")
    return text


def _api_url(text: str) -> str:
    """A token must never travel in clear, nor to a stranger."""
    name = "SLACKANALYTICS_SLACK_API_URL"
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise ConfigurationError(f"{name} is not a URL; use https://slack.com/api") from error
    if not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        raise ConfigurationError(f"{name} is not a URL; use https://slack.com/api")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise ConfigurationError(f"{name} must have no user, query or fragment; use https://slack.com/api")
    slack = any(host == known or host.endswith("." + known) for known in SLACK_HOSTS)
    if not (parts.scheme == "https" and slack) and not (parts.scheme == "http" and loopback(host)):
        raise ConfigurationError(
            f"{name} names {parts.scheme or 'no scheme'}://{host}, where a token must not be sent;"
            " use https://slack.com/api, https://slack-gov.com/api, or http:// to this machine"
        )
    return text.rstrip("/")


def _cache_dir(text: str | None, environment: Mapping[str, str]) -> Path | None:
    if text == "off":
        return None
    if text:
        return Path(text).expanduser()
    try:
        parent = environment.get("XDG_CACHE_HOME") or Path(environment.get("HOME") or Path.home()) / ".cache"
    except RuntimeError:  # a user without a home keeps nothing
        return None
    return Path(parent) / "slackanalytics"


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise ConfigurationError(f"SLACKANALYTICS_DEADLINE must be a number of seconds above 0, not {text!r}")
    return seconds


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise ConfigurationError(f"SLACKANALYTICS_TODAY must be a date like 2026-11-23, not {text!r}") from error


def _calls(text: str) -> int | None:
    if text == "off":
        return None
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise ConfigurationError(f"SLACKANALYTICS_RATE_LIMIT must be calls per minute (20), or off, not {text!r}")
    return int(text)
