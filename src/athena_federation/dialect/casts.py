"""CAST and TRY_CAST: what Trino accepts, how strictly, and how it rounds.

Text is checked against the forms that Trino reads before DuckDB, which reads others, is asked to convert it. A form
that Trino may read and that is not known here is an error at run time, in TRY_CAST too.

Source: Trino's `VarcharToDateCast`, `VarcharToTimestampCast`, `VarcharOperators`, `DecimalCasts`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlglot import exp

from athena_federation.dialect import extensions, jsons, rows, zoned
from athena_federation.dialect import types as t
from athena_federation.dialect.grammar import Construct
from athena_federation.dialect.operators import text_literal
from athena_federation.dialect.scope import Expr
from athena_federation.errors import QueryError, UnsupportedSql


@dataclass(frozen=True, slots=True)
class Form:
    """The texts that can be cast to a type: patterns that must match the whole."""

    known: str
    odd: str = r".*[^\P{Nd}0-9].*"
    """Texts that Trino may read and this package does not: digits of other scripts, zones, far years."""


DAY = r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
CLOCK = r"([01]?[0-9]|2[0-3]):[0-5]?[0-9](:[0-5]?[0-9](\.[0-9]{1,3})?)?"
NUMBER = r"([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
BLANK = r"[\x00-\x20]*"

FORMS = {
    "integer": Form(r"[+-]?[0-9]+"),
    "double": Form(rf"{BLANK}[+-]?(NaN|Infinity|{NUMBER}[fFdD]?){BLANK}", rf"{BLANK}[+-]?0[xX].*"),
    "decimal": Form(rf"[+-]?{NUMBER}"),
    "date": Form(rf"\s*{DAY}\s*", r"\s*([+-]?[0-9]+-[0-9]{1,2}-[0-9]{1,2})\s*|.*[^\P{Nd}0-9].*"),
    "timestamp": Form(
        rf"\s*{DAY}( {CLOCK})?\s*", r"\s*[+-]?[0-9]{4,}-[0-9]{1,2}-[0-9]{1,2}([^T0-9].*)?|.*[^\P{Nd}0-9].*"
    ),
}

NAMES = {
    "BOOLEAN": t.BOOLEAN,
    "TINYINT": t.TINYINT,
    "SMALLINT": t.SMALLINT,
    "INT": t.INTEGER,
    "BIGINT": t.BIGINT,
    "FLOAT": t.REAL,
    "DOUBLE": t.DOUBLE,
    "DATE": t.DATE,
    "JSON": t.JSON,
}


def type_named(node: exp.DataType, construct: Construct) -> tuple[t.Type, int | None]:
    """The type that a statement names, and a varchar's length. Raises UnsupportedSql for types not known here."""
    name = node.this.name if isinstance(node.this, exp.DataType.Type) else str(node.this)
    if name in ("ARRAY", "STRUCT", "MAP") and (nested := nested_type(name, node, construct)):
        return nested, None
    if not all(param.name.isdigit() for param in node.expressions):
        raise UnsupportedSql(f"{construct}: the type {node.sql(dialect='trino')}")
    numbers = [int(param.name) for param in node.expressions]
    if name in NAMES and not node.expressions:
        return NAMES[name], None
    if name in ("VARCHAR", "TEXT"):
        return t.VARCHAR, numbers[0] if numbers else None
    if found := sized_type(name, numbers, construct):
        return found, None
    raise UnsupportedSql(f"{construct}: the type {node.sql(dialect='trino')}")


def sized_type(name: str, numbers: list[int], construct: Construct) -> t.Type | None:
    """A type with a length, digits or decimals."""
    match name:
        case "CHAR" if len(numbers) < 2:
            if not 1 <= (length := (numbers or [1])[0]) <= 65_536:
                raise QueryError(f"TYPE_NOT_FOUND: {construct}: char({length})")
            return t.char(length)
        case "DECIMAL":
            precision, scale = [*numbers, 0][:2] if numbers else [38, 0]
            if not 1 <= precision <= 38 or scale > precision:
                raise QueryError(f"INVALID_LITERAL: {construct}: a decimal has 1 to 38 digits")
            return t.decimal(precision, scale)
        case "TIMESTAMPTZ" if not numbers or numbers[0] in (0, 3):
            return t.Type(t.TIMESTAMP_TZ.name, (numbers or [3])[0])
        case "TIMESTAMP" if not numbers or numbers[0] <= 3:
            return t.Type("timestamp", (numbers or [3])[0])
    return None


def nested_type(name: str, node: exp.DataType, construct: Construct) -> t.Type | None:
    """ARRAY(type), MAP(type, type), ROW(name type, …); None where a varchar in it has a length."""
    if name == "STRUCT":
        named = rows.type_named(node, construct)
    else:
        named = [("", item) for item in node.expressions if isinstance(item, exp.DataType)]
    parts = [(label, *type_named(kind, construct)) for label, kind in named]
    if len(parts) != len(node.expressions) or any(length is not None for *_, length in parts):
        return None
    kinds = [kind for _, kind, _ in parts]
    match name, len(kinds):
        case "ARRAY", 1:
            return t.array(kinds[0])
        case "MAP", 2:
            return t.map_of(kinds[0], kinds[1])
        case "STRUCT", n if n:
            return t.row(*((label, kind) for label, kind, _ in parts))
    return None


def literal_cast(text: str, kind: t.Type, construct: Construct) -> Expr | None:
    """DATE '…' and TIMESTAMP '…' with a good literal: a plain constant, or None for other types."""
    if kind.name == t.TIMESTAMP_TZ.name:
        return zoned.literal(text, construct)
    if kind.name not in ("date", "timestamp"):
        return None
    if not re.fullmatch(FORMS[kind.name].known, text):
        example = "2026-11-10" if kind == t.DATE else "2026-11-10 08:30:00"
        raise QueryError(
            f"INVALID_LITERAL: {construct}: '{text}' is not a {kind.name} that is known here; write it as {example}"
        )
    return Expr(f"CAST('{text.strip()}' AS {t.to_duckdb(kind)})", kind)


def cast(source: Expr, target: t.Type, construct: Construct, *, length: int | None = None, safe: bool = False) -> Expr:
    """CAST(source AS target), or TRY_CAST when safe."""
    sql = converted(source, target, construct, safe=safe)
    tidy = target == t.VARCHAR and (source.tidy or source.type == t.DATE)
    if length is not None:
        sql = shortened(sql, source, length, tidy=tidy, safe=safe)
        tidy = tidy and length >= 10
    return Expr(sql, target, source.refs, tidy=tidy)


def shortened(sql: str, source: Expr, length: int, *, tidy: bool, safe: bool) -> str:
    """A text is cut to the length; for the text of another type it is an error not to fit."""
    if tidy and length >= 10:
        return sql
    if source.type in (t.VARCHAR, t.UNKNOWN):
        return f"substr({sql}, 1, {length})"
    failure = "NULL" if safe else failed(f"'longer than varchar({length}): '", sql, t.VARCHAR)
    return f"CASE WHEN length({sql}) > {length} THEN {failure} ELSE {sql} END"


def failed(complaint: str, value: str, kind: t.Type) -> str:
    """An expression that is an error when it is evaluated, of a kind that TRY catches and that can be reordered."""
    return f"CAST(CAST(CAST(concat({complaint}, {value}) AS UUID) AS VARCHAR) AS {t.to_duckdb(kind)})"


def converted(  # noqa: C901, PLR0912  (one line for each pair of kinds)
    source: Expr, target: t.Type, construct: Construct, *, safe: bool
) -> str:
    word = "TRY_CAST" if safe else "CAST"
    plain = f"{word}({source.sql} AS {t.to_duckdb(target)})"
    kind = source.type
    if kind in (target, t.UNKNOWN):
        return source.sql if kind == target else plain
    if kind.zone and kind.name == t.TIMESTAMP_TZ.name and target.name != t.TIMESTAMP_TZ.name:
        if target == t.VARCHAR:
            return to_text(source, construct)
        return converted(zoned.wall(source, construct), target, construct, safe=safe)
    if kind == t.JSON:
        return from_json(source, target, construct, safe=safe)
    if t.is_char(target):
        return to_char(source, target, construct)
    if t.is_char(kind) and target == t.VARCHAR:
        return source.sql
    if target == t.JSON and not safe:
        return to_json(source, construct)
    if kind == t.VARCHAR:
        return from_text(source, target, construct, safe=safe)
    if target == t.VARCHAR:
        return to_text(source, construct)
    if t.is_number(kind) and t.is_number(target):
        return between_numbers(source, target, word)
    if kind == t.BOOLEAN and t.is_number(target):
        return plain
    if t.is_number(kind) and target == t.BOOLEAN:
        return f"({source.sql} <> 0)"
    if t.is_array(kind) and t.is_array(target) and kind.element and target.element and not safe:
        if kind.element == t.UNKNOWN:
            return plain
        return f"list_transform({source.sql}, lambda it: {converted(Expr('it', kind.element), target.element, construct, safe=False)})"
    if kind.name == target.name == "row" and len(kind.fields) == len(target.fields) and not safe:
        parts = [
            converted(part, its, construct, safe=False)
            for part, (_, its) in zip(rows.fields(source), target.fields, strict=True)
        ]
        return f"CASE WHEN {source.sql} IS NOT NULL THEN {rows.packed(target, parts)} END"
    if t.is_time(kind) and t.is_time(target):
        if target.name == "timestamp" and kind.name != "date" and target.precision < kind.precision:
            raise UnsupportedSql(f"{construct}: a cast from {kind} to {target}; use date_trunc")
        return plain
    raise UnsupportedSql(f"{construct}: a cast from {kind} to {target}")


def from_json(source: Expr, target: t.Type, construct: Construct, *, safe: bool) -> str:
    """To varchar, and from there; arrays element by element."""
    if safe:
        raise UnsupportedSql(f"{construct}: TRY_CAST of json; use TRY(CAST(…))")
    if t.is_array(target) and target.element:
        element = converted(Expr("it", t.JSON), target.element, construct, safe=False)
        return f"list_transform({jsons.elements(source)}, lambda it: {element})"
    if target.name == "map":
        (_, key), (_, value) = target.fields
        if key != t.VARCHAR:
            raise UnsupportedSql(f"{construct}: a cast from json to {target}; keys are varchar")
        its = converted(Expr("it", t.JSON), value, construct, safe=False)
        return f"map({jsons.keys(source)}, list_transform({jsons.members(source)}, lambda it: {its}))"
    text = Expr(jsons.as_text(source), t.VARCHAR, source.refs)
    if target == t.VARCHAR:
        return text.sql
    if target in (t.DOUBLE, t.BOOLEAN) or t.is_integer(target):
        return converted(text, target, construct, safe=False)
    raise UnsupportedSql(f"{construct}: a cast from json to {target}; cast it to varchar first")


def to_char(source: Expr, target: t.Type, construct: Construct) -> str:
    """Cut and padded to the length."""
    if source.type not in (t.VARCHAR, t.UNKNOWN) and not t.is_char(source.type):
        raise UnsupportedSql(f"{construct}: a cast from {source.type} to {target}; cast it to varchar first")
    text = source.sql if source.type != t.UNKNOWN else "CAST(NULL AS VARCHAR)"
    return f"rpad(substr({text}, 1, {target.precision}), {target.precision}, ' ')"


def to_json(source: Expr, construct: Construct) -> str:
    """The JSON text of a value; NULL within a list or a map is null."""
    kind = source.type
    if t.is_integer(kind) or t.is_decimal(kind) or kind == t.BOOLEAN:
        return to_text(source, construct)
    if kind == t.DOUBLE:
        finite = f"{extensions.JAVA_NUMBER.name}(CASE WHEN isfinite({source.sql}) THEN {source.sql} END)"
        odd = f"""concat('"', {to_text(source, construct)}, '"')"""
        return f"CASE WHEN {source.sql} IS NULL OR isfinite({source.sql}) THEN {finite} ELSE {odd} END"
    if kind in (t.VARCHAR, t.DATE):
        return f"{jsons.quoted(f'CAST({source.sql} AS VARCHAR)')}"
    if kind == t.JSON:
        return source.sql
    if t.is_array(kind) and kind.element:
        one = "'null'" if kind.element == t.UNKNOWN else to_json(Expr("it", kind.element), construct)
        items = f"list_transform({source.sql}, lambda it: coalesce({one}, 'null'))"
        return (
            f"CASE WHEN {source.sql} IS NOT NULL THEN concat('[', coalesce(array_to_string({items}, ','), ''), ']') END"
        )
    if kind.name == "map" and kind.fields[0][1] == t.VARCHAR:
        value = to_json(Expr("it.value", kind.fields[1][1]), construct)
        entries = f"list_sort(map_entries({source.sql}))"
        items = (
            f"list_transform({entries}, lambda it: concat({jsons.quoted('it.key')}, ':', coalesce({value}, 'null')))"
        )
        return f"CASE WHEN {source.sql} IS NOT NULL THEN concat('{{', coalesce(array_to_string({items}, ','), ''), '}}') END"
    raise UnsupportedSql(f"{construct}: a cast from {kind} to json")


def between_numbers(source: Expr, target: t.Type, word: str) -> str:
    """Half away from zero; DuckDB does so for decimals and texts, and to even for floats."""
    sql = source.sql
    if t.is_float(source.type) and t.is_integer(target):
        sql = f"round({sql})"
    if t.is_float(source.type) and t.is_decimal(target):
        sql = f"CAST({sql} AS VARCHAR)"  # Trino rounds the shortest text of the number, too
    return f"{word}({sql} AS {t.to_duckdb(target)})"


def from_text(source: Expr, target: t.Type, construct: Construct, *, safe: bool) -> str:
    """A text that is not of the form is an error, or NULL when safe."""
    x = source.sql
    word = "TRY_CAST" if safe else "CAST"
    plain = f"{word}({x} AS {t.to_duckdb(target)})"
    if source.tidy and t.is_time(target):
        return plain
    if target == t.BOOLEAN:
        form, plain = Form(r"(?i)(t|true|f|false|1|0)", ""), f"(lower({x}) IN ('t', 'true', '1'))"
    else:
        name = "integer" if t.is_integer(target) else "double" if t.is_float(target) else target.name
        if name not in FORMS:
            raise UnsupportedSql(f"{construct}: a cast from varchar to {target}")
        form = FORMS[name]
        if t.is_time(target):
            bare = f"trim({x}, {CONTROL})" if source.literal is None else text_literal(source.literal.strip())
            plain = f"{word}({bare} AS {t.to_duckdb(target)})"
        if name == "double":
            bare = f"regexp_replace(trim({x}, {CONTROL}), '([0-9.])[fFdD]$', '\\1')"
            plain = f"{word}({bare} AS {t.to_duckdb(target)})"
    failure = failed(f"'Cannot cast to {target}: '", x, target)
    wrong = failure
    if safe and form.odd:
        wrong = f"CASE WHEN regexp_full_match({x}, '(?s){form.odd}') THEN {failure} END"
    elif safe:
        wrong = "NULL"
    return f"CASE WHEN {x} IS NULL OR regexp_full_match({x}, '{form.known}') THEN {plain} ELSE {wrong} END"


CONTROL = "'" + "".join(map(chr, range(1, 0x21))) + "'"
"""The characters that Java's trim() takes away."""


def to_text(source: Expr, construct: Construct) -> str:
    kind = source.type
    if t.is_decimal(kind) and kind.precision == kind.scale:
        if kind.scale == 38:
            raise UnsupportedSql(f"{construct}: a cast from {kind} to varchar")
        return f"CAST(CAST({source.sql} AS DECIMAL({kind.precision + 1},{kind.scale})) AS VARCHAR)"
    if t.is_integer(kind) or t.is_decimal(kind) or kind in (t.BOOLEAN, t.DATE):
        return f"CAST({source.sql} AS VARCHAR)"
    if kind.name in ("timestamp", "timestamp with time zone") and kind.precision in (0, 3):
        zone = f" {kind.zone or 'UTC'}" if kind.name != "timestamp" else ""
        return (
            f"strftime({zoned.wall(source, construct).sql}, '%Y-%m-%d %H:%M:%S{'.%g' if kind.precision else ''}{zone}')"
        )
    if t.is_float(kind):
        return f"{TEXT_OF[kind]}({source.sql})"
    raise UnsupportedSql(f"{construct}: a cast from {kind} to varchar")


SCIENTIFIC, TEXT_OF = "athena_scientific", {t.DOUBLE: "athena_double_text", t.REAL: "athena_real_text"}
"""Macros: (digits with a point and perhaps an exponent) as one digit, point, digits, E, exponent; (number) as text."""

FARTHEST = 2**53
"""From here on Java writes digits of a double that are not the shortest."""

MACROS = (
    f"""CREATE OR REPLACE MACRO {SCIENTIFIC}_form(digits, e) AS concat(
    digits[1], '.', coalesce(nullif(rtrim(digits[2:], '0'), ''), '0'), 'E', e)""",
    f"""CREATE OR REPLACE MACRO {SCIENTIFIC}_parts(whole, fraction, e) AS CASE
    WHEN whole = '0' THEN {SCIENTIFIC}_form(ltrim(fraction, '0'), e - length(fraction) + length(ltrim(fraction, '0')) - 1)
    ELSE {SCIENTIFIC}_form(concat(whole, fraction), e + length(whole) - 1) END""",
    f"""CREATE OR REPLACE MACRO {SCIENTIFIC}(s) AS {SCIENTIFIC}_parts(
    split_part(split_part(s, 'e', 1), '.', 1), split_part(split_part(s, 'e', 1), '.', 2),
    coalesce(TRY_CAST(nullif(split_part(s, 'e', 2), '') AS INTEGER), 0))""",
    *(
        f"""CREATE OR REPLACE MACRO {name}(x) AS CASE WHEN x IS NULL THEN NULL WHEN isnan(x) THEN 'NaN'
    WHEN isinf(x) THEN CASE WHEN x > 0 THEN 'Infinity' ELSE '-Infinity' END
    WHEN x = 0 THEN CASE WHEN CAST(x AS VARCHAR) LIKE '-%' THEN '-0E0' ELSE '0E0' END
    {limit} ELSE concat(CASE WHEN x < 0 THEN '-' ELSE '' END, {SCIENTIFIC}({digits})) END"""
        for name, digits, limit in (
            (
                "athena_double_text",
                "CAST(abs(x) AS VARCHAR)",
                f"WHEN abs(x) >= {FARTHEST} OR abs(x) < 1e-300 THEN "
                + failed("'a number this far from 1 as text; cast it to decimal: '", "x", t.VARCHAR),
            ),
            ("athena_real_text", "format('{:.6e}', CAST(abs(x) AS DOUBLE))", ""),
        )
    ),
)
"""Text of floating-point numbers: https://trino.io/docs/current/release/release-404.html and Java's DecimalFormat."""
