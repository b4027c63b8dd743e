"""The dashboard's pages, files and states, over a company whose truth is known."""

from __future__ import annotations

import csv
import html
import io
import re
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient
from tests.web import company
from tests.web.desk import KEY
from tests.web.stand import Outline, Stand

from athena_federation.errors import Throttled
from slackanalytics.adoption import Adoption
from slackanalytics.web.guard import headers
from slackanalytics.web.loading import Loading
from slackanalytics.web.publication import PAGES

ADDRESSES = ["/adoption", "/adoption/seats", "/adoption/engagement", "/adoption/retention", "/adoption/data"]


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_is_whole_html_without_anything_inline(address: str, admin: TestClient) -> None:
    answer = admin.get(address)
    assert answer.status_code == 200
    outline = Outline(answer.text)
    assert outline.wrong == []
    assert outline.open == []
    assert len(outline.ids) == len(set(outline.ids)), [name for name in outline.ids if outline.ids.count(name) > 1]
    assert set(outline.named) <= set(outline.ids)
    assert "<style" not in answer.text
    assert answer.text.count("<script") == 2


@pytest.mark.parametrize("address", [*ADDRESSES, "/adoption/overview", "/adoption/seats/never-claimed.csv", "/adoption/x", "/adoption/x/y.csv", "/embed/adoption"])  # fmt: skip
def test_every_answer_carries_the_headers_of_all(address: str, stand: Stand, admin: TestClient) -> None:
    answer = admin.get(address)
    wanted = headers(stand.desk.site)
    if address.startswith("/embed"):
        wanted = {name: wanted[name] for name in ("X-Content-Type-Options", "Referrer-Policy", "Cache-Control")}
    assert {name: answer.headers.get(name) for name in wanted} == wanted


@pytest.mark.parametrize("address", [*ADDRESSES, "/adoption/overview/activation-by-day.csv", "/adoption/overview/activation-by-day.png"])  # fmt: skip
def test_nobody_sees_a_figure_without_signing_in(address: str, stand: Stand) -> None:
    answer = stand.desk.browser().get(address)
    after = "" if "." in address else f"?{urlencode({'after': address})}"
    assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in{after}")
    for form in ("/adoption/role", "/adoption/links"):
        assert (
            stand.desk.browser().post(form, data={"role": "identified", "reason": "because I can"}).status_code == 303
        )
    assert stand.told == []


def test_the_first_page_shows_the_tiles_the_line_the_bars_and_the_pivot(admin: TestClient) -> None:
    text = admin.get("/adoption").text
    for title in ("What stands out", "Provisioned and active people by day", "Activation rate by department", "Activation rate by department and week"):  # fmt: skip
        assert title in text
    assert text.count('role="graphics-document"') == 4
    assert re.search(r'aria-label="Mon 23 Nov 2026: [\d,]+ active"', text)
    assert text.count('<details class="query"') == 3
    assert "FROM adoption.counted_days" in html.unescape(text)
    assert "Marketing lags" in text


def test_every_cell_of_the_pivot_has_a_class_and_its_figure(admin: TestClient) -> None:
    text = admin.get("/adoption").text
    table = text[text.index('<table class="pivot">') : text.index("</table>", text.index('<table class="pivot">'))]
    cells = re.findall(r'<td class="(h\d|hidden-cell|blank|trend[ \w]*)">', table)
    assert len(cells) == table.count("<td")
    assert {"h0", "h7"} <= set(cells)
    marketing = re.search(r"<bdi>Marketing</bdi>.*?</tr>", table, re.DOTALL)
    assert marketing
    assert re.findall(r'"h(\d)">(\d+) %', marketing[0])[0] == ("0", "30")


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_group_that_is_too_small_appears_in_no_page_with_a_figure(address: str, admin: TestClient) -> None:
    for query in ("", "guests=yes", f"department={company.SMALL}", "since=2026-10-05&until=2026-10-18"):
        text = admin.get(f"{address}?{query}").text
        body = text[text.index("<main") :]
        for said in re.findall(rf"{company.SMALL}[^<]*", html.unescape(body)):
            assert not re.search(r"\d", said), said
        for row in re.findall(rf"<bdi>{company.SMALL}</bdi>.*?</tr>", body, re.DOTALL):
            assert not re.search(r">\s*\d", re.sub(r'class="[^"]*"', "", row)), row
        assert f'value="{company.SMALL}"' not in body


PERSONAL = ("inactive-people", "unmatched")
"""Figures that name people."""


def figures(stand: Stand, page: str, query: list[tuple[str, str]]) -> list[str]:
    from slackanalytics.adoption.privacy import Role

    standing = stand.loading.standing
    asked, price = stand.publication._asked(standing, query)
    from slackanalytics.web.publication import _Wanted

    sheet = stand.publication._sheet(standing, _Wanted(standing.version, page, asked.filters, price, Role.AGGREGATE))
    return [figure.name for figure in sheet.figures]


@pytest.mark.parametrize("page", list(PAGES))
def test_files_hold_what_the_page_shows_and_nothing_that_it_hides(page: str, stand: Stand, admin: TestClient) -> None:
    for name in figures(stand, page, []):
        answer = admin.get(f"/adoption/{page}/{name}.csv")
        if name in PERSONAL:
            assert answer.status_code == 403
            assert "People are not listed in this session" in answer.text
            assert f"/{name}.csv" not in admin.get(f"/adoption/{page}").text
            continue
        assert answer.status_code == 200, name
        assert answer.headers["content-type"].startswith("text/csv")
        assert f'filename="{name}.csv"' in answer.headers["content-disposition"]
        for row in rows(answer.text):
            assert "hidden" not in row
            assert not {"employee", "user_id"} & {key for key, value in row.items() if value}
            if company.SMALL in row.values():
                assert {value for value in row.values() if value and not value.startswith("2026")} == {company.SMALL}


def test_a_csv_is_the_measure_after_suppression(admin: TestClient) -> None:
    from slackanalytics.adoption.privacy import suppressed

    raw = company.adoption().ask("activation_by_department", since=company.SINCE, until=company.NEWEST)
    truth = {
        row["department"]: row
        for row in suppressed(raw, groups=("department",), people="provisioned", parts=("active",)).to_pylist()
    }
    found = rows(admin.get("/adoption/overview/activation-by-department.csv?since=2026-09-14").text)
    assert {row["department"].removeprefix("'") for row in found} == set(truth)
    shown = [row for row in found if row["active"]]
    assert {row["department"] for row in shown} >= {"Engineering", "Sales", "Marketing"}
    for row in shown:
        its = truth[row["department"].removeprefix("'")]
        assert (int(row["provisioned"]), int(row["active"])) == (its["provisioned"], its["active"])


def test_no_cell_of_a_file_is_a_formula(admin: TestClient) -> None:
    text = admin.get("/adoption/overview/activation-by-department.csv").text
    assert f"'{company.HOSTILE}" in text
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


def test_names_out_of_the_roster_are_shown_and_never_obeyed(admin: TestClient) -> None:
    for address in ADDRESSES:
        assert "<script>alert" not in admin.get(address).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in admin.get("/adoption").text


def test_a_png_is_a_picture_on_white(admin: TestClient) -> None:
    answer = admin.get("/adoption/overview/activation-by-day.png")
    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG\r\n")
    assert admin.get("/adoption/overview/activation-by-department-week.png").status_code == 404


def test_filters_narrow_what_is_shown_and_stay_on_the_way_to_other_pages(admin: TestClient) -> None:
    query = urlencode(
        [("since", "2026-10-05"), ("until", "2026-11-01"), ("department", "Sales"), ("department", "Marketing")]
    )
    text = admin.get(f"/adoption?{query}").text
    assert "Mon 5 Oct 2026 to Sun 1 Nov 2026: Marketing, Sales." in text
    assert 'value="2026-10-05"' in text
    assert "2 departments" in text
    assert len(re.findall(r'name="department"[^>]*checked', text)) == 2
    assert f'href="/adoption/seats?{html.escape("since=2026-10-05&until=2026-11-01&department=Marketing&department=Sales")}"' in text  # fmt: skip
    assert "<bdi>Engineering</bdi></th>" not in text
    assert ">Reset</a>" in text
    assert ">Reset</a>" not in admin.get("/adoption").text


def test_whoever_signs_in_again_comes_back_to_the_page_and_its_filters(stand: Stand) -> None:
    page = "/adoption/seats?department=Sales&since=2026-10-05&until=2026-11-01"
    browser = stand.desk.browser()
    asked = browser.get(browser.get(page).headers["location"])
    assert f'name="after" value="{html.escape(page)}"' in asked.text
    assert "Your session has ended" not in asked.text
    wrong = browser.post("/sign-in", data={"secret": "wrong", "after": page})
    assert f'name="after" value="{html.escape(page)}"' in wrong.text
    assert browser.post("/sign-in", data={"secret": KEY, "after": page}).headers["location"] == page
    stand.desk.app.state.sessions.end_all()
    assert "Your session has ended" in browser.get(browser.get(page).headers["location"]).text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("since=yesterday", "“yesterday” is no date"),
        ("since=2027-01-01", "there are none in the period you chose, so the usual one is shown."),
        ("since=2026-11-01&until=2026-10-05", "The period ended before it began"),
        ("since=2026-11-01&until=2026-10-01", "the two days are exchanged"),
        ("since=2020-01-01&until=2020-02-01", "there are none in the period you chose"),
        ("department=Nowhere", "“Nowhere” is no department of this period"),
        ("department=Legal", "“Legal” is no department of this period, or too small"),
        ("department=%3Cscript%3Ealert(1)%3C/script%3E1", "is no department"),
        ("since=&until=&guests=no&department=", ""),
        ("price=NaN&since=%00", "is no date"),
    ],
)
def test_what_makes_no_sense_is_said_and_the_page_shown_all_the_same(query: str, said: str, admin: TestClient) -> None:
    answer = admin.get(f"/adoption?{query}")
    assert answer.status_code == 200
    assert said in html.unescape(answer.text)
    assert "<script>alert" not in answer.text


def test_a_price_makes_seats_cost_something(admin: TestClient) -> None:
    text = admin.get("/adoption/seats?price=8.75&currency=EUR").text
    found = rows(admin.get("/adoption/seats/seats-by-department.csv?price=8.75&currency=EUR").text)
    idle = {row["department"]: row for row in found if row["inactive"]}
    assert float(idle["Marketing"]["cost"]) == 8.75 * int(idle["Marketing"]["inactive"])
    assert "EUR" in text
    assert "cost" not in rows(admin.get("/adoption/seats/seats-by-department.csv").text)[0]


def test_people_are_listed_for_a_reason_only_and_each_look_is_written_down() -> None:
    stand = Stand()
    admin = stand.desk.admin()
    assert "u2003@example.com" not in admin.get("/adoption/seats").text
    assert admin.get("/adoption/seats/inactive-people.csv").status_code == 403
    assert admin.post("/adoption/role", data={"role": "identified", "reason": "why not"}).status_code == 422
    assert stand.told == []
    answer = admin.post("/adoption/role", data={"role": "identified", "reason": "reassigning  seats in Q4"})
    assert answer.headers["location"] == "/adoption/seats#inactive-people"
    assert "u2003@example.com" in admin.get("/adoption/seats").text
    assert rows(admin.get("/adoption/seats/inactive-people.csv").text)
    assert "u8001@example.com" in admin.get("/adoption/data/unmatched.csv").text
    assert [entry["action"] for entry in stand.told] == ["took role identified", "opened seats", "downloaded inactive-people", "downloaded unmatched"]  # fmt: skip
    assert {entry["reason"] for entry in stand.told} == {"reassigning seats in Q4"}
    assert all(entry["rows"] for entry in stand.told[1:])
    other = stand.desk.admin()
    assert "u2003@example.com" not in other.get("/adoption/seats").text
    admin.post("/adoption/role", data={"role": "aggregate"})
    assert "u2003@example.com" not in admin.get("/adoption/seats").text


def test_nobody_looks_at_people_where_it_cannot_be_written_down() -> None:
    from athena_federation.errors import ConfigurationError

    class Full(Stand):
        def audit(self, **entry: Any) -> None:
            raise ConfigurationError("the disk is full")

    admin = Full().desk.admin()
    admin.post("/adoption/role", data={"role": "identified", "reason": "reassigning seats"})
    assert "u2003@example.com" not in admin.get("/adoption/seats").text


def test_before_anything_is_connected_the_page_says_what_to_do() -> None:
    text = Stand(connected=False).desk.admin().get("/adoption").text
    assert "Nothing is connected yet" in text
    assert '<a class="button primary" href="/">Connect Slack</a>' in text
    assert 'http-equiv="refresh"' in text


def test_while_days_are_read_the_page_counts_them_and_looks_again() -> None:
    stand = Stand(connected=False)
    from slackanalytics.web.loading import Standing

    stand.loading._standing = Standing("reading", done=31, of=395)
    text = stand.desk.admin().get("/adoption/seats").text
    assert "31 of 395 days" in text
    assert '<progress max="395" value="31"' in text
    assert 'http-equiv="refresh" content="3"' in text


def test_a_reading_under_way_ends_with_the_app() -> None:
    begun, days = threading.Event(), []

    def read(progress: Callable[[int, int], None]) -> Adoption:
        for day in range(100_000):
            days.append(day)
            begun.set()
            progress(day, 100_000)
            time.sleep(0.001)
        raise AssertionError

    loading = Loading(read)
    loading.start()
    assert begun.wait(5)
    loading.close()
    count = len(days)
    time.sleep(0.02)
    assert len(days) == count < 100_000
    assert loading.standing.phase == "reading"


def test_an_error_is_shown_by_name_and_what_was_read_before_stays() -> None:
    answers: list[Any] = [Throttled("Slack asks for patience: 429", retry_after=60.0), company.adoption(), Throttled("again", retry_after=1.0)]  # fmt: skip

    def read(_progress: Any) -> Adoption:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, Adoption)
        return answer

    stand = Stand(read)
    text = stand.desk.admin().get("/adoption").text
    assert "Throttled: Slack asks for patience: 429" in html.unescape(text)
    assert "could not be read" in text
    stand.loading.again()
    stand.loading.once()
    assert "could not be read again" not in stand.desk.admin().get("/adoption").text
    stand.loading.again()
    stand.loading.once()
    text = stand.desk.admin().get("/adoption").text
    assert "could not be read again" in text
    assert "Provisioned and active people by day" in text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("guests=maybe", "“maybe” says neither that guests count nor that they do not, so they do not."),
        ("since=yesterday", "“yesterday” is no date"),
        ("department=Nowhere", "“Nowhere” is no department of this period"),
        ("price=cheap", "“cheap” is no price of a seat"),
        ("price=-1", "“-1” is no price of a seat"),
        ("price=nan", "“nan” is no price of a seat"),
    ],
)
def test_what_makes_no_sense_in_an_address_is_named(query: str, said: str, admin: TestClient) -> None:
    assert said in html.unescape(admin.get(f"/adoption/seats?{query}").text)


def test_guests_count_where_an_address_says_so_in_any_of_the_usual_words(admin: TestClient) -> None:
    for word in ("yes", "on", "true", "1"):
        assert "guests included" in admin.get(f"/adoption?guests={word}").text
    for word in ("", "no", "off", "false", "0"):
        assert "guests included" not in admin.get(f"/adoption?guests={word}").text


def test_without_a_roster_every_page_says_how_to_give_one() -> None:
    admin = Stand(lambda _progress: company.adoption(with_roster=False)).desk.admin()
    text = admin.get("/adoption").text
    assert "No roster is given" in text
    assert "slackanalytics serve --hr FILE" in text
    assert "no roster" in text
    assert "<bdi>Unmatched</bdi>" in text
    assert "No roster is given" in admin.get("/adoption/data").text


def test_days_that_are_not_there_are_named_with_slacks_reason(admin: TestClient) -> None:
    assert "1 day missing" in admin.get("/adoption").text
    assert "2026-10-14 is not in these figures" in admin.get("/adoption").text
    text = admin.get("/adoption/data").text
    assert "data_not_available" in text
    assert "file_not_yet_available" in text


def test_the_script_runs_nothing_that_it_is_given() -> None:
    from importlib.resources import files

    from tests.web.test_page import SINKS

    script = (files("slackanalytics.web") / "static" / "charts.js").read_text("utf-8")
    assert SINKS.findall(script) == []
