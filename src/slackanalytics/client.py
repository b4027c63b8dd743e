"""admin.analytics.getFile: ask, within the limit; retry what may pass; refuse by name what does not.

Source: https://docs.slack.dev/reference/methods/admin.analytics.getFile. The bearer is sent to the configured host and
nowhere else: a redirect, which Slack may answer with the address of a stored file, is followed once and without it.
"""

from __future__ import annotations

import http.client
import json
import random
import ssl
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

import tenacity
import urllib3

from athena_federation.errors import Corrupt, DeadlineExceeded, SourceError, Throttled
from slackanalytics import answers
from slackanalytics.access import Access
from slackanalytics.inflate import GZIP, Body, Damaged
from slackanalytics.limiter import Limiter, Pause, Waiting, shared
from slackanalytics.settings import Settings, loopback
from slackanalytics.tokens import Token
from slackanalytics.transfer import Deadline, opened

T = TypeVar("T")

ATTEMPTS = 3
RETRY_AFTER_CAP = 60.0
"""Seconds that we wait at most when Slack asks for it; a longer wish is passed on to whoever asked us."""
HEAD = 64 * 1024
"""Bytes of a body looked at to tell a file from an answer."""
ENDED = frozenset({"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"})
"""Codes after which another token may be in force: renewed, or written by whoever connected Slack again."""
NETWORK_ERRORS = (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError)


class _Transient(Exception):
    """An attempt failed in a way that the next may not."""

    def __init__(self, error: SourceError, after: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.after = after


class _Ended(Exception):
    """Slack no longer accepts the token."""

    def __init__(self, error: SourceError, code: str) -> None:
        super().__init__(str(error))
        self.error = error
        self.code = code


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a client has done so far."""

    calls: int = 0
    """Calls to the method, retries included; fetching what a redirect points to is none."""
    bytes: int = 0
    """Bytes of bodies, as they travelled."""
    waited: float = 0.0
    """Seconds spent waiting for the rate limit or because Slack asked for it."""


class Client:
    """Fetches days. Safe to share between threads; makes no call before `fetch`.

    Args:
        settings: Which Slack, which token, how long, how often.
        attempts: How often a day is tried where trouble may pass.
        limiter: The calls per minute; by default that of this process for this token.
        clock: Seconds that only grow.
        pause: Waits; `Event.wait` makes it cancellable.
        jitter: A number from 0 to 1, drawn anew at each call.
        waiting: Told before each wait.
        access: The token in force; by default that of the settings.
    """

    def __init__(  # noqa: PLR0913 - each is a seam of its own, given by name
        self,
        settings: Settings,
        *,
        attempts: int = ATTEMPTS,
        limiter: Limiter | None = None,
        clock: Callable[[], float] = time.monotonic,
        pause: Pause = time.sleep,
        jitter: Callable[[], float] = random.random,
        waiting: Waiting = lambda _reason, _seconds: None,
        access: Access | None = None,
    ) -> None:
        self._settings = settings
        self._access = access or Access(settings)
        self._attempts = attempts
        self._limiter = limiter
        self._clock = clock
        self._pause = pause
        self._jitter = jitter
        self._waiting = waiting
        self._lock = threading.Lock()
        self._statistics = Statistics()

    @property
    def statistics(self) -> Statistics:
        return self._statistics

    def fetch(self, day: date, read: Callable[[Body], T]) -> T:
        """What `read` makes of the day's file. It is called anew with a fresh body when a transfer broke.

        Raises NotPublished, Unauthorized, Throttled, Corrupt, DeadlineExceeded, or SourceError for the rest;
        ConfigurationError where there is no token to ask with.
        """
        key = self._access.token()
        try:
            return self._fetched(day, read, key)
        except _Ended as refusal:
            fresh = self._access.instead_of(key, refusal.code)
            if fresh is None:
                raise refusal.error from refusal.__cause__
        try:
            return self._fetched(day, read, fresh)
        except _Ended as refusal:
            raise refusal.error from refusal.__cause__

    def _fetched(self, day: date, read: Callable[[Body], T], key: Token) -> T:
        """The same with one token. Raises _Ended where Slack no longer accepts it."""
        account = self._access.account()
        limiter = self._limiter or shared(self._settings.slack_api_url, account, self._settings.rate_limit)
        deadline = Deadline(self._settings.deadline, self._clock)
        subject = f"member analytics of {day}"

        def attempt() -> T:
            waited = limiter.take(self._pause, self._waiting)
            deadline.extend(waited)
            self._count(calls=1, waited=waited)
            try:
                return self._attempt(_Call(day, subject, key, deadline), read)
            except _Transient as failure:
                if isinstance(failure.error, Throttled):
                    limiter.hold(min(failure.after or 1.0, RETRY_AFTER_CAP))
                raise

        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_Transient),
            stop=lambda state: (
                state.attempt_number >= self._attempts
                or state.upcoming_sleep >= min(deadline.remaining(), RETRY_AFTER_CAP + 1)
            ),
            wait=self._delay,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return retrying(attempt)
        except _Transient as failure:
            raise failure.error from failure.__cause__

    def _attempt(self, call: _Call, read: Callable[[Body], T]) -> T:
        url = f"{self._settings.slack_api_url}/admin.analytics.getFile?type=member&date={call.day.isoformat()}"
        try:
            with opened(url, {"Authorization": call.token.authorization}, call.deadline) as response:
                if not 300 <= response.status < 400:
                    return self._answered(call, response, read)
                location = self._location(call, url, response)
            with opened(location, {}, call.deadline) as response:
                if 300 <= response.status < 400:
                    raise SourceError(f"{call.subject}: Slack redirects more than once; the file was not fetched")
                return self._answered(call, response, read)
        except Damaged as error:
            raise _Transient(Corrupt(str(error))) from error
        except NETWORK_ERRORS as error:
            raise self._lost(call, error) from error

    def _location(self, call: _Call, url: str, response: urllib3.BaseHTTPResponse) -> str:
        """Where a redirect leads. It is not shown anywhere, because a signed address is a secret."""
        target = urljoin(url, response.headers.get("Location", ""))
        try:
            parts = urlsplit(target)
            host, _ = parts.hostname or "", parts.port
        except ValueError as error:
            raise SourceError(f"{call.subject}: Slack redirects to something that is no address") from error
        local = parts.scheme == "http" and loopback(host) and loopback(urlsplit(url).hostname or "")
        printable = target.isascii() and target.isprintable() and " " not in target
        if not response.headers.get("Location") or not printable or parts.username is not None or not host:
            raise SourceError(f"{call.subject}: Slack redirects ({response.status}) to something that is no address")
        if parts.scheme != "https" and not local:
            raise SourceError(f"{call.subject}: Slack redirects to an address without TLS; it was not followed")
        return target

    def _answered(self, call: _Call, response: urllib3.BaseHTTPResponse, read: Callable[[Body], T]) -> T:
        body = _Head(response, self._count)
        said = _answer(body.head)
        if response.status == 429:
            raise self._throttled(call, response, "ratelimited")
        if said is not None and said.get("ok") is not True:
            raise self._refused(call, response, said)
        if response.status >= 500:
            raise _Transient(SourceError(f"{call.subject}: Slack answers with HTTP {response.status}; try again later"))
        if response.status != 200 and not (response.status == 204 and not body.head):
            raise SourceError(f"{call.subject}: unexpected HTTP {response.status} from Slack, {call.quoted(body.head)}")
        if not body.head:
            raise Damaged(f"{call.subject}: Slack's answer is empty, not even a gzip file of no members; try again")
        if said is not None:
            raise Corrupt(f"{call.subject}: Slack answers ok without a file; nothing was read")
        framed = "Content-Length" in response.headers or "Transfer-Encoding" in response.headers
        if not body.head.startswith(GZIP) and not (_looks_like_lines(body.head) and framed):
            raise Corrupt(f"{call.subject}: neither a gzip file nor an answer of Slack's API, {call.quoted(body.head)}")
        return read(body)

    def _refused(
        self, call: _Call, response: urllib3.BaseHTTPResponse, said: dict[str, object]
    ) -> SourceError | _Transient | _Ended:
        code = call.safe(str(said.get("error", "no error code")))
        kind = answers.meaning(code).kind
        if kind is answers.Kind.THROTTLED:
            return self._throttled(call, response, code)
        detail = []
        if code == "missing_scope":
            scopes = said.get("provided") or response.headers.get("x-oauth-scopes")
            detail = [
                f"{name} {call.safe(str(text))}"
                for name, text in (("needed", said.get("needed")), ("granted", scopes))
                if text
            ]
        site = self._settings.public_url
        link = f"{site}/slack/install" if site else None
        error = answers.error(code, call.subject, detail=", ".join(detail), link=link)
        if code in ENDED:
            return _Ended(error, code)
        return _Transient(error) if kind is answers.Kind.TRANSIENT or response.status >= 500 else error

    def _throttled(self, call: _Call, response: urllib3.BaseHTTPResponse, code: str) -> Throttled | _Transient:
        after = _retry_after(response.headers.get("Retry-After", ""))
        left = call.deadline.remaining()
        detail = f"asks to wait {after:.0f} s" if after is not None else ""
        error = answers.error(code, call.subject, detail=detail, retry_after=after)
        assert isinstance(error, Throttled)
        if after is not None and after > min(RETRY_AFTER_CAP, left):
            return error
        return _Transient(error, after)

    def _lost(self, call: _Call, error: Exception) -> SourceError | _Transient:
        host = urlsplit(self._settings.slack_api_url).hostname
        if call.deadline.remaining() <= 0:
            return DeadlineExceeded(
                f"{call.subject}: not complete after {self._settings.deadline:g} s; nothing of it was used."
                " Try again, or raise SLACKANALYTICS_DEADLINE"
            )
        reason = call.safe(_reason(error))
        if _is_distrust(error) or _is_distrust(error.__cause__):
            return SourceError(
                f"{call.subject}: no trustworthy TLS connection to {host} or where it redirects ({reason})"
            )
        incomplete = (urllib3.exceptions.IncompleteRead, http.client.IncompleteRead)
        if isinstance(error, incomplete) or isinstance(error.__cause__, incomplete):
            return _Transient(Corrupt(f"{call.subject}: the transfer ended early ({reason}); nothing of it was used"))
        return _Transient(SourceError(f"{call.subject}: the connection to {host} failed ({reason}); try again later"))

    def _delay(self, state: tenacity.RetryCallState) -> float:
        """Seconds before the next attempt: Slack's wish, else twice as long each time, with jitter."""
        failure = state.outcome.exception() if state.outcome else None
        if isinstance(failure, _Transient) and failure.after is not None:
            return failure.after + self._jitter()
        return min(8.0, 0.5 * 2.0 ** (state.attempt_number - 1)) * (1 + self._jitter()) / 2

    def _sleep(self, seconds: float) -> None:
        self._waiting("another attempt", seconds)
        if self._pause(seconds):
            raise SourceError("cancelled while waiting for another attempt")
        self._count(waited=seconds)

    def _count(self, *, calls: int = 0, size: int = 0, waited: float = 0.0) -> None:
        with self._lock:
            done = self._statistics
            self._statistics = Statistics(done.calls + calls, done.bytes + size, done.waited + waited)


@dataclass(frozen=True, slots=True)
class _Call:
    """One day asked for, and how to speak about it."""

    day: date
    subject: str
    token: Token
    deadline: Deadline

    def safe(self, text: str) -> str:
        """A text from outside, made fit for a message: short, on one line, printable, without the token."""
        shown = self.token.redacted(text)
        return "".join(character if character.isprintable() else "?" for character in shown)[:80]

    def quoted(self, head: bytes) -> str:
        return f"beginning with {self.safe(head.decode('utf-8', 'replace').lstrip())!r}"


class _Head:
    """A body whose beginning has been looked at."""

    def __init__(self, response: urllib3.BaseHTTPResponse, count: Callable[..., None]) -> None:
        self._response = response
        self._count = count
        self.head = self._read(HEAD)
        self._unread = self.head

    def read(self, size: int, /) -> bytes:
        if self._unread:
            piece, self._unread = self._unread[:size], self._unread[size:]
            return piece
        return self._read(size)

    def _read(self, size: int) -> bytes:
        piece = self._response.read(size, decode_content=False)
        self._count(size=len(piece))
        return piece


def _answer(head: bytes) -> dict[str, object] | None:
    """The API's own answer, if that is what a body begins with: in clear, or compressed by something on the way."""
    if head.startswith(GZIP):
        try:
            head = zlib.decompressobj(31).decompress(head, HEAD)
        except zlib.error:
            return None
    for text in (head, head.partition(b"\n")[0]):
        try:
            said = json.loads(text)
        except (ValueError, RecursionError):
            continue
        return said if isinstance(said, dict) and "ok" in said and "user_id" not in said else None
    return None


def _looks_like_lines(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"


def _is_distrust(error: BaseException | None) -> bool:
    """Whether TLS refused the other side, rather than lost the connection."""
    lost = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)
    return isinstance(error, ssl.SSLError) and not isinstance(error, lost)


def _retry_after(text: str) -> float | None:
    """Whole seconds, as Slack sends them; anything else is as good as nothing."""
    text = text.strip()
    return float(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _reason(error: BaseException) -> str:
    """What went wrong, in the operating system's words rather than in those of the library around them."""
    while not (isinstance(error, OSError) and error.strerror) and (inner := error.__cause__ or error.__context__):
        error = inner
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
