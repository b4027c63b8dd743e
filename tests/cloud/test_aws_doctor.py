"""`doctor --aws`: a right installation is right in every step, and each thing that can be wrong is found with its remedy."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.cloud.scripted import ACCOUNT, Answer, Scripted, refused, replayed

from slackanalytics.cloud.aws_doctor import Installation, findings, secret_of
from slackanalytics.cloud.calls import Pace
from slackanalytics.doctor import Finding

FUNCTION = f"arn:aws:lambda:eu-central-1:{ACCOUNT}:function:slackanalytics"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/connector"
INSTALLATION = Installation(stack="slackanalytics", catalog="slackanalytics_catalog", workgroup="slackanalytics")
TODAY = date(2026, 11, 25)
Answers = dict[tuple[str, str], Answer | list[Answer]]


def pong(body: dict[str, Any] | None = None, **more: Any) -> Any:
    document = body or {"@type": "PingResponse", "serDeVersion": 5}
    return lambda _: {"Payload": io.BytesIO(json.dumps(document).encode()), **more}


def stack(status: str) -> Answer:
    return {"Stacks": [{"StackName": "slackanalytics", "StackStatus": status, "CreationTime": datetime.now(UTC)}]}


def function(**more: Any) -> dict[str, Any]:
    variables = {
        "SLACKANALYTICS_TOKEN_STORE": "aws:slack-token,slack-client",
        "spill_bucket": "spill",
        "spill_prefix": "p",
    }
    return {
        "State": "Active", "Role": ROLE, "Runtime": "python3.13", "Architectures": ["arm64"], "MemorySize": 1024,
        "Timeout": 900, "Environment": {"Variables": variables}, **more,
    }  # fmt: skip


def workgroup(state: str = "ENABLED", version: str = "Athena engine version 3", **more: Any) -> dict[str, Any]:
    place = {"ResultConfiguration": {"OutputLocation": "s3://results/here/"}}
    return {
        "WorkGroup": {
            "Name": "w",
            "State": state,
            "Configuration": {"EngineVersion": {"EffectiveEngineVersion": version}, **place, **more},
        }
    }


def counted(rows: str) -> dict[str, Any]:
    info = [{"Name": "_col0", "Label": "_col0", "Type": "bigint"}]
    return {
        "ResultSet": {
            "Rows": [{"Data": [{"VarCharValue": text}]} for text in ("_col0", rows)],
            "ResultSetMetadata": {"ColumnInfo": info},
        }
    }


def simulated(decision: str) -> Answer:
    return lambda given: {
        "EvaluationResults": [{"EvalActionName": name, "EvalDecision": decision} for name in given["ActionNames"]]
    }


def source(**more: Any) -> dict[str, Any]:
    return {
        "DataSource": {
            "Status": "CREATION_SUCCESSFUL",
            "DataSourceParameters": {"AthenaParameters": {"RoleArn": ROLE}},
            **more,
        }
    }


SECRET = {
    "ARN": f"arn:aws:secretsmanager:eu-central-1:{ACCOUNT}:secret:slack-token-x",
    "VersionIdsToStages": {"1": ["AWSCURRENT"]},
}
RIGHT: Answers = {
    ("cloudformation", "DescribeStacks"): stack("UPDATE_COMPLETE"),
    ("athena", "GetDataCatalog"): {
        "DataCatalog": {"Name": "c", "Type": "LAMBDA", "Parameters": {"function": FUNCTION}}
    },
    ("lambda", "GetFunctionConfiguration"): function(),
    ("lambda", "Invoke"): pong(),
    ("secretsmanager", "DescribeSecret"): SECRET,
    ("iam", "SimulatePrincipalPolicy"): simulated("allowed"),
    ("athena", "GetWorkGroup"): workgroup(),
    ("athena", "StartQueryExecution"): {"QueryExecutionId": "q"},
    ("athena", "GetQueryExecution"): {"QueryExecution": {"Status": {"State": "SUCCEEDED"}}},
    ("athena", "GetQueryResults"): counted("1000"),
    ("quicksight", "DescribeDataSource"): source(),
}
FAILED = {"QueryExecution": {"Status": {"State": "FAILED", "StateChangeReason": "COLUMN_NOT_FOUND: x"}}}
WRONG: dict[str, tuple[Answers, str, str]] = {
    "no credentials": ({("sts", "GetCallerIdentity"): refused("ExpiredToken")}, "credentials", "credentials in use"),
    "no stack": ({("cloudformation", "DescribeStacks"): refused("ValidationError", "Stack does not exist")}, "stack", "deploy up"),
    "a stack rolled back": ({("cloudformation", "DescribeStacks"): stack("UPDATE_ROLLBACK_COMPLETE")}, "stack", "deploy status"),
    "no catalog": ({("athena", "GetDataCatalog"): refused("InvalidRequestException", "not found")}, "catalog", "--catalog"),
    "a Glue catalog": ({("athena", "GetDataCatalog"): {"DataCatalog": {"Name": "c", "Type": "GLUE"}}}, "catalog", "type GLUE"),
    "no function": ({("lambda", "GetFunctionConfiguration"): refused("ResourceNotFoundException")}, "function", "deploy up"),
    "a function that does not start": ({("lambda", "GetFunctionConfiguration"): function(State="Failed", StateReason="bad zip")}, "function", "bad zip"),
    "a function that fails": ({("lambda", "Invoke"): pong({"errorType": "ConfigurationError", "errorMessage": "spill"}, FunctionError="Unhandled")}, "ping", "/aws/lambda/slackanalytics"),
    "another function": ({("lambda", "Invoke"): pong({"hello": 1})}, "ping", "another one"),
    "may not be called": ({("lambda", "Invoke"): refused("AccessDeniedException")}, "ping", "lambda:Invoke"),
    "no secret": ({("secretsmanager", "DescribeSecret"): refused("ResourceNotFoundException")}, "secret", "slack-token"),
    "an empty secret": ({("secretsmanager", "DescribeSecret"): {**SECRET, "VersionIdsToStages": {}}}, "secret", "nobody has connected Slack"),
    "a secret that goes": ({("secretsmanager", "DescribeSecret"): {**SECRET, "DeletedDate": datetime.now(UTC)}}, "secret", "restore-secret"),
    "a secret out of reach": ({("iam", "SimulatePrincipalPolicy"): [simulated("implicitDeny"), simulated("allowed")]}, "secret", "secretsmanager:GetSecretValue"),
    "a token elsewhere": ({("lambda", "GetFunctionConfiguration"): function(Environment={"Variables": {"spill_bucket": "s"}})}, "secret", "TOKEN_STORE"),
    "no spill bucket": ({("s3", "HeadBucket"): [refused("404"), {}]}, "spill", "no bucket spill"),
    "somebody else's bucket": ({("s3", "HeadBucket"): [{}, refused("403")]}, "results", "not of account"),
    "a workgroup switched off": ({("athena", "GetWorkGroup"): workgroup("DISABLED")}, "workgroup", "enable"),
    "an old engine": ({("athena", "GetWorkGroup"): workgroup(version="Athena engine version 2")}, "workgroup", "version 3"),
    "nowhere for results": ({("athena", "GetWorkGroup"): workgroup(ResultConfiguration={})}, "results", "--results"),
    "a query that fails": ({("athena", "GetQueryExecution"): FAILED}, "query", "COLUMN_NOT_FOUND"),
    "a day without rows": ({("athena", "GetQueryResults"): counted("0")}, "query", "day_status"),
    "QuickSight may not call": ({("iam", "SimulatePrincipalPolicy"): [simulated("allowed"), simulated("explicitDeny"), simulated("allowed")]}, "QuickSight", "lambda:InvokeFunction"),
    "QuickSight may not read": ({("iam", "SimulatePrincipalPolicy"): [simulated("allowed"), simulated("allowed"), simulated("implicitDeny")]}, "QuickSight", "s3:GetObject"),
    "a source that failed": ({("quicksight", "DescribeDataSource"): source(Status="CREATION_FAILED", ErrorInfo={"Message": "no access"})}, "QuickSight", "no access"),
}  # fmt: skip


def looked(answers: Answers) -> list[Finding]:
    calls = Scripted(answers)
    return list(findings(calls, INSTALLATION, TODAY, pace=Pace(sleep=lambda _: None), clock=lambda: 0.0))


def test_a_right_installation_is_right_in_every_step() -> None:
    found = looked(RIGHT)
    assert [finding.subject for finding in found if not finding.is_right] == []
    assert [finding.subject for finding in found] == [
        "credentials", "stack", "catalog", "function", "ping", "secret", "spill", "workgroup", "results", "query",
        "QuickSight",
    ]  # fmt: skip
    assert found[9].text.startswith("1,000 members on 2026-11-22")


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_found_in_its_place_with_what_to_do(case: str) -> None:
    answers, subject, words = WRONG[case]
    wrong = [finding for finding in looked(RIGHT | answers) if not finding.is_right]
    assert [finding.subject for finding in wrong] == [subject]
    assert words in wrong[0].text
    assert "\n" not in wrong[0].text


def test_each_call_is_one_that_boto3_takes() -> None:
    calls = Scripted(RIGHT)
    list(findings(calls, INSTALLATION, TODAY, pace=Pace(sleep=lambda _: None), clock=lambda: 0.0))
    assert replayed(calls.made) == {
        "sts", "cloudformation", "athena", "lambda", "secretsmanager", "iam", "s3", "quicksight",
    }  # fmt: skip


def test_a_dashboard_need_not_be_there() -> None:
    found = looked(RIGHT | {("quicksight", "DescribeDataSource"): refused("ResourceNotFoundException")})
    assert found[-1].is_right
    assert "deploy up dashboard" in found[-1].text


def test_results_that_athena_keeps_need_no_bucket() -> None:
    managed = {("athena", "GetWorkGroup"): workgroup(ManagedQueryResultsConfiguration={"Enabled": True})}
    assert all(finding.is_right for finding in looked(RIGHT | managed))


def test_simulated_figures_need_no_secret() -> None:
    demo = function(Environment={"Variables": {"SLACKANALYTICS_SOURCE": "demo", "spill_bucket": "spill"}})
    assert all(finding.is_right for finding in looked(RIGHT | {("lambda", "GetFunctionConfiguration"): demo}))
    outside = function(
        Environment={"Variables": {**demo["Environment"]["Variables"], "SLACKANALYTICS_SLACK_API_URL": "https://x"}}
    )
    wrong = [
        finding for finding in looked(RIGHT | {("lambda", "GetFunctionConfiguration"): outside}) if not finding.is_right
    ]
    assert [finding.subject for finding in wrong] == ["secret"]


def test_the_token_s_secret_is_known_by_each_form_of_the_setting() -> None:
    assert [secret_of(text) for text in ("aws", "aws:mine", "aws:a,b")] == ["slackanalytics/token", "mine/token", "a"]
