"""Who may do what in a deployment: each principal, action and resource with the answer that is right."""

from __future__ import annotations

import itertools

import pytest
from tests.cloud import deployed
from tests.cloud.deployed import ANALYST, CONNECTOR, OAUTH, OUTSIDER, QUICKSIGHT, SIMULATOR, STRANGER, secret_arn
from tests.cloud.iam import Policies, Request
from tests.cloud.resolving import ACCOUNT, REGION

TOKEN, CLIENT = secret_arn("slackanalytics/token"), secret_arn("slackanalytics/client")
SECRETS_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/<SecretsKey>"
DATA_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/<DataKey>"
SPILL, RESULTS, DAYS, ROSTER = (f"arn:aws:s3:::<{name}>" for name in ("Spill", "Results", "Days", "RosterBucket"))
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:slackanalytics"
OAUTH_FUNCTION = f"{FUNCTION}-oauth"
WORKGROUP = f"arn:aws:athena:{REGION}:{ACCOUNT}:workgroup/slackanalytics"
CATALOG = f"arn:aws:athena:{REGION}:{ACCOUNT}:datacatalog/slackanalytics_catalog"
LOG = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/slackanalytics:log-stream:x"
OAUTH_LOG = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/slackanalytics-oauth:log-stream:x"
SIMULATOR_LOG = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/slackanalytics-simulator:log-stream:x"
VIA_SECRETS = (("kms:ViaService", f"secretsmanager.{REGION}.amazonaws.com"), ("kms:CallerAccount", ACCOUNT))

OURS = (CONNECTOR, OAUTH, SIMULATOR, QUICKSIGHT, ANALYST)
READ, WRITE = "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"

RIGHTS: dict[tuple[str, str], frozenset[str]] = {
    (READ, TOKEN): frozenset({CONNECTOR, OAUTH}),
    ("secretsmanager:BatchGetSecretValue", TOKEN): frozenset(),
    (WRITE, TOKEN): frozenset({OAUTH}),
    ("secretsmanager:UpdateSecret", TOKEN): frozenset(),
    (READ, CLIENT): frozenset({OAUTH}),
    (WRITE, CLIENT): frozenset({OAUTH}),
    ("secretsmanager:DeleteSecret", TOKEN): frozenset(),
    ("s3:GetObject", f"{SPILL}/athena-federation-spill/q/1"): frozenset({CONNECTOR, QUICKSIGHT, ANALYST}),
    ("s3:PutObject", f"{SPILL}/athena-federation-spill/q/1"): frozenset({CONNECTOR}),
    ("s3:AbortMultipartUpload", f"{SPILL}/athena-federation-spill/q/1"): frozenset({CONNECTOR}),
    ("s3:DeleteObject", f"{SPILL}/athena-federation-spill/q/1"): frozenset(),
    ("s3:GetObject", f"{SPILL}/elsewhere"): frozenset(),
    ("s3:PutObject", f"{SPILL}/elsewhere"): frozenset(),
    ("s3:ListBucket", SPILL): frozenset({CONNECTOR, QUICKSIGHT, ANALYST}),
    ("s3:GetBucketLocation", SPILL): frozenset({CONNECTOR, QUICKSIGHT, ANALYST}),
    ("s3:GetObject", f"{DAYS}/days/2026-11-10.parquet"): frozenset({CONNECTOR}),
    ("s3:PutObject", f"{DAYS}/days/2026-11-10.parquet"): frozenset({CONNECTOR}),
    ("s3:DeleteObject", f"{DAYS}/days/2026-11-10.parquet"): frozenset({CONNECTOR}),
    ("s3:GetObject", f"{DAYS}/other"): frozenset(),
    ("s3:GetObject", f"{RESULTS}/athena-results/1.csv"): frozenset({QUICKSIGHT, ANALYST}),
    ("s3:PutObject", f"{RESULTS}/athena-results/1.csv"): frozenset({QUICKSIGHT, ANALYST}),
    ("s3:ListMultipartUploadParts", f"{RESULTS}/athena-results/1.csv"): frozenset({QUICKSIGHT, ANALYST}),
    ("s3:GetObject", f"{RESULTS}/other"): frozenset(),
    ("s3:GetObject", f"{ROSTER}/roster/hr.csv"): frozenset({QUICKSIGHT}),
    ("s3:PutObject", f"{ROSTER}/roster/hr.csv"): frozenset(),
    ("lambda:InvokeFunction", FUNCTION): frozenset({QUICKSIGHT, ANALYST}),
    ("lambda:InvokeFunction", OAUTH_FUNCTION): frozenset(),
    ("lambda:UpdateFunctionCode", FUNCTION): frozenset(),
    ("athena:StartQueryExecution", WORKGROUP): frozenset({QUICKSIGHT, ANALYST}),
    ("athena:GetQueryExecution", WORKGROUP): frozenset({CONNECTOR, QUICKSIGHT, ANALYST}),
    ("athena:GetDataCatalog", CATALOG): frozenset({QUICKSIGHT, ANALYST}),
    ("athena:DeleteDataCatalog", CATALOG): frozenset(),
    ("logs:PutLogEvents", LOG): frozenset({CONNECTOR}),
    ("logs:PutLogEvents", OAUTH_LOG): frozenset({OAUTH}),
    ("logs:CreateLogStream", SIMULATOR_LOG): frozenset({SIMULATOR}),
    ("logs:GetLogEvents", LOG): frozenset(),
    ("kms:Decrypt", DATA_KEY): frozenset({CONNECTOR, QUICKSIGHT, ANALYST}),
    ("kms:GenerateDataKey", DATA_KEY): frozenset({CONNECTOR, QUICKSIGHT, ANALYST}),
    ("kms:ScheduleKeyDeletion", DATA_KEY): frozenset(),
    ("kms:Decrypt", SECRETS_KEY): frozenset(),
    ("iam:PassRole", CONNECTOR): frozenset(),
}
"""What is done to what -> who of ours may."""


@pytest.fixture(scope="module")
def all_policies() -> Policies:
    return deployed.policies(deployed.templates(deployed.texts()))


@pytest.mark.parametrize(("action", "resource"), list(RIGHTS), ids=lambda each: str(each).rpartition(":")[2])
def test_only_those_who_need_it_may(action: str, resource: str, all_policies: Policies) -> None:
    context = {"s3:prefix": "days/"} if action == "s3:ListBucket" else {}
    may = {who for who in OURS if all_policies.allows(Request(who, action, resource, context))}
    assert may == RIGHTS[action, resource]


def test_the_key_of_the_secrets_opens_them_through_secrets_manager_and_not_otherwise(
    all_policies: Policies,
) -> None:
    via, directly = dict(VIA_SECRETS), {"kms:CallerAccount": ACCOUNT}
    for who, action in itertools.product((*OURS, STRANGER, OUTSIDER), ("kms:Decrypt", "kms:GenerateDataKey")):
        wanted = who in (CONNECTOR, OAUTH)
        assert all_policies.allows(Request(who, action, SECRETS_KEY, via)) is (
            wanted or (who == STRANGER and "Generate" in action)
        )
        assert not all_policies.allows(Request(who, action, SECRETS_KEY, directly))


@pytest.mark.parametrize("who", [STRANGER, OUTSIDER])
@pytest.mark.parametrize("secret", [TOKEN, CLIENT])
@pytest.mark.parametrize("action", [READ, WRITE, "secretsmanager:BatchGetSecretValue", "secretsmanager:UpdateSecret"])
def test_an_administrator_of_the_account_neither_reads_nor_writes_the_secrets(
    who: str, secret: str, action: str, all_policies: Policies
) -> None:
    assert not all_policies.allows(Request(who, action, secret))


@pytest.mark.parametrize("bucket", [SPILL, RESULTS, DAYS, ROSTER])
def test_nothing_goes_over_the_wire_in_clear(bucket: str, all_policies: Policies) -> None:
    for resource in (bucket, f"{bucket}/any"):
        for action in ("s3:GetObject", "s3:PutObject", "s3:ListBucket"):
            assert all_policies.allows(Request(STRANGER, action, resource))
            assert not all_policies.allows(Request(STRANGER, action, resource, {"aws:SecureTransport": "false"}))


def test_services_call_functions_from_their_own_place_only(all_policies: Policies) -> None:
    schedule = {"aws:SourceArn": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/<WarmUp>"}
    api = {"aws:SourceArn": f"arn:aws:execute-api:{REGION}:{ACCOUNT}:<Api>/$default/$default"}
    for principal, function, context in (
        ("events.amazonaws.com", FUNCTION, schedule),
        ("apigateway.amazonaws.com", OAUTH_FUNCTION, api),
        ("apigateway.amazonaws.com", f"{FUNCTION}-simulator", api),
    ):
        assert all_policies.allows(Request(principal, "lambda:InvokeFunction", function, context))
        elsewhere = {"aws:SourceArn": context["aws:SourceArn"].replace(ACCOUNT, "444455556666")}
        assert not all_policies.allows(Request(principal, "lambda:InvokeFunction", function, elsewhere))


def test_logs_encrypts_the_connectors_log_and_no_other(all_policies: Policies) -> None:
    own = {
        "kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/slackanalytics"
    }
    other = {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:other"}
    for action in ("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"):
        assert all_policies.allows(Request(f"logs.{REGION}.amazonaws.com", action, DATA_KEY, own))
        assert not all_policies.allows(Request(f"logs.{REGION}.amazonaws.com", action, DATA_KEY, other))
