from __future__ import annotations

import gzip
import json
from datetime import date, timedelta
from typing import Any

from slackanalytics.simulator.channels import ChannelFiles, gzipped
from slackanalytics.simulator.company import Company

DAY = date(2026, 11, 10)
FILES = ChannelFiles(Company())

TYPES = {
    "enterprise_id": str,
    "team_id": str,
    "originating_team": dict,
    "channel_id": str,
    "channel_type": str,
    "visibility": str,
    "shared_with": list,
    "is_shared_externally": bool,
    "externally_shared_with_organizations": list,
    "date_created": int,
    "date_last_active": int,
    "total_members_count": int,
    "full_members_count": int,
    "guest_member_count": int,
    "messages_posted_count": int,
    "messages_posted_by_members_count": int,
    "members_who_viewed_count": int,
    "members_who_posted_count": int,
    "reactions_added_count": int,
    "date": str,
}


def rows(day: date = DAY, files: ChannelFiles = FILES) -> list[dict[str, Any]]:
    return [json.loads(line) for line in files.lines(day)]


def test_every_row_has_the_documented_fields_with_their_types() -> None:
    for row in rows():
        assert TYPES.keys() - row.keys() <= {"shared_with"}
        assert all(type(value) is TYPES[name] for name, value in row.items())
        assert row["visibility"] == "public"


def test_only_channels_of_several_workspaces_are_shared_between_them() -> None:
    kinds = {(row["channel_type"], "shared_with" in row) for row in rows()}
    assert kinds == {
        ("single_workspace_channel", False),
        ("org_wide_channel", False),
        ("multi_workspace_channel", True),
    }
    for row in rows():
        assert row["originating_team"] not in row.get("shared_with", [])
        assert row["is_shared_externally"] == bool(row["externally_shared_with_organizations"])


def test_counts_agree_with_each_other() -> None:
    for row in rows():
        assert row["full_members_count"] + row["guest_member_count"] == row["total_members_count"]
        assert row["messages_posted_by_members_count"] <= row["messages_posted_count"]
        assert row["members_who_posted_count"] <= row["members_who_viewed_count"] <= row["total_members_count"]
        assert row["members_who_posted_count"] <= row["messages_posted_by_members_count"]
        assert row["date_created"] <= row["date_last_active"] < (DAY - date(1969, 12, 31)).days * 86_400


def test_channels_are_made_and_archived_as_years_go_by() -> None:
    then, now = ({row["channel_id"] for row in rows(day)} for day in (date(2023, 1, 1), DAY))
    assert then - now
    assert now - then
    assert 80 < len(now) < 250


def test_weekends_are_quiet() -> None:
    monday = date(2026, 11, 9)
    week = [sum(row["messages_posted_count"] for row in rows(monday + timedelta(day))) for day in range(7)]
    assert max(week[5:]) < min(week[:5]) / 4


def test_a_day_is_the_same_whenever_it_is_made_and_another_from_another_seed() -> None:
    assert rows() == rows(files=ChannelFiles(Company()))
    assert rows() != rows(files=ChannelFiles(Company(seed=1)))
    assert rows() != rows(DAY + timedelta(1))


def test_the_metadata_are_of_the_day_they_are_asked_for() -> None:
    metadata = [json.loads(line) for line in FILES.metadata(DAY)]
    assert {row["channel_id"] for row in metadata} == {row["channel_id"] for row in rows()}
    assert len({row["name"] for row in metadata}) == len(metadata)
    for row in metadata:
        assert row.keys() == {"channel_id", "name", "topic", "description", "date"}
        assert row["date"] == str(DAY)


def test_the_smallest_company_has_channels() -> None:
    assert rows(files=ChannelFiles(Company(1)))


def test_the_file_is_gzip_of_the_lines() -> None:
    assert gzip.decompress(gzipped(FILES.lines(DAY))) == b"".join(FILES.lines(DAY))
