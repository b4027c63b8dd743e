"""`slackanalytics serve` as a command: what it prints, what it refuses, how it ends."""

from __future__ import annotations

import http.client
import json
import re
import signal
import socket
from contextlib import closing

from click.testing import CliRunner
from tests.e2e.command import Desk

from slackanalytics.cli import slackanalytics
from slackanalytics.web.access import Passphrase


def test_it_prints_one_address_and_ends_at_once_when_it_is_told_to(desk: Desk) -> None:
    with desk.started("serve", "--source", "demo", "--port", "0") as process:
        assert process.stdout is not None
        address, key = process.stdout.readline().decode().strip().split("/sign-in#key=")
        with closing(http.client.HTTPConnection(address.removeprefix("http://"), timeout=20)) as connection:
            connection.request("GET", "/healthz", headers={"X-Canary": "canary"})
            assert json.loads(connection.getresponse().read())["application"] == "slackanalytics"
            connection.request("GET", "/slack/oauth_redirect?code=canary-code&state=canary-state")
            assert connection.getresponse().status == 303
        process.send_signal(signal.SIGTERM)
        out, told = process.communicate(timeout=20)
    assert out == b""
    assert process.returncode == 128 + signal.SIGTERM
    assert re.search(rb"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ INFO GET /slack/oauth_redirect 303 ", told, re.MULTILINE)
    assert b"canary" not in told
    assert key.encode() not in told
    assert b"Traceback" not in told


def test_a_port_that_is_taken_is_said_in_one_line(desk: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        complaint = desk.run("serve", "--port", str(taken.getsockname()[1])).complaint
    assert "--port" in complaint


def test_the_network_is_served_over_tls_or_not_at_all(desk: Desk) -> None:
    assert "SLACKANALYTICS_PUBLIC_URL" in desk.run("serve", "--host", "0.0.0.0", "--port", "0").complaint
    plain = desk.run("serve", "--port", "0", SLACKANALYTICS_PUBLIC_URL="http://analytics.example.com")
    assert "https://" in plain.complaint


def test_a_passphrase_in_place_of_its_hash_is_refused_and_not_repeated(desk: Desk) -> None:
    complaint = desk.run("serve", "--port", "0", SLACKANALYTICS_ADMIN_PASSPHRASE="canary-passphrase").complaint
    assert "--new-passphrase" in complaint
    assert "canary" not in complaint


def test_a_new_passphrase_is_asked_for_and_only_its_hash_printed() -> None:
    phrase = "correct horse battery staple"
    done = CliRunner().invoke(slackanalytics, ["serve", "--new-passphrase"], input=f"{phrase}\n{phrase}\n")
    assert done.exit_code == 0
    assert phrase not in done.output
    assert Passphrase(done.stdout.strip().splitlines()[-1]).accepts(phrase)
