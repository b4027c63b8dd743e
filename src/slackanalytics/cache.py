"""Days of member analytics: fetched once, verified, kept, and forgotten on request.

A published day does not change, so once it has settled it is never asked for again, which also saves it from Slack's
limit of 13 months. A day that has no data yields no rows and a note; it never looks like a day without activity.
"""

from __future__ import annotations

import calendar
import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import BinaryIO

import pyarrow as pa

from athena_federation.errors import ConfigurationError, Corrupt, NotPublished, SourceError
from athena_federation.services import Clients
from slackanalytics.access import Access
from slackanalytics.client import Client, Statistics
from slackanalytics.fields import SCHEMA
from slackanalytics.limiter import Pause
from slackanalytics.settings import Settings
from slackanalytics.shelf import DayShelf, Entry, Shelf
from slackanalytics.spool import Spool, Spooled, batches, spooled

MONTHS = 13
"""How far back Slack goes: https://docs.slack.dev/reference/methods/admin.analytics.getFile."""
SETTLING_DAYS = 3
"""Days after which a file counts as final. Slack says nothing about late corrections; others re-read three days."""
TRUST = timedelta(hours=1)
"""How long a younger day, and an answer that there is no data yet, hold."""
SKEW = timedelta(minutes=1)
"""How far in the future another machine's clock may have written a time."""
NEIGHBOURS = 7
"""Days on either side among which a day's number of members is compared."""
SURPRISE = 0.3
"""A difference in members from one day to the next that is worth a note: a file cut between two lines shows so."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something that whoever reads the answer should know."""

    day: date | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayStatus:
    """What is known about one day, without asking Slack."""

    day: date
    status: str
    """`published` (kept here), `pending`, `absent`, or `unknown` (not asked for yet)."""
    reason: str | None = None
    """Slack's own word for a day without data."""
    rows: int | None = None
    fetched_at: datetime | None = None
    size: int | None = None
    """Bytes on disk."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A day as far as it can be known."""

    source: BinaryIO | Spool | None
    """Its verified file; None where Slack has no data."""


class Notes:
    """Notes in the order of their first appearance. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._notes: dict[Note, None] = {}

    def add(self, day: date | None, text: str) -> None:
        with self._lock:
            self._notes[Note(day, text)] = None

    def drain(self) -> list[Note]:
        """All notes since the last time, by day."""
        with self._lock:
            found, self._notes = list(self._notes), {}
        return sorted(found, key=lambda note: note.day or date.min)


def first_day(today: date) -> date:
    """The oldest day that Slack still has: the same day of the month 13 months ago, or that month's last."""
    year, month = divmod(today.year * 12 + today.month - 1 - MONTHS, 12)
    return date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))


class Days:
    """The days of one organisation. Safe to share between threads; makes no call before a day is read.

    Args:
        settings: Which Slack, which token, where to keep days.
        client: Fetches days; by default one made from the settings.
        today: The UTC date.
        now: The time, for telling how old an answer is.
        pause: Waits; `Event.wait` makes waiting for another reader cancellable.
        clients: AWS's services, where days are kept in a bucket.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        client: Client | None = None,
        today: Callable[[], date] | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        pause: Pause = time.sleep,
        clients: Clients | None = None,
    ) -> None:
        self.notes = Notes()
        self._settings = settings
        self._access = Access(settings)
        self._client = client or Client(settings, pause=pause)
        self._today = today or (lambda: settings.today or now().date())
        self._now = now
        self._pause = pause
        self._clients = clients or Clients()
        self._shelves: dict[str, DayShelf | None] = {}
        self._answers: dict[date, Entry] = {}
        """Days without data, remembered where no directory does."""

    @property
    def statistics(self) -> Statistics:
        """Calls to Slack, bytes, and seconds waited."""
        return self._client.statistics

    def day(self, day: date, columns: Sequence[str] = SCHEMA.names) -> Iterator[pa.RecordBatch]:
        """The rows of a day, complete and verified; none, and a note, where Slack has no data for it.

        Raises a SourceError by name for everything else that keeps the day from being known.
        """
        source = self._found(day).source
        if source is not None:
            with closing(source):
                yield from batches(source, columns)

    def keep(self, day: date) -> DayStatus:
        """Fetches a day unless it is at hand, and tells what is known then. Raises as `day` does."""
        source = self._found(day).source
        if source is not None:
            source.close()
        return self._status(day, self._entries().get(day))

    def status(self) -> list[DayStatus]:
        """Every day that Slack can have or that is kept, oldest first. Makes no call."""
        known = self._entries()
        today = self._today()
        first = first_day(today)
        window = {first + timedelta(days=n) for n in range((today - first).days)}
        return [self._status(day, known.get(day)) for day in sorted(window | known.keys())]

    def kept_days(self) -> list[date]:
        """The days at hand without a call, oldest first."""
        return [day for day, entry in self._entries().items() if entry.status == "published"]

    def is_published(self, day: date, today: date) -> bool:
        """Whether a day can be counted on: what is known about it, else whether it is two days old. Makes no call."""
        entry = self._entries().get(day)
        if entry is None or (entry.status == "pending" and not self._holds(entry)):
            return day <= today - timedelta(days=2)
        return entry.status == "published"

    def is_at_hand(self, day: date) -> bool:
        """Whether reading the day makes no call: it is kept, known to have no data, or out of Slack's reach."""
        entry = self._entry(day, self._shelf())
        return self._holds(entry) if entry else not self._askable(day)

    def listing(self) -> list[DayStatus]:
        """The kept days with their sizes, oldest first."""
        return [self._status(day, entry) for day, entry in self._entries().items() if entry.status == "published"]

    def clear(self) -> int:
        """Forgets everything kept, of every organisation, and tells how many days that were."""
        self._answers.clear()
        self._shelves.clear()
        if self._settings.cache_bucket:
            from slackanalytics.s3_shelf import forget

            return forget(*self._bucket, self._clients)
        root = self._settings.cache_dir
        if root is None or not root.is_dir():
            return 0
        notes = sum(1 for _ in root.glob("*/*.json"))
        for pattern in ("*/*.json", "*/*.parquet", "*/*.lock", "*/.*.part"):
            for file in root.glob(pattern):
                file.unlink(missing_ok=True)
        return notes

    def close(self) -> None:
        """Keeps nothing more, so that the process can end without leaving half a file."""
        for shelf in list(self._shelves.values()):
            if shelf:
                shelf.close()

    def _found(self, day: date) -> _Found:
        """The day: at hand, or fetched by one reader at a time."""
        shelf = self._shelf()
        if found := self._at_hand(day, shelf):
            return found
        if shelf is None:
            return self._fetched(day, None)
        with shelf.lock(day, self._pause):  # another reader may have fetched it meanwhile
            return self._at_hand(day, shelf) or self._fetched(day, shelf)

    def _at_hand(self, day: date, shelf: DayShelf | None) -> _Found | None:
        """The day without a call; None where one is needed."""
        entry = self._entry(day, shelf)
        if entry is None or not self._holds(entry):
            return None
        if entry.status != "published":
            return self._without_data(entry)
        file = shelf.opened(entry) if shelf else None
        return self._noted(entry, file) if file else None

    def _entry(self, day: date, shelf: DayShelf | None) -> Entry | None:
        return (shelf.entry(day) if shelf else None) or self._answers.get(day)

    def _fetched(self, day: date, shelf: DayShelf | None) -> _Found:
        """The day as Slack has it now. Raises SourceError."""
        before = self._entry(day, shelf)
        copy = before if before and before.status == "published" else None
        file = shelf.opened(copy) if shelf and copy else None
        if copy and not file:
            self.notes.add(day, "the kept copy was damaged and is not used")
        if not self._askable(day):
            return self._never_asked(day, damaged=copy is not None)
        settled = (
            min(self._today(), self._now().date()) - day
        ).days >= SETTLING_DAYS  # a day set ahead settles nothing
        directory = shelf.directory if shelf else None
        try:
            fresh = self._client.fetch(day, lambda body: spooled(body, day, directory))
        except SourceError as error:
            if copy and file:
                self.notes.add(day, f"the copy of {copy.fetched_at:%Y-%m-%d %H:%M} UTC is used, because: {error}")
                return self._noted(copy, file)
            if not isinstance(error, NotPublished):
                raise
            status = "absent" if error.final else "pending"
            answer = Entry(day=day, status=status, reason=error.reason, fetched_at=self._now(), settled=settled)
            self._kept(shelf, answer, None)
            return self._without_data(answer)
        if file:
            file.close()
        entry = _published(day, fresh, self._now(), settled=settled)
        self._kept(shelf, entry, fresh.spool)
        return self._noted(entry, fresh.spool)

    def _never_asked(self, day: date, *, damaged: bool) -> _Found:
        if damaged:
            raise Corrupt(f"member analytics of {day}: the kept copy is damaged, and Slack has the day no longer")
        reason = "not over yet" if day >= self._today() else f"older than the {MONTHS} months that Slack keeps"
        self.notes.add(day, f"no data: {reason}")
        return _Found(None)

    def _kept(self, shelf: DayShelf | None, entry: Entry, spool: Spool | None) -> None:
        """Keeps what can be kept; a full or read-only disk is no reason not to answer."""
        if shelf is None:
            if spool is None:
                self._answers[entry.day] = entry
            return
        try:
            shelf.keep(entry, spool)
        except OSError as error:
            self.notes.add(
                None,
                f"days cannot be kept in {shelf.place}: {error.strerror or error}; {self._setting} names another place",
            )
            if spool is None:
                self._answers[entry.day] = entry

    def _without_data(self, entry: Entry) -> _Found:
        pending = "not published yet" if entry.status == "pending" else "no data"
        self.notes.add(entry.day, f"{pending}: {entry.reason}")
        return _Found(None)

    def _noted(self, entry: Entry, source: BinaryIO | Spool) -> _Found:
        """The source, once everything remarkable about the day is noted."""
        if entry.rows == 0:
            self.notes.add(entry.day, "the file is published and lists no members")
        if entry.repeated:
            self.notes.add(entry.day, f"{entry.repeated} lines repeated another line and were left out")
        if entry.unknown:
            self.notes.add(
                entry.day, f"fields that Slack does not document were ignored: {', '.join(entry.unknown)[:200]}"
            )
        if (usual := self._usual_rows(entry.day)) and abs(entry.rows - usual) > SURPRISE * usual:
            self.notes.add(
                entry.day, f"{entry.rows:,} members, where the nearest kept day has {usual:,}; the file may be cut"
            )
        return _Found(source)

    def _usual_rows(self, day: date) -> int | None:
        """The number of members of the nearest kept day."""
        shelf = self._shelf()
        for distance in range(1, NEIGHBOURS + 1) if shelf else ():
            for other in (day - timedelta(days=distance), day + timedelta(days=distance)):
                entry = self._entry(other, shelf)
                if entry and entry.status == "published" and entry.rows:
                    return entry.rows
        return None

    def _holds(self, entry: Entry) -> bool:
        """Whether what is known needs no new call."""
        if entry.status == "published" and not self._askable(entry.day):
            return True
        age = self._now() - entry.fetched_at
        if age < -SKEW:  # a clock was wrong, then or now
            return False
        return (entry.settled and entry.status != "pending") or age < TRUST

    def _askable(self, day: date) -> bool:
        """Whether Slack can have the day at all."""
        today = self._today()
        return first_day(today) <= day < today

    def _status(self, day: date, entry: Entry | None) -> DayStatus:
        if entry is None:
            return DayStatus(day=day, status="unknown")
        if entry.status != "published":
            return DayStatus(day=day, status=entry.status, reason=entry.reason, fetched_at=entry.fetched_at)
        return DayStatus(day=day, status="published", rows=entry.rows, fetched_at=entry.fetched_at, size=entry.size)

    def _entries(self) -> Mapping[date, Entry]:
        shelf = self._shelf()
        kept = shelf.entries() if shelf else {}
        return {**self._answers, **kept} if self._answers else kept

    def _shelf(self) -> DayShelf | None:
        """Where this organisation's days are kept: by its ID where that is known, else by its token."""
        root, bucket = self._settings.cache_dir, self._settings.cache_bucket
        if root is None and bucket is None:
            return None
        try:
            account = self._access.account()
        except (ConfigurationError, SourceError):  # reading a day says so; planning and listing need no token
            return None
        key = hashlib.sha256(f"{self._settings.slack_api_url}\n{account}".encode()).hexdigest()[:16]
        if key not in self._shelves:
            self._shelves[key] = self._bucket_shelf(key) if bucket else self._local_shelf(key)
        return self._shelves[key]

    def _bucket_shelf(self, key: str) -> DayShelf:
        from slackanalytics.s3_shelf import BucketShelf

        bucket, prefix = self._bucket
        return BucketShelf(
            bucket,
            f"{prefix}{key}",
            key=self._settings.cache_key,
            clients=self._clients,
            told=lambda text: self.notes.add(None, text),
        )

    def _local_shelf(self, key: str) -> DayShelf | None:
        root = self._settings.cache_dir
        if root is None:
            return None
        try:
            return Shelf(root / key)
        except OSError as error:
            self.notes.add(
                None, f"days cannot be kept in {root}: {error.strerror or error}; {self._setting} names another place"
            )
            return None

    @property
    def _bucket(self) -> tuple[str, str]:
        """The bucket, and a prefix that is empty or ends with a slash."""
        bucket, _, prefix = (self._settings.cache_bucket or "").partition("/")
        prefix = prefix.strip("/")
        return bucket, f"{prefix}/" if prefix else ""

    @property
    def _setting(self) -> str:
        return "SLACKANALYTICS_CACHE_BUCKET" if self._settings.cache_bucket else "SLACKANALYTICS_CACHE_DIR"


def _published(day: date, fresh: Spooled, fetched_at: datetime, *, settled: bool) -> Entry:
    return Entry(
        day=day,
        status="published",
        rows=fresh.rows,
        repeated=fresh.repeated,
        unknown=tuple(sorted(fresh.unknown)),
        fetched_at=fetched_at,
        settled=settled,
    )
