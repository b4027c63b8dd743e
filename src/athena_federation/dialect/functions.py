"""Scalar functions by name: Trino's signature -> DuckDB's text. What is not in the table is refused."""

# The rules share one signature.
from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass

from athena_federation.dialect import (
    arrays,
    casts,
    datetimes,
    extensions,
    formatter,
    jsons,
    maps,
    numbers,
    patterns,
    rows,
    signatures,
    texts,
    zoned,
)
from athena_federation.dialect import types as t
from athena_federation.dialect.grammar import Construct
from athena_federation.dialect.operators import arithmetic, cast, compare, unified
from athena_federation.dialect.scope import Expr, merged
from athena_federation.errors import QueryError, UnsupportedSql

Rule = Callable[[list[Expr], Construct], Expr]


@dataclass(frozen=True, slots=True)
class Function:
    """How many arguments a function takes (inclusive bounds), and its rule."""

    least: int
    most: int
    rule: Rule


def coalesce(args: list[Expr], construct: Construct) -> Expr:
    kind = unified(args, construct)
    return Expr(f"coalesce({', '.join(cast(a, kind) for a in args)})", kind, merged(args))


def nullif(args: list[Expr], construct: Construct) -> Expr:
    equal = compare("=", args[0], args[1], construct)
    return Expr(f"CASE WHEN {equal.sql} THEN NULL ELSE {args[0].sql} END", args[0].type, merged(args))


def textual(name: str, kind: t.Type) -> Rule:
    """Functions of texts that mean the same under one name."""

    def rule(args: list[Expr], construct: Construct) -> Expr:
        return Expr(f"{name}({', '.join(texts.texts(args, construct))})", kind, merged(args))

    return rule


def to_date(args: list[Expr], construct: Construct) -> Expr:
    return casts.cast(args[0], t.DATE, construct)


def typeof(args: list[Expr], construct: Construct) -> Expr:
    kind, literal = args[0].type, args[0].literal
    if (kind == t.VARCHAR and literal is None) or (kind.element and "varchar" in str(kind)):
        raise UnsupportedSql(f"{construct}: the length of a varchar is not kept")
    return Expr(f"'varchar({len(literal)})'" if kind == t.VARCHAR and literal is not None else f"'{kind}'", t.VARCHAR)


def by_operator(operator: str) -> Rule:
    return lambda args, construct: arithmetic(operator, args[0], args[1], construct)


def by_field(field: str) -> Rule:
    return lambda args, construct: datetimes.date_field(field, args[0], construct)


def by_trim(name: str) -> Rule:
    return lambda args, construct: texts.trimmed(name, args, construct)


def by_pad(name: str) -> Rule:
    return lambda args, construct: texts.padded(name, args, construct)


def hashed(name: str) -> Rule:
    """md5, sha256: of bytes, giving bytes."""

    def rule(args: list[Expr], construct: Construct) -> Expr:
        require_bytes(args[0], construct)
        return Expr(f"unhex({name}({args[0].sql}))", t.VARBINARY, args[0].refs)

    return rule


def of_bytes(name: str) -> Rule:
    """to_hex and to_base64: of bytes, giving a text."""

    def rule(args: list[Expr], construct: Construct) -> Expr:
        require_bytes(args[0], construct)
        return Expr(f"{name}({args[0].sql})", t.VARCHAR, args[0].refs)

    return rule


def from_utf8(args: list[Expr], construct: Construct) -> Expr:
    """Bytes that are no UTF-8 are an error here."""
    require_bytes(args[0], construct)
    return Expr(f"decode({args[0].sql})", t.VARCHAR, args[0].refs)


def from_base64(args: list[Expr], construct: Construct) -> Expr:
    """Its padding may be left out."""
    (x,) = texts.texts(args, construct)
    return Expr(f"from_base64(rpad({x}, CAST((length({x}) + 3) // 4 * 4 AS INTEGER), '='))", t.VARBINARY, args[0].refs)


def bits(text: str) -> Rule:
    """Functions of whole numbers as 64 bits."""

    def rule(args: list[Expr], construct: Construct) -> Expr:
        for arg in args:
            if not t.is_integer(arg.type):
                raise QueryError(f"TYPE_MISMATCH: {construct} needs whole numbers, not {arg.type}")
        return Expr(text.format(*(cast(arg, t.BIGINT) for arg in args)), t.BIGINT, merged(args))

    return rule


def routine(extension: extensions.Extension, result: t.Type, *kinds: t.Type, also: tuple[str, ...] = ()) -> Rule:
    """A function in Python, of arguments that coerce to some types; `also` are further ones, as DuckDB's text."""

    def rule(args: list[Expr], construct: Construct) -> Expr:
        for arg, kind in zip(args, kinds, strict=True):
            if not t.coerces(arg.type, kind):
                raise QueryError(f"TYPE_MISMATCH: {construct} needs {kind}, not {arg.type}")
        given = ", ".join([*(cast(a, k) for a, k in zip(args, kinds, strict=True)), *also])
        return Expr(f"{extension.name}({given})", result, merged(args))

    return rule


def shift(extension: extensions.Extension) -> Rule:
    """A shift of a whole number within its own bits."""

    def rule(args: list[Expr], construct: Construct) -> Expr:
        if not all(t.is_integer(arg.type) for arg in args):
            raise QueryError(f"TYPE_MISMATCH: {construct} needs whole numbers")
        kind = args[0].type
        width = "" if len(extension.arguments) == 2 else f", {BITS[kind.name]}"
        value, by = (cast(arg, t.BIGINT) for arg in args)
        return Expr(f"CAST({extension.name}({value}, {by}{width}) AS {t.to_duckdb(kind)})", kind, merged(args))

    return rule


BITS = {"tinyint": 8, "smallint": 16, "integer": 32, "bigint": 64}


def strpos(args: list[Expr], construct: Construct) -> Expr:
    return (NTH if len(args) > 2 else texts.strpos)(args, construct)


def split(args: list[Expr], construct: Construct) -> Expr:
    if len(args) > 2 and not args[1].literal:
        raise UnsupportedSql(f"{construct}: the separator must be a literal that is not empty")
    return (SPLIT if len(args) > 2 else texts.split)(args, construct)


NTH = routine(extensions.NTH_POSITION, t.BIGINT, t.VARCHAR, t.VARCHAR, t.BIGINT)
SPLIT = routine(extensions.SPLIT_AT_MOST, t.array(t.VARCHAR), t.VARCHAR, t.VARCHAR, t.BIGINT)


def reverse(args: list[Expr], construct: Construct) -> Expr:
    if t.is_array(args[0].type):
        return Expr(f"list_reverse({args[0].sql})", args[0].type, args[0].refs)
    return texts.reverse(args, construct)


def concat(args: list[Expr], construct: Construct) -> Expr:
    """Of texts, or of arrays."""
    return arrays.joined(args, construct) if any(t.is_array(a.type) for a in args) else texts.concat(args, construct)


def require_bytes(arg: Expr, construct: Construct) -> None:
    if arg.type != t.VARBINARY:
        raise QueryError(f"TYPE_MISMATCH: {construct} needs varbinary, not {arg.type}; to_utf8(…) makes it of a text")


FUNCTIONS: dict[str, Function] = {
    # any type
    "coalesce": Function(2, 99, coalesce),
    "nullif": Function(2, 2, nullif),
    "greatest": Function(1, 99, numbers.extreme("greatest")),
    "least": Function(1, 99, numbers.extreme("least")),
    "typeof": Function(1, 1, typeof),
    # numbers
    "abs": Function(1, 1, numbers.absolute),
    "atan2": Function(2, 2, numbers.real_valued("atan2")),
    "cbrt": Function(1, 1, numbers.real_valued("cbrt")),
    "ceil": Function(1, 1, numbers.stepped("ceil")),
    "ceiling": Function(1, 1, numbers.stepped("ceil")),
    "cos": Function(1, 1, numbers.real_valued("cos")),
    "degrees": Function(1, 1, numbers.real_valued("degrees")),
    "e": Function(0, 0, numbers.constant("exp(CAST(1 AS DOUBLE))")),
    "exp": Function(1, 1, numbers.real_valued("exp")),
    "floor": Function(1, 1, numbers.stepped("floor")),
    "infinity": Function(0, 0, numbers.constant(numbers.INFINITY)),
    "is_finite": Function(1, 1, numbers.is_kind("isfinite({x})")),
    "is_infinite": Function(1, 1, numbers.is_kind("isinf({x})")),
    "is_nan": Function(1, 1, numbers.is_kind("isnan({x})")),
    "ln": Function(1, 1, numbers.logarithm("ln")),
    "log": Function(2, 2, numbers.logarithm_to),
    "log10": Function(1, 1, numbers.logarithm("log10")),
    "log2": Function(1, 1, numbers.logarithm("log2")),
    "mod": Function(2, 2, by_operator("%")),
    "nan": Function(0, 0, numbers.constant(numbers.NAN)),
    "pi": Function(0, 0, numbers.constant("pi()")),
    "pow": Function(2, 2, numbers.real_valued("pow")),
    "power": Function(2, 2, numbers.real_valued("pow")),
    "radians": Function(1, 1, numbers.real_valued("radians")),
    "round": Function(1, 2, numbers.rounded),
    "sign": Function(1, 1, numbers.sign),
    "sin": Function(1, 1, numbers.real_valued("sin")),
    "sqrt": Function(1, 1, numbers.square_root),
    "tan": Function(1, 1, numbers.real_valued("tan")),
    "truncate": Function(1, 2, numbers.truncated),
    "width_bucket": Function(4, 4, numbers.width_bucket),
    # texts
    "chr": Function(1, 1, texts.chr_),
    "codepoint": Function(1, 1, texts.codepoint),
    "concat": Function(2, 99, concat),
    "concat_ws": Function(2, 99, texts.concat_ws),
    "length": Function(1, 1, textual("length", t.BIGINT)),
    "lower": Function(1, 1, textual("lower", t.VARCHAR)),
    "lpad": Function(3, 3, by_pad("lpad")),
    "ltrim": Function(1, 1, by_trim("ltrim")),
    "md5": Function(1, 1, hashed("md5")),
    "regexp_count": Function(2, 2, patterns.regexp_count),
    "regexp_extract": Function(2, 3, patterns.regexp_extract),
    "regexp_extract_all": Function(2, 2, patterns.regexp_extract_all),
    "regexp_like": Function(2, 2, patterns.regexp_like),
    "regexp_position": Function(2, 2, patterns.regexp_position),
    "regexp_replace": Function(2, 3, patterns.regexp_replace),
    "regexp_split": Function(2, 2, patterns.regexp_split),
    "replace": Function(2, 3, texts.replace),
    "reverse": Function(1, 1, reverse),
    "rpad": Function(3, 3, by_pad("rpad")),
    "rtrim": Function(1, 1, by_trim("rtrim")),
    "sha256": Function(1, 1, hashed("sha256")),
    "split": Function(2, 3, split),
    "split_part": Function(3, 3, texts.split_part),
    "starts_with": Function(2, 2, textual("starts_with", t.BOOLEAN)),
    "strpos": Function(2, 3, strpos),
    "substr": Function(2, 3, texts.substr),
    "substring": Function(2, 3, texts.substr),
    "to_hex": Function(1, 1, of_bytes("hex")),
    "to_utf8": Function(1, 1, textual("encode", t.VARBINARY)),
    "translate": Function(3, 3, textual("translate", t.VARCHAR)),
    "trim": Function(1, 1, by_trim("trim")),
    "upper": Function(1, 1, texts.upper),
    "from_base": Function(2, 2, routine(extensions.FROM_BASE, t.BIGINT, t.VARCHAR, t.BIGINT)),
    "to_base": Function(2, 2, routine(extensions.TO_BASE, t.VARCHAR, t.BIGINT, t.BIGINT)),
    "format": Function(2, 99, formatter.format_),
    "hamming_distance": Function(2, 2, routine(extensions.HAMMING, t.BIGINT, t.VARCHAR, t.VARCHAR)),
    "levenshtein_distance": Function(2, 2, routine(extensions.LEVENSHTEIN, t.BIGINT, t.VARCHAR, t.VARCHAR)),
    # addresses
    **{
        f"url_extract_{part}": Function(1, 1, routine(extension, t.VARCHAR, t.VARCHAR))
        for part, extension in extensions.URL_PARTS.items()
    },
    "url_decode": Function(1, 1, routine(extensions.URL_DECODE, t.VARCHAR, t.VARCHAR)),
    "url_encode": Function(1, 1, routine(extensions.URL_ENCODE, t.VARCHAR, t.VARCHAR)),
    "url_extract_parameter": Function(2, 2, routine(extensions.URL_PARAMETER, t.VARCHAR, t.VARCHAR, t.VARCHAR)),
    "url_extract_port": Function(1, 1, routine(extensions.URL_PORT, t.BIGINT, t.VARCHAR)),
    # dates and times
    "at_timezone": Function(2, 2, zoned.at_timezone),
    "current_timezone": Function(0, 0, lambda _args, _construct: Expr("'UTC'", t.VARCHAR)),
    "date": Function(1, 1, to_date),
    "date_add": Function(3, 3, datetimes.date_add),
    "date_diff": Function(3, 3, datetimes.date_diff),
    "date_format": Function(2, 2, datetimes.date_format),
    "date_parse": Function(2, 2, datetimes.date_parse),
    "date_trunc": Function(2, 2, datetimes.date_trunc),
    "format_datetime": Function(2, 2, datetimes.format_datetime),
    "from_iso8601_date": Function(1, 1, datetimes.from_iso8601_date),
    "from_iso8601_timestamp": Function(1, 1, datetimes.from_iso8601_timestamp),
    "from_unixtime": Function(1, 2, datetimes.from_unixtime),
    "human_readable_seconds": Function(1, 1, routine(extensions.SECONDS_READ, t.VARCHAR, t.DOUBLE)),
    "last_day_of_month": Function(1, 1, datetimes.last_day_of_month),
    "to_iso8601": Function(1, 1, datetimes.to_iso8601),
    "to_unixtime": Function(1, 1, datetimes.to_unixtime),
    "parse_datetime": Function(2, 2, datetimes.parse_datetime),
    "with_timezone": Function(2, 2, zoned.with_timezone),
    # arrays
    "array_distinct": Function(1, 1, arrays.array_distinct),
    "array_join": Function(2, 3, arrays.array_join),
    "array_max": Function(1, 1, arrays.extreme("list_max")),
    "array_min": Function(1, 1, arrays.extreme("list_min")),
    "array_position": Function(2, 2, arrays.array_position),
    "array_remove": Function(2, 2, arrays.array_remove),
    "array_except": Function(2, 2, arrays.kept_where("NOT list_contains")),
    "array_intersect": Function(2, 2, arrays.kept_where("list_contains")),
    "array_union": Function(2, 2, arrays.array_union),
    "arrays_overlap": Function(2, 2, arrays.arrays_overlap),
    "cardinality": Function(1, 1, arrays.cardinality),
    "contains": Function(2, 2, arrays.contains),
    "element_at": Function(2, 2, arrays.element_at),
    "flatten": Function(1, 1, arrays.flatten),
    "ngrams": Function(2, 2, arrays.ngrams),
    "zip": Function(2, 5, arrays.zipped),
    "repeat": Function(2, 2, arrays.repeated),
    "sequence": Function(2, 3, arrays.sequence),
    "slice": Function(3, 3, arrays.slice_),
    # maps
    "map": Function(0, 2, maps.made),
    "map_concat": Function(2, 2, maps.joined),
    "map_entries": Function(1, 1, maps.entries),
    "map_from_entries": Function(1, 1, maps.from_entries),
    "map_keys": Function(1, 1, maps.keys),
    "map_values": Function(1, 1, maps.values),
    "split_to_map": Function(3, 3, maps.split_to_map),
    # rows
    "row": Function(1, 99, rows.made),
    # json
    "json_array_length": Function(1, 1, jsons.array_length),
    "json_exists": Function(2, 2, jsons.by_path(extensions.JSON_EXISTS, t.BOOLEAN, "lax ")),
    "json_extract": Function(2, 2, jsons.by_path(extensions.JSON_EXTRACT, t.JSON)),
    "json_extract_scalar": Function(2, 2, jsons.by_path(extensions.JSON_SCALAR, t.VARCHAR)),
    "json_format": Function(1, 1, jsons.format_),
    "json_parse": Function(1, 1, jsons.parse),
    "json_query": Function(2, 2, jsons.by_path(extensions.JSON_QUERY, t.VARCHAR, "lax ")),
    "json_size": Function(2, 2, jsons.size),
    "json_value": Function(2, 2, jsons.by_path(extensions.JSON_VALUE, t.VARCHAR, "lax ")),
    # bits and bytes
    "bitwise_and": Function(2, 2, bits("({0} & {1})")),
    "bitwise_not": Function(1, 1, bits("(~{0})")),
    "bitwise_or": Function(2, 2, bits("({0} | {1})")),
    "bitwise_xor": Function(2, 2, bits("xor({0}, {1})")),
    "bit_count": Function(2, 2, routine(extensions.ONES, t.BIGINT, t.BIGINT, t.BIGINT)),
    "bitwise_left_shift": Function(2, 2, shift(extensions.LEFT_SHIFT)),
    "bitwise_right_shift": Function(2, 2, shift(extensions.RIGHT_SHIFT)),
    "bitwise_right_shift_arithmetic": Function(2, 2, shift(extensions.ARITHMETIC_SHIFT)),
    "crc32": Function(1, 1, routine(extensions.CRC32, t.BIGINT, t.VARBINARY)),
    "from_base64": Function(1, 1, from_base64),
    "from_utf8": Function(1, 1, from_utf8),
    **{
        f"hmac_{name}": Function(
            2, 2, routine(extensions.KEYED, t.VARBINARY, t.VARBINARY, t.VARBINARY, also=(f"'{name}'",))
        )
        for name in ("md5", "sha1", "sha256", "sha512")
    },
    "sha512": Function(1, 1, routine(extensions.SHA512, t.VARBINARY, t.VARBINARY)),
    "sha1": Function(1, 1, hashed("sha1")),
    "to_base64": Function(1, 1, of_bytes("to_base64")),
} | {name: Function(1, 1, by_field(name)) for name in datetimes.FIELDS}
"""Every scalar function that means the same here and in Athena."""


UNLISTED = ("version", "json_array", "json_object")
"""Trino's own, though SHOW FUNCTIONS does not tell of them."""

FOREIGN = {
    "ifnull": "Athena's is coalesce(a, b)", "nvl": "Athena's is coalesce(a, b)", "isnull": "Athena's is x IS NULL",
    "datediff": "Athena's is date_diff('day', a, b)", "dateadd": "Athena's is date_add('day', n, d)",
    "date_sub": "Athena's is date_add('day', -n, d)", "datepart": "Athena's is extract(DAY FROM d)",
    "to_date": "Athena's is date_parse(text, '%Y-%m-%d') or date(text)", "strftime": "Athena's is date_format(d, '%Y-%m')",
    "strptime": "Athena's is date_parse(text, '%Y-%m-%d')", "getdate": "Athena's is now()", "sysdate": "Athena's is now()",
    "len": "Athena's is length(text)", "charindex": "Athena's is strpos(text, part)", "instr": "Athena's is strpos(text, part)",
    "group_concat": "Athena's is array_join(array_agg(x), ',')", "string_agg": "Athena's is array_join(array_agg(x), ',')",
    "median": "Athena's is approx_percentile(x, 0.5)", "to_timestamp": "Athena's is from_unixtime(n) or date_parse(text, form)",
    "left": "Athena's is substr(text, 1, n)", "right": "Athena's is substr(text, -n)", "iif": "Athena's is if(c, a, b)",
    "countif": "Athena's is count_if(c)", "sumif": "Athena's is sum(x) FILTER (WHERE c)", "array_length": "Athena's is cardinality(a)",
}  # fmt: skip
"""Functions of other engines, and what stands for them."""


def call(name: str, args: list[Expr], construct: Construct) -> Expr:
    """Raises UnsupportedSql for a function that is not in the table, or a wrong number of arguments."""
    function = FUNCTIONS.get(name)
    if function is None:
        near = difflib.get_close_matches(name, FUNCTIONS, n=1)
        if name in signatures.names() or name in UNLISTED:
            raise UnsupportedSql(f"the function {name}(){f'; there is {near[0]}()' if near else ''}")
        hint = FOREIGN.get(name) or (
            f"did you mean {near[0]}()?" if near else "SHOW FUNCTIONS lists those that are answered"
        )
        raise QueryError(f"FUNCTION_NOT_FOUND: there is no function {name}(); {hint}")
    if not function.least <= len(args) <= function.most:
        raise UnsupportedSql(f"{construct}: {name}() with {len(args)} arguments")
    return function.rule(args, construct)
