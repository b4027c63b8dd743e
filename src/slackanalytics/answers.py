"""What Slack's error codes mean: one table from code to exception and remedy.

Slack answers HTTP 200 with `{"ok": false, "error": code}`. The codes are those that
https://docs.slack.dev/reference/methods/admin.analytics.getFile lists today or listed before; others can occur.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from athena_federation.errors import NotPublished, SourceError, Throttled, Unauthorized


class Kind(Enum):
    """What a code comes to."""

    PENDING = "no data yet"
    ABSENT = "no data, for good"
    UNAUTHORIZED = "the token or its permissions"
    REFUSED = "the organisation, its plan, or our request"
    TRANSIENT = "Slack's trouble of the moment"
    THROTTLED = "too many calls"


@dataclass(frozen=True, slots=True)
class Meaning:
    """One code."""

    kind: Kind
    text: str
    """What happened and what to do, to follow the day and a colon."""


_RECONNECT = "connect Slack again (slackanalytics login) with an Org Owner's or Org Admin's account"
_OUR_FAULT = "Slack did not accept the request as it was put; please report this"
_PLAN = "member analytics need a Business+ or Enterprise plan; ask Slack which one holds them"
_MOMENT = "Slack has trouble of its own; try again in some minutes"

MEANINGS: dict[str, Meaning] = {
    "file_not_yet_available": Meaning(Kind.PENDING, "not published yet; Slack publishes a day one to two days later"),
    "file_not_found": Meaning(Kind.ABSENT, "Slack has no file for this day"),
    "data_not_available": Meaning(Kind.ABSENT, "Slack keeps 13 months of data and this day is not among them"),
    "not_authed": Meaning(Kind.UNAUTHORIZED, f"no token reached Slack; {_RECONNECT}"),
    "invalid_auth": Meaning(Kind.UNAUTHORIZED, f"the token is not valid, or not from this network; {_RECONNECT}"),
    "account_inactive": Meaning(Kind.UNAUTHORIZED, f"whoever installed the app was deactivated; {_RECONNECT}"),
    "token_revoked": Meaning(Kind.UNAUTHORIZED, f"the token was revoked; {_RECONNECT}"),
    "token_expired": Meaning(Kind.UNAUTHORIZED, f"the token has expired; renew it, or {_RECONNECT}"),
    "missing_scope": Meaning(
        Kind.UNAUTHORIZED, "the token lacks the scope admin.analytics:read; connect Slack again (slackanalytics login)"
    ),
    "not_allowed_token_type": Meaning(
        Kind.UNAUTHORIZED, "this kind of token is refused; use the user token (xoxp-…) of an org-wide installation"
    ),
    "no_permission": Meaning(Kind.UNAUTHORIZED, f"the token's user lacks a permission; {_RECONNECT}"),
    "access_denied": Meaning(Kind.UNAUTHORIZED, f"access is denied to the token's user; {_RECONNECT}"),
    "team_access_not_granted": Meaning(
        Kind.UNAUTHORIZED, "the app is not granted this workspace; install it on the organisation, not on a workspace"
    ),
    "not_an_admin": Meaning(Kind.UNAUTHORIZED, f"the token's user is no Org Owner or Org Admin; {_RECONNECT}"),
    "user_cannot_manage_public_channels": Meaning(
        Kind.UNAUTHORIZED, "the token's user needs the permission to manage public channels; an Org Owner can grant it"
    ),
    "accesslimited": Meaning(
        Kind.UNAUTHORIZED, "access is limited to certain networks; allow this one in the app's IP allow-list"
    ),
    "member_analytics_disabled": Meaning(
        Kind.REFUSED,
        "the organisation has switched member analytics off, a privacy setting; an Org Owner decides whether to allow it",
    ),
    "org_level_email_display_disabled": Meaning(
        Kind.REFUSED,
        "the organisation hides e-mail addresses, a privacy setting, so Slack withholds the member file;"
        " an Org Owner decides whether to show them",
    ),
    "feature_not_available": Meaning(Kind.REFUSED, f"the feature is not part of the plan; {_PLAN}"),
    "feature_not_enabled": Meaning(Kind.REFUSED, f"the feature is not enabled for the organisation; {_PLAN}"),
    "not_an_enterprise": Meaning(Kind.REFUSED, f"the workspace is not part of an organisation; {_PLAN}"),
    "enterprise_is_restricted": Meaning(
        Kind.REFUSED, "the organisation is restricted and this method is closed to it; ask an Org Owner"
    ),
    "ekm_access_denied": Meaning(
        Kind.REFUSED, "administrators have suspended access through Enterprise Key Management; ask an Org Owner"
    ),
    "two_factor_setup_required": Meaning(
        Kind.REFUSED, "the token's user has to set up two-factor authentication at Slack first"
    ),
    "org_login_required": Meaning(Kind.TRANSIENT, "the workspace is being moved to an organisation; try again later"),
    "team_added_to_org": Meaning(Kind.TRANSIENT, "the workspace is being moved to an organisation; try again later"),
    "ratelimited": Meaning(Kind.THROTTLED, "Slack asks for a pause; fewer readers, or SLACKANALYTICS_RATE_LIMIT, help"),
    "internal_error": Meaning(Kind.TRANSIENT, _MOMENT),
    "fatal_error": Meaning(Kind.TRANSIENT, _MOMENT),
    "service_unavailable": Meaning(Kind.TRANSIENT, _MOMENT),
    "request_timeout": Meaning(Kind.TRANSIENT, _MOMENT),
    "metadata_not_available": Meaning(Kind.REFUSED, _OUR_FAULT),
    "metadata_only_does_not_support_date": Meaning(Kind.REFUSED, _OUR_FAULT),
    "invalid_date": Meaning(Kind.REFUSED, _OUR_FAULT),
    "invalid_type": Meaning(Kind.REFUSED, _OUR_FAULT),
    "invalid_arguments": Meaning(Kind.REFUSED, _OUR_FAULT),
    "invalid_arg_name": Meaning(Kind.REFUSED, _OUR_FAULT),
    "invalid_array_arg": Meaning(Kind.REFUSED, _OUR_FAULT),
    "invalid_charset": Meaning(Kind.REFUSED, _OUR_FAULT),
    "invalid_form_data": Meaning(Kind.REFUSED, _OUR_FAULT),
    "invalid_post_type": Meaning(Kind.REFUSED, _OUR_FAULT),
    "missing_post_type": Meaning(Kind.REFUSED, _OUR_FAULT),
    "is_bot": Meaning(
        Kind.UNAUTHORIZED, "bots cannot read analytics; use the user token (xoxp-…) of the same installation"
    ),
    "unknown_method": Meaning(Kind.REFUSED, "this server does not know the method; check SLACKANALYTICS_SLACK_API_URL"),
    "method_deprecated": Meaning(Kind.REFUSED, "Slack has retired this method; update slackanalytics"),
    "deprecated_endpoint": Meaning(Kind.REFUSED, "Slack has retired this address; update slackanalytics"),
}

UNKNOWN = Meaning(Kind.REFUSED, "an error that Slack does not document; its name is all that is known")


def meaning(code: str) -> Meaning:
    """What a code means, documented or not."""
    return MEANINGS.get(code, UNKNOWN)


def error(
    code: str, subject: str, *, detail: str = "", retry_after: float | None = None, link: str | None = None
) -> SourceError:
    """The exception for a code.

    Args:
        code: Slack's word, made safe to print.
        subject: What was asked for, such as `member analytics of 2026-10-03`.
        detail: What else Slack said, made safe to print.
        retry_after: Seconds that Slack asks to wait.
        link: Where a browser connects Slack, for what connecting it can help.
    """
    found = meaning(code)
    text = f"{subject}: {found.text} (Slack: {code}{', ' + detail if detail else ''})"
    match found.kind:
        case Kind.PENDING | Kind.ABSENT:
            return NotPublished(text, reason=code, final=found.kind is Kind.ABSENT)
        case Kind.UNAUTHORIZED:
            return Unauthorized(f"{text}; connect it at {link}" if link else text)
        case Kind.THROTTLED:
            return Throttled(text, retry_after=retry_after)
        case Kind.REFUSED | Kind.TRANSIENT:
            return SourceError(text)
