"""`slackanalytics deploy up` and `smoke`: planned before anything is done, followed while it is done, explained where it fails."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from tests.cloud.scripted import ACCOUNT, Scripted, refused
from tests.cloud.stack_answers import (
    ABSENT,
    ARN,
    CFN,
    GIVEN,
    INNER,
    NOW,
    OWNER,
    PACE,
    change,
    event,
    packages,
    run,
    stack,
)

from athena_federation.errors import ConfigurationError
from slackanalytics.cloud import contents, deploy_shown, deploy_smoke, deployment, shipped, stacks


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("HOME", str(tmp_path))


def test_the_plan_is_shown_and_nothing_done_where_the_answer_is_no() -> None:
    changes = [
        change("Add", "RosterBucket"),
        change("Modify", "QuickSightRole", "AWS::IAM::Role", Replacement="True", Details=[{"Target": {"Name": "RoleName"}}]),
        change("Modify", "Inner", stacks.STACK, ChangeSetId="arn:aws:cloudformation:eu-central-1:1:changeSet/inner/9"),
    ]  # fmt: skip
    inner = {"Status": "CREATE_COMPLETE", "Changes": [change("Remove", "Key", "AWS::KMS::Key")]}
    calls = Scripted(
        {
            (CFN, "DescribeStacks"): ABSENT,
            (CFN, "DescribeChangeSet"): lambda given: inner if "inner" in given["ChangeSetName"] else {"Status": "CREATE_COMPLETE", "Changes": changes},
        }
    )  # fmt: skip
    done = run(calls, "up", "dashboard", *GIVEN, given="n\n")
    assert done.exit_code == 1
    for words in (
        "RosterBucket",
        "AWS::IAM::Role",
        "RoleName",
        "replace",
        "slackanalytics / Inner",
        "1 to delete",
        "Do this?",
    ):
        assert words in done.output, done.output
    assert "ExecuteChangeSet" not in calls.operations()
    assert calls.operations(CFN)[-2:] == ["DeleteChangeSet", "DeleteStack"]


def test_a_deployment_goes_from_code_to_outputs() -> None:
    calls = Scripted(
        {
            ("s3", "HeadBucket"): refused("404"),
            (CFN, "DescribeStacks"): [ABSENT, ABSENT, stack(), stack(Outputs=[{"OutputKey": "DashboardId", "OutputValue": "d"}])],
            (CFN, "DescribeChangeSet"): {"Status": "CREATE_COMPLETE", "Changes": [change("Add", "RosterBucket")]},
        }
    )  # fmt: skip
    done = run(calls, "up", "dashboard", *GIVEN, "--yes")
    assert done.exit_code == 0, done.output
    assert calls.operations("s3")[:5] == [
        "HeadBucket",
        "CreateBucket",
        "PutPublicAccessBlock",
        "PutBucketEncryption",
        "PutBucketPolicy",
    ]
    (created,) = calls.parameters("CreateChangeSet")
    assert created["ChangeSetType"] == "CREATE"
    assert created["TemplateURL"].startswith(
        f"https://slackanalytics-code-{ACCOUNT}-eu-central-1.s3.eu-central-1.amazonaws.com/templates/"
    )
    assert {"ParameterKey": "SpillBucket", "ParameterValue": "spill-bucket"} in created["Parameters"]
    put = [given["Key"] for given in calls.parameters("PutObject")]
    assert [key.rpartition("/")[2] for key in put] == [f"{name}.yaml" for name in shipped.names()]
    assert "DashboardId\td" in done.output


def test_an_update_keeps_the_parameters_that_are_not_given() -> None:
    existing = stack(
        Parameters=[
            {"ParameterKey": "HrPrefix", "ParameterValue": "x"},
            {"ParameterKey": "Gone", "ParameterValue": "y"},
        ]
    )
    calls = Scripted({(CFN, "DescribeStacks"): existing})
    stacks.planned(calls, "slackanalytics", "https://x", {"HrTable": "t"}, ["HrPrefix", "HrTable", "New"], PACE)
    (created,) = calls.parameters("CreateChangeSet")
    assert created["ChangeSetType"] == "UPDATE"
    assert created["Parameters"] == [
        {"ParameterKey": "HrTable", "ParameterValue": "t"},
        {"ParameterKey": "HrPrefix", "UsePreviousValue": True},
    ]


def test_nothing_to_do_is_said_and_leaves_no_change_set() -> None:
    same = {
        "Status": "FAILED",
        "StatusReason": "The submitted information didn't contain changes. Submit different information",
    }
    calls = Scripted({(CFN, "DescribeStacks"): stack(), (CFN, "DescribeChangeSet"): same})
    done = run(calls, "up", "dashboard")
    assert done.exit_code == 0
    assert "nothing to do" in done.output
    assert calls.operations(CFN)[-1] == "DeleteChangeSet"


@pytest.mark.parametrize("status", ["UPDATE_IN_PROGRESS", "ROLLBACK_COMPLETE"])
def test_a_stack_that_cannot_be_changed_is_left_alone(status: str) -> None:
    calls = Scripted({(CFN, "DescribeStacks"): stack(status)})
    with pytest.raises(ConfigurationError, match=status):
        stacks.planned(calls, "slackanalytics", "https://x", {}, [], PACE)
    assert "CreateChangeSet" not in calls.operations()


def test_a_failure_is_explained_by_the_first_resource_that_failed_also_in_a_stack_within() -> None:
    outer = [
        event(
            9,
            "slackanalytics",
            "ROLLBACK_IN_PROGRESS",
            "The following resource(s) failed",
            stacks.STACK,
            PhysicalResourceId=ARN,
        ),
        event(
            8,
            "Dashboard",
            "CREATE_FAILED",
            "Embedded stack was not successfully created",
            stacks.STACK,
            PhysicalResourceId=INNER,
        ),
        event(2, "Dashboard", "CREATE_IN_PROGRESS", "", stacks.STACK, PhysicalResourceId=INNER),
        event(-5, "Old", "CREATE_FAILED", "of last week"),
    ]
    inner = [
        event(17, "RosterTable", "CREATE_FAILED", "Resource creation cancelled"),
        event(16, "AdoptionDashboard", "CREATE_FAILED", "COLUMN_NOT_FOUND\nseats", "AWS::QuickSight::Dashboard"),
    ]
    calls = Scripted(
        {
            (CFN, "DescribeStacks"): [stack("CREATE_IN_PROGRESS"), stack("ROLLBACK_COMPLETE")],
            (CFN, "DescribeStackEvents"): lambda given: {
                "StackEvents": inner if given["StackName"] == INNER else outer
            },
        }
    )
    seen: list[stacks.Event] = []
    with pytest.raises(ConfigurationError) as caught:
        seen.extend(stacks.execute(calls, stacks.Plan("c", "slackanalytics", True, ()), PACE))
    assert str(caught.value) == (
        "stack slackanalytics is ROLLBACK_COMPLETE: slackanalytics / Dashboard's AdoptionDashboard"
        " (AWS::QuickSight::Dashboard): COLUMN_NOT_FOUND seats"
    )
    assert [(each.resource, each.stack) for each in seen][:2] == [
        ("Dashboard", "slackanalytics"),
        ("Dashboard", "slackanalytics"),
    ]
    assert len(seen) == 5
    assert "Old" not in {each.resource for each in seen}


def test_a_refused_change_set_says_why() -> None:
    calls = Scripted(
        {
            (CFN, "DescribeStacks"): ABSENT,
            (CFN, "DescribeChangeSet"): {"Status": "FAILED", "StatusReason": "no such role"},
        }
    )
    with pytest.raises(ConfigurationError, match="no such role"):
        stacks.planned(calls, "slackanalytics", "https://x", {}, [], PACE)


def test_parameters_are_checked_before_anything_is_done() -> None:
    calls = Scripted({(CFN, "DescribeStacks"): ABSENT})
    for arguments, words in (
        ((*OWNER, "-y"), "SpillBucket, ResultsBucket"),
        (("-p", "Speling=1"), "no parameter Speling"),
    ):
        done = run(calls, "up", "dashboard", *arguments)
        assert isinstance(done.exception, ConfigurationError)
        assert words in str(done.exception)
    assert calls.operations("s3") == []
    assert run(calls, "up", "dashboard", "-p", "novalue").exit_code == 2


def test_what_a_template_needs_is_asked_for_and_a_secret_is_not_shown(tmp_path: Path) -> None:
    calls = Scripted({(CFN, "DescribeStacks"): ABSENT})
    done = run(calls, "up", "--packages", str(packages(tmp_path)), given="scrypt:secret-hash-of-a-passphrase\nn\n")
    assert "AdminPassphraseHash" in done.output
    assert "secret-hash" not in done.output
    (created,) = calls.parameters("CreateChangeSet")
    assert {"ParameterKey": "AdminPassphraseHash", "ParameterValue": "scrypt:secret-hash-of-a-passphrase"} in created[
        "Parameters"
    ]
    keys = {each["ParameterKey"]: each.get("ParameterValue", "") for each in created["Parameters"]}
    for parameter, name in (("CodeKey", "connector"), ("OAuthCodeKey", "oauth"), ("SimulatorCodeKey", "simulator")):
        assert keys[parameter].startswith(f"packages/{name}-arm64-")
    rehearsed = run(None, "up", "--dry-run", "-p", "AdminPassphraseHash=secret-hash-of-a-passphrase")
    assert rehearsed.exit_code == 0, rehearsed.exception
    assert "secret-hash" not in rehearsed.output
    assert "(not shown)" in rehearsed.output


def test_templates_within_a_template_are_named_by_where_they_were_put(tmp_path: Path) -> None:
    calls = Scripted({(CFN, "DescribeStacks"): stack()})
    run(calls, "up", "--packages", str(packages(tmp_path)), given="n\n")
    bodies = {given["Key"].rpartition("/")[2]: given for given in calls.parameters("PutObject")}
    whole = bodies["slackanalytics.yaml"]["Body"].decode()
    urls = re.findall(r"TemplateURL: (.*)", whole)
    assert len(urls) == 5
    for url in urls:
        bucket, key = f"slackanalytics-code-{ACCOUNT}-eu-central-1", url.partition(".amazonaws.com/")[2]
        assert url == f"https://{bucket}.s3.eu-central-1.amazonaws.com/{key}"
        assert bodies[key.rpartition("/")[2]]["Key"] == key


def test_a_folder_without_a_package_is_refused(tmp_path: Path) -> None:
    calls = Scripted({(CFN, "DescribeStacks"): stack()})
    done = run(calls, "up", "--packages", str(tmp_path))
    assert "connector-arm64.zip" in str(done.exception)


def test_each_package_that_a_template_names_is_one_that_is_made() -> None:
    assert set(deployment.PACKAGES.values()) == set(contents.PACKAGES)
    named = {
        name for each in shipped.names() for name in shipped.parameters(shipped.text(each)) if name.endswith("CodeKey")
    }
    assert named == set(deployment.PACKAGES)


def smoke_answers(**more: Any) -> dict[Any, Any]:
    told = [{"OutputKey": name, "OutputValue": f"the-{name}".lower()} for name in deploy_smoke.FROM_CONNECTOR]
    keys = {"StackResourceSummaries": [{"LogicalResourceId": "DataKey", "PhysicalResourceId": "key-1", "ResourceType": "AWS::KMS::Key",
                                        "ResourceStatus": "CREATE_COMPLETE", "LastUpdatedTimestamp": NOW}]}  # fmt: skip
    return {(CFN, "DescribeStacks"): stack(Outputs=told), (CFN, "ListStackResources"): keys} | more


def test_the_smoke_test_deletes_what_it_made_also_when_something_is_wrong(tmp_path: Path) -> None:
    calls = Scripted(smoke_answers() | {("athena", "GetDataCatalog"): refused("InvalidRequestException", "no catalog")})
    done = run(calls, "smoke", "--packages", str(packages(tmp_path)), "--owner", OWNER[1].partition("=")[2], "--yes")
    assert done.exit_code == 1
    assert "not right" in done.output
    connector, board = calls.parameters("CreateChangeSet")
    assert {"ParameterKey": "Source", "ParameterValue": "demo"} in connector["Parameters"]
    assert {"ParameterKey": "SpillBucket", "ParameterValue": "the-spillbucket"} in board["Parameters"]
    assert calls.operations(CFN).count("DeleteStack") == 2
    assert calls.parameters("ScheduleKeyDeletion")[0] == {"KeyId": "key-1", "PendingWindowInDays": 7}
    kept = Scripted(smoke_answers())
    run(kept, "smoke", "--packages", str(tmp_path), "--keep", "--yes")
    assert "DeleteStack" not in kept.operations()


def test_the_names_of_the_smoke_test_are_parameters() -> None:
    assert set(deploy_smoke.CONNECTOR) <= set(deployment.parameters_of("connector"))
    known = set(deployment.parameters_of("dashboard"))
    assert {*deploy_smoke.DASHBOARD, *deploy_smoke.FROM_CONNECTOR} <= known
    outputs = set(shipped.entries(shipped.text("connector"), "Outputs"))
    assert set(deploy_smoke.FROM_CONNECTOR) <= outputs


def test_what_happens_is_told_line_by_line_with_the_reason_of_what_failed(capfd: pytest.CaptureFixture[str]) -> None:
    def happened(status: str, reason: str = "") -> stacks.Event:
        return stacks.Event(at=NOW, stack="s", resource="Spill", kind="AWS::S3::Bucket", status=status, reason=reason)

    with deploy_shown.following("s") as shown:
        for each in (
            happened("CREATE_IN_PROGRESS"),
            happened("CREATE_COMPLETE"),
            happened("CREATE_FAILED", "a [b] name is taken"),
        ):
            shown(each)
    lines = capfd.readouterr().err.splitlines()
    assert [line.split() for line in lines] == [
        ["12:00:00", "create_complete", "s", "/", "Spill", "(AWS::S3::Bucket)"],
        ["12:00:00", "create_failed", "s", "/", "Spill", "(AWS::S3::Bucket):", "a", "[b]", "name", "is", "taken"],
    ]
