"""S3, KMS and Athena on loopback (moto), and the real Lambda runtime with its interface emulator."""

from __future__ import annotations

import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

EMULATOR = "aws-sam-cli==1.170.0"
"""The package in which AWS ships its runtime interface emulator, and the digests of its files."""
DIGESTS = (
    "24ebaf5ecba38dc1758089968cb89ab61e124b84e92a344fc7a2771a47f4d0bf",
    "5fbaadba4beada832ad6fba1edeb8a1b32bb7a8fcff28168e47f788064e4f878",
)
BUCKET = "blocks"
OWNER = "123456789012"
"""The account in which moto's buckets are."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        with closing(HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
            try:
                connection.request("GET", "/")
                connection.getresponse().read()
            except OSError:
                time.sleep(0.05)
            else:
                return
    raise AssertionError(f"nothing answers on port {port}")


@contextmanager
def running(command: list[str], port: int, **options: Any) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    try:
        wait_for(port, process)
        yield
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


@pytest.fixture(scope="session")
def cloud() -> Iterator[dict[str, str]]:
    """The environment in which boto3 finds its services on loopback, and the bucket exists."""
    port = free_port()
    server = str(Path(sys.executable).with_name("moto_server"))
    environment = {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{port}",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    command = [server, "-H", "127.0.0.1", "-p", str(port)]
    with running(command, port, env=os.environ | environment):
        import boto3

        boto3.client(
            "s3", endpoint_url=environment["AWS_ENDPOINT_URL"], region_name="us-east-1", aws_access_key_id="testing",
            aws_secret_access_key="testing",
        ).create_bucket(Bucket=BUCKET)  # fmt: skip
        yield environment


@pytest.fixture(autouse=True)
def on_loopback(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The services are there for the tests that ask for them, and for no test after those."""
    if "cloud" in request.fixturenames:
        for name, value in request.getfixturevalue("cloud").items():
            monkeypatch.setenv(name, value)


@pytest.fixture(scope="session")
def emulator_binary() -> Path:
    """The emulator, fetched once and kept; where that is not possible the tests that need it are skipped."""
    machine = {"x86_64": "x86_64", "aarch64": "arm64"}.get(platform.machine())
    if platform.system() != "Linux" or machine is None:  # AWS builds it for these alone
        pytest.skip("Lambda's runtime interface emulator runs on Linux only")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "slackanalytics" / "tests"
    binary = cache / f"{EMULATOR}-{machine}"
    if not binary.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            requirement = Path(folder) / "requirements.txt"
            requirement.write_text(EMULATOR + "".join(f" --hash=sha256:{digest}" for digest in DIGESTS))
            command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
            fetched = subprocess.run(
                [*command, "--target", folder, "-r", str(requirement)], capture_output=True, check=False, timeout=100
            )
            if fetched.returncode:  # a machine without PyPI says nothing about our handler
                pytest.skip(f"Lambda's runtime interface emulator ({EMULATOR}) could not be fetched")
            found = Path(folder) / "samcli" / "local" / "rapid" / f"aws-lambda-rie-{machine}"
            found.chmod(0o755)
            found.replace(binary)
    return binary


Start = Callable[..., str]


@pytest.fixture(scope="session")
def start(emulator_binary: Path, cloud: dict[str, str]) -> Iterator[Start]:
    """Starts a handler of `app.py` under the real runtime; gives the URL of its emulator."""
    pytest.importorskip("awslambdaric")
    with ExitStack() as stack:

        def begin(handler: str, *, timeout: int = 60, **environment: str) -> str:
            port = free_port()
            options = [
                "--runtime-interface-emulator-address",
                f"127.0.0.1:{port}",
                "--runtime-api-address",
                f"127.0.0.1:{free_port()}",
            ]
            settings = {
                "AWS_LAMBDA_FUNCTION_TIMEOUT": str(timeout),
                "spill_bucket": BUCKET,
                "spill_bucket_owner": OWNER,
            }
            stack.enter_context(
                running(
                    [str(emulator_binary), *options, sys.executable, "-m", "awslambdaric", f"app.{handler}"],
                    port,
                    cwd=Path(__file__).parent,
                    env=os.environ | cloud | settings | environment,
                )
            )
            return f"http://127.0.0.1:{port}"

        yield begin


@pytest.fixture(scope="session")
def deployed(start: Start) -> str:
    """The connector as it is deployed."""
    return start("handler")
