"""How answers leave a verb: as a table to read, or in a format to keep."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from athena_federation.results import Result

FORMATS = ("csv", "json", "ndjson", "parquet")
"""What an answer can be written as."""


def delivery_options(command: Any) -> Any:
    """`--format` and `--output`."""
    command = click.option(
        "-o", "--output", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
        help="Write to FILE instead of stdout: the whole answer, or nothing.",
    )(command)  # fmt: skip
    return click.option(
        "--format", "kind", type=click.Choice(["table", *FORMATS]),
        help="How the answer is written [default: by the ending of --output, else table].",
    )(command)  # fmt: skip


def format_of(kind: str | None, output: Path | None) -> str:
    """The format asked for, or that which the file's ending says. Raises UsageError."""
    if output is None:
        return kind or "table"
    if not output.parent.is_dir():
        raise click.ClickException(f"{output} cannot be written: there is no folder {output.parent}")
    found = kind or output.suffix.lstrip(".").lower()
    if found not in FORMATS:
        raise click.UsageError(f"--output {output}: say which --format the file has: {', '.join(FORMATS)}")
    return found


def deliver(result: Result, kind: str, output: Path | None) -> None:
    """The whole answer, as a table to read or in a format to keep."""
    from slackanalytics import terminal
    from slackanalytics.wording import plural

    if output:
        try:
            result.write(output, kind)
        except OSError as error:
            raise click.ClickException(f"{output} cannot be written: {error.strerror or error}") from error
        terminal.note(f"{plural(len(result), 'row')} written to {output}")
    elif kind == "table":
        printed = terminal.answer(result.columns, result.rows(terminal.SHOWN), result.numeric)
        if len(result) > printed:
            sys.stdout.flush()
            terminal.note(f"the first {printed} of {plural(len(result), 'row')}; --format csv gives all of them")
    else:
        sys.stdout.flush()
        result.write(sys.stdout.buffer, kind)
    sys.stdout.flush()
