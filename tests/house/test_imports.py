"""What a process has loaded once it imported the Lambda path: the import contracts cannot see deferred imports."""

from __future__ import annotations

import subprocess
import sys

import pytest

LAMBDA_PATH = ("athena_federation.handler", "athena_federation.aws", "slackanalytics.connector")
ABSENT = ("duckdb", "sqlglot", "click", "rich", "starlette", "boto3", "botocore")
"""What a Lambda function does not carry, or does not pay for at its start."""

LOADED = "import sys, {module}; print(*sorted(set({absent!r}) & set(sys.modules)))"
WITHOUT = "import sys; sys.modules.update(dict.fromkeys({absent!r})); import {module}; print('imported')"
"""A None in sys.modules makes every import of that name fail."""


def run(program: str) -> str:
    """What a program in a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("module", LAMBDA_PATH)
def test_the_lambda_path_loads_nothing_heavy(module: str) -> None:
    assert run(LOADED.format(module=module, absent=ABSENT)) == ""


@pytest.mark.parametrize("module", LAMBDA_PATH)
def test_the_lambda_path_works_where_numpy_is_not_installed(module: str) -> None:
    # where numpy and pandas are installed, pyarrow loads them by itself
    assert run(WITHOUT.format(module=module, absent=(*ABSENT, "numpy", "pandas"))) == "imported"


def test_a_heavy_import_would_be_seen() -> None:
    assert run(LOADED.format(module="duckdb", absent=ABSENT)) == "duckdb"


@pytest.mark.parametrize("package", ["athena_federation", "slackanalytics"])
def test_importing_a_package_costs_no_query_engine(package: str) -> None:
    assert run(LOADED.format(module=package, absent=ABSENT)) == ""
