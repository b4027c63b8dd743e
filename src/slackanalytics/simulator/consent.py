"""
Slack's consent page as far as a person meets it: which organisation, what is asked for, allow or cancel.

See https://docs.slack.dev/authentication/installing-with-oauth. The page says that it is simulated.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from slackanalytics.simulator.answers import Answer

_STYLE = """
:root{color-scheme:light dark;--ink:#1d1c1d;--soft:#5c5a5e;--page:#f6f3f6;--card:#fff;--line:#d9d3da;--act:#4a154b;--on:#fff}
@media(prefers-color-scheme:dark){:root{--ink:#f1edf2;--soft:#b9b2bb;--page:#19171a;--card:#242127;--line:#48424c;--act:#d9b3e0;--on:#19171a}}
*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
.told{margin:0;padding:.5rem 1rem;text-align:center;font-size:.875rem;color:var(--soft);border-bottom:1px solid var(--line)}
main{max-width:34rem;margin:2rem auto;padding:0 1rem}
section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1.5rem}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 1rem}h2,legend{font-size:1rem;font-weight:600;margin:1.25rem 0 .5rem;padding:0}
input{accent-color:var(--act)}
fieldset{border:0;margin:0;padding:0}
label{display:flex;gap:.75rem;align-items:baseline;padding:.75rem;border:1px solid var(--line);border-radius:8px;margin:.5rem 0;cursor:pointer}
label:has(:checked){border-color:var(--act);box-shadow:inset 0 0 0 1px var(--act)}
small{display:block;color:var(--soft);font-size:.875rem}ul{margin:.25rem 0;padding-left:1.25rem}code{font-size:.9em}
p.buttons{display:flex;gap:.75rem;justify-content:flex-end;margin:1.5rem 0 0}
button{font:inherit;font-weight:600;padding:.6rem 1.5rem;border-radius:8px;border:1px solid var(--line);background:none;color:inherit;cursor:pointer}
button.allow{background:var(--act);border-color:var(--act);color:var(--on)}
:focus-visible{outline:3px solid var(--act);outline-offset:2px}
"""

_MEANINGS = {
    "admin.analytics:read": "Read the organisation's analytics: what each member did, day by day",
    "users:read": "See who is in the workspace",
}
_ERRORS = {
    "invalid_client_id": "There is no app of this client ID.",
    "bad_redirect_uri": "The redirect URL is not one that is registered for the app.",
    "invalid_scope": "The app asks for a scope that does not exist, or for none.",
    "no_bot_scopes_requested": "An organisation can install an app only if it asks for a bot scope.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """
    What an app can be installed on.
    """

    id: str
    name: str
    kind: str
    """``organisation`` or ``workspace``."""


def consent_page(app: str, scopes: Sequence[str], choices: Sequence[Choice], asked: Mapping[str, str]) -> Answer:
    """
    The page that asks. ``asked`` is what the app sent, which comes back with the decision.
    """
    hidden = "".join(
        f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
        for name, value in asked.items()
    )
    radios = "".join(
        f'<label><input type="radio" name="install_on" value="{choice.id}"{" checked" if number == 0 else ""}>'
        f"<span>{html.escape(choice.name)}<small>{choice.kind} {choice.id}</small></span></label>"
        for number, choice in enumerate(choices)
    )
    wishes = "".join(
        f"<li>{html.escape(_MEANINGS.get(scope, 'More'))} <code>{html.escape(scope)}</code></li>" for scope in scopes
    )
    return _page(
        f"{app} is requesting permission to access Slack",
        f'<form method="post" action="/oauth/v2/authorize">{hidden}'
        f"<fieldset><legend>Install on</legend>{radios}</fieldset>"
        f"<h2>The app will be able to</h2><ul>{wishes}</ul>"
        '<p class="buttons"><button name="decision" value="cancel">Cancel</button>'
        '<button class="allow" name="decision" value="allow">Allow</button></p></form>',
        status=200,
    )


def error_page(code: str) -> Answer:
    """
    The page for what cannot be asked, which leads nowhere.
    """
    text = f"<p>{html.escape(_ERRORS.get(code, 'Something went wrong.'))}</p><p>Error: <code>{html.escape(code)}</code></p>"
    return _page("Something went wrong when authorizing this app", text, status=400)


def _page(title: str, body: str, *, status: int) -> Answer:
    text = (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<title>{html.escape(title)}</title><link rel="icon" href="data:,"><style>{_STYLE}</style></head>'
        '<body><p class="told">A simulated Slack on this machine. Nothing here reaches slack.com.</p>'
        f"<main><section><h1>{html.escape(title)}</h1>{body}</section></main></body></html>\n"
    )
    headers = (
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'"),
        ("Cache-Control", "no-store"),
        ("Referrer-Policy", "no-referrer"),
    )
    return Answer(status=status, headers=headers, body=text.encode())
