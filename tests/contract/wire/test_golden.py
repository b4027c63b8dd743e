"""A whole conversation in each serde version: read, understood, and written again as it stands in the file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.contract.wire.order import check

from athena_federation.blocks import Framing
from athena_federation.messages import GetSplitsRequest, ReadRecordsRequest, ReadRecordsResponse
from athena_federation.wire import dump, load, request_version

DOCUMENTS = [
    pytest.param(int(file.stem[1:]), line, id=f"{file.stem}-{n}-{json.loads(line)['@type']}")
    for file in sorted((Path(__file__).parent / "golden").glob("*.ndjson"))
    for n, line in enumerate(file.read_text().splitlines())
]
GOLDEN = pytest.mark.parametrize(("version", "line"), DOCUMENTS)


def without_payload(value: Any) -> Any:
    """Keys in order, and the texts that are not Arrow bytes: those may differ between versions of Arrow."""
    if isinstance(value, dict):
        return [
            (
                key,
                without_payload(each) if key not in {"aId", "schema", "outputSchema", "records"} or each == "" else "…",
            )
            for key, each in value.items()
        ]
    return [without_payload(each) for each in value] if isinstance(value, list) else value


def read(version: int) -> dict[type, Any]:
    """The last message of each kind in a version's conversation."""
    loaded = [load(str(line)) for each, line in (param.values for param in DOCUMENTS) if each == version]
    return {type(message): message for message in loaded}


@GOLDEN
def test_a_document_is_written_as_it_was_read(version: int, line: str) -> None:
    message = load(line)
    written = dump(message, version)
    assert without_payload(written) == without_payload(json.loads(line))
    assert load(written) == message


@GOLDEN
def test_a_document_is_in_the_order_that_java_reads(version: int, line: str) -> None:
    if version > 1:  # which has no order
        check(line, version)


@GOLDEN
def test_a_request_tells_its_version_no_higher_than_it_is(version: int, line: str) -> None:
    document = json.loads(line)
    if document["@type"].endswith("Request"):
        least = request_version(document)
        assert least <= version or "Ping" in line
        told = {"GetSplitsRequest", "GetTableLayoutRequest", "ReadRecordsRequest"} & {document["@type"]}
        assert least == version or not told


@pytest.mark.parametrize("version", range(1, 7))
def test_every_version_tells_the_same_rows(version: int) -> None:
    request = read(version)[ReadRecordsRequest]
    rows = [{"id": 50, "city": "Oslo", "day": "2024-01-31"}, {"id": 100, "city": "Oslo", "day": "2024-01-31"}]
    assert [request.constraints.predicate.matches(row) for row in rows] == [True, False]
    assert request.constraints.predicate == read(2)[ReadRecordsRequest].constraints.predicate
    assert request.schema.metadata == {b"city": b"Where it was read."}
    assert read(version)[GetSplitsRequest].partitions.to_pylist() == [{"day": "2024-01-31"}, {"day": "2024-02-01"}]
    assert read(version)[ReadRecordsResponse].records.num_rows == 0


@GOLDEN
def test_the_framing_is_that_of_the_version(version: int, line: str) -> None:
    document = json.loads(line)
    schema = document.get("schema") or document.get("outputSchema")
    text = schema["schema"] if isinstance(schema, dict) else schema
    if text:
        assert text.startswith("/////") == (Framing.of(version) is Framing.MODERN)
