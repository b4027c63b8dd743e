"""`slackanalytics deploy`: the templates, the packages, the dashboard and the roster, brought to AWS and taken back."""

from __future__ import annotations

from pathlib import Path

import click

from slackanalytics.cloud.deploy_quicksight import quicksight
from slackanalytics.cloud.deploy_target import STACK, Target, target
from slackanalytics.protocol import examples


def pairs(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """`Name=Value` options as a mapping."""
    found = dict(value.partition("=")[::2] for value in values)
    if "" in found or any("=" not in value for value in values):
        raise click.UsageError("--parameter NAME=VALUE, as in --parameter SpillPrefix=spill")
    return found


@click.group(
    epilog=examples(
        "slackanalytics deploy up --dry-run              # every call that would be made",
        "slackanalytics deploy up",
        "slackanalytics deploy roster HR_dataset.csv",
        "slackanalytics deploy down",
    )
)
def deploy() -> None:
    """Everything in AWS: connector, Slack sign-in, Athena catalog, dashboard.

    Each verb takes --dry-run, which shows what it would call and needs no account.
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
        "slackanalytics deploy up",
        "slackanalytics deploy up connector --parameter SpillBucket=my-bucket --dry-run",
    )
)
@click.argument("name", default=STACK)
@click.option(
    "-p", "--parameter", "parameters", multiple=True, metavar="NAME=VALUE", callback=pairs,
    help="A parameter of the template. Those not given keep their value, or their default.",
)  # fmt: skip
@click.option(
    "--code-bucket", metavar="NAME", help="Where packages and templates go; made if missing [default: one of ours]."
)
@click.option(
    "--packages", metavar="DIR", type=click.Path(path_type=Path, file_okay=False),
    help="Packages that deploy package made [default: they are made now].",
)  # fmt: skip
@target
def up(name: str, parameters: dict[str, str], code_bucket: str | None, packages: Path | None, at: Target) -> None:
    """Create or change a stack: the plan first, then, once you agree, the change, followed to its end.

    NAME is a template [default: slackanalytics, which contains the others].
    """
    from slackanalytics.cloud import deploy_shown, deployment, stacks
    from slackanalytics.cloud.code_bucket import default_name

    calls = at.calls
    account = deployment.account_of(calls)
    bucket = code_bucket or default_name(account, calls.region)
    made = deployment.packaged(name, packages, calls)
    there = stacks.described(calls, at.stack) is not None
    deployment.require(name, parameters, made, existing=there or calls.rehearses)
    delivery = deployment.deliver(calls, name, made, bucket, account)
    plan = stacks.planned(
        calls, at.stack, delivery.url, {**delivery.parameters, **parameters}, deployment.parameters_of(name)
    )
    if plan.changes is None:
        click.echo(f"stack {at.stack} is as it should be; nothing to do", err=True)
        return
    if not calls.rehearses:
        deploy_shown.plan(plan.changes)
    if not at.sure and not click.confirm("Do this?", err=True):
        stacks.discard(calls, plan)
        raise click.Abort
    with deploy_shown.following(at.stack) as shown:
        for event in stacks.execute(calls, plan):
            shown(event)
    for key, value in deployment.outputs(calls, at.stack).items():
        click.echo(f"{key}\t{value}")


@deploy.command(epilog=examples("slackanalytics deploy status", "slackanalytics deploy status --stack slack-test"))
@target
def status(at: Target) -> None:
    """What a stack consists of, in which state, and what it tells about itself."""
    from slackanalytics import terminal
    from slackanalytics.cloud import deployment, stacks

    found = stacks.described(at.calls, at.stack)
    if found is None:
        if at.calls.rehearses:
            list(deployment.statuses(at.calls, at.stack))
            return
        raise click.ClickException(f"there is no stack {at.stack} in {at.calls.region}; deploy up makes it")
    reason = found.get("StackStatusReason", "")
    click.echo(f"{at.stack}: {found['StackStatus']}" + (f", {reason}" if reason else ""), err=True)
    rows = list(deployment.statuses(at.calls, at.stack))
    terminal.answer(("stack", "resource", "type", "status"), rows, (False,) * 4)
    for key, value in deployment.outputs(at.calls, at.stack).items():
        click.echo(f"{key}\t{value}")


@deploy.command(
    epilog=examples("slackanalytics deploy down", "slackanalytics deploy down --delete-data   # nothing is left of it")
)
@click.option("--delete-data", is_flag=True, help="Also empty and delete the buckets that outlive the stack.")
@target
def down(delete_data: bool, at: Target) -> None:
    """Delete a stack. Its own buckets are named first, then emptied; those that hold data stay, and so do the secrets."""
    from slackanalytics.cloud import code_bucket, deploy_shown, deployment, stacks

    calls = at.calls
    if stacks.described(calls, at.stack) is None and not calls.rehearses:
        raise click.ClickException(f"there is no stack {at.stack} in {calls.region}")
    account = deployment.account_of(calls)
    buckets = deployment.buckets(calls, at.stack)
    going = [b.name for b in buckets if not b.outlives]
    staying = [b.name for b in buckets if b.outlives]
    click.echo(f"Stack {at.stack} in account {account}, {calls.region}, is deleted.", err=True)
    for word, names in (
        ("emptied and deleted", going + (staying if delete_data else [])),
        ("kept", [] if delete_data else staying),
    ):
        for name in names:
            click.echo(f"  bucket {name} is {word}", err=True)
    if not at.sure:
        click.confirm("Do this?", err=True, abort=True)
    for name in going:
        code_bucket.empty(calls, name, account)
    with deploy_shown.following(at.stack) as shown:
        for event in stacks.delete(calls, at.stack):
            shown(event)
    for name in staying if delete_data else []:
        count = code_bucket.remove(calls, name, account)
        click.echo(f"bucket {name}: {count:,} objects deleted, and the bucket", err=True)


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


deploy.add_command(quicksight)
