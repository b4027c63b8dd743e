"""The tables that statements of one role may ask: sealed in memory, and handed to workers as file descriptors.

No name leads to them: a worker maps what it was given when it began, and cannot write there.
"""

from __future__ import annotations

import base64
import fcntl
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
import pyarrow.compute as pc

Name = tuple[str, str, str]
"""Catalog, schema, table."""
ROWS = 122_880
"""Rows of a batch: as many as DuckDB takes at a time."""
DAY, DATE = "date", "activity_date"
"""The columns that hold a row's day: as text, and as a date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """The tables of a role, for as long as it is held. Made by `Holding.of`."""

    label: str
    """Whose tables: the role."""
    tables: tuple[Table, ...]
    """Gone when nobody holds them any more; workers that have mapped them keep them until they end."""
    views: Mapping[Name, str] = field(default_factory=dict)
    """Queries over those tables, under names of their own."""

    @classmethod
    def of(
        cls,
        label: str,
        tables: Mapping[Name, tuple[pa.Table, pa.Schema]],
        *,
        views: Mapping[Name, str] | None = None,
        usual: Mapping[Name, int] | None = None,
    ) -> Self:
        """
        Seal tables.

        Args:
            label: Whose they are.
            tables: Rows, and the schema that statements see. Rows may be narrower underneath, and dictionaries.
            views: Queries over them.
            usual: For tables by days, how many of the newest are read where no condition names a day.
        """
        made = [sealed(name, *table, usual=(usual or {}).get(name)) for name, table in tables.items()]
        return cls(label=label, tables=tuple(made), views=dict(views or {}))

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(table.size for table in self.tables)

    def told(self) -> dict[str, Any]:
        """What a worker is told about them; the numbers of file descriptors are as in this process."""
        tables = [
            {
                "name": table.name,
                "descriptor": table.file.descriptor,
                "size": table.size,
                "schema": base64.b64encode(table.schema.serialize()).decode(),
                "days": table.days,
                "rows": table.rows,
                "usual": table.usual,
            }
            for table in self.tables
        ]
        return {"tables": tables, "views": [[*name, sql] for name, sql in self.views.items()]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One sealed table."""

    name: Name
    schema: pa.Schema
    """As statements see it."""
    file: Nameless
    size: int
    rows: int
    days: Mapping[str, int] | None
    """Rows per day, where rows have one."""
    usual: int | None = None


def sealed(name: Name, rows: pa.Table, schema: pa.Schema, *, usual: int | None = None) -> Table:
    """The rows as an Arrow file that exists in memory only and can no longer be written."""
    rows = rows.select(schema.names)
    days = None
    if DAY in schema.names:
        counts = pc.value_counts(rows[DAY].cast(pa.string()))
        counted = zip(counts.field(0).to_pylist(), counts.field(1).to_pylist(), strict=True)
        days = {day: count for day, count in sorted(counted) if day is not None}
    file = Nameless()
    with os.fdopen(os.dup(file.descriptor), "wb") as opened, pa.ipc.new_file(opened, rows.schema) as writer:
        writer.write_table(rows.unify_dictionaries().combine_chunks(), max_chunksize=ROWS)
    if hasattr(os, "memfd_create"):
        fcntl.fcntl(file.descriptor, fcntl.F_ADD_SEALS, SEALS)
    size = os.fstat(file.descriptor).st_size
    return Table(name=name, schema=schema, file=file, size=size, rows=rows.num_rows, days=days, usual=usual)


SEALS = 0x1 | 0x2 | 0x4 | 0x8
"""No other seals, no shrinking, no growing, no writing: https://man7.org/linux/man-pages/man2/fcntl.2.html."""


class Nameless:
    """A file in memory, or where the system has none, one that is deleted already. Gone with the last who holds it."""

    def __init__(self) -> None:
        if hasattr(os, "memfd_create"):
            self.descriptor = os.memfd_create("tables", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        else:
            self.descriptor, path = tempfile.mkstemp()
            Path(path).unlink()

    def __del__(self) -> None:
        os.close(self.descriptor)
