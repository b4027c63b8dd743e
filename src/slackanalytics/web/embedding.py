"""Links under which other applications show the dashboard: signed, ending, read-only, and framed by named origins alone.

A link is all its holder needs; there is no cookie in it. What it shows is fixed in the signed part: groups, never people.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from athena_federation.errors import ConfigurationError, QueryError
from slackanalytics.web.filters import Filters

PATH = "/embed/adoption"
SHORTEST_KEY = 32
"""Characters of a key: as many bits as the signature has, at four for each character at least."""
LONGEST_LIFE = timedelta(days=90)
LONGEST_LINK = 4_096
"""Characters of a link's signed part that are looked at."""
PURPOSE = b"slackanalytics embedding, version 1\0"


class Expired(QueryError):
    """A link whose time is over."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a link shows. Days that are None move with the data: the newest thirteen weeks."""

    page: str
    since: date | None = None
    until: date | None = None
    departments: tuple[str, ...] = ()
    guests: bool = False

    @classmethod
    def of(cls, page: str, filters: Filters, *, moving: bool) -> Shown:
        """A page as somebody sees it; `moving` leaves the days open."""
        since, until = (None, None) if moving else (filters.since, filters.until)
        return cls(page, since, until, filters.departments, filters.guests)

    def pairs(self) -> list[tuple[str, str]]:
        """As names and values of the filters' form."""
        days = [(name, day.isoformat()) for name, day in (("since", self.since), ("until", self.until)) if day]
        chosen = [("department", name) for name in self.departments]
        return [*days, *chosen, *([("guests", "yes")] if self.guests else [])]


@dataclass(frozen=True, slots=True)
class Links:
    """Makes links and reads them."""

    key: str = field(repr=False)
    origins: tuple[str, ...] = ()
    """Who may frame them, like `https://intranet.example.com`."""

    def __post_init__(self) -> None:
        if len(self.key) < SHORTEST_KEY:
            raise ConfigurationError(f"SLACKANALYTICS_EMBED_KEY must have at least {SHORTEST_KEY} random characters")

    @classmethod
    def of_this_run(cls, origins: Sequence[str] = ()) -> Links:
        """With a key that ends with the process, and its links with it."""
        return cls(secrets.token_urlsafe(32), tuple(origins))

    def query(self, shown: Shown, *, until: datetime) -> str:
        """The query string of a link that is good until then. Raises QueryError where it names too many departments."""
        said = {"page": shown.page, "filters": shown.pairs(), "until": int(until.timestamp())}
        text = _encoded(json.dumps(said, separators=(",", ":"), sort_keys=True).encode())
        if len(text) > LONGEST_LINK:
            raise QueryError(
                f"a link cannot name {len(shown.departments)} departments: it would be longer than browsers and proxies"
                " carry it; choose fewer, or none for all"
            )
        return f"shown={text}&signature={_encoded(self._signature(text))}"

    def read(self, text: str, signature: str, *, now: datetime) -> Shown:
        """
        What a link shows.

        Raises:
            QueryError: the link was not made here, or was changed.
            Expired: its time is over.
        """
        genuine = _encoded(self._signature(text)).encode()  # compared as text: of bytes there are several spellings
        if not hmac.compare_digest(signature.encode("utf-8", "surrogatepass"), genuine) or len(text) > LONGEST_LINK:
            raise QueryError(ALTERED)
        said = json.loads(_decoded(text))  # ours, as the signature shows
        if now >= datetime.fromtimestamp(said["until"], UTC):
            raise Expired("this link has ended; whoever made it can make another")
        pairs = [(str(name), str(value)) for name, value in said["filters"]]
        days = {name: date.fromisoformat(value) for name, value in pairs if name in {"since", "until"}}
        chosen = tuple(value for name, value in pairs if name == "department")
        return Shown(said["page"], days.get("since"), days.get("until"), chosen, ("guests", "yes") in pairs)

    def _signature(self, text: str) -> bytes:
        return hmac.digest(self.key.encode(), PURPOSE + text.encode("utf-8", "surrogatepass"), hashlib.sha256)


ALTERED = "this link is not one of this installation’s, or it was changed on its way"


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
