"""The bucket for code, against S3's API: closed from the beginning, filled once, emptied with every version."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3
from moto.server import ThreadedMotoServer

from athena_federation.errors import ConfigurationError, Unauthorized
from slackanalytics.cloud import code_bucket
from slackanalytics.cloud.calls import Live, refusal

ACCOUNT = "123456789012"
"""Moto's account."""


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Live]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    urllib3.request("POST", f"http://{host}:{port}/moto-api/reset")  # servers of one process share what they hold
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    yield Live("eu-central-1")
    server.stop()


def test_a_bucket_is_made_closed_and_found_again(live: Live) -> None:
    assert code_bucket.provide(live, "code", ACCOUNT)
    assert not code_bucket.provide(live, "code", ACCOUNT)
    access = live("s3", "GetPublicAccessBlock", Bucket="code")["PublicAccessBlockConfiguration"]
    assert set(access.values()) == {True}
    rules: list[Any] = live("s3", "GetBucketEncryption", Bucket="code")["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert '"aws:SecureTransport": "false"' in live("s3", "GetBucketPolicy", Bucket="code")["Policy"]


def opened(live: Live) -> None:
    """The bucket, without the policy that refuses what comes without TLS, as everything here does."""
    code_bucket.provide(live, "code", ACCOUNT)
    with pytest.raises(Unauthorized):
        live("s3", "PutObject", Bucket="code", Key="k", Body=b"")
    live("s3", "DeleteBucketPolicy", Bucket="code")


def test_the_same_content_is_sent_once_and_has_the_same_key(live: Live, tmp_path: Path) -> None:
    opened(live)
    package = tmp_path / "connector.zip"
    package.write_bytes(b"PK")
    first = code_bucket.put_file(live, "code", package, ACCOUNT)
    modified = live("s3", "HeadObject", Bucket="code", Key=first)["LastModified"]
    assert code_bucket.put_file(live, "code", package, ACCOUNT) == first
    assert live("s3", "HeadObject", Bucket="code", Key=first)["LastModified"] == modified
    package.write_bytes(b"PK2")
    assert code_bucket.put_file(live, "code", package, ACCOUNT) != first
    with pytest.raises(ConfigurationError, match="cannot be read"):
        code_bucket.put_file(live, "code", tmp_path / "absent.zip", ACCOUNT)


def test_a_bucket_goes_with_every_version_in_it(live: Live) -> None:
    opened(live)
    live("s3", "PutBucketVersioning", Bucket="code", VersioningConfiguration={"Status": "Enabled"})
    for number in range(3):
        live("s3", "PutObject", Bucket="code", Key="a", Body=str(number).encode())
    live("s3", "DeleteObject", Bucket="code", Key="a")
    assert code_bucket.remove(live, "code", ACCOUNT) == 4
    assert code_bucket.remove(live, "code", ACCOUNT) == 0
    with pytest.raises(Exception, match="404") as caught:
        live("s3", "HeadBucket", Bucket="code")
    assert refusal(caught.value) == "404"


@pytest.mark.parametrize(
    ("region", "partition", "host"),
    [
        ("eu-central-1", "aws", "https://b.s3.eu-central-1.amazonaws.com/k"),
        ("cn-north-1", "aws-cn", "https://b.s3.cn-north-1.amazonaws.com.cn/k"),
        ("us-gov-west-1", "aws-us-gov", "https://b.s3.us-gov-west-1.amazonaws.com/k"),
    ],
)
def test_each_world_of_aws_has_its_own_names(region: str, partition: str, host: str) -> None:
    assert code_bucket.partition(region) == partition
    assert code_bucket.url(region, "b", "k") == host
