"""Renewing a token that lasts twelve hours, by one refresher at a time.

A refresh token is good once, and only two access tokens live at a time, so two refreshers would end each other's
(https://docs.slack.dev/authentication/using-token-rotation). Whoever renews is alone in the store, looks again whether
somebody else was faster, makes sure that the store can be written before it spends the refresh token, and stores the new
pair before anybody uses it. Everybody else only reads.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from athena_federation.errors import ConfigurationError, Unauthorized
from slackanalytics.grants import Grant
from slackanalytics.settings import Settings
from slackanalytics.slack_api import Post, Said, SlackDown, basic
from slackanalytics.token_stores import TokenStore, credentials, grant

MARGIN = timedelta(seconds=60)
"""A token that ends sooner counts as ended."""


def renewed(
    settings: Settings, store: TokenStore, refused: str, *, http: Post, clock: Callable[[], datetime]
) -> Grant | None:
    """
    The grant in force in place of a token that has ended; None where there is no other and none can be had.

    Raises:
        Unauthorized: Slack does not renew it; it has to be connected again.
        ConfigurationError: The app's credentials are missing, or the store cannot be written.
        SlackDown, Throttled: Slack does not say; the refresh token is still stored.
    """
    with store.alone():
        found = grant(store, fresh=True)
        if found is None or found.access_token != refused:
            return found
        if found.refresh_token is None:
            return None
        app = _renewer(settings, store)
        store.write("token", found.written())  # what cannot be written now could not be written once the token is spent
        form = {"grant_type": "refresh_token", "refresh_token": found.refresh_token}
        url = f"{settings.slack_api_url}/oauth.v2.access"
        try:
            said = http(url, form, app)
        except SlackDown:  # the answer may be all that was lost; for a moment the same refresh token is good again
            said = http(url, form, app)
        new = _read(found, said, clock())
        store.write("token", new.written())
        return new


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
    if said.error in ("internal_error", "fatal_error", "service_unavailable", "request_timeout"):
        raise SlackDown(f"the token has expired, and Slack has trouble renewing it; try again (Slack: {said.error})")
    if said.error:
        raise Unauthorized(
            f"the token has expired, and Slack does not renew it; connect Slack again: slackanalytics login (Slack: {said.error})"
        )
    access_token = said.text("access_token")
    if access_token is None:
        raise Unauthorized("the token has expired, and Slack renewed it without a new one; connect Slack again")
    lasts = said.document.get("expires_in")
    known = replace(
        found.connection,
        scope=said.text("scope") or found.connection.scope,
        expires_at=now + timedelta(seconds=lasts) if isinstance(lasts, int) else None,
    )
    return Grant(
        access_token=access_token, refresh_token=said.text("refresh_token") or found.refresh_token, connection=known
    )
