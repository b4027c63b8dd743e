"""E-mail addresses, compared as people mean them: blanks, letter case, plus-tags, domains that have changed."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

NOTHING = frozenset({"", "-", "--", "n/a", "na", "none", "null", "#n/a"})
"""What stands in a cell, in lower case, where there is nothing to say."""


def normalised(address: str) -> str:
    """
    The address without blanks around it, in one letter case, in one Unicode form (NFKC).

    Upper and lower case of the local part could be different mailboxes by RFC 5321; no mail system in use tells them apart.
    """
    if address.isascii():
        return address.strip().lower()
    folded = unicodedata.normalize("NFKC", address).strip().casefold()
    return unicodedata.normalize("NFKC", folded).strip()  # casefold can leave a composed form


def without_tag(address: str) -> str:
    """A normalised address without its plus-tag (RFC 5233): `ada+slack@example.com` is delivered to `ada@example.com`."""
    local, at, domain = address.rpartition("@")
    name, plus, _ = local.partition("+")
    return f"{name}@{domain}" if at and plus and name else address


def at_present(address: str, domains: Mapping[str, str]) -> str:
    """A normalised address at the domain that has taken the place of its own; `domains` is old -> present."""
    local, at, domain = address.rpartition("@")
    return f"{local}@{domains[domain]}" if at and domain in domains else address


def fault(address: str) -> str | None:
    """Why a text is no e-mail address, without repeating it; None where it is one."""
    text = address.strip()
    local, _, domain = text.rpartition("@")
    if text.count("@") != 1:
        return "the e-mail address has no @" if "@" not in text else "the e-mail address has more than one @"
    if not local or not domain:
        return "the e-mail address has nothing before or after its @"
    if not text.isprintable() or len(text.split()) > 1:
        return "the e-mail address has a blank in it"
    return None
