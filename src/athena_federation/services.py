"""The AWS services that a connector in Lambda uses: S3 for blocks, KMS for keys, Athena for the state of a query.

boto3 is imported on the first call, because most invocations make none and its import costs more than they do. Its
own settings apply: region, credentials, `AWS_ENDPOINT_URL_S3` and the like come from the process's environment.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any, Self

from athena_federation.errors import ConnectorError, SpillError

if TYPE_CHECKING:
    from athena_federation.messages import EncryptionKey

PAUSES = (1.0, 1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 21.0, 34.0, 55.0)
"""Seconds before each look at a query's state; the last one repeats."""
ENDED = frozenset({"SUCCEEDED", "FAILED", "CANCELLED"})
"""After which nobody reads what a query's splits give."""
LONGEST_INVOCATION = 900
"""Seconds that a Lambda function may run."""


class Clients:
    """boto3's clients, made when they are first used. Safe to share between threads."""

    def __init__(self) -> None:
        self.made: dict[str, Any] = {}
        self.making = threading.Lock()

    def __call__(self, service: str, *, attempts: int = 3, timeout: float = 60) -> Any:
        """The client of a service. `timeout` is in seconds, for one answer."""
        with self.making:
            if service not in self.made:
                import boto3
                from botocore.config import Config

                config = Config(
                    connect_timeout=5,
                    read_timeout=timeout,
                    max_pool_connections=16,
                    retries={"mode": "standard", "total_max_attempts": attempts},
                )
                self.made[service] = boto3.client(service, config=config)
            return self.made[service]


class S3Blobs:
    """
    Spilled blocks in S3.

    `headers` go with each PutObject, such as `x-amz-server-side-encryption`. `owners` names the account that a bucket
    must belong to; S3 refuses to write into somebody else's bucket of the same name.
    """

    def __init__(
        self,
        clients: Clients,
        *,
        headers: Mapping[str, str] | None = None,
        owners: Mapping[str, str] | None = None,
    ) -> None:
        self.clients = clients
        self.headers = dict(headers or {})
        self.owners = dict(owners or {})
        self.prepared: Any = None

    def put(self, bucket: str, key: str, data: bytes | bytearray) -> None:
        """Raises SpillError."""
        owner = {"ExpectedBucketOwner": self.owners[bucket]} if bucket in self.owners else {}
        try:
            self.client().put_object(Bucket=bucket, Key=key, Body=data, **owner)
        except Exception as error:
            whose = f", which must belong to account {self.owners[bucket]}" if owner else ""
            raise SpillError(f"s3:PutObject {key} to bucket {bucket}{whose}, failed with {code(error)}") from error

    def get(self, bucket: str, key: str) -> bytes:
        """Raises SpillError."""
        try:
            found: bytes = self.client().get_object(Bucket=bucket, Key=key)["Body"].read()
        except Exception as error:
            raise SpillError(f"s3:GetObject {key} from bucket {bucket} failed with {code(error)}") from error
        return found

    def client(self) -> Any:
        client = self.clients("s3")
        if self.headers and client is not self.prepared:
            client.meta.events.register("before-sign.s3.PutObject", self.add_headers, unique_id="spill-headers")
            self.prepared = client
        return client

    def add_headers(self, request: Any, **_: Any) -> None:
        for name, value in self.headers.items():
            request.headers[name] = value


class KmsKeys:
    """Keys of splits from KMS: 16 bytes under a key of the account, as the Java SDK asks for, and a random nonce."""

    def __init__(self, clients: Clients, key_id: str) -> None:
        self.clients = clients
        self.key_id = key_id

    def __call__(self) -> EncryptionKey:
        """Raises SpillError: without a key nothing is spilled, least of all in the clear."""
        from athena_federation.messages import EncryptionKey  # Arrow, which nobody else here needs

        kms = self.clients("kms")
        action = "GenerateDataKey"
        try:
            key = kms.generate_data_key(KeyId=self.key_id, KeySpec="AES_128")["Plaintext"]
            action = "GenerateRandom"
            nonce = kms.generate_random(NumberOfBytes=12)["Plaintext"]
        except Exception as error:
            raise SpillError(f"kms:{action} for spilling under key {self.key_id} failed with {code(error)}") from error
        return EncryptionKey(key, nonce)


class QueryState:
    """
    Whether an Athena query still runs, looked up in the background from the first question on.

    Errors of the look-up change nothing: throttling and missing permissions must not fail a query, see
    https://github.com/awslabs/aws-athena-query-federation/blob/master/athena-federation-sdk/src/main/java/com/amazonaws/athena/connector/lambda/QueryStatusChecker.java
    """

    def __init__(
        self,
        query_id: str,
        look_up: Callable[[str], str | None],
        *,
        pauses: Iterable[float] = PAUSES,
        wait: Callable[[threading.Event, float], bool] = threading.Event.wait,
    ) -> None:
        self.query_id = query_id
        self.look_up = look_up
        """Tells the state of a query, or None if Athena knows of no such query."""
        self.pauses = tuple(pauses)
        self.wait = wait
        self.state = ""
        self.closed = threading.Event()
        self.thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.closed.set()

    def require_running(self) -> None:
        """Raises ConnectorError once the query has ended."""
        if self.thread is None:
            self.thread = threading.Thread(target=self.follow, name="query-state", daemon=True)
            self.thread.start()
        elif self.state:
            raise ConnectorError(f"query {self.query_id} is {self.state}: nobody reads its rows any more")

    def follow(self) -> None:
        for pause in without_end(self.pauses):
            if self.wait(self.closed, pause):
                return
            try:
                state = self.look_up(self.query_id)
            except Exception:  # noqa: BLE001, S112 - see above
                continue
            if state is None:
                return
            if state in ENDED:
                self.state = state
                return


def without_end(pauses: tuple[float, ...]) -> Iterator[float]:
    return chain(pauses, repeat(pauses[-1]))


def athena_state(clients: Clients) -> Callable[[str], str | None]:
    """Looks a query up in Athena."""

    def look_up(query_id: str) -> str | None:
        try:
            found = clients("athena").get_query_execution(QueryExecutionId=query_id)
        except Exception as error:
            if code(error) == "InvalidRequestException":
                return None
            raise
        return str(found["QueryExecution"]["Status"]["State"])

    return look_up


def code(error: Exception) -> str:
    """AWS's own word for an error, or the kind of error where no answer came."""
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        return str(response.get("Error", {}).get("Code", type(error).__name__))
    return type(error).__name__
