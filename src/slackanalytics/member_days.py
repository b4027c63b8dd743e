"""`adoption.member_days` in SQL: member_analytics joined with who is who, so that conditions on days still prune.

The account of a row is matched by the address and the employee number that the row itself has: so no day has to be read
to know the accounts. The rules are those of `people.match`, of which the tables here hold the outcome.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from importlib.resources import files
from string import Template

import pyarrow as pa

from athena_federation.local import Database
from slackanalytics.people import Roster, Rules
from slackanalytics.people.matching import ALIAS, NUMBER, Index
from slackanalytics.people.rules import BOT
from slackanalytics.people.tenures import PERSON, table

SCHEMA = "adoption"
NAME = f"{SCHEMA}.member_days"

KEYS = pa.schema([("form", pa.string()), ("key", pa.string()), ("employee", pa.string())])
"""By what people are found. `employee` is NULL for a key of several people."""
_RULE = re.compile(r" -- \[(.*)\]$")
"""What says at the end of a line with which rule it is there."""
DOMAINS = pa.schema([("old", pa.string()), ("present", pa.string())])


def offer(database: Database, roster: Roster, rules: Rules, *, catalog: str, days: str = "true") -> None:
    """
    Make `adoption.member_days` a view of a database that has Slack's tables in `catalog`; of the `days` that a condition
    on `m.date` names.

    What it joins is registered beside it as `adoption.keys`, `adoption.tenures` and, where it matters, `adoption.domains`.
    """
    found = list(keys(roster, rules))
    forms = {form for form, _, _ in found}
    database.register(f"{SCHEMA}.keys", pa.table(list(map(list, zip(*found, strict=True))) or [[]] * 3, schema=KEYS))
    database.register(f"{SCHEMA}.tenures", table(roster, more=PERSON))
    if rules.domains:
        database.register(
            f"{SCHEMA}.domains",
            pa.table([list(each) for each in zip(*rules.domains.items(), strict=True)], schema=DOMAINS),
        )
        forms.add("domain")
    database.view(NAME, query(statement(forms, catalog=catalog, days=days)))


def statement(rules: Collection[str], *, catalog: str, days: str) -> str:
    """
    What creates `adoption.member_days`.

    Args:
        rules: The forms of keys that are in use beyond number, exact and normalised, and `domain` where domains change.
        catalog: The catalog with member_analytics, as `m`.
        days: A condition on its days.
    """
    text = (files("slackanalytics") / "adoption" / "views" / "member_days.sql").read_text("utf-8")
    lines = [(line, _RULE.search(line)) for line in text.splitlines()]
    wanted = [_RULE.sub("", line) for line, rule in lines if not rule or rule[1] in rules]
    return Template("\n".join(wanted)).substitute(catalog=catalog, days=days)


def query(statement: str) -> str:
    """What a view stands for, of the statement that creates it."""
    return re.split(r"^CREATE OR REPLACE VIEW \S+ AS\n", statement, maxsplit=1, flags=re.MULTILINE)[1]


def keys(roster: Roster, rules: Rules) -> Iterator[tuple[str, str, str | None]]:
    """Form, key, and whose it is. Addresses without their tags at their present domain are a form of their own."""
    index = Index(roster, rules)
    for number, person in index.numbers.items():
        yield NUMBER, number, person
    for form, people_of in index.people.items():
        name = "domain alias, plus" if form == "domain alias" and rules.plus else form
        for key, people in people_of.items():
            yield name, key, next(iter(people)) if len(people) == 1 else None
    for address, other in rules.aliases.items():
        if other == BOT:
            yield BOT, address, None
        elif alias := index.by_alias(address):
            yield ALIAS, address, alias
