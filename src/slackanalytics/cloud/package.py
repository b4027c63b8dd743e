"""The packages of the functions in AWS: `slackanalytics deploy package`.

The same inputs give the same bytes: libraries are pinned by hash, entries are sorted, times and modes are fixed. A
package is written beside its place and takes it when it is complete.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

import click

from athena_federation.errors import ConfigurationError, SourceError
from slackanalytics.cloud import contents
from slackanalytics.cloud.contents import MACHINES, PACKAGES, RUNTIME, Package
from slackanalytics.protocol import examples

MOMENT = (1980, 1, 1, 0, 0, 0)
"""The oldest time that a zip can tell."""
SECONDS = 900
"""How long fetching may take."""
GLIBC = ("manylinux_2_28", "manylinux_2_17", "manylinux2014")
"""Kinds of wheels that Amazon Linux 2023, with glibc 2.34, runs."""

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A package that was made."""

    path: Path
    digest: str
    """SHA-256, in hexadecimal."""
    zipped: int
    unzipped: int
    """Bytes."""
    libraries: Mapping[str, int]
    """Bytes unzipped, by library; the largest first."""
    compiled: bool
    """Whether the modules are in there as bytecode, too, which a function cannot keep by itself."""


def build(name: str, arch: str, folder: Path, *, python: str = RUNTIME, told: Told = lambda _text: None) -> Built:
    """
    Make one package.

    Args:
        name: `connector`, `oauth` or `simulator`.
        arch: `arm64` or `x86_64`.
        folder: Where it goes, as `NAME-ARCH.zip`.
        python: The runtime's version.
        told: Hears what is being done.

    Raises:
        ConfigurationError: there is neither uv nor pip, or the folder cannot be written.
        SourceError: the libraries could not be fetched, or are not those that were pinned.
    """
    package = PACKAGES[name]
    with tempfile.TemporaryDirectory(prefix="slackanalytics-") as temporary:
        place = Path(temporary)
        found: dict[str, Path] = {}
        if package.lock:
            told(f"fetching the libraries of {name} for {arch}")
            fetch(package, MACHINES[arch], python, place / "libraries")
            found |= contents.libraries(place / "libraries")
        found |= contents.own(package)
        entries = {entry: path.read_bytes() for entry, path in found.items()} | contents.own_metadata()
        told(f"compiling {name} for Python {python}")
        bytecode = compiled({entry: data for entry, data in entries.items() if entry.endswith(".py")}, python, place)
        entries |= bytecode
        told(f"writing {name}-{arch}.zip")
        return written(entries, folder / f"{name}-{arch}.zip", compiled=bool(bytecode))


def fetch(package: Package, machine: str, python: str, folder: Path) -> None:
    """Install the pinned libraries into a folder, as wheels and for another machine. Raises as `build` does."""
    with as_file(files("slackanalytics.cloud") / (package.lock or "")) as lock:
        done = subprocess.run(  # noqa: S603 - a list of ours, no shell
            installer(machine, python, folder, lock), capture_output=True, text=True, check=False, timeout=SECONDS
        )
    if done.returncode:
        why = next((line for line in reversed(done.stderr.splitlines()) if line.strip()), "no reason given").strip()
        raise SourceError(f"the libraries of {package.name} could not be fetched: {why[:300]}")


def installer(machine: str, python: str, folder: Path, lock: Path) -> list[str]:
    """The command that installs: uv's, or else pip's. Raises ConfigurationError where there is neither."""
    same = ["--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:", "--python-version", python]
    same += ["--target", str(folder), "-r", str(lock)]
    if uv := shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"):
        return [uv, "pip", "install", "--no-config", "--python-platform", f"{machine}-{GLIBC[0]}", *same]
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0:
        platforms = [word for kind in GLIBC for word in ("--platform", f"{kind}_{machine}")]
        return [sys.executable, "-m", "pip", "install", "--no-compile", "--implementation", "cp", *platforms, *same]
    raise ConfigurationError("making packages needs uv or pip; install one of them, for example: python -m ensurepip")


def compiled(sources: Mapping[str, bytes], python: str, place: Path) -> dict[str, bytes]:
    """The bytecode of modules; none where this machine has no Python of the runtime's version."""
    interpreter = interpreter_of(python)
    if interpreter is None:
        return {}
    root = place / "compiled"
    for name, data in sources.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    # Read as it is, without a look at the source's time; in a fixed order of sets, and under the path within Lambda.
    command = [
        "-m",
        "compileall",
        "-q",
        "-j",
        "1",
        "-s",
        str(root),
        "-p",
        "/var/task",
        "--invalidation-mode",
        "unchecked-hash",
    ]
    subprocess.run(  # noqa: S603 - a list of ours, no shell
        [interpreter, *command, str(root)],
        env={**os.environ, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": ""},
        capture_output=True,
        check=False,  # a module that does not compile is one that is never imported
        timeout=SECONDS,
    )
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*.pyc")}


def interpreter_of(python: str) -> str | None:
    """A Python of that version on this machine."""
    if f"{sys.version_info[0]}.{sys.version_info[1]}" == python:
        return sys.executable
    for name in filter(None, (shutil.which(f"python{python}"), *found_by_uv(python))):
        asked = subprocess.run(  # noqa: S603 - a list of ours, no shell
            [name, "-c", "import sys; print(*sys.version_info[:2], sep='.')"],
            capture_output=True,
            text=True,
            check=False,
        )
        if asked.stdout.strip() == python:
            return name
    return None


def found_by_uv(python: str) -> list[str]:
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if uv is None:
        return []
    command = [uv, "python", "find", "--no-config", "--offline", "--no-project", python]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()[:1]  # noqa: S603


def written(entries: Mapping[str, bytes], path: Path, *, compiled: bool) -> Built:
    """The zip, complete or not there. Raises ConfigurationError."""
    unzipped = sum(map(len, entries.values()))
    if unzipped > contents.LARGEST:
        raise ConfigurationError(
            f"{path.name} would have {unzipped:,} bytes unzipped; Lambda takes {contents.LARGEST:,}"
        )
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as made:
            for entry in sorted(entries):
                about = zipfile.ZipInfo(entry, MOMENT)
                about.external_attr = 0o100644 << 16
                about.create_system = 3  # as on Linux, wherever it is made
                made.writestr(about, entries[entry], zipfile.ZIP_DEFLATED, compresslevel=6)
        temporary.chmod(0o644)
        digest = hashlib.sha256(temporary.read_bytes()).hexdigest()
        temporary.replace(path)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
    sizes: Counter[str] = Counter()
    for entry, data in entries.items():
        sizes[library(entry)] += len(data)
    return Built(
        path=path, digest=digest, zipped=path.stat().st_size, unzipped=unzipped, libraries=dict(sizes.most_common()),
        compiled=compiled,
    )  # fmt: skip


def library(entry: str) -> str:
    """To which library a file belongs."""
    top = entry.partition("/")[0]
    return top.partition("-")[0] if top.endswith(".dist-info") else top.removesuffix(".py")


@click.command(
    epilog=examples(
        "slackanalytics deploy package", "slackanalytics deploy package connector --arch x86_64 --output packages"
    )
)
@click.argument("name", required=False, type=click.Choice(list(PACKAGES)))
@click.option(
    "--arch", type=click.Choice(list(MACHINES)), default="arm64", show_default=True, help="The functions' processor."
)
@click.option(
    "-o", "--output", metavar="DIR", type=click.Path(path_type=Path, file_okay=False), default=Path("packages"),
    show_default=True, help="Where they go.",
)  # fmt: skip
def package(name: str | None, arch: str, output: Path) -> None:
    """Make the functions' packages: zips of exactly what they need, the same ones from the same inputs.

    Libraries are fetched from the package index, as pinned by hash, with uv or pip. NAME makes one of them.
    """
    from slackanalytics import terminal

    console, rows = terminal.stderr(), []
    for each in [name] if name else PACKAGES:
        built = build(each, arch, output, told=lambda text: console.print(f"{text} …", markup=False, style="dim"))
        if not built.compiled:
            terminal.note(
                f"{built.path.name} has no bytecode, which makes the first call of an instance about half a second slower:"
                f" there is no Python {RUNTIME} on this machine"
            )
        rows += [(each, part, megabytes(size), "") for part, size in list(built.libraries.items())[:6]]
        rows.append((each, str(built.path), megabytes(built.unzipped), megabytes(built.zipped)))
        console.print(f"{built.path} sha256:{built.digest}", markup=False)
    terminal.answer(("package", "part", "MB unzipped", "MB zipped"), rows, (False, False, True, True))


def megabytes(size: int) -> str:
    return f"{size / 1e6:.1f}"
