"""A Slack of a few lines, written for these tests from Slack's documentation and sharing nothing with our simulator.

https://docs.slack.dev/reference/methods/admin.analytics.getFile: a GET with a bearer, `type=member` and `date`, answered
with a gzip file of one JSON document to a line, or with `{"ok": false, "error": …}` and status 200.
"""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "xoxp-canary-7c41e09b2d"
"""What must be seen nowhere but in the Authorization header."""

Row = dict[str, Any]
Days = Callable[[str], bytes | str]
"""A day, YYYY-MM-DD -> its file, or the error code that Slack has for it."""


@dataclass(slots=True)
class Slack:
    """One that runs."""

    url: str
    token: str = TOKEN
    asked: list[str] = field(default_factory=list)
    """The days asked for, in order."""


def row(day: str, number: int, **more: Any) -> Row:
    """A member's day as Slack writes it."""
    return {
        "date": day,
        "enterprise_id": "E1",
        "user_id": f"W{number:06}",
        "email_address": f"member{number}@example.com",
        "enterprise_employee_number": f"{number:05}",
        "is_guest": False,
        "is_billable_seat": True,
        "is_active": number % 3 != 0,
        "messages_posted_count": number % 7,
        "date_claimed": 1_700_000_000 + number,
        **more,
    }


def packed(rows: list[Row]) -> bytes:
    return gzip.compress(b"".join(json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in rows), 1)


@contextmanager
def serving(days: Days | Mapping[str, bytes | str]) -> Iterator[Slack]:
    """A Slack with these days; those that a mapping does not have are `file_not_found`."""
    answer = days if callable(days) else lambda day: days.get(day, "file_not_found")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            code: bytes | str
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                code = "invalid_auth"
            elif parts.path != "/api/admin.analytics.getFile" or asked.keys() != {"type", "date"}:
                code = "unknown_method"
            elif asked["type"] != "member":
                code = "invalid_type"
            else:
                running.asked.append(asked["date"])
                code = answer(asked["date"])
            refused = isinstance(code, str)
            body = json.dumps({"ok": False, "error": code}).encode() if isinstance(code, str) else code
            self.send_response(200)
            self.send_header("Content-Type", "application/json" if refused else "application/gzip")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is inherited
            """Nothing: `asked` is the record."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running = Slack(f"http://127.0.0.1:{server.server_address[1]}/api")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
