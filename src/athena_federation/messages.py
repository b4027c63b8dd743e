"""The protocol's requests and responses as frozen dataclasses, Arrow values inside.

Both sides speak these; `wire` turns them into JSON and back. One class per message of
https://github.com/awslabs/aws-athena-query-federation/tree/master/athena-federation-sdk/src/main/java/com/amazonaws/athena/connector/lambda
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import pyarrow as pa

from athena_federation.predicate import ANY, Predicate

CAPABILITIES = 24
"""What every connector with a versioned serde answers to a ping; the engine reads nothing else from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """On whose behalf the engine asks."""

    id: str = "UNKNOWN"
    principal: str = "UNKNOWN"
    account: str = ""
    """The AWS account, 12 digits."""
    arn: str = "UNKNOWN_ARN"
    tags: Mapping[str, str] = field(default_factory=dict)
    groups: tuple[str, ...] = ()
    config_options: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Settings of managed connectors; may hold credentials, hence never shown."""


@dataclass(frozen=True, slots=True)
class TableName:
    """A table within a catalog, in lower case."""

    schema: str
    table: str

    def __str__(self) -> str:
        return f"{self.schema}.{self.table}"


@dataclass(frozen=True, slots=True, kw_only=True)
class S3SpillLocation:
    """Where blocks are spilled: the prefix of a split's objects (`directory`), or one object."""

    bucket: str
    key: str
    directory: bool = True


@dataclass(frozen=True, slots=True)
class EncryptionKey:
    """With what the blocks of a split are sealed: AES-GCM."""

    key: bytes = field(repr=False)
    """16, 24 or 32 bytes."""
    nonce: bytes = field(repr=False)
    """12 bytes, the same for all blocks of a split, as the protocol has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """One piece of a scan: where to spill, with which key, and what to read."""

    spill_location: S3SpillLocation | None = None
    encryption_key: EncryptionKey | None = None
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Variable:
    """A column within an expression."""

    column: str
    type: pa.DataType


@dataclass(frozen=True, slots=True)
class Constant:
    """A value within an expression, or several: the list of an `$in`."""

    type: pa.DataType
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """A function within an expression; its name begins with a dollar sign, as in `$and`."""

    name: str
    type: pa.DataType
    arguments: tuple[Expression, ...] = ()


Expression = FunctionCall | Variable | Constant


class Direction(StrEnum):
    """How one column of an ORDER BY is sorted."""

    ASC_NULLS_FIRST = "ASC_NULLS_FIRST"
    ASC_NULLS_LAST = "ASC_NULLS_LAST"
    DESC_NULLS_FIRST = "DESC_NULLS_FIRST"
    DESC_NULLS_LAST = "DESC_NULLS_LAST"


@dataclass(frozen=True, slots=True)
class OrderBy:
    """One column of an ORDER BY."""

    column: str
    direction: Direction = Direction.ASC_NULLS_LAST


@dataclass(frozen=True, slots=True)
class QueryPlan:
    """A Substrait plan, which managed connectors have to apply in full."""

    version: str
    plan: str
    """Base64 of the protobuf message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraints:
    """What is known about the rows that a query wants."""

    predicate: Predicate = ANY
    expression: tuple[Expression, ...] = ()
    """All of which hold; sent only to connectors that declared it."""
    order_by: tuple[OrderBy, ...] = ()
    limit: int | None = None
    passthrough: Mapping[str, str] = field(default_factory=dict)
    """The arguments of a passthrough query; empty for any other."""
    query_plan: QueryPlan | None = None


@dataclass(frozen=True, slots=True)
class Capability:
    """One thing that a source is able to do for the engine, within a class of optimisations."""

    sub_type: str
    properties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PingRequest:
    """Who are you?"""

    identity: Identity = Identity()
    query_id: str = ""
    catalog: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PingResponse:
    """Who I am, and the newest serde that I speak."""

    catalog: str = ""
    query_id: str = ""
    source_type: str
    capabilities: int = CAPABILITIES
    serde: int | None = 5
    """None is version 1: connectors of that age do not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSchemasRequest:
    """Which schemas are there?"""

    identity: Identity = Identity()
    query_id: str = ""
    catalog: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSchemasResponse:
    """All schemas."""

    catalog: str = ""
    schemas: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTablesRequest:
    """Which tables are there?"""

    identity: Identity = Identity()
    query_id: str = ""
    catalog: str = ""
    schema: str | None = None
    """None asks for those of every schema."""
    next_token: str | None = None
    page_size: int | None = None
    """None asks for all in one page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTablesResponse:
    """A page of tables."""

    catalog: str = ""
    tables: tuple[TableName, ...]
    next_token: str | None = None
    """None on the last page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GetTableRequest:
    """Which columns does the table have?"""

    identity: Identity = Identity()
    query_id: str = ""
    catalog: str = ""
    table: TableName
    passthrough: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class GetTableResponse:
    """The columns, those that partition the table included."""

    catalog: str = ""
    table: TableName
    schema: pa.Schema
    partition_columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GetDataSourceCapabilitiesRequest:
    """What can the source do for the engine? Since serde 4."""

    identity: Identity = Identity()
    query_id: str = ""
    catalog: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GetDataSourceCapabilitiesResponse:
    """What the source promises to do, by class of optimisations."""

    catalog: str = ""
    capabilities: Mapping[str, tuple[Capability, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class GetTableLayoutRequest:
    """Which partitions may hold wanted rows?"""

    identity: Identity = Identity()
    query_id: str = ""
    catalog: str = ""
    table: TableName
    constraints: Constraints = Constraints()
    schema: pa.Schema
    partition_columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GetTableLayoutResponse:
    """One row per partition; no row is nothing to read."""

    catalog: str = ""
    table: TableName
    partitions: pa.RecordBatch


@dataclass(frozen=True, slots=True, kw_only=True)
class GetSplitsRequest:
    """How are these partitions read?"""

    identity: Identity = Identity()
    query_id: str = ""
    catalog: str = ""
    table: TableName
    partitions: pa.RecordBatch
    partition_columns: tuple[str, ...] = ()
    constraints: Constraints = Constraints()
    continuation_token: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetSplitsResponse:
    """A page of splits."""

    catalog: str = ""
    splits: tuple[Split, ...]
    continuation_token: str | None = None
    """None on the last page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRecordsRequest:
    """What are the rows of this split?"""

    identity: Identity = Identity()
    query_id: str = ""
    catalog: str = ""
    table: TableName
    schema: pa.Schema
    """The columns wanted, in the order wanted."""
    split: Split
    constraints: Constraints = Constraints()
    max_block_size: int = 16_000_000
    """Bytes of Arrow buffers in one spilled block."""
    max_inline_block_size: int = 5_242_880
    """Bytes of Arrow buffers in an answer that is not spilled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRecordsResponse:
    """The rows of a split, inline."""

    catalog: str = ""
    records: pa.RecordBatch


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteReadRecordsResponse:
    """Where the rows of a split were spilled."""

    catalog: str = ""
    schema: pa.Schema
    remote_blocks: tuple[S3SpillLocation, ...]
    encryption_key: EncryptionKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UserDefinedFunctionRequest:
    """What does the function make of these rows?"""

    identity: Identity = Identity()
    records: pa.RecordBatch
    """One column per argument."""
    output_schema: pa.Schema
    """One column."""
    method: str
    """The function's name, in lower case."""
    function_type: str = "SCALAR"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserDefinedFunctionResponse:
    """As many rows as were asked about, in the same order."""

    records: pa.RecordBatch
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteError:
    """Why a Lambda function failed, as its runtime reports it."""

    type: str
    message: str
    cause: RemoteError | None = None
    stack_trace: tuple[str, ...] = ()


Request = (
    PingRequest
    | ListSchemasRequest
    | ListTablesRequest
    | GetTableRequest
    | GetDataSourceCapabilitiesRequest
    | GetTableLayoutRequest
    | GetSplitsRequest
    | ReadRecordsRequest
    | UserDefinedFunctionRequest
)

Response = (
    PingResponse
    | ListSchemasResponse
    | ListTablesResponse
    | GetTableResponse
    | GetDataSourceCapabilitiesResponse
    | GetTableLayoutResponse
    | GetSplitsResponse
    | ReadRecordsResponse
    | RemoteReadRecordsResponse
    | UserDefinedFunctionResponse
)
