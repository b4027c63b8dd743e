"""What is timed: each rival runs alone, in a process of its own, and prints the seconds of its work.

    python -m tests.bench.rivals NAME FOLDER

The folder holds `day.json.gz` (one member file) and `cache/`, an environment with kept days.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

DAY = date(2026, 11, 10)
COLUMNS = ("date", "user_id", "is_active", "messages_posted_count")
STATEMENT = (
    "SELECT date, count_if(is_active) AS active, sum(messages_posted_count) AS messages "
    "FROM slackanalytics.member_analytics WHERE date BETWEEN '2026-10-20' AND '2026-11-08' GROUP BY date ORDER BY date"
)


def floor(folder: Path) -> None:
    """Inflate into one reused buffer and cut at line ends: what every reader has to do at least."""
    from isal import igzip

    buffer = bytearray(1 << 18)
    view, held = memoryview(buffer), 0
    with igzip.open(folder / "day.json.gz", "rb") as file:  # type: ignore[no-untyped-call]
        while got := file.readinto(view[held:]):
            cut = buffer.rfind(b"\n", held, held + got) + 1
            held, end = held + got - cut, held + got
            view[:held] = view[cut:end]


def ours(folder: Path) -> None:
    """The verified reading of a day, all columns."""
    from slackanalytics.files import MemberFile

    with (folder / "day.json.gz").open("rb") as file:
        for _ in MemberFile(file, DAY):
            pass


def naive(folder: Path) -> None:
    """gzip, json and a list of dictionaries."""
    import pyarrow as pa

    with gzip.open(folder / "day.json.gz", "rb") as file:
        pa.Table.from_pylist([json.loads(line) for line in file])


def query(folder: Path) -> None:
    """A query over twenty kept days, imports included."""
    from slackanalytics.database import connect

    environment = {
        "SLACKANALYTICS_CACHE_DIR": str(folder / "cache"),
        **json.loads((folder / "settings.json").read_text()),
    }
    with connect(environment=environment) as database, database.sql(STATEMENT) as result:
        result.rows()
    if database.calls():
        raise SystemExit("the days were not kept")


def plan(folder: Path) -> None:
    """Planning the same query, imports included."""
    from slackanalytics.database import connect

    environment = {
        "SLACKANALYTICS_CACHE_DIR": str(folder / "cache"),
        **json.loads((folder / "settings.json").read_text()),
    }
    with connect(environment=environment) as database:
        database.explain(STATEMENT)


def duckdb_alone(_: Path) -> None:
    """Import DuckDB and select one."""
    import duckdb

    duckdb.connect().execute("SELECT 1").fetchall()


def duckdb_json(folder: Path) -> None:
    """DuckDB's own JSON reader over the twenty files, four explicit columns; it verifies no checksum."""
    import duckdb

    days = [(date(2026, 10, 20) + timedelta(days=n)).isoformat() for n in range(20)]
    files = [str(folder / "raw" / f"{day}.json.gz") for day in days]
    duckdb.execute(
        "SELECT date, count(*) FILTER (is_active), sum(messages_posted_count) FROM read_json(?, "
        "format='newline_delimited', columns={date: 'VARCHAR', is_active: 'BOOLEAN', messages_posted_count: 'BIGINT'}) "
        "GROUP BY date ORDER BY date",
        [files],
    ).fetchall()


def handler(_: Path) -> None:
    """What a Lambda imports before its first invocation."""
    import slackanalytics.connector  # noqa: F401


def essentials(_: Path) -> None:
    """The libraries that no such Lambda can do without."""
    import http.client
    import ssl

    import pyarrow as pa
    import pyarrow.json
    from isal import igzip

    assert all((http.client, ssl, pa.json, igzip))


RIVALS: dict[str, Callable[[Path], None]] = {
    function.__name__: function
    for function in (floor, ours, naive, query, plan, duckdb_alone, duckdb_json, handler, essentials)
}


def main() -> None:
    name, folder = sys.argv[1], Path(sys.argv[2])
    if name in ("floor", "ours", "naive"):  # reading: imports are not the matter
        import pyarrow.json  # noqa: F401

        import slackanalytics.files  # noqa: F401
    start, cpu = time.perf_counter(), time.process_time()
    RIVALS[name](folder)
    peak = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) // 1024
    sys.stdout.write(
        json.dumps({"s": time.perf_counter() - start, "cpu": time.process_time() - cpu, "mb": peak}) + "\n"
    )
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
