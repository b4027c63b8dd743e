"""Where this web app lives: its public address, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import SplitResult, urlsplit

from athena_federation.errors import ConfigurationError
from slackanalytics.oauth import REDIRECT
from slackanalytics.settings import loopback

PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, kw_only=True)
class Site:
    """The web app as browsers know it. Raises ConfigurationError for an address over which nobody should sign in."""

    public_url: str
    """What people type, without a path: `https://slack.example.com`, or `http://127.0.0.1:8910` on this machine."""
    consent_url: str
    """Slack's page where access is granted."""
    launch_url: str | None = None
    """In AWS, where the connector's stack is launched with everything filled in."""

    def __post_init__(self) -> None:
        parts, host = self._parts, self._parts.hostname or ""
        if parts.path.strip("/") or parts.query or parts.fragment or parts.username is not None or not host:
            raise ConfigurationError(
                "SLACKANALYTICS_PUBLIC_URL must be https://HOST, without a path, a user or a query"
            )
        if parts.scheme != "https" and not (parts.scheme == "http" and loopback(host)):
            raise ConfigurationError(
                f"SLACKANALYTICS_PUBLIC_URL names {parts.scheme}://{host}, where a passphrase would travel in clear;"
                " use https://, or http:// on this machine"
            )

    @cached_property
    def _parts(self) -> SplitResult:
        try:
            parts = urlsplit(self.public_url)
            _ = parts.port
        except ValueError as error:
            raise ConfigurationError("SLACKANALYTICS_PUBLIC_URL is not a URL; use https://HOST") from error
        return parts

    @cached_property
    def origin(self) -> str:
        """Scheme, host and port, as browsers write them in `Origin`: without the scheme's own port."""
        parts = self._parts
        return f"{parts.scheme}://{parts.netloc}".lower().removesuffix(f":{PORTS[parts.scheme]}")

    @property
    def secure(self) -> bool:
        """Whether browsers reach it over TLS."""
        return self._parts.scheme == "https"

    @property
    def redirect_uri(self) -> str:
        """The redirect URL to register at Slack."""
        return self.origin + REDIRECT

    @cached_property
    def hosts(self) -> frozenset[str]:
        """Every `Host` that is answered.

        A page elsewhere that points a name of its own at this machine (DNS rebinding) sends that name, and is refused.
        """
        host = self.origin.partition("://")[2]
        return frozenset({host, host if self._parts.port else f"{host}:{PORTS[self._parts.scheme]}"})

    @cached_property
    def form_targets(self) -> str:
        """Where a form may lead, redirects included: here, and to Slack, where organisations have hosts of their own."""
        parts = urlsplit(self.consent_url)
        wider = f" https://*.{parts.hostname}" if parts.scheme == "https" else ""
        return f"'self' {parts.scheme}://{parts.netloc}{wider}"

    @property
    def cookie(self) -> str:
        """The name of the session's cookie; over TLS one that no other host and no plain connection can set."""
        return "__Host-slackanalytics" if self.secure else "slackanalytics"
