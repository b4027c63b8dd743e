"""Whom each measure counts."""

from __future__ import annotations

from slackanalytics.adoption.hiding import Counted

COUNTED = {
    "activation": Counted("provisioned", ("active",)),
    "activation_by_day": Counted("provisioned", ("active",)),
    "activation_by_week": Counted("provisioned", ("active",)),
    "activation_by_department": Counted("provisioned", ("active",)),
    "activation_by_department_week": Counted("provisioned", ("active",)),
    "active_people": Counted("monthly_active", ("daily_active", "weekly_active"), of="activation_by_day"),
    "stickiness": Counted("monthly_active", of="activation_by_day"),
    "posting_share": Counted("active", ("posting",), of="activation_by_week"),
    "channel_share": Counted("posting", of="activation_by_week"),
    "messages": Counted("active", of="activation_by_week"),
    "platform_mix": Counted("active", ("people",), of="activation"),
    "flow": Counted("active", ("lapsed",), of="activation_by_week"),
    "retention": Counted("people", ("active",)),
}
"""Whom each measure counts: what is hidden depends on it."""
SEATS = Counted("provisioned", ("never_claimed", "billable", "inactive", "used", "stopped"))
"""The same of seats, with what follows from the others: billed and used, and signed in to once and not used."""
