"""The sentences on the dashboard: what is computed, and the narratives that say it.

A narrative is XML; a computation's outputs are named after the computation's Name. What each kind puts out:
https://docs.aws.amazon.com/quicksight/latest/user/auto-narrative-computations.html
"""

from __future__ import annotations

from slackanalytics.cloud.intrinsics import Value
from slackanalytics.cloud.quicksight_fields import ADOPTION, category, count, day, share, visual

RESULTS = 3
"""Departments named in a sentence."""

WEEK_NARRATIVE = """\
<narrative>
  <block>In the week of <expression>WeekByWeek.currentTimeValue.formattedValue</expression>,\
 <b><expression>WeekByWeek.currentMetricValue.formattedValue</expression></b> people were active,
    <if condition="WeekByWeek.absoluteDifference.value &gt; 0" level="inline">\
<b><expression>WeekByWeek.absoluteDifference.formattedAbsoluteValue</expression></b> more</if>
    <if condition="WeekByWeek.absoluteDifference.value &lt; 0" level="inline">\
<b><expression>WeekByWeek.absoluteDifference.formattedAbsoluteValue</expression></b> fewer</if>
    <if condition="WeekByWeek.absoluteDifference.value = 0" level="inline">as many</if>
    than in the week before (<expression>WeekByWeek.previousMetricValue.formattedValue</expression>).
  </block>
  <block>The most active week was that of <expression>Best.timeValue.formattedValue</expression>,\
 with <b><expression>Best.metricValue.formattedValue</expression></b> people.</block>
</narrative>"""

LAGGING_NARRATIVE = """\
<narrative>
  <block><b><expression>Overall.totalAggregate.formattedValue</expression></b> of those with a seat were active\
 in the period.</block>
  <if condition="Lagging.itemsCount &gt; 0" level="block">
    <block>The lowest activation:</block>
    <ul>
      <for listExpression="Lagging.items" level="block">
        <li><b><expression>Lagging.items[index].categoryValue.formattedValue</expression></b>,\
 <expression>Lagging.items[index].metricValue.formattedValue</expression></li>
      </for>
    </ul>
  </if>
</narrative>"""

MOVERS_NARRATIVE = """\
<narrative>
  <if condition="Movers.itemsCount = 0" level="block">No department moved in the last week.</if>
  <if condition="Movers.itemsCount &gt; 0" level="block">
    <block>What moved most from the week of <expression>Movers.startTimeValue.formattedValue</expression>\
 to that of <expression>Movers.endTimeValue.formattedValue</expression>:</block>
    <ul>
      <for listExpression="Movers.items" level="block">
        <li><b><expression>Movers.items[index].categoryValue.formattedValue</expression></b>:\
 from <expression>Movers.items[index].previousMetricValue.formattedValue</expression>\
 to <expression>Movers.items[index].currentMetricValue.formattedValue</expression> active people</li>
      </for>
    </ul>
  </if>
</narrative>"""


def insights() -> list[Value]:
    return [
        _insight(
            "insight-lagging",
            "Who lags",
            "Sentences: the share of people with a seat who were active, and the departments with the lowest share.",
            LAGGING_NARRATIVE,
            {"TotalAggregation": _computation("Overall", Value=share("lagging-overall", "activation_rate"))},
            {
                "TopBottomRanked": _computation(
                    "Lagging",
                    Type="BOTTOM",
                    Category=category("lagging-department", "department"),
                    Value=share("lagging-rate", "activation_rate"),
                    ResultSize=RESULTS,
                )
            },
        ),
        _insight(
            "insight-week",
            "This week",
            "Sentences: how many people were active in the last week, against the week before and the best week.",
            WEEK_NARRATIVE,
            {
                "PeriodOverPeriod": _computation(
                    "WeekByWeek", Time=day("week-week", "week"), Value=count("week-active", "active")
                )
            },
            {
                "MaximumMinimum": _computation(
                    "Best", Type="MAXIMUM", Time=day("best-week", "week"), Value=count("best-active", "active")
                )
            },
        ),
        _insight(
            "insight-movers",
            "What moved",
            "Sentences: the departments in which the number of active people changed most since the week before.",
            MOVERS_NARRATIVE,
            {
                "TopBottomMovers": _computation(
                    "Movers",
                    Type="TOP",
                    Time=day("movers-week", "week"),
                    Category=category("movers-department", "department"),
                    Value=count("movers-active", "active"),
                    MoverSize=RESULTS,
                    SortOrder="ABSOLUTE_DIFFERENCE",
                )
            },
        ),
    ]


def _computation(name: str, **members: Value) -> Value:
    return {"ComputationId": f"computation-{name.lower()}", "Name": name, **members}


def _insight(name: str, title: str, alt: str, narrative: str, *computations: Value) -> Value:
    return visual(
        "InsightVisual",
        name,
        title,
        alt,
        {
            "InsightConfiguration": {
                "Computations": list(computations),
                "CustomNarrative": {"Narrative": narrative},
            },
            "DataSetIdentifier": ADOPTION,
        },
    )
