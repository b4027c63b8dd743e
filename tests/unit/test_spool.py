"""A spool has room somewhere; a spooled day has each member once."""

from __future__ import annotations

import io
import random
import resource
import signal
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.faults.server import DAY, member, members, packed

from athena_federation.errors import Corrupt
from slackanalytics.fields import SCHEMA
from slackanalytics.spool import Spool, batches, spooled

CONTENT = random.Random(1).randbytes(10_000)


def filled(directory: Path | None, in_memory: int) -> Spool:
    spool = Spool(directory, in_memory=in_memory)
    for start in range(0, len(CONTENT), 700):
        spool.write(CONTENT[start : start + 700])
    assert spool.tell() == len(CONTENT)
    spool.seek(0)
    return spool


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


@pytest.mark.parametrize("in_memory", [1, 100, 9_999, 10_000, 1_000_000])
def test_bytes_come_back_from_memory_and_from_a_file(in_memory: int, tmp_path: Path) -> None:
    with filled(tmp_path, in_memory) as spool:
        assert spool.read() == CONTENT
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("in_memory", [100, 1_000, 5_000])
def test_a_full_disk_leaves_them_in_memory(in_memory: int, tmp_path: Path, little_disk: None) -> None:
    with filled(tmp_path, in_memory) as spool:
        assert spool.read() == CONTENT


def test_without_a_place_for_files_memory_has_to_do(tmp_path: Path) -> None:
    with filled(tmp_path / "nowhere", 100) as spool:
        assert spool.read() == CONTENT


def test_a_repeated_member_is_kept_once() -> None:
    rows = [*members(5), member(2), member(5)]
    found = spooled(io.BytesIO(packed(rows)), DAY)
    assert (found.rows, found.repeated) == (5, 2)
    with found.spool as spool:
        assert [row["user_id"] for batch in batches(spool, ["user_id"]) for row in batch.to_pylist()] == [
            row["user_id"] for row in members(5)
        ]


@pytest.mark.parametrize("field", ["is_active", "search_count", "email_address", "date_claimed"])
def test_members_that_differ_in_any_field_are_refused(field: str) -> None:
    rows = [*members(3), member(1), member(3, **{field: None})]
    with pytest.raises(Corrupt, match="lines 3 and 5 are the same member"):
        spooled(io.BytesIO(packed(rows)), DAY)


def test_a_column_that_an_old_file_lacks_is_null(tmp_path: Path) -> None:
    path = tmp_path / "old.parquet"
    pq.write_table(pa.table({"user_id": ["W1"]}), path)
    with path.open("rb") as file:
        (batch,) = batches(file, ("search_count", "user_id"))
    assert batch.to_pylist() == [{"search_count": None, "user_id": "W1"}]


def test_a_day_without_members_has_no_rows_and_all_columns() -> None:
    found = spooled(io.BytesIO(packed([])), DAY)
    with found.spool as spool:
        assert pa.Table.from_batches(batches(spool, SCHEMA.names), SCHEMA).num_rows == 0
