"""Whom a terminal signs in as, and when."""

from __future__ import annotations

from datetime import date

CLIENT = ("111.222", "canary-client-secret")
TODAY = date(2026, 11, 23)
