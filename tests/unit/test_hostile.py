"""What a connector does wrong becomes a named error and no row, on every road; what is merely odd is answered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from typing import Any

import pyarrow as pa
import pytest

from athena_federation import local
from athena_federation.engine import Engine, in_process, loopback
from athena_federation.errors import DeadlineExceeded, FederationError
from athena_federation.handler import Handler, Watch
from athena_federation.messages import ReadRecordsRequest, ReadRecordsResponse, Request, Response
from athena_federation.spill import Spilling
from athena_federation.suite.hostile import ODD, ODDITIES, VICES, Oddity, Vice, allow, connector, withstand
from athena_federation.testing import Blobs, Broken, by_lambda
from athena_federation.transports import Transport


def limited(batches: int) -> Watch:
    """Ends a reading after so many batches."""
    left = iter(range(batches))

    def watch() -> None:
        if next(left, None) is None:
            raise DeadlineExceeded(f"the table was not read within {batches} batches")

    return watch


def hurried(road: Callable[[Any], Transport]) -> Engine:
    store = Blobs()
    handler = Handler(connector(), spilling=Spilling(store=store, bucket="b"))
    return Engine(road(lambda request: handler(request, limited(100))), catalog="hostile", store=store)


@contextmanager
def by_hurried_lambda() -> Iterator[Engine]:
    """A function whose clock leaps ahead, and a caller that does not wait."""
    ticks = count(step=20)
    with by_lambda(connector(), clock=lambda: float(next(ticks)), sleep=lambda _: None) as engine:
        yield engine


@pytest.fixture(scope="module", params=["call", "loopback", "lambda"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    if request.param == "lambda":
        with by_hurried_lambda() as engine:
            yield engine
    else:
        yield hurried(in_process if request.param == "call" else loopback)


@pytest.mark.parametrize("vice", [pytest.param(vice, id=vice.name) for vice in VICES])
def test_a_vice_is_a_named_error_and_no_row(engine: Engine, vice: Vice) -> None:
    withstand(engine, vice)


@pytest.mark.parametrize("oddity", ODDITIES, ids=lambda oddity: oddity.name)
def test_what_is_odd_is_answered_all_the_same(engine: Engine, oddity: Oddity) -> None:
    allow(engine, oddity)


def careless(engine: Engine) -> Engine:
    """A twin that takes an error for the end of the rows."""

    def carry(request: Request) -> Response:
        try:
            return engine.transport(request)
        except FederationError:
            if not isinstance(request, ReadRecordsRequest):
                raise
            return ReadRecordsResponse(records=pa.RecordBatch.from_pylist([], request.schema))

    return Engine(carry, catalog="hostile", store=engine.store)


def vague(engine: Engine) -> Engine:
    """A twin that knows one error only."""

    def carry(request: Request) -> Response:
        try:
            return engine.transport(request)
        except FederationError as error:
            raise FederationError("something went wrong") from error

    return Engine(carry, catalog="hostile", store=engine.store)


READ = [vice for vice in VICES if not re.search("list|partitions|more than once", vice.says)]
"""Those that go wrong while rows are read, not before."""


@pytest.mark.parametrize("vice", READ, ids=lambda vice: vice.name)
def test_a_twin_that_takes_an_error_for_the_end_is_found_out(vice: Vice) -> None:
    with pytest.raises(Broken, match="rows, where"):
        withstand(careless(hurried(in_process)), vice)


@pytest.mark.parametrize("vice", VICES, ids=lambda vice: vice.name)
def test_a_twin_that_does_not_name_the_error_is_found_out(vice: Vice) -> None:
    with pytest.raises(Broken, match="something went wrong, instead of"):
        withstand(vague(hurried(in_process)), vice)


def test_a_twin_that_repeats_a_secret_is_found_out() -> None:
    def talkative(request: Request) -> Response:
        try:
            return handler(request)
        except FederationError as error:
            raise type(error)(f"{error}: {error.__cause__}") from error

    handler = Handler(connector())
    (vice,) = (vice for vice in VICES if vice.name == "careless")
    with pytest.raises(Broken, match="repeats what a careless reader said"):
        withstand(Engine(talkative, catalog="hostile"), vice)


def test_a_twin_that_loses_odd_partitions_is_found_out() -> None:
    handler = Handler(connector())

    def pathlike(request: Request) -> Response:
        answer = handler(request)
        if isinstance(answer, ReadRecordsResponse) and not request.split.properties.get("place"):  # type: ignore[union-attr]
            return replace(answer, records=answer.records.slice(0, 0))
        return answer

    (oddity,) = (each for each in ODDITIES if each.name == "odd_places")
    with pytest.raises(Broken, match="other ones than 10 expected"):
        allow(Engine(pathlike, catalog="hostile"), oddity)


BOUNDED = [vice for vice in VICES if vice.name not in {"without_end", "huge_row"}]
"""Those that go wrong by themselves, in one process too, where nothing limits time and size."""


@pytest.mark.parametrize("vice", BOUNDED, ids=lambda vice: vice.name)
def test_sql_over_a_vice_is_an_error(vice: Vice) -> None:
    with local.connect(connector()) as db, pytest.raises(vice.error, match=vice.says):
        db.sql(f"SELECT * FROM {vice.name}")


@pytest.mark.parametrize("oddity", ODDITIES, ids=lambda oddity: oddity.name)
def test_sql_over_an_oddity_gives_its_rows(oddity: Oddity) -> None:
    with local.connect(connector()) as db, db.sql(f"SELECT * FROM {oddity.name}") as answer:
        assert sorted(map(repr, answer.rows())) == sorted(map(repr, oddity.rows))


@pytest.mark.parametrize("place", ODD, ids=ascii)
def test_sql_finds_an_odd_partition_by_its_value(place: str) -> None:
    literal = place.replace("'", "''")
    with local.connect(connector()) as db, db.sql(f"SELECT place FROM odd_places WHERE place = '{literal}'") as answer:
        assert answer.rows() == [(place,)]


def test_sql_finds_the_partition_that_is_null_beside_others() -> None:
    with (
        local.connect(connector()) as db,
        db.sql("SELECT place FROM no_place WHERE place IS NULL OR place = 'a'") as answer,
    ):
        assert sorted(map(repr, answer.rows())) == ["('a',)", "(None,)"]
