"""
Who granted what to which app: consent, codes, tokens, renewal, revocation.

Written from https://docs.slack.dev/authentication/installing-with-oauth, https://docs.slack.dev/authentication/using-token-rotation
and the pages of oauth.v2.access, auth.revoke and apps.uninstall beside them. Tokens follow from a seed, so that runs can be repeated.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from slackanalytics.simulator.answers import SCOPE, Answer, Request, error_answer, json_answer
from slackanalytics.simulator.company import ENTERPRISE_ID
from slackanalytics.simulator.consent import Choice, consent_page, error_page

DEMO_CLIENT_ID = "1234567890.1234567890123"
DEMO_CLIENT_SECRET = "example-corp-demo-secret"  # noqa: S105 - documented, and good for the simulator only
"""The app that a simulator knows unless it is told of another."""

CODE_SECONDS = 600.0
TOKEN_SECONDS = 43_200
"""How long a token lasts where tokens rotate."""
LIVE_TOKENS = 2
"""How many access tokens of one grant are good at a time where tokens rotate; older ones end."""

CHOICES = (
    Choice(id=ENTERPRISE_ID, name="Example Corp", kind="organisation"),
    Choice(id="T0EXAMPLE0", name="Example Corp Berlin", kind="workspace"),
    Choice(id="E0PARTNER1", name="Example Partners", kind="organisation"),
)
"""What the consent page offers. Example Partners has switched member analytics off."""

_APP_ID = "A0EXAMPLE1"
_APP_NAME = "Slack Analytics for SQL"
_SCOPE_WORD = re.compile(r"[a-z_.]+:[a-z_.]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """
    What one person granted to the app.
    """

    place: Choice
    user_id: str
    scope: str
    """Of the user, comma-separated."""
    bot_scope: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """
    What the app exchanges for tokens.
    """

    grant: Grant
    redirect_uri: str | None
    until: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """
    A token that the app was given.
    """

    grant: Grant
    is_bot: bool = False
    until: float = math.inf
    refusal: str | None = None
    """Why it is good no longer, as an error code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Renewal:
    """
    A refresh token.
    """

    grant: Grant
    used_at: float | None = None


class Authorizations:
    """
    The grants of one app at one Slack. Safe to share between threads.
    """

    def __init__(
        self,
        *,
        seed: int,
        client: tuple[str, str],
        user_id: str,
        redirect_uris: Sequence[str] | None,
        rotation: bool,
        grace: float,
        clock: Callable[[], float],
    ) -> None:
        self.seed = seed
        self._client = client
        self.user_id = user_id
        self._redirect_uris = redirect_uris
        self._rotation = rotation
        self._grace = grace
        self._clock = clock
        self._made = 0
        self._codes: dict[str, Code] = {}
        self._tokens: dict[str, Issued] = {}
        self._renewals: dict[str, _Renewal] = {}
        self._lock = threading.Lock()

    def consent(self, request: Request) -> Answer:
        """
        The consent page, or with a decision the way back to the app.
        """
        asked = request.arguments
        if complaint := self._complaint(asked):
            return error_page(complaint)
        scopes = [*_words(asked.get("user_scope", "")), *_words(asked.get("scope", ""))]
        decision = asked.get("decision") if request.verb == "POST" else None
        if decision is None:
            names = ("client_id", "scope", "user_scope", "redirect_uri", "state")
            sent = {name: asked[name] for name in names if name in asked}
            return consent_page(_APP_NAME, scopes, CHOICES, sent)
        if decision != "allow":
            return _back(asked, {"error": "access_denied"})
        place = next((choice for choice in CHOICES if choice.id == asked.get("install_on")), None)
        if place is None:
            return error_page("invalid_team")
        if place.kind == "organisation" and not _words(asked.get("scope", "")):
            return error_page("no_bot_scopes_requested")
        return _back(asked, {"code": self.code(asked, place)})

    def code(self, asked: Mapping[str, str], place: Choice = CHOICES[0]) -> str:
        """
        A code as the consent page gives it to the app, for one exchange within ten minutes.
        """
        grant = Grant(
            place=place,
            user_id=self.user_id if place.id != "E0PARTNER1" else "W0PARTNER1",
            scope=asked.get("user_scope", ""),
            bot_scope=asked.get("scope", ""),
        )
        with self._lock:
            code = self._secret("code")
            until = self._clock() + CODE_SECONDS
            self._codes[code] = Code(grant=grant, redirect_uri=asked.get("redirect_uri"), until=until)
        return code

    def access(self, request: Request, shape: str = "") -> Answer:
        """
        ``oauth.v2.access``. ``shape`` is a fault that leaves something out of the answer.
        """
        asked = request.arguments
        client_id, client_secret = request.basic or (asked.get("client_id", ""), asked.get("client_secret", ""))
        if client_id != self._client[0]:
            return error_answer("invalid_client_id")
        if not hmac.compare_digest(client_secret.encode(), self._client[1].encode()):
            return error_answer("bad_client_secret")
        with self._lock:
            match asked.get("grant_type", "authorization_code"):
                case "authorization_code":
                    return self._exchanged(asked, shape)
                case "refresh_token":
                    return self._renewed(asked.get("refresh_token", ""))
                case _:
                    return error_answer("invalid_grant_type")

    def issued(self, token: str) -> Issued | None:
        """
        A token given by this app's exchange, good or no longer.
        """
        with self._lock:
            found = self._tokens.get(token)
        if found and found.refusal is None and self._clock() >= found.until:
            return replace(found, refusal="token_expired")
        return found

    def seconds_left(self, token: Issued) -> int | None:
        """
        How long a token is still good; `None` for one that does not end.
        """
        return None if math.isinf(token.until) else max(0, int(token.until - self._clock()))

    def revoke(self, token: str) -> None:
        """
        ``auth.revoke``: where tokens rotate this one ends, else all that its person granted.
        """
        with self._lock:
            grant = self._tokens[token].grant
            for other, issued in self._tokens.items():
                if other == token or (not self._rotation and issued.grant == grant and not issued.is_bot):
                    self._end(other, "token_revoked")

    def withdraw(self, code: str) -> None:
        """
        End every token of the app: it was uninstalled, or its user was deactivated (``account_inactive``).
        """
        with self._lock:
            self._renewals.clear()
            for token in self._tokens:
                self._end(token, code)

    def _complaint(self, asked: Mapping[str, str]) -> str | None:
        if asked.get("client_id") != self._client[0]:
            return "invalid_client_id"
        if not self._registered(asked.get("redirect_uri", "")):
            return "bad_redirect_uri"
        words = [*_words(asked.get("user_scope", "")), *_words(asked.get("scope", ""))]
        if not words or not all(_SCOPE_WORD.fullmatch(word) for word in words):
            return "invalid_scope"
        return None

    def _registered(self, redirect_uri: str) -> bool:
        """
        Whether the URL equals a registered one or is below it; without any registered, whether it is https or this machine.
        """
        parts = urlsplit(redirect_uri)
        if "#" in redirect_uri or not parts.hostname:
            return False
        if self._redirect_uris is None:
            return parts.scheme == "https" or parts.hostname in ("127.0.0.1", "localhost", "::1")
        return any(
            redirect_uri == known or redirect_uri.startswith(known.rstrip("/") + "/") for known in self._redirect_uris
        )

    def _exchanged(self, asked: Mapping[str, str], shape: str) -> Answer:
        code = self._codes.get(asked.get("code", ""))
        if code is None or self._clock() >= code.until:
            return error_answer("invalid_code")
        if asked.get("redirect_uri") != code.redirect_uri:
            return error_answer("bad_redirect_uri")
        del self._codes[asked["code"]]
        grant = replace(code.grant, scope="") if shape == "short_scope" else code.grant
        user: dict[str, object] = {"id": grant.user_id}
        if shape != "no_user_token" and code.grant.scope:
            user |= {"scope": grant.scope, "token_type": "user", **self._pair(grant)}
        document: dict[str, object] = {"ok": True, "app_id": _APP_ID, "authed_user": user, **_owner(grant.place)}
        if grant.bot_scope:
            document |= {
                "scope": grant.bot_scope,
                "token_type": "bot",
                "bot_user_id": "U0EXAMPLEB",
                **self._pair(grant, bot=True),
            }
        return json_answer(document)

    def _renewed(self, refresh_token: str) -> Answer:
        renewal = self._renewals.get(refresh_token)
        if renewal is None or (renewal.used_at is not None and self._clock() > renewal.used_at + self._grace):
            return error_answer("invalid_refresh_token")
        if renewal.used_at is None:
            self._renewals[refresh_token] = replace(renewal, used_at=self._clock())
        grant = renewal.grant
        user = {"id": grant.user_id}
        return json_answer(
            {"ok": True, "app_id": _APP_ID, "token_type": "user", "scope": grant.scope, "authed_user": user}
            | self._pair(grant)
            | _owner(grant.place)
        )

    def _pair(self, grant: Grant, *, bot: bool = False) -> dict[str, object]:
        """
        A new access token with what belongs to it. Without rotation a person's token stays the same.
        """
        prefix = "xoxb" if bot else "xoxp"
        mine = [t for t, i in self._tokens.items() if (i.grant, i.is_bot, i.refusal) == (grant, bot, None)]
        if not self._rotation:
            token = mine[0] if mine else f"{prefix}-{self._secret(prefix)}"
            self._tokens[token] = Issued(grant=grant, is_bot=bot)
            return {"access_token": token}
        for other in mine[: len(mine) + 1 - LIVE_TOKENS]:
            self._end(other, "token_revoked")
        token, refresh_token = f"xoxe.{prefix}-1-{self._secret(prefix)}", f"xoxe-1-{self._secret('refresh')}"
        self._tokens[token] = Issued(grant=grant, is_bot=bot, until=self._clock() + TOKEN_SECONDS)
        if not bot:
            self._renewals[refresh_token] = _Renewal(grant=grant)
        return {"access_token": token, "refresh_token": refresh_token, "expires_in": TOKEN_SECONDS}

    def _end(self, token: str, code: str) -> None:
        if self._tokens[token].refusal is None:
            self._tokens[token] = replace(self._tokens[token], refusal=code)

    def _secret(self, kind: str) -> str:
        self._made += 1
        return hashlib.sha256(f"{self.seed}/{kind}/{self._made}".encode()).hexdigest()[:32]


def refused_file(token: Issued) -> str | None:
    """
    The error code where a good token does not open the analytics files.
    """
    if token.is_bot:
        return "not_allowed_token_type"
    if SCOPE not in _words(token.grant.scope):
        return "missing_scope"
    if token.grant.place.kind == "workspace":
        return "not_an_enterprise"
    return None if token.grant.place.id == ENTERPRISE_ID else "member_analytics_disabled"


def _owner(place: Choice) -> dict[str, object]:
    """
    Whom an installation belongs to; that of an organisation has no team.
    """
    named = {"id": place.id, "name": place.name}
    if place.kind == "organisation":
        return {"team": None, "enterprise": named, "is_enterprise_install": True}
    organisation = {"id": ENTERPRISE_ID, "name": "Example Corp"}
    return {"team": named, "enterprise": organisation, "is_enterprise_install": False}


def _back(asked: Mapping[str, str], told: Mapping[str, str]) -> Answer:
    """
    The redirect to the app, with the state it sent.
    """
    parts = urlsplit(asked["redirect_uri"])
    state = {"state": asked["state"]} if "state" in asked else {}
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *told.items(), *state.items()])
    return Answer(
        status=302, headers=(("Location", urlunsplit(parts._replace(query=query))), ("Cache-Control", "no-store"))
    )


def _words(text: str) -> list[str]:
    return [word for word in text.split(",") if word]
