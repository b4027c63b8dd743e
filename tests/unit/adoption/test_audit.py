"""The audit log: nothing can be changed, moved or taken away unseen; nothing of an answer or a literal is in it."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from athena_federation.errors import ConfigurationError
from slackanalytics.adoption import audit
from slackanalytics.adoption.audit import START, Finding, Log, head_path, place_of, verify
from slackanalytics.adoption.statements import masked
from slackanalytics.audit_verbs import audit as verbs
from slackanalytics.settings import Settings

MORNING = datetime(2026, 11, 25, 8, tzinfo=UTC)


class Clock:
    """Time as the test has it."""

    def __init__(self, now: datetime = MORNING) -> None:
        self.now = now

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def filled(path: Path, count: int = 6) -> Log:
    log = Log(path, now=Clock())
    for n in range(count):
        log.append(who=f"person {n}", role="identified", reason="seats to be given back", what="opened seats", rows=n)
    return log


def found(path: Path) -> tuple[Finding, ...]:
    return verify(path).findings


def test_an_entry_says_who_when_why_and_what(tmp_path: Path) -> None:
    entry = Log(tmp_path / "a", now=Clock()).append(
        who="Ada", role="pseudonymous", reason="board meeting", what="asked", tables=("member_days",), rows=3,
        sql="SELECT *  FROM member_days WHERE email_address = 'bob@example.com' AND n > 17 -- bob",
    )  # fmt: skip
    assert (entry.number, entry.who, entry.role, entry.reason, entry.rows) == (
        1,
        "Ada",
        "pseudonymous",
        "board meeting",
        3,
    )
    assert (entry.at, entry.tables, entry.previous) == ("2026-11-25T08:00:02.000000+00:00", ("member_days",), START)
    assert entry.sql == "SELECT * FROM member_days WHERE email_address = ? AND n > ?"
    assert "bob" not in (tmp_path / "a").read_text()
    assert list(Log(tmp_path / "a").entries()) == [entry]


def test_the_log_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "kept" / "a"
    filled(path, 1)
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}
    path.chmod(0o640)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        Log(path).append(who="Ada", role="", what="opened seats")
    with pytest.raises(ConfigurationError, match="chmod 600"):
        verify(path)


def test_where_nothing_can_be_written_nobody_looks(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir(mode=0o700)
    with pytest.raises(ConfigurationError, match="nothing is shown"):
        Log(tmp_path / "a").append(who="Ada", role="", what="opened seats")


def test_a_log_as_it_was_written_is_whole(tmp_path: Path) -> None:
    assert verify(tmp_path / "none").findings == ()
    filled(tmp_path / "a")
    verdict = verify(tmp_path / "a")
    assert (verdict.entries, verdict.findings) == (6, ())
    assert verdict.head == json.loads((tmp_path / "a").read_bytes().splitlines()[-1])["hash"]


def test_each_change_is_found_in_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a"
    filled(path)
    whole = path.read_bytes()
    for n in range(6):
        rows = whole.splitlines(keepends=True)
        rows[n] = rows[n].replace(b"seats to be", b"seats to BE")
        path.write_bytes(b"".join(rows))
        assert found(path) == (Finding(n + 1, "was changed: its hash is not that of its content"),)


def test_a_change_with_its_hash_worked_out_anew_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a"
    entries = list(filled(path).entries())
    rows = path.read_bytes().splitlines(keepends=True)
    for n in (2, 5):
        forged = audit.Entry(**{name: getattr(entries[n], name) for name in entries[n].__slots__} | {"who": "nobody"})
        path.write_bytes(b"".join([*rows[:n], forged.line(), *rows[n + 1 :]]))
        assert [each.line for each in found(path)] == [min(n + 2, 6)]


def test_a_line_taken_away_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a"
    filled(path)
    rows = path.read_bytes().splitlines(keepends=True)
    for n in range(6):
        path.write_bytes(b"".join(rows[:n] + rows[n + 1 :]))
        assert found(path) == (Finding(n + 1, f"entry {n + 1} is missing"),)
    path.write_bytes(b"".join(rows[:2]))
    assert found(path) == (Finding(3, "entries 3 to 6 are missing"),)
    path.unlink()
    assert found(path) == (Finding(1, "entries 1 to 6 are missing"),)


class Headless:
    """The broken twin: a chain alone, without a note of its end."""

    @staticmethod
    def look(path: Path) -> tuple[Finding, ...]:
        whole = head_path(path).read_bytes()
        head_path(path).unlink()
        try:
            return tuple(each for each in found(path) if "head file" not in each.text)
        finally:
            head_path(path).write_bytes(whole)
            head_path(path).chmod(0o600)


def test_lines_missing_at_the_end_are_seen_by_the_head_alone(tmp_path: Path) -> None:
    path = tmp_path / "a"
    filled(path)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:4]))
    assert found(path)
    assert not Headless.look(path)


tampering = st.tuples(st.sampled_from(["flip", "swap", "repeat", "drop", "end", "insert"]), st.integers(0, 10_000))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tampering)
def test_whatever_is_done_to_the_file_is_found(tmp_path: Path, what: tuple[str, int]) -> None:
    path = tmp_path / "a"
    if not path.exists():
        filled(path)
        (tmp_path / "whole").write_bytes(path.read_bytes())
    whole = (tmp_path / "whole").read_bytes()
    rows = whole.splitlines(keepends=True)
    kind, at = what
    n = at % 6
    match kind:
        case "flip":
            place = at % len(whole)
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        case "swap":
            rows[n], rows[(n + 1) % 6] = rows[(n + 1) % 6], rows[n]
            path.write_bytes(b"".join(rows))
        case "repeat":
            path.write_bytes(b"".join([*rows, rows[n]]))
        case "drop":
            path.write_bytes(b"".join(rows[:n] + rows[n + 1 :]))
        case "end":
            path.write_bytes(whole[: at % len(whole)])
        case _:
            path.write_bytes(b"".join([*rows[:n], b"{}\n", *rows[n:]]))
    assert found(path), kind


def test_an_entry_after_tampering_does_not_hide_it(tmp_path: Path) -> None:
    path = tmp_path / "a"
    log = filled(path)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:4]))
    log.append(who="Ada", role="identified", what="opened seats")
    assert found(path) == (Finding(5, "entries 5 to 6 are missing"),)


def test_a_missing_head_is_written_into_the_log(tmp_path: Path) -> None:
    path = tmp_path / "a"
    log = filled(path)
    head_path(path).unlink()
    assert "head file is missing" in found(path)[0].text
    log.append(who="Ada", role="identified", what="opened seats")
    assert [(each.line, audit.HEADLESS in each.text) for each in found(path)] == [(7, True)]


@pytest.mark.parametrize("left", [1, 40])
def test_a_crash_leaves_no_finding(tmp_path: Path, left: int) -> None:
    path = tmp_path / "a"
    log = filled(path, 3)
    head = head_path(path).read_bytes()
    log.append(who="Ada", role="", what="written, and then the power failed before the head was")
    head_path(path).write_bytes(head)
    assert not found(path)
    with path.open("ab") as file:
        file.write(b'{"at":"2026-11-25T08:00:09'[:left])
    log.append(who="Bob", role="", what="the next day")
    assert not found(path)
    assert [entry.number for entry in log.entries()] == [1, 2, 3, 4, 5]


def test_the_first_entry_may_crash_too(tmp_path: Path) -> None:
    path = tmp_path / "a"
    log = filled(path, 1)
    head_path(path).unlink()
    log.append(who="Bob", role="", what="the next day")
    assert not found(path)


def test_a_log_made_up_as_a_whole_is_found_with_a_noted_hash(tmp_path: Path) -> None:
    path = tmp_path / "a"
    log = filled(path, 3)
    noted = verify(path).head
    log.append(who="Ada", role="", what="later")
    assert not verify(path, noted=noted).findings
    path.unlink()
    head_path(path).unlink()
    Log(path, now=Clock()).append(who="somebody else", role="", what="nothing happened")
    assert not found(path)
    assert "noted earlier" in verify(path, noted=noted).findings[0].text


def aged(path: Path) -> Log:
    clock = Clock(MORNING - timedelta(days=100))
    log = Log(path, now=clock)
    for n in range(8):
        log.append(who=f"person {n}", role="", what="opened seats")
        clock.now += timedelta(days=5)
    clock.now = MORNING
    log.append(who="today", role="", what="opened seats")
    return log


def test_old_entries_go_and_an_entry_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a"
    log = aged(path)
    numbers = [entry.number for entry in log.entries()]
    assert numbers == [3, 4, 5, 6, 7, 8, 9, 10]
    assert b"person 1" not in path.read_bytes()
    assert list(log.entries())[-2].what.startswith("entries up to 2 cut off")
    assert not found(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_cut_that_no_entry_attests_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a"
    entries = list(aged(path).entries())
    rows = path.read_bytes().splitlines(keepends=True)
    note = audit.canonical({"cut": entries[1].number, "hash": entries[1].hash}).encode() + b"\n"
    path.write_bytes(b"".join([note, *rows[3:]]))
    assert [each.line for each in found(path)] == [1]


def test_a_log_that_was_tampered_with_is_not_cut(tmp_path: Path) -> None:
    path = tmp_path / "a"
    clock = Clock(MORNING - timedelta(days=100))
    log = Log(path, now=clock)
    for _ in range(3):
        log.append(who="Ada", role="", what="opened seats")
    path.write_bytes(path.read_bytes().replace(b"opened", b"closed", 1))
    clock.now = MORNING
    log.append(who="Ada", role="", what="opened seats")
    assert [each.line for each in found(path)] == [1]
    assert len(path.read_bytes().splitlines()) == 4


WRITER = """
import sys
from pathlib import Path
from slackanalytics.adoption.audit import Log
for n in range(15):
    Log(Path(sys.argv[1])).append(who=sys.argv[2], role="", what=str(n))
"""


def test_processes_take_turns(tmp_path: Path) -> None:
    path = tmp_path / "a"
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), f"process {n}"]) for n in range(3)]
    assert [each.wait(60) for each in writers] == [0, 0, 0]
    verdict = verify(path)
    assert (verdict.entries, verdict.findings) == (45, ())


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("SELECT 1", "SELECT ?"),
        ("select  a,\n b from t", "select a, b from t"),
        ("x = 'it''s'", "x = ?"),
        ("x = 'open", "x = ?"),
        ("/* bob */ SELECT -- bob\n a", "SELECT a"),
        ("a2 > 1.5e3", "a2 > ?"),
        ("DATE '2026-01-01'", "DATE ?"),
        ("U&'\\0041' || X'00'", "? || ?"),
        ('"user_id" = "Ada Lovelace"', '"user_id" = ?'),
        ("$tag$ bob $tag$ + 1", "? + ?"),
        ("WHERE email = ada@example.com", "WHERE email = ?"),
        ("", ""),
    ],
)
def test_a_statement_is_written_down_without_its_literals(sql: str, text: str) -> None:
    assert masked(sql) == text


@given(
    st.lists(
        st.sampled_from(["'", "''", '"', "--", "/*", "*/", "$$", "`", " ", "\n", "secret", "=", "é", "x"]), max_size=12
    )
)
def test_masking_ends_and_leaves_no_text_in_quotes(parts: list[str]) -> None:
    text = masked("".join(parts))
    assert "'" not in text
    assert masked("SELECT 'secret'" + "".join(parts)).startswith("SELECT ?")


def test_the_log_is_where_the_settings_have_it(tmp_path: Path) -> None:
    assert place_of(Settings(audit_log=tmp_path / "x", data_dir=tmp_path)) == tmp_path / "x"
    assert place_of(Settings(data_dir=tmp_path)) == tmp_path / "audit.ndjson"
    with pytest.raises(ConfigurationError, match="SLACKANALYTICS_AUDIT_LOG"):
        place_of(Settings())


@pytest.mark.parametrize(("minimum", "said"), [(5, []), (8, []), (3, ["figures about 3 people and more are shown"])])
def test_a_lower_minimum_is_written_down(tmp_path: Path, minimum: int, said: list[str]) -> None:
    path = tmp_path / "audit.ndjson"
    audit.note_minimum(Settings(audit_log=path, minimum_group=minimum))
    entries = [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []
    assert [entry["what"].partition(";")[0] for entry in entries] == said


def test_the_verbs_show_and_verify(tmp_path: Path) -> None:
    path = tmp_path / "a"
    filled(path, 2)
    good = CliRunner().invoke(verbs, ["verify", "--log", str(path)])
    assert (good.exit_code, good.stdout.strip()) == (0, verify(path).head)
    lines = CliRunner().invoke(verbs, ["show", "--log", str(path), "--format", "ndjson", "--last", "1"]).stdout
    assert json.loads(lines)["who"] == "person 1"
    path.write_bytes(path.read_bytes().replace(b"person 0", b"person 9"))
    bad = CliRunner().invoke(verbs, ["verify", "--log", str(path)])
    assert bad.exit_code == 1
    assert "line 1: was changed" in bad.stderr
