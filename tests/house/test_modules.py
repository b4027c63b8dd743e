"""How the source is laid out: short modules, names that say something, public names that exist."""

from __future__ import annotations

import ast

import pytest
from tests.house.source import Module, modules

LONGEST = 450
"""Lines. A module that grows past it is asking to be two."""
EMPTY_NAMES = frozenset(
    {"base", "common", "core", "helper", "helpers", "lib", "misc", "models", "tools", "types", "util", "utils"}
)
"""Names that tell where something was put, not what it is."""
ALLOWED = {"athena_federation/dialect/types.py": "it is about types: Trino's, and nothing else"}
EMPTY_WORDS = ("get_", "process_", "do_", "handle_", "manage_")
OTHERS_NAMES = frozenset(
    {
        *("do_GET", "do_POST", "get_request", "handle_error", "process_request"),
        "get_remaining_time_in_millis",
        *("get_object", "get_query_execution"),
    }
)
"""What `http.server` and `socketserver` call, what Lambda's context has, and what doubles of AWS clients must be called."""
EMPTY_SUFFIXES = ("Manager", "Helper", "Impl", "Base")


def definitions(module: Module) -> list[str]:
    """The names of all functions and classes of a module."""
    tree = ast.parse(module.path.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return [node.name for node in ast.walk(tree) if isinstance(node, kinds)]


def says_nothing(name: str) -> bool:
    """Whether a name of a function or class holds a word without meaning."""
    return name.lstrip("_").startswith(EMPTY_WORDS) or name.startswith("Abstract") or name.endswith(EMPTY_SUFFIXES)


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.name)
def test_a_module_fits_in_a_head(module: Module) -> None:
    assert module.lines <= LONGEST


def test_no_module_has_a_name_that_fits_everything() -> None:
    named = [m.name for m in modules() if m.path.stem in EMPTY_NAMES and m.name not in ALLOWED]
    assert named == []


def test_each_allowed_name_is_still_needed() -> None:
    assert set(ALLOWED) <= {module.name for module in modules()}


def test_no_function_or_class_is_named_with_an_empty_word() -> None:
    found = [f"{module.name}: {name}" for module in modules() for name in definitions(module) if says_nothing(name)]
    assert [text for text in found if text.rpartition(" ")[2] not in OTHERS_NAMES] == []


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.name)
def test_a_module_begins_by_saying_what_it_is_about(module: Module) -> None:
    text = module.path.read_text(encoding="utf-8")
    assert not text.strip() or ast.get_docstring(ast.parse(text))


def test_public_names_exist_and_are_listed_once() -> None:
    import athena_federation
    import slackanalytics
    import slackanalytics.simulator

    for package in (athena_federation, slackanalytics, slackanalytics.simulator):
        names = list(package.__all__)
        assert len(names) == len(set(names)), package.__name__
        assert [name for name in names if not hasattr(package, name)] == [], package.__name__
