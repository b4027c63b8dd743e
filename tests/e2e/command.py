"""The installed command in a process of its own: an empty home, a clean environment, everything it leaves behind."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

COMMAND = Path(sys.executable).with_name("slackanalytics")
TODAY = "2026-11-23"


@dataclass(frozen=True, slots=True)
class Done:
    """A command that has ended."""

    code: int
    out: bytes
    err: str
    """Without lines of progress, which appear where the machine is so busy that a step takes five seconds."""

    @property
    def text(self) -> str:
        return self.out.decode()

    @property
    def complaint(self) -> str:
        """The one line that a failed command may say. Fails where it said more, or less, or gave an answer."""
        assert self.code == 1, self
        assert self.out == b"", self
        assert self.err.count("\n") == 1, self.err
        assert self.err.startswith("slackanalytics: "), self.err
        return self.err


def without_progress(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("member_analytics: "))


class Desk:
    """Where commands are typed: a folder with a home, a place for temporary files, and an environment."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.temporary = folder / "tmp"
        for made in (self.home, self.temporary):
            made.mkdir()
        self.environment = {
            "HOME": str(self.home),
            "PATH": "/usr/bin:/bin",
            "TMPDIR": str(self.temporary),
            "SLACKANALYTICS_TODAY": TODAY,
            "SLACKANALYTICS_RATE_LIMIT": "off",
            **environment,
        }

    def run(self, *arguments: str, **environment: str) -> Done:
        """The command, to its end."""
        with self.started(*arguments, **environment) as process:
            out, err = process.communicate(timeout=60)
        return Done(process.returncode, out, without_progress(err.decode()))

    def started(self, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        """The command, running."""
        return subprocess.Popen(
            [COMMAND, *arguments],
            env=self.environment | environment,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def kept(self) -> list[str]:
        """The names of all files in the cache directory."""
        return sorted(path.name for path in (self.home / ".cache").rglob("*") if path.is_file())

    def left_over(self) -> list[str]:
        """What should not be there once a command has ended: temporary files, half of anything."""
        halves = [path.name for path in self.home.rglob("*") if path.name.endswith(".part")]
        beside = [path.name for path in self.folder.glob(".*")]
        return [path.name for path in self.temporary.iterdir()] + halves + beside
