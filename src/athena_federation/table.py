"""What a connector author declares: Column, Table, Connector, and the Scan that a reader is given.

Names are lower case, because Athena lower-cases every identifier. Types are those of the protocol's supported
list (`SupportedTypes` of the Java SDK); a table that Athena could not carry is refused when it is declared.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa

from athena_federation.errors import ConfigurationError, UnknownTable
from athena_federation.partitions import Daily, Listed, Partitioning, Whole
from athena_federation.predicate import Predicate

IMPLIED = b"athena_federation.implied"
"""Schema metadata: a JSON object of column -> partition column, for columns that hold the same day."""

Value = str | int | float | bool | date | Decimal
"""What a partition column can hold."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, its Arrow type, and what it means."""

    name: str
    type: pa.DataType
    doc: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What a reader is asked for: one partition of one table."""

    table: str
    columns: tuple[str, ...]
    """The columns wanted; a reader may yield more."""
    partition: Mapping[str, Value]
    """The values of the partition columns, in their own types. Empty for a Whole table."""
    predicate: Predicate
    """What rows the query can want. Inclusive: a reader may ignore it, the handler filters what is left."""

    @property
    def day(self) -> date:
        """The day of a Daily partition. Raises LookupError for other tables."""
        (value,) = self.partition.values()
        return value if isinstance(value, date) else date.fromisoformat(str(value))


Read = Callable[[Scan], Iterable[pa.RecordBatch]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table: its columns, how it is sliced, and how one slice is read."""

    name: str
    columns: Sequence[Column]
    read: Read
    """Yields batches that hold the wanted columns; raises a `SourceError` instead of yielding less than all."""
    partition: Partitioning = field(default_factory=Whole)
    doc: str = ""

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        wrong = [name for name in (self.name, *names) if not name or name != name.lower()]
        if wrong:
            raise ConfigurationError(f"table {self.name}: names must be lower case, which {wrong[0]!r} is not")
        if len(set(names)) != len(names):
            raise ConfigurationError(f"table {self.name}: two columns have the same name")
        for column in self.columns:
            require_supported(self.name, column)
        implied = self.partition.same_day if isinstance(self.partition, Daily) else None
        for name in (*self.partition.columns, *([implied] if implied else [])):
            if name not in names:
                raise ConfigurationError(f"table {self.name}: the partition column {name!r} is not a column")

    @property
    def schema(self) -> pa.Schema:
        """All columns, with their comments under their names in the metadata, as the protocol has it."""
        metadata = {column.name: column.doc for column in self.columns if column.doc}
        if isinstance(self.partition, Daily) and self.partition.same_day:
            metadata[IMPLIED.decode()] = json.dumps({self.partition.same_day: self.partition.column})
        return pa.schema([(column.name, column.type) for column in self.columns], metadata=metadata or None)

    def partitions(self, today: date, predicate: Predicate) -> list[Mapping[str, Value]]:
        """The partitions that may hold rows of the predicate, oldest first; no call to the source."""
        match self.partition:
            case Whole():
                return [{}]
            case Listed(values=listed):
                return [row for row in listed() if predicate.matches(row)]  # type: ignore[misc]
            case Daily(column=column, same_day=same_day) as daily:
                named = {column, same_day} & set(predicate.summary)
                text = pa.types.is_string(self.schema.field(column).type)
                days = daily.days(today) if named else daily.usual_days(today)
                found: list[Mapping[str, Value]] = []
                for day in days:
                    values: dict[str, Value] = {column: day.isoformat() if text else day}
                    if predicate.matches(values | ({same_day: day} if same_day else {})):
                        found.append(values)
                return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Passthrough:
    """
    Queries in the source's own language, which Athena hands on unread.

    In SQL: `SELECT * FROM TABLE(catalog.system.query(query => '…'))`.
    """

    table: Callable[[Mapping[str, str]], Table]
    """What a query gives, as a table; called several times per query, so it should not run the query yet."""
    arguments: tuple[str, ...] = ("QUERY",)
    """The names of the arguments, in upper case; all of them are required."""
    schema: str = "system"
    name: str = "query"


Function = Callable[..., pa.Array]
"""Takes an Arrow array per argument, and gives one as long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """A named set of tables, and whatever else it offers to SQL."""

    name: str
    tables: Sequence[Table] = ()
    functions: Mapping[str, Function] = field(default_factory=dict)
    """User-defined functions by their names in lower case: `USING EXTERNAL FUNCTION name(…) … LAMBDA '…'`."""
    passthrough: Passthrough | None = None
    """None refuses passthrough queries."""
    today: Callable[[], date] = lambda: datetime.now(UTC).date()
    """The UTC date; a fixed one makes a run reproducible."""

    def __post_init__(self) -> None:
        wrong = [name for name in self.functions if name != name.lower()]
        if wrong:
            raise ConfigurationError(
                f"connector {self.name}: Athena calls functions in lower case, unlike {wrong[0]!r}"
            )

    @property
    def schema(self) -> str:
        """The one schema that holds the tables."""
        return self.name

    def table(self, schema: str, name: str) -> Table:
        """Raises UnknownTable."""
        for table in self.tables:
            if schema == self.schema and table.name == name:
                return table
        known = ", ".join(sorted(table.name for table in self.tables))
        raise UnknownTable(f"no table {schema}.{name}; {self.schema} has {known}")


def batches(rows: Iterable[Mapping[str, object]], schema: pa.Schema, size: int = 10_000) -> Iterator[pa.RecordBatch]:
    """Dictionaries as Arrow batches of at most `size` rows; a missing key is NULL."""
    chunk: list[Mapping[str, object]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield pa.RecordBatch.from_pylist(chunk, schema=schema)
            chunk = []
    if chunk:
        yield pa.RecordBatch.from_pylist(chunk, schema=schema)


def require_supported(table: str, column: Column) -> None:
    """Raises ConfigurationError for a type that Athena's engine does not know."""
    kind = column.type
    if pa.types.is_list(kind):
        require_supported(table, Column(f"{column.name}.element", kind.value_type))
    elif pa.types.is_struct(kind) and kind.num_fields:
        for child in kind:
            require_supported(table, Column(f"{column.name}.{child.name}", child.type))
    elif not any(test(kind) for test in SUPPORTED):
        raise ConfigurationError(f"table {table}: Athena has no type for column {column.name} ({kind})")


SUPPORTED: tuple[Callable[[pa.DataType], bool], ...] = (
    pa.types.is_boolean,
    pa.types.is_signed_integer,
    pa.types.is_float32,
    pa.types.is_float64,
    pa.types.is_decimal128,
    pa.types.is_string,
    pa.types.is_binary,
    pa.types.is_date,
)
