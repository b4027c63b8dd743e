"""The connector's side of the protocol: one request in, one response out.

What a reader yields is checked against the declared columns, filtered by what is left of the predicate, and brought
into the order that was asked for. Partition columns are filled in from the split where the reader leaves them out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyarrow as pa

from athena_federation.errors import QueryError, RemoteProtocolError, SchemaMismatch, UnsupportedSql
from athena_federation.messages import (
    GetDataSourceCapabilitiesRequest,
    GetDataSourceCapabilitiesResponse,
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
from athena_federation.table import Connector, Scan, Table, Value

SPLITS_PER_PAGE = 1_000
"""Far from the 45,000 small splits that fill a Lambda answer."""
UNPARTITIONED = pa.record_batch({"partitionId": pa.array([1], pa.int32())})
"""The layout of a table without partition columns: one row, because none would mean that there is nothing to read."""


class Handler:
    """Answers for one connector. Safe to call from several threads, as far as its readers are."""

    def __init__(self, connector: Connector) -> None:
        self.connector = connector

    def __call__(self, request: Request) -> Response:
        """
        Raises:
            FederationError: anything that went wrong, by name. A response never describes an error.
        """
        match request:
            case PingRequest():
                return PingResponse(
                    catalog=request.catalog, query_id=request.query_id, source_type=self.connector.name, serde=5
                )
            case ListSchemasRequest():
                return ListSchemasResponse(catalog=request.catalog, schemas=(self.connector.schema,))
            case ListTablesRequest():
                return self.tables(request)
            case GetTableRequest():
                return self.describe(request)
            case GetDataSourceCapabilitiesRequest():
                return GetDataSourceCapabilitiesResponse(catalog=request.catalog, capabilities={})
            case GetTableLayoutRequest():
                return self.layout(request)
            case GetSplitsRequest():
                return self.splits(request)
            case ReadRecordsRequest():
                return self.read(request)
        raise RemoteProtocolError(f"this connector does not answer {type(request).__name__}")

    def table(self, name: TableName) -> Table:
        return self.connector.table(name.schema, name.table)

    def tables(self, request: ListTablesRequest) -> ListTablesResponse:
        """All tables, or the page that was asked for; the token is the name that the next page starts with."""
        names: list[str] = []
        if request.schema in (None, self.connector.schema):
            names = sorted(table.name for table in self.connector.tables)
        if request.next_token is not None:
            names = [name for name in names if name >= request.next_token]
        size = request.page_size if request.page_size and request.page_size > 0 else len(names)
        page, rest = names[:size], names[size:]
        return ListTablesResponse(
            catalog=request.catalog,
            tables=tuple(TableName(schema=self.connector.schema, table=name) for name in page),
            next_token=rest[0] if rest else None,
        )

    def describe(self, request: GetTableRequest) -> GetTableResponse:
        table = self.table(request.table)
        return GetTableResponse(
            catalog=request.catalog,
            table=request.table,
            schema=table.schema,
            partition_columns=table.partition.columns,
        )

    def layout(self, request: GetTableLayoutRequest) -> GetTableLayoutResponse:
        """The partitions that may hold wanted rows. Types come from the table: a request may leave columns out."""
        table = self.table(request.table)
        require_no_plan(request)
        partitions = UNPARTITIONED
        if table.partition.columns:
            rows = table.partitions(self.connector.today(), request.constraints.predicate)
            fields = [table.schema.field(name) for name in table.partition.columns]
            partitions = pa.RecordBatch.from_pylist([dict(row) for row in rows], schema=pa.schema(fields))
        return GetTableLayoutResponse(catalog=request.catalog, table=request.table, partitions=partitions)

    def splits(self, request: GetSplitsRequest) -> GetSplitsResponse:
        """One split per partition; the continuation token is the number of the first partition not yet answered."""
        table = self.table(request.table)
        require_no_plan(request)
        start = position(request.continuation_token, request.partitions.num_rows)
        page = request.partitions.slice(start, SPLITS_PER_PAGE)
        names = [name for name in table.partition.columns if name in page.schema.names]
        splits = [Split(properties=properties(row)) for row in page.select(names).to_pylist()]
        if not names:
            splits = [Split(properties={}) for _ in range(page.num_rows)]
        end = start + page.num_rows
        more = str(end) if end < request.partitions.num_rows else None
        return GetSplitsResponse(catalog=request.catalog, splits=tuple(splits), continuation_token=more)

    def read(self, request: ReadRecordsRequest) -> ReadRecordsResponse:
        require_no_plan(request)
        batches = list(self.rows(request))
        table = pa.Table.from_batches(batches, schema=request.schema).combine_chunks()
        found = table.to_batches()
        records = found[0] if found else pa.RecordBatch.from_pylist([], schema=request.schema)
        return ReadRecordsResponse(catalog=request.catalog, records=records)

    def rows(self, request: ReadRecordsRequest) -> Iterator[pa.RecordBatch]:
        """The wanted rows of one split, in the columns and order asked for."""
        table = self.table(request.table)
        predicate = request.constraints.predicate.only(table.schema.names)
        unknown = [name for name in request.schema.names if name not in table.schema.names]
        if unknown:
            raise RemoteProtocolError(f"table {table.name} has no column {unknown[0]}, which was asked for")
        wanted = [n for n in table.schema.names if n in {*request.schema.names, *predicate.summary}]
        partition = values(table, request.split.properties)
        scan = Scan(table=table.name, columns=tuple(wanted), partition=partition, predicate=predicate)
        for batch in table.read(scan):
            checked = declared(table, batch, wanted, partition)
            yield predicate.filter(checked).select(request.schema.names).cast(request.schema)


def require_no_plan(request: GetTableLayoutRequest | GetSplitsRequest | ReadRecordsRequest) -> None:
    """A plan would have to be applied, because its sender does not filter again; so it is refused, not ignored."""
    if request.constraints.query_plan is not None:
        raise UnsupportedSql("a Substrait query plan (serde 6): this connector speaks serde 5, as its ping says")


def position(token: str | None, rows: int) -> int:
    if token is None:
        return 0
    if not token.isdigit() or int(token) > rows:
        raise RemoteProtocolError(f"the continuation token {token!r} is not one of this connector's")
    return int(token)


def properties(row: Mapping[str, object]) -> dict[str, str]:
    """Partition values as the texts that a split carries; NULL is left out."""
    return {name: str(value) for name, value in row.items() if value is not None}


def values(table: Table, texts: Mapping[str, str]) -> dict[str, Value]:
    """The inverse of `properties`, by the types of the columns."""
    found: dict[str, Value] = {}
    for name in table.partition.columns:
        kind = table.schema.field(name).type
        try:
            found[name] = pa.scalar(texts.get(name), pa.string()).cast(kind).as_py()
        except pa.ArrowInvalid as error:
            raise RemoteProtocolError(f"the split says {name}={texts[name]!r}, which is not a {kind}") from error
    return found


def declared(
    table: Table, batch: pa.RecordBatch, wanted: list[str], partition: Mapping[str, Value]
) -> pa.RecordBatch:
    """The wanted columns of a reader's batch, as declared. Raises SchemaMismatch."""
    columns = []
    for name in wanted:
        field = table.schema.field(name)
        if name in batch.schema.names:
            column = batch.column(name)
            if column.type != field.type:
                raise SchemaMismatch(f"table {table.name}: column {name} is {column.type}, declared as {field.type}")
        elif name in partition:
            column = pa.repeat(pa.scalar(partition[name], field.type), batch.num_rows)
        else:
            raise SchemaMismatch(f"table {table.name}: its reader left out the column {name}")
        columns.append(column)
    return pa.RecordBatch.from_arrays(columns, schema=pa.schema([table.schema.field(name) for name in wanted]))


