"""The dashboard: its data, measures, filters, one sheet, and where everything stands on it."""

from __future__ import annotations

from slackanalytics.cloud.intrinsics import Value, att, ref, sub
from slackanalytics.cloud.quicksight_fields import ADOPTION, MEASURES, column
from slackanalytics.cloud.quicksight_insights import insights
from slackanalytics.cloud.quicksight_permissions import DASHBOARD_OWNER, DASHBOARD_READER, shared
from slackanalytics.cloud.quicksight_visuals import charts, numbers

SHEET = "adoption"
PERIOD_DAYS = 28
"""The period shown at first: as many weekends as the next one has."""
SMALLEST_GROUP = 5
"""People in a department of which anything is shown."""

GRID = {
    "number-provisioned": (0, 0, 6, 4),
    "number-active": (6, 0, 6, 4),
    "number-rate": (12, 0, 6, 4),
    "insight-lagging": (18, 0, 18, 8),
    "insight-week": (0, 4, 18, 4),
    "chart-days": (0, 8, 36, 10),
    "chart-departments": (0, 18, 18, 12),
    "insight-movers": (18, 18, 18, 12),
    "chart-weeks": (0, 30, 36, 14),
}
"""Column, row, columns, rows of each visual, on a grid of 36 columns."""

IN_PERIOD = ("number-provisioned", "number-active", "number-rate", "insight-lagging", "chart-departments")
"""What shows the chosen period; the others show every day of the data set."""
BY_DEPARTMENT = ("insight-lagging", "insight-movers", "chart-departments", "chart-weeks")


def dashboard() -> Value:
    return {
        "AwsAccountId": ref("AWS::AccountId"),
        "DashboardId": sub("${DashboardPrefix}-dashboard"),
        "Name": ref("DashboardTitle"),
        "ThemeArn": att("AdoptionTheme", "Arn"),
        "ValidationStrategy": {"Mode": "STRICT"},
        "Definition": definition(),
        "DashboardPublishOptions": {
            "AdHocFilteringOption": {"AvailabilityStatus": "DISABLED"},
            "ExportToCSVOption": {"AvailabilityStatus": "ENABLED"},
            "SheetControlsOption": {"VisibilityState": "EXPANDED"},
        },
        "Permissions": shared(DASHBOARD_OWNER, DASHBOARD_READER),
    }


def definition() -> Value:
    return {
        "DataSetIdentifierDeclarations": [{"Identifier": ADOPTION, "DataSetArn": att("MembersDataSet", "Arn")}],
        "CalculatedFields": [
            {"DataSetIdentifier": ADOPTION, "Name": name, "Expression": expression}
            for name, expression in MEASURES.items()
        ],
        "ParameterDeclarations": [
            _date("Since", f"addDateTime(-{PERIOD_DAYS}, 'DD', truncDate('DD', now()))"),
            _date("Until", "addDateTime(-1, 'DD', truncDate('DD', now()))"),
        ],
        "FilterGroups": [_period(), _department(), _guests(), _large_enough()],
        "Sheets": [sheet()],
        "AnalysisDefaults": {
            "DefaultNewSheetConfiguration": {
                "SheetContentType": "INTERACTIVE",
                "InteractiveLayoutConfiguration": {
                    "Grid": {"CanvasSizeOptions": {"ScreenCanvasSizeOptions": _canvas()}}
                },
            }
        },
        "Options": {"WeekStart": "MONDAY"},
    }


def sheet() -> Value:
    controls = (
        ("control-since", "PARAMETER_CONTROL"), ("control-until", "PARAMETER_CONTROL"),
        ("control-department", "FILTER_CONTROL"), ("control-guests", "FILTER_CONTROL"),
    )  # fmt: skip
    return {
        "SheetId": SHEET,
        "Name": "Adoption",
        "ContentType": "INTERACTIVE",
        "ParameterControls": [
            {
                "DateTimePicker": {
                    "ParameterControlId": f"control-{name.lower()}",
                    "Title": name,
                    "SourceParameterName": name,
                    "DisplayOptions": {"DateTimeFormat": "YYYY-MM-DD"},
                }
            }
            for name in ("Since", "Until")
        ],
        "FilterControls": [
            _dropdown("control-department", "Department", "filter-department"),
            _dropdown("control-guests", "Guests", "filter-guests"),
        ],
        "Visuals": [*numbers(), *insights(), *charts()],
        "Layouts": [
            {
                "Configuration": {
                    "GridLayout": {
                        "Elements": [_place(name, *place) for name, place in GRID.items()],
                        "CanvasSizeOptions": {"ScreenCanvasSizeOptions": _canvas()},
                    }
                }
            }
        ],
        "SheetControlLayouts": [
            {
                "Configuration": {
                    "GridLayout": {
                        "Elements": [
                            {"ElementId": name, "ElementType": kind, "ColumnSpan": 2, "RowSpan": 1}
                            for name, kind in controls
                        ]
                    }
                }
            }
        ],
    }


def _place(name: str, column_: int, row: int, columns: int, rows: int) -> Value:
    return {
        "ElementId": name,
        "ElementType": "VISUAL",
        "ColumnIndex": column_,
        "ColumnSpan": columns,
        "RowIndex": row,
        "RowSpan": rows,
    }


def _canvas() -> Value:
    return {"ResizeOption": "FIXED", "OptimizedViewPortWidth": "1600px"}


def _date(name: str, expression: str) -> Value:
    return {
        "DateTimeParameterDeclaration": {
            "Name": name,
            "TimeGranularity": "DAY",
            "DefaultValues": {"RollingDate": {"Expression": expression}},
        }
    }


def _dropdown(name: str, title: str, filter_: str) -> Value:
    return {
        "Dropdown": {"FilterControlId": name, "Title": title, "SourceFilterId": filter_, "Type": "MULTI_SELECT"},
    }


def _period() -> Value:
    inside = {
        "TimeRangeFilter": {
            "FilterId": "filter-period",
            "Column": column("date"),
            "IncludeMinimum": True,
            "IncludeMaximum": True,
            "RangeMinimumValue": {"Parameter": "Since"},
            "RangeMaximumValue": {"Parameter": "Until"},
            "NullOption": "NON_NULLS_ONLY",
            "TimeGranularity": "DAY",
        }
    }
    return _filters("group-period", inside, IN_PERIOD)


def _department() -> Value:
    listed = {"MatchOperator": "CONTAINS", "SelectAllOptions": "FILTER_ALL_VALUES", "NullOption": "ALL_VALUES"}
    return _filters("group-department", _category("filter-department", "department", listed))


def _guests() -> Value:
    members = {"MatchOperator": "CONTAINS", "CategoryValues": ["false"], "NullOption": "ALL_VALUES"}
    return _filters("group-guests", _category("filter-guests", "is_guest", members))


def _large_enough() -> Value:
    """Departments of fewer people are not shown, because figures about them are figures about persons."""
    large = {
        "NumericRangeFilter": {
            "FilterId": "filter-large-enough",
            "Column": column("provisioned"),
            "IncludeMinimum": True,
            "IncludeMaximum": False,
            "RangeMinimum": {"StaticValue": SMALLEST_GROUP},
            "NullOption": "NON_NULLS_ONLY",
        }
    }
    return _filters("group-large-enough", large, BY_DEPARTMENT)


def _category(name: str, column_: str, configuration: Value) -> Value:
    return {
        "CategoryFilter": {
            "FilterId": name,
            "Column": column(column_),
            "Configuration": {"FilterListConfiguration": configuration},
        }
    }


def _filters(name: str, filter_: Value, visuals: tuple[str, ...] = ()) -> Value:
    """One filter, over some visuals or over all."""
    scope: Value = {"SheetId": SHEET, "Scope": "SELECTED_VISUALS" if visuals else "ALL_VISUALS"}
    if visuals:
        scope["VisualIds"] = list(visuals)
    return {
        "FilterGroupId": name,
        "Filters": [filter_],
        "ScopeConfiguration": {"SelectedSheets": {"SheetVisualScopingConfigurations": [scope]}},
        "Status": "ENABLED",
        "CrossDataset": "SINGLE_DATASET",
    }
