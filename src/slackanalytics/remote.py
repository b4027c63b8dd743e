"""Connectors of anybody, in any language, to be asked in SQL: deployed in Lambda, or behind HTTP on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pyarrow as pa

from athena_federation.aws import lambda_transport
from athena_federation.engine import Engine
from athena_federation.errors import ConfigurationError
from athena_federation.local import Database, TablePlan
from athena_federation.services import Clients, S3Blobs
from athena_federation.transports import Remote, http
from slackanalytics import terminal
from slackanalytics.database import ROSTER, Outlook, SlackDatabase, connect
from slackanalytics.people import text_table
from slackanalytics.wording import plural

INVOCATIONS = "invocations"
"""How the path of a function behind an emulator ends; its name stands before it."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """A connector that runs somewhere else."""

    remote: Remote
    name: str
    """What it is called, and so its catalog in SQL where no other is given."""

    @classmethod
    def at(cls, place: str) -> Deployed:
        """The connector at `lambda:NAME`, or at an http(s) URL. Raises ConfigurationError."""
        scheme, _, rest = place.partition(":")
        if scheme == "lambda" and rest:
            return cls(lambda_transport(rest), function_name(rest))
        if scheme in {"http", "https"}:
            return cls(http(place), url_name(place))
        raise ConfigurationError(f"--connector {place}: lambda:NAME (or its ARN), or a URL like http://127.0.0.1:9000")


def function_name(text: str) -> str:
    """`adoption` for itself and for `arn:aws:lambda:us-east-1:111122223333:function:adoption:live`, in lower case."""
    parts = text.split(":")
    return (parts[6] if len(parts) > 6 else parts[0]).lower()


def url_name(url: str) -> str:
    """The last part of a path, or the function's name within the path of an emulator."""
    parts = [part for part in urlsplit(url).path.split("/") if part]
    if parts and parts[-1] == INVOCATIONS:
        parts.pop()
    return parts[-1].lower() if parts else "function"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionOutlook(Outlook):
    """What a statement would read of a table that is not Slack's."""

    partitions: int
    days: None = None
    calls: int = 0
    minutes: int = 0

    def facts(self) -> list[tuple[str, str]]:
        table, columns = super(PartitionOutlook, self).facts()
        return [table, ("parts", f"{self.partitions:,} of {plural(self.candidates, 'partition')}"), columns]


class ConnectorDatabase(Database):
    """The tables of one connector, and whatever else is registered. Blocks that it spills are read from S3."""

    def __init__(self, deployed: Deployed, *, catalog: str | None = None) -> None:
        """`catalog` is what the connector is called in SQL; by default its own name."""
        name = (catalog or deployed.name).lower()
        super().__init__({name: Engine(deployed.remote, catalog=name, store=S3Blobs(Clients()))})

    def outlook(self, sql: str) -> list[PartitionOutlook]:
        """What a statement would read. Asks the connector for partitions, and for no rows."""
        return [outlook_of(table) for table in self.explain(sql).tables]

    def catalogue(self) -> list[tuple[str, pa.Schema]]:
        """Every table by its full name, registered files included."""
        found = [(f"{self.default}.{table.table}", table.schema) for table in self.tables()]
        return found + [(".".join(name), file.schema) for name, file in self.files.items()]

    def notes(self) -> list[str]:
        """Nothing: the protocol has no notes."""
        return []


def outlook_of(table: TablePlan) -> PartitionOutlook:
    return PartitionOutlook(
        table=".".join(table.name[1:]),
        columns=table.columns,
        candidates=table.candidates,
        bounded=table.bounded,
        partitions=table.partitions.num_rows,
    )


def opened(
    *, source: str | None, hr: Path | None, connector: str | None, catalog: str | None
) -> SlackDatabase | ConnectorDatabase:
    """Slack's tables, or those of the connector that is named. Raises ConfigurationError, QueryError."""
    if connector is None:
        if catalog:
            raise ConfigurationError(f"--catalog {catalog} names the catalog of a --connector, and none is given")
        return connect(source=source, hr=hr)
    if source:
        raise ConfigurationError("--connector and --source exclude each other: rows come from one or the other")
    database = ConnectorDatabase(Deployed.at(connector), catalog=catalog)
    if hr:
        database.register(ROSTER, text_table(hr))
    return database


@contextmanager
def reading(database: SlackDatabase | ConnectorDatabase) -> Iterator[terminal.Reading]:
    """Shows on stderr how far the reading is."""
    if isinstance(database, SlackDatabase):
        shown = terminal.reading(database.calls, database.waiting, limit=database.settings.rate_limit)
    else:
        shown = terminal.reading(None, lambda: 0.0)
    with shown as progress:
        yield progress
