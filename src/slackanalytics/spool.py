"""A verified day as one Parquet file, wherever there is room for it.

Written while the file is read, so that no day is held in memory as rows. Nothing can be read from it before the last
row and the checksum have been seen.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from athena_federation.errors import Corrupt
from slackanalytics.fields import SCHEMA
from slackanalytics.files import MemberFile
from slackanalytics.inflate import Body

IN_MEMORY = 4 * 1024 * 1024
"""Bytes held in memory before a temporary file is opened: about 150,000 members."""
ROWS = 32 * 1024
"""Rows in a row group and in a batch read back: about five megabytes of Arrow."""
REPEATS = 20_000
"""Repeated members compared in one pass."""


class Spool(io.RawIOBase):
    """Bytes that begin in memory and move to a file without a name when there are many.

    Where no file can be written, or the disk is full, they stay in memory. Closing forgets them.
    """

    def __init__(self, directory: Path | None = None, *, in_memory: int = IN_MEMORY) -> None:
        super().__init__()
        self._directory = directory
        self._in_memory = in_memory
        self._file: BinaryIO = io.BytesIO()
        self._stuck = False
        """Whether memory has to do."""

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        if not self._stuck and isinstance(self._file, io.BytesIO) and self._file.tell() + len(data) > self._in_memory:
            self._move()
        if isinstance(self._file, io.BytesIO):
            return self._file.write(data)
        written = self._file.tell()
        try:
            view = memoryview(data).cast("B")
            while view:
                view = view[self._file.write(view) :]
        except OSError:  # the disk is full
            self._return(written)
            self._file.write(data)
        return len(data)

    def readinto(self, buffer: Any, /) -> int:
        return self._file.readinto(buffer)  # type: ignore[attr-defined,no-any-return]

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()

    def _move(self) -> None:
        """From memory to a file that has no name and vanishes with this process."""
        try:
            file = tempfile.TemporaryFile(dir=self._directory, buffering=0)  # noqa: SIM115 - closed with the spool
        except OSError:
            self._stuck = True
            return
        memory, self._file = self._file, file
        assert isinstance(memory, io.BytesIO)
        try:
            view = memory.getbuffer()
            while view:
                view = view[file.write(view) :]
        except OSError:
            self._file = memory
            file.close()
            self._stuck = True

    def _return(self, size: int) -> None:
        """From a file that cannot grow back to memory."""
        memory = io.BytesIO()
        self._file.seek(0)
        while memory.tell() < size and (piece := self._file.read(min(size - memory.tell(), 1 << 20))):
            memory.write(piece)
        self._file.close()
        self._file = memory
        self._stuck = True


@dataclass(frozen=True, slots=True)
class Spooled:
    """A whole day, verified."""

    spool: Spool
    rows: int
    repeated: int
    """Lines that said again what another line had said; they are not among the rows."""
    unknown: dict[str, int]
    """Undocumented keys that were ignored, with the number of values."""


def spooled(body: Body, day: date, directory: Path | None = None) -> Spooled:
    """The day, verified to its last byte. Raises Damaged or Corrupt, and leaves nothing behind."""
    file = MemberFile(body, day)
    spool = _written(file, directory)
    try:
        repeats = file.repeats()
        if repeats:
            _require_same(spool, repeats, file)
            once = _without(batches(spool, SCHEMA.names), {again for _, again in repeats})
            spool, whole = _written(once, directory), spool
            whole.close()
    except BaseException:
        spool.close()
        raise
    return Spooled(spool, file.rows - len(repeats), len(repeats), file.unknown)


def batches(source: BinaryIO | Spool, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """The rows of a Parquet file that hold the columns; those that an older file lacks are NULL."""
    source.seek(0)
    with pq.ParquetFile(source, pre_buffer=False) as file:
        held = [name for name in columns if name in file.schema_arrow.names]
        for batch in file.iter_batches(ROWS, columns=held, use_threads=False):
            arrays = [
                batch.column(name) if name in held else pa.nulls(batch.num_rows, SCHEMA.field(name).type)
                for name in columns
            ]
            schema = pa.schema([SCHEMA.field(name) for name in columns])
            yield pa.RecordBatch.from_arrays(arrays, schema=schema) if columns else batch


def _written(rows: Iterable[pa.RecordBatch], directory: Path | None) -> Spool:
    spool = Spool(directory)
    try:
        with pq.ParquetWriter(spool, SCHEMA, compression="zstd", compression_level=3) as writer:
            group: list[pa.RecordBatch] = []
            for batch in rows:
                group.append(batch)
                if sum(part.num_rows for part in group) >= ROWS:
                    writer.write_table(pa.Table.from_batches(group))
                    group = []
            if group:
                writer.write_table(pa.Table.from_batches(group))
    except BaseException:
        spool.close()
        raise
    return spool


def _without(rows: Iterable[pa.RecordBatch], left_out: set[int]) -> Iterator[pa.RecordBatch]:
    row = 0
    for batch in rows:
        keep = [row + offset not in left_out for offset in range(batch.num_rows)]
        row += batch.num_rows
        yield batch.filter(pa.array(keep, pa.bool_()))


def _require_same(spool: Spool, repeats: list[tuple[int, int]], file: MemberFile) -> None:
    """Raises Corrupt where two rows of one member differ, naming their lines."""
    for start in range(0, len(repeats), REPEATS):
        pairs = repeats[start : start + REPEATS]
        wanted = sorted({row for pair in pairs for row in pair})
        place = {row: index for index, row in enumerate(wanted)}
        rows = _at(spool, wanted)
        first = rows.take(pa.array([place[row] for row, _ in pairs]))
        again = rows.take(pa.array([place[row] for _, row in pairs]))
        if first.equals(again):
            continue
        for index, (row, other) in enumerate(pairs):
            if not first.slice(index, 1).equals(again.slice(index, 1)):
                raise Corrupt(
                    f"{file.subject}: lines {file.line(row)} and {file.line(other)} are the same member with different"
                    " figures, so the day cannot be counted; ask Slack about this file"
                )


def _at(spool: Spool, wanted: list[int]) -> pa.Table:
    """The rows at these positions, which are in order."""
    begin, parts, rows = 0, [], pa.array(wanted, pa.int64())
    for batch in batches(spool, SCHEMA.names):
        inside = pc.and_(pc.greater_equal(rows, begin), pc.less(rows, begin + batch.num_rows))
        parts.append(batch.take(pc.subtract(rows.filter(inside), begin)))
        begin += batch.num_rows
    return pa.Table.from_batches(parts, SCHEMA).combine_chunks()
