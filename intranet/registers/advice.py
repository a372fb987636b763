"""The code advisor: whether a mark may stand for this pupil in this session, what it needs, and why not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from intranet.errors import Refused
from intranet.extension.caller import Caller
from intranet.extension.values import MarkChange, Objection, Record, Slot
from intranet.law.ages import is_compulsory
from intranet.law.codes import Code, national_codes
from intranet.law.words import long_date
from intranet.registers import rules
from intranet.registers.values import Entry, MarksRefused, OnRoll
from intranet.settings.context import SettingContext

NOT_STARTED = ("ATT-051", "SI 2024/208 reg 10(1)")
IN_FORCE = ("ATT-050", "ATT-172", "ATT-173", "SI 2024/208 reg 10")
NOTE_NEEDED = ("SI 2024/208 reg 10(5)", "SI 2024/208 reg 10(6)")
BY_AGE = ("SI 2024/208 reg 10(3)",)
BY_AGE_CODES = ("X", "C2")
AFTER_CLOSE = ("ATT-017", "ATT-044", "SI 2024/208 reg 10(8)")


def refuse_closed(ctx: SettingContext, slot: Slot, group_id: int | None) -> None:
    """Raise Refused when the calendar says there is no such session: its code shows by itself."""
    closure = ctx.closed(slot.day, slot.key, group_id)
    if closure is None:
        return
    shown = "#" if closure.planned else "Y4"
    raise Refused(
        "Register", f"{long_date(slot.day)} {slot.key}", f"there is no session: {closure.label}. {shown} shows for every pupil by itself",
        "Change the calendar if the school was open", clauses=("ATT-051", "SI 2024/208 reg 10(10)"),
    )  # fmt: skip


def refuse_early(slot: Slot, now: datetime) -> None:
    """Raise Refused for a session that has not started (ATT-051)."""
    if now >= rules.opens_at(slot, now):
        return
    raise Refused(
        "Register", f"{long_date(slot.day)} {slot.key}", f"the session has not started: it starts at {slot.opens:%H:%M} on {long_date(slot.day)}",
        "Enter the marks when it has. What is known before, such as granted leave, is offered then", clauses=NOT_STARTED,
    )  # fmt: skip


def advise(caller: Caller, entries: Sequence[tuple[OnRoll, Entry]], now: datetime, roles: frozenset[str], records: Sequence[Record] = (),
           reason: str = "") -> None:  # fmt: skip
    """Raise MarksRefused with a sentence a pupil when a mark may not stand, or needs a reason it has not got."""
    found = _all(caller, entries, now, roles, records, reason)
    blocks = {one.pupil_id: first for one, said in found if (first := next((o for o in said if o.level == "block"), None))}
    if blocks:
        raise MarksRefused({pupil: o.message for pupil, o in blocks.items()}, _clauses(blocks.values()))
    warns = {one.pupil_id: said[0] for one, said in found if said}
    if warns and not reason.strip():
        raise MarksRefused({pupil: o.message for pupil, o in warns.items()}, _clauses(warns.values()), ask=True)


def _clauses(objections: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(clause for o in objections for clause in o.clauses))  # type: ignore[attr-defined]


def _all(caller: Caller, entries: Sequence[tuple[OnRoll, Entry]], now: datetime, roles: frozenset[str], records: Sequence[Record],
         reason: str) -> list[tuple[OnRoll, list[Objection]]]:  # fmt: skip
    asked: Sequence[Sequence[Objection]] = ((),) * len(entries)
    if entries and caller.asks("check_mark"):
        asked = caller.check_marks([_change(one, entry, now, roles, reason) for one, entry in entries])
    plain: dict[tuple[str, int], bool] = {}
    found = []
    for (one, entry), said in zip(entries, asked, strict=True):
        key = (entry.symbol, id(one.slot))
        if key not in plain:
            plain[key] = one.slot is not None and _never_refused(caller, entry.symbol, one.slot)
        if plain[key] and not said:
            continue
        own = list(core(caller, one, entry, now, [r for r in records if r.pupil_id == one.pupil_id]))
        known = {o.message for o in own}
        found.append((one, own + [o for o in said if o.message not in known]))
    return found


def _change(one: OnRoll, entry: Entry, now: datetime, roles: frozenset[str], reason: str) -> MarkChange:
    assert one.slot is not None  # noqa: S101 (callers leave out pupils without the session)
    return MarkChange(one.facts, one.slot, entry.symbol, now, entry.before, entry.minutes, entry.note or "", reason, roles)


def core(caller: Caller, one: OnRoll, entry: Entry, now: datetime, records: Sequence[Record] = ()) -> Iterator[Objection]:
    """Yield what the law says against a mark, whatever the setting type."""
    slot = one.slot
    if slot is None:
        yield Objection("block", f"{rules.whole_name(one.family, one.given)} has no session then, so there is nothing to mark")
        return
    codes = caller.codes.on(slot.day)
    code = codes.get(entry.symbol)
    if code is None:
        if caller.codes is national_codes():
            yield Objection("block", codes.explain(entry.symbol), "code", IN_FORCE)
        return
    yield from _allowed(code, slot)
    if caller.codes is national_codes():
        yield from _by_age(code, one, slot, records)
        yield from _by_clock(code, entry, slot, now)
    if code.note_required and not (entry.note or "").strip():
        yield Objection("block", f"{code.symbol} ({code.name}) needs a note that says what it was. Write it beside the mark", "note", NOTE_NEEDED)


def _never_refused(caller: Caller, symbol: str, slot: Slot) -> bool:
    """Return whether a code may stand in a session whoever the pupil is, as most marks of a class may: nothing else need be asked."""
    code = caller.codes.on(slot.day).get(symbol)
    if code is None or code.note_required or code.after_close or code.meaning == "late" or symbol in BY_AGE_CODES:
        return False
    return not any(_allowed(code, slot))


def _allowed(code: Code, slot: Slot) -> Iterator[Objection]:
    if code.category == "administrative":
        yield Objection(
            "block", f"{code.symbol} ({code.name}) is not entered by hand: # comes from the calendar and Z ends with the starting day. Choose another code",
            "code", IN_FORCE,
        )  # fmt: skip
    elif not code.allows(slot.key):
        yield Objection("block", f"{code.symbol} ({code.name}) is not a mark of this session. Choose the present mark of the session", "code", IN_FORCE)


def _by_age(code: Code, one: OnRoll, slot: Slot, records: Sequence[Record]) -> Iterator[Objection]:
    if code.symbol not in BY_AGE_CODES or one.born is None:
        return
    compulsory = is_compulsory(one.born, slot.day)
    if code.symbol == "X" and compulsory:
        text = f"X is for pupils not of compulsory school age; this pupil is, on {long_date(slot.day)}. Use C2 for an agreed part-time timetable"
        yield Objection("block", text, "code", BY_AGE)
    elif code.symbol == "C2" and not compulsory:
        text = f"C2 is for pupils of compulsory school age; this pupil is not, on {long_date(slot.day)}. Use X"
        yield Objection("block", text, "code", BY_AGE)
    elif code.symbol == "C2" and not any(record.data.get("symbol") == "C2" for record in records):
        yield Objection("warn", "C2 needs a part-time timetable agreed with a parent, and none is on record. Say who agreed it", "code", BY_AGE)


def _by_clock(code: Code, entry: Entry, slot: Slot, now: datetime) -> Iterator[Objection]:
    if slot.closes is None:
        return
    window = rules.minute(slot.closes) - rules.minute(slot.opens)
    if code.meaning == "late" and entry.minutes is not None and entry.minutes >= window:
        text = f"{entry.minutes} minutes late is after the register closed at {slot.closes:%H:%M}, which is U and not {code.symbol}"
        yield Objection("block", text, "minutes", AFTER_CLOSE)
    closes = rules.closes_at(slot, now)
    if code.after_close and closes and now < closes:
        yield Objection("block", f"The register is open until {slot.closes:%H:%M}: an arrival before then is L, not {code.symbol}", "code", AFTER_CLOSE)
