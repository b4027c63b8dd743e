"""`slackanalytics deploy`: the templates, the packages, the dashboard and the roster, brought to AWS and taken back."""

from __future__ import annotations

from pathlib import Path

import click

from slackanalytics.cloud.deploy_quicksight import quicksight
from slackanalytics.cloud.deploy_smoke import smoke
from slackanalytics.cloud.deploy_stack import down, status, up
from slackanalytics.cloud.deploy_target import Target, target
from slackanalytics.cloud.package import package
from slackanalytics.protocol import HELP, examples


@click.group(
    context_settings=HELP,
    epilog=examples(
        "slackanalytics deploy up --dry-run              # every call that would be made",
        "slackanalytics deploy up",
        "slackanalytics deploy roster HR_dataset.csv",
        "slackanalytics deploy down",
    ),
)
def deploy() -> None:
    """Everything in AWS: connector, Slack sign-in, Athena catalog, dashboard.

    Each verb that calls AWS takes --dry-run, which shows its calls and needs no account.
    """


@deploy.command(
    epilog=examples("slackanalytics deploy template --output templates", "slackanalytics deploy template connector")
)
@click.argument("name", required=False)
@click.option(
    "-o", "--output", metavar="DIR", type=click.Path(path_type=Path, file_okay=False),
    help="Write it, or all of them, into this folder.",
)  # fmt: skip
def template(name: str | None, output: Path | None) -> None:
    """The CloudFormation templates. NAME alone prints one; without NAME they are listed, or all written."""
    from slackanalytics import terminal
    from slackanalytics.cloud import shipped

    if output:
        for path in shipped.write(output, [name] if name else shipped.names()):
            terminal.note(f"{path} written")
    elif name:
        click.echo(shipped.text(name), nl=False)
    else:
        click.echo("\n".join(shipped.names()))


@deploy.command(
    epilog=examples(
        "slackanalytics deploy roster HR_dataset.csv --refresh",
        "slackanalytics deploy roster people.xlsx --to s3://my-hr-bucket/roster/",
    )
)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--to", "place", metavar="S3-URI", help="Where it goes [default: where the stack keeps it].")
@click.option("--refresh", is_flag=True, help="Have the dashboard's data read again.")
@target
def roster(file: Path, place: str | None, refresh: bool, at: Target) -> None:
    """Check the HR roster FILE, and put it where Athena reads it, in one form whatever it came as.

    CSV, TSV, Excel, or users of SCIM as JSON; hr check shows how it reads, row by row.
    """
    import os
    from datetime import UTC, datetime

    from slackanalytics import people, terminal
    from slackanalytics.cloud import deployment, roster_upload
    from slackanalytics.settings import Settings
    from slackanalytics.wording import plural

    settings = Settings.from_environment(os.environ)
    today = settings.today or datetime.now(UTC).date()
    found = people.read(file, today=today, mapping=dict(settings.hr_columns), dates=settings.hr_dates)
    if found.rejected:
        terminal.note(
            f"{plural(len(found.rejected), 'row')} of {file} left out; slackanalytics hr check {file} says which and why"
        )
    told = {} if place and not refresh else deployment.outputs(at.calls, at.stack)
    place = place or told.get("RosterLocation") or ("s3://ROSTER-BUCKET/roster/" if at.calls.rehearses else None)
    if place is None:
        raise click.ClickException(f"stack {at.stack} tells no place for the roster; give --to s3://bucket/roster/")
    bucket, prefix = roster_upload.place(place)
    account = deployment.account_of(at.calls)
    uri = roster_upload.upload(at.calls, bucket, prefix, roster_upload.as_csv(found.rows), account)
    terminal.note(f"{plural(found.rows.num_rows, 'row')} about {plural(found.people, 'person')} at {uri}")
    if refresh:
        data_set = told.get("DataSetId") or "slack-adoption-members"
        roster_upload.refresh(at.calls, account, data_set, f"roster-{datetime.now(UTC):%Y%m%d%H%M%S}")
        terminal.note(f"data set {data_set} is being read again")


@deploy.command(
    "embed-url",
    epilog=examples(
        "slackanalytics deploy embed-url --user arn:aws:quicksight:us-east-1:111122223333:user/default/ada --domain https://intranet.example.com"
    ),
)
@click.option("--user", required=True, metavar="ARN", help="The QuickSight user in whose name the page is shown.")
@click.option("--domain", "domains", multiple=True, metavar="URL", help="A site that may embed it; repeatable.")
@click.option(
    "--minutes", type=click.IntRange(15, 600), default=60, show_default=True, help="How long its session lasts."
)
@click.option("--dashboard", metavar="ID", help="Which dashboard [default: the stack's].")
@target
def embed_url(user: str, domains: tuple[str, ...], minutes: int, dashboard: str | None, at: Target) -> None:
    """An address under which an application of yours shows the dashboard. It is good for one use, within five minutes."""
    from slackanalytics.cloud import deployment

    dashboard = dashboard or deployment.outputs(at.calls, at.stack).get("DashboardId") or "slack-adoption-dashboard"
    allowed = {"AllowedDomains": list(domains)} if domains else {}
    answer = at.calls(
        "quicksight", "GenerateEmbedUrlForRegisteredUser",
        AwsAccountId=deployment.account_of(at.calls), UserArn=user, SessionLifetimeInMinutes=minutes,
        ExperienceConfiguration={"Dashboard": {"InitialDashboardId": dashboard}}, **allowed,
    )  # fmt: skip
    if not at.calls.rehearses:
        click.echo(answer["EmbedUrl"])


for verb in (package, up, status, down, quicksight, smoke):
    deploy.add_command(verb)
