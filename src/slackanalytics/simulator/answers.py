"""
Requests as the simulator reads them, answers as it gives them, and the error codes Slack documents.

Slack answers errors with status 200 and ``{"ok":false,"error":"…"}``; only the rate limit has a status of its own.
See https://docs.slack.dev/reference/methods/admin.analytics.getFile and https://docs.slack.dev/apis/web-api/rate-limits.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

SCOPE = "admin.analytics:read"
"""The scope that ``admin.analytics.getFile`` demands."""

_CODES = """
access_denied accesslimited account_inactive data_not_available deprecated_endpoint ekm_access_denied
enterprise_is_restricted fatal_error feature_not_available feature_not_enabled file_not_found file_not_yet_available
internal_error invalid_arg_name invalid_arguments invalid_array_arg invalid_auth invalid_charset invalid_date
invalid_form_data invalid_post_type invalid_type is_bot member_analytics_disabled metadata_not_available
metadata_only_does_not_support_date method_deprecated missing_post_type missing_scope no_permission
not_allowed_token_type not_an_admin not_an_enterprise not_authed org_level_email_display_disabled
org_login_required ratelimited request_timeout service_unavailable team_access_not_granted team_added_to_org
token_expired token_revoked two_factor_setup_required unknown_method user_cannot_manage_public_channels
"""

ERROR_CODES = frozenset(_CODES.split())
"""Every code documented for the method, now or once (``not_an_enterprise`` was dropped in 2022)."""

_JSON = ("Content-Type", "application/json; charset=utf-8")
_SCOPES = (("x-oauth-scopes", SCOPE), ("x-accepted-oauth-scopes", SCOPE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """
    One call, whatever verb and encoding it came in.
    """

    method: str
    """The API method, ``admin.analytics.getFile``."""
    arguments: Mapping[str, str]
    token: str | None
    """From the bearer header, or else from the ``token`` field of a POST."""
    origin: str
    """Where the simulator answers, ``http://127.0.0.1:PORT``."""
    complaint: str | None = None
    """The error code for a body that could not be read."""
    verb: str = "GET"
    basic: tuple[str, str] | None = None
    """Client ID and secret from the header ``Authorization``, decoded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """
    A way in which an answer fails to arrive as it should.
    """

    kind: str
    """``reset``, ``reset_mid``, ``fin``, ``hang``, ``slow``, ``short_body`` or ``chunked_cut``."""
    amount: float = 0.0
    """Seconds to hang, or bytes per second of a slow answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """
    What is sent back: whole bytes, or pieces of a length not known beforehand.
    """

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | Iterator[bytes] = b""
    error: str | None = None
    """The error code in the body, for the record of calls."""
    delivery: Delivery | None = None


class Call(NamedTuple):
    """
    One call that the simulator answered.
    """

    method: str
    day: str | None
    """The ``date`` argument as it was sent."""
    status: int
    """The HTTP status; 0 if the connection ended without an answer."""
    time: float
    """When, by the simulator's clock, in seconds."""
    error: str | None
    """Slack's error code, if it was answered with one."""
    carried_token: bool
    """Whether the caller presented any token."""


def json_answer(document: Mapping[str, object], *headers: tuple[str, str], status: int = 200) -> Answer:
    """
    A JSON document with Slack's headers.
    """
    error = document.get("error")
    return Answer(
        status=status,
        headers=(_JSON, *_SCOPES, *headers),
        body=json.dumps(document, separators=(",", ":")).encode(),
        error=error if isinstance(error, str) else None,
    )


def error_answer(code: str) -> Answer:
    """
    Slack's answer for an error code, any code. A missing scope is named beside the ones the token has.
    """
    document: dict[str, object] = {"ok": False, "error": code}
    if code == "missing_scope":
        document |= {"needed": SCOPE, "provided": "users:read"}
    return json_answer(document)


def with_scopes(answer: Answer, granted: str) -> Answer:
    """
    The same answer, telling that the token has these scopes.
    """
    others = [header for header in answer.headers if header[0] != "x-oauth-scopes"]
    return replace(answer, headers=(*others, ("x-oauth-scopes", granted)))


def rate_limited(retry_after: str | None) -> Answer:
    """
    Status 429 with ``Retry-After``, which Slack sends in whole seconds.
    """
    headers = () if retry_after is None else (("Retry-After", retry_after),)
    return json_answer({"ok": False, "error": "ratelimited"}, *headers, status=429)


def file_answer(body: bytes | Iterator[bytes], name: str) -> Answer:
    """
    A file: gzip as the content, and therefore without a content encoding.
    """
    headers = (("Content-Type", "application/gzip"), ("Content-Disposition", f'attachment; filename="{name}"'))
    return Answer(headers=(*headers, *_SCOPES), body=body)
