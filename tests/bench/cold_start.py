"""What a new instance of the function costs, beside the usual build of the same libraries, in one run.

    python -m tests.bench.cold_start [--rounds 7]

Every start is a fresh process of the runtime's Python, without PYTHONPATH but the package's own; the rivals take turns; a
ratio is taken inside each round, and the median of the rounds is told. Pages are in the system's cache.
"""

from __future__ import annotations

import argparse
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from slackanalytics.cloud.contents import MACHINES, RUNTIME
from slackanalytics.cloud.package import build, interpreter_of

PING = '{"@type": "PingRequest", "identity": null, "catalogName": "c", "queryId": "1"}'
ANSWERED = (
    f"import json\nfrom slackanalytics.cloud.lambda_function import handler\nhandler(json.loads('{PING}'), None)\n"
)
USUAL = "plain: pyarrow, numpy, boto3, both clients"
PEAK = "\nprint(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
STARTS = {
    "bare Python": ("ours", ""),
    "ours: imported, Ping answered": ("ours", ANSWERED),
    "ours: the same without bytecode": ("sources", ANSWERED),
    "ours: and boto3's clients for S3 and Secrets Manager": (
        "ours",
        f"{ANSWERED}from athena_federation.services import Clients\nmade = Clients()\nmade('s3')\nmade('secretsmanager')\n",
    ),
    USUAL: (
        "plain",
        "import pyarrow, pyarrow.json, pyarrow.compute, pyarrow.parquet, boto3\nboto3.client('s3')\nboto3.client('secretsmanager')\n",
    ),
}
PLAIN = ("pyarrow", "numpy", "boto3", "cryptography", "urllib3", "isal", "tenacity")


def prepare(folder: Path, python: str) -> dict[str, tuple[int, int]]:
    """The three installations; bytes zipped and unzipped of each that can be deployed."""
    arch = next(arch for arch, machine in MACHINES.items() if machine == platform.machine())
    built = build("connector", arch, folder)
    for name in ("ours", "sources"):
        with zipfile.ZipFile(built.path) as archive:
            archive.extractall(folder / name)
    for path in (folder / "sources").rglob("*.pyc"):
        path.unlink()
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python-version", RUNTIME]
    command += ["--python-platform", f"{MACHINES[arch]}-manylinux_2_28", "--only-binary", ":all:"]
    subprocess.run([*command, "--target", str(folder / "plain"), *PLAIN], check=True)
    subprocess.run([python, "-m", "compileall", "-q", str(folder / "plain")], check=False, capture_output=True)
    shutil.make_archive(str(folder / "plain"), "zip", folder / "plain")
    unzipped = sum(path.stat().st_size for path in (folder / "plain").rglob("*") if path.is_file())
    return {"ours": (built.zipped, built.unzipped), "plain": ((folder / "plain.zip").stat().st_size, unzipped)}


def start(python: str, folder: Path, code: str) -> tuple[float, float, float]:
    """Seconds from nothing to done, seconds of a processor, and megabytes at most."""
    environment = {
        "PYTHONPATH": str(folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "HOME": "/nonexistent",
    }
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run([python, "-c", code + PEAK], env=environment, capture_output=True, text=True, check=True)
    took, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return took, used, int(done.stdout) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    python = interpreter_of(RUNTIME)
    if python is None:
        raise SystemExit(f"there is no Python {RUNTIME} here; put one on the PATH")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        sizes = prepare(folder, python)
        seen: dict[str, list[tuple[float, float, float]]] = {name: [] for name in STARTS}
        for turn in range(rounds + 1):
            for name, (place, code) in STARTS.items():
                found = start(python, folder / place, code)
                if turn:  # the first is to warm up
                    seen[name].append(found)
    lines = ["| a new process | ms | CPU ms | of plain's | MB at most |", "|---|---|---|---|---|"]
    for name, runs in seen.items():
        ratio = statistics.median(run[1] / plain[1] for run, plain in zip(runs, seen[USUAL], strict=True))
        wall, used = (statistics.median(run[place] for run in runs) * 1000 for place in (0, 1))
        lines.append(f"| {name} | {wall:,.0f} | {used:,.0f} | {ratio:.2f} | {max(run[2] for run in runs):.0f} |")
    lines += ["", "| package | MB zipped | MB unzipped |", "|---|---|---|"]
    lines += [f"| {name} | {zipped / 1e6:.1f} | {whole / 1e6:.1f} |" for name, (zipped, whole) in sizes.items()]
    sys.stdout.write("\n".join([*lines, ""]))


if __name__ == "__main__":
    main()
