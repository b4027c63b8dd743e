"""Timestamps with a time zone: an instant, kept in UTC, whose zone is known when the statement is compiled.

Whatever reads a calendar field of such a value reads what the clocks of its zone show; whatever compares two of them
compares instants. A value whose zone could be one of several, or would have to be shown, is refused.
"""

from __future__ import annotations

import re
from dataclasses import replace
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from athena_federation.dialect import types as t
from athena_federation.dialect.extensions import INSTANT, WALL
from athena_federation.dialect.grammar import Construct
from athena_federation.dialect.scope import Expr, merged
from athena_federation.errors import QueryError, UnsupportedSql

OFFSET = re.compile(r"([+-])(0[0-9]|1[0-3]):([0-5][0-9])")


def zone_named(name: str, construct: Construct) -> str:
    """A zone as types carry it: '' for UTC. Raises QueryError when there is none of that name."""
    if name.upper() in ("UTC", "Z", "+00:00", "-00:00"):
        return ""
    if OFFSET.fullmatch(name):
        return name
    try:
        if "/" not in name:
            raise UnsupportedSql(f"{construct}: the time zone {name}; name it as Continent/City, or as +02:00")
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise QueryError(f"INVALID_FUNCTION_ARGUMENT: {construct}: there is no time zone {name}") from error


def moved(sql: str, zone: str, *, back: bool) -> str:
    """An instant as wall-clock time of a zone, or back."""
    if not zone:
        return sql
    if found := OFFSET.fullmatch(zone):
        sign = "-" if (found[1] == "-") != back else "+"
        return f"({sql} {sign} to_minutes({int(found[2]) * 60 + int(found[3])}))"
    return f"{(INSTANT if back else WALL).name}(CAST({sql} AS TIMESTAMP), '{zone}')"


def wall(expr: Expr, construct: Construct) -> Expr:
    """What the clocks show, as a timestamp without zone; other values as they are."""
    if expr.type.name != t.TIMESTAMP_TZ.name:
        return expr
    if expr.type.zone == t.SEVERAL:
        raise UnsupportedSql(f"{construct}: of times in different zones; bring them to one with AT TIME ZONE")
    return Expr(moved(expr.sql, expr.type.zone, back=False), t.Type("timestamp", expr.type.precision), expr.refs)


def instant(wall: Expr, kind: t.Type) -> Expr:
    """The time of a type's zone at which its clocks show a time; values of other types as they are."""
    if kind.name != t.TIMESTAMP_TZ.name:
        return replace(wall, type=kind)
    return replace(wall, sql=moved(wall.sql, kind.zone, back=True), type=kind)


def at_timezone(args: list[Expr], construct: Construct) -> Expr:
    """The same instant in another zone; a timestamp without zone is one of UTC."""
    moment, zone = argument(args, construct)
    if moment.type.name == "date":
        moment = replace(moment, sql=f"CAST({moment.sql} AS TIMESTAMP)", type=t.Type("timestamp", 0))
    return Expr(moment.sql, t.Type(t.TIMESTAMP_TZ.name, moment.type.precision, zone=zone), merged(args))


def with_timezone(args: list[Expr], construct: Construct) -> Expr:
    """The instant at which the clocks of a zone show a timestamp."""
    moment, zone = argument(args, construct)
    if moment.type.name != "timestamp":
        raise UnsupportedSql(f"{construct}: of {moment.type}; a timestamp is needed")
    return instant(replace(moment, refs=merged(args)), t.Type(t.TIMESTAMP_TZ.name, moment.type.precision, zone=zone))


def argument(args: list[Expr], construct: Construct) -> tuple[Expr, str]:
    """A time, and the zone that a literal names."""
    moment, zone = args
    if not t.is_time(moment.type):
        raise QueryError(f"TYPE_MISMATCH: {construct} needs a timestamp, not {moment.type}")
    if zone.literal is None or zone.type != t.VARCHAR:
        raise UnsupportedSql(f"{construct}: the time zone must be a literal")
    return moment, zone_named(zone.literal, construct)


LITERAL = re.compile(
    r"\s*([0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?: [0-9]{1,2}:[0-9]{1,2}(?::[0-9]{1,2}(?:\.[0-9]{1,3})?)?)?) ?(\S+)\s*"
)
"""A timestamp and its zone."""


def literal(text: str, construct: Construct) -> Expr:
    """TIMESTAMP '2026-11-10 08:30:00 Europe/Berlin'."""
    found = LITERAL.fullmatch(text)
    if not found:
        raise UnsupportedSql(f"{construct}: write it as TIMESTAMP '2026-11-10 08:30:00 Europe/Berlin'")
    digits = len(found[1].partition(".")[2])
    if digits not in (0, 3):
        raise UnsupportedSql(f"{construct}: a fraction of {digits} digits; write none or three")
    kind = t.Type(t.TIMESTAMP_TZ.name, digits, zone=zone_named(found[2], construct))
    return instant(Expr(f"CAST('{found[1]}' AS TIMESTAMP)", t.TIMESTAMP), kind)
