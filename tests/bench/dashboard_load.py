"""The dashboard under load: `python -m tests.bench.dashboard_load --members 10000 --days 395 --users 50 --seconds 60`.

A server of its own, in a process of its own, over made-up member days; users who look at pages and change filters, each
after a pause of three seconds. Tells the times of the pages that were answered, and what went wrong.
"""

from __future__ import annotations

import argparse
import csv
import http.client
import json
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlencode

import duckdb
import pyarrow as pa

from slackanalytics import people
from slackanalytics.adoption import Adoption
from slackanalytics.adoption.blend import blended
from slackanalytics.web.filters import PERIODS, usual

DEPARTMENTS = (
    "Customer Support",
    "Engineering",
    "Finance",
    "Legal",
    "Marketing",
    "Operations",
    "People",
    "Product",
    "Sales",
)
NEWEST = date(2026, 11, 23)
KEY = "load-key-0123456789"
PAGES = ("", "", "", "/seats", "/engagement", "/retention", "/data")
"""The first page is looked at more often than the others."""
THINK = 3.0
"""Seconds between two pages of one user, on average."""


def batches(members: int, days: int) -> Iterator[pa.RecordBatch]:
    """Days in which two thirds are active, fewer at weekends."""
    for n in range(days):
        day = NEWEST - timedelta(days=days - 1 - n)
        active = 0.08 if day.weekday() > 4 else 0.62
        sql = f"""
            SELECT DATE '{day}' AS activity_date, 'U' || m AS user_id, 'p' || m || '@example.com' AS email_address,
                   NULL::VARCHAR AS enterprise_employee_number, m % 37 = 0 AS is_guest, true AS is_billable_seat,
                   x < {active} AND m % 7 <> 0 AS is_active, x < {active / 2} AND m % 7 <> 0 AS is_active_ios,
                   x < {active / 4} AND m % 7 <> 0 AS is_active_android, x < {active * 0.9} AND m % 7 <> 0 AS is_active_desktop,
                   IF(x < {active} AND m % 7 <> 0, (x * 90)::INTEGER, 0) AS messages_posted_count,
                   IF(x < {active} AND m % 7 <> 0, (x * 30)::INTEGER, 0) AS channel_messages_posted_count,
                   IF(x < {active} AND m % 7 <> 0, 3, 0) AS reactions_added_count, 0 AS files_added_count,
                   IF(m % 7 = 0 AND m % 2 = 0, NULL, 1700000000 + m * 6000)::BIGINT AS date_claimed
            FROM (SELECT m, (hash(m, {n}) % 10000) / 10000.0 AS x FROM range({members}) r(m))"""
        found: pa.Table = duckdb.execute(sql).to_arrow_table()
        batches: list[pa.RecordBatch] = found.to_batches()
        yield from batches


def company(members: int, days: int) -> Adoption:
    """These days, blended with a roster in which one in fifty is missing."""
    since = NEWEST - timedelta(days=days - 1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "HR_dataset.csv"
        with path.open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["employee_email", "department", "location"])
            rows.writerows([f"p{m}@example.com", DEPARTMENTS[m % 9], "Here"] for m in range(members) if m % 50)
        roster = people.read(path, today=NEWEST)
    found = blended(batches(members, days), roster, people.Rules(), since=since, until=NEWEST)
    return Adoption(found, since=since, until=NEWEST, roster=roster)


def serve(members: int, days: int, port: int) -> None:
    """The web app over these days; says `ready` when they are in memory."""
    from slackanalytics.oauth import Conversation
    from slackanalytics.settings import Settings
    from slackanalytics.token_stores import Memory
    from slackanalytics.web.access import LocalKey
    from slackanalytics.web.app import application
    from slackanalytics.web.command import listener
    from slackanalytics.web.dashboard import Dashboard
    from slackanalytics.web.drawing import Drawings
    from slackanalytics.web.embedding import Links
    from slackanalytics.web.loading import Loading
    from slackanalytics.web.publication import Publication
    from slackanalytics.web.server import server
    from slackanalytics.web.site import Site

    adoption = company(members, days)
    loading, drawings = Loading(lambda _progress: adoption), Drawings()
    publication = Publication(loading, drawings)
    drawings.warm()
    loading.once()
    publication.warm()
    dashboard = Dashboard(publication=publication, audit=lambda **_: None, links=Links.of_this_run())
    site = Site(public_url=f"http://127.0.0.1:{port}", consent_url="https://slack.com/oauth/v2/authorize")
    app = application(Conversation(Settings(), Memory()), site=site, access=LocalKey(KEY), dashboard=dashboard)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    server(app).run([listener("127.0.0.1", port)])


def filters(dice: random.Random, own: float) -> str:
    """What somebody chooses: a department, one of the periods; and, so often, a first day that nobody has chosen yet."""
    chosen: list[tuple[str, str]] = []
    if dice.random() < 0.4:
        chosen.append(("department", dice.choice(DEPARTMENTS)))
    kind = dice.random()
    if kind < 0.3:
        since = usual(NEWEST, date(2000, 1, 1), dice.choice(tuple(PERIODS.values()))).since
        chosen.append(("since", since.isoformat()))
    elif kind < 0.3 + own:
        chosen.append(("since", (NEWEST - timedelta(days=dice.randrange(10, 200))).isoformat()))
    if dice.random() < own:
        chosen.append(("guests", "yes"))
    return urlencode(chosen)


def signed_in(port: int) -> str:
    """A session's cookie, for all: fifty who sign in at once from one address are taken for somebody who guesses."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    form = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
    connection.request("POST", "/sign-in", urlencode({"secret": KEY}), form)
    return (connection.getresponse().getheader("set-cookie") or "").partition(";")[0]


class User(threading.Thread):
    """Somebody with a browser."""

    def __init__(self, number: int, port: int, cookie: str, until: float, own: float) -> None:
        super().__init__(daemon=True)
        self.cookie, self.own = cookie, own
        self.dice, self.port, self.until = random.Random(number), port, until
        self.times: list[tuple[float, str]] = []
        self.errors: list[str] = []

    def run(self) -> None:
        try:
            self.look()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told
            self.errors.append(repr(error))

    def look(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        while True:
            time.sleep(self.dice.uniform(0.5, 1.5) * THINK)
            if time.monotonic() > self.until:
                return
            query = filters(self.dice, self.own)
            path = f"/adoption{self.dice.choice(PAGES)}" + (f"?{query}" if query else "")
            connection.close()  # a connection that has been quiet for so long is gone
            began = time.monotonic()
            connection.request("GET", path, headers={"Cookie": self.cookie})
            answer = connection.getresponse()
            body = answer.read()
            self.times.append((time.monotonic() - began, path))
            if answer.status != 200 or b"</html>" not in body:
                self.errors.append(f"{answer.status} {path}")


def main() -> None:
    """Serve, look, tell."""
    words = argparse.ArgumentParser(description=__doc__)
    for name, default in (("members", 10_000), ("days", 395), ("users", 50), ("seconds", 60), ("port", 8991)):
        words.add_argument(f"--{name}", type=int, default=default)
    words.add_argument("--own", type=float, default=0.01, help="how often it is a day or a filter of their own")
    words.add_argument("--serve", action="store_true")
    given = words.parse_args()
    if given.serve:
        serve(given.members, given.days, given.port)
        return
    command = [sys.executable, "-m", "tests.bench.dashboard_load", "--serve", "--members", str(given.members), "--days", str(given.days), "--port", str(given.port)]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            began = time.monotonic()
            assert running.stdout.readline() == "ready\n"
            ready = time.monotonic() - began
            time.sleep(1)
            cookie, until = signed_in(given.port), time.monotonic() + given.seconds
            users = [User(n, given.port, cookie, until, given.own) for n in range(given.users)]
            for user in users:
                user.start()
            for user in users:
                user.join()
            status = Path(f"/proc/{running.pid}/status").read_text(encoding="utf-8")
        finally:
            running.terminate()
    slowest = sorted((each for user in users for each in user.times), reverse=True)
    times = sorted(taken for taken, _ in slowest)
    cuts = statistics.quantiles(times, n=100)
    told = {
        "ready_s": round(ready, 1),
        "pages": len(times),
        "p50_ms": round(1000 * cuts[49]),
        "p95_ms": round(1000 * cuts[94]),
        "p99_ms": round(1000 * cuts[98]),
        "most_ms": round(1000 * times[-1]),
        "errors": [error for user in users for error in user.errors],
        "memory": next(line for line in status.splitlines() if line.startswith("VmHWM")),
        "slowest": [(round(1000 * taken), path) for taken, path in slowest[:8]],
    }
    sys.stdout.write(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
