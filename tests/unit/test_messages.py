"""Messages are values: brief to build, equal by content, and silent about secrets."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from typing import Any, get_args

import pyarrow as pa
import pytest

from athena_federation import messages
from athena_federation.messages import (
    Constraints,
    EncryptionKey,
    GetTableRequest,
    Identity,
    ListTablesRequest,
    PingRequest,
    ReadRecordsRequest,
    Request,
    Response,
    S3SpillLocation,
    Split,
    TableName,
)

SECRET = "s3cr3t"


def test_a_request_is_built_from_what_matters() -> None:
    request = ReadRecordsRequest(table=TableName("main", "rates"), schema=pa.schema({"a": pa.int64()}), split=Split())
    assert request.identity == Identity()
    assert request.constraints == Constraints()
    assert request.max_inline_block_size < request.max_block_size
    assert ListTablesRequest().page_size is None


def test_every_message_is_frozen_slotted_and_keyword_only() -> None:
    for kind in (*get_args(Request), *get_args(Response)):
        assert not hasattr(kind, "__dict__") or "__slots__" in vars(kind), kind
        assert all(field.kw_only for field in fields(kind)), kind
    with pytest.raises(FrozenInstanceError):
        PingRequest().query_id = "other"  # type: ignore[misc]


def test_every_request_is_answered_by_a_response_of_the_same_call() -> None:
    calls = {kind.__name__.removesuffix("Request") for kind in get_args(Request)}
    answers = {kind.__name__.removesuffix("Response") for kind in get_args(Response)}
    assert answers == calls | {"RemoteReadRecords"}


@pytest.mark.parametrize(
    "value",
    [
        EncryptionKey(key=SECRET.encode(), nonce=SECRET.encode()),
        Split(encryption_key=EncryptionKey(key=SECRET.encode(), nonce=b"")),
        Identity(config_options={"fas_token": SECRET}),
        GetTableRequest(identity=Identity(config_options={"fas_token": SECRET}), table=TableName("a", "b")),
    ],
)
def test_keys_and_caller_credentials_are_not_shown(value: Any) -> None:
    assert SECRET not in repr(value)


def test_messages_are_equal_by_content() -> None:
    def split(key: str) -> Split:
        return Split(spill_location=S3SpillLocation(bucket="b", key=key), properties={"day": "2024-02-29"})

    assert split("a") == split("a")
    assert split("a") != split("b")


def test_a_table_is_named_as_in_sql() -> None:
    assert str(TableName("main", "rates")) == "main.rates"


def test_an_older_connector_does_not_say_its_serde() -> None:
    assert messages.PingResponse(source_type="x").serde == 5
    assert messages.PingResponse(source_type="x", serde=None).serde is None
