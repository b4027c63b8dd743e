"""One call of Slack's Web API beside the files: a form in, a JSON document out.

Redirects are not followed, whatever they say, because a secret travels with the call. Nothing is tried twice here: a
code or a refresh token is good for one use.
"""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote_plus, urlencode, urlsplit

import urllib3

from athena_federation.errors import SourceError, Throttled
from slackanalytics.transfer import Deadline, opened

SECONDS = 20.0
"""How long one call may take."""
LARGEST = 1024 * 1024
"""Bytes of an answer; the largest documented one has a few hundred."""


class SlackDown(SourceError):
    """Slack could not be reached, or has trouble of its own; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Said:
    """An answer. Its document may hold secrets, so it is not shown."""

    document: Mapping[str, object] = field(repr=False)
    scopes: str | None = None
    """The header `x-oauth-scopes`: what the token of the call is granted."""

    @property
    def error(self) -> str | None:
        """Slack's code for why not, made safe to print; None where it did what was asked."""
        if self.document.get("ok") is True:
            return None
        return printable(str(self.document.get("error", "no error code")))

    def text(self, *path: str) -> str | None:
        """The text at a place in the document; None for anything but a text."""
        found: object = self.document
        for name in path:
            found = found.get(name) if isinstance(found, Mapping) else None
        return writable(found) if isinstance(found, str) and found else None


Post = Callable[[str, Mapping[str, str], str], Said]
"""(URL, form, value of the header Authorization) -> answer. Raises SlackDown or Throttled."""


def post(url: str, form: Mapping[str, str], authorization: str, *, seconds: float = SECONDS) -> Said:
    """
    Calls a method, and says what Slack said, refusals included.

    Raises:
        SlackDown: No answer, or none of the API's own.
        Throttled: Too many calls.
    """
    host, method = urlsplit(url).hostname, url.rpartition("/")[2]
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": authorization}
    try:
        with opened(url, headers, Deadline(seconds), urlencode(form).encode()) as response:
            status, body = response.status, response.read(LARGEST, decode_content=False)
            after, scopes = response.headers.get("Retry-After", ""), response.headers.get("x-oauth-scopes")
    except (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError) as error:
        raise SlackDown(f"{method}: {host} could not be reached ({type(error).__name__}); try again later") from error
    if status == 429:
        wait = float(after) if after.isascii() and after.isdigit() and len(after) < 10 else None
        asked = f" in {wait:.0f} s" if wait else " in a minute"
        raise Throttled(f"{method}: Slack asks for a pause; try again{asked}", retry_after=wait)
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    if status != 200 or not isinstance(document, dict) or "ok" not in document:
        raise SlackDown(f"{method}: {host} answers HTTP {status} with nothing of Slack's API; try again later")
    return Said(document, scopes)


def basic(client_id: str, client_secret: str) -> str:
    """The header that authenticates an app, both halves encoded: https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1."""
    pair = f"{quote_plus(client_id)}:{quote_plus(client_secret)}"
    return "Basic " + base64.b64encode(pair.encode()).decode()


def writable(text: str) -> str:
    """The text without halves of characters, which JSON can name and no page or file can hold."""
    return text.encode("utf-8", "replace").decode()


def printable(text: str, longest: int = 80) -> str:
    """A text from outside, fit for a message: short and on one line."""
    return "".join(character if character.isprintable() else "?" for character in text[:longest])
