"""What stands between here and an answer: each thing that has to be right, in the order in which it is needed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

from athena_federation.errors import FederationError, NotPublished, Throttled
from slackanalytics import answers
from slackanalytics.access import Access
from slackanalytics.client import Client
from slackanalytics.grants import SCOPE, Connection, scopes
from slackanalytics.settings import Settings
from slackanalytics.slack_api import Post, Said, SlackDown, post, printable
from slackanalytics.slack_trouble import untroubled
from slackanalytics.token_stores import TokenStore, credentials, grant, token_store

DAYS = 4
"""How many days back the newest published one is looked for; Slack publishes after one or two."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    subject: str
    is_right: bool
    text: str
    """What was found; where it is not right, also what to do."""


def findings(
    settings: Settings,
    *,
    store: TokenStore | None = None,
    http: Post = post,
    client: Client | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Iterator[Finding]:
    """
    Everything worth knowing, one after the other; what needs something that is not right is left out.

    Makes one call of auth.test, and as many of admin.analytics.getFile as there are days not yet published.
    """
    yield _settings(settings)
    yield from _files(settings)
    try:
        held = store or token_store(settings)
        access = Access(settings, held, http=http, clock=now)
        yield _token(held, access, now())
        yield from _renewal(settings, held)
        said = _test(settings, access, http)
    except (SlackDown, Throttled) as error:
        yield Finding("Slack", False, str(error))
        return
    except FederationError as error:
        yield Finding("token", False, str(error))
        return
    host = urlsplit(settings.slack_api_url).hostname
    yield Finding("Slack", True, f"{host} answers")
    if said.error:
        yield Finding("token", False, str(answers.error(said.error, "auth.test", link=_link(settings))))
        return
    yield _whose(settings, said)
    yield _scope(said)
    day = settings.today or now().date()
    yield _newest(client or Client(settings, access=access), day)


def _test(settings: Settings, access: Access, http: Post) -> Said:
    """What Slack says about the token, or about another in its place where it can be had. Raises SlackDown, Throttled."""
    token = access.token()
    said = http(f"{settings.slack_api_url}/auth.test", {}, token.authorization)
    if said.error and (other := access.instead_of(token, said.error)):
        said = http(f"{settings.slack_api_url}/auth.test", {}, other.authorization)
    return untroubled(said, "auth.test")


def _settings(settings: Settings) -> Finding:
    where = "a simulated company" if settings.source == "demo" else settings.slack_api_url
    kept = f"days are kept in {settings.cache_dir}" if settings.cache_dir else "no day is kept"
    return Finding("settings", True, f"figures from {where}; {kept}")


def _files(settings: Settings) -> Iterator[Finding]:
    roster, folder = settings.hr_file, settings.cache_dir
    if roster is not None:
        readable = roster.is_file() and os.access(roster, os.R_OK)
        told = f"{roster} is there" if readable else f"{roster} cannot be read; SLACKANALYTICS_HR_FILE names the roster"
        yield Finding("roster", readable, told)
    if folder is not None and folder.exists() and not os.access(folder, os.W_OK | os.X_OK):
        yield Finding("cache", False, f"{folder} cannot be written; SLACKANALYTICS_CACHE_DIR names another place")


def _token(store: TokenStore, access: Access, now: datetime) -> Finding:
    access.token()
    found = grant(store)
    known = found.connection if found else Connection()
    since = f", connected {known.since:%Y-%m-%d}" if known.since else ""
    ends = f", renewed before {known.expires_at:%Y-%m-%d %H:%M} UTC" if known.expires_at and known.rotates else ""
    if known.expires_at and not known.rotates:
        ends = f", ends {known.expires_at:%Y-%m-%d %H:%M} UTC"
        if known.expires_at <= now:
            return Finding("token", False, "it has ended, and cannot be renewed; run slackanalytics login")
    return Finding("token", True, f"a user token in {store.place}{since}{ends}")


def _renewal(settings: Settings, store: TokenStore) -> Iterator[Finding]:
    found = grant(store)
    if found and found.refresh_token and credentials(store, settings) is None:
        yield Finding(
            "renewal",
            False,
            "the token rotates, and the app's client ID and secret to renew it are not known; run slackanalytics login",
        )


def _whose(settings: Settings, said: Said) -> Finding:
    name = f"{said.text('team') or 'an organisation'} ({said.text('enterprise_id') or said.text('team_id')})"
    text = printable(f"{name}, installed by {said.text('user') or said.text('user_id')}", 200)
    if said.document.get("is_enterprise_install") is False and settings.installation == "organisation":
        return Finding(
            "installation",
            False,
            f"{text}, on a workspace; analytics need an installation on the organisation: install the app there",
        )
    return Finding("installation", True, text)


def _scope(said: Said) -> Finding:
    if said.scopes is None:
        return Finding("scope", True, "Slack does not say which scopes the token has")
    granted = printable(", ".join(sorted(scopes(said.scopes))) or "none", 200)
    if SCOPE in scopes(said.scopes):
        return Finding("scope", True, granted)
    return Finding(
        "scope", False, f"{SCOPE} is missing, granted: {granted}; run slackanalytics login as an Org Owner or Org Admin"
    )


def _newest(client: Client, today: date) -> Finding:
    for age in range(1, DAYS + 1):
        day = today - timedelta(days=age)
        try:
            client.fetch(day, lambda _body: None)
        except NotPublished:
            continue
        except FederationError as error:
            return Finding("newest day", False, str(error))
        return Finding("newest day", True, f"{day} is published")
    return Finding(
        "newest day",
        False,
        f"none of the last {DAYS} days is published; Slack usually takes two. Look at status.slack.com, try tomorrow",
    )


def _link(settings: Settings) -> str | None:
    return f"{settings.public_url}/slack/install" if settings.public_url else None
