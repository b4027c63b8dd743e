"""The numbers and charts of the dashboard."""

from __future__ import annotations

from slackanalytics.cloud.intrinsics import Value
from slackanalytics.cloud.quicksight_fields import category, count, day, share, visual
from slackanalytics.cloud.quicksight_theme import ABOVE, ACTIVE, BELOW, HIGH, LOW, MIDDLE, PROVISIONED

FORECAST_DAYS = 14
LAGS, LEADS = 0.5, 0.8
"""Below the one a cell is marked as lagging, from the other on as leading."""


def numbers() -> list[Value]:
    return [
        _number("number-provisioned", "Provisioned", "How many people have a seat.", count("provisioned-value", "provisioned")),
        _number("number-active", "Active", "How many of them were active in the period.", count("active-value", "active")),
        _number("number-rate", "Activation", "The share of people with a seat who were active.", share("rate-value", "activation_rate")),
    ]  # fmt: skip


def charts() -> list[Value]:
    return [_days(), _departments(), _weeks()]


def _number(name: str, title: str, alt: str, value: Value) -> Value:
    wells = {"Values": [value], "TargetValues": [], "TrendGroups": []}
    return visual("KPIVisual", name, title, alt, {"ChartConfiguration": {"FieldWells": wells}})


def _days() -> Value:
    """Line chart: provisioned and active day by day, and what to expect."""
    configuration = {
        "FieldWells": {
            "LineChartAggregatedFieldWells": {
                "Category": [day("days-date", "date")],
                "Values": [count("days-provisioned", "provisioned"), count("days-active", "active")],
                "Colors": [],
            }
        },
        "SortConfiguration": {"CategorySort": [{"FieldSort": {"FieldId": "days-date", "Direction": "ASC"}}]},
        "ForecastConfigurations": [
            {
                "ForecastProperties": {
                    "PeriodsForward": FORECAST_DAYS,
                    "PeriodsBackward": 0,
                    "PredictionInterval": 90,
                    "Seasonality": 7,
                    "LowerBoundary": 0,
                }
            }
        ],
        "Type": "LINE",
        "PrimaryYAxisDisplayOptions": {
            "AxisOptions": {"DataOptions": {"NumericAxisOptions": {"Range": {"MinMax": {"Minimum": 0}}}}}
        },
        "Series": [_line("days-provisioned", "DASHED"), _line("days-active", "SOLID")],
        "Legend": {"Visibility": "VISIBLE", "Position": "TOP"},
    }
    return visual(
        "LineChartVisual",
        "chart-days",
        "Provisioned and active, day by day, with a forecast of two weeks",
        "Line chart by day: people with a seat, dashed, and active people, with a forecast of fourteen days.",
        {"ChartConfiguration": configuration},
    )


def _line(field: str, style: str) -> Value:
    return {
        "FieldSeriesItem": {
            "FieldId": field,
            "AxisBinding": "PRIMARY_YAXIS",
            "Settings": {"LineStyleSettings": {"LineStyle": style, "LineWidth": "2px"}},
        }
    }


def _departments() -> Value:
    """Bar chart: provisioned and active in each department, the largest first."""
    configuration = {
        "FieldWells": {
            "BarChartAggregatedFieldWells": {
                "Category": [category("bars-department", "department")],
                "Values": [count("bars-provisioned", "provisioned"), count("bars-active", "active")],
                "Colors": [],
            }
        },
        "SortConfiguration": {
            "CategorySort": [{"FieldSort": {"FieldId": "bars-provisioned", "Direction": "DESC"}}],
            "CategoryItemsLimit": {"ItemsLimit": 40, "OtherCategories": "INCLUDE"},
        },
        "Orientation": "HORIZONTAL",
        "BarsArrangement": "CLUSTERED",
        "VisualPalette": {
            "ColorMap": [
                {"Element": {"FieldId": "bars-provisioned", "FieldValue": "provisioned"}, "Color": PROVISIONED},
                {"Element": {"FieldId": "bars-active", "FieldValue": "active"}, "Color": ACTIVE},
            ]
        },
        "Legend": {"Visibility": "VISIBLE", "Position": "TOP"},
        "DataLabels": {"Visibility": "VISIBLE", "Overlap": "DISABLE_OVERLAP"},
    }
    return visual(
        "BarChartVisual",
        "chart-departments",
        "Provisioned and active, by department",
        "Bar chart: for each department the people with a seat and the active people of the period.",
        {"ChartConfiguration": configuration},
    )


def _weeks() -> Value:
    """Pivot table: activation of each department in each week, coloured and marked."""
    configuration = {
        "FieldWells": {
            "PivotTableAggregatedFieldWells": {
                "Rows": [category("weeks-department", "department")],
                "Columns": [day("weeks-week", "week")],
                "Values": [share("weeks-rate", "activation_rate")],
            }
        },
        "SortConfiguration": {
            "FieldSortOptions": [
                {"FieldId": name, "SortBy": {"Field": {"FieldId": name, "Direction": "ASC"}}}
                for name in ("weeks-department", "weeks-week")
            ]
        },
        "TableOptions": {"MetricPlacement": "COLUMN", "SingleMetricVisibility": "HIDDEN"},
        "TotalOptions": {
            "RowTotalOptions": {"TotalsVisibility": "VISIBLE", "Placement": "END", "CustomLabel": "Whole time"},
            "ColumnTotalOptions": {"TotalsVisibility": "VISIBLE", "Placement": "END", "CustomLabel": "Everybody"},
        },
        "FieldOptions": {"SelectedFieldOptions": [{"FieldId": "weeks-rate", "CustomLabel": "Activation"}]},
    }
    return visual(
        "PivotTableVisual",
        "chart-weeks",
        "Activation by department and week (of the Monday shown)",
        "Table: for each department and week the share of people with a seat who were active; arrows mark cells below"
        " one half and from four fifths on.",
        {
            "ChartConfiguration": configuration,
            "ConditionalFormatting": {"ConditionalFormattingOptions": [_gradient(), *_arrows()]},
        },
    )


def _gradient() -> Value:
    stops = [
        {"GradientOffset": offset, "DataValue": value, "Color": color}
        for offset, value, color in ((0, 0.3, LOW), (50, 0.6, MIDDLE), (100, 0.9, HIGH))
    ]
    return _cell({"BackgroundColor": {"Gradient": {"Expression": "{activation_rate}", "Color": {"Stops": stops}}}})


def _arrows() -> list[Value]:
    return [
        _cell({"Icon": {"CustomCondition": {"Expression": expression, "IconOptions": {"Icon": icon}, "Color": color}}})
        for expression, icon, color in (
            (f"{{activation_rate}} < {LAGS}", "ARROW_DOWN", BELOW),
            (f"{{activation_rate}} >= {LEADS}", "ARROW_UP", ABOVE),
        )
    ]


def _cell(format_: Value) -> Value:
    return {"Cell": {"FieldId": "weeks-rate", "TextFormat": format_, "Scopes": [{"Role": "FIELD"}]}}
