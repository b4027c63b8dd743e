"""Whether an Athena query still runs, and what is done about errors of the look-up."""

from __future__ import annotations

import threading
from itertools import islice

import pytest
from tests.unit.services import ApiError, Doubles, Service

from athena_federation.errors import ConnectorError
from athena_federation.services import PAUSES, QueryState, athena_state, without_end


def followed(*answers: str | Exception | None) -> tuple[QueryState, list[float]]:
    """A query whose state was looked up until there was no further answer; and the pauses before each look."""
    waiting, paused = list(answers), []

    def look_up(query_id: str) -> str | None:
        assert query_id == "q-1"
        answer = waiting.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def wait(closed: threading.Event, pause: float) -> bool:
        paused.append(pause)
        return not waiting

    query = QueryState("q-1", look_up, wait=wait)
    query.require_running()
    assert query.thread is not None
    query.thread.join(5)
    return query, paused


@pytest.mark.parametrize("state", ["CANCELLED", "FAILED", "SUCCEEDED"])
def test_a_query_that_has_ended_ends_the_reading(state: str) -> None:
    query, paused = followed("RUNNING", "QUEUED", state, "RUNNING")
    with pytest.raises(ConnectorError, match=f"query q-1 is {state}"):
        query.require_running()
    assert paused == [1, 1, 2]


@pytest.mark.parametrize("trouble", [ApiError("ThrottlingException"), ApiError("AccessDeniedException"), OSError()])
def test_errors_of_the_look_up_change_nothing_and_it_goes_on(trouble: Exception) -> None:
    query, paused = followed(trouble, "RUNNING")
    query.require_running()
    assert paused == [1, 1, 2]


def test_a_query_that_athena_does_not_know_is_looked_up_once() -> None:
    query, paused = followed(None, "CANCELLED")
    query.require_running()
    assert paused == [1]


def test_the_last_pause_repeats() -> None:
    assert list(islice(without_end(PAUSES), 12)) == [1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 55, 55]


def test_nothing_is_looked_up_before_somebody_asks_nor_after_the_end() -> None:
    looked: list[str] = []
    with QueryState("q-1", looked.append, pauses=(0.0,)) as query:
        assert query.thread is None
    query.require_running()
    assert query.thread is not None
    query.thread.join(5)
    assert looked == []


def test_athena_is_asked_for_the_state_of_an_execution() -> None:
    found = {"QueryExecution": {"Status": {"State": "RUNNING"}}}
    athena = Service(
        {"get_query_execution": [found, ApiError("InvalidRequestException"), ApiError("ThrottlingException")]}
    )
    look_up = athena_state(Doubles(athena=athena))
    assert look_up("q-1") == "RUNNING"
    assert look_up("q-1") is None
    with pytest.raises(ApiError):
        look_up("q-1")
    assert athena.calls[0] == ("get_query_execution", {"QueryExecutionId": "q-1"})
