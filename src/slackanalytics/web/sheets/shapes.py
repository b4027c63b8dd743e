"""What a page of the dashboard is made of, before it is HTML: tiles, insights, charts, tables, states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import pyarrow as pa

from slackanalytics.web.charts import Drawing, short_day

Tone = Literal["", "good", "bad", "warn"]

BUCKETS = 8
HIDDEN = "·"
"""What stands in the place of a figure that is hidden."""

FEW = "Nobody, or too few to be shown."
"""What is said in place of a drawing of which something is hidden, and nothing left."""
SEE_PEOPLE = "“See people”, at the foot of the dashboard’s pages, asks for a reason and opens the list."


@dataclass(frozen=True, slots=True)
class Change:
    """Against the period before."""

    sign: str
    text: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure to be read across a room."""

    label: str
    value: str
    note: str = ""
    change: Change | None = None
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence about what the figures say, and where its numbers are."""

    text: str
    sign: str
    tone: Tone
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """What readers must know before they read the figures."""

    tone: Tone
    title: str
    text: str
    href: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One field of a pivot. The class is its colour, the text its figure."""

    bucket: str
    text: str
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A heading of a pivot."""

    text: str
    partial: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PivotRow:
    """A group with its fields, and where it is going."""

    name: str
    cells: tuple[Cell, ...]
    trend: Change = Change("", "", "")
    note: str = ""
    total: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pivot:
    """Groups by weeks, coloured by their figure."""

    corner: str
    columns: tuple[Column, ...]
    rows: tuple[PivotRow, ...]
    low: str
    high: str
    minimum: int
    trends: bool = True

    @property
    def any_hidden(self) -> bool:
        """Whether a field is hidden."""
        return any(cell.bucket == "hidden-cell" for row in self.rows for cell in row.cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A chart, a pivot or a table, with the numbers that it shows: they alone go into its files."""

    name: str
    """Its place on the page and the name of its files."""
    title: str
    caption: str
    table: pa.Table
    """What is shown, after everything that must be hidden is."""
    headings: dict[str, str]
    """Column -> what people read above it; other columns are not shown."""
    sql: str = ""
    drawing: Drawing | None = None
    pivot: Pivot | None = None
    kind: Literal["chart", "pivot", "listing"] = "chart"
    size: Literal["full", "half"] = "full"
    said: str = ""
    """What it shows, for those who do not see it."""
    nothing: str = ""
    """What is said where there is nothing to show; by default that, or that it is hidden."""
    hidden: int = 0
    minimum: int = 5
    percents: tuple[str, ...] = ()
    money: tuple[str, ...] = ()
    personal: bool = False
    """Whether it names people."""
    withheld: bool = False
    """Whether it would name people, and does not for whoever asks."""
    most: int = 400
    """Rows shown on the page; files have all."""

    @property
    def exported(self) -> pa.Table:
        """The columns that are shown, and no others."""
        return self.table.select([name for name in self.headings if name in self.table.column_names])

    @property
    def hidden_text(self) -> str:
        """Why figures are missing."""
        return (
            f"Hidden for privacy: figures of fewer than {self.minimum} people, and as many others as it takes that nobody"
            " can work those out."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One page."""

    page: str
    title: str
    lead: str
    tiles: tuple[Tile, ...] = ()
    insights: tuple[Told, ...] | None = None
    """None on pages that tell none."""
    figures: tuple[Figure, ...] = ()
    notices: tuple[Notice, ...] = ()

    def figure(self, name: str) -> Figure | None:
        """The one of that name."""
        return next((each for each in self.figures if each.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far something is."""

    done: int
    of: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A page that has no figures, and says why and what to do."""

    kind: Literal["", "bad"] = ""
    title: str
    text: str
    detail: str = ""
    progress: Progress | None = None
    href: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """Turns figures into colours: eight steps between round bounds."""

    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float], step: float = 0.05) -> Scale:
        """The narrowest one between multiples of `step` that holds them all, eight points of a percent wide at least."""
        low = int(min(values, default=0.0) / step + 1e-9) * step
        high = -int(-max(values, default=1.0) / step + 1e-9) * step
        return cls(low, max(high, low + 2 * step))

    def bucket(self, value: float) -> str:
        """The class of a figure."""
        part = (value - self.low) / (self.high - self.low)
        return f"h{max(0, min(BUCKETS - 1, int(part * BUCKETS)))}"


def tile_value(text: str) -> str:
    """The text of a tile: a word where a figure is hidden."""
    return "hidden" if text == HIDDEN else text


def percent(value: float | None, digits: int = 0) -> str:
    """`63 %`; a dot for what is hidden."""
    return HIDDEN if value is None else f"{100 * value:.{digits}f} %"


def number(value: float | None) -> str:
    """`1,204`; a dot for what is hidden."""
    if value is None:
        return HIDDEN
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def points(after: float | None, before: float | None, *, good: bool = True) -> Change | None:
    """How a share has moved, in percentage points; None where that cannot be told."""
    if after is None or before is None:
        return None
    moved = round(100 * (after - before), 1)
    if abs(moved) < 0.05:
        return Change("▬", "no change", "")
    return Change("▲" if moved > 0 else "▼", f"{abs(moved):.1f} pts", "good" if (moved > 0) is good else "bad")


def growth(after: float | None, before: float | None, *, neutral: bool = False) -> Change | None:
    """How a count has moved, in percent; None where that cannot be told."""
    if after is None or not before:
        return None
    moved = round(100 * (after - before) / before, 1)
    if abs(moved) < 0.05:
        return Change("▬", "no change", "")
    tone: Tone = "" if neutral else "good" if moved > 0 else "bad"
    return Change("▲" if moved > 0 else "▼", f"{abs(moved):.1f} %", tone)


def week_column(week: date, until: date) -> Column:
    """`5 Oct`, in italics while the week goes on."""
    return Column(text=short_day(week), partial=(until - week).days < 6)


def rows_shown(figure: Figure) -> list[list[str]]:
    """The numbers as people read them."""
    names = [name for name in figure.headings if name in figure.table.column_names]
    return [
        [shown(row[name], name, figure) for name in names] for row in figure.table.slice(0, figure.most).to_pylist()
    ]


def shown(value: Any, name: str, figure: Figure) -> str:
    """One number as people read it."""
    if value is None:
        return HIDDEN if name in numeric_columns(figure) else "–"
    if name in figure.percents:
        return percent(value, 1)
    if name in figure.money:
        return f"{value:,.2f}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, date):
        return f"{value:%b %Y}" if name == "cohort" else f"{value.day} {value:%b %Y}"
    return str(value)


def numeric_columns(figure: Figure) -> list[str]:
    """The columns that hold numbers."""
    kinds = {f.name: f.type for f in figure.table.schema}
    return [
        n for n in figure.headings if n in kinds and (pa.types.is_integer(kinds[n]) or pa.types.is_floating(kinds[n]))
    ]
