"""S3, KMS and Athena as boto3 speaks to them, against a server that knows their protocols."""

from __future__ import annotations

from typing import Any

import pytest

from athena_federation.errors import SpillError
from athena_federation.services import Clients, KmsKeys, QueryState, S3Blobs, athena_state


@pytest.fixture
def clients(cloud: dict[str, str]) -> Clients:
    return Clients()


def test_a_block_is_put_with_the_headers_that_are_configured_and_got_again(clients: Clients) -> None:
    headers = {"x-amz-server-side-encryption": "AES256", "x-amz-tagging": "kept=briefly"}
    blobs = S3Blobs(clients, headers=headers)
    blobs.put("blocks", "a/b.0", bytearray(b"sealed"))
    blobs.put("blocks", "a/b.1", b"too")
    assert blobs.get("blocks", "a/b.0") == b"sealed"
    s3: Any = clients("s3")
    found = s3.head_object(Bucket="blocks", Key="a/b.1")
    assert found["ServerSideEncryption"] == "AES256"
    assert found["Metadata"] == {}
    assert s3.get_object_tagging(Bucket="blocks", Key="a/b.1")["TagSet"] == [{"Key": "kept", "Value": "briefly"}]


def test_without_headers_nothing_is_added(clients: Clients) -> None:
    blobs = S3Blobs(clients, owners={"blocks": "123456789012"})
    blobs.put("blocks", "a/c.0", b"sealed")
    assert clients("s3").get_object_tagging(Bucket="blocks", Key="a/c.0")["TagSet"] == []


def test_a_missing_bucket_or_block_is_named(clients: Clients) -> None:
    blobs = S3Blobs(clients)
    with pytest.raises(SpillError, match="s3:PutObject k to bucket missing-bucket, failed with NoSuchBucket"):
        blobs.put("missing-bucket", "k", b"")
    with pytest.raises(SpillError, match="s3:GetObject nothing from bucket blocks failed with NoSuchKey"):
        blobs.get("blocks", "nothing")


def test_keys_of_splits_come_from_kms(clients: Clients) -> None:
    key_id = clients("kms").create_key()["KeyMetadata"]["KeyId"]
    keys = KmsKeys(clients, key_id)
    one, other = keys(), keys()
    assert (len(one.key), len(one.nonce)) == (16, 12)
    assert one != other


def test_a_key_that_does_not_exist_gives_no_key(clients: Clients) -> None:
    with pytest.raises(SpillError, match=r"kms:GenerateDataKey .* failed with NotFoundException"):
        KmsKeys(clients, "00000000-0000-0000-0000-000000000000")()


def test_a_cancelled_query_is_seen(clients: Clients) -> None:
    athena = clients("athena")
    started = athena.start_query_execution(
        QueryString="SELECT 1", ResultConfiguration={"OutputLocation": "s3://blocks/results/"}
    )
    look_up = athena_state(clients)
    query_id = started["QueryExecutionId"]
    assert look_up(query_id) in {"QUEUED", "RUNNING", "SUCCEEDED"}
    athena.stop_query_execution(QueryExecutionId=query_id)
    assert look_up(query_id) == "CANCELLED"
    query = QueryState(query_id, look_up, pauses=(0.01,))
    query.require_running()
    assert query.thread is not None
    query.thread.join(5)
    with pytest.raises(Exception, match="is CANCELLED"):
        query.require_running()
