"""The HR roster as the one file that Athena reads: normalised, UTF-8 without a byte order mark, every value in quotes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from urllib.parse import urlsplit

import pyarrow as pa

from athena_federation.errors import ConfigurationError
from slackanalytics.cloud.calls import Calls

NAME = "hr_dataset.csv"
COLUMNS = (
    "employee_email", "employee_number", "department", "location", "manager_email", "job_title", "cost_center",
    "worker_type", "hire_date", "termination_date", "effective_from",
)  # fmt: skip
"""The columns of the Glue table, in its order: a CSV file has no names there."""


def as_csv(rows: pa.Table) -> bytes:
    """The rows as Athena's CSV reader takes them: one line each, quotes doubled, backslashes too."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows.select(COLUMNS).to_pylist():
        writer.writerow([cell(row[name]) for name in COLUMNS])
    return text.getvalue().encode()


def cell(value: str | date | None) -> str:
    if value is None:
        return ""
    return " ".join(str(value).split()).replace("\\", "\\\\")


def place(uri: str) -> tuple[str, str]:
    """Bucket and prefix of `s3://bucket/prefix/`. Raises ConfigurationError."""
    parts = urlsplit(uri)
    prefix = parts.path.strip("/")
    if parts.scheme != "s3" or not parts.netloc or not prefix:
        raise ConfigurationError(f"--to {uri}: a place in S3, like s3://bucket/roster/")
    return parts.netloc, f"{prefix}/"


def upload(calls: Calls, bucket: str, prefix: str, data: bytes, account: str) -> str:
    """
    Put the roster there. Its URI.

    Raises ConfigurationError where other files are there, because Athena would read them as rows too.
    """
    key = prefix + NAME
    if others := [name for name in keys(calls, bucket, prefix, account) if name != key and not name.endswith("/")]:
        raise ConfigurationError(
            f"s3://{bucket}/{prefix} also holds {others[0].removeprefix(prefix)}, which Athena would read as rows of the"
            " roster; move it away, or give another place"
        )
    calls("s3", "PutObject", Bucket=bucket, Key=key, Body=data, ContentType="text/csv", ExpectedBucketOwner=account)
    return f"s3://{bucket}/{key}"


def keys(calls: Calls, bucket: str, prefix: str, account: str) -> Iterator[str]:
    token: dict[str, str] = {}
    while True:
        found = calls("s3", "ListObjectsV2", Bucket=bucket, Prefix=prefix, ExpectedBucketOwner=account, **token)
        yield from (item["Key"] for item in found.get("Contents", []))
        if not found.get("NextContinuationToken"):
            return
        token = {"ContinuationToken": found["NextContinuationToken"]}


def refresh(calls: Calls, account: str, data_set: str, identity: str) -> None:
    """Have QuickSight read the data set again."""
    calls(
        "quicksight", "CreateIngestion",
        AwsAccountId=account, DataSetId=data_set, IngestionId=identity, IngestionType="FULL_REFRESH",
    )  # fmt: skip


__all__ = ["COLUMNS", "NAME", "as_csv", "place", "refresh", "upload"]
