"""The project's own source, as the house tests see it: modules, names, and strings under fields."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"


@dataclass(frozen=True, slots=True)
class Module:
    """One Python file under src."""

    path: Path

    @property
    def name(self) -> str:
        """Its place below src, as in `slackanalytics/settings.py`."""
        return self.path.relative_to(SOURCE).as_posix()

    @property
    def lines(self) -> int:
        return len(self.path.read_text(encoding="utf-8").splitlines())


def modules() -> list[Module]:
    """Every module of both packages."""
    return [Module(path) for path in sorted(SOURCE.rglob("*.py"))]


def field_docs(path: Path, owner: str) -> dict[str, str]:
    """The fields of a class with the string that stands under each; an empty text where there is none."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    (body,) = (node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == owner)
    found: dict[str, str] = {}
    for node, after in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found[node.target.id] = text_of(after)
    return found


def text_of(node: ast.stmt | None) -> str:
    """The text of a statement that is a string, in one line."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return " ".join(node.value.value.split())
    return ""


def pages() -> list[Path]:
    """Every Markdown page of the project."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
