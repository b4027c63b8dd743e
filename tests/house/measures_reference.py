"""The page on measures: each question with how it is counted, from the files that answer it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sqlglot
from sqlglot import exp

from athena_federation.dialect.types import from_arrow
from slackanalytics.adoption import Measure, measures
from slackanalytics.adoption.questions import TABLES

Table = Callable[[Sequence[str], Sequence[Sequence[str]]], str]

FOLDER = "src/slackanalytics/adoption/measures"

LEAD = (
    f"Source: `{FOLDER}/`, one file of Athena's SQL per question. `slackanalytics serve` computes them in memory; in Athena the"
    " same text runs on views of the same names."
)

WORDS = """\
**People, not accounts.** `employee` is the person whose an account is by the [roster](../how-to/blend-hr.md): the employee
number, else the address; of an account that is nobody's its own user ID. Somebody with two accounts counts once.
`provisioned` is `count(DISTINCT employee)`, `active` is `count(DISTINCT IF(is_active, employee))`.

**The department of the day.** A member day belongs to the department that held on that day, or to `Unmatched` where no row of
the roster held. So somebody who moved counts in both departments over a period, once in each, and once in all.

**Who counts.** Bots never; guests where they are asked for. The measure `guests` always tells both.

**Windows include their last day.** 7 days are the day and the 6 before it, 28 days the day and the 27 before it. Slack's own
dashboard counts one day more for active people. Weeks begin on Monday, days are UTC. A day that is missing lacks in each window
that it is in; `coverage` tells which.

**Thirteen months at most.** Slack keeps no more, so "never before" means: not in these days.

**Cost** of inactive seats is `inactive` of `billable_inactive` times a price that you give; it is in no table."""

VIEWS = """\
`slackanalytics.adoption.athena_views` makes the statements that create these tables as views in Athena's database `adoption`,
over the connector's catalog and the roster in Glue, from the files in `src/slackanalytics/adoption/views/`. Their days are
constants, so that a statement fetches those days and no others. They match by employee number and by address, as written and
normalised; plus-addresses, changed domains and the alias file are for the local engine.

On your machine `adoption.member_days` is there in SQL as soon as there is a roster: conditions on `date` and `activity_date`
decide which days are fetched, as with `member_analytics`. There an account is matched by the address that each row has; in
memory by the newest one that is known of the account. They differ for who changed address and is found by nothing else."""


def body(table: Table) -> str:
    """Everything below the lead."""
    parts = [WORDS, "## Measures"]
    parts += [section(each, table) for each in measures().values()]
    parts += ["## What they are asked of"]
    for name, schema in TABLES.items():
        parts.append(f"`adoption.{name}`: {', '.join(f'`{field.name}` {from_arrow(field.type)}' for field in schema)}.")
    return "\n\n".join([*parts, VIEWS])


def section(measure: Measure, table: Table) -> str:
    """One measure."""
    back = {None: "All days before the period that there are.", 0: "None before the period."}
    window = back.get(measure.looks_back, f"The {measure.looks_back} days before the period, too.")
    rows = list(zip([f"`{name}`" for name in measure.schema.names], types(measure), formulas(measure), strict=True))
    lines = [f"### {measure.name}", measure.question, measure.meaning]
    lines += [table(("column", "type", "formula"), rows), f"Days read: {window} File: `{FOLDER}/{measure.name}.sql`."]
    return "\n\n".join(line for line in lines if line)


def types(measure: Measure) -> list[str]:
    return [str(kind) for _, kind in measure.statement.columns]


def formulas(measure: Measure) -> list[str]:
    """What each column is, as the last SELECT of the file says it."""
    tree = sqlglot.parse_one(measure.sql, dialect="athena")
    assert isinstance(tree, exp.Select)
    return [f"`{' '.join(each.unalias().sql(dialect='athena').split())}`" for each in tree.selects]
