"""The QuickSight assets of this project ("Amazon Quick Sight" in the console of today): as resources of a template, and
as calls of QuickSight's API. Both come from one set of plain dictionaries.

Source of the shapes: https://docs.aws.amazon.com/quicksight/latest/APIReference/ and botocore's own service model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slackanalytics.cloud.intrinsics import NO_VALUE, Value, evaluated
from slackanalytics.cloud.quicksight_dashboard import dashboard
from slackanalytics.cloud.quicksight_data import data_set, data_source, refresh
from slackanalytics.cloud.quicksight_theme import theme


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One thing in QuickSight."""

    resource: str
    """Its name in the template."""
    kind: str
    """Its type in CloudFormation, `AWS::QuickSight::` left out; also the noun in the API's operations."""
    properties: Value
    condition: str = ""
    """The condition of the template under which it exists."""
    after: str = ""
    """The resource that has to be there before, where no reference says so."""

    @property
    def identity(self) -> str:
        """The member that names it in the API."""
        return f"{self.kind}Id"


def assets() -> tuple[Asset, ...]:
    """In the order in which they can be made."""
    return (
        Asset(resource="AthenaSource", kind="DataSource", properties=data_source()),
        Asset(resource="MembersDataSet", kind="DataSet", properties=data_set(), after="RosterTable"),
        Asset(
            resource="DailyRefresh",
            kind="RefreshSchedule",
            properties=refresh(),
            condition="Imports",
            after="MembersDataSet",
        ),
        Asset(resource="AdoptionTheme", kind="Theme", properties=theme()),
        Asset(resource="AdoptionDashboard", kind="Dashboard", properties=dashboard()),
    )


def resources() -> dict[str, Value]:
    """What stands under `Resources` in dashboard.yaml."""
    found: dict[str, Value] = {}
    for asset in assets():
        resource = {"Type": f"AWS::QuickSight::{asset.kind}"}
        if asset.condition:
            resource["Condition"] = asset.condition
        if asset.after:
            resource["DependsOn"] = asset.after
        found[asset.resource] = {**resource, "Properties": asset.properties}
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the assets are to be made, and what they are made of. Names are those of the template's parameters."""

    account: str
    region: str
    owner: str
    """ARN of the QuickSight user or group who owns the assets."""
    reader: str = ""
    """ARN of the user or group who reads the dashboard; empty: nobody else."""
    role: str = ""
    """ARN of the role with which QuickSight asks Athena; empty: the account-wide one."""
    partition: str = "aws"
    prefix: str = "slack-adoption"
    title: str = "Slack adoption"
    catalog: str = "slackanalytics_catalog"
    workgroup: str = "slackanalytics"
    hr_database: str = "slackanalytics_hr"
    hr_table: str = "hr_dataset"
    days: int = 90
    import_mode: str = "SPICE"
    refresh_time: str = "05:00"
    refresh_zone: str = "UTC"

    def names(self) -> dict[str, Any]:
        """What the parameters and references in the assets come to."""
        arn = f"arn:{self.partition}:quicksight:{self.region}:{self.account}"
        return {
            "AWS::AccountId": self.account,
            "QuickSightOwnerArn": self.owner,
            "QuickSightReaderArn": self.reader,
            "QuickSightRoleArn": self.role or NO_VALUE,
            "DashboardPrefix": self.prefix,
            "DashboardTitle": self.title,
            "AthenaCatalog": self.catalog,
            "AthenaWorkGroup": self.workgroup,
            "HrDatabase": self.hr_database,
            "HrTable": self.hr_table,
            "DashboardDays": self.days,
            "ImportMode": self.import_mode,
            "RefreshTime": self.refresh_time,
            "RefreshTimeZone": self.refresh_zone,
            "AthenaSource.Arn": f"{arn}:datasource/{self.prefix}-athena",
            "MembersDataSet.Arn": f"{arn}:dataset/{self.prefix}-members",
            "AdoptionTheme.Arn": f"{arn}:theme/{self.prefix}-theme",
        }

    def conditions(self) -> dict[str, bool]:
        """What the template's conditions come to."""
        return {"HasReader": bool(self.reader), "Imports": self.import_mode == "SPICE", "MakesRole": False}


def requests(place: Place) -> list[tuple[Asset, dict[str, Any]]]:
    """Each asset that is to be there, with what the API is to be sent to create it."""
    names, conditions = place.names(), place.conditions()
    return [
        (asset, _api_form(asset, evaluated(asset.properties, names, conditions)))
        for asset in assets()
        if not asset.condition or conditions[asset.condition]
    ]


def _api_form(asset: Asset, properties: dict[str, Any]) -> dict[str, Any]:
    """The API writes one word as CloudFormation does not: `Timezone`."""
    if asset.kind != "RefreshSchedule":
        return properties
    schedule: Mapping[str, Any] = properties["Schedule"]
    frequency = dict(schedule["ScheduleFrequency"])
    frequency["Timezone"] = frequency.pop("TimeZone")
    return {**properties, "Schedule": {**schedule, "ScheduleFrequency": frequency}}
