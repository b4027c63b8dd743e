"""Links under which other applications show a page: what they show, to whom, and for how long."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from starlette.testclient import TestClient
from tests.web import company
from tests.web.stand import NOW, ORIGIN, Outline, Stand

from athena_federation.errors import QueryError
from slackanalytics.web.embedding import Links, Shown


def test_a_link_shows_its_page_without_a_cookie_within_the_named_frame(stand: Stand, admin: TestClient) -> None:
    made = admin.post("/adoption/links", data={"page": "overview", "days": "7", "since": "2026-10-05", "until": "2026-11-01", "department": "Sales"})  # fmt: skip
    link = html.unescape(re.findall(r"http://127\.0\.0\.1:8910(/embed/adoption\?[^\"<]+)", made.text)[-1])
    answer = stand.desk.browser(**{"Sec-Fetch-Site": "cross-site"}).get(link)
    assert answer.status_code == 200
    assert f"frame-ancestors {ORIGIN};" in answer.headers["content-security-policy"]
    assert "form-action 'none'" in answer.headers["content-security-policy"]
    assert "x-frame-options" not in answer.headers
    assert "set-cookie" not in answer.headers
    assert "Mon 5 Oct 2026 to Sun 1 Nov 2026: Sales." in answer.text
    assert "<form" not in answer.text
    assert "<a " not in answer.text
    assert Outline(answer.text).wrong == []
    assert stand.told[-1]["action"] == "made a link to embed"


@pytest.mark.parametrize("departments", [("Markting",), ("Sales", "Gone"), (company.SMALL,)])
def test_a_link_to_a_department_that_is_not_there_shows_no_other(stand: Stand, departments: tuple[str, ...]) -> None:
    query = stand.links.query(Shown("overview", departments=departments), until=NOW + timedelta(hours=1))
    answer = stand.desk.browser().get(f"/embed/adoption?{query}")
    assert answer.status_code == 404
    assert f"“{departments[-1]}” is no department of this period" in answer.text
    assert "graphics-document" not in answer.text


def test_a_link_that_was_changed_or_has_ended_shows_a_plain_page(stand: Stand) -> None:
    query = stand.links.query(Shown("seats"), until=NOW + timedelta(hours=1))
    browser = stand.desk.browser()
    assert browser.get(f"/embed/adoption?{query}").status_code == 200
    for place in range(0, len(query), 3):
        changed = query[:place] + ("A" if query[place] != "A" else "B") + query[place + 1 :]
        answer = browser.get(f"/embed/adoption?{changed}")
        assert answer.status_code == 403, changed
        assert "graphics-document" not in answer.text
    other = Links("x" * 32, (ORIGIN,)).query(Shown("seats"), until=NOW + timedelta(hours=1))
    assert browser.get(f"/embed/adoption?{other}").status_code == 403
    assert browser.get("/embed/adoption").status_code == 403
    stand.now = NOW + timedelta(hours=1)
    answer = browser.get(f"/embed/adoption?{query}")
    stand.now = NOW
    assert (answer.status_code, "This link has ended" in answer.text) == (410, True)


def test_without_origins_no_link_can_be_made() -> None:
    admin = Stand(origins=()).desk.admin()
    assert "Make a link to embed" not in admin.get("/adoption").text
    assert admin.post("/adoption/links", data={"page": "overview", "days": "7"}).status_code == 404


def test_a_link_that_could_not_be_read_is_not_made() -> None:
    links = Links("k" * 32, (ORIGIN,))
    names = tuple(f"Department of matters {n}" for n in range(200))
    refused = []
    for number in range(1, len(names)):
        try:
            query = links.query(Shown("seats", departments=names[:number]), until=NOW + timedelta(days=1))
        except QueryError as error:
            refused.append(str(error))
            continue
        given = dict(pair.split("=", 1) for pair in query.split("&"))
        assert links.read(given["shown"], given["signature"], now=NOW).departments == names[:number]
    assert 100 < len(refused) < 150
    assert refused[-1].startswith("a link cannot name 199 departments: ")
