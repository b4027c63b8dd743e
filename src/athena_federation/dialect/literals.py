"""Literals that sqlglot reads otherwise than Athena: told right from the tokens, before the parser sees them.

Grammar: `number`, `DECIMAL_VALUE` and `BINARY_LITERAL` of Trino's SqlBase.g4.
"""

from __future__ import annotations

import re

from sqlglot.tokenizer_core import Token, TokenType

from athena_federation.errors import QueryError

RUN_TOGETHER = re.compile(r"([0-9]*\.?[0-9]*[eE][0-9]+)([+-])([0-9].*)")
"""`1e0+1`: three tokens that sqlglot takes for one."""


def put_right(tokens: list[Token], sql: str) -> list[Token]:
    """
    The tokens of a statement, numbers in their plain form.

    Raises:
        QueryError: a literal that Athena does not read either.
    """
    found: list[Token] = []
    passed = False
    for token, after in zip(tokens, [*tokens[1:], None], strict=True):
        if passed:  # it was read with the token before it
            passed = False
            continue
        kind = token.token_type
        if kind == TokenType.NUMBER:
            joined = after if after and after.token_type == TokenType.VAR and after.start == token.end + 1 else None
            passed = joined is not None and bool(SPLIT.fullmatch(token.text + joined.text))
            found += number(like(token, token.text + joined.text) if passed and joined else token)
        elif kind == TokenType.DECIMAL and after and after.token_type == TokenType.STRING:
            found += decimal(token, after)
            passed = True
        elif kind == TokenType.HEX_STRING and sql[token.start : token.start + 2].lower() == "0x":
            found.append(like(token, str(int(token.text, 16))))
        else:
            found.append(token)
    return found


PREFIXED = re.compile(r"0[bB][01_]+|0[oO][0-7_]+|[0-9]+(?:_[0-9]+)+")
"""Binary, octal, and numbers with underscores, which sqlglot takes for a number and a name."""
SPLIT = re.compile(rf"{PREFIXED.pattern}|{RUN_TOGETHER.pattern}")


def like(token: Token, text: str, kind: TokenType = TokenType.NUMBER) -> Token:
    return Token(kind, text, token.line, token.col, token.start, token.end, token.comments)


def number(token: Token) -> list[Token]:
    if together := RUN_TOGETHER.fullmatch(token.text):
        sign = TokenType.PLUS if together[2] == "+" else TokenType.DASH
        return [like(token, together[1]), like(token, together[2], sign), *number(like(token, together[3]))]
    if PREFIXED.fullmatch(token.text):
        return [like(token, str(int(token.text.replace("_", ""), 0 if token.text[:1] == "0" else 10)))]
    return [token]


def decimal(word: Token, text: Token) -> list[Token]:
    """DECIMAL '1.5' is the number 1.5; its precision and scale are those of its digits."""
    form = re.fullmatch(r"([+-]?)([0-9]+\.?[0-9]*|\.[0-9]+)", text.text)
    if form is None:
        raise QueryError(f"INVALID_LITERAL: DECIMAL '{text.text}' is not a number")
    digits = form[2] if "." in form[2] else f"{form[2]}."
    sign = [like(word, "-", TokenType.DASH)] if form[1] == "-" else []
    return [like(word, "(", TokenType.L_PAREN), *sign, like(word, digits), like(word, ")", TokenType.R_PAREN)]
