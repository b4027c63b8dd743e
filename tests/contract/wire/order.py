"""What a Java reader demands of a document, written down a second time and checked key by key.

This knows nothing of the code under test. Each line is an object: its keys in the order in which
https://github.com/awslabs/aws-athena-query-federation/tree/master/athena-federation-sdk/src/main/java/com/amazonaws/athena/connector/lambda/serde
reads them. `key:kind` is a member; `@4` begins with that serde version; a trailing `?` allows null. Kinds in capitals are objects,
`*` is an object that begins with its type, `[kind]` a list and `{kind}` an object with free keys.
"""

from __future__ import annotations

import base64
import json
import re
from typing import Any

ASKED = "identity:IDENTITY queryId:text catalogName:text"
ORDER = {
    "PingRequest": "identity:IDENTITY catalogName:text queryId:text",
    "PingResponse": "catalogName:text queryId:text sourceType:text capabilities:number serDeVersion:number",
    "ListSchemasRequest": ASKED,
    "ListSchemasResponse": "catalogName:text schemas:[text]",
    "ListTablesRequest": f"{ASKED} schemaName:text? nextToken:text? pageSize:number",
    "ListTablesResponse": "tables:[TABLE] catalogName:text nextToken:text?",
    "GetTableRequest": f"{ASKED} tableName:TABLE queryPassthroughArguments@5:{{text}}",
    "GetTableResponse": "catalogName:text tableName:TABLE schema:base64 partitionColumns:[text]",
    "GetDataSourceCapabilitiesRequest": ASKED,
    "GetDataSourceCapabilitiesResponse": "catalogName:text capabilities:{[CAPABILITY]}",
    "GetTableLayoutRequest": f"{ASKED} tableName:TABLE constraints:CONSTRAINTS schema:base64 partitionColumns:[text]",
    "GetTableLayoutResponse": "catalogName:text tableName:TABLE partitions:BLOCK",
    "GetSplitsRequest": f"{ASKED} tableName:TABLE partitions:BLOCK partitionColumns:[text] constraints:CONSTRAINTS continuationToken:text?",
    "GetSplitsResponse": "catalogName:text splits:[SPLIT] continuationToken:text?",
    "ReadRecordsRequest": f"{ASKED} tableName:TABLE schema:base64 split:SPLIT constraints:CONSTRAINTS maxBlockSize:digits maxInlineBlockSize:digits",
    "ReadRecordsResponse": "catalogName:text records:BLOCK",
    "RemoteReadRecordsResponse": "catalogName:text schema:base64 remoteBlocks:[*] encryptionKey:KEY?",
    "UserDefinedFunctionRequest": "identity:IDENTITY inputRecords:BLOCK outputSchema:base64 methodName:text functionType:text",
    "UserDefinedFunctionResponse": "records:BLOCK methodName:text",
    "IDENTITY": "id:text principal:text account:text arn:text tags:{text} groups:[text] configOptions:{text}",
    "TABLE": "schemaName:text tableName:text",
    "BLOCK": "aId:text schema:base64 records:base64",
    "SPLIT": "spillLocation:*? encryptionKey:KEY? properties:{text}",
    "KEY": "key:base64 nonce:base64",
    "CAPABILITY": "subType:text properties:[text]",
    "CONSTRAINTS": (
        "summary:{*} expression@4:[*] orderByClause@4:[ORDER] limit@4:number queryPassthroughArguments@5:{text} queryPlan@6:PLAN?"
    ),
    "ORDER": "columnName:text direction:text",
    "PLAN": "substraitVersion:text substraitPlan:text",
    "RANGE": "low:MARKER high:MARKER",
    "MARKER": "valueBlock:BLOCK bound:text nullValue:flag",
    "FUNCTION": "functionName:text",
    "S3SpillLocation": "bucket:text key:text directory:flag",
    "SortedRangeSet": "type:* ranges:[RANGE] nullAllowed:flag",
    "EquatableValueSet": "valueBlock:BLOCK whiteList:flag nullAllowed:flag",
    "AllOrNoneValueSet": "type:* all:flag nullAllowed:flag",
    "FunctionCallExpression": "type:* functionName:FUNCTION arguments:[*]",
    "VariableExpression": "columnName:text type:*",
    "ConstantExpression": "valueBlock:BLOCK type:*",
    "Int": "bitWidth:number isSigned:flag",
    "FloatingPoint": "precision:text",
    "Decimal": "precision:number scale:number",
    "Date": "unit:text",
    "Time": "unit:text bitWidth:number",
    "Timestamp": "unit:text timezone:text?",
    "Interval": "unit:text",
    "FixedSizeBinary": "byteWidth:number",
    "FixedSizeList": "listSize:number",
    **dict.fromkeys(("Utf8", "Binary", "Bool", "Null", "Struct", "List", "Map"), ""),
}


class Pairs(list[tuple[str, Any]]):
    """A JSON object as it was written: its order, and any key that stands twice."""


class OrderError(AssertionError):
    """A Java reader would stop here."""


def check(text: str, version: int) -> None:
    """Raises OrderError at the first thing that a reader of this serde version does not expect."""
    check_value(json.loads(text, object_pairs_hook=Pairs), "*", version, "$")


def check_value(value: Any, kind: str, version: int, where: str) -> None:
    if kind.endswith("?") and value is None:
        return
    kind = kind.rstrip("?")
    if kind[0] == "[":
        expect(isinstance(value, list) and not isinstance(value, Pairs), where, "a list")
        for n, each in enumerate(value):
            check_value(each, kind[1:-1], version, f"{where}[{n}]")
    elif kind[0] == "{":
        expect(isinstance(value, Pairs), where, "an object")
        for name, each in value:
            check_value(each, kind[1:-1], version, f"{where}.{name}")
    elif kind == "*" or kind.isupper():
        expect(isinstance(value, Pairs), where, "an object")
        check_object(value, kind, version, where)
    else:
        expect(SCALARS[kind](value), where, kind)


def check_object(pairs: Pairs, kind: str, version: int, where: str) -> None:
    found = list(pairs)
    if kind == "*":
        expect(bool(found) and found[0][0] == "@type", where, "@type first")
        kind = found.pop(0)[1]
        expect(kind in ORDER and not kind.isupper(), where, f"a known type, not {kind}")
    members = [re.fullmatch(r"(\w+)(?:@(\d))?:(.+)", member) for member in ORDER[kind].split()]
    expected = [(each[1], each[3]) for each in members if each and int(each[2] or 1) <= version]
    names = [name for name, _ in found]
    expect(names == [name for name, _ in expected], where, f"{[name for name, _ in expected]}, not {names}")
    for (name, value), (_, form) in zip(found, expected, strict=True):
        check_value(value, form, version, f"{where}.{name}")


def expect(holds: bool, where: str, what: str) -> None:
    if not holds:
        raise OrderError(f"{where}: expected {what}")


def is_base64(value: Any) -> bool:
    return isinstance(value, str) and base64.b64encode(base64.b64decode(value)).decode() == value


SCALARS = {
    "text": lambda value: isinstance(value, str),
    "number": lambda value: type(value) is int,
    "flag": lambda value: isinstance(value, bool),
    "digits": lambda value: isinstance(value, str) and value.isdigit(),
    "base64": is_base64,
}
