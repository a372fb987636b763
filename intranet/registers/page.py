"""Puts a register's page together from what was read; nothing here is pre-marked, only offered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from intranet import store
from intranet.clock import LONDON
from intranet.extension.caller import Caller
from intranet.extension.values import Known, Proposal, Record, Slot
from intranet.law.codes import Code
from intranet.law.sessions import key_of
from intranet.people import Actor
from intranet.registers import desk_log, rules
from intranet.registers.access import may_amend, may_take, refuse_bad, refuse_unseen
from intranet.registers.reading import Sheet, day_sessions, earlier_sessions, read_sheet, require_session
from intranet.registers.values import OnRoll, RegisterPage, Row, ShownMark, Typed
from intranet.settings.context import SettingContext
from intranet.store.marks import StoredMark

NONE_BEFORE = ("–", "–")


@dataclass(frozen=True)
class Around:
    """What else a page shows: the marks of the sessions before, comings and goings."""

    earlier: Mapping[int, Mapping[int, StoredMark]]
    numbers: tuple[int, ...]
    moved: Mapping[int, Sequence[Any]]


def page(
    actor: Actor, ctx: SettingContext, caller: Caller, session_no: int, group_id: int, now: datetime, *, mode: str = "",
    entered: Mapping[int, Typed] | None = None, problems: Mapping[int, str] | None = None,
) -> RegisterPage:  # fmt: skip
    """Return a register as this person may see it, with what they typed that is not stored yet; raise NotFound."""
    with store.connection() as conn:
        refuse_bad(session_no)
        numbers = earlier_sessions(ctx, session_no)
        sheet = read_sheet(conn, ctx, caller, session_no, group_id, beside=numbers)
        refuse_unseen(actor, ctx.id, sheet.group)
        around = Around(sheet.earlier, tuple(numbers), desk_log.presence(conn, ctx.id, sheet.day))
    slot = closed_slot(sheet, ctx) or require_session(sheet)
    return _page(actor, ctx, caller, sheet, slot, around, now, mode, entered or {}, problems or {})


def closed_slot(sheet: Sheet, ctx: SettingContext) -> Slot | None:
    """Return a stand-in for a session that the calendar closes, so that its page can say so."""
    from datetime import time

    if sheet.slot is None and ctx.closed(sheet.day, sheet.key, sheet.group.id):
        return Slot(sheet.key, sheet.day, {"AM": "Morning", "PM": "Afternoon"}.get(sheet.key, sheet.key), time(), time())
    return None


def _page(actor: Actor, ctx: SettingContext, caller: Caller, sheet: Sheet, slot: Slot, around: Around, now: datetime, mode: str,
          entered: Mapping[int, Typed], problems: Mapping[int, str]) -> RegisterPage:  # fmt: skip
    codes = caller.codes.on(sheet.day)
    closure = ctx.closed(sheet.day, sheet.key, sheet.group.id)
    closes = rules.closes_at(slot, now)
    is_closed = closes is not None and now >= closes
    amends = may_amend(actor, ctx.id, sheet.group)
    records = by_pupil(sheet.records)
    rows = tuple(
        _row(number, one, caller, sheet, records.get(one.pupil_id, ()), around, is_closed and not amends,
             entered.get(one.pupil_id), problems.get(one.pupil_id, ""))
        for number, one in enumerate(sheet.roll, start=1)
    )
    due, marked = len(sheet.due), sum(1 for one in sheet.due if one.pupil_id in sheet.marks)
    first = sheet.group.state.first_saved_at if sheet.group.state else None
    return RegisterPage(
        setting_id=ctx.id, session_no=sheet.session_no, group=sheet.group, slot=slot, rows=rows,
        present=rules.meaning(codes, sheet.key, "present"), absent=rules.meaning(codes, sheet.key, "unexplained"),
        late=rules.meaning(codes, sheet.key, "late"), codes=tuple(enterable(caller, sheet)), drawn=drawn_from(sheet), now=now,
        tag=rules.state(slot, due, marked, first, now), closed=closure.label if closure else "",
        closed_symbol=("#" if closure.planned else "Y4") if closure else "",
        may_write=may_take(actor, ctx.id, sheet.group) and now >= rules.opens_at(slot, now) and closure is None,
        may_amend=amends, mode=mode or mode_of(actor, ctx.id, sheet), late_minutes=_late_now(slot, now), is_closed=is_closed,
        sessions=tuple(day_sessions(sheet.day, sheet.keys)), words=caller.words,
        note_word="reason" if caller.catalogue.with_reason else "note",
    )  # fmt: skip


def mode_of(actor: Actor, setting_id: int, sheet: Sheet) -> str:
    """Return which keys somebody works with: a class's own staff the teacher's, the office its code boxes."""
    return "office" if actor.may("register:any", setting_id) and actor.account_id not in sheet.group.staff else "teacher"


def _late_now(slot: Slot, now: datetime) -> int:
    return rules.minutes_late(slot, now) if slot.day == now.date() else 1


def drawn_from(sheet: Sheet) -> int:
    """Return the position of the newest event the page shows."""
    last = sheet.group.state.position if sheet.group.state else 0
    return max([last, *(mark.position for mark in sheet.marks.values())])


def enterable(caller: Caller, sheet: Sheet) -> list[Code]:
    """Return the codes a person may enter in this session, in the order of the law."""
    stored_only = set(caller.catalogue.with_reason.values())
    return [
        code
        for code in caller.codes.on(sheet.day)
        if code.allows(sheet.key) and code.category != "administrative" and code.symbol not in stored_only
    ]


def by_pupil(records: Sequence[Record]) -> dict[int, list[Record]]:
    """Return records by the pupil they are about."""
    found: dict[int, list[Record]] = {}
    for record in records:
        if record.pupil_id is not None:
            found.setdefault(record.pupil_id, []).append(record)
    return found


def _row(number: int, one: OnRoll, caller: Caller, sheet: Sheet, records: Sequence[Record], around: Around, locked: bool,
         entered: Typed | None, problem: str) -> Row:  # fmt: skip
    mark = sheet.marks.get(one.pupil_id)
    moved = around.moved.get(one.pupil_id, ())
    unknown = mark or one.slot is None or not (records or moved)
    proposal = None if unknown else propose(caller, one, known_facts(sheet, one, records, moved, caller))
    hint, status = _hint(one, caller, sheet, around, mark, moved)
    code = caller.codes.on(sheet.day).get(proposal.symbol) if proposal else None
    return Row(
        number, one.pupil_id, rules.whole_name(one.family, one.given), shown(caller, mark) if mark else None,
        _earlier(caller, around, one.pupil_id), hint, status, badges(one), proposal, code.name if code else "", one.slot is not None,
        locked and mark is not None, entered, problem,
    )  # fmt: skip


def shown(caller: Caller, mark: StoredMark) -> ShownMark:
    """Return a stored mark in the setting's own words."""
    symbol = caller.codes.symbol(mark.code_id) or "?"
    code = caller.codes.for_session(mark.session_no).by_id(mark.code_id)
    name, meaning = (code.name, code.meaning) if code else ("No such code on the day", "not_counted")
    return ShownMark(caller.entered_symbol(symbol), name, meaning, mark.minutes, mark.note, mark.source, mark.position)


def _earlier(caller: Caller, around: Around, pupil_id: int) -> tuple[str, ...]:
    marks = around.earlier.get(pupil_id)
    if not marks:
        return NONE_BEFORE[: len(around.numbers)]
    return tuple((caller.codes.symbol(marks[no].code_id) or "?") if no in marks else "–" for no in around.numbers)


def badges(one: OnRoll) -> tuple[str, ...]:
    """Return what whoever takes the register needs to know of a pupil, and nothing more."""
    found = []
    if one.starts_today:
        found.append("Starts today")
    if one.leaves_today:
        found.append("Last day")
    return tuple(found)


def _hint(one: OnRoll, caller: Caller, sheet: Sheet, around: Around, mark: StoredMark | None, moved: Sequence[Any]) -> tuple[str, str]:
    if moved and moved[-1].kind == "out":
        return f"Signed out {moved[-1].at.astimezone(LONDON):%H:%M}", "info"
    morning = _this_morning(caller, sheet, around, one.pupil_id) if sheet.key == "PM" else ""
    if not morning:
        return "", ""
    if morning in ("present", "late"):
        absent = mark is not None and shown(caller, mark).meaning in ("unexplained", "unauthorised")
        return ("Was here this morning", "due") if absent else ("", "")
    return ("Absent this morning", "info") if mark is None else ("", "")


def _this_morning(caller: Caller, sheet: Sheet, around: Around, pupil_id: int) -> str:
    marks = around.earlier.get(pupil_id, {})
    mark = next((m for no, m in marks.items() if no // 2048 == sheet.session_no // 2048 and key_of(no % 2048) == "AM"), None)
    return shown(caller, mark).meaning if mark else ""


# ------------------------------------------------------------------ what is known before


def known_facts(sheet: Sheet, one: OnRoll, records: Sequence[Record], moved: Sequence[Any], caller: Caller) -> list[Known]:
    """Return the facts known before about a pupil's session: arrivals, being out, and records that name a code."""
    found = [_recorded(record, caller) for record in records if names_session(record, sheet.key)]
    arrived = next((row.at.astimezone(LONDON) for row in reversed(moved) if row.kind in ("in", "back")), None)
    if arrived and one.slot and arrived.time() >= one.slot.opens:
        found.append(Known("arrival", at=arrived, source="late desk"))
    return found


def names_session(record: Record, key: str) -> bool:
    """Return whether a record says which code a session should have."""
    sessions = record.data.get("sessions")
    return bool(record.data.get("symbol")) and (not sessions or (isinstance(sessions, list | tuple) and key in sessions))


def _recorded(record: Record, caller: Caller) -> Known:
    label = next((kind.label for kind in caller.catalogue.record_kinds if kind.key == record.kind), record.kind.replace("_", " "))
    return Known(record.kind, str(record.data["symbol"]), None, str(record.data.get("note") or ""), label)


def propose(caller: Caller, one: OnRoll, known: Sequence[Known]) -> Proposal | None:
    """Return the first mark that a known fact offers; a person accepts it with one key or does not."""
    for fact in known:
        found = caller.propose_mark(one.slot, one.facts, fact, one.slot.day) if one.slot else None
        if found is not None:
            return found
    return None


def context_of(sheet_page: RegisterPage) -> dict[str, Any]:
    """Return what the templates call things."""
    as_shown = ";".join(
        rules.shown_of(row.mark.symbol, row.mark.minutes, row.mark.note).write(row.pupil_id) if row.mark else str(row.pupil_id)
        for row in sheet_page.due
    )
    return {"page": sheet_page, "session_word": rules.session_word(sheet_page.session_no, sheet_page.slot), "as_shown": as_shown}
