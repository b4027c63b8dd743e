"""The assets through QuickSight's API: made, renewed, refused, withdrawn, and written as files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.cloud import service_model
from tests.cloud.scripted import ACCOUNT, Answer, Scripted, refused, replayed

from athena_federation.errors import ConfigurationError, DeadlineExceeded, Unauthorized
from slackanalytics.cloud import quicksight_publishing as publishing
from slackanalytics.cloud.calls import Pace
from slackanalytics.cloud.deploy import deploy
from slackanalytics.cloud.quicksight import Place

OWNER = f"arn:aws:quicksight:eu-central-1:{ACCOUNT}:user/default/ada"
PLACE = Place(account=ACCOUNT, region="eu-central-1", owner=OWNER)
NEVER = Pace(sleep=lambda _: None)
THERE = refused("ResourceExistsException")


def settled(status: str = "CREATION_SUCCESSFUL", **more: Any) -> dict[tuple[str, str], Answer | list[Answer]]:
    version = {"Version": {"Status": status, **more}}
    return {
        ("quicksight", "DescribeDataSource"): {"DataSource": {"Status": "CREATION_SUCCESSFUL"}},
        ("quicksight", "DescribeTheme"): {"Theme": {"Version": {"Status": "CREATION_SUCCESSFUL"}}},
        ("quicksight", "DescribeDashboard"): {"Dashboard": version},
    }


def test_everything_is_made_in_an_order_in_which_it_can_be() -> None:
    calls = Scripted(settled())
    made = list(publishing.publish(calls, PLACE, NEVER))
    assert [each.outcome for each in made] == ["created"] * 5
    assert [name for name in calls.operations("quicksight") if name.startswith("Create")] == [
        "CreateDataSource", "CreateDataSet", "CreateRefreshSchedule", "CreateTheme", "CreateDashboard",
    ]  # fmt: skip
    assert calls.parameters("CreateDashboard")[0]["ValidationStrategy"] == {"Mode": "STRICT"}


def test_what_is_there_is_renewed_its_permissions_too_and_the_new_version_shown() -> None:
    calls = Scripted(
        settled("UPDATE_SUCCESSFUL")
        | {("quicksight", f"Create{kind}"): THERE for kind in ("DataSource", "DataSet", "RefreshSchedule", "Theme", "Dashboard")}
        | {("quicksight", "UpdateDashboard"): {"VersionArn": "arn:aws:quicksight:::dashboard/slack-adoption-dashboard/version/7"}}
    )  # fmt: skip
    made = list(publishing.publish(calls, PLACE, NEVER))
    assert {each.outcome for each in made} == {"renewed"}
    assert calls.parameters("DescribeDashboard")[-1]["VersionNumber"] == 7
    assert calls.parameters("UpdateDashboardPublishedVersion")[0]["VersionNumber"] == 7
    assert [name for name in calls.operations() if name.endswith("Permissions")] == [
        "UpdateDataSourcePermissions", "UpdateDataSetPermissions", "UpdateThemePermissions", "UpdateDashboardPermissions",
    ]  # fmt: skip


def test_what_quicksight_finds_wrong_is_told() -> None:
    errors = [
        {"Type": "COLUMN_NOT_FOUND", "Message": "no column seats", "ViolatedEntities": [{"Path": "sheet/0/visual/3"}]},
        {"Type": "INTERNAL_FAILURE", "Message": "sorry"},
    ]
    calls = Scripted(settled("CREATION_FAILED", Errors=errors))
    with pytest.raises(
        ConfigurationError, match=r"COLUMN_NOT_FOUND: no column seats \(at sheet/0/visual/3\); INTERNAL_FAILURE: sorry"
    ):
        list(publishing.publish(calls, PLACE, NEVER))


def test_a_source_that_does_not_connect_is_told() -> None:
    failed = {
        "DataSource": {"Status": "CREATION_FAILED", "ErrorInfo": {"Type": "ACCESS_DENIED", "Message": "no workgroup"}}
    }
    calls = Scripted({("quicksight", "DescribeDataSource"): failed})
    with pytest.raises(ConfigurationError, match="ACCESS_DENIED: no workgroup"):
        list(publishing.publish(calls, PLACE, NEVER))


def test_nobody_waits_for_ever() -> None:
    ticks = iter(range(0, 100_000, 60))
    calls = Scripted({("quicksight", "DescribeDataSource"): {"DataSource": {"Status": "CREATION_IN_PROGRESS"}}})
    with pytest.raises(DeadlineExceeded, match="ten minutes"):
        list(publishing.publish(calls, PLACE, Pace(sleep=lambda _: None, clock=lambda: float(next(ticks)))))


def test_a_permission_that_is_missing_is_named() -> None:
    calls = Scripted({("quicksight", "CreateDataSource"): refused("AccessDeniedException", "not authorized")})
    with pytest.raises(Unauthorized, match="the credentials in use need quicksight:CreateDataSource"):
        list(publishing.publish(calls, PLACE, NEVER))


def test_assets_are_deleted_the_dashboard_first_and_absent_ones_passed_over() -> None:
    calls = Scripted({("quicksight", "DeleteTheme"): refused("ResourceNotFoundException")})
    assert list(publishing.withdraw(calls, PLACE)) == ["Dashboard", "DataSet", "DataSource"]


def test_each_call_is_one_that_boto3_takes() -> None:
    there = {
        ("quicksight", f"Create{kind}"): THERE
        for kind in ("DataSource", "DataSet", "RefreshSchedule", "Theme", "Dashboard")
    }
    for answers in (settled(), settled() | there):
        calls = Scripted(answers)
        list(publishing.publish(calls, PLACE, NEVER))
        list(publishing.withdraw(calls, PLACE))
        assert replayed(calls.made) == {"quicksight"}


def run(*arguments: str, calls: Scripted | None = None, given: str = "") -> Result:
    return CliRunner().invoke(deploy, ["quicksight", *arguments], obj=lambda _region: calls, input=given)


def test_the_assets_are_written_as_the_command_line_of_aws_takes_them(tmp_path: Path) -> None:
    assert run("--output", str(tmp_path), "--days", "30").exit_code == 0
    files = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in tmp_path.iterdir()}
    assert set(files) == {
        f"create-{name}.json" for name in ("data-source", "data-set", "refresh-schedule", "theme", "dashboard")
    }
    assert "-30, current_date" in files["create-data-set.json"]["PhysicalTableMap"]["slack"]["CustomSql"]["SqlQuery"]
    for name, request in files.items():
        operation = "".join(part.capitalize() for part in name.removesuffix(".json").split("-"))
        assert service_model.problems("quicksight", operation, request) == []


def test_the_owner_has_to_be_said() -> None:
    assert "--owner" in run(calls=Scripted()).output
    calls = Scripted(settled())
    done = run("--owner", OWNER, calls=calls)
    assert done.exit_code == 0, done.output
    assert "Dashboard slack-adoption-dashboard created" in done.output


def test_nothing_is_deleted_without_a_yes() -> None:
    calls = Scripted()
    assert run("--owner", OWNER, "--delete", calls=calls, given="n\n").exit_code == 1
    assert "DeleteDashboard" not in calls.operations()
    assert run("--owner", OWNER, "--delete", "--yes", calls=calls).exit_code == 0
    assert "DeleteDashboard" in calls.operations()


def test_a_rehearsal_tells_each_call_and_reaches_nobody() -> None:
    done = run("--dry-run", "--region", "cn-north-1")
    assert done.exit_code == 0, done.output
    assert "quicksight:CreateDashboard" in done.output
    assert "arn:aws-cn:quicksight:cn-north-1:111122223333:group/default/OWNERS" in done.output
