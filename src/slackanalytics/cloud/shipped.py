"""The CloudFormation templates that come with this project."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from athena_federation.errors import ConfigurationError

WHOLE = "slackanalytics"
"""The template that contains the others."""


def names() -> list[str]:
    """What there is: `connector`, `dashboard`, … and `slackanalytics`, which contains them."""
    folder = files("slackanalytics.cloud") / "templates"
    return sorted(item.name.removesuffix(".yaml") for item in folder.iterdir() if item.name.endswith(".yaml"))


def text(name: str) -> str:
    """A template as it is shipped. Raises ConfigurationError for a name that there is not."""
    if name not in names():
        raise ConfigurationError(f"there is no template {name}; there are {', '.join(names())}")
    return (files("slackanalytics.cloud") / "templates" / f"{name}.yaml").read_text(encoding="utf-8")


def block(template: str, section: str) -> str:
    """The lines of a top-level section, such as Parameters."""
    found = re.search(rf"^{section}:[^\n]*\n(?P<lines>(?:[ #].*\n|\n)*)", template, re.MULTILINE)
    return found["lines"] if found else ""


def entries(template: str, section: str) -> dict[str, str]:
    """Name -> lines of each entry of a section. The shipped templates indent by two spaces throughout."""
    parts = re.split(r"^  ([A-Za-z0-9]+):[^\n]*\n", block(template, section), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def parameters(template: str) -> list[str]:
    """The names of a template's parameters."""
    return list(entries(template, "Parameters"))


def required(template: str) -> list[str]:
    """The parameters that have no default."""
    return [
        name
        for name, lines in entries(template, "Parameters").items()
        if not re.search(r"^    Default:", lines, re.MULTILINE)
    ]


def about(entry: str) -> str:
    """What an entry's Description says, in one line."""
    found = re.search(r"^    Description: (>-\n(?:      .*\n)+|.*\n)", entry, re.MULTILINE)
    return " ".join(found[1].removeprefix(">-").split()).strip('"') if found else ""


def retained(template: str) -> set[str]:
    """The resources that outlive their stack."""
    found = entries(template, "Resources").items()
    return {name for name, lines in found if re.search(r"^    DeletionPolicy: *[\"']?Retain", lines, re.MULTILINE)}


def write(folder: Path, which: Sequence[str]) -> list[Path]:
    """The templates as files in a folder, which is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    written = [folder / f"{name}.yaml" for name in which]
    for path in written:
        path.write_text(text(path.stem), encoding="utf-8")
    return written
