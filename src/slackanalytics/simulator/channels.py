"""
The public-channel file of a day, and the file of what the channels are called.

A channel depends on the company, a day on the company and the date; the fields are those Slack documents,
https://docs.slack.dev/reference/methods/admin.analytics.getFile. Messages in channels are not those of
the member file: in Slack's own files the two do not add up either, since apps write as well.
"""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from slackanalytics.simulator.company import DEPARTMENTS, ENTERPRISE_ID, Company

_REGIONS = ("Americas", "Asia", "Europe", "Labs")
TEAMS = tuple({"team_id": f"T0EXAMPLE{number}", "name": f"Example {name}"} for number, name in enumerate(_REGIONS))
"""The workspaces of the organisation."""

_PARTNERS = ({"name": "Agency", "domain": "agency"}, {"name": "Partner Works", "domain": "partner-works"})
_KINDS = (
    "single_workspace_channel",
    "org_wide_channel",
    "single_workspace_channel",
    "multi_workspace_channel",
)
_TOPICS = (
    "announcements",
    "help",
    "incidents",
    "learning",
    "planning",
    "projects",
    "random",
    "releases",
    "social",
    "wins",
)
_FIRST = date(2014, 1, 1).toordinal()
_SPREAD = 20 * 365
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """
    A public channel of Example Corp.
    """

    number: int
    channel_id: str
    name: str
    created: int
    """The day of its creation, as an ordinal."""
    archived: int
    """The first day on which it is archived, and so in no file."""
    size: int
    """How many members it has."""
    guests: int
    buzz: int
    """How many messages a working day brings at most."""


class ChannelFiles:
    """
    The channel files of a company, any day. Safe to share between threads.
    """

    def __init__(self, company: Company) -> None:
        self._company = company

    def channels(self, day: date) -> Iterator[Channel]:
        """
        The channels that exist on a day. Over twenty years one is made for every fourth seat, at least ten.
        """
        for number in range(max(10, self._company.members // 4)):
            channel = self._channel(number)
            if channel.created <= day.toordinal() < channel.archived:
                yield channel

    def lines(self, day: date) -> Iterator[bytes]:
        """
        The rows of a day's file as newline-delimited JSON.
        """
        for channel in self.channels(day):
            yield _line(self._row(channel, day))

    def metadata(self, today: date) -> Iterator[bytes]:
        """
        The rows of the metadata file, which is always of the day it is asked for.
        """
        for channel in self.channels(today):
            about = channel.name.replace("-", " ")
            yield _line(
                {
                    "channel_id": channel.channel_id,
                    "name": channel.name,
                    "topic": f"All about {about}" if channel.number % 3 else "",
                    "description": f"For everybody who cares about {about}." if channel.number % 5 else "",
                    "date": today.isoformat(),
                }
            )

    def _channel(self, number: int) -> Channel:
        chance = self._chance("channel", number)
        created = _FIRST + chance[0] % _SPREAD
        department = DEPARTMENTS[chance[1] % len(DEPARTMENTS)].name.lower().replace(" ", "-")
        size = 3 + int(self._company.members * (chance[2] / 2**32) ** 4 * 0.9)
        return Channel(
            number=number,
            channel_id=f"C0{number:03X}{chance[3] % 16**6:06X}",
            name=f"{department}-{_TOPICS[chance[4] % len(_TOPICS)]}-{number}",
            created=created,
            archived=created + 400 + chance[5] % 6000,
            size=size,
            guests=size * (chance[6] % 10) // 100,
            buzz=1 + int(size**0.7) * (1 + chance[7] % 4),
        )

    def _row(self, channel: Channel, day: date) -> dict[str, object]:
        chance = self._chance(day.isoformat(), channel.number)
        quiet = 12 if day.weekday() >= 5 else 1
        by_members = chance[0] % (channel.buzz + 1) // quiet
        messages = by_members + chance[1] % 4 * (channel.number % 3) // quiet
        viewed = min(channel.size, by_members * 2 + chance[2] % 5)
        silence = 0 if messages else 1 + chance[3] % 3
        last_active = max(channel.created, day.toordinal() - silence)
        return {
            "enterprise_id": ENTERPRISE_ID,
            "team_id": ENTERPRISE_ID,
            "originating_team": TEAMS[channel.number % len(TEAMS)],
            "channel_id": channel.channel_id,
            **_reach(channel),
            "date_created": _unix_seconds(channel.created),
            "date_last_active": _unix_seconds(last_active),
            "total_members_count": channel.size,
            "full_members_count": channel.size - channel.guests,
            "guest_member_count": channel.guests,
            "messages_posted_count": messages,
            "messages_posted_by_members_count": by_members,
            "members_who_viewed_count": viewed,
            "members_who_posted_count": min(viewed, by_members, 1 + by_members // 2),
            "reactions_added_count": by_members * (chance[4] % 3),
            "date": day.isoformat(),
        }

    def _chance(self, kind: str, number: int) -> tuple[int, ...]:
        text = f"{self._company.seed}/{self._company.members}/{kind}/{number}"
        return struct.unpack("<8I", hashlib.sha256(text.encode()).digest())


def gzipped(lines: Iterator[bytes]) -> bytes:
    """
    Lines as a gzip file; there are few enough channels to keep it whole.
    """
    compressor = zlib.compressobj(4, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    return compressor.compress(b"".join(lines)) + compressor.flush()


def _reach(channel: Channel) -> dict[str, object]:
    """
    Which workspaces and which other organisations share a channel.
    """
    kind = _KINDS[channel.number % len(_KINDS)]
    others = [TEAMS[(channel.number + step) % len(TEAMS)] for step in (1, 2)]
    external = [_PARTNERS[channel.number % 2]] if channel.number % 9 == 0 else []
    return {
        "channel_type": kind,
        "visibility": "public",
        **({"shared_with": others} if kind == "multi_workspace_channel" else {}),
        "is_shared_externally": bool(external),
        "externally_shared_with_organizations": external,
    }


def _unix_seconds(ordinal: int) -> int:
    """
    Three in the afternoon, UTC, of a day in Unix seconds.
    """
    return (ordinal - _EPOCH) * 86_400 + 15 * 3600


def _line(row: dict[str, object]) -> bytes:
    return json.dumps(row, separators=(",", ":")).encode() + b"\n"
