"""What the functions in AWS carry: which of our modules, which libraries, and which parts of those nobody needs.

A part is left out only where a test runs without it.
"""

from __future__ import annotations

import ast
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

RUNTIME = "3.13"
"""The Python of the functions: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html."""
MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}
"""Lambda's word for an architecture, and the word in the names of wheels."""
LARGEST = 250 * 1024 * 1024
"""Bytes of a function, unzipped: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One function's."""

    name: str
    module: str
    """Which of ours holds its handler; what it imports comes along."""
    lock: str | None = None
    """The file, beside this one, that pins its libraries; None where the standard library is enough."""
    but: frozenset[str] = frozenset()
    """Modules that it imports in other places than Lambda only."""


PACKAGES = {
    package.name: package
    for package in (
        Package(name="connector", module="slackanalytics.cloud.lambda_function", lock="lambda-connector.lock"),
        Package(
            name="oauth",
            module="slackanalytics.cloud.oauth_function",
            lock="lambda-oauth.lock",
            but=frozenset({"slackanalytics.web.dashboard", "slackanalytics.web.sql_page"}),
        ),
        Package(name="simulator", module="slackanalytics.cloud.simulator_function"),
    )
}

AT_HOME = frozenset({"slackanalytics.database", "athena_federation.local", "athena_federation.testing"})
"""The engine and the suite, which `import slackanalytics` offers and no function uses."""
DATA = (".css", ".js", ".svg", ".html")
"""Endings of our files that are no code and that the web app serves."""
LEFT_OUT = (".pyi", ".pxd", ".pyx", ".pxi", ".h", ".hpp", ".c", ".cc", ".cpp", ".pyc", ".exe")
"""Endings of files that nothing reads at run time."""
FOLDERS = frozenset({"bin", "tests", "include", "__pycache__", "examples", "src"})
KEPT_METADATA = frozenset({"METADATA", "licenses"})
UNUSED = ("cffi/", "pycparser/", "boto3/data/", "_cffi_backend")
"""cffi makes bindings, which cryptography brings ready-made; boto3's data describe an interface that is not used here."""
SERVICES = frozenset({"s3", "secretsmanager", "kms", "athena", "sts"})
"""AWS's services that the functions call; botocore knows four hundred."""
ARROW = frozenset({"lib", "_compute", "_fs", "_hdfs", "_json", "_parquet"})
"""Arrow's extension modules that are loaded; what they link to is found in them."""


def own(package: Package) -> dict[str, Path]:
    """Our files for a package: their name within it, and where they are, in a source tree or an installation."""
    found: dict[str, Path] = {}
    waiting = [package.module]
    while waiting:
        module = waiting.pop()
        path = source(module)
        name = f"{module.replace('.', '/')}{'/__init__' if path and path.name == '__init__.py' else ''}.py"
        if path is None or name in found or module in AT_HOME | package.but:
            continue
        found[name] = path
        waiting += [*imported(path), module.rpartition(".")[0]]
        if path.name == "__init__.py":
            data = (file for file in path.parent.rglob("*") if file.suffix in DATA)
            found |= {f"{module.replace('.', '/')}/{file.relative_to(path.parent).as_posix()}": file for file in data}
    return found


def source(module: str) -> Path | None:
    """The file of a module of ours; None for anything else."""
    top, _, rest = module.partition(".")
    if top not in {"athena_federation", "slackanalytics"}:
        return None
    place = Path(str(files(top)), *filter(None, rest.split(".")))
    candidates = (place / "__init__.py", place.with_suffix(".py"))
    return next((path for path in candidates if path.is_file()), None)


def imported(path: Path) -> Iterator[str]:
    """Whatever a module imports at run time, at its top or within functions; names from it as if they were modules."""
    waiting: list[ast.AST] = [ast.parse(path.read_bytes())]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)
        waiting += ast.iter_child_nodes(node)


def own_metadata() -> dict[str, bytes]:
    """What tells our version at run time."""
    number = version("slackanalytics")
    text = f"Metadata-Version: 2.4\nName: slackanalytics\nVersion: {number}\n"
    return {f"slackanalytics-{number}.dist-info/METADATA": text.encode()}


def libraries(folder: Path) -> dict[str, Path]:
    """The files of installed libraries that are needed."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    found = {name: path for name, path in found.items() if is_needed(name)}
    unneeded = unlinked(found)
    return {name: path for name, path in found.items() if name not in unneeded}


def is_needed(name: str) -> bool:
    """Whether a library's file is needed, as far as its name tells."""
    parts = name.split("/")
    if (
        name.endswith(LEFT_OUT)
        or FOLDERS & set(parts[:-1])
        or name.startswith(UNUSED)
        or (len(parts) == 1 and parts[0][0] == ".")
    ):
        return False
    if parts[0].endswith(".dist-info"):
        return parts[1] in KEPT_METADATA
    if parts[:2] == ["botocore", "data"] and len(parts) > 3:
        return parts[2] in SERVICES and not parts[-1].startswith(("examples", "paginators", "waiters"))
    return parts[0] != "pyarrow" or name.endswith(".py") or ".so" in name


def unlinked(found: Mapping[str, Path]) -> set[str]:
    """Arrow's binaries that none of its modules in `ARROW` needs, directly or through others."""
    binaries = {
        name.rpartition("/")[2]: path for name, path in found.items() if name.startswith("pyarrow/") and ".so" in name
    }
    needed: set[str] = set()
    waiting = [name for name in binaries if name.partition(".")[0] in ARROW]
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += [linked for linked in links(binaries[name].read_bytes()) if linked in binaries]
    return {f"pyarrow/{name}" for name in binaries.keys() - needed}


def links(binary: bytes) -> Iterable[str]:
    """The shared libraries that a 64-bit ELF file asks for: https://refspecs.linuxfoundation.org/elf/gabi4+/ch5.dynamic.html."""
    start, size, count = struct.unpack_from("<Q", binary, 40)[0], *struct.unpack_from("<HH", binary, 58)
    sections = [struct.unpack_from("<IIQQQQIIQQ", binary, start + number * size) for number in range(count)]
    dynamic = next((section for section in sections if section[1] == 6), None)
    if dynamic is None:
        return
    names = sections[dynamic[6]][4]
    for offset in range(dynamic[4], dynamic[4] + dynamic[5], 16):
        tag, value = struct.unpack_from("<qQ", binary, offset)
        if tag == 1:
            end = binary.index(b"\0", names + value)
            yield binary[names + value : end].decode()
