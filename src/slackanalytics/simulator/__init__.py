"""
Slack as far as we use it, for a made-up company, from a seed; a real HTTP server on this machine.

    with Simulator(today=date(2026, 11, 23)).serve() as server:
        server.url    # http://127.0.0.1:PORT/api, in place of https://slack.com/api
        server.token  # the token it accepts
    server.client # ID and secret of the app that it grants access to, on a page for a browser

Written from Slack's documentation and independent of our client: it stands on the standard library alone.
"""

from __future__ import annotations

from slackanalytics.simulator.answers import ERROR_CODES, Call
from slackanalytics.simulator.authorizations import DEMO_CLIENT_ID, DEMO_CLIENT_SECRET
from slackanalytics.simulator.company import DEPARTMENTS, Company, Person
from slackanalytics.simulator.faults import FAULT_KINDS, parse_option
from slackanalytics.simulator.roster import write_roster
from slackanalytics.simulator.server import Served
from slackanalytics.simulator.slack import DEMO_TOKEN, Simulator

__all__ = [
    "DEMO_CLIENT_ID",
    "DEMO_CLIENT_SECRET",
    "DEMO_TOKEN",
    "DEPARTMENTS",
    "ERROR_CODES",
    "FAULT_KINDS",
    "Call",
    "Company",
    "Person",
    "Served",
    "Simulator",
    "parse_option",
    "write_roster",
]
