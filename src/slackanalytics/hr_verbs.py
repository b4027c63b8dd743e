"""The verb `hr check`: how a roster reads, how it matches with Slack's accounts, and what should be looked at."""

from __future__ import annotations

import os
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from slackanalytics.protocol import examples

if TYPE_CHECKING:
    from slackanalytics.database import SlackDatabase
    from slackanalytics.hr_report import Checked
    from slackanalytics.people import Roster, Rules
    from slackanalytics.people.dates import Style
    from slackanalytics.settings import Settings

REACH = 10
"""Days back among which the newest published one is looked for."""


@click.group()
def hr() -> None:
    """The HR roster: how it reads, and how it matches with Slack."""


def mapped(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """`FIELD=NAME` pairs. Raises BadParameter."""
    found: dict[str, str] = {}
    for value in values:
        field, sign, name = value.partition("=")
        if not sign or not field.strip() or not name.strip():
            raise click.BadParameter(f'{value!r}: give it as FIELD=NAME, like employee_email="Work Email"')
        found[field.strip()] = name.strip()
    return found


@hr.command(
    epilog=examples(
        "slackanalytics hr check HR_dataset.csv",
        "slackanalytics hr check people.xlsx --no-slack       # the file by itself",
        'slackanalytics hr check hr.csv --dates dmy --column employee_email="Contact"',
        "slackanalytics hr check hr.csv --unmatched unmatched.csv",
    )
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--source",
    type=click.Choice(["slack", "demo", "none"]),
    help="slack, demo for a simulated company, or none: the file alone [default: slack].",
)
@click.option("--no-slack", "source", flag_value="none", help="The same as --source none.")
@click.option(
    "--column", "mapping", metavar="FIELD=NAME", multiple=True, callback=mapped,
    help='Which column is what, where names do not tell: employee_email="Work Email". Repeatable.',
)  # fmt: skip
@click.option("--dates", type=click.Choice(["dmy", "mdy"]), help="How 03/04/2024 is meant: day first, or month first.")
@click.option(
    "--unmatched", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
    help="Write the accounts that are nobody's to a CSV file.",
)  # fmt: skip
@click.option("--identified", is_flag=True, help="List people by address; the audit log says who did.")
@click.option(
    "--format", "kind", type=click.Choice(["table", "json"]), default="table", show_default=True,
    help="For people, or for programs.",
)  # fmt: skip
def check(
    file: Path, source: str | None, mapping: dict[str, str], dates: Style | None,
    unmatched: Path | None, identified: bool, kind: str,
) -> None:  # fmt: skip
    """How FILE reads as a roster, and whose Slack accounts it explains.

    FILE is CSV (any delimiter, UTF-8, UTF-16 or Windows-1252), a workbook (XLSX), or a SCIM listing (JSON). It is
    matched with the accounts of the newest 28 published days. Exit code 1: the file cannot be used, as when somebody
    is there twice.
    """
    from slackanalytics import hr_report
    from slackanalytics.people import Duplicates, Rules, export, read
    from slackanalytics.settings import Settings

    if unmatched and source == "none":
        raise click.UsageError("--unmatched lists accounts, and --no-slack leaves them out")
    settings = Settings.from_environment(os.environ)
    today = settings.today or datetime.now(UTC).date()
    try:
        roster = read(file, today=today, mapping=dict(settings.hr_columns) | mapping, dates=dates or settings.hr_dates)
    except Duplicates as error:
        hr_report.duplicates(error, kind)
        sys.stdout.flush()
        raise click.ClickException(error.summary) from error
    checked = hr_report.Checked(roster) if source == "none" else compared(roster, Rules.of(settings), source)
    if checked.matching and (identified or unmatched):
        record(settings, f"hr check of {file}: {unmatched or 'lists'}", checked.matching.unmatched.num_rows)
    hr_report.show(checked, kind, identified=identified)
    sys.stdout.flush()
    if unmatched and checked.matching:
        export.write(unmatched, checked.matching.unmatched)
        click.echo(f"note: {checked.matching.unmatched.num_rows:,} accounts written to {unmatched}", err=True)


def record(settings: Settings, what: str, rows: int) -> None:
    """An entry in the audit log, before people are listed. Raises ConfigurationError: then they are not."""
    import getpass

    from slackanalytics.adoption.audit import Log, place_of

    try:
        who = getpass.getuser()
    except (KeyError, OSError):  # nobody whom this machine knows by name
        who = str(os.getuid())
    Log(place_of(settings)).append(who=who, role="identified", what=what, rows=rows)


def compared(roster: Roster, rules: Rules, source: str | None) -> Checked:
    """The roster beside the accounts of the newest days. Raises ClickException where there are none."""
    from slackanalytics import terminal
    from slackanalytics.database import connect
    from slackanalytics.hr_report import Checked
    from slackanalytics.people import match
    from slackanalytics.people.findings import WINDOW, findings
    from slackanalytics.remote import reading

    environment = {name: text for name, text in os.environ.items() if name != "SLACKANALYTICS_HR_FILE"}
    with connect(source=source, environment=environment) as database:
        with reading(database) as shown:
            last = newest_day(database)
            since = last - timedelta(days=WINDOW - 1)
            with database.sql(
                accounts_between(since, last), progress=lambda p: shown.update(p.table, p.done, p.of, p.rows)
            ) as answer:
                activity = answer.arrow()
        for text in database.notes():
            terminal.note(text)
    matching = match(activity, roster, rules)
    found = findings(activity, roster, matching, rules, newest=last)
    return Checked(roster, rules=rules, matching=matching, findings=found, since=since, newest=last)


def newest_day(database: SlackDatabase) -> date:
    """The newest published day. Raises ClickException where the last days are all missing."""
    first = database.today() - timedelta(days=REACH)
    with database.sql(f"SELECT max(date) FROM member_analytics WHERE date >= '{first}'") as answer:  # noqa: S608 - a date
        newest = answer.rows()[0][0]
    if newest is None:
        raise click.ClickException(f"Slack has published no day since {first}; --no-slack looks at the file alone")
    return date.fromisoformat(newest)


def accounts_between(since: date, last: date) -> str:
    """A statement for `findings.ACTIVITY`: each account as it was on its newest day."""
    return f"""
        SELECT user_id,
               max_by(email_address, date) AS email_address,
               max_by(enterprise_employee_number, date) AS enterprise_employee_number,
               max_by(is_guest, date) AS is_guest,
               max(IF(is_active, activity_date)) AS last_active,
               max(IF(is_billable_seat, activity_date)) AS last_billable
        FROM member_analytics
        WHERE date BETWEEN '{since}' AND '{last}'
        GROUP BY user_id
        ORDER BY user_id"""  # noqa: S608 - dates
