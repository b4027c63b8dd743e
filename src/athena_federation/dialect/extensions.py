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

from athena_federation.dialect import documents, routines


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
        if len(self.arguments) == 2:
            return lambda one, two: None if one is None or two is None else function(one, two)
        return lambda one, two, three: None if None in (one, two, three) else function(one, two, three)


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
JSON_KEYS = Extension("athena_json_keys", documents.names_of, ("VARCHAR",), "VARCHAR[]")
JSON_MEMBERS = Extension("athena_json_members", documents.values_of, ("VARCHAR",), "VARCHAR[]")
JSON_QUOTED = Extension("athena_json_quoted", documents.written, ("VARCHAR",), "VARCHAR")
JAVA_NUMBER = Extension("athena_java_number", documents.java, ("DOUBLE",), "VARCHAR")
JSON_SIZE = Extension("athena_json_size", documents.size_at, ("VARCHAR", "VARCHAR"), "BIGINT")
JSON_VALUE = Extension("athena_json_value", documents.value_at, ("VARCHAR", "VARCHAR"), "VARCHAR")
JSON_EXISTS = Extension("athena_json_exists", documents.exists_at, ("VARCHAR", "VARCHAR"), "BOOLEAN")
JSON_QUERY = Extension("athena_json_query", documents.query_at, ("VARCHAR", "VARCHAR"), "VARCHAR")

URL_PARTS = {
    part: Extension(f"athena_url_{part}", getattr(routines, f"url_{part}"), ("VARCHAR",), "VARCHAR")
    for part in ("host", "path", "protocol", "query", "fragment")
}
URL_PORT = Extension("athena_url_port", routines.url_port, ("VARCHAR",), "BIGINT")
URL_PARAMETER = Extension("athena_url_parameter", routines.url_parameter, ("VARCHAR", "VARCHAR"), "VARCHAR")
URL_ENCODE = Extension("athena_url_encode", routines.url_encode, ("VARCHAR",), "VARCHAR")
URL_DECODE = Extension("athena_url_decode", routines.url_decode, ("VARCHAR",), "VARCHAR")

LEVENSHTEIN = Extension("athena_levenshtein", routines.levenshtein, ("VARCHAR", "VARCHAR"), "BIGINT")
HAMMING = Extension("athena_hamming", routines.hamming, ("VARCHAR", "VARCHAR"), "BIGINT")
NTH_POSITION = Extension("athena_nth_position", routines.nth_position, ("VARCHAR", "VARCHAR", "BIGINT"), "BIGINT")
SPLIT_AT_MOST = Extension("athena_split", routines.split_at_most, ("VARCHAR", "VARCHAR", "BIGINT"), "VARCHAR[]")
NORMALIZED = Extension("athena_normalized", routines.normalized, ("VARCHAR", "VARCHAR"), "VARCHAR")
SECONDS_READ = Extension("athena_seconds_read", routines.seconds_read, ("DOUBLE",), "VARCHAR")
FIXED_POINT = Extension("athena_fixed_point", routines.fixed_point, ("VARCHAR", "BIGINT", "VARCHAR"), "VARCHAR")
WHOLE_NUMBER = Extension("athena_whole_number", routines.whole_number, ("BIGINT", "VARCHAR"), "VARCHAR")

TO_BASE = Extension("athena_to_base", routines.to_base, ("BIGINT", "BIGINT"), "VARCHAR")
FROM_BASE = Extension("athena_from_base", routines.from_base, ("VARCHAR", "BIGINT"), "BIGINT")
LEFT_SHIFT = Extension("athena_left_shift", routines.left_shift, ("BIGINT", "BIGINT", "BIGINT"), "BIGINT")
RIGHT_SHIFT = Extension("athena_right_shift", routines.right_shift, ("BIGINT", "BIGINT", "BIGINT"), "BIGINT")
ARITHMETIC_SHIFT = Extension("athena_arithmetic_shift", routines.arithmetic_shift, ("BIGINT", "BIGINT"), "BIGINT")
ONES = Extension("athena_ones", routines.ones, ("BIGINT", "BIGINT"), "BIGINT")
CRC32 = Extension("athena_crc32", routines.crc32, ("BLOB",), "BIGINT")
SHA512 = Extension("athena_sha512", routines.sha512, ("BLOB",), "BLOB")
KEYED = Extension("athena_keyed", routines.keyed, ("BLOB", "BLOB", "VARCHAR"), "BLOB")

EXTENSIONS: tuple[Extension, ...] = (
    WALL, INSTANT, JSON_SCALAR, JSON_EXTRACT, JSON_PARSE, JSON_LENGTH, JSON_TEXT, JSON_ELEMENTS, JSON_VALUE, JSON_EXISTS, JSON_QUERY,
    JSON_KEYS, JSON_MEMBERS, JSON_SIZE, JSON_QUOTED, JAVA_NUMBER, *URL_PARTS.values(), URL_PORT, URL_PARAMETER, URL_ENCODE, URL_DECODE,
    LEVENSHTEIN, HAMMING, NTH_POSITION, SPLIT_AT_MOST, NORMALIZED, SECONDS_READ, FIXED_POINT, WHOLE_NUMBER, TO_BASE, FROM_BASE,
    LEFT_SHIFT, RIGHT_SHIFT, ARITHMETIC_SHIFT, ONES, CRC32, SHA512, KEYED,
)  # fmt: skip


def named_in(sql: str) -> tuple[Extension, ...]:
    """The extensions that a text calls."""
    return tuple(extension for extension in EXTENSIONS if "athena_" in sql and f"{extension.name}(" in sql)
