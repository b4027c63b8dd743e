"""`slackanalytics deploy quicksight`: the assets as JSON, or made in QuickSight without CloudFormation."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from slackanalytics.cloud.deploy_target import Target, target
from slackanalytics.protocol import examples

if TYPE_CHECKING:
    from slackanalytics.cloud.quicksight import Place


def place_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What the assets depend on; the command gets `build`, which makes a Place of account and region."""

    @click.option("--owner", metavar="ARN", help="The QuickSight user or group who owns the assets.")
    @click.option("--reader", metavar="ARN", default="", help="The user or group with whom the dashboard is shared.")
    @click.option(
        "--role",
        metavar="ARN",
        default="",
        help="The role with which QuickSight asks Athena [default: the account-wide one].",
    )
    @click.option(
        "--prefix",
        metavar="NAME",
        default="slack-adoption",
        show_default=True,
        help="How the names of all assets begin.",
    )
    @click.option("--title", default="Slack adoption", show_default=True, help="What the dashboard is called.")
    @click.option(
        "--catalog", default="slackanalytics_catalog", show_default=True, help="The connector's catalog in Athena."
    )
    @click.option("--workgroup", default="slackanalytics", show_default=True, help="Athena's workgroup.")
    @click.option(
        "--hr-database", default="slackanalytics_hr", show_default=True, help="The roster's database in Glue."
    )
    @click.option("--hr-table", default="hr_dataset", show_default=True, help="The roster's table in Glue.")
    @click.option("--days", type=click.IntRange(7, 396), default=90, show_default=True, help="How many days back.")
    @click.option(
        "--import-mode", type=click.Choice(["SPICE", "DIRECT_QUERY"]), default="SPICE", show_default=True,
        help="Rows kept in QuickSight and read again daily, or asked for with each click.",
    )  # fmt: skip
    @functools.wraps(command)
    def run(**options: Any) -> Any:
        names = (
            "reader",
            "role",
            "prefix",
            "title",
            "catalog",
            "workgroup",
            "hr_database",
            "hr_table",
            "days",
            "import_mode",
        )
        chosen = {name: options.pop(name) for name in names}
        owner = options.pop("owner")

        def build(account: str, region: str) -> Place:
            from slackanalytics.cloud.code_bucket import partition
            from slackanalytics.cloud.quicksight import Place

            world = partition(region)
            given = owner or f"arn:{world}:quicksight:{region}:{account}:group/default/OWNERS"
            return Place(account=account, region=region, partition=world, owner=given, **chosen)

        return command(build=build, named=bool(owner), **options)

    return run


@click.command(
    epilog=examples(
        "slackanalytics deploy quicksight --output assets",
        "slackanalytics deploy quicksight --owner arn:aws:quicksight:us-east-1:111122223333:user/default/ada",
    )
)
@click.option(
    "-o", "--output", metavar="DIR", type=click.Path(path_type=Path, file_okay=False),
    help="Write the assets as JSON, as the API takes them, and make nothing.",
)  # fmt: skip
@click.option("--delete", is_flag=True, help="Delete the assets instead.")
@place_options
@target
def quicksight(output: Path | None, delete: bool, build: Callable[[str, str], Place], named: bool, at: Target) -> None:
    """The dashboard in QuickSight, with its data set, source and theme, made or renewed through the API.

    QuickSight checks them strictly; what it finds wrong is told. deploy up does the same through CloudFormation.
    """
    from slackanalytics import terminal
    from slackanalytics.cloud import deployment, quicksight_publishing
    from slackanalytics.cloud.calls import ACCOUNT, REGION

    if output:
        for path in written(build(ACCOUNT, REGION), output):
            terminal.note(f"{path} written")
        return
    if not named and not at.calls.rehearses:
        raise click.UsageError("--owner says who owns the assets: the ARN of a QuickSight user or group")
    place = build(deployment.account_of(at.calls), at.calls.region)
    if delete:
        if not at.sure:
            click.confirm(f"Delete the assets {place.prefix}-… in QuickSight?", err=True, abort=True)
        for kind in quicksight_publishing.withdraw(at.calls, place):
            terminal.stderr().print(f"{kind} deleted")
        return
    for made in quicksight_publishing.publish(at.calls, place):
        terminal.stderr().print(f"{made.kind} {made.identity} {made.outcome}", markup=False)


def written(place: Place, folder: Path) -> list[Path]:
    """The assets as files: `create-data-set.json` for `aws quicksight create-data-set --cli-input-json`, and so on."""
    from botocore import xform_name

    from slackanalytics.cloud.quicksight import requests

    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for asset, request in requests(place):
        path = folder / f"{xform_name(f'Create{asset.kind}', '-')}.json"
        path.write_text(json.dumps(request, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        paths.append(path)
    return paths
