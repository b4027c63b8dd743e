"""The verb `measure`: what the dashboard asks, asked in a terminal, through the same SQL and the same road."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from slackanalytics.delivery import deliver, delivery_options, format_of
from slackanalytics.protocol import HELP, examples, source_options

if TYPE_CHECKING:
    from athena_federation.results import Result
    from slackanalytics.adoption import Measure
    from slackanalytics.database import SlackDatabase

VIEWS = ("period", "days", "counted_days", "roster_only")
"""The views of `athena_views` that stand on `adoption.member_days`."""


@click.command(
    context_settings=HELP,
    epilog=examples(
        "slackanalytics measure                                  # which there are",
        "slackanalytics measure activation_by_department --since 2026-10-01 --until 2026-10-31",
        "slackanalytics measure activation_by_attribute --by location --format csv",
        "slackanalytics measure retention --sql                  # the statement, as Athena takes it",
    ),
)
@click.argument("name", required=False)
@click.option(
    "--since",
    metavar="DATE",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The first day [default: as on the dashboard, a Monday thirteen weeks ago].",
)
@click.option("--until", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]), help="The last day [default: yesterday].")
@click.option("--guests", is_flag=True, help="Guests count, too.")
@click.option("--by", metavar="ATTRIBUTE", default="department", help="What activation_by_attribute groups by.")
@click.option("--sql", "shown", is_flag=True, help="Print the statement, and ask nothing.")
@delivery_options
@source_options
def measure(  # noqa: PLR0913 - its options
    *, name: str | None, since: Any, until: Any, guests: bool, by: str, shown: bool, kind: str | None,
    output: Path | None, source: str | None, hr_file: Path | None,
) -> None:  # fmt: skip
    """A question of the dashboard, asked in SQL. Nothing is hidden: figures may be about few people.

    Without NAME the measures are listed. A measure needs the HR roster (--hr), and reads the days that it depends on.
    """
    from slackanalytics import terminal
    from slackanalytics.adoption import known, measures
    from slackanalytics.cache import first_day
    from slackanalytics.database import connect
    from slackanalytics.remote import reading
    from slackanalytics.web.filters import usual

    if name is None:
        terminal.answer(
            ("measure", "question"), [(each.name, each.question) for each in measures().values()], (False, False)
        )
        return
    its = known(name)
    if shown:
        click.echo(its.sql, nl=False)
        return
    kind = format_of(kind, output)
    with connect(source=source, hr=hr_file) as database:
        last = until.date() if until else database.today() - timedelta(days=1)
        first = since.date() if since else usual(last, first_day(database.today())).since
        if first > last:
            raise click.UsageError(f"--since {first} is after --until {last}")
        with reading(database) as progress:
            result = asked(
                database, its, first, last, guests=guests, by=by,
                progress=lambda p: progress.update(p.table, p.done, p.of, p.rows),
            )  # fmt: skip
        with result:
            deliver(result, kind, output)
        for text in database.notes():
            terminal.note(text)


def asked(
    database: SlackDatabase, its: Measure, since: date, until: date, *, guests: bool, by: str, progress: Any = None
) -> Result:
    """The answer over a period. Raises QueryError without a roster, and FederationError."""
    from athena_federation.errors import QueryError
    from slackanalytics.adoption.athena_views import Places, athena_views, first_needed
    from slackanalytics.cache import first_day
    from slackanalytics.database import CATALOG

    oldest = first_day(database.today())
    first = first_needed([its], since=since, oldest=oldest)
    if not database.blend_over(f"m.date BETWEEN '{first}' AND '{until}'"):
        raise QueryError("measures need the HR roster: give --hr FILE, or set SLACKANALYTICS_HR_FILE")
    views = athena_views(
        first=first, since=since, until=until, today=database.today(), guests=guests, by=by,
        places=Places(catalog=CATALOG),
    )  # fmt: skip
    for view in views:
        if view.name in VIEWS:
            database.view(f"adoption.{view.name}", view.query)
    return database.sql(its.sql, progress=progress)
