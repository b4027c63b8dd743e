"""Sources on this machine that stand in for those of the examples: the ECB's rates, and GitHub's issues."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "ghp_invented"
HOLIDAYS = {date(2024, 3, 29), date(2024, 4, 1)}
"""Good Friday and Easter Monday."""
ISSUES = {"example/busy": 205, "example/full": 100, "example/näive": 1, "example/new": 0}
HEADER = "KEY,FREQ,CURRENCY,CURRENCY_DENOM,EXR_TYPE,EXR_SUFFIX,TIME_PERIOD,OBS_VALUE"


def rates(asked: dict[str, list[str]]) -> tuple[int, str]:
    """The ECB: CSV of one day, or 404 where no rate was set."""
    day = date.fromisoformat(asked["startPeriod"][0])
    assert asked == {"startPeriod": [str(day)], "endPeriod": [str(day)], "format": ["csvdata"]}
    if day.weekday() > 4 or day in HOLIDAYS:
        return 404, "No results found."
    lines = [
        f"EXR.D.{currency}.EUR.SP00.A,D,{currency},EUR,SP00,A,{day},{base + day.day / 10_000:.4f}"
        for currency, base in (("CHF", 0.9700), ("JPY", 163.0), ("USD", 1.0800))
    ]
    return 200, "\n".join([HEADER, *lines, ""])


def issues(path: str, asked: dict[str, list[str]]) -> tuple[int, str]:
    """GitHub: a page of a repository's issues."""
    _, _, owner, name, _ = path.split("/")
    total = ISSUES[f"{owner}/{name}"]
    size, page = int(asked["per_page"][0]), int(asked["page"][0])
    numbers = range((page - 1) * size + 1, min(page * size, total) + 1)
    found = [
        {
            "number": number,
            "state": "open" if number % 3 else "closed",
            "title": f"Ünexpected, the {number}th" if number % 7 else None,
            "created_at": f"2026-{number % 12 + 1:02}-01T10:00:00Z",
            "body": "not a column",
        }
        for number in numbers
    ]
    return 200, json.dumps(found)


class Source(BaseHTTPRequestHandler):
    """Both of them."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = parse_qs(parts.query)
        if parts.path == "/service/data/EXR/D..EUR.SP00.A":
            status, text = rates(asked)
        elif self.headers["Authorization"] != f"Bearer {TOKEN}":
            status, text = 401, '{"message": "Bad credentials"}'
        else:
            status, text = issues(unquote(parts.path), asked)
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""


@contextmanager
def sources() -> Iterator[dict[str, str]]:
    """Both sources, and the environment that leads the examples to them."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Source) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        yield {
            "ECB_URL": url,
            "GITHUB_URL": url,
            "GITHUB_TOKEN": TOKEN,
            "GITHUB_REPOSITORIES": ",".join(ISSUES),
        }
        server.shutdown()
        thread.join()
