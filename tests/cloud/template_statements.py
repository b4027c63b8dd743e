"""Whether each statement of a policy can mean what it says: actions that exist, resources that they work on, known conditions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from tests.cloud.template_access import found
from tests.cloud.template_resolver import Stack, as_many

CONDITIONS = {
    "aws:SecureTransport": {"Bool"},
    "aws:PrincipalArn": {"ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"},
    "aws:SourceAccount": {"StringEquals", "StringEqualsIfExists"},
    "aws:SourceArn": {"ArnLike", "ArnEquals"},
    "kms:ViaService": {"StringEquals"},
    "kms:CallerAccount": {"StringEquals"},
    "kms:EncryptionContext:aws:logs:arn": {"ArnLike", "ArnEquals"},
    "s3:prefix": {"StringLike"},
}
"""Condition key -> operators that make sense with it."""
PROBES = ("x", "log-stream:x")


@lru_cache
def known() -> Mapping[str, Any]:
    """The actions of AWS and what they work on, as cfn-lint knows them."""
    path = files("cfnlint") / "data" / "AdditionalSpecs" / "Policies.json"
    service: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return service


def problems(stacks: list[Stack]) -> list[str]:
    result = []
    for role in found(stacks, "AWS::IAM::Role"):
        for policy in role.properties.get("Policies", []):
            result += [f"{role.logical}, {each}" for each in identity(policy["PolicyDocument"])]
    for policy in found(stacks, "AWS::IAM::ManagedPolicy"):
        result += [f"{policy.logical}, {each}" for each in identity(policy.properties["PolicyDocument"])]
    for kind, name in (
        ("AWS::KMS::Key", "KeyPolicy"), ("AWS::SecretsManager::ResourcePolicy", "ResourcePolicy"), ("AWS::S3::BucketPolicy", "PolicyDocument"),
    ):  # fmt: skip
        for resource in found(stacks, kind):
            result += [f"{resource.logical}, {each}" for each in attached(resource.properties[name])]
    return result


def identity(document: Mapping[str, Any]) -> Iterator[str]:
    sids = [each.get("Sid") for each in document["Statement"]]
    if len(set(sids)) != len(sids) or document.get("Version") != "2012-10-17":
        yield f"statements {sids} are not told apart"
    for statement in document["Statement"]:
        if set(statement) - {"Sid", "Effect", "Action", "Resource", "Condition"} or statement["Effect"] != "Allow":
            yield f"{statement.get('Sid')}: {sorted(statement)}, {statement['Effect']}"
        yield from fitting(statement)
        yield from conditions(statement)


def attached(document: Mapping[str, Any]) -> Iterator[str]:
    if document.get("Version", "2012-10-17") != "2012-10-17":
        yield f"version {document['Version']}"
    for statement in document["Statement"]:
        for action in as_many(statement["Action"]):
            service, _, name = action.partition(":")
            wild = re.compile(re.escape(name.lower()).replace(r"\*", ".*"))
            if not any(wild.fullmatch(each) for each in known().get(service, {}).get("Actions", {})):
                yield f"{statement.get('Sid')}: there is no {action}"
        everybody = statement.get("Principal") in ("*", {"AWS": "*"})
        keys = {key for given in statement.get("Condition", {}).values() for key in given}
        # Roles of stacks that are not there yet cannot be principals; the condition names them, and the account.
        if statement["Effect"] == "Allow" and everybody and not {"aws:PrincipalArn", "kms:CallerAccount"} <= keys:
            yield f"{statement.get('Sid')} lets everybody"
        yield from conditions(statement)


def fitting(statement: Mapping[str, Any]) -> Iterator[str]:
    """Each action has a resource to work on, and each resource an action; `*` only where AWS knows no resource."""
    resources = as_many(statement["Resource"])
    used: set[str] = set()
    for action in as_many(statement["Action"]):
        service, _, name = action.partition(":")
        about = known().get(service, {}).get("Actions", {}).get(name.lower())
        if about is None:
            yield f"{statement.get('Sid')}: there is no {action}"
            continue
        kinds = about.get("Resources", [])
        if not kinds:
            if resources != ["*"]:
                yield f"{statement.get('Sid')}: {action} works on nothing in particular"
            used.add("*")
            continue
        mine = {each for each in resources if any(is_of(each, service, kind) for kind in kinds)}
        used |= mine
        if not mine:
            yield f"{statement.get('Sid')}: {action} does not work on {resources}"
    if left := set(resources) - used:
        yield f"{statement.get('Sid')}: nothing is done with {sorted(left)}"


def is_of(resource: str, service: str, kind: str) -> bool:
    """Whether a pattern of ARNs can mean resources of a kind."""
    if resource == "*":
        return False
    if service == "s3" and kind in {"bucket", "object"}:
        name = resource.removeprefix("arn:aws:s3:::")
        return name != resource and ("/" in name) == (kind == "object") and not name.startswith("/")
    shapes = known()[service]["Resources"].get(kind.lower(), {}).get("ARNFormats", [])
    for shape in shapes:
        form = re.sub(r"\$\{(Partition|Region|Account)\}", r"[a-z0-9-]+", shape)
        if any(re.fullmatch(form, resource.replace("*", probe).replace("?", "x")) for probe in PROBES):
            return True
    return False


def conditions(statement: Mapping[str, Any]) -> Iterator[str]:
    for operator, given in statement.get("Condition", {}).items():
        for key, values in given.items():
            if operator not in CONDITIONS.get(key, set()):
                yield f"{statement.get('Sid')}: {operator} {key}"
            if not as_many(values) or not all(str(each) for each in as_many(values)):
                yield f"{statement.get('Sid')}: {key} is compared with nothing"
