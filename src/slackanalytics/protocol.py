"""The verbs that speak the federation protocol itself: `lambda`, `invoke`, `check`; and the option `--connector`.

Heavy libraries are imported where a verb needs them, so that help is there at once.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

if TYPE_CHECKING:
    from athena_federation.messages import TableName
    from athena_federation.spill import BlobStore
    from athena_federation.transports import Answer, Send
    from athena_federation.validator import Finding

LambdaHandler = Callable[[Any, Any], Any]

PLACE = "lambda:NAME|URL"
SOURCE = click.option(
    "--source", type=click.Choice(["slack", "demo"]), help="slack, or demo for a simulated company [default: slack]."
)
CONNECTOR = click.option(
    "--connector", metavar=PLACE,
    help="Another connector than Slack's: a function in AWS Lambda, or behind HTTP (http://127.0.0.1:9000).",
)  # fmt: skip


def connector_options(command: Any) -> Any:
    """Options of verbs that can ask any connector in SQL."""
    command = click.option(
        "--catalog", metavar="NAME",
        help="What the --connector is called in SQL [default: the function's name, or the last part of the URL].",
    )(command)  # fmt: skip
    return CONNECTOR(command)


def examples(*lines: str) -> str:
    """An epilog that is shown as it is written."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def source_options(command: Any) -> Any:
    """Options shared by all verbs that look at the tables."""
    command = click.option(
        "--hr", "hr_file", metavar="FILE", type=click.Path(path_type=Path),
        help="HR roster (CSV, XLSX or SCIM): becomes table hr.hr_dataset, every column varchar.",
    )(command)  # fmt: skip
    return click.option(
        "--source",
        type=click.Choice(["slack", "demo"]),
        help="slack, or demo for a simulated company [default: slack].",
    )(command)


# ── lambda ───────────────────────────────────────────────────────────────────────────────────────────────────────────


HELP = {"help_option_names": ["-h", "--help"]}
"""As the group of all verbs has it; a verb that is called by itself has it, too."""


@click.command(
    "lambda",
    context_settings=HELP,
    epilog=examples(
        "slackanalytics lambda --source demo",
        'slackanalytics query --connector http://127.0.0.1:9000 "SELECT count(*) FROM member_analytics"',
    ),
)
@click.option("--port", type=click.IntRange(0, 65_535), default=9000, show_default=True, help="0 takes a free one.")
@SOURCE
def serve_lambda(port: int, source: str | None) -> None:
    """The Lambda handler on this machine, with Lambda's limits. Ctrl-C ends it.

    One JSON document is posted to any path, one comes back, as with Lambda's runtime interface emulator. Settings are
    those of the function in AWS: SLACKANALYTICS_…, spill_bucket, spill_prefix, disable_spill_encryption, kms_key_id;
    AWS_ENDPOINT_URL_S3 and the like say where AWS is. Once it answers, a line on stdout says so.
    """
    from athena_federation import emulator
    from athena_federation.errors import ConfigurationError
    from slackanalytics import terminal

    with handler_of(source) as handler:
        try:
            serving = emulator.server(handler, port)
        except OSError as error:
            raise ConfigurationError(
                f"port {port} cannot be used: {error.strerror}; give another with --port, or 0 for a free one"
            ) from error
        with serving:
            url = f"http://127.0.0.1:{serving.server_port}"
            terminal.stderr().print(f"The Lambda handler is at {url}; Ctrl-C ends it.", markup=False)
            sys.stdout.write(f"ready {url}\n")
            sys.stdout.flush()
            serving.serve_forever(0.1)


@contextmanager
def handler_of(source: str | None) -> Iterator[LambdaHandler]:
    """The function that runs in AWS, on the settings of this process."""
    from athena_federation.aws import lambda_handler
    from slackanalytics.connector import connector
    from slackanalytics.settings import Settings

    settings = Settings.from_environment(os.environ)
    with ExitStack() as stack:
        if (source or settings.source) == "demo":
            from slackanalytics.database import demonstrated

            settings, _ = demonstrated(settings, stack)
        yield lambda_handler(connector(settings), os.environ)


# ── invoke ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@click.command(
    context_settings=HELP,
    epilog=examples(
        "slackanalytics invoke ping.json --connector lambda:adoption",
        'echo \'{"@type": "PingRequest", "identity": {}, "catalogName": "c", "queryId": "q"}\' | '
        "slackanalytics invoke -",
    ),
)
@click.argument("file", type=click.File("rb"))
@CONNECTOR
@SOURCE
@click.option("--raw", is_flag=True, help="The answer as it came, not indented.")
def invoke(file: BinaryIO, connector: str | None, source: str | None, raw: bool) -> None:
    """Send one message of the protocol, and show the answer.

    FILE holds the JSON document; - reads it from stdin. Without --connector the handler runs in this process.
    """
    from athena_federation.errors import ConfigurationError

    document = file.read()
    if not document.strip():
        raise ConfigurationError("the message is empty")
    with road(connector, source) as (send, _):
        answer = once(send, document)
    body = required(answer)
    if not raw:
        body = json.dumps(json.loads(body), indent=2, ensure_ascii=False).encode()
    sys.stdout.buffer.write(body + b"\n")


def once(send: Send, document: bytes) -> Answer:
    """One attempt. Raises ConnectorError where nobody answers."""
    from athena_federation.errors import ConnectorError

    try:
        return send(document)
    except OSError as error:
        raise ConnectorError(f"the connector cannot be reached: {error}") from error


def required(answer: Answer) -> bytes:
    """The answer's document. Raises ConnectorError for the description of an error, which names its class."""
    from athena_federation import wire
    from athena_federation.errors import ConnectorError, RemoteProtocolError
    from athena_federation.transports import describes_error

    if answer.failed or describes_error(answer.body):
        try:
            error = wire.load_error(answer.body)
        except RemoteProtocolError as problem:
            raise ConnectorError(f"the connector failed: {shortened(answer.body)}") from problem
        raise ConnectorError(": ".join(part for part in (error.type, error.message.partition("\n")[0]) if part))
    try:
        json.loads(answer.body)
    except ValueError as problem:
        raise RemoteProtocolError(f"the answer is not JSON: {shortened(answer.body)}") from problem
    return answer.body


def shortened(body: bytes) -> str:
    return body[:200].decode(errors="replace")


@contextmanager
def road(connector: str | None, source: str | None) -> Iterator[tuple[Send, str]]:
    """What carries a document to the connector, and the connector's name."""
    from athena_federation import emulator
    from athena_federation.errors import ConfigurationError
    from athena_federation.transports import Answer

    if connector is None:
        logging.getLogger("athena_federation").disabled = True  # what goes wrong is told by the verb
        with handler_of(source) as handler:

            def send(document: bytes) -> Answer:
                if len(document) > emulator.REQUEST_LIMIT:
                    raise ConfigurationError(
                        f"{len(document):,} bytes are more than a request may have ({emulator.REQUEST_LIMIT:,} bytes)"
                    )
                _, body, failed = emulator.invoke(handler, document)
                return Answer(body, failed)

            yield send, "slackanalytics"
        return
    if source:
        raise ConfigurationError("--connector and --source exclude each other: rows come from one or the other")
    from slackanalytics.remote import Deployed

    deployed = Deployed.at(connector)
    yield deployed.remote.send, deployed.name


# ── check ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def table_name(_context: click.Context, _parameter: click.Parameter, text: str | None) -> TableName | None:
    from athena_federation.messages import TableName

    if text is None:
        return None
    schema, dot, table = text.partition(".")
    if not (schema and dot and table):
        raise click.BadParameter("a table is named as schema.table")
    return TableName(schema=schema, table=table)


@click.command(
    context_settings=HELP,
    epilog=examples(
        "slackanalytics check --source demo",
        "slackanalytics check --connector lambda:adoption --table slackanalytics.member_analytics",
    ),
)
@CONNECTOR
@SOURCE
@click.option("--table", "only", metavar="SCHEMA.TABLE", callback=table_name, help="One table [default: all].")
@click.option("--catalog", metavar="NAME", help="What the connector is told that it is called.")
def check(connector: str | None, source: str | None, only: TableName | None, catalog: str | None) -> None:
    """Try out whether a connector keeps the rules that Athena relies on.

    Without --connector it is ours, in this process. Nothing is changed; a few partitions of each table are read.
    Exit code 1 where a rule is broken.
    """
    from athena_federation.errors import ConnectorError
    from athena_federation.services import Clients, S3Blobs
    from athena_federation.validator import validate

    store: BlobStore = S3Blobs(Clients())
    with road(connector, source) as (send, name):
        found = list(told(validate(send, catalog=catalog or name, store=store, only=only)))
    failures = [finding for finding in found if finding.outcome == "fail"]
    show(found)
    if failures:
        raise ConnectorError(f"{len(failures)} of {len(found)} checks failed")


def told(findings: Iterator[Finding]) -> Iterator[Finding]:
    """The findings, each named on stderr as it is made where somebody watches."""
    from slackanalytics import terminal

    console = terminal.stderr()
    for finding in findings:
        if console.is_terminal:
            console.print(f"{finding.subject} {finding.rule}: {finding.outcome}", style="dim", markup=False)
        yield finding


def show(findings: Sequence[Finding]) -> None:
    """The findings as a table, and below it what to do."""
    from slackanalytics import terminal

    rows = [(finding.outcome, finding.subject, finding.rule, finding.detail) for finding in findings]
    terminal.answer(("check", "of", "rule", "found"), rows, (False,) * 4)
    sys.stdout.flush()
    for finding in findings:
        if finding.outcome == "fail":
            terminal.note(f"{finding.subject} {finding.rule}: {finding.remedy}")


COMMANDS = (serve_lambda, invoke, check)
