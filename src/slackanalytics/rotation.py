"""Renewing a token that lasts twelve hours, by one refresher at a time.

A refresh token is good once, and only two access tokens live at a time, so two refreshers would end each other's
(https://docs.slack.dev/authentication/using-token-rotation). Whoever renews is alone in the store, looks again whether
somebody else was faster, makes sure that the store can be written before it spends the refresh token, and stores the new
pair, over the one it has spent and over no other, before anybody uses it. Where a place lets processes in together, the
one that finds the refresh token spent waits for the pair that the other is about to store.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from athena_federation.errors import ConfigurationError, FederationError, Unauthorized
from slackanalytics.grants import Grant, end
from slackanalytics.settings import Settings
from slackanalytics.slack_api import Post, Said, SlackDown, basic
from slackanalytics.slack_trouble import untroubled
from slackanalytics.token_stores import TokenStore, credentials, grant, granted
from slackanalytics.tokens import checked

MARGIN = timedelta(seconds=60)
"""A token that ends sooner counts as ended."""
PAUSES = (0.5, 1.5)
"""Seconds between looks for the pair that somebody else is about to store."""
_SPENT = frozenset({"invalid_refresh_token", "token_expired", "token_revoked", "account_inactive", "invalid_auth"})
"""Answers that mean a refresh token is good for nothing any more."""


class Lapsed(Unauthorized):
    """The token has ended, and so has what renews it: both are good for nothing any more."""


def renewed(
    settings: Settings,
    store: TokenStore,
    refused: str,
    *,
    http: Post,
    clock: Callable[[], datetime],
    pause: Callable[[float], None] = time.sleep,
) -> Grant | None:
    """
    The grant in force in place of a token that has ended; None where there is no other and none can be had.

    Raises:
        Lapsed: Slack does not renew it any more; it has to be connected again.
        Unauthorized: Slack does not renew it as it was asked, or with what can be used.
        ConfigurationError: The app's credentials are missing, or the store cannot be written.
        SlackDown, Throttled: Slack does not say; the refresh token is still stored.
    """
    with store.alone():
        text = store.read("token", fresh=True)
        found = granted(store, text)
        if found is None or found.access_token != refused:
            return found
        if found.refresh_token is None:
            return None
        app = _renewer(settings, store)
        store.rehearse("token")  # what cannot be written now could not be written once the token is spent
        form = {"grant_type": "refresh_token", "refresh_token": found.refresh_token}
        url = f"{settings.slack_api_url}/oauth.v2.access"
        try:
            said = http(url, form, app)
        except SlackDown:  # the answer may be all that was lost; for a moment the same refresh token is good again
            said = http(url, form, app)
        if said.error in _SPENT and (other := _stored_by_another(store, refused, pause)):
            return other
        new = _read(found, said, clock())
        try:
            is_stored = store.swap("token", text, new.written())
        except FederationError:  # the old pair is spent, so the new one is not given up at the first trouble
            pause(PAUSES[0])
            is_stored = store.swap("token", text, new.written())
        return new if is_stored else grant(store, fresh=True)


def _stored_by_another(store: TokenStore, refused: str, pause: Callable[[float], None]) -> Grant | None:
    """The pair of whoever has spent the refresh token, which may not be stored yet."""
    for seconds in (0.0, *PAUSES):
        pause(seconds)
        found = grant(store, fresh=True)
        if found is None or found.access_token != refused:
            return found
    return None


def _renewer(settings: Settings, store: TokenStore) -> str:
    try:
        app = credentials(store, settings)
    except Unauthorized as error:
        raise Unauthorized(
            f"the token has expired, and only the app that connects Slack may renew it; open that app ({error})"
        ) from error
    if app is None:
        raise ConfigurationError(
            "the token has expired, and the app's credentials to renew it are not known: set SLACKANALYTICS_CLIENT_ID and"
            " SLACKANALYTICS_CLIENT_SECRET, or run slackanalytics login"
        )
    return basic(app.client_id, app.client_secret)


def _read(found: Grant, said: Said, now: datetime) -> Grant:
    """The new pair, once it is known to be of use. Raises without it."""
    untroubled(said, "the token has expired, and to renew it")
    if said.error:
        kind = Lapsed if said.error in _SPENT else Unauthorized
        raise kind(
            f"the token has expired, and Slack does not renew it; connect Slack again: slackanalytics login (Slack: {said.error})"
        )
    access_token = said.text("access_token")
    if access_token is None:
        raise Unauthorized("the token has expired, and Slack renewed it without a new one; connect Slack again")
    try:
        checked(access_token, "what Slack gave")
    except FederationError as error:
        raise Unauthorized(
            f"the token has expired, and Slack renewed it with what cannot be used; connect Slack again: {error}"
        ) from error
    known = replace(
        found.connection,
        scope=said.text("scope") or found.connection.scope,
        expires_at=end(now, said.document.get("expires_in")),
    )
    return Grant(
        access_token=access_token, refresh_token=said.text("refresh_token") or found.refresh_token, connection=known
    )
