"""What every fault is judged by: the right rows, or a named error; and the clients that must not pass.

A reader is anything that is given the server's address and a deadline and returns rows. Ours is one; the others are
deliberately careless in one way each.
"""

from __future__ import annotations

import json
import time
import traceback
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable
from typing import Any

from tests.faults.server import DAY, TOKEN

from athena_federation.errors import FederationError
from slackanalytics.client import Client
from slackanalytics.limiter import Limiter
from slackanalytics.settings import Settings
from slackanalytics.spool import batches, spooled

Row = dict[str, Any]
Reader = Callable[[str], list[Row]]


def settings(url: str, **more: str) -> Settings:
    return Settings.from_environment(
        {
            "SLACKANALYTICS_SLACK_API_URL": url,
            "SLACKANALYTICS_SLACK_TOKEN": TOKEN,
            "SLACKANALYTICS_CACHE_DIR": "off",
            "SLACKANALYTICS_DEADLINE": "5",
        }
        | more
    )


class Time:
    """The clock's time, in which pauses take none: they only move it on."""

    def __init__(self) -> None:
        self.pauses: list[float] = []

    def clock(self) -> float:
        return time.monotonic() + sum(self.pauses)

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)


def client(url: str, *, attempts: int = 3, deadline: str = "5", passing: Time | None = None) -> Client:
    """Our client, for which pauses take no time."""
    passing = passing or Time()
    return Client(
        settings(url, SLACKANALYTICS_DEADLINE=deadline),
        attempts=attempts,
        limiter=Limiter(None, clock=passing.clock),
        clock=passing.clock,
        pause=passing.pause,
        jitter=lambda: 0.0,
    )


def fetched(asked: Client) -> list[Row]:
    """The day's rows through our client."""
    found = asked.fetch(DAY, lambda body: spooled(body, DAY))
    names = ["user_id", "email_address", "is_active", "messages_posted_count"]
    with found.spool as spool:
        return [row for batch in batches(spool, names) for row in batch.to_pylist()]


def ours(url: str, *, attempts: int = 3, deadline: str = "5") -> list[Row]:
    return fetched(client(url, attempts=attempts, deadline=deadline))


def require_right_or_named(reader: Reader, url: str, right: list[Row]) -> FederationError | None:
    """Nothing passes but the right rows (None) or a named error that keeps the token to itself (the error)."""
    try:
        rows = reader(url)
    except FederationError as error:
        told = "".join(traceback.format_exception(error))
        assert TOKEN not in told, "the token is in the error"
        first, *rest = str(error).split("\n")
        assert first, "an error without a word"
        assert not rest, "an error of many lines"
        assert str(DAY) in first, "an error that does not name the day"
        return error
    except Exception as error:
        raise AssertionError(f"an error without a name: {error!r}") from error
    shown = [{name: row.get(name) for name in right[0]} for row in rows] if right else rows
    assert shown == right, f"{len(rows)} rows instead of {len(right)}, or other ones"
    return None


def require_refused(reader: Reader, url: str) -> FederationError:
    """Nothing passes but a named error."""
    rows: list[Row] = []

    def noting(asked: str) -> list[Row]:
        rows.extend(reader(asked))
        return []

    error = require_right_or_named(noting, url, [])
    assert error is not None, f"{len(rows)} rows instead of a refusal"
    return error


def expected(rows: list[dict[str, object]]) -> list[Row]:
    names = ["user_id", "email_address", "is_active", "messages_posted_count"]
    return [{name: row.get(name) for name in names} for row in rows]


def _call(url: str, opener: urllib.request.OpenerDirector | None = None) -> bytes:
    request = urllib.request.Request(
        f"{url}/admin.analytics.getFile?type=member&date={DAY}", headers={"Authorization": f"Bearer {TOKEN}"}
    )
    with (opener or urllib.request.build_opener()).open(request, timeout=5) as response:
        body: bytes = response.read()
    return body


def accepts_cut_files(url: str) -> list[Row]:
    """Uses a decompressor that never asks whether the file has ended."""
    body = _call(url)
    text = zlib.decompressobj(31).decompress(body) if body[:2] == b"\x1f\x8b" else body
    rows = []
    for line in text.split(b"\n"):
        try:
            rows.append(json.loads(line))
        except ValueError:
            continue
    return rows


def takes_refusals_for_empty_days(url: str) -> list[Row]:
    """Sees `ok: false` and returns no rows."""
    body = _call(url)
    return [] if body[:1] == b"{" else accepts_cut_files(url)


def follows_redirects_with_the_bearer(url: str) -> list[Row]:
    """Lets the library follow, which sends the header along."""
    return accepts_cut_files(url)


def ignores_retry_after(url: str) -> list[Row]:
    """Asks again at once, and gives up after three times with nothing."""
    for _ in range(3):
        try:
            return accepts_cut_files(url)
        except urllib.error.HTTPError as error:
            error.close()
    return []


def guesses_numbers(url: str) -> list[Row]:
    """Makes a whole number of anything."""
    rows = accepts_cut_files(url)
    return [row | {"messages_posted_count": int(float(row.get("messages_posted_count") or 0))} for row in rows]


def splits_at_every_line_end(url: str) -> list[Row]:
    """Splits text where Unicode has a line end, inside of strings too."""
    rows = []
    for line in zlib.decompress(_call(url), wbits=31).decode().splitlines():
        try:
            rows.append(json.loads(line))
        except ValueError:
            continue
    return rows
