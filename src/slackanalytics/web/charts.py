"""Charts as Vega-Lite specifications: plain dictionaries with their data inside.

Colours are those of the light page; the sheet maps each to its dark, printed and forced counterpart. Every mark says in
its description what it shows, which becomes its accessible name and its tooltip.
https://vega.github.io/vega-lite/docs/
"""

from __future__ import annotations

import json
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from slackanalytics.web.drawing import Spec

SERIES = ("#3a46c4", "#6b7086", "#0b7a75", "#a85a00", "#a3265f")
"""What is counted, in this order: indigo, slate, teal, amber, plum; 3:1 and more against the page."""
TRACK, INK, FAINT, GRID = "#ecedf6", "#191924", "#55556a", "#e4e4ec"
DASHES = ([1, 0], [5, 4], [2, 2], [8, 3, 2, 3], [1, 3])
"""The second cue, beside colour."""
FONT = "Liberation Sans, Arial, sans-serif"
WIDE, NARROW = 1040, 336
"""Units of a drawing's width on a desk and on a phone; a unit is about a pixel there."""
BREAK = "\t"
"""What no name has inside, since it ends one."""
LONGEST = 21
"""Characters of a name beside a bar."""
HALF = 500
"""Units of a drawing that shares its row with another one."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Drawing:
    """One chart in the two sizes that a page holds of it."""

    wide: Spec
    narrow: Spec


@dataclass(frozen=True, slots=True)
class Series:
    """One line, or one part of each bar."""

    column: str
    label: str
    colour: str
    dash: int = 0


def lines(
    rows: Sequence[Row], series: Sequence[Series], *, x: str, percent: bool = False, width: int = WIDE
) -> Drawing:
    """What happened day by day or week by week: a line for each series, named at its end."""
    return Drawing(
        _lines(rows, series, x=x, percent=percent, width=width, height=260),
        _lines(rows, series, x=x, percent=percent, width=NARROW, height=220),
    )


def _runs(rows: Sequence[Row], column: str) -> Iterator[tuple[int, Row]]:
    """The rows that have a value, each with the number of the unbroken run it is in: a line ends where a value is hidden."""
    run = 0
    for row in rows:
        if row[column] is None:
            run += 1
        else:
            yield run, row


def _lines(rows: Sequence[Row], series: Sequence[Series], *, x: str, percent: bool, width: int, height: int) -> Spec:
    days = [row[x] for row in rows]
    values = [
        {
            "at": _milliseconds(row[x]),
            "value": row[each.column],
            "series": each.label,
            "said": f"{said_day(row[x])}: {_value(row[each.column], percent)} {each.label.lower()}",
            "run": f"{each.label} {run}",
        }
        for each in series
        for run, row in _runs(rows, each.column)
    ]
    top = max((v["value"] for v in values), default=1) or 1
    legend = _legend(series, width)
    encoding = {
        "x": {"field": "at", "type": "temporal", "scale": {"type": "utc"}, "axis": _days_axis(days, width)},
        "y": {"field": "value", "type": "quantitative", "axis": _value_axis(percent), "scale": {"domain": [0, _ceiling(top, percent)], "nice": False}},
        "color": {"field": "series", "type": "nominal", "scale": _scale([s.label for s in series], [s.colour for s in series]), "legend": legend},
        "detail": {"field": "run"},
        "strokeDash": {"field": "series", "type": "nominal", "scale": _scale([s.label for s in series], [DASHES[s.dash] for s in series]), "legend": legend},
    }  # fmt: skip
    many = len(days) > 40  # then points are there to be pointed at, and not to be seen
    point = {"type": "point", "filled": True, "size": 36, "opacity": 1, "fillOpacity": 0 if many else 1}
    return _spec(
        values,
        width - _beside(top, percent),
        height,
        layer=[
            {"mark": {"type": "line", "strokeWidth": 2, "interpolate": "linear", "aria": False}},
            {"mark": point, "encoding": {"description": {"field": "said"}, "strokeDash": {"value": [1, 0]}}},
        ],
        encoding=encoding,
    )


def bars(  # noqa: PLR0913 - all but the rows by name
    rows: Sequence[Row], *, label: str, value: str, text: str, colour: str = SERIES[0], percent: bool = False, reference: float | None = None, width: int = HALF
) -> Drawing:  # fmt: skip
    """One bar for each group, the longest first as given, with its figure at the end; a rule where the whole stands."""
    named = [{"group": row[label], "value": row[value] or 0, "text": row[text]} for row in rows]
    both = [_bars(named, colour, percent, reference, size) for size in (width, NARROW)]
    return Drawing(*both)


def _bars(rows: Sequence[Row], colour: str, percent: bool, reference: float | None, width: int) -> Spec:
    # Groups are placed by number, and named by one text: Vega takes "constructor" by itself for a name of its own.
    values = [{**row, "place": place, "said": f"{row['group']}: {row['text']}"} for place, row in enumerate(rows)]
    top = 1.0 if percent else max((v["value"] for v in values), default=1) or 1
    names = [_short(row["group"]) for row in rows]
    beside = 8 + int(7.2 * max(map(len, names), default=0))
    room = min(0.62, (14 + 7.2 * max((len(v["text"]) for v in values), default=0)) / (width - beside))
    x = {"field": "value", "type": "quantitative", "axis": None, "scale": {"domain": [0, top / (1 - room)], "nice": False}}  # fmt: skip
    y = {"field": "place", "type": "ordinal", "sort": None, "axis": {"title": None, "ticks": False, "domain": False, "labelExpr": f"split({json.dumps(BREAK.join([*names, '']))}, '{BREAK}')[datum.value]", "labelLimit": 0, "labelPadding": 8, "labelFontSize": 13, "labelColor": INK}}  # fmt: skip
    layer: list[Spec] = [
        {"mark": {"type": "bar", "color": TRACK, "height": 16, "cornerRadius": 3, "aria": False}, "encoding": {"y": y, "x": {**x, "datum": top}}},
        {"mark": {"type": "bar", "color": colour, "height": 16, "cornerRadius": 3}, "encoding": {"y": y, "x": x, "description": {"field": "said"}}},
        {"mark": {"type": "text", "align": "left", "dx": 10, "color": INK, "fontSize": 12.5, "aria": False}, "encoding": {"y": y, "x": {**x, "datum": top}, "text": {"field": "text"}}},
    ]  # fmt: skip
    for each in (layer[0], layer[2]):
        del each["encoding"]["x"]["field"]
    if reference is not None:
        layer.append(
            {"data": {"values": [{"at": reference, "said": f"Whole organisation: {_value(reference, percent)}"}]},
             "mark": {"type": "rule", "color": INK, "strokeDash": [3, 3], "strokeWidth": 1.5},
             "encoding": {"x": {"field": "at", "type": "quantitative"}, "description": {"field": "said"}}}
        )  # fmt: skip
    return {
        **_spec(values, width - beside - 12, {"step": 30}, layer=layer),
        "padding": {"left": 10, "right": 2, "top": 2, "bottom": 2},
    }


def stacks(
    rows: Sequence[Row], series: Sequence[Series], *, x: str, below: Sequence[str] = (), percent: bool = False, width: int = WIDE
) -> Drawing:  # fmt: skip
    """Bars per week made of parts; what is lost stands below the line."""
    both = [_stacks(rows, series, x, below, percent, size, height) for size, height in ((width, 240), (NARROW, 220))]
    return Drawing(*both)


def _stacks(
    rows: Sequence[Row], series: Sequence[Series], x: str, below: Sequence[str], percent: bool, width: int, height: int
) -> Spec:  # fmt: skip
    order = [row[x] for row in rows]
    every = max(1, -(-len(order) // (12 if width > HALF else 6 if width > NARROW else 4)))
    names = {day.isoformat(): short_day(day) if place % every == 0 else "" for place, day in enumerate(order)}
    values = [
        {
            "at": row[x].isoformat(),
            "value": (-1 if each.column in below else 1) * row[each.column],
            "series": each.label,
            "place": place,
            "said": f"Week of {said_day(row[x])}: {_value(row[each.column], percent)} {each.label.lower()}",
        }
        for row in rows
        for place, each in enumerate(series)
        if row[each.column]
    ]
    encoding = {
        "x": {"field": "at", "type": "ordinal", "sort": list(names), "axis": {**_AXIS, "labelExpr": f"({json.dumps(names)})[datum.value]", "labelAngle": 0, "labelOverlap": False, "ticks": False, "domain": not below}},
        "y": {"field": "value", "type": "quantitative", "stack": "zero", "axis": _value_axis(percent, signed=bool(below))},
        "color": {"field": "series", "type": "nominal", "scale": _scale([s.label for s in series], [s.colour for s in series]), "legend": _legend(series, width, "square")},
        "order": {"field": "place"},
        "description": {"field": "said"},
    }  # fmt: skip
    mark = {"type": "bar", "cornerRadius": 1, "stroke": "#ffffff", "strokeWidth": 1}
    layer: list[Spec] = [{"mark": mark, "encoding": encoding}]
    if below:
        rule = {"type": "rule", "color": "#8a8a9c", "aria": False}
        layer.append({"data": {"values": [{}]}, "mark": rule, "encoding": {"y": {"datum": 0}}})
    heights = Counter[str]()
    for value in values:
        heights[value["at"]] += abs(value["value"])
    return _spec(values, width - _beside(max(heights.values(), default=1), percent), height, layer=layer)


_AXIS = {
    "title": None,
    "labelLimit": 0,
    "labelColor": FAINT,
    "labelFontSize": 12,
    "tickColor": GRID,
    "domainColor": "#8a8a9c",
}


def _days_axis(days: Sequence[date], width: int) -> Spec:
    """Ticks on Mondays, or on firsts of a month, as many as have room."""
    room = max(2, width // 84)
    first, last = (min(days), max(days)) if days else (date.min, date.min)
    if (last - first).days > 130:
        found = [day for n in range((last - first).days + 1) if (day := first + timedelta(n)).day == 1]
        form = "%b %Y"
    else:
        found = [day for n in range((last - first).days + 1) if (day := first + timedelta(n)).weekday() == 0]
        form = "%-d %b"
    every = max(1, -(-len(found) // room))
    ticks = found[::every] or list(days[:1])
    return {
        **_AXIS,
        "values": [_milliseconds(day) for day in ticks],
        "labelExpr": f"utcFormat(datum.value, '{form}')",
        "labelOverlap": False,
        "labelFlush": True,
        "grid": False,
    }


def _value_axis(percent: bool, *, signed: bool = False) -> Spec:
    number = "format(abs(datum.value), ',')" if signed else "format(datum.value, ',')"
    label = "format(100 * datum.value, '.0f') + ' %'" if percent else number
    return {**_AXIS, "grid": True, "gridColor": GRID, "domain": False, "ticks": False, "tickCount": 4, "labelExpr": label, "labelPadding": 8}  # fmt: skip


def _legend(series: Sequence[Series], width: int, symbol: str = "stroke") -> Spec:
    """Above the drawing, in as many columns as have room."""
    size, stroke = (260, 2.5) if symbol == "stroke" else (130, 0)
    entry = 48 + 7 * max(len(each.label) for each in series)
    columns = 0 if entry * len(series) <= width else max(1, width // entry)  # 0 is all in one row
    return {"title": None, "orient": "top", "direction": "horizontal", "columns": columns, "labelColor": INK, "labelFontSize": 13, "symbolType": symbol, "symbolSize": size, "symbolStrokeWidth": stroke, "offset": 8, "columnPadding": 24, "labelLimit": 0}  # fmt: skip


def _scale(labels: Sequence[str], values: Sequence[Any]) -> Spec:
    return {"domain": list(labels), "range": list(values)}


def _beside(top: float, percent: bool) -> int:
    """Units that the labels of the value axis take."""
    return 14 + 7 * len("100 %" if percent else f"{int(top):,}")


def _short(name: str) -> str:
    """A name with room for it beside a bar."""
    its = name.replace(BREAK, " ")
    return its if len(its) <= LONGEST else f"{its[: LONGEST - 1]}…"


def _spec(values: Sequence[Row], width: int, height: object, **rest: object) -> Spec:
    return {
        "background": None,
        "data": {"values": list(values)},
        "width": width,
        "height": height,
        "autosize": "pad",  # fitting it in would measure every text twice, which is what takes the time
        "padding": 2,
        "config": {"font": FONT, "view": {"stroke": None}, "axis": {"labelFont": FONT}},
        **rest,
    }


def on_paper(spec: Spec, title: str, said: Sequence[str]) -> Spec:
    """The same for a file of its own: on white, with room around it, and with what a page says above it."""
    lines = [line for text in said for line in textwrap.wrap(text, int(spec["width"] / 6.2))]
    words = {"text": title, "subtitle": lines, "anchor": "start", "frame": "bounds", "offset": 14, "limit": 0, "font": FONT, "fontSize": 17, "color": INK, "subtitleFont": FONT, "subtitleFontSize": 13, "subtitleColor": FAINT, "subtitlePadding": 5}  # fmt: skip
    return {**spec, "background": "#ffffff", "padding": 16, "title": words}


def _ceiling(top: float, percent: bool) -> float:
    """A round figure at or above the highest value."""
    if percent:
        return next((step for step in (0.1, 0.2, 0.4, 0.6, 0.8) if step >= top), 1.0)
    size: float = 10 ** (len(str(int(top))) - 1)
    return next((step * size for step in (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8) if step * size >= top), 10 * size)


def _value(value: float, percent: bool) -> str:
    return f"{100 * value:.1f} %" if percent else f"{value:,}"


def _milliseconds(day: date) -> int:
    return (day.toordinal() - 719_163) * 86_400_000


def short_day(day: date) -> str:
    """`5 Oct`."""
    return f"{day.day} {day:%b}"


def said_day(day: date) -> str:
    """`Mon 5 Oct 2026`."""
    return f"{day:%a} {day.day} {day:%b %Y}"
