"""Intervals: literals, distances of dates and times, arithmetic, and the texts that Athena shows of them."""

from __future__ import annotations

import re
from dataclasses import replace

from athena_federation.dialect import types as t
from athena_federation.dialect import zoned
from athena_federation.dialect.grammar import Construct
from athena_federation.dialect.operators import cast, mismatch
from athena_federation.dialect.scope import Expr, merged
from athena_federation.errors import QueryError, UnsupportedSql

KINDS = (t.DAY_INTERVAL, t.YEAR_INTERVAL)

SHOWN = {t.DAY_INTERVAL: "athena_day_interval", t.YEAR_INTERVAL: "athena_year_interval"}
MACROS = (
    """CREATE OR REPLACE MACRO athena_day_interval_of(ms) AS concat(CASE WHEN ms < 0 THEN '-' ELSE '' END,
    abs(ms) // 86400000, ' ', lpad(CAST(abs(ms) // 3600000 % 24 AS VARCHAR), 2, '0'), ':',
    lpad(CAST(abs(ms) // 60000 % 60 AS VARCHAR), 2, '0'), ':', lpad(CAST(abs(ms) // 1000 % 60 AS VARCHAR), 2, '0'), '.',
    lpad(CAST(abs(ms) % 1000 AS VARCHAR), 3, '0'))""",
    """CREATE OR REPLACE MACRO athena_day_interval(x) AS
    CASE WHEN x IS NOT NULL THEN athena_day_interval_of(CAST(round(epoch(x) * 1000) AS BIGINT)) END""",
    """CREATE OR REPLACE MACRO athena_year_interval_of(months) AS
    concat(CASE WHEN months < 0 THEN '-' ELSE '' END, abs(months) // 12, '-', abs(months) % 12)""",
    """CREATE OR REPLACE MACRO athena_year_interval(x) AS
    CASE WHEN x IS NOT NULL THEN athena_year_interval_of(extract(year FROM x) * 12 + extract(month FROM x)) END""",
)
"""Texts of intervals: `3 04:05:06.789` and `1-2`."""


def shown(expr: Expr) -> str:
    """The text that Athena shows of an interval, or of a time in a zone."""
    if expr.type in SHOWN:
        return f"{SHOWN[expr.type]}({expr.sql})"
    seconds = ".%g" if expr.type.precision else ""
    moment = zoned.moved(expr.sql, expr.type.zone, back=False)
    return f"strftime({moment}, '%Y-%m-%d %H:%M:%S{seconds} {expr.type.zone}')"


def interval(text: str, sign: int, unit: str, construct: Construct) -> Expr:
    """INTERVAL '30' DAY: the literal of the result is its unit."""
    unit = unit.lower()
    if not re.fullmatch(r"-?[0-9]{1,9}", text) or unit not in ("second", "minute", "hour", "day", "month", "year"):
        raise UnsupportedSql(f"{construct}: an interval other than a whole number of one unit")
    kind = t.YEAR_INTERVAL if unit in ("month", "year") else t.DAY_INTERVAL
    return Expr(f"to_{unit}s({sign * int(text)})", kind, literal=unit)


def distance(left: Expr, right: Expr) -> Expr:
    """One date or time minus another."""
    kind = t.common(left.type, right.type) or t.TIMESTAMP
    if kind == t.DATE:
        return Expr(f"to_days(CAST({left.sql} - {right.sql} AS INTEGER))", t.DAY_INTERVAL, merged([left, right]), "day")
    a, b = cast(left, kind), cast(right, kind)
    return Expr(
        f"to_milliseconds(CAST(epoch_ms({a}) - epoch_ms({b}) AS BIGINT))", t.DAY_INTERVAL, merged([left, right])
    )


def shifted(operator: str, left: Expr, right: Expr, construct: Construct) -> Expr:
    """A date or time moved by an interval: a DATE stays a DATE."""
    moment, interval = (left, right) if t.is_time(left.type) else (right, left)
    if not t.is_time(moment.type) or operator not in "+-" or (operator == "-" and interval is left):
        return arithmetic(operator, left, right, construct)
    if moment.type == t.DATE and interval.type == t.DAY_INTERVAL and interval.literal != "day":
        raise QueryError(
            f"INVALID_FUNCTION_ARGUMENT: {construct}: hours, minutes and seconds cannot be added to a date"
        )
    refs = merged([left, right])
    if interval.type == t.YEAR_INTERVAL:
        by_clock = Expr(f"({zoned.wall(moment, construct).sql} {operator} {interval.sql})", moment.type, refs)
        return (
            replace(by_clock, sql=f"CAST({by_clock.sql} AS DATE)")
            if moment.type == t.DATE
            else zoned.instant(by_clock, moment.type)
        )
    sql = f"({moment.sql} {operator} {interval.sql})"
    if moment.type == t.DATE:
        return Expr(f"CAST({sql} AS DATE)", t.DATE, refs)
    return Expr(sql, replace(moment.type, precision=max(3, moment.type.precision)), refs)


def arithmetic(operator: str, left: Expr, right: Expr, construct: Construct) -> Expr:
    """Intervals of one kind added and subtracted, and an interval times a whole number."""
    if left.type == right.type and operator in "+-":
        same = left.literal if left.literal == right.literal else None
        return Expr(f"({left.sql} {operator} {right.sql})", left.type, merged([left, right]), same)
    length, factor = (left, right) if left.type in KINDS else (right, left)
    if operator == "*" and t.is_integer(factor.type):
        return Expr(f"({length.sql} * {cast(factor, t.INTEGER)})", length.type, merged([left, right]), length.literal)
    if {left.type, right.type} <= {*KINDS}:
        raise mismatch(construct, left.type, right.type)
    raise UnsupportedSql(
        f"{construct}: only a date or time plus or minus an interval, or an interval times a whole number"
    )


PARTS = {
    "day": (86_400_000, 2**40),
    "hour": (3_600_000, 24),
    "minute": (60_000, 60),
    "second": (1000, 60),
    "millisecond": (1, 1000),
}
"""Milliseconds in a unit, and how many of it there are before the next."""


def part(field: str, value: Expr, construct: Construct) -> Expr:
    """EXTRACT(DAY FROM a - b) and the like."""
    if field not in PARTS:
        raise UnsupportedSql(f"{construct}: the {field} of an interval")
    size, wrap = PARTS[field]
    whole = f"CAST(round(epoch({value.sql}) * 1000) AS BIGINT)"
    return Expr(f"({whole} // {size} % {wrap})", t.BIGINT, value.refs)
