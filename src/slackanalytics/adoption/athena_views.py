"""The tables that measures are asked of, as views in Athena: over the connector's catalog and the roster in Glue.

Each view names its days as constants, so that a statement on it fetches those and no others. The views find people by
employee number and by address, as written and normalised.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from string import Template

from athena_federation.errors import QueryError
from slackanalytics import member_days
from slackanalytics.adoption.blend import GROUPS
from slackanalytics.adoption.questions import Measure

ORDER = ("keys", "tenures", "member_days", "period", "days", "counted_days", "roster_only")
"""The views, each after those that it stands on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where Athena has the tables."""

    catalog: str = "slackanalytics_catalog"
    """The connector's."""
    roster: str = "awsdatacatalog.slackanalytics_hr.hr_dataset"
    """Every column varchar, as `slackanalytics deploy roster` writes it."""


@dataclass(frozen=True, slots=True)
class AthenaView:
    """A view that measures, or other views, are asked of."""

    name: str
    """In the database `adoption`."""
    statement: str
    """What creates it."""
    query: str
    """What it stands for."""


def athena_views(
    *,
    first: date,
    since: date,
    until: date,
    today: date,
    guests: bool = False,
    by: str = "department",
    places: Places | None = None,
) -> list[AthenaView]:
    """
    The views, in the order in which they are to be created, in a database `adoption`.

    Args:
        first: The oldest day that is read; `first_day` says which a measure needs.
        since: The first day that questions are about.
        until: The last day, of both.
        today: The day as of which people are employed.
        guests: Whether guests count.
        by: The roster's attribute that `activation_by_attribute` groups by.
        places: Where the tables are; by default where `slackanalytics deploy` puts them.

    Raises QueryError for an attribute that there is not.
    """
    if by not in GROUPS:
        raise QueryError(f"there is no attribute {by!r}; there is {', '.join(GROUPS)}")
    places = places or Places()
    values = {
        "days": f"m.date BETWEEN '{first}' AND '{until}'",
        "first": str(first),
        "since": str(since),
        "until": str(until),
        "today": str(today),
        "kinds": "'member', 'guest'" if guests else "'member'",
        "attribute": by,
        "catalog": places.catalog,
        "roster": places.roster,
    }
    return [view(name, values) for name in ORDER]


def first_needed(measures: Sequence[Measure], *, since: date, oldest: date) -> date:
    """The oldest day that some measures depend on, of those that Slack keeps."""
    days = [oldest if m.looks_back is None else date.fromordinal(since.toordinal() - m.looks_back) for m in measures]
    return max(oldest, min(days, default=since))


def view(name: str, values: dict[str, str]) -> AthenaView:
    """A view with its constants in place."""
    if name == "member_days":
        created = member_days.statement((), catalog=values["catalog"], days=values["days"])
    else:
        text = (files("slackanalytics") / "adoption" / "views" / f"{name}.sql").read_text("utf-8")
        created = Template(text).substitute(values)
    return AthenaView(name, created.strip(), member_days.query(created).strip())
