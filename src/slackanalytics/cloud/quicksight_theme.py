"""How the dashboard looks: the colours of the charts, told apart in all common kinds of colour blindness, and the tiles."""

from __future__ import annotations

from slackanalytics.cloud.intrinsics import Value, ref, sub
from slackanalytics.cloud.quicksight_permissions import THEME_OWNER, THEME_READER, shared

PROVISIONED, ACTIVE, RATE = "#8A94A6", "#1264A3", "#4A154B"
LOW, MIDDLE, HIGH = "#F4C7C3", "#FFF3CD", "#B7E1CD"
"""Backgrounds that dark text can be read on."""
BELOW, ABOVE = "#B3261E", "#1B6E3A"


def theme() -> Value:
    return {
        "AwsAccountId": ref("AWS::AccountId"),
        "ThemeId": sub("${DashboardPrefix}-theme"),
        "Name": sub("${DashboardPrefix}"),
        "BaseThemeId": "CLASSIC",
        "Configuration": {
            "DataColorPalette": {
                "Colors": [PROVISIONED, ACTIVE, RATE, "#007A5A", "#B45309", "#5B5FC7", "#9D174D", "#0F766E"],
                "MinMaxGradient": [LOW, HIGH],
                "EmptyFillColor": "#E5E7EB",
            },
            "UIColorPalette": {
                "PrimaryForeground": "#1D1C1D",
                "PrimaryBackground": "#FFFFFF",
                "SecondaryForeground": "#454245",
                "SecondaryBackground": "#F8F8F8",
                "Accent": ACTIVE,
                "AccentForeground": "#FFFFFF",
                "Danger": BELOW,
                "DangerForeground": "#FFFFFF",
                "Success": ABOVE,
                "SuccessForeground": "#FFFFFF",
            },
            "Sheet": {
                "Tile": {"Border": {"Show": True}},
                "TileLayout": {"Gutter": {"Show": True}, "Margin": {"Show": True}},
            },
        },
        "Permissions": shared(THEME_OWNER, THEME_READER),
    }
