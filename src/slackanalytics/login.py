"""Connecting Slack from a terminal: a browser goes to Slack and comes back to a port of this machine, or its address is pasted."""

from __future__ import annotations

import html
import secrets
import threading
import time
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from athena_federation.errors import ConfigurationError, FederationError
from slackanalytics.oauth import REDIRECT, Connected, Conversation, StateExpired, StateUnknown, manifest_url

PORT = 8765
"""Where the browser comes back to by default; the redirect URL registered with the app names it."""
SECONDS = 600.0
"""How long to wait for the administrator: as long as the state is good."""
TRIES = 3
"""How often an address may be pasted that is none."""
LONGEST = 8192
"""Characters of an address that is pasted."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """Whoever sits there."""

    say: Callable[[str], None]
    """Shows a line."""
    ask: Callable[[str], str]
    """Asks for a line."""
    ask_hidden: Callable[[str], str]
    """Asks for a line that is not shown while it is typed."""
    browse: Callable[[str], bool] = webbrowser.open
    """Opens a browser; False where there is none."""


def ready(conversation: Conversation, terminal: Terminal, redirect_uri: str) -> None:
    """Asks for the app's credentials where they are not known, and says how an app is made."""
    if conversation.status().has_credentials:
        return
    terminal.say(
        "A Slack app asks for the access. If there is none yet, this address creates it with everything it needs:"
    )
    terminal.say(f"\n  {manifest_url([redirect_uri])}\n")
    terminal.say("Its page Basic Information shows the client ID and the client secret.")
    conversation.keep_credentials(terminal.ask("Client ID").strip(), terminal.ask_hidden("Client secret").strip())


def by_browser(
    conversation: Conversation, terminal: Terminal, *, port: int = PORT, replace: bool = False, seconds: float = SECONDS
) -> Connected:
    """
    Connects with a browser on this machine.

    Raises as `Conversation.complete`; ConfigurationError where the port cannot be used.
    """
    waiting = _Waiting(conversation)
    try:
        server = _Server(port, waiting)
    except OSError as error:
        raise ConfigurationError(f"port {port} cannot be used: {error.strerror}; give another with --port") from error
    waiting.redirect_uri = f"http://localhost:{server.server_address[1]}{REDIRECT}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="login", daemon=True)
    thread.start()
    try:
        ready(conversation, terminal, waiting.redirect_uri)
        begun = conversation.begin(waiting.redirect_uri, browser=waiting.browser, replace=replace)
        terminal.say(
            "Allow access in the browser, as an Org Owner or Org Admin; it opens by itself, or at this address:"
        )
        terminal.say(f"\n  {begun.authorize_url}\n")
        terminal.browse(begun.authorize_url)
        return waiting.outcome(seconds)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def by_paste(conversation: Conversation, terminal: Terminal, redirect_uri: str, *, replace: bool = False) -> Connected:
    """
    Connects with a browser on another machine: it ends on a page that may not load, whose address is pasted here.

    Raises as `Conversation.complete`; ConfigurationError for a redirect URL over which others could listen.
    """
    _check(redirect_uri)
    ready(conversation, terminal, redirect_uri)
    browser = secrets.token_urlsafe(16)
    begun = conversation.begin(redirect_uri, browser=browser, replace=replace)
    terminal.say("Open this address in any browser, and allow access as an Org Owner or Org Admin:")
    terminal.say(f"\n  {begun.authorize_url}\n")
    terminal.say(f"The browser ends on an address that begins with {redirect_uri}; the page may not load.")
    for _ in range(TRIES):
        brought = pasted(terminal.ask_hidden("Paste that whole address here"))
        if "state" in brought and ("code" in brought or "error" in brought):
            break
        terminal.say(
            "That holds no answer of Slack's: its address has a code and a state in it, after a question mark."
        )
    return conversation.complete(
        state=brought.get("state"),
        browser=browser,
        redirect_uri=redirect_uri,
        code=brought.get("code"),
        error=brought.get("error"),
    )


def pasted(text: str) -> dict[str, str]:
    """What Slack's answer says, in an address that somebody has copied from wherever it was shown, or in its end alone."""
    text = text.strip()[:LONGEST].strip("<>\"'` \t").replace("&amp;", "&")
    return dict(parse_qsl(text.rpartition("?")[2].partition("#")[0]))


def _check(redirect_uri: str) -> None:
    """Raises ConfigurationError for an address where the code would cross a network in plain sight, or that is none."""
    try:
        parts = urlsplit(redirect_uri)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if (
        host is None
        or parts.username
        or parts.fragment
        or not (parts.scheme == "https" or (parts.scheme == "http" and host in ("localhost", "127.0.0.1", "::1")))
    ):
        raise ConfigurationError(
            "the redirect URL must be one that begins with https://, or with http://localhost, because Slack's code"
            " travels to it; give another with --redirect-url"
        )


@dataclass(slots=True)
class _Waiting:
    """The conversation of one terminal, until somebody comes back from Slack."""

    conversation: Conversation
    redirect_uri: str = ""
    browser: str = field(default_factory=lambda: secrets.token_urlsafe(16), repr=False)
    """The terminal stands in for the browser: only it has begun anything."""
    over: threading.Event = field(default_factory=threading.Event)
    turn: threading.Lock = field(default_factory=threading.Lock)
    """One answer at a time: a page that is loaded again waits for what comes of the first, and tells the same."""
    connected: Connected | None = None
    error: FederationError | None = None

    def answer(self, brought: dict[str, str]) -> tuple[int, str, str]:
        """Status, title and text of the page for whoever came back."""
        with self.turn:
            if self.connected is None and self.error is None:
                try:
                    self._complete(brought)
                except StateUnknown as error:  # anybody can open this page; the real answer may still come
                    return error.status, error.title, str(error)
            return self._told()

    def _complete(self, brought: dict[str, str]) -> None:
        """Raises StateUnknown for what is no answer to this conversation."""
        try:
            self.connected = self.conversation.complete(
                state=brought.get("state"),
                browser=self.browser,
                redirect_uri=self.redirect_uri,
                code=brought.get("code"),
                error=brought.get("error"),
            )
        except StateUnknown:
            raise
        except FederationError as error:
            self.error = error

    def _told(self) -> tuple[int, str, str]:
        if self.error:
            return 400, getattr(self.error, "title", "Slack was not connected"), str(self.error)
        assert self.connected
        name = self.connected.connection.organisation or "Slack"
        return 200, f"{name} is connected", "You can close this page and go back to the terminal."

    def outcome(self, seconds: float) -> Connected:
        """What came of it. Raises StateExpired where nobody came back."""
        end = time.monotonic() + seconds
        while not self.over.wait(0.2):  # in short waits, so that Ctrl-C is heard
            if time.monotonic() > end:
                with self.turn:  # whoever comes back now comes too late, whoever has come is waited for
                    if self.connected or self.error:
                        break
                    self.error = StateExpired("nobody came back from Slack within ten minutes; start again")
        if self.error:
            raise self.error
        assert self.connected
        return self.connected


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    server_address: tuple[str, int]

    def __init__(self, port: int, waiting: _Waiting) -> None:
        self.waiting = waiting
        super().__init__(("127.0.0.1", port), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    server_version = "slackanalytics"
    sys_version = ""
    timeout = 10

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        port = self.server.server_address[1]
        hosts = self.headers.get_all("Host", [])
        if path != REDIRECT or len(hosts) != 1 or hosts[0] not in (f"localhost:{port}", f"127.0.0.1:{port}"):
            self.send_error(404)
            return
        waiting = self.server.waiting
        self._show(*waiting.answer(dict(parse_qsl(query))))
        if waiting.connected or waiting.error:  # only now, because the process may end with the waiting
            waiting.over.set()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002 - inherited
        """The page of a request that is none of Slack's, with the headers of every page."""
        self.request_version = self.protocol_version  # else a request that is none gets no headers
        self._show(code, "There is no such page", "Slack comes back to another address; go back to the terminal.")

    def _show(self, status: int, title: str, text: str) -> None:
        body = _PAGE.format(title=html.escape(title), text=html.escape(text)).encode()
        self.send_response(status)
        for name, value in _HEADERS:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is inherited
        """Nothing: the address holds the code."""


_HEADERS = (
    ("Content-Type", "text/html; charset=utf-8"),
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
    ("Connection", "close"),
)
_PAGE = (
    '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width,initial-scale=1"><title>{title}</title>'
    "<style>:root{{color-scheme:light dark}}body{{font:16px/1.5 system-ui,sans-serif;margin:20vh auto;max-width:34rem;padding:0 1rem}}"
    "</style></head><body><main><h1>{title}</h1><p>{text}</p></main></body></html>\n"
)
