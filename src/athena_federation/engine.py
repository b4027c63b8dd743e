"""The engine's side of the protocol: ask, list, describe, split, and read in parallel.

A transport carries one request to a connector and brings one response back: a function call in one process, dump and
load on the way to a Lambda. What an engine does is the same for all of them.
"""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import pyarrow as pa

from athena_federation import wire
from athena_federation.errors import RemoteProtocolError
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
    Request,
    Response,
    Split,
    TableName,
)
from athena_federation.predicate import Predicate

Transport = Callable[[Request], Response]
Answer = TypeVar("Answer", bound=Response)
Item = TypeVar("Item")
Made = TypeVar("Made")

WORKERS = 4
"""Splits in flight: enough to hide a source's latency, few enough to hold in memory."""
UNLIMITED = 2**62
"""Block sizes in one process, where nothing has to fit into a Lambda answer."""


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


def in_process(handler: Transport) -> Transport:
    """The shortest road: a function call."""
    return handler


def loopback(handler: Transport, version: int = 5) -> Transport:
    """The road of a Lambda without the Lambda: every message is dumped to JSON text and loaded again."""

    def call(request: Request) -> Response:
        received = wire.load(wire.dumps(request, version))
        answered = handler(received)  # type: ignore[arg-type]
        return wire.load(wire.dumps(answered, version))  # type: ignore[return-value]

    return call


class Engine:
    """Asks one connector."""

    def __init__(self, transport: Transport, *, catalog: str, workers: int = WORKERS) -> None:
        self.transport = transport
        self.catalog = catalog
        self.workers = workers

    def ask(self, request: Request, expected: type[Answer]) -> Answer:
        response = self.transport(request)
        if not isinstance(response, expected):
            raise RemoteProtocolError(
                f"catalog {self.catalog} answered {type(request).__name__} with {type(response).__name__}"
            )
        return response

    def ping(self) -> PingResponse:
        return self.ask(PingRequest(catalog=self.catalog, query_id=query_id()), PingResponse)

    def schemas(self) -> tuple[str, ...]:
        return self.ask(ListSchemasRequest(catalog=self.catalog, query_id=query_id()), ListSchemasResponse).schemas

    def tables(self, schema: str) -> list[TableName]:
        """All tables of a schema, page after page."""
        found: list[TableName] = []
        token: str | None = None
        while True:
            request = ListTablesRequest(catalog=self.catalog, query_id=query_id(), schema=schema, next_token=token)
            page = self.ask(request, ListTablesResponse)
            found += page.tables
            token = page.next_token
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
            constraints=Constraints(predicate=predicate),
            schema=table.schema,
            partition_columns=table.partition_columns,
        )
        return self.ask(request, GetTableLayoutResponse).partitions

    def splits(self, table: GetTableResponse, partitions: pa.RecordBatch, predicate: Predicate) -> list[Split]:
        """All splits of some partitions, page after page. No partitions, no splits: nothing is asked then."""
        if not partitions.num_rows:
            return []
        found: list[Split] = []
        token: str | None = None
        while True:
            request = GetSplitsRequest(
                catalog=self.catalog,
                query_id=query_id(),
                table=table.table,
                partitions=partitions,
                partition_columns=table.partition_columns,
                constraints=Constraints(predicate=predicate),
                continuation_token=token,
            )
            page = self.ask(request, GetSplitsResponse)
            found += page.splits
            token = page.continuation_token
            if token is None:
                return found

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
        The rows of some partitions, a batch per split, in the order of the splits.

        At least one column is asked for, because a batch without columns cannot say how many rows it has.
        """
        names = list(columns) or [*table.partition_columns, *table.schema.names][:1]
        schema = pa.schema([table.schema.field(name) for name in names])
        splits = self.splits(table, partitions, predicate)
        rows = 0

        def fetch(split: Split) -> pa.RecordBatch:
            request = ReadRecordsRequest(
                catalog=self.catalog,
                query_id=query_id(),
                table=table.table,
                schema=schema,
                split=split,
                constraints=Constraints(predicate=predicate),
                max_block_size=UNLIMITED,
                max_inline_block_size=UNLIMITED,
            )
            records = self.ask(request, ReadRecordsResponse).records
            if not records.schema.equals(schema):
                raise RemoteProtocolError(f"table {table.table.table}: asked for {schema.names}, got {records.schema.names}")
            return records

        if progress:
            progress(Progress(table.table.table, 0, len(splits), 0))
        for done, batch in enumerate(in_order(fetch, splits, self.workers), start=1):
            rows += batch.num_rows
            if progress:
                progress(Progress(table.table.table, done, len(splits), rows))
            yield batch


def in_order(make: Callable[[Item], Made], items: Sequence[Item], workers: int) -> Iterator[Made]:
    """
    What `make` makes of each item, in their order, by a bounded number of threads that run at most so far ahead.

    The first error ends it: what has not begun is not begun, and what is under way is not waited for.
    """
    pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="read")
    waiting: deque[Future[Made]] = deque()
    try:
        for item in items:
            waiting.append(pool.submit(make, item))
            if len(waiting) >= workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def query_id() -> str:
    return str(uuid.uuid4())


