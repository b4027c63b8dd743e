"""Who may do what with an asset in QuickSight: the complete predefined sets, because partial ones are refused.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/qs-api-permissions.html
"""

from __future__ import annotations

from slackanalytics.cloud.intrinsics import Value, ref, when

OWNER = "QuickSightOwnerArn"
"""The parameter that names the user or group who owns the assets."""
READER = "QuickSightReaderArn"
"""The parameter that names the user or group who reads the dashboard; nobody where it is empty."""
SHARED = "HasReader"
"""The condition under which somebody reads it."""

DATA_SOURCE_OWNER = (
    "DescribeDataSource", "DescribeDataSourcePermissions", "PassDataSource", "UpdateDataSource", "DeleteDataSource",
    "UpdateDataSourcePermissions",
)  # fmt: skip
DATA_SET_OWNER = (
    "DescribeDataSet", "DescribeDataSetPermissions", "PassDataSet", "DescribeIngestion", "ListIngestions",
    "UpdateDataSet", "DeleteDataSet", "CreateIngestion", "CancelIngestion", "UpdateDataSetPermissions",
)  # fmt: skip
DASHBOARD_OWNER = (
    "DescribeDashboard", "ListDashboardVersions", "UpdateDashboardPermissions", "QueryDashboard", "UpdateDashboard",
    "DeleteDashboard", "DescribeDashboardPermissions", "UpdateDashboardPublishedVersion",
)  # fmt: skip
DASHBOARD_READER = ("DescribeDashboard", "ListDashboardVersions", "QueryDashboard")
THEME_OWNER = (
    "DescribeTheme", "DescribeThemeAlias", "ListThemeAliases", "ListThemeVersions", "DeleteTheme", "UpdateTheme",
    "CreateThemeAlias", "DeleteThemeAlias", "UpdateThemeAlias", "UpdateThemePermissions", "DescribeThemePermissions",
)  # fmt: skip
THEME_READER = ("DescribeTheme", "DescribeThemeAlias", "ListThemeAliases", "ListThemeVersions")


def owned(actions: tuple[str, ...]) -> list[Value]:
    """Permissions of an asset that readers do not see by itself."""
    return [_grant(OWNER, actions)]


def shared(owner: tuple[str, ...], reader: tuple[str, ...]) -> list[Value]:
    """Permissions of an asset that readers see."""
    return [_grant(OWNER, owner), when(SHARED, _grant(READER, reader))]


def _grant(principal: str, actions: tuple[str, ...]) -> Value:
    return {"Principal": ref(principal), "Actions": [f"quicksight:{action}" for action in actions]}
