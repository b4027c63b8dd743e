"""A table behind an engine as planning sees it: its partitions, the usual ones among them, and what they tell.

Connectors in the wild differ here. Some hide partitions until a condition names one (ours do, for days that nobody
asked for); some have partitions whose column is NULL; some add columns and metadata of their own to the layout, which
must come back to them as they were
(https://github.com/awslabs/aws-athena-query-federation/wiki/Lambda-Protocol).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from athena_federation.blocks import unite
from athena_federation.dialect import Scan
from athena_federation.engine import Engine
from athena_federation.messages import GetTableResponse
from athena_federation.planner import Candidates, Need
from athena_federation.predicate import ANY, Predicate, equal_to, is_not_null, is_null
from athena_federation.table import IMPLIED
from athena_federation.values import to_values

PLANNED: tuple[Callable[[pa.DataType], bool], ...] = (
    pa.types.is_boolean,
    pa.types.is_signed_integer,
    pa.types.is_float64,
    pa.types.is_decimal128,
    pa.types.is_string,
    pa.types.is_date32,
)
"""Types of partition columns by which partitions are told apart; those of other types narrow nothing."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The partitions of a table."""

    rows: pa.RecordBatch
    """Every partition that the table can have, one row each."""
    usual: frozenset[int]
    """Positions of those that are read when no condition names a partition."""


@dataclass(frozen=True, slots=True)
class Federated:
    """A table behind an engine."""

    engine: Engine
    description: GetTableResponse

    @property
    def implied(self) -> dict[str, str]:
        """Columns that hold the same day as a partition column -> that column."""
        text = (self.description.schema.metadata or {}).get(IMPLIED, b"{}")
        return dict(json.loads(text))

    @property
    def days(self) -> frozenset[str]:
        """The columns that hold the day of the partition."""
        return frozenset(self.implied) | frozenset(self.implied.values())

    @property
    def partition_columns(self) -> tuple[str, ...]:
        return self.description.partition_columns

    def layout(self) -> Layout:
        """
        Every partition, found by asking twice: without a condition, and for those that hide until they are named.

        Where the second answer has nothing new, the first one is taken as it is.
        """
        usual = self.engine.layout(self.description, ANY)
        schema = self.description.schema
        named = Predicate({name: is_not_null(schema.field(name).type) for name in self.partition_columns})
        if not named.summary:
            return Layout(usual, frozenset(range(usual.num_rows)))
        hidden = self.engine.layout(self.description, named)
        keys, all_keys = self.keys(usual), self.keys(hidden)
        known = set(keys)
        if known.issuperset(all_keys):
            return Layout(usual, frozenset(range(usual.num_rows)))
        named_keys = set(all_keys)
        rest = [n for n, key in enumerate(keys) if key not in named_keys]  # such as those of NULL
        rows = unite([hidden, usual.take(pa.array(rest, pa.int64()))], hidden.schema) if rest else hidden
        all_keys += [keys[n] for n in rest]
        return Layout(rows, frozenset(n for n, key in enumerate(all_keys) if key in known))

    def keys(self, rows: pa.RecordBatch) -> list[tuple[Any, ...]]:
        """What tells partitions apart, for each row of a layout."""
        names = [name for name in self.partition_columns if name in rows.schema.names]
        columns = [[repr(value) for value in to_values(rows.column(name))] for name in names]
        return list(zip(*columns, strict=True)) if columns else [()] * rows.num_rows

    def told(self, rows: pa.RecordBatch) -> Candidates:
        """The partitions with the columns that their partition columns imply."""
        columns = {name: cells for name in self.partition_columns if (cells := self.cells(rows, name)) is not None}
        values = {name: to_values(cells) for name, cells in columns.items()}
        kinds = {name: cells.type for name, cells in columns.items()}
        for name, of in self.implied.items():
            if of in values and name not in values:
                values[name] = [value if value is None else as_date(value) for value in values[of]]
                kinds[name] = pa.date32()
        found = tuple(zip(*values.values(), strict=True)) if values else ((),) * rows.num_rows
        return Candidates(tuple(values), found, tuple(kinds.values()))

    def cells(self, rows: pa.RecordBatch, name: str) -> pa.Array | None:
        """A partition column in the table's own type; None where it tells nothing."""
        kind = self.description.schema.field(name).type
        if name not in rows.schema.names or not any(test(kind) for test in PLANNED):
            return None
        try:
            return rows.column(name).cast(kind)
        except pa.ArrowException:
            return None

    def shared(self, rows: pa.RecordBatch) -> Predicate:
        """What rows of these partitions have in common, per partition column: runs of neighbours become ranges."""
        summary = {}
        for name in self.partition_columns:
            cells = self.cells(rows, name)
            if cells is None or not len(cells):
                continue
            allowed = equal_to(cells.type, *to_values(cells))
            summary[name] = allowed.union(is_null(cells.type)) if cells.null_count else allowed
        return Predicate(summary)


def chosen(
    scans: Sequence[Scan], needs: Mapping[str, Need], layout: Layout
) -> tuple[pa.RecordBatch, dict[str, pa.RecordBatch]]:
    """The partitions that a table's scans need together, and the scans to be confined to less than that."""
    rows = {position for scan in scans if scan.bounded for position in needs[scan.id].partitions}
    loose = [scan.id for scan in scans if not scan.bounded and needs[scan.id].partitions]
    if not loose:
        return taken(layout.rows, rows), {}
    together = rows | layout.usual
    confined = dict.fromkeys(loose, taken(layout.rows, layout.usual)) if together != layout.usual else {}
    return taken(layout.rows, together), confined


def taken(rows: pa.RecordBatch, positions: set[int] | frozenset[int]) -> pa.RecordBatch:
    """The rows at these positions, in their order."""
    if len(positions) == rows.num_rows:
        return rows
    return rows.take(pa.array(sorted(positions), pa.int64()))


def as_date(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))
