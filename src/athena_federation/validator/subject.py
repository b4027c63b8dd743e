"""What is examined, what is known of it so far, and what a rule finds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

import pyarrow as pa

from athena_federation.blocks import unite
from athena_federation.engine import BLOCK_SIZE, INLINE_SIZE, Engine, Rows, query_id
from athena_federation.errors import FederationError, RemoteProtocolError
from athena_federation.messages import (
    Constraints,
    GetTableResponse,
    ReadRecordsRequest,
    ReadRecordsResponse,
    RemoteReadRecordsResponse,
    Split,
    TableName,
)
from athena_federation.portable import portable
from athena_federation.predicate import ANY, Predicate
from athena_federation.transports import Remote
from athena_federation.validator.key_order import Recorder

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule gave."""

    subject: str
    """The table, or `connector`."""
    rule: str
    outcome: Literal["pass", "fail", "skip"]
    detail: str = ""
    remedy: str = ""
    """What to do about a failure."""


@dataclass(frozen=True, slots=True)
class Skip:
    """Why a rule could not be tried."""

    reason: str


@dataclass(slots=True)
class Examined:
    """A connector, and what is known of it so far."""

    remote: Remote
    recorder: Recorder
    engine: Engine
    only: TableName | None = None
    tables: list[TableName] = field(default_factory=list)
    capabilities: frozenset[str] = frozenset()


@dataclass(slots=True)
class TableExamined:
    """One of its tables, and what is known of it so far."""

    connector: Examined
    name: TableName
    described: GetTableResponse | None = None
    partitions: pa.RecordBatch | None = None
    splits: list[Split] = field(default_factory=list)
    split: Split | None = None
    """The one that is looked at."""
    rows: pa.RecordBatch | None = None

    @property
    def engine(self) -> Engine:
        return self.connector.engine

    @property
    def description(self) -> GetTableResponse:
        return needed(self.described, "its columns are not known")

    def read(self, split: Split, predicate: Predicate = ANY, *, inline: int = INLINE_SIZE) -> Rows:
        """The answer, whose columns must be those asked for."""
        schema = self.description.schema
        request = ReadRecordsRequest(
            catalog=self.engine.catalog,
            query_id=query_id(),
            table=self.name,
            schema=schema,
            split=split,
            constraints=Constraints(predicate=portable(predicate)),
            max_block_size=BLOCK_SIZE,
            max_inline_block_size=inline,
        )
        answer = self.engine.transport(request)
        if not isinstance(answer, ReadRecordsResponse | RemoteReadRecordsResponse):
            raise self.engine.unexpected(request, answer)
        found = answer.records.schema if isinstance(answer, ReadRecordsResponse) else answer.schema
        require(
            found.names == schema.names and found.types == schema.types,
            f"asked for {one_line(schema)}, got {one_line(found)}",
        )
        return answer

    def rows_of(self, split: Split, predicate: Predicate = ANY, *, inline: int = INLINE_SIZE) -> pa.RecordBatch:
        answer = self.read(split, predicate, inline=inline)
        return unite(self.engine.batches(answer), self.description.schema)


class NotReached(FederationError):
    """A rule needs what an earlier one did not find."""


def needed(value: Found | None, why: str) -> Found:
    if value is None:
        raise NotReached(why)
    return value


def require(holds: bool, problem: str) -> None:
    if not holds:
        raise RemoteProtocolError(problem)


Told = str | Skip
Rule = tuple[str, str, Callable[[Any], Told]]


def require_names(kind: str, names: Sequence[str]) -> None:
    """Raises RemoteProtocolError for names that SQL could not say, because Athena writes them in lower case."""
    wrong = [name for name in names if name != name.lower()]
    require(not wrong, f"the {kind} {', '.join(wrong[:3])} is not in lower case")
    twice = [name for name, count in Counter(names).items() if count > 1]
    require(not twice, f"the {kind} {', '.join(twice[:3])} is there more than once")


def one_line(schema: pa.Schema) -> str:
    return ", ".join(f"{column.name} {column.type}" for column in schema)
