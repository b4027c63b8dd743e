"""A deployment: packages and templates delivered, the change planned, then done; and its end."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from athena_federation.errors import ConfigurationError
from slackanalytics.cloud import code_bucket, shipped, stacks
from slackanalytics.cloud.calls import Calls

BUCKET_KIND = "AWS::S3::Bucket"
NESTED = re.compile(r"^(\s*TemplateURL: *)[\"']?(?:\./)?([a-z-]+)\.yaml[\"']?\s*$", re.MULTILINE)
"""A template within a template, by its file name; CloudFormation wants its URL."""


PACKAGES = {"CodeKey": "connector", "OAuthCodeKey": "oauth", "SimulatorCodeKey": "simulator"}
"""Parameter of a template -> the package whose key it is."""
ARCHITECTURE = "arm64"
"""Of the functions, as the templates say."""
DELIVERED = frozenset({"CodeBucket"})
"""Parameters that follow from where things were put."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What has been put where CloudFormation finds it."""

    bucket: str
    url: str
    """Of the template that is deployed."""
    parameters: Mapping[str, str]
    """Those that follow from where things were put."""


def account_of(calls: Calls) -> str:
    """The account of the credentials in use."""
    return str(calls("sts", "GetCallerIdentity")["Account"])


def deliver(calls: Calls, template: str, packages: Mapping[str, Path], bucket: str, account: str) -> Delivery:
    """
    Put packages and templates into the code bucket, which is made where it is missing.

    `packages`: the template's parameter -> the file whose key it is to have.
    """
    code_bucket.provide(calls, bucket, account)
    keys = {name: code_bucket.put_file(calls, bucket, path, account) for name, path in packages.items()}
    texts = {name: shipped.text(name) for name in shipped.names()}
    digest = hashlib.sha256("".join(texts.values()).encode()).hexdigest()[:16]
    folder = f"templates/{digest}/"
    for name, text in texts.items():
        code_bucket.put_at(
            calls, bucket, f"{folder}{name}.yaml", linked(calls.region, bucket, folder, text).encode(), account
        )
    known = {"CodeBucket": bucket, **keys}
    has = shipped.parameters(texts[template])
    return Delivery(
        bucket=bucket,
        url=code_bucket.url(calls.region, bucket, f"{folder}{template}.yaml"),
        parameters={name: value for name, value in known.items() if name in has},
    )


def linked(region: str, bucket: str, folder: str, template: str) -> str:
    """A template whose inner templates are named by their URLs."""
    return NESTED.sub(
        lambda found: f"{found[1]}{code_bucket.url(region, bucket, f'{folder}{found[2]}.yaml')}", template
    )


def parameters_of(template: str) -> list[str]:
    """The names of a shipped template's parameters."""
    return shipped.parameters(shipped.text(template))


def packaged(template: str, folder: Path | None, calls: Calls) -> dict[str, Path]:
    """
    The packages that a template needs: its parameter -> the file. Those not in the folder are made; a rehearsal makes
    none, and only names them.

    Raises ConfigurationError for a folder that lacks one.
    """
    wanted = {name: stem for name, stem in PACKAGES.items() if name in parameters_of(template)}
    found: dict[str, Path] = {}
    for name, stem in wanted.items():
        path = (folder or Path()) / f"{stem}-{ARCHITECTURE}.zip"
        if not calls.rehearses and folder and not path.is_file():
            raise ConfigurationError(
                f"{folder} has no {path.name}; slackanalytics deploy package --output {folder} makes it"
            )
        found[name] = path if folder or calls.rehearses else built(stem)
    return found


def built(stem: str) -> Path:
    """A package, made now. Raises as `package.build`."""
    from slackanalytics.cloud.package import build

    folder = Path(tempfile.mkdtemp(prefix="slackanalytics-packages-"))
    return build(stem, ARCHITECTURE, folder, told=lambda text: click.echo(text, err=True)).path


@dataclass(frozen=True, slots=True)
class Missing:
    """A parameter that a template needs and that nobody gave."""

    name: str
    about: str
    hidden: bool
    """Whether it is not to be shown."""


def missing(template: str, given: Mapping[str, str]) -> list[Missing]:
    """What has to be asked for."""
    found = shipped.entries(shipped.text(template), "Parameters")
    names = [name for name in shipped.required(shipped.text(template)) if name not in {*given, *PACKAGES, *DELIVERED}]
    return [Missing(name, shipped.about(found[name]), "    NoEcho: true" in found[name]) for name in names]


def hidden(template: str) -> set[str]:
    """The parameters of a template that are not to be shown."""
    found = shipped.entries(shipped.text(template), "Parameters")
    return {name for name, lines in found.items() if "    NoEcho: true" in lines}


def require(template: str, given: Mapping[str, str]) -> None:
    """Raises ConfigurationError for parameters that the template has not."""
    if unknown := sorted(set(given) - set(parameters_of(template))):
        raise ConfigurationError(
            f"{template}.yaml has no parameter {unknown[0]}; slackanalytics deploy template {template} shows those it has"
        )


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket of a stack."""

    name: str
    outlives: bool
    """Whether the template lets it outlive the stack."""


def buckets(calls: Calls, stack: str) -> list[Bucket]:
    """The buckets that a stack and those within it made: ours, and no others."""
    found: list[Bucket] = []
    kept: dict[str, set[str]] = {}
    for name, item in stacks.resources(calls, stack):
        if item.get("ResourceType") != BUCKET_KIND or not item.get("PhysicalResourceId"):
            continue
        identity = item.get("StackId") or stack
        if name not in kept:
            body = calls("cloudformation", "GetTemplate", StackName=identity if name == stacks.name_of(stack) else name)
            kept[name] = shipped.retained(str(body.get("TemplateBody", "")))
        found.append(Bucket(item["PhysicalResourceId"], item["LogicalResourceId"] in kept[name]))
    return found


def outputs(calls: Calls, stack: str) -> dict[str, str]:
    """What a stack and those within it tell; the outer one has the last word. Raises ConfigurationError."""
    whole = stacks.described(calls, stack)
    if whole is None:
        if calls.rehearses:
            return {}
        raise ConfigurationError(
            f"there is no stack {stack} in {calls.region}; run slackanalytics deploy up, or give --stack"
        )
    found: dict[str, str] = {}
    for _, item in stacks.resources(calls, whole["StackId"]):
        if item.get("ResourceType") == stacks.STACK and item.get("PhysicalResourceId"):
            inner = stacks.described(calls, item["PhysicalResourceId"])
            found |= stacks.outputs(inner or {})
    return found | stacks.outputs(whole)


def statuses(calls: Calls, stack: str) -> Iterator[tuple[str, str, str, str]]:
    """Stack, resource, type and status of everything."""
    for name, item in stacks.resources(calls, stack):
        yield name, item["LogicalResourceId"], item["ResourceType"], item["ResourceStatus"]
