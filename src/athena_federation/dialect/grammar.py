"""Athena's grammar: text -> one query as a syntax tree, with function calls left exactly as they were written.

sqlglot is used as a parser only. Its own knowledge of functions is switched off, because it folds different
functions into one node; what a function means is said in this package's tables. It also reads more than Athena
does; what its tree does not show is refused from the tokens, here.

Grammar: https://github.com/trinodb/trino/blob/426/core/trino-parser/src/main/antlr4/io/trino/sql/parser/SqlBase.g4
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.trino import Trino
from sqlglot.errors import ErrorLevel, SqlglotError
from sqlglot.parsers.trino import TrinoParser
from sqlglot.tokenizer_core import Token, TokenType

from athena_federation.dialect.literals import put_right
from athena_federation.errors import QueryError, UnsupportedSql

SPECIAL_FORMS = ("CAST", "TRY_CAST", "EXTRACT", "TRIM", "SUBSTRING", "POSITION", "LISTAGG", "JSON_VALUE", "JSON_QUERY")
"""Calls with a grammar of their own."""

UNITS = ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND")


class Athena(Trino):
    """Trino as Athena engine 3 speaks it, function calls unresolved."""

    INDEX_OFFSET = 0

    class Parser(TrinoParser):
        FUNCTIONS: ClassVar[dict[str, Any]] = {}
        FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
            name: rule for name, rule in TrinoParser.FUNCTION_PARSERS.items() if name in SPECIAL_FORMS
        }


def parse(sql: str) -> exp.Expr:
    """One SELECT (or set operation, or WITH). Raises QueryError for syntax, UnsupportedSql for other statements."""
    try:
        dialect = Athena()
        tokens = dialect.tokenize(sql)
        if not any(token.token_type != TokenType.SEMICOLON for token in tokens):
            raise QueryError("the statement is empty")
        require_query(tokens)
        tokens = put_right(tokens, sql)
        trees = [tree for tree in dialect.parser().parse(tokens, sql) if tree is not None]
    except SqlglotError as error:
        raise QueryError(f"SYNTAX_ERROR: {first_line(error)}") from error
    except RecursionError as error:
        raise UnsupportedSql("a statement nested this deeply") from error
    if len(trees) > 1:
        raise UnsupportedSql("more than one statement; give them one at a time")
    (tree,) = trees
    if not isinstance(tree, exp.Query | exp.Values):
        raise UnsupportedSql(f"{tokens[0].text.upper()}: only queries are answered here, and nothing is changed")
    require_grammar(tokens, tree)
    return tree


def require_query(tokens: list[Token]) -> None:
    """Raises UnsupportedSql unless the statement starts as a query does."""
    first = next((token for token in tokens if token.token_type != TokenType.L_PAREN), tokens[0])
    if first.text.upper() not in ("SELECT", "WITH", "VALUES", "TABLE"):
        raise UnsupportedSql(
            f"{first.text.upper()}: only queries are answered here (SELECT, WITH), and nothing is changed"
        )


def require_grammar(tokens: list[Token], tree: exp.Expr) -> None:
    """Raises QueryError for what sqlglot reads and Athena does not."""
    for n, token in enumerate(tokens):
        before, after = tokens[n - 1] if n else None, tokens[n + 1] if n + 1 < len(tokens) else None
        if complaint := misplaced(token, before, after.token_type if after else None):
            raise syntax(token, complaint)
        if token.token_type == TokenType.INTERVAL:
            require_interval(tokens[n : n + 4])
        if token.token_type == TokenType.LIMIT:
            require_limit(tokens[n : n + 3])
        if token.text.upper() == "LISTAGG" and after and after.token_type == TokenType.L_PAREN:
            require_within_group(tokens[n + 1 :])
    require_types(tokens)
    require_conditions(tokens, tree)


def misplaced(token: Token, before: Token | None, following: TokenType | None) -> str | None:
    """What is wrong with a token between its neighbours."""
    match token.token_type:
        case TokenType.DCOLON:
            return "`::` is not Athena's; write CAST(… AS type)"
        case TokenType.EQ if token.text == "==":
            return "`==` is not Athena's; write `=`"
        case TokenType.L_PAREN if following == TokenType.FROM and before and before.text.upper() != "TRIM":
            return "FROM without SELECT"
        case TokenType.COMMA if following in (TokenType.FROM, TokenType.R_PAREN, TokenType.WHERE):
            return "a comma with nothing after it"
        case TokenType.ALIAS if following in (None, TokenType.R_PAREN, TokenType.COMMA, TokenType.WHERE):
            return "AS without a name"
        case TokenType.PLUS if following in (None, TokenType.R_PAREN, TokenType.COMMA):
            return "a plus sign with nothing after it"
        case TokenType.L_BRACKET if before and before.token_type in BEFORE_VALUES:
            return "an array is written ARRAY[…]"
    return None


BEFORE_VALUES = (TokenType.SELECT, TokenType.COMMA, TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.EQ)
"""What stands before a value, where a bracket cannot be a subscript."""


def require_limit(tokens: list[Token]) -> None:
    """LIMIT n, with OFFSET before it."""
    kinds = [token.token_type for token in tokens]
    if kinds[2:] == [TokenType.OFFSET]:
        raise syntax(tokens[0], "OFFSET comes before LIMIT: … OFFSET 5 LIMIT 10")
    if kinds[2:] == [TokenType.COMMA]:
        raise syntax(tokens[0], "LIMIT takes one number; rows are passed over with OFFSET, before LIMIT")


def require_within_group(tokens: list[Token]) -> None:
    """LISTAGG(…) WITHIN GROUP (…); `tokens` begin with its parenthesis."""
    depth = 0
    for token, after in zip(tokens, [*tokens[1:], None], strict=True):
        depth += (token.token_type == TokenType.L_PAREN) - (token.token_type == TokenType.R_PAREN)
        if depth == 0:
            if after is None or after.text.upper() != "WITHIN":
                raise syntax(tokens[0], "LISTAGG needs an order: listagg(x, ',') WITHIN GROUP (ORDER BY x)")
            return


FOREIGN_TYPES = {
    "STRING": "varchar", "TEXT": "varchar", "NVARCHAR": "varchar", "NUMBER": "decimal(p, s)", "NUMERIC": "decimal(p, s)",
    "DEC": "decimal(p, s)", "FLOAT": "double or real", "FLOAT4": "real", "FLOAT8": "double", "BOOL": "boolean",
    "INT2": "smallint", "INT4": "integer", "INT8": "bigint", "INT64": "bigint", "LONG": "bigint", "DATETIME": "timestamp",
}  # fmt: skip
"""Types that sqlglot knows and Athena does not, with what Athena calls them."""


def require_types(tokens: list[Token]) -> None:
    """CAST(x AS type), with a type of Athena's."""
    opened: list[bool] = []
    """For each parenthesis around a token, whether it is that of a cast."""
    for before, token in zip([None, *tokens], tokens, strict=False):
        word = before.text.upper() if before else ""
        if token.token_type == TokenType.L_PAREN:
            opened.append(word in ("CAST", "TRY_CAST"))
        elif token.token_type == TokenType.R_PAREN and opened:
            opened.pop()
        elif word == "AS" and opened and opened[-1] and token.text.upper() in FOREIGN_TYPES:
            raise QueryError(
                f"TYPE_NOT_FOUND: there is no type {token.text}; Athena's is {FOREIGN_TYPES[token.text.upper()]}"
            )


def require_conditions(tokens: list[Token], tree: exp.Expr) -> None:
    """sqlglot takes a JOIN without condition for a comma."""
    joins = sum(token.token_type == TokenType.JOIN for token in tokens)
    conditioned = sum(
        bool(join.args.get("on") or join.args.get("using") or join.args.get("method") or join.kind == "CROSS")
        for join in tree.find_all(exp.Join)
    )
    if joins != conditioned:
        raise QueryError("SYNTAX_ERROR: a JOIN without ON or USING; write CROSS JOIN for every pair")


def require_interval(tokens: list[Token]) -> None:
    """INTERVAL [+|-] 'n' unit, where INTERVAL is not a name."""
    rest = tokens[1:]
    if rest and rest[0].token_type in (TokenType.DASH, TokenType.PLUS):
        rest = rest[1:]
    if len(rest) < 2 or rest[0].token_type not in (TokenType.STRING, TokenType.NUMBER):
        return
    value, unit = rest[:2]
    if value.token_type == TokenType.NUMBER:
        raise syntax(value, f"the number of an interval is quoted: INTERVAL '{value.text}' {unit.text}")
    if unit.text.upper() not in UNITS:
        raise syntax(unit, f"an interval is counted in one of {', '.join(UNITS)}: INTERVAL '7' DAY")


def syntax(token: Token, complaint: str) -> QueryError:
    return QueryError(f"SYNTAX_ERROR: line {token.line}: {complaint}")


def first_line(error: Exception) -> str:
    """The parser's complaint without its colour codes and excerpt."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).strip().splitlines()[0]
    return text.rstrip(".:") or "the statement cannot be read"


def text_of(node: exp.Expr) -> str:
    """The construct as the user may recognise it, shortened."""
    text = node.sql(dialect=Athena, normalize_functions=False, unsupported_level=ErrorLevel.IGNORE)
    return text if len(text) <= 80 else text[:77] + "..."


@dataclass(frozen=True, slots=True)
class Construct:
    """A part of the statement, for complaints: its text is made only when it is asked for."""

    node: exp.Expr

    def __str__(self) -> str:
        return text_of(self.node)


def only(node: exp.Expr, *allowed: str) -> None:
    """Raises UnsupportedSql when a node has a part that is not known here: nothing is passed over in silence."""
    for name, value in node.args.items():
        if name not in allowed and value not in (None, False, [], ""):
            raise UnsupportedSql(f"{name.strip('_').upper().replace('_', ' ')} in {text_of(node)}")


def suggest_single_quotes(sql: str, name: str) -> str | None:
    """The statement with `"name"` as a literal, in one line, where it stands in double quotes."""
    written = re.search(f'"{re.escape(name)}"', sql, re.IGNORECASE)
    if written is None:
        return None
    return " ".join(sql.replace(written[0], f"'{written[0][1:-1]}'").split())


def is_constant(node: exp.Expr) -> bool:
    """A literal, with its sign or type: 1, -1, 'a', true, DATE '2026-11-10'."""
    inner = node.this if isinstance(node, exp.Neg | exp.Cast) else node
    return isinstance(inner, exp.Literal | exp.Boolean)
