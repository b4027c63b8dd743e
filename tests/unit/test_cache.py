"""Days are fetched once, verified, kept, and never shown empty for a fault."""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from tests.faults.oracle import client, settings
from tests.faults.server import DAY, TOKEN, Server, member, packed, refusal, serving, whole

from athena_federation.errors import Corrupt, Unauthorized
from slackanalytics.cache import Days
from slackanalytics.fields import SCHEMA

TODAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
YOUNG = date(2026, 11, 21)
"""A day not yet settled."""
NEW = packed([member(number, date=YOUNG.isoformat()) for number in range(1, 11)])


@dataclass
class World:
    """A day and an hour that a test can change."""

    today: date = TODAY
    now: datetime = NOON
    servers: list[Server] = field(default_factory=list)

    def days(self, server: Server, directory: Path | str, **more: str) -> Days:
        given = settings(server.url, SLACKANALYTICS_CACHE_DIR=str(directory), **more)
        return Days(given, client=client(server.url), today=lambda: self.today, now=lambda: self.now)


@pytest.fixture
def world() -> World:
    return World()


def count(days: Days, day: date = DAY) -> int:
    return sum(batch.num_rows for batch in days.day(day))


def notes(days: Days) -> list[str]:
    return [note.text for note in days.notes.drain()]


def only(directory: Path, pattern: str) -> Path:
    (found,) = directory.glob(f"*/{pattern}")
    return found


def test_a_settled_day_is_fetched_once_and_for_good(tmp_path: Path, world: World) -> None:
    with serving(whole()) as running:
        assert count(world.days(running, tmp_path)) == 100
        world.today += timedelta(days=800)
        world.now += timedelta(days=800)
        again = world.days(running, tmp_path)
        assert count(again) == 100
        assert again.kept_days() == [DAY]
    assert len(running.requests) == 1


def test_two_reads_give_the_same_rows(tmp_path: Path, world: World) -> None:
    with serving(whole()) as running:
        days = world.days(running, tmp_path)
        first, second = (pa.Table.from_batches(days.day(DAY)) for _ in range(2))
    assert first.equals(second)
    assert first.schema == SCHEMA


def test_only_the_columns_asked_for_are_read(tmp_path: Path, world: World) -> None:
    with serving(whole()) as running:
        days = world.days(running, tmp_path)
        (batch,) = days.day(DAY, ("search_count", "user_id"))
        (nothing,) = days.day(DAY, ())
    assert batch.schema.names == ["search_count", "user_id"]
    assert nothing.num_rows == 100


def test_a_young_day_is_trusted_for_an_hour(tmp_path: Path, world: World) -> None:
    with serving(whole(NEW)) as running:
        days = world.days(running, tmp_path)
        for minutes, calls in ((0, 1), (59, 1), (61, 2), (90, 2)):
            world.now = NOON + timedelta(minutes=minutes)
            assert count(days, YOUNG) == 10
            assert len(running.requests) == calls
        world.today += timedelta(days=5)
        world.now += timedelta(days=5)
        assert count(days, YOUNG) == 10
        world.now += timedelta(days=5)
        assert count(days, YOUNG) == 10
    assert len(running.requests) == 3


def test_a_day_set_ahead_of_the_clock_settles_nothing(tmp_path: Path, world: World) -> None:
    with serving(whole(NEW)) as running:
        days = world.days(running, tmp_path)
        usual, world.today = world.today, world.today + timedelta(days=15)
        assert count(days, YOUNG) == 10
        world.today, world.now = usual, world.now + timedelta(hours=2)
        assert count(days, YOUNG) == 10
    assert len(running.requests) == 2


def test_a_young_day_that_cannot_be_read_again_is_still_answered_with_a_note(tmp_path: Path, world: World) -> None:
    with serving(whole(NEW), refusal("invalid_auth")) as running:
        days = world.days(running, tmp_path)
        assert count(days, YOUNG) == 10
        world.now += timedelta(hours=2)
        assert count(days, YOUNG) == 10
        (note,) = notes(days)
    assert "the copy of 2026-11-23 12:00 UTC is used, because:" in note
    assert "invalid_auth" in note


@pytest.mark.parametrize("directory", ["kept", "off"])
def test_a_pending_day_has_no_rows_a_note_and_is_asked_for_again_after_an_hour(
    directory: str, tmp_path: Path, world: World
) -> None:
    with serving(refusal("file_not_yet_available"), whole(NEW)) as running:
        days = world.days(running, "off" if directory == "off" else tmp_path)
        for _ in range(2):
            assert count(days, YOUNG) == 0
            assert notes(days) == ["not published yet: file_not_yet_available"]
        assert [status.status for status in days.status() if status.day == YOUNG] == ["pending"]
        assert len(running.requests) == 1
        world.now += timedelta(minutes=61)
        assert count(days, YOUNG) == 10
    assert len(running.requests) == 2


@pytest.mark.parametrize("code", ["file_not_found", "data_not_available"])
def test_a_day_without_data_is_remembered_with_slacks_reason(code: str, tmp_path: Path, world: World) -> None:
    with serving(refusal(code)) as running:
        assert count(world.days(running, tmp_path)) == 0
        world.now += timedelta(days=30)
        days = world.days(running, tmp_path)
        assert count(days) == 0
        assert notes(days) == [f"no data: {code}"]
        assert days.kept_days() == []
        assert not days.is_published(DAY, TODAY)
    assert len(running.requests) == 1


def test_a_young_day_without_data_is_asked_for_again(tmp_path: Path, world: World) -> None:
    with serving(refusal("file_not_found"), whole(NEW)) as running:
        days = world.days(running, tmp_path)
        assert count(days, YOUNG) == 0
        world.now += timedelta(hours=2)
        assert count(days, YOUNG) == 10


def test_every_other_error_fails_and_is_not_remembered(tmp_path: Path, world: World) -> None:
    with serving(refusal("invalid_auth"), whole()) as running:
        days = world.days(running, tmp_path)
        with pytest.raises(Unauthorized):
            count(days)
        assert [path.suffix for path in tmp_path.glob("*/*")] == [".lock"]
        assert count(days) == 100


@pytest.mark.parametrize(("day", "why"), [(TODAY, "not over yet"), (date(2025, 10, 22), "older than the 13 months")])
def test_impossible_days_are_never_asked_for(day: date, why: str, tmp_path: Path, world: World) -> None:
    with serving(whole()) as running:
        days = world.days(running, tmp_path)
        assert count(days, day) == 0
        assert why in notes(days)[0]
    assert running.requests == []


def test_a_day_counts_as_published_when_known_or_two_days_old(tmp_path: Path, world: World) -> None:
    with serving(refusal("file_not_yet_available"), whole()) as running:
        days = world.days(running, tmp_path)
        assert [days.is_published(TODAY - timedelta(days=n), TODAY) for n in (1, 2, 3)] == [False, True, True]
        count(days, YOUNG)
        assert not days.is_published(YOUNG, TODAY)
        world.now += timedelta(hours=2)
        assert days.is_published(YOUNG, TODAY)
        count(days, DAY)
        assert days.is_published(DAY, TODAY)


def test_what_is_kept_can_be_listed_and_forgotten(tmp_path: Path, world: World) -> None:
    with serving(whole()) as running:
        days = world.days(running, tmp_path)
        status = days.keep(DAY)
        assert (status.status, status.rows, status.fetched_at) == ("published", 100, NOON)
        assert days.listing() == [status]
        assert status.size == only(tmp_path, "*.parquet").stat().st_size
        assert days.clear() == 1
        assert (days.listing(), days.kept_days()) == ([], [])
        assert list(tmp_path.glob("*/*")) == []
        assert count(days) == 100
    assert len(running.requests) == 2


def test_an_unfit_file_in_the_directory_disturbs_nobody(tmp_path: Path, world: World) -> None:
    with serving(whole()) as running:
        days = world.days(running, tmp_path)
        days.keep(DAY)
        for name in ("notes.json", "2026-10-04.json"):
            (only(tmp_path, "*.parquet").parent / name).write_text("{}")
        assert days.kept_days() == [DAY]


def test_the_directory_is_for_its_owner_only_and_holds_no_token(tmp_path: Path, world: World) -> None:
    root = tmp_path / "cache"
    with serving(whole()) as running:
        world.days(running, root).keep(DAY)
    for path in [root, *root.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
        assert TOKEN not in str(path)
        assert path.is_dir() or TOKEN.encode() not in path.read_bytes()


def test_two_organisations_never_mix(tmp_path: Path, world: World) -> None:
    with serving(whole()) as one, serving(refusal("file_not_found")) as two:
        assert count(world.days(one, tmp_path)) == 100
        assert count(world.days(two, tmp_path)) == 0
        other = settings(one.url, SLACKANALYTICS_CACHE_DIR=str(tmp_path), SLACKANALYTICS_SLACK_TOKEN="xoxp-other")
        assert Days(other, today=lambda: TODAY).kept_days() == []
    assert len(list(tmp_path.iterdir())) == 3


def test_planning_needs_no_token(tmp_path: Path) -> None:
    days = Days(settings("http://127.0.0.1:1", SLACKANALYTICS_CACHE_DIR=str(tmp_path), SLACKANALYTICS_SLACK_TOKEN=""))
    assert days.kept_days() == []
    assert {status.status for status in days.status()} == {"unknown"}


@pytest.mark.parametrize("damage", ["bit", "cut", "empty", "gone", "note cut", "note of another day"])
def test_a_damaged_copy_is_fetched_again(damage: str, tmp_path: Path, world: World) -> None:
    with serving(whole()) as running:
        world.days(running, tmp_path).keep(DAY)
        data, note = only(tmp_path, "*.parquet"), only(tmp_path, "*.json")
        match damage:
            case "bit":
                data.write_bytes(data.read_bytes()[:-1] + b"x")
            case "cut":
                data.write_bytes(data.read_bytes()[:-10])
            case "empty":
                data.write_bytes(b"")
            case "gone":
                data.unlink()
            case "note cut":
                note.write_bytes(note.read_bytes()[:-10])
            case _:
                note.rename(note.with_name("2026-10-04.json"))
        days = world.days(running, tmp_path)
        assert count(days) == 100
        assert ("the kept copy was damaged and is not used" in notes(days)) is not damage.startswith("note")
        assert count(days) == 100
        assert len(list(tmp_path.glob("*/*.parquet"))) == 1
    assert len(running.requests) == 2


def test_a_damaged_copy_of_a_day_that_slack_has_no_longer_is_an_error(tmp_path: Path, world: World) -> None:
    with serving(whole()) as running:
        world.days(running, tmp_path).keep(DAY)
        only(tmp_path, "*.parquet").unlink()
        world.today += timedelta(days=500)
        with pytest.raises(Corrupt, match="Slack has the day no longer"):
            count(world.days(running, tmp_path))


def test_parallel_readers_fetch_a_day_once(tmp_path: Path, world: World) -> None:
    found: list[int] = []
    with serving(whole()) as running:
        readers = [world.days(running, tmp_path) for _ in range(4)] * 2
        threads = [threading.Thread(target=lambda days=days: found.append(count(days))) for days in readers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == [100] * 8
    assert len(running.requests) == 1


def read_in_a_process(url: str, directory: str, queue: multiprocessing.queues.Queue[int]) -> None:
    given = settings(url, SLACKANALYTICS_CACHE_DIR=directory)
    queue.put(count(Days(given, today=lambda: TODAY)))


def test_parallel_processes_fetch_a_day_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    queue: multiprocessing.queues.Queue[int] = context.Queue()
    with serving(whole()) as running:
        processes = [
            context.Process(target=read_in_a_process, args=(running.url, str(tmp_path), queue)) for _ in range(2)
        ]
        for process in processes:
            process.start()
        assert [queue.get(timeout=60) for _ in processes] == [100, 100]
        for process in processes:
            process.join()
    queue.close()
    queue.join_thread()
    assert len(running.requests) == 1


@pytest.fixture
def little_disk() -> Iterator[None]:
    """Files may not grow beyond two kilobytes, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2048, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.usefixtures("little_disk")
def test_a_full_disk_is_a_note_and_the_query_is_answered(tmp_path: Path, world: World) -> None:
    with serving(whole()) as running:
        days = world.days(running, tmp_path)
        assert count(days) == 100
        assert "days cannot be kept in" in notes(days)[0]
        assert [path.suffix for path in tmp_path.glob("*/*")] == [".lock"]


@pytest.mark.parametrize("obstacle", ["a file", "a link", "/proc"])
def test_a_directory_that_cannot_be_used_is_a_note(obstacle: str, tmp_path: Path, world: World) -> None:
    with serving(whole(), whole()) as running:
        root = tmp_path / "cache"
        if obstacle == "a file":
            root.write_text("")
        elif obstacle == "a link":
            world.days(running, root).keep(DAY)
            kept = next(root.iterdir())
            kept.rename(tmp_path / "elsewhere")
            kept.symlink_to(tmp_path / "elsewhere")
        days = world.days(running, "/proc/slackanalytics" if obstacle == "/proc" else root)
        assert count(days) == 100
        assert "days cannot be kept in" in notes(days)[0]


def test_with_the_cache_off_nothing_is_left(tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with serving(whole()) as running:
        days = world.days(running, "off")
        assert (count(days), count(days)) == (100, 100)
        assert (days.kept_days(), days.clear()) == ([], 0)
    assert len(running.requests) == 2
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_clock_keeps_no_young_day_for_ever(tmp_path: Path, world: World) -> None:
    with serving(whole(NEW)) as running:
        days = world.days(running, tmp_path)
        world.now = NOON + timedelta(days=400)
        assert count(days, YOUNG) == 10
        world.now = NOON
        assert count(days, YOUNG) == 10
    assert len(running.requests) == 2


def test_remarkable_days_are_noted(tmp_path: Path, world: World) -> None:
    day = date(2026, 10, 4)
    odd = packed([member(number, date=str(day), canvas=1) for number in (1, 2, 2)])
    empty = packed([])
    with serving(whole(), whole(odd), whole(empty)) as running:
        days = world.days(running, tmp_path)
        days.keep(DAY)
        assert notes(days) == []
        assert count(days, day) == 2
        assert notes(days) == [
            "1 lines repeated another line and were left out",
            "fields that Slack does not document were ignored: canvas",
            "2 members, where the nearest kept day has 100; the file may be cut",
        ]
        assert count(days, date(2026, 8, 1)) == 0
        assert notes(days) == ["the file is published and lists no members"]


def test_the_index_sees_what_another_process_keeps(tmp_path: Path, world: World) -> None:
    with serving(whole()) as running:
        watching, other = world.days(running, tmp_path), world.days(running, tmp_path)
        assert watching.kept_days() == []
        other.keep(DAY)
        assert watching.kept_days() == [DAY]


def test_a_day_at_hand_needs_no_call(tmp_path: Path, world: World) -> None:
    with serving(refusal("file_not_yet_available"), whole()) as running:
        days = world.days(running, tmp_path)
        assert not days.is_at_hand(YOUNG)
        days.keep(YOUNG)
        assert days.is_at_hand(YOUNG)
        world.now += timedelta(hours=2)
        assert not days.is_at_hand(YOUNG)
        days.keep(DAY)
        assert days.is_at_hand(DAY)
        assert days.is_at_hand(TODAY)


@pytest.mark.slow
def test_a_large_day_is_read_in_little_memory() -> None:
    program = """
import gzip, io, resource, sys
from slackanalytics.fields import SCHEMA
from slackanalytics.spool import batches, spooled
from tests.faults.server import DAY, lines, member

class Body:
    def __init__(self, count):
        self.parts = (gzip.compress(lines([member(n) for n in range(s, s + 1000)]), 1) for s in range(0, count, 1000))
        self.rest = b""
    def read(self, size, /):
        self.rest = self.rest or next(self.parts, b"")
        piece, self.rest = self.rest[:size], self.rest[size:]
        return piece

def peak(count):
    with spooled(Body(count), DAY).spool as spool:
        assert sum(batch.num_rows for batch in batches(spool, SCHEMA.names)) == count
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

small = peak(60_000)
print(peak(300_000) - small)
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(["src", "."])},
    )
    assert int(done.stdout) < 40
