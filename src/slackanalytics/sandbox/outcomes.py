"""How statements end, and what a worker says of that, checked as everything is that comes from there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa

from slackanalytics.sandbox import frames
from slackanalytics.sandbox.limits import Limits
from slackanalytics.sandbox.places import Place

Ending = Literal["answered", "explained", "refused", "memory", "deadline", "cancelled", "lost"]
MEMORY = "the statement needs more than the {} MB that it may work with; ask for fewer days, groups or columns"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a statement ended."""

    ending: Ending
    text: str = ""
    """What to say about it, unless it was answered or explained."""
    place: Place | None = None
    """Where in the statement the trouble is."""
    table: pa.Table | None = None
    columns: tuple[tuple[str, str], ...] = ()
    """Name and Trino type of each column of the answer."""
    tables: tuple[str, ...] = ()
    """Those that the answer was made of."""
    cut: Literal["rows", "size"] | None = None
    """Which limit has ended the answer early; None for all rows."""
    reads: tuple[dict[str, Any], ...] = ()
    """Per table: `table`, `columns`, `days` (or None), `of` how many, `rows`, and whether those are the `usual` days."""
    seconds: float = 0.0
    killed: bool = False
    """Whether its process had to be ended."""


def told(said: frames.Message, body: bytes, seconds: float, limits: Limits) -> Outcome:
    """What a worker says, checked as everything is that comes from there. Raises frames.Silence for nonsense."""
    try:
        match said["outcome"]:
            case "answered":
                table = pa.ipc.open_stream(body).read_all()
                table.validate(full=True)
                columns = tuple((str(name), str(kind)) for name, kind in said["columns"])
                cut = said["cut"] if said["cut"] in ("rows", "size") else None
                if len(columns) != table.num_columns or table.num_rows > limits.rows:
                    raise frames.Silence("no answer")
                tables = tuple(map(str, said["tables"]))
                return Outcome(ending="answered", table=table, columns=columns, tables=tables, cut=cut, seconds=seconds)
            case "explained":
                columns = tuple((str(name), str(kind)) for name, kind in said["columns"])
                return Outcome(ending="explained", columns=columns, reads=tuple(said["tables"]), seconds=seconds)
            case "refused":
                place = Place(int(said["line"]), int(said["column"])) if "line" in said else None
                return Outcome(ending="refused", text=str(said["text"]), place=place, seconds=seconds)
            case "memory":
                return Outcome(ending="memory", text=MEMORY.format(limits.memory // 2**20), seconds=seconds)
    except (KeyError, TypeError, ValueError, pa.ArrowException) as error:
        raise frames.Silence("no answer") from error
    raise frames.Silence("no answer")
