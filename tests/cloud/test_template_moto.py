"""Stacks made in moto, as far as it knows their resources: a second opinion on properties, references and policies."""

from __future__ import annotations

import ast
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws
from tests.cloud.template_expected import shipped_texts
from tests.cloud.template_resolver import REGION, as_many, parsed
from tests.cloud.template_scenarios import CODE, OAUTH

BEYOND_MOTO = {
    "AWS::Athena::DataCatalog", "AWS::Athena::NamedQuery", "AWS::Athena::WorkGroup", "AWS::CloudWatch::Alarm",
    "AWS::KMS::Alias", "AWS::S3::BucketPolicy", "AWS::Lambda::EventInvokeConfig", "AWS::SecretsManager::ResourcePolicy", "AWS::SecretsManager::Secret",
    "AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Integration", "AWS::ApiGatewayV2::Route", "AWS::ApiGatewayV2::Stage",
}  # fmt: skip
"""What moto does not make from a template, or makes wrongly; these are checked by the other tests alone."""
TEXTS = shipped_texts()


def reduced(name: str) -> str:
    """A template without what moto cannot make, and without what refers to that."""
    template = json.loads(json.dumps(parsed(TEXTS[name])))
    resources: dict[str, Any] = template["Resources"]
    gone = {logical for logical, its in resources.items() if its["Type"] in BEYOND_MOTO}
    gone |= {
        logical
        for logical, its in resources.items()
        if its["Type"] == "AWS::Lambda::Permission" and mentions(its, gone)
    }
    template["Resources"] = {logical: its for logical, its in resources.items() if logical not in gone}
    outputs = template.get("Outputs", {})
    template["Outputs"] = {key: its for key, its in outputs.items() if not mentions(its, gone)}
    return json.dumps({key: value for key, value in template.items() if value})


def mentions(tree: Any, names: set[str]) -> bool:
    text = json.dumps(tree)
    return any(f'"{name}"' in text or f"${{{name}}}" in text or f"${{{name}." in text for name in names)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.session.Session]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws(config={"lambda": {"use_docker": False}}):
        session = boto3.session.Session(region_name=REGION)
        s3 = session.client("s3")
        s3.create_bucket(Bucket="code-bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.writestr("handler.py", "")
        for key in (CODE["CodeKey"], OAUTH["OAuthCodeKey"], "packages/simulator-1.zip"):
            s3.put_object(Bucket="code-bucket", Key=key, Body=code.getvalue())
        yield session


def made(aws: boto3.session.Session, name: str, parameters: dict[str, str]) -> dict[str, str]:
    """Logical -> physical names of the resources of a stack."""
    given = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
    cloudformation = aws.client("cloudformation")
    cloudformation.create_stack(
        StackName=name, TemplateBody=reduced(name), Parameters=given, Capabilities=["CAPABILITY_NAMED_IAM"]
    )
    (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    found = cloudformation.list_stack_resources(StackName=name)["StackResourceSummaries"]
    return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in found if each["LogicalResourceId"]}


def test_the_connectors_stack_is_made(aws: boto3.session.Session) -> None:
    found = made(aws, "connector", CODE)
    s3, key = aws.client("s3"), found["DataKey"]
    for bucket in ("Spill", "Results", "Days"):
        rules = s3.get_bucket_encryption(Bucket=found[bucket])["ServerSideEncryptionConfiguration"]["Rules"]
        assert key in rules[0]["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"]
    function = aws.client("lambda").get_function_configuration(FunctionName="slackanalytics")
    variables = function["Environment"]["Variables"]
    assert variables["spill_bucket"] == found["Spill"]
    assert variables["SLACKANALYTICS_CACHE_BUCKET"] == f"{found['Days']}/days"
    assert key in variables["kms_key_id"]
    assert function["Role"].endswith(":role/slackanalytics-connector")
    inline = aws.client("iam").get_role_policy(RoleName="slackanalytics-connector", PolicyName="connector")
    policy = ast.literal_eval(str(inline["PolicyDocument"]))  # moto gives it as Python writes it
    statements = [statement for statement in policy["Statement"] if statement]
    resources = [each for statement in statements for each in as_many(statement["Resource"])]
    assert f"arn:aws:s3:::{found['Spill']}/athena-federation-spill/*" in resources
    (group,) = aws.client("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/slackanalytics")["logGroups"]
    assert group["retentionInDays"] == 90
    (rule,) = aws.client("events").list_rules()["Rules"]
    (target,) = aws.client("events").list_targets_by_rule(Rule=rule["Name"])["Targets"]
    assert (target["Arn"], json.loads(target["Input"])) == (function["FunctionArn"], {"slackanalytics": "sync"})


def test_buckets_and_keys_that_are_given_are_not_made(aws: boto3.session.Session) -> None:
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    given = {"SpillBucket": "my-spill", "ResultsBucket": "my-results", "CacheBucket": "my-days", "KmsKeyArn": key}
    found = made(aws, "connector", {**CODE, **given, "WarmUpSchedule": ""})
    assert set(found) == {"Log", "ConnectorRole", "Connector", "AnalystAccess"}
    variables = aws.client("lambda").get_function_configuration(FunctionName="slackanalytics")["Environment"][
        "Variables"
    ]
    assert variables["spill_bucket"] == "my-spill"
    assert variables["kms_key_id"] == key


@pytest.mark.parametrize(
    ("name", "parameters", "function"),
    [
        ("oauth-app", {"CodeBucket": "code-bucket", **OAUTH}, "slackanalytics-oauth"),
        (
            "simulator",
            {"CodeBucket": "code-bucket", "SimulatorCodeKey": "packages/simulator-1.zip"},
            "slackanalytics-simulator",
        ),
    ],
)
def test_the_other_functions_stacks_are_made(
    aws: boto3.session.Session, name: str, parameters: dict[str, str], function: str
) -> None:
    made(aws, name, parameters)
    assert aws.client("lambda").get_function_configuration(FunctionName=function)["Runtime"] == "python3.13"


def test_the_key_of_the_secrets_is_made(aws: boto3.session.Session) -> None:
    key = made(aws, "secrets", {})["SecretsKey"]
    policy = aws.client("kms").get_key_policy(KeyId=key, PolicyName="default")["Policy"]  # moto gives it as it was made
    assert [each["Sid"] for each in policy["Statement"]] == ["Manage", "UseThroughSecretsManager", "MakeSecrets"]
    assert aws.client("kms").get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]


def test_the_list_of_what_moto_cannot_make_names_nothing_that_the_templates_have_not() -> None:
    kinds = {its["Type"] for name in TEXTS for its in parsed(TEXTS[name])["Resources"].values()}
    assert kinds >= BEYOND_MOTO
