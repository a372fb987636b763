"""Attendance reports to authorities: each by the rhythm agreed with it, when the next is due, and a log of those that went out (OTE-12)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, select

from intranet import store
from intranet.errors import FieldProblem, Refused
from intranet.extension.caller import Caller
from intranet.law.calendar import Calendar
from intranet.law.words import long_date
from intranet.people import Actor
from intranet.settings import policy
from intranet.settings.service import SettingContext
from intranet.store import records
from intranet.store.tables import record as table

KEY, KIND, CLAUSES = "report.authority_rhythm", "authority_report", ("OTE-12", "SEN-010")
ONE_DAY, LOOKED_AT = timedelta(days=1), timedelta(weeks=14)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class Report:
    """What one authority is sent: by which rhythm, when next, which is overdue and when the last went out."""

    authority: str
    rhythm: str
    due: date | None
    overdue: date | None = None
    sent: date | None = None
    why: str = ""  # why no day can be named


def weekly(calendar: Calendar, day: date, weekday: str) -> date | None:
    """Return the day of the week's report: the weekday, or the last school day up to it; None in a week without one."""
    monday = day - timedelta(days=day.weekday())
    wanted = WEEKDAYS.index(weekday) if weekday in WEEKDAYS else len(WEEKDAYS) - 1
    days = calendar.school_days(monday, monday + timedelta(days=wanted))
    return days[-1] if days else None


def monthly(calendar: Calendar, day: date, _weekday: str) -> date | None:
    """Return the last school day of a day's month; None in a month without school."""
    first = day.replace(day=1)
    days = calendar.school_days(first, (first + timedelta(days=31)).replace(day=1) - ONE_DAY)
    return days[-1] if days else None


def termly(calendar: Calendar, day: date, _weekday: str) -> date | None:
    """Return the last school day of a day's term; None between terms."""
    return calendar.last_school_day_of_term(day)


Rhythm = Callable[[Calendar, date, str], date | None]
#: The first word of a rhythm; a weekly one may name its weekday ("weekly on Friday").
RHYTHMS: Mapping[str, Rhythm] = MappingProxyType({"weekly": weekly, "monthly": monthly, "termly": termly})


def dues(rhythm: str, calendar: Calendar, first: date, last: date) -> list[date]:
    """Return the days from first to last on which a report by this rhythm is due; none for words that are no rhythm."""
    words = rhythm.lower().split()
    rule = RHYTHMS.get(words[0]) if words else None
    if rule is None:
        return []
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return sorted({due for day in days if (due := rule(calendar, day, words[-1])) is not None and first <= due <= last})


def reports(conn: Connection, ctx: SettingContext, caller: Caller, today: date) -> list[Report]:
    """Return the report of each authority that has a rhythm, by name."""
    sent = _sent(conn, ctx.id)
    return [_report(ctx, authority, rhythm, since, sent.get(authority), today) for authority, rhythm, since in sorted(_agreed(ctx, caller, today))]


def _agreed(ctx: SettingContext, caller: Caller, today: date) -> Iterator[tuple[str, str, date]]:
    """Yield each authority with its rhythm and the day from which it holds: the setting's own, and those with a value of their own."""
    own = caller.params(today).get(KEY)
    if own:
        said = caller.params(today).resolution(KEY).in_force
        yield ctx.authority or "The local authority", str(own), (said.effective_from if said else None) or today
    for value in policy.variants(ctx):
        if value.key == KEY and value.value and value.in_force(today) and value.authority != ctx.authority:
            yield value.authority, str(value.value), value.effective_from or today


def _report(ctx: SettingContext, authority: str, rhythm: str, since: date, sent: Mapping[str, Any] | None, today: date) -> Report:
    covered = date.fromisoformat(sent["covers"]) if sent else None
    found = dues(rhythm, ctx.calendar, max(since, today - LOOKED_AT), today + LOOKED_AT)
    waiting = [day for day in found if covered is None or day > covered]
    late = next((day for day in waiting if day < today), None)
    due = next((day for day in waiting if day >= today), None)
    why = "" if due else "Its rhythm or the term dates name no day: write weekly on a weekday, monthly or termly, or enter the next term."
    return Report(authority, rhythm, due, late, date.fromisoformat(sent["on"]) if sent else None, why)


def _sent(conn: Connection, setting_id: int) -> dict[str, Mapping[str, Any]]:
    """Return the last report to each authority that went out."""
    query = select(table.c.id).where(table.c.setting_id == setting_id, table.c.kind == KIND).order_by(table.c.first, table.c.id)
    return {str(one.data["authority"]): one.data for one in (records.one(conn, setting_id, key) for key in conn.execute(query).scalars())}


@dataclass(frozen=True)
class Sent:
    """A report that went out, as it is entered."""

    authority: str
    on: date
    channel: str


def send(ctx: SettingContext, caller: Caller, given: Sent, *, actor: Actor, now: datetime, request_id: str | None = None) -> None:
    """Log a report that went out; it covers the oldest one owed. Refused for an authority without a rhythm or a day to come."""
    try:
        with store.writing(now=now, actor_id=actor.account_id) as w:
            report = next((one for one in reports(w.conn, ctx, caller, now.date()) if one.authority == given.authority), None)
            covers = (report.overdue or report.due) if report else None
            problems = _problems(given, covers, now.date())
            if problems:
                raise Refused("Report", None, problems[0].text, "Nothing was stored", clauses=CLAUSES, fields=problems)
            data = {"authority": given.authority, "on": given.on.isoformat(), "channel": given.channel, "covers": str(covers)}
            records.create(w, setting_id=ctx.id, kind=KIND, pupil_id=None, first=given.on, last=given.on, data=data, request_id=request_id)
    except store.RequestSeen:
        return


def _problems(given: Sent, covers: date | None, today: date) -> Sequence[FieldProblem]:
    found = []
    if covers is None:
        found.append(FieldProblem("authority", "No report is owed to this authority. Choose one from the list."))
    if given.on > today:
        found.append(FieldProblem("report_on", f"{long_date(given.on)} has not come yet. Enter the day on which it went out."))
    return found
