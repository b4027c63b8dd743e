"""The reference pages that are made from the source: `python -m tests.house.generate` writes them.

`test_reference.py` fails when a page differs from what its source says now.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
import sys
import textwrap
import tomllib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import click
from tests.house import measures_reference, sql_reference
from tests.house.source import ROOT, SOURCE, field_docs, modules, text_of

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
    return "" if value in (None, ()) else f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


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
    parts += ["## What Slack's codes become", SLACK_LEAD, slack_codes()]
    lead = "Source: `src/athena_federation/errors.py` and `src/slackanalytics/answers.py`."
    return page("Errors", lead, "\n\n".join(parts))


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
    child: type
    for child in kind.__subclasses__():
        if child.__module__ == kind.__module__:
            yield from walk(child, depth + 1)


def attributes(kind: type) -> list[tuple[str, str]]:
    """What an error carries besides its message: assignments in `__init__` with a string under each."""
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
    from athena_federation.dialect.types import from_arrow
    from slackanalytics.connector import connector
    from slackanalytics.settings import Settings

    parts = []
    for found in connector(Settings()).tables:
        rows = [(f"`{column.name}`", str(from_arrow(column.type)), column.doc) for column in found.columns]
        parts.append(f"## {found.name}\n\n{found.doc}\n\n{table(('column', 'type', 'meaning'), rows)}")
    lead = (
        "Source: `src/slackanalytics/connector.py` and `src/slackanalytics/fields.py`. In SQL:"
        " `slackanalytics_catalog.slackanalytics.TABLE`, of which catalog and schema may be left out. Types are Athena's."
    )
    return page("Tables", lead, "\n\n".join([DAYS_LEAD, *parts]))


DAYS_LEAD = (
    "**Name the day, by `date` or `activity_date`.** A statement without a condition on it reads the newest 30 published days"
    " of `member_analytics`. In Athena that is also so where the condition is one that Athena cannot turn into a range, as"
    " `substr(date, 1, 7) = '2026-03'` or `month(activity_date) = 3`: `=`, `IN`, `BETWEEN`, comparisons and `LIKE 'prefix%'`"
    " reach the connector, and [nothing else does](../how-to/run-in-lambda.md#write-conditions-on-the-day-that-athena-can-hand-over)."
    " `slackanalytics query` finds the days of any condition."
)


def cli_page() -> str:
    """Each verb's help, as the command prints it."""
    from slackanalytics.cli import slackanalytics

    parts = []
    for context in contexts(slackanalytics, "slackanalytics", None):
        shown = click.unstyle(context.command.get_help(context))
        parts.append(f"## {context.command_path}\n\n```text\n{shown}\n```")
    lead = (
        "Source: `src/slackanalytics/cli.py`. stdout is data; everything else goes to stderr. Exit code 0: answered; 1: could"
        " not, with one line that says what, which day, and what to do; 2: misused."
    )
    return page("Command line", lead, "\n\n".join(parts))


def contexts(command: click.Command, name: str, parent: click.Context | None) -> Iterator[click.Context]:
    """A command and everything below it, as if each had been called."""
    settings = {"terminal_width": 100, **command.context_settings}
    context = click.Context(command, info_name=name, parent=parent, **settings)
    yield context
    if isinstance(command, click.Group):
        for word, below in sorted(command.commands.items()):
            yield from contexts(below, word, context)


def sql_page() -> str:
    """What is answered, and what is refused."""
    lead = "Source: the tables in `src/athena_federation/dialect/`, and the statements in `tests/contract/dialect/golden/`."
    return page("SQL", lead, sql_reference.body())


def measures_page() -> str:
    """Every question about adoption, and how it is counted."""
    return page("Measures", measures_reference.LEAD, measures_reference.body(table))


def page(title: str, lead: str, body: str) -> str:
    return f"{HEAD}\n\n# {title}\n\n{lead}\n\n{body.strip()}\n"


def table(names: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def one_line(thing: object) -> str:
    return " ".join((inspect.getdoc(thing) or "").split())


def slack_codes() -> str:
    """Slack's error codes, from the one table that maps them."""
    from slackanalytics.answers import MEANINGS, Kind, error

    rows = [
        (
            f"`{code}`",
            type(error(code, "")).__name__,
            "yes" if said.kind in (Kind.TRANSIENT, Kind.THROTTLED) else "no",
            said.text,
        )
        for code, said in MEANINGS.items()
    ]
    assert {said.kind for said in MEANINGS.values()} == set(Kind)
    return table(("Slack's code", "becomes", "retried", "what happened, and what to do"), rows)


SLACK_LEAD = (
    "Slack answers HTTP 200 with `ok: false` and one of [its codes]"
    "(https://docs.slack.dev/reference/methods/admin.analytics.getFile). A code that is not in this list is a `SourceError`"
    " that quotes it. `NotPublished` makes a day pending or absent; everything else fails the statement."
)


def architecture_page() -> str:
    """ARCHITECTURE.md, with its two lists made anew."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    return between(between(text, "house", house()), "layers", layers())


def between(text: str, name: str, body: str) -> str:
    """The text with what stands between `<!-- name: … -->` and `<!-- end -->` replaced."""
    before, mark, rest = re.split(rf"(<!-- {name}: [^\n]* -->\n)", text, maxsplit=1)
    after = rest[rest.index("<!-- end -->") :]
    return f"{before}{mark}\n{body}\n\n{after}"


def house() -> str:
    """Each module with the first line of its docstring, as a tree."""
    lines: list[str] = []
    folder = ""
    for module in sorted(modules(), key=lambda m: (m.path.parent.relative_to(SOURCE).as_posix(), m.path.name)):
        parent = module.path.parent.relative_to(SOURCE).as_posix()
        if parent != folder:
            folder = parent
            lines.append(f"src/{parent}/")
        docstring = ast.get_docstring(ast.parse(module.path.read_text(encoding="utf-8"))) or ""
        lines.append(f"    {module.path.name:<20}{first_line(docstring)}".rstrip())
    return "```text\n" + "\n".join(lines) + "\n```"


def first_line(docstring: str) -> str:
    """The first paragraph up to its first sentence, in one line."""
    paragraph = " ".join(docstring.split("\n\n", 1)[0].split())
    return re.split(r"(?<=\.) ", paragraph, maxsplit=1)[0].rstrip(".:")


def layers() -> str:
    """The import contracts of pyproject.toml: layers as lists, the others by their names."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    parts = []
    for contract in contracts:
        if contract["type"] == "layers":
            package = contract["layers"][0].split(".")[0]
            drawn = [layer.replace(f"{package}.", "") for layer in contract["layers"]]
            parts.append(f"```text\n{package}\n" + "\n".join(f"    {line}" for line in drawn) + "\n```")
    rest = [f"* {contract['name']}." for contract in contracts if contract["type"] != "layers"]
    return "\n\n".join([*parts, "Besides:", "\n".join(rest)])


REFERENCE = ROOT / "docs" / "reference"
PAGES: dict[Path, Callable[[], str]] = {
    ROOT / "ARCHITECTURE.md": architecture_page,
    REFERENCE / "settings.md": settings_page,
    REFERENCE / "errors.md": errors_page,
    REFERENCE / "tables.md": tables_page,
    REFERENCE / "cli.md": cli_page,
    REFERENCE / "sql.md": sql_page,
    REFERENCE / "measures.md": measures_page,
}


def main() -> None:
    """Write every generated page; with `--check` write nothing, and fail when one has drifted."""
    drifted = [path for path, made in PAGES.items() if not path.exists() or path.read_text(encoding="utf-8") != made()]
    for path in drifted:
        print(path.relative_to(ROOT))  # noqa: T201
        if "--check" not in sys.argv:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(PAGES[path](), encoding="utf-8")
    if drifted and "--check" in sys.argv:
        sys.exit("these pages are not what their source says: run `make docs`")


if __name__ == "__main__":
    main()
