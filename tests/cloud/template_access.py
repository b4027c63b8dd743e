"""Who may do what in a deployment, asked of the policies: every principal, every action that matters, every resource."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from tests.cloud.template_policies import Principal, Request, World, roles, world_of
from tests.cloud.template_resolver import ACCOUNT, REGION, Resource, Stack
from tests.cloud.template_scenarios import REPAIR

ALL: Mapping[str, Any] = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
SECRETS_MANAGER = f"secretsmanager.{REGION}.amazonaws.com"
SECRET = ("GetSecretValue", "PutSecretValue", "UpdateSecret", "UpdateSecretVersionStage", "DeleteSecret", "PutResourcePolicy",
          "DeleteResourcePolicy", "DescribeSecret")  # fmt: skip
KEY = (
    "Decrypt",
    "Encrypt",
    "GenerateDataKey",
    "ReEncryptFrom",
    "CreateGrant",
    "ScheduleKeyDeletion",
    "PutKeyPolicy",
    "DescribeKey",
)
OBJECT = ("GetObject", "PutObject", "DeleteObject", "AbortMultipartUpload", "ListMultipartUploadParts", "PutObjectAcl")
BUCKET = (
    "ListBucket",
    "GetBucketLocation",
    "PutBucketPolicy",
    "DeleteBucket",
    "PutEncryptionConfiguration",
    "PutLifecycleConfiguration",
)
FOR_SERVICES = {"aws:SourceArn", "kms:EncryptionContext:aws:logs:arn"}
"""What only a service brings along."""
LOG = ("CreateLogStream", "PutLogEvents", "CreateLogGroup", "GetLogEvents", "DeleteLogGroup")
FUNCTION = (
    "InvokeFunction",
    "UpdateFunctionCode",
    "UpdateFunctionConfiguration",
    "GetFunctionConfiguration",
    "AddPermission",
)
WORKGROUP = ("StartQueryExecution", "StopQueryExecution", "GetQueryExecution", "GetQueryResults", "GetQueryResultsStream",
             "GetWorkGroup", "UpdateWorkGroup", "GetNamedQuery", "ListNamedQueries", "ListQueryExecutions")  # fmt: skip
CATALOG = (
    "GetDataCatalog",
    "GetDatabase",
    "ListDatabases",
    "GetTableMetadata",
    "ListTableMetadata",
    "UpdateDataCatalog",
    "DeleteDataCatalog",
)


def found(stacks: Iterable[Stack], kind: str, *logical: str) -> list[Resource]:
    every = [each for stack in stacks for each in stack.of(kind)]
    return [each for each in every if not logical or each.logical in logical]


def environment(stacks: Iterable[Stack], logical: str) -> dict[str, str]:
    """What a function of these stacks is told."""
    (function,) = found(stacks, "AWS::Lambda::Function", logical)
    return {name: str(value) for name, value in function.properties["Environment"]["Variables"].items()}


def principals(stacks: Sequence[Stack]) -> list[Principal]:
    """The roles, those who get the managed policies, administrators, strangers, and services of AWS."""
    services = [Principal(name, service=name) for name in (
        "lambda.amazonaws.com", "events.amazonaws.com", "apigateway.amazonaws.com", f"logs.{REGION}.amazonaws.com",
        "quicksight.amazonaws.com", "s3.amazonaws.com")]  # fmt: skip
    return [
        *roles(stacks), *services,
        Principal("administrator", arn=f"arn:aws:iam::{ACCOUNT}:role/administrator", policies=(ALL,)),
        Principal("repair role", arn=REPAIR, policies=(ALL,)),
        Principal("stranger", arn=f"arn:aws:iam::{ACCOUNT}:role/stranger"),
        Principal("other account", arn="arn:aws:iam::999999999999:role/slackanalytics-connector", policies=(ALL,)),
    ]  # fmt: skip


def questions(stacks: Sequence[Stack]) -> Iterator[tuple[str, str, str, dict[str, str]]]:
    """Label, action, resource, context: everything that anybody might try."""
    for secret in found(stacks, "AWS::SecretsManager::Secret"):
        yield from ((secret.logical, f"secretsmanager:{each}", secret.arn, {}) for each in SECRET)
    for key in found(stacks, "AWS::KMS::Key"):
        for each in KEY:
            yield key.logical, f"kms:{each}", key.arn, {}
            yield f"{key.logical} through Secrets Manager", f"kms:{each}", key.arn, {"kms:ViaService": SECRETS_MANAGER}
            own = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:"
            for name in ("/aws/lambda/slackanalytics", "/another/log"):
                yield (
                    f"{key.logical} for {name}",
                    f"kms:{each}",
                    key.arn,
                    {"kms:EncryptionContext:aws:logs:arn": own + name},
                )
    yield "randomness", "kms:GenerateRandom", "*", {}
    yield from objects(stacks)
    for group in found(stacks, "AWS::Logs::LogGroup"):
        arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group.reference}:log-stream:2026/11/25/x"
        yield from ((group.reference, f"logs:{each}", arn, {}) for each in LOG)
    yield "another log", "logs:PutLogEvents", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/another:log-stream:x", {}
    for function in found(stacks, "AWS::Lambda::Function"):
        yield from (
            (function.reference, f"lambda:{each}", function.arn, context)
            for each in FUNCTION
            for context in sources(stacks)
        )
    yield "another function", "lambda:InvokeFunction", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:another", {}
    for group in found(stacks, "AWS::Athena::WorkGroup"):
        arn = f"arn:aws:athena:{REGION}:{ACCOUNT}:workgroup/"
        yield from ((group.reference, f"athena:{each}", arn + group.reference, {}) for each in WORKGROUP)
        yield from (("another workgroup", f"athena:{each}", arn + "another", {}) for each in WORKGROUP)
    for catalog in found(stacks, "AWS::Athena::DataCatalog"):
        arn = f"arn:aws:athena:{REGION}:{ACCOUNT}:datacatalog/{catalog.reference}"
        yield from ((catalog.reference, f"athena:{each}", arn, {}) for each in CATALOG)
    for each in found(stacks, "AWS::IAM::Role"):
        yield each.logical, "iam:PassRole", each.arn, {}
        yield each.logical, "sts:AssumeRole", each.arn, {}


def sources(stacks: Sequence[Stack]) -> Iterator[dict[str, str]]:
    """On whose behalf a service calls a function."""
    yield {}
    for rule in found(stacks, "AWS::Events::Rule"):
        yield {"aws:SourceArn": rule.arn}
    for api in found(stacks, "AWS::ApiGatewayV2::Api"):
        yield {"aws:SourceArn": f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{api.reference}/$default/$default"}
    yield {"aws:SourceArn": f"arn:aws:execute-api:{REGION}:{ACCOUNT}:another/$default/$default"}


def objects(stacks: Sequence[Stack]) -> Iterator[tuple[str, str, str, dict[str, str]]]:
    """Objects where the function says that they are, and beside."""
    told = environment(stacks, "Connector")
    place = f"{told['spill_bucket']}/{told['spill_prefix']}"
    places = {"spilled block": f"{place}/query/block", "beside spilled blocks": f"{told['spill_bucket']}/else/where"}
    if days := told.get("SLACKANALYTICS_CACHE_BUCKET"):
        places |= {"kept day": f"{days}/2026-11-20/x", "beside kept days": f"{days.partition('/')[0]}/else/where"}
    for group in found(stacks, "AWS::Athena::WorkGroup"):
        location = group.properties["WorkGroupConfiguration"]["ResultConfiguration"]["OutputLocation"].removeprefix(
            "s3://"
        )
        places |= {"result": f"{location}x.csv", "beside results": f"{location.partition('/')[0]}/else/where"}
    for table in found(stacks, "AWS::Glue::Table"):
        location = table.properties["TableInput"]["StorageDescriptor"]["Location"].removeprefix("s3://")
        places |= {
            "roster": f"{location}hr_dataset.csv",
            "beside the roster": f"{location.partition('/')[0]}/else/where",
        }
    for label, path in places.items():
        yield from ((label, f"s3:{each}", f"arn:aws:s3:::{path}", {}) for each in OBJECT)
        yield label, "s3:GetObject", f"arn:aws:s3:::{path}", {"aws:SecureTransport": "false"}
        yield label, "s3:PutObject", f"arn:aws:s3:::{path}", {"aws:SecureTransport": "false"}
    for bucket, prefix in sorted(
        {(path.partition("/")[0], path.partition("/")[2].partition("/")[0]) for path in places.values()}
    ):
        context = {"s3:prefix": f"{prefix}/x"}
        yield from ((f"bucket {bucket}, {prefix}", f"s3:{each}", f"arn:aws:s3:::{bucket}", context) for each in BUCKET)


def matrix(stacks: Sequence[Stack]) -> dict[str, list[str]]:
    """Principal -> what it may do, one line for each."""
    world: World = world_of(stacks)
    asked = list(questions(stacks))
    answers: dict[str, list[str]] = {}
    for principal in principals(stacks):
        allowed = [
            line(label, action, context)
            for label, action, resource, context in asked
            if (principal.service or not FOR_SERVICES & set(context))
            and world.allows(Request(principal, action, resource, context))
        ]
        answers[principal.name] = sorted(set(allowed))
    return answers


def asked(stacks: Sequence[Stack]) -> list[str]:
    """Everything that was asked of somebody who is no service."""
    return sorted(
        {
            line(label, action, context)
            for label, action, _, context in questions(stacks)
            if not FOR_SERVICES & set(context)
        }
    )


def line(label: str, action: str, context: Mapping[str, str]) -> str:
    about = "".join(
        f", {key} {value}"
        for key, value in context.items()
        if key not in {"kms:ViaService", "s3:prefix"} and "Encryption" not in key
    )
    return f"{action} on {label}{about}"
