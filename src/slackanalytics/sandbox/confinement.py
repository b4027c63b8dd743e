"""What a worker gives up before it sees a statement: files, network, other processes, rights, and most of the machine.

Called in the worker, about the worker. Each layer that a system does not have is named, so that the application can say
so; DuckDB's own settings, and the compiler that lets no such statement through, stand before all of them.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import struct
import sys
import zoneinfo
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

LANDLOCK = {"create": 444, "add": 445, "restrict": 446}
"""System calls, the same on every processor: https://docs.kernel.org/userspace-api/landlock.html."""
FILES = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
"""Landlock's version -> everything about files that it can forbid."""
TCP = 0b11
SCOPES = 0b11
"""Sockets without a path, and signals, to processes outside."""
READ_FILE, LIST = 0b0100, 0b1000
NEEDED = ("/proc/self/cgroup", "/sys/fs/cgroup")
"""How much memory this process's group may have: DuckDB reads it whenever it opens."""
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38
CLONE_NEWUSER, CLONE_NEWNET, CLONE_NEWIPC = 0x10000000, 0x40000000, 0x08000000
NOBODY = 65_534
DESCRIPTORS = 64


def begin(parent: int) -> list[str]:
    """What can be done at once, while there is one thread: die with the parent, lose network and rights."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform != "linux":
        return []
    die_with(parent)
    layers = ["no new privileges"] if _libc("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) else []
    alone = CLONE_NEWNET | CLONE_NEWIPC
    if _libc("unshare", alone) or _libc("unshare", CLONE_NEWUSER | alone):
        layers.append("no network")
    return layers


def finish(*, address_space: int) -> list[str]:
    """The rest, once everything that is needed is imported and mapped. `address_space` is beyond what is in use."""
    layers = []
    space = in_use() + address_space if sys.platform == "linux" else None
    if sys.platform == "linux":
        if os.geteuid() == 0:
            parent = os.getppid()
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            die_with(parent)  # which changing the user has undone
        layers += ["no files"] if one_thread() and landlocked() else []
        with suppress(OSError):
            _drop_capabilities()
        _libc("prctl", PR_SET_DUMPABLE, 0, 0, 0, 0)
    if space is not None:
        resource.setrlimit(resource.RLIMIT_AS, (space, space))
        layers.append("bounded address space")
    if os.geteuid() != 0:
        layers.append("not root")
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))
    return layers


LAYERS = ("no new privileges", "no network", "no files", "bounded address space", "not root")
"""What a worker should report."""


def processor_time(seconds: int) -> None:
    """From now on, so much of it; then the system ends this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def die_with(parent: int) -> None:
    """End when the parent does, even if that has happened already."""
    _libc("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def one_thread() -> bool:
    """Whether this thread is alone: what it gives up, others that run already would keep."""
    return len(list(Path("/proc/self/task").iterdir())) == 1


def in_use() -> int:
    """Bytes of address space."""
    return int(Path("/proc/self/statm").read_bytes().split()[0]) * resource.getpagesize()


def landlocked() -> bool:
    """Give up TCP and all files, but for time zones and the memory's size; False where Linux has no Landlock."""
    version = _call(LANDLOCK["create"], None, 0, 1)
    if version < 1:
        return False
    files = FILES[max(known for known in FILES if known <= version)]
    attributes = struct.pack("QQQ", files, TCP if version >= 4 else 0, SCOPES if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    rules = _call(LANDLOCK["create"], attributes, size, 0)
    if rules < 0:
        return False
    for path in [*zones(), *filter(os.path.exists, NEEDED)]:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        rights = READ_FILE | LIST if Path(path).is_dir() else READ_FILE
        allowed = _call(LANDLOCK["add"], rules, 1, struct.pack("=Qi", rights, place), 0)
        os.close(place)
        if allowed < 0:
            return False
    done = _call(LANDLOCK["restrict"], rules, 0)
    os.close(rules)
    return done == 0


def zones() -> list[str]:
    """Folders of time zones."""
    package = find_spec("tzdata")
    found = [*zoneinfo.TZPATH, *(package.submodule_search_locations or [] if package else [])]
    return [os.path.realpath(folder) for folder in found if Path(folder).is_dir()]


def _drop_capabilities() -> None:
    """Those of a user namespace of one's own: https://man7.org/linux/man-pages/man2/capset.2.html."""
    _libc("capset", struct.pack("=Ii", 0x20080522, 0), struct.pack("=6I", *[0] * 6))


def _libc(name: str, *arguments: int | bytes) -> bool:
    """Whether a function of the C library has succeeded."""
    return bool(getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments) == 0)


def _call(number: int, *arguments: int | bytes | None) -> int:
    """A system call. Its result is negative where it has failed."""
    wide = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return int(ctypes.CDLL(None, use_errno=True).syscall(ctypes.c_long(number), *wide))
