"""Days at rest in an S3 bucket: one object for each, whose name says what is known about the day.

`PREFIX/2026-10-03/20261123T120000.000000Z,published,settled,1000,0,CHECKSUM,,.parquet`: when it was fetched, what it is,
whether it can still change, rows, repeated lines, SHA-256, Slack's reason, undocumented keys. So one listing tells all
that is known, and one PUT, which S3 does completely or not at all, makes a day kept. Of several objects of a day the
newest counts; whoever puts one deletes those that are older. https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html#ConsistencyModel
"""

from __future__ import annotations

import base64
import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote, unquote

from athena_federation.errors import SourceError
from athena_federation.services import Clients, code
from slackanalytics.limiter import Pause
from slackanalytics.shelf import POLL_SECONDS, Entry
from slackanalytics.spool import Spool

LISTED = 30.0
"""Seconds for which a listing is good: as long as a query plans, and no longer than anybody would wait for a new day."""
MOMENT = "%Y%m%dT%H%M%S.%fZ"
LONGEST_NAME = 700
"""Characters of an object's name; S3 allows 1,024 bytes with the prefix."""
AT_ONCE = 1_000
"""Objects that one call deletes."""


class BucketShelf:
    """
    The days of one organisation under one prefix. Safe between threads; between instances the last complete day wins.

    Args:
        bucket: Its name.
        prefix: Without a slash at its end.
        key: The KMS key that encrypts objects; None leaves that to the bucket.
        clients: AWS's services.
        clock: Seconds that only grow.
        told: Hears, in a line, why the bucket could not be used.
    """

    directory = None

    def __init__(
        self,
        bucket: str,
        prefix: str,
        *,
        key: str | None = None,
        clients: Clients | None = None,
        clock: Callable[[], float] = time.monotonic,
        told: Callable[[str], None] = lambda _text: None,
    ) -> None:
        self._bucket = bucket
        self._prefix = prefix
        self._encryption = (
            {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key, "BucketKeyEnabled": True} if key else {}
        )
        self._clients = clients or Clients()
        self._clock = clock
        self._told = told
        self._listing = threading.Lock()
        self._until = float("-inf")
        self._entries: Mapping[date, Entry] = {}
        self._fetching: dict[date, threading.Lock] = {}
        self._writing = threading.Lock()
        self._closed = False

    @property
    def place(self) -> str:
        return f"s3://{self._bucket}/{self._prefix}"

    def entry(self, day: date) -> Entry | None:
        """What is known about a day; None for nothing."""
        return self.entries().get(day)

    def entries(self) -> Mapping[date, Entry]:
        """All that is known, oldest first; nothing, and a word about it, where the bucket cannot be listed."""
        with self._listing:
            if self._clock() >= self._until:
                try:
                    self._entries = self._listed()
                except Exception as error:  # noqa: BLE001 - boto3 raises what it likes; days are then fetched anew
                    self._told(f"days kept in {self.place} cannot be listed (s3:ListBucket): {code(error)}")
                    self._entries = {}
                self._until = self._clock() + LISTED
            return self._entries

    def opened(self, entry: Entry) -> Spool | None:
        """The verified file of a kept day; None where it is gone, cut or altered."""
        spool, digest = Spool(), hashlib.sha256()
        try:
            body = self._s3.get_object(Bucket=self._bucket, Key=f"{self._prefix}/{entry.file}")["Body"]
            while piece := body.read(1 << 20):
                digest.update(piece)
                spool.write(piece)
        except Exception as error:  # noqa: BLE001 - see above
            spool.close()
            if code(error) != "NoSuchKey":  # which is what somebody else's newer day leaves behind
                self._told(f"{entry.day} cannot be read from {self.place} (s3:GetObject): {code(error)}")
            return None
        if spool.tell() != entry.size or digest.hexdigest() != entry.checksum:
            spool.close()
            return None
        spool.seek(0)
        return spool

    def keep(self, entry: Entry, spool: Spool | None = None) -> Entry:
        """The entry as kept, with its file's name, size and checksum.

        Raises OSError, and then the day is as it was before; SourceError where the shelf has been closed.
        """
        with self._writing:
            if self._closed:
                raise SourceError(f"cancelled before member analytics of {entry.day} were kept")
            digest, size = _measured(spool)
            kept = replace(entry, size=size, checksum=digest.hex() if spool else "")
            kept = replace(kept, file=_named(kept))
            try:
                self._s3.put_object(
                    Bucket=self._bucket,
                    Key=f"{self._prefix}/{kept.file}",
                    Body=spool or b"",
                    ChecksumSHA256=base64.b64encode(digest).decode(),
                    **self._encryption,
                )
            except OSError:
                raise
            except Exception as error:
                raise OSError(0, f"s3:PutObject failed with {code(error)}") from error
            self._forget_older(kept)
            return kept

    def close(self) -> None:
        """Nothing is written from now on; what is being written is finished first, which takes a moment."""
        self._closed = True
        with self._writing:
            return

    @contextmanager
    def lock(self, day: date, pause: Pause) -> Iterator[None]:
        """One holder for each day among the threads of this process; what others did meanwhile is looked at anew."""
        with self._listing:
            lock = self._fetching.setdefault(day, threading.Lock())
        while not lock.acquire(blocking=False):
            if pause(POLL_SECONDS):
                raise SourceError(f"cancelled while another reader fetches member analytics of {day}")
        try:
            self._look_again()
            yield
        finally:
            lock.release()

    @property
    def _s3(self) -> Any:
        return self._clients("s3")

    def _look_again(self) -> None:
        with self._listing:
            self._until = float("-inf")

    def _listed(self) -> Mapping[date, Entry]:
        found: dict[date, Entry] = {}
        for name, size in names(self._s3, self._bucket, f"{self._prefix}/"):
            entry = _read(name, size)
            if entry and (entry.day not in found or found[entry.day].file < entry.file):
                found[entry.day] = entry
        return dict(sorted(found.items()))

    def _forget_older(self, kept: Entry) -> None:
        """Deletes what the kept day takes the place of; where that is not allowed, it stays and does not count."""
        before = self.entry(kept.day)
        self._look_again()
        if before is None:
            return
        try:
            day = f"{self._prefix}/{kept.day}/"
            older = [
                f"{day}{name}" for name, _ in names(self._s3, self._bucket, day) if f"{kept.day}/{name}" < kept.file
            ]
            delete(self._s3, self._bucket, older)
        except Exception as error:  # noqa: BLE001 - see above
            self._told(f"older copies of {kept.day} stay in {self.place} (s3:DeleteObject): {code(error)}")


def names(s3: Any, bucket: str, prefix: str) -> Iterator[tuple[str, int]]:
    """The objects under a prefix: the rest of their name, and their size in bytes."""
    for answer in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for item in answer.get("Contents", ()):
            yield item["Key"].removeprefix(prefix), item["Size"]


def delete(s3: Any, bucket: str, keys: list[str]) -> None:
    """Delete objects. Raises what boto3 raises, and PermissionError for those that stay."""
    for start in range(0, len(keys), AT_ONCE):
        objects = [{"Key": key} for key in keys[start : start + AT_ONCE]]
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
        if errors := answer.get("Errors"):
            raise PermissionError(f"{errors[0].get('Key')}: {errors[0].get('Code')}")


def forget(bucket: str, prefix: str, clients: Clients) -> int:
    """Delete every kept day under a prefix, of every organisation, and tell how many days that were."""
    found = [name for name, size in names(clients("s3"), bucket, prefix) if _read(name.partition("/")[2], size)]
    delete(clients("s3"), bucket, [prefix + name for name in found])
    return len({name.rpartition("/")[0] for name in found})


def _measured(spool: Spool | None) -> tuple[bytes, int]:
    """The checksum and the size of what is to be kept."""
    digest = hashlib.sha256()
    if spool is None:
        return digest.digest(), 0
    spool.seek(0)
    while piece := spool.read(1 << 20):
        digest.update(piece)
    size = spool.tell()
    spool.seek(0)
    return digest.digest(), size


def _named(entry: Entry) -> str:
    """The object's name, below the prefix, that says what is known about the day."""
    fields = [
        entry.fetched_at.astimezone(UTC).strftime(MOMENT),
        entry.status,
        "settled" if entry.settled else "young",
        str(entry.rows),
        str(entry.repeated),
        entry.checksum,
        quote(entry.reason, safe=""),
    ]
    name = f"{entry.day}/{','.join(fields)}"
    unknown = [quote(key, safe="") for key in entry.unknown]
    while unknown and len(name) + sum(len(key) + 1 for key in unknown) > LONGEST_NAME:
        unknown.pop()
    return f"{name},{'+'.join(unknown)},.parquet"


def _read(name: str, size: int) -> Entry | None:
    """What an object's name says; None for a name that is none of ours."""
    day, _, rest = name.partition("/")
    try:
        at, status, settled, rows, repeated, checksum, reason, unknown, _ = rest.split(",")
        return Entry(
            day=date.fromisoformat(day),
            status=status,
            reason=unquote(reason),
            rows=int(rows),
            repeated=int(repeated),
            unknown=tuple(unquote(key) for key in unknown.split("+") if key),
            fetched_at=datetime.strptime(at, MOMENT).replace(tzinfo=UTC),
            settled=settled == "settled",
            file=name,
            size=size,
            checksum=checksum,
        )
    except ValueError:
        return None
