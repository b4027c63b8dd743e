"""Slack's member analytics as a SQL table, and blended with the HR roster.

import slackanalytics
db = slackanalytics.connect(source="demo")
db.sql("SELECT date, count_if(is_active) AS active FROM member_analytics GROUP BY date ORDER BY date").show()
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slackanalytics.database import SlackDatabase

__all__ = ["connect"]


def connect(
    *, source: str | None = None, hr: str | Path | None = None, environment: Mapping[str, str] | None = None
) -> SlackDatabase:
    """
    Slack's member analytics as a database to ask in SQL; nothing is fetched before it is asked.

    Args:
        source: `slack`, or `demo` for a simulated company that needs no account; by default that of the settings.
        hr: A roster (CSV, a workbook, a SCIM listing) that becomes `hr.hr_dataset`; by default that of the settings.
        environment: Where settings are read from; the process's environment by default.

    Raises:
        ConfigurationError: a setting is malformed or unsafe.
        QueryError: the roster cannot be read.
    """
    from slackanalytics import database  # a Lambda imports this package, and carries no query engine

    return database.connect(source=source, hr=hr, environment=environment)
