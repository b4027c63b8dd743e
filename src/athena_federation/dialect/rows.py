"""Rows: made, looked into, cast. A row's fields have a name or none.

See https://trino.io/docs/current/language/types.html#row.
"""

from __future__ import annotations

from sqlglot import exp

from athena_federation.dialect import operators
from athena_federation.dialect import types as t
from athena_federation.dialect.grammar import Construct
from athena_federation.dialect.scope import Expr, merged
from athena_federation.errors import QueryError, UnknownColumn, UnsupportedSql


def made(args: list[Expr], construct: Construct) -> Expr:
    """ROW(a, b), or (a, b)."""
    if not args:
        raise QueryError(f"FUNCTION_NOT_FOUND: {construct}: a row of nothing")
    kind = t.row(*(("", arg.type) for arg in args))
    return Expr(packed(kind, [arg.sql for arg in args]), kind, merged(args))


def packed(kind: t.Type, values: list[str]) -> str:
    """A row of a type, of its values' texts."""
    items = zip(t.labelled(kind), values, strict=True)
    return "{" + ", ".join(f"{operators.text_literal(name)}: {value}" for (name, _), value in items) + "}"


def fields(value: Expr) -> list[Expr]:
    """The values of a row's fields."""
    return [
        Expr(f"struct_extract({value.sql}, {operators.text_literal(label)})", its, value.refs)
        for label, its in t.labelled(value.type)
    ]


def field(value: Expr, name: str, construct: Construct) -> Expr:
    """`value.name`."""
    if value.type.name != "row":
        raise QueryError(f"TYPE_MISMATCH: {construct}: {name} of a value of type {value.type}, which has no fields")
    found = [part for (its, _), part in zip(value.type.fields, fields(value), strict=True) if its.lower() == name]
    if len(found) != 1:
        there = ", ".join(its for its, _ in value.type.fields if its) or "none with a name"
        raise UnknownColumn(f"COLUMN_NOT_FOUND: {construct}: the row has no field {name}; there is {there}")
    return found[0]


def subscript(args: list[Expr], construct: Construct) -> Expr:
    """`value[1]`: the first field."""
    index = operators.whole_literal(args[1])
    if index is None or not 1 <= index <= len(args[0].type.fields):
        raise QueryError(f"INVALID_FUNCTION_ARGUMENT: {construct}: a row is indexed by a literal from 1 on")
    return fields(args[0])[index - 1]


def type_named(node: exp.DataType, construct: Construct) -> list[tuple[str, exp.DataType]]:
    """Name and type of each field of ROW(name type, …)."""
    found = []
    for item in node.expressions:
        if isinstance(item, exp.ColumnDef) and isinstance(item.args.get("kind"), exp.DataType):
            found.append((item.name.lower(), item.args["kind"]))
        elif isinstance(item, exp.DataType):
            found.append(("", item))
        else:
            raise UnsupportedSql(f"{construct}: the type {node.sql(dialect='trino')}")
    return found
