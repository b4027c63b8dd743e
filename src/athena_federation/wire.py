"""load() and dump(): JSON documents and messages, by one table of ordered fields.

The Java readers take fields one after the other, so their order is part of the protocol: `FIELDS` is that order, after
the serializers in https://github.com/awslabs/aws-athena-query-federation/tree/master/athena-federation-sdk/src/main/java/com/amazonaws/athena/connector/lambda/serde
Writing follows it strictly, for the serde versions 1 to 6. Reading takes any order and version, passes over unknown
keys, and does without what has a default. Does no I/O, and does not know which side it is on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cache
from typing import Any, get_args

from athena_federation import messages as m
from athena_federation.conditions import DIRECTION, EXPRESSION, PREDICATE
from athena_federation.errors import RemoteProtocolError
from athena_federation.forms import (
    BLOCK,
    BYTES,
    FLAG,
    LONG_AS_TEXT,
    MAP,
    NUMBER,
    SCHEMA,
    TEXT,
    Form,
    listed,
    malformed,
    mapped,
    of_type,
    or_null,
    refused,
    unlimited,
)

VERSIONS = range(1, 7)


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a JSON object, and the field of a message that it holds."""

    name: str
    field: str
    form: Form
    since: int = 1
    early: str = ""
    """Another name, which version 1 is told as well."""
    hint: bool = False
    """Whether an older version may go without: the engine then does the work itself."""
    omitted: bool = False
    """Whether None is no key rather than null."""


def record(kind: type, *, tagged: bool = False) -> Form:
    """A JSON object whose keys are those of a dataclass, after its type's name if it is tagged."""

    def load(value: Any, where: str) -> Any:
        of_type(value, Mapping, where, "an object")
        if tagged and value.get("@type", kind.__name__) != kind.__name__:
            raise malformed(where, f"a {kind.__name__} is expected")
        return load_fields(kind, value, where)

    def dump(value: Any, where: str, version: int) -> dict[str, Any]:
        if not isinstance(value, kind):
            raise refused(where, f"a {kind.__name__} is expected, not {type(value).__name__}")
        return ({"@type": kind.__name__} if tagged else {}) | dump_fields(value, where, version)

    return Form(load, dump)


ENCRYPTION_KEY = or_null(record(m.EncryptionKey))
SPILL_LOCATION = record(m.S3SpillLocation, tagged=True)

IDENTITY = Key("identity", "identity", record(m.Identity))
QUERY_ID = Key("queryId", "query_id", TEXT)
CATALOG = Key("catalogName", "catalog", TEXT)
TABLE = Key("tableName", "table", record(m.TableName))
SCHEMA_KEY = Key("schema", "schema", SCHEMA)
PARTITION_COLUMNS = Key("partitionColumns", "partition_columns", listed(TEXT), early="partitionCols")
CONSTRAINTS = Key("constraints", "constraints", record(m.Constraints))
CONTINUATION = Key("continuationToken", "continuation_token", or_null(TEXT))
PASSTHROUGH = Key("queryPassthroughArguments", "passthrough", MAP, since=5)
ASKED = (IDENTITY, QUERY_ID, CATALOG)

FIELDS: dict[type, tuple[Key, ...]] = {
    m.PingRequest: (IDENTITY, CATALOG, QUERY_ID),
    m.PingResponse: (
        CATALOG,
        QUERY_ID,
        Key("sourceType", "source_type", TEXT),
        Key("capabilities", "capabilities", NUMBER),
        Key("serDeVersion", "serde", or_null(NUMBER), omitted=True),
    ),
    m.ListSchemasRequest: ASKED,
    m.ListSchemasResponse: (CATALOG, Key("schemas", "schemas", listed(TEXT))),
    m.ListTablesRequest: (
        *ASKED,
        Key("schemaName", "schema", or_null(TEXT)),
        Key("nextToken", "next_token", or_null(TEXT)),
        Key("pageSize", "page_size", unlimited(32)),
    ),
    m.ListTablesResponse: (
        Key("tables", "tables", listed(record(m.TableName))),
        CATALOG,
        Key("nextToken", "next_token", or_null(TEXT)),
    ),
    m.GetTableRequest: (*ASKED, TABLE, PASSTHROUGH),
    m.GetTableResponse: (CATALOG, TABLE, SCHEMA_KEY, Key("partitionColumns", "partition_columns", listed(TEXT))),
    m.GetDataSourceCapabilitiesRequest: ASKED,
    m.GetDataSourceCapabilitiesResponse: (
        CATALOG,
        Key("capabilities", "capabilities", mapped(listed(record(m.Capability)))),
    ),
    m.GetTableLayoutRequest: (*ASKED, TABLE, CONSTRAINTS, SCHEMA_KEY, PARTITION_COLUMNS),
    m.GetTableLayoutResponse: (CATALOG, TABLE, Key("partitions", "partitions", BLOCK)),
    m.GetSplitsRequest: (
        *ASKED,
        TABLE,
        Key("partitions", "partitions", BLOCK),
        PARTITION_COLUMNS,
        CONSTRAINTS,
        CONTINUATION,
    ),
    m.GetSplitsResponse: (CATALOG, Key("splits", "splits", listed(record(m.Split))), CONTINUATION),
    m.ReadRecordsRequest: (
        *ASKED,
        TABLE,
        SCHEMA_KEY,
        Key("split", "split", record(m.Split)),
        CONSTRAINTS,
        Key("maxBlockSize", "max_block_size", LONG_AS_TEXT),
        Key("maxInlineBlockSize", "max_inline_block_size", LONG_AS_TEXT),
    ),
    m.ReadRecordsResponse: (CATALOG, Key("records", "records", BLOCK)),
    m.RemoteReadRecordsResponse: (
        CATALOG,
        SCHEMA_KEY,
        Key("remoteBlocks", "remote_blocks", listed(SPILL_LOCATION)),
        Key("encryptionKey", "encryption_key", ENCRYPTION_KEY),
    ),
    m.UserDefinedFunctionRequest: (
        IDENTITY,
        Key("inputRecords", "records", BLOCK),
        Key("outputSchema", "output_schema", SCHEMA),
        Key("methodName", "method", TEXT),
        Key("functionType", "function_type", TEXT),
    ),
    m.UserDefinedFunctionResponse: (Key("records", "records", BLOCK), Key("methodName", "method", TEXT)),
    m.Identity: (
        Key("id", "id", TEXT),
        Key("principal", "principal", TEXT),
        Key("account", "account", TEXT),
        Key("arn", "arn", TEXT),
        Key("tags", "tags", MAP, early="principalTags"),
        Key("groups", "groups", listed(TEXT), early="iamGroups"),
        Key("configOptions", "config_options", MAP),
    ),
    m.TableName: (Key("schemaName", "schema", TEXT), Key("tableName", "table", TEXT)),
    m.S3SpillLocation: (Key("bucket", "bucket", TEXT), Key("key", "key", TEXT), Key("directory", "directory", FLAG)),
    m.EncryptionKey: (Key("key", "key", BYTES), Key("nonce", "nonce", BYTES)),
    m.Split: (
        Key("spillLocation", "spill_location", or_null(SPILL_LOCATION)),
        Key("encryptionKey", "encryption_key", ENCRYPTION_KEY),
        Key("properties", "properties", MAP),
    ),
    m.Capability: (Key("subType", "sub_type", TEXT), Key("properties", "properties", listed(TEXT))),
    m.Constraints: (
        Key("summary", "predicate", PREDICATE),
        Key("expression", "expression", listed(EXPRESSION), since=4, hint=True),
        Key("orderByClause", "order_by", listed(record(m.OrderBy)), since=4, hint=True),
        Key("limit", "limit", unlimited(64), since=4, hint=True),
        PASSTHROUGH,
        Key("queryPlan", "query_plan", or_null(record(m.QueryPlan)), since=6),
    ),
    m.OrderBy: (Key("columnName", "column", TEXT), Key("direction", "direction", DIRECTION)),
    m.QueryPlan: (Key("substraitVersion", "version", TEXT), Key("substraitPlan", "plan", TEXT)),
}

MESSAGES: dict[str, type] = {kind.__name__: kind for kind in (*get_args(m.Request), *get_args(m.Response))}

SINCE: dict[type, int] = {m.GetDataSourceCapabilitiesRequest: 4, m.GetDataSourceCapabilitiesResponse: 4}

REQUEST_TYPES = {
    "ListSchemas": "LIST_SCHEMAS",
    "ListTables": "LIST_TABLES",
    "GetTable": "GET_TABLE",
    "GetTableLayout": "GET_TABLE_LAYOUT",
    "GetSplits": "GET_SPLITS",
    "ReadRecords": "READ_RECORDS",
    "RemoteReadRecords": "READ_RECORDS",
}
"""What version 1 says besides the type, by the name of a call."""


def load(document: Mapping[str, Any] | bytes | str) -> m.Request | m.Response:
    """
    The message that a JSON document of any serde version holds.

    Raises RemoteProtocolError, which names the message and the field, for anything else.
    """
    body = document if isinstance(document, Mapping) else parse(document)
    name = body.get("@type")
    kind = MESSAGES.get(name) if isinstance(name, str) else None
    if kind is None:
        raise RemoteProtocolError(f"no such message is known: @type is {str(name)[:60]!r}")
    try:
        message: m.Request | m.Response = load_fields(kind, body, kind.__name__)
    except RecursionError as error:
        raise RemoteProtocolError(f"{kind.__name__}: nested too deep") from error
    return message


def dump(message: m.Request | m.Response, version: int) -> dict[str, Any]:
    """
    The message as a JSON object of a serde version, its keys in the order that Java's readers demand.

    Raises LocalProtocolError for a message that breaks the protocol, or means more than the version can say.
    """
    kind = type(message)
    name = kind.__name__
    if MESSAGES.get(name) is not kind:
        raise refused(name, "not a message")
    if version not in VERSIONS:
        raise refused(name, f"there is no serde version {version}")
    if version < SINCE.get(kind, 1):
        raise refused(name, f"does not exist before serde version {SINCE[kind]}")
    call = name.removesuffix("Request").removesuffix("Response")
    try:
        body = {"@type": name, **dump_fields(message, name, version)}
    except RecursionError as error:
        raise refused(name, "nested too deep") from error
    return body | ({"requestType": REQUEST_TYPES[call]} if version == 1 and call in REQUEST_TYPES else {})


def request_version(document: Mapping[str, Any]) -> int:
    """
    The lowest serde version that a request can be of: requests do not say.

    Where it is not certain, every version from this one on reads the same answer.
    """
    schemas = [document.get("schema"), document.get("outputSchema")]
    if "requestType" in document or any(isinstance(schema, Mapping) for schema in schemas):
        return 1
    constraints = document.get("constraints")
    known = {*document, *(constraints if isinstance(constraints, Mapping) else ())}
    if "queryPlan" in known:
        return 6
    if "queryPassthroughArguments" in known:
        return 5
    if "expression" in known or document.get("@type") == m.GetDataSourceCapabilitiesRequest.__name__:
        return 4
    blocks = [document.get("partitions"), document.get("inputRecords")]
    schemas += [block.get("schema") for block in blocks if isinstance(block, Mapping)]
    return 3 if any(isinstance(schema, str) and schema.startswith("/////") for schema in schemas) else 2


def load_error(body: Mapping[str, Any] | bytes | str) -> m.RemoteError:
    """Why a Lambda function failed, out of the body that its runtime answered. Raises RemoteProtocolError."""
    document = body if isinstance(body, Mapping) else parse(body)
    try:
        return remote_error(document)
    except RecursionError as error:
        raise RemoteProtocolError("the error of a Lambda function is nested too deep") from error


def remote_error(document: Mapping[str, Any]) -> m.RemoteError:
    cause, stack = document.get("cause"), document.get("stackTrace")
    return m.RemoteError(
        type=str(document.get("errorType") or ""),
        message=str(document.get("errorMessage") or ""),
        cause=remote_error(cause) if isinstance(cause, Mapping) else None,
        stack_trace=tuple(frame(each) for each in stack) if isinstance(stack, list) else (),
    )


def frame(line: object) -> str:
    """A line of a stack trace: a text, or as older runtimes have it a list of file, line, function, code."""
    return ", ".join(map(str, line)) if isinstance(line, list) else str(line)


def parse(text: bytes | str) -> Mapping[str, Any]:
    """A JSON object in which no key stands twice and each number has a value. Raises RemoteProtocolError."""
    try:
        body = json.loads(
            text if isinstance(text, str) else text.decode(), object_pairs_hook=unique, parse_constant=no_constant
        )
    except (ValueError, RecursionError) as error:
        raise RemoteProtocolError(f"not a JSON document: {error}") from error
    if not isinstance(body, dict):
        raise RemoteProtocolError(f"a JSON object is expected, not {type(body).__name__}")
    return body


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a key stands twice in an object")
    return members


def no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def load_fields(kind: type, value: Mapping[str, Any], where: str) -> Any:
    loaded: dict[str, Any] = {}
    for key in FIELDS[kind]:
        name = key.early if key.early in value and key.name not in value else key.name
        content = value.get(name)
        if content is not None or key.form.nullable:
            loaded[key.field] = key.form.load(content, f"{where}.{name}")
        elif key.field in required(kind):
            raise malformed(f"{where}.{name}", "missing" if name not in value else "null")
    return kind(**loaded)


def dump_fields(value: Any, where: str, version: int) -> dict[str, Any]:
    dumped: dict[str, Any] = {}
    for key in FIELDS[type(value)]:
        content = getattr(value, key.field)
        if version < key.since:
            if content and not key.hint:
                raise refused(f"{where}.{key.name}", f"cannot be told before serde version {key.since}")
            continue
        if content is None and key.omitted:
            continue
        dumped[key.name] = key.form.dump(content, f"{where}.{key.name}", version)
        if key.early and version == 1:
            dumped[key.early] = dumped[key.name]
    return dumped


@cache
def required(kind: type) -> frozenset[str]:
    """The fields of a dataclass that have no default."""
    return frozenset(
        field.name for field in fields(kind) if field.default is MISSING and field.default_factory is MISSING
    )
