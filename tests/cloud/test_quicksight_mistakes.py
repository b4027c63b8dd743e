"""Mistakes seeded into copies of dashboard.yaml: the checks notice them, so that they would notice ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml
from tests.cloud import quicksight_checks as checks
from tests.cloud.quicksight_yaml import loaded

from slackanalytics.cloud.quicksight_template import TEMPLATE

TEXT = TEMPLATE.read_text(encoding="utf-8")
SLIPS = {
    "a column of the statement misspelt": ("user_id,\n", "userid,\n"),
    "a table misspelt": ("slackanalytics.member_analytics\n", "slackanalytics.members_analytics\n"),
    "a comma lost in the statement": ("lower(trim(email_address)) AS email_address,", "lower(trim(email_address)) AS email_address"),
    "a function that Athena has not": ("lower(trim(email_address)) AS email_address,", "lcase(trim(email_address)) AS email_address,"),
    "a boolean that is not made text": ("CAST(is_active AS varchar) AS is_active", "is_active"),
    "a declared column dropped": ("              - {Name: is_guest, Type: STRING}\n", ""),
    "a declared column of another type": ("{Name: messages_posted_count, Type: INTEGER}", "{Name: messages_posted_count, Type: STRING}"),
    "a type that is none": ("{Name: user_id, Type: STRING}", "{Name: user_id, Type: TEXT}"),
    "a catalog that is no parameter": ('"${AthenaCatalog}"', '"${Catalog}"'),
    "the join the other way round": ('"{email_address} = {employee_email}"', '"{employee_email} = {email_address}"'),
    "the join on a column that is gone": ('"{email_address} = {employee_email}"', '"{email_address} = {hr_email}"'),
    "an inner join": ("Type: LEFT", "Type: INNER"),
    "a join that is none": ("Type: LEFT", "Type: LEFT_OUTER"),
    "an operand that is not there": ("LeftOperand: slack-days", "LeftOperand: slack"),
    "an identity with an underscore": ("slack-days", "slack_days"),
    "a table that is not there": ("{PhysicalTableId: roster}", "{PhysicalTableId: hr}"),
    "the promise of a unique key lost": ("              RightJoinKeyProperties: {UniqueKey: true}\n", ""),
    "a cast of another column": ("ColumnName: date, NewColumnType", "ColumnName: day, NewColumnType"),
    "a cast with another pattern": ("Format: yyyy-MM-dd", "Format: YYYY-MM-DD"),
    "a rename of what is not there": ("ColumnName: department, NewColumnName", "ColumnName: dept, NewColumnName"),
    "a rename that hides a column": ("NewColumnName: hr_department", "NewColumnName: location"),
    "an expression with a column misspelt": ("isNull({hr_department})", "isNull({hr_departement})"),
    "an expression with a function misspelt": ("coalesce({employee_number}", "coalsce({employee_number}"),
    "a parenthesis lost": ('{user_id})"', '{user_id}"'),
    "an argument lost": ("'Unmatched', {hr_department})", "'Unmatched')"),
    "a projection of what is not there": ("                  - location\n", "                  - office\n"),
    "a projection that loses a column": ("                  - employee\n", ""),
    "a measure that counts rows": ('"distinct_count({employee})"', '"count({employee})"'),
    "a measure that compares with True": ("{is_active} = 'true')", "{is_active} = 'True')"),
    "a measure of a column that is gone": ("distinct_countIf({employee}", "distinct_countIf({email_address}"),
    "a measure with a function misspelt": ("distinct_countIf(", "distinctCountIf("),
    "a rate of what is not there": ('"{active} / {provisioned}"', '"{active} / {seats}"'),
    "a data set that is not declared": ("{DataSetIdentifier: adoption, ColumnName: week}", "{DataSetIdentifier: adopt, ColumnName: week}"),
    "a field of a column misspelt": ("ColumnName: provisioned}", "ColumnName: provisoned}"),
    "a visual twice": ("VisualId: chart-days", "VisualId: chart-weeks"),
    "a visual without a place": ("ElementId: chart-weeks", "ElementId: chart-week"),
    "a visual beyond the grid": ("ColumnIndex: 18", "ColumnIndex: 20"),
    "a visual wider than the grid": ("ColumnSpan: 36", "ColumnSpan: 37"),
    "visuals over each other": ("RowIndex: 18", "RowIndex: 16"),
    "a filter of a visual that is not there": ("number-active, number-rate,", "number-active, number-rates,"),
    "a filter of a sheet that is not there": ("- SheetId: adoption\n                    Scope", "- SheetId: overview\n                    Scope"),
    "a filter by a parameter that is not there": ("{Parameter: Since}", "{Parameter: From}"),
    "a filter by a value that does not occur": ('["false"]', '["no"]'),
    "a filter of another column": ("FilterId: filter-department", "FilterId: filter-team"),
    "a default that is no expression": ("truncDate('DD', now())", "truncDate('DAY', now())"),
    "a control of a parameter that is not there": ("SourceParameterName: Until", "SourceParameterName: To"),
    "a sort by a field that is not there": ("FieldSort: {FieldId: bars-provisioned", "FieldSort: {FieldId: bars-seats"),
    "an arrow for a column that is not shown": ('"{activation_rate} < 0.5"', '"{activation} < 0.5"'),
    "a colour in small letters": ('"#B3261E"', '"#b3261e"'),
    "a gradient that falls": ("DataValue: 0.6", "DataValue: 0.2"),
    "an icon that is none": ("ARROW_DOWN", "ARROW_BELOW"),
    "a narrative that is no XML": ("</narrative>", "</narrativ>"),
    "a narrative that names no computation": ("Lagging.items[index].categoryValue", "Laggard.items[index].categoryValue"),
    "a narrative with an output that is none": ("currentTimeValue.formattedValue", "currentTime.formattedValue"),
    "a narrative with a list that is none": ('listExpression="Movers.items"', 'listExpression="Movers.list"'),
    "a computation of another name": ("Name: WeekByWeek", "Name: WeekOverWeek"),
    "a computation without its type": ("                        Type: BOTTOM\n", ""),
    "a permission misspelt": ("quicksight:QueryDashboard", "quicksight:QueryDashboards"),
    "a permission missing": ("            - quicksight:CancelIngestion\n", ""),
    "a permission of another service": ("quicksight:PassDataSet", "athena:PassDataSet"),
    "an owner that is no parameter": ("!Ref QuickSightOwnerArn", "!Ref OwnerArn"),
    "a source that is not there": ("!GetAtt AthenaSource.Arn", "!GetAtt AthenaDataSource.Arn"),
    "the ARN of another asset": ("DataSetArn: !GetAtt MembersDataSet.Arn", "DataSetArn: !GetAtt AthenaSource.Arn"),
    "a member that CloudFormation knows and the model not": ("ThemeArn:", "ThemeARN:"),
    "a refresh that is none": ("Interval: DAILY", "Interval: NIGHTLY"),
    "a refresh of another data set": ('DataSetId: !Sub "${DashboardPrefix}-members"\n      Schedule', 'DataSetId: !Sub "${DashboardPrefix}-data"\n      Schedule'),
    "a condition that is not there": ("Condition: Imports", "Condition: Spice"),
    "a parameter that is misspelt": ("!Ref RefreshTimeZone", "!Ref RefreshTimezone"),
    "QuickSight may not call the connector": ("Action: lambda:InvokeFunction", "Action: lambda:Invoke"),
    "QuickSight calls another function": ("function:${LambdaFunctionName}", "function:${AthenaCatalog}"),
    "QuickSight may not read spilled blocks": ("!Sub arn:${AWS::Partition}:s3:::${SpillBucket}/${SpillPrefix}/*", "!Sub arn:${AWS::Partition}:s3:::${SpillBucket}"),
    "QuickSight may not keep results": ("s3:PutObject, ", ""),
    "QuickSight may use no data key": ("[kms:Decrypt, kms:GenerateDataKey]", "[kms:Decrypt]"),
    "QuickSight may do it everywhere": ("Resource: !Sub arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${LambdaFunctionName}", 'Resource: "*"'),
    "somebody else may take the role": ("Service: quicksight.amazonaws.com", 'AWS: "*"'),
    "the bucket answers without TLS": ('"aws:SecureTransport": "false"', '"aws:SecureTransport": "true"'),
    "the bucket is public": ("BlockPublicPolicy: true", "BlockPublicPolicy: false"),
    "the bucket goes with the stack": ("    DeletionPolicy: Retain\n", ""),
    "the policy allows what comes without TLS": ("Effect: Deny", "Effect: Allow"),
    "the policy is of the bucket and not of what is in it": ('[!GetAtt RosterBucket.Arn, !Sub "${RosterBucket.Arn}/*"]', "[!GetAtt RosterBucket.Arn, !GetAtt RosterBucket.Arn]"),
    "a bucket is made beside the one given": ("    Condition: MakesBucket\n    DeletionPolicy", "    DeletionPolicy"),
    "QuickSight may not read the roster": ("!Sub arn:${AWS::Partition}:s3:::${HrBucket}/${HrPrefix}/*", "!Sub arn:${AWS::Partition}:s3:::${HrBucket}/*"),
    "QuickSight may more than it needs": ("[athena:ListWorkGroups, athena:ListDataCatalogs]", "[athena:ListWorkGroups, athena:ListDataCatalogs, s3:ListAllMyBuckets]"),
    "an action misspelt": ("glue:GetPartitions", "glue:GetPartition5"),
    "the first day left out": ("IncludeMinimum: true", "IncludeMinimum: false"),
    "a parameter without a default": ("DefaultValues: {RollingDate:", "ValueWhenUnset: {RollingDate:"),
    "a filter of nothing": ('                      CategoryValues: ["false"]\n', ""),
    "a theme that is none": ("BaseThemeId: CLASSIC", "BaseThemeId: CLASSICAL"),
    "a visual that says nothing to a screen reader": ("VisualContentAltText:", "VisualContentAltTexts:"),
    "a condition the other way round": ('HasReader: !Not [!Equals [!Ref QuickSightReaderArn, ""]]', 'HasReader: !Equals [!Ref QuickSightReaderArn, ""]'),
    "another catalog by default": ("Default: slackanalytics_catalog", "Default: slackanalytics"),
    "a prefix that nobody spills to": ("Default: athena-federation-spill", "Default: athena-spill"),
    "a pattern that allows no owner": (":(user|group)/[^/]+/.+$", ":(users|groups)/[^/]+/.+$"),
    "an output of another asset": ('Value: !Sub "${DashboardPrefix}-dashboard"', 'Value: !Sub "${DashboardPrefix}-members"'),
    "the header is a person": ('skip.header.line.count: "1"', 'skip.header.line.count: "0"'),
    "a column of the roster missing": ("            - {Name: department, Type: string}\n", ""),
    "a column of the roster is a date": ("{Name: hire_date, Type: string", "{Name: hire_date, Type: date"),
    "the roster is read elsewhere": ("Location: !Sub\n            - s3://${Bucket}/${HrPrefix}/", "Location: !Sub\n            - s3://${Bucket}/"),
}  # fmt: skip
"""What somebody might write: the text that is there, and what stands there instead, at its first place."""


def moved(template: dict[str, Any], of: str) -> Any:
    return template["Resources"][of]["Properties"]


def two_variants(template: dict[str, Any]) -> None:
    moved(template, "AdoptionDashboard")["Definition"]["Sheets"][0]["Visuals"][0]["BarChartVisual"] = {
        "VisualId": "extra"
    }


def summed(template: dict[str, Any]) -> None:
    for visual in moved(template, "AdoptionDashboard")["Definition"]["Sheets"][0]["Visuals"]:
        for field in visual.get("KPIVisual", {}).get("ChartConfiguration", {}).get("FieldWells", {}).get("Values", []):
            field["NumericalMeasureField"]["AggregationFunction"] = {"SimpleNumericalAggregation": "SUM"}


def number_as_text(template: dict[str, Any]) -> None:
    layout = moved(template, "AdoptionDashboard")["Definition"]["Sheets"][0]["Layouts"][0]
    layout["Configuration"]["GridLayout"]["Elements"][0]["RowSpan"] = "4"


def small_groups(template: dict[str, Any]) -> None:
    groups = moved(template, "AdoptionDashboard")["Definition"]["FilterGroups"]
    groups[:] = [group for group in groups if group["FilterGroupId"] != "group-large-enough"]


def nobody_owns(template: dict[str, Any]) -> None:
    del moved(template, "MembersDataSet")["Permissions"]


SURGERY: tuple[Callable[[dict[str, Any]], None], ...] = (
    two_variants, summed, number_as_text, small_groups, nobody_owns,
)  # fmt: skip


def found(text: str) -> list[str]:
    try:
        return checks.problems(loaded(text))
    except yaml.YAMLError as error:
        return [str(error)]


@pytest.mark.parametrize("slip", SLIPS)
def test_a_mistake_in_the_template_is_noticed(slip: str) -> None:
    before, after = SLIPS[slip]
    assert before in TEXT, slip
    assert found(TEXT.replace(before, after, 1)) != []


@pytest.mark.parametrize("operation", SURGERY, ids=lambda operation: operation.__name__)
def test_a_mistake_in_a_structure_is_noticed(operation: Callable[[dict[str, Any]], None]) -> None:
    template = loaded(TEXT)
    operation(template)
    assert checks.problems(template) != []
