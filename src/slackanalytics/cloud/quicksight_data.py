"""What the dashboard is made of: the Athena source, the two statements, their join on the e-mail address, the refresh.

Rows are made in Athena by two statements, one over the federated table and one over the HR table in Glue, and joined
by QuickSight, as the dashboard's first description did it. The join keeps everybody whom the roster does not know.
Booleans travel as text, `'true'` and `'false'`, however QuickSight carries Athena's own. Comments end where they say so,
and not with a line, since QuickSight puts the statements into others.
"""

from __future__ import annotations

from slackanalytics.cloud.intrinsics import Value, att, ref, sub, when
from slackanalytics.cloud.quicksight_permissions import DATA_SET_OWNER, DATA_SOURCE_OWNER, owned

SLACK_SQL = """\
/* One row per member and day: the last ${DashboardDays} days that Slack has published. */
SELECT date,
       date_trunc('week', activity_date) AS week,
       user_id,
       lower(trim(email_address)) AS email_address,
       CAST(is_guest AS varchar) AS is_guest,
       CAST(is_billable_seat AS varchar) AS is_billable_seat,
       CAST(is_active AS varchar) AS is_active,
       messages_posted_count,
       channel_messages_posted_count,
       reactions_added_count,
       files_added_count
FROM "${AthenaCatalog}".slackanalytics.member_analytics
WHERE date >= date_format(date_add('day', -${DashboardDays}, current_date), '%Y-%m-%d')"""
"""The condition is one that Athena hands over to the connector, so that no other day is read."""

HR_SQL = """\
/* One row per address: where the person belongs today. The join relies on it. */
SELECT employee_email,
       nullif(dated.employee_number, '') AS employee_number,
       nullif(dated.department, '') AS department,
       nullif(dated.location, '') AS location
FROM (SELECT lower(trim(employee_email)) AS employee_email, employee_number, department, location,
             row_number() OVER (PARTITION BY lower(trim(employee_email)) ORDER BY effective_from DESC) AS place
      FROM "AwsDataCatalog"."${HrDatabase}"."${HrTable}"
      WHERE effective_from <= date_format(current_date, '%Y-%m-%d')) AS dated
WHERE place = 1 AND employee_email <> ''"""
"""The roster has several rows for those who moved, each from a day on; a row without a day holds from the beginning."""

SLACK_COLUMNS = (
    ("date", "STRING"), ("week", "DATETIME"), ("user_id", "STRING"), ("email_address", "STRING"),
    ("is_guest", "STRING"), ("is_billable_seat", "STRING"), ("is_active", "STRING"),
    ("messages_posted_count", "INTEGER"), ("channel_messages_posted_count", "INTEGER"),
    ("reactions_added_count", "INTEGER"), ("files_added_count", "INTEGER"),
)  # fmt: skip
HR_COLUMNS = (
    ("employee_email", "STRING"), ("employee_number", "STRING"), ("department", "STRING"), ("location", "STRING"),
)  # fmt: skip

ROW_COLUMNS = {
    "employee": "coalesce({employee_number}, {employee_email}, {user_id})",
    "department": "ifelse({is_guest} = 'true', 'Guest accounts', isNull({hr_department}), 'Unmatched', {hr_department})",
}
"""Columns made after the join: who somebody is, whatever the account; and nobody without a department."""

KEPT = (
    "date", "week", "employee", "department", "location", "is_guest", "is_billable_seat", "is_active",
    "messages_posted_count", "channel_messages_posted_count", "reactions_added_count", "files_added_count",
)  # fmt: skip
"""What remains in the data set. Addresses do not, because no chart needs them."""


def data_source() -> Value:
    """Athena, as QuickSight reaches it: with a role of its own instead of the account-wide one."""
    return {
        "AwsAccountId": ref("AWS::AccountId"),
        "DataSourceId": sub("${DashboardPrefix}-athena"),
        "Name": sub("${DashboardPrefix} through Athena"),
        "Type": "ATHENA",
        "DataSourceParameters": {
            "AthenaParameters": {
                "WorkGroup": ref("AthenaWorkGroup"),
                "RoleArn": when("MakesRole", att("QuickSightRole", "Arn"), ref("QuickSightRoleArn")),
            }
        },
        "Permissions": owned(DATA_SOURCE_OWNER),
    }


def data_set() -> Value:
    """Slack's activity with the roster's departments."""
    return {
        "AwsAccountId": ref("AWS::AccountId"),
        "DataSetId": sub("${DashboardPrefix}-members"),
        "Name": sub("${DashboardPrefix} members by day"),
        "ImportMode": ref("ImportMode"),
        "PhysicalTableMap": {
            "slack": _statement("member_analytics", SLACK_SQL, SLACK_COLUMNS),
            "roster": _statement("hr_dataset", HR_SQL, HR_COLUMNS),
        },
        "LogicalTableMap": {
            "slack-days": {
                "Alias": "Slack",
                "Source": {"PhysicalTableId": "slack"},
                "DataTransforms": [
                    {
                        "CastColumnTypeOperation": {
                            "ColumnName": "date", "NewColumnType": "DATETIME", "Format": "yyyy-MM-dd",
                        }
                    },
                ],
            },
            "roster-people": {
                "Alias": "Roster",
                "Source": {"PhysicalTableId": "roster"},
                "DataTransforms": [
                    {"RenameColumnOperation": {"ColumnName": "department", "NewColumnName": "hr_department"}}
                ],
            },
            "members": {
                "Alias": "Members",
                "Source": {
                    "JoinInstruction": {
                        "LeftOperand": "slack-days",
                        "RightOperand": "roster-people",
                        "RightJoinKeyProperties": {"UniqueKey": True},
                        "Type": "LEFT",
                        "OnClause": "{email_address} = {employee_email}",
                    }
                },
                "DataTransforms": [
                    {
                        "CreateColumnsOperation": {
                            "Columns": [
                                {"ColumnName": name, "ColumnId": name, "Expression": expression}
                                for name, expression in ROW_COLUMNS.items()
                            ]
                        }
                    },
                    {"ProjectOperation": {"ProjectedColumns": list(KEPT)}},
                ],
            },
        },
        "Permissions": owned(DATA_SET_OWNER),
    }  # fmt: skip


def refresh() -> Value:
    """Everything read again once a day, for data that QuickSight keeps (SPICE)."""
    return {
        "AwsAccountId": ref("AWS::AccountId"),
        "DataSetId": sub("${DashboardPrefix}-members"),
        "Schedule": {
            "ScheduleId": "daily",
            "RefreshType": "FULL_REFRESH",
            "ScheduleFrequency": {
                "Interval": "DAILY",
                "TimeOfTheDay": ref("RefreshTime"),
                "TimeZone": ref("RefreshTimeZone"),
            },
        },
    }


def _statement(name: str, sql: str, columns: tuple[tuple[str, str], ...]) -> Value:
    return {
        "CustomSql": {
            "DataSourceArn": att("AthenaSource", "Arn"),
            "Name": name,
            "SqlQuery": sub(sql),
            "Columns": [{"Name": column, "Type": kind} for column, kind in columns],
        }
    }
