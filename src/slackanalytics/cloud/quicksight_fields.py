"""Fields in the wells of a visual, and what visuals have in common."""

from __future__ import annotations

from slackanalytics.cloud.intrinsics import Value

ADOPTION = "adoption"
"""What the definition calls the data set."""

MEASURES = {
    "active": "distinct_countIf({employee}, {is_active} = 'true')",
    "provisioned": "distinct_count({employee})",
    "activation_rate": "{active} / {provisioned}",
}
"""Whoever has a seat is provisioned, whoever posted or read is active; each person counts once in what is looked at."""


def column(name: str) -> Value:
    return {"DataSetIdentifier": ADOPTION, "ColumnName": name}


def category(field: str, name: str) -> Value:
    """A dimension of text."""
    return {"CategoricalDimensionField": {"FieldId": field, "Column": column(name)}}


def day(field: str, name: str, granularity: str = "DAY") -> Value:
    """A dimension of time."""
    return {"DateDimensionField": {"FieldId": field, "Column": column(name), "DateGranularity": granularity}}


def count(field: str, name: str) -> Value:
    """A measure of people. It is aggregated already, so that no aggregation is named here."""
    return _measure(field, name, {"NumberDisplayFormatConfiguration": _format(0)})


def share(field: str, name: str) -> Value:
    """A measure between nothing and all."""
    return _measure(field, name, {"PercentageDisplayFormatConfiguration": _format(1)})


def visual(kind: str, name: str, title: str, alt: str, rest: Value) -> Value:
    """A visual with its title, and what a screen reader says about it."""
    return {
        kind: {
            "VisualId": name,
            "Title": {"Visibility": "VISIBLE", "FormatText": {"PlainText": title}},
            "Subtitle": {"Visibility": "HIDDEN"},
            "VisualContentAltText": alt,
            **rest,
        }
    }


def _measure(field: str, name: str, shown: Value) -> Value:
    return {
        "NumericalMeasureField": {
            "FieldId": field,
            "Column": column(name),
            "FormatConfiguration": {"FormatConfiguration": shown},
        }
    }


def _format(places: int) -> Value:
    return {"DecimalPlacesConfiguration": {"DecimalPlaces": places}}
