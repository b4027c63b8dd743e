"""Dates in every style that spreadsheets use; the order of day and month is settled by a column, never by a value."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from athena_federation.errors import QueryError
from slackanalytics import people
from slackanalytics.people.dates import EXCEL_EPOCH, Style, evidence, parse

TODAY = date(2026, 11, 25)
FORMATS: list[tuple[str, Style]] = [
    ("%Y-%m-%d", "dmy"), ("%Y/%m/%d", "mdy"), ("%Y.%m.%d", "dmy"), ("%Y%m%d", "mdy"), ("%Y-%m-%dT00:00:00Z", "dmy"),
    ("%Y-%m-%d 13:05:00", "dmy"), ("%d/%m/%Y", "dmy"), ("%d.%m.%Y", "dmy"), ("%d-%m-%Y", "dmy"), ("%m/%d/%Y", "mdy"),
    ("%m-%d-%Y", "mdy"), ("%m/%d/%Y 9:00 AM", "mdy"), ("%d-%b-%Y", "mdy"), ("%d %B %Y", "mdy"), ("%B %d, %Y", "dmy"),
    ("%b %d %Y", "dmy"), ("%d-%b-%y", "dmy"), ("%m/%d/%y", "mdy"),
]  # fmt: skip
days = st.dates(date(1970, 1, 1), date(2068, 12, 31))


@given(days, st.sampled_from(FORMATS))
def test_a_day_comes_back_from_each_style(day: date, style: tuple[str, Style]) -> None:
    assert parse(f" {day.strftime(style[0])} ", style[1]) == day


@given(st.dates(date(1930, 1, 1), date(2100, 1, 1)), st.sampled_from(["", ".0", ".75"]))
def test_a_serial_number_is_a_day(day: date, rest: str) -> None:
    assert parse(f"{(day - EXCEL_EPOCH).days}{rest}", "dmy") == day


@pytest.mark.parametrize(
    ("text", "style"), [("13/12/2024", "dmy"), ("12/13/2024", "mdy"), ("12/12/2024", None), ("11/12/2024", None)]
)
def test_twelve_is_a_month_and_thirteen_is_not(text: str, style: Style | None) -> None:
    assert evidence([(2, text)]).style == style


@pytest.mark.parametrize(("text", "year"), [("1/2/68", 2068), ("1/2/69", 1969), ("1/2/00", 2000), ("1/2/99", 1999)])
def test_two_digits_of_a_year_are_read_as_posix_has_it(text: str, year: int) -> None:
    assert parse(text, "dmy") == date(year, 2, 1)


@given(st.lists(days, min_size=1, max_size=8), st.sampled_from(["dmy", "mdy"]))
def test_a_column_is_never_settled_wrongly(column: list[date], style: Style) -> None:
    """Whatever is said of a column, the days that it was made from are among the readings that are left."""
    texts = [day.strftime("%d/%m/%Y" if style == "dmy" else "%m/%d/%Y") for day in column]
    found = evidence(enumerate(texts))
    settled = any(day.day > 12 for day in column)
    assert found.style == (style if settled else None)
    assert bool(found.either) == any(day.day <= 12 and day.day != day.month for day in column)


@pytest.mark.parametrize(
    "text", ["", " ", "-", "N/A", "null", "0000-00-00", "9999-12-31", "31/12/9999", "12/31/9999", "0"]
)
def test_what_names_no_day_is_none(text: str) -> None:
    assert parse(text, "mdy" if text.startswith("12/31") else "dmy") is None


@pytest.mark.parametrize(
    "text",
    [
        "soon",
        "2024-13-01",
        "2024-02-30",
        "31/31/2024",
        "32.01.2024",
        "1 Brumaire 1800",
        "1024-01-01",
        "2024",
        "1/2",
        "3024-01-01",
    ],
)
def test_what_is_no_day_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse(text, "dmy")


def roster(path: Path, *rows: str, header: str = "email,hire date,termination date") -> Callable[..., people.Roster]:
    path.write_text("\n".join([header, *(f"p{n}@example.com,{row}" for n, row in enumerate(rows))]) + "\n")
    return lambda dates=None: people.read(path, today=TODAY, dates=dates)


def test_one_day_above_twelve_settles_the_column(tmp_path: Path) -> None:
    its = roster(tmp_path / "r.csv", "03/04/2024,", "25/04/2024,")()
    assert its.dates == {"hire_date": "dmy"}
    assert [entry.hire_date for entry in its.entries] == [date(2024, 4, 3), date(2024, 4, 25)]


def test_columns_are_settled_one_by_one(tmp_path: Path) -> None:
    its = roster(tmp_path / "r.csv", "25/04/2024,04/25/2026")()
    assert its.dates == {"hire_date": "dmy", "termination_date": "mdy"}


def test_a_column_that_its_own_values_leave_open_is_read_as_the_others_and_that_is_said(tmp_path: Path) -> None:
    its = roster(tmp_path / "r.csv", "04/25/2024,03/04/2026")()
    assert its.entries[0].termination_date == date(2026, 3, 4)
    assert any("termination date: dates are read with the month first" in note for note in its.notes)


def test_columns_that_settle_it_differently_settle_no_third(tmp_path: Path) -> None:
    header = "email,hire date,termination date,effective date"
    read = roster(tmp_path / "r.csv", "25/04/2024,04/25/2026,03/04/2026", header=header)
    with pytest.raises(QueryError, match="effective date: 03/04/2026"):
        read()


def test_what_nothing_settles_is_an_error_that_names_the_choice(tmp_path: Path) -> None:
    read = roster(tmp_path / "r.csv", "03/03/2024,", "03/04/2024,")
    with pytest.raises(
        QueryError, match=r"hire date: 03/04/2024 \(line 3\) can be read .* SLACKANALYTICS_HR_DATES=dmy or =mdy"
    ):
        read()
    assert read("dmy").entries[1].hire_date == date(2024, 4, 3)
    assert read("mdy").entries[1].hire_date == date(2024, 3, 4)


def test_the_same_day_either_way_needs_no_choice(tmp_path: Path) -> None:
    assert roster(tmp_path / "r.csv", "03/03/2024,")().entries[0].hire_date == date(2024, 3, 3)


def test_values_that_contradict_each_other_are_an_error_that_names_both(tmp_path: Path) -> None:
    read = roster(tmp_path / "r.csv", "25/04/2024,", "04/25/2024,")
    with pytest.raises(QueryError, match=r"both orders: 25/04/2024 \(line 2\) .* 04/25/2024 \(line 3\)"):
        read()
    its = read("mdy")
    assert [(each.place, each.reason) for each in its.rejected] == [(2, "hire_date is not a date")]


def test_full_stops_are_european(tmp_path: Path) -> None:
    assert roster(tmp_path / "r.csv", "03.04.2024,")().entries[0].hire_date == date(2024, 4, 3)


def test_a_termination_before_the_hire_is_of_an_earlier_employment(tmp_path: Path) -> None:
    its = roster(tmp_path / "r.csv", "2024-04-01,2020-01-01")()
    assert its.entries[0].termination_date is None
    assert timedelta(0) <= timedelta(days=its.age)
