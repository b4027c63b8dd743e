"""`python -m tests.cloud.template_expected`: the reviewed form of what the templates make, written anew.

Any change of what would be deployed, or of who may do what, shows in the diff of these files, and fails until it is
looked at and written. Texts for readers and the QuickSight assets are left out: the latter have checks of their own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.cloud import template_access
from tests.cloud.template_resolver import Stack
from tests.cloud.template_scenarios import SCENARIOS, stacks

from slackanalytics.cloud import shipped

FOLDER = Path(__file__).parent / "expected" / "templates"
FOR_READERS = frozenset({"Description", "AlarmDescription"})
UNLIMITED = frozenset({"administrator", "repair role"})
"""Who may do nearly everything: of these the file says what they may not."""


def canonical(found: list[Stack]) -> dict[str, Any]:
    """What would be made: stack and resource -> type, properties, what becomes of it; and what each stack tells."""
    made: dict[str, Any] = {}
    for stack in found:
        for resource in stack.everything():
            if resource.kind.startswith("AWS::QuickSight::"):
                continue
            about = {
                key: resource.raw[key]
                for key in ("DeletionPolicy", "UpdateReplacePolicy", "DependsOn")
                if key in resource.raw
            }
            made[f"{resource.stack}.{resource.logical}"] = {
                "Type": resource.kind,
                **about,
                **without_prose(resource.properties),
            }
        for each in (stack, *stack.inner.values()):
            made[f"{each.name} tells"] = each.outputs
    return made


def without_prose(tree: Any) -> Any:
    match tree:
        case dict():
            return {key: without_prose(value) for key, value in tree.items() if key not in FOR_READERS}
        case list():
            return [without_prose(value) for value in tree]
    return tree


def access(found: list[Stack]) -> dict[str, Any]:
    """Who may do what."""
    answers = template_access.matrix(found)
    everything = set(template_access.asked(found))
    denied = {
        f"{name} may not": sorted(everything - set(lines)) for name, lines in answers.items() if name in UNLIMITED
    }
    return {**{name: lines for name, lines in answers.items() if name not in UNLIMITED}, **denied}


def forms(texts: Mapping[str, str]) -> dict[str, Any]:
    """File -> its content, as it is now. Raises Dangling."""
    content: dict[str, Any] = {}
    for scenario in SCENARIOS:
        found = stacks(scenario, texts)
        content[f"{scenario}.json"] = canonical(found)
        if scenario != "without-memory":
            content[f"{scenario}-access.json"] = access(found)
    return content


def laid_out(content: Any) -> str:
    return json.dumps(content, indent=1, sort_keys=True) + "\n"


def differences(texts: Mapping[str, str]) -> list[str]:
    """Where what is now is not what was reviewed."""
    found = []
    for name, content in forms(texts).items():
        path = FOLDER / name
        reviewed = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        now = json.loads(laid_out(content))
        found += [f"{name}: {key}" for key in sorted(set(reviewed) | set(now)) if reviewed.get(key) != now.get(key)]
    return found


def shipped_texts() -> dict[str, str]:
    """The templates as they are shipped."""
    return {name: shipped.text(name) for name in shipped.names()}


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in forms(shipped_texts()).items():
        (FOLDER / name).write_text(laid_out(content), encoding="utf-8")
