"""What the deployment costs: seconds measured here, prices of AWS, and the sum of both.

    python -m tests.bench.lambda_costs --measure    # reads a day as Lambda would, at three sizes
    python -m tests.bench.lambda_costs              # the table of docs/how-to/deploy.md

A function of M megabytes has M / 1,769 of a processor (https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html),
so seconds of processor time here become seconds there by 1,769 / M. Waiting for Slack is added as it is assumed.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from slackanalytics.simulator import Simulator

TODAY = date(2026, 11, 25)
DAY = date(2026, 11, 20)
SIZES = (1_000, 100_000, 500_000)
COLUMNS = (
    "date", "activity_date", "user_id", "email_address", "is_guest", "is_billable_seat", "is_active",
    "messages_posted_count", "channel_messages_posted_count", "reactions_added_count", "files_added_count",
)  # fmt: skip
"""Those of the dashboard's statement."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One day of one organisation, read by the function's handler."""

    fetched: float
    """Seconds of processor time: from Slack's gzip file, verified, kept, sealed, spilled."""
    kept: float
    """The same from a day that is kept."""
    peak: int
    """Megabytes of memory at most, Python and its libraries included."""
    answer: float
    """Megabytes that Athena is given, which is what it calls scanned."""
    stored: float
    """Megabytes of the day in the cache."""


MEASURED: dict[int, Measured] = {
    1_000: Measured(fetched=0.038, kept=0.012, peak=132, answer=0.13, stored=0.034),
    100_000: Measured(fetched=1.199, kept=0.085, peak=230, answer=9.58, stored=2.725),
    500_000: Measured(fetched=4.27, kept=0.288, peak=385, answer=48.12, stored=13.723),
}
"""On 2026-11-25: Python 3.11.7, pyarrow with numpy present, one core of a shared AMD EPYC, the best of three."""

MEMORY = 1_024
"""Megabytes of the function."""
VCPU = 1_769
SLACK = 2.0
"""Seconds of waiting for Slack and of transfer in one fetch, assumed."""
START = 0.8
"""Seconds of a cold start that are paid, assumed for one in ten invocations."""
PRICES = {
    "GB-second of Lambda, arm64": 0.0000133334,
    "million requests of Lambda": 0.20,
    "TB scanned by Athena": 5.00,
    "GB-month in S3": 0.023,
    "KMS key": 1.00,
    "secret": 0.40,
    "alarm": 0.10,
    "GB-month in SPICE": 0.38,
}
"""US dollars in us-east-1, list prices."""
LEAST_SCANNED = 10.0
"""Megabytes that Athena counts for a query at least."""
DASHBOARD_DAYS, QUERY_DAYS, QUERIES, MONTH, KEPT_DAYS = 90, 30, 200, 30, 396
FIXED = {"KMS key": 1, "secret": 2, "alarm": 3}


class Sink:
    """S3, as far as spilling goes: takes blocks and forgets them."""

    def __init__(self) -> None:
        self.bytes = 0

    def put_object(self, *, Body: Any, **_: Any) -> None:  # noqa: N803 - boto3's name
        self.bytes += len(Body)


class Done(BaseException):
    """Ends a reading once the first split is answered."""


def child(settings: dict[str, str]) -> dict[str, float]:
    """One ReadRecords of DAY, in this process; the seconds are those within the handler."""
    from athena_federation import aws
    from athena_federation.engine import Engine
    from athena_federation.predicate import Predicate
    from athena_federation.services import S3Blobs
    from athena_federation.transports import Answer, Remote
    from slackanalytics.connector import connector
    from slackanalytics.settings import Settings

    sink = Sink()
    clients: Any = lambda *_args, **_more: sink  # noqa: E731 - Clients is called
    handler = aws.lambda_handler(connector(Settings.from_environment(settings)), {"spill_bucket": "b"}, clients=clients)
    found: dict[str, float] = {}

    def send(document: bytes) -> Answer:
        begin = time.process_time()
        answer = json.dumps(handler(json.loads(document), None)).encode()
        found["cpu"] = time.process_time() - begin
        if b"ReadRecordsRequest" in document[:200]:
            found["answer"] = (sink.bytes or len(answer)) / 1e6
            raise Done
        return Answer(answer)

    engine = Engine(Remote(send, attempts=1), catalog="c", workers=1, store=S3Blobs(clients))
    table = engine.describe(engine.tables("slackanalytics")[-1])
    layout = engine.layout(table, Predicate())
    days = layout.column("date").to_pylist()
    part = layout.slice(days.index(DAY.isoformat()), 1)
    try:
        list(engine.read(table, columns=list(COLUMNS), partitions=part, predicate=Predicate()))
    except Done:
        found["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


def measure(members: int, rounds: int = 3) -> Measured:
    """The best of some rounds, each in a process of its own; the simulator is in this one."""
    simulator = Simulator(members=members, today=TODAY, rate_limit=None)
    with simulator.serve() as server, tempfile.TemporaryDirectory() as folder:
        fetched: list[dict[str, float]] = []
        kept: list[dict[str, float]] = []
        for number in range(rounds):
            settings = {
                "HOME": folder,
                "SLACKANALYTICS_SLACK_API_URL": server.url,
                "SLACKANALYTICS_SLACK_TOKEN": server.token,
                "SLACKANALYTICS_TODAY": TODAY.isoformat(),
                "SLACKANALYTICS_CACHE_DIR": f"{folder}/{number}",
            }
            for seen in (fetched, kept):
                command = [sys.executable, "-m", "tests.bench.lambda_costs", "--child", json.dumps(settings)]
                seen.append(json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout))
        stored = max(path.stat().st_size for path in Path(folder, "0").rglob("*") if path.is_file()) / 1e6
    return Measured(
        fetched=round(min(each["cpu"] for each in fetched), 3),
        kept=round(min(each["cpu"] for each in kept), 3),
        peak=round(max(each["peak"] for each in fetched + kept)),
        answer=round(fetched[0]["answer"], 2),
        stored=round(stored, 3),
    )


def seconds(processor: float) -> float:
    """Seconds of processor time here, as seconds in a function."""
    return processor * VCPU / MEMORY + START / 10


def invocation(length: float) -> float:
    """Dollars of one invocation."""
    return length * MEMORY / 1024 * PRICES["GB-second of Lambda, arm64"] + PRICES["million requests of Lambda"] / 1e6


def query(measured: Measured, days: int) -> float:
    """Dollars of one query over days that are kept."""
    scanned = max(LEAST_SCANNED, days * measured.answer) / 1e6 * PRICES["TB scanned by Athena"]
    return days * invocation(seconds(measured.kept)) + scanned


def month(measured: Measured) -> dict[str, float]:
    """Dollars of a month: one new day each day, a refresh of the dashboard each day, and analysts' queries."""
    new = MONTH * 2 * invocation(seconds(measured.fetched) + SLACK)  # each day is read again until it has settled
    fixed = sum(PRICES[name] * count for name, count in FIXED.items())
    stored = KEPT_DAYS * measured.stored / 1e3 * PRICES["GB-month in S3"]
    spice = DASHBOARD_DAYS * measured.answer / 1e3 * PRICES["GB-month in SPICE"]
    return {
        "new days": new,
        "dashboard": MONTH * query(measured, DASHBOARD_DAYS) + spice,
        "queries": QUERIES * query(measured, QUERY_DAYS),
        "kept and fixed": fixed + stored,
    }


HEAD = (
    "members", "reading a new day", "a kept day", "memory", "to Athena per day", "one query of 30 days", "new days",
    "dashboard", "200 queries", "kept and fixed", "a month",
)  # fmt: skip


def dollars(amount: float) -> str:
    return f"${amount:,.2f}" if amount >= 0.01 else f"${amount:.4f}"


def table() -> str:
    """The table, as it stands in the how-to."""
    lines = [
        f"| {' | '.join(HEAD)} |",
        "|---" * len(HEAD) + "|",
    ]
    for members, measured in MEASURED.items():
        parts = month(measured)
        cells = [
            f"{members:,}", f"{measured.fetched:.2f} s → {seconds(measured.fetched) + SLACK:.1f} s",
            f"{measured.kept:.2f} s → {seconds(measured.kept):.1f} s", f"{measured.peak} MB", f"{measured.answer:,.1f} MB",
            dollars(query(measured, QUERY_DAYS)), *(dollars(part) for part in parts.values()), f"**{dollars(sum(parts.values()))}**",
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def measurements() -> Iterator[str]:
    for members in SIZES:
        yield f"    {members:_}: {measure(members)},"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--measure", action="store_true")
    parser.add_argument("--child", type=json.loads)
    given = parser.parse_args()
    if given.child:
        sys.stdout.write(json.dumps(child(given.child)))
    elif given.measure:
        for line in measurements():
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
    else:
        sys.stdout.write(table())
