"""A day's file becomes batches; the fast reader and the strict one agree about every byte."""

from __future__ import annotations

import io
import json
from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.faults.server import DAY, lines, member, members, packed

from athena_federation.errors import Corrupt
from slackanalytics.fields import COLUMNS, MEMBER, SCHEMA, canonical
from slackanalytics.files import MemberFile
from slackanalytics.inflate import Damaged, Limits, TooLarge, blocks


def read(text: bytes, *, strict: bool = False, limits: Limits | None = None) -> MemberFile:
    return MemberFile(io.BytesIO(packed(text)), DAY, strict=strict, limits=limits)


def rows(text: bytes, **options: Any) -> list[dict[str, Any]]:
    return [row for batch in read(text, **options) for row in batch.to_pylist()]


def test_batches_have_the_declared_columns_in_order() -> None:
    (batch,) = read(lines([member(1)]))
    assert batch.schema == SCHEMA
    assert batch.schema.names == [column.name for column in COLUMNS]


def test_each_column_says_what_it_means() -> None:
    assert [column.name for column in COLUMNS if len(column.doc) < 20] == []
    assert len(MEMBER) == 24
    assert "invoiced" in next(column.doc for column in COLUMNS if column.name == "is_billable_seat")


def test_a_row_is_what_slack_sent() -> None:
    (row,) = rows(lines([member(4)]))
    sent = member(4)
    assert {name: row[name] for name in sent} == sent
    assert row["activity_date"] == date(2026, 10, 3)
    assert row["team_id"] is None


def test_an_unclaimed_account_has_no_date_claimed() -> None:
    text = lines([member(1, date_claimed=0), member(2)])
    assert [row["date_claimed"] for row in rows(text)] == [None, 1_600_000_002]
    assert rows(text, strict=True) == rows(text)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("user_id", "user_id"),
        ("enterprise_user_id", "user_id"),
        ("is_active_iOS", "is_active_ios"),
        ("is_Active_ios", "is_active_ios"),
        ("IS_ACTIVE_ANDROID", "is_active_android"),
        ("huddles_count", "slack_huddles_count"),
        ("guest_count", None),
        ("", None),
    ],
)
def test_old_and_odd_spellings_are_known(key: str, name: str | None) -> None:
    assert canonical(key) == name


def test_unknown_keys_are_ignored_and_counted() -> None:
    text = lines([member(1, canvas=1), member(2, canvas=None), member(3, canvas=2, lists=True)])
    for strict in (False, True):
        file = read(text, strict=strict)
        assert sum(batch.num_rows for batch in file) == 3
        assert file.unknown.keys() == {"canvas", "lists"}


def test_a_spelling_that_appears_late_is_not_missed() -> None:
    late = lines([{key.upper(): value for key, value in member(999).items()}])
    text = lines(members(20)) + late
    assert rows(text, limits=Limits(block=1024))[-1]["messages_posted_count"] == 1998


@pytest.mark.parametrize("block", [1, 7, 100, 1000, 1 << 20])
def test_rows_do_not_depend_on_how_the_bytes_are_cut(block: int) -> None:
    text = b"\n" + lines(members(12)) + b"\r\n"
    assert rows(text, limits=Limits(block=block)) == rows(text)


def test_rows_know_their_lines() -> None:
    file = read(b"\n" + lines(members(3)) + b"\n\n" + lines([member(9)]), limits=Limits(block=1500))
    assert sum(batch.num_rows for batch in file) == 4
    assert [file.line(row) for row in range(4)] == [2, 3, 4, 7]


def test_repeated_members_are_found_across_blocks() -> None:
    file = read(lines([*members(5), member(2), member(5)]), limits=Limits(block=700))
    list(file)
    assert file.repeats() == [(1, 5), (4, 6)]


def test_a_line_of_the_limit_is_read_and_one_more_byte_is_not() -> None:
    line = json.dumps(member(1)).encode()
    limits = Limits(line=1000)
    assert len(rows(line.ljust(1000) + b"\n", limits=limits)) == 1
    with pytest.raises(TooLarge, match=r"line 3: longer than 1,000 bytes"):
        rows(b"\n\n" + line.ljust(1001) + b"\n" + line, limits=limits)


def test_a_day_beyond_the_limit_is_refused() -> None:
    with pytest.raises(TooLarge, match="more than 5,000 bytes"):
        rows(lines(members(50)), limits=Limits(day=5000))


def test_repetitive_members_are_no_bomb() -> None:
    same = [member(number, email_address=None) for number in range(1, 3001)]
    assert len(rows(lines(same))) == 3000


def test_a_body_may_come_in_single_bytes() -> None:
    class Slow:
        def __init__(self) -> None:
            self.rest = packed(members(2))

        def read(self, size: int, /) -> bytes:
            piece, self.rest = self.rest[:1], self.rest[1:]
            return piece

    assert sum(batch.num_rows for batch in MemberFile(Slow(), DAY)) == 2


def test_no_bytes_at_all_are_damage() -> None:
    with pytest.raises(Damaged, match="empty"):
        list(blocks(io.BytesIO(), "x", Limits()))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**66), 2**66) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=4,
)
KEYS = st.sampled_from(
    ["is_active", "search_count", "email_address", "date_claimed", "date", "user_id", "IS_ACTIVE", "huddles_count",
     "slack_huddles_count", "enterprise_user_id", "x", "y", ""]
)  # fmt: skip
LIKELY: dict[str, st.SearchStrategy[Any]] = {
    "date": st.just("2026-10-03"),
    "user_id": st.sampled_from(["W1", "W2"]),
    "enterprise_user_id": st.sampled_from(["W1", "W2"]),
    "is_active": st.booleans() | st.none(),
    "search_count": st.integers(-(2**63) - 1, 2**63) | st.none(),
}


@st.composite
def line(draw: st.DrawFn) -> bytes:
    """A line that is nearly right: keys may be odd, repeated or of the wrong type, and the text may be cut or joined."""
    pairs: list[tuple[str, Any]] = [("date", "2026-10-03"), ("user_id", draw(st.sampled_from(["W1", "W2", "ü"])))]
    for key in draw(st.lists(KEYS, max_size=3)):
        pairs.append((key, draw(LIKELY.get(key, JSON) | JSON)))
    ascii_only = draw(st.booleans())
    text = ",".join(f"{json.dumps(key)}:{json.dumps(value, ensure_ascii=ascii_only)}" for key, value in pairs)
    whole = f"{{{text}}}".encode("utf-8", "surrogatepass")
    return draw(
        st.sampled_from([whole] * 12 + [whole + whole, whole[:-1], b" " + whole + b" \r", b"", b" ", b"null", b"[]",
                                        whole + b"null", whole.replace(b":", b":\n", 1), whole.replace(b"2", b"\xff", 1),
                                        whole + b"\0", b"{}"])
    )  # fmt: skip


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(line(), max_size=4).map(b"\n".join))
@example(b'{"date":"2026-10-03","user_id":"W1","x":NaN}')
@example(b'{"date":"2026-10-03","user_id":"W1","x":Inf}')
@example(
    b'{"date":"2026-10-03","user_id":"W1"}\n{"date":\n"2026-10-03","user_id":"W1"}{"date":"2026-10-03","user_id":"W1"}'
)
def test_the_fast_reader_and_the_strict_one_agree(text: bytes) -> None:
    def outcome(*, strict: bool) -> object:
        file = read(text, strict=strict)
        try:
            batches = list(file)
        except Corrupt as error:
            return str(error)
        return pa.Table.from_batches(batches, SCHEMA).to_pylist(), file.repeats()

    assert outcome(strict=False) == outcome(strict=True)
