"""The other verbs of `slackanalytics deploy`: what they show, delete and put, and that boto3 takes every call."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.cloud.quicksight_yaml import loaded
from tests.cloud.scripted import ACCOUNT, Scripted, refused, replayed
from tests.cloud.stack_answers import ABSENT, CFN, GIVEN, RESOURCES, ending, run, stack

from athena_federation.errors import ConfigurationError, SourceError
from slackanalytics.cloud import roster_upload, shipped
from slackanalytics.cloud.calls import checked
from slackanalytics.cloud.deploy import deploy


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("HOME", str(tmp_path))


def test_only_the_buckets_that_go_are_emptied_and_all_are_named_first() -> None:
    calls = ending()
    done = run(calls, "down", given="y\n")
    assert done.exit_code == 0, done.output
    assert "bucket spillbucket is emptied and deleted" in done.output
    assert "bucket rosterbucket is kept" in done.output
    assert {given["Bucket"] for given in calls.parameters("DeleteObjects")} == {"spillbucket"}
    assert all(given["ExpectedBucketOwner"] == ACCOUNT for given in calls.parameters("DeleteObjects"))
    assert calls.parameters("DeleteObjects")[0]["Delete"]["Objects"] == [
        {"Key": "a", "VersionId": "1"},
        {"Key": "b", "VersionId": "2"},
    ]
    assert calls.operations().index("DeleteObjects") < calls.operations().index("DeleteStack")


def test_a_no_deletes_nothing() -> None:
    calls = ending()
    assert run(calls, "down", given="n\n").exit_code == 1
    assert not [name for name in calls.operations() if name.startswith("Delete")]


def test_data_is_deleted_where_that_is_asked_for() -> None:
    calls = ending()
    done = run(calls, "down", "--delete-data", "--yes")
    assert done.exit_code == 0, done.output
    assert {given["Bucket"] for given in calls.parameters("DeleteBucket")} == {"rosterbucket"}


def test_status_shows_what_there_is_and_what_it_tells() -> None:
    calls = Scripted(
        {
            (CFN, "DescribeStacks"): stack(Outputs=[{"OutputKey": "RosterLocation", "OutputValue": "s3://b/roster/"}]),
            (CFN, "ListStackResources"): RESOURCES,
        }
    )
    done = run(calls, "status")
    assert done.exit_code == 0, done.output
    for words in ("CREATE_COMPLETE", "AWS::Lambda::Function", "RosterLocation\ts3://b/roster/"):
        assert words in done.output
    assert run(Scripted({(CFN, "DescribeStacks"): ABSENT}), "status").exit_code == 1


def roster(folder: Path) -> Path:
    path = folder / "people.csv"
    path.write_text(
        'Work Email;Department;Job Title;Cost Center\nada@example.com;"R\\D ""north""";Head;0042\nben@example.com;Sales;"x\ny";7\n',
        encoding="cp1252",
    )
    return path


def test_a_roster_arrives_in_the_one_form_that_athena_reads(tmp_path: Path) -> None:
    calls = Scripted({(CFN, "DescribeStacks"): stack(Outputs=[
        {"OutputKey": "RosterLocation", "OutputValue": "s3://bucket/roster/"}, {"OutputKey": "DataSetId", "OutputValue": "mine"},
    ])})  # fmt: skip
    done = run(calls, "roster", str(roster(tmp_path)), "--refresh")
    assert done.exit_code == 0, done.output
    (put,) = calls.parameters("PutObject")
    assert (put["Bucket"], put["Key"]) == ("bucket", "roster/hr_dataset.csv")
    lines = list(csv.reader(io.StringIO(put["Body"].decode()), strict=True))
    assert lines[0] == list(roster_upload.COLUMNS)
    assert lines[1][:4] == ["ada@example.com", "", 'R\\\\D "north"', ""]
    assert lines[1][6] == "0042"
    assert all("\n" not in cell for line in lines for cell in line)
    assert not put["Body"].startswith(b"\xef\xbb\xbf")
    assert calls.parameters("CreateIngestion")[0]["DataSetId"] == "mine"


def test_a_roster_is_not_put_beside_other_files(tmp_path: Path) -> None:
    calls = Scripted(
        {("s3", "ListObjectsV2"): {"Contents": [{"Key": "roster/old.csv"}, {"Key": "roster/hr_dataset.csv"}]}}
    )
    done = run(calls, "roster", str(roster(tmp_path)), "--to", "s3://bucket/roster/")
    assert "old.csv" in str(done.exception)
    assert "PutObject" not in calls.operations()


def test_an_address_for_embedding_is_asked_for_with_all_its_limits() -> None:
    calls = Scripted(
        {
            ("quicksight", "GenerateEmbedUrlForRegisteredUser"): {"EmbedUrl": "https://embed"},
            (CFN, "DescribeStacks"): stack(),
        }
    )
    done = run(
        calls,
        "embed-url",
        "--user",
        f"arn:aws:quicksight:eu-central-1:{ACCOUNT}:user/default/ada",
        "--domain",
        "https://x.example",
    )
    assert done.output == "https://embed\n"
    (asked,) = calls.parameters("GenerateEmbedUrlForRegisteredUser")
    assert asked["AllowedDomains"] == ["https://x.example"]
    assert asked["ExperienceConfiguration"] == {"Dashboard": {"InitialDashboardId": "slack-adoption-dashboard"}}


def test_templates_are_listed_printed_and_written(tmp_path: Path) -> None:
    assert run(None, "template").output.split() == shipped.names()
    assert run(None, "template", "dashboard").output == shipped.text("dashboard")
    assert run(None, "template", "--output", str(tmp_path / "t")).exit_code == 0
    assert sorted(path.name for path in (tmp_path / "t").iterdir()) == [f"{name}.yaml" for name in shipped.names()]
    assert isinstance(run(None, "template", "nothing").exception, ConfigurationError)


def test_what_a_template_says_about_itself_is_read_as_yaml_reads_it() -> None:
    for name in shipped.names():
        text, tree = shipped.text(name), loaded(shipped.text(name))
        assert shipped.parameters(text) == list(tree.get("Parameters", {}))
        assert shipped.required(text) == [
            key for key, value in tree.get("Parameters", {}).items() if "Default" not in value
        ]
        assert shipped.retained(text) == {
            key for key, value in tree["Resources"].items() if value.get("DeletionPolicy") == "Retain"
        }


@pytest.mark.parametrize("verb", [["up", "dashboard", *GIVEN], ["status"], ["down", "--delete-data"], ["embed-url", "--user", f"arn:aws:quicksight:us-east-1:{ACCOUNT}:user/default/a"]], ids=lambda verb: verb[0])  # fmt: skip
def test_a_rehearsal_needs_no_credentials_and_tells_each_call(verb: list[str]) -> None:
    done = CliRunner().invoke(deploy, [*verb, "--dry-run"])
    assert done.exit_code == 0, (done.output, done.exception)
    assert "sts:GetCallerIdentity" in done.output or "cloudformation:DescribeStacks" in done.output


def test_the_calls_of_a_deployment_are_ones_that_boto3_takes(tmp_path: Path) -> None:
    """Each call that the verbs make, made once more of boto3's own clients, which check it and its name."""
    recorded: list[tuple[str, str, dict[str, Any]]] = []
    for calls, arguments in (
        (Scripted({("s3", "HeadBucket"): refused("404"), (CFN, "DescribeStacks"): [ABSENT, ABSENT, stack()]}), ["up", "dashboard", *GIVEN, "-y"]),
        (ending(), ["down", "--delete-data", "-y"]),
        (Scripted(), ["roster", str(roster(tmp_path)), "--to", "s3://b/r/"]),
        (Scripted({(CFN, "DescribeStacks"): stack()}), ["status"]),
    ):  # fmt: skip
        done = run(calls, *arguments)
        assert done.exit_code == 0, (done.output, done.exception)
        recorded += calls.made
    assert replayed(recorded) == {"sts", "s3", "cloudformation"}


def test_a_wrong_parameter_is_found_before_it_is_sent() -> None:
    with pytest.raises(ConfigurationError, match="DashboardID"):
        checked("quicksight", "DeleteDashboard", {"AwsAccountId": ACCOUNT, "DashboardID": "x"})


def test_a_refusal_is_one_line_with_the_call_and_the_word_of_aws() -> None:
    with pytest.raises(SourceError, match=r"^s3:PutObject was refused \(SlowDown\): a b$"):
        Scripted({("s3", "PutObject"): refused("SlowDown", "a\n  b")})("s3", "PutObject", Bucket="bucket", Key="k")


def test_nothing_secret_is_in_what_is_shipped() -> None:
    for name in shipped.names():
        assert "xox" not in shipped.text(name)
