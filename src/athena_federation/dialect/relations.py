"""The FROM clause: tables, WITH queries, views, subqueries, VALUES, UNNEST, and their joins."""

# The text is made of parts that this package wrote.
# ruff: noqa: S608
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import pyarrow as pa
from sqlglot import exp

from athena_federation.dialect import operators
from athena_federation.dialect import types as t
from athena_federation.dialect.expressions import Clause, condition, expression, placed
from athena_federation.dialect.grammar import Construct, only, parse, text_of
from athena_federation.dialect.scope import Expr, Field, Scope, merged
from athena_federation.dialect.statement import Program, Relation, Rows, View, quoted
from athena_federation.errors import QueryError, UnknownColumn, UnsupportedSql


@dataclass(frozen=True, slots=True)
class Source:
    """A relation of the FROM clause: its text, and what it offers."""

    sql: str
    fields: tuple[Field, ...]


def from_clause(first: exp.Expr, joins: list[exp.Join], program: Program, scope: Scope) -> Source:
    """Relations separated by commas, each with its joins: ON sees those of its own item only."""
    items: list[Source] = [source(first, program, scope, ())]
    before: tuple[Field, ...] = ()
    for join in joins:
        only(join, "this", "kind", "side", "method", "on", "using")
        if not any(join.args.get(part) for part in ("kind", "side", "method", "on", "using")):
            before += items[-1].fields
            items.append(source(join.this, program, scope, before))
        else:
            items[-1] = joined(items[-1], join, program, scope, before)
    return Source(", ".join(item.sql for item in items), before + items[-1].fields)


def source(node: exp.Expr, program: Program, scope: Scope, lateral: tuple[Field, ...]) -> Source:
    """One relation. Only UNNEST and LATERAL see the relations to their left."""
    match node:
        case exp.Table():
            found = table(node, program, scope)
        case exp.Subquery():
            found = subquery(node, program, scope)
        case exp.Values():
            only(node, "expressions", "alias")
            found = derived(values(node, program, scope), node, program)
        case exp.Unnest():
            return unnest(node, program, replace(scope, outer=Scope(lateral, scope.outer)))
        case exp.Lateral():
            return lateral_query(node, program, scope, lateral)
        case _:
            raise UnsupportedSql(f"{type(node).__name__} in FROM: {text_of(node)}")
    inner = node.args.get("joins") or []
    return from_clause_of(found, inner, program, scope) if inner else found


def from_clause_of(first: Source, joins: list[exp.Join], program: Program, scope: Scope) -> Source:
    """A relation with joins of its own, in parentheses."""
    for join in joins:
        first = joined(first, join, program, scope, ())
    return Source(f"({first.sql})", first.fields)


def table(node: exp.Table, program: Program, scope: Scope) -> Source:
    """A WITH query, a view, or a table of the catalog."""
    only(node, "this", "db", "catalog", "alias", "joins")
    if not isinstance(node.this, exp.Identifier):
        raise UnsupportedSql(f"a table function: {text_of(node)}")
    parts = tuple(part.name.lower() for part in node.parts)
    if len(parts) == 1 and parts[0] in scope.ctes:
        cte = scope.ctes[parts[0]]
        id_ = program.fresh()
        return Source(f"{quoted(cte.id)} AS {quoted(id_)}", offered(cte.columns, id_, parts, node))
    try:
        found = program.catalog.resolve(parts)
    except QueryError as error:
        raise placed(error, node, Clause(program, scope, "FROM")) from error
    if isinstance(found, View):
        return view(found, node, program)
    id_ = program.scan(found)
    return Source(quoted(id_), renamed(scan_fields(id_, found), found.name, node))


def scan_fields(id_: str, relation: Relation) -> list[Field]:
    return [Field(field.name.lower(), column_of(field, id_, relation), relation.name) for field in relation.schema]


def column_of(field: pa.Field, id_: str, relation: Relation) -> Expr:
    """A column of a table; one of a type that is not known here is refused only when it is used."""
    sql = f"{quoted(id_)}.{quoted(field.name)}"
    day = field.name in relation.days
    try:
        kind = t.from_arrow(field.type)
    except UnsupportedSql:
        kind = t.Type(f"column of type {field.type}")
    refs = frozenset([id_]) if day or field.name in relation.others else frozenset()
    return Expr(sql, kind, refs, tidy=day and kind == t.VARCHAR)


def view(found: View, node: exp.Table, program: Program) -> Source:
    if found.name in program.views:
        raise QueryError(f"VIEW_IS_RECURSIVE: the view {'.'.join(found.name)} is made of itself")
    around = program.views, program.text
    program.views, program.text = (*program.views, found.name), found.sql
    try:
        rows = program.query(program, parse(found.sql), Scope())
    except QueryError as error:
        raise type(error)(f"in the view {'.'.join(found.name)}: {error}") from error
    finally:
        program.views, program.text = around
    id_ = program.fresh()
    return Source(f"({rows.sql}) AS {quoted(id_)}", offered(rows.columns, id_, found.name, node))


def subquery(node: exp.Subquery, program: Program, scope: Scope) -> Source:
    """A query, or joins, in parentheses."""
    only(node, "this", "alias", "joins", "with_")
    if isinstance(node.this, exp.Table | exp.Unnest | exp.Values) or (
        isinstance(node.this, exp.Subquery) and not node.args.get("alias")
    ):
        if node.args.get("alias"):
            raise UnsupportedSql(f"an alias for joined relations: {text_of(node)}")
        return source(node.this, program, scope, ())
    rows = program.query(program, node.this, Scope(outer=scope.outer, ctes=scope.ctes))
    return derived(rows, node, program)


def derived(rows: Rows, node: exp.Expr, program: Program) -> Source:
    id_ = program.fresh()
    return Source(f"({rows.sql}) AS {quoted(id_)}", offered(rows.columns, id_, (), node))


def offered(columns: Iterable[Field], id_: str, relation: tuple[str, ...], node: exp.Expr) -> tuple[Field, ...]:
    """The columns c0, c1, … of a query, as a relation of the FROM clause."""
    fields = [
        Field(f.name, replace(f.expr, sql=f"{quoted(id_)}.c{n}", literal=None), relation) for n, f in enumerate(columns)
    ]
    return renamed(fields, relation, node)


def renamed(fields: list[Field], relation: tuple[str, ...], node: exp.Expr) -> tuple[Field, ...]:
    """Under the alias, and the column aliases, that the statement gives."""
    alias = node.args.get("alias")
    if alias and alias.this:
        relation = (alias.name.lower(),)
    names = [column.name.lower() for column in alias.columns] if alias else []
    if isinstance(offset := node.args.get("offset"), exp.Identifier):
        names.append(offset.name.lower())  # sqlglot moves the name of the ordinality here
    if names and len(names) != len(fields):
        raise QueryError(f"MISMATCHED_COLUMN_ALIASES: {text_of(node)} has {len(fields)} columns, not {len(names)}")
    given = names or [field.name for field in fields]
    return tuple(Field(name, field.expr, relation) for name, field in zip(given, fields, strict=True))


def values(node: exp.Values, program: Program, scope: Scope) -> Rows:
    """VALUES: each column has the type that all its values coerce to."""
    at = Clause(program, Scope(outer=scope.outer, ctes=scope.ctes), "VALUES")
    rows = [
        [expression(item, at) for item in (row.expressions if isinstance(row, exp.Tuple) else [row])]
        for row in node.expressions
    ]
    if len({len(row) for row in rows}) != 1:
        raise QueryError("TYPE_MISMATCH: the rows of VALUES differ in length")
    kinds = [operators.unified(list(column), Construct(node)) for column in zip(*rows, strict=True)]
    lines = ["(" + ", ".join(operators.cast(x, k) for x, k in zip(row, kinds, strict=True)) + ")" for row in rows]
    names = ", ".join(f"c{n}" for n in range(len(kinds)))
    text = f"SELECT {names} FROM (VALUES {', '.join(lines)}) AS {quoted(program.fresh())}({names})"
    refs = [merged(column) for column in zip(*rows, strict=True)]
    return Rows(text, tuple(Field(None, Expr(f"c{n}", kind, refs[n])) for n, kind in enumerate(kinds)))


def lateral_query(node: exp.Lateral, program: Program, scope: Scope, lateral: tuple[Field, ...]) -> Source:
    """LATERAL (SELECT …): computed for each row of what stands to its left."""
    only(node, "this", "alias", "view", "outer")
    if not isinstance(node.this, exp.Subquery):
        raise UnsupportedSql(f"LATERAL: {text_of(node)}; a join or UNNEST may do")
    only(node.this, "this")
    if node.this.this.args.get("limit") or node.this.this.args.get("order"):
        raise UnsupportedSql(f"LATERAL with ORDER BY or LIMIT: {text_of(node)}; use row_number() and a join")
    rows = program.query(program, node.this.this, Scope(outer=Scope(lateral, scope.outer), ctes=scope.ctes))
    found = derived(rows, node, program)
    return Source(f"LATERAL {found.sql}", found.fields)


def unnest(node: exp.Unnest, program: Program, scope: Scope) -> Source:
    """Arrays and maps as rows, side by side, the shorter filled with NULL; WITH ORDINALITY counts from 1."""
    only(node, "expressions", "alias", "offset")
    assert scope.outer is not None
    at = Clause(program, Scope(outer=scope.outer, ctes=scope.ctes), "UNNEST")
    arrays = [expression(item, at) for item in node.expressions]
    columns = []
    for value in arrays:
        if value.type.name == "map":
            sides = zip(("keys", "values"), value.type.fields, strict=True)
            columns += [Field(None, Expr(f"unnest(map_{s}({value.sql}))", its, value.refs)) for s, (_, its) in sides]
            continue
        if value.type.element and value.type.element.name == "row":
            columns += [Field(name or None, part) for name, part in row_columns(value)]
            continue
        if not value.type.element or not t.is_array(value.type) or value.type.element.fields:
            raise UnsupportedSql(f"{text_of(node)}: UNNEST of {value.type}; arrays and maps only")
        columns.append(Field(None, Expr(f"unnest({value.sql})", value.type.element, value.refs)))
    if node.args.get("offset"):
        longest = ", ".join(f"coalesce(CAST({size(value)}({value.sql}) AS BIGINT), 0)" for value in arrays)
        columns.append(Field(None, Expr(f"unnest(range(1, greatest({longest}) + 1))", t.BIGINT)))
    id_ = program.fresh()
    text = ", ".join(f"{column.expr.sql} AS c{n}" for n, column in enumerate(columns))
    return Source(f"LATERAL (SELECT {text}) AS {quoted(id_)}", offered(columns, id_, (), node))


def row_columns(value: Expr) -> list[tuple[str, Expr]]:
    """The fields of an array's rows, each as a column."""
    assert value.type.element is not None
    found = []
    for (name, kind), (label, _) in zip(value.type.element.fields, t.labelled(value.type.element), strict=True):
        part = f"unnest(list_transform({value.sql}, lambda it: it.{quoted(label)}))"
        found.append((name, Expr(part, kind, value.refs)))
    return found


def size(value: Expr) -> str:
    return "cardinality" if value.type.name == "map" else "len"


# ── joins ────────────────────────────────────────────────────────────────────────────────────────────────────────


def joined(left: Source, join: exp.Join, program: Program, scope: Scope, before: tuple[Field, ...]) -> Source:
    """Two relations, and the condition that pairs their rows."""
    only(join, "this", "kind", "side", "method", "on", "using")
    if join.args.get("method"):
        raise UnsupportedSql(f"{join.method} JOIN; name the columns with USING")
    if join.kind not in ("", "INNER", "CROSS", "OUTER") or join.side not in ("", "LEFT", "RIGHT", "FULL"):
        raise UnsupportedSql(f"a {join.side} {join.kind} JOIN")
    right = source(join.this, program, scope, before + left.fields)
    if (
        isinstance(join.this, exp.Unnest | exp.Lateral)
        and join.kind != "CROSS"
        and not (join.side in ("", "LEFT") and isinstance(join.args.get("on"), exp.Boolean) and join.args["on"].this)
    ):
        raise UnsupportedSql("UNNEST or LATERAL in a join other than CROSS JOIN and LEFT JOIN … ON TRUE")
    if join.kind == "CROSS":
        if join.args.get("on") or join.args.get("using"):
            raise QueryError("SYNTAX_ERROR: CROSS JOIN has neither ON nor USING")
        return Source(f"{left.sql} CROSS JOIN {right.sql}", left.fields + right.fields)
    word = f"{join.side or 'INNER'} JOIN"
    if join.args.get("using"):
        return joined_using(left, right, join, word, program)
    fields = left.fields + right.fields
    at = Clause(program, replace(scope, fields=fields), "ON")
    on = condition(join.args["on"], at)
    program.condition(replace(on, refs=on.refs - kept_whole(left, right, join.side)))
    return Source(f"{left.sql} {word} {right.sql} ON {on.sql}", fields)


def kept_whole(left: Source, right: Source, side: str) -> frozenset[str]:
    """Whose rows an outer join keeps whatever ON says, so that ON does not say which days are wanted."""
    sides = {"LEFT": (left,), "RIGHT": (right,), "FULL": (left, right)}.get(side, ())
    return frozenset(ref for source in sides for field in source.fields for ref in field.expr.refs)


def joined_using(left: Source, right: Source, join: exp.Join, word: str, program: Program) -> Source:
    """The columns of USING come first, belong to no relation, and are the other side's where one has no row."""
    tests, shared, gone = [], [], []
    for column in join.args["using"]:
        name = column.name.lower()
        sides = [one_named(name, side) for side in (left, right)]
        equal = operators.compare("=", sides[0].expr, sides[1].expr, Construct(join))
        tests.append(program.condition(equal))
        shared.append(Field(name, merged_column(sides[0].expr, sides[1].expr, join)))
        gone += sides
    rest = tuple(field for field in left.fields + right.fields if field not in gone)
    return Source(f"{left.sql} {word} {right.sql} ON {' AND '.join(tests)}", (*shared, *rest))


def one_named(name: str, side: Source) -> Field:
    found = [field for field in side.fields if field.name == name]
    if len(found) != 1:
        raise UnknownColumn(
            f"COLUMN_NOT_FOUND: USING ({name}): {'no' if not found else 'more than one'} such column on one side"
        )
    return found[0]


def merged_column(left: Expr, right: Expr, join: exp.Join) -> Expr:
    kind = operators.unified([left, right], Construct(join))
    refs, tidy = merged([left, right]), left.tidy and right.tidy
    a, b = operators.cast(left, kind), operators.cast(right, kind)
    text = {"FULL": f"coalesce({a}, {b})", "RIGHT": b}.get(join.side, a)
    return Expr(text, kind, refs, tidy=tidy)
