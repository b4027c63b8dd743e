"""A connector under test: an engine on some road to it, what its author claims, and a sample of its rows.

The sample is read once and shared by all checks: the newest partitions that have rows, each with its rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa

from athena_federation.engine import Engine
from athena_federation.errors import FederationError, NotPublished
from athena_federation.messages import GetTableResponse, ReadRecordsRequest, Request, Response, TableName
from athena_federation.partitions import Daily
from athena_federation.predicate import ANY, Predicate, is_not_null
from athena_federation.table import Connector
from athena_federation.transports import RemoteConnectorError, Transport
from athena_federation.values import to_values

TRIED = 4
"""Partitions looked at for each one that the sample is to have: the newest may not be published, others empty."""

UNKNOWN = "no_such_name"
"""A table, a column or a function that no connector has."""
ROOMY = 2**40
"""Bytes of a block that holds everything."""

Row = tuple[Any, ...]


class Broken(AssertionError):
    """A connector does not keep its contract; the message says which table, and what was found instead."""


def require(kept: bool, message: str) -> None:
    """Raises Broken."""
    if not kept:
        raise Broken(message)


@contextmanager
def refusal(what: str, name: str, *kinds: type[FederationError]) -> Iterator[None]:
    """Expects an error of one of these kinds that names something. Raises Broken for anything else."""
    try:
        yield
    except kinds as error:
        require(name.lower() in str(error).lower(), f"{what} was refused without naming {name}: {error}")
    except Exception as error:
        expected = " or ".join(kind.__name__ for kind in kinds)
        raise Broken(f"{what} raised {type(error).__name__} ({error}), where {expected} is expected") from error
    else:
        raise Broken(f"{what} was answered, where it has to be refused by name")


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a user-defined function: Arrow arrays as its arguments, and the array that it gives."""

    arguments: Sequence[pa.Array]
    gives: pa.Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What an author says about a connector beyond its declaration, for the suite to hold it to."""

    functions: Mapping[str, Call] = field(default_factory=dict)
    """A call of each declared function, by its name."""
    passthrough: Mapping[str, str] = field(default_factory=dict)
    """The arguments of a passthrough query that gives rows; needed where passthrough is declared."""
    empty: Mapping[str, str] = field(default_factory=dict)
    """Tables that may have no row, each with the reason."""
    secrets: tuple[str, ...] = ()
    """Texts that may be in no message: tokens, passwords."""
    sample: int = 3
    """How many partitions of each table are read."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Some partitions of a table, and the rows of each, all columns in declared order."""

    description: GetTableResponse
    partitions: pa.RecordBatch
    rows: tuple[tuple[Row, ...], ...]

    @property
    def name(self) -> str:
        return self.description.table.table

    @property
    def columns(self) -> list[str]:
        return list(self.description.schema.names)

    def together(self, *columns: str) -> list[Row]:
        """The rows of all partitions, or some of their columns."""
        places = [self.columns.index(name) for name in columns or self.columns]
        return [tuple(row[place] for place in places) for rows in self.rows for row in rows]


class Subject:
    """One connector behind one engine. `samples` are kept, because every check needs them."""

    def __init__(self, connector: Connector, engine: Engine, claims: Claims) -> None:
        self.connector = connector
        self.engine = engine
        self.claims = claims
        self.kept: dict[TableName, Sample] = {}

    @property
    def tables(self) -> list[TableName]:
        """The declared tables, as the protocol names them."""
        return [TableName(schema=self.connector.schema, table=table.name) for table in self.connector.tables]

    def samples(self) -> list[Sample]:
        """A sample of each table."""
        for table in self.tables:
            if table not in self.kept:
                self.kept[table] = self.sample(table)
        return [self.kept[table] for table in self.tables]

    def all_partitions(self, description: GetTableResponse) -> pa.RecordBatch:
        """Every partition of a table, also those that are not read unless a condition names them."""
        declared = self.connector.table(description.table.schema, description.table.table).partition
        predicate = ANY
        if isinstance(declared, Daily):
            kind = description.schema.field(declared.column).type
            predicate = Predicate({declared.column: is_not_null(kind)})
        return self.engine.layout(description, predicate)

    def sample(self, table: TableName) -> Sample:
        description = self.engine.describe(table)
        partitions = self.all_partitions(description)
        places: list[int] = []
        found: list[tuple[Row, ...]] = []
        last = partitions.num_rows
        for place in range(last - 1, max(-1, last - 1 - self.claims.sample * TRIED), -1):
            try:
                rows = self.read(description, partitions.slice(place, 1))
            except FederationError as error:
                if unpublished(error):
                    continue
                raise
            if rows:
                places.insert(0, place)
                found.insert(0, tuple(rows))
            if len(found) == self.claims.sample:
                break
        return Sample(description, partitions.take(pa.array(places, pa.int64())), tuple(found))

    def read(
        self,
        description: GetTableResponse,
        partitions: pa.RecordBatch,
        *,
        columns: Iterable[str] = (),
        predicate: Predicate = ANY,
        engine: Engine | None = None,
    ) -> list[Row]:
        """The rows of some partitions as tuples; no columns are all columns. Raises Broken for other columns."""
        wanted = list(columns) or list(description.schema.names)
        batches = (engine or self.engine).read(description, columns=wanted, partitions=partitions, predicate=predicate)
        return [row for batch in batches for row in cells(batch)]


def cells(batch: pa.RecordBatch) -> list[Row]:
    """The rows of a batch as tuples of plain values."""
    return list(zip(*(to_values(column) for column in batch.columns), strict=True))


def same(some: Iterable[Row], others: Iterable[Row]) -> bool:
    """Whether these are the same rows, in whatever order."""
    return sorted(map(repr, some)) == sorted(map(repr, others))


def unpublished(error: FederationError) -> bool:
    """Whether a partition has no data yet, or never, however far the error has travelled."""
    remote = isinstance(error, RemoteConnectorError) and error.remote.type == NotPublished.__name__
    return remote or isinstance(error, NotPublished)


def with_block_size(transport: Transport, size: int) -> Transport:
    """The same road, on which every answer is spilled, in blocks of this many bytes."""

    def carry(request: Request) -> Response:
        if isinstance(request, ReadRecordsRequest):
            request = replace(request, max_block_size=size, max_inline_block_size=0)
        return transport(request)

    return carry
