"""Which row of the roster holds for a person on which days: half-open spans that never overlap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from slackanalytics.people.entries import Entry
from slackanalytics.people.roster import Roster

SCHEMA = pa.schema(
    [
        ("employee", pa.string()),
        ("since", pa.date32()),
        ("until", pa.date32()),
        ("department", pa.string()),
        ("location", pa.string()),
        ("manager_email", pa.string()),
        ("job_title", pa.string()),
        ("cost_center", pa.string()),
        ("worker_type", pa.string()),
    ]
)

PERSON = pa.schema([("employee_email", pa.string()), ("hire_date", pa.date32()), ("termination_date", pa.date32())])
"""What a row says of the person besides."""


@dataclass(frozen=True, slots=True)
class Span:
    """The days on which one row holds: from `since` on, before `until`; None is without end."""

    since: date | None
    until: date | None
    entry: Entry


def spans(entries: Sequence[Entry]) -> Iterator[Span]:
    """
    The spans of one person's rows, the oldest row first.

    A row holds until the next one begins, and no longer than employment: `termination_date` is the first day without.
    """
    for entry, following in zip(entries, [*entries[1:], None], strict=True):
        ends = [day for day in (following.effective_from if following else None, entry.termination_date) if day]
        until = min(ends, default=None)
        if until is None or entry.effective_from is None or entry.effective_from < until:
            yield Span(entry.effective_from, until, entry)


def table(roster: Roster, *, more: Iterable[pa.Field] = ()) -> pa.Table:
    """All spans of all people; with `more` columns of their rows."""
    schema = pa.schema([*SCHEMA, *more])
    found = [(person, span) for person, entries in roster.persons.rows.items() for span in spans(entries)]
    columns: dict[str, list[object]] = {
        "employee": [person for person, _ in found],
        "since": [span.since for _, span in found],
        "until": [span.until for _, span in found],
    }
    attributes = [name for name in schema.names if name not in columns]
    columns |= {name: [getattr(span.entry, name) for _, span in found] for name in attributes}
    return pa.table(columns, schema=schema)
