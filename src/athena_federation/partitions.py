"""How a table lists its slices: Whole, Daily, Listed.

A partition is what one split reads. Listing them makes no call to the source, because planning must cost nothing.
Partition values are plain Python values; a `Table` turns days into the type of its column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

Since = date | Callable[[date], date]


@dataclass(frozen=True, slots=True)
class Whole:
    """The table is one slice."""

    @property
    def columns(self) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class Daily:
    """One slice per day (UTC)."""

    column: str
    """The column that holds the day: varchar `YYYY-MM-DD`, or date."""
    since: Since
    """The first day the source can have, or how to tell it from today."""
    lag: int = field(default=1, kw_only=True)
    """How many days ago the newest day that can exist is: 1 is yesterday."""
    same_day: str | None = field(default=None, kw_only=True)
    """Another column, of type date, that holds the same day; a condition on it prunes as well."""
    newest: int | None = field(default=None, kw_only=True)
    """How many of the newest published days are read when no condition names the day; None reads all."""
    published: Callable[[date, date], bool] = field(default=lambda _day, _today: True, kw_only=True)
    """Whether a day counts among the newest, given (day, today). Must not call the source."""
    kept: Callable[[], Iterable[date]] = field(default=tuple, kw_only=True)
    """Days from before `since` that are still at hand, because somebody kept them."""

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column,)

    def days(self, today: date) -> list[date]:
        """Every day that can exist, oldest first."""
        first = self.since(today) if callable(self.since) else self.since
        last = today - timedelta(days=self.lag)
        span = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        return sorted({day for day in self.kept() if day < first} | set(span))

    def usual_days(self, today: date) -> list[date]:
        """The days read when no condition names the day."""
        days = self.days(today)
        if self.newest is None:
            return days
        return [day for day in days if self.published(day, today)][-self.newest :]


@dataclass(frozen=True, slots=True)
class Listed:
    """Slices that the author lists: one mapping of column to value each."""

    columns: tuple[str, ...]
    values: Callable[[], Sequence[Mapping[str, object]]]
    """Must not call the source for data; a name list that was fetched once is fine."""


Partitioning = Whole | Daily | Listed
