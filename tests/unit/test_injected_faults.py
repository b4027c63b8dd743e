"""Whatever happens to a message or a block on its way: the same rows after another attempt, or a named error; never fewer rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import pyarrow as pa
import pytest
from tests.unit.weather import READINGS, SCHEMA, Weather, everything

from athena_federation import wire
from athena_federation.engine import Engine
from athena_federation.errors import ConnectorError, FederationError, RemoteProtocolError, SpillError, Throttled
from athena_federation.handler import Handler
from athena_federation.messages import ReadRecordsResponse, RemoteReadRecordsResponse, Request, Response
from athena_federation.predicate import ANY
from athena_federation.spill import Spilling, fresh_key
from athena_federation.suite.faults import (
    Fault,
    FaultyStore,
    Script,
    damaged,
    delayed,
    documents,
    dropped,
    failing,
    faulty,
    lost,
    passing,
    throttled,
    truncated,
)
from athena_federation.testing import Blobs
from athena_federation.transports import ATTEMPTS, Answer, Remote, encoded

Rows = list[dict[str, object]]


def rows(engine: Engine) -> Rows:
    table = engine.describe(READINGS)
    batches = engine.read(table, columns=table.schema.names, partitions=engine.layout(table, ANY), predicate=ANY)
    return [row for batch in batches for row in batch.to_pylist()]


@dataclass
class Journey:
    """A reading over a road on which something happens."""

    faults: Iterable[Fault]
    attempts: int = ATTEMPTS
    pauses: list[float] = field(default_factory=list)
    weather: Weather = field(default_factory=Weather)

    def rows(self) -> Rows:
        send = faulty(documents(Handler(self.weather.connector)), Script(self.faults))
        return rows(Engine(Remote(send, attempts=self.attempts, sleep=self.pauses.append), catalog="weather"))


MENDED: dict[str, tuple[Fault, type[Exception]]] = {
    "throttled": (throttled(), Throttled),
    "throttled for a time": (throttled(3.0), Throttled),
    "connection refused": (failing(ConnectionRefusedError("nobody there")), OSError),
    "answer lost": (lost(ConnectionResetError("reset")), OSError),
    "too late": (lost(TimeoutError("too late")), OSError),
}
"""What another attempt mends, and what it is without one."""

FINAL: dict[str, tuple[Fault, type[FederationError]]] = {
    "cut": (truncated(-1), RemoteProtocolError),
    "cut in the middle": (truncated(40), RemoteProtocolError),
    "empty": (dropped(), FederationError),
    "damaged": (damaged(0), FederationError),
    "not JSON any more": (damaged(-1), RemoteProtocolError),
}
"""What says something else than it should: asking again would hide it."""

PLACES = range(6)
"""Ping, description, layout, splits, and two of the reads."""


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", MENDED)
def test_what_another_attempt_mends_costs_no_row(name: str, place: int) -> None:
    fault, _ = MENDED[name]
    journey = Journey([*[passing()] * place, fault, fault])
    assert journey.rows() == everything()
    assert len(journey.pauses) == 2


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", MENDED)
def test_without_another_attempt_it_is_an_error(name: str, place: int) -> None:
    fault, error = MENDED[name]
    with pytest.raises(error):
        Journey([*[passing()] * place, fault], attempts=1).rows()


@pytest.mark.parametrize("name", MENDED)
def test_what_does_not_end_is_a_named_error_after_some_attempts(name: str) -> None:
    fault, error = MENDED[name]
    journey = Journey([passing(), *[fault] * 100])
    with pytest.raises(Throttled if error is Throttled else ConnectorError, match=f"after {ATTEMPTS} attempts"):
        journey.rows()
    assert len(journey.pauses) == ATTEMPTS - 1


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", FINAL)
def test_an_answer_that_is_not_whole_is_an_error_at_once(name: str, place: int) -> None:
    fault, error = FINAL[name]
    journey = Journey([*[passing()] * place, fault])
    with pytest.raises(error):
        journey.rows()
    assert journey.pauses == []


def test_throttling_is_waited_for_as_long_as_it_says() -> None:
    journey = Journey([throttled(7.0), throttled()])
    journey.rows()
    assert journey.pauses[0] == 7.0


def test_a_slow_answer_is_the_same_answer() -> None:
    waited: list[float] = []
    assert Journey([delayed(2.5, waited.append)] * 4).rows() == everything()
    assert waited == [2.5] * 4


def test_an_error_of_the_connector_is_not_tried_again() -> None:
    weather = Weather()
    table = replace(weather.connector.tables[0], read=lambda _: iter([None]))
    script = Script()
    send = faulty(documents(Handler(replace(weather.connector, tables=[table]))), script)
    with pytest.raises(ConnectorError, match="yields NoneType"):
        rows(Engine(Remote(send, sleep=lambda _: None), catalog="weather", workers=1))
    assert script.calls == 5  # ping, description, layout, splits, and one read


# ── blocks ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def spilled(
    *,
    put: Iterable[Fault] = (),
    get: Iterable[Fault] = (),
    sealed: bool = True,
    twist: Callable[[Response], Response] | None = None,
) -> Rows:
    """A reading all of whose rows are spilled, a row or two per block, with something happening to the blocks."""
    store = FaultyStore(Blobs(), put=put, get=get)
    spilling = Spilling(
        store=store, bucket="b", block_limit=75, answer_limit=10, new_key=fresh_key if sealed else lambda: None
    )
    handler = Handler(Weather().connector, spilling=spilling)

    def carry(request: Request) -> Response:
        answer = handler(request)
        return twist(answer) if twist else answer

    return rows(Engine(carry, catalog="weather", store=store))


BLOCK_FAULTS: dict[str, Fault] = {
    "refused": failing(OSError("403")),
    "throttled for ever": failing(SpillError("s3: SlowDown")),
    "lost on the way": lost(ConnectionResetError("reset")),
    "dropped": dropped(),
    "cut": truncated(-1),
    "cut in the middle": truncated(100),
    "cut to nothing": truncated(1),
    "damaged": damaged(60),
}


@pytest.mark.parametrize("sealed", [True, False], ids=["sealed", "clear"])
def test_spilled_rows_are_all_there_when_nothing_happens(sealed: bool) -> None:
    assert spilled(sealed=sealed) == everything()


@pytest.mark.parametrize("place", [0, 1, 5])
@pytest.mark.parametrize("name", BLOCK_FAULTS)
@pytest.mark.parametrize("side", ["put", "get"])
def test_a_block_to_which_something_happens_is_a_named_error(side: str, name: str, place: int) -> None:
    script = [*[passing()] * place, BLOCK_FAULTS[name]]
    with pytest.raises(SpillError):
        spilled(put=script) if side == "put" else spilled(get=script)


@pytest.mark.parametrize(
    ("side", "name"),
    [(side, name) for side in ("put", "get") for name in sorted(set(BLOCK_FAULTS) - {"damaged"})],
)
def test_it_is_one_without_a_seal_too(side: str, name: str) -> None:
    script = [passing(), BLOCK_FAULTS[name]]
    with pytest.raises(SpillError):
        spilled(put=script, sealed=False) if side == "put" else spilled(get=script, sealed=False)


def test_slow_blocks_are_the_same_blocks() -> None:
    waited: list[float] = []
    assert spilled(put=[delayed(1.0, waited.append)] * 3, get=[delayed(1.0, waited.append)] * 3) == everything()
    assert len(waited) == 6


# ── twins ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def without_missing_blocks(answer: Response) -> Response:
    """A careless connector: it lists the blocks that it is sure of, and nothing tells that there was a last one."""
    return (
        replace(answer, remote_blocks=answer.remote_blocks[:-1])
        if isinstance(answer, RemoteReadRecordsResponse)
        else answer
    )


def test_the_rows_show_it_when_a_block_is_left_out() -> None:
    assert len(spilled(twist=without_missing_blocks)) < len(everything())


EMPTY = encoded(wire.dump(ReadRecordsResponse(records=pa.RecordBatch.from_pylist([], SCHEMA)), 5))


def test_a_client_that_takes_a_cut_answer_for_no_rows_is_found_out() -> None:
    """The twin of the tests above: their fault, and fewer rows instead of an error."""
    send = faulty(documents(Handler(Weather().connector)), Script([*[passing()] * 4, truncated(-1)]))

    def forgiving(document: bytes) -> Answer:
        answer = send(document)
        try:
            wire.load(answer.body)
        except RemoteProtocolError:
            return replace(answer, body=EMPTY)
        return answer

    engine = Engine(Remote(forgiving, sleep=lambda _: None), catalog="weather", workers=1)
    assert rows(engine) == everything()[3:]
