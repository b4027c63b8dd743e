"""Days at rest in a directory: one Parquet file and one note for each.

The note (`2026-10-03.json`) says what is known about a day and, for a kept one, which file holds it and its checksum.
Both are written under other names, flushed to the disk and renamed, the note last: it alone makes a day kept. A crash
at any point leaves the day as it was before. The directory is for its owner only.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from athena_federation.errors import SourceError
from slackanalytics.limiter import Pause
from slackanalytics.spool import Spool

POLL_SECONDS = 0.05

_Version = tuple[int, int, int]
"""What tells a file from what it was before: its node, time and size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is known about one day."""

    day: date
    status: str
    """`published`, `pending` or `absent`."""
    reason: str = ""
    """Slack's own word, for a day without data."""
    rows: int = 0
    repeated: int = 0
    """Lines that repeated another one and were left out."""
    unknown: tuple[str, ...] = ()
    """Undocumented keys of the file."""
    fetched_at: datetime
    settled: bool
    """Whether the day was old enough, when fetched, not to change any more."""
    file: str = ""
    size: int = 0
    checksum: str = ""
    """SHA-256 of the file, in hexadecimal."""


class DayShelf(Protocol):
    """Where the days of one organisation rest. Safe between threads."""

    @property
    def place(self) -> str:
        """Where that is, for people."""
        ...

    @property
    def directory(self) -> Path | None:
        """Where a day is best spooled before it is kept; None for wherever there is room."""
        ...

    def entry(self, day: date) -> Entry | None:
        """What is known about a day; None for nothing, or for what cannot be trusted."""
        ...

    def entries(self) -> Mapping[date, Entry]:
        """All that is known, oldest first."""
        ...

    def opened(self, entry: Entry) -> BinaryIO | Spool | None:
        """The verified file of a kept day; None where it is gone, cut or altered."""
        ...

    def keep(self, entry: Entry, spool: Spool | None = None) -> Entry:
        """
        The entry as kept, with its file's name, size and checksum. To be called with the day's lock held.

        Raises OSError, and then the day is as it was before; SourceError where the shelf has been closed.
        """
        ...

    def close(self) -> None:
        """Nothing is written from now on; what is being written is finished first, which takes a moment."""
        ...

    def lock(self, day: date, pause: Pause) -> AbstractContextManager[None]:
        """One holder for each day among those who can know of each other. Raises SourceError where waiting is cancelled."""
        ...


class Shelf:
    """The days of one organisation in one directory. Safe between threads and processes on one machine."""

    def __init__(self, directory: Path) -> None:
        """Raises OSError where the directory cannot be made, or belongs to somebody else."""
        directory.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory.mkdir(mode=0o700, exist_ok=True)
        found = directory.lstat()
        if directory.is_symlink() or found.st_uid != os.getuid():
            raise PermissionError(f"{directory} is a link, or belongs to another user")
        directory.chmod(0o700)
        self.directory = directory
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._closed = False
        self._changed = -1
        self._index: dict[date, tuple[_Version, Entry | None]] = {}
        self._entries: dict[date, Entry] = {}
        self._verified: set[tuple[str, int, int, int]] = set()

    @property
    def place(self) -> str:
        return str(self.directory)

    def entry(self, day: date) -> Entry | None:
        """What is known about a day; None for nothing, or a note that cannot be trusted."""
        try:
            text = self._note(day).read_text(encoding="utf-8")
            checksum, _, note = text.partition("\n")
            if hashlib.sha256(note.encode()).hexdigest() != checksum:
                return None
            found = json.loads(note)
            entry = Entry(
                **found
                | {
                    "day": date.fromisoformat(found["day"]),
                    "fetched_at": datetime.fromisoformat(found["fetched_at"]),
                    "unknown": tuple(found["unknown"]),
                }
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return entry if entry.day == day else None

    def entries(self) -> Mapping[date, Entry]:
        """All that is known, oldest first. A note is read again only when it has changed."""
        with self._lock:
            try:
                changed = self.directory.stat().st_mtime_ns
                if changed != self._changed:
                    self._index = {day: note for day in self._named_days() if (note := self._indexed(day))}
                    self._entries = {day: entry for day, (_, entry) in self._index.items() if entry}
                    self._changed = changed
            except OSError:
                return {}
            return self._entries

    def opened(self, entry: Entry) -> BinaryIO | None:
        """The verified file of a kept day; None where it is gone, cut or altered."""
        try:
            file = (self.directory / entry.file).open("rb")
        except OSError:
            return None
        try:
            status = os.fstat(file.fileno())
            identity = (entry.checksum, status.st_ino, status.st_mtime_ns, status.st_size)
            if identity not in self._verified:
                if status.st_size != entry.size or hashlib.file_digest(file, "sha256").hexdigest() != entry.checksum:
                    file.close()
                    return None
                self._verified.add(identity)
            file.seek(0)
        except OSError:
            file.close()
            return None
        return file

    def keep(self, entry: Entry, spool: Spool | None = None) -> Entry:
        """The entry as kept, with its file's name, size and checksum.

        To be called with the day's lock held. Raises OSError, and then the day is as it was before; SourceError where
        the shelf has been closed.
        """
        with self._writing:
            if self._closed:
                raise SourceError(f"cancelled before member analytics of {entry.day} were kept")
            return self._kept(entry, spool)

    def close(self) -> None:
        """Nothing is written from now on; what is being written is finished first, which takes a moment."""
        self._closed = True
        with self._writing:
            return

    def _kept(self, entry: Entry, spool: Spool | None) -> Entry:
        if spool is not None:
            name = f"{entry.day}-{secrets.token_hex(4)}.parquet"
            size, checksum = self._copied(spool, name)
            entry = replace(entry, file=name, size=size, checksum=checksum)
        note = json.dumps(asdict(entry), default=lambda value: value.isoformat())
        try:
            self._write(self._note(entry.day), f"{hashlib.sha256(note.encode()).hexdigest()}\n{note}".encode())
        except OSError:
            if entry.file:
                (self.directory / entry.file).unlink(missing_ok=True)
            raise
        self._sweep(entry)
        return entry

    @contextmanager
    def lock(self, day: date, pause: Pause) -> Iterator[None]:
        """One holder for each day, among all threads and processes. No lock where no file can be written."""
        try:
            handle = os.open(self.directory / f"{day}.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError:
            yield
            return
        try:
            while not _locked(handle):
                if pause(POLL_SECONDS):
                    raise SourceError(f"cancelled while another reader fetches member analytics of {day}")
            yield
        finally:
            os.close(handle)

    def _sweep(self, entry: Entry) -> None:
        """Removes what earlier versions of a day, or a crash, have left."""
        for pattern in (f"{entry.day}-*.parquet", f".{entry.day}*.part"):
            for file in self.directory.glob(pattern):
                if file.name != entry.file:
                    file.unlink(missing_ok=True)

    def _named_days(self) -> list[date]:
        return sorted(filter(None, map(_named_day, self.directory.glob("*.json"))))

    def _indexed(self, day: date) -> tuple[_Version, Entry | None] | None:
        """A note with the version of its file; None where it has just been removed."""
        try:
            status = self._note(day).stat()
        except OSError:
            return None
        version = (status.st_ino, status.st_mtime_ns, status.st_size)
        known = self._index.get(day)
        return known if known and known[0] == version else (version, self.entry(day))

    def _note(self, day: date) -> Path:
        return self.directory / f"{day}.json"

    def _copied(self, spool: Spool, name: str) -> tuple[int, str]:
        digest = hashlib.sha256()
        size = 0
        spool.seek(0)
        with self._replacing(self.directory / name) as file:
            while piece := spool.read(1 << 20):
                digest.update(piece)
                size += len(piece)
                file.write(piece)
        return size, digest.hexdigest()

    def _write(self, path: Path, content: bytes) -> None:
        with self._replacing(path) as file:
            file.write(content)

    @contextmanager
    def _replacing(self, path: Path) -> Iterator[BinaryIO]:
        """A file that takes its name only when it is complete and on the disk."""
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        try:
            handle = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
            with os.fdopen(handle, "wb") as file:
                yield file
                file.flush()
                os.fsync(handle)
            temporary.replace(path)
        except BaseException:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise
        self._flush_directory()

    def _flush_directory(self) -> None:
        handle = os.open(self.directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    return True


def _named_day(path: Path) -> date | None:
    try:
        return date.fromisoformat(path.stem)
    except ValueError:
        return None
