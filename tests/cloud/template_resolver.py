"""CloudFormation templates resolved as CloudFormation would: conditions, intrinsic functions, stacks within stacks.

What a resource is called and its attributes are made up by fixed rules, as AWS would from its type, so that the values
can be followed from where they are made to where they are used.
Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

from tests.cloud.quicksight_yaml import loaded

ACCOUNT, REGION = "111122223333", "eu-central-1"
WORLD = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Region": REGION,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/slackanalytics/1",
}
NESTED = "AWS::CloudFormation::Stack"
NOTHING = object()
VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")

NAMES = {
    "AWS::Lambda::Function": "FunctionName", "AWS::Logs::LogGroup": "LogGroupName", "AWS::IAM::Role": "RoleName",
    "AWS::S3::Bucket": "BucketName", "AWS::Athena::DataCatalog": "Name", "AWS::Athena::WorkGroup": "Name",
    "AWS::CloudWatch::Alarm": "AlarmName", "AWS::ApiGatewayV2::Stage": "StageName", "AWS::KMS::Alias": "AliasName",
}  # fmt: skip
"""The property that says what a resource is called; without it AWS finds a name."""
ARNS = {
    "AWS::Lambda::Function": "lambda:{region}:{account}:function:{name}",
    "AWS::Logs::LogGroup": "logs:{region}:{account}:log-group:{name}:*",
    "AWS::IAM::Role": "iam::{account}:role/{name}",
    "AWS::IAM::ManagedPolicy": "iam::{account}:policy/{name}",
    "AWS::S3::Bucket": "s3:::{name}",
    "AWS::KMS::Key": "kms:{region}:{account}:key/{name}",
    "AWS::SecretsManager::Secret": "secretsmanager:{region}:{account}:secret:{name}-AbCdEf",
    "AWS::Events::Rule": "events:{region}:{account}:rule/{name}",
    "AWS::CloudFormation::Stack": "cloudformation:{region}:{account}:stack/{name}/1",
    "AWS::QuickSight::DataSource": "quicksight:{region}:{account}:datasource/{name}",
    "AWS::QuickSight::DataSet": "quicksight:{region}:{account}:dataset/{name}",
    "AWS::QuickSight::Theme": "quicksight:{region}:{account}:theme/{name}",
    "AWS::QuickSight::Dashboard": "quicksight:{region}:{account}:dashboard/{name}",
}
REF_IS_ARN = {"AWS::SecretsManager::Secret", "AWS::IAM::ManagedPolicy", NESTED}
ATTRIBUTES: Mapping[str, Mapping[str, str]] = {
    "AWS::ApiGatewayV2::Api": {"ApiEndpoint": "https://{name}.execute-api.{region}.amazonaws.com", "ApiId": "{name}"},
    "AWS::IAM::ManagedPolicy": {"PolicyArn": "arn:aws:iam::{account}:policy/{name}"},
    "AWS::IAM::Role": {"RoleId": "AROA{name}"},
    "AWS::S3::Bucket": {"DomainName": "{name}.s3.amazonaws.com"},
    "AWS::KMS::Key": {"KeyId": "{name}"},
    "AWS::SecretsManager::Secret": {"Id": "arn:aws:secretsmanager:{region}:{account}:secret:{name}-AbCdEf"},
}


class Dangling(Exception):
    """A template that names what is not there; its text says where."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource that would be made."""

    stack: str
    logical: str
    kind: str
    reference: str
    """What `Ref` gives."""
    properties: Any
    raw: Mapping[str, Any]

    @property
    def arn(self) -> str:
        return arn_of(self.kind, self.reference)


@dataclass(slots=True)
class Stack:
    """A template with the values of its parameters; nested stacks are in `inner`."""

    name: str
    template: Mapping[str, Any]
    parameters: dict[str, Any]
    conditions: dict[str, bool] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    inner: dict[str, Stack] = field(default_factory=dict)

    def everything(self) -> Iterator[Resource]:
        """The resources of this stack and of those within."""
        yield from self.resources.values()
        for stack in self.inner.values():
            yield from stack.everything()

    def of(self, kind: str) -> list[Resource]:
        return [resource for resource in self.everything() if resource.kind == kind]


def arn_of(kind: str, name: str) -> str:
    if name.startswith("arn:"):
        return name
    return "arn:aws:" + ARNS[kind].format(region=REGION, account=ACCOUNT, name=name)


def resolved(
    name: str, texts: Mapping[str, str], given: Mapping[str, Any] | None = None, *, stack: str = "", loose: bool = False
) -> Stack:
    """
    A template resolved. `texts`: template -> text, among which stacks within are found.

    Raises Dangling, and for parameters too, unless `loose`, which makes up those that have no default.
    """
    template = parsed(texts[name])
    declared: Mapping[str, Any] = template.get("Parameters", {})
    values: dict[str, Any] = {}
    if unknown := set(given or {}) - set(declared):
        raise Dangling(f"{name}: there is no parameter {min(unknown)}")
    for key, about in declared.items():
        value = (given or {}).get(key, about.get("Default", NOTHING))
        if value is NOTHING:
            if not loose:
                raise Dangling(f"{name}: parameter {key} is not given")
            value = sample(key, about)
        require_fit(f"{name}: {key}", about, value)
        values[key] = as_list(value) if "List" in about["Type"] else value
    made = Stack(stack or name, template, values)
    _Resolving(made, texts).run()
    return made


@lru_cache(maxsize=512)
def parsed(text: str) -> Mapping[str, Any]:
    """A template, to be read and not to be changed."""
    return loaded(text)


def sample(key: str, about: Mapping[str, Any]) -> Any:
    """A value of a parameter that has no default."""
    if "AllowedValues" in about:
        return about["AllowedValues"][0]
    candidates = (
        "given-bucket", "packages/given.zip", f"arn:aws:quicksight:{REGION}:{ACCOUNT}:user/default/ada",
        f"arn:aws:iam::{ACCOUNT}:role/given", f"arn:aws:kms:{REGION}:{ACCOUNT}:key/given", "https://given.example.com",
    )  # fmt: skip
    long = f"given-{key}".ljust(int(about.get("MinLength", 0)), "x")
    return next((each for each in candidates if re.search(about.get("AllowedPattern", "^$"), each)), long)


def as_list(value: Any) -> list[str]:
    return value if isinstance(value, list) else str(value).split(",")


def require_fit(where: str, about: Mapping[str, Any], value: Any) -> None:
    """Raises Dangling for a value that CloudFormation would not take for the parameter."""
    text = ",".join(value) if isinstance(value, list) else str(value)
    if "AllowedValues" in about and text not in {str(each) for each in about["AllowedValues"]}:
        raise Dangling(f"{where} = {text} is not among the allowed values")
    if "AllowedPattern" in about and not re.search(about["AllowedPattern"], text):
        raise Dangling(f"{where} = {text} does not match {about['AllowedPattern']}")
    if "MinLength" in about and len(text) < int(about["MinLength"]):
        raise Dangling(f"{where} = {text} is too short")
    if about["Type"] == "Number":
        number = float(text)
        if not float(about.get("MinValue", "-inf")) <= number <= float(about.get("MaxValue", "inf")):
            raise Dangling(f"{where} = {text} is out of range")


class _Resolving:
    def __init__(self, stack: Stack, texts: Mapping[str, str]) -> None:
        self.stack, self.texts = stack, texts
        self.template = stack.template
        self.under_way: list[str] = []
        self.functions: Mapping[str, Callable[[Any], Any]] = {
            "Ref": self.ref, "Fn::GetAtt": self.get_att, "Fn::Sub": self.sub, "Fn::Join": self.join,
            "Fn::If": self.choose, "Fn::Select": lambda it: self.value(it[1])[int(self.value(it[0]))],
            "Fn::Split": lambda it: self.value(it[1]).split(it[0]),
        }  # fmt: skip

    def run(self) -> None:
        for name in self.template.get("Conditions", {}):
            self.condition(name)
        for logical, raw in self.template["Resources"].items():
            if "Condition" not in raw or self.condition(raw["Condition"]):
                self.resource(logical)
            for other in as_many(raw.get("DependsOn", [])):
                if other not in self.template["Resources"]:
                    raise Dangling(f"{self.stack.name}.{logical} depends on {other}, which is not there")
        for name, about in self.template.get("Outputs", {}).items():
            if "Condition" not in about or self.condition(about["Condition"]):
                self.stack.outputs[name] = self.value(about["Value"])

    def condition(self, name: str) -> bool:
        known = self.stack.conditions
        if name not in known:
            if name not in self.template.get("Conditions", {}):
                raise Dangling(f"{self.stack.name}: there is no condition {name}")
            known[name] = self.truth(self.template["Conditions"][name])
        return known[name]

    def truth(self, tree: Any) -> bool:
        ((key, inner),) = tree.items()
        match key:
            case "Condition":
                return self.condition(inner)
            case "Fn::Equals":
                return str(self.value(inner[0])) == str(self.value(inner[1]))
            case "Fn::Not":
                return not self.truth(inner[0])
            case "Fn::And":
                return all(self.truth(each) for each in inner)
            case "Fn::Or":
                return any(self.truth(each) for each in inner)
        raise Dangling(f"{self.stack.name}: {key} is no condition function")

    def resource(self, logical: str) -> Resource:
        if logical in self.stack.resources:
            return self.stack.resources[logical]
        if logical in self.under_way:
            raise Dangling(f"{self.stack.name}: {' -> '.join([*self.under_way, logical])} go in a circle")
        self.under_way.append(logical)
        raw = self.template["Resources"][logical]
        # The references within the QuickSight assets have checks of their own.
        properties = {} if raw["Type"].startswith("AWS::QuickSight::") else self.value(raw.get("Properties", {}))
        made = Resource(self.stack.name, logical, raw["Type"], self.reference(logical), properties, raw)
        self.stack.resources[logical] = made
        if raw["Type"] == NESTED:
            child = PurePosixPath(str(properties["TemplateURL"])).stem
            if child not in self.texts:
                raise Dangling(f"{self.stack.name}.{logical}: there is no template {child}")
            given = properties.get("Parameters", {})
            self.stack.inner[logical] = resolved(child, self.texts, given, stack=f"{self.stack.name}/{logical}")
        self.under_way.pop()
        return made

    def reference(self, logical: str) -> str:
        raw = self.template["Resources"].get(logical)
        if raw is None:
            raise Dangling(f"{self.stack.name}: there is no {logical}")
        if "Condition" in raw and not self.condition(raw["Condition"]):
            raise Dangling(f"{self.stack.name}: {logical} is used where it is not made")
        kind = raw["Type"]
        name = self.value(raw.get("Properties", {}).get(NAMES.get(kind, "Name"), f"{self.stack.name}-{logical}"))
        plain = re.sub(r"[^A-Za-z0-9_./$-]", "-", str(name).removeprefix("arn:"))
        if kind in {"AWS::S3::Bucket", "AWS::ApiGatewayV2::Api", "AWS::KMS::Key"}:
            plain = (
                re.sub(r"[^a-z0-9-]", "-", plain.lower())
                if kind != "AWS::ApiGatewayV2::Api"
                else f"api{logical.lower()}{self.stack.name.rpartition('/')[2].replace('-', '').lower()}"
            )
        return arn_of(kind, plain) if kind in REF_IS_ARN else plain

    def value(self, tree: Any) -> Any:
        match tree:
            case dict() if len(tree) == 1 and (key := next(iter(tree))) in self.functions:
                return self.functions[key](tree[key])
            case dict() if any(key.startswith("Fn::") for key in tree):
                raise Dangling(f"{self.stack.name}: {sorted(tree)} is not known here")
            case dict():
                return {k: v for k, v in ((k, self.value(v)) for k, v in tree.items()) if v is not NOTHING}
            case list():
                return [v for v in map(self.value, tree) if v is not NOTHING]
        return tree

    def ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return NOTHING
        if name == "AWS::StackName":
            return self.stack.name.replace("/", "-")
        if name in WORLD:
            return WORLD[name]
        if name in self.stack.parameters:
            return self.stack.parameters[name]
        return self.reference(name)

    def get_att(self, inner: Any) -> Any:
        logical, attribute = inner if isinstance(inner, list) else inner.split(".", 1)
        raw = self.template["Resources"].get(logical)
        if raw is None:
            raise Dangling(f"{self.stack.name}: there is no {logical} whose {attribute} is asked for")
        name, kind = self.reference(logical), raw["Type"]
        if kind == NESTED and attribute.startswith("Outputs."):
            self.resource(logical)
            outputs = self.stack.inner[logical].outputs
            if attribute[8:] not in outputs:
                raise Dangling(f"{self.stack.name}: {logical} has no output {attribute[8:]}")
            return outputs[attribute[8:]]
        if attribute == "Arn" and kind in ARNS:
            return arn_of(kind, name)
        if attribute in ATTRIBUTES.get(kind, {}):
            return ATTRIBUTES[kind][attribute].format(name=name, region=REGION, account=ACCOUNT)
        raise Dangling(f"{self.stack.name}: {kind} {logical} has no {attribute}")

    def sub(self, inner: Any) -> str:
        text, local = (inner, {}) if isinstance(inner, str) else inner
        values = {key: self.value(each) for key, each in local.items()}

        def replacement(found: re.Match[str]) -> str:
            name = found[1]
            if name in values:
                return str(values[name])
            is_attribute = "." in name and not name.startswith("AWS::")
            return str(self.get_att(name) if is_attribute else self.ref(name))

        return VARIABLE.sub(replacement, text).replace("${!", "${")

    def join(self, inner: Any) -> str:
        return str(inner[0]).join(map(str, self.value(inner[1])))

    def choose(self, inner: Any) -> Any:
        return self.value(inner[1] if self.condition(inner[0]) else inner[2])


def as_many(value: Any) -> list[Any]:
    """A list, also of what stands alone."""
    return value if isinstance(value, list) else [value]
