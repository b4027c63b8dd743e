"""The measures: one file of SQL in Athena's dialect per question, the same here and in Athena."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files

import pyarrow as pa

from athena_federation.dialect import Relation, Statement, View, compile, to_arrow  # noqa: A004
from athena_federation.errors import UnknownTable
from slackanalytics.adoption.blend import DAYS, MEMBER_DAYS
from slackanalytics.people.matching import ROSTER_ONLY

COUNTED = pa.schema([*MEMBER_DAYS, ("attribute", pa.string())])
"""Member days that count for a question: without bots, without guests unless they are asked for; and one attribute."""

TABLES = {
    "member_days": MEMBER_DAYS,
    "counted_days": COUNTED,
    "period": pa.schema([("since", pa.date32()), ("until", pa.date32())]),
    "days": DAYS,
    "roster_only": ROSTER_ONLY,
}
"""What a measure can be asked of, in the schema `adoption`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A question, and the statement that answers it."""

    name: str
    question: str
    """One line."""
    meaning: str
    """What has to be said of how it is counted; often nothing."""
    sql: str
    """The file, comments included."""
    schema: pa.Schema
    """The columns of the answer."""
    looks_back: int | None
    """Days before the period that the answer depends on; None for all there are."""
    statement: Statement
    """Compiled; its scans name the tables."""


class _Tables:
    """The tables by name, for the compiler."""

    def resolve(self, parts: tuple[str, ...]) -> Relation | View:
        if len(parts) == 2 and parts[0] == "adoption" and parts[1] in TABLES:
            return Relation(("adoption", "adoption", parts[1]), TABLES[parts[1]])
        raise UnknownTable(f"TABLE_NOT_FOUND: there is no table {'.'.join(parts)}")


@cache
def measures() -> dict[str, Measure]:
    """Every measure by its name, in the order of their names."""
    folder = files("slackanalytics.adoption") / "measures"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return {
        name.removesuffix(".sql"): measure(name.removesuffix(".sql"), (folder / name).read_text("utf-8"))
        for name in names
    }


def measure(name: str, sql: str) -> Measure:
    """A measure from its text. No measure asks for the time of day, so that any moment compiles it."""
    comments = re.match(r"((?:--.*\n)+)", sql)
    lines = [line.removeprefix("--").strip() for line in comments[1].splitlines()] if comments else []
    back: int | None = 0
    told = []
    for line in lines:
        if found := re.fullmatch(r"Looks back (?:(\d+) days|as far as there are days)\.", line):
            back = int(found[1]) if found[1] else None
        else:
            told.append(line)
    statement = compile(sql, _Tables(), now=datetime(2000, 1, 1, tzinfo=UTC))
    # Texts are numbers underneath (`blend`), and stay so where CASE has no branch that is text.
    statement = replace(statement, sql=statement.sql.replace(" ELSE CAST(NULL AS VARCHAR) END", " END"))
    return Measure(
        name=name,
        question=told[0],
        meaning=" ".join(told[1:]),
        sql=sql,
        schema=pa.schema([(column, to_arrow(kind)) for column, kind in statement.columns]),
        looks_back=back,
        statement=statement,
    )
