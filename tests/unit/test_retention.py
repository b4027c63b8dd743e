"""Days older than thirteen months go, and nothing of them is left."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from athena_federation.errors import ConfigurationError
from slackanalytics.cache import first_day
from slackanalytics.retention import RETENTION, beyond, purge
from slackanalytics.shelf import Entry, Shelf
from slackanalytics.spool import Spool

TODAY = date(2026, 11, 25)
LIMIT = min(TODAY - RETENTION, first_day(TODAY))


def keep(shelf: Shelf, day: date) -> None:
    spool = Spool()
    spool.write(f"ada.{day}@example.com".encode() * 3)
    note = Entry(day=day, status="published", rows=1, fetched_at=datetime(2026, 11, 1, tzinfo=UTC), settled=True)
    shelf.keep(note, spool)


def everything(root: Path) -> bytes:
    return b"".join(str(path).encode() + path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file())


def test_old_days_are_gone_byte_for_byte_and_the_others_are_whole(tmp_path: Path) -> None:
    shelves = [Shelf(tmp_path / name) for name in ("one", "other")]
    old = [LIMIT - timedelta(days=n) for n in (1, 2, 300)]
    young = [LIMIT, LIMIT + timedelta(days=1), TODAY]
    for shelf in shelves:
        for day in (*old, *young):
            keep(shelf, day)
    (shelves[0].directory / f".{old[0]}-1a2b.parquet.9f.part").write_bytes(b"ada@example.com, half a file")
    (shelves[0].directory / f"{old[0]}.lock").touch()
    assert beyond(tmp_path, TODAY) == sorted(old)
    assert purge(tmp_path, TODAY) == sorted(old)
    left = everything(tmp_path)
    for day in old:
        assert str(day).encode() not in left
    assert b"half a file" not in left
    for shelf in shelves:
        assert sorted(shelf.entries()) == sorted(young)
        for entry in shelf.entries().values():
            file = shelf.opened(entry)
            assert file
            file.close()
    assert purge(tmp_path, TODAY) == []


def test_no_day_is_forgotten_that_slack_still_has(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    for n in range(0, 800, 9):
        today = date(2026, 1, 1) + timedelta(days=n)
        note = tmp_path / "one" / f"{first_day(today)}.json"
        note.touch()
        assert beyond(tmp_path, today) == []
        note.unlink()


def test_what_is_no_day_stays(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    for name in ("notes.json", "2020-01-01.txt", "README"):
        (tmp_path / "one" / name).touch()
    assert purge(tmp_path, TODAY) == []
    assert len(list((tmp_path / "one").iterdir())) == 3
    assert beyond(tmp_path / "none", TODAY) == []


def test_a_file_that_cannot_be_removed_is_named(tmp_path: Path) -> None:
    (tmp_path / "one" / "2020-01-01.json").mkdir(parents=True)
    with pytest.raises(ConfigurationError, match="2020-01-01"):
        purge(tmp_path, TODAY)
