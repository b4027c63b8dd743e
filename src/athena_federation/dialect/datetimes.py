"""Dates and times: date_trunc, date_add, date_diff, formats and fields, with Trino's results.

Format letters: https://trino.io/docs/current/functions/datetime.html (MySQL letters for date_format and date_parse).
"""

# The rules share one signature.
from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from athena_federation.dialect import intervals, zoned
from athena_federation.dialect import types as t
from athena_federation.dialect.casts import failed
from athena_federation.dialect.grammar import Construct
from athena_federation.dialect.operators import cast, text_literal
from athena_federation.dialect.scope import Expr, merged
from athena_federation.errors import QueryError, UnsupportedSql

DATE_UNITS = ("day", "week", "month", "quarter", "year")
TIME_UNITS = ("millisecond", "second", "minute", "hour", *DATE_UNITS)

FORMAT_LETTERS = {
    "Y": "%Y", "y": "%y", "m": "%m", "c": "%-m", "d": "%d", "e": "%-d", "H": "%H", "k": "%-H", "h": "%I", "I": "%I",
    "l": "%-I", "i": "%M", "s": "%S", "S": "%S", "f": "%f", "p": "%p", "T": "%H:%M:%S", "r": "%I:%M:%S %p",
    "M": "%B", "b": "%b", "W": "%A", "a": "%a", "j": "%j", "v": "%V", "x": "%G", "%": "%%",
}  # fmt: skip
"""MySQL's letter -> DuckDB's."""

FIELDS = {
    "year": "year", "quarter": "quarter", "month": "month", "week": "week", "week_of_year": "week", "day": "day",
    "day_of_month": "day", "day_of_week": "isodow", "dow": "isodow", "day_of_year": "dayofyear", "doy": "dayofyear",
    "year_of_week": "isoyear", "yow": "isoyear", "hour": "hour", "minute": "minute", "second": "second", "millisecond": "millisecond",
}  # fmt: skip
"""Trino's field or function -> DuckDB's function. Weeks are ISO weeks, days of the week 1 Monday .. 7 Sunday."""


EXTRACTABLE = (
    "year", "quarter", "month", "week", "day", "day_of_month", "day_of_week", "dow", "day_of_year", "doy",
    "year_of_week", "yow", "hour", "minute", "second",
)  # fmt: skip
"""The fields that EXTRACT takes."""


def moment(now: datetime, kind: t.Type) -> Expr:
    """now, in UTC, as a constant."""
    text = now.strftime("%Y-%m-%d")
    if kind != t.DATE:
        text += now.strftime(" %H:%M:%S.") + f"{now.microsecond // 1000:03}"
    return Expr(f"CAST('{text}' AS {t.to_duckdb(kind)})", kind)


def require_time(value: Expr, construct: Construct) -> Expr:
    if not t.is_time(value.type):
        raise QueryError(
            f"TYPE_MISMATCH: {construct} needs a date or timestamp, not {value.type}; cast(… AS date) makes one"
        )
    return value


def unit_of(value: Expr, kind: t.Type, construct: Construct) -> str:
    allowed = DATE_UNITS if kind == t.DATE else TIME_UNITS
    unit = (value.literal or "").lower()
    if value.type != t.VARCHAR or unit not in allowed:
        raise UnsupportedSql(f"{construct}: the unit must be one of {', '.join(allowed)} as a literal")
    return unit


def date_trunc(args: list[Expr], construct: Construct) -> Expr:
    moment = require_time(args[1], construct)
    unit = unit_of(args[0], moment.type, construct)
    sql = f"date_trunc('{unit}', {zoned.wall(moment, construct).sql})"
    found = Expr(f"CAST({sql} AS DATE)" if moment.type == t.DATE else sql, moment.type, merged(args))
    return zoned.instant(found, moment.type)


INTERVALS = {
    "millisecond": "to_milliseconds({n})", "second": "to_seconds({n})", "minute": "to_minutes({n})",
    "hour": "to_hours({n})", "day": "to_days({n})", "week": "to_weeks({n})", "month": "to_months({n})",
    "quarter": "to_months(3 * {n})", "year": "to_years({n})",
}  # fmt: skip
"""A number of units as an interval; more than an integer holds is an error in both engines."""


def date_add(args: list[Expr], construct: Construct) -> Expr:
    moment = require_time(args[2], construct)
    unit = unit_of(args[0], moment.type, construct)
    if not t.is_integer(args[1].type):
        raise QueryError(f"TYPE_MISMATCH: {construct}: the number of {unit}s must be a whole number")
    by = INTERVALS[unit].format(n=cast(args[1], t.INTEGER))
    if unit in DATE_UNITS:  # a day later is when the clock shows the same, however many hours that takes
        moved = Expr(f"({zoned.wall(moment, construct).sql} + {by})", moment.type, merged(args))
        return zoned.instant(moved, moment.type) if moment.type != t.DATE else dated(moved)
    return Expr(f"({moment.sql} + {by})", moment.type, merged(args))


def dated(expr: Expr) -> Expr:
    return replace(expr, sql=f"CAST({expr.sql} AS DATE)")


def date_diff(args: list[Expr], construct: Construct) -> Expr:
    """Whole units elapsed, as DuckDB's date_sub counts them."""
    first, second = (require_time(arg, construct) for arg in args[1:])
    kind = t.common(first.type, second.type) or t.TIMESTAMP
    unit = unit_of(args[0], kind, construct)
    if unit in DATE_UNITS and kind.zone:
        if first.type.zone != second.type.zone:
            raise UnsupportedSql(f"{construct}: of times in different zones; bring them to one with AT TIME ZONE")
        first, second = zoned.wall(first, construct), zoned.wall(second, construct)
    sql = f"date_sub('{unit}', {first.sql}, {second.sql})"
    return Expr(sql, t.BIGINT, merged(args))


def letters(text: str, allowed: str, construct: Construct) -> str:
    """A MySQL format as DuckDB's. Raises UnsupportedSql for a letter that is not known to mean the same."""
    out, chars = [], iter(text)
    for char in chars:
        if char != "%":
            out.append(char)
            continue
        letter = next(chars, "")
        if not letter or letter not in allowed:
            raise UnsupportedSql(f"{construct}: the format letter %{letter}")
        out.append(FORMAT_LETTERS[letter])
    return "".join(out).replace("'", "''")


def date_format(args: list[Expr], construct: Construct) -> Expr:
    moment = zoned.wall(require_time(args[0], construct), construct)
    if args[1].literal is None:
        raise UnsupportedSql(f"{construct}: the format must be a literal")
    text = letters(args[1].literal, "".join(FORMAT_LETTERS), construct)
    return Expr(f"strftime({moment.sql}, '{text}')", t.VARCHAR, merged(args), tidy=args[1].literal == "%Y-%m-%d")


PARSED = {
    "Y": "[0-9]{4}", "m": "[0-9]{1,2}", "d": "[0-9]{1,2}", "H": "[0-9]{1,2}", "i": "[0-9]{1,2}", "s": "[0-9]{1,2}",
    "S": "[0-9]{1,2}", "T": "[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}", "%": "%",
}  # fmt: skip
"""The letters that both engines read alike, as patterns of what they read."""


def date_parse(args: list[Expr], construct: Construct) -> Expr:
    """A text that is not of the form is an error: DuckDB would pass over white space."""
    x, form = args[0], args[1].literal
    if x.type != t.VARCHAR or form is None:
        raise UnsupportedSql(f"{construct}: a text and a format literal are needed")
    if "%Y" not in form:
        raise UnsupportedSql(f"{construct}: a format without the year")
    text = letters(form, "".join(PARSED), construct)
    sql = f"strptime({x.sql}, '{text}')"
    if not (x.tidy and form == "%Y-%m-%d"):
        parts = re.split(r"%(.)", form)
        shape = "".join(PARSED[part] if n % 2 else re.escape(part) for n, part in enumerate(parts))
        failure = failed(f"'date_parse: not of the form {form}: '", x.sql, t.TIMESTAMP)
        sql = f"CASE WHEN {x.sql} IS NULL OR regexp_full_match({x.sql}, {text_literal(shape)}) THEN {sql} ELSE {failure} END"
    return Expr(sql, t.TIMESTAMP, merged(args))


JODA = {
    "yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S", "SSS": "%g", "M": "%-m", "d": "%-d",
    "H": "%-H", "hh": "%I", "h": "%-I", "EEEE": "%A", "EEE": "%a", "E": "%a", "MMMM": "%B", "MMM": "%b", "yy": "%y", "a": "%p",
}  # fmt: skip
"""Joda's letters -> DuckDB's."""


def format_datetime(args: list[Expr], construct: Construct) -> Expr:
    moment = zoned.wall(require_time(args[0], construct), construct)
    if args[1].literal is None:
        raise UnsupportedSql(f"{construct}: the format must be a literal")
    out = []
    for run in re.findall(r"([A-Za-z])(\1*)|([^A-Za-z]+)", args[1].literal):
        letters_ = run[0] + run[1]
        if letters_ and letters_ not in JODA:
            raise UnsupportedSql(f"{construct}: the format {letters_}")
        if "'" in run[2] or "%" in run[2]:
            raise UnsupportedSql(f"{construct}: quotes and percent signs in the format")
        out.append(JODA[letters_] if letters_ else run[2])
    form = args[1].literal
    return Expr(f"strftime({moment.sql}, '{''.join(out)}')", t.VARCHAR, merged(args), tidy=form == "yyyy-MM-dd")


def parse_datetime(args: list[Expr], construct: Construct) -> Expr:
    """date_parse with Joda's letters; the result is in UTC."""
    form = args[1].literal
    if form is None or re.search(r"['%]", form):
        raise UnsupportedSql(f"{construct}: the format must be a literal without quotes and percent signs")
    mysql = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%i", "ss": "%S"}
    runs = re.findall(r"([A-Za-z])(\1*)|([^A-Za-z]+)", form)
    if any(first + more not in mysql for first, more, _ in runs if first):
        raise UnsupportedSql(f"{construct}: a format other than yyyy, MM, dd, HH, mm, ss")
    text = "".join(mysql[first + more] if first else other for first, more, other in runs)
    found = date_parse([args[0], Expr("", t.VARCHAR, literal=text)], construct)
    return replace(found, type=t.TIMESTAMP_TZ)


def from_iso8601_date(args: list[Expr], construct: Construct) -> Expr:
    """Of the form YYYY-MM-DD; ISO has others, which are an error here."""
    if args[0].type != t.VARCHAR:
        raise QueryError(f"TYPE_MISMATCH: {construct} needs varchar, not {args[0].type}")
    x = args[0].sql
    sql = f"CAST({x} AS DATE)"
    if not args[0].tidy:
        failure = failed("'from_iso8601_date: not of the form YYYY-MM-DD: '", x, t.DATE)
        sql = f"CASE WHEN {x} IS NULL OR regexp_full_match({x}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') THEN {sql} ELSE {failure} END"
    return Expr(sql, t.DATE, args[0].refs)


def date_field(field: str, moment: Expr, construct: Construct) -> Expr:
    """year(x), EXTRACT(YEAR FROM x) and the like: a bigint."""
    if moment.type == t.DAY_INTERVAL:
        return intervals.part(field, moment, construct)
    require_time(moment, construct)
    if moment.type == t.DATE and field in ("hour", "minute", "second", "millisecond"):
        raise UnsupportedSql(f"{construct}: the {field} of a date, which is always 0")
    moment = zoned.wall(moment, construct)
    part = f"{FIELDS[field]}({moment.sql})" + (" % 1000" if field == "millisecond" else "")
    return Expr(f"CAST({part} AS BIGINT)", t.BIGINT, moment.refs)


def last_day_of_month(args: list[Expr], construct: Construct) -> Expr:
    moment = zoned.wall(require_time(args[0], construct), construct)
    return Expr(f"last_day({moment.sql})", t.DATE, args[0].refs)


def from_unixtime(args: list[Expr], construct: Construct) -> Expr:
    if not t.is_number(args[0].type):
        raise QueryError(f"TYPE_MISMATCH: {construct} needs a number of seconds, not {args[0].type}")
    milliseconds = f"CAST(round(CAST({args[0].sql} AS DOUBLE) * 1000) AS BIGINT)"
    found = Expr(f"make_timestamp({milliseconds} * 1000)", t.TIMESTAMP_TZ, args[0].refs)
    return zoned.at_timezone([found, args[1]], construct) if len(args) > 1 else found


ISO_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,3})?)?Z?)?"


def from_iso8601_timestamp(args: list[Expr], construct: Construct) -> Expr:
    """Of the form YYYY-MM-DDTHH:MM:SS.SSSZ, in UTC; ISO has others, which are an error here."""
    if args[0].type != t.VARCHAR:
        raise QueryError(f"TYPE_MISMATCH: {construct} needs varchar, not {args[0].type}")
    x = args[0].sql
    failure = failed("'from_iso8601_timestamp: not of the form YYYY-MM-DDTHH:MM:SS.SSSZ: '", x, t.TIMESTAMP)
    form = text_literal(ISO_TIME)
    sql = f"CASE WHEN {x} IS NULL OR regexp_full_match({x}, {form}) THEN CAST(rtrim({x}, 'Z') AS TIMESTAMP) ELSE {failure} END"
    return Expr(sql, t.TIMESTAMP_TZ, args[0].refs)


def to_unixtime(args: list[Expr], construct: Construct) -> Expr:
    return Expr(f"epoch(CAST({require_time(args[0], construct).sql} AS TIMESTAMP))", t.DOUBLE, args[0].refs)


def to_iso8601(args: list[Expr], construct: Construct) -> Expr:
    if args[0].type != t.DATE:
        raise UnsupportedSql(f"{construct}: only of a date; use date_format for times")
    return Expr(f"strftime({args[0].sql}, '%Y-%m-%d')", t.VARCHAR, args[0].refs)
