"""The engine's side of the protocol: ask, list, describe, split, and read in parallel.

What an engine does is the same over every transport. Rows come back inline, or as spilled blocks that it fetches from
a blob store; in one process there is nothing to spill for.
"""

from __future__ import annotations

import re
import threading
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar

import pyarrow as pa

from athena_federation.errors import ConfigurationError, FederationError, RemoteProtocolError, SpillError, UnknownColumn
from athena_federation.messages import (
    Constraints,
    GetSplitsRequest,
    GetSplitsResponse,
    GetTableLayoutRequest,
    GetTableLayoutResponse,
    GetTableRequest,
    GetTableResponse,
    ListSchemasRequest,
    ListSchemasResponse,
    ListTablesRequest,
    ListTablesResponse,
    PingRequest,
    PingResponse,
    ReadRecordsRequest,
    ReadRecordsResponse,
    RemoteReadRecordsResponse,
    Request,
    Response,
    S3SpillLocation,
    Split,
    TableName,
)
from athena_federation.portable import portable
from athena_federation.predicate import Predicate
from athena_federation.spill import BlobStore, unseal
from athena_federation.transports import Transport, http, in_process, loopback

__all__ = ["Engine", "Progress", "Transport", "http", "in_process", "loopback"]

Answer = TypeVar("Answer", bound=Response)
Item = TypeVar("Item")
Made = TypeVar("Made")

WORKERS = 4
"""Splits in flight: enough to hide a source's latency, few enough to hold in memory."""
BLOCK_SIZE, INLINE_SIZE = 16_000_000, 5_242_880
"""Bytes of Arrow buffers in a spilled block, and in an answer: what Athena asks for."""
UNLIMITED = 2**62
"""Bytes where no blob store is at hand: nothing but an inline answer could be read."""
PARTITIONS = 2_000
"""Rows of a layout in one request for splits, which must stay below Lambda's 6 MB."""
READS = 3
"""Times that a split is asked for whose answer leaves out a block."""
PREFETCHED = 2
"""Spilled blocks fetched ahead of the one that is read."""

Rows = ReadRecordsResponse | RemoteReadRecordsResponse


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the reading of a table is."""

    table: str
    done: int
    """Splits read."""
    of: int
    """Splits to read."""
    rows: int
    """Rows received so far."""


class Engine:
    """Asks one connector. Safe to use from several threads, as far as its transport is."""

    def __init__(
        self, transport: Transport, *, catalog: str, workers: int = WORKERS, store: BlobStore | None = None
    ) -> None:
        self.transport = transport
        self.catalog = catalog
        self.workers = workers
        self.store = store
        """Where the connector spills; None asks it not to spill, which suits a connector in the same process."""

    def ask(self, request: Request, expected: type[Answer]) -> Answer:
        response = self.transport(request)
        if not isinstance(response, expected):
            raise self.unexpected(request, response)
        return response

    def unexpected(self, request: Request, response: Response) -> RemoteProtocolError:
        return RemoteProtocolError(
            f"catalog {self.catalog} answered {type(request).__name__} with {type(response).__name__}"
        )

    def following(self, used: set[str], more: str | None) -> str | None:
        """The token of the next page. Raises RemoteProtocolError for one that has been used."""
        if more is not None and more in used:
            raise RemoteProtocolError(
                f"catalog {self.catalog} pages without end: it gave the token {more[:40]!r} again"
            )
        used.add(more or "")
        return more

    def ping(self) -> PingResponse:
        return self.ask(PingRequest(catalog=self.catalog, query_id=query_id()), PingResponse)

    def schemas(self) -> tuple[str, ...]:
        return self.ask(ListSchemasRequest(catalog=self.catalog, query_id=query_id()), ListSchemasResponse).schemas

    def tables(self, schema: str) -> list[TableName]:
        """All tables of a schema, page after page."""
        found: list[TableName] = []
        token: str | None = None
        used: set[str] = set()
        while True:
            request = ListTablesRequest(catalog=self.catalog, query_id=query_id(), schema=schema, next_token=token)
            page = self.ask(request, ListTablesResponse)
            found += page.tables
            token = self.following(used, page.next_token)
            if token is None:
                return found

    def describe(self, table: TableName) -> GetTableResponse:
        return self.ask(GetTableRequest(catalog=self.catalog, query_id=query_id(), table=table), GetTableResponse)

    def layout(self, table: GetTableResponse, predicate: Predicate) -> pa.RecordBatch:
        """The partitions that may hold rows of the predicate, one row each."""
        request = GetTableLayoutRequest(
            catalog=self.catalog,
            query_id=query_id(),
            table=table.table,
            constraints=Constraints(predicate=portable(predicate)),
            schema=table.schema,
            partition_columns=table.partition_columns,
        )
        return self.ask(request, GetTableLayoutResponse).partitions

    def splits(
        self, table: GetTableResponse, partitions: pa.RecordBatch, predicate: Predicate, *, query: str = ""
    ) -> list[Split]:
        """All splits of some partitions, page after page. No partitions, no splits: nothing is asked then."""
        query = query or query_id()
        parts = [partitions] if partitions.num_rows <= PARTITIONS else sliced(partitions)
        return [split for part in parts for split in self.splits_of(table, part, predicate, query)]

    def splits_of(
        self, table: GetTableResponse, partitions: pa.RecordBatch, predicate: Predicate, query: str
    ) -> Iterator[Split]:
        """The splits of as many partitions as one request carries."""
        token: str | None = None
        used: set[str] = set()
        while partitions.num_rows:
            request = GetSplitsRequest(
                catalog=self.catalog,
                query_id=query,
                table=table.table,
                partitions=partitions,
                partition_columns=table.partition_columns,
                constraints=Constraints(predicate=portable(predicate)),
                continuation_token=token,
            )
            page = self.ask(request, GetSplitsResponse)
            yield from page.splits
            token = self.following(used, page.continuation_token)
            if token is None:
                return

    def read(
        self,
        table: GetTableResponse,
        *,
        columns: Sequence[str],
        partitions: pa.RecordBatch,
        predicate: Predicate,
        progress: Callable[[Progress], None] | None = None,
    ) -> Iterator[pa.RecordBatch]:
        """
        The rows of some partitions, in the order of their splits: a batch per split, or per block where it was spilled.

        At least one column is asked for, because a batch without columns cannot say how many rows it has. Closing the
        iterator ends the reading: no further split is asked for.

        Raises:
            SpillError: a spilled block is missing or damaged.
            FederationError: whatever the connector failed with.
        """
        names = list(columns) or [*table.partition_columns, *table.schema.names][:1]
        unknown = [name for name in names if name not in table.schema.names]
        if unknown:
            raise UnknownColumn(f"table {table.table} has no column {unknown[0]}")
        schema = pa.schema([table.schema.field(name) for name in names])
        query = query_id()
        splits = self.splits(table, partitions, predicate, query=query)
        rows = 0

        def fetch(split: Split) -> Rows:
            request = ReadRecordsRequest(
                catalog=self.catalog,
                query_id=query,
                table=table.table,
                schema=schema,
                split=split,
                constraints=Constraints(predicate=portable(predicate)),
                max_block_size=UNLIMITED if self.store is None else BLOCK_SIZE,
                max_inline_block_size=UNLIMITED if self.store is None else INLINE_SIZE,
            )
            answer = self.rows(request)
            found = answer.records.schema if isinstance(answer, ReadRecordsResponse) else answer.schema
            if found.names != schema.names or found.types != schema.types:
                raise RemoteProtocolError(f"table {table.table}: asked for {schema}, got {found}".replace("\n", ", "))
            return answer

        if progress:
            progress(Progress(table.table.table, 0, len(splits), 0))
        for done, answer in enumerate(in_order(fetch, splits, self.workers), start=1):
            for batch in self.batches(answer):
                rows += batch.num_rows
                yield batch
            if progress:
                progress(Progress(table.table.table, done, len(splits), rows))

    def rows(self, request: ReadRecordsRequest) -> Rows:
        """The answer for a split; asked again where it does not list a block that it must have."""
        for _ in range(READS):
            answer = self.transport(request)
            if not isinstance(answer, ReadRecordsResponse | RemoteReadRecordsResponse):
                raise self.unexpected(request, answer)
            lost = unlisted(answer, request.split)
            if not lost:
                return answer
        raise SpillError(
            f"table {request.table}: block {lost[0]} is not listed, though later ones are: rows are missing"
        )

    def batches(self, answer: Rows) -> Iterator[pa.RecordBatch]:
        """The rows of a split, out of the answer itself or the blocks that it lists."""
        if isinstance(answer, ReadRecordsResponse):
            yield answer.records
            return
        store = self.store
        if store is None:
            raise ConfigurationError(f"catalog {self.catalog} spilled rows, and this engine was given no blob store")

        def opened(location: S3SpillLocation) -> pa.RecordBatch:
            try:
                data = store.get(location.bucket, location.key)
            except FederationError:
                raise
            except Exception as error:
                raise SpillError(f"block {location.key} could not be read: {type(error).__name__}") from error
            return unseal(data, answer.schema, answer.encryption_key)

        yield from in_order(opened, answer.remote_blocks, PREFETCHED)


def unlisted(answer: Rows, split: Split) -> list[str]:
    """
    The blocks that an answer cannot have without others that it does not list.

    Blocks are `<key>.0`, `<key>.1` … of the split's place. AWS's SDK for Java writes them with several threads that add to
    one list without a lock, so that now and then a block is stored and not listed (`S3BlockSpiller`, version 2026.24.1).
    """
    if isinstance(answer, ReadRecordsResponse) or split.spill_location is None:
        return []
    numbered = re.compile(re.escape(split.spill_location.key) + r"\.(\d+)")
    listed = [found for block in answer.remote_blocks if (found := numbered.fullmatch(block.key))]
    numbers = {int(found[1]) for found in listed}
    if len(listed) < len(answer.remote_blocks):  # a connector that names them in a way of its own
        return []
    return [f"{split.spill_location.key}.{n}" for n in range(max(numbers, default=-1)) if n not in numbers]


def sliced(partitions: pa.RecordBatch) -> list[pa.RecordBatch]:
    return [partitions.slice(first, PARTITIONS) for first in range(0, partitions.num_rows, PARTITIONS)]


def in_order(make: Callable[[Item], Made], items: Iterable[Item], workers: int) -> Iterator[Made]:
    """
    What `make` makes of each item, in their order, by a bounded number of threads that run at most so far ahead.

    The first error ends it: what has not begun is not begun, and what is under way is not waited for, not even at the
    end of the process.
    """
    waiting: deque[Future[Made]] = deque()
    for item in items:
        waiting.append(begun(make, item))
        if len(waiting) >= workers:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def begun(make: Callable[[Item], Made], item: Item) -> Future[Made]:
    """A thread of its own that is at work on an item. An executor's threads would have to be waited for."""
    future: Future[Made] = Future()

    def run() -> None:
        try:
            future.set_result(make(item))
        except BaseException as error:  # noqa: BLE001 - raised again where the result is awaited
            future.set_exception(error)

    threading.Thread(target=run, name="read", daemon=True).start()
    return future


def query_id() -> str:
    return str(uuid.uuid4())
