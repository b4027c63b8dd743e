"""Documentation tests: the reference pages are what the source says, and the tree of errors is true."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest
from tests.house.generate import PAGES, walk
from tests.house.source import ROOT, SOURCE, field_docs

from athena_federation import errors
from slackanalytics.settings import Settings


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_reference_page_is_what_its_source_says(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == PAGES[path](), "run: make docs"


def test_each_setting_is_explained() -> None:
    docs = field_docs(SOURCE / "slackanalytics" / "settings.py", "Settings")
    assert [name for name in Settings.__dataclass_fields__ if not docs.get(name)] == []


def test_each_setting_of_a_lambda_function_is_explained() -> None:
    source = (SOURCE / "athena_federation" / "aws.py").read_text(encoding="utf-8")
    page = (ROOT / "docs" / "how-to" / "run-in-lambda.md").read_text(encoding="utf-8")
    names = set(re.findall(r'environment(?:\.get\(|\[)"(\w+)"', source))
    assert names
    # the lower-case spelling of a name is a courtesy to older templates
    assert {name for name in names if name not in page and name.upper() not in page} == set()


def test_each_error_is_explained_and_has_the_one_root() -> None:
    raised = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if kind.__module__ == errors.__name__]
    assert {kind for kind in raised if not issubclass(kind, errors.FederationError)} == set()
    assert [kind.__name__ for kind in raised if not kind.__doc__] == []


def test_the_tree_of_errors_is_true() -> None:
    drawn = re.findall(r"[A-Z][A-Za-z]+", "\n".join(tree_lines(inspect.getdoc(errors) or "")))
    named = [name for name in drawn if hasattr(errors, name)]
    assert sorted(named) == sorted(kind.__name__ for _, kind in walk(errors.FederationError))
    assert parents_drawn(inspect.getdoc(errors) or "") == {
        kind.__name__: kind.__base__.__name__  # type: ignore[union-attr]
        for depth, kind in walk(errors.FederationError)
        if depth
    }


def tree_lines(docstring: str) -> list[str]:
    return [line[4:] for line in docstring.splitlines() if line.startswith("    ")]


def parents_drawn(docstring: str) -> dict[str, str]:
    """Child -> parent: by indentation, and on one line after two spaces, as in `ProtocolError   LocalProtocolError (…)`."""
    found: dict[str, str] = {}
    above: dict[int, str] = {}
    for line in tree_lines(docstring):
        mark = re.match(r"[│├└─ ]*", line)
        depth = mark.end() // 4 if mark else 0
        siblings, *beside = (known(part) for part in re.split(r" {2,}", line.lstrip("│├└─ ")))
        if depth:
            found |= dict.fromkeys(siblings, above[depth - 1])
        found |= dict.fromkeys([name for names in beside for name in names], siblings[0])
        above[depth] = siblings[0]
    return found


def known(text: str) -> list[str]:
    """The names of errors in a text."""
    return [name for name in re.findall(r"[A-Z][A-Za-z]+", text) if hasattr(errors, name)]
