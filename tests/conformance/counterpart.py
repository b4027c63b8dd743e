"""The Java SDK in a process of its own: built once by Maven, asked over a pipe, one JSON document per line.

What it can be asked is told in `conformance/README.md`.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

PROJECT = Path(__file__).parents[2] / "conformance" / "java"
MAVEN = ("mvn", "-q", "-B")


class CounterpartError(Exception):
    """The counterpart could not be built, or did not do what it was asked; says what Java says."""


class Unreachable(CounterpartError):
    """Maven has to fetch something, and cannot."""


def missing_tools() -> list[str]:
    """Which of the programs that the counterpart is made of are not on this machine."""
    return [name for name in ("java", "javac", "mvn") if shutil.which(name) is None]


def build() -> Path:
    """
    The jar, compiled anew if a source is younger; by one process at a time. Nothing is fetched that Maven already has.

    Raises Unreachable where something is missing and cannot be fetched, CounterpartError for anything else.
    """
    jar = PROJECT / "target" / "conformance.jar"
    jar.parent.mkdir(exist_ok=True)
    with (jar.parent / "building").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        sources = [PROJECT / "pom.xml", *PROJECT.glob("src/**/*.java")]
        if not jar.exists() or jar.stat().st_mtime < max(source.stat().st_mtime for source in sources):
            compile_with_maven()
    return jar


def compile_with_maven() -> None:
    told = ""
    for offline in (("-o",), ()):
        done = subprocess.run([*MAVEN, *offline, "package"], cwd=PROJECT, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return
        told = done.stdout + done.stderr
    fetching = [line for line in told.splitlines() if "Could not transfer" in line or "Could not resolve" in line]
    if fetching:
        raise Unreachable(f"Maven cannot fetch what the Java SDK needs: {fetching[0][:300]}")
    raise CounterpartError(f"Maven cannot build the counterpart:\n{told[-4000:]}")


class Counterpart:
    """One Java process. A context manager; commands are answered in the order in which they are asked."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        jar = build()
        command = [
            "java",
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            f"{jar}{os.pathsep}{jar.parent / 'lib'}{os.sep}*",
            "athena.federation.conformance.Main",
        ]
        self.log = (PROJECT / "target" / "counterpart.log").open("w")
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            env={**os.environ, **(environment or {})},
            text=True,
            encoding="utf-8",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(timeout=20)
        self.process.stdout.close()
        self.log.close()

    def ask(self, verb: str, **members: Any) -> Any:
        """One command and its answer. Raises CounterpartError where it failed."""
        (answer,) = self.ask_all([{"do": verb, **members}])
        if "failed" in answer:
            raise CounterpartError(answer["failed"])
        return answer

    def ask_all(self, commands: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Many commands at once; an answer that says `failed` says why."""
        assert self.process.stdout is not None
        lines = [json.dumps(command) + "\n" for command in commands]
        writer = threading.Thread(target=self.write, args=(lines,), daemon=True)
        writer.start()
        answers = [self.process.stdout.readline() for _ in lines]
        writer.join()
        if not all(answers):
            raise CounterpartError("the Java process ended before it had answered; see target/counterpart.log")
        return [json.loads(answer) for answer in answers]

    def write(self, lines: list[str]) -> None:
        assert self.process.stdin is not None
        for line in lines:
            self.process.stdin.write(line)
        self.process.stdin.flush()
