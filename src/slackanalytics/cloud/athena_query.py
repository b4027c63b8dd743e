"""A statement asked of Amazon Athena: run, followed, cancelled when interrupted, its rows typed as Athena types them.

Through boto3 and not PyAthena: boto3 is there already, PyAthena makes the same four calls, and it would hand over
Python rows where typed columns are wanted. Rows come through GetQueryResults, which needs no access to the bucket of
results and also serves workgroups that keep results for themselves.
Source: https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, count
from typing import Any

import pyarrow as pa

from athena_federation.dialect import Type
from athena_federation.dialect.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    INTEGER,
    REAL,
    SMALLINT,
    TIMESTAMP,
    TINYINT,
    VARBINARY,
    VARCHAR,
    decimal,
    quoted,
    to_duckdb,
)
from athena_federation.errors import (
    ConnectorError,
    Corrupt,
    DeadlineExceeded,
    FederationError,
    QueryError,
    SchemaMismatch,
    SourceError,
    SpillError,
    Throttled,
    Unauthorized,
    UnknownColumn,
    UnknownTable,
)
from athena_federation.local import Workspace
from athena_federation.results import Result
from slackanalytics.cloud.calls import REAL_PACE, Calls, Pace

SCHEMA = "slackanalytics"
"""The schema of tables that are named without one."""
PAGE = 1_000
"""Rows of one answer of GetQueryResults, its limit."""
ROWS_AT_ONCE = 50_000
PAUSES = (0.2, 0.3, 0.5, 0.8, 1.2, 2.0)
"""Seconds between two looks at a query; the last one repeats."""
TYPES = {
    "boolean": BOOLEAN, "tinyint": TINYINT, "smallint": SMALLINT, "integer": INTEGER, "int": INTEGER, "bigint": BIGINT,
    "float": REAL, "real": REAL, "double": DOUBLE, "date": DATE, "timestamp": TIMESTAMP, "varbinary": VARBINARY,
}  # fmt: skip
"""Types with values of their own here. All others (arrays, maps, rows, JSON, zoned times) are given as Athena writes them."""
FROM_LAMBDA = re.compile(
    r"Encountered an exception\[(?P<name>[\w.$]+)\] from your LambdaFunction\[(?P<function>[^\]]*)\].*?with message\[(?P<text>.*)\]",
    re.DOTALL,
)
"""How Athena tells what a connector raised: https://docs.aws.amazon.com/athena/latest/ug/connectors-troubleshooting.html"""
OURS: Mapping[str, type[FederationError]] = {
    kind.__name__: kind
    for kind in (
        ConnectorError, SourceError, Unauthorized, Corrupt, DeadlineExceeded, SchemaMismatch, QueryError, UnknownTable,
        UnknownColumn, SpillError,
    )
}  # fmt: skip
NAMED: Mapping[str, type[FederationError]] = {
    "COLUMN_NOT_FOUND": UnknownColumn,
    "TABLE_NOT_FOUND": UnknownTable,
    "SCHEMA_NOT_FOUND": UnknownTable,
    "CATALOG_NOT_FOUND": UnknownTable,
    "PERMISSION_ERROR": Unauthorized,
    "PERMISSION_DENIED": Unauthorized,
    "TOO_MANY_REQUESTS_FAILURE": Throttled,
    "FederationThrottleException": Throttled,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far a query is."""

    state: str
    """QUEUED, RUNNING, SUCCEEDED."""
    elapsed: float
    """Seconds since it was sent."""
    scanned: int = 0
    """Bytes."""
    rows: int = 0
    """Rows fetched, once it has succeeded."""


def ask(
    calls: Calls,
    sql: str,
    *,
    catalog: str,
    workgroup: str = "",
    results: str = "",
    progress: Callable[[Standing], None] = lambda _: None,
    pace: Pace = REAL_PACE,
) -> Result:
    """
    The answer, complete and typed.

    An interrupt (KeyboardInterrupt) stops the query in Athena too, so that it costs no more.

    Args:
        calls: The way to AWS.
        sql: One statement.
        catalog: The catalog of tables that are named without one.
        workgroup: Where it runs; empty: `primary`.
        results: `s3://…`, where the workgroup does not say where results go.
        progress: Told how far it is.
        pace: Waits, and tells the time.

    Raises:
        QueryError, UnknownTable, UnknownColumn: the statement cannot be answered as written.
        Unauthorized, Throttled, ConfigurationError, SourceError: Athena or a service behind it refuses.
        ConnectorError and its kind: what the connector itself reported.
    """
    begin = pace.clock()
    where = {"ResultConfiguration": {"OutputLocation": results}} if results else {}
    group = {"WorkGroup": workgroup} if workgroup else {}
    identity = calls(
        "athena", "StartQueryExecution",
        QueryString=sql, QueryExecutionContext={"Catalog": catalog, "Database": SCHEMA}, **group, **where,
    )["QueryExecutionId"]  # fmt: skip
    try:
        query = finished(calls, identity, begin, progress, pace)
        return typed(fetched(calls, identity, query, begin, progress, pace))
    except KeyboardInterrupt:
        with suppress(FederationError):  # it may have ended by itself
            calls("athena", "StopQueryExecution", QueryExecutionId=identity)
        raise


def finished(
    calls: Calls,
    identity: str,
    begin: float,
    progress: Callable[[Standing], None],
    pace: Pace,
) -> dict[str, Any]:
    """The query once it has succeeded. Raises as `ask`."""
    for attempt in count():
        query: dict[str, Any] = calls("athena", "GetQueryExecution", QueryExecutionId=identity)["QueryExecution"]
        status = query["Status"]
        scanned = int(query.get("Statistics", {}).get("DataScannedInBytes", 0))
        progress(Standing(state=status["State"], elapsed=pace.clock() - begin, scanned=scanned))
        match status["State"]:
            case "SUCCEEDED":
                return query
            case "FAILED":
                raise reason(status)
            case "CANCELLED":
                raise QueryError(f"the query was cancelled: {one_line(status.get('StateChangeReason', 'by somebody'))}")
        pace.sleep(PAUSES[min(attempt, len(PAUSES) - 1)])
    raise AssertionError  # count() does not end


def reason(status: Mapping[str, Any]) -> FederationError:
    """Why a query failed, as one of our errors where we know what it means."""
    text = one_line(status.get("StateChangeReason") or status.get("AthenaError", {}).get("ErrorMessage") or "")
    if found := FROM_LAMBDA.search(text):
        name, said = found["name"].rsplit(".", 1)[-1], found["text"].strip()
        kind = OURS.get(name) or NAMED.get(name, ConnectorError)
        return kind(said if name in OURS else f"{found['function']} reports {name}: {said}")
    if found := re.match(r"([A-Z][A-Z_]+)\b", text):
        return NAMED.get(found[1], QueryError)(text)
    if "nsufficient permissions" in text or "AccessDenied" in text:
        return Unauthorized(text)
    return QueryError(text or "Athena failed and gives no reason")


@dataclass(frozen=True, slots=True)
class Rows:
    """What comes back: columns, and pages of texts."""

    columns: tuple[tuple[str, Type], ...]
    pages: Iterator[list[tuple[str | None, ...]]]


def fetched(
    calls: Calls,
    identity: str,
    query: Mapping[str, Any],
    begin: float,
    progress: Callable[[Standing], None],
    pace: Pace,
) -> Rows:
    """The rows of a query that has succeeded, page by page."""
    first = calls("athena", "GetQueryResults", QueryExecutionId=identity, MaxResults=PAGE)
    info = first["ResultSet"].get("ResultSetMetadata", {}).get("ColumnInfo", [])
    columns = tuple((column["Name"], type_of(column)) for column in info)
    scanned = int(query.get("Statistics", {}).get("DataScannedInBytes", 0))

    def pages() -> Iterator[list[tuple[str | None, ...]]]:
        answer, rows = first, 0
        while True:
            found = [texts(row, len(columns)) for row in answer["ResultSet"].get("Rows", [])]
            if answer is first and query.get("StatementType", "DML") == "DML":
                names = tuple(column.get("Label") or column["Name"] for column in info)
                found = found[1:] if found and found[0] == names else found  # the header line of a SELECT
            rows += len(found)
            progress(Standing(state="SUCCEEDED", elapsed=pace.clock() - begin, scanned=scanned, rows=rows))
            yield found
            if not answer.get("NextToken"):
                return
            answer = calls(
                "athena", "GetQueryResults", QueryExecutionId=identity, MaxResults=PAGE, NextToken=answer["NextToken"]
            )

    return Rows(columns, pages())


def texts(row: Mapping[str, Any], width: int) -> tuple[str | None, ...]:
    """The cells of a row; NULL is one without a text. SHOW and DESCRIBE put all of a line into one cell."""
    cells = [cell.get("VarCharValue") for cell in row.get("Data", [])]
    return tuple(cells[:width] + [None] * (width - len(cells)))


def type_of(column: Mapping[str, Any]) -> Type:
    if column["Type"] == "decimal":
        return decimal(int(column.get("Precision", 38)), int(column.get("Scale", 0)))
    return TYPES.get(column["Type"], VARCHAR)


def typed(rows: Rows) -> Result:
    """The rows as an answer. Raises Corrupt for a value that is not of its column's type."""
    workspace = Workspace()
    try:
        connection, names = workspace.connection, distinct([name for name, _ in rows.columns])
        kinds = [kind for _, kind in rows.columns]
        declared = ", ".join(f"{quoted(name)} {to_duckdb(kind)}" for name, kind in zip(names, kinds, strict=True))
        connection.execute(f"CREATE TABLE answer ({declared or 'nothing INTEGER'})")
        cells = ", ".join(map(value, names, kinds))
        for table in gathered(names, rows.pages):
            connection.register("incoming", table)
            connection.execute(f"INSERT INTO answer SELECT {cells} FROM incoming")  # noqa: S608 - names are quoted
            connection.unregister("incoming")
    except BaseException as error:
        workspace.close()
        import duckdb

        if isinstance(error, duckdb.Error):
            raise Corrupt(f"Athena gave a value that is not of its column's type: {one_line(str(error))}") from error
        raise
    return Result(connection, rows.columns, workspace.close)


def value(name: str, kind: Type) -> str:
    """The SQL that makes a value of a text."""
    cell = quoted(name)
    if kind == VARBINARY:
        return f"unhex(replace({cell}, ' ', ''))"
    return cell if kind == VARCHAR else f"CAST({cell} AS {to_duckdb(kind)})"


def gathered(names: Sequence[str], pages: Iterator[list[tuple[str | None, ...]]]) -> Iterator[pa.Table]:
    """Pages put together, as columns of text."""
    held: list[tuple[str | None, ...]] = []
    for page in chain(pages, [None]):
        held += page or []
        if held and (page is None or len(held) >= ROWS_AT_ONCE):
            columns = zip(*held, strict=True)
            yield pa.table([pa.array(column, pa.string()) for column in columns], names=list(names))
            held = []


def distinct(names: Sequence[str]) -> list[str]:
    """Column names, a repeated one with `_1`, `_2` … behind it, as in files that are written of an answer."""
    found: list[str] = []
    for name in names:
        number = 0
        while (f"{name}_{number}" if number else name).lower() in {each.lower() for each in found}:
            number += 1
        found.append(f"{name}_{number}" if number else name)
    return found


def one_line(text: str) -> str:
    return " ".join(str(text).split())
