"""Rows and requests for spilling."""

from __future__ import annotations

import pyarrow as pa
from tests.unit.memory import Memory

from athena_federation.messages import (
    EncryptionKey,
    RemoteReadRecordsResponse,
    S3SpillLocation,
    Split,
)
from athena_federation.spill import (
    unseal,
)

KEY = EncryptionKey(bytes(range(32)), bytes(range(12)))
PLACE = S3SpillLocation(bucket="blocks", key="spill/q-1/5f0c")
SPLIT = Split(spill_location=PLACE, encryption_key=KEY, properties={"day": "2026-03-02"})


def opened(store: Memory, answer: RemoteReadRecordsResponse) -> list[pa.RecordBatch]:
    return [
        unseal(store.get(block.bucket, block.key), answer.schema, answer.encryption_key)
        for block in answer.remote_blocks
    ]
