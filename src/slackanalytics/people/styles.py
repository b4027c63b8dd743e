"""The order of day and month in each column of dates: settled by the values, by the other columns, or by who asks."""

from __future__ import annotations

from athena_federation.errors import QueryError
from slackanalytics.people.columns import DATES, Choice
from slackanalytics.people.dates import Evidence, Style, evidence
from slackanalytics.people.sheets import Sheet

WORDS = {"dmy": "day first", "mdy": "month first"}
CHOICE = "SLACKANALYTICS_HR_DATES=dmy or =mdy, or --dates of slackanalytics hr check"
"""How to say which order it is."""


def settled(where: str, sheet: Sheet, choice: Choice, given: Style | None) -> tuple[dict[str, Style], list[str]]:
    """
    Field -> order, for the columns in which it matters, and notes about what only another column settled.

    Raises QueryError where values contradict each other, or nothing says which of two days is meant.
    """
    found: dict[str, Evidence] = {}
    for name in DATES:
        if name in choice.places:
            place = choice.places[name]
            found[name] = evidence((line, cells[place]) for line, cells in sheet.rows if place < len(cells))
    matters = {name: each for name, each in found.items() if each != Evidence()}
    if given:
        return dict.fromkeys(matters, given), []
    for name, each in matters.items():
        if each.day_first and each.month_first:
            (one, first), (two, second) = each.day_first, each.month_first
            raise QueryError(
                f"{where}: {choice.used[name]} has dates of both orders: {first} ({sheet.unit} {one}) begins with the day,"
                f" {second} ({sheet.unit} {two}) with the month; say which is right:"
                f" {CHOICE}; rows of the other order are then rejected"
            )
    styles = {name: style for name, each in matters.items() if (style := each.style)}
    open_ones = {name: each.either for name, each in matters.items() if name not in styles and each.either}
    if not open_ones:
        return styles, []
    names = ", ".join(choice.used[name] for name in open_ones)
    if len(elsewhere := set(styles.values())) == 1:
        (style,) = elsewhere
        told = f"{names}: dates are read with the {WORDS[style]}, as in the file's other columns"
        return styles | dict.fromkeys(open_ones, style), [f"{told}; SLACKANALYTICS_HR_DATES says otherwise"]
    place, text = next(iter(open_ones.values()))
    raise QueryError(
        f"{where}: {names}: {text} ({sheet.unit} {place}) can be read with the day or the month first, and no value settles"
        f" it; say which: {CHOICE}"
    )
