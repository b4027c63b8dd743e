"""Every function that Trino has, with its signatures, as recorded from SHOW FUNCTIONS.

`signatures.tsv` is written by `conformance/trino/record.py`.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def signatures() -> tuple[tuple[str, ...], ...]:
    """Name, type of the result, types of the arguments, kind, and whether deterministic, of each signature."""
    text = files(__package__).joinpath("signatures.tsv").read_text(encoding="utf-8")
    return tuple(tuple(line.split("\t")) for line in text.splitlines())


@cache
def names() -> frozenset[str]:
    return frozenset(line[0] for line in signatures())
