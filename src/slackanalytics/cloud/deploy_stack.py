"""`slackanalytics deploy up`, `status` and `down`: one stack, from its plan to its end."""

from __future__ import annotations

from pathlib import Path

import click

from slackanalytics.cloud.deploy_target import STACK, Target, target
from slackanalytics.protocol import examples


def pairs(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """`Name=Value` options as a mapping."""
    found = dict(value.partition("=")[::2] for value in values)
    if "" in found or any("=" not in value for value in values):
        raise click.UsageError("--parameter NAME=VALUE, as in --parameter SpillPrefix=spill")
    return found


@click.command(
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
    help="Where deploy package put the packages [default: they are made now].",
)  # fmt: skip
@target
def up(name: str, parameters: dict[str, str], code_bucket: str | None, packages: Path | None, at: Target) -> None:
    """Create or change a stack: the plan first, then, once you agree, the change, followed to its end.

    NAME is a template [default: slackanalytics, which contains the others].
    """
    bring_up(at, name, parameters, code_bucket=code_bucket, packages=packages)


def bring_up(
    at: Target, name: str, parameters: dict[str, str], *, code_bucket: str | None = None, packages: Path | None = None
) -> None:
    """Deliver, plan, ask, do, follow, and print what the stack tells. Raises click.Abort where the answer is no."""
    from slackanalytics.cloud import deploy_shown, deployment, stacks
    from slackanalytics.cloud.code_bucket import default_name

    calls = at.calls
    account = deployment.account_of(calls)
    bucket = code_bucket or default_name(account, calls.region)
    deployment.require(name, parameters)
    there = stacks.described(calls, at.stack) is not None
    given = parameters if there or calls.rehearses else asked_for(at, name, parameters)
    if calls.rehearses:
        given = {key: "(not shown)" if key in deployment.hidden(name) else value for key, value in given.items()}
    delivery = deployment.deliver(calls, name, deployment.packaged(name, packages, calls), bucket, account)
    plan = stacks.planned(
        calls, at.stack, delivery.url, {**delivery.parameters, **given}, deployment.parameters_of(name)
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


def asked_for(at: Target, name: str, parameters: dict[str, str]) -> dict[str, str]:
    """The parameters with those that the template needs besides. Raises ConfigurationError where nobody can be asked."""
    from athena_federation.errors import ConfigurationError
    from slackanalytics.cloud import deployment

    missing = deployment.missing(name, parameters)
    if missing and at.sure:
        options = " ".join(f"--parameter {each.name}=…" for each in missing)
        raise ConfigurationError(f"{name}.yaml needs {', '.join(each.name for each in missing)}; give {options}")
    answers = {}
    for each in missing:
        click.echo(each.about, err=True)
        answers[each.name] = click.prompt(each.name, hide_input=each.hidden, err=True)
    return {**parameters, **answers}


@click.command(epilog=examples("slackanalytics deploy status", "slackanalytics deploy status --stack slack-test"))
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


@click.command(
    epilog=examples("slackanalytics deploy down", "slackanalytics deploy down --delete-data   # nothing is left of it")
)
@click.option("--delete-data", is_flag=True, help="Also empty and delete the buckets that outlive the stack.")
@target
def down(delete_data: bool, at: Target) -> None:
    """Delete a stack. Its own buckets are named first, then emptied; those that hold data stay, and so do the secrets."""
    take_down(at, delete_data=delete_data)


def take_down(at: Target, *, delete_data: bool) -> None:
    """Say what goes, ask, empty our own buckets, delete the stack. Raises click.Abort where the answer is no."""
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
    click.echo(
        f"bucket {code_bucket.default_name(account, calls.region)} with packages and templates is kept", err=True
    )
