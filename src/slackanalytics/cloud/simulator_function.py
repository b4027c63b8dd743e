"""The simulated Slack as a function in AWS, behind an HTTP API (payload 2.0). Its handler is `handler`.

So that all of it can be tried in AWS without Slack's Enterprise plan. Instances of a function share no memory, hence
codes and tokens say themselves what was granted. Only the standard library is needed.

SIMULATOR_MEMBERS is the size of the company (1,000), SLACKANALYTICS_TODAY a fixed day.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import time
from collections.abc import Mapping
from datetime import date
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl

from slackanalytics.simulator.answers import Answer, Request, error_answer
from slackanalytics.simulator.authorizations import (
    CHOICES,
    CODE_SECONDS,
    DEMO_CLIENT_ID,
    DEMO_CLIENT_SECRET,
    Authorizations,
    Code,
    Grant,
    Issued,
)
from slackanalytics.simulator.consent import Choice
from slackanalytics.simulator.server import CONSENT, read_basic, read_body
from slackanalytics.simulator.slack import Simulator, utc_today

MEMBERS = 1_000
MOST_MEMBERS = 75_000
"""A day of so many is 4 MB of gzip. A function answers 6 MB at most, and binary bodies grow by a third on their way:
https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html."""
LONGEST_BODY = 6_000_000
"""Bytes of an encoded body that are certain to pass."""


class PortableAuthorizations(Authorizations):
    """
    Codes and tokens that carry what was granted. What was used or revoked is known to its own instance only.
    """

    def __init__(self, *, user_id: str, seed: int) -> None:
        super().__init__(
            seed=seed,
            client=(DEMO_CLIENT_ID, DEMO_CLIENT_SECRET),
            user_id=user_id,
            redirect_uris=None,
            rotation=False,
            grace=0.0,
            clock=time.time,  # another instance's clock has to mean the same
        )
        self._spent: set[str] = set()

    def code(self, asked: Mapping[str, str], place: Choice = CHOICES[0]) -> str:
        made = self._codes.pop(super().code(asked, place))
        return signed("code", [*granted(made.grant), made.redirect_uri, self._clock() + CODE_SECONDS])

    def issued(self, token: str) -> Issued | None:
        kind, _, text = token.partition("-")
        found = read(kind, text) if kind in ("xoxp", "xoxb") else None
        if found:
            with self._lock:
                self._tokens.setdefault(token, Issued(grant=grant(found), is_bot=kind == "xoxb"))
        return super().issued(token)

    def _exchanged(self, asked: Mapping[str, str], shape: str) -> Answer:
        text = asked.get("code", "")
        found = read("code", text)
        if found and text not in self._spent:
            self._spent.add(text)
            self._codes[text] = Code(grant=grant(found), redirect_uri=found[-2], until=found[-1])
        return super()._exchanged(asked, shape)

    def _pair(self, grant: Grant, *, bot: bool = False) -> dict[str, object]:
        kind = "xoxb" if bot else "xoxp"
        token = f"{kind}-{signed(kind, granted(grant))}"
        self._tokens[token] = Issued(grant=grant, is_bot=bot)
        return {"access_token": token}


def granted(grant: Grant) -> list[Any]:
    return [grant.place.id, grant.user_id, grant.scope, grant.bot_scope]


def grant(found: list[Any]) -> Grant:
    place = next(choice for choice in CHOICES if choice.id == found[0])
    return Grant(place=place, user_id=found[1], scope=found[2], bot_scope=found[3])


def signed(kind: str, content: list[Any]) -> str:
    """A text that says what it is good for. Its key is no secret, and neither are the figures of a made-up company."""
    body = base64.urlsafe_b64encode(json.dumps(content, separators=(",", ":")).encode()).decode().rstrip("=")
    return f"{body}.{signature(kind, body)}"


def read(kind: str, text: str) -> list[Any] | None:
    """What a text of ours says; None for any other."""
    body, _, mark = text.rpartition(".")
    if not hmac.compare_digest(mark.encode(), signature(kind, body).encode()):
        return None
    content: list[Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return content


def signature(kind: str, body: str) -> str:
    return hmac.new(DEMO_CLIENT_SECRET.encode(), f"{kind}.{body}".encode(), hashlib.sha256).hexdigest()[:32]


class SimulatorFunction:
    """
    The simulator behind Lambda's calling convention. Raises ValueError for a company that a function cannot serve.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        text, day = environment.get("SIMULATOR_MEMBERS") or str(MEMBERS), environment.get("SLACKANALYTICS_TODAY")
        if not text.isascii() or not text.isdigit() or not 0 < int(text) <= MOST_MEMBERS:
            raise ValueError(
                f"SIMULATOR_MEMBERS must be 1 to {MOST_MEMBERS}, not {text[:20]!r}: the file of a larger company is more"
                " than the 6 MB that a function may answer; slackanalytics simulate serves it on a machine"
            )
        self._simulator = Simulator(members=int(text), today=date.fromisoformat(day) if day else utc_today)
        whose = self._simulator.authorizations
        self._simulator.authorizations = PortableAuthorizations(user_id=whose.user_id, seed=whose.seed)

    def __call__(self, event: Mapping[str, Any], _context: object) -> dict[str, Any]:
        """An HTTP API's request, answered: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html."""
        request = request_of(event)
        if request is None:
            return {"statusCode": 404, "headers": {"content-type": "text/plain"}, "body": "There is no such page.\n"}
        return response_of(self._simulator.answer(request))


def request_of(event: Mapping[str, Any]) -> Request | None:
    """The call that an event holds; None for a path that Slack has not."""
    path = str(event.get("rawPath", "")).strip("/")
    area, _, method = path.partition("/")
    if path == CONSENT:
        method = CONSENT
    elif area != "api":
        return None
    context, headers = event["requestContext"], Message()
    for name, value in event.get("headers", {}).items():
        headers[name] = value
    verb = str(context["http"]["method"])
    arguments = dict(parse_qsl(event.get("rawQueryString", ""), keep_blank_values=True))
    token = complaint = None
    if verb == "POST" and (body := event.get("body")):
        fields, complaint = read_body(
            headers, base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
        )
        arguments |= fields
        token = arguments.pop("token", None)
    scheme, _, shown = headers.get("Authorization", "").partition(" ")
    return Request(
        method=method,
        arguments=arguments,
        token=shown.strip() if scheme.lower() == "bearer" else token,
        origin=f"https://{context.get('domainName', 'localhost')}",
        complaint=complaint,
        verb=verb,
        basic=read_basic(shown) if scheme.lower() == "basic" else None,
    )


def response_of(answer: Answer) -> dict[str, Any]:
    """The answer as an HTTP API wants it."""
    body = answer.body if isinstance(answer.body, bytes) else b"".join(answer.body)
    encoded = base64.b64encode(body).decode()
    if len(encoded) > LONGEST_BODY:
        return response_of(error_answer("fatal_error"))
    return {"statusCode": answer.status, "headers": dict(answer.headers), "body": encoded, "isBase64Encoded": True}


handler = SimulatorFunction(os.environ)
