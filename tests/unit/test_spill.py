"""Inline or spilled: sizes before rows, every block stored and listed, sealed bytes, or a named error."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pyarrow as pa
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.memory import Memory
from tests.unit.spilling import KEY, PLACE, SPLIT, opened
from tests.unit.weather import Weather, read_request, splits_request

from athena_federation import wire
from athena_federation.errors import (
    ConfigurationError,
    RemoteProtocolError,
    SourceError,
    SpillError,
    Throttled,
)
from athena_federation.handler import Handler
from athena_federation.messages import (
    EncryptionKey,
    GetSplitsRequest,
    GetSplitsResponse,
    Identity,
    ReadRecordsRequest,
    ReadRecordsResponse,
    RemoteReadRecordsResponse,
    S3SpillLocation,
    Split,
)
from athena_federation.spill import (
    ANSWER_LIMIT,
    BLOCK_LIMIT,
    Spilling,
    answer_size,
    deliver,
    fitting,
    packed,
    seal,
    size_of,
    unseal,
    write,
)
from athena_federation.transports import encoded

TEXT = pa.schema([("text", pa.string())])


def texts(*sizes: int) -> pa.RecordBatch:
    return pa.record_batch({"text": ["x" * size for size in sizes]})


def request(**changes: int) -> ReadRecordsRequest:
    return replace(read_request({}, split=SPLIT, **changes), schema=TEXT)  # type: ignore[arg-type]


CELLS: dict[pa.DataType, st.SearchStrategy[object]] = {
    pa.int64(): st.none() | st.integers(-(2**63), 2**63 - 1),
    pa.bool_(): st.none() | st.booleans(),
    pa.string(): st.none() | st.text(max_size=40),
    pa.date32(): st.none() | st.dates(date(1970, 1, 1)),
    pa.list_(pa.string()): st.none() | st.lists(st.none() | st.text(max_size=5), max_size=5),
    pa.struct([("a", pa.int8()), ("b", pa.string())]): st.none()
    | st.fixed_dictionaries({"a": st.none() | st.integers(-9, 9), "b": st.text(max_size=9)}),
}


# ── sizes ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@st.composite
def batch_lists(draw: st.DrawFn) -> list[pa.RecordBatch]:
    kinds = draw(st.lists(st.sampled_from(list(CELLS)), min_size=1, max_size=3))
    schema = pa.schema([(f"c{n}", kind) for n, kind in enumerate(kinds)])
    made = []
    for rows in draw(st.lists(st.integers(0, 30), max_size=4)):
        columns = [pa.array(draw(st.lists(CELLS[kind], min_size=rows, max_size=rows)), kind) for kind in kinds]
        made.append(pa.RecordBatch.from_arrays(columns, schema=schema).slice(draw(st.integers(0, rows))))
    return made


@given(batch_lists(), st.integers(200, 3_000))
@settings(max_examples=80, deadline=None)
def test_blocks_hold_every_row_once_in_order_and_never_more_than_the_limit(
    batches: list[pa.RecordBatch], limit: int
) -> None:
    schema = batches[0].schema if batches else TEXT
    rows = [row for batch in batches for row in batch.to_pylist()]
    blocks = []
    try:
        blocks = list(packed(iter(batches), schema, limit, "t"))
    except SpillError:
        assert any(size_of(batch.slice(n, 1)) > limit for batch in batches for n in range(batch.num_rows))
        return
    assert [row for block in blocks for row in block.to_pylist()] == rows
    assert all(block.num_rows and size_of(block) <= limit for block in blocks)
    assert all(unseal(bytes(seal(block, None)), schema, None).nbytes <= size_of(block) for block in blocks)


@given(batch_lists())
@settings(max_examples=50, deadline=None)
def test_the_size_of_an_answer_is_never_underrated(batches: list[pa.RecordBatch]) -> None:
    for batch in batches:
        answer = ReadRecordsResponse(catalog='a "name"', records=batch)
        real = len(encoded(wire.dump(answer, 5)))
        assert real <= answer_size(batch, 'a "name"') <= real + 700 or not batch.num_rows


def test_a_block_is_filled_to_the_last_row_that_fits() -> None:
    batch = texts(*([100] * 50))
    for room in range(0, 6_000, 7):
        count = fitting(batch, room)
        assert size_of(batch.slice(0, count)) <= room or count == 0
        assert count == batch.num_rows or size_of(batch.slice(0, count + 1)) > room


def test_a_row_that_is_larger_than_a_block_is_named_with_its_size_and_the_limit() -> None:
    with pytest.raises(SpillError, match=r"table weather\.readings: a row has 5,009 bytes, and a block holds 1,000"):
        deliver([texts(10, 5_000)], request(max_block_size=1_000), Spilling(store=Memory()))


@pytest.mark.parametrize(
    ("setting", "asked", "size"),
    [(None, 10**11, BLOCK_LIMIT), (None, 5_000, 5_000), (7_000, 5_000, 7_000), (10**9, 5_000, BLOCK_LIMIT)],
)
def test_a_setting_goes_before_the_engine_but_not_before_athenas_limit(
    setting: int | None, asked: int, size: int
) -> None:
    assert Spilling(store=Memory(), block_limit=setting).block_size(asked) == size


# ── inline or spilled ──────────────────────────────────────────────────────────────────────────────────────────────


def test_rows_that_fit_stay_inline_and_nothing_is_stored() -> None:
    store = Memory()
    answer = deliver([texts(1, 2), texts(3)], request(), Spilling(store=store))
    assert isinstance(answer, ReadRecordsResponse)
    assert answer.records.to_pylist() == texts(1, 2, 3).to_pylist()
    assert store.blobs == {}


def test_no_rows_are_inline_even_where_nothing_else_would_be() -> None:
    answer = deliver([texts()], request(max_inline_block_size=0), Spilling(store=Memory()))
    assert isinstance(answer, ReadRecordsResponse)
    assert answer.records.num_rows == 0
    assert answer.records.schema == TEXT


@pytest.mark.parametrize("megabytes", [4.3, 4.4, 4.5, 4.6, 5.0, 5.2, 6.0])
def test_an_answer_never_grows_beyond_what_lambda_returns(megabytes: float) -> None:
    rows = [texts(*([1_000] * 100)) for _ in range(int(megabytes * 10))]
    answer = deliver(rows, request(), Spilling(store=Memory()))
    assert len(encoded(wire.dump(answer, 5))) <= ANSWER_LIMIT
    assert isinstance(answer, ReadRecordsResponse) == (megabytes < 4.5)


def test_a_threshold_in_arrow_bytes_alone_would_let_too_long_an_answer_pass() -> None:
    """What the rule above guards against: 5 MiB of Arrow are 7 MB of JSON."""
    rows = [texts(*([1_000] * 5_200))]
    answer = deliver(rows, request(), Spilling(store=Memory(), answer_limit=2**62))
    assert len(encoded(wire.dump(answer, 5))) > 6_291_556


def test_the_engines_wish_for_small_inline_answers_is_met() -> None:
    store = Memory()
    answer = deliver([texts(100)], request(max_inline_block_size=100), Spilling(store=store))
    assert isinstance(answer, RemoteReadRecordsResponse)
    assert list(store.blobs) == [("blocks", "spill/q-1/5f0c.0")]


def test_all_blocks_are_spilled_numbered_without_gap_and_sealed() -> None:
    store = Memory()
    rows = [texts(*([50] * 40)) for _ in range(10)]
    answer = deliver(rows, request(max_block_size=3_000), Spilling(store=store))
    assert isinstance(answer, RemoteReadRecordsResponse)
    keys = [block.key for block in answer.remote_blocks]
    assert keys == [f"spill/q-1/5f0c.{n}" for n in range(len(store.blobs))]
    assert len(keys) > 5
    assert answer.encryption_key == KEY
    assert not any(block.directory for block in answer.remote_blocks)
    assert [row for block in opened(store, answer) for row in block.to_pylist()] == [{"text": "x" * 50}] * 400
    assert not any(b"xxxx" in blob for blob in store.blobs.values())


def test_small_blocks_of_one_split_are_never_partly_inline() -> None:
    store = Memory()
    answer = deliver([texts(300), texts(300)], request(max_block_size=400), Spilling(store=store))
    assert isinstance(answer, RemoteReadRecordsResponse)
    assert len(answer.remote_blocks) == 2


def test_where_nothing_can_be_spilled_the_remedy_is_said_before_more_is_read() -> None:
    def rows() -> Iterator[pa.RecordBatch]:
        for _ in range(3):
            yield texts(*([1_000] * 5_000))
        raise AssertionError("more was read than fits into a block")

    unplaced = replace(request(), split=Split())
    with pytest.raises(ConfigurationError, match="set spill_bucket"):
        deliver(rows(), replace(unplaced, max_block_size=8_000_000), Spilling(store=Memory()))


def test_in_one_process_everything_is_inline() -> None:
    asked = replace(request(max_inline_block_size=2**62, max_block_size=2**62), split=Split())
    answer = deliver((texts(*([1_000] * 1_000)) for _ in range(20)), asked, None)
    assert isinstance(answer, ReadRecordsResponse)
    assert answer.records.num_rows == 20_000


def test_a_location_that_is_one_object_is_refused() -> None:
    one = replace(SPLIT, spill_location=replace(PLACE, directory=False))
    with pytest.raises(RemoteProtocolError, match="directory"):
        deliver([texts(9)], replace(request(max_inline_block_size=0), split=one), Spilling(store=Memory()))


def test_the_same_split_read_twice_gives_the_same_bytes_under_the_same_keys() -> None:
    first, second = Memory(), Memory()
    asked = read_request({}, split=SPLIT, max_inline_block_size=0, max_block_size=75)
    answers = [
        encoded(wire.dump(Handler(Weather().connector, spilling=Spilling(store=store))(asked), 5))
        for store in (first, second)
    ]
    assert answers[0] == answers[1]
    assert first.blobs == second.blobs
    assert len(first.blobs) == 2


# ── writing ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Broken(Memory):
    def put(self, bucket: str, key: str, data: bytes | bytearray) -> None:
        if key.endswith(".1"):
            raise PermissionError(f"not with {data[:3]!r}")
        super().put(bucket, key, data)


def spilled(store: Memory, blocks: Iterable[pa.RecordBatch], **options: int) -> list[S3SpillLocation]:
    return write(blocks, PLACE, None, Spilling(store=store, **options))  # type: ignore[arg-type]


def test_a_block_that_cannot_be_stored_fails_the_call_by_name() -> None:
    with pytest.raises(SpillError, match=r"^block spill/q-1/5f0c\.1 could not be written: PermissionError$"):
        spilled(Broken(), [texts(n) for n in range(5)])


Write = Callable[[Iterable[pa.RecordBatch], S3SpillLocation, EncryptionKey | None, Spilling], list[S3SpillLocation]]


def lists_what_it_stores_or_fails(write: Write) -> bool:
    store = Broken()
    try:
        written = write([texts(n) for n in range(5)], PLACE, None, Spilling(store=store))
    except SpillError:
        return True
    return {(block.bucket, block.key) for block in written} == set(store.blobs)


def careless(
    blocks: Iterable[pa.RecordBatch], location: S3SpillLocation, key: EncryptionKey | None, spilling: Spilling
) -> list[S3SpillLocation]:
    """Writes in the background, and never looks whether that went well."""
    listed = []
    with ThreadPoolExecutor() as pool:
        for n, block in enumerate(blocks):
            listed.append(replace(location, key=f"{location.key}.{n}", directory=False))
            pool.submit(spilling.store.put, location.bucket, listed[-1].key, seal(block, key))
    return listed


def test_no_block_is_listed_that_is_not_stored_which_a_careless_writer_does() -> None:
    assert lists_what_it_stores_or_fails(write)
    assert not lists_what_it_stores_or_fails(careless)


def test_even_running_out_of_memory_in_a_writer_fails_the_call() -> None:
    class Full(Memory):
        def put(self, bucket: str, key: str, data: bytes | bytearray) -> None:
            raise MemoryError

    with pytest.raises(SpillError, match="MemoryError"):
        spilled(Full(), [texts(1)])


def test_blocks_are_made_no_faster_than_they_are_written() -> None:
    gate = threading.Event()
    made: list[int] = []

    class Slow(Memory):
        def put(self, bucket: str, key: str, data: bytes | bytearray) -> None:
            assert gate.wait(5)
            super().put(bucket, key, data)

    def blocks() -> Iterator[pa.RecordBatch]:
        for n in range(20):
            made.append(n)
            if n == 19:
                assert gate.is_set()
            yield texts(n)

    store = Slow()
    writing = threading.Thread(target=spilled, args=(store, blocks()), kwargs={"queue": 2})
    writing.start()
    time.sleep(0.2)
    assert len(made) <= 2 + 2 + 1
    gate.set()
    writing.join(5)
    assert len(store.blobs) == 20


def test_two_blocks_are_written_at_the_same_time() -> None:
    together = threading.Barrier(2, timeout=5)

    class Paired(Memory):
        def put(self, bucket: str, key: str, data: bytes | bytearray) -> None:
            together.wait()
            super().put(bucket, key, data)

    assert len(spilled(Paired(), [texts(1), texts(2)])) == 2


def throttled_after(count: int) -> Iterator[pa.RecordBatch]:
    for _ in range(count):
        yield texts(*([100] * 10))
    raise Throttled("slow down", retry_after=3)


def test_throttling_before_the_first_spill_is_told_as_such() -> None:
    store = Memory()
    with pytest.raises(Throttled, match="slow down"):
        deliver(throttled_after(1), request(max_block_size=2_000), Spilling(store=store))
    assert store.blobs == {}


def test_throttling_after_a_block_was_spilled_is_an_error_that_is_not_retried() -> None:
    with pytest.raises(SourceError, match=r"slow down \(after [0-9]+ blocks had been spilled") as caught:
        deliver(throttled_after(9), request(max_block_size=2_000), Spilling(store=Memory()))
    assert not isinstance(caught.value, Throttled)


# ── sealing ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("length", [16, 24, 32])
def test_a_sealed_block_is_aes_gcm_over_one_legacy_message(length: int) -> None:
    key = EncryptionKey(b"k" * length, b"n" * 12)
    block = texts(1, 2, 3)
    message = AESGCM(key.key).decrypt(key.nonce, bytes(seal(block, key)), None)
    assert message == bytes(seal(block, None))
    assert message[:4] != b"\xff\xff\xff\xff"
    assert unseal(bytes(seal(block, key)), TEXT, key).equals(block)


@pytest.mark.parametrize("damage", [lambda blob: blob[:-1], lambda blob: b"\0" + blob[1:], lambda blob: b""])
def test_a_damaged_block_is_named(damage: Callable[[bytes], bytes]) -> None:
    blob = bytes(seal(texts(1), KEY))
    with pytest.raises(SpillError, match="damaged"):
        unseal(damage(blob), TEXT, KEY)


def test_a_block_of_another_shape_is_named() -> None:
    with pytest.raises(SpillError, match="cannot be read"):
        unseal(b"not an arrow message", TEXT, None)


def test_a_key_of_the_wrong_length_seals_nothing() -> None:
    with pytest.raises(SpillError, match="wrong length"):
        seal(texts(1), EncryptionKey(b"short", b"n" * 12))


# ── splits ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def split_of(spilling: Spilling, **options: str) -> Split:
    asked: GetSplitsRequest = splits_request(pa.record_batch({"day": ["2026-03-02"]}))
    answer = Handler(Weather().connector, spilling=spilling)(replace(asked, identity=Identity(config_options=options)))
    assert isinstance(answer, GetSplitsResponse)
    return answer.splits[0]


def test_a_split_spills_to_a_place_of_its_own_under_prefix_and_query() -> None:
    split = split_of(Spilling(store=Memory(), bucket="b", new_id=lambda: "one", new_key=lambda: KEY))
    assert split.spill_location == S3SpillLocation(bucket="b", key="athena-federation-spill/q-1/one", directory=True)
    assert split.encryption_key == KEY


@pytest.mark.parametrize(
    ("prefix", "key"),
    [("mine/", "mine/q-1/one"), ("mine/q-1/too", "mine/q-1/too/one"), ("/", "athena-federation-spill/q-1/one")],
)
def test_the_query_is_named_once_in_the_key(prefix: str, key: str) -> None:
    spilling = Spilling(store=Memory(), bucket="b", prefix=prefix if prefix != "/" else "athena-federation-spill")
    location = replace(spilling, new_id=lambda: "one").location("q-1", {})
    assert location is not None
    assert location.key == key


def test_the_identitys_options_go_before_the_environment() -> None:
    split = split_of(Spilling(store=Memory(), bucket="b"), spill_bucket="theirs", spill_prefix="here")
    assert split.spill_location is not None
    assert split.spill_location.bucket == "theirs"
    assert split.spill_location.key.startswith("here/q-1/")


def test_no_two_splits_share_a_place_or_a_key() -> None:
    spilling = Spilling(store=Memory(), bucket="b")
    splits = [split_of(spilling) for _ in range(20)]
    assert len({split.spill_location.key for split in splits if split.spill_location}) == 20
    assert len({split.encryption_key for split in splits}) == 20
    key = splits[0].encryption_key
    assert key is not None
    assert (len(key.key), len(key.nonce)) == (32, 12)


def test_no_bucket_is_no_place_and_no_key() -> None:
    assert split_of(Spilling(store=Memory())) == Split(properties={"day": "2026-03-02"})


def test_a_key_never_shows_in_a_text() -> None:
    assert base64.b64encode(KEY.key).decode() not in repr(SPLIT)
    assert repr(KEY.key) not in repr(SPLIT)
