"""The suite that each connector should pass, inherited in one line; a hostile connector, and faults to inject.

    TestEcb = athena_federation.testing.contract(connector)

Needs pytest. `hostile` is a connector that does everything wrong, and `faults` is what can happen to messages and
blocks on their way; both are for whoever writes an engine, a transport or a blob store.
"""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

from athena_federation.aws import lambda_handler
from athena_federation.emulator import server
from athena_federation.engine import Engine
from athena_federation.handler import Handler
from athena_federation.services import Clients
from athena_federation.spill import Spilling
from athena_federation.suite import CHECKS, Check, faults, hostile
from athena_federation.suite.subject import Broken, Call, Claims, Subject
from athena_federation.table import Connector
from athena_federation.transports import Transport, http, in_process, loopback

__all__ = [
    "ROADS",
    "Blobs",
    "Broken",
    "Call",
    "Claims",
    "Road",
    "by_call",
    "by_lambda",
    "by_loopback",
    "contract",
    "faults",
    "hostile",
]

BUCKET = "blocks"

Road = Callable[[Connector], AbstractContextManager[Engine]]
"""Brings up a connector and gives an engine that asks it, with the store that it spills to."""


class Blobs:
    """A blob store in memory, for tests. Safe to use from several threads."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], bytes] = {}

    def put(self, bucket: str, key: str, data: bytes | bytearray) -> None:
        self.kept[bucket, key] = bytes(data)

    def get(self, bucket: str, key: str) -> bytes:
        """Raises KeyError for a block that was never put."""
        return self.kept[bucket, key]


@contextmanager
def by_call(connector: Connector) -> Iterator[Engine]:
    """The shortest road: a function call."""
    yield spilling_engine(connector, in_process)


@contextmanager
def by_loopback(connector: Connector) -> Iterator[Engine]:
    """Every message is dumped to JSON text and loaded again."""
    yield spilling_engine(connector, loopback)


def spilling_engine(connector: Connector, road: Callable[[Handler], Transport]) -> Engine:
    store = Blobs()
    handler = Handler(connector, spilling=Spilling(store=store, bucket=BUCKET))
    return Engine(road(handler), catalog=connector.name, store=store)


@contextmanager
def by_lambda(
    connector: Connector,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Engine]:
    """
    The Lambda handler behind HTTP on loopback, with Lambda's limits and its way to report errors.

    `clock` tells the function how much of its time is left; `sleep` waits between attempts to call it.
    """
    store = Blobs()
    handler = lambda_handler(connector, {"spill_bucket": BUCKET}, clients=Services(store), clock=clock)
    with server(handler, 0) as serving:
        thread = threading.Thread(target=serving.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            url = f"http://127.0.0.1:{serving.server_port}"
            yield Engine(http(url, sleep=sleep), catalog=connector.name, store=store)
        finally:
            serving.shutdown()
            thread.join()


ROADS: Mapping[str, Road] = {"call": by_call, "loopback": by_loopback, "lambda": by_lambda}


class Services(Clients):
    """What a function asks of AWS, out of memory: S3 keeps blocks, and Athena knows no query."""

    def __init__(self, store: Blobs) -> None:
        super().__init__()
        self.store = store

    def __call__(self, service: str, *, attempts: int = 3, timeout: float = 60) -> Any:  # noqa: ARG002
        return self

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, **_: str) -> None:  # noqa: N803 - boto3's names
        self.store.put(Bucket, Key, Body)

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        return {"Body": io.BytesIO(self.store.get(Bucket, Key))}

    def get_query_execution(self, **_: str) -> dict[str, Any]:
        raise UnknownQuery


class UnknownQuery(Exception):
    """What Athena says of a query that it has not begun itself, in the shape of botocore's ClientError."""

    response: Mapping[str, Any] = {"Error": {"Code": "InvalidRequestException"}}


def contract(
    connector: Connector,
    *,
    functions: Mapping[str, Call] | None = None,
    passthrough: Mapping[str, str] | None = None,
    empty: Mapping[str, str] | None = None,
    secrets: Sequence[str] = (),
    sample: int = 3,
    roads: Mapping[str, Road] = ROADS,
) -> type:
    """
    The suite for a connector, as a class for pytest to collect: `TestEcb = contract(connector)`.

    Each check runs over each road: a call, the codec, and a Lambda function on loopback. It asks the connector a few
    hundred times, so let its source be on this machine, and its `today` a fixed day.

    Args:
        connector: what is to be tested.
        functions: a call of each declared function, by its name.
        passthrough: the arguments of a passthrough query that gives rows, where passthrough is declared.
        empty: tables that may have no row, each with the reason.
        secrets: texts that may be in no message, such as tokens.
        sample: how many partitions of each table are read, the newest ones that have rows.
        roads: other roads, such as one to a deployed function.
    """
    claims = Claims(
        functions=functions or {},
        passthrough=passthrough or {},
        empty=empty or {},
        secrets=tuple(secrets),
        sample=sample,
    )

    def subject(_: type, request: pytest.FixtureRequest) -> Iterator[Subject]:
        with roads[request.param](connector) as engine:
            yield Subject(connector, engine, claims)

    fixture = pytest.fixture(scope="class", params=list(roads))(classmethod(subject))  # type: ignore[arg-type]
    tests = {f"test_{check.__name__}": made_test(check) for check in CHECKS}
    return type("Contract", (), {"__doc__": f"The contract of {connector.name}.", "subject": fixture, **tests})


def made_test(check: Check) -> Callable[[Any, Subject], None]:
    def test(_: Any, subject: Subject) -> None:
        check(subject)

    test.__doc__ = check.__doc__
    return test
