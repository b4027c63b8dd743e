"""Connecting Slack as somebody does it: `slackanalytics serve`, a simulated Slack, and Chromium in between."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.e2e import browser
from tests.e2e.command import TODAY, Desk, Done

from slackanalytics.simulator import Served, Simulator

QUERY = "SELECT count(*) AS members FROM member_analytics WHERE date = '{}'"


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
def simulator() -> Simulator:
    return Simulator(members=40, today=date.fromisoformat(TODAY), rate_limit=None)


@dataclass
class Web:
    """The web app, running in a process of its own beside a simulated Slack."""

    desk: Desk
    slack: Served
    address: str
    """With the key in its fragment."""
    environment: dict[str, str]
    messages: list[str] = field(default_factory=list)
    """What the browser's console said, of scripts, policies and failures."""

    @property
    def origin(self) -> str:
        return self.address.partition("/sign-in")[0]

    def query(self, day: str = "2026-11-10") -> Done:
        """How many members there are, asked in a terminal."""
        return self.desk.run("query", "--format", "csv", QUERY.format(day), **self.environment)


@pytest.fixture
def web(tmp_path: Path, simulator: Simulator) -> Iterator[Web]:
    desk = Desk(tmp_path)
    with simulator.serve() as slack, served(desk, slack, simulator) as running:
        yield running
        assert running.messages == []


@contextmanager
def served(desk: Desk, slack: Served, simulator: Simulator) -> Iterator[Web]:
    client_id, client_secret = simulator.client
    environment = {
        "SLACKANALYTICS_SLACK_API_URL": slack.url,
        "SLACKANALYTICS_TOKEN_STORE": "file",
        "SLACKANALYTICS_CLIENT_ID": client_id,
        "SLACKANALYTICS_CLIENT_SECRET": client_secret,
    }
    with desk.started("serve", "--port", "0", **environment) as process:
        assert process.stdout is not None
        try:
            address = process.stdout.readline().decode().strip()
            assert "#key=" in address, process.stderr and process.stderr.read()
            yield Web(desk, slack, address, environment)
        finally:
            process.send_signal(signal.SIGTERM)
            _, told = process.communicate(timeout=30)
    assert address.partition("#key=")[2] not in told.partition(b"\n")[2].decode()


@contextmanager
def person(chromium: Any, web: Web, **options: Any) -> Iterator[Any]:
    """A page of a browser that nobody has used before."""
    context = chromium.new_context(**options)
    page = context.new_page()

    def heard(message: Any) -> None:
        # a page that says 4xx is noted by Chromium itself; what it should say is asserted where it is expected
        if "the server responded with a status of 4" not in message.text:
            web.messages.append(f"{message.type}: {message.text}")

    page.on("console", heard)
    page.on("pageerror", lambda error: web.messages.append(str(error)))
    page.set_default_timeout(20_000)
    yield page
    context.close()


def signed_in(page: Any, web: Web) -> None:
    page.goto(web.address)
    page.wait_for_url(f"{web.origin}/")
    assert "#" not in page.url


def to_slack(page: Any, web: Web) -> None:
    """From the first page to Slack's."""
    page.goto(f"{web.origin}/")
    page.get_by_role("link", name="Add to Slack").click()
    page.get_by_role("button", name="Continue to Slack").click()
    page.wait_for_url("**/oauth/v2/authorize?**")


def connected(page: Any, web: Web) -> None:
    to_slack(page, web)
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url("**/slack/connected")


def test_from_the_first_page_to_the_first_query_and_to_its_end(chromium: Any, web: Web) -> None:
    assert web.query().code == 1
    with person(chromium, web) as page:
        signed_in(page, web)
        connected(page, web)
        assert page.get_by_role("heading", level=1).inner_text() == "Connected to Example Corp"
        assert "admin.analytics:read" in page.inner_text("main")
        assert "slackanalytics query" in page.inner_text("main")
        answered = web.query()
        assert answered.code == 0, answered.err
        assert answered.text.startswith("members\n")
        page.get_by_role("link", name="See the status").click()
        assert "Connected to Example Corp." in page.inner_text("main")
        assert "2026-11-10" in page.inner_text("main")  # the newest day that was fetched
        page.get_by_role("link", name="Revoke the access").click()
        page.get_by_role("button", name="Revoke the access").click()
        page.wait_for_url("**/slack/revoked")
        page.goto(f"{web.origin}/status")
        assert "Not connected." in page.inner_text("main")
    assert "connect" in web.query("2026-11-11").complaint.lower()


def test_whoever_cancels_at_slack_is_told_and_can_start_again(chromium: Any, web: Web) -> None:
    with person(chromium, web) as page:
        signed_in(page, web)
        to_slack(page, web)
        page.get_by_role("button", name="Cancel").click()
        page.wait_for_url("**/slack/refused")
        assert page.get_by_role("heading", level=1).inner_text() == "Access was not granted"
        page.get_by_role("link", name="Start again").click()
        assert page.get_by_role("heading", level=1).inner_text() == "Add to Slack"


def test_a_workspace_in_place_of_the_organisation_is_refused(chromium: Any, web: Web) -> None:
    with person(chromium, web) as page:
        signed_in(page, web)
        to_slack(page, web)
        page.get_by_label("Example Corp Berlin").check()
        page.get_by_role("button", name="Allow").click()
        page.wait_for_url("**/slack/refused")
        assert "not on the organisation" in page.get_by_role("heading", level=1).inner_text()


def test_a_callback_that_is_opened_again_is_refused_and_the_connection_stays(chromium: Any, web: Web) -> None:
    with person(chromium, web) as page:
        signed_in(page, web)
        to_slack(page, web)
        with page.expect_request(lambda request: "/slack/oauth_redirect" in request.url) as caught:
            page.get_by_role("button", name="Allow").click()
        page.wait_for_url("**/slack/connected")
        page.goto(caught.value.url)
        assert page.url == f"{web.origin}/slack/refused"
        assert page.get_by_role("heading", level=1).inner_text() == "This answer was used already"
        page.go_back()
        page.goto(f"{web.origin}/status")
        assert "Connected to Example Corp." in page.inner_text("main")


def test_an_answer_that_another_browser_asked_for_is_refused(chromium: Any, web: Web) -> None:
    with person(chromium, web) as attacker, person(chromium, web) as victim, person(chromium, web) as stranger:
        signed_in(attacker, web)
        signed_in(victim, web)
        to_slack(attacker, web)
        form = {field.get_attribute("name"): field.input_value() for field in attacker.locator("[type=hidden]").all()}
        form |= {"install_on": attacker.locator("[name=install_on]").first.input_value(), "decision": "allow"}
        answer = attacker.request.post(attacker.url.partition("?")[0], form=form, max_redirects=0)
        callback = answer.headers["location"]  # which the attacker does not open, but has others open
        for other in (stranger, victim):
            other.goto(callback)
            assert "another browser" in other.get_by_role("heading", level=1).inner_text()
        victim.goto(f"{web.origin}/status")
        assert "Not connected." in victim.inner_text("main")


def test_two_tabs_do_not_disturb_each_other(chromium: Any, web: Web) -> None:
    with person(chromium, web) as first:
        signed_in(first, web)
        second = first.context.new_page()
        to_slack(first, web)
        to_slack(second, web)
        second.get_by_role("button", name="Allow").click()
        second.wait_for_url("**/slack/connected")
        first.get_by_role("button", name="Allow").click()
        first.wait_for_url("**/slack/connected")


def test_without_scripts_everything_works_by_pasting_the_key(chromium: Any, web: Web) -> None:
    with person(chromium, web, java_script_enabled=False) as page:
        page.goto(web.address)
        page.get_by_label("Key").fill(web.address.partition("#key=")[2])
        page.get_by_role("button", name="Sign in").click()
        connected(page, web)
        assert page.get_by_role("button", name="Copy").count() == 0


def test_the_keyboard_is_enough(chromium: Any, web: Web) -> None:
    with person(chromium, web) as page:
        signed_in(page, web)

        def tab_to(name: str) -> None:
            focused = "() => document.activeElement.innerText || document.activeElement.name"
            for _ in range(40):
                page.keyboard.press("Tab")
                if name in (page.evaluate(focused) or ""):
                    outline = page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
                    assert outline != "none", name
                    return
            raise AssertionError(f"{name} cannot be reached")

        page.keyboard.press("Tab")
        assert page.evaluate("() => document.activeElement.innerText") == "Skip to content"
        tab_to("Add to Slack")
        page.keyboard.press("Enter")
        page.wait_for_url("**/slack/install")
        tab_to("Continue to Slack")
        page.keyboard.press("Enter")
        page.wait_for_url("**/oauth/v2/authorize?**")
        tab_to("Allow")
        page.keyboard.press("Enter")
        page.wait_for_url("**/slack/connected")
        page.goto(f"{web.origin}/slack/install")
        tab_to("replace")
        page.keyboard.press("Space")
        tab_to("Connect anew")
        page.keyboard.press("Enter")
        page.wait_for_url("**/oauth/v2/authorize?**")


def test_a_page_shows_nothing_once_its_session_has_ended(chromium: Any, web: Web) -> None:
    with person(chromium, web) as page:
        signed_in(page, web)
        connected(page, web)
        page.goto(f"{web.origin}/status")
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url("**/sign-in")
        page.go_back()
        page.wait_for_load_state()
        assert "Example Corp" not in page.inner_text("main")
        assert page.evaluate("() => [localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]


@pytest.mark.slow
def test_each_page_is_accessible_and_fits_every_screen(chromium: Any, web: Web, tmp_path: Path) -> None:
    source = browser.axe()
    shots = Path(os.environ.get("SLACKANALYTICS_SCREENSHOTS") or tmp_path)
    with person(chromium, web) as page:

        def looked_at(name: str) -> None:
            page.wait_for_load_state()  # before its style sheet is there nothing fits
            for width, scheme in ((360, "light"), (768, "light"), (1280, "dark"), (360, "dark"), (1280, "light")):
                page.set_viewport_size({"width": width, "height": 800})
                page.emulate_media(color_scheme=scheme)
                assert not page.evaluate("() => document.documentElement.scrollWidth > innerWidth"), (name, width)
                if width != 768:
                    page.screenshot(path=shots / f"{name}-{width}-{scheme}.png", full_page=True)
                if source and (width, scheme) in {(360, "light"), (1280, "dark")}:
                    assert browser.violations(page, source) == [], (name, width, scheme)

        page.goto(f"{web.origin}/sign-in")
        looked_at("sign-in")
        signed_in(page, web)
        looked_at("landing")
        page.get_by_text("What it is created from").click()
        page.get_by_role("button", name="Check that it can be reached").click()
        page.get_by_role("status").wait_for()
        looked_at("checked")
        page.goto(f"{web.origin}/slack/install")
        looked_at("install")
        page.goto(f"{web.origin}/slack/oauth_redirect?state=none")
        looked_at("refused")
        connected(page, web)
        looked_at("connected")
        page.emulate_media(media="print")
        page.screenshot(path=shots / "connected-print.png", full_page=True)
        assert not page.get_by_role("button", name="Copy").first.is_visible()
        page.emulate_media(media="screen")
        for name in ("", "slack/install", "status", "sessions", "slack/revoke", "nowhere"):
            page.goto(f"{web.origin}/{name}")
            looked_at(f"connected-{name.replace('/', '-') or 'landing'}")
    if source is None:
        pytest.skip(f"axe-core {browser.AXE} is not in the cache, and npm could not fetch it; all else was looked at")
