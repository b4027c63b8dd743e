"""What DuckDB says of a value while a statement runs, in Athena's words.

Names of errors: Trino's `StandardErrorCode`.
"""

from __future__ import annotations

import re

FAILED = re.compile(r"Could not convert string '(.*)' to UUID", re.DOTALL)
"""An error that a text of this package makes on purpose (see `casts.failed`)."""

RAISED = re.compile(r"Python exception occurred while executing the UDF: \w+: (.*)")
"""An error that one of this package's functions raised (see `extensions`)."""

WORDS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"Division by zero"), "DIVISION_BY_ZERO: Division by zero"),
    (re.compile(r"(?:date|timestamp) field value out of range"), "INVALID_CAST_ARGUMENT: {}"),
    (re.compile(r"Overflow|out of range|Out of Range"), "NUMERIC_VALUE_OUT_OF_RANGE: {}"),
    (
        re.compile(r"More than one row returned by a subquery"),
        "SUBQUERY_MULTIPLE_ROWS: a subquery used as a value has several rows",
    ),
    (
        re.compile(r"Could not (?:convert|cast|parse)|field format|could not parse", re.IGNORECASE),
        "INVALID_CAST_ARGUMENT: {}",
    ),
)


def explained(message: str) -> str:
    """One line for an error that DuckDB reported of a value; anything else comes back as its own first line."""
    if made := FAILED.search(message):
        text = made[1].replace("\n", " ")
        word = "INVALID_CAST_ARGUMENT" if text.startswith("Cannot cast") else "INVALID_FUNCTION_ARGUMENT"
        return f"{word}: {text}"
    if raised := RAISED.search(message):
        return f"INVALID_FUNCTION_ARGUMENT: {raised[1]}"
    line = re.sub(r"^[A-Z][A-Za-z ]* Error: ", "", message.splitlines()[0] if message else "")
    for pattern, form in WORDS:
        if pattern.search(message):
            return form.format(line)
    return line
