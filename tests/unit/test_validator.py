"""The validator passes connectors that keep the rules, and names the one rule that a connector breaks."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import pyarrow as pa
import pytest
from tests.unit.foreign import Foreign
from tests.unit.weather import Weather

from athena_federation import emulator, wire
from athena_federation.handler import Handler
from athena_federation.messages import (
    Capability,
    GetDataSourceCapabilitiesResponse,
    GetSplitsResponse,
    GetTableLayoutResponse,
    GetTableResponse,
    ListSchemasResponse,
    ListTablesResponse,
    ReadRecordsRequest,
    ReadRecordsResponse,
    RemoteReadRecordsResponse,
    Request,
    Response,
    TableName,
)
from athena_federation.spill import Spilling
from athena_federation.transports import Answer
from athena_federation.validator import Finding, validate

Document = dict[str, Any]
READINGS = TableName("weather", "readings")


@dataclass
class Blobs:
    kept: dict[tuple[str, str], bytes] = field(default_factory=dict)

    def put(self, bucket: str, key: str, data: bytes | bytearray) -> None:
        self.kept[bucket, key] = bytes(data)

    def get(self, bucket: str, key: str) -> bytes:
        return self.kept[bucket, key]


def findings(
    change: Callable[[Request, Response], Response] = lambda _, response: response,
    rewrite: Callable[[Document], Document | bytes] = lambda document: document,
    *,
    handler: Callable[[Request], Response] | None = None,
    version: int = 5,
) -> list[Finding]:
    """What is found of the weather, whose answers are changed as messages, or rewritten as documents."""
    store = Blobs()
    answering = handler or Handler(Weather().connector, spilling=Spilling(store=store, bucket="blocks"))

    def send(document: bytes) -> Answer:
        request: Any = wire.load(document)
        try:
            response = change(request, answering(request))
        except Exception as error:  # noqa: BLE001 - as Lambda reports it
            return Answer(emulator.error(type(error).__name__, str(error)), failed=True)
        body = rewrite(wire.dump(response, wire.request_version(json.loads(document))))
        return Answer(body if isinstance(body, bytes) else json.dumps(body).encode())

    return list(validate(send, catalog="weather", store=store, newest=version))


def failed(found: list[Finding]) -> set[str]:
    return {finding.rule for finding in found if finding.outcome == "fail"}


@pytest.mark.parametrize("version", [2, 3, 4, 5])
def test_a_connector_that_keeps_the_rules_passes_in_every_serde(version: int) -> None:
    found = findings(version=version)
    assert failed(found) == set(), found
    passed = {(finding.subject, finding.rule) for finding in found if finding.outcome == "pass"}
    assert ("weather.readings", "spills large answers") in passed
    assert ("weather.readings", "loses no row to a predicate") in passed
    assert ("connector", "writes keys in order") in passed


def of(kind: type, make: Callable[[Any], Response]) -> Callable[[Request, Response], Response]:
    return lambda _, response: make(response) if isinstance(response, kind) else response


def only_for(kind: type, make: Callable[[Any, Any], Response]) -> Callable[[Request, Response], Response]:
    return lambda request, response: make(request, response) if isinstance(request, kind) else response


def unlike(request: Any, response: Response, numbers: Any = count()) -> Response:  # noqa: B008 - one count for all calls
    """Rows that differ from call to call."""
    if isinstance(response, ReadRecordsResponse) and next(numbers) % 2 and response.records.num_rows:
        return replace(response, records=response.records.slice(1))
    return response


def overfiltered(request: ReadRecordsRequest, response: Response) -> Response:
    if request.constraints.predicate.summary and isinstance(response, ReadRecordsResponse):
        return replace(response, records=response.records.slice(1))
    return response


def unfiltered(request: Request, response: Response) -> Response:
    """Everything, whatever the predicate; and a promise to filter."""
    if isinstance(response, GetDataSourceCapabilitiesResponse):
        return replace(response, capabilities={"supports_filter_pushdown": (Capability("sorted_range_set"),)})
    if isinstance(request, ReadRecordsRequest) and request.constraints.predicate.summary:
        whole: Any = Handler(Weather().connector)(replace(request, constraints=type(request.constraints)()))
        return ReadRecordsResponse(records=whole.records)
    return response


def renamed(response: RemoteReadRecordsResponse) -> Response:
    blocks = tuple(replace(block, key=block.key.rpartition(".")[0] + ".7") for block in response.remote_blocks)
    return replace(response, remote_blocks=blocks)


def retyped(response: GetTableLayoutResponse) -> Response:
    if "day" not in response.partitions.schema.names:
        return response
    return replace(response, partitions=pa.record_batch({"day": pa.array([1], pa.int64())}))


def shared_place(response: GetSplitsResponse) -> Response:
    two = (*response.splits, replace(response.splits[0], properties={"a": "b"}))
    return replace(response, splits=two)


BROKEN = [
    ("lists schemas", of(ListSchemasResponse, lambda r: replace(r, schemas=("weather", "Weather")))),
    ("lists tables", of(ListTablesResponse, lambda r: replace(r, tables=(*r.tables, *r.tables)))),
    ("pages tables", of(ListTablesResponse, lambda r: replace(r, next_token=None))),
    ("is described", of(GetTableResponse, lambda r: replace(r, table=TableName("weather", "other")))),
    ("is described", of(GetTableResponse, lambda r: replace(r, partition_columns=("elsewhere",)))),
    ("has types that Athena knows", of(GetTableResponse, lambda r: replace(r, schema=r.schema.append(pa.field("u", pa.uint8()))))),
    ("has partitions", of(GetTableLayoutResponse, lambda r: replace(r, partitions=r.partitions.slice(0, 0)))),
    ("has partitions", of(GetTableLayoutResponse, retyped)),
    ("has splits", of(GetSplitsResponse, lambda r: replace(r, splits=()))),
    ("has splits", of(GetSplitsResponse, shared_place)),
    ("gives rows in the columns asked for", of(ReadRecordsResponse, lambda r: replace(r, records=r.records.select(r.records.schema.names[::-1])))),
    ("gives rows in the columns asked for", of(ReadRecordsResponse, lambda r: replace(r, records=r.records.slice(0, 0)))),
    ("gives the same rows again", unlike),
    ("loses no row to a predicate", only_for(ReadRecordsRequest, overfiltered)),
    ("loses no row to a predicate", unfiltered),
    ("spills large answers", of(RemoteReadRecordsResponse, renamed)),
    ("spills large answers", of(RemoteReadRecordsResponse, lambda r: replace(r, encryption_key=None))),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "change"), BROKEN)
def test_a_broken_rule_is_named_with_a_remedy(rule: str, change: Callable[[Request, Response], Response]) -> None:
    found = findings(change)
    assert rule in failed(found), found
    assert all(finding.remedy for finding in found if finding.outcome == "fail")


def turned(document: Document) -> Document:
    """The keys of every object but the first one the other way round."""
    first, *rest = document
    return {first: document[first], **{key: document[key] for key in reversed(rest)}}


def misnamed(document: Document) -> Document:
    return {("tableNames" if key == "tables" else key): value for key, value in document.items()}


def with_inner_key(document: Document) -> Document:
    return (
        document | {"tables": [{**name, "comment": ""} for name in document.get("tables", [])]}
        if "tables" in document
        else document
    )


def test_keys_in_another_order_are_found_though_we_could_read_them() -> None:
    found = findings(rewrite=turned)
    assert failed(found) == {"writes keys in order"}
    assert "readers take" in found[-1].detail


def test_keys_that_readers_do_not_expect_are_found_within_objects_and_allowed_at_the_end() -> None:
    assert failed(findings(rewrite=with_inner_key)) == {"writes keys in order"}
    assert failed(findings(rewrite=lambda document: {**document, "comment": "fine"})) == set()


def test_a_key_of_another_name_is_said_to_be_missing() -> None:
    found = findings(rewrite=misnamed)
    assert {"lists tables", "writes keys in order"} <= failed(found)
    assert any("ListTablesResponse.tables: missing" in finding.detail for finding in found)


def test_an_error_that_is_answered_like_a_success_is_found() -> None:
    store = Blobs()
    handler = Handler(Weather().connector, spilling=Spilling(store=store, bucket="blocks"))

    def send(document: bytes) -> Answer:
        request: Any = wire.load(document)
        try:
            return Answer(json.dumps(wire.dump(handler(request), wire.request_version(json.loads(document)))).encode())
        except Exception as error:  # noqa: BLE001 - the mistake that is looked for
            return Answer(json.dumps({"error": str(error)}).encode())

    assert failed(list(validate(send, catalog="weather", store=store))) >= {"refuses unknown tables"}


def test_what_depends_on_a_failed_rule_is_skipped_and_says_why() -> None:
    found = findings(of(GetTableLayoutResponse, lambda r: replace(r, partitions=r.partitions.slice(0, 0))))
    skipped = {finding.rule: finding.detail for finding in found if finding.outcome == "skip"}
    assert skipped["has splits"] == "its partitions are not known"


def test_a_connector_that_athena_could_not_use_is_examined_all_the_same() -> None:
    found = findings(handler=Foreign())
    assert failed(found) == {"lists schemas", "lists tables", "refuses unknown tables", "has types that Athena knows"}
    reasons = {finding.rule: finding.detail for finding in found}
    assert "Main" in reasons["lists schemas"]
