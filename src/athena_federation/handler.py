"""The connector's side of the protocol: one request in, one response out.

What a reader yields is checked against the declared columns, filtered by what is left of the predicate, and brought
into the order that was asked for. Partition columns are filled in from the split where the reader leaves them out.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date

import pyarrow as pa

from athena_federation.blocks import without_columns
from athena_federation.errors import (
    ConnectorError,
    FederationError,
    RemoteProtocolError,
    SchemaMismatch,
    UnsupportedSql,
)
from athena_federation.messages import (
    Capability,
    Constraints,
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
    Request,
    Response,
    Split,
    TableName,
    UserDefinedFunctionRequest,
    UserDefinedFunctionResponse,
)
from athena_federation.partitions import Daily
from athena_federation.predicate import Predicate
from athena_federation.spill import Spilling, answer_size, deliver
from athena_federation.table import Connector, Passthrough, Scan, Table, Value

SPLITS_PER_PAGE = 1_000
"""So that the first page is there soon; splits are read while further pages are asked for."""
PAGE_SIZE = 3_000_000
"""Bytes of JSON in a page of splits: half of what a Lambda function may answer."""
SPLIT_SIZE = 600
"""Bytes of a split's JSON without its properties, and more than it ever has."""
Watch = Callable[[], None]
"""Called between batches; raises what ends the reading."""


def unwatched() -> None:
    """Nothing ends the reading."""


class Handler:
    """Answers for one connector. Safe to call from several threads, as far as its readers are."""

    def __init__(self, connector: Connector, *, spilling: Spilling | None = None, passthrough: bool = True) -> None:
        self.connector = connector
        self.spilling = spilling
        """None in one process, where rows need not be spilled."""
        self.passthrough = connector.passthrough if passthrough else None
        """Which passthrough queries are answered: those of the connector, or none."""

    def __call__(self, request: Request, watch: Watch = unwatched) -> Response:
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
                return GetDataSourceCapabilitiesResponse(
                    catalog=request.catalog, capabilities=advertised(self.passthrough)
                )
            case GetTableLayoutRequest():
                return self.layout(request)
            case GetSplitsRequest():
                return self.splits(request)
            case ReadRecordsRequest():
                return deliver(self.rows(request, watch), request, self.spilling)
            case UserDefinedFunctionRequest():
                return self.call(request)
        raise RemoteProtocolError(f"a connector does not answer {type(request).__name__}")

    def table(self, name: TableName, constraints: Constraints) -> Table:
        """The table of this name, or the one that a passthrough query describes."""
        if constraints.query_plan is not None:  # its sender does not filter again, so it must not be ignored
            raise UnsupportedSql("a Substrait query plan (serde 6): this connector speaks serde 5, as its ping says")
        if constraints.passthrough:
            return passed_through(self.passthrough, constraints.passthrough, self.connector.name)
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
        table = self.table(request.table, Constraints(passthrough=request.passthrough))
        return GetTableResponse(
            catalog=request.catalog,
            table=request.table,
            schema=table.schema,
            partition_columns=table.partition.columns,
        )

    def layout(self, request: GetTableLayoutRequest) -> GetTableLayoutResponse:
        """The partitions that may hold wanted rows. Types come from the table: a request may leave columns out."""
        table = self.table(request.table, request.constraints)
        partitions = one_partition()
        if table.partition.columns:
            partitions = listed(table, self.connector.today(), request.constraints.predicate)
        return GetTableLayoutResponse(catalog=request.catalog, table=request.table, partitions=partitions)

    def splits(self, request: GetSplitsRequest) -> GetSplitsResponse:
        """One split per partition; the continuation token is the number of the first partition not yet answered."""
        table = self.table(request.table, request.constraints)
        names = list(table.partition.columns)
        absent = [name for name in names if name not in request.partitions.schema.names]
        if absent:
            raise RemoteProtocolError(f"table {table.name}: the partitions have no column {absent[0]}")
        start = position(request.continuation_token, request.partitions.num_rows)
        splits: list[Split] = []
        size = 0
        for row in request.partitions.slice(start, SPLITS_PER_PAGE).to_pylist():
            texts = properties({name: row[name] for name in names})
            size += SPLIT_SIZE + len(json.dumps(texts))
            if splits and size > PAGE_SIZE:
                break
            splits.append(self.split(request, texts))
        end = start + len(splits)
        more = str(end) if end < request.partitions.num_rows else None
        return GetSplitsResponse(catalog=request.catalog, splits=tuple(splits), continuation_token=more)

    def split(self, request: GetSplitsRequest, texts: Mapping[str, str]) -> Split:
        location = None
        if self.spilling:
            location = self.spilling.location(request.query_id, request.identity.config_options)
        key = self.spilling.new_key() if self.spilling and location else None
        return Split(spill_location=location, encryption_key=key, properties=texts)

    def rows(self, request: ReadRecordsRequest, watch: Watch) -> Iterator[pa.RecordBatch]:
        """The wanted rows of one split, in the columns and order asked for."""
        table = self.table(request.table, request.constraints)
        require_columns(table, request.schema)
        predicate = request.constraints.predicate.only(table.schema.names)
        names = table.schema.names
        wanted = [n for n in names if n in {*request.schema.names, *predicate.summary}] or names[
            :1
        ]  # a batch without columns could not say how many rows it has
        partition = values(table, request.split.properties)
        scan = Scan(table=table.name, columns=tuple(wanted), partition=partition, predicate=predicate)
        watch()
        for batch in read(table, scan):
            watch()
            kept = predicate.filter(declared(table, batch, wanted, partition))
            if not request.schema.names:
                yield without_columns(kept.num_rows)
            else:
                columns = [kept.column(name) for name in request.schema.names]
                yield pa.RecordBatch.from_arrays(columns, schema=request.schema)

    def call(self, request: UserDefinedFunctionRequest) -> UserDefinedFunctionResponse:
        """What a function makes of some rows: as many, in the same order, in the type that the SQL declares."""
        name = request.method
        function = self.connector.functions.get(name)
        if function is None:
            known = ", ".join(sorted(self.connector.functions)) or "none"
            raise UnsupportedSql(
                f"function {name}: connector {self.connector.name} has no such function, it has {known}"
            )
        if len(request.output_schema) != 1:
            raise RemoteProtocolError(f"function {name}: one column is expected, not {len(request.output_schema)}")
        with authored(f"function {name}"):
            made = function(*request.records.columns)
        records = returned(name, made, request)
        if self.spilling and answer_size(records, name) > self.spilling.answer_limit:
            raise ConnectorError(
                f"function {name}: its results for {records.num_rows:,} rows do not fit into a Lambda answer of 6 MB, "
                "and functions cannot spill: let it return less per row"
            )
        return UserDefinedFunctionResponse(records=records, method=name)


def advertised(passthrough: Passthrough | None) -> dict[str, tuple[Capability, ...]]:
    """
    What the engine may leave to us, under the names of
    https://github.com/awslabs/aws-athena-query-federation/blob/master/athena-federation-sdk/src/main/java/com/amazonaws/athena/connector/lambda/metadata/optimizations/querypassthrough/QueryPassthroughSignature.java

    A filter is not among it: predicates are inclusive, so the engine filters again.
    """
    if passthrough is None:
        return {}
    return {
        signature(passthrough): (
            Capability("query_passthrough_schema", (passthrough.schema,)),
            Capability("query_passthrough_name", (passthrough.name,)),
            Capability("query_passthrough_arguments", passthrough.arguments),
        )
    }


def signature(passthrough: Passthrough) -> str:
    return f"{passthrough.schema}.{passthrough.name}".upper()


def passed_through(passthrough: Passthrough | None, arguments: Mapping[str, str], connector: str) -> Table:
    """The table that a passthrough query describes. Raises UnsupportedSql."""
    name = arguments.get("schemaFunctionName", "")
    if passthrough is None or name.upper() != signature(passthrough):
        raise UnsupportedSql(f"passthrough query {name}: connector {connector} does not offer it")
    absent = [argument for argument in passthrough.arguments if not arguments.get(argument)]
    if absent:
        raise UnsupportedSql(f"passthrough query {name}: the argument {absent[0]} is missing")
    with authored(f"passthrough query {name}"):
        return passthrough.table({argument: arguments[argument] for argument in passthrough.arguments})


def returned(name: str, made: pa.Array, request: UserDefinedFunctionRequest) -> pa.RecordBatch:
    """What a function has returned as the rows that were asked for. Raises SchemaMismatch."""
    (field,) = request.output_schema
    if not isinstance(made, pa.Array):
        raise SchemaMismatch(f"function {name} returned {type(made).__name__}, not an Arrow array")
    if made.type != field.type:
        raise SchemaMismatch(f"function {name} returned {made.type}, but the SQL declares {field.type}")
    if len(made) != request.records.num_rows:
        raise SchemaMismatch(f"function {name} returned {len(made)} values for {request.records.num_rows} rows")
    return pa.RecordBatch.from_arrays([made], schema=request.output_schema)


@contextmanager
def authored(what: str) -> Iterator[None]:
    """Errors of the author's own code: ours pass, any other becomes a ConnectorError, without its text."""
    try:
        yield
    except FederationError:
        raise
    except Exception as error:
        raise ConnectorError(f"{what} failed with {type(error).__name__}") from error


def listed(table: Table, today: date, predicate: Predicate) -> pa.RecordBatch:
    """The partitions of a table that may hold wanted rows, one row each."""
    names = table.partition.columns
    fields = pa.schema([table.schema.field(name) for name in names])
    try:
        with authored(f"table {table.name}: listing its partitions"):
            rows = [{name: row[name] for name in names} for row in table.partitions(today, predicate)]
        found = pa.RecordBatch.from_pylist(rows, schema=fields)
    except (SchemaMismatch, pa.ArrowException) as error:
        raise SchemaMismatch(
            f"table {table.name}: its partitions ({', '.join(names)}) are of another type than "
            f"what they are compared with: {error}"
        ) from error
    seen = Counter(tuple(row.values()) for row in rows)
    if twice := next((row for row, times in seen.items() if times > 1), None):
        raise ConnectorError(
            f"table {table.name} lists a partition more than once, so its rows would count twice: {twice}"
        )
    return found


def read(table: Table, scan: Scan) -> Iterator[pa.RecordBatch]:
    """What the author's reader yields."""
    where = "".join(f", {name} {value}" for name, value in scan.partition.items())
    with authored(f"table {table.name}{where}: its reader"):
        yield from table.read(scan)


def one_partition() -> pa.RecordBatch:
    """The layout of a table without partition columns: one row, because none would mean that there is nothing to read."""
    return pa.record_batch({"partitionId": pa.array([1], pa.int32())})


def position(token: str | None, rows: int) -> int:
    if token is None:
        return 0
    if not re.fullmatch("[0-9]{1,9}", token) or int(token) > rows:
        raise RemoteProtocolError(f"the continuation token {token[:40]!r} is not one of this connector's")
    return int(token)


def properties(row: Mapping[str, object]) -> dict[str, str]:
    """Partition values as the texts that a split carries; NULL is left out."""
    return {name: str(value) for name, value in row.items() if value is not None}


def values(table: Table, texts: Mapping[str, str]) -> dict[str, Value]:
    """The inverse of `properties`, by the types of the columns. Raises RemoteProtocolError."""
    found: dict[str, Value] = {}
    for name in table.partition.columns:
        kind = table.schema.field(name).type
        try:
            found[name] = pa.scalar(texts.get(name), pa.string()).cast(kind).as_py()
            if isinstance(table.partition, Daily):
                date.fromisoformat(texts[name])
        except KeyError as error:
            raise RemoteProtocolError(f"table {table.name}: the split does not say which {name} it is for") from error
        except (pa.ArrowException, ValueError) as error:
            raise RemoteProtocolError(
                f"table {table.name}: the split says {name}={texts[name][:40]!r}, which is not a "
                f"{'day' if isinstance(table.partition, Daily) else kind}"
            ) from error
    return found


def require_columns(table: Table, asked: pa.Schema) -> None:
    """Raises RemoteProtocolError where the engine asks for what the table has not, or has in another type."""
    for field in asked:
        if field.name not in table.schema.names:
            raise RemoteProtocolError(f"table {table.name} has no column {field.name}, which was asked for")
        kind = table.schema.field(field.name).type
        if not field.type.equals(kind):
            raise RemoteProtocolError(
                f"table {table.name}: column {field.name} was asked for as {field.type}, but it is {kind}"
            )


def declared(table: Table, batch: pa.RecordBatch, wanted: list[str], partition: Mapping[str, Value]) -> pa.RecordBatch:
    """The wanted columns of a reader's batch, as declared. Raises SchemaMismatch."""
    if not isinstance(batch, pa.RecordBatch):
        raise SchemaMismatch(f"table {table.name}: its reader yields {type(batch).__name__}, not RecordBatch")
    columns = []
    schema = pa.schema([table.schema.field(name) for name in wanted])
    for name, field in zip(wanted, schema, strict=True):
        places = batch.schema.get_all_field_indices(name)
        if len(places) > 1:
            raise SchemaMismatch(f"table {table.name}: its reader yields {len(places)} columns {name}")
        if places:
            column = batch.column(places[0])
            require_sound(table, field, column)
        elif name in partition:
            column = pa.repeat(pa.scalar(partition[name], field.type), batch.num_rows)
        else:
            raise SchemaMismatch(f"table {table.name}: its reader left out the column {name}")
        columns.append(column)
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def require_sound(table: Table, field: pa.Field, column: pa.Array) -> None:
    """Raises SchemaMismatch for a column of another type, or cells that are none of it: text that is not Unicode."""
    if column.type != field.type:
        raise SchemaMismatch(f"table {table.name}: column {field.name} is {column.type}, declared as {field.type}")
    if pa.types.is_string(field.type) or pa.types.is_decimal(field.type):
        try:
            column.validate(full=True)
        except pa.ArrowInvalid as error:
            raise SchemaMismatch(f"table {table.name}: column {field.name} holds what is no {field.type}") from error
