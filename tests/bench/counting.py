"""Measures counted from bits against the same measures in SQL: `python -m tests.bench.counting [--members 10000]`.

One company in memory, the usual thirteen weeks, everybody; the rivals take turns, and the median of the rounds is told.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from datetime import date
from typing import Any

from tests.bench.dashboard_load import NEWEST, company

from slackanalytics.adoption import measures
from slackanalytics.adoption.counting import COUNTING
from slackanalytics.web.filters import usual


def seconds(what: Callable[..., object], *given: Any, **more: Any) -> float:
    """The time of the process, all its threads together."""
    began = time.process_time()
    what(*given, **more)
    return time.process_time() - began


def main() -> None:
    """Measure and tell."""
    words = argparse.ArgumentParser(description=__doc__)
    for name, default in (("members", 10_000), ("days", 395), ("rounds", 5)):
        words.add_argument(f"--{name}", type=int, default=default)
    given = words.parse_args()
    adoption = company(given.members, given.days)
    asked: dict[str, Any] = {
        "since": usual(NEWEST, date.min).since,
        "until": NEWEST,
        "departments": (),
        "guests": False,
    }
    print("| measure | milliseconds in SQL | counted | times sooner |\n|---|---|---|---|")  # noqa: T201
    for name in COUNTING:
        its = measures()[name]
        rounds = [
            (seconds(adoption._computed, its, **asked, by="department"), seconds(adoption._counted, its, **asked))
            for _ in range(given.rounds)
        ]
        sql, counted = (1_000 * statistics.median(each) for each in zip(*rounds, strict=True))
        ratio = statistics.median(one / other for one, other in rounds)
        print(f"| `{name}` | {sql:.0f} | {counted:.1f} | {ratio:.0f} |", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
