"""Suspensions and permanent exclusions: their days, the year's limit, and the education from the sixth day that is arranged and recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Connection, insert, select, update

from intranet import store
from intranet.cases.safeguarding import professionals
from intranet.clock import LONDON
from intranet.duties.findings import roles_text
from intranet.duties.models import Duty
from intranet.duties.statutory import DAY_SIX, PROVISION
from intranet.errors import Conflict, FieldProblem, NotFound, Refused
from intranet.extension.caller import Caller
from intranet.law.answers import Answer
from intranet.law.calendar import CalendarError
from intranet.law.rules_exclusion import Exclusion, day6, suspended_days
from intranet.law.words import long_date
from intranet.people import Actor
from intranet.pupils import service as pupils
from intranet.roll import returns
from intranet.settings.service import SettingContext
from intranet.store import records
from intranet.store.tables import record as table

KIND, SYMBOL = "suspension", "E"
ROLES, LONGEST, LONGEST_DAYS = ("head", "attendance_lead"), 2000, 200
CLAUSES = ("OTE-22", "SI 2007/1870 reg 3, 4")


@dataclass(frozen=True)
class New:
    """A suspension for so many school days, or a permanent exclusion, as it is entered."""

    first: date
    days: int | None
    permanent: bool
    reason: str
    examinations_over: bool = False
    plan_limits_hours: bool = False


@dataclass(frozen=True)
class Provided:
    """The education that was arranged from the sixth day."""

    record_id: int
    first: date
    provider: str
    place: str
    full_time: bool


@dataclass(frozen=True)
class Seen:
    """A suspension or permanent exclusion as its page shows it."""

    id: int
    first: date
    last: date | None
    permanent: bool
    reason: str
    version: int
    answer: Answer
    provision: dict[str, Any] | None = None

    @property
    def from_day(self) -> date | None:
        """Return the day from which education must be there; None when none must."""
        return self.answer.on if self.answer.holds else None


def of_pupil(conn: Connection, ctx: SettingContext, caller: Caller, pupil_id: int) -> list[Seen]:
    """Return a pupil's suspensions and exclusions, newest first."""
    row = pupils.row_of(conn, ctx.id, pupil_id)
    ids = select(table.c.id).where(table.c.setting_id == ctx.id, table.c.kind == KIND, table.c.pupil_id == pupil_id)
    found = [records.one(conn, ctx.id, one) for one in conn.execute(ids).scalars()]
    return sorted((_seen(ctx, caller, one, row["year_group"]) for one in found), key=lambda one: one.first, reverse=True)


def _seen(ctx: SettingContext, caller: Caller, one: records.Record, year: int | None) -> Seen:
    data = one.data
    facts = Exclusion(one.first, ctx.legal_type, one.last, bool(data.get("permanent")), year, bool(data.get("examinations_over")),
                      bool(data.get("plan_limits_hours")))  # fmt: skip
    answer = day6(facts, ctx.calendar, caller.params(one.first))
    return Seen(one.id, one.first, one.last, facts.permanent, str(data.get("reason", "")), one.version, answer, data.get("provision"))


def last_day(ctx: SettingContext, new: New) -> date | None:
    """Return the last school day of a suspension; None for a permanent exclusion. CalendarError past the term dates."""
    return None if new.permanent or not new.days else ctx.calendar.nth(new.first, new.days)


def check(conn: Connection, ctx: SettingContext, caller: Caller, pupil_id: int, new: New) -> date | None:
    """Return the last day; raise Refused for a day without school, an empty reason or more days than the year allows."""
    found = []
    if not ctx.calendar.is_school_day(new.first):
        found.append(FieldProblem("first", f"{long_date(new.first)} is not a school day here. Enter the first school day of it."))
    if not new.permanent and not 1 <= (new.days or 0) <= LONGEST_DAYS:
        found.append(FieldProblem("days", "Say for how many school days, or that it is permanent."))
    if not new.reason.strip() or len(new.reason) > LONGEST:
        found.append(FieldProblem("reason", f"Write the reason, in up to {LONGEST} characters."))
    try:
        last = last_day(ctx, new) if not found else None
    except CalendarError:
        last = None
        found.append(FieldProblem("days", "The calendar ends before its last day: enter the next term dates first."))
    if last is not None:
        limit = suspended_days(ctx.calendar, new.first, last, _before(conn, ctx, caller, pupil_id, new.first), caller.params(new.first))
        if not limit.holds:
            found.append(FieldProblem("days", f"{limit.says} {limit.missing[0]}"))
    if found:
        raise Refused("Suspension", None, found[0].text, "Nothing was stored", clauses=("SI 2012/1033", *CLAUSES), fields=found)
    return last


def _before(conn: Connection, ctx: SettingContext, caller: Caller, pupil_id: int, day: date) -> int:
    """Return the school days of suspension that the pupil has had in the day's school year."""
    try:
        first, last = ctx.calendar.year_range(ctx.calendar.school_year(day))
    except CalendarError:
        return 0
    had = [one for one in of_pupil(conn, ctx, caller, pupil_id) if not one.permanent and one.last and first <= one.first <= last]
    return sum(ctx.calendar.count(one.first, min(one.last, last)) for one in had if one.last)


def record(
    ctx: SettingContext, caller: Caller, pupil_id: int, new: New, *, actor: Actor, now: datetime, request_id: str | None = None
) -> None:
    """Store a suspension or exclusion, which registers then propose as E, with the duty of its sixth day; Refused with what is wrong."""
    try:
        with store.writing(now=now, actor_id=actor.account_id) as w:
            row = pupils.row_of(w.conn, ctx.id, pupil_id)
            last = check(w.conn, ctx, caller, pupil_id, new)
            data = {"symbol": SYMBOL, "permanent": new.permanent, "reason": new.reason, "examinations_over": new.examinations_over,
                    "plan_limits_hours": new.plan_limits_hours}  # fmt: skip
            said = {"first": new.first.isoformat(), "last": last.isoformat() if last else None, "permanent": new.permanent, "reason": new.reason}
            w.append(setting_id=ctx.id, stream=f"pupil:{pupil_id}", kind="suspension.recorded", data=said, occurred_on=now.date(), request_id=request_id)
            made = records.create(w, setting_id=ctx.id, kind=KIND, pupil_id=pupil_id, first=new.first, last=last, data=data)
            seen = _seen(ctx, caller, made, row["year_group"])
            if seen.from_day is not None:
                w.conn.execute(insert(Duty).values(**_duty(ctx, pupil_id, seen, seen.from_day, now)))
            _tell(w, ctx, pupil_id, seen, now)
    except store.RequestSeen:
        return


def _tell(w: store.Writing, ctx: SettingContext, pupil_id: int, seen: Seen, now: datetime) -> None:
    """Store a notice for each professional who is recorded to be told of suspensions and exclusions."""
    what = "permanently excluded" if seen.permanent else "suspended"
    for one in professionals.told_of(w.conn, ctx.id, pupil_id, "exclusion", seen.first):
        title = f"Tell the {one.kind.label.lower()} that the pupil is {what} from {long_date(seen.first)}"
        returns.owe(w, ctx, pupil_id, returns.Owed(returns.TOLD, title, one.kind.label, seen.first, now.date(), ("OTE-23",)), now)


def _duty(ctx: SettingContext, pupil_id: int, seen: Seen, starts: date, now: datetime) -> dict[str, Any]:
    what = "Permanently excluded" if seen.permanent else "Suspended"
    opens = datetime.combine(starts, time(), LONDON)
    return {
        "setting_id": ctx.id, "kind": PROVISION, "pupil_id": pupil_id, "anchor": seen.first, "urgency": 10, "roles": roles_text(ROLES),
        "title": f"{what} from {long_date(seen.first)}: education from {long_date(starts)}", "clauses": ", ".join(CLAUSES), "raised_at": now,
        "due_at": opens, "overdue_from": datetime.combine(starts, time(23, 59), LONDON), "outcome": "",
    }  # fmt: skip


def provide(
    ctx: SettingContext, caller: Caller, pupil_id: int, given: Provided, *, actor: Actor, now: datetime, request_id: str | None = None
) -> None:
    """Record the education arranged from the sixth day; its duty is done. Refused without provider and place, or when it begins too late."""
    try:
        with store.writing(now=now, actor_id=actor.account_id) as w:
            seen = next((one for one in of_pupil(w.conn, ctx, caller, pupil_id) if one.id == given.record_id), None)
            if seen is None:
                raise NotFound
            _provision_problems(seen, given)
            late = seen.from_day is not None and given.first > seen.from_day
            data = {"first": given.first.isoformat(), "provider": given.provider, "place": given.place, "full_time": given.full_time, "late": late}
            w.append(setting_id=ctx.id, stream=f"pupil:{pupil_id}", kind="suspension.provided", data=data, occurred_on=now.date(), request_id=request_id)
            kept = records.one(w.conn, ctx.id, given.record_id)
            records.amend(w, ctx.id, kept.id, kept.version, data={**kept.data, "provision": data})
            outcome = f"Education from {long_date(given.first)}"
            done = update(Duty).where(
                Duty.setting_id == ctx.id, Duty.pupil_id == pupil_id, Duty.kind.in_((PROVISION, DAY_SIX)), Duty.anchor == seen.first, Duty.done_at.is_(None)
            )
            w.conn.execute(done.values(done_at=now, done_by=actor.account_id, outcome=outcome))
    except store.RequestSeen:
        return
    except store.VersionTaken as taken:
        raise Conflict((), "Somebody else recorded it at the same moment. Open the page again to see what they wrote.") from taken


def _provision_problems(seen: Seen, given: Provided) -> None:
    found = []
    if not given.provider.strip():
        found.append(FieldProblem("provider", "Write who provides the education."))
    if not given.place.strip():
        found.append(FieldProblem("place", "Write where the pupil goes for it."))
    if given.first < seen.first:
        found.append(FieldProblem("provided_from", f"It cannot begin before the suspension, {long_date(seen.first)}."))
    if not given.full_time:
        found.append(FieldProblem("full_time", "It must be suitable and full-time, unless a plan limits the hours: record that with the suspension."))
    if found:
        raise Refused("Provision", None, found[0].text, "Nothing was stored", clauses=CLAUSES, fields=found)
