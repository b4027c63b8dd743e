"""How the conversation that connects Slack can end without a connection: one class for each, none with a secret in it.

`title` heads a page about it, `status` is that page's HTTP status; the message says what happened and what to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from athena_federation.errors import ConfigurationError, FederationError, Unauthorized
from slackanalytics import answers


class NotConnected(Unauthorized):
    """No connection came about, and what was stored before is as it was."""

    title: ClassVar[str] = "Slack was not connected"
    status: ClassVar[int] = 400


class Refused(NotConnected):
    """Whoever was asked at Slack did not grant access, or Slack's page did not let them."""

    title = "Access was not granted"
    status = 403


class StateUnknown(NotConnected):
    """The answer does not belong to any conversation begun here."""

    title = "This answer was not asked for"


class StateForeign(NotConnected):
    """The answer belongs to a conversation begun in another browser."""

    title = "This answer belongs to another browser"


class StateExpired(NotConnected):
    """The conversation took longer than ten minutes."""

    title = "That took too long"


class StateReplayed(NotConnected):
    """The answer was used before."""

    title = "This answer was used already"


class CodeRefused(NotConnected):
    """Slack does not accept the code: it was used, or is older than ten minutes."""

    title = "Slack's code is no longer good"


class CredentialsRefused(NotConnected):
    """Slack does not accept the client ID or the client secret."""

    title = "Slack does not know this app"


class RedirectRefused(NotConnected):
    """The redirect URL is not among those registered for the app."""

    title = "The redirect URL is not registered"


class NotOrgInstall(NotConnected):
    """The app was installed on a workspace, where analytics need the organisation."""

    title = "Installed on a workspace, not on the organisation"


class MissingScope(NotConnected):
    """The token was granted less than analytics need."""

    title = "The permission to read analytics is missing"


class NoUserToken(NotConnected):
    """Slack gave a bot's token only."""

    title = "No user token came back"


class WrongOrganisation(NotConnected):
    """Not the organisation that this installation is for."""

    title = "Another organisation answered"
    status = 403


class ReplacesConnection(WrongOrganisation):
    """A connection of another organisation or account is in place; replacing it has to be asked for."""

    title = "Another connection is in place"
    status = 409


class ExchangeRefused(NotConnected):
    """Slack refused the exchange for a reason of its own, which is quoted."""

    title = "Slack refused the connection"


class TokenRefused(Unauthorized):
    """Slack does not accept the stored token; `title` says why, where Slack does."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.title = _DEATHS.get(code, "Slack no longer accepts the token")


_DEATHS = {
    "token_revoked": "The token was revoked at Slack",
    "account_inactive": "The account that connected Slack was deactivated",
    "token_expired": "The token has expired",
}


class NotRevoked(Unauthorized):
    """Slack did not revoke the token, which is still stored."""

    title: ClassVar[str] = "The access was not revoked"


class StillConnected(Unauthorized):
    """A token was revoked, and another one has been stored meanwhile."""

    title: ClassVar[str] = "Slack is still connected"


class NotForgotten(ConfigurationError):
    """The token is revoked at Slack, and still stored."""

    title: ClassVar[str] = "The token is revoked, and still stored"


def token_refusal(code: str, address: str | None) -> FederationError:
    """What auth.test answered about the stored token, made safe to print; the app is at that address."""
    found = answers.error(code, "Slack", link=f"{address}/slack/install" if address else None)
    return TokenRefused(str(found), code) if isinstance(found, Unauthorized) else found


def page_refusal(code: str) -> Refused:
    """What Slack's consent page sent back in place of a code, made safe to print."""
    return Refused(f"{_PAGE.get(code, 'Slack sent no code; start again')} (Slack: {code})")


def exchange_refusal(code: str, redirect_uri: str) -> NotConnected:
    """What oauth.v2.access answered, made safe to print."""
    kind, text = _EXCHANGE.get(code, (ExchangeRefused, "start again; if it stays so, check the app at Slack"))
    return kind(f"{text.format(redirect_uri=redirect_uri)} (Slack: {code})")


_EXCHANGE: Mapping[str, tuple[type[NotConnected], str]] = {
    "invalid_code": (CodeRefused, "the code was used before, or is older than ten minutes; start again"),
    "code_already_used": (CodeRefused, "the code was used before; start again"),
    "code_expired": (CodeRefused, "the code is older than ten minutes; start again"),
    "bad_redirect_uri": (RedirectRefused, "register this very redirect URL with the Slack app: {redirect_uri}"),
    "oauth_authorization_url_mismatch": (ExchangeRefused, "the app was asked for at another consent page; start again"),
    "bad_client_secret": (
        CredentialsRefused,
        "the client secret is not this app's; copy it again from Basic Information",
    ),
    "invalid_client_id": (
        CredentialsRefused,
        "there is no app of this client ID; copy it again from Basic Information",
    ),
    "cannot_install_an_org_installed_app": (
        ExchangeRefused,
        "the app is installed on the organisation already, by other means; remove it there and start again",
    ),
    "no_scopes": (ExchangeRefused, "the app has no scopes; add the user scope admin.analytics:read to it at Slack"),
    "user_email_unverified": (ExchangeRefused, "whoever approved has to confirm their e-mail address at Slack first"),
}
"""What codes of oauth.v2.access come to: https://docs.slack.dev/reference/methods/oauth.v2.access."""
_PAGE = {
    "access_denied": "nobody granted access at Slack; start again, as an Org Owner or Org Admin",
    "no_bot_scopes_requested": "an organisation installs only apps with a bot scope; add users:read to the app at Slack",
    "scope_not_allowed_on_enterprise": "the app asks for a scope that organisations cannot grant; take it out at Slack",
    "invalid_team_for_non_distributed_app": "activate distribution of the app at Slack, then start again",
    "unapproved_scope": "the app needs approval for admin.analytics:read; ask an Org Owner to approve it",
    "invalid_scope": "add the user scope admin.analytics:read and the bot scope users:read to the app at Slack",
}
"""What Slack's consent page may send back in place of a code."""
