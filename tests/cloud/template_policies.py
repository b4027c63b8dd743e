"""Who may do what: AWS's evaluation of policies, as far as the templates use them, over a whole deployment.

Identity policies, policies of resources (buckets, secrets, functions) and of keys; explicit denial first; a key's
policy decides alone unless it leaves the matter to the account's policies.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from tests.cloud.template_resolver import ACCOUNT, REGION, Stack, as_many

ROOT = f"arn:aws:iam::{ACCOUNT}:root"
NEGATED = frozenset({"StringNotEquals", "StringNotLike", "ArnNotEquals", "ArnNotLike"})


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who asks: a role with policies of its own, or a service of AWS."""

    name: str
    arn: str = ""
    service: str = ""
    policies: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """One call, with what AWS knows about it."""

    principal: Principal
    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)

    def known(self) -> dict[str, str]:
        about = {"aws:SecureTransport": "true", "aws:SourceAccount": ACCOUNT}
        if self.principal.arn:
            account = self.principal.arn.split(":")[4]
            about |= {
                "aws:PrincipalArn": self.principal.arn,
                "aws:PrincipalAccount": account,
                "kms:CallerAccount": account,
            }
        return {key.lower(): value for key, value in {**about, **self.context}.items()}


class UnknownOperator(Exception):
    """A condition that this evaluation does not know, or that AWS does not."""


@lru_cache(maxsize=100_000)
def matches(pattern: str, text: str, *, fold: bool = False) -> bool:
    """Whether a text fits a pattern with `*` and `?`."""
    shape = "".join(".*" if sign == "*" else "." if sign == "?" else re.escape(sign) for sign in pattern)
    return re.fullmatch(shape, text, re.DOTALL | (re.IGNORECASE if fold else 0)) is not None


def fits(statement: Mapping[str, Any], request: Request) -> bool:
    """Whether a statement speaks of a request, its principal aside."""
    actions, resources = (as_many(statement.get(each, [])) for each in ("Action", "Resource"))
    named = any(matches(each, request.action, fold=True) for each in actions)
    if "NotAction" in statement:
        named = not any(matches(each, request.action, fold=True) for each in as_many(statement["NotAction"]))
    meant = any(matches(each, request.resource) for each in resources)
    if "NotResource" in statement:
        meant = not any(matches(each, request.resource) for each in as_many(statement["NotResource"]))
    return named and meant and holds(statement.get("Condition", {}), request.known())


def holds(conditions: Mapping[str, Any], known: Mapping[str, str]) -> bool:
    """All of them, each for one of its values. Raises UnknownOperator."""
    return all(
        one(operator, known.get(key.lower()), [str(each) for each in as_many(values)])
        for operator, keys in conditions.items()
        for key, values in keys.items()
    )


def one(operator: str, value: str | None, values: Sequence[str]) -> bool:
    base = operator.removesuffix("IfExists")
    if base == "Null":
        return (value is None) == (values[0].lower() == "true")
    if value is None:
        return base != operator or base in NEGATED
    match base:
        case "StringEquals":
            return value in values
        case "StringNotEquals":
            return value not in values
        case "StringLike" | "ArnLike" | "ArnEquals":
            return any(matches(each, value) for each in values)
        case "StringNotLike" | "ArnNotLike" | "ArnNotEquals":
            return not any(matches(each, value) for each in values)
        case "Bool":
            return value.lower() == values[0].lower()
    raise UnknownOperator(operator)


def named(statement: Mapping[str, Any], principal: Principal) -> str:
    """How a statement of a resource's policy names somebody: `self`, through the `account`, or not at all."""
    who = statement.get("Principal", {})
    if who == "*":
        return "self"
    for kind, each in ((kind, each) for kind, listed in who.items() for each in as_many(listed)):
        if kind == "Service" and principal.service and each == principal.service:
            return "self"
        if kind == "AWS" and principal.arn and each in {"*", principal.arn}:
            return "self"
        if kind == "AWS" and each in {ROOT, ACCOUNT} and f":{ACCOUNT}:" in principal.arn:
            return "account"
    return ""


@dataclass(slots=True)
class World:
    """The policies of resources: pattern of ARNs -> policy; and the policies of keys."""

    policies: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    keys: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def allows(self, request: Request) -> bool:
        """Whether AWS would do it."""
        own = {
            each["Effect"]
            for policy in request.principal.policies
            for each in as_many(policy["Statement"])
            if fits(each, request)
        }
        attached = {
            (each["Effect"], named(each, request.principal))
            for pattern, policy in [*self.policies, *self.keys.items()]
            if matches(pattern, request.resource)
            for each in as_many(policy["Statement"])
            if fits(each, request)
        }
        if "Deny" in own or {("Deny", "self"), ("Deny", "account")} & attached:
            return False
        by_own = "Allow" in own
        by_name = ("Allow", "self") in attached
        if request.resource in self.keys:
            return by_name or (("Allow", "account") in attached and by_own)
        if request.principal.arn and f":{ACCOUNT}:" not in request.principal.arn:
            return by_name and by_own
        return by_own or by_name


def world_of(stacks: Iterable[Stack]) -> World:
    """What the policies in some stacks protect."""
    world = World()
    for resource in (resource for stack in stacks for resource in stack.everything()):
        properties = resource.properties
        match resource.kind:
            case "AWS::S3::BucketPolicy":
                arn = f"arn:aws:s3:::{properties['Bucket']}"
                world.policies += [(arn, properties["PolicyDocument"]), (f"{arn}/*", properties["PolicyDocument"])]
            case "AWS::SecretsManager::ResourcePolicy":
                world.policies.append((properties["SecretId"], properties["ResourcePolicy"]))
            case "AWS::KMS::Key":
                world.keys[resource.arn] = properties["KeyPolicy"]
            case "AWS::Lambda::Permission":
                world.policies.append(permission(properties))
    return world


def permission(properties: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """A function's permission as the policy that it is."""
    function = properties["FunctionName"]
    arn = function if function.startswith("arn:") else f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}"
    conditions = {"ArnLike": {"aws:SourceArn": properties["SourceArn"]}} if "SourceArn" in properties else {}
    statement = {
        "Effect": "Allow", "Principal": {"Service": properties["Principal"]}, "Action": properties["Action"],
        "Resource": arn, "Condition": conditions,
    }  # fmt: skip
    return arn, {"Statement": [statement]}


def roles(stacks: Sequence[Stack]) -> list[Principal]:
    """The roles of the templates, with everything that is attached to them, and whoever gets a managed policy alone."""
    everything = [resource for stack in stacks for resource in stack.everything()]
    managed = {each.arn: each for each in everything if each.kind == "AWS::IAM::ManagedPolicy"}
    found = []
    for each in everything:
        if each.kind == "AWS::IAM::Role":
            inline = [policy["PolicyDocument"] for policy in each.properties.get("Policies", [])]
            given = [
                managed[arn].properties["PolicyDocument"]
                for arn in each.properties.get("ManagedPolicyArns", [])
                if arn in managed
            ]
            found.append(Principal(each.logical, arn=each.arn, policies=(*inline, *given)))
    for each in managed.values():
        arn = f"arn:aws:iam::{ACCOUNT}:role/has-{each.logical}"
        found.append(Principal(f"who has {each.logical}", arn=arn, policies=(each.properties["PolicyDocument"],)))
    return found
