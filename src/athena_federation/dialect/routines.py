"""What functions without a counterpart in DuckDB compute, one value at a time, as Trino's Java computes it.

Plain functions of plain values: `extensions` makes them known to DuckDB. An error of a value is a ValueError.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import re
import unicodedata
import zlib
from decimal import ROUND_HALF_UP, Decimal
from urllib.parse import quote_plus, unquote_to_bytes

# ── addresses: https://trino.io/docs/current/functions/url.html, which reads them with java.net.URI ────────────────

URI = re.compile(
    r"(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?://(?:([^/?#@]*)@)?(\[[0-9A-Fa-f:.]+\]|[^/?#:@]*)(?::([0-9]*))?)?"
    r"([^?#]*)(?:\?([^#]*))?(?:#(.*))?"
)
"""Scheme, user, host, port, path, query, fragment: https://www.rfc-editor.org/rfc/rfc3986#appendix-B."""
UNSPOKEN = re.compile(r"[\x00-\x20\"<>\\^`{|}\x7f]|%(?![0-9A-Fa-f]{2})")
"""What java.net.URI refuses in an address: Trino's answer is NULL then."""


def url(text: str, part: int) -> str | None:
    """A part of an address by its number in URI, '' where it has none; NULL where the text is no address."""
    found = None if UNSPOKEN.search(text) else URI.fullmatch(text)
    if found is None or (found[1] and not text[len(found[1]) + 1 :]):
        return None
    if part == 3 and not re.fullmatch(r"[A-Za-z0-9.\-\[\]:]*", found[3] or ""):
        return ""  # a name that a registry may know, but no host
    opaque = found[1] and text[len(found[1]) + 1] != "/"  # like mailto:somebody@example.com
    return "" if opaque and part in (5, 6) else found[part] or ""


def url_host(text: str) -> str | None:
    return url(text, 3)


def url_path(text: str) -> str | None:
    found = url(text, 5)
    return None if found is None else unescaped(found)


def url_protocol(text: str) -> str | None:
    return url(text, 1)


def url_query(text: str) -> str | None:
    found = url(text, 6)
    return None if found is None else unescaped(found)


def url_fragment(text: str) -> str | None:
    found = url(text, 7)
    return None if found is None else unescaped(found)


def url_port(text: str) -> int | None:
    found = url(text, 4)
    return int(found) if found else None


def url_parameter(text: str, name: str) -> str | None:
    """The first value of that name; '' for a name without one."""
    for pair in (url(text, 6) or "").split("&"):
        key, _, value = pair.partition("=")
        if key == name:
            return unescaped(value.replace("+", " "))
    return None


def unescaped(text: str) -> str:
    return unquote_to_bytes(text).decode(errors="replace")


def url_encode(text: str) -> str:
    """As forms are: https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/net/URLEncoder.html."""
    return quote_plus(text, safe="*").replace("~", "%7E")


def url_decode(text: str) -> str:
    if re.search(r"%(?![0-9A-Fa-f]{2})", text):
        raise ValueError(f"Illegal hex characters in escape (%) pattern: {text}")
    return unescaped(text.replace("+", " "))


# ── texts ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def levenshtein(one: str, other: str) -> int:
    """The least number of insertions, deletions and substitutions, code point by code point."""
    if len(one) * len(other) > 1_000_000:
        raise ValueError("levenshtein_distance: the product of the lengths is beyond 1,000,000")
    row = list(range(len(other) + 1))
    for n, a in enumerate(one, 1):
        left, row[0] = row[0], n
        for m, b in enumerate(other, 1):
            left, row[m] = row[m], min(row[m] + 1, row[m - 1] + 1, left + (a != b))
    return row[-1]


def hamming(one: str, other: str) -> int:
    if len(one) != len(other):
        raise ValueError("The input strings to hamming_distance function must have the same length")
    return sum(a != b for a, b in zip(one, other, strict=True))


def nth_position(text: str, part: str, instance: int) -> int:
    """From 1; the n-th from the end where n is negative; 0 when it is not there."""
    if instance == 0:
        raise ValueError("'instance' must not be a positive or negative number.")
    if not part:
        return 1
    found = -1 if instance > 0 else len(text)
    for _ in range(abs(instance)):
        found = text.find(part, found + 1) if instance > 0 else text.rfind(part, 0, max(found + len(part) - 1, 0))
        if found < 0:
            return 0
    return found + 1


def split_at_most(text: str, separator: str, limit: int) -> list[str]:
    """The last part is all that is left."""
    if limit < 1:
        raise ValueError("Limit must be positive")
    return text.split(separator, limit - 1)


def normalized(text: str, form: str) -> str:
    return unicodedata.normalize(form, text)  # type: ignore[arg-type]  # the statement names one of the four forms


def seconds_read(seconds: float) -> str:
    """As people say it: https://trino.io/docs/current/functions/datetime.html#human_readable_seconds."""
    if not math.isfinite(seconds):
        raise ValueError("Invalid argument found: not a finite number of seconds")
    said: list[str] = []
    left = int(Decimal(abs(seconds)).quantize(Decimal(1), ROUND_HALF_UP))
    for unit, length in (("week", 604_800), ("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        count, left = divmod(left, length)
        if count or (unit == "second" and not said):
            said.append(f"{count} {unit}{'' if count == 1 else 's'}")
    return ", ".join(said)


# ── numbers as text: https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/util/Formatter.html ──────────


def fixed_point(number: str, decimals: int, flags: str) -> str:
    """`%.nf` of a number that is given as text: half up from its decimal digits."""
    if number in ("NaN", "Infinity", "-Infinity"):
        return number if "+" not in flags or number.startswith(("N", "-")) else f"+{number}"
    value = Decimal(number).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return decorated(f"{abs(value):f}", "-" if number.startswith("-") else "", flags)


def whole_number(number: int, flags: str) -> str:
    """`%d`."""
    return decorated(str(abs(number)), "-" if number < 0 else "", flags)


def decorated(digits: str, minus: str, flags: str) -> str:
    """Thousands, sign, parentheses, and zeros up to a width, which is what is left of the flags: `,+0 8`."""
    width = int(flags.rpartition("|")[2] or 0)
    if "," in flags:
        whole, point, fraction = digits.partition(".")
        digits = f"{int(whole):,}{point}{fraction}"
    before, after = minus or ("+" if "+" in flags else " " if " " in flags else ""), ""
    if "(" in flags and minus:
        before, after = "(", ")"
    if "0" in flags.partition("|")[0]:
        digits = digits.rjust(width - len(before) - len(after), "0")
    return before + digits + after


def to_base(value: int, radix: int) -> str:
    if not 2 <= radix <= 36:
        raise ValueError("Radix must be between 2 and 36")
    digits, left = "", abs(value)
    while left:
        left, digit = divmod(left, radix)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return ("-" if value < 0 else "") + (digits or "0")


def from_base(text: str, radix: int) -> int:
    if not 2 <= radix <= 36:
        raise ValueError("Radix must be between 2 and 36")
    if not re.fullmatch(r"[+-]?[0-9A-Za-z]+", text) or not -(2**63) <= (found := int(text, radix)) < 2**63:
        raise ValueError(f"Not a valid base-{radix} number: {text}")
    return found


# ── bits and bytes ─────────────────────────────────────────────────────────────────────────────────────────────────


def wrapped(value: int, bits: int) -> int:
    """The lowest bits, as a number with a sign."""
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def left_shift(value: int, by: int, bits: int) -> int:
    return wrapped(value << min(by, bits), bits) if 0 <= by < bits else 0


def right_shift(value: int, by: int, bits: int) -> int:
    """Zeros come in."""
    return wrapped((value & ((1 << bits) - 1)) >> by, bits) if 0 <= by < bits else 0


def arithmetic_shift(value: int, by: int) -> int:
    """The sign comes in."""
    return value >> by if 0 <= by < 64 else (-1 if value < 0 else 0)


def ones(value: int, bits: int) -> int:
    """How many bits are set, of so many."""
    if not 2 <= bits <= 64:
        raise ValueError(f"Bits specified in bit_count must be between 2 and 64, got {bits}")
    if not -(1 << (bits - 1)) <= value < 1 << (bits - 1):
        raise ValueError(
            f"Number must be representable with the bits specified. {value} can not be represented with {bits} bits"
        )
    return (value & ((1 << bits) - 1)).bit_count()


def crc32(data: bytes) -> int:
    return zlib.crc32(data)


def sha512(data: bytes) -> bytes:
    return hashlib.sha512(data).digest()


def keyed(data: bytes, key: bytes, name: str) -> bytes:
    return hmac.digest(key, data, name)
