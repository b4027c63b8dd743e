"""Every message survives the wire, in every version, in the order that Java demands."""

from __future__ import annotations

import json
from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.contract.wire.generate import messages_of
from tests.contract.wire.order import OrderError, check

from athena_federation.errors import RemoteProtocolError
from athena_federation.wire import dump, load, load_error, request_version

SLOW_TO_DRAW = settings(
    phases=[Phase.generate],  # shrinking a whole message takes minutes; the message is printed
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
VERSIONS = pytest.mark.parametrize("version", range(1, 7))


@VERSIONS
@SLOW_TO_DRAW
@given(st.data())
def test_what_is_dumped_is_loaded_again(version: int, data: st.DataObject) -> None:
    message = data.draw(messages_of(version))
    document = dump(message, version)
    text = json.dumps(document)
    assert load(text) == load(text.encode()) == load(document) == message
    assert dump(message, version) == document


@pytest.mark.parametrize("version", range(2, 7))
@SLOW_TO_DRAW
@given(st.data())
def test_what_is_dumped_is_in_order(version: int, data: st.DataObject) -> None:
    document = dump(data.draw(messages_of(version)), version)
    if document["@type"] == "PingResponse":
        document.setdefault("serDeVersion", 1)  # whoever speaks version 1 does not say
    check(json.dumps(document), version)


@SLOW_TO_DRAW
@given(st.data())
def test_the_checker_of_order_itself_sees_one_swap(data: st.DataObject) -> None:
    document = dump(data.draw(messages_of(6)), 6)
    keys = list(document)
    place = data.draw(st.integers(0, len(keys) - 2))
    keys[place], keys[place + 1] = keys[place + 1], keys[place]
    with pytest.raises(OrderError):
        check(json.dumps({key: document[key] for key in keys}), 6)


@VERSIONS
@SLOW_TO_DRAW
@given(st.data())
def test_order_and_unknown_keys_do_not_matter_when_reading(version: int, data: st.DataObject) -> None:
    message = data.draw(messages_of(version))

    def shuffled(value: Any) -> Any:
        if isinstance(value, list):
            return [shuffled(each) for each in value]
        if not isinstance(value, dict):
            return value
        typed = {"@type", "name"} & set(value) or "aId" in value or "id" in value
        return {"unknown": [1, {"x": None}]} | backwards(value) if typed else backwards(value)

    def backwards(value: dict[str, Any]) -> dict[str, Any]:
        free = {
            "tags",
            "properties",
            "capabilities",
            "summary",
            "configOptions",
            "principalTags",
            "queryPassthroughArguments",
        }
        return {key: value[key] if key in free else shuffled(value[key]) for key in reversed(value)}

    assert load(backwards(dump(message, version)) | {"newField": "newValue"}) == message
    assert load(shuffled(dump(message, version))) == message


@VERSIONS
@SLOW_TO_DRAW
@given(st.data())
def test_the_version_of_a_request_is_never_guessed_too_high(version: int, data: st.DataObject) -> None:
    document = dump(data.draw(messages_of(version)), version)
    if document["@type"].endswith("Request") and document["@type"] != "PingRequest":  # which has no version
        assert request_version(document) <= version
        assert (request_version(document) == 1) <= (version == 1)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every member and element of a document, as (container, key)."""
    inner = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    return [found for key, each in inner for found in [(value, key), *places(each)]]


@VERSIONS
@settings(SLOW_TO_DRAW, max_examples=60)
@given(st.data())
def test_a_damaged_document_is_a_message_or_a_named_error(version: int, data: st.DataObject) -> None:
    document = json.loads(json.dumps(dump(data.draw(messages_of(version)), version)))
    for _ in range(data.draw(st.integers(1, 3))):
        container, key = data.draw(st.sampled_from(places(document)))
        if isinstance(container, dict) and data.draw(st.booleans()):
            container.pop(key, None)
        elif isinstance(container, dict) or key < len(container):
            container[key] = deepcopy(data.draw(JSON | st.sampled_from(SNIPPETS)))
    with suppress(RemoteProtocolError):
        load(document)


SNIPPETS: list[Any] = [
    "",
    "AAAA",
    "/////wAAAAA=",
    {"@type": "Int", "bitWidth": 7, "isSigned": True},
    {"@type": "Decimal", "precision": 99, "scale": -400},
    {"@type": "Timestamp", "unit": "MILLISECOND", "timezone": 5},
    {"@type": "SortedRangeSet", "type": {"@type": "List"}, "ranges": [{}], "nullAllowed": True},
    {"schema": "AAAA", "records": ""},
    {"schema": None},
]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60) | st.text(max_size=60) | JSON.map(json.dumps))
def test_garbage_is_a_named_error(garbage: bytes | str) -> None:
    with pytest.raises(RemoteProtocolError):
        load(garbage)
    with suppress(RemoteProtocolError):
        load_error(garbage)


@settings(max_examples=200, deadline=None)
@given(JSON)
def test_any_json_object_can_be_asked_for_its_version_and_its_error(body: Any) -> None:
    if isinstance(body, dict):
        assert request_version(body) in range(1, 7)
        load_error(body)
