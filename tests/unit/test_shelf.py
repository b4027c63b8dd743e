"""A day on the shelf is whole or not there, whatever happens to the directory. What holds for buckets, too, is in contract/shelves."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.faults.server import DAY

from slackanalytics.shelf import Entry, Shelf
from slackanalytics.spool import Spool

CONTENT = random.Random(3).randbytes(3_000)
ENTRY = Entry(day=DAY, status="published", rows=7, fetched_at=datetime(2026, 11, 23, tzinfo=UTC), settled=True)


def spool(content: bytes = CONTENT) -> Spool:
    made = Spool()
    made.write(content)
    return made


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "shelf")


def test_what_is_kept_is_found(shelf: Shelf) -> None:
    kept = shelf.keep(ENTRY, spool())
    assert shelf.entry(DAY) == kept
    assert shelf.entries() == {DAY: kept}
    assert (kept.rows, kept.size) == (7, len(CONTENT))
    file = shelf.opened(kept)
    assert file
    with file:
        assert file.read() == CONTENT


def test_a_note_is_readable_json_after_its_checksum(shelf: Shelf) -> None:
    shelf.keep(ENTRY, spool())
    checksum, _, text = (shelf.directory / f"{DAY}.json").read_text().partition("\n")
    assert len(checksum) == 64
    assert json.loads(text)["rows"] == 7


def test_a_new_version_replaces_the_old_one(shelf: Shelf) -> None:
    first = shelf.keep(ENTRY, spool())
    reader = shelf.opened(first)
    assert reader
    second = shelf.keep(ENTRY, spool(b"other"))
    assert shelf.opened(first) is None
    assert sorted(path.name for path in shelf.directory.iterdir()) == sorted([f"{DAY}.json", second.file])
    with reader:
        assert reader.read() == CONTENT  # who was reading reads on


@pytest.mark.slow
def test_no_altered_bit_goes_unnoticed(shelf: Shelf) -> None:
    generator = random.Random(5)
    kept = shelf.keep(ENTRY, spool())
    data, note = shelf.directory / kept.file, shelf.directory / f"{DAY}.json"
    for path in [data] * 700 + [note] * 300:
        good = path.read_bytes()
        position, bit = generator.randrange(len(good)), 1 << generator.randrange(8)
        path.write_bytes(good[:position] + bytes([good[position] ^ bit]) + good[position + 1 :])
        read = Shelf(shelf.directory)
        found = read.entry(DAY)
        assert found is None or read.opened(found) is None, (path.name, position, bit)
        path.write_bytes(good)


def test_a_file_is_verified_once_and_again_when_it_has_changed(shelf: Shelf) -> None:
    kept = shelf.keep(ENTRY, spool())
    for _ in range(2):
        file = shelf.opened(kept)
        assert file
        file.close()
    path = shelf.directory / kept.file
    path.write_bytes(bytes(len(CONTENT)))
    os.utime(path, ns=(1, 1))
    assert shelf.opened(kept) is None


@pytest.mark.parametrize("kept_before", [False, True])
def test_a_day_that_cannot_be_written_stays_as_it_was(kept_before: bool, shelf: Shelf) -> None:
    before = shelf.keep(ENTRY, spool()) if kept_before else None

    class Unreadable(Spool):
        def readinto(self, buffer: object, /) -> int:
            raise OSError("no")

    with pytest.raises(OSError, match="no"):
        shelf.keep(ENTRY, Unreadable())
    assert shelf.entry(DAY) == before
    assert len(list(shelf.directory.iterdir())) == (2 if kept_before else 0)


def test_a_note_that_cannot_be_written_takes_its_file_along(shelf: Shelf) -> None:
    (shelf.directory / f"{DAY}.json").mkdir()
    with pytest.raises(OSError, match="directory"):
        shelf.keep(ENTRY, spool())
    assert [path.name for path in shelf.directory.iterdir()] == [f"{DAY}.json"]


def test_a_directory_that_has_gone_is_an_empty_one(shelf: Shelf) -> None:
    kept = shelf.keep(ENTRY, spool())
    shutil.rmtree(shelf.directory)
    assert (shelf.entry(DAY), shelf.entries(), shelf.opened(kept)) == (None, {}, None)
    with shelf.lock(DAY, lambda _: None), pytest.raises(OSError, match="No such file"):
        shelf.keep(ENTRY, spool())


KILLED_WRITERS = """
import os, signal, sys, time
from pathlib import Path
from slackanalytics.shelf import Shelf
from tests.unit.test_shelf import CONTENT, DAY, ENTRY, spool

directory = Path(sys.argv[1])
Shelf(directory).keep(ENTRY, spool())
versions = set()
for attempt in range(100):
    writer = os.fork()
    if not writer:
        while True:
            Shelf(directory).keep(ENTRY, spool())
    time.sleep(0.01 + attempt * 0.0003)
    os.kill(writer, signal.SIGKILL)
    os.waitpid(writer, 0)
    entry = Shelf(directory).entry(DAY)
    versions.add(entry.file)
    with Shelf(directory).opened(entry) as file:
        assert file.read() == CONTENT
print(len(versions))
"""


def test_a_killed_writer_leaves_the_day_as_it_was_or_as_it_shall_be(shelf: Shelf) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED_WRITERS, str(shelf.directory)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(["src", "."])},
    )
    assert int(done.stdout) > 10
    shelf.keep(ENTRY, spool())
    assert len(list(shelf.directory.iterdir())) == 2


def test_a_link_is_not_taken_for_a_directory(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(PermissionError, match="is a link"):
        Shelf(tmp_path / "link")
