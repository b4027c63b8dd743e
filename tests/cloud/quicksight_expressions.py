"""The expressions of QuickSight: what they call, what they name, whether they are whole.

Functions: https://docs.aws.amazon.com/quicksight/latest/user/functions-and-operators.html; outputs of computations:
https://docs.aws.amazon.com/quicksight/latest/user/auto-narrative-computations.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET

FUNCTIONS = {
    "distinct_count": (1, 2), "distinct_countIf": (2, 2), "count": (1, 2), "countIf": (2, 2), "sum": (1, 2),
    "sumIf": (2, 2), "avg": (1, 2), "min": (1, 2), "max": (1, 2), "ifelse": (3, 99), "isNull": (1, 1),
    "isNotNull": (1, 1), "coalesce": (2, 99), "nullIf": (2, 2), "toLower": (1, 1), "toUpper": (1, 1), "trim": (1, 1),
    "concat": (2, 99), "truncDate": (2, 2), "addDateTime": (3, 3), "dateDiff": (2, 3), "now": (0, 0), "round": (1, 2),
    "floor": (1, 1), "ceil": (1, 1), "abs": (1, 1), "parseDate": (1, 2), "formatDate": (1, 2),
}  # fmt: skip
"""Name -> fewest and most arguments."""
AGGREGATES = {"distinct_count", "distinct_countIf", "count", "countIf", "sum", "sumIf", "avg"}
PERIODS = {"YYYY", "Q", "MM", "DD", "WK", "HH", "MI", "SS"}
TOKEN = re.compile(
    r"\s*(?:(?P<column>\{[^{}]*\})|(?P<text>'[^']*')|(?P<number>\d+(?:\.\d+)?)|(?P<word>[A-Za-z_]\w*)"
    r"|(?P<sign><>|>=|<=|[=<>+\-*/(),]))"
)

VALUE = {"value", "formattedValue", "formattedAbsoluteValue"}
NAME = {"name"}
ITEM = {"categoryValue": VALUE, "metricValue": VALUE}
MOVED = dict.fromkeys(("currentMetricValue", "previousMetricValue", "percentDifference", "absoluteDifference"), VALUE)
OUTPUTS: Mapping[str, Mapping[str, set[str]]] = {
    "TopBottomRanked": {"categoryField": NAME, "metricField": NAME, "itemsCount": set()},
    "TopBottomMovers": {
        "categoryField": NAME, "metricField": NAME, "timeField": NAME, "itemsCount": set(),
        "startTimeValue": VALUE, "endTimeValue": VALUE,
    },
    "TotalAggregation": {"metricField": NAME, "totalAggregate": VALUE},
    "MaximumMinimum": {"timeField": NAME, "metricField": NAME, "timeValue": VALUE, "metricValue": VALUE},
    "PeriodOverPeriod": {
        "timeField": NAME, "metricField": NAME, "currentTimeValue": VALUE, "previousTimeValue": VALUE, **MOVED,
    },
}  # fmt: skip
ITEMS: Mapping[str, Mapping[str, set[str]]] = {
    "TopBottomRanked": ITEM,
    "TopBottomMovers": {"categoryValue": VALUE, **MOVED},
}
TAGS: Mapping[str, set[str]] = {
    "narrative": set(), "block": set(), "inline": {"font-size", "color"}, "b": set(), "i": set(), "u": set(),
    "ul": set(), "ol": set(), "li": set(), "br": set(), "expression": set(), "if": {"condition", "level"},
    "for": {"listExpression", "level"},
}  # fmt: skip
CONDITION = re.compile(r"(?P<output>[\w.\[\]]+) ?(?:=|<>|>=|<=|<|>) ?-?\d+(?:\.\d+)?")


@dataclass
class Call:
    """An opened parenthesis: whose it is, and how many arguments there are so far."""

    function: str
    arguments: int


def expression(text: str, columns: Mapping[str, str], booleans: set[str]) -> Iterator[str]:
    """
    What is wrong with an expression. `columns`: name -> type, as far as known at that point. `booleans`: those of them
    that hold 'true' and 'false'.
    """
    tokens, place = [], 0
    while place < len(text.rstrip()):
        found = TOKEN.match(text, place)
        if not found:
            yield f"{text!r}: cannot be read from {text[place : place + 10]!r} on"
            return
        tokens.append(found)
        place = found.end()
    open_: list[Call] = []
    for number, token in enumerate(tokens):
        following = tokens[number + 1]["sign"] if number + 1 < len(tokens) else ""
        if token["column"] and (name := token["column"][1:-1]) not in columns:
            yield f"{text!r}: there is no column {name}"
        if token["word"]:
            yield from (f"{text!r}: {wrong}" for wrong in _word(token["word"], following))
        if token["text"]:
            around = open_[-1].function if open_ else ""
            yield from (f"{text!r}: {wrong}" for wrong in _literal(tokens, number, around, columns, booleans))
        before = tokens[number - 1]["word"] if number else ""
        yield from (f"{text!r}: {wrong}" for wrong in _sign(token["sign"], before or "", following, open_))
    if open_:
        yield f"{text!r}: a parenthesis is not closed"


def _word(word: str, following: str) -> Iterator[str]:
    if following != "(" and word.upper() not in {"AND", "OR", "NOT", "IN", "NULL"}:
        yield f"{word} is neither a function nor a column"
    if following == "(" and word not in FUNCTIONS:
        yield f"there is no function {word}"


def _sign(sign: str, before: str, following: str, open_: list[Call]) -> Iterator[str]:
    """Parentheses are closed once, with as many arguments as the function takes."""
    if sign == "(":
        open_.append(Call(before, 0 if following == ")" else 1))
    elif sign in {",", ")"} and not open_:
        yield f"{sign} where no parenthesis is open"
    elif sign == ",":
        open_[-1].arguments += 1
    elif sign == ")":
        call = open_.pop()
        few, many = FUNCTIONS.get(call.function, (0, 99))
        if not few <= call.arguments <= many or (call.function == "ifelse" and call.arguments % 2 == 0):
            yield f"{call.function} with {call.arguments} arguments"


def _literal(
    tokens: list[re.Match[str]], number: int, around: str, columns: Mapping[str, str], booleans: set[str]
) -> Iterator[str]:
    """A text has to fit what it is compared with, or the function that it is given to."""
    literal = tokens[number]["text"][1:-1]
    if around in {"truncDate", "addDateTime", "dateDiff"} and literal not in PERIODS:
        yield f"{literal!r} is no period"
    if number < 2 or tokens[number - 1]["sign"] not in {"=", "<>"} or not tokens[number - 2]["column"]:
        return
    name = tokens[number - 2]["column"][1:-1]
    if columns.get(name, "STRING") != "STRING":
        yield f"{name} is {columns[name]}, and compared with a text"
    if name in booleans and literal not in {"true", "false"}:
        yield f"{name} is 'true' or 'false', never {literal!r}"


def is_aggregate(text: str, known: Mapping[str, bool]) -> bool:
    """Whether an expression counts or adds up, by itself or through a field that does."""
    words = set(re.findall(r"([A-Za-z_]\w*)\(", text))
    return bool(words & AGGREGATES) or any(known.get(name, False) for name in re.findall(r"\{([^{}]*)\}", text))


def narrative(text: str, computations: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with a narrative. `computations`: name -> kind."""
    try:
        root = ET.fromstring(text)
    except ET.ParseError as error:
        yield f"narrative: {error}"
        return
    if root.tag != "narrative":
        yield f"narrative: begins with {root.tag}"
    used: set[str] = set()
    yield from _element(root, computations, (), used)
    for name in set(computations) - used:
        yield f"narrative: {name} is computed and not told"


def _element(
    element: ET.Element, computations: Mapping[str, str], lists: tuple[str, ...], used: set[str]
) -> Iterator[str]:
    if element.tag not in TAGS:
        yield f"narrative: there is no <{element.tag}>"
        return
    if set(element.attrib) - TAGS[element.tag]:
        yield f"narrative: <{element.tag}> with {', '.join(element.attrib)}"
    if element.tag in {"if", "for"} and element.get("level") not in {"inline", "block"}:
        yield f"narrative: <{element.tag}> of level {element.get('level')}"
    if element.tag == "expression":
        yield from _output((element.text or "").strip(), computations, lists, used)
    if element.tag == "if":
        found = CONDITION.fullmatch(element.get("condition", ""))
        if not found:
            yield f"narrative: condition {element.get('condition')!r}"
        else:
            yield from _output(found["output"], computations, lists, used)
    if element.tag == "for":
        name, _, rest = element.get("listExpression", "").partition(".")
        if computations.get(name) not in ITEMS or rest != "items":
            yield f"narrative: there is no list {element.get('listExpression')!r}"
        lists = (*lists, name)
    for child in element:
        yield from _element(child, computations, lists, used)


def _output(text: str, computations: Mapping[str, str], lists: tuple[str, ...], used: set[str]) -> Iterator[str]:
    name, *rest = text.split(".")
    used.add(name)
    kind = computations.get(name)
    if kind is None:
        yield f"narrative: there is no computation {name}"
        return
    known = OUTPUTS.get(kind, {})
    if rest and rest[0] == "items[index]":
        if name not in lists:
            yield f"narrative: {text} outside of the list of {name}"
        known, rest = ITEMS.get(kind, {}), rest[1:]
    output, *form = rest or [""]
    forms = known.get(output)
    if forms is None or (form[0] not in forms if len(form) == 1 else bool(form) or bool(forms)):
        yield f"narrative: {kind} has no output {text}"
