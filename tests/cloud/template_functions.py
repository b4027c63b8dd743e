"""Whether a function is what the code is: handler, environment, time, memory, package."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator
from dataclasses import fields
from functools import lru_cache

from tests.cloud.template_access import found
from tests.cloud.template_resolver import Resource, Stack

from athena_federation import aws
from athena_federation.errors import ConfigurationError
from slackanalytics.cloud import simulator_function, warming
from slackanalytics.settings import Settings

PACKAGES = {
    "slackanalytics.cloud.lambda_function.handler": "connector",
    "slackanalytics.cloud.oauth_function.handler": "oauth",
    "slackanalytics.cloud.simulator_function.handler": "simulator",
}
"""Handler -> the package in which it is."""
READ = re.compile(r'environment(?:\.get\(|\[)"(\w+)"')
SETTINGS = frozenset(item.metadata["variable"] for item in fields(Settings))
OF_THE_SDK = frozenset(READ.findall(inspect.getsource(aws)))
OF_THE_SIMULATOR = frozenset(READ.findall(inspect.getsource(simulator_function)))
KNOWN = {
    "connector": SETTINGS | OF_THE_SDK,
    "oauth": SETTINGS,
    "simulator": OF_THE_SIMULATOR,
}
NEEDED = {
    "connector": {"SLACKANALYTICS_SOURCE", "SLACKANALYTICS_SLACK_API_URL", "SLACKANALYTICS_TOKEN_STORE", "spill_bucket",
                  "spill_prefix", "spill_bucket_owner", "kms_key_id", "disable_spill_encryption"},
    "oauth": {"SLACKANALYTICS_SLACK_API_URL", "SLACKANALYTICS_TOKEN_STORE", "SLACKANALYTICS_ADMIN_PASSPHRASE"},
    "simulator": {"SIMULATOR_MEMBERS"},
}  # fmt: skip
ELSEWHERE = {
    "SLACKANALYTICS_SLACK_TOKEN": "a token is in Secrets Manager, never in an environment",
    "SLACKANALYTICS_CLIENT_ID": "beside the client secret, in Secrets Manager",
    "SLACKANALYTICS_CLIENT_SECRET": "in Secrets Manager, never in an environment",
    "SLACKANALYTICS_DATA_DIR": "functions have no disk that lasts",
    "SLACKANALYTICS_PASSPHRASE": "opens a file on such a disk",
    "SLACKANALYTICS_AUDIT_LOG": "a file on such a disk",
    "SLACKANALYTICS_AUTHORIZE_URL": "follows from the address of Slack's API",
    "SLACKANALYTICS_DEADLINE": "its default fits a function's time",
    "SLACKANALYTICS_RATE_LIMIT": "Slack's limit is the same everywhere",
    "SLACKANALYTICS_TODAY": "for runs that can be repeated",
    "SLACKANALYTICS_INSTALLATION": "member analytics need an organisation, the default",
    "SLACKANALYTICS_IDENTITY_HEADER": "there is no load balancer before the HTTP API",
    "SLACKANALYTICS_PEOPLE": "goes with the identity header",
    "SLACKANALYTICS_PROXIES": "goes with the identity header",
    "SLACKANALYTICS_MINIMUM_GROUP": "for local pages; in AWS the dashboard's filter",
    "SLACKANALYTICS_EMBED_ORIGINS": "for local pages; in AWS QuickSight embeds",
    "SLACKANALYTICS_EMBED_KEY": "for local pages; in AWS QuickSight embeds",
    **dict.fromkeys(
        ("SLACKANALYTICS_HR_FILE", "SLACKANALYTICS_HR_COLUMNS", "SLACKANALYTICS_HR_DATES", "SLACKANALYTICS_HR_DOMAINS",
         "SLACKANALYTICS_HR_PLUS", "SLACKANALYTICS_HR_ALIASES"),
        "in AWS the roster is a Glue table, read by Athena",
    ),
}  # fmt: skip
"""Settings that no function is given, and why."""
OPTIONAL = {
    "spill_put_request_headers": "the bucket encrypts by itself",
    "MAX_BLOCK_SIZE_BYTES": "Athena says how large",
    "SPILL_QUEUE_CAPACITY": "the default fits",
    "spill_queue_capacity": "the same in another spelling",
    "enable_query_passthrough": "the connector has no such queries",
}
"""What athena_federation reads and no function is given, and why."""


def problems(stacks: list[Stack]) -> list[str]:
    return [problem for each in found(stacks, "AWS::Lambda::Function") for problem in function(stacks, each)]


def function(stacks: list[Stack], each: Resource) -> Iterator[str]:
    about = each.properties
    package = PACKAGES.get(about["Handler"])
    if package is None or not callable(imported(about["Handler"])):
        yield f"{each.logical}: there is no handler {about['Handler']}"
        return
    if (
        not re.fullmatch(rf"packages/{package}-\S+\.zip", about["Code"]["S3Key"])
        or about["Code"]["S3Bucket"] != "code-bucket"
    ):
        yield f"{each.logical} runs the package {about['Code']['S3Key']}"
    if (about["Runtime"], about["Architectures"]) != ("python3.13", ["arm64"]):
        yield f"{each.logical} runs on {about['Runtime']}, {about['Architectures']}"
    if not 10 <= int(about["Timeout"]) <= 900 or not 512 <= int(about["MemorySize"]) <= 10240:
        yield f"{each.logical} has {about['Timeout']} s and {about['MemorySize']} MB"
    roles = [role for role in found(stacks, "AWS::IAM::Role") if role.stack == each.stack and role.arn == about["Role"]]
    if not roles or roles[0].properties["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] != {
        "Service": "lambda.amazonaws.com"
    }:
        yield f"{each.logical} has the role {about['Role']}"
    yield from environment(each.logical, package, about["Environment"]["Variables"])


@lru_cache
def imported(handler: str) -> object:
    module, _, name = handler.rpartition(".")
    return getattr(importlib.import_module(module), name, None)


def environment(logical: str, package: str, given: dict[str, object]) -> Iterator[str]:
    told = {name: str(value) for name, value in given.items()}
    if unknown := set(told) - KNOWN[package]:
        yield f"{logical}: nobody reads {sorted(unknown)}"
    if missing := NEEDED[package] - set(told):
        yield f"{logical} is not told {sorted(missing)}"
    if package == "simulator":
        simulator_function.SimulatorFunction(told)
        return
    try:
        settings = Settings.from_environment(told)
        aws.spilling(told, None, None)  # type: ignore[arg-type]
        if "SLACKANALYTICS_CACHE_BUCKET" in told:
            warming.require_possible("sync", settings)
    except ConfigurationError as error:
        yield f"{logical}: {error}"
