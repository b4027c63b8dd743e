"""The application's side: statements wait their turn, go to a worker, and end when their time is over, whatever they do.

A statement has ended at the latest one second after its deadline: its worker is asked to stop, and killed if it does
not answer. Each statement has a DuckDB instance of its own; a worker that was stopped or ran out of memory is never
used again.
"""

from __future__ import annotations

import itertools
import logging
import os
import select
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Self

from athena_federation.errors import FederationError, QueryError
from slackanalytics.sandbox import frames
from slackanalytics.sandbox.confinement import LAYERS
from slackanalytics.sandbox.holding import Holding
from slackanalytics.sandbox.limits import Limits
from slackanalytics.sandbox.outcomes import Outcome, told

log = logging.getLogger("slackanalytics.sandbox")

TICK = 0.02
"""Seconds between two looks whether a statement is to end."""
SLACK = 4 * 2**20
"""Bytes by which an answer may be longer on the way than its rows are."""
LOOK = 0.1
"""Seconds between two looks whether a statement that waits may begin."""
USES = 200
"""Statements after which a worker is replaced."""
ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}
"""All that a worker knows of this process's environment."""

Ask = Literal["run", "explain"]


class Crowded(FederationError):
    """Too many statements are waiting, or this owner's last one has not ended."""


@dataclass(eq=False, slots=True, kw_only=True)
class Run:
    """One statement, from when it is handed in."""

    holding: Holding
    sql: str
    owner: str
    now: datetime
    ask: Ask
    number: int
    submitted: float
    started: float | None = None
    cancelled: bool = False
    done: threading.Event = field(default_factory=threading.Event)
    outcome: Outcome | None = None


class Worker:
    """One process. Not for several threads at once."""

    def __init__(self, holding: Holding, limits: Limits) -> None:
        """Raises frames.Silence when it cannot be started."""
        self.holding, self.limits, self.uses = holding, limits, 0
        self.line, theirs = socket.socketpair()
        told = holding.told()
        descriptors = [theirs.fileno(), *(table["descriptor"] for table in told["tables"])]
        command = [sys.executable, "-I", "-m", "slackanalytics.sandbox.worker"]
        arguments = [str(os.getpid()), str(theirs.fileno())]
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 - ours, with numbers of ours
                [*command, *arguments], pass_fds=descriptors, env=ENVIRONMENT, cwd="/",
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        os.setpriority(os.PRIO_PROCESS, self.process.pid, min(19, os.nice(0) + limits.niceness))
        given = {
            "memory": limits.memory,
            "address_space": limits.headroom * limits.memory,
            "processor": int(limits.deadline + limits.grace) + 2,
            "rows": limits.rows,
            "size": limits.size,
        }
        try:
            frames.send(self.line, {**told, "limits": given})
            said, _ = frames.receive(self.line, most=0, until=time.monotonic() + limits.start)
            self.layers = tuple(str(layer) for layer in said["layers"])
        except (frames.Silence, KeyError) as error:
            self.kill()
            raise frames.Silence("the worker did not start") from error

    def begin(self, run: Run) -> None:
        """Hand it a statement."""
        self.uses += 1
        frames.send(self.line, {"ask": run.ask, "sql": run.sql, "now": run.now.isoformat()})

    def stop(self) -> None:
        """Ask it to end what it does."""
        frames.send(self.line, {"ask": "stop"})

    def speaks(self, seconds: float) -> bool:
        """Whether it says something within so many seconds."""
        waiting = select.poll()  # which knows descriptors beyond 1,024, too
        waiting.register(self.line, select.POLLIN)
        return bool(waiting.poll(1_000 * seconds))

    def demote(self) -> None:
        """Have what it does now stand behind everything else; what it does next begins anew, from its first thread."""
        with suppress(OSError):
            for entry in Path(f"/proc/{self.process.pid}/task").iterdir():
                if int(entry.name) != self.process.pid:
                    os.setpriority(os.PRIO_PROCESS, int(entry.name), 19)

    def kill(self) -> None:
        """End it now."""
        self.process.kill()
        self.process.wait()
        self.line.close()


class Sandbox:
    """Runs statements. Any thread may ask."""

    def __init__(
        self, limits: Limits | None = None, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.limits = limits or Limits()
        self.clock = clock
        self.layers: tuple[str, ...] | None = None
        """What workers have given up; None before the first one has told."""
        self._numbers = itertools.count(1)
        self._waiting: deque[Run] = deque()
        self._running: set[Run] = set()
        self._owners: dict[str, Run] = {}
        self._long: dict[str, float] = {}
        """Owners, and when a long statement of theirs ended."""
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()
        self._closed = False
        self._changed = threading.Condition()
        self._threads = [
            threading.Thread(target=self._serve, name=f"sandbox-{n}", daemon=True) for n in range(self.limits.at_once)
        ]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End every statement and every worker."""
        with self._changed:
            self._closed = True
            for run in [*self._waiting, *self._owners.values()]:
                run.cancelled = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(self.limits.grace + 5)
        for worker in [*self._idle, *self._busy]:
            worker.kill()

    def submit(self, holding: Holding, sql: str, *, owner: str, ask: Ask = "run") -> Run:
        """
        Hand in a statement. It begins when those before it have ended.

        Raises:
            Crowded: the owner's last statement has not ended, or too many others wait.
            QueryError: it is longer than a statement may be.
        """
        if len(sql) > self.limits.characters:
            raise QueryError(f"the statement has {len(sql):,} characters; it may have {self.limits.characters:,}")
        if not readable(sql):
            raise QueryError("the statement holds characters that are none, like half of a pair or a NUL")
        with self._changed:
            if owner in self._owners:
                raise Crowded("your last statement has not ended; wait for it, or cancel it")
            if len(self._waiting) >= self.limits.waiting or self._closed:
                raise Crowded(f"{len(self._waiting)} statements are waiting already; try again in a minute")
            run = Run(
                holding=holding, sql=sql, owner=owner, now=self.clock(), ask=ask, number=next(self._numbers),
                submitted=time.monotonic(),
            )  # fmt: skip
            self._owners[owner] = run
            self._waiting.append(run)
            self._changed.notify()
        return run

    def ask(self, holding: Holding, sql: str, *, owner: str = "", ask: Ask = "run") -> Outcome:
        """Hand in a statement and wait for its end. Raises as `submit`."""
        run = self.submit(holding, sql, owner=owner, ask=ask)
        run.done.wait()
        assert run.outcome is not None
        return run.outcome

    def warm(self, holding: Holding) -> None:
        """Have a worker ready for these tables, before somebody waits for it."""
        with self._changed:
            ready = any(worker.holding is holding for worker in (*self._idle, *self._busy))
        if not ready:
            with suppress(Crowded):
                self.submit(holding, "SELECT 1", owner=OURSELVES, ask="explain")

    def ahead(self, run: Run) -> int:
        """How many statements wait before this one."""
        with self._changed:
            return self._waiting.index(run) if run in self._waiting else 0

    def cancel(self, run: Run) -> None:
        """End a statement that waits or runs; it has ended within a second."""
        with self._changed:
            run.cancelled = True
            if run in self._waiting:
                self._waiting.remove(run)
                self._end(run, Outcome(ending="cancelled", text=CANCELLED))

    # ── in the threads ─────────────────────────────────────────────────────────────────────────────────────────────

    def _serve(self) -> None:
        while True:
            with self._changed:
                while not self._closed and (next_ := self._next()) is None:
                    self._changed.wait(LOOK if self._waiting else None)
                if self._closed:
                    for run in self._waiting:
                        self._end(run, Outcome(ending="cancelled", text=CANCELLED))
                    self._waiting.clear()
                    return
                assert next_ is not None
                run = next_
                self._waiting.remove(run)
                self._running.add(run)
            try:
                outcome = self._run(run)
            except Exception as error:  # noqa: BLE001 - the thread must live on
                log.error("a statement was lost: %s", type(error).__name__)  # noqa: TRY400 - its message may quote it
                outcome = Outcome(ending="lost", text=LOST)
            with self._changed:
                self._running.discard(run)
                if outcome.seconds >= self.limits.long or outcome.ending in ("memory", "lost"):
                    self._long[run.owner] = time.monotonic()
                self._end(run, outcome)
                self._changed.notify_all()
                wanted = outcome.ending in SPENT and not self._waiting and not self._idle and not self._closed
            if wanted:
                self._prepare(run.holding)

    def _next(self) -> Run | None:
        """
        The first that waits and may begin.

        Of those that have just begun there are a few at a time; and of owners who have taken long lately, so that
        whoever asks a short question finds room beside them.
        """
        now = time.monotonic()
        self._long = {owner: at for owner, at in self._long.items() if now - at < self.limits.penance}
        heavy = sum(run.owner in self._long for run in self._running)
        begun = sum(
            run.started is None or now - run.started < self.limits.long
            for run in self._running
            if run.owner not in self._long
        )
        if begun >= self.limits.young:
            return None
        crowded = heavy >= self.limits.heavy
        return next((run for run in self._waiting if not (crowded and run.owner in self._long)), None)

    def _end(self, run: Run, outcome: Outcome) -> None:
        self._owners.pop(run.owner, None)
        run.outcome = outcome
        run.done.set()

    def _run(self, run: Run) -> Outcome:
        with self._changed:
            heavy = run.owner in self._long
        try:
            worker = self._taken(run.holding, spare=heavy) or self._started(run.holding)
        except frames.Silence:
            log.error("no worker for SQL could be started")  # noqa: TRY400 - there is nothing more to tell
            return Outcome(ending="lost", text=UNSTARTED)
        with self._changed:
            self._busy.add(worker)
        run.started = time.monotonic()
        outcome: Outcome | None = None
        try:
            outcome = self._watched(worker, run, patience=0.0 if heavy else self.limits.long)
        finally:
            with self._changed:
                self._busy.discard(worker)
            if outcome is None or outcome.ending in SPENT or worker.uses >= USES:
                worker.kill()
            else:
                self._keep(worker)
        return outcome

    def _watched(self, worker: Worker, run: Run, *, patience: float) -> Outcome:
        """
        One statement in one worker: answered, or ended by the deadline or by its owner.

        After `patience` seconds it stands behind all others.
        """
        began = time.monotonic()
        due, kill, demoted = began + self.limits.deadline, None, False
        try:
            worker.begin(run)
            while not worker.speaks(TICK):
                now = time.monotonic()
                if not demoted and now - began >= patience:
                    demoted = True
                    worker.demote()
                if kill is None and (run.cancelled or now >= due):
                    kill = min(now, due) + self.limits.grace
                    worker.stop()
                elif kill is not None and now >= kill:
                    return self._ended(run, began, killed=True)
            until = kill if kill is not None else due + self.limits.grace
            said, body = frames.receive(worker.line, most=self.limits.size + SLACK, until=until)
            if said.get("outcome") == "stopped":
                return self._ended(run, began, killed=False)
            return told(said, body, time.monotonic() - began, self.limits)
        except frames.Silence:
            return self._ended(run, began, killed=True)

    def _ended(self, run: Run, began: float, *, killed: bool) -> Outcome:
        """What to say of a statement that gave no answer."""
        seconds = time.monotonic() - began
        if run.cancelled:
            return Outcome(ending="cancelled", text=CANCELLED, seconds=seconds, killed=killed)
        if seconds >= self.limits.deadline:
            text = f"the statement was ended after {self.limits.deadline:g} seconds; ask for fewer days or rows, or a simpler question"
            return Outcome(ending="deadline", text=text, seconds=seconds, killed=killed)
        return Outcome(ending="lost", text=LOST, seconds=seconds, killed=killed)

    def _taken(self, holding: Holding, *, spare: bool) -> Worker | None:
        """
        An idle worker that holds these tables; with `spare` the last one is left to others.

        Those that hold the same role's older tables are ended.
        """
        with self._changed:
            old = [each for each in self._idle if each.holding is not holding and each.holding.label == holding.label]
            self._idle = [each for each in self._idle if each not in old]
            fit = [each for each in self._idle if each.holding is holding][spare:]
            if fit:
                self._idle.remove(fit[-1])
        for worker in old:
            worker.kill()
        return fit[-1] if fit else None

    def _started(self, holding: Holding) -> Worker:
        """A new worker. Raises frames.Silence."""
        worker = Worker(holding, self.limits)
        if self.layers is None:
            self.layers = worker.layers
            if missing := [layer for layer in LAYERS if layer not in worker.layers]:
                log.warning("workers for SQL go without what this system does not have: %s", ", ".join(missing))
        return worker

    def _keep(self, worker: Worker) -> None:
        """Have it wait for the next statement; a few do at a time."""
        with self._changed:
            self._idle.append(worker)
            over = [self._idle.pop(0)] if len(self._idle) > self.limits.young else []
            if self._closed:
                over, self._idle = [*over, *self._idle], []
        for each in over:
            each.kill()

    def _prepare(self, holding: Holding) -> None:
        """Have a worker ready before somebody waits for it."""
        try:
            self._keep(self._started(holding))
        except frames.Silence:
            log.error("no worker for SQL could be started")  # noqa: TRY400 - there is nothing more to tell


OURSELVES = "slackanalytics"
"""The owner of statements that only wake a worker."""
SPENT = ("memory", "deadline", "cancelled", "lost")
"""Endings after which a worker is not used again."""
CANCELLED = "the statement was cancelled"
UNSTARTED = "the process for statements could not be started; nothing was run"
LOST = "the statement was ended with its process: it took more memory, or was nested more deeply, than it may; ask for fewer days or columns"


def readable(sql: str) -> bool:
    """Whether a text is Unicode that can be written down."""
    return "\0" not in sql and not any(0xD800 <= ord(char) <= 0xDFFF for char in sql)
