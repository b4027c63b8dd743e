"""An answer: complete, typed as Athena types it, and written in the format that is wanted.

DuckDB holds the rows and writes the files; what does not fit into memory waits in its temporary folder.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Self

import duckdb
import pyarrow as pa

from athena_federation import display
from athena_federation.dialect import Type, result_type
from athena_federation.dialect.types import is_number

FORMATS = {
    "csv": "FORMAT csv, HEADER, TIMESTAMPFORMAT '%Y-%m-%d %H:%M:%S.%g'",
    "json": "FORMAT json, ARRAY true, TIMESTAMPFORMAT '%Y-%m-%d %H:%M:%S.%g'",
    "ndjson": "FORMAT json, ARRAY false, TIMESTAMPFORMAT '%Y-%m-%d %H:%M:%S.%g'",
    "parquet": "FORMAT parquet, COMPRESSION zstd",
}
"""What an answer can be written as. A repeated column name gets `_1`, `_2` …"""


class Result:
    """The rows of an answer. Reading them cannot fail; `close()` (or the end of a `with`) frees them."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, columns: Sequence[tuple[str, Type]], release: Callable[[], None]
    ) -> None:
        self.connection = connection
        self.types = tuple(columns)
        """(name, Trino type) of each column; a name may occur more than once."""
        self.close = release

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.types)

    @property
    def numeric(self) -> tuple[bool, ...]:
        """Which columns hold numbers."""
        return tuple(is_number(kind) for _, kind in self.types)

    @property
    def schema(self) -> pa.Schema:
        return pa.schema([(name, result_type(kind)) for name, kind in self.types])

    def __len__(self) -> int:
        ((count,),) = self.connection.cursor().execute("SELECT count(*) FROM answer").fetchall()
        return int(count)

    def batches(self, size: int = 65_536) -> Iterator[pa.RecordBatch]:
        """Arrow batches of at most `size` rows."""
        cursor = self.connection.cursor()  # whoever reads only some batches keeps nobody else from reading
        reader: pa.RecordBatchReader = cursor.sql("FROM answer").to_arrow_reader(size)
        for batch in reader:
            columns = [
                column.cast(field.type, safe=False) for column, field in zip(batch.columns, self.schema, strict=True)
            ]
            yield pa.RecordBatch.from_arrays(columns, schema=self.schema)

    def arrow(self) -> pa.Table:
        return pa.Table.from_batches(self.batches(), schema=self.schema)

    def rows(self, limit: int | None = None) -> list[tuple[Any, ...]]:
        """The rows as Python values; `limit` says how many at most."""
        return self.connection.cursor().execute("FROM answer" + ("" if limit is None else f" LIMIT {limit}")).fetchall()

    def pandas(self) -> Any:
        """A pandas DataFrame; pandas has to be installed."""
        return self.arrow().to_pandas()

    def show(self, limit: int = 40) -> None:
        """Print the first rows as a table, and how many there are where those are not all."""
        rows = self.rows(limit)
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        layout = display.layout(self.columns, rows, self.numeric, width)
        lines = list(layout.lines)
        if layout.rows < len(self):
            lines.append(f"({layout.rows:,} of {len(self):,} rows)")
        sys.stdout.write("".join(f"{line}\n" for line in lines))

    def written(self, kind: str) -> str:
        """The answer as it is written: JSON has no numbers that are not finite, and CSV names them as Athena does."""
        if kind not in ("json", "ndjson", "csv"):
            return "FROM answer"
        form = "to_json({})" if kind != "csv" else "CAST({} AS VARCHAR)"
        replaced = []
        for name, (_, type_) in zip(self.connection.table("answer").columns, self.types, strict=True):
            if type_.name in ("double", "real"):
                cell = '"' + name.replace('"', '""') + '"'
                odd = f"CASE WHEN isnan({cell}) THEN 'NaN' WHEN {cell} > 0 THEN 'Infinity' ELSE '-Infinity' END"
                usual = f"{cell} IS NULL OR isfinite({cell})"
                replaced.append(f"CASE WHEN {usual} THEN {form.format(cell)} ELSE {form.format(odd)} END AS {cell}")
        return f"SELECT * REPLACE ({', '.join(replaced)}) FROM answer" if replaced else "FROM answer"

    def write(self, target: str | Path | BinaryIO, kind: str) -> None:
        """
        All rows as one of FORMATS, into a file that is there whole or not at all, or into an open one.

        Raises OSError where the target cannot be written.
        """
        if isinstance(target, str | Path):
            target = Path(target).resolve()
            if target.exists() and not target.is_file():  # a pipe or a device, which must not be replaced by a file
                with target.open("wb") as opened:
                    self.write(opened, kind)
                return
        beside = target.parent if isinstance(target, Path) else None
        with tempfile.TemporaryDirectory(dir=beside, prefix=".slackanalytics-") as folder:
            made = Path(folder) / "answer"
            self.connection.cursor().execute(
                f"COPY ({self.written(kind)}) TO '{str(made).replace(chr(39), chr(39) * 2)}' ({FORMATS[kind]})"
            )
            if isinstance(target, Path):
                if target.exists():
                    made.chmod(target.stat().st_mode & 0o777)  # who may read it is not changed by a new answer
                made.replace(target)
            else:
                with made.open("rb") as file:
                    shutil.copyfileobj(file, target)
