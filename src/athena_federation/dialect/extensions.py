"""Functions in Python that a statement's text may call where DuckDB has none with Trino's meaning.

They are registered only for statements that name them, so that plain queries never meet them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from athena_federation.dialect import documents


class Registrar(Protocol):
    """A DuckDB connection, as far as it is needed here."""

    def execute(self, query: str, parameters: Any = ...) -> Any: ...
    @property
    def create_function(self) -> Callable[..., Any]: ...


@dataclass(frozen=True, slots=True)
class Extension:
    """A function: its name in texts, and DuckDB's types of its arguments and its result. NULL for a NULL argument."""

    name: str
    function: Callable[..., Any]
    arguments: tuple[str, ...]
    result: str

    def register(self, connection: Registrar) -> None:
        """Make it known, unless it is."""
        known = connection.execute("SELECT 1 FROM duckdb_functions() WHERE function_name = ?", [self.name]).fetchall()
        if not known:
            connection.create_function(
                self.name, self.careful(), list(self.arguments), self.result, null_handling="special"
            )

    def careful(self) -> Callable[..., Any]:
        """The function with NULL for NULL; DuckDB counts its parameters."""
        function = self.function
        if len(self.arguments) == 1:
            return lambda one: None if one is None else function(one)
        return lambda one, two: None if one is None or two is None else function(one, two)


zone = lru_cache(ZoneInfo)


def wall(instant: datetime, name: str) -> datetime:
    """What the clocks of a zone show. Times of both sides carry no zone; the first is UTC."""
    return instant.replace(tzinfo=UTC).astimezone(zone(name)).replace(tzinfo=None)


def instant(wall: datetime, name: str) -> datetime:
    """When the clocks of a zone show a time: the earlier of two, and after a gap what they show that much later."""
    return wall.replace(tzinfo=zone(name)).astimezone(UTC).replace(tzinfo=None)


WALL = Extension("athena_wall", wall, ("TIMESTAMP", "VARCHAR"), "TIMESTAMP")
INSTANT = Extension("athena_instant", instant, ("TIMESTAMP", "VARCHAR"), "TIMESTAMP")

JSON_SCALAR = Extension("athena_json_scalar", documents.scalar, ("VARCHAR", "VARCHAR"), "VARCHAR")
JSON_EXTRACT = Extension("athena_json_extract", documents.extracted, ("VARCHAR", "VARCHAR"), "VARCHAR")
JSON_PARSE = Extension("athena_json_parse", documents.parsed, ("VARCHAR",), "VARCHAR")
JSON_LENGTH = Extension("athena_json_length", documents.length, ("VARCHAR",), "BIGINT")
JSON_TEXT = Extension("athena_json_text", documents.as_text, ("VARCHAR",), "VARCHAR")
JSON_ELEMENTS = Extension("athena_json_elements", documents.elements, ("VARCHAR",), "VARCHAR[]")
JSON_VALUE = Extension("athena_json_value", documents.value_at, ("VARCHAR", "VARCHAR"), "VARCHAR")
JSON_EXISTS = Extension("athena_json_exists", documents.exists_at, ("VARCHAR", "VARCHAR"), "BOOLEAN")
JSON_QUERY = Extension("athena_json_query", documents.query_at, ("VARCHAR", "VARCHAR"), "VARCHAR")

EXTENSIONS: tuple[Extension, ...] = (
    WALL, INSTANT, JSON_SCALAR, JSON_EXTRACT, JSON_PARSE, JSON_LENGTH, JSON_TEXT, JSON_ELEMENTS, JSON_VALUE, JSON_EXISTS, JSON_QUERY,
)  # fmt: skip


def named_in(sql: str) -> tuple[Extension, ...]:
    """The extensions that a text calls."""
    return tuple(extension for extension in EXTENSIONS if "athena_" in sql and f"{extension.name}(" in sql)
