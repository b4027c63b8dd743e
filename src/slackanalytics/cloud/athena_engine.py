"""`slackanalytics query --engine athena`: its options, and the answer with progress on stderr."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from athena_federation.results import Result
    from slackanalytics.cloud.athena_query import Standing

CATALOG = "slackanalytics_catalog"
"""What the deployment calls the connector's catalog."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AthenaEngine:
    """Amazon Athena, as the one that answers."""

    workgroup: str
    results: str
    region: str | None

    @contextmanager
    def answered(self, sql: str, *, catalog: str | None, unused: dict[str, Any]) -> Iterator[Result]:
        """
        The answer, freed in the end. Raises as `athena_query.ask`; UsageError where an option of the other engine is
        given as well, one of `unused` by its name.
        """
        from slackanalytics.cloud.athena_query import ask
        from slackanalytics.cloud.calls import Live

        if extra := [name for name, value in unused.items() if value]:
            raise click.UsageError(f"{extra[0]} goes with --engine local: in Athena tables are where they are")
        with standing() as progress:
            result = ask(
                Live(self.region), sql,
                catalog=catalog or CATALOG, workgroup=self.workgroup, results=self.results, progress=progress,
            )  # fmt: skip
        with result:
            yield result


def athena_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--engine` and what goes with it; the command gets `athena`, None where the local engine answers."""

    @click.option(
        "--engine", type=click.Choice(["local", "athena"]), default="local", show_default=True,
        help="Who answers: this machine, or Amazon Athena with the deployed connector.",
    )  # fmt: skip
    @click.option("--workgroup", metavar="NAME", default="", help="Athena's workgroup [default: slackanalytics].")
    @click.option(
        "--results", metavar="S3-URI", default="",
        help="Where Athena keeps results, if its workgroup does not say: s3://bucket/prefix/.",
    )  # fmt: skip
    @click.option("--region", metavar="NAME", help="AWS region [default: AWS_REGION, or the profile's].")
    @functools.wraps(command)
    def run(engine: str, workgroup: str, results: str, region: str | None, **rest: Any) -> Any:
        if engine == "local":
            names = {"--workgroup": workgroup, "--results": results, "--region": region}
            if extra := [name for name, value in names.items() if value]:
                raise click.UsageError(f"{extra[0]} goes with --engine athena")
            return command(athena=None, **rest)
        if results and not results.startswith("s3://"):
            raise click.UsageError(f"--results {results}: a place in S3, like s3://bucket/prefix/")
        engine_ = AthenaEngine(workgroup=workgroup or "slackanalytics", results=results, region=region)
        return command(athena=engine_, **rest)

    return run


@contextmanager
def standing() -> Iterator[Callable[[Standing], None]]:
    """Shows on stderr how far a query in Athena is: live in a terminal, elsewhere a line every few seconds."""
    from slackanalytics import terminal

    console = terminal.stderr()
    if not console.is_terminal or console.is_dumb_terminal:
        shown = 0.0

        def line(found: Standing) -> None:
            nonlocal shown
            if found.elapsed - shown >= terminal.PLAIN_INTERVAL:
                shown = found.elapsed
                console.print(told(found), markup=False)

        yield line
        return
    with console.status("Athena: sending the statement") as status:
        yield lambda found: status.update(told(found))


def told(found: Standing) -> str:
    """`Athena: running, 12 s, 3.1 MB scanned`."""
    from slackanalytics.wording import plural, seconds

    scanned = f", {found.scanned / 1e6:,.1f} MB scanned" if found.scanned else ""
    rows = f", {plural(found.rows, 'row')} fetched" if found.rows else ""
    return f"Athena: {found.state.lower()}, {seconds(found.elapsed)}{scanned}{rows}"
