"""A connector behind Lambda's calling convention: documents in, documents out, errors that are fit to be read."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from tests.unit.services import ACCOUNT, ApiError, Body, Context, Doubles, Service, invoke
from tests.unit.weather import (
    READINGS,
    Weather,
    layout_request,
    read_request,
    rows_of,
    splits_request,
)

import athena_federation
from athena_federation import wire
from athena_federation.aws import LambdaHandler, lambda_handler, lambda_transport
from athena_federation.engine import Engine
from athena_federation.errors import (
    ConfigurationError,
    FederationError,
    SourceError,
    Throttled,
    UnknownTable,
)
from athena_federation.messages import (
    EncryptionKey,
    GetDataSourceCapabilitiesRequest,
    GetDataSourceCapabilitiesResponse,
    GetSplitsResponse,
    GetTableRequest,
    PingRequest,
    ReadRecordsResponse,
    RemoteReadRecordsResponse,
    Request,
    S3SpillLocation,
    Split,
    TableName,
)
from athena_federation.partitions import Listed
from athena_federation.services import Clients
from athena_federation.table import Column, Connector, Scan, Table
from athena_federation.transports import THROTTLE, encoded

SPLIT = Split(
    spill_location=S3SpillLocation(bucket="blocks", key="spill/q-1/5f0c"),
    encryption_key=EncryptionKey(b"k" * 32, b"n" * 12),
    properties={"day": "2026-03-02"},
)


def function(connector: Connector | None = None, services: Clients | None = None, **environment: Any) -> LambdaHandler:
    return lambda_handler(connector or Weather().connector, environment, clients=services or Doubles())


def failing(error: Exception, after: int = 0) -> Connector:
    def read(scan: Scan) -> Iterable[pa.RecordBatch]:
        for _ in range(after):
            yield pa.record_batch({"city": ["Oslo" * 100] * 100})
        raise error

    return Connector(name="weather", tables=[Table(name="readings", columns=[Column("city", pa.string())], read=read)])


def reading(split: Split = SPLIT, **changes: Any) -> Request:
    return replace(read_request({}, split=split, columns=("city",)), **changes)


# ── a conversation ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("version", range(1, 6))
def test_requests_of_each_version_are_answered_in_it(version: int) -> None:
    handler = function()
    document = wire.dump(read_request({"day": "2026-03-02"}), version)
    answer = handler(document, Context())
    response = wire.load(answer)
    assert isinstance(response, ReadRecordsResponse)
    assert response.records.to_pylist() == [
        {name: row[name] for name in ("day", "city", "degrees")} for row in rows_of(date(2026, 3, 2))
    ]
    modern = answer["records"]["schema"].startswith("/////")
    assert modern == (version >= 3)


def test_an_event_may_be_the_bytes_of_a_document() -> None:
    answer = function()(encoded(wire.dump(PingRequest(catalog="c"), 5)), Context())
    assert answer["@type"] == "PingResponse"
    assert list(answer) == ["@type", "catalogName", "queryId", "sourceType", "capabilities", "serDeVersion"]


@pytest.mark.parametrize("event", [b"", b"[]", b"{", {}, {"@type": "read"}, {"@type": 7}, {"@type": "GetTableRequest"}])
def test_what_is_not_a_request_is_refused_by_name(event: Any) -> None:
    with pytest.raises(FederationError) as caught:
        function()(event, Context())
    assert type(caught.value).__name__ == "RemoteProtocolError"


def test_an_answer_is_not_a_request() -> None:
    answer = function()(wire.dump(PingRequest(), 5), Context())
    with pytest.raises(FederationError, match="does not answer PingResponse"):
        function()(answer, Context())


def test_the_same_invocation_twice_gives_the_same_answer_and_the_same_blocks() -> None:
    runs = []
    for _ in range(2):
        s3 = Service({"put_object": {}})
        answer = function(services=Doubles(s3=s3))(wire.dump(reading(max_inline_block_size=0), 5), Context())
        runs.append((encoded(answer), sorted((call["Key"], bytes(call["Body"])) for _, call in s3.calls)))
    assert runs[0] == runs[1]
    assert runs[0][1][0][0] == "spill/q-1/5f0c.0"


def test_an_engine_reads_through_the_lambda_api() -> None:
    handler = function()
    lambda_ = Service()

    class Api(Doubles):
        def __call__(self, service: str, *, attempts: int = 3, timeout: float = 60) -> Any:
            return self

        def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803
            assert FunctionName == "weather"
            return {"Payload": Body(json.dumps(handler(json.loads(Payload), Context())).encode())}

    engine = Engine(lambda_transport("weather", clients=Api(**{"lambda": lambda_})), catalog="weather")
    assert engine.describe(READINGS).partition_columns == ("day",)


# ── errors ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_error_is_one_line_under_its_name_without_what_led_to_it(caplog: pytest.LogCaptureFixture) -> None:
    def read(scan: Scan) -> Iterable[pa.RecordBatch]:
        raise SourceError("the station is down\nand more") from OSError("Bearer s3cret")

    table = Table(name="readings", columns=[Column("city", pa.string())], read=read)
    with caplog.at_level(logging.ERROR), pytest.raises(FederationError, match=r"^the station is down$") as caught:
        invoke(function(Connector(name="weather", tables=[table])), reading())
    assert type(caught.value).__name__ == "SourceError"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert "OSError" in caplog.text
    assert "s3cret" not in caplog.text


def test_a_mistake_of_ours_is_named_but_not_quoted(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Mapping[str, str]):
        def __getitem__(self, key: str) -> str:
            raise ZeroDivisionError("s3cret")

        def __iter__(self) -> Any:
            raise ZeroDivisionError("s3cret")

        def __len__(self) -> int:
            return 1

        def get(self, key: str, default: Any = None) -> Any:
            raise ZeroDivisionError("s3cret")

    with pytest.raises(
        FederationError, match=r"^ZeroDivisionError within the connector; its log says where$"
    ) as caught:
        function()(Broken(), Context())
    assert type(caught.value).__name__ == "ConnectorError"
    assert "s3cret" not in caplog.text


def test_throttling_is_told_under_the_name_that_athena_retries() -> None:
    with pytest.raises(FederationError, match="slow down") as caught:
        invoke(function(failing(Throttled("slow down"))), reading())
    assert type(caught.value).__name__ == THROTTLE


def test_throttling_after_a_spilled_block_is_not_told_as_such() -> None:
    s3 = Service({"put_object": {}})
    handler = function(failing(Throttled("slow down"), after=20), Doubles(s3=s3))
    with pytest.raises(FederationError, match="blocks had been spilled") as caught:
        invoke(handler, reading(max_block_size=100_000))
    assert type(caught.value).__name__ == "SourceError"


def test_an_unknown_table_is_told_to_the_analyst_as_it_is() -> None:
    with pytest.raises(FederationError, match=r"no table weather\.tides; weather has readings, stations") as caught:
        invoke(function(), GetTableRequest(table=TableName("weather", "tides")))
    assert type(caught.value).__name__ == UnknownTable.__name__


def test_an_answer_that_lambda_would_refuse_is_refused_with_its_remedy() -> None:
    parts = [{"part": f"{n:06}" * 60} for n in range(20_000)]
    columns = [Column("city", pa.string()), Column("part", pa.string())]
    table = Table(name="readings", columns=columns, read=lambda scan: [], partition=Listed(("part",), lambda: parts))
    with pytest.raises(FederationError, match="name fewer partitions in the WHERE clause"):
        invoke(function(Connector(name="weather", tables=[table])), layout_request())


# ── time, and queries that have ended ──────────────────────────────────────────────────────────────────────────────


@dataclass
class Clock:
    """Every look at it takes a step."""

    step: float
    now: float = 0

    def __call__(self) -> float:
        self.now += self.step
        return self.now


@pytest.mark.parametrize(
    ("seconds", "step", "read"), [(900, 500, False), (900, 200, True), (60, 30, False), (60, 8, True)]
)
def test_a_function_gives_up_by_name_before_it_would_be_killed(seconds: float, step: float, read: bool) -> None:
    handler = lambda_handler(Weather().connector, {}, clients=Doubles(), clock=Clock(step))
    if read:
        assert isinstance(invoke(handler, reading(), context=Context(seconds)), ReadRecordsResponse)
        return
    with pytest.raises(FederationError, match=r"OPERATION_TIMEOUT: table weather\.readings was not read") as caught:
        invoke(handler, reading(), context=Context(seconds))
    assert type(caught.value).__name__ == "DeadlineExceeded"


def test_a_context_that_tells_no_time_is_fine() -> None:
    assert isinstance(invoke(function(), reading(), context=object()), ReadRecordsResponse)


# ── settings ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("spill_put_request_headers", "{"),
        ("spill_put_request_headers", "[]"),
        ("spill_put_request_headers", '{"a": 1}'),
        ("MAX_BLOCK_SIZE_BYTES", "16MB"),
        ("MAX_BLOCK_SIZE_BYTES", "0"),
        ("SPILL_QUEUE_CAPACITY", "-1"),
        ("SPILL_QUEUE_CAPACITY", "²"),
    ],
)
def test_a_malformed_setting_is_named_when_the_function_starts(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        lambda_handler(Weather().connector, {name: value})


def splits(handler: LambdaHandler) -> list[Split]:
    answer = invoke(handler, splits_request(pa.record_batch({"day": ["2026-03-02", "2026-03-03"]})))
    assert isinstance(answer, GetSplitsResponse)
    return list(answer.splits)


def test_splits_say_where_to_spill_and_with_which_key() -> None:
    found = splits(function(spill_bucket="b", spill_prefix="p"))
    for split in found:
        assert split.spill_location is not None
        assert split.spill_location.bucket == "b"
        assert split.spill_location.key.startswith("p/q-1/")
        assert split.encryption_key is not None
    assert found[0].spill_location != found[1].spill_location
    assert found[0].encryption_key != found[1].encryption_key


@pytest.mark.parametrize("value", ["true", "TRUE"])
def test_sealing_can_be_switched_off(value: str) -> None:
    assert splits(function(spill_bucket="b", disable_spill_encryption=value))[0].encryption_key is None
    assert splits(function(spill_bucket="b", disable_spill_encryption="false"))[0].encryption_key is not None


def test_keys_come_from_kms_where_one_is_named() -> None:
    kms = Service({"generate_data_key": {"Plaintext": b"k" * 16}, "generate_random": {"Plaintext": b"n" * 12}})
    found = splits(function(services=Doubles(kms=kms), spill_bucket="b", kms_key_id="alias/spill"))
    assert found[0].encryption_key == EncryptionKey(b"k" * 16, b"n" * 12)
    assert kms.calls[:2] == [
        ("generate_data_key", {"KeyId": "alias/spill", "KeySpec": "AES_128"}),
        ("generate_random", {"NumberOfBytes": 12}),
    ]


def test_without_a_key_from_kms_there_are_no_splits_rather_than_unsealed_ones() -> None:
    kms = Service({"generate_data_key": ApiError("AccessDeniedException")})
    with pytest.raises(FederationError, match=r"kms:GenerateDataKey .* alias/spill failed with AccessDeniedException"):
        splits(function(services=Doubles(kms=kms), spill_bucket="b", kms_key_id="alias/spill"))


def big() -> Request:
    return reading(max_inline_block_size=0)


@pytest.mark.parametrize(
    ("environment", "owner"),
    [
        ({"spill_bucket": "blocks"}, ACCOUNT),
        ({"spill_bucket": "blocks", "spill_bucket_owner": "999900001111"}, "999900001111"),
        ({"spill_bucket": "another"}, None),
    ],
)
def test_blocks_go_only_into_a_bucket_of_the_account_they_should(
    environment: dict[str, Any], owner: str | None
) -> None:
    s3 = Service({"put_object": {}})
    answer = invoke(function(services=Doubles(s3=s3), **environment), big())
    assert isinstance(answer, RemoteReadRecordsResponse)
    assert [call.get("ExpectedBucketOwner") for _, call in s3.calls] == [owner]


def test_a_block_that_s3_refuses_fails_the_call_by_action_bucket_and_code() -> None:
    s3 = Service({"put_object": ApiError("AccessDenied", 403)})
    expected = f"s3:PutObject spill/q-1/5f0c.0 to bucket blocks, which must belong to account {ACCOUNT}, failed with AccessDenied"
    with pytest.raises(FederationError, match=expected) as caught:
        invoke(function(services=Doubles(s3=s3), spill_bucket="blocks"), big())
    assert type(caught.value).__name__ == "SpillError"
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(("value", "count"), [("true", 1), ("", 0), ("no", 0)])
def test_passthrough_queries_can_be_switched_off(value: str, count: int) -> None:
    passthrough = athena_federation.Passthrough(table=lambda arguments: Weather().connector.tables[0])
    connector = replace(Weather().connector, passthrough=passthrough)
    answer = invoke(function(connector, enable_query_passthrough=value), GetDataSourceCapabilitiesRequest(), 4)
    assert isinstance(answer, GetDataSourceCapabilitiesResponse)
    assert len(answer.capabilities) == count


# ── weight ─────────────────────────────────────────────────────────────────────────────────────────────────────────


HEAVY = ["duckdb", "sqlglot", "numpy", "pandas", "boto3", "botocore", "click", "rich", "cryptography", "urllib3"]


@pytest.mark.parametrize("module", ["", ".handler", ".engine", ".aws", ".aws, athena_federation.emulator"])
def test_nothing_heavy_is_imported_before_it_is_needed(module: str) -> None:
    """numpy is counted only if it is not there already: pyarrow takes it along where it is installed."""
    script = (
        "import sys, pyarrow.compute, pyarrow.ipc\n"
        "before = set(sys.modules)\n"
        f"import athena_federation{module}\n"
        f"print([name for name in {HEAVY!r} if name in set(sys.modules) - before])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_package_offers_what_a_connector_author_needs() -> None:
    assert athena_federation.__all__ == sorted(athena_federation.__all__)
    assert dir(athena_federation) == athena_federation.__all__
    assert athena_federation.aws.lambda_handler is lambda_handler
    assert callable(athena_federation.local.connect)
    wanted = {"Column", "Connector", "Daily", "Listed", "Passthrough", "Scan", "Table", "Whole", "batches"}
    lazy = {"aws", "local", "testing"}
    raised = {
        name
        for name, kind in vars(athena_federation.errors).items()
        if isinstance(kind, type) and issubclass(kind, FederationError)
    }
    assert set(athena_federation.__all__) == wanted | lazy | raised
    with pytest.raises(AttributeError, match="nonsense"):
        _ = athena_federation.nonsense
