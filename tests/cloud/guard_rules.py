"""Our rules in CloudFormation Guard's language, asked of the templates through its Python binding."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cfn_guard_rs import run_checks

RULES = Path(__file__).parent / "rules" / "house.guard"


def broken(template: dict[str, Any]) -> list[str]:
    """The names of the rules that a template does not keep to."""
    report = run_checks(template, RULES.read_text(encoding="utf-8"))
    return sorted({rule.name for rule in report.not_compliant})
