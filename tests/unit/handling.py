"""The rows that a connector answers with."""

from __future__ import annotations

from athena_federation.handler import Handler
from athena_federation.messages import (
    ReadRecordsRequest,
    ReadRecordsResponse,
)


def records(handler: Handler, request: ReadRecordsRequest) -> list[dict[str, object]]:
    answer = handler(request)
    assert isinstance(answer, ReadRecordsResponse)
    assert answer.records.schema.equals(request.schema)
    return [dict(row) for row in answer.records.to_pylist()]
