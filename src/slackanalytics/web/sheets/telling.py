"""Insights as a page shows them."""

from __future__ import annotations

from urllib.parse import urlencode

from slackanalytics.adoption import insights
from slackanalytics.web.filters import Filters
from slackanalytics.web.sheets.shapes import Told, Tone

SIGNS = {"good": "▲", "bad": "▼", "": "→"}
ANCHORS = {
    "activation_by_week": "activation-by-department-week",
    "activation_by_department_week": "activation-by-department-week",
    "activation_by_department": "activation-by-department",
    "activation_by_day": "activation-by-day",
}
"""Where on the first page a measure's rows are."""


def told(insight: insights.Insight, filters: Filters) -> Told:
    """A sentence as a page shows it; its link narrows the page to the rows behind it."""
    tone: Tone = "good" if insight.tone == "good" else "bad" if insight.tone == "bad" else ""
    sign = "!" if insight.kind == "day" else SIGNS[tone]
    narrowed = {"since": filters.since.isoformat(), "until": filters.until.isoformat(), **insight.filters}
    pairs = [("guests", "yes")] if filters.guests else []
    query = urlencode([*narrowed.items(), *pairs])
    return Told(insight.text, sign, tone, f"/adoption?{query}#{ANCHORS.get(insight.measure, 'activation-by-day')}")
