"""What can happen to messages and blocks on their way, to be injected: failed, dropped, cut, damaged, late, throttled.

A fault is given the call that was to be made, and gives what comes of it instead. A script holds one fault per call and
lets everything pass when it has come to its end, so that `[throttled()] * 2` throttles twice.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from typing import TypeVar

from athena_federation import wire
from athena_federation.aws import reported
from athena_federation.emulator import error
from athena_federation.errors import FederationError, Throttled
from athena_federation.handler import Handler
from athena_federation.spill import BlobStore
from athena_federation.transports import Answer, Send, encoded

Fault = Callable[[Callable[[], bytes]], bytes]
Result = TypeVar("Result")


def passing() -> Fault:
    """Nothing happens."""
    return lambda call: call()


def failing(problem: Exception) -> Fault:
    """The call is not made."""

    def fault(_: Callable[[], bytes]) -> bytes:
        raise problem

    return fault


def throttled(retry_after: float | None = None) -> Fault:
    """The other side asks for patience: seconds, where it says how long."""
    return failing(Throttled("slow down", retry_after=retry_after))


def lost(problem: Exception) -> Fault:
    """The call is made, and its answer does not arrive."""

    def fault(call: Callable[[], bytes]) -> bytes:
        call()
        raise problem

    return fault


def dropped() -> Fault:
    """The call is not made, and nobody says so."""
    return lambda _: b""


def truncated(size: int) -> Fault:
    """Only so many bytes arrive; a negative number leaves out as many at the end."""
    return lambda call: call()[:size]


def damaged(place: int = -1) -> Fault:
    """One byte is another one."""

    def fault(call: Callable[[], bytes]) -> bytes:
        data = bytearray(call())
        data[place] ^= 0xFF
        return bytes(data)

    return fault


def delayed(seconds: float, sleep: Callable[[float], None]) -> Fault:
    """It takes longer."""

    def fault(call: Callable[[], bytes]) -> bytes:
        sleep(seconds)
        return call()

    return fault


class Script:
    """One fault per call, in the order in which calls come. Safe to use from several threads."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self.faults = iter(faults)
        self.calls = 0
        """How many calls there were."""
        self.counting = threading.Lock()

    def __call__(self, call: Callable[[], bytes]) -> bytes:
        with self.counting:
            self.calls += 1
            fault = next(self.faults, None)
        return call() if fault is None else fault(call)


class FaultyStore:
    """A blob store to whose calls something happens: a fault for `put` alters what is stored, one for `get` what is read."""

    def __init__(self, store: BlobStore, *, put: Iterable[Fault] = (), get: Iterable[Fault] = ()) -> None:
        self.store = store
        self.putting = Script(put)
        self.getting = Script(get)

    def put(self, bucket: str, key: str, data: bytes | bytearray) -> None:
        """A dropped block is not stored; any other fault stores what it leaves of the bytes."""
        written = self.putting(lambda: bytes(data))
        if written:
            self.store.put(bucket, key, written)

    def get(self, bucket: str, key: str) -> bytes:
        return self.getting(lambda: self.store.get(bucket, key))


def faulty(send: Send, script: Script) -> Send:
    """The same road for documents, on which something happens to each answer: give it to `transports.Remote`."""

    def carry(document: bytes) -> Answer:
        answers: list[Answer] = []

        def call() -> bytes:
            answers.append(send(document))
            return answers[-1].body

        body = script(call)
        return Answer(body, failed=bool(answers) and answers[-1].failed)

    return carry


def documents(handler: Handler) -> Send:
    """The road to a handler in this process, for documents: errors arrive as Lambda reports them."""

    def send(document: bytes) -> Answer:
        try:
            response = handler(wire.load(document))  # type: ignore[arg-type]
        except FederationError as problem:
            told = reported(problem)
            return Answer(error(type(told).__name__, str(told)), failed=True)
        return Answer(encoded(wire.dump(response, wire.request_version(json.loads(document)))))

    return send
