"""The dashboard as the settings mean it: from whom it reads, where looks at people are written down, who may frame it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from slackanalytics import people
from slackanalytics.adoption import Adoption
from slackanalytics.adoption.audit import Log, note_minimum, place_of
from slackanalytics.adoption.privacy import Role
from slackanalytics.cache import first_day
from slackanalytics.database import SlackDatabase
from slackanalytics.settings import Settings
from slackanalytics.token_stores import TokenStore, grant
from slackanalytics.web.dashboard import Audit, Dashboard
from slackanalytics.web.drawing import Drawings
from slackanalytics.web.embedding import Links
from slackanalytics.web.loading import Loading, Read
from slackanalytics.web.publication import Publication


@contextmanager
def opened(settings: Settings, store: TokenStore) -> Iterator[Dashboard]:
    """The dashboard, reading in the background until it is closed. `store` is where the token rests."""
    note_minimum(settings)
    loading = Loading(
        reading(settings, store), connected=lambda: grant(store) is not None, changed=changes(settings, store)
    )
    drawings = Drawings()
    publication = Publication(loading, drawings, minimum=settings.minimum_group)
    try:
        drawings.warm()
        loading.start(publication.warm)
        yield Dashboard(publication=publication, audit=audit(settings), links=links(settings))
    finally:
        loading.close()
        drawings.close()


def reading(settings: Settings, store: TokenStore) -> Read:
    """Reads every day that Slack keeps, and the roster as it is then."""

    def read(progress: Callable[[int, int], None]) -> Adoption:
        with SlackDatabase(asking(settings, store)) as database:
            today = database.today()
            roster, rules = people.roster_of(settings, today=today), people.Rules.of(settings)
            since, until = first_day(today), today - timedelta(days=1)
            return Adoption.read(database, roster, rules, since=since, until=until, progress=progress)

    return read


def asking(settings: Settings, store: TokenStore) -> Settings:
    """The settings with which Slack is asked; in the demo the token rests in memory, where they do not name it."""
    held = grant(store) if settings.source == "demo" else None
    return replace(settings, slack_token=held.access_token, token_store=None) if held else settings


def changes(settings: Settings, store: TokenStore) -> Callable[[Adoption], bool]:
    """Tells, with one call to Slack at most, whether there is a newer day, or another roster."""

    def changed(adoption: Adoption) -> bool:
        file = settings.hr_file
        if file and file.exists() and datetime.fromtimestamp(file.stat().st_mtime, UTC) > adoption.read_at:
            return True
        with SlackDatabase(asking(settings, store)) as database:
            following = (adoption.newest or adoption.until) + timedelta(days=1)
            return following < database.today() and database.days.keep(following).status == "published"

    return changed


def audit(settings: Settings) -> Audit:
    """Writes to the audit log."""
    log = Log(place_of(settings))

    def append(*, who: str, action: str, reason: str, detail: str, rows: int | None = None) -> None:
        log.append(who=who, role=Role.IDENTIFIED, what=f"{action} {detail}".strip(), reason=reason, rows=rows)

    return append


def links(settings: Settings) -> Links:
    """Makes and reads links to embed; without a key of the settings with one that ends with the process."""
    if settings.embed_key:
        return Links(settings.embed_key, settings.embed_origins)
    return Links.of_this_run(settings.embed_origins)
