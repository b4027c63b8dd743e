"""Inline or spilled: how the rows of a split travel, how large a block may be, and how it is sealed.

A block is measured before a row is added to it, never after. All blocks of a split are sealed with the one key and
nonce that its answer can name: the protocol has it so, https://github.com/awslabs/aws-athena-query-federation/blob/master/athena-federation-sdk/src/main/java/com/amazonaws/athena/connector/lambda/data/S3BlockSpiller.java
"""

from __future__ import annotations

import json
import secrets
import struct
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

import pyarrow as pa
from pyarrow import ipc

from athena_federation.blocks import Framing, dump_batch, dump_schema, load_batch, unite
from athena_federation.errors import (
    ConfigurationError,
    FederationError,
    RemoteProtocolError,
    SourceError,
    SpillError,
    Throttled,
)
from athena_federation.messages import (
    EncryptionKey,
    ReadRecordsRequest,
    ReadRecordsResponse,
    RemoteReadRecordsResponse,
    S3SpillLocation,
)

BLOCK_LIMIT = 16_000_000
"""Bytes of Arrow buffers in a block; Athena refuses larger ones."""
ANSWER_LIMIT = 6_000_000
"""Bytes of a JSON answer that are certain to pass: a Lambda function may answer 6,291,556."""
PREFIX = "athena-federation-spill"
WRITERS = 2
"""Blocks written at the same time, and by default as many that wait."""
TAG = 16
"""Bytes that AES-GCM appends."""


class BlobStore(Protocol):
    """Where spilled blocks rest: S3, or what stands in for it."""

    def put(self, bucket: str, key: str, data: bytes | bytearray) -> None: ...

    def get(self, bucket: str, key: str) -> bytes: ...


def fresh_key() -> EncryptionKey:
    """A key that nobody has seen before: AES-256."""
    return EncryptionKey(secrets.token_bytes(32), secrets.token_bytes(12))


def fresh_id() -> str:
    return str(uuid.uuid4())


@dataclass(frozen=True, slots=True, kw_only=True)
class Spilling:
    """What a deployment decides about spilling."""

    store: BlobStore
    bucket: str = ""
    """Empty where none is configured: rows then have to fit into an answer."""
    prefix: str = PREFIX
    new_key: Callable[[], EncryptionKey | None] = fresh_key
    """A key per split; one that gives None switches sealing off."""
    new_id: Callable[[], str] = fresh_id
    """What makes the location of each split unique."""
    block_limit: int | None = None
    """Bytes of Arrow buffers in a block, whatever the engine asks for; never more than BLOCK_LIMIT."""
    answer_limit: int = ANSWER_LIMIT
    """Bytes of JSON in an answer."""
    queue: int = WRITERS
    """Blocks that may wait for a writer; then the reader waits too."""

    def location(self, query_id: str, options: Mapping[str, str]) -> S3SpillLocation | None:
        """A place of its own for a split: `<prefix>/<query>/<id>`. The engine's options go before our settings."""
        bucket = options.get("spill_bucket") or self.bucket
        if not bucket:
            return None
        prefix = (options.get("spill_prefix") or self.prefix).strip("/")
        parts = (prefix, "" if query_id in prefix else query_id, self.new_id())
        return S3SpillLocation(bucket=bucket, key="/".join(part for part in parts if part))

    def block_size(self, asked: int) -> int:
        """How many bytes a block may have when the engine asks for so many."""
        return min(self.block_limit or asked, BLOCK_LIMIT)


def deliver(
    rows: Iterable[pa.RecordBatch], request: ReadRecordsRequest, spilling: Spilling | None
) -> ReadRecordsResponse | RemoteReadRecordsResponse:
    """
    The answer that carries the rows: inline where they fit into one, else all of them spilled.

    Raises:
        ConfigurationError: they do not fit, and there is nowhere to spill to.
        SpillError: a row is larger than a block, or a block could not be written.
    """
    limit = spilling.block_size(request.max_block_size) if spilling else None
    blocks = packed(rows, request.schema, limit, str(request.table))
    first = next(blocks, None)
    if first is None or fits_inline(first, request, spilling):
        second = next(blocks, None)
        if second is None:
            records = unite([], request.schema) if first is None else first
            return ReadRecordsResponse(catalog=request.catalog, records=records)
        blocks = chain((second,), blocks)
    location = request.split.spill_location
    if spilling is None or location is None:
        raise ConfigurationError(
            f"table {request.table}: the rows do not fit into one answer, and there is nowhere to spill them: "
            "set spill_bucket to the name of an S3 bucket"
        )
    if not location.directory:
        raise RemoteProtocolError(f"table {request.table}: a split spills to a directory, not to the object it names")
    assert first is not None
    written = write(chain((first,), blocks), location, request.split.encryption_key, spilling)
    return RemoteReadRecordsResponse(
        catalog=request.catalog,
        schema=request.schema,
        remote_blocks=tuple(written),
        encryption_key=request.split.encryption_key,
    )


def fits_inline(block: pa.RecordBatch, request: ReadRecordsRequest, spilling: Spilling | None) -> bool:
    """Whether a block is small enough for the engine's wish, and its JSON for Lambda's limit."""
    if size_of(block) >= request.max_inline_block_size:
        return False
    return spilling is None or answer_size(block, request.catalog) <= spilling.answer_limit


def answer_size(records: pa.RecordBatch, name: str) -> int:
    """Bytes of the JSON answer that carries a block, rounded up."""
    message: int = ipc.get_record_batch_size(records) + TAG
    schema = len(dump_schema(records.schema, Framing.MODERN))
    around = 512 + len(json.dumps(name))  # keys, punctuation, a block's id
    return (message + 2) // 3 * 4 + (schema + 2) // 3 * 4 + around


def packed(rows: Iterable[pa.RecordBatch], schema: pa.Schema, limit: int | None, name: str) -> Iterator[pa.RecordBatch]:
    """
    The same rows in blocks, each as full as the limit allows.

    Raises SpillError for a row that is larger than a block.
    """
    block: list[pa.RecordBatch] = []
    used = 0
    for batch in rows:
        rest = batch
        while rest.num_rows:
            count = rest.num_rows if limit is None else fitting(rest, limit - used)
            if count:
                part = rest.slice(0, count)
                block.append(part)
                used += size_of(part)
                rest = rest.slice(count)
            elif not block:
                raise SpillError(
                    f"table {name}: a row has {size_of(rest.slice(0, 1)):,} bytes, and a block holds {limit:,}; "
                    "ask for fewer columns"
                )
            if rest.num_rows:
                yield unite(block, schema)
                block, used = [], 0
    if block:
        yield unite(block, schema)


def fitting(batch: pa.RecordBatch, room: int) -> int:
    """How many of the first rows have no more bytes than there is room for."""
    rows: int = batch.num_rows
    if size_of(batch) <= room:
        return rows
    low, high = 0, rows - 1
    while low < high:
        middle = (low + high + 1) // 2
        if size_of(batch.slice(0, middle)) <= room:
            low = middle
        else:
            high = middle - 1
    return low


def size_of(batch: pa.RecordBatch) -> int:
    """
    Bytes of a batch's buffers as Arrow's Java has them: with a validity bitmap for each array, needed or not.

    Of batches that are put together, no more than the sum.
    """
    return sum(column_size(column) for column in batch.columns)


def column_size(array: pa.Array) -> int:
    """The common types are reckoned up here, because `nbytes` takes twenty times as long."""
    kind, rows = array.type, len(array)
    bitmap = (rows + 7) // 8
    if pa.types.is_primitive(kind):
        return bitmap + (rows * int(kind.bit_width) + 7) // 8
    if pa.types.is_string(kind) and rows:
        offsets = array.buffers()[1]
        (first,) = struct.unpack_from("<i", offsets, array.offset * 4)
        (end,) = struct.unpack_from("<i", offsets, (array.offset + rows) * 4)
        return bitmap + (rows + 1) * 4 + int(end - first)
    return int(array.nbytes) + absent_bitmaps(array)


def absent_bitmaps(array: pa.Array) -> int:
    bitmap: int = 0 if array.buffers()[0] is not None else (len(array) + 7) // 8
    children: list[pa.Array] = []
    if pa.types.is_struct(array.type):
        children = array.flatten()
    elif pa.types.is_list(array.type) or pa.types.is_fixed_size_list(array.type):
        children = [array.flatten()]
    return bitmap + sum(absent_bitmaps(child) for child in children)


def write(
    blocks: Iterable[pa.RecordBatch], location: S3SpillLocation, key: EncryptionKey | None, spilling: Spilling
) -> list[S3SpillLocation]:
    """
    Seal and store blocks as `<key>.0`, `<key>.1` …; the engine may fetch them by name while we still write.

    Writes a few at a time, and lets the blocks be made no faster than they are written.

    Raises:
        SpillError: a block could not be stored; otherwise every block that was made is stored and listed.
        SourceError: the source throttles. The engine must not hear of it now, because it takes blocks as they come.
    """

    def store(number: int, block: pa.RecordBatch) -> S3SpillLocation:
        target = S3SpillLocation(bucket=location.bucket, key=f"{location.key}.{number}", directory=False)
        try:
            spilling.store.put(target.bucket, target.key, seal(block, key))
        except FederationError:
            raise
        except Exception as error:
            raise SpillError(f"block {target.key} could not be written: {type(error).__name__}") from error
        return target

    waiting: deque[Future[S3SpillLocation]] = deque()
    written: list[S3SpillLocation] = []
    made = 0
    pool = ThreadPoolExecutor(max_workers=WRITERS, thread_name_prefix="spill")
    try:
        for block in blocks:
            if len(waiting) >= WRITERS + spilling.queue:
                written.append(waiting.popleft().result())
            waiting.append(pool.submit(store, made, block))
            made += 1
        written += [future.result() for future in waiting]
    except Throttled as error:
        raise SourceError(f"{error} (after {made} blocks had been spilled, so the whole split has failed)") from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    if len(written) != made:
        raise SpillError(f"{made} blocks were made, but {len(written)} written")
    return written


def seal(block: pa.RecordBatch, key: EncryptionKey | None) -> bytes | bytearray:
    """A block as it rests in the store: one Arrow message in legacy framing, in every serde version."""
    message = dump_batch(block, Framing.LEGACY)
    if key is None:
        return message
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    sealed = bytearray(len(message) + TAG)
    try:
        AESGCM(key.key).encrypt_into(key.nonce, memoryview(message).cast("B"), None, sealed)
    except ValueError as error:
        raise SpillError("a block cannot be sealed: the split's key or nonce has the wrong length") from error
    return sealed


def unseal(data: bytes, schema: pa.Schema, key: EncryptionKey | None) -> pa.RecordBatch:
    """The block that was stored. Raises SpillError."""
    message = data
    if key is not None:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            message = AESGCM(key.key).decrypt(key.nonce, data, None)
        except (InvalidTag, ValueError) as error:
            raise SpillError("a spilled block was not sealed with the key that came with it, or is damaged") from error
    if not message:
        raise SpillError("a spilled block is empty: it was not written to its end")
    try:
        return load_batch(message, schema)
    except RemoteProtocolError as error:
        raise SpillError(f"a spilled block cannot be read: {error}") from error
