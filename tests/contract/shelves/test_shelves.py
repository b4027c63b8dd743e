"""What a shelf promises, wherever it is: in a directory, or in a bucket."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws
from tests.faults.oracle import client, settings
from tests.faults.server import DAY, Server, packed, refusal, serving, whole

from athena_federation.errors import SourceError
from athena_federation.services import Clients
from slackanalytics.cache import Days
from slackanalytics.s3_shelf import LISTED, BucketShelf
from slackanalytics.shelf import DayShelf, Entry, Shelf
from slackanalytics.spool import Spool

CONTENT = random.Random(3).randbytes(3_000)
ENTRY = Entry(day=DAY, status="published", rows=7, fetched_at=datetime(2026, 11, 23, tzinfo=UTC), settled=True)
LATER = replace(ENTRY, fetched_at=ENTRY.fetched_at + timedelta(hours=1))
BUCKET, PREFIX = "days", "kept/0123456789abcdef"
CLIENTS = Clients()
"""Made once, because that takes longer than all that they are asked here."""


def spool(content: bytes = CONTENT) -> Spool:
    made = Spool()
    made.write(content)
    return made


@dataclass
class Time:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Place:
    """A shelf, another look at the same one as from another process, and its files."""

    another: Callable[[], DayShelf]
    names: Callable[[], list[str]]
    read: Callable[[str], bytes]
    write: Callable[[str, bytes], object]


def remote() -> BucketShelf:
    return BucketShelf(BUCKET, PREFIX, clients=CLIENTS)


def listing(s3: Any) -> list[str]:
    return [item["Key"] for item in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        s3 = CLIENTS("s3")
        s3.create_bucket(Bucket=BUCKET)
        yield s3


@pytest.fixture(params=["directory", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "directory":
        root = tmp_path / "shelf"
        return Place(
            another=lambda: Shelf(root),
            names=lambda: sorted(p.name for p in root.iterdir() if p.suffix != ".lock"),
            read=lambda name: (root / name).read_bytes(),
            write=lambda name, data: (root / name).write_bytes(data),
        )
    s3 = request.getfixturevalue("bucket")
    return Place(
        another=remote,
        names=lambda: listing(s3),
        read=lambda name: s3.get_object(Bucket=BUCKET, Key=name)["Body"].read(),
        write=lambda name, data: s3.put_object(Bucket=BUCKET, Key=name, Body=data),
    )


@pytest.fixture
def shelf(place: Place) -> DayShelf:
    return place.another()


def content(shelf: DayShelf, entry: Entry) -> bytes | None:
    file = shelf.opened(entry)
    if file is None:
        return None
    with file:
        return file.read()


def test_what_is_kept_is_found_here_and_elsewhere(shelf: DayShelf, place: Place) -> None:
    entry = replace(ENTRY, repeated=2, unknown=("team_id", "naïve, key"), reason="a=b/c")
    kept = shelf.keep(entry, spool())
    for reader in (shelf, place.another()):
        assert reader.entry(DAY) == kept
        assert reader.entries() == {DAY: kept}
        assert content(reader, kept) == CONTENT
    assert replace(kept, file="", size=0, checksum="") == entry
    assert kept.size == len(CONTENT)


def test_nothing_is_known_about_another_day(shelf: DayShelf) -> None:
    shelf.keep(ENTRY, spool())
    assert shelf.entry(date(2026, 10, 4)) is None


def test_days_are_listed_oldest_first(shelf: DayShelf, place: Place) -> None:
    for days in (3, 1, 2):
        shelf.keep(replace(ENTRY, day=DAY + timedelta(days=days)), spool())
    assert list(place.another().entries()) == [DAY + timedelta(days=days) for days in (1, 2, 3)]


def test_a_day_without_data_is_remembered_without_a_file(shelf: DayShelf, place: Place) -> None:
    kept = shelf.keep(replace(ENTRY, status="pending", reason="file_not_yet_available", rows=0))
    assert place.another().entry(DAY) == kept


def test_a_new_version_replaces_the_old_one(shelf: DayShelf, place: Place) -> None:
    first = shelf.keep(ENTRY, spool())
    before = place.names()
    second = shelf.keep(LATER, spool(b"other"))
    reader = place.another()
    assert (reader.entry(DAY), content(reader, second), content(reader, first)) == (second, b"other", None)
    assert len(place.names()) == len(before)


@pytest.mark.parametrize("damage", ["cut", "altered", "empty"])
def test_a_damaged_file_is_not_given(damage: str, shelf: DayShelf, place: Place) -> None:
    kept = shelf.keep(ENTRY, spool())
    (name,) = (name for name in place.names() if name.endswith(".parquet"))
    good = place.read(name)
    place.write(name, {"cut": good[:-1], "altered": bytes([good[0] ^ 1]) + good[1:], "empty": b""}[damage])
    reader = place.another()
    found = reader.entry(DAY)
    assert found is None or content(reader, found) is None
    assert content(reader, kept) is None


def test_files_of_others_are_not_taken_for_days(shelf: DayShelf, place: Place) -> None:
    kept = shelf.keep(ENTRY, spool())
    folder = place.names()[0].rpartition("/")[0].rpartition("/")[0]
    for name in ("notes.json", "2026-10-04.json", "2026-10-04.parquet"):
        place.write(f"{folder}/{name}" if folder else name, b"{}")
    assert place.another().entries() == {DAY: kept}


def test_a_closed_shelf_keeps_nothing(shelf: DayShelf, place: Place) -> None:
    shelf.close()
    with pytest.raises(SourceError, match="cancelled"):
        shelf.keep(ENTRY, spool())
    assert place.names() == []


def test_a_spool_can_be_read_after_it_was_kept(shelf: DayShelf) -> None:
    held = spool()
    shelf.keep(ENTRY, held)
    held.seek(0)
    assert held.read() == CONTENT


def test_a_lock_has_one_holder_and_waiting_can_be_cancelled(shelf: DayShelf) -> None:
    cancelled = threading.Event()
    cancelled.set()
    with shelf.lock(DAY, cancelled.wait):
        with pytest.raises(SourceError, match="cancelled"), shelf.lock(DAY, cancelled.wait):
            pass
        with shelf.lock(date(2026, 10, 4), cancelled.wait):
            pass
    with shelf.lock(DAY, cancelled.wait):
        pass


def test_what_another_wrote_is_seen_under_the_lock(place: Place) -> None:
    mine, other = place.another(), place.another()
    assert mine.entry(DAY) is None
    kept = other.keep(ENTRY, spool())
    with mine.lock(DAY, lambda _: None):
        assert mine.entry(DAY) == kept


def test_of_many_writers_at_once_one_complete_day_remains(place: Place) -> None:
    def write(number: int) -> None:
        shelf = place.another()
        with shelf.lock(DAY, threading.Event().wait):
            entry = replace(ENTRY, rows=number, fetched_at=ENTRY.fetched_at + timedelta(seconds=number))
            shelf.keep(entry, spool(bytes([number]) * 5_000))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    reader = place.another()
    entry = reader.entry(DAY)
    assert entry is not None
    assert content(reader, entry) == bytes([entry.rows]) * 5_000


def test_of_two_that_wrote_unseen_by_each_other_the_newer_counts(bucket: Any) -> None:
    first, second = remote(), remote()
    first.entries(), second.entries()
    newer = second.keep(LATER, spool(b"newer"))
    first.keep(ENTRY, spool())
    assert len(listing(bucket)) == 2
    assert remote().entry(DAY) == newer


class Counting(Clients):
    """Counts calls by their name."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []

    def __call__(self, service: str, **options: Any) -> Any:
        made = service in self.made
        found = super().__call__(service, **options)
        if not made:
            found.meta.events.register("before-call", lambda model, **_: self.calls.append(model.name))
        return found


def test_one_listing_tells_about_every_day_of_thirteen_months(bucket: Any) -> None:
    clients, time = Counting(), Time()
    shelf = BucketShelf(BUCKET, PREFIX, clients=clients, clock=time)
    for number in range(395):
        name = f"{DAY - timedelta(days=number)}/20261123T000000.000000Z,published,settled,7,0,,,,.parquet"
        bucket.put_object(Bucket=BUCKET, Key=f"{PREFIX}/{name}", Body=b"")
    for _ in range(3):
        assert [len(shelf.entries()), shelf.entry(DAY) is not None] == [395, True]
    assert clients.calls == ["ListObjectsV2"]
    time.now = LISTED
    shelf.entries()
    assert clients.calls == ["ListObjectsV2"] * 2


def test_a_key_encrypts_what_is_kept(bucket: Any) -> None:
    shelf = BucketShelf(BUCKET, PREFIX, key="arn:aws:kms:us-east-1:123456789012:key/1", clients=CLIENTS)
    shelf.keep(ENTRY, spool())
    head = bucket.head_object(Bucket=BUCKET, Key=listing(bucket)[0])
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == (
        "aws:kms",
        "arn:aws:kms:us-east-1:123456789012:key/1",
    )


def test_a_bucket_that_is_not_there_is_named_and_forgives(bucket: Any) -> None:
    told: list[str] = []
    shelf = BucketShelf("no-such-bucket", PREFIX, told=told.append, clients=CLIENTS)
    assert (shelf.entries(), shelf.entry(DAY), shelf.opened(replace(ENTRY, file="x"))) == ({}, None, None)
    with pytest.raises(OSError, match="s3:PutObject failed with NoSuchBucket"):
        shelf.keep(ENTRY, spool())
    assert told == [
        f"days kept in s3://no-such-bucket/{PREFIX} cannot be listed (s3:ListBucket): NoSuchBucket",
        f"{DAY} cannot be read from s3://no-such-bucket/{PREFIX} (s3:GetObject): NoSuchBucket",
    ]


def days_of(server: Server, bucket: str = f"{BUCKET}/kept") -> Days:
    """As in a new instance of a function."""
    given = settings(server.url, SLACKANALYTICS_CACHE_DIR="off", SLACKANALYTICS_CACHE_BUCKET=bucket)
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    return Days(given, client=client(server.url), today=noon.date, now=lambda: noon, clients=CLIENTS)


def count(days: Days) -> int:
    return sum(batch.num_rows for batch in days.day(DAY))


def notes(days: Days) -> list[str]:
    return [note.text for note in days.notes.drain()]


def test_one_instance_fetches_a_day_for_all(bucket: Any) -> None:
    with serving(whole()) as running:
        assert [count(days_of(running)) for _ in range(3)] == [100, 100, 100]
        assert days_of(running).kept_days() == [DAY]
    assert len(running.requests) == 1


def test_a_damaged_object_is_fetched_anew(bucket: Any) -> None:
    with serving(whole(), whole()) as running:
        count(days_of(running))
        bucket.put_object(Bucket=BUCKET, Key=listing(bucket)[0], Body=b"PAR1")
        days = days_of(running)
        assert count(days) == 100
        assert notes(days) == ["the kept copy was damaged and is not used"]
        assert count(days_of(running)) == 100
    assert len(running.requests) == 2


def test_a_bucket_that_fails_is_no_reason_not_to_answer(bucket: Any) -> None:
    with serving(whole()) as running:
        days = days_of(running, "no-such-bucket")
        assert count(days) == 100
        found = notes(days)
    assert any("cannot be listed (s3:ListBucket): NoSuchBucket" in note for note in found)
    assert any("days cannot be kept in s3://no-such-bucket/" in note for note in found)


def test_a_day_without_data_is_asked_for_once_by_all(bucket: Any) -> None:
    with serving(refusal("file_not_found")) as running:
        assert [count(days_of(running)) for _ in range(2)] == [0, 0]
    assert len(running.requests) == 1


def test_what_is_kept_can_be_listed_and_forgotten(bucket: Any) -> None:
    bucket.put_object(Bucket=BUCKET, Key="somebody/else", Body=b"")
    with serving(whole(), whole(packed([]))) as running:
        days = days_of(running)
        assert days.keep(DAY).rows == 100
        assert [status.rows for status in days_of(running).listing()] == [100]
        assert days_of(running).clear() == 1
        assert days_of(running).listing() == []
    assert listing(bucket) == ["somebody/else"]
