"""The fields of Slack's member file, as columns: names, types, meanings, older spellings.

Source: the field table and samples of https://docs.slack.dev/reference/methods/admin.analytics.getFile; the older
spellings are those of Slack's own SDKs and of the first samples.
"""

from __future__ import annotations

import pyarrow as pa

from athena_federation.table import Column

MEMBER = (
    Column("date", pa.string(), "The day, YYYY-MM-DD. Days are UTC: a working day in Asia or America falls on two."),
    Column("enterprise_id", pa.string(), "The organisation (E…). '0' or NULL outside Enterprise plans."),
    Column("team_id", pa.string(), "The workspace (T…). Mostly NULL: Slack documents it in its SDKs only."),
    Column("user_id", pa.string(), "The member (W… or U…), unique in the organisation. Never NULL; one row per day."),
    Column("email_address", pa.string(), "The member's e-mail address. Personal data."),
    Column(
        "enterprise_employee_number",
        pa.string(),
        "The employee number, NULL unless identity management sends it to Slack. Personal data.",
    ),
    Column("is_guest", pa.bool_(), "Whether a guest that day; does not tell single-channel from multi-channel guests."),
    Column(
        "is_billable_seat",
        pa.bool_(),
        "Whether Slack bills the seat. Since 2023-07-10 right for invoiced customers only: do not count licences with it"
        " where you pay by card.",
    ),
    Column("is_active", pa.bool_(), "Whether the member posted, or read in at least one channel or direct message."),
    Column(
        "is_active_ios", pa.bool_(), "Whether active on iOS. There is no flag for browsers, so flags need not add up."
    ),
    Column("is_active_android", pa.bool_(), "Whether active on Android."),
    Column("is_active_desktop", pa.bool_(), "Whether active in the desktop app."),
    Column(
        "is_active_apps",
        pa.bool_(),
        "Whether an app was used, or acted for the member; can be true while is_active is false. Since 2021-04.",
    ),
    Column("is_active_workflows", pa.bool_(), "Whether at least one workflow was used. Since 2021-04."),
    Column(
        "is_active_slack_connect",
        pa.bool_(),
        "Whether the member read or posted in a conversation shared with another organisation. Since 2021-04.",
    ),
    Column("reactions_added_count", pa.int64(), "Reactions added; removals are not subtracted."),
    Column("messages_posted_count", pa.int64(), "Messages posted in all kinds of conversations."),
    Column(
        "channel_messages_posted_count",
        pa.int64(),
        "Messages posted in public and private channels; the rest of messages_posted_count are direct messages.",
    ),
    Column("files_added_count", pa.int64(), "Files uploaded that day."),
    Column("total_calls_count", pa.int64(), "Huddles, Slack calls and calls of other providers. Since 2021-08."),
    Column("slack_calls_count", pa.int64(), "Slack calls, without other providers. Since 2021-04."),
    Column("slack_huddles_count", pa.int64(), "Huddles joined. Since 2021-08."),
    Column("search_count", pa.int64(), "Searches made. Since 2021-04."),
    Column(
        "date_claimed",
        pa.int64(),
        "When the member first signed in, in Unix seconds. NULL: never claimed the account. Since 2021-04.",
    ),
)
"""The documented fields, in Slack's order and lower case. All but date and user_id may be NULL: a missing one is."""

ACTIVITY_DATE = Column(
    "activity_date", pa.date32(), "The same day as date, as a DATE. A condition on either one prunes."
)

COLUMNS = (MEMBER[0], ACTIVITY_DATE, *MEMBER[1:])
"""What `member_analytics` consists of."""

SCHEMA = pa.schema([(column.name, column.type) for column in COLUMNS])

REQUIRED = ("date", "user_id")

ALIASES = {"enterprise_user_id": "user_id", "huddles_count": "slack_huddles_count"}
"""Names of the first years, still met in recordings and older servers."""

_NAMES = frozenset(column.name for column in MEMBER)


def canonical(key: str) -> str | None:
    """The column that a key of the file fills, whatever its case; None for a key that nobody has documented."""
    name = key.lower()
    name = ALIASES.get(name, name)
    return name if name in _NAMES else None
