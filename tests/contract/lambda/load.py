"""Reads one large split through the handler, spills it into a folder, and prints what that took.

    python load.py ROWS FOLDER [all]

With `all`, every row is held before the first is spilled: what the handler must not do.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from athena_federation import handler as connector_side
from athena_federation.messages import (
    Constraints,
    EncryptionKey,
    ReadRecordsRequest,
    RemoteReadRecordsResponse,
    S3SpillLocation,
    Split,
    TableName,
)
from athena_federation.predicate import Predicate, at_least
from athena_federation.spill import Spilling
from athena_federation.table import Column, Connector, Scan, Table

BATCH = 10_000
COLUMNS = (
    Column("email", pa.string()),
    *(Column(f"flag_{n}", pa.bool_()) for n in range(4)),
    *(Column(f"count_{n}", pa.int64()) for n in range(12)),
)
SCHEMA = pa.schema([(column.name, column.type) for column in COLUMNS])


class Folder:
    """A blob store of files."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def put(self, bucket: str, key: str, data: bytes | bytearray) -> None:
        (self.path / f"{bucket}-{key.replace('/', '-')}").write_bytes(data)

    def get(self, bucket: str, key: str) -> bytes:
        return (self.path / f"{bucket}-{key.replace('/', '-')}").read_bytes()


def rows(count: int) -> Iterator[pa.RecordBatch]:
    for first in range(0, count, BATCH):
        numbers = range(first, first + BATCH)
        emails = pa.array([f"member.{n:09}@example.com" for n in numbers])
        flags = [pa.array([n % 3 == 0 for n in numbers])] * 4
        yield pa.RecordBatch.from_arrays([emails, *flags, *[pa.array(numbers, pa.int64())] * 12], schema=SCHEMA)


def main(count: int, folder: Path, *, hold: bool) -> None:
    def read(scan: Scan) -> Iterator[pa.RecordBatch]:
        yield from list(rows(count)) if hold else rows(count)

    connector = Connector(name="load", tables=[Table(name="rows", columns=COLUMNS, read=read)])
    handler = connector_side.Handler(connector, spilling=Spilling(store=Folder(folder)))
    location = S3SpillLocation(bucket="blocks", key="spill/one")
    request = ReadRecordsRequest(
        table=TableName("load", "rows"),
        schema=SCHEMA,
        split=Split(spill_location=location, encryption_key=EncryptionKey(b"k" * 32, b"n" * 12)),
        constraints=Constraints(predicate=Predicate({"count_0": at_least(pa.int64(), 1)})),
    )
    before = peak()
    answer = handler(request)
    after = peak()
    blocks = len(answer.remote_blocks) if isinstance(answer, RemoteReadRecordsResponse) else 0
    print(json.dumps({"blocks": blocks, "before": before / 1024, "peak": after / 1024}))  # noqa: T201 - kilobytes


def peak() -> int:
    """Kilobytes that this process held at most. `getrusage` would count what its parent held before it was begun."""
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), hold=sys.argv[3:] == ["all"])
