"""The verb `serve`: the web app on this machine, or behind a load balancer.

Heavy libraries are imported where they are needed, so that help is there at once.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from slackanalytics.protocol import SOURCE, examples

if TYPE_CHECKING:
    from slackanalytics.settings import Settings
    from slackanalytics.simulator import Served
    from slackanalytics.token_stores import TokenStore
    from slackanalytics.web.access import Access
    from slackanalytics.web.dashboard import Dashboard

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command(
    epilog=examples(
        "slackanalytics serve                       # prints the address to open",
        "slackanalytics serve --hr HR_dataset.csv   # with the departments of a roster",
        "slackanalytics serve --source demo         # the same with a simulated Slack",
        "slackanalytics serve --new-passphrase      # prints what SLACKANALYTICS_ADMIN_PASSPHRASE is to be",
    )
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", type=click.IntRange(0, 65_535), default=8910, show_default=True, help="0 takes a free one.")
@click.option(
    "--tls", nargs=2, type=FILE, metavar="CERTIFICATE KEY", help="Two PEM files: the chain, and its private key."
)
@click.option(
    "--hr", "hr_file", metavar="FILE", type=FILE,
    help="The HR roster of the dashboard: CSV, a workbook or a SCIM listing [default: SLACKANALYTICS_HR_FILE].",
)  # fmt: skip
@click.option("--new-passphrase", is_flag=True, help="Ask for a passphrase, print its hash, and end.")
@SOURCE
def serve(
    host: str,
    port: int,
    tls: tuple[Path, Path] | None,
    hr_file: Path | None,
    new_passphrase: bool,
    source: str | None,
) -> None:
    """The web app: connect Slack in the browser, see the dashboard of adoption, embed it. Ctrl-C ends it.

    On this machine the address that is printed holds a key, which is good until the app ends. For anybody else set
    SLACKANALYTICS_PUBLIC_URL (https), and SLACKANALYTICS_ADMIN_PASSPHRASE or SLACKANALYTICS_IDENTITY_HEADER.
    """
    from slackanalytics.settings import Settings
    from slackanalytics.web import access as ways

    if new_passphrase:
        click.echo(ways.hashed(click.prompt("Passphrase", hide_input=True, confirmation_prompt=True, err=True)))
        return
    settings = Settings.from_environment(os.environ)
    if hr_file:
        settings = replace(settings, hr_file=hr_file)
    way = ways.chosen(settings)
    with ExitStack() as stack:
        if (source or settings.source) == "demo":
            settings, store = demonstrated(settings, stack)
        else:
            store = kept(settings)
        listening = stack.enter_context(listener(host, port))
        run(settings, store, way, listening, tls)


def run(
    settings: Settings,
    store: TokenStore,
    way: Access,
    listening: socket.socket,
    tls: tuple[Path, Path] | None,
) -> None:
    """Serve until it is interrupted. Raises ConfigurationError for an address over which nobody should sign in."""
    from slackanalytics.oauth import Conversation
    from slackanalytics.web.access import LocalKey
    from slackanalytics.web.app import application
    from slackanalytics.web.opening import opened
    from slackanalytics.web.server import server
    from slackanalytics.web.site import Site
    from slackanalytics.web.sql_opening import opened as opened_sql

    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    address = settings.public_url or f"{'https' if tls else 'http'}://{shown}:{port}"
    site = Site(public_url=address, consent_url=settings.consent_url, launch_url=settings.launch_url)
    options = " --source demo" if settings.source == "demo" else ""
    conversation = Conversation(settings, store)
    log_to_stderr()
    with opened(settings, store) as dashboard, opened_sql(settings, dashboard.publication.loading) as sql:
        app = application(
            conversation, site=site, access=way, newest=newest(settings, dashboard), options=options,
            dashboard=dashboard, sql=sql,
        )  # fmt: skip
        if isinstance(way, LocalKey):
            click.echo("Open this address in a browser of this machine; it is good until the app ends:", err=True)
            click.echo(f"{site.origin}/sign-in#key={way.key}")
        else:
            click.echo(f"{site.origin}/")
        server(app, tls).run([listening])


def run_demo(slack: Served, roster: Path, port: int) -> None:
    """The web app of a simulated company that is connected already, until it is interrupted."""
    from slackanalytics.grants import Connection, Grant
    from slackanalytics.settings import Settings
    from slackanalytics.token_stores import Memory
    from slackanalytics.web.access import LocalKey

    settings = replace(
        Settings.from_environment(os.environ), source="demo", slack_api_url=slack.url, authorize_url=None, slack_token=None,
        cache_dir=None, rate_limit=None, hr_file=roster, public_url=None, token_store=None,
    )  # fmt: skip
    store = Memory()
    connection = Connection(organisation_id="E1", organisation="Example Corp", scope="admin.analytics:read")
    store.write("token", Grant(access_token=slack.token, connection=connection).written())
    with suppress(KeyboardInterrupt), free_listener(port) as listening:
        run(settings, store, LocalKey.new(), listening, None)


def free_listener(port: int) -> socket.socket:
    """That port of this machine, or a free one where it is taken."""
    from athena_federation.errors import ConfigurationError

    try:
        return listener("127.0.0.1", port)
    except ConfigurationError:
        return listener("127.0.0.1", 0)


def kept(settings: Settings) -> TokenStore:
    """Where the settings have the token rest."""
    from slackanalytics.token_stores import token_store

    return token_store(settings)


def demonstrated(settings: Settings, stack: ExitStack) -> tuple[Settings, TokenStore]:
    """A simulated Slack, whose app's credentials are known already; what it grants ends with the process."""
    from slackanalytics.oauth import Conversation
    from slackanalytics.simulator import Simulator, write_roster
    from slackanalytics.token_stores import Memory

    today = settings.today or date.today()  # noqa: DTZ011 - a day to play with
    simulator = Simulator(today=today, rate_limit=None)
    slack = stack.enter_context(simulator.serve())
    settings = replace(
        settings, source="demo", slack_api_url=slack.url, authorize_url=None, slack_token=None, cache_dir=None,
        rate_limit=None,
    )  # fmt: skip
    if settings.hr_file is None:
        roster = Path(stack.enter_context(TemporaryDirectory(prefix="slackanalytics-"))) / "HR_dataset.csv"
        write_roster(simulator.company, today, roster)
        settings = replace(settings, hr_file=roster)
    store = Memory()
    Conversation(settings, store).keep_credentials(*simulator.client)
    return settings, store


def newest(settings: Settings, dashboard: Dashboard) -> Callable[[], date | None]:
    """Asks for the newest day that is kept, here or in the dashboard."""
    from slackanalytics.cache import Days

    def found() -> date | None:
        adoption = dashboard.publication.loading.standing.adoption
        days = Days(settings).kept_days() if settings.cache_dir else ()
        return max([*days, *([adoption.newest] if adoption and adoption.newest else [])], default=None)

    return found


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
