"""The conversation in which an administrator grants access: begun here, held at Slack, completed here.

    conversation = Conversation(settings, store)
    begun = conversation.begin(redirect_uri, browser=secret_of_this_browser)   # send the browser to begun.authorize_url
    conversation.complete(state=…, code=…, redirect_uri=redirect_uri, browser=secret_of_this_browser)

Slack's side: https://docs.slack.dev/authentication/installing-with-oauth. A user token is what analytics need, and one
minimal bot scope is asked for as well, because an organisation cannot install an app without any. PKCE is not used: it
would make the app a public one for good, whose refresh tokens end after thirty days.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import urlencode

from athena_federation.errors import ConfigurationError, FederationError, Unauthorized
from slackanalytics.access import Access
from slackanalytics.app_manifest import BOT_SCOPE, manifest, manifest_url
from slackanalytics.grants import SCOPE, Connection, Credentials, Grant, end, scopes
from slackanalytics.oauth_errors import (
    CodeRefused,
    CredentialsRefused,
    ExchangeRefused,
    MissingScope,
    NotConnected,
    NotForgotten,
    NotOrgInstall,
    NotRevoked,
    NoUserToken,
    RedirectRefused,
    Refused,
    ReplacesConnection,
    StateExpired,
    StateForeign,
    StateReplayed,
    StateUnknown,
    StillConnected,
    TokenRefused,
    WrongOrganisation,
    exchange_refusal,
    page_refusal,
    token_refusal,
)
from slackanalytics.oauth_states import Remembering, States
from slackanalytics.rotation import Lapsed
from slackanalytics.settings import Settings
from slackanalytics.slack_api import Post, Said, SlackDown, basic, post, printable
from slackanalytics.slack_trouble import untroubled
from slackanalytics.token_stores import TokenStore, credentials, grant, granted
from slackanalytics.tokens import Token, checked

__all__ = [
    "BOT_SCOPE",
    "LANDING",
    "REDIRECT",
    "SCOPE",
    "Begun",
    "CodeRefused",
    "Connected",
    "Connection",
    "Conversation",
    "CredentialsRefused",
    "ExchangeRefused",
    "MissingScope",
    "NoUserToken",
    "NotConnected",
    "NotForgotten",
    "NotOrgInstall",
    "NotRevoked",
    "RedirectRefused",
    "Refused",
    "ReplacesConnection",
    "SlackDown",
    "StateExpired",
    "StateForeign",
    "StateReplayed",
    "StateUnknown",
    "Status",
    "StillConnected",
    "TokenRefused",
    "WrongOrganisation",
    "manifest",
    "manifest_url",
]

LANDING = "/slack/install"
REDIRECT = "/slack/oauth_redirect"
"""Paths of the web app, named as Slack's own tools name them."""

TRIES = 3
"""How often a connection is stored anew, while others change the one in place."""
LONGEST_CODE = 1000
"""Characters; Slack's have about eighty."""
_DEAD = frozenset({"token_revoked", "token_expired", "invalid_auth", "account_inactive", "not_authed"})
"""Answers that mean a token is good for nothing any more."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A conversation that waits for its answer."""

    authorize_url: str = field(repr=False)
    """Where the browser goes next. Holds the state, so it is not for logs."""
    state: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Connected:
    """A conversation that ended well."""

    connection: Connection
    replaced: Connection | None
    """The connection that was in place before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What is stored, told without a call."""

    connection: Connection | None
    place: str
    """Where secrets rest, as a phrase."""
    has_credentials: bool
    is_writable: bool
    """Whether a connection can be stored there."""


class Conversation:
    """
    Connects, tells, and disconnects. Safe to share between threads.

    Args:
        settings: Which Slack, what may be connected.
        store: Where the secrets rest; they are read when they are used.
        clock: The time (UTC).
        random: So many random bytes.
        http: Calls Slack's API.
        states: What was begun; by default a memory of this process.
    """

    def __init__(
        self,
        settings: Settings,
        store: TokenStore,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        random: Callable[[int], bytes] = secrets.token_bytes,
        http: Post = post,
        states: Remembering | None = None,
    ) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._random = random
        self._http = http
        self._states: Remembering = states or States(clock)
        self._access = Access(settings, store, http=http, clock=clock, any_scope=True)

    def begin(self, redirect_uri: str, *, browser: str, replace: bool = False) -> Begun:
        """
        Begins a conversation: good for ten minutes, for one answer, and for this browser alone.

        Args:
            redirect_uri: Where Slack sends the browser back; registered with the app, and given to `complete` as well.
            browser: A secret that only this browser knows, such as its session.
            replace: Whether a connection of another organisation or account may be replaced.

        Raises:
            ConfigurationError: The app's credentials are missing, or a token could not be stored.
            StoreRefused: What is stored cannot be read, so nobody could tell what would be replaced.
        """
        if not self._store.is_writable:
            self._store.write("token", "")  # says why not
        grant(self._store, fresh=True)
        app = self._credentials()
        state = base64.urlsafe_b64encode(self._random(16)).decode().rstrip("=")
        state = self._states.add(state, browser, redirect_uri, replace=replace)
        asked = {
            "client_id": app.client_id,
            "scope": BOT_SCOPE,
            "user_scope": SCOPE,
            "redirect_uri": redirect_uri,
            "state": state,
        }
        return Begun(f"{self._settings.consent_url}?{urlencode(asked)}", state)

    def complete(
        self, *, state: str | None, browser: str, redirect_uri: str, code: str | None = None, error: str | None = None
    ) -> Connected:
        """
        Ends a conversation with what Slack's redirect brought: exchanges the code, checks, and only then stores.

        Whatever it raises, what was stored before is untouched, and the state is spent.

        Raises:
            NotConnected: By name: refused, not asked for, expired, used before, wrong organisation, missing scope …
            SlackDown: Slack did not answer; start again.
            Throttled: Slack asks for a pause.
            ConfigurationError: The app's credentials are missing.
        """
        begun = self._states.take(state or "", browser, redirect_uri)
        if error or not code:
            raise page_refusal(printable(error or "no code"))
        if not code.isascii() or not code.isprintable() or len(code) > LONGEST_CODE:
            raise CodeRefused("what came back is no code of Slack's; start again")
        said = self._exchange(code, redirect_uri)
        offered = self._checked(said)
        with self._store.alone():
            for _ in range(TRIES):
                text = self._store.read("token", fresh=True)
                before = granted(self._store, text)
                if before and not begun.replace:
                    _keep_to(self._owned(before, offered.connection), offered.connection)
                if self._store.swap("token", text, offered.written()):
                    return Connected(offered.connection, before.connection if before else None)
        raise ReplacesConnection("the connection is being changed by others; nothing was changed. Start again")

    def status(self) -> Status:
        """What is stored. Makes no call. Raises ConfigurationError or Unauthorized where it cannot be read."""
        found = grant(self._store)
        return Status(
            connection=found.connection if found else None,
            place=self._store.place,
            has_credentials=credentials(self._store, self._settings) is not None,
            is_writable=self._store.is_writable,
        )

    def keep_credentials(self, client_id: str, client_secret: str) -> None:
        """Stores the app's credentials. Raises ConfigurationError for texts that cannot be any, without repeating them."""
        for name, text in (("client ID", client_id), ("client secret", client_secret)):
            if not text or not text.isascii() or not text.isprintable() or " " in text or len(text) > 200:
                raise ConfigurationError(
                    f"the {name} is empty or holds what it cannot; copy it again from Basic Information"
                )
        self._store.write("client", Credentials(client_id=client_id, client_secret=client_secret).written())

    def test(self) -> Connection:
        """
        The stored connection, once Slack has said that its token is still good.

        Raises TokenRefused where it is not, Unauthorized where there is none, another SourceError where Slack closes the
        organisation to it; SlackDown or Throttled where Slack does not say.
        """
        found = grant(self._store, fresh=True)
        if found is None:
            raise Unauthorized("Slack is not connected; run slackanalytics login, or connect it in the web app")
        said, _ = self._with_token("auth.test")
        if said.error:
            raise token_refusal(said.error, self._settings.public_url)
        latest = grant(self._store) or found
        if not latest.connection.is_sufficient or (said.scopes is not None and SCOPE not in scopes(said.scopes)):
            raise MissingScope(f"the token has lost the scope {SCOPE}; connect Slack again")
        return found.connection

    def revoke(self) -> Connection | None:
        """
        Revokes the token at Slack and forgets it; tells what was connected. A token that is dead already is forgotten.

        Raises:
            ConfigurationError: It could not be forgotten here, so Slack was not asked.
            SlackDown, Throttled, NotRevoked: Slack did not revoke it; it is still stored.
            StillConnected: Another token has been stored meanwhile.
            NotForgotten: It is revoked, and still stored.
        """
        found = grant(self._store, fresh=True)
        if found is None:
            return None
        self._store.rehearse("token")
        ended = self._revoked(found)
        with self._store.alone():
            text = self._store.read("token", fresh=True)
            latest = granted(self._store, text)
            if latest is None:
                return found.connection
            try:
                is_gone = self._fingerprint(latest) == ended and self._store.swap("token", text, None)
            except FederationError as error:
                raise NotForgotten(
                    f"Slack has revoked the token, and here it could not be forgotten: {error}"
                ) from error
        if not is_gone:
            raise StillConnected(
                "the token that was stored is revoked, and another was stored meanwhile, which is still good; revoke that too"
            )
        return found.connection

    def _revoked(self, found: Grant) -> str:
        """The fingerprint of the token that is good for nothing any more. Raises where Slack did not revoke it."""
        try:
            said, token = self._with_token("auth.revoke")
        except Lapsed:  # nothing is left that could be revoked
            return self._fingerprint(found)
        if (said.error and said.error not in _DEAD) or said.document.get("revoked") is False:
            raise NotRevoked(
                f"Slack did not revoke the token; remove the app at Slack (Slack: {said.error or 'revoked: false'})"
            )
        return token.fingerprint

    def _fingerprint(self, found: Grant) -> str:
        return Token(found.access_token, f"the token in {self._store.place}").fingerprint

    def _with_token(self, method: str) -> tuple[Said, Token]:
        """What Slack says to a call with the stored token, renewed first where it has ended."""
        token = self._access.token()
        said = self._call(method, {}, token.authorization)
        if said.error in _DEAD and (fresh := self._access.instead_of(token, said.error)):
            token = fresh
            said = self._call(method, {}, token.authorization)
        return said, token

    def forget(self) -> None:
        """Forgets the token without a word to Slack, where it stays good."""
        with self._store.alone():
            self._store.erase("token")

    def _credentials(self) -> Credentials:
        found = credentials(self._store, self._settings)
        if found is None:
            raise ConfigurationError(
                "the Slack app's client ID and client secret are not known: set SLACKANALYTICS_CLIENT_ID and"
                " SLACKANALYTICS_CLIENT_SECRET, or give them to slackanalytics login or to the web app"
            )
        return found

    def _exchange(self, code: str, redirect_uri: str) -> Said:
        app = self._credentials()
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        said = self._call("oauth.v2.access", form, basic(app.client_id, app.client_secret))
        if said.error is None:
            return said
        raise exchange_refusal(said.error, redirect_uri)

    def _checked(self, said: Said) -> Grant:
        """What the exchange granted, once it is known to be enough and whose it is."""
        access_token = said.text("authed_user", "access_token")
        if access_token is None:
            raise NoUserToken(f"Slack gave no user token; add the user scope {SCOPE} to the app, then start again")
        try:
            checked(access_token, "what Slack gave")
        except (ConfigurationError, Unauthorized) as error:
            raise NoUserToken(f"Slack gave no user token, start again: {error}") from error
        offered = self._read(said, access_token)
        known = offered.connection
        if self._settings.installation == "organisation" and said.document.get("is_enterprise_install") is not True:
            raise NotOrgInstall(
                "the app was installed on a workspace; start again, and at Slack choose the organisation at the top right"
            )
        if SCOPE not in scopes(known.scope):
            raise MissingScope(f"the token was not granted {SCOPE}; start again as an Org Owner or Org Admin")
        self._pinned(known)
        return replace(offered, connection=self._identified(offered))

    def _read(self, said: Said, access_token: str) -> Grant:
        now = self._clock()
        wide = said.document.get("is_enterprise_install") is True
        owner = "enterprise" if wide or self._settings.installation == "organisation" else "team"
        authed_user = said.document["authed_user"]
        lasts = authed_user.get("expires_in") if isinstance(authed_user, Mapping) else None
        refresh_token = said.text("authed_user", "refresh_token")
        return Grant(
            access_token=access_token,
            refresh_token=refresh_token,
            connection=Connection(
                organisation_id=said.text(owner, "id"),
                organisation=said.text(owner, "name"),
                user_id=said.text("authed_user", "id"),
                app_id=said.text("app_id"),
                scope=said.text("authed_user", "scope") or "",
                since=now,
                expires_at=end(now, lasts),
                rotates=refresh_token is not None,
            ),
        )

    def _pinned(self, known: Connection) -> None:
        only = self._settings.organisation
        if only and known.organisation_id != only:
            raise WrongOrganisation(
                f"{_named(known)} answered, and SLACKANALYTICS_ORGANISATION allows {only} alone; choose that one at Slack"
            )

    def _identified(self, offered: Grant) -> Connection:
        """The connection with what the token itself says about it. Raises where that contradicts the exchange."""
        said = self._call("auth.test", {}, f"Bearer {offered.access_token}")
        if said.error:
            raise ExchangeRefused(f"Slack does not accept the token it just gave; start again (Slack: {said.error})")
        known = offered.connection
        workspace = (known.organisation_id or "").startswith("T")
        organisation = None if workspace else said.text("enterprise_id")
        for mine, its in (
            (known.organisation_id, organisation or said.text("team_id")),
            (known.user_id, said.text("user_id")),
        ):
            if mine is None or its != mine:
                raise WrongOrganisation(
                    "Slack's answers name different organisations or accounts, or none at all; start again"
                )
        if said.scopes is not None and SCOPE not in scopes(said.scopes):
            raise MissingScope(f"the token was not granted {SCOPE}; start again as an Org Owner or Org Admin")
        return replace(known, organisation=known.organisation or said.text("team"), user=said.text("user"))

    def _call(self, method: str, form: Mapping[str, str], authorization: str) -> Said:
        return untroubled(self._http(f"{self._settings.slack_api_url}/{method}", form, authorization), method)

    def _owned(self, held: Grant, offered: Connection) -> Connection | None:
        """Whose the stored token is, which Slack tells where the store does not; None where it is good for nothing."""
        if held.connection.organisation_id is not None:
            return held.connection
        said = self._call("auth.test", {}, f"Bearer {held.access_token}")
        if said.error in _DEAD:
            return None
        workspace = (offered.organisation_id or "").startswith("T")
        organisation = None if workspace else said.text("enterprise_id")
        return Connection(
            organisation_id=organisation or said.text("team_id"),
            organisation=said.text("team"),
            user_id=said.text("user_id"),
        )


def _keep_to(held: Connection | None, offered: Connection) -> None:
    """Raises unless the new connection is that of the same organisation and account as the one in place."""
    if held and (held.organisation_id, held.user_id) != (offered.organisation_id, offered.user_id):
        raise ReplacesConnection(
            f"{_named(held)} is connected, and {_named(offered)} answered; nothing was changed."
            " To replace the connection, start again and say so"
        )


def _named(known: Connection) -> str:
    name = f"{printable(known.organisation)} ({known.organisation_id})" if known.organisation else known.organisation_id
    return f"{name or 'an organisation without an ID'}, account {known.user_id}"
