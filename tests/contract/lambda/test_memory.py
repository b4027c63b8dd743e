"""A large split is streamed: what the handler holds does not grow with the number of rows."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

LOAD = Path(__file__).with_name("load.py")
GROWTH = 40
"""Megabytes that two runs may differ by; the rows that one has and the other has not are more than 100."""


def load(rows: int, folder: Path, *options: str) -> dict[str, float]:
    command = [sys.executable, str(LOAD), str(rows), str(folder), *options]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def test_a_split_of_half_a_million_rows_is_read_filtered_and_spilled_within_512_megabytes(tmp_path: Path) -> None:
    found = load(500_000, tmp_path)
    assert found["peak"] < 512
    assert found["blocks"] == len(list(tmp_path.iterdir())) > 3


@pytest.mark.parametrize("options", [(), ("all",)])
def test_memory_does_not_grow_with_the_rows_unless_they_are_all_held(tmp_path: Path, options: tuple[str, ...]) -> None:
    few = 300_000 if options else 600_000  # from there on as many blocks are under way as ever
    small, large = load(few, tmp_path, *options), load(1_200_000, tmp_path, *options)
    assert (large["peak"] - small["peak"] > GROWTH) == (options == ("all",))
