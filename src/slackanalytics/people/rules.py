"""What an organisation says about its addresses: which domains have changed, whether plus-tags count, who is who."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from athena_federation.errors import QueryError
from slackanalytics.people import addresses, sheets

if TYPE_CHECKING:
    from slackanalytics.settings import Settings

BOT = "bot"
"""What stands in the alias file in place of a person, for an account that is nobody's."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How addresses that differ may still be matched; nothing beyond letter case and blanks, where nothing is said."""

    plus: bool = False
    """Whether `ada+slack@example.com` is `ada@example.com`."""
    domains: Mapping[str, str] = field(default_factory=dict)
    """Old domain -> the present one."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Normalised address in Slack -> normalised address in the roster, or its employee number, or `bot`."""

    @classmethod
    def of(cls, settings: Settings) -> Rules:
        """
        The rules that the settings name.

        Raises QueryError where the alias file cannot be read.
        """
        aliases = alias_file(settings.hr_aliases) if settings.hr_aliases else {}
        return cls(plus=settings.hr_plus, domains=dict(settings.hr_domains), aliases=aliases)


def alias_file(path: Path) -> dict[str, str]:
    """
    Who is who: two columns, the address in Slack and the one in the roster, or an employee number, or `bot`.

    A header is left out: a first line without an address in it. Raises QueryError for a line that cannot be meant.
    """
    sheet = sheets.read(path, lambda _: 0)
    found: dict[str, str] = {}
    rows = [(sheet.skipped + 1, sheet.header), *sheet.rows]
    if "@" not in sheet.header[0]:
        del rows[0]
    for place, cells in rows:
        slack, other = addresses.normalised(cells[0]), (*cells, "")[1].strip()
        if "@" in other or other.casefold() == BOT:
            other = addresses.normalised(other)
        if addresses.fault(slack) or not other:
            raise QueryError(f"{path}, {sheet.unit} {place}: expected an address in Slack and one in the roster")
        if found.setdefault(slack, other) != other:
            raise QueryError(f"{path}, {sheet.unit} {place}: the address in Slack is there before, for somebody else")
    return found
