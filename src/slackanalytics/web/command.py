"""The verb `serve`: the web app on this machine, or behind a load balancer.

Heavy libraries are imported where they are needed, so that help is there at once.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from slackanalytics.protocol import SOURCE, examples

if TYPE_CHECKING:
    from slackanalytics.oauth import Conversation
    from slackanalytics.settings import Settings
    from slackanalytics.web.access import Access

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command(
    epilog=examples(
        "slackanalytics serve                       # prints the address to open",
        "slackanalytics serve --source demo         # the same with a simulated Slack",
        "slackanalytics serve --new-passphrase      # prints what SLACKANALYTICS_ADMIN_PASSPHRASE is to be",
    )
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", type=click.IntRange(0, 65_535), default=8910, show_default=True, help="0 takes a free one.")
@click.option(
    "--tls", nargs=2, type=FILE, metavar="CERTIFICATE KEY", help="Two PEM files: the chain, and its private key."
)
@click.option("--new-passphrase", is_flag=True, help="Ask for a passphrase, print its hash, and end.")
@SOURCE
def serve(host: str, port: int, tls: tuple[Path, Path] | None, new_passphrase: bool, source: str | None) -> None:
    """The web app: connect Slack in the browser, see the connection, revoke it. Ctrl-C ends it.

    On this machine the address that is printed holds a key, which is good until the app ends. For anybody else set
    SLACKANALYTICS_PUBLIC_URL (https), and SLACKANALYTICS_ADMIN_PASSPHRASE or SLACKANALYTICS_IDENTITY_HEADER.
    """
    from slackanalytics.settings import Settings
    from slackanalytics.web import access as ways

    if new_passphrase:
        click.echo(ways.hashed(click.prompt("Passphrase", hide_input=True, confirmation_prompt=True, err=True)))
        return
    settings = Settings.from_environment(os.environ)
    way = ways.chosen(settings)
    with ExitStack() as stack:
        if (source or settings.source) == "demo":
            settings, conversation = demonstrated(settings, stack)
        else:
            conversation = conversing(settings)
        listening = stack.enter_context(listener(host, port))
        run(settings, conversation, way, listening, tls)


def run(
    settings: Settings,
    conversation: Conversation,
    way: Access,
    listening: socket.socket,
    tls: tuple[Path, Path] | None,
) -> None:
    """Serve until it is interrupted. Raises ConfigurationError for an address over which nobody should sign in."""
    from slackanalytics.web.access import LocalKey
    from slackanalytics.web.app import application
    from slackanalytics.web.server import server
    from slackanalytics.web.site import Site

    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    address = settings.public_url or f"{'https' if tls else 'http'}://{shown}:{port}"
    site = Site(public_url=address, consent_url=settings.consent_url, launch_url=settings.launch_url)
    options = " --source demo" if settings.source == "demo" else ""
    app = application(conversation, site=site, access=way, newest=newest(settings), options=options)
    log_to_stderr()
    if isinstance(way, LocalKey):
        click.echo("Open this address in a browser of this machine; it is good until the app ends:", err=True)
        click.echo(f"{site.origin}/sign-in#key={way.key}")
    else:
        click.echo(f"{site.origin}/")
    server(app, tls).run([listening])


def conversing(settings: Settings) -> Conversation:
    """The conversation that the settings mean."""
    from slackanalytics.oauth import Conversation
    from slackanalytics.token_stores import token_store

    return Conversation(settings, token_store(settings))


def demonstrated(settings: Settings, stack: ExitStack) -> tuple[Settings, Conversation]:
    """A simulated Slack, whose app's credentials are known already; what it grants ends with the process."""
    from slackanalytics.oauth import Conversation
    from slackanalytics.simulator import Simulator
    from slackanalytics.token_stores import Memory

    today = settings.today or date.today()  # noqa: DTZ011 - a day to play with
    simulator = Simulator(today=today, rate_limit=None)
    slack = stack.enter_context(simulator.serve())
    settings = replace(
        settings, source="demo", slack_api_url=slack.url, authorize_url=None, slack_token=None, cache_dir=None
    )
    conversation = Conversation(settings, Memory())
    conversation.keep_credentials(*simulator.client)
    return settings, conversation


def newest(settings: Settings) -> Callable[[], date | None]:
    """Asks for the newest day that is kept."""
    from slackanalytics.cache import Days

    return lambda: max(Days(settings).kept_days(), default=None) if settings.cache_dir else None


def listener(host: str, port: int) -> socket.socket:
    """A port to be served. Raises ConfigurationError where it cannot be had."""
    from athena_federation.errors import ConfigurationError

    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return socket.create_server(address[:2], family=family, backlog=2048)
    except OSError as error:
        raise ConfigurationError(
            f"{host} port {port} cannot be used: {error.strerror}; give another with --port, or 0 for a free one"
        ) from error


def log_to_stderr() -> None:
    """One line for each request: when (UTC), what, how it ended, how long it took, who. Never a query string."""
    shown = logging.StreamHandler()
    shown.setFormatter(logging.Formatter("%(asctime)sZ %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S"))
    if shown.formatter:
        shown.formatter.converter = time.gmtime
    for name in ("slackanalytics.web", "uvicorn.error"):
        logging.getLogger(name).addHandler(shown)
    logging.getLogger("slackanalytics.web").setLevel(logging.INFO)
