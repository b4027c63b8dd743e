"""Every fault that the simulator can play, through cache, client and files: the right rows or a named error.

The token is a canary: after each fault it must be in no error, no log, no note and no file.
"""

from __future__ import annotations

import gzip
import json
import logging
from datetime import date
from pathlib import Path

import pytest
from tests.faults.oracle import Row, client, require_right_or_named, settings
from tests.faults.server import TOKEN

from slackanalytics.cache import Days
from slackanalytics.simulator import ERROR_CODES, FAULT_KINDS, Simulator
from slackanalytics.simulator.faults import SHAPES

TODAY = date(2026, 11, 23)
DAY = date(2026, 10, 3)
MEMBERS = 40
NO_ERROR = {
    "blank_lines", "byte_order_mark", "crlf", "duplicate", "no_final_newline", "old_names", "plain",
    "redirect", "two_members", "unknown_field", "zero_padding",
}  # fmt: skip
"""What must give the very rows of the sound file."""
OTHER_ROWS = {
    "cut_at_line": "a file cut between two lines is a sound file of fewer members",
    "empty_file": "a file of no members",
    "line_separator": "one member's e-mail address is another",
    "hostile_text": "one member's e-mail address is another",
    "missing_field": "one member's figures are NULL",
    "negative": "one member's count is another",
    "null_field": "one member's figures are NULL",
}
"""What is answered with other rows than the sound file's, and why that is right."""
PASSING = {
    "204", "429", "500", "502", "503", "504", "bad_checksum", "bit_flip", "chunked_cut", "empty", "fin", "huge_header",
    "reset", "reset_mid", "second_member_cut", "short_body", "trailing_garbage", "truncated",
}  # fmt: skip
"""What a second attempt recovers from."""


def sound() -> list[Row]:
    made = Simulator(today=TODAY, token=TOKEN, members=MEMBERS)
    text = gzip.decompress(b"".join(made.day_file(DAY)))
    names = ["user_id", "email_address", "is_active", "messages_posted_count"]
    return [{name: json.loads(line).get(name) for name in names} for line in text.splitlines()]


def read(url: str, directory: Path, deadline: str) -> tuple[list[Row], Days]:
    given = settings(url, SLACKANALYTICS_CACHE_DIR=str(directory), SLACKANALYTICS_DEADLINE=deadline)
    days = Days(given, client=client(url, deadline=deadline), today=lambda: TODAY)
    names = ("user_id", "email_address", "is_active", "messages_posted_count")
    return [row for batch in days.day(DAY, names) for row in batch.to_pylist()], days


@pytest.mark.parametrize("kind", sorted(FAULT_KINDS - ERROR_CODES - {*SHAPES}))
def test_a_fault_gives_the_right_rows_or_a_named_error(
    kind: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    script = {"429": "429:1", "error": "error:invalid_auth"}.get(kind, kind)
    deadline = "0.5" if kind in {"hang", "slow"} else "10"
    rows: list[Row] = []

    def reader(url: str) -> list[Row]:
        found, days = read(url, tmp_path, deadline)
        rows.extend(found)
        assert TOKEN not in repr(days.notes.drain())
        return found if kind in NO_ERROR else []

    simulator = Simulator(today=TODAY, token=TOKEN, members=MEMBERS, faults={"*": script}, rate_limit=None)
    with simulator.serve() as running:
        error = require_right_or_named(reader, running.url, sound() if kind in NO_ERROR else [])
    assert (error is None) == (kind in NO_ERROR or kind in OTHER_ROWS), error
    assert (rows != []) == (error is None and kind != "empty_file")
    assert TOKEN not in caplog.text
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and TOKEN.encode() in path.read_bytes()]
    if error is not None:
        assert not list(tmp_path.rglob("*.json")), "something of a failed day was kept"


@pytest.mark.parametrize("kind", sorted(PASSING))
def test_a_fault_that_passes_costs_one_more_call(kind: str, tmp_path: Path) -> None:
    script = f"{kind}:1*1" if kind == "429" else f"{kind}*1"
    with Simulator(today=TODAY, token=TOKEN, members=MEMBERS, faults={"*": script}, rate_limit=None).serve() as running:
        rows, days = read(running.url, tmp_path, "10")
    assert rows == sound()
    assert days.statistics.calls == len(running.calls) == 2
