"""The sandbox: what its workers have given up, how statements wait and end, and that its answers are those of the database."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.contract.sandbox.tables import MEMBERS, day_list, held, member_days

from slackanalytics.adoption import measures
from slackanalytics.adoption.blend import MEMBER_DAYS
from slackanalytics.adoption.questions import TABLES
from slackanalytics.database import CATALOG, SlackDatabase
from slackanalytics.sandbox import frames
from slackanalytics.sandbox.confinement import LAYERS
from slackanalytics.sandbox.holding import Holding
from slackanalytics.sandbox.limits import Limits
from slackanalytics.sandbox.pool import Crowded, Run, Sandbox
from slackanalytics.settings import Settings
from slackanalytics.web.sql_tables import COUNTED

# Layers of confinement that only Linux has; elsewhere the sandbox stands on the others, and says so.
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="told by Linux")
LONG = "SELECT count(*) FROM adoption.member_days a, adoption.member_days b, adoption.member_days c WHERE a.user_id < c.user_id"
SHORT = "SELECT count(*) AS n FROM adoption.days"
NOW = datetime(2026, 9, 30, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def holding() -> Holding:
    return held(200, 30)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Limits(deadline=30.0, rows=500, size=2**20), clock=lambda: NOW) as running:
        yield running


# ── answers ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_statements_and_measures_give_what_the_database_gives_over_the_same_rows() -> None:
    days = 30
    period = TABLES["period"].empty_table().schema
    import pyarrow as pa

    row = pa.table(
        [[day_list(days)["activity_date"][7].as_py()], [day_list(days)["activity_date"][-1].as_py()]], schema=period
    )
    tables = {
        "member_days": member_days(60, days).cast(MEMBER_DAYS),
        "days": day_list(days),
        "period": row,
        "roster_only": TABLES["roster_only"].empty_table(),
    }
    database = SlackDatabase(Settings())
    database.now = lambda: NOW
    for name, table in tables.items():
        database.register(f"adoption.{name}", table)
    database.view("adoption.counted_days", COUNTED)
    holding = Holding.of(
        "identified",
        {(CATALOG, "adoption", name): (table, TABLES[name]) for name, table in tables.items()},
        views={(CATALOG, "adoption", "counted_days"): COUNTED},
    )
    asked = [each.sql for each in measures().values()] + [
        "SELECT * FROM adoption.member_days ORDER BY date, user_id",
        "SELECT date, count(DISTINCT employee), sum(messages_posted_count), avg(messages_posted_count) FROM adoption.member_days GROUP BY date ORDER BY 1",
        "SELECT user_id, row_number() OVER (PARTITION BY department ORDER BY user_id) FROM adoption.member_days WHERE activity_date = DATE '2026-09-03' ORDER BY 1",
        "SELECT json_extract_scalar('{\"a\": [1, 2]}', '$.a[1]'), url_extract_host('https://a.b/c'), format('%05d', 42), normalize('é', NFD)",
        "SELECT at_timezone(TIMESTAMP '2026-01-01 00:00:00 UTC', 'Asia/Tokyo') > TIMESTAMP '2026-01-01 00:00:00 UTC', current_date, now()",
        "SELECT 1 AS a, 2 AS a, NULL AS b, ARRAY[1, NULL], MAP(ARRAY['x'], ARRAY[1.5]), DATE '2026-01-01', X'00ff'",
        "SELECT max(hire_date) FROM adoption.roster_only",
    ]
    with database, Sandbox(clock=lambda: NOW) as sandbox:
        for sql in asked:
            outcome = sandbox.ask(holding, sql)
            assert outcome.ending == "answered", (sql, outcome)
            with database.sql(sql) as result:
                expected = result.arrow()
            assert outcome.table is not None
            assert outcome.table.schema == expected.schema, sql
            assert sorted(map(repr, outcome.table.to_pylist())) == sorted(map(repr, expected.to_pylist())), sql
            assert [kind for _, kind in outcome.columns] == [str(kind) for _, kind in result.types]


def test_an_answer_that_is_too_long_ends_visibly(sandbox: Sandbox, holding: Holding) -> None:
    outcome = sandbox.ask(holding, "SELECT user_id FROM adoption.member_days")
    assert (outcome.table.num_rows, outcome.cut) == (500, "rows")  # type: ignore[union-attr]
    assert sandbox.ask(holding, "SELECT user_id FROM adoption.member_days LIMIT 500").cut is None
    wide = sandbox.ask(holding, "SELECT rpad(user_id, 10000, 'x') FROM adoption.member_days")
    assert wide.cut == "size"
    assert 0 < wide.table.nbytes <= 2**20  # type: ignore[union-attr]


def test_explain_names_days_columns_and_rows(sandbox: Sandbox, holding: Holding) -> None:
    sql = "SELECT count(DISTINCT user_id) AS n FROM adoption.member_days WHERE activity_date BETWEEN DATE '2026-09-03' AND DATE '2026-09-05' AND is_active"
    outcome = sandbox.ask(holding, sql, ask="explain")
    [read] = outcome.reads
    assert read["days"] == ["2026-09-03", "2026-09-04", "2026-09-05"]
    assert (read["table"], read["of"], read["rows"]) == ("adoption.member_days", 30, 600)
    assert set(read["columns"]) >= {"user_id", "is_active"}
    assert outcome.columns == (("n", "bigint"),)


def test_a_table_that_means_its_newest_days_is_read_so_when_no_condition_names_one(sandbox: Sandbox) -> None:
    usual = Holding.of("pseudonymous", {MEMBERS: (member_days(3, 10), MEMBER_DAYS)}, usual={MEMBERS: 4})
    counted = sandbox.ask(usual, "SELECT count(DISTINCT date) AS n FROM adoption.member_days")
    assert counted.table.to_pylist() == [{"n": 4}]  # type: ignore[union-attr]
    named = sandbox.ask(usual, "SELECT count(DISTINCT date) AS n FROM adoption.member_days WHERE date > '2000'")
    assert named.table.to_pylist() == [{"n": 10}]  # type: ignore[union-attr]
    [read] = sandbox.ask(usual, "SELECT user_id FROM adoption.member_days", ask="explain").reads
    assert (len(read["days"]), read["usual"]) == (4, True)


@pytest.mark.parametrize(
    ("sql", "line", "column"),
    [
        ("SELECT user_id,\n  departmet FROM adoption.member_days", 2, 3),
        ("SELECT 1\nFROM adoption.nothing", 2, 6),
        ("  SELEC 1", 1, 3),
        ("SELECT 1 FROM adoption.days WHERE", 1, 33),
    ],
)
def test_an_error_says_where_it_is(sandbox: Sandbox, holding: Holding, sql: str, line: int, column: int) -> None:
    outcome = sandbox.ask(holding, sql)
    assert outcome.ending == "refused"
    assert outcome.place is not None
    assert (outcome.place.line, outcome.place.column) == (line, column)


# ── turns ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_statements_are_taken_in_turn_one_of_each_owner_and_only_so_many(holding: Holding) -> None:
    with Sandbox(Limits(deadline=60.0, at_once=1, waiting=2)) as sandbox:
        first = sandbox.submit(holding, LONG, owner="ada")
        while first.started is None:
            time.sleep(0.02)
        with pytest.raises(Crowded, match="your last statement"):
            sandbox.submit(holding, SHORT, owner="ada")
        second, third = (sandbox.submit(holding, SHORT, owner=who) for who in ("bob", "eve"))
        with pytest.raises(Crowded, match="2 statements are waiting"):
            sandbox.submit(holding, SHORT, owner="zoe")
        assert (sandbox.ahead(second), sandbox.ahead(third)) == (0, 1)
        sandbox.cancel(first)
        for run in (first, second, third):
            assert run.done.wait(60)
        assert first.outcome is not None
        assert first.outcome.ending == "cancelled"
        assert second.started is not None
        assert third.started is not None
        assert second.started < third.started
        assert sandbox.ask(holding, SHORT, owner="ada").ending == "answered"


def test_whoever_took_long_keeps_nobody_from_beginning(holding: Holding) -> None:
    def run(owner: str, started: float | None) -> Run:
        now = datetime(2026, 11, 25, tzinfo=UTC)
        return Run(
            holding=holding, sql=SHORT, owner=owner, now=now, ask="run", number=1, submitted=0.0, started=started
        )

    with Sandbox(Limits(at_once=0, young=1, heavy=2)) as sandbox:  # nobody takes what waits
        just = time.monotonic()
        short, long = run("ada", None), run("mallory", None)
        sandbox._waiting.extend([long, short])
        sandbox._running = {run("bob", just)}
        assert sandbox._next() is None
        sandbox._long = {"bob": just, "mallory": just}
        assert sandbox._next() is long
        sandbox._running |= {run("mallory", just)}
        assert sandbox._next() is short
        sandbox._waiting.clear()


def test_a_statement_that_waits_can_be_cancelled(holding: Holding) -> None:
    with Sandbox(Limits(deadline=60.0, at_once=1)) as sandbox:
        first, second = (sandbox.submit(holding, LONG, owner=who) for who in ("ada", "bob"))
        while first.started is None:
            time.sleep(0.02)
        sandbox.cancel(second)
        assert second.outcome is not None
        assert second.outcome.ending == "cancelled"


def test_whoever_asks_a_short_question_finds_room_beside_those_who_take_long(holding: Holding) -> None:
    with Sandbox(Limits(deadline=4.0, long=0.5)) as sandbox:
        for _ in range(2):  # the second time they are known
            runs = [sandbox.submit(holding, LONG, owner=f"mallory {n}") for n in range(3)]
            for run in runs:
                assert run.done.wait(120)
        runs = [sandbox.submit(holding, LONG, owner=f"mallory {n}") for n in range(4)]
        outcome = sandbox.submit(holding, SHORT, owner="ada")
        assert outcome.done.wait(30)
        assert outcome.outcome is not None
        assert outcome.outcome.ending == "answered"
        assert not all(run.done.is_set() for run in runs)
        for run in runs:
            sandbox.cancel(run)


def test_what_a_worker_sends_is_read_no_further_than_it_may() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        frames.send(theirs, {"outcome": "answered"}, b"x" * 100)
        with pytest.raises(frames.Silence, match="more than"):
            frames.receive(ours, most=99)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(frames.LENGTHS.pack(2, 0) + b"[]")
        with pytest.raises(frames.Silence, match="no message"):
            frames.receive(ours, most=0)
        with pytest.raises(frames.Silence, match="too late"):
            frames.receive(ours, most=0, until=time.monotonic() + 0.05)


def test_descriptors_beyond_a_thousand_are_no_trouble(holding: Holding) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 4_000:  # a limit of the machine, which a process cannot raise
        pytest.skip("so many files cannot be open here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 4_000), hard))
    taken = [os.open("/dev/null", os.O_RDONLY) for _ in range(1_100)]
    try:
        with Sandbox(Limits(deadline=20.0)) as sandbox:
            assert sandbox.ask(holding, "SELECT 1 AS n").ending == "answered"
            assert not sandbox._busy
    finally:
        for descriptor in taken:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


# ── confinement ────────────────────────────────────────────────────────────────────────────────────────────────────

TRY = """
import json, os, socket, sys
from slackanalytics.sandbox import confinement
port, path = int(sys.argv[1]), sys.argv[2]
layers = confinement.begin(os.getppid())
layers += confinement.finish(address_space=300 * 2**20)
tried = {}
def attempt(name, what):
    try:
        what()
        tried[name] = "done"
    except BaseException as error:
        tried[name] = type(error).__name__
attempt("read", lambda: open(path).read())
attempt("passwd", lambda: open("/etc/passwd").read())
attempt("write", lambda: open(path, "w").write("x"))
attempt("list", lambda: os.listdir("/"))
attempt("run", lambda: os.execv("/bin/true", ["true"]))
attempt("connect", lambda: socket.create_connection(("127.0.0.1", port), 1))
attempt("signal", lambda: os.kill(os.getppid(), 0))
attempt("memory", lambda: bytearray(600 * 2**20))
attempt("root", lambda: os.setuid(0))
attempt("unlimited", lambda: __import__("resource").setrlimit(7, (4096, 4096)))
print(json.dumps({"layers": layers, "tried": tried, "uid": os.getuid()}))
"""


@LINUX
def test_a_worker_can_reach_nothing(tmp_path: Path) -> None:
    file = tmp_path / "source"
    file.write_text("secret")
    file.chmod(0o666)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        command = [sys.executable, "-I", "-c", TRY, str(listening.getsockname()[1]), str(file)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60, cwd="/")
    said = json.loads(done.stdout)
    tried = said["tried"]
    assert file.read_text() == "secret"
    if "no files" in said["layers"]:
        assert [tried[name] for name in ("read", "passwd", "write", "list", "run")] == ["PermissionError"] * 5
    if "no network" in said["layers"]:
        assert tried["connect"] != "done"
    assert tried["memory"] == "MemoryError"
    if said["uid"]:
        assert tried["root"] != "done" or os.getuid() == 0
        assert tried["unlimited"] == "ValueError"


@LINUX
def test_this_machine_has_every_layer_or_the_missing_one_is_logged(
    holding: Holding, caplog: pytest.LogCaptureFixture
) -> None:
    with Sandbox() as sandbox:
        sandbox.ask(holding, SHORT)
        missing = set(LAYERS) - set(sandbox.layers or ())
    logged = [record.getMessage() for record in caplog.records if "go without" in record.getMessage()]
    assert bool(missing) == bool(logged)


@LINUX
def test_a_worker_knows_no_secret_and_holds_no_other_descriptor(
    holding: Holding, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACKANALYTICS_SLACK_TOKEN", "xoxp-canary-in-environment")
    with Path(os.devnull).open() as other, Sandbox() as sandbox:
        os.set_inheritable(other.fileno(), True)
        assert sandbox.ask(holding, SHORT).ending == "answered"
        [worker] = sandbox._idle
        process = Path(f"/proc/{worker.process.pid}")
        try:
            environment = (process / "environ").read_bytes()
            links = sorted(str(entry.readlink()) for entry in (process / "fd").iterdir())
        except PermissionError:  # then another user's process is in the way, and nothing was looked at
            pytest.skip("only root sees other users' processes")
    assert b"canary" not in environment
    assert [link for link in links if not link.startswith(("/dev/null", "socket:", "/memfd:tables"))] == []
    assert len([link for link in links if link.startswith("socket:")]) == 1
    assert os.getpriority(os.PRIO_PROCESS, 0) < 15


@LINUX
def test_workers_die_with_the_application() -> None:
    program = (
        "import time\nfrom tests.contract.sandbox.tables import held\nfrom slackanalytics.sandbox.pool import Sandbox\n"
        f"s = Sandbox()\nh = held(5, 5)\ns.ask(h, {SHORT!r})\nprint(s._idle[0].process.pid, flush=True)\n"
        f"s.submit(h, {LONG!r}, owner='x')\ntime.sleep(60)\n"
    )
    root = Path(__file__).parents[3]
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=root) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    for _ in range(100):
        if not alive(worker):
            return
        time.sleep(0.05)
    pytest.fail("the worker lives on")


def alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
