"""A worker's work: what it is asked, and what it says. A statement runs in a thread, so that the first one can interrupt it."""

from __future__ import annotations

import os
import socket
import threading
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.dataset

from athena_federation.errors import QueryError
from slackanalytics.sandbox import confinement, frames, statements
from slackanalytics.sandbox.places import place

WARM = (
    "SELECT date_format(at_timezone(TIMESTAMP '2026-01-01 00:00:00 UTC', 'Europe/Berlin'), '%Y'),"
    " json_extract_scalar('{\"a\": 1}', '$.a'), levenshtein_distance('a', 'b'), url_extract_host('https://a.b/')"
)
"""A statement that has everything imported that any statement needs."""
UNKNOWN = "SELECT no_such_function(1)"
"""One that is refused, and has the list of functions read for it."""
NOW = datetime(2000, 1, 1, tzinfo=UTC)


class Worker:
    """One process's work."""

    def __init__(self, line: socket.socket, layers: list[str]) -> None:
        """`layers`: what the process has given up already."""
        self.line = line
        self.layers = layers
        self.connection: duckdb.DuckDBPyConnection | None = None
        self.stopped = False

    def begin(self) -> None:
        """Take the tables, try everything once, and give up the rest of the machine."""
        told, _ = frames.receive(self.line, most=0)
        held = [statements.Held.mapped(each) for each in told["tables"]]
        views = {(catalog, schema, name): sql for catalog, schema, name, sql in told["views"]}
        self.tables = statements.Tables({each.name: each for each in held}, views)
        self.limits: dict[str, int] = told["limits"]
        statements.answer(self.tables, WARM, now=NOW, limits=self.limits, tell=self.has)
        with suppress(QueryError):
            statements.answer(self.tables, UNKNOWN, now=NOW, limits=self.limits, tell=self.has)
        for each in held[:1]:
            statements.answer(
                self.tables, f"SELECT count(*) FROM {'.'.join(each.name)}", now=NOW, limits=self.limits, tell=self.has
            )
            statements.outlook(self.tables, f"SELECT 1 FROM {'.'.join(each.name)}", now=NOW)
        layers = self.layers + confinement.finish(address_space=self.limits["address_space"])
        frames.send(self.line, {"ready": True, "layers": layers})

    def serve(self) -> None:
        """Until the other side hangs up."""
        while True:
            asked, _ = frames.receive(self.line, most=0)
            if asked["ask"] == "stop":
                self.stop()
            else:
                self.stopped, self.connection = False, None
                confinement.processor_time(self.limits["processor"])
                threading.Thread(target=self.work, args=(asked,), daemon=True).start()

    def has(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Remember what is to be interrupted."""
        self.connection = connection
        if self.stopped:
            connection.interrupt()

    def stop(self) -> None:
        """Interrupt the statement, if it can be interrupted."""
        self.stopped = True
        if self.connection is not None:
            self.connection.interrupt()

    def work(self, asked: dict[str, Any]) -> None:
        """Answer, or end the process, which says enough."""
        try:
            message, body = self.answer(asked)
            frames.send(self.line, message, body)
        except BaseException:  # noqa: BLE001 - whatever it is: nothing is left to be trusted
            os._exit(1)

    def answer(self, asked: dict[str, Any]) -> tuple[dict[str, Any], bytes | memoryview]:
        """The message, and the rows that go with it."""
        sql, now = asked["sql"], datetime.fromisoformat(asked["now"])
        message: dict[str, Any]
        body: bytes | memoryview = b""
        try:
            if asked["ask"] == "explain":
                message = {"outcome": "explained", **statements.outlook(self.tables, sql, now=now)}
            else:
                found = statements.answer(self.tables, sql, now=now, limits=self.limits, tell=self.has)
                message = {"outcome": "answered", "columns": found.columns, "cut": found.cut, "tables": found.tables}
                body = written(found)
        except QueryError as error:
            message = {"outcome": "refused", "text": str(error)[:2_000], **where(sql, str(error))}
        except UnicodeError:
            message = {
                "outcome": "refused",
                "text": "the statement makes a text that is none, with half of a pair in it",
            }
        except duckdb.InterruptException:
            message = {"outcome": "stopped"}
        except (duckdb.OutOfMemoryException, MemoryError, pa.ArrowMemoryError):
            message = {"outcome": "memory"}
        self.connection = None
        if self.stopped and message["outcome"] != "answered":
            return {"outcome": "stopped"}, b""
        return message, body


def written(found: statements.Answer) -> memoryview:
    """The rows as an Arrow stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, found.schema) as writer:
        for batch in found.batches:
            writer.write_batch(batch)
    return memoryview(sink.getvalue())


def where(sql: str, message: str) -> dict[str, int]:
    """Line and column of an error, where they are known."""
    found = place(sql, message)
    return {"line": found.line, "column": found.column} if found else {}
