"""Absence taken down by the office, the DSL's hold on calls, visits with a time to be back, and who decides for the head."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, update

from intranet import store
from intranet.errors import NotFound, Refused
from intranet.extension.api import setting_of
from intranet.extension.caller import Caller
from intranet.extension.values import Request
from intranet.people import Actor
from intranet.people import service as people
from intranet.pupils import service as pupils
from intranet.pupils.access import access_pupil
from intranet.registers import followup_rules as rules
from intranet.registers.followup_logging import claim
from intranet.registers.followup_models import AbsenceMessage
from intranet.registers.followup_reading import DELEGATE, HOLD, REPORT, VISIT
from intranet.settings.context import SettingContext
from intranet.store import records
from intranet.store.events import register_kind

register_kind("followup.message_read", lambda _data: "read a parent's message about an absence")
LEAVE = "needs a request for leave"
MOST_DAYS = timedelta(days=366)  # of one report: longer is a mistyped year


@dataclass(frozen=True)
class Report:
    """What somebody said of an absence: from when to when, why, who said it and how."""

    first: date
    last: date
    reason: str
    informant: str
    channel: str
    text: str = ""
    evidence: str = ""
    set_apart: tuple[date, ...] = ()  # by the religious body, of an observance


def take_down(
    ctx: SettingContext, caller: Caller, actor: Actor, pupil_id: int, report: Report, request_id: str, now: datetime, message_id: int | None = None
) -> tuple[date, ...]:  # fmt: skip
    """Store a reported absence, which is a proposal in the registers of its days and never a mark; raise NotFound, Refused.

    Return the days that the setting's policy takes for a request for leave: they are kept without a code.
    """
    access_pupil(actor, ctx.id, pupil_id, now.date())
    reason = rules.reason_for(report.reason)
    _refuse_days(report)
    if not report.informant.strip():
        raise Refused("Who told us", "", "a reported absence keeps who said so", "Enter their name and who they are to the child", fields=["informant"])
    leave = _leave(ctx, caller, pupil_id, report)
    kept = claim(reason, caller, report.first, informant=report.informant.strip(), channel=report.channel, text=report.text.strip(), now=now,
                 evidence=report.evidence)  # fmt: skip
    try:
        with store.writing(now=now, actor_id=actor.account_id) as w:
            for number, (first, last, asked) in enumerate(_stretches(ctx, report, leave)):
                data = {**kept, "symbol": "", "note": f"{reason.label}: {LEAVE}"} if asked else kept
                records.create(w, setting_id=ctx.id, kind=REPORT, pupil_id=pupil_id, first=first, last=last, data=data,
                               request_id=None if number else request_id)  # fmt: skip
            if message_id is not None:
                _read_message(w, ctx.id, pupil_id, message_id, actor, now)
    except store.RequestSeen:
        return leave
    return leave


def _leave(ctx: SettingContext, caller: Caller, pupil_id: int, report: Report) -> tuple[date, ...]:
    """Return the days of a report that must be asked for as leave, by the setting's own rules."""
    with store.connection() as conn:
        facts = pupils.facts(conn, ctx.id, [pupil_id], on=report.first).get(pupil_id)
    days = tuple(ctx.calendar.school_days(report.first, report.last))
    if facts is None or not days:
        return ()
    data = {"reason": report.reason, "days": days, "set_apart": report.set_apart}
    found = caller.assess(Request("absence", setting_of(ctx), facts, report.first, data)).figures.get("leave_request")
    return tuple(day for day in days if day in found) if isinstance(found, tuple) else ()


def _stretches(ctx: SettingContext, report: Report, leave: tuple[date, ...]) -> list[tuple[date, date, bool]]:
    """Return the report whole, or day by day where some of its days are leave: first day, last day, whether it is leave."""
    if not leave:
        return [(report.first, report.last, False)]
    return [(day, day, day in leave) for day in ctx.calendar.school_days(report.first, report.last)]


def _refuse_days(report: Report) -> None:
    if report.last < report.first:
        shown = f"{report.last:%d/%m/%Y}"
        raise Refused("Last day", shown, f"it is before the first, {report.first:%d/%m/%Y}", "Enter the same day or a later one", fields=["last"])
    if report.last - report.first > MOST_DAYS:
        raise Refused("Last day", f"{report.last:%d/%m/%Y}", "it is more than a year after the first", "Check the year", fields=["last"])


def _read_message(w: store.Writing, setting_id: int, pupil_id: int, message_id: int, actor: Actor, now: datetime) -> None:
    stored = w.append(
        setting_id=setting_id, stream=f"followup:{pupil_id}", kind="followup.message_read", data={"message": message_id}, occurred_on=now.date()
    )
    table = AbsenceMessage.__table__
    here = (table.c.setting_id == setting_id, table.c.id == message_id, table.c.pupil_id == pupil_id)
    values = {"read_at": now, "read_by": actor.account_id, "position": stored.position}
    if w.conn.execute(update(AbsenceMessage).where(*here).values(**values)).rowcount == 0:
        raise NotFound("There is no such message here. Open the list again.")


# ------------------------------------------------------------------ do not call


def hold(ctx: SettingContext, actor: Actor, pupil_id: int, request_id: str, now: datetime) -> None:
    """Let nobody ring a home until the DSL lifts it; only that it is so is kept here, the reason stays with the DSL."""
    access_pupil(actor, ctx.id, pupil_id, now.date())
    with store.connection() as conn:
        if records.live(conn, ctx.id, HOLD, now.date(), [pupil_id]):
            return
    _create(ctx, actor, HOLD, pupil_id, now.date(), None, {}, request_id, now)


def lift(ctx: SettingContext, actor: Actor, pupil_id: int, now: datetime) -> None:
    """Let people ring a home again; it never rang on the days before."""
    access_pupil(actor, ctx.id, pupil_id, now.date())
    with store.writing(now=now, actor_id=actor.account_id) as w:
        for one in records.live(w.conn, ctx.id, HOLD, now.date(), [pupil_id]):
            records.end(w, ctx.id, one.id, one.version, now.date() - timedelta(days=1), "lifted by the DSL")


def _create(ctx: SettingContext, actor: Actor, kind: str, pupil_id: int | None, first: date, last: date | None, data: Mapping[str, Any],
            request_id: str, now: datetime) -> None:  # fmt: skip
    try:
        with store.writing(now=now, actor_id=actor.account_id) as w:
            records.create(w, setting_id=ctx.id, kind=kind, pupil_id=pupil_id, first=first, last=last, data=data, request_id=request_id)
    except store.RequestSeen:
        return


# ------------------------------------------------------------------ visits


def plan_visit(
    ctx: SettingContext, actor: Actor, pupil_id: int, who: str, leaves: time, back: time, request_id: str, now: datetime
) -> bool:  # fmt: skip
    """Store who goes to a home, from when and when they are to be back; return whether they go alone (C-53). Raise Refused."""
    access_pupil(actor, ctx.id, pupil_id, now.date())
    names = [name.strip() for name in who.replace(" and ", ",").split(",") if name.strip()]
    if not names:
        raise Refused("Who goes", "", "a visit names everybody who goes", "Enter the names with a comma between them", fields=["who"])
    if back <= leaves:
        rule = f"it is not after the time of leaving, {leaves:%H:%M}"
        raise Refused("Expected back", f"{back:%H:%M}", rule, "Enter a later time", fields=["back"])
    data = {"who": names, "from": f"{leaves:%H:%M}", "back": f"{back:%H:%M}", "checked_in": ""}
    _create(ctx, actor, VISIT, pupil_id, now.date(), now.date(), data, request_id, now)
    return len(names) == 1


def visit(conn: Connection, setting_id: int, visit_id: int) -> records.Record:
    """Return a visit; raise NotFound for another setting's."""
    return _record(conn, setting_id, visit_id, VISIT, "There is no such visit here. Open the list again.")


def _record(conn: Connection, setting_id: int, record_id: int, kind: str, gone: str) -> records.Record:
    """Return a record of a kind; raise NotFound alike for one of another setting, of another kind and one that never was."""
    try:
        one = records.one(conn, setting_id, record_id)
    except NotFound:
        raise NotFound(gone) from None
    if one.kind != kind:
        raise NotFound(gone)
    return one


def check_in(ctx: SettingContext, actor: Actor, visit_id: int, outcome: str, now: datetime) -> None:
    """Record that whoever visited is back and what came of it; raise NotFound for another setting's, Refused without an outcome."""
    if not outcome.strip():
        raise Refused("Outcome", "", "a visit keeps what came of it", "Write who was seen, or that nobody was", fields=["note"])
    with store.writing(now=now, actor_id=actor.account_id) as w:
        one = visit(w.conn, ctx.id, visit_id)
        if not one.data.get("checked_in"):
            data = {**one.data, "checked_in": now.isoformat(timespec="minutes"), "outcome": outcome.strip()}
            records.amend(w, ctx.id, one.id, one.version, data=data)


# ------------------------------------------------------------------ who decides for the head


def delegates(conn: Connection, setting_id: int, on: date) -> list[records.Record]:
    """Return who decides on absence for the head on a day; one statement."""
    return records.live(conn, setting_id, DELEGATE, on)


def delegate(ctx: SettingContext, actor: Actor, account_id: int, request_id: str, now: datetime) -> None:
    """Let a member of staff decide on absence for the head from today; raise NotFound for somebody who is not staff here (ATT-072)."""
    with store.connection() as conn:
        names = {row.id: row.name for row in people.staff(conn, ctx.id, now.date())}
        known = {one.data["account"] for one in records.live(conn, ctx.id, DELEGATE, now.date())}
    if account_id not in names:
        raise NotFound("There is no such member of staff here. Choose one from the list.")
    if account_id not in known:
        _create(ctx, actor, DELEGATE, None, now.date(), None, {"account": account_id, "name": names[account_id]}, request_id, now)


def end_delegation(ctx: SettingContext, actor: Actor, record_id: int, now: datetime) -> None:
    """Let somebody decide for the head no longer; raise NotFound for another setting's."""
    with store.writing(now=now, actor_id=actor.account_id) as w:
        one = _record(w.conn, ctx.id, record_id, DELEGATE, "There is no such delegate here. Open the list again.")
        records.end(w, ctx.id, one.id, one.version, now.date() - timedelta(days=1), "ended by the head")
