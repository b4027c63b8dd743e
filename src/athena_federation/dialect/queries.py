"""Queries: SELECT, WITH, set operations, VALUES; grouping, ordering and limits.

Within a statement the columns of a query are called c0, c1, …; names exist only here, in scopes. That way a name
that repeats, or that DuckDB would take for something else, cannot change the meaning.
"""

# The text is made of parts that this package wrote.
# ruff: noqa: S608
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlglot import exp

from athena_federation.dialect import (
    constants,  # noqa: F401  (adds its rules)
    forms,  # noqa: F401  (adds its rules)
    intervals,
)
from athena_federation.dialect import types as t
from athena_federation.dialect.calls import direction, has_aggregate
from athena_federation.dialect.expressions import Clause, condition, expression
from athena_federation.dialect.grammar import only, text_of
from athena_federation.dialect.grouping import group_by
from athena_federation.dialect.relations import Source, from_clause, values
from athena_federation.dialect.scope import Cte, Expr, Field, Scope, merged
from athena_federation.dialect.statement import Program, Rows, quoted
from athena_federation.errors import QueryError, UnknownColumn, UnsupportedSql

TAIL = ("order", "limit", "offset")
WHOLE = ("with_", *TAIL)


def query(program: Program, node: exp.Expr, scope: Scope) -> Rows:
    """A query that is part of a statement."""
    return compiled(program, node, scope)


def compiled(program: Program, node: exp.Expr, scope: Scope, *, labels: bool = False) -> Rows:
    """A query; with `labels` its columns are called in the text what Athena calls them."""
    named: list[tuple[str, str]] = []
    if with_ := node.args.get("with_"):
        named, scope = with_clause(with_, program, scope)
    match node:
        case exp.Select():
            rows = select(node, program, scope, labels=labels)
        case exp.SetOperation():
            rows = set_operation(node, program, scope, labels=labels)
        case exp.Subquery():
            only(node, "this", *WHOLE)
            rows = compiled(program, node.this, scope, labels=labels)
            rows = Rows(f"({rows.sql})", rows.columns)
            if any(node.args.get(part) for part in TAIL):
                rows = nested(rows, node, program, scope, labels=labels)
        case exp.Values():
            only(node, "expressions", *WHOLE)
            rows = nested(values(node, program, scope), node, program, scope, labels=labels)
        case _:
            raise UnsupportedSql(f"{type(node).__name__}: {text_of(node)}")
    return Rows(with_prefix(named, rows.sql) + rows.sql, rows.columns)


def with_prefix(named: list[tuple[str, str]], text: str) -> str:
    """WITH and those of the named queries that something reads."""
    kept: list[str] = []
    for id_, body in reversed(named):
        if any(quoted(id_) in reader for reader in (text, *kept)):
            kept.insert(0, f"{quoted(id_)} AS ({body})")
    return f"WITH {', '.join(kept)} " if kept else ""


def nested(rows: Rows, node: exp.Expr, program: Program, scope: Scope, *, labels: bool) -> Rows:
    """Rows as they are, with ORDER BY and LIMIT of their own."""
    id_ = program.fresh()
    fields = tuple(
        Field(f.name, replace(f.expr, sql=f"{quoted(id_)}.c{n}", literal=None)) for n, f in enumerate(rows.columns)
    )
    text = f"SELECT {listed(fields, labels=labels)} FROM ({rows.sql}) AS {quoted(id_)}"
    at = Clause(program, Scope(fields=fields, ctes=scope.ctes), "ORDER BY")
    return Rows(text + tail(node, at, fields, labels=labels), fields)


def listed(fields: tuple[Field, ...], *, labels: bool) -> str:
    """The SELECT list of a text."""
    names = [quoted(athena_name(f, n)) if labels else f"c{n}" for n, f in enumerate(fields)]
    texts = [intervals.shown(f.expr) if labels and t.is_shown(f.expr.type) else f.expr.sql for f in fields]
    return ", ".join(f"{text} AS {name}" for text, name in zip(texts, names, strict=True))


def athena_name(field: Field, n: int) -> str:
    return field.name if field.name is not None else f"_col{n}"


def with_clause(node: exp.With, program: Program, scope: Scope) -> tuple[list[tuple[str, str]], Scope]:
    """Name and text of each, compiled once and seeing those before it, and the scope that has them all."""
    if node.args.get("recursive"):
        raise UnsupportedSql("WITH RECURSIVE")
    only(node, "expressions")
    texts: list[tuple[str, str]] = []
    known = dict(scope.ctes)
    names: set[str] = set()
    for item in node.expressions:
        only(item, "this", "alias")
        name = item.alias.lower()
        if name in names:
            raise QueryError(f"DUPLICATE_NAMED_QUERY: two WITH queries are called {name}")
        names.add(name)
        rows = compiled(program, item.this, Scope(outer=scope.outer, ctes=dict(known)))
        columns = [column.name.lower() for column in item.args["alias"].columns]
        if columns and len(columns) != len(rows.columns):
            raise QueryError(
                f"MISMATCHED_COLUMN_ALIASES: the WITH query {name} has {len(rows.columns)} columns, not {len(columns)}"
            )
        id_ = program.fresh()
        given = columns or [field.name for field in rows.columns]
        known[name] = Cte(id_, tuple(replace(f, name=n) for f, n in zip(rows.columns, given, strict=True)))
        texts.append((id_, rows.sql))
    return texts, replace(scope, ctes=known)


# ── SELECT ───────────────────────────────────────────────────────────────────────────────────────────────────────


def select(node: exp.Select, program: Program, scope: Scope, *, labels: bool) -> Rows:
    only(
        node, "expressions", "from_", "joins", "where", "group", "having", "distinct", "windows", "kind", "hint", *WHOLE
    )
    if node.args.get("kind"):
        raise UnsupportedSql(f"SELECT AS {node.args['kind']}")
    if not node.expressions:
        raise QueryError("SYNTAX_ERROR: a SELECT without columns")
    sources = Source("", ())
    if node.args.get("from_"):
        sources = from_clause(node.args["from_"].this, node.args.get("joins") or [], program, scope)
    aliases = frozenset(item.alias.lower() for item in node.expressions if isinstance(item, exp.Alias))
    inner = Scope(sources.fields, scope.outer, scope.ctes, hidden=aliases)
    where = ""
    if node.args.get("where"):
        where = program.condition(condition(node.args["where"].this, Clause(program, inner, "WHERE")))
    grouping = group_by(node, Clause(program, inner, "GROUP BY"), needs_grouping(node))
    at = Clause(program, grouping.scope, "SELECT", aggregates=True, windows=True, groups=grouping.kinds)
    fields = select_list(node, at)
    having = ""
    if node.args.get("having"):
        kept = condition(node.args["having"].this, replace(at, name="HAVING", windows=False))
        having = program.condition(kept)
    distinct = node.args.get("distinct")
    if distinct:
        only(distinct)
        require_distinguishable("SELECT DISTINCT", fields)
    parts = [
        f"SELECT {'DISTINCT ' if distinct else ''}{listed(fields, labels=labels)}",
        f"FROM {sources.sql}" if sources.sql else "",
        f"WHERE {where}" if where else "",
        grouping.sql,
        f"HAVING {having}" if having else "",
    ]
    order = replace(at, scope=replace(at.scope, aliases=tuple(f for f in fields if f.name)), name="ORDER BY")
    text = " ".join(part for part in parts if part)
    return Rows(text + tail(node, order, fields, labels=labels, distinct=bool(distinct)), fields)


def require_distinguishable(word: str, columns: Iterable[Field]) -> None:
    """Raises UnsupportedSql for columns whose equal values cannot be told from unequal ones."""
    for column in columns:
        if t.has_map(column.expr.type):
            raise UnsupportedSql(f"{word} of values of type {column.expr.type}")


def needs_grouping(node: exp.Select) -> bool:
    """Whether the rows are grouped, if only as one group."""
    parts = [*node.expressions, *(part for part in (node.args.get("order"), node.args.get("having")) if part)]
    return bool(node.args.get("group") or node.args.get("having")) or any(has_aggregate(part) for part in parts)


def select_list(node: exp.Select, at: Clause) -> tuple[Field, ...]:
    fields: list[Field] = []
    for item in node.expressions:
        if isinstance(item, exp.Star) or (isinstance(item, exp.Column) and isinstance(item.this, exp.Star)):
            fields += starred(item, at)
        elif isinstance(item, exp.Alias):
            only(item, "this", "alias")
            fields.append(Field(item.alias.lower(), expression(item.this, at)))
        else:
            inner = item.unnest()
            name = inner.name.lower() if isinstance(inner, exp.Column) else None
            fields.append(Field(name, expression(item, at)))
    return tuple(fields)


def starred(item: exp.Expr, at: Clause) -> list[Field]:
    """* or relation.*."""
    only(item.this if isinstance(item, exp.Column) else item)
    relation = tuple(part.name.lower() for part in item.parts[:-1]) if isinstance(item, exp.Column) else ()
    found = [f for f in at.scope.fields if not relation or f.relation[-len(relation) :] == relation]
    if not found:
        if relation:
            raise UnknownColumn(f"TABLE_NOT_FOUND: {text_of(item)}: there is no {'.'.join(relation)} in FROM")
        raise QueryError("COLUMN_NOT_FOUND: SELECT * without FROM")
    for field in found:
        if field.expr.type.name.startswith("column of"):
            raise UnsupportedSql(
                f"the {field.expr.type.name.replace('column', f'column {field.name}', 1)}; name the columns"
            )
    return [Field(f.name, at.scope.grouped_value(f)) for f in found]


# ── set operations ───────────────────────────────────────────────────────────────────────────────────────────────


def set_operation(node: exp.SetOperation, program: Program, scope: Scope, *, labels: bool) -> Rows:
    """UNION, INTERSECT, EXCEPT: names are the left side's, types those that both coerce to."""
    only(node, "this", "expression", "distinct", *WHOLE)
    sides = [
        compiled(program, part, Scope(outer=scope.outer, ctes=scope.ctes)) for part in (node.this, node.expression)
    ]
    left, right = (side.columns for side in sides)
    word = type(node).__name__.upper()
    if len(left) != len(right):
        raise QueryError(f"TYPE_MISMATCH: {word} of {len(left)} and {len(right)} columns")
    columns = []
    for n, (a, b) in enumerate(zip(left, right, strict=True)):
        kind = t.common(a.expr.type, b.expr.type)
        if kind is None:
            raise QueryError(
                f"TYPE_MISMATCH: column {n + 1} of {word} is {a.expr.type} on one side and {b.expr.type} on the other; cast one"
            )
        both = [a.expr, b.expr]
        columns.append(Field(a.name, Expr(f"c{n}", kind, merged(both), tidy=all(x.tidy for x in both))))
    if node.args.get("distinct") or word != "UNION":
        require_distinguishable(word, columns)
    texts = [brought(side, columns, program) for side in sides]
    rows = Rows(f"{texts[0]} {word}{'' if node.args.get('distinct') else ' ALL'} {texts[1]}", tuple(columns))
    if labels or any(node.args.get(part) for part in TAIL):
        return nested(rows, node, program, scope, labels=labels)
    return rows


def brought(side: Rows, columns: list[Field], program: Program) -> str:
    """One side of a set operation, with the types of the result."""
    if all(a.expr.type == b.expr.type for a, b in zip(side.columns, columns, strict=True)):
        return f"({side.sql})"
    kinds = [t.to_duckdb(column.expr.type) for column in columns]
    items = ", ".join(f"CAST(c{n} AS {kind}) AS c{n}" for n, kind in enumerate(kinds))
    return f"(SELECT {items} FROM ({side.sql}) AS {quoted(program.fresh())})"


# ── ORDER BY, OFFSET, LIMIT ──────────────────────────────────────────────────────────────────────────────────────


def tail(node: exp.Expr, at: Clause, fields: tuple[Field, ...], *, labels: bool, distinct: bool = False) -> str:
    """What ends a query. The order of a part that nothing limits is dropped: Athena ignores it."""
    offset, limit = node.args.get("offset"), node.args.get("limit")
    text = ""
    if has_ties(limit) and not node.args.get("order"):
        raise QueryError("MISSING_ORDER_BY: FETCH FIRST … WITH TIES needs ORDER BY")
    if node.args.get("order"):
        items = node.args["order"].expressions
        keys = [order_key(item, at, fields, distinct=distinct, spelt=has_ties(limit)) for item in items]
        if limit and has_ties(limit):
            return tied(node, keys, offset, limit)
        if labels or offset or limit:
            text += f" ORDER BY {', '.join(keys)}"
    if limit:
        text += limit_clause(limit)
    if offset:
        only(offset, "this", "expression")
        text += f" OFFSET {count_of(offset.expression)}"
    return text


def tied(node: exp.Expr, keys: list[str], offset: exp.Expr | None, limit: exp.Expr) -> str:
    """FETCH FIRST n ROWS WITH TIES: the rows whose rank is at most n."""
    if offset or node.args.get("distinct") or node.args.get("group"):
        raise UnsupportedSql(f"FETCH FIRST … WITH TIES: {text_of(node)}; use rank() in a subquery")
    order = ", ".join(keys)
    return f" QUALIFY rank() OVER (ORDER BY {order}) <= {limit_clause(limit).split()[-1]} ORDER BY {order}"


def order_key(item: exp.Expr, at: Clause, fields: tuple[Field, ...], *, distinct: bool, spelt: bool = False) -> str:
    """A position, the name of an output column, or an expression; `spelt` out as an expression where it must be."""
    only(item, "this", "desc", "nulls_first")
    key = item.this
    if isinstance(key, exp.Literal) and not key.is_string and key.name.isdigit():
        if not 1 <= int(key.name) <= len(fields):
            raise QueryError(f"INVALID_COLUMN_REFERENCE: ORDER BY {key.name}: there are {len(fields)} columns")
        found = fields[int(key.name) - 1].expr
        orderable(found, item)
        return (f"({found.sql})" if spelt else key.name) + direction(item)
    found = expression(key, at)
    orderable(found, item)
    places = [n for n, field in enumerate(fields, 1) if field.expr.sql == found.sql]
    if places and not spelt:
        return str(places[0]) + direction(item)
    if distinct:
        raise QueryError(
            f"EXPRESSION_NOT_IN_DISTINCT: ORDER BY {text_of(key)} must be one of the columns of SELECT DISTINCT"
        )
    return f"({found.sql})" + direction(item)


def orderable(expr: Expr, item: exp.Expr) -> None:
    if expr.type.element or expr.type in (t.DAY_INTERVAL, t.YEAR_INTERVAL, t.JSON):
        raise UnsupportedSql(f"ORDER BY {text_of(item)}, which is {expr.type}")


def limit_clause(node: exp.Expr) -> str:
    if isinstance(node, exp.Fetch):
        only(node, "direction", "count", "limit_options")
        if options := node.args.get("limit_options"):
            only(options, "rows", "with_ties")
        return f" LIMIT {count_of(node.args['count']) if node.args.get('count') else 1}"
    only(node, "expression")
    if node.expression.name.upper() == "ALL":
        return ""
    return f" LIMIT {count_of(node.expression)}"


def has_ties(node: exp.Expr | None) -> bool:
    options = node.args.get("limit_options") if node else None
    return bool(options and options.args.get("with_ties"))


def count_of(node: exp.Expr) -> str:
    if not isinstance(node, exp.Literal) or node.is_string or not node.name.isdigit():
        raise UnsupportedSql(f"a number of rows that is not a plain number: {text_of(node)}")
    return str(node.name)
