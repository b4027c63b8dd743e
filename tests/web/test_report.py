"""`slackanalytics report` and `embed-link`: one file that needs nothing else, a link that can be read, and early refusals."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.web import company

from slackanalytics import cli, report_verb
from slackanalytics.web.embedding import Links, Shown

KEY = "k" * 40
ORIGIN = "https://intranet.example.com"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("CACHE_DIR", "DATA_DIR", "AUDIT_LOG"):
        monkeypatch.setenv(f"SLACKANALYTICS_{name}", str(tmp_path / name.lower()))
    return tmp_path


def complaint(capfd: pytest.CaptureFixture[str], *words: str) -> str:
    assert cli.run(list(words)) != 0
    out, err = capfd.readouterr()
    assert out == ""
    return err


def test_a_report_is_one_file_that_needs_no_other(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_verb, "everything", lambda *_args: company.adoption())
    assert cli.run(["report", "-o", "a.html", "--department", "Sales", "--since", "2026-10-05", "--until", "2026-11-01"]) == 0  # fmt: skip
    assert [path.name for path in here.iterdir() if path.is_file()] == ["a.html"]
    text = (here / "a.html").read_text("utf-8")
    assert "Mon 5 Oct 2026 to Sun 1 Nov 2026: Sales." in text
    assert text.count("<svg") > 8
    assert re.findall(r"""(?:src|href)=["'](?!#|data:)""", text) == []
    assert re.findall(r"""url\((?!["']?(?:#|data:))""", text) == []
    assert "@example.com" not in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-o", "a.doc"), "--output a.doc: the name must end in .html or .pdf"),
        (("-o", "nowhere/a.html"), "--output nowhere/a.html: there is no folder nowhere"),
        (("--since", "2026-11-10", "--until", "2026-11-01"), "--since 2026-11-10 is after --until 2026-11-01"),
        (("--department", "Marketting"), "the roster has no such department; did you mean Marketing?"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_a_day_is_read(words: tuple[str, ...], said: str, here: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    from slackanalytics.adoption import Adoption

    monkeypatch.setattr(Adoption, "read", lambda *_args, **_kinds: pytest.fail("days are read"))
    assert said in complaint(capfd, "report", "--source", "demo", *words)
    assert not list(here.glob("*.html"))


def test_a_link_from_the_terminal_shows_what_was_asked_for(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "a link needs SLACKANALYTICS_EMBED_KEY" in complaint(capfd, "embed-link")
    for name, value in (("EMBED_KEY", KEY), ("EMBED_ORIGINS", ORIGIN), ("PUBLIC_URL", "https://slack.example.com")):
        monkeypatch.setenv(f"SLACKANALYTICS_{name}", value)
    assert cli.run(["embed-link", "--page", "seats", "--department", "Sales", "--days", "7"]) == 0
    link = urlsplit(capfd.readouterr().out.strip())
    given = {name: values[0] for name, values in parse_qs(link.query).items()}
    assert link.path == "/embed/adoption"
    found = Links(KEY, (ORIGIN,)).read(given["shown"], given["signature"], now=datetime.now(UTC))
    assert found == Shown("seats", departments=("Sales",))
    err = complaint(capfd, "embed-link", "--since", "2026-11-10", "--until", "2026-11-01")
    assert "--since 2026-11-10 is after --until 2026-11-01" in err
