"""The late desk: one arrival is one entry, one event and one mark, in one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from intranet import store
from intranet.errors import NotAllowed, Refused
from intranet.extension.caller import Caller
from intranet.extension.values import Known, Proposal, Slot
from intranet.law.codes import CodesOn
from intranet.law.sessions import session_of
from intranet.people import Actor
from intranet.people import service as people_service
from intranet.pupils import service as pupils
from intranet.registers import advice, desk_log, reading, rules
from intranet.registers import desk_children as kids
from intranet.registers.desk_children import Child
from intranet.registers.desk_rules import Reason, slot_at, undo_seconds
from intranet.registers.saving import Save, complete, store_marks
from intranet.registers.values import Entry, OnRoll
from intranet.settings.context import SettingContext
from intranet.store import marks as stored_marks

PROMPT = "Came alone. Ask whether they are safe; tell the safeguarding lead if anything worries you."
UNDONE = "Late desk entry undone"


@dataclass(frozen=True)
class Arrival:
    """Somebody who came to the hatch; ``drawn`` is what the page knew of the pupil."""

    pupil_id: int
    reason: Reason
    at: datetime
    adult: str = ""
    contact_id: int | None = None
    note: str = ""
    drawn: int = 0
    request_id: str = ""


@dataclass(frozen=True)
class SignedIn:
    """What an arrival came to: the entry's id, the mark stored (None: none) and a sentence where there is none."""

    pupil_id: int
    symbol: str | None = None
    minutes: int | None = None
    said: str = ""
    alone: bool = False
    repeated: bool = False

    @property
    def sentences(self) -> str:
        """Return what to say about it: why there is no mark, and the safeguarding prompt for a child who came alone (ATT-045)."""
        return " ".join(part for part in (self.said, PROMPT if self.alone else "") if part)


@dataclass(frozen=True)
class Plan:
    """The mark an arrival leads to: the save it would be part of, or why there is none."""

    save: Save | None = None
    wanted: tuple[OnRoll, Entry] | None = None
    said: str = ""


def proposal(caller: Caller, child: Child, at: datetime, reason: Reason | None = None) -> Proposal | None:
    """Return the mark the clock proposes for an arrival; None when no session is running (ATT-042, ATT-044, ATT-046)."""
    slot = slot_at(child.slots, at)
    if slot is None:
        return None
    codes = caller.codes.on(at.date())
    symbol = reason.symbol if reason and reason.symbol in codes else None
    offered = caller.propose_mark(slot, child.facts, Known("arrival", symbol=symbol, at=at, source="late desk"), at.date())
    return offered if offered and offered.symbol in codes else _by_start(slot, codes, at)


def _by_start(slot: Slot, codes: CodesOn, at: datetime) -> Proposal:
    """Return what an arrival comes to where the setting type has no closing time: in time, or late by so many minutes."""
    late = rules.minute(at.time()) - rules.minute(slot.starts)
    code = rules.meaning(codes, slot.key, "late" if late > 0 else "present")
    return Proposal(code.symbol, f"Arrived {at:%H:%M}, session from {slot.starts:%H:%M}", late if late > 0 else None, source="late desk")


def stays(caller: Caller, child: Child) -> str:
    """Return why the mark that stands is left as it is: it says the pupil is here; nothing where it may change."""
    code = caller.codes.on(child.slot.day).by_id(child.mark.code_id) if child.mark and child.slot else None
    if code is None or code.meaning not in ("present", "late"):
        return ""
    return f"The register says {caller.entered_symbol(code.symbol)} ({code.name}) already; it stays as it is."


def sign_in(ctx: SettingContext, caller: Caller, actor: Actor, arrival: Arrival, now: datetime) -> SignedIn:
    """Store an arrival with its mark; raise NotFound, Refused when the pupil's entry or mark changed since the page was drawn."""
    with store.connection() as conn:
        child = kids.access(conn, ctx, caller, actor, arrival.pupil_id, arrival.at)
        plan = _plan(conn, ctx, caller, actor, child, arrival, now)
    try:
        with store.writing(now=now, actor_id=actor.account_id) as w:
            _store(w, ctx, child, arrival, plan)
    except store.RequestSeen:
        return SignedIn(arrival.pupil_id, repeated=True)
    alone = not arrival.adult and not child.is_out
    entry = plan.wanted[1] if plan.wanted else None
    return SignedIn(arrival.pupil_id, entry.symbol if entry else None, entry.minutes if entry else None, plan.said, alone)


def _plan(
    conn: Connection, ctx: SettingContext, caller: Caller, actor: Actor, child: Child, arrival: Arrival, now: datetime
) -> Plan:
    """Return the mark to store with an arrival; a rule that is against it is said and the arrival stands all the same."""
    offered = proposal(caller, child, arrival.at, arrival.reason)
    if offered is None or child.group_id is None or child.number is None:
        why = "no register has this pupil" if child.group_id is None else "no session is running"
        return Plan(said=f"No mark was entered: {why}.")
    kept = stays(caller, child)
    if kept:
        return Plan(said=kept)
    try:
        return _saving(conn, ctx, caller, actor, child, arrival, offered, now)
    except (Refused, NotAllowed) as error:
        return Plan(said=f"No mark was entered. {error.message}")


def _saving(
    conn: Connection, ctx: SettingContext, caller: Caller, actor: Actor, child: Child, arrival: Arrival, offered: Proposal, now: datetime
) -> Plan:
    number, group_id = child.number, child.group_id
    if number is None or group_id is None:
        return Plan()
    sheet = reading.read_sheet(conn, ctx, caller, number, group_id)
    mine = next((one for one in sheet.roll if one.pupil_id == child.id and one.slot), None)
    if mine is None:
        return Plan(said="No mark was entered: the register has no such session for this pupil.")
    before = caller.codes.symbol(child.mark.code_id) if child.mark else None
    why = f"Signed in at the desk at {arrival.at:%H:%M}: {arrival.reason.label}"
    save = Save(ctx, caller, sheet, actor, now, arrival.drawn, _part(arrival.request_id, "mark"), reason=why, source="desk")
    entry = complete(save, Entry(child.id, offered.symbol, offered.minutes, offered.note or None, "late desk", before))
    entry = entry._replace(minutes=offered.minutes)
    advice.refuse_closed(ctx, save.slot, group_id)
    advice.refuse_early(save.slot, max(now, arrival.at))
    advice.advise(caller, [(mine, entry)], now, actor.roles(ctx.id), sheet.records, why)
    return Plan(save, (mine, entry))


def _store(w: store.Writing, ctx: SettingContext, child: Child, arrival: Arrival, plan: Plan) -> None:
    """Write the entry's event, its mark and its row; raise Refused when somebody was quicker, RequestSeen for a repeat."""
    kind = "back" if child.is_out else "in"
    values: dict[str, Any] = {"adult": arrival.adult, "contact": arrival.contact_id, "reason": arrival.reason.label, "note": arrival.note}
    said = {**values, "session": child.number, "mark": plan.wanted[1].symbol if plan.wanted else None}
    stored = desk_log.record(w, ctx.id, desk_log.KINDS[kind], child.id, arrival.at, said, request_id=arrival.request_id or None)
    refuse_overtaken(w.conn, ctx.id, child, arrival.at, arrival.drawn, but=stored.position)
    position = None
    if plan.save is not None and plan.wanted is not None:
        outcome = store_marks(w, plan.save, [plan.wanted])
        if outcome.conflicts:
            raise overtaken(child.name, "The mark was changed")
        position = outcome.position
    mark = child.mark
    before = [_symbol(plan, mark.code_id), mark.minutes, mark.note] if mark and position else None
    desk_log.keep(w, stored, kind, child.id, arrival.at, values, session_no=child.number, mark_position=position, before=before)


def _symbol(plan: Plan, code_id: int) -> str | None:
    """Return the symbol of the mark that an arrival replaced."""
    return plan.save.caller.codes.symbol(code_id) if plan.save else None


def refuse_overtaken(conn: Connection, setting_id: int, child: Child, at: datetime, drawn: int, *, but: int = 0) -> None:
    """Raise Refused when the pupil has a newer entry than the page showed: two people at the desk at once."""
    newer = [row for row in desk_log.of_day(conn, setting_id, at.date(), child.id) if row.undone_position is None and drawn < row.position != but]
    if newer:
        words = {"in": "signed in", "out": "signed out", "back": "signed back in"}[newer[-1].kind]
        raise overtaken(child.name, f"The pupil was {words}")


def overtaken(name: str, what: str) -> Refused:
    """Return the refusal for a page that somebody else has overtaken."""
    return Refused("Pupil", name, f"{what} by somebody else a moment ago, so nothing was stored twice", "Look at today's list, then type the name again")


def _part(request_id: str, part: str) -> str:
    """Return the request id of a part of a request: the same for the same request."""
    return str(uuid.uuid5(uuid.UUID(request_id), part)) if request_id else str(uuid.uuid4())


# ------------------------------------------------------------------ undo


def may_undo(row: Any, now: datetime) -> bool:
    """Return whether an entry is still young enough to be undone."""
    return row.undone_position is None and now - row.recorded_at <= timedelta(seconds=undo_seconds())


def undo(ctx: SettingContext, caller: Caller, actor: Actor, presence_id: int, now: datetime) -> None:
    """Undo an entry by an event, and its mark if it still stands; raise NotFound, Refused when it is too late."""
    with store.connection() as conn:
        row = desk_log.one(conn, ctx.id, presence_id)
        if row.undone_position is not None:
            return
        if not may_undo(row, now):
            rule = f"an entry can be undone for {undo_seconds()} seconds and this one is older"
            raise Refused("Entry", _clock(row.recorded_at, now), rule, "Amend the mark in the register instead, with a reason")
        child = kids.access(conn, ctx, caller, actor, row.pupil_id, now)
        back = _restoring(conn, ctx, caller, actor, child, row, now) if row.mark_position else None
    with store.writing(now=now, actor_id=actor.account_id) as w:
        if desk_log.one(w.conn, ctx.id, presence_id).undone_position is not None:
            return  # somebody else undid it while this waited
        data = {"of": row.position, "session": row.session_no}
        stored = desk_log.record(w, ctx.id, "presence.undone", row.pupil_id, now, data)
        if back is not None and back.save is not None and back.wanted is not None:
            store_marks(w, back.save, [back.wanted])  # somebody's later mark is a conflict and stays
        desk_log.mark_undone(w, ctx.id, presence_id, stored.position)


def _restoring(
    conn: Connection, ctx: SettingContext, caller: Caller, actor: Actor, child: Child, row: Any, now: datetime
) -> Plan | None:
    """Return the mark before the entry; where there was none, no reason yet (a saved mark is changed, never removed)."""
    if child.group_id is None:
        return None
    sheet = reading.read_sheet(conn, ctx, caller, row.session_no, child.group_id)
    mine = next((one for one in sheet.roll if one.pupil_id == child.id and one.slot), None)
    if mine is None:
        return None
    key = session_of(row.session_no).key
    none_yet = next(code for code in caller.codes.on(sheet.day) if code.meaning == "unexplained" and code.allows(key))
    symbol, minutes, note = row.before or (none_yet.symbol, None, None)
    save = Save(ctx, caller, sheet, actor, now, row.mark_position, str(uuid.uuid4()), reason=UNDONE, source="desk")
    return Plan(save, (mine, Entry(child.id, symbol, minutes, note)))


def _clock(at: datetime, now: datetime) -> str:
    """Return a stored moment as a clock time here."""
    return f"{at.astimezone(now.tzinfo):%H:%M}"


# ------------------------------------------------------------------ the page


@dataclass(frozen=True)
class Line:
    """One line of today's list at a desk."""

    id: int
    row: Any
    name: str
    group_name: str
    symbol: str = ""
    word: str = ""
    minutes: int | None = None
    by: str = ""
    may_undo: bool = False
    undone: bool = False
    prompt: str = ""


def today(conn: Connection, ctx: SettingContext, caller: Caller, actor: Actor, now: datetime, shown: Sequence[str] = ("in", "back")) -> list[Line]:
    """Return today's entries at a desk, newest first, with the marks as they stand now; a fixed number of statements."""
    rows = [row for row in desk_log.of_day(conn, ctx.id, now.date()) if row.kind in shown]
    if not rows:
        return []
    names = {child.pupil_id: child for child in kids.reach(conn, ctx, actor, now.date())}
    groups = {group.id: group.name for group in pupils.groups(conn, ctx.id, now.date())}
    numbers = {row.session_no for row in rows if row.session_no}
    found = stored_marks.for_session(conn, ctx.id, numbers, {row.pupil_id for row in rows}) if numbers else []
    marks = {(mark.session_no, mark.pupil_id): mark for mark in found}
    people = people_service.names(conn, {row.recorded_by for row in rows if row.recorded_by})
    lines = [_line(caller, row, names[row.pupil_id], groups, marks.get((row.session_no, row.pupil_id)), people, now)
             for row in rows if row.pupil_id in names]  # fmt: skip
    return lines[::-1]


def _line(caller: Caller, row: Any, entry: Any, groups: Any, mark: Any, people: Any, now: datetime) -> Line:
    code = caller.codes.on(row.day).by_id(mark.code_id) if mark else None
    alone = row.kind == "in" and not row.adult and row.undone_position is None
    return Line(
        row.id, row, entry.shown_name, groups.get(entry.group_id, ""), caller.entered_symbol(code.symbol) if code else "", code.name if code else "",
        mark.minutes if mark else None, people.get(row.recorded_by, ""), may_undo(row, now), row.undone_position is not None,
        PROMPT if alone else "",
    )  # fmt: skip

