"""A real browser, and a critic of accessibility: Chromium as the system has it, axe-core as npm has it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

AXE = "4.14.1"
"""https://www.npmjs.com/package/axe-core, for tests alone; kept in the user's cache directory."""


def chromium() -> str | None:
    """Where Chromium is: what SLACKANALYTICS_CHROMIUM says, else what the path has."""
    named = os.environ.get("SLACKANALYTICS_CHROMIUM")
    return named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def axe() -> str | None:
    """The source of axe-core, fetched once with npm; None where there is no npm, or it has no way out."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "slackanalytics-tests"
    kept = cache / f"axe-core-{AXE}.js"
    if not kept.exists() and (npm := shutil.which("npm")):
        with tempfile.TemporaryDirectory() as folder:
            command = [npm, "install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", f"axe-core@{AXE}"]
            done = subprocess.run(
                command, cwd=folder, capture_output=True, check=False, timeout=90, stdin=subprocess.DEVNULL
            )
            if done.returncode == 0:
                cache.mkdir(parents=True, exist_ok=True)
                part = kept.with_suffix(f".{os.getpid()}.part")
                part.write_bytes((Path(folder) / "node_modules" / "axe-core" / "axe.min.js").read_bytes())
                part.replace(kept)
    return kept.read_text(encoding="utf-8") if kept.exists() else None


def violations(page: Any, source: str) -> list[str]:
    """What axe has against a page as it stands: rule and element."""
    # what is right is not described element by element, which takes a page with charts a minute
    page.evaluate(source)  # evaluated by the debugger, which no content policy forbids
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [f"{rule['id']}: {node['html'][:120]}" for rule in found for node in rule["nodes"]]
