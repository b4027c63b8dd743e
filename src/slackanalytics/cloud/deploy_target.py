"""Where the verbs of `slackanalytics deploy` work, and whether they do or only tell."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from slackanalytics.cloud.calls import Calls

STACK = "slackanalytics"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a verb works."""

    stack: str
    calls: Calls
    sure: bool
    """Whether nobody is asked before something is done: `--yes`, or a rehearsal."""


def target(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--stack`, `--region`, `--dry-run`, `--yes`; the command gets `at`, a Target.

    The context's object, where there is one, makes the way to AWS of a region, instead of `Live`.
    """

    @click.option("--stack", metavar="NAME", default=STACK, show_default=True, help="The CloudFormation stack.")
    @click.option("--region", metavar="NAME", help="AWS region [default: AWS_REGION, or the profile's].")
    @click.option(
        "--dry-run", is_flag=True, help="Print each call and its parameters, and make none. No credentials needed."
    )
    @click.option("-y", "--yes", is_flag=True, help="Do not ask.")
    @functools.wraps(command)
    def run(stack: str, region: str | None, dry_run: bool, yes: bool, **rest: Any) -> Any:
        from slackanalytics.cloud.calls import ACCOUNT, Live, Rehearsal

        live: Callable[[str | None], Calls] = click.get_current_context().obj or Live
        calls: Calls = Rehearsal(click.echo, region) if dry_run else live(region)
        if dry_run:
            click.echo(
                f"note: nothing is called; {ACCOUNT} stands for your account, {calls.region} is the region", err=True
            )
        return command(at=Target(stack, calls, yes or dry_run), **rest)

    return run
