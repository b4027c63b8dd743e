"""docs/reference/sql.md: what is answered, each with an example that a real Trino has answered, and what is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache

from tests.house.source import ROOT

from athena_federation import dialect
from athena_federation.errors import QueryError

GOLDEN = ROOT / "tests" / "contract" / "dialect" / "golden"
LONGEST = 110
"""Characters of a statement that is shown."""


def body() -> str:
    """The page below its title."""
    from athena_federation.dialect.aggregates import AGGREGATES, WINDOW_FUNCTIONS
    from athena_federation.dialect.functions import FUNCTIONS
    from athena_federation.dialect.lambdas import LAMBDAS

    parts = [LEAD]
    for title, known in (
        ("Functions", FUNCTIONS),
        ("Functions that take functions", LAMBDAS),
        ("Aggregates", AGGREGATES),
        ("Window functions", WINDOW_FUNCTIONS),
    ):
        lines = [f"| `{name}` | {shown(example(name))} |" for name in sorted(known)]
        parts.append("\n".join([f"## {title}\n", "| function | an example |", "| --- | --- |", *lines]))
    refused = [f"| `{cell(sql)}` | {cell(said)} |" for sql, said in refusals()]
    parts.append("\n".join([f"## Refused\n\n{REFUSED}\n", "| statement | what is said |", "| --- | --- |", *refused]))
    return "\n\n".join(parts)


LEAD = (
    "Statements are Athena's: [Trino's SQL](https://trino.io/docs/current/language.html), queries only. What is here is answered"
    " as Athena answers it, NULLs, rounding, types and errors included: every example below, and many more, has been answered"
    " by a real Trino, and the answers are compared with each run of the tests. What is not here, and any corner of it that is"
    " not known to mean the same, is an `UnsupportedSql` that names it, before anything is fetched.\n\nA query may have `WITH`,"
    " joins, subqueries (also with `IN`, `EXISTS`, `ANY` and `ALL`), `GROUP BY` with `GROUPING SETS`, `ROLLUP` and `CUBE`,"
    " `HAVING`, windows, `FILTER`, set operations, `VALUES` in `FROM`, `UNNEST` of arrays and maps, `ORDER BY`, `OFFSET`,"
    " `LIMIT` and `FETCH FIRST … WITH TIES`; an expression `CAST`, `TRY_CAST`, `TRY`, `CASE`, `IF`, `EXTRACT`, `INTERVAL`,"
    " `AT TIME ZONE`, `LIKE`, `BETWEEN`, `IN`, `IS DISTINCT FROM`, lambdas, and rows compared by `=`.\n\n`SHOW CATALOGS`,"
    " `SHOW SCHEMAS`, `SHOW TABLES`, `SHOW COLUMNS FROM`, `SHOW FUNCTIONS`, `DESCRIBE` and the tables of `information_schema`"
    " tell what there is; `EXPLAIN` tells what a statement would read, and reads nothing.\n\nThe session's time zone is UTC."
    " `approx_distinct` and `approx_percentile` are exact here."
)
REFUSED = "Some of what Trino answers and this does not; there may be another way to say it."


@cache
def recorded() -> tuple[str, ...]:
    """Every statement that Trino has answered, the shortest first."""
    found = []
    for file in GOLDEN.glob("*.json"):
        if file.stem not in ("tables", "errors", "refused", "generated"):
            found += [entry["sql"] for entry in json.loads(file.read_text(encoding="utf-8")) if "rows" in entry]
    return tuple(sorted(set(found), key=lambda sql: (len(sql), sql)))


def example(name: str) -> str | None:
    """The shortest call of a function among those statements, as it stands there."""
    call = re.compile(rf"(?<![\w.]){re.escape(name)}\s*\(", re.IGNORECASE)
    calls = [closed(sql, found.start(), found.end()) for sql in recorded() for found in call.finditer(sql)]
    return min((each for each in calls if len(each) <= LONGEST), key=len, default=None)


def closed(sql: str, start: int, inside: int) -> str:
    """A call from its name to the parenthesis that ends it."""
    depth, quoted, at = 1, False, inside
    while depth:
        quoted ^= sql[at] == "'"
        depth += 0 if quoted else {"(": 1, ")": -1}.get(sql[at], 0)
        at += 1
    return sql[start:at]


def refusals() -> Iterable[tuple[str, str]]:
    """Statements that are refused, and how."""
    from tests.contract.dialect.test_golden import Tables

    for entry in json.loads((GOLDEN / "refused.json").read_text(encoding="utf-8")):
        try:
            dialect.compile(entry["sql"], Tables(), now=datetime(2026, 11, 25, tzinfo=UTC))
        except QueryError as error:
            if len(entry["sql"]) <= LONGEST:
                yield entry["sql"], re.sub(r" \(line 1, column \d+\)", "", str(error))


def shown(sql: str | None) -> str:
    return f"`{cell(sql)}`" if sql else ""


def cell(text: str) -> str:
    return text.replace("|", "\\|")
