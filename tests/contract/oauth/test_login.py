"""login, logout and doctor: the conversation from a terminal, with a browser here or elsewhere."""

from __future__ import annotations

import http.client
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from tests.contract.oauth.administrator import decided
from tests.contract.oauth.terminal import CLIENT, TODAY

from athena_federation.errors import ConfigurationError
from slackanalytics.grants import Credentials
from slackanalytics.login import Terminal, by_browser, by_paste
from slackanalytics.oauth import Conversation, Refused, StateExpired, StateUnknown
from slackanalytics.settings import Settings
from slackanalytics.simulator import Served, Simulator
from slackanalytics.slack_api import Said, SlackDown, post
from slackanalytics.token_stores import Memory, TokenStore, grant

COMMAND = Path(sys.executable).with_name("slackanalytics")
Visit = Callable[[str], object]


@dataclass
class Desk:
    """Somebody at a terminal, whose lines and answers are kept."""

    server: Served
    store: TokenStore = field(default_factory=Memory)
    answers: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.settings = Settings(slack_api_url=self.server.url)
        self.conversation = Conversation(self.settings, self.store)

    def terminal(self, visit: Visit = lambda _url: None, paste: Callable[[], str] | None = None) -> Terminal:
        def ask_hidden(text: str) -> str:
            self.hidden.append(text)
            return paste() if paste and "Paste" in text else self.answers.pop(0)

        def browse(url: str) -> bool:
            threading.Thread(target=visit, args=(url,), daemon=True).start()
            return True

        return Terminal(self.said.append, lambda _text: self.answers.pop(0), ask_hidden, browse)

    @property
    def authorize_url(self) -> str:
        return next(line.strip() for line in self.said if "/oauth/v2/authorize" in line)


def known(server: Served) -> Desk:
    desk = Desk(server)
    desk.store.write("client", Credentials(client_id=CLIENT[0], client_secret=CLIENT[1]).written())
    return desk


def back(url: str, query: Mapping[str, str], **headers: str) -> tuple[int, str, Mapping[str, str]]:
    """The page that the browser is sent back to."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection("127.0.0.1", address.port, timeout=10)
    connection.request("GET", f"{address.path}?{urlencode(query)}", headers={"Host": address.netloc} | headers)
    response = connection.getresponse()
    found = response.status, response.read().decode(), dict(response.getheaders())
    connection.close()
    return found


def redirect_of(authorize_url: str) -> str:
    from urllib.parse import parse_qs

    return parse_qs(urlsplit(authorize_url).query)["redirect_uri"][0]


# -------------------------------------------------------------------------------------------------- with a browser


def test_the_browser_comes_back_and_the_token_is_stored(server: Served) -> None:
    desk = known(server)
    pages: list[tuple[int, str, Mapping[str, str]]] = []
    visit = lambda url: pages.append(back(redirect_of(url), decided(url)))  # noqa: E731 - it is short
    connected = by_browser(desk.conversation, desk.terminal(visit), port=0)
    assert connected.connection.organisation == "Example Corp"
    assert grant(desk.store)
    ((status, text, headers),) = pages or [wait_for(pages)]
    assert (status, "Example Corp is connected" in text) == (200, True)
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"


def wait_for(pages: list[Any]) -> Any:
    for _ in range(100):
        if pages:
            return pages[0]
        threading.Event().wait(0.05)
    raise AssertionError("no page")


def test_a_refusal_ends_the_waiting(server: Served) -> None:
    desk = known(server)
    visit = lambda url: back(redirect_of(url), decided(url, "cancel"))  # noqa: E731 - it is short
    with pytest.raises(Refused):
        by_browser(desk.conversation, desk.terminal(visit), port=0)


def test_a_stranger_on_the_port_ends_nothing(server: Served) -> None:
    desk = known(server)
    met: list[int] = []

    def visit(url: str) -> None:
        home = redirect_of(url)
        met.append(back(home, {"state": "made up", "code": "x"})[0])
        met.append(back(home, {"error": "<script>"})[0])
        met.append(back(home, decided(url), Host="evil.example")[0])
        met.append(back(home.replace("oauth_redirect", "other"), {})[0])
        back(home, decided(desk.authorize_url))

    assert by_browser(desk.conversation, desk.terminal(visit), port=0).connection.organisation_id == "E0EXAMPLE1"
    assert met == [400, 400, 404, 404]


def test_a_page_that_is_loaded_again_tells_the_same_and_ends_nothing(server: Served) -> None:
    desk = known(server)
    came, go = threading.Event(), threading.Event()
    codes: list[int] = []

    def slow(url: str, form: Mapping[str, str], authorization: str) -> Said:
        came.set()
        go.wait(10)
        return post(url, form, authorization)

    desk.conversation = Conversation(desk.settings, desk.store, http=slow)

    def visit(url: str) -> None:
        query = decided(url)
        loads = [threading.Thread(target=lambda: codes.append(back(redirect_of(url), query)[0])) for _ in range(2)]
        loads[0].start()
        came.wait(10)
        loads[1].start()
        threading.Timer(0.3, go.set).start()

    assert by_browser(desk.conversation, desk.terminal(visit), port=0).connection.organisation_id == "E0EXAMPLE1"
    assert grant(desk.store)
    wait_for(codes)
    assert set(codes) == {200}


@pytest.mark.parametrize(
    "request_line", ["GET /nope HTTP/1.1", "HEAD /slack/oauth_redirect HTTP/1.1", "GET http://[x/ HTTP/1.1", "NONSENSE"]
)
def test_whatever_is_asked_of_the_port_the_answer_has_its_headers(server: Served, request_line: str) -> None:
    desk = known(server)
    answers: list[bytes] = []

    def visit(url: str) -> None:
        with socket.create_connection(("127.0.0.1", urlsplit(redirect_of(url)).port or 0), timeout=10) as connection:
            connection.sendall(f"{request_line}\r\nHost: x\r\n\r\n".encode())
            told = b""
            while data := connection.recv(65_536):
                told += data
        answers.append(told)
        back(redirect_of(url), decided(url))

    by_browser(desk.conversation, desk.terminal(visit), port=0)
    (told,) = answers
    for header in (b"Content-Security-Policy: default-src 'none'", b"X-Content-Type-Options: nosniff", b"no-store"):
        assert header in told
    assert b"Python" not in told


def test_nobody_is_waited_for_for_ever(server: Served) -> None:
    desk = known(server)
    with pytest.raises(StateExpired, match="nobody came back"):
        by_browser(desk.conversation, desk.terminal(), port=0, seconds=0.1)


def test_a_port_that_is_taken_is_named(server: Served) -> None:
    desk = known(server)
    with pytest.raises(ConfigurationError, match=f"port {server.port} cannot be used"):
        by_browser(desk.conversation, desk.terminal(), port=server.port)


# ------------------------------------------------------------------------------------------------ with a browser elsewhere


BACK = "https://example.com/slack/oauth_redirect"


def test_the_address_of_the_last_page_is_pasted(server: Served) -> None:
    desk = known(server)
    terminal = desk.terminal(paste=lambda: f"  {BACK}?{urlencode(decided(desk.authorize_url))}\n")
    assert by_paste(desk.conversation, terminal, BACK).connection.organisation == "Example Corp"


@pytest.mark.parametrize(
    "shape",
    [
        "{0}?{1}",
        "{1}",
        "?{1}",
        "example.com/slack/oauth_redirect?{1}",
        '"{0}?{1}"',
        "<{0}?{1}>",
        "{0}?{1}#_=_",
        "`{0}?{1}`",
    ],
)
@pytest.mark.parametrize("ampersand", ["&", "&amp;"])
def test_an_address_is_understood_from_wherever_it_was_copied(server: Served, shape: str, ampersand: str) -> None:
    desk = known(server)

    def paste() -> str:
        return shape.format(BACK, urlencode(decided(desk.authorize_url)).replace("&", ampersand))

    assert by_paste(desk.conversation, desk.terminal(paste=paste), BACK).connection.organisation == "Example Corp"


def test_what_is_no_answer_is_asked_for_again(server: Served) -> None:
    desk = known(server)
    given = iter(["nonsense", "http://[x?code=1&state", None])
    paste = lambda: next(given) or f"{BACK}?{urlencode(decided(desk.authorize_url))}"  # noqa: E731 - it is short
    assert by_paste(desk.conversation, desk.terminal(paste=paste), BACK).connection.organisation == "Example Corp"
    assert sum("holds no answer" in line for line in desk.said) == 2


@pytest.mark.parametrize(
    "address",
    ["http://evil.example/x", "ftp://localhost/x", "https://", "nonsense", "https://a@b/x", "http://[x/", "https://b:x/",
     "http://localhost.evil.example/x", "https://b/x#y"],
)  # fmt: skip
def test_a_code_is_not_sent_where_others_could_listen(server: Served, address: str) -> None:
    desk = known(server)
    with pytest.raises(ConfigurationError, match="--redirect-url"):
        by_paste(desk.conversation, desk.terminal(), address)
    assert desk.said == []


@pytest.mark.parametrize(
    "pasted",
    ["", "nonsense", "https://example.com/", BACK + "?code=1&state=2", "x" * 100_000, "http://[x?code=1&state=2"],
)
def test_an_address_that_is_none_connects_nobody(server: Served, pasted: str) -> None:
    desk = known(server)
    with pytest.raises(StateUnknown):
        by_paste(desk.conversation, desk.terminal(paste=lambda: pasted), BACK)


def test_the_apps_credentials_are_asked_for_once_the_secret_hidden(server: Served) -> None:
    desk = Desk(server, answers=[CLIENT[0], CLIENT[1]])
    terminal = desk.terminal(paste=lambda: f"{BACK}?{urlencode(decided(desk.authorize_url))}")
    by_paste(desk.conversation, terminal, BACK)
    assert desk.hidden == ["Client secret", "Paste that whole address here"]
    assert any("https://api.slack.com/apps?new_app=1&manifest_json=" in line for line in desk.said)
    desk.said.clear()
    by_paste(desk.conversation, terminal, BACK)
    assert not any("manifest_json" in line for line in desk.said)
    assert "canary" not in "".join(desk.said)


# ------------------------------------------------------------------------------------------------------ the command


@dataclass
class Home:
    """The command in processes of their own, with one home."""

    folder: Path
    server: Served

    def environment(self) -> dict[str, str]:
        return {
            "HOME": str(self.folder),
            "PATH": os.environ["PATH"],
            "SLACKANALYTICS_SLACK_API_URL": self.server.url,
            "SLACKANALYTICS_TODAY": TODAY.isoformat(),
            "SLACKANALYTICS_RATE_LIMIT": "off",
            "SLACKANALYTICS_TOKEN_STORE": "file",
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [COMMAND, *arguments], env=self.environment(), capture_output=True, text=True, timeout=60, check=False
        )

    def login(self) -> str:
        """The whole of login on a machine without a browser; what it wrote."""
        with subprocess.Popen(
            [COMMAND, "login", "--paste"],
            env=self.environment() | {"SLACKANALYTICS_CLIENT_ID": CLIENT[0], "SLACKANALYTICS_CLIENT_SECRET": CLIENT[1]},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        ) as process:  # fmt: skip
            assert process.stderr
            told = ""
            while not (found := re.search(r"^  (http\S+)$", told, re.MULTILINE)):
                line = process.stderr.readline()
                assert line, told
                told += line
            address = f"http://localhost:8765/slack/oauth_redirect?{urlencode(decided(found[1]))}"
            out, rest = process.communicate(address + "\n", timeout=60)
            assert (process.returncode, out) == (0, ""), told + rest
            return told + rest


def test_login_query_logout_and_the_query_is_refused_by_name(server: Served, tmp_path: Path) -> None:
    home = Home(tmp_path, server)
    statement = (
        "query",
        "SELECT count(*) AS members FROM member_analytics WHERE date = '2026-11-10'",
        "--format",
        "csv",
    )
    before = home.run(*statement)
    assert (before.returncode, "slackanalytics login" in before.stderr) == (1, True)
    told = home.login()
    assert "Example Corp is connected; the token is in an encrypted file" in told
    assert home.run(*statement).stdout == "members\n10\n"
    looked = home.run("doctor")
    assert (looked.returncode, "problem" in looked.stdout) == (0, False), looked.stdout
    left = home.run("logout")
    assert "Example Corp is disconnected" in left.stderr
    other = home.run("query", statement[1].replace("10'", "11'"))
    assert (other.returncode, "slackanalytics login" in other.stderr) == (1, True)
    assert "not connected" in home.run("logout").stderr
    everything = told + looked.stdout + left.stderr + other.stderr
    assert re.findall(r"xoxp-\w+|canary|code=", everything) == []


def test_a_query_after_a_revocation_at_slack_says_so(tmp_path: Path) -> None:
    simulator = Simulator(members=10, today=TODAY, client=CLIENT, rate_limit=None)
    with simulator.serve() as server:
        home = Home(tmp_path, server)
        home.login()
        simulator.revoke()
        done = home.run("query", "SELECT count(*) FROM member_analytics WHERE date = '2026-11-10'")
        looked = home.run("doctor")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "the token was revoked; connect Slack again (slackanalytics login)" in done.stderr
    assert looked.returncode == 1
    assert "the token was revoked; connect Slack again" in looked.stdout


def test_forgetting_leaves_the_token_good_at_slack(server: Served, tmp_path: Path) -> None:
    home = Home(tmp_path, server)
    home.login()
    assert "stays good" in home.run("logout", "--forget").stderr
    assert [call for call in server.calls if call.method == "auth.revoke"] == []


# ------------------------------------------------------------------------------------------------------------- doctor


def test_a_redirect_takes_no_secret_along(server: Served) -> None:
    faults = {"oauth.v2.access": f"redirect:{server.url}/auth.test"}
    with (
        Simulator(members=10, faults=faults).serve() as moved,
        pytest.raises(SlackDown, match="HTTP 302"),
    ):
        post(f"{moved.url}/oauth.v2.access", {"code": "canary"}, "Basic canary")
    assert server.calls == ()
