"""Our rules in CloudFormation Guard's language, asked of the templates through its Python binding."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cfn_guard_rs.api import run_checks

RULES = Path(__file__).parent / "rules" / "house.guard"


def broken(template: dict[str, Any]) -> list[str]:
    """The names of the rules that a template does not keep to."""
    try:
        report = run_checks(template, RULES.read_text(encoding="utf-8"))
    except ValueError:  # some findings are more than the binding can tell
        return ["a rule that cannot be named"]
    return sorted({clause.Rule.name for clause in report.not_compliant if clause.Rule})
