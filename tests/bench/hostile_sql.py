"""What others feel while hostile statements run: `python -m tests.bench.hostile_sql [--times 60]`.

Two things are timed, first in quiet and then beside three sessions that send costly statements without a pause: a question
of the dashboard asked in this process, not from its memory of answers, and a short statement on the SQL page's sandbox.
Told are the 95th percentiles, and whether the source file and everybody's answers stayed as they were.
"""

from __future__ import annotations

import argparse
import statistics
import threading
import time
from collections.abc import Callable
from datetime import date, timedelta

import duckdb
from tests.contract.sandbox.tables import FIRST, held, member_days, statements

from slackanalytics.sandbox.holding import Holding
from slackanalytics.sandbox.limits import Limits
from slackanalytics.sandbox.pool import Crowded, Sandbox

ACCOUNTS, DAYS = 1_000, 90
QUESTION = (
    "SELECT department, count(DISTINCT user_id), count(DISTINCT user_id) FILTER (is_active) FROM days"
    " WHERE activity_date BETWEEN ? AND ? GROUP BY 1"
)
SHORT = (
    "SELECT department, count(DISTINCT user_id) AS n FROM adoption.member_days WHERE date >= '2026-11-01' GROUP BY 1"
)
THINK = 0.25


def percentile(times: list[float]) -> float:
    """The 95th, in milliseconds."""
    return 1_000 * statistics.quantiles(times, n=20, method="inclusive")[-1]


def timed(what: Callable[[int], None], times: int) -> list[float]:
    """How long it takes, again and again with pauses to think."""
    found = []
    for number in range(times):
        began = time.perf_counter()
        what(number)
        found.append(time.perf_counter() - began)
        time.sleep(THINK)
    return found


def hostile(sandbox: Sandbox, holding: Holding, stop: threading.Event, number: int, ended: list[float]) -> None:
    """One costly statement after the other."""
    costly = statements("costly")
    while not stop.is_set():
        number += 3
        try:
            ended.append(sandbox.ask(holding, costly[number % len(costly)], owner=f"mallory {number % 3}").seconds)
        except Crowded:
            time.sleep(0.1)


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=60)
    times = parser.parse_args().times
    holding, limits = held(ACCOUNTS, DAYS), Limits(deadline=5.0)
    dashboard = duckdb.connect()
    dashboard.register("incoming", member_days(ACCOUNTS, DAYS))
    dashboard.execute("CREATE TABLE days AS FROM incoming")

    def question(number: int) -> None:
        first: date = FIRST + timedelta(days=number % 30)
        dashboard.execute(QUESTION, [first, first + timedelta(days=45)]).fetchall()

    with Sandbox(limits) as sandbox:

        def short(_number: int) -> None:
            while sandbox.ask(holding, SHORT, owner="ada").table is None:
                pass

        short(0)
        quiet = {"dashboard": percentile(timed(question, times)), "SQL": percentile(timed(short, times))}
        stop = threading.Event()
        ended: list[float] = []
        threads = [threading.Thread(target=hostile, args=(sandbox, holding, stop, n, ended)) for n in range(3)]
        for thread in threads:
            thread.start()
        time.sleep(2)
        loud = {"dashboard": percentile(timed(question, times)), "SQL": percentile(timed(short, times))}
        stop.set()
        for thread in threads:
            thread.join()
    for name, before in quiet.items():
        print(f"{name:<10} p95 {before:7.1f} ms in quiet, {loud[name]:7.1f} ms beside: {loud[name] / before:.2f} times")  # noqa: T201
    late = max(ended) - limits.deadline - limits.grace
    print(f"{len(ended)} hostile statements, the slowest {max(ended):.2f} s, {late:+.2f} s against deadline + 1 s")  # noqa: T201


if __name__ == "__main__":
    main()
