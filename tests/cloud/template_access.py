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


Question = tuple[str, str, str, dict[str, str]]
"""Label, action, resource, context."""


def questions(stacks: Sequence[Stack]) -> Iterator[Question]:
    """Everything that anybody might try."""
    yield from of_secrets(stacks)
    yield from objects(stacks)
    yield from of_logs(stacks)
    yield from of_functions(stacks)
    yield from of_athena(stacks)
    for each in found(stacks, "AWS::IAM::Role"):
        yield each.logical, "iam:PassRole", each.arn, {}
        yield each.logical, "sts:AssumeRole", each.arn, {}


def of_secrets(stacks: Sequence[Stack]) -> Iterator[Question]:
    """Secrets and keys."""
    through = {"kms:ViaService": SECRETS_MANAGER}
    for secret in found(stacks, "AWS::SecretsManager::Secret"):
        yield from ((secret.logical, f"secretsmanager:{each}", secret.arn, {}) for each in SECRET)
    keys = {f"given {name}": arn for name, arn in given_keys(stacks).items()}
    keys |= {key.logical: key.arn for key in found(stacks, "AWS::KMS::Key")}
    for name, arn in keys.items():
        for each in KEY:
            yield name, f"kms:{each}", arn, {}
            yield f"{name} through Secrets Manager", f"kms:{each}", arn, through
            for log in ("/aws/lambda/slackanalytics", "/another/log"):
                about = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{log}"
                yield f"{name} for {log}", f"kms:{each}", arn, {"kms:EncryptionContext:aws:logs:arn": about}
    another = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:another-AbCdEf"
    yield "another secret", "secretsmanager:GetSecretValue", another, {}
    yield "another key", "kms:Decrypt", f"arn:aws:kms:{REGION}:{ACCOUNT}:key/another", {}
    yield "randomness", "kms:GenerateRandom", "*", {}


def of_logs(stacks: Sequence[Stack]) -> Iterator[Question]:
    for group in found(stacks, "AWS::Logs::LogGroup"):
        arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group.reference}:log-stream:2026/11/25/x"
        yield from ((group.reference, f"logs:{each}", arn, {}) for each in LOG)
    another = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/another:log-stream:x"
    yield "another log", "logs:PutLogEvents", another, {}


def of_functions(stacks: Sequence[Stack]) -> Iterator[Question]:
    for function in found(stacks, "AWS::Lambda::Function"):
        for each in FUNCTION:
            for context in sources(stacks):
                yield function.reference, f"lambda:{each}", function.arn, context
    another = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:another"
    yield "another function", "lambda:InvokeFunction", another, {}


def of_athena(stacks: Sequence[Stack]) -> Iterator[Question]:
    for group in found(stacks, "AWS::Athena::WorkGroup"):
        arn = f"arn:aws:athena:{REGION}:{ACCOUNT}:workgroup/"
        yield from ((group.reference, f"athena:{each}", arn + group.reference, {}) for each in WORKGROUP)
        yield from (("another workgroup", f"athena:{each}", f"{arn}another", {}) for each in WORKGROUP)
    for catalog in found(stacks, "AWS::Athena::DataCatalog"):
        arn = f"arn:aws:athena:{REGION}:{ACCOUNT}:datacatalog/{catalog.reference}"
        yield from ((catalog.reference, f"athena:{each}", arn, {}) for each in CATALOG)


def given_keys(stacks: Iterable[Stack]) -> dict[str, str]:
    """Keys that are there already."""
    names = ("KmsKeyArn", "SecretsKeyArn")
    return {name: stack.parameters[name] for stack in stacks for name in names if stack.parameters.get(name)}


def sources(stacks: Sequence[Stack]) -> Iterator[dict[str, str]]:
    """On whose behalf a service calls a function."""
    yield {}
    for rule in found(stacks, "AWS::Events::Rule"):
        yield {"aws:SourceArn": rule.arn}
    for api in found(stacks, "AWS::ApiGatewayV2::Api"):
        yield {"aws:SourceArn": f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{api.reference}/$default/$default"}
    yield {"aws:SourceArn": f"arn:aws:execute-api:{REGION}:{ACCOUNT}:another/$default/$default"}


def objects(stacks: Sequence[Stack]) -> Iterator[Question]:
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
    yield "another bucket", "s3:GetObject", "arn:aws:s3:::another/x", {}
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


ADMINISTRATORS = {"administrator", "repair role"}
ASKERS = {"QuickSightRole", "who has AnalystAccess", "who has QuickSightAccess"}
APP, CONNECTOR, REPAIR_ROLE = "OAuthRole", "ConnectorRole", "repair role"
QUICKSIGHT = {"QuickSightRole", "who has QuickSightAccess"}
EXACTLY: Mapping[str, set[str]] = {
    # The token: the app writes it, the connector reads it; an administrator who is not named may not.
    "secretsmanager:GetSecretValue on TokenSecret": {CONNECTOR, APP, REPAIR_ROLE},
    "secretsmanager:PutSecretValue on TokenSecret": {APP, REPAIR_ROLE},
    "secretsmanager:UpdateSecret on TokenSecret": {REPAIR_ROLE},
    "secretsmanager:UpdateSecretVersionStage on TokenSecret": {REPAIR_ROLE},
    "secretsmanager:GetSecretValue on ClientSecret": {APP, REPAIR_ROLE},
    "secretsmanager:PutSecretValue on ClientSecret": {APP, REPAIR_ROLE},
    "secretsmanager:UpdateSecret on ClientSecret": {REPAIR_ROLE},
    "secretsmanager:DeleteSecret on TokenSecret": ADMINISTRATORS,
    "secretsmanager:DeleteResourcePolicy on TokenSecret": ADMINISTRATORS,
    "kms:Decrypt on SecretsKey": set(),
    "kms:Encrypt on SecretsKey": set(),
    "kms:GenerateDataKey on SecretsKey": set(),
    "kms:CreateGrant on SecretsKey": ADMINISTRATORS,
    "kms:Decrypt on SecretsKey through Secrets Manager": {CONNECTOR, APP, REPAIR_ROLE},
    "kms:PutKeyPolicy on SecretsKey": ADMINISTRATORS,
    "kms:ScheduleKeyDeletion on SecretsKey": ADMINISTRATORS,
    # The key of everything that is written.
    "kms:Decrypt on another key": ADMINISTRATORS,
    "secretsmanager:GetSecretValue on another secret": ADMINISTRATORS,
    "s3:GetObject on another bucket": ADMINISTRATORS,
    "kms:Decrypt on DataKey": {CONNECTOR, *ASKERS, *ADMINISTRATORS},
    "kms:GenerateDataKey on DataKey": {CONNECTOR, *ASKERS, *ADMINISTRATORS},
    "kms:Encrypt on DataKey": ADMINISTRATORS,
    "kms:ScheduleKeyDeletion on DataKey": ADMINISTRATORS,
    "kms:Decrypt on DataKey for /aws/lambda/slackanalytics": {f"logs.{REGION}.amazonaws.com"},
    "kms:GenerateDataKey on DataKey for /aws/lambda/slackanalytics": {f"logs.{REGION}.amazonaws.com"},
    "kms:GenerateDataKey on DataKey for /another/log": set(),
    "kms:GenerateRandom on randomness": {CONNECTOR, *ADMINISTRATORS},
    # What is written.
    "s3:PutObject on spilled block": {CONNECTOR, *ADMINISTRATORS},
    "s3:GetObject on spilled block": {CONNECTOR, *ASKERS, *ADMINISTRATORS},
    "s3:DeleteObject on spilled block": ADMINISTRATORS,
    "s3:PutObject on beside spilled blocks": ADMINISTRATORS,
    "s3:GetObject on beside spilled blocks": ADMINISTRATORS,
    "s3:GetObject on kept day": {CONNECTOR, *ADMINISTRATORS},
    "s3:PutObject on kept day": {CONNECTOR, *ADMINISTRATORS},
    "s3:DeleteObject on kept day": {CONNECTOR, *ADMINISTRATORS},
    "s3:GetObject on beside kept days": ADMINISTRATORS,
    "s3:GetObject on result": {*ASKERS, *ADMINISTRATORS},
    "s3:PutObject on result": {*ASKERS, *ADMINISTRATORS},
    "s3:PutObject on beside results": ADMINISTRATORS,
    "s3:GetObject on roster": {*QUICKSIGHT, *ADMINISTRATORS},
    "s3:PutObject on roster": ADMINISTRATORS,
    **{f"s3:{action} on {place}, aws:SecureTransport false": set()
       for action in ("GetObject", "PutObject") for place in ("spilled block", "kept day", "result", "roster")},
    "s3:ListBucket on bucket slackanalytics-connector-days, days": {CONNECTOR, *ADMINISTRATORS},
    "s3:ListBucket on bucket slackanalytics-connector-days, else": ADMINISTRATORS,
    "s3:ListBucket on bucket slackanalytics-connector-results, athena-results": {*ASKERS, *ADMINISTRATORS},
    "s3:GetBucketLocation on bucket slackanalytics-connector-results, athena-results": {*ASKERS, *ADMINISTRATORS},
    "s3:GetBucketLocation on bucket slackanalytics-connector-spill, athena-federation-spill": {CONNECTOR, *ASKERS, *ADMINISTRATORS},
    # Logs, functions, Athena.
    "logs:PutLogEvents on /aws/lambda/slackanalytics": {CONNECTOR, *ADMINISTRATORS},
    "logs:CreateLogStream on /aws/lambda/slackanalytics": {CONNECTOR, *ADMINISTRATORS},
    "logs:PutLogEvents on /aws/lambda/slackanalytics-oauth": {APP, *ADMINISTRATORS},
    "logs:CreateLogStream on /aws/lambda/slackanalytics-oauth": {APP, *ADMINISTRATORS},
    "logs:PutLogEvents on /aws/lambda/slackanalytics-simulator": {"SimulatorRole", *ADMINISTRATORS},
    "logs:CreateLogStream on /aws/lambda/slackanalytics-simulator": {"SimulatorRole", *ADMINISTRATORS},
    "logs:PutLogEvents on another log": ADMINISTRATORS,
    "logs:GetLogEvents on /aws/lambda/slackanalytics": ADMINISTRATORS,
    "lambda:InvokeFunction on slackanalytics": {*ASKERS, *ADMINISTRATORS},
    "lambda:InvokeFunction on slackanalytics-oauth": ADMINISTRATORS,
    "lambda:InvokeFunction on slackanalytics-simulator": ADMINISTRATORS,
    "lambda:InvokeFunction on another function": ADMINISTRATORS,
    "lambda:UpdateFunctionCode on slackanalytics": ADMINISTRATORS,
    "athena:GetQueryExecution on slackanalytics": {CONNECTOR, *ASKERS, *ADMINISTRATORS},
    "athena:StartQueryExecution on slackanalytics": {*ASKERS, *ADMINISTRATORS},
    "athena:StopQueryExecution on slackanalytics": {*ASKERS, *ADMINISTRATORS},
    "athena:GetQueryResults on slackanalytics": {*ASKERS, *ADMINISTRATORS},
    "athena:GetWorkGroup on slackanalytics": {*ASKERS, *ADMINISTRATORS},
    "athena:StartQueryExecution on another workgroup": ADMINISTRATORS,
    "athena:GetQueryExecution on another workgroup": ADMINISTRATORS,
    "athena:GetDataCatalog on slackanalytics_catalog": {*ASKERS, *ADMINISTRATORS},
    "athena:GetTableMetadata on slackanalytics_catalog": {*ASKERS, *ADMINISTRATORS},
    "iam:PassRole on ConnectorRole": ADMINISTRATORS,
}  # fmt: skip
"""What is tried -> who may, and nobody else, where everything is deployed."""
WITH_GIVEN_KEYS: Mapping[str, set[str]] = {
    "kms:Decrypt on given SecretsKeyArn through Secrets Manager": {CONNECTOR, APP, *ADMINISTRATORS},
    "kms:GenerateDataKey on given SecretsKeyArn through Secrets Manager": {APP, *ADMINISTRATORS},
    "kms:Decrypt on given SecretsKeyArn": ADMINISTRATORS,
    "kms:Decrypt on given KmsKeyArn": {CONNECTOR, "who has AnalystAccess", *ADMINISTRATORS},
    "kms:GenerateDataKey on given KmsKeyArn": {CONNECTOR, "who has AnalystAccess", *ADMINISTRATORS},
    "s3:PutObject on spilled block": {CONNECTOR, *ADMINISTRATORS},
    "s3:GetObject on spilled block": {CONNECTOR, "who has AnalystAccess", *ADMINISTRATORS},
    "s3:GetObject on kept day": {CONNECTOR, *ADMINISTRATORS},
    "s3:PutObject on kept day": {CONNECTOR, *ADMINISTRATORS},
    "s3:PutObject on result": {"who has AnalystAccess", *ADMINISTRATORS},
    "secretsmanager:GetSecretValue on TokenSecret": {CONNECTOR, APP},
    "secretsmanager:PutSecretValue on TokenSecret": {APP},
    "secretsmanager:GetSecretValue on ClientSecret": {APP},
    "logs:PutLogEvents on /aws/lambda/my-function": {CONNECTOR, *ADMINISTRATORS},
}
"""The same, where keys and buckets are given, and no role for repairs."""
NOBODY = {"lambda.amazonaws.com", "quicksight.amazonaws.com", "s3.amazonaws.com", "stranger", "other account"}


def problems(stacks: Sequence[Stack], exactly: Mapping[str, set[str]]) -> list[str]:
    """Where somebody may what they should not, or may not what they must."""
    answers = matrix(stacks)
    result = []
    for tried, who in exactly.items():
        may = {name for name, lines in answers.items() if tried in lines}
        if may != who:
            result.append(f"{tried}: also {sorted(may - who)}, not {sorted(who - may)}")
    result += [f"{name} may {answers[name]}" for name in sorted(NOBODY) if answers[name]]
    for name, called in CALLED.items():
        may = {each.partition(",")[0].rpartition(" ")[2] for each in answers[name]}
        functions = {each.reference for each in found(stacks, "AWS::Lambda::Function") if each.logical in called}
        if may != functions:
            result.append(f"{name} may call {sorted(may)}")
    return result + in_vain(stacks)


def in_vain(stacks: Sequence[Stack]) -> list[str]:
    """What a role's own policies allow and another policy denies: it is too much, or the denial is."""
    world, alone = world_of(stacks), World()
    return [
        f"{principal.name} is allowed {action} on {label}, and denied it"
        for principal in roles(stacks)
        for label, action, resource, context in questions(stacks)
        if action.startswith("secretsmanager:")
        and alone.allows(Request(principal, action, resource, context))
        and not world.allows(Request(principal, action, resource, context))
    ]


CALLED = {"events.amazonaws.com": {"Connector"}, "apigateway.amazonaws.com": {"OAuthApp", "Simulator"}}
"""Service -> the functions that it calls."""
