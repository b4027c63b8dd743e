"""Whether what belongs together is tied together: alarms and function, permission and API, policy and bucket, key and log."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from tests.cloud.template_access import found
from tests.cloud.template_resolver import ACCOUNT, REGION, Resource, Stack, as_many

SCHEDULE = re.compile(r"rate\(\d+ (minute|hour|day)s?\)|cron\([\d*/,?LW#A-Z -]+\)")
TOLD_OF_REQUESTS = {"requestTime", "requestId", "httpMethod", "path", "status", "responseLatency"}
"""What an access log may say. The query string carries Slack's code and the state."""
THIRTEEN_MONTHS = 396


def problems(stacks: list[Stack]) -> list[str]:
    checks: tuple[Callable[[list[Stack]], Iterator[str]], ...] = (
        buckets, keys, secrets, logs, alarms, schedules, apis, athena, retained,
    )  # fmt: skip
    return [problem for check in checks for problem in check(stacks)]


def only(stacks: list[Stack], kind: str, *logical: str) -> Resource:
    (one,) = found(stacks, kind, *logical)
    return one


def siblings(stacks: list[Stack], resource: Resource, kind: str) -> list[Resource]:
    """The resources of a kind in the same stack."""
    return [each for each in found(stacks, kind) if each.stack == resource.stack]


def buckets(stacks: list[Stack]) -> Iterator[str]:
    policies = found(stacks, "AWS::S3::BucketPolicy")
    for bucket in found(stacks, "AWS::S3::Bucket"):
        own = [each for each in policies if each.properties["Bucket"] == bucket.reference]
        if len(own) != 1:
            yield f"bucket {bucket.logical} has {len(own)} policies"
            continue
        for statement in own[0].properties["PolicyDocument"]["Statement"]:
            if sorted(as_many(statement["Resource"])) != [bucket.arn, f"{bucket.arn}/*"]:
                yield f"the policy of bucket {bucket.logical} speaks of something else"
        (rule,) = bucket.properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        default = rule["ServerSideEncryptionByDefault"]
        if default["SSEAlgorithm"] != "aws:kms" or ":key/" not in default.get("KMSMasterKeyID", ""):
            yield f"bucket {bucket.logical} is not encrypted with a key of ours"
        days = [each.get("ExpirationInDays") for each in bucket.properties["LifecycleConfiguration"]["Rules"]]
        longest = {"Spill": 1, "Days": THIRTEEN_MONTHS, "Results": THIRTEEN_MONTHS}.get(bucket.logical)
        if longest and not all(day and int(day) <= longest for day in days):
            yield f"bucket {bucket.logical} keeps objects for {days} days, at most {longest} are meant"
        if bucket.logical == "Days" and days != [THIRTEEN_MONTHS]:
            yield "kept days go before Slack's thirteen months are over"


def keys(stacks: list[Stack]) -> Iterator[str]:
    for key in found(stacks, "AWS::KMS::Key"):
        statements = key.properties["KeyPolicy"]["Statement"]
        root = f"arn:aws:iam::{ACCOUNT}:root"
        manages = [each for each in statements if each["Principal"] == {"AWS": root} and each["Effect"] == "Allow"]
        actions = {action for each in manages for action in as_many(each["Action"])}
        if not actions & {"kms:*", "kms:Put*"} or not actions & {"kms:*", "kms:ScheduleKeyDeletion"}:
            yield f"nobody can manage the key {key.logical}"
        for group in found(stacks, "AWS::Logs::LogGroup"):
            if group.properties.get("KmsKeyId") == key.arn:
                arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group.reference}"
                spoken = [each["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"] for each in statements
                          if each["Principal"] == {"Service": f"logs.{REGION}.amazonaws.com"}]  # fmt: skip
                if spoken != [arn]:
                    yield f"the key {key.logical} is not for the log {group.reference}"


def secrets(stacks: list[Stack]) -> Iterator[str]:
    policies = found(stacks, "AWS::SecretsManager::ResourcePolicy")
    for secret in found(stacks, "AWS::SecretsManager::Secret"):
        if sum(each.properties["SecretId"] == secret.reference for each in policies) != 1:
            yield f"{secret.logical} has no policy of its own"
    kinds = {each.logical: each.properties["Name"] for each in found(stacks, "AWS::SecretsManager::Secret")}
    if not kinds:
        return
    for function in found(stacks, "AWS::Lambda::Function"):
        store = function.properties["Environment"]["Variables"].get("SLACKANALYTICS_TOKEN_STORE")
        if store is not None and store != f"aws:{kinds['TokenSecret']},{kinds['ClientSecret']}":
            yield f"{function.logical} looks for its secrets in {store}"


def logs(stacks: list[Stack]) -> Iterator[str]:
    for function in found(stacks, "AWS::Lambda::Function"):
        name = f"/aws/lambda/{function.reference}"
        groups = [each for each in siblings(stacks, function, "AWS::Logs::LogGroup") if each.reference == name]
        if not groups or function.properties["LoggingConfig"]["LogGroup"] != name:
            yield f"{function.logical} does not write to the log {name}, which ends"
        elif groups[0].logical not in as_many(function.raw.get("DependsOn", [])):
            yield f"{function.logical} may be called before its log is there"
    for group in found(stacks, "AWS::Logs::LogGroup"):
        if int(group.properties["RetentionInDays"]) > 731:
            yield f"{group.reference} is kept for longer than two years"


def alarms(stacks: list[Stack]) -> Iterator[str]:
    for function in found(stacks, "AWS::Lambda::Function", "Connector"):
        seen = set()
        for alarm in siblings(stacks, function, "AWS::CloudWatch::Alarm"):
            about = alarm.properties
            seen.add(about["MetricName"])
            wanted = {"Errors": "Sum", "Throttles": "Sum", "Duration": "Maximum"}
            if about["Dimensions"] != [{"Name": "FunctionName", "Value": function.reference}]:
                yield f"{alarm.logical} watches {about['Dimensions']}"
            if about["Statistic"] != wanted.get(about["MetricName"]) or about["Namespace"] != "AWS/Lambda":
                yield f"{alarm.logical} looks at {about['Statistic']} of {about['Namespace']} {about['MetricName']}"
            limit = 1000 * int(function.properties["Timeout"])
            low, high = (limit / 2, limit - 1) if about["MetricName"] == "Duration" else (1, 1)
            if not low <= float(about["Threshold"]) <= high:
                yield f"{alarm.logical} starts at {about['Threshold']}"
            if about["ComparisonOperator"] != "GreaterThanOrEqualToThreshold" or about["EvaluationPeriods"] != 1:
                yield f"{alarm.logical} compares otherwise"
            topic = next(
                s for stack in stacks for s in (stack, *stack.inner.values()) if s.name == alarm.stack
            ).parameters["AlarmTopicArn"]
            if about.get("AlarmActions", []) != ([topic] if topic else []):
                yield f"{alarm.logical} tells {about.get('AlarmActions')}"
            if not alarm.logical.startswith(about["MetricName"]):
                yield f"{alarm.logical} is about {about['MetricName']}"
        if seen != {"Errors", "Throttles", "Duration"}:
            yield f"alarms watch {sorted(seen)}"


def schedules(stacks: list[Stack]) -> Iterator[str]:
    for rule in found(stacks, "AWS::Events::Rule"):
        (function,) = siblings(stacks, rule, "AWS::Lambda::Function")
        (target,) = rule.properties["Targets"]
        if target["Arn"] != function.arn:
            yield f"{rule.logical} calls {target['Arn']}"
        if json.loads(target["Input"]) != {"slackanalytics": "sync"}:
            yield f"{rule.logical} says {target['Input']}"
        if not SCHEDULE.fullmatch(rule.properties["ScheduleExpression"]) or rule.properties.get("State") != "ENABLED":
            yield f"{rule.logical} runs {rule.properties['ScheduleExpression']}, {rule.properties.get('State')}"
        if not permitted(stacks, function, "events.amazonaws.com", rule.arn):
            yield f"{rule.logical} may not call {function.logical}"
        again = siblings(stacks, rule, "AWS::Lambda::EventInvokeConfig")
        if not any(each.properties["FunctionName"] == function.reference for each in again):
            yield f"a failed run of {rule.logical} is repeated at once"


def permitted(stacks: list[Stack], function: Resource, service: str, source: str) -> bool:
    return any(
        each.properties["FunctionName"] in {function.reference, function.arn}
        and each.properties["Principal"] == service
        and each.properties["Action"] == "lambda:InvokeFunction"
        and each.properties["SourceArn"] == source
        for each in siblings(stacks, function, "AWS::Lambda::Permission")
    )


def apis(stacks: list[Stack]) -> Iterator[str]:
    for api in found(stacks, "AWS::ApiGatewayV2::Api"):
        (function,) = siblings(stacks, api, "AWS::Lambda::Function")
        (integration,) = siblings(stacks, api, "AWS::ApiGatewayV2::Integration")
        (route,) = siblings(stacks, api, "AWS::ApiGatewayV2::Route")
        (stage,) = siblings(stacks, api, "AWS::ApiGatewayV2::Stage")
        about = integration.properties
        if (about["IntegrationUri"], about["PayloadFormatVersion"], about["IntegrationType"]) != (
            function.arn,
            "2.0",
            "AWS_PROXY",
        ):
            yield f"{api.logical} does not hand requests to {function.logical} as it wants them"
        if {each.properties["ApiId"] for each in (integration, route, stage)} != {api.reference}:
            yield f"a part of {api.logical} belongs to another API"
        if (
            route.properties["Target"] != f"integrations/{integration.reference}"
            or route.properties["RouteKey"] != "$default"
        ):
            yield f"the route of {api.logical} leads to {route.properties['Target']}"
        source = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{api.reference}/*/$default"
        if not permitted(stacks, function, "apigateway.amazonaws.com", source):
            yield f"{api.logical} may not call {function.logical}"
        if int(function.properties["Timeout"]) > 30:
            yield f"{function.logical} may take longer than an HTTP API waits"
        yield from access_log(stacks, stage)


def access_log(stacks: list[Stack], stage: Resource) -> Iterator[str]:
    settings: dict[str, Any] = stage.properties.get("AccessLogSettings", {})
    if not settings:
        if siblings(stacks, stage, "AWS::IAM::Role")[0].logical == "OAuthRole":
            yield "the OAuth app has no access log"
        return
    told = set(re.findall(r"\$context\.([\w.]+)", settings["Format"]))
    if told - TOLD_OF_REQUESTS or not isinstance(json.loads(settings["Format"]), dict):
        yield f"the access log tells {sorted(told - TOLD_OF_REQUESTS)}"
    groups = [
        each for each in siblings(stacks, stage, "AWS::Logs::LogGroup") if each.reference.startswith("/aws/vendedlogs/")
    ]
    if settings["DestinationArn"].removesuffix(":*") not in {each.arn.removesuffix(":*") for each in groups}:
        yield f"the access log goes to {settings['DestinationArn']}"


def athena(stacks: list[Stack]) -> Iterator[str]:
    for catalog in found(stacks, "AWS::Athena::DataCatalog"):
        (function,) = siblings(stacks, catalog, "AWS::Lambda::Function")
        if catalog.properties["Parameters"] != {"function": function.arn} or catalog.properties["Type"] != "LAMBDA":
            yield f"catalog {catalog.reference} is {catalog.properties['Parameters']}"
        told = function.properties["Environment"]["Variables"]
        (group,) = siblings(stacks, catalog, "AWS::Athena::WorkGroup")
        configuration = group.properties["WorkGroupConfiguration"]["ResultConfiguration"]
        if configuration["EncryptionConfiguration"]["KmsKey"] != told["kms_key_id"]:
            yield "results have another key than blocks"
        bucket = configuration["OutputLocation"].removeprefix("s3://").partition("/")[0]
        made = {each.logical: each.reference for each in siblings(stacks, catalog, "AWS::S3::Bucket")}
        days = told.get("SLACKANALYTICS_CACHE_BUCKET", "").partition("/")[0]
        for name, used in (("Spill", told["spill_bucket"]), ("Results", bucket), ("Days", days)):
            if name in made and made[name] != used:
                yield f"what belongs into {name} goes to {used}"
        if len({told["spill_bucket"], bucket, days}) != 3 or not configuration["OutputLocation"].endswith("/"):
            yield "blocks, results and days are not apart"
        for query in siblings(stacks, catalog, "AWS::Athena::NamedQuery"):
            if query.properties["WorkGroup"] != group.reference or query.properties["Database"] != "slackanalytics":
                yield f"query {query.logical} is not in the workgroup"
            if f'"{catalog.reference}".slackanalytics.' not in query.properties["QueryString"]:
                yield f"query {query.logical} does not ask the catalog"


def retained(stacks: list[Stack]) -> Iterator[str]:
    for kind in ("AWS::KMS::Key", "AWS::SecretsManager::Secret", "AWS::S3::Bucket"):
        for each in found(stacks, kind):
            fates = {each.raw.get("DeletionPolicy"), each.raw.get("UpdateReplacePolicy")}
            # Spilled blocks are nothing to anybody once the query is over.
            if fates != ({"Delete"} if each.logical == "Spill" else {"Retain"}):
                yield f"{each.logical} is {fates} with its stack"
    for stack in found(stacks, "AWS::CloudFormation::Stack"):
        if stack.logical == "Secrets" and {stack.raw.get("DeletionPolicy"), stack.raw.get("UpdateReplacePolicy")} != {
            "Retain"
        }:
            yield "the secrets' stack goes with the whole"
