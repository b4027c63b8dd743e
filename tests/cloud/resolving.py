"""A template as CloudFormation would make it: parameters filled in, conditions decided, names of resources in their place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.cloud.quicksight_yaml import loaded

ACCOUNT, REGION = "111122223333", "eu-central-1"
PSEUDO = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Region": REGION,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackName": "stack",
    "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/stack/1",
}
GONE = object()
"""What AWS::NoValue leaves."""


class Dangling(AssertionError):
    """A name that nothing in the template has."""


class Template:
    """A template with parameters."""

    def __init__(self, text: str, parameters: Mapping[str, Any]) -> None:
        self.document = loaded(text)
        declared = self.document.get("Parameters", {})
        if unknown := set(parameters) - set(declared):
            raise Dangling(f"there is no parameter {sorted(unknown)}")
        self.parameters = {name: parameters.get(name, its.get("Default")) for name, its in declared.items()}
        if missing := [name for name, value in self.parameters.items() if value is None]:
            raise Dangling(f"no value for {missing}")
        for name, its in declared.items():
            if its["Type"] == "CommaDelimitedList":
                self.parameters[name] = [part for part in str(self.parameters[name]).split(",") if part]
        self.conditions: dict[str, bool] = {}
        for name, tree in self.document.get("Conditions", {}).items():
            self.conditions[name] = bool(self.value(tree))
        kept = self.document["Resources"].items()
        self.kinds = {name: its["Type"] for name, its in kept}
        self.resources = {
            name: self.value({k: v for k, v in its.items() if k != "Condition"})
            for name, its in kept
            if "Condition" not in its or self.decided(its["Condition"])
        }
        self.outputs = {
            name: self.value(its["Value"])
            for name, its in self.document.get("Outputs", {}).items()
            if "Condition" not in its or self.decided(its["Condition"])
        }

    def decided(self, name: str) -> bool:
        if name not in self.conditions:
            raise Dangling(f"there is no condition {name}")
        return self.conditions[name]

    def value(self, tree: Any) -> Any:  # noqa: C901, PLR0912  (one line for each function)
        """A tree without intrinsic functions. Raises Dangling."""
        match tree:
            case {"Ref": "AWS::NoValue"}:
                return GONE
            case {"Ref": str(name)} if len(tree) == 1:
                return self.referred(name)
            case {"Condition": str(name)} if len(tree) == 1:
                return self.decided(name)
            case {"Fn::GetAtt": [str(name), str(attribute)]}:
                return self.attribute(name, attribute)
            case {"Fn::Sub": str(text)}:
                return self.substituted(text, {})
            case {"Fn::Sub": [str(text), dict(names)]}:
                return self.substituted(text, {name: self.value(its) for name, its in names.items()})
            case {"Fn::If": [str(name), yes, no]}:
                return self.value(yes if self.decided(name) else no)
            case {"Fn::Join": [str(between), parts]}:
                return between.join(map(str, self.value(parts)))
            case {"Fn::Equals": [a, b]}:
                return str(self.value(a)) == str(self.value(b))
            case {"Fn::Not": [a]}:
                return not self.value(a)
            case {"Fn::And": parts}:
                return all(self.value(part) for part in parts)
            case {"Fn::Or": parts}:
                return any(self.value(part) for part in parts)
            case dict():
                if odd := [name for name in tree if str(name).startswith("Fn::")]:
                    raise Dangling(f"an intrinsic function that is not known here: {odd}")
                found = {key: self.value(its) for key, its in tree.items()}
                return {key: its for key, its in found.items() if its is not GONE}
            case list():
                return [its for its in map(self.value, tree) if its is not GONE]
        return tree

    def referred(self, name: str) -> Any:
        if name in PSEUDO:
            return PSEUDO[name]
        if name in self.parameters:
            return self.parameters[name]
        if name not in self.kinds:
            raise Dangling(f"there is no {name}")
        given = {
            "AWS::Lambda::Function": "FunctionName", "AWS::Athena::DataCatalog": "Name", "AWS::Athena::WorkGroup": "Name",
            "AWS::IAM::Role": "RoleName",
        }.get(self.kinds[name])  # fmt: skip
        named = self.document["Resources"][name].get("Properties", {}).get(given) if given else None
        return self.value(named) if named else f"<{name}>"

    def attribute(self, name: str, attribute: str) -> str:
        if name not in self.kinds:
            raise Dangling(f"there is no {name}")
        kind = self.kinds[name]
        where = f"{REGION}:{ACCOUNT}"
        match kind, attribute:
            case "AWS::S3::Bucket", "Arn":
                return f"arn:aws:s3:::<{name}>"
            case "AWS::IAM::Role", "Arn":
                return f"arn:aws:iam::{ACCOUNT}:role/{self.referred(name)}"
            case "AWS::Lambda::Function", "Arn":
                return f"arn:aws:lambda:{where}:function:{self.referred(name)}"
            case "AWS::KMS::Key", "Arn":
                return f"arn:aws:kms:{where}:key/<{name}>"
            case "AWS::Events::Rule", "Arn":
                return f"arn:aws:events:{where}:rule/<{name}>"
            case "AWS::Logs::LogGroup", "Arn":
                return f"arn:aws:logs:{where}:log-group:<{name}>:*"
            case "AWS::ApiGatewayV2::Api", "ApiEndpoint":
                return f"https://<{name}>.execute-api.{REGION}.amazonaws.com"
            case "AWS::CloudFormation::Stack", _ if attribute.startswith("Outputs."):
                return f"<{name}.{attribute.removeprefix('Outputs.')}>"
        return f"<{kind} {name}.{attribute}>"

    def substituted(self, text: str, names: Mapping[str, Any]) -> str:
        def found(match: re.Match[str]) -> str:
            name = match[1]
            if name.startswith("!"):
                return f"${{{name[1:]}}}"
            if name in names:
                return str(names[name])
            resource, dot, attribute = name.partition(".")
            return str(self.attribute(resource, attribute) if dot else self.referred(name))

        return re.sub(r"\$\{([^}]+)\}", found, text)

    def of_kind(self, kind: str) -> dict[str, dict[str, Any]]:
        """The properties of the resources of a kind."""
        return {n: its.get("Properties", {}) for n, its in self.resources.items() if its["Type"] == kind}
