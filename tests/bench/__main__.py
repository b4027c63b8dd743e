"""Ratios, side by side in one run: `make bench`, or `python -m tests.bench --members 100000 --rounds 5`.

Every run is a fresh process; the rivals of a comparison take turns; a ratio is taken inside each round, and the median
of the rounds is told. Milliseconds belong to a machine, ratios carry over.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path

from tests.bench.rivals import DAY

from slackanalytics.database import connect
from slackanalytics.simulator import Simulator

TODAY = date(2026, 11, 23)
COMPARISONS = (
    ("Reading a day, all columns, verified", "floor", ("ours", "naive")),
    ("A query over 20 kept days, imports included", "duckdb_json", ("query", "plan", "duckdb_alone")),
    ("What a Lambda imports", "essentials", ("handler",)),
)


def run(name: str, folder: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.rivals", name, str(folder)]
    return dict(json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout))


def prepare(folder: Path, members: int) -> None:
    """Member files, and a cache that holds them."""
    simulator = Simulator(members=members, today=TODAY, rate_limit=None)
    (folder / "raw").mkdir()
    for day in [DAY, *(date(2026, 10, 20) + timedelta(days=n) for n in range(20))]:
        (folder / "raw" / f"{day}.json.gz").write_bytes(b"".join(simulator.day_file(day)))
    (folder / "day.json.gz").write_bytes((folder / "raw" / f"{DAY}.json.gz").read_bytes())
    with simulator.serve() as server:
        settings = {
            "SLACKANALYTICS_SLACK_API_URL": server.url,
            "SLACKANALYTICS_SLACK_TOKEN": server.token,
            "SLACKANALYTICS_RATE_LIMIT": "off",
            "SLACKANALYTICS_TODAY": TODAY.isoformat(),
        }
        (folder / "settings.json").write_text(json.dumps(settings))
        with connect(environment=settings | {"SLACKANALYTICS_CACHE_DIR": str(folder / "cache")}) as database:
            database.sync(date(2026, 10, 20))


def compared(base: str, rivals: Sequence[str], folder: Path, rounds: int) -> list[str]:
    """Lines of a table: each rival against the base."""
    seen: dict[str, list[dict[str, float]]] = {name: [] for name in (base, *rivals)}
    for name in seen:
        run(name, folder)  # warm up
    for _ in range(rounds):
        for name, runs in seen.items():
            runs.append(run(name, folder))
    lines = []
    for name, runs in seen.items():
        ratio = statistics.median(r["s"] / b["s"] for r, b in zip(runs, seen[base], strict=True))
        seconds = statistics.median(r["s"] for r in runs)
        lines.append(f"| {name} | {seconds * 1000:,.0f} | {ratio:.2f} | {max(r['mb'] for r in runs):.0f} |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    versions = ", ".join(f"{name} {version(name)}" for name in ("pyarrow", "duckdb", "sqlglot", "isal"))
    sys.stdout.write(
        f"{chosen.members:,} members, {chosen.rounds} rounds; Python {platform.python_version()}, {versions}\n"
    )
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        prepare(folder, chosen.members)
        for title, base, rivals in COMPARISONS:
            sys.stdout.write(f"\n{title}\n\n| | ms | against {base} | peak MB |\n|---|---|---|---|\n")
            sys.stdout.write("\n".join(compared(base, rivals, folder, chosen.rounds)) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
