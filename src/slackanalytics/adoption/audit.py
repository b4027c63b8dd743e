"""Who looked at people, when and why: a file to which lines are added and in which nothing can be changed unseen.

Each line is a JSON object that holds the hash of the line before. What the last line is rests in a second file
(`.head`), so that lines missing at the end are noticed as well. Whoever may write both files can make up all of it;
against that, note the hash that `slackanalytics audit verify` prints, somewhere else, and hand it to a later `verify`.
There are statements in it without their literals, and never anything of an answer.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from athena_federation.errors import ConfigurationError
from slackanalytics.adoption.privacy import MINIMUM, Role
from slackanalytics.adoption.statements import masked
from slackanalytics.own_files import Alone, read_own, write_own
from slackanalytics.settings import Settings

RETENTION = timedelta(days=90)
"""How long entries are kept."""
LONGEST = 8_000
"""Characters of one field that are written down; the hash of a statement is of all of it."""
START = "0" * 64
"""The hash before the first line."""
OURSELVES = "slackanalytics"
"""Who writes entries about the log itself."""
HEADLESS = "the head file was gone: entries before this one may be missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line."""

    number: int
    at: str
    """UTC, ISO 8601."""
    who: str
    role: str
    reason: str
    what: str
    """What was done, in words."""
    sql: str = ""
    """The statement, every literal masked."""
    sql_hash: str = ""
    """SHA-256 of the whole masked statement: equal questions are equal here."""
    tables: tuple[str, ...] = ()
    rows: int | None = None
    """How many rows were shown."""
    previous: str
    """The hash of the line before."""

    @property
    def hash(self) -> str:
        """SHA-256 of everything in the entry."""
        return hashlib.sha256(canonical(asdict(self)).encode()).hexdigest()

    def line(self) -> bytes:
        """As it stands in the file."""
        return canonical(asdict(self) | {"hash": self.hash}).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Finding:
    """A place at which the log is not what was written."""

    line: int
    """In the file, from 1; one past the last for what is missing at the end."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a look at the whole log says."""

    entries: int
    head: str
    """The hash of the last line, to be noted elsewhere."""
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Head:
    """Up to which entry there is something: the last one, or the last that was cut off."""

    number: int = 0
    hash: str = START


class Log:
    """A log in one file. Safe between threads and processes on one machine."""

    def __init__(
        self,
        path: Path,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        retention: timedelta = RETENTION,
    ) -> None:
        self.path = path
        self._now = now
        self._retention = retention
        self._alone = Alone(path.with_name(f"{path.name}.lock"))

    def append(
        self,
        *,
        who: str,
        role: str,
        what: str,
        reason: str = "",
        sql: str = "",
        tables: Sequence[str] = (),
        rows: int | None = None,
    ) -> Entry:  # fmt: skip
        """
        An entry, on the disk when this returns.

        Raises ConfigurationError where it cannot be written: then what it is about must not happen.
        """
        statement = masked(sql) if sql else ""
        said = {
            "who": who[:LONGEST],
            "role": role,
            "reason": reason[:LONGEST],
            "what": what[:LONGEST],
            "sql": statement[:LONGEST],
            "sql_hash": hashlib.sha256(statement.encode("utf-8", "surrogatepass")).hexdigest() if statement else "",
            "tables": tuple(tables),
            "rows": rows,
        }
        with self._alone():
            try:
                self._cut_old()
                self._note_missing_head()
                return self._appended(said)
            except OSError as error:
                raise ConfigurationError(
                    f"the audit log {self.path} cannot be written ({error.strerror}), so nothing is shown;"
                    " SLACKANALYTICS_AUDIT_LOG names another place"
                ) from error

    def entries(self) -> Iterator[Entry]:
        """What can be read as entries, oldest first; `verify` tells whether it is what was written."""
        for line in lines(self.path):
            entry = read_entry(line)
            if isinstance(entry, Entry):
                yield entry

    def _appended(self, said: dict[str, Any]) -> Entry:
        descriptor = opened(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
        try:
            head = self._end(descriptor)
            entry = Entry(number=head.number + 1, at=stamp(self._now()), previous=head.hash, **said)
            data = memoryview(entry.line())
            while data:
                data = data[os.write(descriptor, data) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        write_head(self.path, _Head(entry.number, entry.hash))
        return entry

    def _end(self, descriptor: int) -> _Head:
        """
        What the next entry follows: the head, or the last line where a crash kept the head from being written.

        Half a line, which a crash leaves, is cut off: whoever wrote it was never told that it is there.
        """
        head = read_head(self.path)
        size, last = tail(descriptor)
        if size < os.fstat(descriptor).st_size:
            os.ftruncate(descriptor, size)
        entry = read_entry(last) if last else None
        if head is None:
            return _Head() if not isinstance(entry, Entry) else _Head(entry.number, entry.hash)
        if isinstance(entry, Entry) and entry.number == head.number + 1 and entry.previous == head.hash:
            return _Head(entry.number, entry.hash)
        return head

    def _note_missing_head(self) -> None:
        """Says so in the log where its end cannot be relied on. A crash in the very first entry is no such case."""
        if read_head(self.path) is None and len(list(islice(lines(self.path), 2))) > 1:
            self._appended({"who": OURSELVES, "role": "", "reason": "", "what": HEADLESS})

    def _cut_old(self) -> None:
        """
        Takes the oldest entries off where they are older than the retention, and says so in an entry.

        A log that is not as it was written stays as it is: it is evidence.
        """
        oldest = next(self.entries(), None)
        limit = stamp(self._now() - self._retention)
        if oldest is None or oldest.at >= limit or verify(self.path).findings:
            return
        old = [entry for entry in self.entries() if entry.at < limit and entry.number > 0]
        kept = [
            line for line in lines(self.path) if isinstance(e := read_entry(line), Entry) and e.number > old[-1].number
        ]
        anchor = {"cut": old[-1].number, "hash": old[-1].hash}
        self._appended(
            {
                "who": OURSELVES, "role": "", "reason": f"kept for {self._retention.days} days",
                "what": cut_said(old[-1].number, old[-1].hash),
            }
        )  # fmt: skip
        attested = list(lines(self.path))[-1]
        write_own(self.path, b"".join([canonical(anchor).encode() + b"\n", *kept, attested]))


def verify(path: Path, *, noted: str | None = None) -> Verdict:
    """
    Whether every line is there, unchanged and in its place.

    Args:
        path: The log.
        noted: The hash that an earlier look gave, kept elsewhere: the log must go on from there.

    Raises ConfigurationError where the file cannot be read or is not its owner's alone.
    """
    findings: list[Finding] = []
    hashes: set[str] = set()
    cut: _Head | None = None
    said: set[str] = set()
    expected = _Head()
    count, place = 0, 0
    for place, line in enumerate(lines(path), 1):
        entry = read_entry(line)
        if isinstance(entry, _Head) and place == 1:
            cut = expected = entry
            hashes.add(entry.hash)
        elif isinstance(entry, Entry):
            if entry.number != expected.number + 1:
                findings.append(Finding(place, missing(expected.number + 1, entry.number)))
            elif entry.previous != expected.hash:
                findings.append(Finding(place, "does not follow the line before it: one of the two was changed"))
            if entry.who == OURSELVES:
                said.add(entry.what)
                if entry.what == HEADLESS:
                    findings.append(Finding(place, f"says that {HEADLESS}"))
            expected = _Head(entry.number, entry.hash)
            hashes.add(entry.hash)
            count += 1
        else:
            findings.append(Finding(place, "was changed: its hash is not that of its content"))
            expected = _Head(expected.number + 1, changed_hash(line))
    if cut is not None and cut_said(cut.number, cut.hash) not in said:
        findings.append(Finding(1, f"entries up to {cut.number} are missing, and no entry says that they were cut off"))
    findings += end_of(path, place, expected, count)
    if noted and noted not in hashes:
        findings.append(
            Finding(place + 1, "the hash noted earlier is in no line: the log is not the one it was taken from")
        )
    return Verdict(entries=count, head=expected.hash, findings=tuple(findings))


def end_of(path: Path, place: int, last: _Head, count: int) -> list[Finding]:
    """Whether the head agrees with the last line."""
    head = read_head(path)
    if head is None:
        return (
            [Finding(place + 1, "its head file is missing: whether lines are missing at the end cannot be told")]
            if count
            else []
        )
    if head.number > last.number:
        return [Finding(place + 1, missing(last.number + 1, head.number + 1))]
    if head.number == last.number and head.hash != last.hash:
        return [Finding(place, "is not the last line that was written")]
    if head.number + 1 < last.number:  # a crash leaves one line at most
        return [Finding(place, f"the head file knows of entries up to {head.number} only")]
    return []


def missing(first: int, following: int) -> str:
    """What a jump in the numbers means."""
    if following <= first - 1:
        return f"entry {following} stands where entry {first} belongs: lines were moved or repeated"
    if following - 1 == first:
        return f"entry {first} is missing"
    return f"entries {first} to {following - 1} are missing"


def cut_said(number: int, last: str) -> str:
    """What the entry says that attests a cut."""
    return f"entries up to {number} cut off, the last one with hash {last}"


def place_of(settings: Settings) -> Path:
    """The log's file. Raises ConfigurationError where there is no place for it."""
    if settings.audit_log:
        return settings.audit_log
    if settings.data_dir:
        return settings.data_dir / "audit.ndjson"
    raise ConfigurationError("there is no home for the audit log; set SLACKANALYTICS_AUDIT_LOG")


def note_minimum(settings: Settings) -> None:
    """Writes down that figures are shown about fewer people than usual, where they are. Raises ConfigurationError."""
    if settings.minimum_group < MINIMUM:
        what = f"figures about {settings.minimum_group} people and more are shown; the usual minimum is {MINIMUM}"
        Log(place_of(settings)).append(who=OURSELVES, role=Role.AGGREGATE, what=what)


# ── lines and files ────────────────────────────────────────────────────────────────────────────────────────────────


def canonical(document: dict[str, Any]) -> str:
    """JSON in one spelling."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def stamp(moment: datetime) -> str:
    """`2026-11-25T12:00:00.000000+00:00`."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def read_entry(line: bytes) -> Entry | _Head | None:
    """A line as an entry, as the note of a cut, or as neither: changed, or nothing of ours."""
    try:
        found = json.loads(line)
        if set(found) == {"cut", "hash"}:
            return _Head(int(found["cut"]), str(found["hash"]))
        claimed = found.pop("hash")
        entry = Entry(**found | {"tables": tuple(found["tables"])})
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return entry if entry.line() == line and claimed == entry.hash else None


def changed_hash(line: bytes) -> str:
    """The hash that a changed line claims, so that the one after it is not blamed, too."""
    try:
        return str(json.loads(line)["hash"])
    except (ValueError, TypeError, KeyError):
        return ""


def opened(path: Path, flags: int) -> int:
    """The file, its owner's alone. Raises OSError, and ConfigurationError where others could read it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    found = os.fstat(descriptor)
    if found.st_uid != os.getuid() or found.st_mode & 0o077:
        os.close(descriptor)
        raise ConfigurationError(f"the audit log {path} can be read by others, or is another's; chmod 600 {path}")
    return descriptor


def lines(path: Path) -> Iterator[bytes]:
    """The lines of the file; none where there is no file. Raises ConfigurationError."""
    try:
        descriptor = opened(path, os.O_RDONLY)
    except FileNotFoundError:
        return
    except OSError as error:
        raise ConfigurationError(f"the audit log {path} cannot be read: {error.strerror}") from error
    with closing(os.fdopen(descriptor, "rb")) as file:
        yield from file


def tail(descriptor: int) -> tuple[int, bytes]:
    """Where the last complete line ends, and that line."""
    end = os.fstat(descriptor).st_size
    data = b""
    while end > 0 and data.count(b"\n") < 2:
        step = min(end, 1 << 16)
        end -= step
        data = os.pread(descriptor, step, end) + data
    complete = data.rfind(b"\n") + 1
    before = data.rfind(b"\n", 0, max(complete - 1, 0)) + 1
    return end + complete, data[before:complete]


def head_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.head")


def read_head(path: Path) -> _Head | None:
    """What the last line is; None where that is not known."""
    data = read_own(head_path(path))
    try:
        found = json.loads(data or b"")
        return _Head(int(found["number"]), str(found["hash"]))
    except (ValueError, TypeError, KeyError):
        return None


def write_head(path: Path, head: _Head) -> None:
    write_own(head_path(path), canonical({"number": head.number, "hash": head.hash}).encode())
