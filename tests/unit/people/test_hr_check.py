"""The verb `hr check`: counts for people, everything for programs, lists of people only when asked."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from slackanalytics import cli
from slackanalytics.simulator import Served, Simulator, write_roster

TODAY = date(2026, 11, 23)
NEWEST = date(2026, 11, 21)
SINCE = NEWEST - timedelta(days=27)


@pytest.fixture(scope="module")
def simulator() -> Simulator:
    return Simulator(members=200, today=TODAY, rate_limit=None)


@pytest.fixture(scope="module")
def slack(simulator: Simulator) -> Iterator[Served]:
    with simulator.serve() as running:
        yield running


@pytest.fixture
def roster(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, slack: Served,
    simulator: Simulator,
) -> Path:  # fmt: skip
    for name, value in {
        "HOME": str(tmp_path),
        "XDG_CACHE_HOME": str(tmp_path_factory.getbasetemp() / "cache"),
        "SLACKANALYTICS_SLACK_API_URL": slack.url,
        "SLACKANALYTICS_SLACK_TOKEN": slack.token,
        "SLACKANALYTICS_TODAY": TODAY.isoformat(),
        "SLACKANALYTICS_RATE_LIMIT": "off",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    write_roster(simulator.company, TODAY, tmp_path / "HR_2026-11-20.csv")
    return tmp_path / "HR_2026-11-20.csv"


def checked(capfd: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> tuple[str, str]:
    assert cli.run(["hr", "check", *arguments]) == code
    out, err = capfd.readouterr()
    return out, err


def report(capfd: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict[str, Any]:
    return dict(json.loads(checked(capfd, *arguments, "--format", "json", code=code)[0]))


def truth(simulator: Simulator) -> tuple[set[str], set[str], set[str]]:
    """Members, members whom the roster has, and leavers with a billed seat: from what the simulator knows."""
    newest, remembered = NEWEST.toordinal(), (TODAY - timedelta(days=400)).toordinal()
    there = [p for p in simulator.company.people(SINCE, NEWEST) if not p.is_guest]
    known = [p for p in there if p.is_in_roster and p.hired <= TODAY.toordinal() and p.terminated >= remembered]
    billed = {p.user_id for p in known if p.terminated <= newest < p.ends and p.is_billable}
    return {p.user_id for p in there}, {p.user_id for p in known}, billed


def test_the_figures_are_those_that_the_company_knows(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, roster: Path, simulator: Simulator
) -> None:
    monkeypatch.setenv("SLACKANALYTICS_HR_PLUS", "on")
    monkeypatch.setenv("SLACKANALYTICS_HR_DOMAINS", "example.net=example.com")
    members, known, billed = truth(simulator)
    found = report(capfd, str(roster), "--identified")
    assert found["days"] == {"since": SINCE.isoformat(), "newest": NEWEST.isoformat()}
    assert found["match_rate"] == round(len(known) / len(members), 4)
    nobody = {each["user_id"] for each in found["people"]["unmatched"] if each["kind"] == "member"}
    assert nobody == members - known
    assert {each["user_id"] for each in found["people"]["leavers"] if each["billable"]} == billed
    assert found["findings"]["leavers_billable"] == len(billed) > 0
    assert sum(found["matched"]["member"].values()) == len(members)
    assert (found["as_of"], found["age_days"]) == ("2026-11-20", 3)


def test_people_are_counted_and_only_listed_when_asked(capfd: pytest.CaptureFixture[str], roster: Path) -> None:
    out, _ = checked(capfd, str(roster))
    assert "@" not in out
    assert "matched by" in out
    assert "match rate" in out
    assert "@" not in json.dumps({**report(capfd, str(roster)), "suggestions": []})
    out, _ = checked(capfd, str(roster), "--identified")
    assert out.count("@") > 10
    assert "Accounts that are nobody's" in out


def test_the_unmatched_are_written_for_a_spreadsheet(
    capfd: pytest.CaptureFixture[str], roster: Path, tmp_path: Path
) -> None:
    _, err = checked(capfd, str(roster), "--unmatched", "nobody.csv")
    with (tmp_path / "nobody.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert f"note: {len(rows)} accounts written to nobody.csv\n" in err
    assert {row["kind"] for row in rows} == {"member", "guest"}


def test_whoever_lists_people_is_in_the_audit_log_or_sees_none(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, roster: Path, tmp_path: Path
) -> None:
    log = tmp_path / "own" / "audit.ndjson"
    monkeypatch.setenv("SLACKANALYTICS_AUDIT_LOG", str(log))
    checked(capfd, str(roster))
    assert not log.exists()
    checked(capfd, str(roster), "--identified")
    checked(capfd, str(roster), "--unmatched", "nobody.csv")
    entries = [json.loads(line) for line in log.read_text().splitlines()]
    assert [entry["what"] for entry in entries] == [f"hr check of {roster}: lists", f"hr check of {roster}: nobody.csv"]
    assert all(entry["role"] == "identified" and entry["who"] and entry["rows"] for entry in entries)
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SLACKANALYTICS_AUDIT_LOG", str(tmp_path / "file" / "audit.ndjson"))
    assert checked(capfd, str(roster), "--identified", code=1)[0] == ""


def test_the_file_alone_needs_no_slack(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, roster: Path
) -> None:
    monkeypatch.delenv("SLACKANALYTICS_SLACK_TOKEN")
    found = report(capfd, str(roster), "--no-slack")
    assert "match_rate" not in found
    assert found["rows"]["read"] == found["rows"]["accepted"] > 150
    assert "match rate" not in checked(capfd, str(roster), "--source", "none")[0]
    assert checked(capfd, str(roster), "--no-slack", "--unmatched", "x.csv", code=2)[0] == ""


def test_a_low_match_rate_is_said(capfd: pytest.CaptureFixture[str], roster: Path) -> None:
    lines = roster.read_text().splitlines()
    roster.write_text("\n".join(lines[:100]) + "\n")
    out, _ = checked(capfd, str(roster))
    assert "under 95%: departments leave out many, and say little" in out
    assert report(capfd, str(roster))["is_rate_low"] is True


def test_duplicates_are_shown_with_both_lines(capfd: pytest.CaptureFixture[str], roster: Path) -> None:
    lines = roster.read_text().splitlines()
    roster.write_text("\n".join([*lines, lines[3]]) + "\n")
    out, err = checked(capfd, str(roster), code=1)
    assert out.count(lines[3].split(",")[0].strip()) == 2
    assert f"\n{4:>4} │ " in out
    assert f"\n{len(lines) + 1:>4} │ " in out
    assert err.startswith(f"slackanalytics: {roster}: two rows contradict each other; remove")
    found = report(capfd, str(roster), code=1)
    assert [row["line"] for row in found["pairs"][0]["rows"]] == [4, len(lines) + 1]


@pytest.mark.parametrize(
    ("content", "options", "complaint"),
    [
        (None, (), "No such file"),
        ("Name,Dept\nAda,Sales\n", (), "no column looks like the e-mail address; there are: Name, Dept"),
        ("Mail,Hired\na@x.y,03/04/2024\n", (), "SLACKANALYTICS_HR_DATES=dmy or =mdy"),
        ("Mail\na@x.y\n", ("--column", "department=Team"), "there is no column 'Team' to be department"),
    ],
)
def test_what_cannot_be_read_is_one_line_and_code_1(
    capfd: pytest.CaptureFixture[str], roster: Path, content: str | None, options: tuple[str, ...], complaint: str
) -> None:
    path = roster.parent / "odd.csv"
    if content:
        path.write_text(content)
    out, err = checked(capfd, str(path), "--no-slack", *options, code=1)
    assert (out, err.count("\n")) == ("", 1)
    assert complaint in err


def test_what_the_file_does_not_tell_can_be_said(capfd: pytest.CaptureFixture[str], roster: Path) -> None:
    path = roster.parent / "odd.csv"
    path.write_text(
        "Kontakt,Team,Hired,Pay\na@x.y,SALES,03/04/2024,1\nb@x.y,Sales,,2\ne@x.y,Sales,,\nc@x.y,,,\nd,Sales,,\n"
    )
    out, _ = checked(
        capfd,
        str(path),
        "--no-slack",
        "--column",
        "employee_email=kontakt",
        "--column",
        "department=Team",
        "--dates",
        "dmy",
    )
    for text in (
        "5 read, 1 rejected; 4 people", "employee_email from 'Kontakt'", "not kept    Pay", "Hired: day first",
        "department 'Sales', also written 'SALES' (1 row)", "1 row without a department", "6 │ the e-mail address has no @",
    ):  # fmt: skip
        assert text in out
    assert cli.run(["hr", "check", str(path), "--column", "nonsense"]) == 2


def test_an_old_file_is_called_old(capfd: pytest.CaptureFixture[str], roster: Path) -> None:
    assert "that is old" not in checked(capfd, str(roster), "--no-slack")[0]
    old = roster.rename(roster.with_name("HR_2026-09-30.csv"))
    assert "54 days old\n            that is old: who joined" in checked(capfd, str(old), "--no-slack")[0]


def test_without_a_published_day_there_is_nothing_to_compare(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, roster: Path
) -> None:
    faults = {(TODAY - timedelta(days=n)).isoformat(): "file_not_yet_available" for n in range(12)}
    with Simulator(members=5, today=TODAY, rate_limit=None, faults=faults).serve() as empty:
        monkeypatch.setenv("SLACKANALYTICS_SLACK_API_URL", empty.url)
        monkeypatch.setenv("SLACKANALYTICS_CACHE_DIR", "off")
        _, err = checked(capfd, str(roster), code=1)
    assert "Slack has published no day since 2026-11-13; --no-slack looks at the file alone" in err
