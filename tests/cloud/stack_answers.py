"""Answers of CloudFormation, and `slackanalytics deploy` run against them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from tests.cloud.scripted import ACCOUNT, Scripted, refused

from slackanalytics.cloud.calls import Pace
from slackanalytics.cloud.deploy import deploy

CFN = "cloudformation"
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
PACE = Pace(sleep=lambda _: None, now=lambda: NOW)
ARN = f"arn:aws:cloudformation:eu-central-1:{ACCOUNT}:stack/slackanalytics/1"
INNER = f"arn:aws:cloudformation:eu-central-1:{ACCOUNT}:stack/slackanalytics-Dashboard-X/2"
ABSENT = refused("ValidationError", "Stack with id slackanalytics does not exist")
OWNER = ("-p", f"QuickSightOwnerArn=arn:aws:quicksight:eu-central-1:{ACCOUNT}:user/default/ada")
GIVEN = (*OWNER, "-p", "SpillBucket=spill-bucket", "-p", "ResultsBucket=results-bucket")


def stack(status: str = "CREATE_COMPLETE", **more: Any) -> dict[str, Any]:
    return {
        "Stacks": [{"StackName": "slackanalytics", "StackId": ARN, "StackStatus": status, "CreationTime": NOW, **more}]
    }


def event(
    number: int, resource: str, status: str, reason: str = "", kind: str = "AWS::S3::Bucket", **more: Any
) -> dict[str, Any]:
    return {
        "StackId": ARN, "EventId": str(number), "StackName": "slackanalytics", "LogicalResourceId": resource,
        "ResourceType": kind, "ResourceStatus": status, "ResourceStatusReason": reason,
        "Timestamp": NOW + timedelta(seconds=number), **more,
    }  # fmt: skip


def change(action: str, resource: str, kind: str = "AWS::S3::Bucket", **more: Any) -> dict[str, Any]:
    return {
        "Type": "Resource",
        "ResourceChange": {"Action": action, "LogicalResourceId": resource, "ResourceType": kind, **more},
    }


def run(calls: Scripted | None, *arguments: str, given: str = "") -> Result:
    return CliRunner().invoke(deploy, list(arguments), obj=lambda _region: calls, input=given)


RESOURCES = {
    "StackResourceSummaries": [
        {"LogicalResourceId": name, "PhysicalResourceId": name.lower(), "ResourceType": kind, "ResourceStatus": "CREATE_COMPLETE",
         "LastUpdatedTimestamp": NOW}
        for name, kind in (("RosterBucket", "AWS::S3::Bucket"), ("SpillBucket", "AWS::S3::Bucket"), ("Function", "AWS::Lambda::Function"))
    ]
}  # fmt: skip
BODY = {
    "TemplateBody": "Resources:\n  RosterBucket:\n    Type: AWS::S3::Bucket\n    DeletionPolicy: Retain\n"
    "  SpillBucket:\n    Type: AWS::S3::Bucket\n"
}
VERSIONS: list[Any] = [
    {"Versions": [{"Key": "a", "VersionId": "1"}], "DeleteMarkers": [{"Key": "b", "VersionId": "2"}]},
    {},
]


def ending() -> Scripted:
    return Scripted(
        {
            (CFN, "DescribeStacks"): [stack(), stack(), stack("DELETE_COMPLETE")],
            (CFN, "ListStackResources"): RESOURCES,
            (CFN, "GetTemplate"): BODY,
            ("s3", "ListObjectVersions"): list(VERSIONS),
        }
    )


def packages(folder: Path) -> Path:
    for name in ("connector", "oauth", "simulator"):
        (folder / f"{name}-arm64.zip").write_bytes(name.encode())
    return folder
