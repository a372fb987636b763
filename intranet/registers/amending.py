"""Amends a saved mark the lawful way: original, new, reason, date, and the name with the position (ATT-041)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, select

from intranet import duties, store
from intranet.errors import NotAllowed, NotFound, Refused
from intranet.extension.caller import Caller
from intranet.law.sessions import day_of
from intranet.law.words import long_date
from intranet.people import Actor
from intranet.pupils.models import GroupMember
from intranet.pupils.roll import live
from intranet.registers import advice, rules
from intranet.registers.access import may_amend, refuse_unseen
from intranet.registers.reading import Sheet, read_sheet, require_session
from intranet.registers.saving import Save, complete, position_of, with_who
from intranet.registers.values import Entry, MarkConflict, OnRoll, Outcome
from intranet.settings.context import SettingContext
from intranet.store import events
from intranet.store import marks as stored_marks
from intranet.store.marks import MarkRow, StoredMark

AMENDING = ("ATT-041", "SPM-13", "SI 2024/208 reg 6")
REASON_LENGTH = 300


@dataclass(frozen=True)
class Amendable:
    """A saved mark with the register it stands in."""

    sheet: Sheet
    one: OnRoll
    mark: StoredMark


def group_of(conn: Connection, setting_id: int, session_no: int, pupil_id: int) -> int:
    """Return the class whose register a pupil is in that day; raise NotFound when there is none."""
    member = GroupMember
    query = select(member.group_id).where(member.setting_id == setting_id, member.pupil_id == pupil_id, live(member, day_of(session_no)))
    found = conn.scalars(query.limit(1)).first()
    if found is None:
        raise NotFound("This pupil is in no class with a register on that day.")
    return int(found)


def read_mark(ctx: SettingContext, caller: Caller, session_no: int, pupil_id: int, actor: Actor) -> Amendable:
    """Return a saved mark that the person may see; raise NotFound otherwise."""
    with store.connection() as conn:
        sheet = read_sheet(conn, ctx, caller, session_no, group_of(conn, ctx.id, session_no, pupil_id))
    refuse_unseen(actor, ctx.id, sheet.group)
    one = next((one for one in sheet.roll if one.pupil_id == pupil_id), None)
    mark = sheet.marks.get(pupil_id)
    if one is None or mark is None:
        raise NotFound("There is no saved mark to change. Take the register instead.")
    return Amendable(sheet, one, mark)


def amend(
    ctx: SettingContext, caller: Caller, session_no: int, pupil_id: int, symbol: str, minutes: int | None, note: str | None, reason: str,
    drawn: int, request_id: str, actor: Actor, now: datetime,
) -> Outcome:  # fmt: skip
    """Store the amendment with its five facts, or return the conflict; raise Refused without a reason, MarksRefused for the code."""
    found = read_mark(ctx, caller, session_no, pupil_id, actor)
    if not may_amend(actor, ctx.id, found.sheet.group):
        raise NotAllowed("Office or Attendance lead", "the office to correct the mark")
    refuse_no_reason(reason)
    require_session(found.sheet)
    this = Save(ctx, caller, found.sheet, actor, now, drawn, request_id, reason=reason.strip())
    entry = complete(this, Entry(pupil_id, symbol.strip().upper(), minutes, note, before=caller.codes.symbol(found.mark.code_id)))
    advice.advise(caller, [(found.one, entry)], now, actor.roles(ctx.id), found.sheet.records, reason)
    with store.writing(now=now, actor_id=actor.account_id) as w:
        outcome = store_amendment(w, this, found.one, entry)
    return replace(outcome, conflicts=tuple(with_who(ctx.id, outcome.conflicts)))


def refuse_no_reason(reason: str) -> None:
    """Raise Refused when an amendment has no reason or one that is too long to print (ATT-041)."""
    if not reason.strip():
        rule, step = "an amended mark keeps why it was changed", "Enter the reason, such as who rang and when"
        raise Refused("Reason", "", rule, step, clauses=AMENDING, fields=["reason"])
    if len(reason) > REASON_LENGTH:
        rule = f"it has {len(reason)} characters and {REASON_LENGTH} fit"
        raise Refused("Reason", f"{reason[:30]}…", rule, "Shorten it", clauses=AMENDING, fields=["reason"])


def store_amendment(w: store.Writing, this: Save, one: OnRoll, entry: Entry) -> Outcome:
    """Write the amendment in the transaction of its caller."""
    sid, number = this.ctx.id, this.sheet.session_no
    events.hold_chain(w.conn, sid)
    first = events.seen(w.conn, sid, this.request_id)
    if first is not None:
        return Outcome(first.position, (one.pupil_id,), repeated=True)
    mark = next(iter(stored_marks.for_session(w.conn, sid, [number], [one.pupil_id])), None)
    code = this.caller.codes.on(this.sheet.day).get(entry.symbol)
    if mark is None or code is None:
        raise NotFound("There is no saved mark to change. Take the register instead.")
    verdict = rules.judge(entry, code.id, mark, this.drawn)
    if verdict == "conflict":
        return Outcome(mark.position, (), (_conflict(this, one, entry, mark),))
    if verdict == "same":
        raise Refused("Mark", entry.symbol, "it is the mark that stands already", "Choose the mark that is right, or go back", fields=["mark"])
    row = MarkRow(number, one.pupil_id, code.id, entry.minutes, entry.note, entry.source)
    stored = _append(w, this, row, mark)
    stored_marks.write(w, sid, stored.position, this.ctx.layout, [row])
    found = duties.judge(w, this.caller, this.ctx, [one.pupil_id], this.now)
    return Outcome(stored.position, (one.pupil_id,), findings=found)


def _append(w: store.Writing, this: Save, row: MarkRow, mark: StoredMark) -> events.Stored:
    data = stored_marks.encode(
        row.session_no, this.sheet.group.id, [row], previous={row.pupil_id: mark.code_id}, drawn=this.drawn, source=this.source, reason=this.reason
    )
    data["by"] = [this.actor.name, position_of(this.actor, this.ctx.id)]
    return w.append(
        setting_id=this.ctx.id, stream=f"mark:{row.session_no}:{row.pupil_id}", kind="register.amended", data=data,
        occurred_on=day_of(row.session_no), request_id=this.request_id, basis=mark.position,
    )  # fmt: skip


def _conflict(this: Save, one: OnRoll, entry: Entry, mark: StoredMark) -> MarkConflict:
    theirs = this.caller.entered_symbol(this.caller.codes.symbol(mark.code_id) or "?")
    yours, name = this.caller.entered_symbol(entry.symbol), rules.whole_name(one.family, one.given)
    return MarkConflict(one.pupil_id, yours, theirs, "", None, entry.minutes, entry.note, name, mark.position)


def title(sheet: Sheet) -> str:
    """Return what a register is called: its class, session and day."""
    return f"{sheet.group.name}, {rules.session_word(sheet.session_no, sheet.slot).lower()} of {long_date(sheet.day)}"
