"""Users of a directory as SCIM 2.0 lists them (RFC 7643, RFC 7644): JSON with the enterprise extension.

One ListResponse, an array of them (all pages), or an array of users.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from athena_federation.errors import QueryError
from slackanalytics.people.sheets import Row, Sheet
from slackanalytics.wording import plural

EXTENSION = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
"""https://www.rfc-editor.org/rfc/rfc7643#section-4.3"""

HEADER = (
    "employee_email",
    "employee_number",
    "department",
    "location",
    "manager_email",
    "job_title",
    "cost_center",
    "worker_type",
)
"""Names that columns.py knows: attributes without a place here are dropped."""


def read(path: Path, text: str) -> Sheet:
    """
    The users of a SCIM listing as rows; their places are those in the listing, from 1.

    Raises QueryError for what is no such listing, and for one that lacks users which it counts.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise QueryError(f"{path}: not whole as JSON ({error}); export it again") from error
    users = list(_users(path, document))
    if not users:
        raise QueryError(f"{path}: no SCIM users in it; a ListResponse with Resources is expected")
    addresses = {_text(user.get("id")): _address(user) for user in users if _text(user.get("id"))}
    inactive = sum(user.get("active") is False for user in users)
    rows: list[Row] = [(place, _cells(user, addresses)) for place, user in enumerate(users, start=1)]
    note = f"{plural(inactive, 'user')} not active there; SCIM does not say since when, so they count as employed"
    return Sheet(
        header=HEADER, rows=tuple(rows), form="SCIM users", unit="user", notes=(note,) if inactive else ()
    )  # fmt: skip


def _users(path: Path, document: Any) -> Iterable[Mapping[str, Any]]:
    pages = document if isinstance(document, list) else [document]
    expected = found = 0
    for page in pages:
        if not isinstance(page, dict):
            raise QueryError(f"{path}: not SCIM; a ListResponse is an object with Resources")
        if "Resources" not in page and "totalResults" not in page:
            yield page  # a user by itself
            continue
        resources = _objects(page.get("Resources"))
        total = page.get("totalResults")
        expected, found = max(expected, total if isinstance(total, int) else 0), found + len(resources)
        yield from resources
    if found < expected:
        raise QueryError(
            f"{path}: holds {found:,} of {expected:,} users; fetch all pages, and put them into one array: [page, page]"
        )


def _address(user: Mapping[str, Any]) -> str:
    """The primary address, else that of work, else any, else the user name where it is an address."""
    emails = [each for each in _objects(user.get("emails")) if _text(each.get("value"))]
    ranked = sorted(emails, key=lambda each: (each.get("primary") is not True, each.get("type") != "work"))
    if ranked:
        return _text(ranked[0]["value"])
    name = _text(user.get("userName"))
    return name if "@" in name else ""


def _cells(user: Mapping[str, Any], addresses: Mapping[str, str]) -> tuple[str, ...]:
    extension = _object(user.get(EXTENSION))
    manager = _text(_object(extension.get("manager")).get("value")) or _text(extension.get("manager"))
    places = _objects(user.get("addresses"))
    place = next((each for each in places if each.get("type") == "work"), places[0] if places else {})
    return (
        _address(user),
        _text(extension.get("employeeNumber")),
        _text(extension.get("department")) or _text(extension.get("division")),
        _text(place.get("locality")) or _text(place.get("country")),
        addresses.get(manager, manager if "@" in manager else ""),
        _text(user.get("title")),
        _text(extension.get("costCenter")),
        _text(user.get("userType")),
    )


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    """A text or a number as text; nothing for what an attribute of one value cannot be."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
