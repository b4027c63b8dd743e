"""The SQL page as somebody uses it: Chromium, the keyboard, a simulated company."""

from __future__ import annotations

import csv
import os
import signal
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.e2e import browser
from tests.e2e.command import Desk

LONG = "SELECT count(*) FROM adoption.member_days a, adoption.member_days b, adoption.member_days c WHERE a.user_id < c.user_id"
PATIENCE = 90_000
"""Milliseconds, for a machine that is busy with other tests."""
pytestmark = pytest.mark.timeout(400)
SIZES = {"light": (360, 1280), "dark": (1280,)}
"""Widths; colours do not depend on them."""


@dataclass
class Web:
    address: str
    messages: list[str] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return self.address.partition("/sign-in")[0]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A running Chromium. Skips where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    found = browser.chromium()
    if found is None:
        pytest.skip("no Chromium on the path: apt-get install chromium, or set SLACKANALYTICS_CHROMIUM")
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=found)
        yield running
        running.close()


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    desk = Desk(tmp_path_factory.mktemp("desk"))
    with desk.started("demo", "--port", "0", "--web-port", str(port)) as process:
        assert process.stdout is not None
        try:
            lines = (line.decode().strip() for line in process.stdout)
            address = next(word for line in lines for word in line.split() if "#key=" in word)
            running = Web(address)
            yield running
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=30)
    assert running.messages == []


@pytest.fixture
def page(chromium: Any, web: Web) -> Iterator[Any]:
    """The SQL page, opened without names."""
    context = chromium.new_context()
    yield opened(context, web)
    context.close()


def opened(context: Any, web: Web) -> Any:
    page = context.new_page()
    page.set_default_timeout(PATIENCE)

    def heard(message: Any) -> None:
        if "the server responded with a status of 4" not in message.text:
            web.messages.append(message.text)

    page.on("console", heard)
    page.on("pageerror", lambda error: web.messages.append(str(error)))
    page.goto(web.address)
    page.wait_for_url(lambda url: "sign-in" not in url)
    stepped_up(page, web)
    return page


def stepped_up(page: Any, web: Web) -> None:
    page.goto(f"{web.origin}/sql")
    page.get_by_label("Without names").check()
    page.get_by_label("Why you need to").fill("a look at departments")
    page.get_by_role("button", name="Open the SQL page").click()
    for _ in range(60):  # the days are being read
        if page.locator("#statement").count():
            return
        page.wait_for_timeout(1_000)
        page.goto(f"{web.origin}/sql")
    pytest.fail("no tables")


def run(page: Any, sql: str, name: str = "Run") -> None:
    page.locator("#statement").fill(sql)
    page.get_by_role("button", name=name, exact=True).click()


def test_a_statement_is_written_with_the_keyboard_alone(page: Any, tmp_path: Path) -> None:
    editor = page.locator("#statement")
    editor.fill("")
    editor.focus()
    keys = page.keyboard
    keys.type("SELECT depar")
    options = page.get_by_role("listbox", name="Completions").get_by_role("option")
    assert "department" in options.first.inner_text()
    assert editor.get_attribute("aria-activedescendant") is None
    keys.press("ArrowDown")
    assert editor.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    keys.press("Tab")
    keys.type(", coun")
    keys.press("Escape")
    assert not page.get_by_role("listbox").is_visible()
    keys.type("t(*) AS n FROM member_d")
    keys.press("ArrowDown")
    keys.press("Enter")
    keys.type(" GROUP BY 1 ORDER BY 1 ")
    assert editor.input_value() == "SELECT department, count(*) AS n FROM adoption.member_days GROUP BY 1 ORDER BY 1 "
    keys.press("Control+Enter")
    page.get_by_role("cell", name="Engineering").wait_for()
    with page.expect_download() as told:
        page.get_by_role("link", name="CSV").click()
    target = tmp_path / "rows.csv"
    told.value.save_as(target)
    head, *rows = csv.reader(target.read_text("utf-8").splitlines())
    assert head == ["department", "n"]
    assert len(rows) == page.locator(".result tbody tr").count()


def test_explain_comes_before_run_and_an_error_is_one_key_away(page: Any) -> None:
    run(page, "SELECT user_id FROM adoption.member_days WHERE date >= '2026-11-20'", "Explain")
    assert "2026-11-20 to " in page.locator("#explained + .reads").inner_text()
    run(page, "SELECT date,\n  departmet FROM adoption.member_days")
    page.get_by_role("button", name="Go there").click()
    place = page.evaluate("[document.activeElement.id, document.activeElement.selectionStart]")
    assert place == ["statement", len("SELECT date,\n  ")]


def test_a_long_statement_is_cancelled(page: Any) -> None:
    run(page, LONG)
    page.locator("[data-running]").wait_for()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("Cancelled.").wait_for()


def test_it_works_without_javascript(chromium: Any, web: Web) -> None:
    signed = chromium.new_context()
    opened(signed, web)
    context = chromium.new_context(java_script_enabled=False, storage_state=signed.storage_state())
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{web.origin}/sql?measure=provisioned")
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_role("heading", name="1 row").wait_for()
    run(page, LONG)
    page.locator("[data-running]").wait_for()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("Cancelled.").wait_for()
    signed.close()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_state_is_accessible_and_fits(chromium: Any, web: Web, scheme: str) -> None:
    source = browser.axe()
    if source is None:
        pytest.skip("axe-core cannot be had here")
    shots = os.environ.get("SLACKANALYTICS_SHOTS")
    context = chromium.new_context(color_scheme=scheme)
    page = opened(context, web)

    def looked_at(name: str) -> None:
        for width in SIZES[scheme]:
            page.set_viewport_size({"width": width, "height": 900})
            assert browser.violations(page, source) == [], (name, width)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, width)
            if shots:
                page.screenshot(path=f"{shots}/sql-{name}-{width}-{scheme}.png", full_page=True)

    looked_at("page")
    run(page, "SELECT * FROM adoption.member_days LIMIT 40")
    page.locator("#rows").wait_for()
    looked_at("rows")
    page.get_by_role("button", name="Explain").click()
    page.locator("#explained").wait_for()
    looked_at("explained")
    run(page, "SELECT date,\n  departmet FROM adoption.member_days")
    page.locator("#problem").wait_for()
    looked_at("error")
    page.locator("#statement").press("Control+End")
    page.keyboard.type(" dep")
    page.keyboard.press("ArrowDown")
    looked_at("completing")
    page.get_by_role("button", name="Back to groups only").click()
    page.get_by_label("Why you need to").wait_for()
    looked_at("role")
    context.close()
