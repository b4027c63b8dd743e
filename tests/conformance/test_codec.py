"""Our codec and the Java SDK's own readers and writers understand each other, message by message."""

from __future__ import annotations

import base64
import json
import os
from collections import Counter
from typing import Any

import pyarrow as pa
import pytest
from tests.conformance.cells import cells_by_place, meaning
from tests.conformance.counterpart import Counterpart, CounterpartError
from tests.conformance.inventions import Invention

from athena_federation import blocks, wire
from athena_federation.blocks import Framing
from athena_federation.errors import FederationError
from athena_federation.messages import GetTableRequest, ReadRecordsResponse, Request, Response, TableName

pytestmark = [pytest.mark.conformance, pytest.mark.timeout(1800)]

MESSAGES = int(os.environ.get("CONFORMANCE_MESSAGES", "500"))
"""How many in each direction."""
SEED = int(os.environ.get("CONFORMANCE_SEED", "1"))
VERSIONS = (2, 3, 4, 5, 6)
BATCH = 500


def test_java_reads_and_writes_back_what_python_wrote(java: Counterpart) -> None:
    """Python invents and dumps, Java reads and writes, Python loads; and both see the same cells in the same bytes."""
    faults: list[str] = []
    for start in range(0, MESSAGES, BATCH):
        numbers = range(start, min(start + BATCH, MESSAGES))
        invented = [
            (version, Invention(f"{SEED}/{n}", version).message())
            for n in numbers
            for version in [VERSIONS[n % len(VERSIONS)]]
        ]
        commands: list[dict[str, Any]] = [
            {"do": "mirror", "version": version, "document": text(message, version)} for version, message in invented
        ]
        answers = java.ask_all(commands)
        for n, (version, message), command, answer in zip(numbers, invented, commands, answers, strict=True):
            fault = mirrored(message, answer)
            if fault:
                faults.append(f"message {n}, version {version}: {fault}\n  {command['document'][:3000]}")
    assert not faults, told(faults)


def mirrored(message: Any, answer: dict[str, Any]) -> str | None:
    """What is wrong with what came back from Java."""
    if "failed" in answer:
        return f"Java cannot read or write it: {answer['failed']}"
    try:
        returned = wire.load(answer["document"])
    except FederationError as error:
        return f"Python cannot load it: {error}\n  {answer['document'][:3000]}"
    if meaning(returned) != meaning(message):
        return f"sent {meaning(message)}\n  got  {meaning(returned)}"
    seen = cells_by_place(wire.parse(answer["document"]))
    if seen != answer["cells"]:
        return f"Python sees {seen}\n  Java sees   {answer['cells']}"
    return None


def test_python_loads_and_dumps_back_what_java_wrote(java: Counterpart) -> None:
    """Java invents and writes, Python loads and dumps, Java reads both and compares what they mean."""
    faults: list[str] = []
    for start in range(0, MESSAGES, BATCH):
        count = min(BATCH, MESSAGES - start)
        written = java.ask("invent", seed=SEED * 1000 + start, count=count, versions=VERSIONS)["documents"]
        assert len(written) == count
        commands = []
        for each in written:
            try:
                other = text(wire.load(each["document"]), each["version"])
                commands.append({"do": "differ", "version": each["version"], "one": each["document"], "other": other})
            except FederationError as error:
                faults.append(f"version {each['version']}: Python: {error}\n  {each['document'][:3000]}")
        for command, answer in zip(commands, java.ask_all(commands), strict=True):
            if answer:
                faults.append(f"version {command['version']}: {answer}\n  {command['one'][:3000]}")
    assert not faults, told(faults)


def text(message: Request | Response, version: int) -> str:
    return json.dumps(wire.dump(message, version))


def told(faults: list[str]) -> str:
    kinds = Counter(fault.partition(": ")[2][:80] for fault in faults)
    return f"{len(faults)} of {MESSAGES} messages differ: {kinds.most_common(10)}\n" + "\n".join(faults[:5])


UNCOMMON = [
    pa.array([0, None, 255], pa.uint8()),
    pa.array([0, None, 2**64 - 1], pa.uint64()),
    pa.array([1.5, None, -0.0], pa.float16()),
    pa.array([0, None, 86_399], pa.int32()).view(pa.time32("s")),
    pa.array([0, None, 86_399_999_999_999]).view(pa.time64("ns")),
    pa.array([0, None, -1]).view(pa.timestamp("ns")),
    pa.array([0, None, -1]).view(pa.timestamp("us", "Asia/Tokyo")),
    pa.array([0, None, -1]).view(pa.timestamp("ms")),
    pa.array([b"abcd", None, b"\x00\xff\x00\xff"], pa.binary(4)),
    pa.array([[1, 2], None, [None, 3]], pa.list_(pa.int16(), 2)),
    pa.array([(1, 2, 3), None, (-1, 0, 2**62)], pa.month_day_nano_interval()),
    pa.array([[{"a": [1, None]}, None], None, []]),
]


@pytest.mark.parametrize("array", UNCOMMON, ids=lambda array: str(array.type))
@pytest.mark.parametrize("version", [2, 5])
def test_types_that_athena_has_not_pass_through_java_unharmed(java: Counterpart, array: pa.Array, version: int) -> None:
    message = ReadRecordsResponse(records=pa.record_batch({"c": array, "sliced": array}).slice(1))
    returned = wire.load(java.ask("mirror", version=version, document=text(message, version))["document"])
    assert isinstance(returned, ReadRecordsResponse)
    assert returned.records.equals(message.records)


def test_java_refuses_a_message_whose_fields_are_in_another_order(java: Counterpart) -> None:
    message = GetTableRequest(table=TableName("main", "rates"))
    document = wire.dump(message, 5)
    assert "document" in java.ask("mirror", version=5, document=json.dumps(document))
    swapped = {"@type": document.pop("@type"), **dict(reversed(document.items()))}
    with pytest.raises(CounterpartError, match="expecting"):
        java.ask("mirror", version=5, document=json.dumps(swapped))


@pytest.mark.parametrize("kind", [pa.date64(), pa.timestamp("ms", "Asia/Tokyo")])
def test_java_sees_it_when_a_moment_is_written_otherwise_than_the_protocol_has_it(
    java: Counterpart, kind: pa.DataType
) -> None:
    moment = 1_700_000_000_123
    rows = pa.record_batch({"at": pa.array([moment]).view(kind)})
    document = wire.dump(ReadRecordsResponse(records=rows), 5)
    assert java.ask("mirror", version=5, document=json.dumps(document))["cells"] == {"$.records": [[str(moment)]]}
    wrong = pa.record_batch({"at": pa.array([moment // 86_400_000 * 86_400_000]).view(pa.date64())})
    unpacked = blocks.stream(rows.schema, [wrong if pa.types.is_date(kind) else rows], Framing.MODERN)
    head = len(blocks.dump_schema(rows.schema, Framing.MODERN))
    document["records"]["records"] = base64.b64encode(unpacked[head:]).decode()
    assert java.ask("mirror", version=5, document=json.dumps(document))["cells"] != {"$.records": [[str(moment)]]}
