"""What a connector keeps while rows are read: all of them, each once, in the columns asked for, wherever they travel."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from itertools import islice
from typing import Any

import pyarrow as pa

from athena_federation import wire
from athena_federation.engine import Engine
from athena_federation.errors import QueryError, RemoteProtocolError, SpillError
from athena_federation.messages import (
    ReadRecordsRequest,
    ReadRecordsResponse,
    RemoteReadRecordsResponse,
    Request,
    Response,
)
from athena_federation.portable import portable
from athena_federation.predicate import (
    ANY,
    EquatableValueSet,
    Predicate,
    ValueSet,
    anything,
    at_least,
    at_most,
    between,
    equal_to,
    is_not_null,
    is_null,
    nothing,
)
from athena_federation.spill import size_of
from athena_federation.suite.subject import (
    ROOMY,
    UNKNOWN,
    Broken,
    Sample,
    Subject,
    cells,
    refusal,
    require,
    same,
    with_block_size,
)
from athena_federation.suite.tables import plan_everything
from athena_federation.table import Scan, Table
from athena_federation.values import order, to_values

FIRST_KINDS = 3
"""Conditions on a column of a type of which there was one before: NULL, a value, a range."""


def a_table_has_rows_or_a_reason_for_none(subject: Subject) -> None:
    for sample in subject.samples():
        reason = subject.claims.empty.get(sample.name, "")
        require(bool(sample.rows) or bool(reason), f"table {sample.name} has no row, and no reason is given (empty=…)")


def rows_arrive_as_the_reader_gave_them(subject: Subject) -> None:
    """Every cell, NULL or not, in its declared type."""
    for sample in subject.samples():
        table = subject.connector.table(subject.connector.schema, sample.name)
        names = table.partition.columns
        for place, rows in enumerate(sample.rows):
            partition = {name: to_values(sample.partitions.column(name))[place] for name in names}
            scan = Scan(table=table.name, columns=tuple(sample.columns), partition=partition, predicate=ANY)
            given = [row for batch in table.read(scan) for row in cells(filled(batch, table, partition))]
            require(same(rows, given), f"table {table.name}, {partition}: other rows arrive than its reader gives")


def filled(batch: pa.RecordBatch, table: Table, partition: dict[str, Any]) -> pa.RecordBatch:
    """All columns in declared order, those of the partition filled in where the reader left them out."""
    columns = [
        batch.column(field.name)
        if field.name in batch.schema.names
        else pa.repeat(pa.scalar(partition[field.name], field.type), batch.num_rows)
        for field in table.schema
    ]
    return pa.RecordBatch.from_arrays(columns, schema=table.schema)


def rows_belong_to_their_partition(subject: Subject) -> None:
    for sample in subject.samples():
        for name in sample.description.partition_columns:
            place = sample.columns.index(name)
            for value, rows in zip(to_values(sample.partitions.column(name)), sample.rows, strict=True):
                other = [row[place] for row in rows if row[place] != value]
                require(not other, f"table {sample.name}: the partition {name}={value} holds rows of {other[:1]}")


def two_reads_are_identical(subject: Subject) -> None:
    """One split after the other, or several at once: the same rows in the same order."""
    engine = subject.engine
    serial = Engine(engine.transport, catalog=engine.catalog, workers=1, store=engine.store)
    for sample in subject.samples():
        once, again = (subject.read(sample.description, sample.partitions, engine=each) for each in (serial, engine))
        require(repr(once) == repr(again), f"table {sample.name}: a second read gave something else")


def any_choice_of_columns_gives_the_same_cells(subject: Subject) -> None:
    for sample in subject.samples():
        backwards = tuple(reversed(sample.columns))
        halves = sample.columns[::2], sample.columns[1::2]
        for chosen in {backwards, *((name,) for name in sample.columns), *(tuple(half) for half in halves if half)}:
            found = subject.read(sample.description, sample.partitions, columns=chosen)
            require(same(found, sample.together(*chosen)), f"table {sample.name}: other rows with only {chosen}")


def rows_can_be_counted_without_a_column(subject: Subject) -> None:
    for sample in subject.samples():
        counted = 0
        for split in subject.engine.splits(sample.description, sample.partitions, ANY):
            request = ReadRecordsRequest(
                catalog=subject.engine.catalog, query_id="a", table=sample.description.table,
                schema=pa.schema([]), split=split, max_block_size=ROOMY, max_inline_block_size=ROOMY,
            )  # fmt: skip
            counted += subject.engine.ask(request, ReadRecordsResponse).records.num_rows
        rows = len(sample.together())
        require(counted == rows, f"table {sample.name}: {counted} rows without a column, {rows} with all of them")


def a_predicate_gives_what_a_filter_after_a_full_read_gives(subject: Subject) -> None:
    for sample in subject.samples():
        for name, allowed in conditions(sample):
            if name in sample.description.partition_columns:
                continue
            predicate = Predicate({name: allowed})
            found = subject.read(sample.description, sample.partitions, predicate=predicate)
            sent = portable(predicate).summary.get(name, anything(allowed.type))
            place = sample.columns.index(name)
            passing = {text for text, value in once(row[place] for row in sample.together()) if sent.contains(value)}
            wanted = [row for row in sample.together() if repr(row[place]) in passing]
            require(same(found, wanted), f"table {sample.name}: {len(found)} rows, not {len(wanted)}, for {predicate}")


def once(values: Iterable[Any]) -> Iterable[tuple[str, Any]]:
    """Each value once, with its text: a column has few, and to judge one takes time."""
    return {repr(value): value for value in values}.items()


def a_partition_that_may_hold_wanted_rows_is_never_left_out(subject: Subject) -> None:
    for sample in subject.samples():
        names = sample.description.partition_columns
        values = [dict(zip(sample.partitions.schema.names, row, strict=True)) for row in cells(sample.partitions)]
        for name, allowed in conditions(sample):
            predicate = Predicate({name: allowed})
            layout = subject.engine.layout(sample.description, predicate)
            listed = {repr(row) for row in cells(layout)}
            for partition, rows, row in zip(values, sample.rows, cells(sample.partitions), strict=True):
                held = [partition[name]] if name in names else [each[sample.columns.index(name)] for each in rows]
                lost = repr(row) not in listed and any(allowed.contains(value) for value in held)
                require(not lost, f"table {sample.name}: the partition {partition} is left out of {predicate}")


def conditions(sample: Sample) -> Iterator[tuple[str, ValueSet]]:
    """
    A column and a condition of each kind, with values that occur in it.

    Further columns of the same type get the first few kinds only: a wide table would take minutes otherwise.
    """
    seen: set[pa.DataType] = set()
    for field in sample.description.schema:
        place = sample.columns.index(field.name)
        found = value_sets(field.type, [row[place] for row in sample.together()])
        for allowed in islice(found, FIRST_KINDS if field.type in seen else None):
            yield field.name, allowed
        seen.add(field.type)


def value_sets(kind: pa.DataType, held: list[Any]) -> Iterator[ValueSet]:
    usable = [value for value in held if value is not None and not (isinstance(value, float) and math.isnan(value))]
    known = [] if pa.types.is_nested(kind) else sorted({order(v): v for v in usable}.values(), key=order)
    yield is_null(kind)
    if known:
        low, middle, high = known[0], known[len(known) // 2], known[-1]
        yield from (equal_to(kind, middle), between(kind, low, middle, low_inclusive=False))
        yield from (equal_to(kind, low, high), equal_to(kind, middle).complement())
        yield from (at_least(kind, middle), at_least(kind, low, inclusive=False))
        yield from (at_most(kind, middle), at_most(kind, high, inclusive=False))
        yield from (between(kind, low, middle), between(kind, low, high, low_inclusive=False, high_inclusive=False))
        yield from (equal_to(kind, low).union(is_null(kind)), equal_to(kind, low).union(at_least(kind, high)))
        yield from (EquatableValueSet(kind, (low, high)), EquatableValueSet(kind, (middle,), white_list=False))
    yield from (is_not_null(kind), nothing(kind), anything(kind))


def spilled_rows_are_the_same_rows(subject: Subject) -> None:
    """Blocks as small as a few rows: nothing is lost between them."""
    for sample in subject.samples():
        schema = sample.description.schema
        if not sample.rows:
            continue
        answers: list[Response] = []
        engine = Engine(
            noted(with_block_size(subject.engine.transport, 2 * largest_row(subject, sample)), answers),
            catalog=subject.engine.catalog,
            store=subject.engine.store,
        )
        try:
            found = subject.read(sample.description, sample.partitions, engine=engine, columns=schema.names)
        except SpillError as error:
            raise Broken(f"table {sample.name}: {error}") from error
        spilled = [answer for answer in answers if isinstance(answer, RemoteReadRecordsResponse)]
        require(len(spilled) == len(sample.rows), f"table {sample.name}: {len(spilled)} splits were spilled")
        require(same(found, sample.together()), f"table {sample.name}: other rows when they are spilled")


def largest_row(subject: Subject, sample: Sample) -> int:
    """Bytes of the largest row of a sample."""
    batches = subject.engine.read(
        sample.description, columns=sample.columns, partitions=sample.partitions, predicate=ANY
    )
    return max(size_of(batch.slice(n, 1)) for batch in batches for n in range(batch.num_rows))


def noted(transport: Callable[[Request], Response], answers: list[Response]) -> Callable[[Request], Response]:
    def carry(request: Request) -> Response:
        answers.append(transport(request))
        return answers[-1]

    return carry


def an_unknown_column_is_refused_by_name(subject: Subject) -> None:
    for sample in subject.samples():
        for split in subject.engine.splits(sample.description, sample.partitions, ANY)[:1]:
            request = ReadRecordsRequest(
                catalog=subject.engine.catalog, query_id="a", table=sample.description.table,
                schema=pa.schema([(UNKNOWN, pa.string())]), split=split,
            )  # fmt: skip
            with refusal(f"an unknown column of {sample.name}", UNKNOWN, QueryError, RemoteProtocolError):
                subject.engine.transport(request)


def no_secret_is_in_a_message(subject: Subject) -> None:
    said: list[str] = []

    def overheard(request: Request) -> Response:
        response = subject.engine.transport(request)
        said.extend([told(request), told(response)])
        return response

    engine = Engine(overheard, catalog=subject.engine.catalog, store=subject.engine.store)
    for sample in subject.samples():
        plan_everything(engine)
        subject.read(sample.description, sample.partitions, engine=engine)
    for secret in subject.claims.secrets:
        require(bool(secret), "a secret to look for is empty")
        require(not any(secret in text for text in said), "a message holds one of the secrets")


def told(message: Request | Response) -> str:
    """All that a message says, what its Arrow blocks hold included."""
    blocks = [getattr(message, each.name) for each in fields(message)]
    rows = [block.to_pylist() for block in blocks if isinstance(block, pa.RecordBatch)]
    return json.dumps(wire.dump(message, 5), ensure_ascii=False) + str(rows)
