"""The golden tables, made in a Trino that has none yet."""

# ruff: noqa: INP001, S608  (beside a Maven project, not part of a package; names and values are those of a file of ours)
from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

GOLDEN = Path(__file__).parents[2] / "tests/contract/dialect/golden"


def fill(rows: Callable[[str], list[list[Any]]]) -> None:
    """Makes the tables, unless they are there. `rows` asks a statement."""
    there = {row[0] for row in rows("show tables")}
    for name, table in json.loads((GOLDEN / "tables.json").read_text()).items():
        if name in there:
            continue
        columns = ", ".join(f'"{column}" {kind}' for column, kind in table["columns"])
        rows(f"create table {name} ({columns})")
        kinds = [kind for _, kind in table["columns"]]
        values = ", ".join(f"({', '.join(map(literal, row, kinds))})" for row in table["rows"])
        rows(f"insert into {name} values {values}")


def literal(value: Any, kind: str) -> str:
    if value is None:
        return f"cast(null as {kind})"
    if isinstance(value, list):
        element = kind.removeprefix("array(").removesuffix(")")
        return f"cast(array[{', '.join(literal(item, element) for item in value)}] as {kind})"
    text = str(value).replace("'", "''") + (" UTC" if kind.endswith("time zone") else "")
    return f"cast('{text}' as {kind})"
