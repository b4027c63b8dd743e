"""
Slack as far as we use it: which answer a call gets, without the network.

Written from Slack's documentation, https://docs.slack.dev/reference/methods/admin.analytics.getFile, and from no client.
"""

from __future__ import annotations

import hmac
import math
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta

from slackanalytics.simulator.activity import FIRST_DAY, MemberFiles
from slackanalytics.simulator.answers import (
    Answer,
    Call,
    Request,
    error_answer,
    file_answer,
    json_answer,
    rate_limited,
    with_scopes,
)
from slackanalytics.simulator.authorizations import (
    CHOICES,
    DEMO_CLIENT_ID,
    DEMO_CLIENT_SECRET,
    Authorizations,
    Issued,
    refused_file,
)
from slackanalytics.simulator.channels import ChannelFiles, gzipped
from slackanalytics.simulator.company import ENTERPRISE_ID, Company, Person
from slackanalytics.simulator.faults import METHODS, SHAPES, FaultPlan, faulty_answer
from slackanalytics.simulator.roster import roster_csv
from slackanalytics.simulator.server import CONSENT, Served, serving

DEMO_TOKEN = "xoxp-example-corp-demo"  # noqa: S105 - documented, and good for the simulator only
"""The user token that a simulator accepts unless it is given another."""

MONTHS_KEPT = 13
"""How far back Slack serves files, counted in calendar months from today."""

GET_FILE = "admin.analytics.getFile"

_WINDOW = 60.0
_USER_TOKENS = ("xoxp-", "xoxe.xoxp-")


def utc_today() -> date:
    """
    The day it is in UTC, which is how Slack counts days.
    """
    return datetime.now(UTC).date()


class Simulator:
    """
    Example Corp's Slack. Serves its analytics files over HTTP, keeps Slack's calendar and rate limit, and errs on request.

    ``today`` is a day or asks for one; ``lag`` is how many days old the newest file is; ``rate_limit`` is how many calls
    a token has per minute and method (Slack's tier 2 is 20), ``None`` for any number; ``faults`` is described in
    `slackanalytics.simulator.faults`. Access can be granted to the app of ``client`` (its ID and secret) on a consent page;
    ``redirect_uris`` are those registered for it, ``None`` any on this machine or behind TLS; with ``rotation`` its tokens
    last twelve hours, and a used refresh token ``grace`` seconds more. Raises `ValueError` for a fault that does not exist or a token that is no user token.
    """

    def __init__(  # noqa: PLR0913 - each is a setting with a sensible default, given by name
        self,
        *,
        members: int = 1000,
        seed: int = 2026,
        today: Callable[[], date] | date = utc_today,
        token: str = DEMO_TOKEN,
        rate_limit: int | None = 20,
        faults: Mapping[str, str] | None = None,
        lag: int = 2,
        client: tuple[str, str] = (DEMO_CLIENT_ID, DEMO_CLIENT_SECRET),
        redirect_uris: Sequence[str] | None = None,
        rotation: bool = False,
        grace: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        if not token.startswith(_USER_TOKENS):
            raise ValueError(f"the simulator's token is a user token and begins with {' or '.join(_USER_TOKENS)}")
        self.company = Company(members, seed)
        self.token = token
        self.client = client
        self._files = MemberFiles(self.company)
        self._channels = ChannelFiles(self.company)
        self._today = today
        self._lag = timedelta(days=lag)
        self._faults = FaultPlan(faults or {})
        self._limit = None if rate_limit is None else _RateLimit(rate_limit, clock)
        self.authorizations = Authorizations(
            seed=seed,
            client=client,
            user_id=self._administrator().user_id,
            redirect_uris=redirect_uris,
            rotation=rotation,
            grace=grace,
            clock=clock,
        )
        self._revoked: str | None = None
        self._clock = clock
        self._sleep = sleep
        self._calls: list[Call] = []
        self._lock = threading.Lock()

    @property
    def calls(self) -> tuple[Call, ...]:
        """
        Every call answered so far, in order.
        """
        with self._lock:
            return tuple(self._calls)

    @property
    def today(self) -> date:
        """
        The day the simulator takes it to be.
        """
        return self._today() if callable(self._today) else self._today

    @property
    def oldest(self) -> date:
        """
        The oldest day whose file is still served.
        """
        return max(FIRST_DAY, months_before(self.today, MONTHS_KEPT))

    @property
    def newest(self) -> date:
        """
        The newest day whose file is already served.
        """
        return self.today - self._lag

    def day_file(self, day: date) -> Iterator[bytes]:
        """
        The sound member file of any day as gzip, in pieces.
        """
        return self._files.gzipped(day)

    def roster_csv(self, *, history: bool = False) -> str:
        """
        Example Corp's ``HR_dataset.csv`` as of today.
        """
        return roster_csv(self.company, self.today, history=history)

    def serve(self, port: int = 0) -> AbstractContextManager[Served]:
        """
        Serve on 127.0.0.1 for as long as the context lasts; port 0 takes any free one.
        """
        return serving(self, port, self._sleep)

    def answer(self, request: Request) -> Answer:
        """
        The answer to a call, which is also put on record.
        """
        answer = self._answer(request)
        answered = answer.delivery is None or answer.delivery.kind not in ("reset", "fin", "hang")
        call = Call(
            method=request.method,
            day=request.arguments.get("date"),
            status=answer.status if answered else 0,
            time=self._clock(),
            error=answer.error,
            carried_token=request.token is not None,
        )
        with self._lock:
            self._calls.append(call)
        return answer

    def revoke(self, code: str = "token_revoked") -> None:
        """
        End every token at once, as an administrator can at Slack: from now on they are answered with this error code.
        """
        self._revoked = code
        self.authorizations.withdraw(code)

    def _answer(self, request: Request) -> Answer:
        match request.method:
            case "files":
                return self._moved_file(request)
            case _ if request.method == CONSENT:
                return self.authorizations.consent(request)
            case "oauth.v2.access":
                return self._exchange(request)
            case method if method not in (GET_FILE, *METHODS):
                return error_answer("unknown_method")
        refusal = request.complaint or self._refusal(request)
        if refusal is not None:
            return error_answer(refusal)
        issued = self.authorizations.issued(request.token or "")
        answer = self._granted(request, issued)
        return (
            with_scopes(answer, issued.grant.bot_scope if issued.is_bot else issued.grant.scope) if issued else answer
        )

    def _exchange(self, request: Request) -> Answer:
        fault = self._faults.step(request.method)
        if fault is not None and fault.kind not in SHAPES:
            return faulty_answer(fault, request, self.today, lambda: b"{}\n")
        if request.complaint:
            return error_answer(request.complaint)
        return self.authorizations.access(request, fault.kind if fault else "")

    def _granted(self, request: Request, issued: Issued | None) -> Answer:
        """
        The answer to a call with a good token.
        """
        if request.method in METHODS:
            fault = self._faults.step(request.method)
            if fault is not None:
                return faulty_answer(fault, request, self.today, lambda: b"{}\n")
        match request.method:
            case "auth.test":
                return self._identity(issued)
            case "auth.revoke":
                return self._revocation(request, issued)
            case "apps.uninstall":
                return self._removal(request, issued)
        if self._limit is not None and (wait := self._limit.wait(request.method)):
            return rate_limited(str(wait))
        return self._file(request)

    def _refusal(self, request: Request) -> str | None:
        """
        The error code for a token that is not good, or `None`.
        """
        token = request.token
        if not token:
            return "not_authed"
        if issued := self.authorizations.issued(token):
            return issued.refusal or (refused_file(issued) if request.method == GET_FILE else None)
        if token.startswith("xoxb-"):
            return "not_allowed_token_type"
        return self._revoked if hmac.compare_digest(token.encode(), self.token.encode()) else "invalid_auth"

    def _administrator(self) -> Person:
        return next(self.company.people(self.today, self.today))

    def _identity(self, issued: Issued | None) -> Answer:
        administrator = self._administrator()
        place = issued.grant.place if issued else CHOICES[0]
        wide = place.kind == "organisation"
        document: dict[str, object] = {
            "ok": True,
            "url": "https://example-corp.enterprise.slack.com/",
            "team": place.name,
            "user": administrator.slack_email.partition("@")[0],
            "team_id": place.id,
            "user_id": issued.grant.user_id if issued else administrator.user_id,
            "enterprise_id": place.id if wide else ENTERPRISE_ID,
            "is_enterprise_install": wide,
        }
        if issued and (left := self.authorizations.seconds_left(issued)) is not None:
            document["expires_in"] = left
        return json_answer(document)

    def _revocation(self, request: Request, issued: Issued | None) -> Answer:
        if request.arguments.get("test", "") in ("1", "true"):
            return json_answer({"ok": True, "revoked": False})
        if issued:
            self.authorizations.revoke(request.token or "")
        else:
            self._revoked = "token_revoked"
        return json_answer({"ok": True, "revoked": True})

    def _removal(self, request: Request, issued: Issued | None) -> Answer:
        shown = request.basic or (request.arguments.get("client_id", ""), request.arguments.get("client_secret", ""))
        if shown[0] != self.client[0]:
            return error_answer("invalid_client_id")
        if shown != self.client:
            return error_answer("bad_client_secret")
        if issued is None:
            return error_answer("client_id_token_mismatch")
        if issued.is_bot:
            return error_answer("no_permission")
        self.authorizations.withdraw("account_inactive")
        return json_answer({"ok": True})

    def _file(self, request: Request) -> Answer:
        arguments = request.arguments
        kind, day_text = arguments.get("type"), arguments.get("date")
        if kind is None:
            return error_answer("invalid_arguments")
        if kind not in ("member", "public_channel"):
            return error_answer("invalid_type")
        if arguments.get("metadata_only", "false").lower() in ("true", "1"):
            if kind == "member":
                return error_answer("metadata_not_available")
            if day_text is not None:
                return error_answer("metadata_only_does_not_support_date")
            name = f"Example Corp Public Channel Metadata {self.today}.json.gz"
            return file_answer(gzipped(self._channels.metadata(self.today)), name)
        if day_text is None:
            return error_answer("invalid_arguments")
        day = parse_day(day_text)
        if day is None:
            return error_answer("invalid_date")
        fault = self._faults.step(day.isoformat(), "*")
        if fault is not None:
            files = self._files if kind == "member" else self._channels
            return faulty_answer(fault, request, day, lambda: b"".join(files.lines(day)))
        return self._published(kind, day)

    def _published(self, kind: str, day: date) -> Answer:
        if day < self.oldest:
            return error_answer("data_not_available")
        if day > self.newest:
            return error_answer("file_not_yet_available")
        if kind == "public_channel":
            name = f"Example Corp Public Channel Analytics {day}.json.gz"
            return file_answer(gzipped(self._channels.lines(day)), name)
        return file_answer(self._files.gzipped(day), f"Example Corp Member Analytics {day}.json.gz")

    def _moved_file(self, request: Request) -> Answer:
        """
        The file behind a redirect, which needs no token: its address is the permission.
        """
        day = parse_day(request.arguments.get("date", ""))
        return error_answer("file_not_found") if day is None else self._published("member", day)


class _RateLimit:
    """
    So many calls in any minute for each method; refused calls do not count.
    """

    def __init__(self, limit: int, clock: Callable[[], float]) -> None:
        self._limit = limit
        self._clock = clock
        self._times: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def wait(self, method: str) -> int:
        """
        How many whole seconds to wait before this call, 0 if it is admitted.
        """
        with self._lock:
            now, times = self._clock(), self._times.setdefault(method, deque())
            while times and times[0] <= now - _WINDOW:
                times.popleft()
            if len(times) < self._limit:
                times.append(now)
                return 0
            return math.ceil(times[0] + _WINDOW - now) if times else int(_WINDOW)


def parse_day(text: str) -> date | None:
    """
    A day written ``YYYY-MM-DD``, or `None` for any other text.
    """
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def months_before(day: date, months: int) -> date:
    """
    The same day of the month so many months earlier, or the last day of that month if it is shorter.
    """
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    following = date(year + month // 11, (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), following - timedelta(days=1))
