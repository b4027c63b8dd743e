"""The tables that may be asked on the SQL page, per role: what was read for the dashboard, without names where those are not seen.

Names are replaced before the tables are sealed, so that no statement can get behind it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import pyarrow as pa
import pyarrow.compute as pc

from slackanalytics.adoption import Adoption
from slackanalytics.adoption.privacy import Role
from slackanalytics.adoption.pseudonyms import IDENTIFYING, Pseudonyms
from slackanalytics.adoption.questions import TABLES
from slackanalytics.database import CATALOG, type_name
from slackanalytics.sandbox.holding import Holding, Name
from slackanalytics.web.filters import usual

SCHEMA = "adoption"
DAY_SECONDS = 86_400
COUNTED = "SELECT *, coalesce(location, 'Unmatched') AS attribute FROM adoption.member_days WHERE kind = 'member'"
"""What measures are asked of; on the dashboard the attribute and the kinds are chosen."""

DOCS = {
    "member_days": "One row per Slack account and day: what it did, and whose it was on that day.",
    "counted_days": "The rows of member_days that measures count: members alone, with their location as attribute.",
    "days": "Which days there are, and why others are not.",
    "period": "One row: the newest thirteen weeks, which measures are about.",
    "roster_only": "People of the roster who have no Slack account.",
    "hr_dataset": "The roster as its file has it; every column is text.",
    "date": "The day (UTC), YYYY-MM-DD.",
    "activity_date": "The day (UTC), as a date.",
    "user_id": "The account.",
    "employee": "The person whose account it is; of an account that is nobody’s, the account itself.",
    "email_address": "The account’s address.",
    "department": "Where the person worked on that day; Unmatched when the roster does not say.",
    "location": "Where the person worked, from the roster.",
    "manager_email": "The person’s manager, from the roster.",
    "job_title": "From the roster.",
    "cost_center": "From the roster.",
    "worker_type": "From the roster: employee, contractor, …",
    "matched_by": "The rule that found the person; none for nobody’s account.",
    "kind": "member, guest or bot.",
    "is_guest": "A guest of the workspace.",
    "is_billable_seat": "Slack bills for the account.",
    "is_active": "Did something on that day.",
    "is_active_ios": "… on an iPhone or iPad.",
    "is_active_android": "… on Android.",
    "is_active_desktop": "… on a desktop.",
    "messages_posted_count": "Messages, wherever they were posted.",
    "channel_messages_posted_count": "Messages in channels.",
    "reactions_added_count": "Reactions.",
    "files_added_count": "Files.",
    "date_claimed": "When the account was first signed in to, in seconds since 1970; NULL for never.",
    "attribute": "The roster’s attribute that activation_by_attribute groups by.",
    "status": "published, pending, absent or unknown.",
    "reason": "Why there is no data, in Slack’s own word.",
    "rows": "Accounts on that day.",
    "since": "The first day.",
    "until": "The last day.",
    "employee_email": "The person’s address.",
    "hire_date": "From the roster.",
    "termination_date": "From the roster.",
    "employed": "Whether the person works here on the roster’s day.",
}
"""What tables and columns are, in a sentence. Under `pseudonymous` names are pseudonyms, and moments are days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A table in the catalog browser."""

    name: str
    doc: str
    columns: tuple[tuple[str, str, str], ...]
    """Name, type, and what it is."""


class Shelf:
    """The holding of each role, made when it is first wanted and again when newer figures are there. For any thread."""

    def __init__(
        self, pseudonyms: Callable[[], Pseudonyms], more: Callable[[], Mapping[Name, pa.Table]] = dict
    ) -> None:
        """`more` gives further tables for those who see names, like the roster's file."""
        self._pseudonyms = pseudonyms
        self._more = more
        self._held: dict[Role, tuple[int, Holding]] = {}
        self._lock = threading.Lock()

    def holding(self, adoption: Adoption, version: int, role: Role) -> Holding:
        """The tables of a role. `version` counts readings of the figures. Raises FederationError."""
        with self._lock:
            if (held := self._held.get(role)) and held[0] == version:
                return held[1]
            made = hold(adoption, role, self._pseudonyms, self._more)
            self._held[role] = (version, made)
            return made


def hold(
    adoption: Adoption, role: Role, pseudonyms: Callable[[], Pseudonyms], more: Callable[[], Mapping[Name, pa.Table]]
) -> Holding:
    """Seal what a role may ask."""
    if not role.may_ask_freely:
        raise ValueError(role)  # who calls this has asked before
    names = ("member_days", "days", "roster_only")
    tables = {name: narrowed(adoption.table(name), TABLES[name]) for name in names}
    if not role.sees_names:
        tables = {name: pseudonymous(table, pseudonyms()) for name, table in tables.items()}
    tables["period"] = period(adoption)
    given = {(CATALOG, SCHEMA, name): (table, TABLES[name]) for name, table in tables.items()}
    if role.sees_names:
        given |= {name: (table, table.schema) for name, table in more().items()}
    return Holding.of(role, given, views={(CATALOG, SCHEMA, "counted_days"): COUNTED})


def period(adoption: Adoption) -> pa.Table:
    """The newest thirteen weeks."""
    newest = adoption.newest or adoption.until
    chosen = usual(newest, min(adoption.since, newest - timedelta(days=1)))
    return pa.table([[chosen.since], [chosen.until]], schema=TABLES["period"])


def narrowed(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """With every column of the schema; a day that is missing as text is made of the date, and repeated texts are numbers."""
    columns = []
    for field in schema:
        if field.name not in table.column_names:
            table = table.append_column(field.name, day_texts(table["activity_date"]))
        column = table[field.name]
        repeats = pa.types.is_string(column.type) and field.name != "reason"
        columns.append(column.dictionary_encode() if repeats else column)
    return pa.table(columns, names=schema.names)


def day_texts(days: pa.ChunkedArray) -> pa.ChunkedArray:
    """YYYY-MM-DD for each date."""
    chunks = [chunk.dictionary_encode() for chunk in days.chunks]
    made = [
        pa.DictionaryArray.from_arrays(
            c.indices, pa.array([day.isoformat() for day in c.dictionary.to_pylist()], pa.string())
        )
        for c in chunks
    ]
    return pa.chunked_array(made, pa.dictionary(pa.int32(), pa.string()))


def pseudonymous(table: pa.Table, names: Pseudonyms) -> pa.Table:
    """With pseudonyms for whatever identifies somebody, and first sign-ins by the day: their second would tell who it is."""
    for place, name in enumerate(table.column_names):
        if name in IDENTIFYING:
            table = table.set_column(place, name, replaced(table[name], names))
        elif name == "date_claimed":
            seconds = table[name]
            days = pc.multiply(pc.divide(seconds, DAY_SECONDS), DAY_SECONDS)
            table = table.set_column(place, name, days)
    return table


def replaced(column: pa.ChunkedArray, names: Pseudonyms) -> pa.ChunkedArray:
    """Each identifier once, however often it is there. In order of the pseudonyms, which tells nothing."""
    coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    coded = coded.unify_dictionaries().combine_chunks()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.chunk(0) if coded.num_chunks else pa.array([], coded.type)
    made = [None if text is None else names.of(text) for text in coded.dictionary.to_pylist()]
    distinct = sorted({text for text in made if text is not None})
    places = {text: n for n, text in enumerate(distinct)}
    moved = pa.array([None if text is None else places[text] for text in made], pa.int32())
    indices = moved.take(coded.indices) if len(moved) else pa.nulls(len(coded), pa.int32())
    return pa.chunked_array([pa.DictionaryArray.from_arrays(indices, pa.array(distinct, pa.string()))])


def listed(holding: Holding) -> list[Listed]:
    """What there is, for the catalog browser."""
    found = [
        Listed(name=".".join(table.name[1:]), doc=DOCS.get(table.name[2], ""), columns=described(table.schema))
        for table in holding.tables
    ]
    counted = Listed(name=f"{SCHEMA}.counted_days", doc=DOCS["counted_days"], columns=described(TABLES["counted_days"]))
    return [found[0], counted, *found[1:]]


def described(schema: pa.Schema) -> tuple[tuple[str, str, str], ...]:
    """Name, type and meaning of each column."""
    return tuple((field.name, type_name(field.type), DOCS.get(field.name, "")) for field in schema)
