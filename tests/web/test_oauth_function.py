"""The app in which Slack is connected as a function: every request may meet another instance."""

from __future__ import annotations

import base64
import itertools
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from athena_federation.errors import ConfigurationError
from slackanalytics.cloud.oauth_function import KeyedStore, OAuthFunction
from slackanalytics.grants import Credentials
from slackanalytics.oauth_errors import StateExpired, StateForeign, StateReplayed, StateUnknown
from slackanalytics.oauth_states import SignedStates
from slackanalytics.signatures import LOOK_AGAIN, Signatures
from slackanalytics.simulator import Served, Simulator
from slackanalytics.token_stores import Memory, Secret
from slackanalytics.web.access import hashed
from slackanalytics.web.refusals import NOTHING
from slackanalytics.web.sessions import IDLE
from slackanalytics.web.signed_sessions import SignedSessions

HOST = "abc.execute-api.eu-west-1.amazonaws.com"
PASSPHRASE = "four words will do"
HASHED = hashed(PASSPHRASE, b"s" * 16)
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


class Browser:
    """Sends each request to the next of the instances, as API Gateway would, and keeps the cookie."""

    def __init__(self, *instances: OAuthFunction) -> None:
        self.instances = itertools.cycle(instances)
        self.cookies: dict[str, str] = {}

    def __call__(
        self, path: str, form: dict[str, str] | None = None, *, query: str = "", host: str = HOST
    ) -> dict[str, Any]:
        method = "GET" if form is None else "POST"
        headers = {"host": host, "sec-fetch-site": "same-origin"}
        if form is not None:
            headers["content-type"] = "application/x-www-form-urlencoded"
        event = {
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": path,
            "rawQueryString": query,
            "cookies": [f"{name}={value}" for name, value in self.cookies.items()],
            "headers": headers,
            "requestContext": {
                "domainName": HOST,
                "http": {
                    "method": method,
                    "path": path,
                    "protocol": "HTTP/1.1",
                    "sourceIp": "203.0.113.7",
                    "userAgent": "x",
                },
                "stage": "$default",
                "requestId": "r",
            },
            "body": None if form is None else urlencode(form),
            "isBase64Encoded": False,
        }
        answer = next(self.instances)(event, None)
        for line in answer.get("cookies", ()):
            pair = line.split(";")[0]
            name, _, value = pair.partition("=")
            self.cookies[name] = value.strip('"')
        body = answer["body"]
        return {**answer, "body": base64.b64decode(body).decode() if answer["isBase64Encoded"] else body}

    def sign_in(self) -> None:
        assert self("/sign-in", {"secret": PASSPHRASE})["statusCode"] == 303


@pytest.fixture(scope="module")
def slack() -> Iterator[Served]:
    with Simulator(members=3, rate_limit=None).serve() as served:
        yield served


def credentials(slack: Served) -> str:
    client_id, client_secret = slack.client
    return Credentials(client_id=client_id, client_secret=client_secret).written()


@pytest.fixture
def store(slack: Served) -> Memory:
    """The secrets, which instances share; the app's credentials are in there already."""
    made = Memory()
    KeyedStore(made).write("client", credentials(slack))
    return made


def instance(slack: Served, store: Memory, passphrase: str = HASHED) -> OAuthFunction:
    environment = {"SLACKANALYTICS_SLACK_API_URL": slack.url, "SLACKANALYTICS_ADMIN_PASSPHRASE": passphrase}
    return OAuthFunction(environment, store=store)


@pytest.fixture
def browser(slack: Served, store: Memory) -> Browser:
    return Browser(instance(slack, store), instance(slack, store), instance(slack, store))


def begun(browser: Browser) -> dict[str, str]:
    """What the app sends to Slack."""
    answer = browser("/slack/install", {})
    assert answer["statusCode"] == 303, answer["body"]
    return {name: values[0] for name, values in parse_qs(urlsplit(answer["headers"]["location"]).query).items()}


def allowed(slack: Served, asked: dict[str, str]) -> str:
    """The query with which Slack sends the browser back."""
    code = slack.slack.authorizations.code(asked)  # type: ignore[attr-defined]
    return urlencode({"code": code, "state": asked["state"]})


def test_slack_is_connected_though_each_request_meets_another_instance(
    browser: Browser, slack: Served, store: Memory
) -> None:
    assert browser("/")["headers"]["location"] == "/sign-in"
    browser.sign_in()
    assert browser("/")["statusCode"] == 200
    asked = begun(browser)
    assert asked["redirect_uri"] == f"https://{HOST}/slack/oauth_redirect"
    answer = browser("/slack/oauth_redirect", query=allowed(slack, asked))
    assert answer["headers"]["location"] == "/slack/connected"
    assert "Example Corp" in browser("/slack/connected")["body"]
    assert "xoxp-" in (store.read("token") or "")


def test_a_state_is_used_once_by_an_instance_and_its_code_once_by_all(browser: Browser, slack: Served) -> None:
    browser.sign_in()
    query = allowed(slack, begun(browser))
    outcomes = [browser("/slack/oauth_redirect", query=query)["headers"]["location"] for _ in range(6)]
    assert outcomes == ["/slack/connected"] + ["/slack/refused"] * 5


def test_why_slack_was_not_connected_is_told_by_another_instance(browser: Browser) -> None:
    browser.sign_in()
    asked = begun(browser)
    browser("/slack/oauth_redirect", query=urlencode({"error": "access_denied", "state": asked["state"]}))
    for _ in range(3):
        page = browser("/slack/refused")
        assert page["statusCode"] != NOTHING.status
        assert NOTHING.title not in page["body"]
        assert "Start again" in page["body"]


def test_a_state_of_another_browser_is_refused(browser: Browser, slack: Served, store: Memory) -> None:
    browser.sign_in()
    other = Browser(instance(slack, store))
    other.sign_in()
    query = allowed(slack, begun(other))
    assert browser("/slack/oauth_redirect", query=query)["headers"]["location"] == "/slack/refused"
    assert "another browser" in browser("/slack/refused")["body"]
    assert store.read("token") is None


def test_signing_out_takes_the_session_from_the_browser(browser: Browser) -> None:
    browser.sign_in()
    browser("/sign-out", {})
    assert browser("/")["headers"]["location"] == "/sign-in"


class Remembering(Memory):
    """What an instance sees of the secrets that all share: as it read them first, unless it looks again."""

    def __init__(self, shared: Memory) -> None:
        super().__init__()
        self.shared = shared
        self.seen: dict[Secret, str | None] = {}

    def read(self, name: Secret, *, fresh: bool = False) -> str | None:
        if fresh or name not in self.seen:
            self.seen[name] = self.shared.read(name)
        return self.seen[name]

    def write(self, name: Secret, text: str) -> None:
        self.shared.write(name, text)
        self.seen.pop(name, None)


@pytest.mark.parametrize("way_out", [("/sign-out", {}), ("/sessions", {"secret": PASSPHRASE})])
def test_a_session_that_has_ended_is_worth_nothing_in_any_instance(
    slack: Served, store: Memory, way_out: tuple[str, dict[str, str]]
) -> None:
    first, second = (instance(slack, Remembering(store)) for _ in range(2))
    mine, kept = Browser(first), Browser(second)
    mine.sign_in()
    kept.cookies = dict(mine.cookies)
    assert kept("/")["statusCode"] == 200
    assert mine(*way_out)["statusCode"] == 303
    for again in (Browser(first), kept):
        again.cookies = dict(kept.cookies)
        assert again("/")["headers"].get("location") == "/sign-in"


def test_nobody_ends_sessions_with_a_text_that_is_none(browser: Browser, slack: Served, store: Memory) -> None:
    browser.sign_in()
    stranger = Browser(instance(slack, store))
    for name in ("", "made up", "W10.AAAA"):
        stranger.cookies = {"__Host-slackanalytics": name}
        stranger("/sign-out", {})
    assert browser("/")["statusCode"] == 200


def test_another_passphrase_ends_the_sessions_of_the_one_before(slack: Served, store: Memory) -> None:
    before = Browser(instance(slack, store))
    before.sign_in()
    after = Browser(instance(slack, store, hashed("an entirely different phrase", b"t" * 16)))
    after.cookies = dict(before.cookies)
    assert after("/")["headers"]["location"] == "/sign-in"


def test_signing_everybody_out_ends_sessions_in_all_instances(browser: Browser, slack: Served, store: Memory) -> None:
    browser.sign_in()
    other = Browser(instance(slack, store), instance(slack, store))
    other.sign_in()
    assert other("/sessions", {"secret": PASSPHRASE})["statusCode"] == 303
    assert [browser("/")["headers"].get("location") for _ in range(3)] == ["/sign-in"] * 3


def test_the_cookie_is_for_this_host_and_no_script(browser: Browser) -> None:
    (line,) = browser("/sign-in", {"secret": PASSPHRASE})["cookies"]
    assert line.startswith("__Host-slackanalytics=")
    assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= set(line.split("; "))


def test_an_altered_session_is_none(browser: Browser) -> None:
    browser.sign_in()
    ((name, good),) = browser.cookies.items()
    for position in (0, len(good) // 2, len(good) - 2):
        browser.cookies[name] = good[:position] + ("A" if good[position] != "A" else "B") + good[position + 1 :]
        assert browser("/")["headers"]["location"] == "/sign-in"


def test_another_host_is_not_served(browser: Browser) -> None:
    assert browser("/sign-in", host="evil.example.com")["statusCode"] == 421


def test_the_page_has_its_style(browser: Browser) -> None:
    assert "--accent" in browser("/static/page.css")["body"]


def test_a_function_without_a_passphrase_says_so(slack: Served, store: Memory) -> None:
    with pytest.raises(ConfigurationError, match="SLACKANALYTICS_ADMIN_PASSPHRASE is not set"):
        Browser(OAuthFunction({}, store=store))("/")


def test_credentials_can_be_stored_and_leave_the_sessions_alone(slack: Served) -> None:
    store = Memory()
    browser = Browser(instance(slack, store), instance(slack, store))
    browser.sign_in()
    answer = browser("/slack/credentials", {"client_id": slack.client[0], "client_secret": slack.client[1]})
    assert answer["headers"]["location"] == "/"
    assert browser("/")["statusCode"] == 200
    assert KeyedStore(store).read("client") == credentials(slack)


def test_the_function_needs_neither_arrow_nor_an_engine() -> None:
    code = "import sys, slackanalytics.cloud.oauth_function, slackanalytics.secrets_manager; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"pyarrow", "numpy", "duckdb", "sqlglot", "boto3", "uvicorn", "click", "vl_convert"} & set(loaded)


# ── Signatures, states and sessions by themselves ────────────────────────────────────────────────────────────────────


class Keys:
    """A key that changes, remembered by whoever does not look again."""

    def __init__(self) -> None:
        self.remembered = self.present = b"k" * 32
        self.looks = 0

    def __call__(self, fresh: bool) -> bytes:
        if fresh:
            self.looks += 1
            self.remembered = self.present
        return self.remembered


def test_a_text_signed_with_a_newer_key_is_read_and_garbage_makes_few_looks() -> None:
    keys, now = Keys(), [0.0]
    mine = Signatures(keys, lambda: now[0])
    keys.present = b"n" * 32
    theirs = Signatures(lambda _fresh: b"n" * 32)
    assert mine.read("session", theirs.signed("session", [1])) == [1]
    for _ in range(100):
        assert mine.read("session", "W10.AAAA") is None
    assert keys.looks == 1
    now[0] = LOOK_AGAIN
    assert mine.read("session", "W10.AAAA") is None
    assert keys.looks == 2


def test_a_text_is_good_for_its_kind_and_for_what_it_is_bound_to() -> None:
    signatures = Signatures(Keys())
    text = signatures.signed("state", ["x"], "https://a")
    assert signatures.read("state", text, "https://a") == ["x"]
    for kind, bound in (("session", "https://a"), ("state", "https://b"), ("state", "")):
        assert signatures.read(kind, text, bound) is None
    assert re.fullmatch(r"[A-Za-z0-9_.-]+", text)


@pytest.mark.parametrize("text", ["", ".", "a", "a.", ".a", "é.é", "a.b.c", "W10.\udcff", "x" * 9_000])
def test_no_text_makes_reading_fail(text: str) -> None:
    assert Signatures(Keys()).read("state", text) is None


def test_states_end_by_name() -> None:
    now = [NOW]
    states = SignedStates(Signatures(Keys()), lambda: now[0])
    another = SignedStates(Signatures(Keys()), lambda: now[0])
    state = states.add("random", "mine", "https://a", replace=True)
    with pytest.raises(StateForeign):
        another.take(state, "yours", "https://a")
    with pytest.raises(StateReplayed):
        another.take(state, "mine", "https://a")
    with pytest.raises(StateUnknown):
        states.take(state, "mine", "https://b")
    with pytest.raises(StateUnknown):
        states.take("random", "mine", "https://a")
    assert states.take(state, "mine", "https://a").replace
    late = states.add("other", "mine", "https://a", replace=False)
    now[0] += timedelta(minutes=10)
    with pytest.raises(StateExpired):
        states.take(late, "mine", "https://a")


def test_a_session_lasts_half_an_hour_and_does_not_come_from_the_future() -> None:
    now = [1_000_000.0]
    sessions = SignedSessions(Signatures(Keys()), lambda: None, lambda: now[0])
    name = sessions.begin("admin")
    found = sessions.find(name)
    assert found is not None
    assert (found.who, found.browser in name) == ("admin", False)
    now[0] += IDLE - 1
    assert sessions.find(name) == found
    now[0] += 1
    assert sessions.find(name) is None
    now[0] -= 2 * IDLE
    assert sessions.find(name) is None
