"""A connector that does everything wrong, a table per vice, each with the error that must come of it, and no row.

What is odd but allowed is here as well, with the rows that must come of it.
"""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice
from typing import Any

import pyarrow as pa

from athena_federation.engine import Engine
from athena_federation.errors import (
    ConnectorError,
    Corrupt,
    DeadlineExceeded,
    FederationError,
    SchemaMismatch,
    SourceError,
    SpillError,
    Throttled,
)
from athena_federation.messages import TableName
from athena_federation.partitions import Listed, Partitioning, Whole
from athena_federation.predicate import ANY
from athena_federation.suite.subject import Broken, cells, require, same
from athena_federation.table import Column, Connector, Scan, Table

SECRET = "hunter2"  # noqa: S105 - not one
"""Stands in the text of errors that a careless reader raises; no message may repeat it."""
COLUMNS = (Column("word", pa.string()), Column("number", pa.int64()))
PLACED = (Column("place", pa.string()), *COLUMNS)
SCHEMA = pa.schema([(column.name, column.type) for column in COLUMNS])
ROW = ("a", 1)
NO_UNICODE = b"\xff\xfe"
ODD = ("a=b/c", "%", "", "ü", "日本", "a,b;c", "..", "\n", "null", "x" * 500)
"""Values of a partition that a careless connector makes paths or texts of."""


@dataclass(frozen=True, slots=True)
class Vice:
    """One way to go wrong."""

    name: str
    read: Callable[[Scan], Iterable[Any]]
    error: type[FederationError]
    """The kind of error that an engine gets to see."""
    says: str
    """A regular expression for its text."""
    partition: Partitioning = Whole()  # noqa: RUF009 - it is a value

    @property
    def columns(self) -> tuple[Column, ...]:
        return PLACED if self.partition.columns else COLUMNS


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something unusual that is allowed, and the rows that it gives."""

    name: str
    read: Callable[[Scan], Iterable[Any]]
    rows: tuple[tuple[Any, ...], ...]
    partition: Partitioning = Whole()  # noqa: RUF009 - it is a value

    @property
    def columns(self) -> tuple[Column, ...]:
        return PLACED if self.partition.columns else COLUMNS


def batch(**columns: Any) -> pa.RecordBatch:
    return pa.record_batch(columns)


def good(_: Scan | None = None) -> Iterator[pa.RecordBatch]:
    yield pa.record_batch([[ROW[0]], pa.array([ROW[1]], pa.int64())], schema=SCHEMA)


def giving(*batches: Any) -> Callable[[Scan], Iterable[Any]]:
    return lambda _: iter(batches)


def then(problem: Exception) -> Callable[[Scan], Iterable[Any]]:
    """A row, and then an error."""

    def read(_: Scan) -> Iterator[pa.RecordBatch]:
        yield from good()
        raise problem

    return read


def half_a_gzip(_: Scan) -> Iterator[pa.RecordBatch]:
    """A file that was cut: its first lines can be read, its end is missing."""
    packed = gzip.compress(b"\n".join(b"word %d" % n for n in range(20_000)))
    with gzip.open(io.BytesIO(packed[: len(packed) // 2]), "rt") as file:
        while lines := list(islice(file, 1_000)):
            yield pa.record_batch([lines, pa.array(range(len(lines)), pa.int64())], schema=SCHEMA)


def without_end(_: Scan) -> Iterator[pa.RecordBatch]:
    for _number in count():
        yield from good()


def listed(*values: Any) -> Listed:
    return Listed(("place",), lambda: [{"place": value} for value in values])


def unlisted() -> Sequence[Mapping[str, object]]:
    raise OSError(f"no route to the source, password {SECRET}")


LARGE = pa.record_batch([["x" * 40_000_000], pa.array([1], pa.int64())], schema=SCHEMA)
NOT_TEXT = pa.StringArray.from_buffers(1, pa.py_buffer(b"\0\0\0\0\2\0\0\0"), pa.py_buffer(NO_UNICODE))

VICES = (
    Vice("wrong_type", giving(batch(word=["a"], number=["1"])), SchemaMismatch, "number is string, declared as int64"),
    Vice("narrow_type", giving(batch(word=["a"], number=pa.array([1], pa.int32()))), SchemaMismatch, "is int32"),
    Vice("missing_column", giving(batch(word=["a"])), SchemaMismatch, "left out the column number"),
    Vice("later_batch_differs", giving(*good(), batch(word=["a"])), SchemaMismatch, "left out the column number"),
    Vice(
        "column_twice",
        giving(pa.RecordBatch.from_arrays([pa.array(["a"]), *[pa.array([1])] * 2], names=["word", "number", "number"])),
        SchemaMismatch,
        "yields 2 columns number",
    ),
    Vice(
        "not_unicode", giving(pa.record_batch([NOT_TEXT, pa.array([1])], schema=SCHEMA)), SchemaMismatch, "is no string"
    ),
    Vice("dictionaries", giving({"word": "a", "number": 1}), SchemaMismatch, "yields dict, not RecordBatch"),
    Vice("nothing_at_all", lambda _: None, ConnectorError, "its reader failed with TypeError"),  # type: ignore[arg-type, return-value]
    Vice("fails_halfway", then(Corrupt("line 7: not JSON")), Corrupt, "^line 7: not JSON"),
    Vice("careless", then(ValueError(f"password {SECRET}")), ConnectorError, "its reader failed with ValueError"),
    Vice("stops_itself", then(StopIteration()), ConnectorError, "its reader failed with RuntimeError"),
    Vice("half_a_gzip", half_a_gzip, ConnectorError, "its reader failed with EOFError"),
    Vice("throttled_halfway", then(Throttled("slow down", retry_after=1)), Throttled, "slow down"),
    Vice("without_end", without_end, DeadlineExceeded, "not read within"),
    Vice("huge_row", giving(LARGE), SpillError, "a row has 40,[0-9,]+ bytes, and a block holds"),
    Vice("number_for_a_place", good, SchemaMismatch, "partitions .*another type", listed(7)),
    Vice(
        "fails_to_list",
        good,
        ConnectorError,
        "listing its partitions failed with OSError",
        Listed(("place",), unlisted),
    ),
    Vice(
        "nameless_partition",
        good,
        ConnectorError,
        "listing its partitions failed with KeyError",
        Listed(("place",), lambda: [{"plaec": "a"}]),
    ),
    Vice("place_twice", good, ConnectorError, "more than once", listed("a", "b", "a")),
    Vice("refused_halfway", then(SourceError("HTTP status 500")), SourceError, "HTTP status 500", listed("a", None)),
)
"""Each fails the whole reading, whatever rows came before."""

ODDITIES = (
    Oddity("more_columns", giving(batch(extra=[0.5], number=pa.array([1], pa.int64()), word=["a"])), (ROW,)),
    Oddity("empty_batches", giving(pa.RecordBatch.from_pylist([], SCHEMA), *good()), (ROW,)),
    Oddity("no_batches", giving(), ()),
    Oddity("odd_places", good, tuple((place, *ROW) for place in ODD), listed(*ODD)),
    Oddity("no_place", good, ((None, *ROW), ("a", *ROW)), listed(None, "a")),
)


def withstand(engine: Engine, vice: Vice) -> None:
    """Raises Broken unless reading a vice's table ends with its error, and with no row."""
    rows: list[Any] = []
    try:
        read_into(rows, engine, vice.name)
    except FederationError as error:
        named = isinstance(error, vice.error) and re.search(vice.says, str(error)) is not None
        require(named, f"{vice.name}: {type(error).__name__}: {error}, instead of {vice.error.__name__}: {vice.says}")
        require(SECRET not in str(error), f"{vice.name}: the error repeats what a careless reader said")
    else:
        raise Broken(f"{vice.name}: {len(rows)} rows, where {vice.error.__name__} is expected")
    require(not rows, f"{vice.name}: {len(rows)} rows before the error")


def allow(engine: Engine, oddity: Oddity) -> None:
    """Raises Broken unless an oddity's table gives its rows."""
    rows: list[Any] = []
    read_into(rows, engine, oddity.name)
    require(same(rows, oddity.rows), f"{oddity.name}: {len(rows)} rows, other ones than {len(oddity.rows)} expected")


def read_into(rows: list[Any], engine: Engine, table: str) -> None:
    """All rows of a table; those that came before an error stay in the list."""
    description = engine.describe(TableName("hostile", table))
    partitions = engine.layout(description, ANY)
    for each in engine.read(description, columns=description.schema.names, partitions=partitions, predicate=ANY):
        rows += cells(each)


def connector() -> Connector:
    """All of it, as tables of one connector."""
    tables = [
        Table(name=each.name, columns=each.columns, read=each.read, partition=each.partition)
        for each in (*VICES, *ODDITIES)
    ]
    return Connector(name="hostile", tables=tables)
