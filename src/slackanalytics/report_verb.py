"""The verbs `report` and `embed-link`: the dashboard as one file, and as a link for other applications.

Heavy libraries are imported where they are needed, so that help is there at once.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from slackanalytics.protocol import SOURCE, examples

if TYPE_CHECKING:
    from slackanalytics.adoption import Adoption
    from slackanalytics.web.filters import Filters

DAY = click.DateTime(["%Y-%m-%d"])
KINDS = (".html", ".pdf")


@click.command(
    epilog=examples(
        "slackanalytics report --source demo",
        "slackanalytics report --hr HR_dataset.csv --output adoption.pdf",
        "slackanalytics report --since 2026-07-01 --until 2026-09-30 --department Marketing",
    )
)
@click.option(
    "--output", "-o", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), default=Path("adoption.html"), show_default=True,
    help="What is written: FILE.html, which refers to nothing outside it, or FILE.pdf.",
)  # fmt: skip
@click.option("--since", type=DAY, metavar="DATE", help="The first day [default: thirteen weeks back].")
@click.option("--until", type=DAY, metavar="DATE", help="The last day [default: the newest one].")
@click.option("--department", "departments", metavar="NAME", multiple=True, help="This department only. Repeatable.")
@click.option("--guests", is_flag=True, help="Count guests, too.")
@click.option("--hr", "hr_file", metavar="FILE", type=click.Path(path_type=Path), help="The HR roster [default: SLACKANALYTICS_HR_FILE].")  # fmt: skip
@SOURCE
def report(
    output: Path,
    since: datetime | None,
    until: datetime | None,
    departments: tuple[str, ...],
    guests: bool,
    hr_file: Path | None,
    source: str | None,
) -> None:
    """The dashboard as one file, to be kept, sent, or printed.

    It shows groups, never people. The file is written whole or not at all.
    """
    from slackanalytics.adoption.audit import note_minimum
    from slackanalytics.pdf import pdf
    from slackanalytics.settings import Settings
    from slackanalytics.web import report as made

    if output.suffix.lower() not in KINDS:
        raise click.UsageError(f"--output {output}: the name must end in .html or .pdf")
    if not output.absolute().parent.is_dir():
        raise click.UsageError(f"--output {output}: there is no folder {output.parent}")
    in_order(since, until)
    settings = Settings.from_environment(os.environ)
    note_minimum(settings)
    adoption = everything(hr_file, source, departments)
    days = [("since", since), ("until", until)]
    pairs = [(name, day.date().isoformat()) for name, day in days if day]
    pairs += [("department", name) for name in departments] + ([("guests", "yes")] if guests else [])
    filters = chosen(adoption, pairs, minimum=settings.minimum_group)
    paper = output.suffix.lower() == ".pdf"
    text = made.html(adoption, filters, minimum=settings.minimum_group, at=datetime.now(UTC), paper=paper)
    made.write(output, pdf(text) if paper else text.encode())
    click.echo(f"note: {filters.since} to {filters.until} written to {output}", err=True)


def in_order(since: datetime | None, until: datetime | None) -> None:
    """Raises click.UsageError for a period that ends before it begins."""
    if since and until and since > until:
        raise click.UsageError(f"--since {since.date()} is after --until {until.date()}")


def everything(hr_file: Path | None, source: str | None, departments: tuple[str, ...]) -> Adoption:
    """
    All days that Slack keeps, with the roster.

    Raises QueryError for a department that the roster does not have, before any day is read: that takes its time.
    """
    from difflib import get_close_matches

    from athena_federation.errors import QueryError
    from slackanalytics import people
    from slackanalytics.adoption import UNMATCHED, Adoption
    from slackanalytics.cache import first_day
    from slackanalytics.database import MEMBERS, connect
    from slackanalytics.remote import reading

    with connect(source=source, hr=hr_file) as database, reading(database) as shown:
        today = database.today()
        roster = people.roster_of(database.settings, today=today)
        known = sorted({entry.department or UNMATCHED for entry in roster.entries} | {UNMATCHED}) if roster else []
        for name in departments:
            if roster and name not in known:
                near = get_close_matches(name, known, n=1)
                hint = f"did you mean {near[0]}?" if near else f"there is {', '.join(known[:12])}"
                raise QueryError(f"--department {name}: the roster has no such department; {hint}")
        return Adoption.read(
            database,
            roster,
            people.Rules.of(database.settings),
            since=first_day(today),
            until=today - timedelta(days=1),
            progress=lambda done, of: shown.update(MEMBERS, done, of, None),
        )


def chosen(adoption: Adoption, pairs: list[tuple[str, str]], *, minimum: int) -> Filters:
    """The filters; what a page would put right is an error here. Raises QueryError."""
    from athena_federation.errors import QueryError
    from slackanalytics.web import filters
    from slackanalytics.web.sheets import question

    limits = question.bounds(adoption, minimum=minimum)
    asked = filters.read(
        pairs,
        newest=limits.newest,
        first=limits.first,
        known=lambda since, until: question.departments(adoption, since, until, minimum=minimum).known,
    )
    if asked.problems:
        raise QueryError(asked.problems[0])
    return asked.filters


@click.command(
    "embed-link",
    epilog=examples(
        "slackanalytics embed-link --days 30",
        "slackanalytics embed-link --page seats --department Marketing --days 7",
    ),
)
@click.option("--page", type=click.Choice(["overview", "seats", "engagement", "retention", "data"]), default="overview", show_default=True)  # fmt: skip
@click.option("--days", type=click.IntRange(1, 90), default=30, show_default=True, help="How long the link is good.")
@click.option("--since", type=DAY, metavar="DATE", help="The first day shown [default: moves with the data].")
@click.option("--until", type=DAY, metavar="DATE", help="The last day shown [default: moves with the data].")
@click.option("--department", "departments", metavar="NAME", multiple=True, help="This department only. Repeatable.")
@click.option("--guests", is_flag=True, help="Count guests, too.")
def embed_link(
    page: str, days: int, since: datetime | None, until: datetime | None, departments: tuple[str, ...], guests: bool
) -> None:
    """A link under which another application shows the dashboard: signed, read-only, and ending.

    SLACKANALYTICS_EMBED_KEY signs it, SLACKANALYTICS_EMBED_ORIGINS names who may frame it, and SLACKANALYTICS_PUBLIC_URL
    is where `slackanalytics serve` runs with the same two.
    """
    from athena_federation.errors import ConfigurationError
    from slackanalytics.settings import Settings
    from slackanalytics.web import embedding

    in_order(since, until)
    settings = Settings.from_environment(os.environ)
    if not settings.embed_key or not settings.embed_origins or not settings.public_url:
        raise ConfigurationError(
            "a link needs SLACKANALYTICS_EMBED_KEY, SLACKANALYTICS_EMBED_ORIGINS and SLACKANALYTICS_PUBLIC_URL, all three as"
            " the web app has them"
        )
    what = embedding.Shown(page, since.date() if since else None, until.date() if until else None, departments, guests)
    links = embedding.Links(settings.embed_key, settings.embed_origins)
    until_then = datetime.now(UTC) + timedelta(days=days)
    sys.stdout.write(f"{settings.public_url}{embedding.PATH}?{links.query(what, until=until_then)}\n")
