"""Random statements on both engines: every answer is Trino's, or an error, or a refusal. See README.md in this folder."""

# ruff: noqa: INP001, E402, S310, S311, S608, T201  (a script beside a Maven project; loopback only)
from __future__ import annotations

import argparse
import base64
import json
import re
import sys
import urllib.request
from collections import Counter
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import duckdb

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parent)]

from expressions import SOURCE, Expressions, Queries
from tables import fill
from tests.contract.dialect import test_golden as golden

from athena_federation import dialect
from athena_federation.errors import FederationError

TOGETHER = 60
"""Expressions per statement: one question to Trino takes half a second."""


class Trino:
    """A client of one node, by HTTP (https://trino.io/docs/current/develop/client-protocol.html)."""

    def __init__(self, url: str) -> None:
        self.url = url

    def rows(self, sql: str) -> tuple[list[str], list[list[Any]]]:
        """Types and rows, as the protocol has them. Raises ValueError with Trino's word for an error."""
        headers = {
            "X-Trino-User": "differ", "X-Trino-Catalog": "memory", "X-Trino-Schema": "default", "X-Trino-Time-Zone": "UTC",
            "X-Trino-Client-Capabilities": "PARAMETRIC_DATETIME",
        }  # fmt: skip
        request = urllib.request.Request(f"{self.url}/v1/statement", sql.encode(), headers)
        rows: list[list[Any]] = []
        kinds: list[str] = []
        while True:
            with urllib.request.urlopen(request) as response:
                page = json.load(response)
            if "error" in page:
                raise ValueError(page["error"]["errorName"])
            kinds = [column["type"] for column in page.get("columns", [])] or kinds
            rows += page.get("data", [])
            if "nextUri" not in page:
                return kinds, rows
            request = urllib.request.Request(page["nextUri"], headers=headers)


class Ours:
    """This package over the golden tables."""

    def __init__(self) -> None:
        self.engine = golden.filled()

    def rows(self, sql: str) -> tuple[list[dialect.Type], list[tuple[Any, ...]]]:
        statement, cursor = golden.answer(sql, self.engine)
        return [kind for _, kind in statement.columns], cursor.fetchall()


def theirs(value: Any, kind: dialect.Type) -> Any:
    """A value of the protocol, comparable with one of DuckDB's."""
    if isinstance(value, str) and kind.name.startswith("timestamp"):
        text = value.removesuffix(" UTC")
        if kind.zone:
            return text
        return text if "." in text else f"{text}.000"
    if kind.name == "varbinary" and value is not None:
        return base64.b64decode(value).hex()
    if kind.name == "decimal" and value is not None:
        return str(Decimal(value))
    return golden.read(value, kind)


def alike(ours: tuple[Any, ...], other: list[Any], kinds: list[dialect.Type]) -> bool:
    return [golden.shown(v, k) for v, k in zip(ours, kinds, strict=True)] == [
        theirs(v, k) for v, k in zip(other, kinds, strict=True)
    ]


class Differences:
    """What was found, by kind; `silent` are answers of ours that Trino does not give."""

    def __init__(self, ours: Ours, trino: Trino) -> None:
        self.ours, self.trino = ours, trino
        self.count: Counter[str] = Counter()
        self.silent: list[str] = []

    def note(self, kind: str, sql: str = "") -> None:
        self.count[kind] += 1
        if kind == "different":
            self.silent.append(sql)
            print("DIFFERENT", sql, flush=True)

    def statement(self, sql: str) -> None:
        """One statement on both engines."""
        try:
            kinds, rows = self.ours.rows(sql)
        except (FederationError, duckdb.Error) as error:
            refused = isinstance(error, FederationError)
            return self.note("refused" if refused else "an error here")
        try:
            named, others = self.trino.rows(sql)
        except ValueError:
            return self.note("different", f"(an error in Trino) {sql}")
        same_types = [str(kind).replace(", ", ",") for kind in kinds] == [without_length(name) for name in named]
        mine = sorted(([golden.shown(v, k) for v, k in zip(row, kinds, strict=True)] for row in rows), key=repr)
        its = sorted(([theirs(v, k) for v, k in zip(row, kinds, strict=True)] for row in others), key=repr)
        return self.note("alike" if same_types and mine == its else "different", sql)

    def together(self, expressions: list[str]) -> None:
        """Several expressions in one statement, each within TRY; those that differ are asked alone."""
        if not expressions:
            return
        items = ", ".join(f"try({each})" for each in expressions)
        sql = f"select n.k, {items} from {SOURCE} order by 1"
        try:
            kinds, rows = self.ours.rows(sql)
            named, others = self.trino.rows(sql)
        except (FederationError, duckdb.Error, ValueError):
            for each in expressions:
                self.statement(f"select n.k, {each} from {SOURCE}")
            return
        for n, each in enumerate(expressions, 1):
            kind = kinds[n]
            same = str(kind).replace(", ", ",") == without_length(named[n]) and all(
                alike((a[n],), [b[n]], [kind]) for a, b in zip(rows, others, strict=True)
            )
            if same:
                self.note("alike")
            else:
                self.statement(f"select n.k, {each} from {SOURCE}")


def without_length(kind: str) -> str:
    return re.sub(r"varchar\(\d+\)", "varchar", kind).replace(", ", ",").lower()


def main() -> None:
    """Exits with 1 when an answer differs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--expressions", type=int, default=10_000)
    parser.add_argument("--queries", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    ours, trino = Ours(), Trino(given.url)
    fill(lambda sql: trino.rows(sql)[1])
    found = Differences(ours, trino)
    made, waiting, seen = Expressions(Random(given.seed)), [], 0
    while seen < given.expressions:
        expression = made.expression()
        seen += 1
        try:
            dialect.compile(f"select {expression} from {SOURCE}", golden.Tables(), now=golden.NOW)
        except FederationError:
            found.note("refused")
            continue
        waiting.append(expression)
        if len(waiting) == TOGETHER:
            found.together(waiting)
            waiting = []
    found.together(waiting)
    print("expressions:", dict(found.count), flush=True)
    found.count.clear()
    queries = Queries(Random(given.seed))
    for _ in range(given.queries):
        found.statement(queries.query())
    print("queries:", dict(found.count))
    sys.exit(bool(found.silent))


if __name__ == "__main__":
    main()
