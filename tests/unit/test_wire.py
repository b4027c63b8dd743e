"""Reading leniently, writing strictly, and naming what is wrong."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

from athena_federation.blocks import Framing, dump_schema
from athena_federation.errors import LocalProtocolError, ProtocolError, RemoteProtocolError
from athena_federation.messages import (
    Constant,
    Constraints,
    Direction,
    FunctionCall,
    GetDataSourceCapabilitiesRequest,
    GetSplitsResponse,
    GetTableLayoutRequest,
    GetTableRequest,
    GetTableResponse,
    Identity,
    ListSchemasResponse,
    ListTablesRequest,
    OrderBy,
    PingRequest,
    PingResponse,
    QueryPlan,
    ReadRecordsRequest,
    ReadRecordsResponse,
    RemoteError,
    S3SpillLocation,
    Split,
    TableName,
    Variable,
)
from athena_federation.predicate import AllOrNoneValueSet, Predicate, SortedRangeSet, equal_to, is_not_null
from athena_federation.wire import dump, load, load_error, request_version

TABLE = TableName("main", "readings")
SCHEMA = pa.schema({"id": pa.int64(), "day": pa.string()})
LAYOUT = GetTableLayoutRequest(
    table=TABLE,
    schema=SCHEMA,
    constraints=Constraints(predicate=Predicate({"id": equal_to(pa.int64(), 7)})),
    partition_columns=("day",),
)
PING = {"@type": "PingRequest", "identity": None, "catalogName": "weather", "queryId": "q-1"}


def document(message: Any = LAYOUT, version: int = 6) -> dict[str, Any]:
    """A message as fresh JSON, to be damaged."""
    body: dict[str, Any] = json.loads(json.dumps(dump(message, version)))
    return body


def test_a_ping_is_read_whatever_it_lacks() -> None:
    assert load(PING) == PingRequest(catalog="weather", query_id="q-1")
    assert load({"@type": "PingRequest", "newField": 1}) == PingRequest()


def test_an_identity_may_have_fewer_fields() -> None:
    early = {"id": "UNKNOWN", "principal": "UNKNOWN", "account": "111122223333"}
    message = load(PING | {"identity": early})
    assert isinstance(message, PingRequest)
    assert message.identity == Identity(account="111122223333")


def test_a_connector_that_does_not_tell_its_serde_speaks_version_1() -> None:
    silent = {"@type": "PingResponse", "catalogName": "c", "queryId": "q", "sourceType": "s", "capabilities": 23}
    message = load(silent)
    assert isinstance(message, PingResponse)
    assert message.serde is None
    assert message.capabilities == 23
    assert "serDeVersion" not in dump(message, 1)


def test_a_number_is_taken_for_a_text_and_the_reverse() -> None:
    body = document(ReadRecordsRequest(table=TABLE, schema=SCHEMA, split=Split(properties={"a": "7", "b": "0.5"})))
    body["split"]["properties"] = {"a": 7, "b": 0.5}
    body["maxBlockSize"] = 100_000_000_000
    body["constraints"]["limit"] = "12"
    message = load(body)
    assert isinstance(message, ReadRecordsRequest)
    assert message.split.properties == {"a": "7", "b": "0.5"}
    assert message.max_block_size == 100_000_000_000
    assert message.constraints.limit == 12


@pytest.mark.parametrize("limit", [0, -1, None, "absent"])
def test_a_limit_that_is_not_positive_is_none(limit: Any) -> None:
    body = document()
    body["constraints"]["limit"] = limit
    if limit == "absent":
        del body["constraints"]["limit"]
    message = load(body)
    assert isinstance(message, GetTableLayoutRequest)
    assert message.constraints.limit is None
    assert document(message)["constraints"]["limit"] == -1


def test_listing_without_a_schema_or_a_page_asks_for_everything() -> None:
    body = {"@type": "ListTablesRequest", "queryId": "q", "catalogName": "c", "schemaName": None}
    assert load(body) == ListTablesRequest(query_id="q", catalog="c")


def test_a_query_plan_is_read() -> None:
    plan = QueryPlan("0.55.0", "CgA=")
    message = replace(LAYOUT, constraints=Constraints(query_plan=plan))
    assert load(document(message)) == message


@pytest.mark.parametrize(
    ("constraints", "version", "problem"),
    [
        (Constraints(passthrough={"QUERY": "select 1"}), 4, "queryPassthroughArguments: cannot be told before"),
        (Constraints(query_plan=QueryPlan("1", "CgA=")), 5, "queryPlan: cannot be told before"),
    ],
)
def test_what_would_change_the_answer_is_not_left_out_for_an_old_version(
    constraints: Constraints, version: int, problem: str
) -> None:
    with pytest.raises(LocalProtocolError, match=problem):
        dump(replace(LAYOUT, constraints=constraints), version)


def test_hints_are_left_out_for_an_old_version() -> None:
    hints = Constraints(
        expression=(FunctionCall("$not", pa.bool_(), (Variable("a", pa.bool_()), Constant(pa.bool_(), (None,)))),),
        order_by=(OrderBy("id", Direction.DESC_NULLS_LAST),),
        limit=5,
    )
    message = replace(LAYOUT, constraints=hints)
    assert load(dump(message, 4)) == message
    assert load(dump(message, 3)) == replace(LAYOUT, constraints=Constraints())


def test_capabilities_do_not_exist_before_version_4() -> None:
    with pytest.raises(LocalProtocolError, match="does not exist before serde version 4"):
        dump(GetDataSourceCapabilitiesRequest(), 3)


def test_a_value_set_of_a_nested_type_keeps_its_children_where_it_has_values() -> None:
    kind = pa.list_(pa.int64())
    message = replace(LAYOUT, constraints=Constraints(predicate=Predicate({"a": is_not_null(kind)})))
    assert load(dump(message, 5)) == message


def test_a_moment_in_a_predicate_is_packed_and_unpacked() -> None:
    kind = pa.timestamp("ms", tz="Asia/Tokyo")
    predicate = Predicate({"at": equal_to(kind, datetime(2024, 2, 29, 12, tzinfo=UTC))})
    message = replace(LAYOUT, constraints=Constraints(predicate=predicate))
    assert load(dump(message, 5)) == message


def test_anything_but_null_of_a_java_engine_stops_no_row() -> None:
    body = document(replace(LAYOUT, constraints=Constraints(predicate=Predicate({"a": AllOrNoneValueSet(pa.int64())}))))
    body["constraints"]["summary"]["a"] |= {"all": False, "nullAllowed": False}
    message = load(body)
    assert isinstance(message, GetTableLayoutRequest)
    assert message.constraints.predicate.matches({"a": None})
    assert message.constraints.predicate.matches({"a": 1})


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        ("@type", "NoSuchRequest", "no such message is known: @type is 'NoSuchRequest'"),
        ("@type", ["x"], "no such message is known"),
        ("tableName", None, "GetTableLayoutRequest.tableName: null"),
        ("tableName", "main.readings", "GetTableLayoutRequest.tableName: an object is expected, not str"),
        ("tableName.tableName", None, "GetTableLayoutRequest.tableName.tableName: null"),
        ("queryId", True, "GetTableLayoutRequest.queryId: text is expected, not bool"),
        ("queryId", float("nan"), "queryId: text is expected, not a number without a value"),
        ("queryId", 1 << 64, "queryId: text is expected, not a number of this size"),
        ("queryId", "\ud800", "queryId: the text is not Unicode"),
        ("partitionColumns", "day", "partitionColumns: a list is expected"),
        ("partitionColumns", [None], r"partitionColumns\[0\]: text is expected"),
        ("schema", "***", "GetTableLayoutRequest.schema: not base64"),
        ("schema", "AAAA", "GetTableLayoutRequest.schema: not an Arrow schema"),
        ("schema", {"schema": 5}, "GetTableLayoutRequest.schema: base64 text is expected"),
        ("constraints.limit", 1 << 63, "constraints.limit: the number does not fit 64 bits"),
        ("constraints.limit", 1.5, "constraints.limit: a whole number is expected"),
        ("constraints.limit", "many", "constraints.limit: a whole number is expected"),
        ("constraints.orderByClause", [{"columnName": "a", "direction": "UP"}], r"\[0\].direction: no such direction"),
        ("constraints.expression", [{"@type": "Guess"}], r"expression\[0\]: no such expression is known: Guess"),
        ("constraints.expression", [{}], r"expression\[0\].@type: missing"),
        ("constraints.summary", [], "summary: an object is expected"),
        ("constraints.summary.id.@type", "Guess", "summary.id: no such value set is known: Guess"),
        ("constraints.summary.id.nullAllowed", "maybe", "nullAllowed: true or false is expected"),
        ("constraints.summary.id.type", {"@type": "LargeUtf8"}, "no such Arrow type is known: LargeUtf8"),
        ("constraints.summary.id.type", {"@type": "Utf8"}, "does not fit the type string"),
        ("constraints.summary.id.ranges", [{"low": {}}], r"ranges\[0\].high: missing"),
        ("constraints.summary.id.ranges.0.low.bound", "BELOW", "the low end of a range is"),
        ("constraints.summary.id.ranges.0.low.bound", "NEAR", "no such bound is known"),
        ("constraints.summary.id.ranges.0.low.nullValue", True, "a value is expected, not NULL"),
        ("constraints.summary.id.ranges.0.low.valueBlock.records", "", "one value is expected"),
        ("constraints.summary.id.ranges.0.low.valueBlock.records", "AAAA", "not an Arrow batch of the declared schema"),
    ],
)
def test_what_is_wrong_is_named_with_its_message_and_field(path: str, value: Any, problem: str) -> None:
    body = document()
    *steps, last = path.split(".")
    place: Any = body
    for step in steps:
        place = place[int(step) if step.isdigit() else step]
    place[last] = value
    with pytest.raises(RemoteProtocolError, match=problem):
        load(body)


def test_a_missing_field_is_named() -> None:
    body = document()
    del body["schema"]
    with pytest.raises(RemoteProtocolError, match=r"GetTableLayoutRequest.schema: missing"):
        load(body)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "not a JSON document"),
        (b"\xff\xfe{}", "not a JSON document"),
        ("[]", "a JSON object is expected, not list"),
        ('{"@type":"PingRequest","queryId":NaN}', "NaN is not JSON"),
        ('{"@type":"PingRequest","queryId":1e999}', "a number without a value"),
        ('{"@type":"PingRequest","@type":"PingRequest"}', "a key stands twice"),
        ('{"a":' * 100_000, "not a JSON document"),
        ("9" * 5_000, "not a JSON document"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_text_that_is_not_a_document_is_named(text: str | bytes, problem: str) -> None:
    with pytest.raises(RemoteProtocolError, match=problem):
        load(text)


def test_an_expression_nested_without_end_is_an_error_and_not_a_crash() -> None:
    leaf: Any = Variable("a", pa.bool_())
    for _ in range(5_000):
        leaf = FunctionCall("$not", pa.bool_(), (leaf,))
    with pytest.raises(LocalProtocolError, match="nested too deep"):
        dump(replace(LAYOUT, constraints=Constraints(expression=(leaf,))), 5)
    body: Any = {"@type": "VariableExpression", "columnName": "a", "type": {"@type": "Bool"}}
    for _ in range(5_000):
        name = {"functionName": "$not"}
        body = {"@type": "FunctionCallExpression", "type": {"@type": "Bool"}, "functionName": name, "arguments": [body]}
    with pytest.raises(RemoteProtocolError, match="nested too deep"):
        load(document() | {"constraints": {"summary": {}, "expression": [body]}})


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        (PingRequest(query_id=None), "PingRequest.queryId: text is expected, not NoneType"),  # type: ignore[arg-type]
        (PingRequest(query_id="\ud800"), "PingRequest.queryId: the text is not Unicode"),
        (ListSchemasResponse(schemas="main"), "schemas: a tuple is expected, not str"),  # type: ignore[arg-type]
        (ListTablesRequest(page_size=0), "pageSize: a positive number is expected"),
        (ListTablesRequest(page_size=1 << 31), "pageSize: a whole number of at most 32 bits"),
        (GetTableRequest(table="main"), "tableName: a TableName is expected"),  # type: ignore[arg-type]
        (GetTableRequest(table=TABLE, passthrough=5), "a mapping is expected"),  # type: ignore[arg-type]
        (GetTableResponse(table=TABLE, schema=pa.schema({"a": pa.null()})), "schema: column 'a' is of type null"),
        (GetTableResponse(table=TABLE, schema=5), "schema: a pyarrow schema is expected"),
        (ReadRecordsResponse(records=5), "records: a pyarrow record batch is expected"),
        (
            ReadRecordsResponse(records=pa.record_batch({"a": pa.nulls(1)})),
            "records.schema: column 'a' is of type null",
        ),
        (GetSplitsResponse(splits=(Split(properties={"a": 1}),)), r"splits\[0\].properties.a: text is expected"),  # type: ignore[dict-item]
        (
            GetSplitsResponse(splits=(Split(spill_location=S3SpillLocation(bucket="b", key="k", directory=1)),)),  # type: ignore[arg-type]
            "directory: True or False is expected",
        ),
        (replace(LAYOUT, constraints=Constraints(predicate={})), "a predicate is expected, not dict"),  # type: ignore[arg-type]
        (replace(LAYOUT, constraints=Constraints(predicate=Predicate({"a": 1}))), "a value set is expected"),  # type: ignore[dict-item]
        (replace(LAYOUT, constraints=Constraints(expression=(1,))), "an expression is expected"),  # type: ignore[arg-type]
        (replace(LAYOUT, constraints=Constraints(order_by=(OrderBy("a", "UP"),))), "no such direction"),  # type: ignore[arg-type]
        (
            replace(LAYOUT, constraints=Constraints(predicate=Predicate({"a": SortedRangeSet(pa.large_string())}))),
            "the protocol has no name for the type large_string",
        ),
        (
            replace(LAYOUT, constraints=Constraints(expression=(Constant(pa.int64(), ("x",)),))),
            "the values do not fit the type int64",
        ),
        (Identity(), "Identity: not a message"),
    ],
)
def test_a_message_that_breaks_the_protocol_is_not_sent(message: Any, problem: str) -> None:
    with pytest.raises(LocalProtocolError, match=problem):
        dump(message, 6)


@pytest.mark.parametrize("version", [0, 7])
def test_there_is_no_other_version(version: int) -> None:
    with pytest.raises(LocalProtocolError, match="there is no serde version"):
        dump(PingRequest(), version)


def test_what_goes_wrong_never_tells_a_secret() -> None:
    body = document(PingRequest(identity=Identity(config_options={"fas_token": "s3cr3t"})))
    body["identity"]["configOptions"]["fas_token"] = ["s3cr3t"]
    with pytest.raises(ProtocolError) as refusal:
        load(body)
    assert "s3cr3t" not in str(refusal.value)


def schema_text(framing: Framing) -> str:
    return base64.b64encode(dump_schema(SCHEMA, framing)).decode()


@pytest.mark.parametrize(
    ("body", "version"),
    [
        ({"@type": "ListSchemasRequest"}, 2),
        ({"@type": "ListSchemasRequest", "requestType": "LIST_SCHEMAS"}, 1),
        ({"@type": "UserDefinedFunctionRequest", "outputSchema": {"schema": "…"}}, 1),
        ({"@type": "GetTableRequest", "queryPassthroughArguments": {}}, 5),
        ({"@type": "GetDataSourceCapabilitiesRequest"}, 4),
        ({"@type": "GetSplitsRequest", "partitions": {"schema": schema_text(Framing.MODERN)}, "constraints": None}, 3),
        ({"@type": "GetSplitsRequest", "partitions": {"schema": schema_text(Framing.LEGACY)}}, 2),
        ({"@type": "ReadRecordsRequest", "constraints": {"expression": []}}, 4),
        ({"@type": "ReadRecordsRequest", "constraints": {"expression": [], "queryPassthroughArguments": {}}}, 5),
        ({"@type": "ReadRecordsRequest", "constraints": {"queryPassthroughArguments": {}, "queryPlan": None}}, 6),
    ],
)
def test_a_request_shows_its_version_by_its_keys(body: dict[str, Any], version: int) -> None:
    assert request_version(body) == version


def test_an_early_connector_is_understood() -> None:
    body = {
        "requestType": "GET_TABLE",
        "schema": {"schema": schema_text(Framing.LEGACY)},
        "@type": "GetTableResponse",
        "tableName": {"tableName": "readings", "schemaName": "main", "qualifiedTableName": "main.readings"},
        "catalogName": "weather",
    }
    assert load(body) == GetTableResponse(catalog="weather", table=TABLE, schema=SCHEMA)


def test_an_early_request_says_the_same_under_other_names() -> None:
    identity = {"arn": "a", "account": "1", "principalTags": {"t": "x"}, "iamGroups": ["g"]}
    body = document(LAYOUT, 1) | {"identity": identity}
    body["partitionCols"] = body.pop("partitionColumns")
    expected = Identity(arn="a", account="1", tags={"t": "x"}, groups=("g",))
    assert load(body) == replace(LAYOUT, identity=expected)


def test_the_error_of_a_lambda_function_is_read_in_both_shapes() -> None:
    flat = {"errorType": "E", "errorMessage": "boom", "stackTrace": ["a", "b"]}
    nested = {"errorType": "F", "cause": flat, "stackTrace": [["f.py", 3, "g", "x = 1"], []]}
    assert load_error(json.dumps(nested).encode()) == RemoteError(
        type="F",
        message="",
        cause=RemoteError(type="E", message="boom", stack_trace=("a", "b")),
        stack_trace=("f.py, 3, g, x = 1", ""),
    )
    assert load_error({}) == RemoteError(type="", message="")


def test_an_error_that_cannot_be_read_is_named() -> None:
    with pytest.raises(RemoteProtocolError, match="not a JSON document"):
        load_error(b"<html>")
    endless: dict[str, Any] = {}
    for _ in range(5_000):
        endless = {"cause": endless}
    with pytest.raises(RemoteProtocolError, match="nested too deep"):
        load_error(endless)
