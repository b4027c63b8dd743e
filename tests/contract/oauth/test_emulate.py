"""Our side of OAuth against a Slack that others wrote: https://github.com/vercel-labs/emulate, the npm package of its 0.8.0 line.

It knows workspaces only, and neither rotation nor revocation; what it has is asked here. Needs Node.js; the package is
installed once, outside the repository.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from tests.contract.oauth.administrator import opened

from slackanalytics.grants import SCOPE
from slackanalytics.oauth import (
    BOT_SCOPE,
    CodeRefused,
    Conversation,
    CredentialsRefused,
    NotOrgInstall,
    StateReplayed,
)
from slackanalytics.settings import Settings
from slackanalytics.slack_api import basic, post
from slackanalytics.token_stores import Memory, grant

VERSION = "0.8.0"
INTEGRITY = "sha512-UMbzvyrSgBVpWciS/I6/XbvsG6CAabKeSctweC328yaMcw5cT86ms50lOjcEWUcGPiXZTefxL4UY2s6tZR8IXA=="
"""Of the package. Its name belongs to another project from 1.0 on, hence the exact version."""
BACK = "http://localhost:8765/slack/oauth_redirect"
CLIENT = ("111.222", "a-secret")
SEED = {
    "slack": {
        "team": {"name": "Emulated", "domain": "emulated"},
        "users": [{"name": "ada", "real_name": "Ada", "email": "ada@example.com"}],
        "oauth_apps": [
            {
                "client_id": CLIENT[0],
                "client_secret": CLIENT[1],
                "name": "Ours",
                "redirect_uris": [BACK],
                "scopes": [BOT_SCOPE],
                "user_scopes": [SCOPE],
            }
        ],
    }
}


@pytest.fixture(scope="module")
def program() -> Path:
    """The installed package's entry."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:  # a contributor without Node.js: CI installs it
        pytest.skip("Node.js and npm are needed for the independent Slack")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "slackanalytics-tests"
    folder = cache / f"emulate-{VERSION}"
    entry = folder / "node_modules" / "emulate" / "dist" / "index.js"
    if not entry.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as made:
            (Path(made) / "package.json").write_text('{"private": true}')
            options = ("--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=0", "--fetch-timeout=20000")
            done = subprocess.run(
                [npm, "install", *options, f"emulate@{VERSION}"],
                cwd=made, capture_output=True, text=True, timeout=100, check=False,
            )  # fmt: skip
            if done.returncode:  # a machine without npm's registry says nothing about our client
                pytest.skip(f"npm cannot install emulate {VERSION} here: {done.stderr.strip()[-200:]}")
            if not folder.exists():
                shutil.copytree(made, folder)
    lock = json.loads((folder / "package-lock.json").read_text())
    assert lock["packages"]["node_modules/emulate"]["integrity"] == INTEGRITY
    return entry


@pytest.fixture(scope="module")
def api(program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The Web API of a running one."""
    seed = tmp_path_factory.mktemp("emulate") / "seed.json"
    seed.write_text(json.dumps(SEED))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = ["node", str(program), "start", "--service", "slack", "--port", str(port), "--seed", str(seed)]
    with subprocess.Popen(command, cwd=seed.parent, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        try:
            for _ in range(300):
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    assert process.poll() is None, process.stdout and process.stdout.read()
                    time.sleep(0.1)
            yield f"http://127.0.0.1:{port}/api"
        finally:
            process.kill()


@dataclass
class Office:
    """Our side."""

    api: str
    installation: str = "workspace"
    secret: str = CLIENT[1]

    def __post_init__(self) -> None:
        settings = Settings(
            slack_api_url=self.api, client_id=CLIENT[0], client_secret=self.secret, installation=self.installation
        )
        self.store = Memory()
        self.conversation = Conversation(settings, self.store)

    def brought(self) -> dict[str, str]:
        """What the browser brings back once somebody has signed in at their page."""
        page = opened(self.conversation.begin(BACK, browser="mine").authorize_url)
        assert page.status == 200, page.text
        back = opened(self.api.removesuffix("/api") + "/oauth/v2/authorize/callback", page.fields)
        assert back.headers["location"].startswith(BACK + "?")
        return dict(parse_qsl(urlsplit(back.headers["location"]).query))


def test_the_whole_conversation(api: str) -> None:
    here = Office(api)
    connected = here.conversation.complete(**here.brought(), browser="mine", redirect_uri=BACK)
    known = connected.connection
    assert (known.organisation, known.scope, known.rotates) == ("Emulated", SCOPE, False)
    assert (known.organisation_id or "").startswith("T")
    assert here.conversation.test() == known
    held = grant(here.store)
    assert held
    assert post(f"{api}/auth.test", {}, f"Bearer {held.access_token}").text("user_id") == known.user_id


def test_a_workspace_is_not_an_organisation_there_either(api: str) -> None:
    here = Office(api, installation="organisation")
    with pytest.raises(NotOrgInstall):
        here.conversation.complete(**here.brought(), browser="mine", redirect_uri=BACK)
    assert here.store.read("token") is None


def test_a_code_is_good_once(api: str) -> None:
    here = Office(api)
    first = here.brought()
    here.conversation.complete(**first, browser="mine", redirect_uri=BACK)
    with pytest.raises(StateReplayed):
        here.conversation.complete(**first, browser="mine", redirect_uri=BACK)
    second = here.brought()
    with pytest.raises(CodeRefused):
        here.conversation.complete(state=second["state"], code=first["code"], browser="mine", redirect_uri=BACK)


def test_the_apps_secret_is_checked(api: str) -> None:
    here = Office(api, secret="another")
    with pytest.raises(CredentialsRefused):
        here.conversation.complete(**here.brought(), browser="mine", redirect_uri=BACK)


def test_the_redirect_is_compared(api: str) -> None:
    here = Office(api)
    form = {"code": here.brought()["code"], "redirect_uri": BACK + "/other"}
    said = post(f"{api}/oauth.v2.access", form, basic(*CLIENT))
    assert said.error == "bad_redirect_uri"
    page = opened(here.conversation.begin("http://localhost:1/", browser="mine").authorize_url)
    assert (page.status, "location" in page.headers) == (400, False)
