"""The reference pages that are made from the source: `python -m tests.house.generate` writes them.

`test_reference.py` fails when a page differs from what its source says now.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tests.house.source import ROOT, SOURCE, field_docs

HEAD = "<!-- Made by `python -m tests.house.generate`; edit the source it names instead. -->"


def settings_page() -> str:
    """Every field of Settings: variable, what holds when it is not set, meaning."""
    from slackanalytics.settings import Settings

    docs = field_docs(SOURCE / "slackanalytics" / "settings.py", "Settings")
    rows = [
        (f"`{item.metadata['variable']}`", default_text(item.default), docs[item.name])
        for item in dataclasses.fields(Settings)
    ]
    return page(
        "Settings",
        "Source: `src/slackanalytics/settings.py`. Settings are environment variables, read once; an empty one counts as"
        " unset. A value that cannot be right is a `ConfigurationError` that names the variable and never repeats a secret.",
        table(("variable", "when unset", "meaning"), rows),
    )


def default_text(value: object) -> str:
    return "" if value is None else f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def errors_page() -> str:
    """Every class of the error tree, with its own sentence."""
    from athena_federation import errors

    tree = inspect.getdoc(errors) or ""
    parts = [f"```text\n{tree_of(tree)}\n```", tree.rsplit("\n\n", 1)[-1].replace("\n", " ")]
    for depth, kind in walk(errors.FederationError):
        parts.append(f"{'#' * min(depth + 2, 4)} {kind.__name__}\n\n{one_line(kind)}")
        extra = attributes(kind)
        if extra:
            parts[-1] += "\n\n" + "\n".join(f"* `{name}`: {text}" for name, text in extra)
    return page("Errors", "Source: `src/athena_federation/errors.py`.", "\n\n".join(parts))


def tree_of(docstring: str) -> str:
    """The drawn tree within a docstring."""
    return "\n".join(inspect.cleandoc("\n" + "\n".join(drawn_lines(docstring))).splitlines())


def drawn_lines(docstring: str) -> Iterator[str]:
    for line in docstring.splitlines():
        if line.startswith("    "):
            yield line


def walk(kind: type, depth: int = 0) -> Iterator[tuple[int, type]]:
    """A class and everything below it, in the order of the source."""
    yield depth, kind
    for child in kind.__subclasses__():
        if child.__module__ == kind.__module__:
            yield from walk(child, depth + 1)


def attributes(kind: type) -> list[tuple[str, str]]:
    """What an error carries besides its message: assignments in `__init__` with a string under each."""
    import ast
    import textwrap

    from tests.house.source import text_of

    if "__init__" not in vars(kind):
        return []
    (function,) = ast.parse(textwrap.dedent(inspect.getsource(vars(kind)["__init__"]))).body
    assert isinstance(function, ast.FunctionDef)
    found = []
    for node, after in zip(function.body, function.body[1:], strict=False):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute) and text_of(after):
            found.append((node.targets[0].attr, text_of(after)))
    return found


def tables_page() -> str:
    """Every table of the connector, and every column with its type and meaning."""
    import duckdb  # noqa: F401 - the page is made where the local engine is installed

    from athena_federation.dialect.types import from_arrow

    parts = []
    for found in declared_tables():
        rows = [(f"`{column.name}`", str(from_arrow(column.type)), column.doc) for column in found.columns]
        parts.append(f"## {found.name}\n\n{found.doc}\n\n{table(('column', 'type', 'meaning'), rows)}")
    lead = (
        "Source: `src/slackanalytics/connector.py` and `src/slackanalytics/fields.py`. In SQL:"
        " `slackanalytics_catalog.slackanalytics.TABLE`, of which catalog and schema may be left out. Types are Athena's."
    )
    return page("Tables", lead, "\n\n".join(parts))


def cli_page() -> str:
    """Each verb's help, as the command prints it."""
    import click

    from slackanalytics.cli import main

    parts = []
    for words, command in verbs(("slackanalytics",), main):
        with click.Context(command, info_name=" ".join(words), terminal_width=100, max_content_width=100) as context:
            parts.append(f"## {' '.join(words)}\n\n```text\n{command.get_help(context)}\n```")
    return page("Command line", "Source: `src/slackanalytics/cli.py`. stdout is data; everything else goes to stderr.", "\n\n".join(parts))


def page(title: str, lead: str, body: str) -> str:
    return f"{HEAD}\n\n# {title}\n\n{lead}\n\n{body.strip()}\n"


def table(names: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def one_line(thing: object) -> str:
    return " ".join((inspect.getdoc(thing) or "").split())


PAGES: dict[Path, Callable[[], str]] = {
    ROOT / "docs" / "reference" / "settings.md": settings_page,
    ROOT / "docs" / "reference" / "errors.md": errors_page,
}


def main() -> None:
    """Write every generated page."""
    for path, made in PAGES.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made(), encoding="utf-8")


if __name__ == "__main__":
    main()
