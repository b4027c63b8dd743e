"""The Slack app that asks for the access, as Slack creates it from a manifest."""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import urlencode

from slackanalytics.grants import SCOPE

BOT_SCOPE = "users:read"
"""The one minimal bot scope without which an organisation cannot install an app; nothing is done with it."""


def manifest(redirect_uris: Sequence[str]) -> dict[str, object]:
    """The Slack app as Slack reads it: https://docs.slack.dev/reference/app-manifest."""
    return {
        "display_information": {
            "name": "Slack Analytics for SQL",
            "description": "Reads the organisation's member analytics, one file a day, to be asked in SQL.",
            "background_color": "#1d3557",
        },
        "features": {"bot_user": {"display_name": "Slack Analytics for SQL", "always_online": False}},
        "oauth_config": {
            "redirect_urls": list(redirect_uris),
            "scopes": {"user": [SCOPE], "bot": [BOT_SCOPE]},
        },
        "settings": {
            "org_deploy_enabled": True,
            "socket_mode_enabled": False,
            "token_rotation_enabled": False,
        },
    }


def manifest_url(redirect_uris: Sequence[str]) -> str:
    """Where a browser creates the Slack app in one click: https://docs.slack.dev/app-manifests/configuring-apps-with-app-manifests."""
    document = json.dumps(manifest(redirect_uris), separators=(",", ":"))
    return f"https://api.slack.com/apps?{urlencode({'new_app': '1', 'manifest_json': document})}"
