"""What a connector keeps while a query is planned: names, descriptions, partitions, splits; and no call to its source."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pyarrow as pa

from athena_federation.engine import Engine
from athena_federation.errors import QueryError
from athena_federation.handler import Handler
from athena_federation.messages import (
    GetSplitsRequest,
    GetSplitsResponse,
    GetTableLayoutRequest,
    GetTableRequest,
    ListTablesRequest,
    ListTablesResponse,
    Split,
    TableName,
)
from athena_federation.predicate import ANY
from athena_federation.suite.subject import UNKNOWN, Subject, cells, refusal, require
from athena_federation.table import Column, Scan, Table, require_supported


def a_ping_is_answered_with_the_serde_that_is_spoken(subject: Subject) -> None:
    pong = subject.engine.ping()
    require(pong.catalog == subject.engine.catalog, f"the ping's catalog came back as {pong.catalog!r}")
    require(bool(pong.source_type), "the ping's answer does not say which source it is")
    require(pong.serde is None or 1 <= pong.serde <= 5, f"serde {pong.serde} is not one of 1 to 5")


def names_are_in_lower_case(subject: Subject) -> None:
    """Athena lower-cases every identifier, so it could never ask for another name."""
    for schema in subject.engine.schemas():
        names = [schema, *(table.table for table in subject.engine.tables(schema))]
        for name in names:
            require(bool(name) and name == name.lower(), f"{name!r} is not in lower case")


def tables_are_listed_in_pages_each_once(subject: Subject) -> None:
    schema = subject.connector.schema
    once = subject.engine.tables(schema)
    require(set(once) == set(subject.tables), f"listed are {once}, declared {subject.tables}")
    paged: list[TableName] = []
    token: str | None = None
    for _ in range(len(once) + 1):
        request = ListTablesRequest(catalog=subject.engine.catalog, schema=schema, next_token=token, page_size=1)
        page = subject.engine.ask(request, ListTablesResponse)
        require(len(page.tables) <= 1, f"{len(page.tables)} tables on a page of one")
        paged += page.tables
        token = page.next_token
        if token is None:
            break
    require(paged == once, f"page by page there are {paged}, at once {once}")


def a_table_is_described_as_it_is_declared(subject: Subject) -> None:
    """Names, types that Athena has, order, and comments."""
    for table in subject.connector.tables:
        found = subject.engine.describe(TableName(schema=subject.connector.schema, table=table.name)).schema
        require(found.equals(table.schema), f"table {table.name} is described as {found}, declared as {table.schema}")
        comments = found.metadata or {}
        for column in table.columns:
            require_supported(table.name, Column(column.name, found.field(column.name).type))
            comment = comments.get(column.name.encode(), b"").decode()
            require(comment == column.doc, f"{table.name}.{column.name} is explained as {comment!r}")


def partition_columns_are_among_the_columns(subject: Subject) -> None:
    for table in subject.tables:
        found = subject.engine.describe(table)
        declared = subject.connector.table(table.schema, table.table).partition.columns
        require(found.partition_columns == declared, f"table {table}: partitioned by {found.partition_columns}")
        layout = subject.engine.layout(found, ANY)
        for name in declared:
            require(name in found.schema.names, f"table {table}: the partition column {name} is not a column")
            require(name in layout.schema.names, f"table {table}: its partitions have no {name}")
            kinds = layout.schema.field(name).type, found.schema.field(name).type
            require(kinds[0] == kinds[1], f"table {table}: {name} is {kinds[0]} in partitions, {kinds[1]} in rows")


def no_partition_is_listed_twice(subject: Subject) -> None:
    """Its rows would be, too."""
    for table in subject.tables:
        rows = cells(subject.all_partitions(subject.engine.describe(table)))
        seen: set[str] = set()
        twice = [row for row in map(repr, rows) if row in seen or seen.add(row)]  # type: ignore[func-returns-value]
        require(not twice, f"table {table}: the partition {twice[:1]} is listed more than once")


def planning_asks_the_source_for_nothing(subject: Subject) -> None:
    """No reader is called, and no connection opened; what was fetched once for all may have been fetched before."""
    calls: list[str] = []
    connector = replace(subject.connector, tables=[watched(table, calls) for table in subject.connector.tables])
    engine = Engine(Handler(connector), catalog=subject.engine.catalog)
    plan_everything(engine)
    with connections() as opened:
        plan_everything(engine)
    require(not calls, f"planning called the reader of {calls[:1]}")
    require(not opened, f"planning opened a connection ({opened[:1]})")


def plan_everything(engine: Engine) -> None:
    engine.ping()
    for schema in engine.schemas():
        for name in engine.tables(schema):
            description = engine.describe(name)
            engine.splits(description, engine.layout(description, ANY), ANY)


def watched(table: Table, calls: list[str]) -> Table:
    """A table whose reader may not be called."""

    def read(scan: Scan) -> Iterator[pa.RecordBatch]:
        calls.append(scan.table)
        yield from table.read(scan)

    return replace(table, read=read)


@contextmanager
def connections() -> Iterator[list[str]]:
    """What this thread connects to, by the interpreter's own account: https://docs.python.org/3/library/audit_events.html"""
    opened: list[str] = []
    WATCHES[threading.get_ident()] = opened
    if not HOOKED:
        sys.addaudithook(note_connection)
        HOOKED.append(True)
    try:
        yield opened
    finally:
        del WATCHES[threading.get_ident()]


WATCHES: dict[int, list[str]] = {}
HOOKED: list[bool] = []
"""An audit hook cannot be removed, so there is one for all times."""


def note_connection(event: str, arguments: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.getaddrinfo", "socket.sendto"} and threading.get_ident() in WATCHES:
        WATCHES[threading.get_ident()].append(f"{event} {arguments[-1]}"[:80])


def splits_are_distinct_and_come_in_pages(subject: Subject) -> None:
    for table in subject.tables:
        description = subject.engine.describe(table)
        partitions = distinct(subject.all_partitions(description))
        found: list[Split] = []
        tokens: list[str | None] = [None]
        while partitions.num_rows:
            request = GetSplitsRequest(
                catalog=subject.engine.catalog, query_id="a", table=table, partitions=partitions,
                partition_columns=description.partition_columns, continuation_token=tokens[-1],
            )  # fmt: skip
            page = subject.engine.ask(request, GetSplitsResponse)
            found += page.splits
            if page.continuation_token is None:
                break
            require(page.continuation_token not in tokens, f"table {table}: a page of splits comes again")
            tokens.append(page.continuation_token)
        count = partitions.num_rows
        require(len(found) >= count, f"table {table}: {len(found)} splits for {count} partitions")
        read = {tuple(sorted(split.properties.items())) for split in found}
        require(len(read) == len(found), f"table {table}: {len(found) - len(read)} splits are repeated")


def distinct(partitions: pa.RecordBatch) -> pa.RecordBatch:
    """Each partition once."""
    first = {repr(row): place for place, row in reversed(list(enumerate(cells(partitions))))}
    return partitions.take(pa.array(sorted(first.values()), pa.int64()))


def an_unknown_table_is_refused_by_name(subject: Subject) -> None:
    table = TableName(schema=subject.connector.schema, table=UNKNOWN)
    catalog = subject.engine.catalog
    for request in (
        GetTableRequest(catalog=catalog, table=table),
        GetTableLayoutRequest(catalog=catalog, table=table, schema=pa.schema([])),
    ):
        with refusal(f"{type(request).__name__} for an unknown table", UNKNOWN, QueryError):
            subject.engine.transport(request)
