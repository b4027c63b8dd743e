"""`slackanalytics doctor --aws`: what stands between a query in Athena and its answer, step by step, with remedies.

Everything is found from the catalog on: it names the function, the function's environment names secrets and buckets.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

from athena_federation.errors import FederationError, SourceError
from slackanalytics.cloud import stacks
from slackanalytics.cloud.athena_query import ask
from slackanalytics.cloud.calls import REAL_PACE, Calls, Pace, refusal
from slackanalytics.doctor import Finding
from slackanalytics.wording import plural

AGE = 3
"""Days back of the day that is asked for: Slack has published it by then."""
ENGINE = "Athena engine version 3"
WHERE = "run slackanalytics deploy up"
SLACK = "https://slack.com/api"
"""With a simulated company and this address the function simulates Slack within itself."""
SOURCE = "slack-adoption-athena"
"""The data source of the dashboard, under its default prefix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What is looked at."""

    stack: str
    catalog: str
    workgroup: str
    source: str = SOURCE


def findings(
    calls: Calls,
    installation: Installation,
    today: date,
    *,
    pace: Pace = REAL_PACE,
    clock: Callable[[], float] = time.perf_counter,
) -> Iterator[Finding]:
    """Everything worth knowing, one after the other; what needs something that is not right is left out."""
    try:
        who = calls("sts", "GetCallerIdentity")
    except FederationError as error:
        yield Finding("credentials", False, str(error))
        return
    account = str(who["Account"])
    yield Finding("credentials", True, f"{who['Arn']} in {calls.region}")
    yield _guarded("stack", lambda: _stack(calls, installation.stack))
    try:
        function = function_of(calls, installation.catalog)
    except FederationError as error:
        yield Finding("catalog", False, f"{error}; {WHERE}, or give --catalog")
        return
    yield Finding("catalog", True, f"{installation.catalog} is served by {name_of(function)}")
    settings: dict[str, Any] = {}
    yield _guarded("function", lambda: _function(calls, function, settings))
    if settings:
        yield _guarded("ping", lambda: _ping(calls, function, installation.catalog, clock))
        yield from _token(calls, settings)
        yield _guarded("spill", lambda: _spill(calls, settings, account))
    group: dict[str, Any] = {}
    yield _guarded("workgroup", lambda: _workgroup(calls, installation.workgroup, group))
    if group:
        yield _guarded("results", lambda: _results(calls, group, account))
        yield _guarded("query", lambda: _query(calls, installation, today - timedelta(days=AGE), pace))
    yield _guarded("QuickSight", lambda: _quicksight(calls, installation, account, function, settings))


def _guarded(subject: str, look: Callable[[], tuple[bool, str]]) -> Finding:
    """A look that AWS refuses is a finding too."""
    try:
        is_right, text = look()
    except FederationError as error:
        return Finding(subject, False, str(error))
    return Finding(subject, is_right, text)


def _stack(calls: Calls, stack: str) -> tuple[bool, str]:
    found = stacks.described(calls, stack)
    if found is None:
        return False, f"there is no stack {stack} in {calls.region}; {WHERE}, or give --stack and --region"
    status = str(found["StackStatus"])
    whole = status.endswith("_COMPLETE") and "ROLLBACK" not in status
    remedy = "" if whole else f": {found.get('StackStatusReason', 'no reason given')}; see slackanalytics deploy status"
    return whole, f"{stack} is {status}{remedy}"


def function_of(calls: Calls, catalog: str) -> str:
    """The ARN of the function behind a catalog. Raises SourceError where it is none of Lambda's."""
    found = calls("athena", "GetDataCatalog", Name=catalog)["DataCatalog"]
    parameters = found.get("Parameters", {})
    function = parameters.get("function") or parameters.get("record-function")
    if found.get("Type") != "LAMBDA" or not function:
        raise SourceError(f"catalog {catalog} is of type {found.get('Type')}, not LAMBDA with a function")
    return str(function)


def name_of(function: str) -> str:
    """`slackanalytics` for itself and for its ARN."""
    parts = function.split(":")
    return parts[6] if len(parts) > 6 else function


def _function(calls: Calls, function: str, settings: dict[str, Any]) -> tuple[bool, str]:
    try:
        found = calls("lambda", "GetFunctionConfiguration", FunctionName=function)
    except SourceError as error:
        if refusal(error) == "ResourceNotFoundException":
            return False, f"there is no function {name_of(function)}; {WHERE}"
        raise
    if found.get("State") == "Failed" or found.get("LastUpdateStatus") == "Failed":
        return (
            False,
            f"{name_of(function)} did not start: {found.get('StateReason') or found.get('LastUpdateStatusReason')}; {WHERE}",
        )
    settings.update(found.get("Environment", {}).get("Variables", {}), role=found["Role"])
    return True, (
        f"{name_of(function)}: {found.get('Runtime', 'image')} on {'/'.join(found.get('Architectures', ['x86_64']))},"
        f" {found['MemorySize']:,} MB, {found['Timeout']} s"
    )


def _ping(calls: Calls, function: str, catalog: str, clock: Callable[[], float]) -> tuple[bool, str]:
    request = {
        "@type": "PingRequest",
        "identity": {
            "id": "UNKNOWN",
            "principal": "UNKNOWN",
            "account": "UNKNOWN",
            "arn": "",
            "tags": {},
            "groups": [],
        },
        "catalogName": catalog,
        "queryId": "slackanalytics-doctor",
    }
    begin = clock()
    answer = calls("lambda", "Invoke", FunctionName=function, Payload=json.dumps(request).encode())
    took = round(1000 * (clock() - begin))
    body = answer["Payload"]
    document = json.loads(body.read() if hasattr(body, "read") else body)
    if "FunctionError" in answer:
        said = f"{document.get('errorType')}: {document.get('errorMessage')}"
        return False, f"the function fails: {said}; its log group /aws/lambda/{name_of(function)} says where"
    if document.get("@type") != "PingResponse":
        return (
            False,
            f"the function answers {document.get('@type', 'nothing that is known')}; is it another one? {WHERE}",
        )
    return True, f"answered in {took:,} ms, protocol {document.get('serDeVersion', '?')}"


def _token(calls: Calls, settings: dict[str, Any]) -> Iterator[Finding]:
    """The secret with Slack's token is there and filled; the function's role may read it."""
    store = str(settings.get("SLACKANALYTICS_TOKEN_STORE", ""))
    if settings.get("SLACKANALYTICS_SOURCE") == "demo" and settings.get("SLACKANALYTICS_SLACK_API_URL", SLACK) == SLACK:
        yield Finding("secret", True, "none is needed: the figures are simulated")
        return
    if not store.startswith("aws"):
        yield Finding("secret", False, f"SLACKANALYTICS_TOKEN_STORE of the function is {store or 'not set'}; {WHERE}")
        return
    yield _guarded("secret", lambda: _secret(calls, secret_of(store), str(settings["role"])))


def secret_of(store: str) -> str:
    """The token's secret in `aws`, `aws:PREFIX` or `aws:TOKEN,CLIENT`."""
    _, _, rest = store.partition(":")
    first, comma, _ = rest.partition(",")
    return first if comma else f"{rest or 'slackanalytics'}/token"


def _secret(calls: Calls, secret: str, role: str) -> tuple[bool, str]:
    try:
        found = calls("secretsmanager", "DescribeSecret", SecretId=secret)
    except SourceError as error:
        if refusal(error) == "ResourceNotFoundException":
            return False, f"there is no secret {secret}; {WHERE}"
        raise
    if found.get("DeletedDate"):
        return False, f"{secret} is to be deleted; aws secretsmanager restore-secret --secret-id {secret} keeps it"
    if "AWSCURRENT" not in str(found.get("VersionIdsToStages", {})):
        return (
            False,
            f"{secret} is empty: nobody has connected Slack yet; open the app's address (OAuthUrl in deploy status)",
        )
    if denied := not_allowed(calls, role, ["secretsmanager:GetSecretValue"], [found["ARN"]]):
        return False, f"the function's role lacks {denied[0]} on {secret}; {WHERE}"
    changed = found.get("LastChangedDate")
    return True, f"{secret} holds a value" + (
        f" since {changed:%Y-%m-%d}" if changed else ""
    ) + ", the function may read it"


def not_allowed(calls: Calls, role: str, actions: Sequence[str], resources: Sequence[str]) -> list[str]:
    """Which of the actions a role's policies do not allow. Policies of resources are not looked at."""
    answer = calls(
        "iam", "SimulatePrincipalPolicy", PolicySourceArn=role, ActionNames=list(actions), ResourceArns=list(resources)
    )
    return [each["EvalActionName"] for each in answer["EvaluationResults"] if each["EvalDecision"] != "allowed"]


def _bucket(calls: Calls, bucket: str, account: str, what: str) -> tuple[bool, str]:
    try:
        calls("s3", "HeadBucket", Bucket=bucket, ExpectedBucketOwner=account)
    except FederationError as error:
        if refusal(error) in {"403", "AccessDenied"}:
            return False, f"bucket {bucket} for {what} is not of account {account}, or closed to you"
        if refusal(error) in {"404", "NoSuchBucket"}:
            return False, f"there is no bucket {bucket} for {what}; {WHERE}"
        raise
    return True, f"{what} in {bucket}"


def _spill(calls: Calls, settings: dict[str, Any], account: str) -> tuple[bool, str]:
    bucket = str(settings.get("spill_bucket", ""))
    if not bucket:
        return False, f"the function has no spill_bucket, so that answers above 6 MB fail; {WHERE}"
    return _bucket(calls, bucket, account, "spilled blocks")


def _workgroup(calls: Calls, workgroup: str, group: dict[str, Any]) -> tuple[bool, str]:
    found = calls("athena", "GetWorkGroup", WorkGroup=workgroup)["WorkGroup"]
    configuration = found.get("Configuration", {})
    version = configuration.get("EngineVersion", {}).get("EffectiveEngineVersion", ENGINE)
    if found.get("State") != "ENABLED":
        return False, f"{workgroup} is {found.get('State')}; enable it in Athena's console"
    if version != ENGINE:
        return False, f"{workgroup} runs {version}; choose {ENGINE} for it"
    group.update(configuration)
    return True, f"{workgroup} is enabled, {version}"


def _results(calls: Calls, group: dict[str, Any], account: str) -> tuple[bool, str]:
    if group.get("ManagedQueryResultsConfiguration", {}).get("Enabled"):
        return True, "Athena keeps them itself"
    location = str(group.get("ResultConfiguration", {}).get("OutputLocation", ""))
    if not location:
        return False, f"the workgroup does not say where results go; {WHERE}, or give query --results s3://…"
    return _bucket(calls, urlsplit(location).netloc, account, "results")


def _query(calls: Calls, installation: Installation, day: date, pace: Pace) -> tuple[bool, str]:
    begin = pace.clock()
    table = f'"{installation.catalog}".slackanalytics.member_analytics'
    sql = f"SELECT count(*) FROM {table} WHERE date = '{day}'"  # noqa: S608 - a catalog that is there, and a date
    with ask(calls, sql, catalog=installation.catalog, workgroup=installation.workgroup, pace=pace) as result:
        ((rows,),) = result.rows()
    if not rows:
        return False, f"{day} has no rows: Slack may not have published it; slackanalytics.day_status says why"
    return True, f"{plural(rows, 'member')} on {day}, in {pace.clock() - begin:.1f} s"


def _quicksight(
    calls: Calls, installation: Installation, account: str, function: str, settings: dict[str, Any]
) -> tuple[bool, str]:
    """The role with which QuickSight asks may call the connector and read what it spills."""
    try:
        found = calls("quicksight", "DescribeDataSource", AwsAccountId=account, DataSourceId=installation.source)
    except SourceError as error:
        if refusal(error) in {"ResourceNotFoundException", "UnsupportedUserEditionException"}:
            return True, f"no data source {installation.source}; slackanalytics deploy up dashboard makes it"
        raise
    source = found["DataSource"]
    if str(source.get("Status", "")).endswith("FAILED"):
        return (
            False,
            f"data source {installation.source}: {source.get('ErrorInfo', {}).get('Message', source['Status'])}",
        )
    role = source.get("DataSourceParameters", {}).get("AthenaParameters", {}).get("RoleArn")
    if not role:
        role = f"arn:{function.split(':')[1]}:iam::{account}:role/service-role/aws-quicksight-service-role-v0"
    denied = not_allowed(calls, role, ["lambda:InvokeFunction"], [function])
    if bucket := settings.get("spill_bucket"):
        prefix = settings.get("spill_prefix") or "athena-federation-spill"
        denied += not_allowed(
            calls, role, ["s3:GetObject"], [f"arn:{function.split(':')[1]}:s3:::{bucket}/{prefix}/block"]
        )
    if denied:
        return (
            False,
            f"{role.rpartition('/')[2]} lacks {', '.join(denied)}; attach the policy QuickSightAccess of the stack to it",
        )
    return True, f"{role.rpartition('/')[2]} may call the connector and read what it spills"
