"""The token is in the Authorization header and nowhere else: not in what is printed, kept, or written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.command import Desk
from tests.e2e.slack import TOKEN, packed, row, serving

DAY = "2026-11-10"
SQL = f"SELECT * FROM member_analytics WHERE date = '{DAY}'"
PROXIES = {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9", "ALL_PROXY": "http://127.0.0.1:9"}


def written(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Everything in a folder: names and contents."""
    for path in folder.rglob("*"):
        yield str(path), path.read_bytes() if path.is_file() else b""


def require_unseen(desk: Desk, *printed: bytes) -> None:
    """Nothing that was printed or lies about holds the token, or enough of it to be of use."""
    for piece in (TOKEN.encode(), TOKEN[-12:].encode(), TOKEN.encode().hex().encode()):
        assert not any(piece in text for text in printed)
        assert [name for name, content in written(desk.folder) if piece in content or piece in name.encode()] == []


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(packed([row(DAY, 1)]), id="a good day"),
        pytest.param(f"echo {TOKEN}", id="a code that repeats the token"),
        pytest.param(f"<html>Authorization: Bearer {TOKEN}</html>".encode(), id="a page that repeats the header"),
    ],
)
def test_the_token_is_nowhere(desk: Desk, answer: bytes | str) -> None:
    with serving({DAY: answer}) as slack:
        address = {"SLACKANALYTICS_SLACK_API_URL": slack.url, **PROXIES}
        done = desk.run("query", "--output", "answer.json", SQL, **address)
        assert slack.asked[0] == DAY
    require_unseen(desk, done.out, done.err.encode())


def test_a_malformed_token_is_not_repeated(desk: Desk) -> None:
    with serving({}) as slack:
        done = desk.run(
            "query", SQL, SLACKANALYTICS_SLACK_API_URL=slack.url, SLACKANALYTICS_SLACK_TOKEN=TOKEN + "\n"
        )  # fmt: skip
        assert slack.asked == []
    assert "SLACKANALYTICS_SLACK_TOKEN is malformed" in done.complaint
    require_unseen(desk, done.err.encode())


def test_a_token_that_is_printed_would_be_seen(desk: Desk) -> None:
    with pytest.raises(AssertionError):
        require_unseen(desk, f"Bearer {TOKEN}".encode())
    (desk.folder / "kept.json").write_text(TOKEN)
    with pytest.raises(AssertionError):
        require_unseen(desk)
