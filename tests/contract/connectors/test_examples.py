"""Each example passes the suite, answers when it is run, and is as short as it is said to be."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from examples import ecb, functions, github, static
from tests.contract.connectors.sources import TOKEN, sources

from athena_federation import Connector, FederationError, SourceError, Unauthorized, local
from athena_federation.testing import Call, contract

EXAMPLES = sorted(path for path in Path(ecb.__file__).parent.glob("*.py") if path.name != "__init__.py")
DAYS = replace(ecb.days, since=date(2020, 1, 1))
EASTER = Connector(name="ecb", tables=[replace(ecb.rates, partition=DAYS)], today=lambda: date(2024, 4, 4))


@pytest.fixture(scope="module", autouse=True)
def environment() -> Iterator[dict[str, str]]:
    """The examples ask sources on this machine."""
    with sources() as settings, pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(name, value)
        yield settings


TestStatic = contract(static.connector)
TestEcb = contract(EASTER)
TestGithub = contract(github.connector, secrets=[TOKEN], sample=2)
TestFunctions = contract(
    functions.connector,
    functions={"initials": Call([pa.array(["Ada King", "x", "", None])], pa.array(["AK", "x", "", None]))},
)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_an_example_answers_when_it_is_run(example: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", str(example)], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert {"static.py": "3079", "ecb.py": "0.9727", "github.py": "example/näive", "functions.py": "GBH"}[
        example.name
    ] in done.stdout


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_an_example_fits_on_a_screen(example: Path) -> None:
    assert len(example.read_text(encoding="utf-8").splitlines()) < 60


def rows(connector: Connector, sql: str) -> list[tuple[object, ...]]:
    with local.connect(connector) as db, db.sql(sql) as answer:
        return answer.rows()


def test_pages_are_read_to_the_last_one() -> None:
    found = rows(github.connector, "SELECT repository, count(*), max(number) FROM issues GROUP BY 1 ORDER BY 1")
    assert found == [("example/busy", 205, 205), ("example/full", 100, 100), ("example/näive", 1, 1)]


def test_days_without_a_rate_are_days_without_rows() -> None:
    found = rows(EASTER, "SELECT DISTINCT day FROM rates WHERE day >= DATE '2024-03-28' ORDER BY day")
    assert [day for (day,) in found] == [date(2024, 3, 28), date(2024, 4, 2), date(2024, 4, 3)]


@pytest.mark.parametrize(
    ("variable", "value", "connector", "sql", "expected"),
    [
        ("GITHUB_TOKEN", "ghp_expired", github.connector, "SELECT * FROM issues", Unauthorized),
        ("ECB_URL", "http://127.0.0.1:1", EASTER, "SELECT * FROM rates", SourceError),
    ],
)
def test_a_source_that_refuses_is_an_error_and_no_empty_answer(
    variable: str,
    value: str,
    connector: Connector,
    sql: str,
    expected: type[FederationError],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(expected) as caught:
        rows(connector, sql)
    assert value.removeprefix("ghp_") not in str(caught.value)
