"""Whether browsers that Slack sends back would arrive here: over TLS that holds, or on this machine."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Callable
from dataclasses import dataclass

import urllib3

from slackanalytics.transfer import Deadline, opened
from slackanalytics.web.site import Site

SECONDS = 5.0
SIGN = {"application": "slackanalytics", "status": "ok"}
"""What `/healthz` says, by which an installation knows itself."""

Look = Callable[[str], tuple[int, bytes]]
"""URL -> status and body. Raises the errors of `opened`."""


@dataclass(frozen=True, slots=True)
class Check:
    """How it went."""

    good: bool
    text: str


def look(url: str) -> tuple[int, bytes]:
    """A GET, certificates verified, redirects not followed."""
    with opened(url, {}, Deadline(SECONDS)) as response:
        return response.status, response.read(4096, decode_content=False)


def check(site: Site, look: Look = look) -> Check:
    """Ask this installation's own address whether it is there. No other address is ever asked."""
    try:
        status, body = look(f"{site.origin}/healthz")
    except (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError) as error:
        if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
            return Check(
                False,
                f"{site.origin} answers with a certificate that is not trusted. Browsers will warn; install one that is.",
            )
        return Check(
            False,
            f"{site.origin} cannot be reached from here. Check the name, the firewall and the load balancer;"
            " behind some networks only browsers outside can tell.",
        )
    if status != 200 or not _ours(body):
        return Check(False, f"Something else answers at {site.origin}. Check SLACKANALYTICS_PUBLIC_URL.")
    if site.secure:
        return Check(True, "It can be reached, over TLS with a certificate that is trusted.")
    return Check(True, "It can be reached, from browsers on this machine. For anyone else it needs https.")


def _ours(body: bytes) -> bool:
    try:
        return bool(json.loads(body) == SIGN)
    except ValueError:
        return False
