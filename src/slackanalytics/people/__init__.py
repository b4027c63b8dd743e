"""The HR roster: read, checked, and matched with Slack's accounts.

roster = people.read("HR_dataset.csv", today=date(2026, 11, 25))
matching = people.match(accounts, roster, people.Rules())
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from slackanalytics.people.matching import RULES, Matching, match
from slackanalytics.people.persons import Duplicates
from slackanalytics.people.roster import Roster, read, text_table
from slackanalytics.people.rules import Rules

if TYPE_CHECKING:
    from slackanalytics.settings import Settings

__all__ = ["RULES", "Duplicates", "Matching", "Roster", "Rules", "match", "read", "roster_of", "text_table"]


def roster_of(settings: Settings, *, today: date) -> Roster | None:
    """
    The roster that the settings name, read as they say; None where they name none.

    Raises QueryError where it cannot be read, Duplicates where somebody is there twice for the same time.
    """
    if settings.hr_file is None:
        return None
    return read(settings.hr_file, today=today, mapping=dict(settings.hr_columns), dates=settings.hr_dates)
