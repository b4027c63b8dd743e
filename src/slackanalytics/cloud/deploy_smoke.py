"""`slackanalytics deploy smoke`: what only a live account can tell, tried in a stack that is deleted afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from slackanalytics.cloud.deploy_stack import bring_up, pairs, take_down
from slackanalytics.cloud.deploy_target import Target, target
from slackanalytics.protocol import examples

if TYPE_CHECKING:
    from slackanalytics.cloud.calls import Calls
    from slackanalytics.cloud.quicksight import Place

NAMES = {
    "LambdaFunctionName": "slackanalytics-smoke",
    "AthenaCatalog": "slackanalytics_smoke",
    "AthenaWorkGroup": "slackanalytics-smoke",
    "HrDatabase": "slackanalytics_smoke_hr",
    "DashboardPrefix": "slack-smoke",
}
"""Names that have to differ from those of an installation beside it."""


@click.command(
    epilog=examples(
        "slackanalytics deploy smoke --dry-run",
        "slackanalytics deploy smoke --owner arn:aws:quicksight:us-east-1:111122223333:user/default/ada",
    )
)
@click.option("--owner", metavar="ARN", default="", help="Also try the dashboard, as this QuickSight user.")
@click.option(
    "-p", "--parameter", "parameters", multiple=True, metavar="NAME=VALUE", callback=pairs,
    help="A parameter of the template, as for deploy up.",
)  # fmt: skip
@click.option("--keep", is_flag=True, help="Leave everything there, to look at it.")
@target
def smoke(owner: str, parameters: dict[str, str], keep: bool, at: Target) -> None:
    """Try everything that needs a live account: create, ping, ask for one day, check the dashboard, delete.

    It works in a stack of its own, with names of its own, and costs a few cents.
    """
    from slackanalytics.cloud import deployment, shipped, stacks

    at = replace(at, stack=f"{at.stack}-smoke")
    known = deployment.parameters_of(shipped.WHOLE)
    given = {name: value for name, value in NAMES.items() if name in known} | parameters
    try:
        bring_up(at, shipped.WHOLE, given)
        for line in looked_at(at.calls, at.stack, given):
            click.echo(line)
        if owner or at.calls.rehearses:
            for line in dashboard(at.calls, place(at.calls, owner, given), keep=keep):
                click.echo(line)
    finally:
        if not keep and (at.calls.rehearses or stacks.described(at.calls, at.stack)):
            take_down(replace(at, sure=True), delete_data=True)


def looked_at(calls: Calls, stack: str, given: dict[str, str]) -> Iterator[str]:
    """What `doctor --aws` finds. Raises ClickException where something is not right."""
    from slackanalytics.cloud.aws_doctor import Installation, findings

    if calls.rehearses:
        return
    installation = Installation(
        stack=stack,
        catalog=given.get("AthenaCatalog", "slackanalytics_catalog"),
        workgroup=given.get("AthenaWorkGroup", "slackanalytics"),
    )
    wrong = 0
    for finding in findings(calls, installation, datetime.now(UTC).date()):
        wrong += not finding.is_right
        yield f"{'ok' if finding.is_right else 'problem':<8} {finding.subject}: {finding.text}"
    if wrong:
        raise click.ClickException(f"{wrong} of these are not right; --keep leaves the stack to look at")


def place(calls: Calls, owner: str, given: dict[str, str]) -> Place:
    """Where the dashboard is tried."""
    from slackanalytics.cloud import deployment
    from slackanalytics.cloud.code_bucket import partition
    from slackanalytics.cloud.quicksight import Place

    account, world = deployment.account_of(calls), partition(calls.region)
    return Place(
        account=account,
        region=calls.region,
        partition=world,
        owner=owner or f"arn:{world}:quicksight:{calls.region}:{account}:user/default/OWNER",
        prefix=NAMES["DashboardPrefix"],
        catalog=given.get("AthenaCatalog", "slackanalytics_catalog"),
        workgroup=given.get("AthenaWorkGroup", "slackanalytics"),
        hr_database=given.get("HrDatabase", "slackanalytics_hr"),
    )


def dashboard(calls: Calls, where: Place, *, keep: bool) -> Iterator[str]:
    """The assets made, checked by QuickSight, and deleted. Raises ClickException for errors in the definition."""
    from slackanalytics.cloud import quicksight_publishing

    try:
        for made in quicksight_publishing.publish(calls, where):
            yield f"ok       {made.kind} {made.identity} {made.outcome}"
        answer = calls(
            "quicksight", "DescribeDashboardDefinition",
            AwsAccountId=where.account, DashboardId=f"{where.prefix}-dashboard",
        )  # fmt: skip
        if answer.get("Errors"):
            raise click.ClickException(
                f"QuickSight finds the dashboard wrong: {quicksight_publishing.wrong_with(answer)}"
            )
        yield "ok       the definition as QuickSight keeps it has no errors"
    finally:
        if not keep:
            for kind in quicksight_publishing.withdraw(calls, where):
                yield f"deleted  {kind}"
