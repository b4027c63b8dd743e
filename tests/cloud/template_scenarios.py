"""Deployments in which the templates are resolved: as they come, with everything, with what is there already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.cloud.template_resolver import ACCOUNT, REGION, Stack, resolved

REPAIR = f"arn:aws:iam::{ACCOUNT}:role/repair"
OWNER = f"arn:aws:quicksight:{REGION}:{ACCOUNT}:user/default/ada"
CODE = {"CodeBucket": "code-bucket", "CodeKey": "packages/connector-1.zip"}
OAUTH = {"OAuthCodeKey": "packages/oauth-1.zip", "AdminPassphraseHash": "hash-of-the-passphrase-of-40-characters"}
WHOLE = {**CODE, **OAUTH, "SimulatorCodeKey": "packages/simulator-1.zip"}
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/mine"
KEY_OF_SECRETS = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/of-my-secrets"

SCENARIOS: Mapping[str, tuple[tuple[str, Mapping[str, Any]], ...]] = {
    "as-it-comes": (("slackanalytics", WHOLE),),
    "with-everything": (
        (
            "slackanalytics",
            {
                **WHOLE, "WithSimulator": "true", "QuickSightOwnerArn": OWNER, "Organisation": "E0EXAMPLE",
                "RepairRoleArn": REPAIR, "AlarmTopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:alarms",
                "QuickSightReaderArn": OWNER, "DisableSpillEncryption": "true",
            },
        ),
    ),
    "with-what-is-there": (
        ("secrets", {"SecretsKeyArn": KEY_OF_SECRETS, "AWSSecretName": "my/token", "ClientSecretName": "my/client",
                     "ConnectorRoleName": "my-connector", "OAuthRoleName": "my-oauth"}),
        ("connector", {**CODE, "AWSSecretName": "my/token", "ClientSecretName": "my/client", "SecretsKeyArn": KEY_OF_SECRETS,
                       "ConnectorRoleName": "my-connector", "SpillBucket": "my-spill", "ResultsBucket": "my-results",
                       "CacheBucket": "my-days", "KmsKeyArn": KEY, "SubnetIds": "subnet-1,subnet-2",
                       "SecurityGroupIds": "sg-1", "SpillPrefix": "spill", "CachePrefix": "kept", "ResultsPrefix": "answers",
                       "LambdaFunctionName": "my-function"}),
        ("oauth-app", {"CodeBucket": "code-bucket", **OAUTH, "AWSSecretName": "my/token", "ClientSecretName": "my/client",
                       "SecretsKeyArn": KEY_OF_SECRETS, "OAuthRoleName": "my-oauth", "PublicUrl": "https://slack.example.com",
                       "LaunchUrl": "https://console.aws.amazon.com/x"}),
    ),
    "without-memory": (
        ("connector", {**CODE, "DayCache": "false", "Source": "demo"}),
        ("slackanalytics", {**WHOLE, "WithOAuthApp": "false", "WithSecrets": "false", "WarmUpSchedule": "", "LambdaFunctionName": "other",
                            "SubnetIds": "subnet-1a,subnet-1b", "SecurityGroupIds": "sg-1"}),
    ),
}  # fmt: skip
"""Name -> the stacks of it: template, and the parameters that are given."""


def stacks(scenario: str, texts: Mapping[str, str]) -> list[Stack]:
    """Raises Dangling."""
    return [resolved(template, texts, given, stack=template) for template, given in SCENARIOS[scenario]]
