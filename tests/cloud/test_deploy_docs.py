"""The pages about AWS are true: every command in them is one that there is, and is rehearsed here."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click
import pytest
from tests.bench import lambda_costs
from tests.cloud.athena_stub import Answer, Athena, served
from tests.docs.blocks import blocks
from tests.house.source import ROOT

import slackanalytics
from slackanalytics import cli
from slackanalytics.cloud import quicksight_fields
from slackanalytics.simulator import Simulator, write_roster

PAGES = [
    ROOT / "docs" / name
    for name in (
        "how-to/deploy.md", "how-to/operate.md", "how-to/migrate-from-the-java-sample.md", "explanation/aws-security.md",
    )
]  # fmt: skip
TODAY = date(2026, 11, 25)


def commands(page: Path) -> list[str]:
    """The commands of a page's shell blocks."""
    lines = [line for block in blocks(page) if block.language == "sh" for line in block.text.splitlines()]
    return [line for line in lines if line.startswith("slackanalytics ")]


def mentioned(page: Path) -> list[str]:
    """The commands that its sentences name."""
    return re.findall(r"`(slackanalytics [^`]+)`", page.read_text(encoding="utf-8"))


EVERY = [(page.name, command) for page in PAGES for command in commands(page)]
NAMED = sorted({(page.name, command) for page in PAGES for command in mentioned(page)})


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader's folder with a roster, without credentials."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "AWS_REGION": "eu-central-1", "AWS_CONFIG_FILE": str(tmp_path / "none"), "HOME": str(tmp_path),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"), "AWS_EC2_METADATA_DISABLED": "true",
        "SLACKANALYTICS_TODAY": TODAY.isoformat(),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    simulator = Simulator(members=50, today=TODAY)
    write_roster(simulator.company, TODAY, tmp_path / "HR_dataset.csv")


@pytest.fixture
def athena(monkeypatch: pytest.MonkeyPatch) -> Iterator[Athena]:
    class Anything(dict[str, Answer]):
        def __missing__(self, _sql: str) -> Answer:
            return Answer(columns=[("n", "bigint")], rows=[("1",)])

    with served(Anything()) as running:
        monkeypatch.setenv("AWS_ENDPOINT_URL_ATHENA", running.url)
        yield running


def test_there_are_commands_to_try() -> None:
    assert len(EVERY) >= 15
    assert {name for name, _ in EVERY} >= {"deploy.md", "operate.md", "migrate-from-the-java-sample.md"}


@pytest.mark.parametrize(("page", "command"), EVERY)
def test_each_command_of_a_page_is_rehearsed(
    page: str, command: str, athena: Athena, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = shlex.split(command)[1:]
    match words:
        case ["deploy", "package", *_] | ["serve", *_]:
            resolved(command)
        case ["deploy", *_]:
            rehearsed = [*words, *(["--dry-run"] if "--dry-run" not in words else [])]
            assert cli.run(rehearsed) == 0, capfd.readouterr().err
            assert (
                "--output" in words
                or "sts:GetCallerIdentity" in (out := capfd.readouterr().out)
                or "cloudformation:DescribeStacks" in out
            )
        case ["query", *_]:
            with slackanalytics.connect(source="demo") as database:
                database.explain(words[-1])
            monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
            monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
            assert cli.run(words) == 0, capfd.readouterr().err
            assert athena.asked[0][1]["QueryString"] == words[-1]
        case ["doctor", "--aws"]:
            assert cli.run(words) == 1
            assert "credentials" in capfd.readouterr().out
        case _:
            pytest.fail(f"how is {command} rehearsed?")


@pytest.mark.parametrize(("page", "command"), NAMED)
def test_each_command_that_a_sentence_names_is_one_that_there_is(page: str, command: str) -> None:
    resolved(command)


def resolved(command: str) -> None:
    """Fails where a verb or an option of a command is not there."""
    group: click.Command = cli.slackanalytics
    words = shlex.split(re.sub(r"[<|].*", "", command))[1:]
    while words and isinstance(group, click.Group):
        assert words[0] in group.commands, command
        group = group.commands[words.pop(0)]
    options = {name for parameter in group.params for name in parameter.opts}
    assert {word for word in words if word.startswith("-") and word != "-"} <= options, command


def test_the_table_of_costs_is_what_the_script_computes() -> None:
    text = (ROOT / "docs" / "how-to" / "deploy.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- costs: .* -->\n\n(.*)\n<!-- end of costs -->", text, re.DOTALL)
    assert found
    assert found[1] == lambda_costs.table()


def test_a_larger_organisation_costs_more_and_a_kept_day_less_than_a_new_one() -> None:
    months = [sum(lambda_costs.month(measured).values()) for measured in lambda_costs.MEASURED.values()]
    assert months == sorted(months)
    assert all(measured.kept < measured.fetched for measured in lambda_costs.MEASURED.values())
    assert lambda_costs.query(lambda_costs.MEASURED[1_000], 1) > 10 / 1e6 * lambda_costs.PRICES["TB scanned by Athena"]


def test_the_calculated_fields_are_told_as_they_are() -> None:
    text = (ROOT / "docs" / "how-to" / "deploy.md").read_text(encoding="utf-8").replace(" ", "")
    for name in ("active", "provisioned"):
        assert f"`{name}`=`{quicksight_fields.MEASURES[name].replace(' ', '')}`" in text
