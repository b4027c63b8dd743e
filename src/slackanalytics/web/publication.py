"""Pages of the dashboard as values: made once for each reading, page, filters and role, and kept.

Knows no requests; routes ask it, and so does the load test.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from athena_federation.errors import FederationError
from slackanalytics.adoption.privacy import MINIMUM, Role
from slackanalytics.web import filters as filtering
from slackanalytics.web import rendering
from slackanalytics.web.charts import on_paper, said_day
from slackanalytics.web.drawing import Drawings
from slackanalytics.web.filters import Filters
from slackanalytics.web.loading import Loading, Standing
from slackanalytics.web.sheets import engagement, overview, quality, retention, seats
from slackanalytics.web.sheets.prices import Price
from slackanalytics.web.sheets.question import Bounds, Departments, Question, bounds, departments
from slackanalytics.web.sheets.shapes import Figure, Progress, Sheet, State, Tone, percent
from slackanalytics.wording import plural

PAGES: dict[str, tuple[str, Callable[[Question], Sheet]]] = {
    "overview": ("Overview", overview.sheet),
    "seats": ("Seats", seats.sheet),
    "engagement": ("Engagement", engagement.sheet),
    "retention": ("Retention", retention.sheet),
    "data": ("Data", quality.sheet),
}
"""Every page, in the order of its tabs."""
KEPT = 400
"""Pages remembered; beyond that the one that nobody has asked for longest goes."""
WAIT = 3
"""Seconds after which a page that waits for its figures looks again."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """How new and how whole the figures are, in a few words."""

    text: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Tab:
    """A way to another page with the same filters."""

    text: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a page is filled with."""

    page: str
    title: str
    lead: str
    content: Markup
    tabs: tuple[Tab, ...] = ()
    filters: Filters | None = None
    """None on pages without figures."""
    problems: tuple[str, ...] = ()
    fresh: tuple[Fresh, ...] = ()
    periods: tuple[Tab, ...] = ()
    """Periods to be chosen with one press."""
    departments: tuple[str, ...] = ()
    first: date | None = None
    newest: date | None = None
    price: Price | None = None
    changed: bool = False
    """Whether the filters are others than the usual ones."""
    refresh: int | None = None
    role: Role = Role.AGGREGATE
    personal: bool = False
    """Whether it names people."""
    listed: int = 0
    """How many rows about them there are."""

    @property
    def chosen(self) -> str:
        """What the list of departments says while it is closed."""
        names = self.filters.departments if self.filters else ()
        return "All departments" if not names else names[0] if len(names) == 1 else f"{len(names)} departments"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a page is made of and kept under."""

    version: int
    page: str
    filters: Filters
    price: Price
    role: Role
    links: bool = True


class Publication:
    """Makes pages of the figures as they stand. Safe to share between threads."""

    def __init__(self, loading: Loading, drawings: Drawings, *, minimum: int = MINIMUM) -> None:
        self.loading = loading
        self.drawings = drawings
        self.minimum = minimum
        self._kept: OrderedDict[tuple[object, ...], Future[Any]] = OrderedDict()
        self._lock = threading.Lock()

    def view(self, page: str, pairs: Sequence[tuple[str, str]], role: Role, *, links: bool = True) -> View:
        """A page for the filters of a query string."""
        standing = self.loading.standing
        if standing.adoption is None:
            return _without(standing, page)
        try:
            asked, price = self._asked(standing, pairs)
            wanted = _Wanted(standing.version, page, asked.filters, price, role, links)
            sheet = self._sheet(standing, wanted)
            content = self._once(("content", wanted), lambda: self._content(sheet, wanted))
        except FederationError as error:
            return _broken(error, page)
        limits = self._bounds(standing)
        there = self._departments(standing, asked.filters.since, asked.filters.until)
        usual = filtering.usual(limits.newest, limits.first)
        return View(
            page=page,
            title=sheet.title,
            lead=sheet.lead,
            content=content,
            tabs=tabs(page, asked.filters),
            filters=asked.filters,
            problems=(*asked.problems, *([price.problem] if page == "seats" and price.problem else [])),
            fresh=fresh(standing, limits),
            periods=periods(page, asked.filters, limits),
            departments=there.known,
            first=limits.first,
            newest=limits.newest,
            price=price if page == "seats" else None,
            changed=asked.filters != usual,
            role=role,
            personal=any(figure.personal for figure in sheet.figures),
            listed=sum(figure.table.num_rows for figure in sheet.figures if figure.personal),
        )

    def sheet(self, page: str, pairs: Sequence[tuple[str, str]], role: Role) -> Sheet | None:
        """What a page is made of; None while nothing is read. Raises FederationError."""
        standing = self.loading.standing
        if standing.adoption is None:
            return None
        asked, price = self._asked(standing, pairs)
        return self._sheet(standing, _Wanted(standing.version, page, asked.filters, price, role))

    def png(self, figure: Figure, lead: str) -> bytes:
        """A drawing as a picture on white, under its title and `lead`: what it is about."""
        assert figure.drawing is not None
        return self.drawings.png(on_paper(figure.drawing.wide, figure.title, (lead, figure.caption))).result(
            rendering.PATIENCE
        )

    def warm(self) -> None:
        """Make the pages that a press or two lead to, those first that everybody looks at: each period, each department."""
        version = self.loading.standing.version
        for filters in islice(self._common(), 3 * KEPT // 4 // len(PAGES)):
            for page in PAGES:
                if self.loading.closing or self.loading.standing.version != version:
                    return
                began = time.monotonic()
                self.view(page, filters.pairs(), Role.AGGREGATE)
                self.loading.rest(min(1.0, time.monotonic() - began))  # whoever is there already comes first

    def _common(self) -> Iterator[Filters]:
        standing = self.loading.standing
        if standing.adoption is None or standing.adoption.newest is None:
            return
        limits = self._bounds(standing)
        periods = [filtering.usual(limits.newest, limits.first, weeks) for weeks in sorted(filtering.PERIODS.values(), key=lambda w: w != filtering.WEEKS)]  # fmt: skip
        yield from periods
        for period in periods:
            for name in self._departments(standing, period.since, period.until).known:
                yield replace(period, departments=(name,))

    def _asked(self, standing: Standing, pairs: Sequence[tuple[str, str]]) -> tuple[filtering.Asked, Price]:
        limits = self._bounds(standing)

        def known(since: date, until: date) -> tuple[str, ...]:
            return self._departments(standing, since, until).known

        return filtering.read(pairs, newest=limits.newest, first=limits.first, known=known), Price.read(pairs)

    def _bounds(self, standing: Standing) -> Bounds:
        adoption = standing.adoption
        assert adoption is not None
        found: Bounds = self._once(("bounds", standing.version), lambda: bounds(adoption, minimum=self.minimum))
        return found

    def _departments(self, standing: Standing, since: date, until: date) -> Departments:
        assert standing.adoption is not None
        adoption, minimum = standing.adoption, self.minimum
        found: Departments = self._once(
            ("departments", standing.version, since, until),
            lambda: departments(adoption, since, until, minimum=minimum),
        )
        return found

    def _sheet(self, standing: Standing, wanted: _Wanted) -> Sheet:
        assert standing.adoption is not None
        there = self._departments(standing, wanted.filters.since, wanted.filters.until)
        question = Question(
            standing.adoption, wanted.filters, self._bounds(standing), there, minimum=self.minimum, role=wanted.role, price=wanted.price
        )  # fmt: skip
        key = ("sheet", replace(wanted, links=True))
        made: Sheet = self._once(key, lambda: PAGES[wanted.page][1](question))
        return made

    def _content(self, sheet: Sheet, wanted: _Wanted) -> Markup:
        query = urlencode([*wanted.filters.pairs(), *wanted.price.pairs()])
        return rendering.content(sheet, self.drawings, query=query, links=wanted.links)

    def _once(self, key: tuple[object, ...], make: Callable[[], Any]) -> Any:
        """What was made already, or is being made by somebody else; errors are not kept."""
        with self._lock:
            found = self._kept.get(key)
            mine = found is None
            if found is None:
                found = self._kept[key] = Future()
            self._kept.move_to_end(key)
            while len(self._kept) > 2 * KEPT:
                self._kept.popitem(last=False)
        if mine:
            try:
                found.set_result(make())
            except BaseException as error:  # noqa: BLE001 - it is told to all who wait, and to whoever asked first
                with self._lock:
                    self._kept.pop(key, None)
                found.set_exception(error)
        return found.result()


def tabs(page: str, filters: Filters | None) -> tuple[Tab, ...]:
    """The ways from page to page."""
    query = f"?{filters.query()}" if filters else ""
    return tuple(Tab(text, f"{address(name)}{query}", name == page) for name, (text, _) in PAGES.items())


def periods(page: str, filters: Filters, limits: Bounds) -> tuple[Tab, ...]:
    """The ways to other periods with the same departments."""
    found = []
    for text, weeks in filtering.PERIODS.items():
        its = filtering.usual(limits.newest, limits.first, weeks)
        same = its.since == filters.since and its.until == filters.until
        found.append(Tab(text, f"{address(page)}?{filters.query(since=its.since, until=its.until)}", same))
    return tuple(found)


def address(page: str) -> str:
    """Where a page is."""
    return "/adoption" if page == "overview" else f"/adoption/{page}"


def fresh(standing: Standing, limits: Bounds) -> tuple[Fresh, ...]:
    """How new and whole the figures are, and when they were read."""
    first, *rest = fresh_words(limits)
    if standing.phase == "failed":
        return first, Fresh("could not be read again", "bad"), *rest
    return first, *([Fresh(f"read {standing.at:%H:%M} UTC", "")] if standing.at else []), *rest


def fresh_words(limits: Bounds) -> list[Fresh]:
    """How new and whole the figures are."""
    items = [Fresh(f"Data to {said_day(limits.newest)}", "good")]
    if limits.match_rate is None:
        items.append(Fresh("no roster", "warn"))
    else:
        items.append(
            Fresh(
                f"{'≥ ' if limits.match_least else ''}{percent(limits.match_rate, 1)} matched",
                "warn" if limits.match_low else "good",
            )
        )
    if limits.missing:
        items.append(Fresh(f"{plural(limits.missing, 'day')} missing", "warn"))
    return items


def _without(standing: Standing, page: str) -> View:
    """Before the first reading has ended: why, and what to do."""
    progress = None
    match standing.phase:
        case "unconnected":
            state = State(
                title="Nothing is connected yet",
                text="Connect Slack once, and this page shows who has a seat, who is active, and which departments need help.",
                href="/",
                link="Connect Slack",
            )
        case "failed":
            return _broken(standing.trouble, page)
        case _:
            if standing.of:
                progress = Progress(done=standing.done, of=standing.of, text=f"{standing.done} of {standing.of} days")
            state = State(
                title="Reading Slack’s days",
                text="Slack hands out one file per day, about twenty a minute. They are kept, so that this happens once. This page looks again by itself.",
                progress=progress or Progress(done=0, of=1, text="beginning"),
            )
    return View(
        page=page, title="Adoption", lead="Who has a seat, who is active, which departments lag.",
        content=rendering.state(state), tabs=tabs(page, None), refresh=WAIT,
    )  # fmt: skip


def _broken(error: FederationError | None, page: str) -> View:
    """Where an error stands in the place of figures, by name."""
    first = str(error).partition("\n")[0] if error else ""
    state = State(
        kind="bad",
        title="The figures could not be read",
        text="What went wrong has a name, and it is tried again every few minutes.",
        detail=f"{type(error).__name__}: {first}" if error else "",
        href="/status",
        link="See the connection",
    )
    return View(
        page=page, title="Adoption", lead="Who has a seat, who is active, which departments lag.",
        content=rendering.state(state), tabs=tabs(page, None), refresh=60,
    )  # fmt: skip
