"""Names: what a FROM clause offers, and how a column reference finds its field.

Trino's scoping: names are case-insensitive; a reference is resolved against the relations of the FROM clause,
then against those of the query around it; SELECT aliases are seen by ORDER BY only.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from athena_federation.dialect.types import Type
from athena_federation.errors import QueryError, UnknownColumn


@dataclass(frozen=True, slots=True)
class Expr:
    """A typed expression: its DuckDB text, its Trino type, and what it depends on."""

    sql: str
    type: Type
    refs: frozenset[str] = frozenset()
    """The scans on whose day the value depends."""
    literal: str | None = None
    """The text of a literal, where it is one."""
    tidy: bool = False
    """Known to be NULL or text of the form YYYY-MM-DD."""


@dataclass(frozen=True, slots=True)
class Field:
    """One column that a relation offers."""

    name: str | None
    """None for an expression without alias, which nothing can name."""
    expr: Expr
    """How DuckDB is asked for it."""
    relation: tuple[str, ...] = ()
    """The relation's full name or alias; empty for the column that USING merges."""

    def answers(self, name: str, relation: tuple[str, ...]) -> bool:
        """Whether `relation.name` can mean this field."""
        return self.name == name and (not relation or self.relation[-len(relation) :] == relation)


@dataclass(frozen=True, slots=True)
class Scope:
    """The fields in sight, and the scope around it."""

    fields: tuple[Field, ...] = ()
    outer: Scope | None = None
    ctes: Mapping[str, Cte] = field(default_factory=dict)
    """The WITH queries in sight."""
    aliases: tuple[Field, ...] = ()
    """What SELECT calls its columns: seen first, but by ORDER BY only."""
    hidden: frozenset[str] = frozenset()
    """SELECT aliases that a user may expect to see here, for the complaint."""
    grouped: frozenset[str] | None = None
    """Texts of the GROUP BY expressions, where only these and aggregates have a value."""

    def resolve(self, name: str, relation: tuple[str, ...] = ()) -> Expr:
        """Raises UnknownColumn when nothing, or more than one thing, has that name."""
        if not relation and (own := [f for f in self.aliases if f.name == name]):
            if len(own) > 1:
                raise UnknownColumn(f"AMBIGUOUS_NAME: several columns of the SELECT list are called {name}")
            return own[0].expr
        scope: Scope | None = self
        while scope is not None:
            found = [f for f in scope.fields if f.answers(name, relation)]
            if len(found) > 1:
                where = ", ".join(sorted(".".join((*f.relation, name)) for f in found))
                raise UnknownColumn(f"AMBIGUOUS_NAME: column {name} is ambiguous ({where}): say which table is meant")
            if found:
                return scope.grouped_value(found[0])
            scope = scope.outer
        raise UnknownColumn(self.complaint(name, relation))

    def grouped_value(self, found: Field) -> Expr:
        if self.grouped is not None and found.expr.sql not in self.grouped:
            raise QueryError(
                f"EXPRESSION_NOT_AGGREGATE: {found.name} is neither in GROUP BY nor within an aggregate; "
                f"add it to GROUP BY, or take max({found.name})"
            )
        return found.expr

    def complaint(self, name: str, relation: tuple[str, ...]) -> str:
        dotted = ".".join((*relation, name))
        if name in self.hidden and not relation:
            return (
                f"COLUMN_NOT_FOUND: {name} is an alias of the SELECT list, which only ORDER BY sees; "
                "repeat the expression (in GROUP BY its position will do)"
            )
        names = sorted({f.name for f in self.fields if f.name})
        if relation and name in names:
            offers = sorted({".".join(f.relation) for f in self.fields if f.name == name and f.relation})
            hint = f"; {name} is in {', '.join(offers)}" if offers else f"; after USING write {name} alone"
        else:
            near = difflib.get_close_matches(name, names, n=1)
            hint = f"; did you mean {near[0]}?" if near else (f"; there is {', '.join(names[:12])}" if names else "")
        return f"COLUMN_NOT_FOUND: there is no column {dotted}{hint}"


@dataclass(frozen=True, slots=True)
class Cte:
    """A WITH query, compiled: what DuckDB calls it, and its columns."""

    id: str
    columns: tuple[Field, ...]


def merged(exprs: Iterable[Expr]) -> frozenset[str]:
    """What an expression made of these depends on."""
    return frozenset().union(*(expr.refs for expr in exprs))
