"""The SQL page: what there is, a statement, what it would read, its rows, and the role in which it is asked."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, cast

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from athena_federation.dialect.aggregates import AGGREGATES, WINDOW_FUNCTIONS
from athena_federation.dialect.functions import FUNCTIONS
from athena_federation.dialect.lambdas import LAMBDAS
from athena_federation.errors import FederationError
from slackanalytics.adoption import measures
from slackanalytics.adoption.audit import Log
from slackanalytics.adoption.privacy import REASON, Role
from slackanalytics.sandbox.outcomes import Outcome
from slackanalytics.sandbox.places import SAID, Place
from slackanalytics.sandbox.pool import Crowded, Run, Sandbox
from slackanalytics.web import sql_files
from slackanalytics.web.connecting import signed_in
from slackanalytics.web.loading import Loading
from slackanalytics.web.pages import fields, page
from slackanalytics.web.sessions import Session
from slackanalytics.web.sql_tables import Shelf, listed

SHOWN = 1_000
"""Rows on a page; all of them are in the files."""
AT_ONCE = 1.5
"""Seconds for which a page waits before it says that the statement still runs."""
PATIENCE = 5.0
"""Seconds for which the page after that waits."""
KEPT = 1_800.0
"""Seconds for which an answer is kept."""
ROOM = 256 * 2**20
"""Bytes of answers that are kept; beyond that the oldest go."""
FIRST = """\
SELECT department,
       count(DISTINCT employee) AS people,
       count(DISTINCT IF(is_active, employee)) AS active
FROM adoption.member_days
WHERE activity_date >= current_date - INTERVAL '7' DAY
GROUP BY department
ORDER BY people DESC"""
ENDING_TITLES = {
    "refused": "This statement cannot be answered",
    "memory": "This statement needs too much memory",
    "deadline": "This statement took too long",
    "cancelled": "Cancelled",
    "lost": "This statement was ended",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The last statement of a session."""

    run: Run
    role: Role
    at: float
    audited: threading.Event = field(default_factory=threading.Event)

    @property
    def size(self) -> int:
        """Bytes of its rows."""
        outcome = self.run.outcome
        return outcome.table.nbytes if outcome and outcome.table is not None else 0


class Answers:
    """The last statement of each session, for a while. For any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._held: dict[str, Kept] = {}
        self._lock = threading.Lock()

    def keep(self, owner: str, run: Run, role: Role) -> None:
        """Instead of the one before."""
        now = self._clock()
        with self._lock:
            self._held.pop(owner, None)
            self._held = {who: kept for who, kept in self._held.items() if now - kept.at < KEPT}
            while self._held and sum(kept.size for kept in self._held.values()) > ROOM:
                del self._held[next(iter(self._held))]
            self._held[owner] = Kept(run=run, role=role, at=now)

    def find(self, owner: str, role: Role) -> Kept | None:
        """What a session may still see: rows that were asked for in another role are gone with it."""
        with self._lock:
            kept = self._held.get(owner)
        return kept if kept and kept.role is role and self._clock() - kept.at < KEPT else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the page needs."""

    loading: Loading
    sandbox: Sandbox
    shelf: Shelf
    log: Callable[[], Log]
    """Opens the audit log; raises FederationError where there is no place for it, and then nothing is asked."""
    answers: Answers = field(default_factory=Answers)


def routes() -> list[BaseRoute]:
    """Every address of the page."""
    return [
        Route("/sql", shown),
        Route("/sql/role", take_role, methods=["POST"]),
        Route("/sql/run", run, methods=["POST"]),
        Route("/sql/explain", explain, methods=["POST"]),
        Route("/sql/cancel", cancel, methods=["POST"]),
        Route("/sql/result", result),
        Route("/sql/result.csv", as_csv),
        Route("/sql/result.parquet", as_parquet),
    ]


@signed_in
async def shown(request: Request) -> Response:
    """The page before anything is asked, with the statement of a measure where one is named."""
    named = measures().get(request.query_params.get("measure", ""))
    return await _page(request, sql=named.sql if named else FIRST)


@signed_in
async def take_role(request: Request) -> Response:
    """Ask freely from now on, for a reason that is written down; or no longer."""
    given, session = dict(await fields(request)), _session(request)
    wanted = given.get("role", "")
    if wanted not in list(Role):
        raise HTTPException(400)
    role = Role(wanted)
    reason = " ".join(given.get("reason", "").split())[:200]
    if role.may_ask_freely:
        if len(reason) < REASON:
            return await _page(request, 422, sql="", unreasoned=reason or " ", wanted=role)
        what = f"took role {role} on the SQL page"
        await run_in_threadpool(_append, request, who=session.who, role=role, what=what, reason=reason)
    request.app.state.sessions.take_role(request.scope["session_name"], role, reason if role.may_ask_freely else "")
    return RedirectResponse("/sql", 303)


@signed_in
async def run(request: Request) -> Response:
    """Run a statement."""
    return await _submitted(request, "run")


@signed_in
async def explain(request: Request) -> Response:
    """Say what a statement would read."""
    return await _submitted(request, "explain")


async def _submitted(request: Request, ask: Literal["run", "explain"]) -> Response:
    desk, session, role = _desk(request), _session(request), _role(request)
    sql = dict(await fields(request)).get("sql", "").replace("\r\n", "\n")
    standing = desk.loading.standing
    if not role.may_ask_freely:
        return await _page(request, 403, sql=sql)
    if standing.adoption is None:
        return await _page(request, 409, sql=sql)
    try:
        holding = await run_in_threadpool(desk.shelf.holding, standing.adoption, standing.version, role)
        begun = desk.sandbox.submit(holding, sql, owner=session.browser, ask=ask)
    except Crowded as error:
        return await _page(request, 429, sql=sql, crowded=str(error))
    except FederationError as error:
        return await _page(request, 422, sql=sql, outcome=Outcome(ending="refused", text=str(error)))
    desk.answers.keep(session.browser, begun, role)
    await _ended(begun, AT_ONCE)
    return RedirectResponse("/sql/result", 303)


@signed_in
async def cancel(request: Request) -> Response:
    """End the session's statement."""
    desk, kept = _desk(request), _kept(request)
    if kept and not kept.run.done.is_set():
        desk.sandbox.cancel(kept.run)
        await _ended(kept.run, desk.sandbox.limits.grace + 1)
    return RedirectResponse("/sql/result", 303)


@signed_in
async def result(request: Request) -> Response:
    """How the session's last statement stands. With `wait` the answer comes when it has ended, or after a while."""
    kept = _kept(request)
    if kept is None:
        return RedirectResponse("/sql", 303)
    if request.query_params.get("wait"):
        await _ended(kept.run, PATIENCE)
    outcome = kept.run.outcome
    if outcome and kept.run.ask == "run" and outcome.ending in ("answered", "refused") and not kept.audited.is_set():
        # an error may quote what it failed on
        await _audit(request, kept, "asked in SQL" if outcome.table is not None else "asked in SQL, and got an error")
        kept.audited.set()
    answer = await _page(request, sql=kept.run.sql, outcome=outcome, kept=kept)
    if outcome is None:  # this page stays until the one after it, which waits, has something to say
        answer.headers["Refresh"] = "1; url=/sql/result?wait=1"
    return answer


@signed_in
async def as_csv(request: Request) -> Response:
    """The rows, all that were kept."""
    return await _file(request, "csv")


@signed_in
async def as_parquet(request: Request) -> Response:
    """The same, with types."""
    return await _file(request, "parquet")


async def _file(request: Request, kind: Literal["csv", "parquet"]) -> Response:
    kept = _kept(request)
    outcome = kept.run.outcome if kept else None
    if kept is None or outcome is None or outcome.table is None:
        raise HTTPException(404)
    await _audit(request, kept, f"downloaded {kind} of SQL")
    if kind == "csv":
        body: bytes = (await run_in_threadpool(sql_files.csv_text, outcome.table)).encode()
        answer = Response(body, media_type="text/csv")
    else:
        body = await run_in_threadpool(sql_files.parquet, outcome.table)
        answer = Response(body, media_type="application/vnd.apache.parquet")
    name = f"result-first-{outcome.table.num_rows}-rows" if outcome.cut else "result"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return answer


async def _ended(begun: Run, seconds: float) -> None:
    """Wait for the end of a statement, for so long."""
    until = time.monotonic() + seconds
    while not begun.done.is_set() and time.monotonic() < until:  # noqa: ASYNC110 - it is set in a thread, and no thread should wait
        await asyncio.sleep(0.03)


async def _page(
    request: Request,
    status: int = 200,
    *,
    sql: str,
    outcome: Outcome | None = None,
    kept: Kept | None = None,
    **more: Any,
) -> Response:
    desk, role = _desk(request), _role(request)
    standing = desk.loading.standing
    tables: list[Any] = []
    trouble = standing.trouble if standing.adoption is None else None
    if role.may_ask_freely and standing.adoption is not None:
        try:
            holding = await run_in_threadpool(desk.shelf.holding, standing.adoption, standing.version, role)
            desk.sandbox.warm(holding)
            tables = listed(holding)
        except FederationError as error:
            trouble = error
    running = kept is not None and kept.run.outcome is None
    values: dict[str, Any] = {
        "sql": sql,
        "role": role,
        "tables": tables,
        "trouble": trouble,
        "standing": standing,
        "functions": functions(),
        "questions": [(each.name, each.question) for each in measures().values()],
        "limits": desk.sandbox.limits,
        "reason_length": REASON,
        "running": running,
        "ahead": desk.sandbox.ahead(kept.run) if kept and running else 0,
        "began": kept.run.started is not None if kept else False,
        "outcome": outcome,
        "title": ENDING_TITLES.get(outcome.ending, "") if outcome else "",
        "found": found(outcome) if outcome and outcome.table is not None else None,
        "text": SAID.sub("", outcome.text) if outcome and outcome.place else outcome.text if outcome else "",
        "excerpt": excerpt(sql, outcome.place) if outcome and outcome.place and sql else None,
        "elapsed": round(time.monotonic() - kept.run.submitted) if kept and running else 0,
        "height": min(24, max(9, sql.count("\n") + 3)),
        "crowded": None,
        "unreasoned": None,
        "wanted": role,
        **more,
    }
    return page(request, "sql.html", status, **values)


def found(outcome: Outcome) -> dict[str, Any]:
    """The rows as the page shows them."""
    assert outcome.table is not None
    total = outcome.table.num_rows
    numeric = {n for n, (_, kind) in enumerate(outcome.columns) if kind.startswith(NUMERIC)}
    return {
        "rows": [[(v is None, sql_files.cell(v)) for v in row] for row in sql_files.rows(outcome.table, SHOWN)],
        "columns": outcome.columns,
        "numeric": numeric,
        "total": total,
        "shown": min(total, SHOWN),
        "size": outcome.table.nbytes,
    }


def excerpt(sql: str, place: Place) -> tuple[str, str, str]:
    """The line of an error: what is before it, the word that it is about, and what follows."""
    line = sql.split("\n")[place.line - 1]
    at = place.column - 1
    word = WORD.match(line, at)
    end = word.end() if word else at + 1
    start = max(0, at - AROUND)
    return ("…" if start else "") + line[start:at], line[at:end][:AROUND] or " ", line[end : end + AROUND]


AROUND = 60
"""Characters of a line that are shown on either side of an error."""
WORD = re.compile(r"\w+")
NUMERIC = ("bigint", "integer", "smallint", "tinyint", "double", "real", "decimal")


@cache
def functions() -> tuple[str, ...]:
    """Every function that statements may call."""
    return tuple(sorted({*FUNCTIONS, *LAMBDAS, *AGGREGATES, *WINDOW_FUNCTIONS}))


async def _audit(request: Request, kept: Kept, what: str) -> None:
    """Write down what is about to be shown. Raises FederationError where it cannot be: then it is not shown."""
    session, outcome = _session(request), kept.run.outcome
    assert outcome is not None
    await run_in_threadpool(
        _append, request, who=session.who, role=kept.role, what=what, reason=session.reason,
        sql=kept.run.sql, tables=outcome.tables, rows=outcome.table.num_rows if outcome.table is not None else 0,
    )  # fmt: skip


def _append(request: Request, **entry: Any) -> None:
    _desk(request).log().append(**entry)


def _kept(request: Request) -> Kept | None:
    return _desk(request).answers.find(_session(request).browser, _role(request))


def _role(request: Request) -> Role:
    return Role(_session(request).role)


def _desk(request: Request) -> Desk:
    return cast("Desk", request.app.state.sql)


def _session(request: Request) -> Session:
    return cast("Session", request.scope["signed_in"])
