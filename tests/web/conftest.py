"""What tests of several modules are given."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient
from tests.web.stand import Stand


@pytest.fixture(scope="module")
def stand() -> Stand:
    return Stand()


@pytest.fixture
def admin(stand: Stand) -> TestClient:
    return stand.desk.admin()
