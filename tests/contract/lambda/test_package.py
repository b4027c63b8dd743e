"""The package as Lambda would run it: unzipped, under the real runtime, with a gigabyte, against S3 and the simulator."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from urllib3 import PoolManager

from athena_federation import wire
from athena_federation.aws import Clients, S3Blobs
from athena_federation.engine import Engine, http
from athena_federation.errors import SourceError
from athena_federation.messages import (
    ReadRecordsRequest,
    ReadRecordsResponse,
    RemoteReadRecordsResponse,
    S3SpillLocation,
    Split,
    TableName,
)
from athena_federation.predicate import Predicate, equal_to
from athena_federation.transports import INVOCATIONS
from slackanalytics.cloud.contents import MACHINES, PACKAGES, RUNTIME
from slackanalytics.cloud.package import Built, build, fetch, interpreter_of
from slackanalytics.simulator import Simulator

pytestmark = pytest.mark.slow

MEMBERS = TableName("slackanalytics", "member_analytics")
DAY = "2026-11-20"
MEMORY = 1_024
"""Megabytes."""
SECRETS = ("token-secret", "client-secret")


@dataclass(frozen=True)
class Unzipped:
    """A package where a function would find it, and the Python to run it."""

    folder: Path
    built: Built
    python: str


@pytest.fixture(scope="session")
def python() -> tuple[str, str]:
    """The runtime's Python where this machine has it, or else the one that runs the tests; with its version."""
    for version in (RUNTIME, f"{sys.version_info[0]}.{sys.version_info[1]}"):
        for place in (Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin/python{version}"):
            return str(place), version
        if found := interpreter_of(version):
            return found, version
    raise AssertionError("unreachable")


@pytest.fixture(scope="session")
def architecture() -> str:
    return next(arch for arch, machine in MACHINES.items() if machine == platform.machine())


@pytest.fixture(scope="session")
def unzipped(python: tuple[str, str], architecture: str, tmp_path_factory: pytest.TempPathFactory) -> Unzipped:
    interpreter, version = python
    place = tmp_path_factory.mktemp("package")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(Path(interpreter).parent), prepend=os.pathsep)
        try:
            built = build("connector", architecture, place, python=version)
        except SourceError as error:  # a machine without PyPI says nothing about what we pack
            pytest.skip(f"the libraries could not be fetched: {error}")
    folder = place / "task"
    with zipfile.ZipFile(built.path) as archive:
        archive.extractall(folder)
    return Unzipped(folder, built, interpreter)


@pytest.fixture(scope="session")
def runtime(python: tuple[str, str], architecture: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lambda's runtime client for that Python; in Lambda it is part of the system, and so not of the package."""
    folder = tmp_path_factory.mktemp("runtime")
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python-version", python[1]]
    command += ["--python-platform", f"{MACHINES[architecture]}-manylinux_2_28", "--only-binary", ":all:"]
    done = subprocess.run(
        [*command, "--target", str(folder), "awslambdaric"], capture_output=True, text=True, check=False
    )
    if done.returncode:  # as above
        pytest.skip(f"the runtime client could not be fetched: {done.stderr[-200:]}")
    return folder


@dataclass
class Deployed:
    url: str
    group: int
    """The process that runs the emulator; the function runs below it."""

    def engine(self) -> Engine:
        return Engine(http(self.url, sleep=lambda seconds: None), catalog="slack", store=S3Blobs(Clients()))

    def peak(self) -> int:
        """Megabytes that the function's process has had at most."""
        children = [
            name
            for tasks in Path(f"/proc/{self.group}/task").iterdir()
            for name in (tasks / "children").read_text().split()
        ]
        status = [Path(f"/proc/{child}/status").read_text() for child in children]
        return max(int(found[1]) for text in status if (found := re.search(r"VmHWM:\s+(\d+) kB", text))) // 1024


@pytest.fixture(scope="session")
def deployed(unzipped: Unzipped, runtime: Path, emulator_binary: Path, cloud: dict[str, str]) -> Iterator[Deployed]:
    from .conftest import BUCKET, OWNER, free_port, wait_for

    clients = Clients()
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        for name, value in cloud.items():
            patch.setenv(name, value)
        simulator = Simulator(members=20_000, today=date(2026, 11, 25), rate_limit=None)
        slack = stack.enter_context(simulator.serve())
        secret = json.dumps({"access_token": slack.token, "organisation_id": "E0EXAMPLE1"})
        clients("secretsmanager").create_secret(Name=SECRETS[0], SecretString=secret)
        clients("s3").create_bucket(Bucket="days")
        port = free_port()
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "SLACKANALYTICS"))},
            **cloud,
            "PYTHONPATH": f"{unzipped.folder}{os.pathsep}{runtime}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(MEMORY),
            "AWS_LAMBDA_FUNCTION_TIMEOUT": "60",
            "SLACKANALYTICS_SLACK_API_URL": slack.url,
            "SLACKANALYTICS_TOKEN_STORE": f"aws:{','.join(SECRETS)}",
            "SLACKANALYTICS_TODAY": "2026-11-25",
            "SLACKANALYTICS_CACHE_BUCKET": "days/kept",
            "spill_bucket": BUCKET,
            "spill_bucket_owner": OWNER,
        }
        options = [
            "--runtime-interface-emulator-address",
            f"127.0.0.1:{port}",
            "--runtime-api-address",
            f"127.0.0.1:{free_port()}",
        ]
        command = [
            str(emulator_binary),
            *options,
            unzipped.python,
            "-m",
            "awslambdaric",
            "slackanalytics.cloud.lambda_function.handler",
        ]
        process = subprocess.Popen(
            command, cwd=unzipped.folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        stack.callback(process.wait, 10)
        stack.callback(process.terminate)
        wait_for(port, process)
        patch.undo()
        yield Deployed(f"http://127.0.0.1:{port}", process.pid)


def one_day(engine: Engine, columns: list[str]) -> list[pa.RecordBatch]:
    table = engine.describe(MEMBERS)
    wanted = Predicate({"date": equal_to(pa.string(), DAY)})
    return list(engine.read(table, columns=columns, partitions=engine.layout(table, wanted), predicate=wanted))


def test_the_function_answers_athena_within_a_gigabyte(deployed: Deployed) -> None:
    """Ping, GetTable, GetTableLayout, GetSplits, ReadRecords; the token from Secrets Manager, the day kept in S3."""
    engine = deployed.engine()
    assert engine.ping().source_type == "slackanalytics"
    batches = one_day(engine, ["date", "user_id", "is_active"])
    assert sum(batch.num_rows for batch in batches) > 19_000
    kept = Clients()("s3").list_objects_v2(Bucket="days")["Contents"]
    assert [item["Key"].split("/")[2] for item in kept] == [DAY]
    assert deployed.peak() < MEMORY / 2


def test_what_is_too_large_for_an_answer_is_spilled(deployed: Deployed) -> None:
    engine = deployed.engine()
    table = engine.describe(MEMBERS)
    names = [name for name in table.schema.names if name != "date"]
    assert sum(batch.num_rows for batch in one_day(engine, names)) > 19_000
    split = Split(spill_location=S3SpillLocation(bucket="blocks", key="spill/q/1"), properties={"date": DAY})
    schema = pa.schema([table.schema.field(name) for name in table.schema.names])
    request = ReadRecordsRequest(catalog="slack", query_id="q", table=MEMBERS, schema=schema, split=split)
    body = json.dumps(wire.dump(request, 5)).encode()
    answer = PoolManager().request("POST", deployed.url + INVOCATIONS, body=body)
    assert answer.status == 200
    assert len(answer.data) < 6_291_556
    assert isinstance(wire.load(answer.data), ReadRecordsResponse | RemoteReadRecordsResponse)
    assert deployed.peak() < MEMORY / 2


def test_the_package_is_far_below_what_lambda_takes(unzipped: Unzipped) -> None:
    assert unzipped.built.unzipped < 140e6
    assert unzipped.built.zipped < 50e6
    names = {path.name for path in unzipped.folder.iterdir()}
    assert not {"numpy", "pandas", "duckdb", "starlette", "cffi"} & names
    assert unzipped.built.compiled


def test_the_same_inputs_give_the_same_bytes_in_a_source_tree_and_in_an_installation(
    python: tuple[str, str], architecture: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second time our packages are where an installation has them, in a process that knows of no other place."""
    interpreter, version = python
    monkeypatch.setenv("PATH", str(Path(interpreter).parent), prepend=os.pathsep)
    try:
        first = build("oauth", architecture, tmp_path / "here", python=version)
    except SourceError as error:  # as above
        pytest.skip(f"the libraries could not be fetched: {error}")
    root, site = Path(__file__).parents[3] / "src", tmp_path / "site"
    for name in ("slackanalytics", "athena_federation"):
        shutil.copytree(root / name, site / name, ignore=shutil.ignore_patterns("__pycache__"))
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path; from slackanalytics.cloud import package;"
        "assert package.__file__.startswith(sys.argv[1]);"
        "print(package.build('oauth', sys.argv[2], Path(sys.argv[1]).parent, python=sys.argv[3]).digest)"
    )
    command = [sys.executable, "-c", code, str(site), architecture, version]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.strip() == first.digest == hashlib.sha256(first.path.read_bytes()).hexdigest()
    assert first.unzipped < 20e6


@pytest.mark.parametrize("arch", list(MACHINES))
def test_whatever_a_library_links_to_is_there(arch: str, python: tuple[str, str], tmp_path: Path) -> None:
    from slackanalytics.cloud import contents

    fetch(PACKAGES["connector"], MACHINES[arch], python[1], tmp_path)
    kept = contents.libraries(tmp_path)
    binaries = {
        name.rpartition("/")[2]: path for name, path in kept.items() if name.startswith("pyarrow/") and ".so" in name
    }
    assert {name.partition(".")[0] for name in binaries} >= contents.ARROW
    for path in binaries.values():
        missing = {
            name for name in contents.links(path.read_bytes()) if name.startswith(("libarrow", "libparquet"))
        } - set(binaries)
        assert not missing, path.name
