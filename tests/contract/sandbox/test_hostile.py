"""Statements that mean no good: each is refused by name, or ended in time; nothing leaks, and others are served."""

from __future__ import annotations

import hashlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.contract.sandbox.tables import HIDDEN, held, statements

from athena_federation.errors import QueryError
from slackanalytics.sandbox.holding import Holding
from slackanalytics.sandbox.limits import Limits
from slackanalytics.sandbox.outcomes import Outcome
from slackanalytics.sandbox.pool import Sandbox

REFUSED = ("files", "statements", "hidden_in_queries", "information", "other_tables", "malformed")
INNOCENT = "SELECT count(*) AS n FROM adoption.member_days WHERE date = '2026-09-02'"
CANARY = "canary-file-2c90"
QUICK = Limits(deadline=1.0, memory=256 * 2**20)
CALM = 1.5
"""Seconds by which a busy machine may be late in noticing."""


@dataclass
class Ground:
    """A sandbox, and what must not be touched."""

    sandbox: Sandbox
    holding: Holding
    file: Path
    port: int
    visits: list[object]

    def meant(self, sql: str) -> str:
        return sql.replace("{canary}", str(self.file)).replace("{port}", str(self.port))


@pytest.fixture(scope="module")
def holding() -> Holding:
    return held(300, 40)


@pytest.fixture(scope="module")
def ground(holding: Holding, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    file = tmp_path_factory.mktemp("source") / "source.duckdb"
    file.write_text(f"user_id,secret\nW1,{CANARY}\n")
    visits: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as listening, Sandbox(QUICK) as sandbox:
        listening.settimeout(0.05)
        stop = threading.Event()

        def watch() -> None:
            while not stop.is_set():
                try:
                    visits.append(listening.accept())
                except TimeoutError:
                    continue

        watcher = threading.Thread(target=watch)
        watcher.start()
        yield Ground(sandbox, holding, file, listening.getsockname()[1], visits)
        stop.set()
        watcher.join()


def leaked(outcome: Outcome, *secrets: str) -> list[str]:
    """Which secrets an outcome tells."""
    rows = [] if outcome.table is None else [str(v) for column in outcome.table.columns for v in column.to_pylist()]
    told = "\n".join([outcome.text, *rows, *(name for name, _ in outcome.columns)])
    return [secret for secret in secrets if secret in told]


def in_time(outcome: Outcome, limits: Limits) -> bool:
    """Whether it had ended a second after its deadline."""
    return outcome.seconds <= limits.deadline + limits.grace + CALM


def others_are_served(ground: Ground) -> bool:
    """Whether somebody else gets an answer; a machine that is busy with other tests may need to be asked again."""
    for _ in range(4):
        outcome = ground.sandbox.ask(ground.holding, INNOCENT, owner="ada")
        if outcome.table is not None:
            return bool(outcome.table.to_pylist() == [{"n": 300}])
    return False


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_corpus_is_large() -> None:
    assert sum(len(statements(name)) for name in (*REFUSED, "costly")) > 350


@pytest.mark.parametrize("name", REFUSED)
def test_each_statement_is_refused_by_name_and_nothing_is_touched(ground: Ground, name: str) -> None:
    before, beside = digest(ground.file), sorted(ground.file.parent.iterdir())
    answered = []
    for sql in map(ground.meant, statements(name)):
        outcome = ground.sandbox.ask(ground.holding, sql, owner="mallory")
        if outcome.ending != "refused" or not outcome.text:
            answered.append((sql, outcome.ending, outcome.text))
        assert leaked(outcome, CANARY, HIDDEN, "root:") == []
    assert answered == []
    assert digest(ground.file) == before
    assert sorted(ground.file.parent.iterdir()) == beside
    assert ground.visits == []
    assert others_are_served(ground)


def test_a_megabyte_is_not_even_looked_at(ground: Ground) -> None:
    with pytest.raises(QueryError, match="1,000,000 characters; it may have 10,000"):
        ground.sandbox.submit(ground.holding, "SELECT 1 " + " " * (1_000_000 - 9), owner="mallory")


@pytest.mark.parametrize("sql", ["SELECT '\ud800'", "SELECT 1\0"])
def test_what_is_no_text_is_refused(ground: Ground, sql: str) -> None:
    with pytest.raises(QueryError, match="characters that are none"):
        ground.sandbox.submit(ground.holding, sql, owner="mallory")


COSTLY = statements("costly")
TELLING = [0, 2, 5, 10, 12, 14, 31, 35]
"""A few of them of different kinds, for every run of the tests; all of them are a slow test."""


@pytest.mark.parametrize("number", TELLING)
def test_what_costs_too_much_is_ended_in_time(ground: Ground, number: int) -> None:
    ended(ground, COSTLY[number])


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("number", [n for n in range(len(COSTLY)) if n not in TELLING])
def test_all_that_costs_too_much_is_ended_in_time(ground: Ground, number: int) -> None:
    ended(ground, COSTLY[number])


def ended(ground: Ground, sql: str) -> None:
    outcome = ground.sandbox.ask(ground.holding, sql, owner="mallory")
    assert in_time(outcome, QUICK), (outcome.ending, outcome.seconds)
    assert outcome.ending in ("refused", "answered", "deadline", "memory", "lost"), outcome
    if outcome.table is not None:
        assert outcome.table.num_rows <= QUICK.rows
        assert outcome.table.nbytes <= QUICK.size
    assert others_are_served(ground)


# ── the checks can fail ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_sandbox_that_does_not_kill_would_be_noticed(holding: Holding) -> None:
    limits = Limits(deadline=0.5, grace=600.0, memory=QUICK.memory)
    with Sandbox(limits) as patient:
        run = patient.submit(holding, COSTLY[10], owner="mallory")
        while run.started is None:
            time.sleep(0.05)
        assert not run.done.wait(limits.deadline + QUICK.grace + CALM + 0.5)
        for worker in patient._busy:
            worker.process.kill()


def test_a_hidden_table_that_is_loaded_would_be_noticed() -> None:
    with Sandbox(QUICK) as sandbox:
        outcome = sandbox.ask(held(2, 2, salaries=True), "SELECT * FROM secret.salaries", owner="mallory")
    assert leaked(outcome, HIDDEN) == [HIDDEN]


def test_an_answer_that_comes_late_would_be_noticed() -> None:
    assert not in_time(Outcome(ending="answered", seconds=QUICK.deadline + QUICK.grace + CALM + 0.1), QUICK)
    assert in_time(Outcome(ending="deadline", seconds=QUICK.deadline), QUICK)
    assert time.monotonic() > 0
