"""What a setting looked like when everybody's findings were last judged."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from intranet.settings.service import SettingContext
from intranet.store import Writing, events

STREAM, KIND = "duties", "findings.judged"

events.register_kind(KIND, lambda data: "judged everybody's findings again, as the calendar, a value or the school year had changed")


def marker(ctx: SettingContext, today: date) -> dict[str, Any]:
    """Return what findings depend on besides marks: the setting's version and the school year."""
    return {"version": ctx.version, "year": ctx.calendar.school_year(today)}


def judged(w: Writing, ctx: SettingContext, now: datetime) -> None:
    """Record that everybody's findings were judged."""
    w.append(setting_id=ctx.id, stream=STREAM, kind=KIND, data=marker(ctx, now.date()), occurred_on=now.date())
