"""What DuckDB is given holds what the protocol carried: cell for cell, in a type that Athena has."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from athena_federation.columns import is_known, storable
from athena_federation.values import to_array

# ruff: noqa: DTZ001 - timestamps without a zone
STARTED = datetime(1970, 1, 1)
STAMPS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)).map(lambda t: t.replace(microsecond=0))


@given(st.lists(st.none() | STAMPS, max_size=12), st.data())
def test_a_time_of_day_survives_at_any_depth_and_in_any_slice(
    stamps: list[datetime | None], data: st.DataObject
) -> None:
    dates = to_array(pa.date64(), stamps)
    count = len(stamps)
    offsets = pa.array(range(count + 1), pa.int32())
    row = pa.StructArray.from_arrays([dates], ["at"])
    lists = pa.ListArray.from_arrays(offsets, dates)
    maps = pa.MapArray.from_arrays(offsets, pa.array([str(n) for n in range(count)]), row)
    batch = pa.record_batch({"plain": dates, "row": row, "list": lists, "map": maps})
    first = data.draw(st.integers(0, count))
    made = storable(batch.slice(first))
    made.validate(full=True)
    assert made.to_pydict() == {
        "plain": stamps[first:],
        "row": [{"at": stamp} for stamp in stamps[first:]],
        "list": [[stamp] for stamp in stamps[first:]],
        "map": [[(str(n), {"at": stamps[n]})] for n in range(first, count)],
    }


def test_duckdb_itself_would_cut_the_time_off() -> None:
    """Why the conversion is needed; where this fails, DuckDB has learnt what date64 means."""
    noon = to_array(pa.date64(), [datetime(2024, 1, 31, 12)])
    with duckdb.connect() as connection:
        connection.register("given", pa.table({"at": noon}))
        assert str(connection.execute('SELECT "at" FROM given').fetchall()) == "[(datetime.date(2024, 1, 31),)]"


@pytest.mark.parametrize(
    ("array", "kind", "cells"),
    [
        (pa.array([255, None], pa.uint8()), pa.int16(), [255, None]),
        (pa.array([2**64 - 1], pa.uint64()), pa.decimal128(20, 0), [Decimal(2**64 - 1)]),
        (pa.array([1.5, None], pa.float32()).cast(pa.float16()), pa.float32(), [1.5, None]),
        (pa.array([b"ab", None], pa.binary(2)), pa.binary(), [b"ab", None]),
        (pa.FixedSizeListArray.from_arrays(pa.array([1, 2, 3, 4]), 2), pa.list_(pa.int64()), [[1, 2], [3, 4]]),
        (pa.array([1_999, -1], pa.timestamp("us")), pa.timestamp("ms"), [STARTED.replace(microsecond=1_000), datetime(1969, 12, 31, 23, 59, 59, 999_000)]),
        (pa.array([1], pa.timestamp("s", "Asia/Tokyo")), pa.timestamp("ms"), [STARTED.replace(second=1)]),
        (pa.array(["x", None]).cast(pa.large_string()), pa.string(), ["x", None]),
    ],
)  # fmt: skip
def test_a_type_that_athena_lacks_becomes_the_next_one_that_holds_it(
    array: pa.Array, kind: pa.DataType, cells: list[object]
) -> None:
    (made,) = storable(pa.record_batch([array], ["x"])).columns
    assert made.type == kind
    assert made.to_pylist() == cells


def test_rows_of_columns_that_nobody_can_name_still_count() -> None:
    array = pa.array([1, None], pa.time32("s"))
    made = storable(pa.record_batch([array], ["x"]))
    assert not is_known(array.type)
    assert made.num_rows == 2
    assert made.column(0).null_count == 2


def test_a_batch_that_needs_nothing_is_handed_on() -> None:
    batch = pa.record_batch({"x": pa.array([1]), "y": pa.array(["a"])})
    assert storable(batch) is batch
