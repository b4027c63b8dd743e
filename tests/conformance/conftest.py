"""The Java SDK as a counterpart; without Java and Maven these tests are skipped."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.counterpart import Counterpart, missing_tools


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "conformance: needs Java 17 and Maven, and Maven's cache or its repository")


@pytest.fixture(scope="session")
def java() -> Iterator[Counterpart]:
    if missing := missing_tools():
        pytest.skip(f"the Java SDK cannot be built without {', '.join(missing)}")
    with Counterpart() as counterpart:
        yield counterpart
