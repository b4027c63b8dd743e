"""The library in a script, and the demo, as somebody runs them who has just installed the project."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from tests.e2e.command import Desk
from tests.e2e.slack import packed, row, serving

SCRIPT = """
import slackanalytics
db = slackanalytics.connect(source="demo")
db.register("hr.teams", "teams.csv")
rows = db.sql("SELECT team, count(*) AS days FROM member_analytics m JOIN hr.teams t ON m.user_id = t.user_id "
              "WHERE date BETWEEN '2026-11-10' AND '2026-11-11' GROUP BY 1")
rows.show()
print(rows.arrow().num_rows, len(rows.pandas()), len(rows))
print(db.explain("SELECT user_id FROM member_analytics WHERE date = '2026-11-10'"))
"""


def test_a_script_that_forgets_to_close_ends_at_once_and_leaves_nothing(desk: Desk) -> None:
    (desk.folder / "teams.csv").write_text("user_id,team\nnobody,none\n")
    process = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT + "import time; print(time.time(), flush=True)"],
        env=desk.environment, cwd=desk.folder, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    ended = time.time()
    assert (process.returncode, process.stderr) == (0, "")
    *printed, last = process.stdout.splitlines()
    assert printed[:3] == ["team ┃ days", "━━━━━╇━━━━━", "0 0 0"]
    assert "partitions  1 of 396: 2026-11-10" in printed
    assert ended - float(last) < 3
    assert desk.left_over() == []


def test_a_script_whose_reading_failed_ends_at_once(desk: Desk) -> None:
    script = """
import slackanalytics
from athena_federation import SourceError
db = slackanalytics.connect()
try:
    db.sql("SELECT user_id FROM member_analytics WHERE date >= '2026-11-01'")
except SourceError as error:
    print(error)
"""
    with serving(lambda day: "missing_scope" if day == "2026-11-03" else packed([row(day, 1)])) as slack:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", script],
            env=desk.environment | {"SLACKANALYTICS_SLACK_API_URL": slack.url},
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "2026-11-03" in done.stdout


def test_the_demo_needs_nothing_and_puts_marketing_last(desk: Desk) -> None:
    done = desk.run("demo", "--no-serve")
    assert done.code == 0
    lines = done.text.splitlines()
    assert lines[0].split() == ["department", "┃", "provisioned", "┃", "active", "┃", "percent"]
    assert lines[-1].startswith("Marketing")
    assert len(lines) == 2 + 9
    assert "calls to Slack" in done.err
    assert desk.left_over() == []
    assert desk.kept() == []


@pytest.mark.slow
def test_a_large_company_is_answered_within_a_gigabyte(desk: Desk) -> None:
    members, days = 100_000, [f"2026-11-{n:02}" for n in range(2, 8)]
    template = b"".join(line + b"\n" for line in large("DAY-OF-ROW", members))
    files = {day: compressed(template.replace(b"DAY-OF-ROW", day.encode())) for day in days}
    sql = f"SELECT date, count(*) AS n, count_if(is_active) AS a FROM member_analytics WHERE date BETWEEN '{days[0]}' AND '{days[-1]}' GROUP BY 1 ORDER BY 1"
    with serving(files) as slack:
        process = desk.started("query", "--format", "csv", sql, SLACKANALYTICS_SLACK_API_URL=slack.url)
        peak = most_memory(process)
        answer = process.communicate()[0].decode().splitlines()
    assert process.returncode == 0
    assert answer[1:] == [f"{day},{members},{members - (members + 2) // 3}" for day in days]
    assert 100_000 < peak < 1_000_000


def most_memory(process: subprocess.Popen[bytes]) -> int:
    """Kilobytes that a process held at most until it ended. What `wait4` tells counts the process it was forked from, too."""
    peak = 0
    while process.poll() is None:
        with suppress(FileNotFoundError, ProcessLookupError):
            status = Path(f"/proc/{process.pid}/status").read_text("utf-8")
            peak = max([peak, *(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))])
        time.sleep(0.02)
    return peak


def large(day: str, members: int) -> list[bytes]:
    line = json.dumps(row(day, 0) | {"user_id": "W%06d", "email_address": "m%d@example.com", "is_active": "ACTIVE"})
    line = line.replace('"ACTIVE"', "%s")
    return [(line % (n, n, "true" if n % 3 else "false")).encode() for n in range(members)]


def compressed(text: bytes) -> bytes:
    return gzip.compress(text, 1)
