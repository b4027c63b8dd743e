"""A day's file as Arrow batches of the declared columns.

Two readers give one answer: pyarrow's, which is fast, takes a block of lines where it is known to be strict enough,
and `records`, which is slow, decides about the others. Where pyarrow alone would be too kind: it passes invalid UTF-8,
two objects on one line, an object over two lines, and NaN in a key that nobody asked for.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json

from athena_federation.errors import Corrupt
from slackanalytics import records
from slackanalytics.fields import MEMBER, SCHEMA, canonical
from slackanalytics.inflate import Block, Body, Limits, TooLarge, blocks

MAX_DEPTH = 64
"""Brackets in a line beyond which pyarrow is not asked: it follows deep nesting without a limit of its own."""


class MemberFile:
    """One day's member file, read once.

    Iterating gives batches of all columns. Rows are to be trusted only after the last one, when the whole file has
    been verified. Raises Damaged for bytes that arrived broken, Corrupt for rows that are not what Slack documents.
    """

    def __init__(self, body: Body, day: date, *, limits: Limits | None = None, strict: bool = False) -> None:
        self.day = day
        self.subject = f"member analytics of {day}"
        self.rows = 0
        self.unknown: dict[str, int] = {}
        """Undocumented keys, ignored, with the number of values met."""
        self._limits = limits or Limits()
        self._blocks = blocks(body, self.subject, self._limits)
        self._strict = strict
        self._lines = _LineNumbers()
        self._spellings: dict[str, str] = {column.name: column.name for column in MEMBER}
        self._users: list[pa.Array] = []

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        for block in self._blocks:
            try:
                batch = (None if self._strict else self._fast(block)) or self._slow(block)
            except TooLarge:
                raise
            except Corrupt:
                for _ in self._blocks:  # a transfer that broke explains a broken line better than the line does
                    pass
                raise
            self._lines.add(block, batch.num_rows)
            self.rows += batch.num_rows
            self._users.append(batch.column("user_id"))
            if batch.num_rows:
                yield _published(batch, self.day)

    def repeats(self) -> list[tuple[int, int]]:
        """Members met again, as (row where met first, row where met again), once all rows have been read."""
        users = pa.chunked_array(self._users, pa.string())
        if pc.count_distinct(users).as_py() == len(users):
            return []
        first: dict[int, int] = {}
        found = []
        for row, code in enumerate(users.combine_chunks().dictionary_encode().indices.to_pylist()):
            if (earlier := first.setdefault(code, row)) != row:
                found.append((earlier, row))
        return found

    def line(self, row: int) -> int:
        """The line, counted from 1, that a row comes from."""
        return self._lines.of(row)

    def _slow(self, block: Block) -> pa.RecordBatch:
        batch, unknown = records.read(block, self.day, self.subject)
        self._note(unknown)
        return batch

    def _fast(self, block: Block) -> pa.RecordBatch | None:
        """The rows of a block, or None where the slow reader has to decide."""
        objects = _objects(block)
        if not objects or not _is_utf8(block.text) or not _is_shallow(block):
            return None
        try:
            table = self._parse(block.text)
            extra = [name for name in table.column_names if name not in self._spellings]
            spelled = {name: known for name in extra if (known := canonical(name))}
            if spelled:
                self._spellings |= spelled
                table = self._parse(block.text)
            unknown = [name for name in extra if name not in spelled]
            if unknown and (b"NaN" in block.text or b"Inf" in block.text):
                return None
            if table.num_rows != objects:
                return None
            batch = self._columns(table)
        except pa.ArrowException:
            return None
        if batch is not None:
            self._note({name: n for name in unknown if (n := table.num_rows - table[name].null_count)})
        return batch

    def _parse(self, text: bytes) -> pa.Table:
        types = {column.name: column.type for column in MEMBER}
        return pyarrow.json.read_json(
            pa.BufferReader(text),
            read_options=pyarrow.json.ReadOptions(use_threads=False, block_size=len(text) + 1),
            parse_options=pyarrow.json.ParseOptions(
                explicit_schema=pa.schema([(key, types[name]) for key, name in self._spellings.items()]),
                unexpected_field_behavior="infer",
            ),
        )

    def _columns(self, table: pa.Table) -> pa.RecordBatch | None:
        """One column per documented field, its spellings united; None where a required one is not as it must be."""
        arrays: dict[str, pa.Array] = {}
        for key, name in self._spellings.items():
            found = table[key].combine_chunks()
            if name in arrays and found.null_count < len(found):
                if pc.any(pc.not_equal(arrays[name], found)).as_py():
                    return None
                found = pc.coalesce(arrays[name], found)
            elif name in arrays:
                continue
            arrays[name] = found
        for name, wrong in (
            ("date", pc.not_equal(arrays["date"], self.day.isoformat())),
            ("user_id", pc.equal(arrays["user_id"], "")),
        ):
            if arrays[name].null_count or pc.any(wrong).as_py():
                return None
        claimed = arrays["date_claimed"]
        arrays["date_claimed"] = pc.if_else(pc.equal(claimed, 0), pa.scalar(None, pa.int64()), claimed)
        return pa.RecordBatch.from_arrays([arrays[column.name] for column in MEMBER], [c.name for c in MEMBER])

    def _note(self, unknown: dict[str, int]) -> None:
        for name, count in unknown.items():
            self.unknown[name] = self.unknown.get(name, 0) + count


class _LineNumbers:
    """Which line each row stands on, in little memory: blank lines are rare."""

    def __init__(self) -> None:
        self._next_row = 0
        self._first_rows = array("q")
        self._lines: list[int | array[int]] = []

    def add(self, block: Block, rows: int) -> None:
        self._first_rows.append(self._next_row)
        self._next_row += rows
        if len(block.lines) == rows:
            self._lines.append(block.first_line)
        else:
            numbered = enumerate(block.lines, block.first_line)
            self._lines.append(array("q", [number for number, line in numbered if line.strip(b" \t\r")]))

    def of(self, row: int) -> int:
        index = bisect_right(self._first_rows, row) - 1
        lines, offset = self._lines[index], row - self._first_rows[index]
        return lines + offset if isinstance(lines, int) else lines[offset]


def _is_utf8(text: bytes) -> bool:
    try:
        return text.isascii() or bool(text.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _is_shallow(block: Block) -> bool:
    brackets = block.text.count(b"{") + (block.text.count(b"[") if b"[" in block.text else 0)
    if brackets <= len(block.lines) + MAX_DEPTH:
        return True
    return all(line.count(b"[") + line.count(b"{") <= MAX_DEPTH for line in block.lines)


def _objects(block: Block) -> int | None:
    """The number of lines that are not blank, if each begins with { and ends with }.

    The step from one such line to the next can only lie between two objects, since inside one a comma would stand
    there. So a reader that finds as many rows as lines has found one in each. Asked first, because pyarrow crashes on
    text that begins with `null`.
    """
    lines = block.lines
    if not all(line[:1] == b"{" and line[-1:] == b"}" for line in lines):
        lines = [line for raw in lines if (line := raw.strip(b" \t\r"))]
        if not all(line[:1] == b"{" and line[-1:] == b"}" for line in lines):
            return None
    return len(lines)


def _published(batch: pa.RecordBatch, day: date) -> pa.RecordBatch:
    """The batch with `activity_date` beside `date`, in the declared order."""
    date_column, *rest = batch.columns
    activity_date = pa.repeat(pa.scalar(day, pa.date32()), batch.num_rows)
    return pa.RecordBatch.from_arrays([date_column, activity_date, *rest], schema=SCHEMA)
