"""Messages of every kind, drawn at random: all that a serde version can say."""

# ruff: noqa: DTZ001  # date64 holds points in time without a zone

from __future__ import annotations

from dataclasses import fields as dataclass_fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, get_args

import pyarrow as pa
from hypothesis import strategies as st

from athena_federation import messages as m
from athena_federation.predicate import (
    AllOrNoneValueSet,
    EquatableValueSet,
    Predicate,
    ValueSet,
    at_most,
    between,
    equal_to,
)
from athena_federation.values import to_array

TEXTS = st.text(st.characters(codec="utf-8"), max_size=6)
NAMES = st.from_regex(r"[a-z_]{1,8}", fullmatch=True)
MOMENTS = st.integers(-(10**12), 10**13).map(lambda ms: datetime(1970, 1, 1) + timedelta(milliseconds=ms))
CELLS: dict[pa.DataType, st.SearchStrategy[Any]] = {
    pa.bool_(): st.booleans(),
    pa.int8(): st.integers(-128, 127),
    pa.int32(): st.integers(-(2**31), 2**31 - 1),
    pa.uint64(): st.integers(0, 2**64 - 1),
    pa.float32(): st.floats(width=32, allow_nan=False),
    pa.float64(): st.floats(allow_nan=False),
    pa.decimal128(20, 4): st.integers(-(10**20) + 1, 10**20 - 1).map(lambda value: Decimal(value).scaleb(-4)),
    pa.string(): TEXTS,
    pa.binary(): st.binary(max_size=6),
    pa.date32(): st.dates(),
    pa.date64(): MOMENTS,
    pa.timestamp("ms", tz="UTC"): MOMENTS.map(lambda value: value.replace(tzinfo=UTC)),
    pa.timestamp("us", tz="Europe/London"): MOMENTS.map(lambda value: value.replace(tzinfo=UTC)),
    pa.time64("us"): st.times(),
}
KINDS = st.sampled_from(list(CELLS))
UNVALUED = st.sampled_from(
    [
        *CELLS,
        pa.list_(pa.null()),
        pa.struct([]),
        pa.map_(pa.string(), pa.null()),
        pa.binary(4),
        pa.null(),
        pa.timestamp("ns"),
    ]
)
"""Types that need not come with a value."""
MAPS = st.dictionaries(TEXTS, TEXTS, max_size=3)


@st.composite
def batches(draw: st.DrawFn, least_columns: int = 0) -> pa.RecordBatch:
    kinds = draw(st.dictionaries(NAMES, KINDS, min_size=least_columns, max_size=4))
    rows = draw(st.integers(0, 4)) if kinds else 0
    columns = [
        to_array(kind, draw(st.lists(st.none() | CELLS[kind], min_size=rows, max_size=rows))) for kind in kinds.values()
    ]
    return pa.RecordBatch.from_arrays(columns, names=list(kinds))


@st.composite
def value_sets(draw: st.DrawFn) -> ValueSet:
    kind = draw(KINDS)
    some = draw(st.lists(CELLS[kind], max_size=3))
    low, high = sorted(draw(st.tuples(CELLS[kind], CELLS[kind])))
    made: list[ValueSet] = [
        equal_to(kind, *some),
        equal_to(kind, *some).complement(),
        between(kind, low, high, low_inclusive=draw(st.booleans())),
        at_most(kind, low, inclusive=draw(st.booleans())),
        EquatableValueSet(kind, tuple(some), draw(st.booleans()), draw(st.booleans())),
        AllOrNoneValueSet(draw(UNVALUED), draw(st.booleans()), draw(st.booleans())),
    ]
    return draw(st.sampled_from(made))


@st.composite
def constants(draw: st.DrawFn) -> m.Constant:
    kind = draw(KINDS)
    return m.Constant(kind, tuple(draw(st.lists(st.none() | CELLS[kind], min_size=1, max_size=3))))


EXPRESSIONS: st.SearchStrategy[m.Expression] = st.recursive(
    constants() | st.builds(m.Variable, TEXTS, UNVALUED),
    lambda inner: st.builds(m.FunctionCall, st.just("$and"), UNVALUED, st.lists(inner, max_size=3).map(tuple)),
    max_leaves=4,
)
IDENTITIES = st.builds(
    m.Identity,
    id=TEXTS,
    principal=TEXTS,
    account=TEXTS,
    arn=TEXTS,
    tags=MAPS,
    groups=st.lists(TEXTS, max_size=2).map(tuple),
    config_options=MAPS,
)
LOCATIONS = st.builds(m.S3SpillLocation, bucket=TEXTS, key=TEXTS, directory=st.booleans())
KEYS = st.none() | st.builds(m.EncryptionKey, st.binary(min_size=16, max_size=16), st.binary(min_size=12, max_size=12))
SPLITS = st.builds(m.Split, spill_location=st.none() | LOCATIONS, encryption_key=KEYS, properties=MAPS)
TABLES = st.builds(m.TableName, TEXTS, TEXTS)
NUMBERS = st.integers(1, 2**31 - 1)


@st.composite
def constraints(draw: st.DrawFn, version: int) -> m.Constraints:
    said = m.Constraints(predicate=Predicate(draw(st.dictionaries(TEXTS, value_sets(), max_size=3))))
    since_4: dict[str, Any] = {
        "expression": tuple(draw(st.lists(EXPRESSIONS, max_size=2))),
        "order_by": tuple(draw(st.lists(st.builds(m.OrderBy, TEXTS, st.sampled_from(list(m.Direction))), max_size=2))),
        "limit": draw(st.none() | st.integers(1, 2**63 - 1)),
    }
    since_5: dict[str, Any] = {"passthrough": draw(MAPS)}
    since_6: dict[str, Any] = {"query_plan": draw(st.none() | st.builds(m.QueryPlan, TEXTS, TEXTS))}
    late = [members for since, members in ((4, since_4), (5, since_5), (6, since_6)) if version >= since]
    return m.Constraints(
        predicate=said.predicate, **{name: value for members in late for name, value in members.items()}
    )


def fields(version: int) -> dict[str, st.SearchStrategy[Any]]:
    """How the fields of a message are drawn, by their names."""
    lists = st.lists(TEXTS, max_size=3).map(tuple)
    schemas = batches().map(lambda batch: batch.schema)
    return {
        "identity": IDENTITIES,
        **dict.fromkeys(("query_id", "catalog", "source_type", "method", "function_type"), TEXTS),
        **dict.fromkeys(("next_token", "continuation_token"), st.none() | TEXTS),
        "capabilities": NUMBERS,
        "serde": st.none() | NUMBERS,
        "schemas": lists,
        "partition_columns": lists,
        "page_size": st.none() | NUMBERS,
        "tables": st.lists(TABLES, max_size=3).map(tuple),
        "table": TABLES,
        "schema": schemas,
        "output_schema": schemas,
        "passthrough": MAPS if version >= 5 else st.just({}),
        "constraints": constraints(version),
        "partitions": batches(),
        "records": batches(),
        "split": SPLITS,
        "splits": st.lists(SPLITS, max_size=2).map(tuple),
        "remote_blocks": st.lists(LOCATIONS, max_size=3).map(tuple),
        "encryption_key": KEYS,
        **dict.fromkeys(("max_block_size", "max_inline_block_size"), st.integers(0, 2**63 - 1)),
    }


def kinds(version: int) -> list[type]:
    """The messages that a serde version knows."""
    everything = [*get_args(m.Request), *get_args(m.Response)]
    return [kind for kind in everything if version >= 4 or "Capabilities" not in kind.__name__]


def messages_of(version: int) -> st.SearchStrategy[m.Request | m.Response]:
    known = fields(version)
    named: dict[type, dict[str, st.SearchStrategy[Any]]] = {
        m.ListTablesRequest: {"schema": st.none() | TEXTS},
        m.GetDataSourceCapabilitiesResponse: {
            "capabilities": st.dictionaries(
                TEXTS,
                st.lists(st.builds(m.Capability, TEXTS, st.lists(TEXTS, max_size=2).map(tuple)), max_size=2).map(tuple),
            )
        },
    }
    drawn = []
    for kind in kinds(version):
        strategies = known | named.get(kind, {})
        drawn.append(st.builds(kind, **{field.name: strategies[field.name] for field in dataclass_fields(kind)}))
    return st.one_of(drawn)
