"""`slackanalytics deploy smoke`: what only a live account can tell, tried in stacks that are deleted afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from slackanalytics.cloud.deploy_stack import bring_up, take_down
from slackanalytics.cloud.deploy_target import Target, target
from slackanalytics.protocol import examples

if TYPE_CHECKING:
    from slackanalytics.cloud.calls import Calls

CONNECTOR = {
    "Source": "demo",
    "WarmUpSchedule": "",
    "LambdaFunctionName": "slackanalytics-smoke",
    "ConnectorRoleName": "slackanalytics-smoke-connector",
    "AthenaCatalog": "slackanalytics_smoke",
    "AthenaWorkGroup": "slackanalytics-smoke",
}
"""A made-up company, and names that differ from those of an installation beside it."""
DASHBOARD = {
    "HrDatabase": "slackanalytics_smoke_hr",
    "DashboardPrefix": "slack-smoke",
    "DashboardTitle": "Slack adoption (smoke test)",
}
FROM_CONNECTOR = (
    "LambdaFunctionName", "AthenaCatalog", "AthenaWorkGroup", "SpillBucket", "SpillPrefix", "ResultsBucket",
    "ResultsPrefix", "KmsKeyArn",
)  # fmt: skip
"""Outputs of the connector's stack that are parameters of the dashboard's."""
WAIT_DAYS = 7
"""Days after which KMS deletes a key, its least."""


@click.command(
    epilog=examples(
        "slackanalytics deploy smoke --dry-run",
        "slackanalytics deploy smoke --owner arn:aws:quicksight:us-east-1:111122223333:user/default/ada",
    )
)
@click.option("--owner", metavar="ARN", default="", help="Also try the dashboard, as this QuickSight user.")
@click.option(
    "--packages", metavar="DIR", type=click.Path(path_type=Path, file_okay=False),
    help="Where deploy package put the packages [default: they are made now].",
)  # fmt: skip
@click.option("--keep", is_flag=True, help="Leave everything there, to look at it.")
@target
def smoke(owner: str, packages: Path | None, keep: bool, at: Target) -> None:
    """Try everything that needs a live account: create, ping, ask for one day, check the dashboard, delete.

    It works in stacks of its own, with names of its own and a simulated company, and costs a few cents.
    """
    from slackanalytics.cloud import deployment, stacks

    connector, board = replace(at, stack=f"{at.stack}-smoke"), replace(at, stack=f"{at.stack}-smoke-dashboard")
    if not owner and at.calls.rehearses:
        owner = f"arn:aws:quicksight:{at.calls.region}:{deployment.account_of(at.calls)}:user/default/OWNER"
    try:
        bring_up(connector, "connector", dict(CONNECTOR), packages=packages)
        if owner:
            told = deployment.outputs(at.calls, connector.stack)
            given = {name: told.get(name, f"({name})") for name in FROM_CONNECTOR}
            bring_up(board, "dashboard", {**DASHBOARD, **given, "QuickSightOwnerArn": owner})
        for line in looked_at(at.calls, connector.stack):
            click.echo(line)
        if owner:
            require_no_errors(at.calls)
    finally:
        if not keep:
            for each in (board, connector):
                if at.calls.rehearses or stacks.described(at.calls, each.stack):
                    keys = list(keys_of(at.calls, each.stack))
                    take_down(replace(each, sure=True), delete_data=True)
                    forget(at.calls, keys)


def looked_at(calls: Calls, stack: str) -> Iterator[str]:
    """What `doctor --aws` finds. Raises ClickException where something is not right."""
    from slackanalytics.cloud.aws_doctor import Installation, findings

    if calls.rehearses:
        return
    installation = Installation(
        stack=stack,
        catalog=CONNECTOR["AthenaCatalog"],
        workgroup=CONNECTOR["AthenaWorkGroup"],
        source=f"{DASHBOARD['DashboardPrefix']}-athena",
    )
    wrong = 0
    for finding in findings(calls, installation, datetime.now(UTC).date()):
        wrong += not finding.is_right
        yield f"{'ok' if finding.is_right else 'problem':<8} {finding.subject}: {finding.text}"
    if wrong:
        raise click.ClickException(f"{wrong} of these are not right; --keep leaves the stacks to look at")


def require_no_errors(calls: Calls) -> None:
    """Raises ClickException for what QuickSight itself finds wrong with the dashboard."""
    from slackanalytics.cloud import deployment
    from slackanalytics.cloud.quicksight_publishing import wrong_with

    answer = calls(
        "quicksight", "DescribeDashboardDefinition",
        AwsAccountId=deployment.account_of(calls), DashboardId=f"{DASHBOARD['DashboardPrefix']}-dashboard",
    )  # fmt: skip
    if answer.get("Errors"):
        raise click.ClickException(f"QuickSight finds the dashboard wrong: {wrong_with(answer)}")
    if not calls.rehearses:
        click.echo("ok       dashboard: QuickSight finds no errors in its definition")


def keys_of(calls: Calls, stack: str) -> Iterator[str]:
    """The keys that a stack made. Its template keeps them, because they open what was written."""
    from slackanalytics.cloud import stacks

    for _, item in stacks.resources(calls, stack):
        if item.get("ResourceType") == "AWS::KMS::Key" and item.get("PhysicalResourceId"):
            yield item["PhysicalResourceId"]


def forget(calls: Calls, keys: list[str]) -> None:
    """Nothing is left that they could open."""
    for key in keys:
        calls("kms", "ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=WAIT_DAYS)
        click.echo(f"key {key} is deleted in {WAIT_DAYS} days", err=True)
