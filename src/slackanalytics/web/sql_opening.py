"""The SQL page as the settings mean it: which tables it has, and where statements are written down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, time
from functools import cache

import pyarrow as pa

from slackanalytics.adoption.audit import Log, place_of
from slackanalytics.adoption.pseudonyms import Pseudonyms, kept_key, key_store
from slackanalytics.database import CATALOG, ROSTER
from slackanalytics.people import text_table
from slackanalytics.sandbox.holding import Name
from slackanalytics.sandbox.pool import Sandbox
from slackanalytics.settings import Settings
from slackanalytics.web.loading import Loading
from slackanalytics.web.sql_page import Desk
from slackanalytics.web.sql_tables import Shelf


@contextmanager
def opened(settings: Settings, loading: Loading) -> Iterator[Desk]:
    """The page over what `loading` reads. Its workers end with it."""

    def now() -> datetime:
        return datetime.combine(settings.today, time(12), UTC) if settings.today else datetime.now(UTC)

    def roster() -> Mapping[Name, pa.Table]:
        schema, _, name = ROSTER.partition(".")
        return {(CATALOG, schema, name): text_table(settings.hr_file)} if settings.hr_file else {}

    @cache
    def pseudonyms() -> Pseudonyms:
        return Pseudonyms(kept_key(key_store(settings)))

    with Sandbox(clock=now) as sandbox:
        shelf = Shelf(pseudonyms, roster)
        yield Desk(loading=loading, sandbox=sandbox, shelf=shelf, log=lambda: Log(place_of(settings)))
