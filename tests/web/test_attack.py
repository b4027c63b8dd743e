"""An attacker with a linear solver, and every page of every choice: nothing about fewer than five people can be computed.

Members are of kinds: a department, guest or not, and what they did in a window of days. Each figure that is shown is an
equation over how many there are of each kind. The attacker asks of sets of kinds with few members whether the equations
leave any doubt of how many. As every equation is checked against the truth, this tells wrong figures, too.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import linprog
from tests.web.members import MONDAY, Member, always, asked, made, never

from slackanalytics.adoption import Adoption, hiding, privacy
from slackanalytics.web.publication import PAGES
from slackanalytics.web.sheets.question import bounds, departments
from slackanalytics.web.sheets.shapes import Sheet

DAYS = range(42)
MINIMUM = 5
State = tuple[bool, ...]
Holds = Callable[[State], bool]
Row = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Window:
    """Days, and what members may have done in them: a state is a value of each property."""

    name: str
    state: Callable[[Member], State]
    possible: Callable[[State], bool] = lambda _state: True

    def states(self, members: Sequence[Member]) -> list[State]:
        """All that members may be in."""
        return [state for state in product((False, True), repeat=len(self.state(members[0]))) if self.possible(state)]


def active(member: Member, days: range) -> bool:
    return any(member.active(day) for day in days)


def in_period(member: Member) -> State:
    its = active(member, DAYS)
    return (its, its and member.ios, its and member.android, its and not (member.ios or member.android))


def on_last_day(member: Member) -> State:
    return (member.since is not None, not active(member, DAYS[-28:]))


def in_week(week: int) -> Window:
    days = DAYS[7 * week : 7 * week + 7]
    return Window(
        f"week {week}",
        lambda member: (active(member, days), active(member, days) and member.posts > 0),
        lambda state: state[0] or not state[1],
    )


PERIOD = Window("period", in_period, lambda state: state[0] == any(state))
LAST = Window("last day", on_last_day)
WEEKS = [in_week(week) for week in range(6)]


def everybody(_state: State) -> bool:
    return True


def first(state: State) -> bool:
    return state[0]


def second(state: State) -> bool:
    return state[1]


def not_first(state: State) -> bool:
    return not state[0]


PLATFORMS: dict[str, Holds] = {"iOS": second, "Android": lambda state: state[2], "Desktop": lambda state: state[3]}
SEATS: dict[str, Holds] = {"provisioned": everybody, "claimed": first, "never_claimed": not_first, "billable": everybody, "inactive": second}  # fmt: skip
TILES: dict[str, Holds] = {"Provisioned": everybody, "Claimed": first, "Never claimed": not_first, "Billed but inactive": second}  # fmt: skip
USE: dict[str, Holds] = {"provisioned": everybody, "active": first, "posting": second}


@dataclass(frozen=True)
class Told:
    """A figure that is shown: how many members of some departments, of all where there are none, something holds of."""

    window: Window
    departments: tuple[str, ...]
    guests: bool
    holds: Holds
    number: int


def table(sheet: Sheet, name: str) -> list[dict[str, Any]]:
    figure = sheet.figure(name)
    assert figure is not None
    found: list[dict[str, Any]] = figure.exported.to_pylist()
    return found


def of_rows(rows: list[dict[str, Any]], holding: dict[str, Holds], chosen: tuple[str, ...], guests: bool, window: Window | None) -> Iterator[Told]:  # fmt: skip
    """The figures of a table; its rows may be about a department, or about a week."""
    for row in rows:
        for name in holding.keys() & row.keys():
            if row[name] is not None:
                its = window or WEEKS[(row["week"] - MONDAY).days // 7]
                yield Told(its, (row["department"],) if "department" in row else chosen, guests, holding[name], row[name])  # fmt: skip


def told(adoption: Adoption, chosen: tuple[str, ...], guests: bool) -> Iterator[Told]:
    """What the pages of a choice say."""
    question = asked(adoption, *chosen, guests=guests)
    sheets = {page: PAGES[page][1](question) for page in ("overview", "seats", "engagement")}
    yield from of_rows([question.row("activation")], USE, chosen, guests, PERIOD)
    for page, name, holding, window in (
        ("overview", "activation-by-department", USE, PERIOD),
        ("overview", "activation-by-department-week", USE, None),
        ("engagement", "posting-share", USE, None),
        ("seats", "seats-by-department", SEATS, LAST),
        ("seats", "never-claimed", SEATS, LAST),
        ("seats", "billed-but-inactive", SEATS, LAST),
    ):
        yield from of_rows(table(sheets[page], name), holding, chosen, guests, window)
    for row in table(sheets["engagement"], "platform-mix"):
        if row["people"] is not None and row["platform"] in PLATFORMS:
            yield Told(PERIOD, chosen, guests, PLATFORMS[row["platform"]], row["people"])
    for tile in sheets["seats"].tiles:
        if tile.label in TILES and tile.value.isdigit():
            yield Told(LAST, chosen, guests, TILES[tile.label], int(tile.value))


def everything_told(adoption: Adoption) -> list[Told]:
    """What the pages of all choices say: nobody, one department, two, all but one; with guests and without."""
    known = departments(adoption, adoption.since, bounds(adoption).newest, minimum=MINIMUM).known
    choices = {(), *((name,) for name in known), *combinations(known, 2), *combinations(known, max(1, len(known) - 1))}
    return [each for chosen in sorted(choices) for guests in (False, True) for each in told(adoption, chosen, guests)]


def solved(objective: Row, matrix: Row, numbers: Row) -> float:
    """The least that it can be."""
    found = linprog(objective, A_eq=matrix, b_eq=numbers, bounds=(0, None))
    assert found.status in (0, 3), found.message
    return float(found.fun) if found.status == 0 else -np.inf


def computed(members: list[Member], shown: list[Told], window: Window) -> Iterator[tuple[str, int]]:
    """What can be computed about fewer people than the minimum."""
    names = sorted({member.department or "Unmatched" for member in members})
    kinds = list(product(names, (False, True), window.states(members)))
    truth = Counter((member.department or "Unmatched", member.guest, window.state(member)) for member in members)
    counts = np.array([truth[kind] for kind in kinds])

    def row(departments: tuple[str, ...], guests: Sequence[bool], holds: Holds) -> Row:
        return np.array([(not departments or name in departments) and guest in guests and holds(state) for name, guest, state in kinds], np.int64)  # fmt: skip

    equations = {tuple(row(each.departments, (False, True)[: 1 + each.guests], each.holds)): each for each in shown if each.window is window}  # fmt: skip
    if not equations:
        return
    matrix = np.array(list(equations))
    numbers = np.array([each.number for each in equations.values()])
    assert (matrix @ counts == numbers).all(), window.name
    for name, guests, holds in product(("", *names), ((False,), (True,), (False, True)), (everybody, first, second, not_first, lambda state: state[0] and state[1])):  # fmt: skip
        few = row((name,) if name else (), guests, holds)
        if 0 < few @ counts < MINIMUM:
            least, most = (solved(sign * few, matrix, numbers) for sign in (1, -1))
            if -most - least < 1:
                yield f"{window.name}, {name or 'all'}, guests {guests}", int(few @ counts)


def company(seed: int) -> list[Member]:
    """Small departments of which nearly all, or nearly none, did something; some have guests, some members are unmatched."""
    dice = random.Random(seed)
    members: list[Member] = []
    for name in dice.sample("ABCDEF", dice.choice((2, 3, 4))):
        users, guests, claimed = dice.choice((0.05, 0.3, 0.6, 0.9, 0.97)), dice.choice((0, 0, 0.1, 0.4)), dice.choice((1, 0.95, 0.7))  # fmt: skip
        for _ in range(dice.choice((3, 4, 6, 9, 14, 20, 30, 45))):
            often = dice.choice((0.9, 1.0)) if dice.random() < users else dice.choice((0, 0, 0.02))
            days = frozenset(day for day in DAYS if day % 7 < 6 and dice.random() < often)
            members.append(
                Member(
                    department=name, active=days.__contains__, ios=dice.random() < 0.3, android=dice.random() < 0.1,
                    guest=dice.random() < guests, posts=0 if dice.random() < 0.1 else 3,
                    since=1_700_000_000 if dice.random() < claimed else None,
                )
            )  # fmt: skip
    return members + [Member(department=None, active=dice.choice((always, never)))] * dice.choice((0, 1, 3, 7))


def leaks(members: list[Member], folder: Path) -> list[tuple[str, int]]:
    shown = everything_told(made(members, folder))
    return [leak for window in (PERIOD, LAST, *WEEKS[1:]) for leak in computed(members, shown, window)]


@pytest.mark.parametrize("seed", range(6))
def test_nothing_about_a_few_can_be_computed_from_all_pages_of_all_choices(seed: int, tmp_path: Path) -> None:
    assert leaks(company(seed), tmp_path) == []


def guests_that_only_one_department_has() -> list[Member]:
    """What is hidden without guests (3 of 6 in B, and so 13 of 45 in A) would be shown with them: A has none."""
    members = [Member()] * 13 + [Member(active=never)] * 32
    members += [Member(department="B")] * 3 + [Member(department="B", active=never)] * 3
    return members + [Member(department="B", guest=True)] * 5 + [Member(department="B", guest=True, active=never)] * 5


def test_nothing_follows_from_departments_without_guests(tmp_path: Path) -> None:
    assert leaks(guests_that_only_one_department_has(), tmp_path) == []


def differences_of(*, complements: bool, beside: bool) -> Callable[..., None]:
    """`privacy.hide_differences` without one of its parts."""

    def hide(hidden: Any, values: Any, known: Any, gone: Any, people: str, minimum: int) -> None:
        none = {name: [False] * len(gone[name]) for name in gone}
        if complements:
            HIDE_DIFFERENCES(hidden, values, known, gone if beside else none, people, minimum)
            return
        for name, column in values.items():
            for n, (value, other) in enumerate(zip(column, known[name], strict=True)):
                hidden[name][n] |= 0 < abs(value - other) < minimum

    return hide


def one_by_one(table: Any, *_others: Any, **kinds: Any) -> Any:
    """The broken twin of `privacy.selected`: each choice keeps the rules, and nobody compares two of them."""
    kinds.pop("base")
    return privacy.suppressed(table, **kinds)


HIDE_DIFFERENCES = privacy.hide_differences


@pytest.mark.parametrize(
    ("room", "name", "twin", "members"),
    [
        (privacy, "protect", lambda *_args, **_kinds: None, company(6)),
        (privacy, "hide_differences", lambda *_args: None, company(6)),
        (privacy, "hide_differences", differences_of(complements=False, beside=False), company(6)),
        (privacy, "hide_differences", differences_of(complements=True, beside=False), guests_that_only_one_department_has()),
        (hiding, "selected", one_by_one, company(6)),
    ],
    ids=["totals", "guests", "other guests", "without guests", "choices"],
)  # fmt: skip
def test_an_attacker_computes_what_any_rule_alone_would_keep(
    room: Any, name: str, twin: Any, members: list[Member], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, name, twin)
    assert leaks(members, tmp_path)
