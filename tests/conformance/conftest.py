"""The Java SDK as a counterpart, and AWS on loopback. Without Java and Maven these tests are skipped."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer
from tests.conformance.counterpart import Counterpart, Unreachable, build, missing_tools
from tests.conformance.sample import CONNECTOR

from athena_federation import aws, emulator

BUCKET = "conformance-spill"

Serve = Callable[[Mapping[str, str]], str]
"""Serves the sample connector with these settings, and tells its URL."""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "conformance: needs Java 17 and Maven, and Maven's cache or its repository")


@pytest.fixture(scope="session")
def java() -> Iterator[Counterpart]:
    if missing := missing_tools():  # a contributor without Java: CI installs it, and there nothing is skipped
        pytest.skip(f"the Java SDK cannot be built without {', '.join(missing)}")
    try:
        build()
    except Unreachable as error:  # a machine without Maven Central says nothing about our codec
        pytest.skip(f"what the Java SDK is built of cannot be fetched: {error}")
    with Counterpart() as counterpart:
        yield counterpart


@pytest.fixture(scope="package")
def s3() -> Iterator[str]:
    """The endpoint of an S3 that knows one bucket; boto3 uses it too, as long as these tests run."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": "conformance",
            "AWS_SECRET_ACCESS_KEY": "conformance",
            "AWS_DEFAULT_REGION": "us-east-1",
        }.items():
            patch.setenv(name, value)
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        yield endpoint
    server.stop()


@pytest.fixture(scope="package")
def serve(s3: str) -> Iterator[Serve]:
    served: dict[str, str] = {}
    with ExitStack() as stack:

        def url(settings: Mapping[str, str]) -> str:
            name = str(sorted(settings.items()))
            if name not in served:
                handler = aws.lambda_handler(CONNECTOR, {"spill_bucket": BUCKET, **settings})
                served[name] = stack.enter_context(serving(handler))
            return served[name]

        yield url


@contextmanager
def serving(handler: Callable[[Any, Any], Any]) -> Iterator[str]:
    """A Lambda handler behind HTTP; gives its URL."""
    with emulator.server(handler, 0) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/2015-03-31/functions/function/invocations"
        server.shutdown()
        thread.join()
