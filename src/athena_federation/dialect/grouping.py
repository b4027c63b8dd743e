"""GROUP BY: expressions, positions, GROUPING SETS, ROLLUP and CUBE."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlglot import exp

from athena_federation.dialect import types as t
from athena_federation.dialect.calls import has_aggregate
from athena_federation.dialect.expressions import Clause, expression
from athena_federation.dialect.grammar import only, text_of
from athena_federation.dialect.scope import Expr, Scope
from athena_federation.errors import QueryError, UnsupportedSql


@dataclass(frozen=True, slots=True)
class Grouping:
    """The clause, and the scope of what stands after it."""

    sql: str
    scope: Scope
    kinds: frozenset[type] = frozenset()
    """The kinds of node, other than columns, that are grouped by."""


def group_by(select: exp.Select, at: Clause, grouped: bool) -> Grouping:
    """The grouping of a SELECT; `grouped` where there is one group even without the clause."""
    if not grouped:
        return Grouping("", at.scope)
    node = select.args.get("group")
    if not node:
        return Grouping("", replace(at.scope, grouped=frozenset()))
    only(node, "expressions")
    if not node.expressions:
        raise QueryError("SYNTAX_ERROR: GROUP BY without an expression")
    items = Items(select, at, [], set())
    text = ", ".join(items.text(item) for item in node.expressions)
    scope = replace(at.scope, grouped=frozenset(expr.sql for expr in items.exprs))
    return Grouping(f"GROUP BY {text}", scope, frozenset(items.kinds))


@dataclass(frozen=True, slots=True)
class Items:
    """The parts of one GROUP BY clause, and what they group by."""

    select: exp.Select
    at: Clause
    exprs: list[Expr]
    kinds: set[type]

    def text(self, node: exp.Expr) -> str:
        match node:
            case exp.Rollup() | exp.Cube() | exp.GroupingSets():
                only(node, "expressions")
                for item in node.expressions:
                    require_columns(item)
                word = "GROUPING SETS" if isinstance(node, exp.GroupingSets) else type(node).__name__.upper()
                parts = [self.text(item) for item in node.expressions]
                if isinstance(node, exp.Cube) and len(set(parts)) < len(parts):
                    raise UnsupportedSql(f"{text_of(node)}: a column twice in CUBE")
                return f"{word} ({', '.join(parts)})"
            case exp.Tuple():
                return f"({', '.join(self.text(item) for item in node.expressions)})"
            case exp.Paren():
                return f"({self.text(node.this)})"
            case exp.Literal() if not node.is_string and node.name.isdigit():
                return self.position(int(node.name))
        return self.key(node)

    def position(self, n: int) -> str:
        """GROUP BY 1: the expression that SELECT has there. A constant needs no grouping of its own."""
        items = self.select.expressions
        if any(isinstance(item, exp.Star) or item.is_star for item in items):
            raise UnsupportedSql(f"GROUP BY {n} with * in the SELECT list")
        if not 1 <= n <= len(items):
            raise QueryError(f"INVALID_COLUMN_REFERENCE: GROUP BY {n}: the SELECT list has {len(items)} columns")
        return self.key(items[n - 1].unalias())

    def key(self, node: exp.Expr) -> str:
        if has_aggregate(node) or node.find(exp.Window):
            raise QueryError(f"EXPRESSION_NOT_SCALAR: GROUP BY cannot contain {text_of(node)}")
        found = expression(node, self.at)
        if found.type.element or found.type in (t.DAY_INTERVAL, t.YEAR_INTERVAL, t.JSON):
            raise UnsupportedSql(f"GROUP BY {text_of(node)}, which is {found.type}")
        self.exprs.append(found)
        self.kinds.add(type(node))
        return f"({found.sql})" if found.literal is None else f"(CAST({found.sql} AS {t.to_duckdb(found.type)}))"


def require_columns(node: exp.Expr) -> None:
    """Raises QueryError for anything but columns and lists of them."""
    if isinstance(node, exp.Tuple | exp.Paren):
        for item in node.iter_expressions():
            require_columns(item)
    elif not isinstance(node, exp.Column):
        raise QueryError(
            f"INVALID_COLUMN_REFERENCE: {text_of(node)} in GROUPING SETS, ROLLUP or CUBE, which take columns only; "
            "name the expression in a subquery"
        )
