"""What holds of the templates: each check gives the sentences that say what does not.

They are asked of the templates' texts, so that a test can ask them of copies with a mistake in them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from cfnlint import api  # type: ignore[import-untyped]
from tests.cloud import guard_rules, template_access, template_functions, template_statements, template_wiring
from tests.cloud.quicksight_yaml import loaded
from tests.cloud.template_policies import UnknownOperator
from tests.cloud.template_resolver import Dangling, Stack, parsed
from tests.cloud.template_scenarios import SCENARIOS, stacks

Texts = Mapping[str, str]
ACCEPTED = {"W3002"}
"""A stack within is named by its file; `deploy up` puts the URL there: slackanalytics.cloud.deployment.linked."""


def parameters(texts: Texts) -> list[str]:
    """Each is described, bounded, and shown in one group where the template has groups."""
    found = []
    for name, text in texts.items():
        template = parsed(text)
        declared = template.get("Parameters", {})
        for key, about in declared.items():
            if len(about.get("Description", "")) < 10:
                found.append(f"{name}: parameter {key} is not described")
            bounds = {"AllowedPattern", "AllowedValues", "MinLength"} | (
                {"MinValue"} if about["Type"] == "Number" else set()
            )
            if not bounds & set(about) and about["Type"] in {"String", "Number"}:
                found.append(f"{name}: parameter {key} takes anything")
        shown = template.get("Metadata", {}).get("AWS::CloudFormation::Interface", {}).get("ParameterGroups", [])
        listed = [key for group in shown for key in group["Parameters"]]
        if shown and sorted(listed) != sorted(declared):
            found.append(
                f"{name}: groups of parameters differ in {sorted(set(listed) ^ set(declared)) or 'repetitions'}"
            )
    return found


def guard(texts: Texts) -> list[str]:
    """Our rules in Guard's language."""
    return [f"{name}: {rule}" for name, text in texts.items() for rule in _broken(text)]


@lru_cache(maxsize=256)
def _broken(text: str) -> tuple[str, ...]:
    return tuple(guard_rules.broken(loaded(text)))


def lint(texts: Texts) -> list[str]:
    """cfn-lint, warnings too."""
    return [f"{name}: {problem}" for name, text in texts.items() for problem in _lint(text)]


@lru_cache(maxsize=256)
def _lint(text: str) -> tuple[str, ...]:
    return tuple(f"{each.rule.id} {each.message}" for each in api.lint(text) if each.rule.id not in ACCEPTED)


PER_DEPLOYMENT: tuple[Callable[[list[Stack]], list[str]], ...] = (
    template_wiring.problems,
    template_functions.problems,
    template_statements.problems,
)


def deployments(texts: Texts) -> list[str]:
    """Whether every name leads somewhere, and to the right thing, in each of the deployments."""
    found: list[str] = []
    for scenario in SCENARIOS:
        try:
            made = stacks(scenario, texts)
            problems = [problem for check in PER_DEPLOYMENT for problem in check(made)]
        except (Dangling, UnknownOperator, KeyError, ValueError, TypeError, AttributeError, IndexError) as error:
            problems = [f"{type(error).__name__}: {error}"]
        found += [f"{scenario}: {problem}" for problem in problems]
    return found


def access(texts: Texts) -> list[str]:
    """Who may do what where everything is deployed, and where keys are given."""
    try:
        return [
            *template_access.problems(stacks("with-everything", texts), template_access.EXACTLY),
            *template_access.problems(stacks("with-what-is-there", texts), template_access.WITH_GIVEN_KEYS),
        ]
    except (Dangling, UnknownOperator, KeyError, ValueError, TypeError, AttributeError) as error:
        return [f"{type(error).__name__}: {error}"]


CHEAP_FIRST: tuple[Callable[[Texts], list[str]], ...] = (guard, parameters, deployments, access, lint)


def problems(texts: Texts) -> list[str]:
    """Everything that is wrong."""
    return [problem for check in CHEAP_FIRST for problem in check(texts)]
