"""The verbs about the connection to Slack: login, logout, doctor."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from slackanalytics.doctor import Finding
    from slackanalytics.grants import Connection
    from slackanalytics.login import Terminal
    from slackanalytics.oauth import Conversation

EXAMPLES = """\b
Examples:
  slackanalytics login
  slackanalytics login --paste                       # on a machine without a browser
  slackanalytics login --redirect-url https://example.com/slack/oauth_redirect
"""


@click.command(epilog=EXAMPLES)
@click.option(
    "--port", type=click.IntRange(1, 65_535), default=8765, show_default=True, help="Where the browser comes back to."
)
@click.option("--paste", is_flag=True, help="Print the address, and ask for the one that the browser ends on.")
@click.option("--redirect-url", metavar="URL", help="Another redirect URL registered with the app; implies --paste.")
@click.option("--replace", is_flag=True, help="Replace a connection of another organisation or account.")
def login(port: int, paste: bool, redirect_url: str | None, replace: bool) -> None:
    """Connect Slack: an Org Owner or Org Admin allows it in a browser.

    The Slack app's client ID and secret are asked for once, and kept with the token: in the system's keyring, or in an
    encrypted file on machines without one.
    """
    from slackanalytics.login import by_browser, by_paste
    from slackanalytics.oauth import REDIRECT

    conversation, terminal = begun(), shown()
    if paste or redirect_url or not has_browser():
        address = redirect_url or f"http://localhost:{port}{REDIRECT}"
        connected = by_paste(conversation, terminal, address, replace=replace)
    else:
        connected = by_browser(conversation, terminal, port=port, replace=replace)
    terminal.say(f"{named(connected.connection)} is connected; the token is in {conversation.status().place}.")
    terminal.say(
        'Next: slackanalytics doctor, or: slackanalytics query "SELECT date, count(*) FROM member_analytics GROUP BY 1"'
    )


@click.command()
@click.option("--forget", is_flag=True, help="Only forget the token here; at Slack it stays good.")
def logout(forget: bool) -> None:
    """Revoke the token at Slack, and forget it. The app's client ID and secret stay, for the next login."""
    conversation, terminal = begun(), shown()
    if forget:
        conversation.forget()
        terminal.say("The token is forgotten here; at Slack it stays good until the app is removed.")
        return
    was = conversation.revoke()
    terminal.say(
        f"{named(was)} is disconnected: the token is revoked and forgotten." if was else "Slack was not connected."
    )
    if was and was.rotates:
        terminal.say("Its tokens rotate, and Slack revokes one at a time; removing the app at Slack ends all of them.")


@click.command()
@click.option(
    "--source", type=click.Choice(["slack", "demo"]), help="slack, or demo for a simulated company [default: slack]."
)
@click.option("--aws", is_flag=True, help="Look at the installation in AWS instead.")
@click.option("--stack", metavar="NAME", default="slackanalytics", show_default=True, help="With --aws: its stack.")
@click.option("--region", metavar="NAME", help="With --aws: AWS region [default: AWS_REGION, or the profile's].")
@click.option(
    "--catalog", default="slackanalytics_catalog", show_default=True, help="With --aws: the catalog in Athena."
)
@click.option("--workgroup", default="slackanalytics", show_default=True, help="With --aws: Athena's workgroup.")
def doctor(source: str | None, aws: bool, stack: str, region: str | None, catalog: str, workgroup: str) -> None:
    """Look at settings, token, scope, Slack and its newest day, and say what to do about each that is not right.

    With --aws: credentials, stack, catalog, function, secret, buckets, workgroup, a query of one day, and the role with
    which QuickSight asks.
    """
    from slackanalytics.doctor import findings
    from slackanalytics.settings import Settings

    settings = Settings.from_environment(os.environ)
    if aws:
        from datetime import UTC, datetime

        from slackanalytics.cloud import aws_doctor
        from slackanalytics.cloud.calls import Live

        if source:
            raise click.UsageError(
                "--aws and --source exclude each other: one is about AWS, the other about this machine"
            )
        installation = aws_doctor.Installation(stack=stack, catalog=catalog, workgroup=workgroup)
        tell(aws_doctor.findings(Live(region), installation, settings.today or datetime.now(UTC).date()))
        return
    with ExitStack() as closing:
        if (source or settings.source) == "demo":
            from slackanalytics.database import demonstrated

            settings, _ = demonstrated(settings, closing)
        tell(findings(settings))


def tell(found: Iterable[Finding]) -> None:
    """One line for each thing looked at. Raises ClickException where one is not right."""
    from slackanalytics import terminal
    from slackanalytics.wording import plural

    out, wrong = terminal.stdout(), 0
    for finding in found:
        wrong += not finding.is_right
        mark = "[green]ok     [/green]" if finding.is_right else "[red]problem[/red]"
        out.print(f"{mark}  {finding.subject:<12}  ", end="")
        out.print(finding.text, markup=False)
    out.file.flush()
    if wrong:
        raise click.ClickException(
            f"{plural(wrong, 'problem')}; what to do about {'it' if wrong == 1 else 'each'} is said in its line above"
        )


def begun() -> Conversation:
    """The conversation that the settings allow."""
    from slackanalytics.oauth import Conversation
    from slackanalytics.settings import Settings
    from slackanalytics.token_stores import token_store

    settings = Settings.from_environment(os.environ)
    return Conversation(settings, token_store(settings))


def shown() -> Terminal:
    """This terminal: all that is said goes to stderr."""
    from slackanalytics.login import Terminal

    return Terminal(
        say=lambda text: click.echo(text, err=True),
        ask=lambda text: str(click.prompt(text, err=True)),
        ask_hidden=lambda text: str(click.prompt(text, err=True, hide_input=sys.stdin.isatty())),
    )


def has_browser() -> bool:
    """Whether a browser with a window can be opened here."""
    import webbrowser

    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def named(known: Connection) -> str:
    """Whose connection it is, fit for a terminal."""
    from slackanalytics.slack_api import printable

    return printable(known.organisation or known.organisation_id or "Slack")
