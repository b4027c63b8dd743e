"""The tutorial's code is the example, prints what it says, passes its own tests, and answers as a Lambda function."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.contract.connectors.sources import sources
from tests.docs.blocks import same

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "tutorial" / "your-own-connector.md").read_text(encoding="utf-8")
PART = re.compile(
    r"^(?:In|Put this into) `(?P<file>\w+\.py)`[^\n]*:\n\n```py\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)


def files() -> dict[str, str]:
    """The files that a reader of the page ends up with."""
    found: dict[str, str] = {}
    for part in PART.finditer(PAGE):
        found[part["file"]] = found.get(part["file"], "") + part["text"] + "\n\n"
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("connector")
    for name, text in files().items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    with sources() as settings:
        yield settings


def run(folder: Path, environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    return done.stdout


def test_every_block_belongs_to_a_file() -> None:
    assert PAGE.count("```py\n") == len(PART.findall(PAGE))


def test_the_code_is_the_example_line_by_line() -> None:
    example = (ROOT / "examples" / "ecb.py").read_text(encoding="utf-8")
    assert [line for line in files()["ecb.py"].splitlines() if line] == [line for line in example.splitlines() if line]


def test_it_prints_what_the_page_says(folder: Path, environment: dict[str, str]) -> None:
    (said,) = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    assert same(said, run(folder, environment, "ecb.py"))


def test_its_tests_pass(folder: Path) -> None:
    printed = run(folder, {}, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_ecb.py")
    assert re.search(r"^69 passed", printed, re.MULTILINE)


def test_its_tests_fail_where_a_row_is_filed_wrongly(folder: Path, tmp_path: Path) -> None:
    for name, text in files().items():
        broken = text.replace('return {"day": day,', 'return {"day": date(2024, 3, 1),')
        (tmp_path / name).write_text(broken, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_ecb.py", "-k", "belong"],
        cwd=tmp_path, env={}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "the partition day=2024-04-" in done.stdout


def test_it_answers_as_a_lambda_function(folder: Path, environment: dict[str, str]) -> None:
    ping = "{'@type': 'PingRequest', 'identity': None, 'catalogName': 'ecb', 'queryId': '1'}"
    program = f"import lambda_function; print(lambda_function.handler({ping}, None)['sourceType'])"
    assert run(folder, environment, "-c", program) == "ecb\n"
