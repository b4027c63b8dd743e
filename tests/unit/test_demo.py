"""The demo and the simulator as verbs."""

from __future__ import annotations

from datetime import date

import pytest

from athena_federation.errors import ConfigurationError
from slackanalytics import cli, demo
from slackanalytics.simulator import Simulator


def test_the_demo_prints_the_question_the_answer_and_what_it_cost(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACKANALYTICS_TODAY", "2026-11-23")
    demo.run(cli.POST_SQL, serve=False)
    out, err = capfd.readouterr()
    departments = [line.split(" │ ") for line in out.splitlines()[2:]]
    assert departments[-1][0].strip() == "Marketing"
    percent = [int(line[3]) for line in departments]
    assert percent == sorted(percent, reverse=True)
    assert percent[-1] < percent[-2] - 15
    assert cli.POST_SQL.splitlines()[0] in err
    assert "22 calls to Slack" in err
    assert err.endswith("note: 2026-11-22: not published yet: file_not_yet_available\n")


def test_the_question_fits_a_terminal() -> None:
    assert max(map(len, cli.POST_SQL.splitlines())) < 80


def test_a_port_that_is_taken_is_said_or_another_is_found() -> None:
    made = Simulator(members=1, today=date(2026, 11, 23))
    with made.serve() as first:
        with (
            pytest.raises(ConfigurationError, match=f"port {first.port} cannot be used"),
            demo.served(made, first.port),
        ):
            raise AssertionError
        with demo.served(made, first.port, spare=True) as second:
            assert second.port != first.port


@pytest.mark.parametrize(
    ("limit", "fault"), [("many", ""), ("0", ""), ("²", ""), ("off", "2026-11-10"), ("off", "*=nonsense")]
)
def test_what_the_simulator_cannot_be_told_is_a_configuration_error(limit: str, fault: str) -> None:
    with pytest.raises(ConfigurationError, match="--rate-limit" if not fault else "--fault"):
        demo.simulate(port=0, members=1, seed=1, rate_limit=limit, faults=(fault,) if fault else (), hr_output=None)
