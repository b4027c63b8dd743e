"""The rules that each table of a connector has to keep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pyarrow as pa

from athena_federation.blocks import unite
from athena_federation.errors import ConfigurationError, RemoteProtocolError
from athena_federation.messages import RemoteReadRecordsResponse
from athena_federation.portable import portable
from athena_federation.predicate import ANY, Predicate, at_least, equal_to
from athena_federation.table import Column, require_supported
from athena_federation.validator.subject import Rule, Skip, TableExamined, Told, needed, require, require_names
from athena_federation.values import order, to_values

SAMPLED = 3
"""Partitions of a table, and splits of a partition, that are looked at; the last partitions first."""
FILTERING = "supports_filter_pushdown"


def is_described(it: TableExamined) -> str:
    found = it.engine.describe(it.name)
    require(found.table == it.name, f"asked for {it.name}, it is said to be {found.table}")
    it.described = found
    require_names("column", found.schema.names)
    missing = [name for name in found.partition_columns if name not in found.schema.names]
    require(not missing, f"the partition column {', '.join(missing)} is not a column")
    require(len(found.schema) > len(found.partition_columns), "every column is a partition column")
    return f"{len(found.schema)} columns, {len(found.partition_columns)} of them partition it"


def has_known_types(it: TableExamined) -> str:
    for column in it.description.schema:
        if zoned(column.type) or pa.types.is_map(column.type):
            continue
        try:
            require_supported(str(it.name), Column(column.name, column.type))
        except ConfigurationError as error:
            raise RemoteProtocolError(f"{column.name} is of type {column.type}, which Athena does not have") from error
    return ""


def zoned(kind: pa.DataType) -> bool:
    return pa.types.is_timestamp(kind) and kind.unit == "ms" and kind.tz is not None


def has_partitions(it: TableExamined) -> str:
    found = it.engine.layout(it.description, ANY)
    require(found.num_rows > 0, "no partition is listed, so Athena reads nothing")
    for name in it.description.partition_columns:
        require(name in found.schema.names, f"the layout does not tell the partition column {name}")
        told, declared = found.schema.field(name).type, it.description.schema.field(name).type
        require(told == declared, f"the layout has {name} as {told}, the table as {declared}")
    it.partitions = found
    return f"{found.num_rows:,}"


def prunes_safely(it: TableExamined) -> Told:
    partitions = needed(it.partitions, "its partitions are not known")
    names = [
        name for name in it.description.partition_columns if not pa.types.is_nested(partitions.schema.field(name).type)
    ]
    if not names:
        return Skip("not partitioned")
    for name in names:
        value = to_values(partitions.column(name))[-1]
        if value is None:
            continue
        kind = it.description.schema.field(name).type
        left = it.engine.layout(it.description, Predicate({name: equal_to(kind, value)}))
        require(
            value in to_values(left.column(name)), f"the partition {name} = {value!r} is left out when it is asked for"
        )
    return ", ".join(names)


def has_splits(it: TableExamined) -> str:
    partitions = needed(it.partitions, "its partitions are not known")
    last = range(partitions.num_rows - 1, max(-1, partitions.num_rows - 1 - SAMPLED), -1)
    count = 0
    for place in last:
        splits = it.engine.splits(it.description, partitions.slice(place, 1), ANY)
        require(bool(splits), "a partition has no split")
        locations = [split.spill_location for split in splits if split.spill_location]
        require(len(set(locations)) == len(locations), "two splits spill to the same place")
        require(all(location.directory for location in locations), "a split spills to an object, not to a directory")
        count += len(splits)
        it.splits += splits[:SAMPLED]
    return f"{count:,} for the last {len(last)} partitions"


def gives_rows(it: TableExamined) -> str:
    """The first split that has any is looked at from here on."""
    for split in needed(it.splits or None, "its splits are not known"):
        it.split, it.rows = split, it.rows_of(split)
        if it.rows.num_rows:
            return f"{it.rows.num_rows:,}"
    raise RemoteProtocolError(f"no row in {len(it.splits)} splits of its last partitions")


def reads_alike(it: TableExamined) -> str:
    rows = needed(it.rows, "it gave no rows")
    again = it.rows_of(needed(it.split, "its splits are not known"))
    require(cells(rows) == cells(again), f"{rows.num_rows:,} rows, and then {again.num_rows:,} or others")
    return ""


def keeps_wanted_rows(it: TableExamined) -> Told:
    """A predicate may be ignored, unless it was promised; but no row may be lost to it."""
    rows, split = needed(it.rows, "it gave no rows"), needed(it.split, "its splits are not known")
    ignored: list[str] = []
    tried: list[str] = []
    for name, predicate in predicates(rows):
        if not portable(predicate).summary:
            continue
        found, wanted = it.rows_of(split, predicate), predicate.filter(rows)
        lost = Counter(cells(wanted)) - Counter(cells(found))
        require(not lost, f"a predicate on {name} loses {lost.total():,} of {wanted.num_rows:,} rows")
        more = found.num_rows - wanted.num_rows
        require(
            not (more and FILTERING in it.connector.capabilities),
            f"{FILTERING} is declared, and {name} is not filtered",
        )
        tried.append(name)
        ignored += [name] if more else []
    if not tried:
        return Skip("no column can be compared")
    return f"not filtered, which is allowed: {', '.join(dict.fromkeys(ignored))}" if ignored else f"{len(tried)} tried"


def predicates(rows: pa.RecordBatch) -> Iterator[tuple[str, Predicate]]:
    """An equality and a range for a few of the columns, with values that occur in them."""
    plain = [column for column in rows.schema if not pa.types.is_nested(column.type) and not zoned(column.type)]
    for column in plain[:8]:
        held = sorted({order(v): v for v in to_values(rows.column(column.name)) if v is not None}.values(), key=order)
        if held and held[0] == held[0]:
            middle = held[len(held) // 2]
            yield column.name, Predicate({column.name: equal_to(column.type, middle)})
            if not pa.types.is_boolean(column.type):
                yield column.name, Predicate({column.name: at_least(column.type, middle)})


def spills_blocks(it: TableExamined) -> Told:
    rows, split = needed(it.rows, "it gave no rows"), needed(it.split, "its splits are not known")
    location = split.spill_location
    if location is None or not location.bucket:
        return Skip("no spill_bucket is set")
    if it.engine.store is None:
        return Skip("no blob store at hand")
    answer = it.read(split, inline=1)
    if not isinstance(answer, RemoteReadRecordsResponse):
        raise RemoteProtocolError("rows beyond the size for an answer are not spilled")
    names = sorted(block.key for block in answer.remote_blocks)
    expected = sorted(f"{location.key}.{n}" for n in range(len(names)))
    require(names == expected, f"the blocks are called {', '.join(names[:3])}, not {', '.join(expected[:3])}")
    require(not any(block.directory for block in answer.remote_blocks), "a block is said to be a directory")
    require(answer.encryption_key == split.encryption_key, "the blocks' key is not the one of the split")
    found = unite(it.engine.batches(answer), it.description.schema)
    require(Counter(cells(found)) == Counter(cells(rows)), "other rows than those of an answer that is not spilled")
    return f"{len(names)} blocks, {'sealed' if split.encryption_key else 'not encrypted'}"


def cells(rows: pa.RecordBatch) -> list[str]:
    """Each row as a text that equal rows share."""
    return [repr(row) for row in zip(*(to_values(column) for column in rows.columns), strict=True)]


TABLE_RULES: tuple[Rule, ...] = (
    (
        "is described",
        "names in lower case, the table's own name, every partition column among the columns",
        is_described,
    ),
    ("has types that Athena knows", "one such column makes the table unusable in Athena: convert it", has_known_types),
    ("has partitions", "a table without partition columns needs one row in its layout, too", has_partitions),
    ("keeps partitions that are asked for", "compare values in the partition column's own type", prunes_safely),
    ("has splits", "one spill directory for each split, with a name of its own", has_splits),
    ("gives rows in the columns asked for", "answer with exactly the schema of the request", gives_rows),
    ("gives the same rows again", "Athena may ask again, and expects the same rows", reads_alike),
    ("loses no row to a predicate", "when in doubt ignore the predicate: Athena filters again", keeps_wanted_rows),
    ("spills large answers", "blocks are <key>.0, <key>.1 and so on, sealed with the split's key", spills_blocks),
)
"""Name, what to do about a failure, and the rule; in the order in which Athena calls."""
