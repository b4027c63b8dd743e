"""Athena's HTTP API on loopback, as far as asking goes: queries with prepared ends, each request held against the model.

https://docs.aws.amazon.com/athena/latest/APIReference/Welcome.html
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.cloud import service_model

PAGE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How a statement ends."""

    columns: Sequence[tuple[str, str]] = ()
    """Name and type, as Athena names types; `decimal(10,2)` is told as precision and scale."""
    rows: Sequence[Sequence[str | None]] = ()
    failure: str = ""
    kind: str = "DML"
    endless: bool = False
    """It runs until it is stopped."""


@dataclass
class Athena:
    """The stub: what statements give, and what was asked of it."""

    answers: dict[str, Answer]
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    looks: dict[str, int] = field(default_factory=dict)
    stopped: set[str] = field(default_factory=set)
    url: str = ""
    statements: list[str] = field(default_factory=list)

    def statement(self, request: dict[str, Any]) -> str:
        """What a request is about."""
        return self.statements[int(request["QueryExecutionId"].removeprefix("query-"))]

    def __call__(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        wrong = service_model.problems("athena", operation, request)
        assert wrong == [], wrong
        self.asked.append((operation, request))
        answer: dict[str, Any] = getattr(self, operation)(request)
        return answer

    def StartQueryExecution(self, request: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - Athena's name
        self.statements.append(request["QueryString"])
        return {"QueryExecutionId": f"query-{len(self.statements) - 1}"}

    def StopQueryExecution(self, request: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        self.stopped.add(self.statement(request))
        return {}

    def GetQueryExecution(self, request: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        identity = self.statement(request)
        answer = self.answers[identity]
        look = self.looks[identity] = self.looks.get(identity, 0) + 1
        state = "QUEUED" if look == 1 else "RUNNING" if look == 2 or answer.endless else "SUCCEEDED"
        status: dict[str, Any] = {"State": state}
        if look > 2 and answer.failure:
            status = {"State": "FAILED", "StateChangeReason": answer.failure}
        if identity in self.stopped:
            status = {"State": "CANCELLED"}
        return {
            "QueryExecution": {
                "QueryExecutionId": request["QueryExecutionId"],
                "Query": identity,
                "StatementType": answer.kind,
                "Status": status,
                "Statistics": {"DataScannedInBytes": 4_000_000, "TotalExecutionTimeInMillis": 1_200},
            }
        }

    def GetQueryResults(self, request: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        answer = self.answers[self.statement(request)]
        header = [tuple(name for name, _ in answer.columns)] if answer.kind == "DML" else []
        rows = [*header, *answer.rows]
        begin = int(request.get("NextToken", "0"))
        end = begin + min(PAGE, request.get("MaxResults", PAGE))
        found: dict[str, Any] = {
            "ResultSet": {
                "Rows": [{"Data": [{} if cell is None else {"VarCharValue": cell} for cell in row]} for row in rows[begin:end]],
                "ResultSetMetadata": {"ColumnInfo": [column(name, kind) for name, kind in answer.columns]},
            },
            "UpdateCount": 0,
        }  # fmt: skip
        return found | ({"NextToken": str(end)} if end < len(rows) else {})


def column(name: str, kind: str) -> dict[str, Any]:
    plain, _, digits = kind.rstrip(")").partition("(")
    precision, _, scale = digits.partition(",")
    return {
        "CatalogName": "hive", "SchemaName": "", "TableName": "", "Name": name, "Label": name, "Type": plain,
        "Precision": int(precision or 0), "Scale": int(scale or 0), "Nullable": "UNKNOWN", "CaseSensitive": False,
    }  # fmt: skip


@contextmanager
def served(answers: dict[str, Answer]) -> Iterator[Athena]:
    """The stub at `url`."""
    athena = Athena(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            operation = self.headers["X-Amz-Target"].rpartition(".")[2]
            body = json.dumps(athena(operation, request)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing: pytest shows what matters."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    athena.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield athena
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
