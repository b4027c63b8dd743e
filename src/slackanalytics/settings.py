"""Every setting, read once from one mapping.

The mapping is the environment in production and a dict in tests. Nothing here calls anything.
"""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from athena_federation.errors import ConfigurationError

SLACK_HOSTS = ("slack.com", "slack-gov.com")
"""Slack, and Slack for governments: https://api.slack.com/authentication/oauth-v2."""
SHORTEST_EMBED_KEY = 32
"""Characters of a key that signs links: 128 bits at four a character."""

SIMULATOR_HOST = re.compile(r"[a-z0-9]+\.execute-api\.[a-z0-9-]+\.amazonaws\.com(\.cn)?")
"""Where a simulated Slack is that runs in AWS; accepted with `SLACKANALYTICS_SOURCE=demo` alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What can be set, with what holds when it is not."""

    source: str = field(default="slack", metadata={"variable": "SLACKANALYTICS_SOURCE"})
    """Where the figures come from: `slack`, or `demo` for the built-in simulator."""

    slack_api_url: str = field(default="https://slack.com/api", metadata={"variable": "SLACKANALYTICS_SLACK_API_URL"})
    """Slack's Web API: https at slack.com or slack-gov.com. Plain http is accepted for this machine only, and with
    `SLACKANALYTICS_SOURCE=demo` https to a simulator behind API Gateway."""

    slack_token: str | None = field(default=None, repr=False, metadata={"variable": "SLACKANALYTICS_SLACK_TOKEN"})
    """The user token (`xoxp-…`) of an org-wide installation with the scope `admin.analytics:read`."""

    hr_file: Path | None = field(default=None, metadata={"variable": "SLACKANALYTICS_HR_FILE"})
    """The HR roster: CSV, a workbook (XLSX) or a SCIM listing, with one row per employee."""

    hr_columns: tuple[tuple[str, str], ...] = field(default=(), metadata={"variable": "SLACKANALYTICS_HR_COLUMNS"})
    """Which column of the roster is what, where the names do not tell: `employee_email=Work Email,department=Unit`."""

    hr_dates: Literal["dmy", "mdy"] | None = field(default=None, metadata={"variable": "SLACKANALYTICS_HR_DATES"})
    """The order of day and month in the roster's dates, `dmy` or `mdy`, where the values do not tell."""

    hr_domains: tuple[tuple[str, str], ...] = field(default=(), metadata={"variable": "SLACKANALYTICS_HR_DOMAINS"})
    """Domains of e-mail addresses that others have taken the place of: `old.example=example.com`, comma-separated."""

    hr_plus: bool = field(default=False, metadata={"variable": "SLACKANALYTICS_HR_PLUS"})
    """`on` takes `ada+slack@example.com` for `ada@example.com` when people are matched; `off` does not."""

    hr_aliases: Path | None = field(default=None, metadata={"variable": "SLACKANALYTICS_HR_ALIASES"})
    """A file that says who is who: per line an address in Slack, and one in the roster, an employee number, or `bot`."""

    cache_dir: Path | None = field(default=None, metadata={"variable": "SLACKANALYTICS_CACHE_DIR"})
    """Where verified days are kept; `off` keeps none. Default: `slackanalytics` in the user's cache directory."""

    cache_bucket: str | None = field(default=None, metadata={"variable": "SLACKANALYTICS_CACHE_BUCKET"})
    """An S3 bucket, or `bucket/prefix`, in which verified days are kept instead, for functions that share no disk."""

    cache_key: str | None = field(default=None, metadata={"variable": "SLACKANALYTICS_CACHE_KEY"})
    """The KMS key that encrypts days in that bucket. Default: what the bucket itself says."""

    deadline: float = field(default=60.0, metadata={"variable": "SLACKANALYTICS_DEADLINE"})
    """Seconds that one day's file may take, retries included, waiting for the rate limit not."""

    today: date | None = field(default=None, metadata={"variable": "SLACKANALYTICS_TODAY"})
    """A fixed UTC date (YYYY-MM-DD) to take as today, for runs that can be repeated."""

    rate_limit: int | None = field(default=20, metadata={"variable": "SLACKANALYTICS_RATE_LIMIT"})
    """Calls to Slack per minute, or `off`. Slack grants 20: https://docs.slack.dev/apis/web-api/rate-limits."""

    token_store: str | None = field(default=None, metadata={"variable": "SLACKANALYTICS_TOKEN_STORE"})
    """Where token and client secret rest: `environment`, `keyring`, `file`, `aws` or `aws:PREFIX` (Secrets Manager, secrets
    `PREFIX/token` and `PREFIX/client`, or both by name as `aws:TOKEN_SECRET,CLIENT_SECRET`). Default: the environment where it holds a token, else the system's keyring, else
    an encrypted file."""

    data_dir: Path | None = field(default=None, metadata={"variable": "SLACKANALYTICS_DATA_DIR"})
    """Where the encrypted file is, for its owner alone. Default: `slackanalytics` in the user's data directory."""

    minimum_group: int = field(default=5, metadata={"variable": "SLACKANALYTICS_MINIMUM_GROUP"})
    """People that a figure on a page or in a report must be about, 3 or more; figures of fewer are hidden."""

    audit_log: Path | None = field(default=None, metadata={"variable": "SLACKANALYTICS_AUDIT_LOG"})
    """The file in which it is written down who looked at people, and why. Default: `audit.ndjson` in the data directory."""

    passphrase: str | None = field(default=None, repr=False, metadata={"variable": "SLACKANALYTICS_PASSPHRASE"})
    """Opens the encrypted file. Unset, a key file beside it does, readable by its owner alone."""

    client_id: str | None = field(default=None, metadata={"variable": "SLACKANALYTICS_CLIENT_ID"})
    """The client ID of the Slack app that asks for access; stored by `login` where it is not set."""

    client_secret: str | None = field(default=None, repr=False, metadata={"variable": "SLACKANALYTICS_CLIENT_SECRET"})
    """The client secret of the Slack app; stored by `login` where it is not set."""

    authorize_url: str | None = field(default=None, metadata={"variable": "SLACKANALYTICS_AUTHORIZE_URL"})
    """Slack's consent page. Default: `/oauth/v2/authorize` at the host of the Web API."""

    public_url: str | None = field(default=None, metadata={"variable": "SLACKANALYTICS_PUBLIC_URL"})
    """Where browsers reach the web app: https, or http on this machine. Its redirect URL is `/slack/oauth_redirect` there."""

    installation: str = field(default="organisation", metadata={"variable": "SLACKANALYTICS_INSTALLATION"})
    """What the Slack app must be installed on: `organisation`, as member analytics need, or `workspace`."""

    organisation: str | None = field(default=None, metadata={"variable": "SLACKANALYTICS_ORGANISATION"})
    """The ID (`E…`) of the only organisation that may be connected. Unset, the first one is kept to."""

    admin_passphrase: str | None = field(
        default=None, repr=False, metadata={"variable": "SLACKANALYTICS_ADMIN_PASSPHRASE"}
    )
    """The hash, from `slackanalytics serve --new-passphrase`, of the passphrase that the web app asks for. Unset, it prints
    a key when it starts."""

    identity_header: str | None = field(default=None, metadata={"variable": "SLACKANALYTICS_IDENTITY_HEADER"})
    """The header in which a load balancer tells the web app who is asking, believed from `SLACKANALYTICS_PROXIES` alone."""

    people: tuple[str, ...] = field(default=(), metadata={"variable": "SLACKANALYTICS_PEOPLE"})
    """Whom that header may name, comma-separated: those who may connect Slack."""

    proxies: tuple[str, ...] = field(default=(), metadata={"variable": "SLACKANALYTICS_PROXIES"})
    """The load balancer's addresses, comma-separated, like `10.0.0.0/16`."""

    launch_url: str | None = field(default=None, metadata={"variable": "SLACKANALYTICS_LAUNCH_URL"})
    """In AWS, where the connector's stack is launched with everything filled in; the web app links to it."""

    embed_origins: tuple[str, ...] = field(default=(), metadata={"variable": "SLACKANALYTICS_EMBED_ORIGINS"})
    """Which applications may show the dashboard in a frame, comma-separated: `https://intranet.example.com`."""

    embed_key: str | None = field(default=None, repr=False, metadata={"variable": "SLACKANALYTICS_EMBED_KEY"})
    """Signs the links that they show, 32 random characters or more. Unset, links end with the process that made them."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """The settings in force; an empty variable counts as unset. Raises ConfigurationError naming the variable."""
        given = {name: text for item in fields(cls) if (text := environment.get(name := item.metadata["variable"], ""))}
        hr_file = given.get("SLACKANALYTICS_HR_FILE")
        demo = given.get("SLACKANALYTICS_SOURCE") == "demo"
        return cls(
            source=_source(given.get("SLACKANALYTICS_SOURCE", "slack")),
            slack_api_url=_slack_url(
                given.get("SLACKANALYTICS_SLACK_API_URL"), "SLACKANALYTICS_SLACK_API_URL", demo=demo
            )
            or "https://slack.com/api",
            slack_token=given.get("SLACKANALYTICS_SLACK_TOKEN"),
            hr_file=Path(hr_file) if hr_file else None,
            hr_columns=_pairs(given.get("SLACKANALYTICS_HR_COLUMNS", ""), "SLACKANALYTICS_HR_COLUMNS"),
            hr_dates=_date_order(given.get("SLACKANALYTICS_HR_DATES")),
            hr_domains=_domains(given.get("SLACKANALYTICS_HR_DOMAINS", "")),
            hr_plus=_switch(given.get("SLACKANALYTICS_HR_PLUS", "off"), "SLACKANALYTICS_HR_PLUS"),
            hr_aliases=Path(aliases) if (aliases := given.get("SLACKANALYTICS_HR_ALIASES")) else None,
            cache_dir=_cache_dir(given.get("SLACKANALYTICS_CACHE_DIR"), environment),
            cache_bucket=_bucket(given.get("SLACKANALYTICS_CACHE_BUCKET")),
            cache_key=given.get("SLACKANALYTICS_CACHE_KEY"),
            deadline=_seconds(given.get("SLACKANALYTICS_DEADLINE", "60")),
            today=_day(given.get("SLACKANALYTICS_TODAY")),
            rate_limit=_calls(given.get("SLACKANALYTICS_RATE_LIMIT", "20")),
            token_store=_token_store(given.get("SLACKANALYTICS_TOKEN_STORE")),
            data_dir=_data_dir(given.get("SLACKANALYTICS_DATA_DIR"), environment),
            minimum_group=_people(given.get("SLACKANALYTICS_MINIMUM_GROUP", "5")),
            audit_log=Path(log).expanduser() if (log := given.get("SLACKANALYTICS_AUDIT_LOG")) else None,
            passphrase=given.get("SLACKANALYTICS_PASSPHRASE"),
            client_id=given.get("SLACKANALYTICS_CLIENT_ID"),
            client_secret=given.get("SLACKANALYTICS_CLIENT_SECRET"),
            authorize_url=_slack_url(
                given.get("SLACKANALYTICS_AUTHORIZE_URL"), "SLACKANALYTICS_AUTHORIZE_URL", demo=demo
            ),
            public_url=_public_url(given.get("SLACKANALYTICS_PUBLIC_URL")),
            installation=_installation(given.get("SLACKANALYTICS_INSTALLATION", "organisation")),
            organisation=given.get("SLACKANALYTICS_ORGANISATION"),
            admin_passphrase=given.get("SLACKANALYTICS_ADMIN_PASSPHRASE"),
            identity_header=given.get("SLACKANALYTICS_IDENTITY_HEADER"),
            people=_listed(given.get("SLACKANALYTICS_PEOPLE", "")),
            proxies=_listed(given.get("SLACKANALYTICS_PROXIES", "")),
            launch_url=_launch_url(given.get("SLACKANALYTICS_LAUNCH_URL")),
            embed_origins=_origins(given.get("SLACKANALYTICS_EMBED_ORIGINS", "")),
            embed_key=_embed_key(given.get("SLACKANALYTICS_EMBED_KEY")),
        )

    @property
    def consent_url(self) -> str:
        """Slack's consent page: https://docs.slack.dev/authentication/installing-with-oauth."""
        if self.authorize_url:
            return self.authorize_url
        parts = urlsplit(self.slack_api_url)
        host = parts.hostname or ""
        government = host.endswith(SLACK_HOSTS[1])
        slack = f"https://{SLACK_HOSTS[1] if government else SLACK_HOSTS[0]}"
        simulated = parts.scheme == "http" or SIMULATOR_HOST.fullmatch(host)
        return f"{f'{parts.scheme}://{parts.netloc}' if simulated else slack}/oauth/v2/authorize"


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


def _slack_url(text: str | None, name: str, *, demo: bool) -> str | None:
    """A token must never travel in clear, nor anybody be led to a stranger; a demo's may go to a simulator in AWS."""
    if text is None:
        return None
    parts = _url(text, name, "https://slack.com/api")
    host = parts.hostname or ""
    slack = any(host == known or host.endswith("." + known) for known in SLACK_HOSTS)
    simulated = demo and SIMULATOR_HOST.fullmatch(host)
    if not (parts.scheme == "https" and (slack or simulated)) and not (parts.scheme == "http" and loopback(host)):
        raise ConfigurationError(
            f"{name} names {parts.scheme or 'no scheme'}://{host}, where a token must not be sent;"
            " use https://slack.com/api, https://slack-gov.com/api, or http:// to this machine"
        )
    return text.rstrip("/")


def _public_url(text: str | None) -> str | None:
    """Slack sends codes there, so it is this machine or behind TLS."""
    if text is None:
        return None
    name = "SLACKANALYTICS_PUBLIC_URL"
    parts = _url(text, name, "https://analytics.example.com")
    if not parts.hostname or (parts.scheme != "https" and not (parts.scheme == "http" and loopback(parts.hostname))):
        raise ConfigurationError(
            f"{name} must begin with https://, or with http:// for this machine, because codes come there"
        )
    return text.rstrip("/")


def _launch_url(text: str | None) -> str | None:
    """A page links to it, so it leads to https and nowhere else."""
    if text and not (text.startswith("https://") and text.isascii() and text.isprintable() and " " not in text):
        raise ConfigurationError("SLACKANALYTICS_LAUNCH_URL must begin with https://")
    return text


def _origins(text: str) -> tuple[str, ...]:
    """They go into a header, so each is scheme, host and port, and nothing else."""
    name, found = "SLACKANALYTICS_EMBED_ORIGINS", []
    for each in _listed(text):
        parts = _url(each, name, "https://intranet.example.com")
        host = parts.hostname or ""
        plain = all(sign.isalnum() or sign in ".-:[]" for sign in parts.netloc)
        good = parts.scheme == "https" or (parts.scheme == "http" and loopback(host))
        if not host or not plain or not good or parts.path.strip("/"):
            raise ConfigurationError(f"{name} must be origins like https://intranet.example.com, not {each!r}")
        found.append(f"{parts.scheme}://{parts.netloc}".lower())
    return tuple(found)


def _embed_key(text: str | None) -> str | None:
    if text is not None and len(text) < SHORTEST_EMBED_KEY:
        raise ConfigurationError(f"SLACKANALYTICS_EMBED_KEY must have at least {SHORTEST_EMBED_KEY} random characters")
    return text


def _pairs(text: str, name: str) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    for part in _listed(text):
        left, sign, right = (each.strip() for each in part.partition("="))
        if not sign or not left or not right:
            raise ConfigurationError(f"{name} must be pairs like this=that, comma-separated, not {part!r}")
        if found.setdefault(left, right) != right:
            raise ConfigurationError(f"{name} says two things about {left}")
    return tuple(found.items())


def _domains(text: str) -> tuple[tuple[str, str], ...]:
    name = "SLACKANALYTICS_HR_DOMAINS"
    pairs = _pairs(text.lower(), name)
    for domain in (each for pair in pairs for each in pair):
        if "." not in domain or "@" in domain or any(sign.isspace() for sign in domain):
            raise ConfigurationError(f"{name}: {domain!r} is no domain; write old.example=example.com")
    if twice := {old for old, _ in pairs} & {present for _, present in pairs}:
        raise ConfigurationError(f"{name} has {min(twice)} as an old domain and as one that took another's place")
    return pairs


def _date_order(text: str | None) -> Literal["dmy", "mdy"] | None:
    match text:
        case None | "dmy" | "mdy":
            return text
    raise ConfigurationError(f"SLACKANALYTICS_HR_DATES must be dmy or mdy, not {text!r}")


def _switch(text: str, name: str) -> bool:
    if text not in {"on", "off"}:
        raise ConfigurationError(f"{name} must be on or off, not {text!r}")
    return text == "on"


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _url(text: str, name: str, example: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        _ = parts.hostname, parts.port
    except ValueError as error:
        raise ConfigurationError(f"{name} is not a URL; use {example}") from error
    if not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        raise ConfigurationError(f"{name} is not a URL; use {example}")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise ConfigurationError(f"{name} must have no user, query or fragment; use {example}")
    return parts


def _token_store(text: str | None) -> str | None:
    if (
        text is None
        or text in {"environment", "keyring", "file", "aws"}
        or (text.startswith("aws:") and text != "aws:")
    ):
        return text
    raise ConfigurationError(
        f"SLACKANALYTICS_TOKEN_STORE must be environment, keyring, file, aws or aws:PREFIX, not {text!r}"
    )


def _installation(text: str) -> str:
    if text not in {"organisation", "workspace"}:
        raise ConfigurationError(f"SLACKANALYTICS_INSTALLATION must be organisation or workspace, not {text!r}")
    return text


def _data_dir(text: str | None, environment: Mapping[str, str]) -> Path | None:
    return Path(text).expanduser() if text else _own_dir("XDG_DATA_HOME", ".local/share", environment)


def _people(text: str) -> int:
    """With a minimum of 2 either of two people learns about the other."""
    if not (text.isascii() and text.isdigit() and int(text) >= 3):
        raise ConfigurationError(f"SLACKANALYTICS_MINIMUM_GROUP must be a number of people from 3 on, not {text!r}")
    return int(text)


def _cache_dir(text: str | None, environment: Mapping[str, str]) -> Path | None:
    if text == "off":
        return None
    if text:
        return Path(text).expanduser()
    return _own_dir("XDG_CACHE_HOME", ".cache", environment)


def _bucket(text: str | None) -> str | None:
    """A bucket's name with a prefix, https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html."""
    if text and not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.*'()/=-]*)?", text):
        raise ConfigurationError(f"SLACKANALYTICS_CACHE_BUCKET must be BUCKET or BUCKET/PREFIX, not {text[:80]!r}")
    return text


def _own_dir(variable: str, below_home: str, environment: Mapping[str, str]) -> Path | None:
    """A directory of ours where the user keeps such things: https://specifications.freedesktop.org/basedir-spec/."""
    try:
        parent = environment.get(variable) or Path(environment.get("HOME") or Path.home()) / below_home
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
