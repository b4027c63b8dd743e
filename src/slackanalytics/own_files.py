"""Files that only their owner may read: made so, and refused where they are not.

A secret in a file that others can read, change, or put a link in the place of, is as good as none.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from athena_federation.errors import ConfigurationError

LARGEST = 64 * 1024
"""Bytes of such a file; a token and what is known of it has a thousand."""


def read_own(path: Path) -> bytes | None:
    """
    What the file holds, None where there is none.

    Raises ConfigurationError for a link, another's file, or one that others may read, or in whose folder they may write.
    """
    if not _is_safe_folder(path.parent):
        return None
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ConfigurationError(
            f"{path} is a link or cannot be read ({error.strerror}), so it is not used; remove it and connect Slack again"
        ) from error
    try:
        _check(path, os.fstat(descriptor))
        return os.read(descriptor, LARGEST)
    finally:
        os.close(descriptor)


def _check(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode) or found.st_uid != os.getuid():
        raise ConfigurationError(f"{path} is no file of yours, so it is not used; remove it and connect Slack again")
    if found.st_mode & 0o077:
        raise ConfigurationError(
            f"{path} can be read by others (mode {stat.S_IMODE(found.st_mode):o}), so it is not used;"
            f" revoke the token if others had access, then: chmod 600 {path}"
        )


def write_own(path: Path, data: bytes) -> None:
    """Keeps the file for its owner alone, completely or not at all. Raises ConfigurationError."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _is_safe_folder(path.parent)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(descriptor)
            part.replace(path)
        except BaseException:
            with suppress(FileNotFoundError):
                part.unlink()
            raise
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be written: {error.strerror}; SLACKANALYTICS_DATA_DIR names another place"
        ) from error


def remove_own(path: Path) -> None:
    """Removes the file, if there is one. Raises ConfigurationError."""
    try:
        path.unlink(missing_ok=True)
    except NotADirectoryError:
        return
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be removed: {error.strerror}; remove it by hand") from error


def _is_safe_folder(folder: Path) -> bool:
    """Whether there is such a folder. Raises ConfigurationError where others may change what is in it."""
    try:
        found = folder.stat()
    except OSError:
        return False
    if found.st_mode & 0o022 or found.st_uid not in (os.getuid(), 0):
        raise ConfigurationError(f"others may write in {folder}, so secrets in it are not used; chmod 700 {folder}")
    return True


class Alone:
    """A lock between threads and processes: a file next to what it guards. Not to be taken twice by one thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Waits its turn. Raises ConfigurationError where the lock's file cannot be made."""
        with self._lock:
            try:
                self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            except OSError as error:
                raise ConfigurationError(
                    f"{self._path} cannot be made: {error.strerror}; SLACKANALYTICS_DATA_DIR names another place"
                ) from error
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                yield
            finally:
                os.close(descriptor)
