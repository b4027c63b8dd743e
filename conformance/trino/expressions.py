"""Random statements that are typed as Trino types them: expressions, and queries as analysts write them."""

# ruff: noqa: INP001, S608  (scripts beside a Maven project; chance, not secrets; statements over test tables)
from __future__ import annotations

from collections.abc import Callable
from random import Random

COLUMNS: dict[str, tuple[str, ...]] = {
    "integer": ("n.k", "n.n", "cast(n.s as integer)"),
    "bigint": ("n.b", "cast(n.i as bigint)"),
    "decimal": ("n.p", "n.q"),
    "double": ("n.f",),
    "varchar": ("w.t", "w.u"),
    "boolean": ("(n.i > 1)", "(w.t < w.u)"),
    "date": ("t.d",),
    "timestamp": ("t.ts",),
    "array(integer)": ("array[n.k, n.n, 7]", "sequence(1, n.k)"),
}
SOURCE = "nums n join words w on n.k = w.k join times t on t.k = n.k"
"""Where these columns come from."""

LITERALS: dict[str, tuple[str, ...]] = {
    "integer": ("0", "1", "-3", "7", "100", "2147483647"),
    "bigint": ("3000000000", "bigint '5'", "bigint '-1'"),
    "decimal": ("1.5", "0.05", "100.00", "-2.25", "3.0", "0.333333", "12345678901.5"),
    "double": ("1e0", "2.5e0", "-0.1e0", "1e10", "0e0", "nan()", "infinity()"),
    "varchar": ("'a'", "''", "'hello world'", "'2026-11-10'", "'12'", "'-3.75'", "'Äb ß'", "'a,b,,c'", "' x '"),
    "boolean": ("true", "false"),
    "date": ("date '2026-11-10'", "date '2024-02-29'", "date '1999-12-31'", "date '2026-01-31'"),
    "timestamp": ("timestamp '2026-11-10 08:05:03.007'", "timestamp '2024-02-29 23:59:59.999'"),
    "array(integer)": ("array[1, 2, 3]", "array[3, 1, null]"),
}
UNITS = ("day", "week", "month", "quarter", "year")
TIMES = ("hour", "minute", "second", *UNITS)
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "+05:30", "UTC")
FORMATS = ("%Y-%m-%d", "%d/%m/%y", "%W %e %M", "%H:%i:%s", "%x-%v", "%j %p %h")
NEEDLES = ("'a'", "'l'", "'lo'", "''")
NUMBERS = ("integer", "bigint", "decimal", "double")


class Expressions:
    """Makes expressions of a wanted type; the same seed makes the same ones."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.forms: dict[str, tuple[Callable[[int], str], ...]] = {
            "integer": (
                lambda d: f"({self.of('integer', d)} {self.one('+-*/%')} {self.of('integer', d)})",
                lambda d: f"cast({self.any(('double', 'decimal', 'bigint', 'boolean'), d)} as integer)",
                lambda d: f"abs({self.of('integer', d)})",
                lambda d: f"element_at({self.of('array(integer)', d)}, {self.one('123')})",
                lambda d: f"reduce({self.of('array(integer)', d)}, 0, (s, x) -> s + coalesce(x, 1), s -> s)",
                lambda d: self.choice("integer", d),
            ),
            "bigint": (
                lambda d: f"({self.of('bigint', d)} {self.one('+-*/%')} {self.any(('integer', 'bigint'), d)})",
                lambda d: f"length({self.of('varchar', d)})",
                lambda d: f"strpos({self.of('varchar', d)}, {self.of('varchar', d)})",
                lambda d: f"date_diff('{self.one(UNITS)}', {self.of('date', d)}, {self.of('date', d)})",
                lambda d: f"date_diff('{self.one(TIMES)}', {self.of('timestamp', d)}, {self.of('timestamp', d)})",
                lambda d: (
                    f"{self.one(('year', 'month', 'day', 'week', 'quarter', 'day_of_week', 'day_of_year', 'year_of_week'))}({self.any(('date', 'timestamp'), d)})"
                ),
                lambda d: f"hour({self.of('timestamp', d)} at time zone '{self.one(ZONES)}')",
                lambda d: f"extract(day from {self.of('date', d)} - {self.of('date', d)})",
                lambda d: f"cardinality({self.of('array(integer)', d)})",
                lambda d: f"levenshtein_distance({self.of('varchar', d)}, {self.of('varchar', d)})",
                lambda d: f"strpos({self.of('varchar', d)}, {self.one(NEEDLES)}, {self.one(('1', '2', '-1', '-2'))})",
                lambda d: f"bit_count({self.of('bigint', d)}, 64)",
                lambda d: f"crc32(to_utf8({self.of('varchar', d)}))",
                lambda d: (
                    f"bitwise_{self.one(('left_shift', 'right_shift', 'right_shift_arithmetic'))}({self.of('bigint', d)}, {self.one(('0', '1', '7', '63', '64'))})"
                ),
                lambda d: f"bitwise_{self.one(('and', 'or', 'xor'))}({self.of('integer', d)}, {self.of('bigint', d)})",
                lambda d: f"cast({self.any(('varchar', 'double', 'decimal'), d)} as bigint)",
                lambda d: self.choice("bigint", d),
            ),
            "decimal": (
                lambda d: (
                    f"({self.of('decimal', d)} {self.one('+-*/%')} {self.any(('decimal', 'integer', 'bigint'), d)})"
                ),
                lambda d: (
                    f"cast({self.any((*NUMBERS, 'varchar'), d)} as decimal({self.one(('10,2', '38,4', '18,6', '5,0'))}))"
                ),
                lambda d: f"round({self.of('decimal', d)}, {self.one('0123')})",
                lambda d: f"{self.one(('round', 'floor', 'ceil', 'abs', 'truncate'))}({self.of('decimal', d)})",
                lambda d: self.choice("decimal", d),
            ),
            "double": (
                lambda d: f"({self.of('double', d)} {self.one('+-*/')} {self.any(NUMBERS, d)})",
                lambda d: f"cast({self.any((*NUMBERS, 'varchar'), d)} as double)",
                lambda d: f"round({self.of('double', d)}, {self.one('0123')})",
                lambda d: (
                    f"{self.one(('floor', 'ceil', 'abs', 'sqrt', 'ln', 'exp', 'truncate'))}({self.of('double', d)})"
                ),
                lambda d: f"to_unixtime({self.of('timestamp', d)})",
                lambda d: f"power({self.any(NUMBERS, d)}, {self.one('0123')})",
                lambda d: self.choice("double", d),
            ),
            "varchar": (
                lambda d: f"({self.of('varchar', d)} || {self.of('varchar', d)})",
                lambda d: (
                    f"{self.one(('upper', 'lower', 'trim', 'ltrim', 'rtrim', 'reverse'))}({self.of('varchar', d)})"
                ),
                lambda d: (
                    f"substr({self.of('varchar', d)}, {self.one(('0', '1', '2', '-2', '-9'))}{self.one(('', ', 2', ', 0'))})"
                ),
                lambda d: f"cast({self.any((*NUMBERS, 'boolean', 'date', 'timestamp'), d)} as varchar)",
                lambda d: f"replace({self.of('varchar', d)}, 'a', {self.of('varchar', d)})",
                lambda d: f"split_part({self.of('varchar', d)}, '{self.one((',', ' ', 'l'))}', {self.one('123')})",
                lambda d: f"{self.one(('lpad', 'rpad'))}({self.of('varchar', d)}, {self.one('0358')}, '*-')",
                lambda d: f"date_format({self.any(('date', 'timestamp'), d)}, '{self.one(FORMATS)}')",
                lambda d: f"regexp_extract({self.of('varchar', d)}, '{self.one(('[a-z]+', '[0-9]+', '(l+)o'))}')",
                lambda d: f"regexp_replace({self.of('varchar', d)}, '{self.one(('[a-z]+', '[0-9]', ','))}', '<$0>')",
                lambda d: f"cast({self.of('timestamp', d)} at time zone '{self.one(ZONES)}' as varchar)",
                lambda d: (
                    f"json_extract_scalar('{{\"a\": ' || cast({self.of('integer', d)} as varchar) || '}}', '$.a')"
                ),
                lambda d: (
                    f"format('{self.one(('%d', '%,d', '%05d', '%+8d|', '%-6d|', '%x'))}', {self.any(('integer', 'bigint'), d)})"
                ),
                lambda d: (
                    f"format('{self.one(('%.1f', '%,.2f', '%.0f', '%+.3f', '%010.2f', '%f'))}', {self.any(('double', 'decimal'), d)})"
                ),
                lambda d: (
                    f"format('{self.one(('%s|', '%10s', '%-5s|', '%.2s'))}', {self.any(('varchar', 'integer', 'boolean', 'date', 'decimal', 'double'), d)})"
                ),
                lambda d: (
                    f"{self.one(('url_encode', 'url_decode', 'url_extract_path', 'url_extract_host', 'normalize'))}({self.of('varchar', d)})"
                ),
                lambda d: (
                    f"url_extract_{self.one(('host', 'path', 'query', 'fragment', 'protocol'))}('http://x/' || {self.of('varchar', d)})"
                ),
                lambda d: (
                    f"array_join(regexp_split({self.of('varchar', d)}, '{self.one(('[a-z]', ',', '[0-9]+', 'll'))}'), '|')"
                ),
                lambda d: f"array_join(split({self.of('varchar', d)}, ',', {self.one('123')}), '|')",
                lambda d: (
                    f"json_format(cast({self.any(('varchar', 'integer', 'bigint', 'boolean', 'array(integer)', 'date', 'decimal', 'double'), d)} as json))"
                ),
                lambda d: f"cast(cast({self.of('varchar', d)} as char({self.one('137')})) as varchar)",
                lambda d: f"array_join({self.of('array(integer)', d)}, '-', 'x')",
                lambda d: f"cast({self.of('varchar', d)} as varchar({self.one('135')}))",
                lambda d: self.choice("varchar", d),
            ),
            "boolean": (
                self.comparison,
                self.comparison,
                lambda d: f"({self.of('boolean', d)} {self.one(('and', 'or'))} {self.of('boolean', d)})",
                lambda d: f"(not {self.of('boolean', d)})",
                lambda d: f"({self.any(tuple(LITERALS), d)} is {self.one(('', 'not '))}null)",
                lambda d: f"({self.of('varchar', d)} like '{self.one(('%a%', 'h_llo%', '', '%'))}')",
                lambda d: f"regexp_like({self.of('varchar', d)}, '{self.one(('^[a-z]', '[0-9]{2}', 'o$'))}')",
                lambda d: f"(cast({self.of('varchar', d)} as char(4)) = {self.any(('varchar',), d)})",
                lambda d: f"(({self.of('integer', d)}, {self.of('varchar', d)}) in ((7, 'x'), (1, 'a')))",
                lambda d: (
                    f"(cast(row({self.of('integer', d)}, {self.of('boolean', d)}) as row(a bigint, b boolean)).b)"
                ),
                lambda d: f"({self.of('integer', d)} in ({self.of('integer', d)}, {self.of('bigint', d)}))",
                lambda d: f"any_match({self.of('array(integer)', d)}, x -> x > {self.of('integer', 0)})",
                lambda d: f"contains({self.of('array(integer)', d)}, {self.of('integer', d)})",
                lambda d: f"({self.of('date', d)} - {self.of('date', d)} > interval '7' day)",
                lambda d: self.choice("boolean", d),
            ),
            "date": (
                lambda d: f"date_add('{self.one(UNITS)}', {self.one(('1', '-1', '30', '-13'))}, {self.of('date', d)})",
                lambda d: f"date_trunc('{self.one(UNITS)}', {self.of('date', d)})",
                lambda d: (
                    f"({self.of('date', d)} {self.one('+-')} interval '{self.one(('1', '30'))}' {self.one(('day', 'month', 'year'))})"
                ),
                lambda d: f"cast({self.any(('timestamp', 'varchar'), d)} as date)",
                lambda d: f"cast({self.of('timestamp', d)} at time zone '{self.one(ZONES)}' as date)",
                lambda d: f"last_day_of_month({self.any(('date', 'timestamp'), d)})",
                lambda d: self.choice("date", d),
            ),
            "timestamp": (
                lambda d: f"date_add('{self.one(TIMES)}', {self.one(('1', '-1', '100'))}, {self.of('timestamp', d)})",
                lambda d: f"date_trunc('{self.one(TIMES)}', {self.of('timestamp', d)})",
                lambda d: (
                    f"({self.of('timestamp', d)} {self.one('+-')} interval '5' {self.one(('hour', 'day', 'month', 'second'))})"
                ),
                lambda d: f"cast({self.any(('date', 'varchar'), d)} as timestamp)",
                lambda d: f"cast({self.of('timestamp', d)} at time zone '{self.one(ZONES)}' as timestamp)",
                lambda d: self.choice("timestamp", d),
            ),
            "array(integer)": (
                lambda d: (
                    f"transform({self.of('array(integer)', d)}, x -> x {self.one('+*/')} {self.of('integer', 0)})"
                ),
                lambda d: f"filter({self.of('array(integer)', d)}, x -> x > {self.of('integer', 0)})",
                lambda d: f"array[{self.of('integer', d)}, {self.of('integer', d)}]",
                lambda d: f"array_distinct({self.of('array(integer)', d)})",
                lambda d: f"slice({self.of('array(integer)', d)}, {self.one(('1', '2', '-2'))}, 2)",
                lambda d: f"({self.of('array(integer)', d)} || {self.of('array(integer)', d)})",
                lambda d: f"array_remove({self.of('array(integer)', d)}, {self.of('integer', d)})",
                lambda d: f"array_sort({self.of('array(integer)', d)})",
            ),
        }

    def one(self, choices: str | tuple[str, ...]) -> str:
        return self.chance.choice(choices)

    def of(self, kind: str, depth: int) -> str:
        """An expression of a type, nested at most so deep."""
        if depth <= 0 or self.chance.random() < 0.25:
            return self.one(COLUMNS[kind] if self.chance.random() < 0.6 else LITERALS[kind])
        return self.chance.choice(self.forms[kind])(depth - 1)

    def any(self, kinds: tuple[str, ...], depth: int) -> str:
        return self.of(self.one(kinds), depth)

    def choice(self, kind: str, d: int) -> str:
        """One of several values of a type."""
        a, b = self.of(kind, d), self.of(kind, d)
        return self.one((
            f"coalesce({a}, {b})", f"nullif({a}, {b})", f"greatest({a}, {b})", f"least({a}, {b})",
            f"if({self.of('boolean', d)}, {a}, {b})", f"case when {self.of('boolean', d)} then {a} else {b} end",
            f"case {a} when {b} then {a} end", f"try({a})",
        ))  # fmt: skip

    def comparison(self, d: int) -> str:
        operator = self.one(("=", "<>", "<", "<=", ">", ">=", "is distinct from"))
        kinds = self.chance.choice(
            (("integer", "bigint", "decimal", "double"), ("varchar",), ("date", "timestamp"), ("boolean",))
        )
        a, b = self.any(kinds, d), self.any(kinds, d)
        return f"({a} {operator} {b})" if self.chance.random() < 0.8 else f"({a} between {b} and {self.any(kinds, d)})"

    def expression(self) -> str:
        """An expression of any type."""
        return self.of(self.one(tuple(self.forms)), self.chance.randint(1, 4))


MEASURES = (
    "count(*)", "count(distinct a.user_id)", "sum(a.messages)", "avg(a.messages)", "max(a.messages)", "min(a.date)",
    "count_if(a.is_active)", "sum(a.messages) filter (where a.is_active)", "approx_distinct(a.email_address)",
    "max_by(a.user_id, a.messages * 100 + length(a.user_id))", "100.0 * count_if(a.is_active) / count(*)",
    "count_if(a.is_active) * 100 / count(*)", "round(avg(cast(a.messages as double)), 2)", "bool_or(a.is_guest)",
    "array_join(array_agg(distinct a.user_id order by a.user_id), ',')", "listagg(a.user_id, ',') within group (order by a.user_id, a.date)",
    "sum(if(a.is_active, 1, 0)) * 1.0 / count(*)", "cast(count_if(a.is_active) as double) / nullif(count(*), 0)",
    "stddev(a.messages)", "approx_percentile(a.messages, 0.5)", "cardinality(histogram(a.user_id))", "max(a.messages, 2)",
)  # fmt: skip
KEYS = (
    "a.date", "a.activity_date", "date_trunc('month', a.activity_date)", "a.is_active", "r.department", "a.is_guest",
    "substr(a.date, 1, 7)", "day_of_week(a.activity_date)", "coalesce(r.department, 'none')", "lower(a.email_address)",
    "case when a.messages > 5 then 'many' when a.messages > 0 then 'some' else 'none' end", "a.user_id",
    "format_datetime(a.activity_date, 'EEEE')", "week(a.activity_date)",
)  # fmt: skip
JOINS = (
    "activity a left join roster r on lower(a.email_address) = r.employee_email",
    "activity a join roster r on lower(a.email_address) = lower(r.employee_email)",
    "roster r right join activity a on r.employee_email = a.email_address",
    "activity a full join roster r on a.email_address = r.employee_email",
    "activity a cross join (select max(department) as department, count(*) as n from roster) r",
)
CONDITIONS = (
    "a.date >= '2026-11-09'", "a.activity_date > date '2026-11-10' - interval '2' day", "a.is_active", "not a.is_guest",
    "a.messages between 1 and 18", "a.email_address like '%@x.com'", "r.department in ('Eng', 'Ops')", "r.department is null",
    "a.user_id in (select user_id from activity where messages > 7)", "a.date_claimed is not null",
    "exists (select 1 from roster s where s.employee_email = a.email_address)",
    "from_unixtime(a.date_claimed) < timestamp '2023-01-01 00:00:00'", "a.messages > any (select 5)",
    "(a.user_id, a.date) in (('U1', '2026-11-09'), ('U2', '2026-11-10'))", "coalesce(a.messages, 0) * 2 > 10",
    "date_diff('day', a.activity_date, date '2026-11-10') < 2",
)  # fmt: skip
WINDOWS = (
    "row_number() over (partition by a.user_id order by a.date)", "rank() over (order by a.date desc)",
    "sum(a.messages) over (partition by a.user_id order by a.date rows between 1 preceding and current row)",
    "lag(a.messages) over (partition by a.user_id order by a.date)", "avg(a.messages) over (partition by a.date)",
    "a.messages - lag(a.messages, 1, 0) over (partition by a.user_id order by a.date)",
    "first_value(a.date) over (partition by a.user_id order by a.date)", "ntile(2) over (partition by a.date order by a.user_id)",
    "count(*) over (order by a.activity_date range between interval '1' day preceding and current row)",
    "max(a.date) over (partition by a.is_active)", "percent_rank() over (partition by a.date order by a.user_id)",
)  # fmt: skip


class Queries:
    """Makes queries over activity and roster: filtered, joined, grouped, ranked."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance

    def some(self, choices: tuple[str, ...], least: int, most: int) -> list[str]:
        return self.chance.sample(choices, self.chance.randint(least, most))

    def where(self) -> str:
        found = self.some(CONDITIONS, 0, 3)
        word = self.chance.choice(("and", "or"))
        return " where " + f" {word} ".join(found) if found else ""

    def query(self) -> str:
        """One query of some shape."""
        return self.chance.choice((self.grouped, self.grouped, self.grouped, self.ranked, self.named, self.united))()

    def grouped(self) -> str:
        keys, measures = self.some(KEYS, 0, 3), self.some(MEASURES, 1, 4)
        items = ", ".join(f"{item} as c{n}" for n, item in enumerate([*keys, *measures]))
        groups = ", ".join(self.chance.choice((key, str(n))) for n, key in enumerate(keys, 1))
        if keys and all("(" not in key and " " not in key for key in keys) and self.chance.random() < 0.3:
            groups = f"{self.chance.choice(('rollup', 'cube', 'grouping sets'))} ({', '.join(keys)})"
        having = self.chance.choice(("", "", " having count(*) > 1", " having sum(a.messages) > 7"))
        group = f" group by {groups}" if keys else ""
        return f"select {items} from {self.chance.choice(JOINS)}{self.where()}{group}{having}"

    def ranked(self) -> str:
        windows = ", ".join(f"{item} as w{n}" for n, item in enumerate(self.some(WINDOWS, 1, 3)))
        # ranks and running sums need an order that leaves no choice: one row per person and day
        inner = f"select a.user_id, a.date, a.messages, {windows} from activity a{self.where().replace('r.department', 'a.user_id')}"
        return self.chance.choice((inner, f"select date, count(*) as n, max(w0) as m from ({inner}) x group by date"))

    def named(self) -> str:
        return f"with g as ({self.grouped()}) select count(*) as n, max(c0) as top, min(c0) as low from g"

    def united(self) -> str:
        word = self.chance.choice(("union", "union all", "intersect", "except"))
        key = self.chance.choice(("user_id", "date", "email_address", "upper(user_id)"))
        sides = [
            f"select {key} as x from activity a{self.where().replace('r.department', 'a.user_id')}" for _ in range(2)
        ]
        return f"select x, count(*) as n from ({sides[0]} {word} {sides[1]}) u group by x"
