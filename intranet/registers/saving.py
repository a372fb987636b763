"""Saves a register: one short transaction, one event, and nobody's mark overwritten unseen."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from intranet import duties, store
from intranet.errors import NotFound, Refused
from intranet.extension.caller import Caller
from intranet.extension.values import Slot
from intranet.people import Actor
from intranet.people.models import Account
from intranet.pupils.models import GroupMember
from intranet.registers import advice, rules
from intranet.registers.access import may_amend, refuse_untaken
from intranet.registers.reading import Sheet, read_sheet, require_session
from intranet.registers.values import Entry, MarkConflict, MarksRefused, OnRoll, Outcome, Paper
from intranet.settings.context import SettingContext
from intranet.store import events
from intranet.store import marks as stored_marks
from intranet.store.marks import MarkRow, StoredMark
from intranet.store.tables import event

REST = "rest"
WHILE_OPEN = "changed while the register was open"
CLOSED = ("ATT-041", "SI 2024/208 reg 6")


@dataclass(frozen=True)
class Save:
    """One save on its way: the sheet it is for and who saves what, in reply to which page."""

    ctx: SettingContext
    caller: Caller
    sheet: Sheet
    actor: Actor
    now: datetime
    drawn: int
    request_id: str
    rest_present: bool = False
    reason: str = ""
    paper: Paper | None = None
    source: str | None = None

    @property
    def slot(self) -> Slot:
        """Return the session being marked."""
        return require_session(self.sheet)

    @property
    def moment(self) -> datetime:
        """Return when the marks were taken: on paper, or now."""
        return self.paper.at if self.paper else self.now


def save(
    ctx: SettingContext, caller: Caller, session_no: int, group_id: int, entries: Sequence[Entry], drawn: int, request_id: str,
    actor: Actor, now: datetime, *, rest_present: bool = False, paper: Paper | None = None, among: Collection[int] | None = None,
    reason: str = "",
) -> Outcome:  # fmt: skip
    """Store the marks that nobody changed since the page was drawn and return the rest as conflicts; raise MarksRefused, Refused.

    ``among`` are the pupils the page showed without a mark: "everyone else present" marks nobody else.
    """
    with store.connection() as conn:
        sheet = read_sheet(conn, ctx, caller, session_no, group_id, marks=False, known=any(entry.symbol.upper() == "C2" for entry in entries))
        refuse_untaken(actor, ctx.id, sheet.group)
        left = _left(conn, ctx.id, sheet, entries)
    slot = require_session(sheet)
    advice.refuse_closed(ctx, slot, group_id)
    advice.refuse_early(slot, now)
    _refuse_paper(slot, paper, now)
    this = Save(ctx, caller, sheet, actor, now, drawn, request_id, rest_present, reason.strip(), paper, "paper" if paper else None)
    wanted = _wanted(this, entries, among)
    advice.advise(caller, wanted, now, actor.roles(ctx.id), sheet.records, reason)
    with store.writing(now=now, actor_id=actor.account_id) as w:
        outcome = store_marks(w, this, wanted)
    gone = _gone(this, left)
    return replace(outcome, conflicts=(*with_who(ctx.id, outcome.conflicts), *gone))


def _refuse_paper(slot: Slot, paper: Paper | None, now: datetime) -> None:
    if paper is None:
        return
    if not paper.by.strip():
        raise Refused("Taken by", "", "a paper register says who took it", "Enter the name on the sheet", fields=["paper_by"])
    if not rules.opens_at(slot, now) <= paper.at <= now:
        raise Refused(
            "Taken at", f"{paper.at:%H:%M}", f"the session opened at {slot.opens:%H:%M} and it is {now:%H:%M} now",
            "Enter the time on the sheet", fields=["paper_at"],
        )  # fmt: skip


def _wanted(this: Save, entries: Sequence[Entry], among: Collection[int] | None) -> list[tuple[OnRoll, Entry]]:
    """Return each pupil's entry as it would be stored, with everyone else present when that was asked."""
    on_roll = {one.pupil_id: one for one in this.sheet.roll}
    wanted = [(on_roll[entry.pupil_id], complete(this, entry)) for entry in entries if entry.pupil_id in on_roll]
    if this.rest_present:
        wanted += _rest(this, {entry.pupil_id for entry in entries}, among)
    return wanted


def _rest(this: Save, entered: set[int], among: Collection[int] | None) -> list[tuple[OnRoll, Entry]]:
    codes = this.caller.codes.on(this.sheet.day)
    symbol = rules.meaning(codes, this.sheet.key, "present").symbol
    meant = [one for one in this.sheet.due if one.pupil_id not in entered and (among is None or one.pupil_id in among)]
    return [(one, Entry(one.pupil_id, symbol, source=REST)) for one in meant]


def complete(this: Save, entry: Entry) -> Entry:
    """Return an entry as it is stored: this session's own symbol, minutes for a late mark, no blank note."""
    codes = this.caller.codes.on(this.sheet.day)
    note = (entry.note or "").strip() or None
    symbol = rules.in_session(entry.symbol, codes, this.sheet.key)
    code = codes.get(symbol)
    minutes = entry.minutes
    if code and code.meaning == "late" and minutes is None and this.slot.day == this.moment.date():
        minutes = rules.minutes_late(this.slot, this.moment)
    return entry._replace(symbol=this.caller.stored_symbol(symbol, note), minutes=minutes, note=note)


# ------------------------------------------------------------------ inside the transaction


def store_marks(w: store.Writing, this: Save, wanted: Sequence[tuple[OnRoll, Entry]]) -> Outcome:
    """Judge each entry against the mark that stands now, store the good ones and return what came of it."""
    sid, number = this.ctx.id, this.sheet.session_no
    events.hold_chain(w.conn, sid)  # before reading: two savers must not both see the mark as it was
    ids = [one.pupil_id for one in this.sheet.roll]
    stands = {mark.pupil_id: mark for mark in stored_marks.for_session(w.conn, sid, [number], ids)} if ids else {}
    good, conflicts = _judged(this, wanted, stands)
    _refuse_late_changes(this, good, stands)
    if not good:
        first = events.seen(w.conn, sid, this.request_id)
        position = max((mark.position for mark in stands.values()), default=this.drawn)
        nothing = Outcome(position, (), conflicts)
        return told(this, _first_outcome(this, first, stands) if first else nothing, stands)
    try:
        stored = _append(w, this, good, stands, conflicts)
    except store.RequestSeen as seen:
        return told(this, _first_outcome(this, seen.event, stands), stands)
    years = stored_marks.write(w, sid, stored.position, this.ctx.layout, good)
    new = [row for row in good if row.pupil_id not in stands]
    _keep_state(w, this, stored, stands, new)
    found = _follow_up(w, this, good, new, years)
    return told(this, Outcome(stored.position, tuple(row.pupil_id for row in good), conflicts, findings=found), stands, good)


def told(this: Save, outcome: Outcome, stands: Mapping[int, StoredMark], good: Sequence[MarkRow] = ()) -> Outcome:
    """Return the outcome with the register as it stands now, so that nobody has to read it again."""
    now: dict[int, StoredMark | MarkRow] = {**stands, **{row.pupil_id: row for row in good}}
    due = {one.pupil_id for one in this.sheet.due}
    marks = {pupil: (_entered(this, mark.code_id), mark.minutes, mark.note) for pupil, mark in now.items() if pupil in due}
    state = this.sheet.group.state
    first = state.first_saved_at if state else this.now
    tag = rules.state(this.slot, len(due), len(marks), first, this.now)
    return replace(outcome, marks=marks, due=len(due), tag=tag, group_id=this.sheet.group.id)


def _entered(this: Save, code_id: int) -> str:
    return this.caller.entered_symbol(this.caller.codes.symbol(code_id) or "?")


def _judged(
    this: Save, wanted: Sequence[tuple[OnRoll, Entry]], stands: Mapping[int, StoredMark]
) -> tuple[list[MarkRow], tuple[MarkConflict, ...]]:
    codes = this.caller.codes.on(this.sheet.day)
    good, conflicts = [], []
    for one, entry in wanted:
        code, mark = codes.get(entry.symbol), stands.get(one.pupil_id)
        if code is None:  # the advisor lets none through
            raise MarksRefused({one.pupil_id: codes.explain(entry.symbol)})
        if entry.source == REST and mark is not None and mark.position <= this.drawn:
            continue  # marked before the page was drawn: not one of everyone else
        verdict = rules.judge(entry, code.id, mark, this.drawn)
        if verdict in ("new", "change"):
            good.append(MarkRow(this.sheet.session_no, one.pupil_id, code.id, entry.minutes, entry.note, entry.source))
        elif verdict == "conflict" and mark is not None:
            conflicts.append(_conflict(this, one, entry, mark))
    return good, tuple(conflicts)


def _conflict(this: Save, one: OnRoll, entry: Entry, mark: StoredMark) -> MarkConflict:
    theirs = _entered(this, mark.code_id)
    yours = this.caller.entered_symbol(entry.symbol)
    name = rules.whole_name(one.family, one.given)
    return MarkConflict(one.pupil_id, yours, theirs, "", None, entry.minutes, entry.note, name, mark.position)


def _refuse_late_changes(this: Save, good: Sequence[MarkRow], stands: Mapping[int, StoredMark]) -> None:
    """Raise when a saved mark would change after the close without a reason, or by somebody who may not amend (ATT-041)."""
    changed = [row.pupil_id for row in good if row.pupil_id in stands]
    closes = rules.closes_at(this.slot, this.now)
    if not changed or closes is None or this.now < closes or this.source == "desk":
        return
    if not may_amend(this.actor, this.ctx.id, this.sheet.group):
        office = this.caller.words["office"]
        text = f"The register closed at {closes:%H:%M} and this mark was saved before. Put it back and ask the {office} to correct it"
        raise MarksRefused(dict.fromkeys(changed, text), CLOSED)
    if not this.reason:
        text = f"The register closed at {closes:%H:%M} and this mark was saved before: changing it needs a reason"
        raise MarksRefused(dict.fromkeys(changed, text), CLOSED, ask=True)


def _append(
    w: store.Writing, this: Save, good: Sequence[MarkRow], stands: Mapping[int, StoredMark], conflicts: Sequence[MarkConflict]
) -> events.Stored:
    previous = {row.pupil_id: stands[row.pupil_id].code_id for row in good if row.pupil_id in stands}
    reason = this.reason or (WHILE_OPEN if previous else None)
    data = stored_marks.encode(
        this.sheet.session_no, this.sheet.group.id, good, previous=previous, drawn=this.drawn, source=this.source,
        rest_present=this.rest_present, reason=reason,
    )  # fmt: skip
    data |= _extras(this, bool(previous), conflicts)
    return w.append(
        setting_id=this.ctx.id, stream=f"register:{this.sheet.session_no}:{this.sheet.group.id}", kind="register.saved", data=data,
        occurred_on=this.sheet.day, request_id=this.request_id, basis=this.drawn or None,
    )  # fmt: skip


def _extras(this: Save, changes: bool, conflicts: Sequence[MarkConflict]) -> dict[str, Any]:
    """Return what only some saves keep: who changed marks in what position, a paper sheet, marks that were in conflict."""
    found: dict[str, Any] = {}
    if changes:
        found["by"] = [this.actor.name, position_of(this.actor, this.ctx.id)]
    if this.paper:
        found["paper"] = [this.paper.by.strip(), this.paper.at.isoformat()]
    if conflicts:
        found["x"] = [[c.pupil_id, c.yours, c.minutes] for c in conflicts]
    return found


def position_of(actor: Actor, setting_id: int) -> str:
    """Return the position a person acts in there: their role in the setting's own words, or their title."""
    return actor.role_label(setting_id) or actor.position_title


def _keep_state(w: store.Writing, this: Save, stored: events.Stored, stands: Mapping[int, StoredMark], new: Sequence[MarkRow]) -> None:
    due = {one.pupil_id for one in this.sheet.due}
    marked = len(due & (stands.keys() | {row.pupil_id for row in new}))
    from_paper = bool(this.paper) or bool(this.sheet.group.state and this.sheet.group.state.from_paper)
    stored_marks.save_state(w, stored, this.sheet.session_no, this.sheet.group.id, marked=marked, from_paper=from_paper)
    closes = rules.closes_at(this.slot, this.now)
    if marked >= len(due) and (closes is None or this.now >= closes):  # the duty arises at the close
        duties.register_taken(w, this.ctx.id, this.sheet.session_no, this.sheet.group.id, this.now)


def _follow_up(w: store.Writing, this: Save, good: Sequence[MarkRow], new: Sequence[MarkRow], years: stored_marks.Packed) -> Sequence[object]:
    codes = this.caller.codes.on(this.sheet.day)
    present = {code.id for code in codes if code.meaning == "present"}
    plain = [row.pupil_id for row in new if row.code_id in present]
    read = duties.Read(this.sheet.day, {one.pupil_id: one.facts for one in this.sheet.roll}, years)
    return duties.judge(w, this.caller, this.ctx, [row.pupil_id for row in good], this.now, plain=plain, read=read)


# ------------------------------------------------------------------ repeats, leavers, and who it was


def _first_outcome(this: Save, first: events.Stored, stands: Mapping[int, StoredMark]) -> Outcome:
    """Return what a request that was stored before came to then; its conflicts are shown against the marks of now."""
    if not first.data or first.kind not in ("register.saved", "register.amended"):
        return Outcome(first.position, repeated=True)
    held = stored_marks.decode(first.data)
    on_roll = {one.pupil_id: one for one in this.sheet.roll}
    conflicts = []
    for pupil, yours, minutes in first.data.get("x", ()):
        mark, one = stands.get(pupil), on_roll.get(pupil)
        if mark and one:
            conflicts.append(_conflict(this, one, Entry(pupil, yours, minutes), mark))
    shown = [stands[conflict.pupil_id].position for conflict in conflicts]
    return Outcome(max(first.position, *shown, 0), tuple(row.pupil_id for row in held.marks), tuple(conflicts), repeated=True)


def _left(conn: Connection, setting_id: int, sheet: Sheet, entries: Sequence[Entry]) -> list[Entry]:
    """Return entries for pupils who have left the class since; raise NotFound for a pupil who was never in it."""
    here = {one.pupil_id for one in sheet.roll}
    gone = [entry for entry in entries if entry.pupil_id not in here]
    if gone:
        member = GroupMember
        query = select(member.pupil_id).where(member.setting_id == setting_id, member.group_id == sheet.group.id)
        known = set(conn.scalars(query.where(member.pupil_id.in_([entry.pupil_id for entry in gone]))))
        if {entry.pupil_id for entry in gone} - known:
            raise NotFound(f"One of the marks is for a pupil who is not in {sheet.group.name}. Nothing was stored. Open the register again.")
    return gone


def _gone(this: Save, left: Sequence[Entry]) -> list[MarkConflict]:
    return [MarkConflict(e.pupil_id, e.symbol, None, "", None, e.minutes, e.note, "A pupil who has left the class") for e in left]


def with_who(setting_id: int, conflicts: Sequence[MarkConflict]) -> list[MarkConflict]:
    """Return conflicts with who made the other mark and when; no statement when there are none."""
    if not conflicts:
        return []
    with store.connection() as conn:
        query = select(event.c.position, event.c.recorded_at, Account.name).outerjoin_from(event, Account, Account.id == event.c.actor_id)
        rows = conn.execute(query.where(event.c.setting_id == setting_id, event.c.position.in_([c.position for c in conflicts]))).all()
    who = {row.position: row for row in rows}
    return [_named(conflict, who.get(conflict.position)) for conflict in conflicts]


def _named(conflict: MarkConflict, row: Any) -> MarkConflict:
    return replace(conflict, who=row.name or "Import", at=row.recorded_at) if row else conflict

