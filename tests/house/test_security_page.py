"""The table of security requirements: complete, and each test that it names exists."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest
from tests.house.source import ROOT

PAGE = ROOT / "docs" / "reference" / "security.md"
SECTIONS = {
    "V1": {1: 2, 2: 9, 3: 11, 4: 3, 5: 2},
    "V3": {2: 2, 3: 4, 4: 6, 5: 5, 7: 2},
    "V5": {1: 1, 2: 3, 3: 2, 4: 3},
    "V7": {1: 3, 2: 4, 3: 2, 4: 5, 5: 2, 6: 2},
    "V10": {1: 2, 2: 2, 3: 4, 4: 11, 5: 5, 6: 2, 7: 3},
    "V12": {1: 3, 2: 2, 3: 4},
    "V13": {1: 1, 2: 5, 3: 2, 4: 5},
    "V14": {1: 2, 2: 4, 3: 3},
    "V15": {1: 3, 2: 3, 3: 7},
    "V16": {1: 1, 2: 5, 3: 4, 4: 3, 5: 3},
}
"""How many requirements of levels 1 and 2 each section has, which come first in it: ASVS 5.0.0."""
ROW = re.compile(r"^\| (V\d+\.\d+\.\d+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def rows() -> dict[str, str]:
    found = [(number, how) for number, _, how in ROW.findall(PAGE.read_text(encoding="utf-8"))]
    assert len(found) == len(dict(found))
    return dict(found)


@cache
def functions(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_every_requirement_of_levels_1_and_2_is_there() -> None:
    wanted = [
        f"{c}.{s}.{n + 1}" for c, sections in SECTIONS.items() for s, count in sections.items() for n in range(count)
    ]
    assert list(rows()) == wanted


@pytest.mark.parametrize(("number", "how"), rows().items())
def test_each_requirement_is_met_by_tests_that_exist_or_by_a_reason(number: str, how: str) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", how)
    for path, name in named:
        assert name in functions(path), f"{number}: {path} has no {name}"
    assert named or re.match(r"(Not applicable|By rule): .{10,}", how), number


def test_a_test_that_does_not_exist_would_be_noticed() -> None:
    with pytest.raises(AssertionError, match="has no test_nothing"):
        test_each_requirement_is_met_by_tests_that_exist_or_by_a_reason("V0", "`tests/house/source.py::test_nothing`")
