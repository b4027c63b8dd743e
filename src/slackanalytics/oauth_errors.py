"""How the conversation that connects Slack can end without a connection: one class for each, none with a secret in it.

`title` heads a page about it, `status` is that page's HTTP status; the message says what happened and what to do.
"""

from __future__ import annotations

from typing import ClassVar

from athena_federation.errors import Unauthorized


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
