"""The connector under the real Lambda runtime: its limits, its errors, and blocks spilled to S3."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pytest
from urllib3 import PoolManager

from athena_federation import wire
from athena_federation.aws import Clients, S3Blobs
from athena_federation.engine import Engine, http
from athena_federation.errors import DeadlineExceeded, Throttled, UnknownTable
from athena_federation.messages import (
    EncryptionKey,
    GetTableResponse,
    ReadRecordsRequest,
    ReadRecordsResponse,
    RemoteReadRecordsResponse,
    S3SpillLocation,
    Split,
    TableName,
    UserDefinedFunctionRequest,
    UserDefinedFunctionResponse,
)
from athena_federation.predicate import ANY, Predicate, equal_to
from athena_federation.transports import INVOCATIONS, THROTTLE, RemoteConnectorError

NOTES = TableName("notes", "notes")
SCHEMA = pa.schema([("size", pa.string()), ("number", pa.int64()), ("note", pa.string())])
LIMIT = 6_291_556


def engine_of(url: str) -> Engine:
    return Engine(http(url, sleep=lambda seconds: None), catalog="notes", store=S3Blobs(Clients()))


def numbers(engine: Engine, table: GetTableResponse, size: str) -> list[pa.RecordBatch]:
    wanted = Predicate({"size": equal_to(pa.string(), size)})
    partitions = engine.layout(table, wanted)
    return list(engine.read(table, columns=["number", "note"], partitions=partitions, predicate=wanted))


def read_request(size: str) -> ReadRecordsRequest:
    split = Split(
        spill_location=S3SpillLocation(bucket="blocks", key=f"spill/q-1/{size}"),
        encryption_key=EncryptionKey(b"k" * 32, b"n" * 12),
        properties={"size": size},
    )
    return ReadRecordsRequest(catalog="notes", query_id="q-1", table=NOTES, schema=SCHEMA, split=split)


def post(url: str, document: dict[str, Any]) -> tuple[int, bytes]:
    response = PoolManager().request("POST", url + INVOCATIONS, body=json.dumps(document).encode())
    return response.status, response.data


def test_a_ping_is_answered(deployed: str) -> None:
    pong = engine_of(deployed).ping()
    assert (pong.source_type, pong.capabilities, pong.serde) == ("notes", 24, 5)


def test_a_table_is_described(deployed: str) -> None:
    table = engine_of(deployed).describe(NOTES)
    assert table.schema.equals(SCHEMA)
    assert table.partition_columns == ("size",)


@pytest.mark.parametrize(
    ("size", "spilled"), [("0", False), ("10", False), ("4400", False), ("4800", True), ("20000", True)]
)
def test_every_row_arrives_once_and_in_order_inline_or_spilled(deployed: str, size: str, spilled: bool) -> None:
    engine = engine_of(deployed)
    batches = numbers(engine, engine.describe(NOTES), size)
    assert [n for batch in batches for n in batch.column("number").to_pylist()] == list(range(int(size)))
    status, body = post(deployed, wire.dump(read_request(size), 5))
    answer = wire.load(body)
    assert isinstance(answer, RemoteReadRecordsResponse if spilled else ReadRecordsResponse)
    assert (status, len(body) <= LIMIT) == (200, True)


def test_an_answer_by_the_engines_wish_alone_is_refused_by_the_runtime(start: Any) -> None:
    """The same rows without our own limit: 4.9 MB of Arrow are under 5 MiB, but their JSON is over Lambda's limit."""
    url = start("unlimited")
    engine = engine_of(url)
    assert len(numbers(engine, engine.describe(NOTES), "4400")) == 1
    with pytest.raises(RemoteConnectorError, match=r"Function\.ResponseSizeTooLarge"):
        numbers(engine, engine.describe(NOTES), "4800")


def test_the_same_invocation_twice_gives_the_same_bytes(deployed: str) -> None:
    import boto3

    s3 = boto3.client("s3")
    for size in ("10", "20000"):
        document = wire.dump(read_request(size), 5)
        first = post(deployed, document)
        blocks = [s3.get_object(Bucket="blocks", Key=key)["Body"].read() for key in keys(s3, f"spill/q-1/{size}.")]
        assert post(deployed, document) == first
        again = [s3.get_object(Bucket="blocks", Key=key)["Body"].read() for key in keys(s3, f"spill/q-1/{size}.")]
        assert again == blocks
        assert bool(blocks) == (size == "20000")


def keys(s3: Any, prefix: str) -> list[str]:
    return [found["Key"] for found in s3.list_objects_v2(Bucket="blocks", Prefix=prefix).get("Contents", [])]


def test_a_function_is_called(deployed: str) -> None:
    records = pa.record_batch({"0": [1, None]})
    request = UserDefinedFunctionRequest(records=records, output_schema=records.schema, method="same")
    answer = http(deployed)(request)
    assert isinstance(answer, UserDefinedFunctionResponse)
    assert answer.records.equals(records)


def test_an_unknown_table_is_named(deployed: str) -> None:
    with pytest.raises(UnknownTable, match=r"no table notes\.letters; notes has notes, slow, throttled"):
        engine_of(deployed).describe(TableName("notes", "letters"))


def test_a_throttled_source_is_reported_under_javas_name_and_with_one_line(deployed: str) -> None:
    request = ReadRecordsRequest(table=TableName("notes", "throttled"), schema=SCHEMA, split=Split())
    _, body = post(deployed, wire.dump(request, 5))
    error = wire.load_error(body)
    assert (error.type, error.message) == (THROTTLE, "the source asks for patience")
    assert b"s3cret" not in body
    with pytest.raises(Throttled):
        http(deployed, sleep=lambda seconds: None)(request)


def test_a_function_that_runs_out_of_time_says_so_before_it_is_killed(start: Any) -> None:
    url = start("handler", timeout=3)
    engine = engine_of(url)
    table = engine.describe(TableName("notes", "slow"))
    with pytest.raises(DeadlineExceeded, match=r"OPERATION_TIMEOUT: table notes\.slow"):
        list(engine.read(table, columns=["number"], partitions=engine.layout(table, ANY), predicate=ANY))
