"""What policies allow: identity and resource policies, conditions, wildcards; an explicit Deny goes before everything.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Statement = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody wants to do something to something."""

    principal: str
    """The ARN of a role, or the name of a service."""
    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)


def matches(pattern: str, text: str, *, fold: bool = False) -> bool:
    """`*` and `?`."""
    form = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(form, text, re.IGNORECASE | re.DOTALL if fold else re.DOTALL) is not None


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def speaks(statement: Statement, request: Request) -> bool:
    """Whether a statement is about an action, a resource and a context."""
    about = any(matches(each, request.action, fold=True) for each in listed(statement["Action"]))
    there = any(matches(each, request.resource) for each in listed(statement.get("Resource", "*")))
    return about and there and all(holds(*each, request) for each in conditions(statement))


def conditions(statement: Statement) -> Iterable[tuple[str, str, list[str]]]:
    for operator, keys in statement.get("Condition", {}).items():
        for key, values in keys.items():
            yield operator, key, [str(each) for each in listed(values)]


def holds(operator: str, key: str, values: list[str], request: Request) -> bool:
    """One condition. Raises KeyError for an operator that is not known here."""
    context = {"aws:PrincipalArn": request.principal, "aws:SecureTransport": "true", **request.context}
    known = {name.lower(): value for name, value in context.items()}
    given = known.get(key.lower())
    base = operator.removesuffix("IfExists")
    if given is None:
        return operator.endswith("IfExists") or base in {
            "ArnNotEquals",
            "StringNotEquals",
            "ArnNotLike",
            "StringNotLike",
        }
    tests = {
        "StringEquals": given in values,
        "StringNotEquals": given not in values,
        "StringLike": any(matches(each, given) for each in values),
        "ArnEquals": any(matches(each, given) for each in values),
        "ArnLike": any(matches(each, given) for each in values),
        "ArnNotEquals": not any(matches(each, given) for each in values),
        "ArnNotLike": not any(matches(each, given) for each in values),
        "Bool": given.lower() in [each.lower() for each in values],
    }
    return tests[base]


def named(statement: Statement, request: Request, account: str) -> bool:
    """Whether a resource's statement speaks to the principal."""
    principal = statement.get("Principal")
    if principal == "*":
        return True
    for kind, names in (principal or {}).items():
        for name in listed(names):
            if name in ("*", request.principal):
                return True
            if kind == "AWS" and name.endswith(":root") and f":{account}:" in request.principal:
                return True  # the account: its own policies decide, too
    return False


@dataclass(frozen=True, slots=True)
class Policies:
    """Everything that has a word in a request."""

    identity: Mapping[str, list[Statement]]
    """Principal -> its statements."""
    resource: list[tuple[str, list[Statement]]]
    """Pattern of the resources -> the statements that rest with them."""
    account: str = "111122223333"

    def allows(self, request: Request) -> bool:
        """Within one account an identity or a resource may allow; for KMS the key's own policy must."""
        own = self.identity.get(request.principal, [])
        resting = [
            each
            for pattern, statements in self.resource
            if matches(pattern, request.resource)
            for each in statements
            if named(each, request, self.account)
        ]
        about = [each for each in resting if speaks({**each, "Resource": "*"}, request)]
        if any(each["Effect"] == "Deny" for each in about):
            return False
        if any(each["Effect"] == "Deny" and speaks(each, request) for each in own):
            return False
        by_identity = any(each["Effect"] == "Allow" and speaks(each, request) for each in own)
        allowing = [each for each in about if each["Effect"] == "Allow"]
        directly = any(not self.delegates(each) for each in allowing)
        if request.action.startswith("kms:"):
            return directly or (bool(allowing) and by_identity)
        return by_identity or directly

    def delegates(self, statement: Statement) -> bool:
        """Whether it leaves the decision to the account's own policies."""
        principal = statement.get("Principal")
        return (
            isinstance(principal, Mapping)
            and all(str(name).endswith(":root") for name in listed(principal.get("AWS", [])))
            and "AWS" in principal
        )
