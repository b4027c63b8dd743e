"""The shipped templates as one deployment: resolved, with what one stack tells another, and with all their policies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.cloud.iam import Policies, Statement, listed
from tests.cloud.resolving import ACCOUNT, REGION, Template

from slackanalytics.cloud import shipped

OWNER = f"arn:aws:quicksight:{REGION}:{ACCOUNT}:user/default/ada"
GIVEN: dict[str, dict[str, Any]] = {
    "secrets": {},
    "connector": {
        "CodeBucket": "code-bucket", "CodeKey": "connector.zip", "SecretsKeyArn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/<SecretsKey>",
    },
    "oauth-app": {
        "CodeBucket": "code-bucket", "OAuthCodeKey": "oauth.zip", "AdminPassphraseHash": "scrypt$0123456789abcdef",
        "SecretsKeyArn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/<SecretsKey>",
    },
    "simulator": {"CodeBucket": "code-bucket", "SimulatorCodeKey": "simulator.zip"},
    "dashboard": {
        "QuickSightOwnerArn": OWNER, "SpillBucket": "<Spill>", "ResultsBucket": "<Results>",
        "KmsKeyArn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/<DataKey>",
    },
    "slackanalytics": {
        "CodeBucket": "code-bucket", "CodeKey": "connector.zip", "OAuthCodeKey": "oauth.zip", "SimulatorCodeKey": "simulator.zip",
        "AdminPassphraseHash": "scrypt$0123456789abcdef", "QuickSightOwnerArn": OWNER, "WithSimulator": "true",
    },
}  # fmt: skip
"""The parameters without a default, and those that come from another stack."""

CONNECTOR = f"arn:aws:iam::{ACCOUNT}:role/slackanalytics-connector"
OAUTH = f"arn:aws:iam::{ACCOUNT}:role/slackanalytics-oauth"
SIMULATOR = f"arn:aws:iam::{ACCOUNT}:role/<SimulatorRole>"
QUICKSIGHT = f"arn:aws:iam::{ACCOUNT}:role/<QuickSightRole>"
ANALYST = f"arn:aws:iam::{ACCOUNT}:role/analyst"
"""Somebody who has the policy AnalystAccess."""
STRANGER = f"arn:aws:iam::{ACCOUNT}:role/stranger"
"""Somebody of the account who may do everything as far as their own policies go."""
OUTSIDER = "arn:aws:iam::444455556666:role/outsider"

Texts = Mapping[str, str]


def texts() -> dict[str, str]:
    """The templates as they are shipped."""
    return {name: shipped.text(name) for name in GIVEN}


def templates(found: Texts) -> dict[str, Template]:
    """All of them, resolved."""
    return {name: Template(found[name], GIVEN[name]) for name in GIVEN}


def policies(made: Mapping[str, Template]) -> Policies:
    """Every policy of the deployment."""
    identity: dict[str, list[Statement]] = {STRANGER: [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    identity[OUTSIDER] = identity[STRANGER]
    resource: list[tuple[str, list[Statement]]] = []
    managed: dict[str, list[Statement]] = {}
    for template in made.values():
        for name, its in template.of_kind("AWS::IAM::ManagedPolicy").items():
            managed[f"<{name}>"] = its["PolicyDocument"]["Statement"]
    for template in made.values():
        for name, its in template.of_kind("AWS::IAM::Role").items():
            statements = [each for policy in its.get("Policies", []) for each in policy["PolicyDocument"]["Statement"]]
            for attached in listed(its.get("ManagedPolicyArns", [])):
                statements += managed.get(attached, [])
            identity[template.attribute(name, "Arn")] = statements
        for its in template.of_kind("AWS::SecretsManager::ResourcePolicy").values():
            secret = its["SecretId"].strip("<>")
            given = template.resources[secret]["Properties"]["Name"]
            resource.append((secret_arn(given), its["ResourcePolicy"]["Statement"]))
        for its in template.of_kind("AWS::S3::BucketPolicy").values():
            resource += [
                (f"arn:aws:s3:::{its['Bucket']}{rest}", its["PolicyDocument"]["Statement"]) for rest in ("", "/*")
            ]
        for name, its in template.of_kind("AWS::KMS::Key").items():
            resource.append((template.attribute(name, "Arn"), its["KeyPolicy"]["Statement"]))
        for its in template.of_kind("AWS::Lambda::Permission").values():
            statement = {
                "Effect": "Allow", "Principal": {"Service": its["Principal"]}, "Action": its["Action"],
                "Condition": {"ArnLike": {"aws:SourceArn": its["SourceArn"]}},
            }  # fmt: skip
            resource.append((f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{its['FunctionName']}", [statement]))
    identity[ANALYST] = managed["<AnalystAccess>"]
    return Policies(identity, resource, ACCOUNT)


def secret_arn(name: str) -> str:
    return f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}-AbCdEf"
