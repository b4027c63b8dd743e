"""The dashboard as somebody sees it: `slackanalytics demo`, and Chromium on a phone, a desk and a wall, in light and dark."""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.e2e import browser
from tests.e2e.command import Desk

PAGES = ("/adoption", "/adoption/seats", "/adoption/engagement", "/adoption/retention", "/adoption/data")
WIDTHS = (360, 1280, 1920)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


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
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the demo says that it is, with the key."""
    desk = Desk(Path(tmp_path_factory.mktemp("demo")))
    with desk.started("demo", "--port", "0", "--web-port", "0") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        said, told = "", list[bytes]()
        heard = threading.Thread(target=told.extend, args=(process.stderr,))  # a full pipe stops it
        heard.start()
        try:
            while "#key=" not in said:
                said = process.stdout.readline().decode()
                assert said, told
            yield said.strip()
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)
            heard.join(timeout=10)
    text = b"".join(told).decode()
    assert "The simulated Slack has ended." in text
    assert "Traceback" not in text


@contextmanager
def person(chromium: Any, address: str, **options: Any) -> Iterator[tuple[Any, list[str]]]:
    """A page that is signed in, and what its console says."""
    context = chromium.new_context(**options)
    page, heard = context.new_page(), []
    page.on("console", lambda message: heard.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.set_default_timeout(120_000)
    if options.get("java_script_enabled", True):
        page.goto(address)
    else:
        origin, _, key = address.partition("/sign-in#key=")
        page.goto(f"{origin}/sign-in")
        page.fill("#secret", key)
        page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/adoption")
    page.wait_for_selector(".tiles")
    yield page, heard
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_fits_and_nobody_is_kept_out(width: int, scheme: str, chromium: Any, address: str) -> None:
    source = browser.axe()
    origin = address.partition("/sign-in")[0]
    with person(chromium, address, viewport={"width": width, "height": 900}, color_scheme=scheme) as (page, heard):
        for path in PAGES:
            page.goto(f"{origin}{path}")
            assert page.evaluate("() => document.documentElement.scrollWidth") <= width, path
            if source:
                assert browser.violations(page, source) == [], path
        assert heard == []
    if source is None:
        pytest.skip("axe-core is not here, and npm could not fetch it")


def test_without_javascript_filters_figures_and_tables_are_there(chromium: Any, address: str) -> None:
    with person(chromium, address, java_script_enabled=False) as (page, heard):
        page.locator("details.choice summary").click()
        page.get_by_role("checkbox", name="Marketing").check()
        page.get_by_role("button", name="Apply").click()
        assert "department=Marketing" in page.url
        assert "Marketing." in page.inner_text(".sheet-head")
        assert page.locator("figure svg").first.is_visible()
        page.get_by_text("Numbers", exact=True).first.click()
        assert page.locator(".numbers table").first.is_visible()
        page.get_by_role("link", name="Retention").click()
        assert "department=Marketing" in page.url
        assert heard == []


def test_with_the_keyboard_one_gets_to_every_mark_and_is_told_what_it_says(chromium: Any, address: str) -> None:
    with person(chromium, address) as (page, heard):
        page.locator("body").press("Tab")
        assert page.evaluate("() => document.activeElement.textContent") == "Skip to content"
        reached = set()
        for _ in range(80):
            page.keyboard.press("Tab")
            reached.add(
                page.evaluate("() => document.activeElement.getAttribute('role') ?? document.activeElement.tagName")
            )
            if page.evaluate("() => document.activeElement.getAttribute('role') === 'graphics-symbol'"):
                break
        assert {"A", "INPUT", "SUMMARY", "BUTTON", "graphics-symbol"} <= reached
        tip = page.locator(".tip")
        first = tip.inner_text()
        assert re.match(r"\w{3} \d+ \w{3} \d{4}: [\d,]+ (provisioned|active)", first)
        page.keyboard.press("ArrowRight")
        assert tip.inner_text() != first
        page.keyboard.press("End")
        assert tip.is_visible()
        page.keyboard.press("Escape")
        assert not tip.is_visible()
        assert heard == []


def test_a_pointer_near_a_mark_is_told_what_it_says(chromium: Any, address: str) -> None:
    with person(chromium, address) as (page, heard):
        page.locator("#activation-by-department .plot-wide [aria-label^='Marketing']").first.hover()
        assert page.locator(".tip").inner_text().startswith("Marketing: ")
        assert heard == []


def test_on_paper_there_are_figures_and_no_buttons(chromium: Any, address: str) -> None:
    with person(chromium, address) as (page, _):
        page.emulate_media(media="print")
        assert not page.locator(".filters").is_visible()
        assert not page.locator("nav.tabs").is_visible()
        assert page.locator(".plot-wide svg").first.is_visible()
        assert page.locator(".pivot").is_visible()


def test_in_forced_colours_bars_and_lines_can_be_seen(chromium: Any, address: str) -> None:
    with person(chromium, address, forced_colors="active") as (page, heard):
        fill = page.locator("#activation-by-department .plot-wide [aria-label^='Marketing']").first.evaluate("e => getComputedStyle(e).fill")  # fmt: skip
        ground = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
        assert fill != ground
        assert heard == []
