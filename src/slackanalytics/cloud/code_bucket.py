"""The bucket from which a deployment takes its packages and templates; and emptying buckets that are to go."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from athena_federation.errors import ConfigurationError, SourceError, Unauthorized
from slackanalytics.cloud.calls import Calls, refusal

AT_ONCE = 1_000
"""Objects that one DeleteObjects deletes, its limit."""
MISSING = frozenset({"404", "NoSuchBucket", "NotFound"})


def default_name(account: str, region: str) -> str:
    """Bucket names are shared by everybody, so account and region are part of it."""
    return f"slackanalytics-code-{account}-{region}"


def provide(calls: Calls, bucket: str, account: str) -> bool:
    """
    See to it that the bucket is there and closed; whether it had to be made.

    Raises ConfigurationError where it belongs to another account.
    """
    try:
        calls("s3", "HeadBucket", Bucket=bucket, ExpectedBucketOwner=account)
    except (SourceError, Unauthorized) as error:
        if refusal(error) in {"403", "AccessDenied"}:
            raise ConfigurationError(
                f"bucket {bucket} is not this account's, or closed to you; give another one with --code-bucket"
            ) from error
        if refusal(error) not in MISSING:
            raise
    else:
        if not calls.rehearses:
            return False
    place = {"CreateBucketConfiguration": {"LocationConstraint": calls.region}} if calls.region != "us-east-1" else {}
    calls("s3", "CreateBucket", Bucket=bucket, ObjectOwnership="BucketOwnerEnforced", **place)
    calls(
        "s3", "PutPublicAccessBlock", Bucket=bucket,
        PublicAccessBlockConfiguration=dict.fromkeys(
            ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
        ),
    )  # fmt: skip
    calls(
        "s3", "PutBucketEncryption", Bucket=bucket,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": True}]
        },
    )  # fmt: skip
    calls("s3", "PutBucketPolicy", Bucket=bucket, Policy=json.dumps(only_over_tls(calls.region, bucket)))
    return True


def only_over_tls(region: str, bucket: str) -> dict[str, object]:
    arn = f"arn:{partition(region)}:s3:::{bucket}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "OnlyOverTls",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [arn, f"{arn}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }


def put(calls: Calls, bucket: str, name: str, data: bytes, account: str) -> str:
    """Store something under a key that its content makes; what is there already is not sent again. Its key."""
    stem, _, ending = name.rpartition(".")
    key = f"{stem}-{hashlib.sha256(data).hexdigest()[:16]}.{ending}"
    return put_at(calls, bucket, key, data, account)


def put_at(calls: Calls, bucket: str, key: str, data: bytes, account: str) -> str:
    """Store something under a key, unless it is there. The key."""
    if not calls.rehearses:
        try:
            found = calls("s3", "HeadObject", Bucket=bucket, Key=key, ExpectedBucketOwner=account)
            if int(found["ContentLength"]) == len(data):
                return key
        except SourceError as error:
            if refusal(error) not in {"404", "NoSuchKey", "NotFound"}:
                raise
    calls("s3", "PutObject", Bucket=bucket, Key=key, Body=data, ExpectedBucketOwner=account)
    return key


def put_file(calls: Calls, bucket: str, path: Path, account: str) -> str:
    """Store a package. Raises ConfigurationError where it cannot be read."""
    try:
        data = path.read_bytes() if path.exists() or not calls.rehearses else b""
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror or error}") from error
    return put(calls, bucket, f"packages/{path.name}", data, account)


def url(region: str, bucket: str, key: str) -> str:
    """Where CloudFormation finds a template."""
    suffix = "amazonaws.com.cn" if partition(region) == "aws-cn" else "amazonaws.com"
    return f"https://{bucket}.s3.{region}.{suffix}/{key}"


def partition(region: str) -> str:
    """Which of AWS's separate worlds a region is in: https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html"""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


def empty(calls: Calls, bucket: str, account: str) -> int:
    """Delete every object of a bucket, with all its versions; how many there were."""
    deleted = 0
    while True:
        try:
            found = calls(
                "s3", "ListObjectVersions", Bucket=bucket, MaxKeys=AT_ONCE, ExpectedBucketOwner=account
            )  # fmt: skip
        except SourceError as error:
            if refusal(error) in MISSING:
                return deleted
            raise
        items = [*found.get("Versions", []), *found.get("DeleteMarkers", [])]
        objects = [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in items]
        if not objects:
            return deleted
        answer = calls(
            "s3", "DeleteObjects", Bucket=bucket, Delete={"Objects": objects, "Quiet": True},
            ExpectedBucketOwner=account,
        )  # fmt: skip
        if errors := answer.get("Errors"):
            raise SourceError(f"bucket {bucket}: {errors[0]['Key']} was not deleted ({errors[0].get('Code')})")
        deleted += len(objects)


def remove(calls: Calls, bucket: str, account: str) -> int:
    """Empty a bucket and delete it; how many objects there were."""
    deleted = empty(calls, bucket, account)
    try:
        calls("s3", "DeleteBucket", Bucket=bucket, ExpectedBucketOwner=account)
    except SourceError as error:
        if refusal(error) not in MISSING:
            raise
    return deleted
