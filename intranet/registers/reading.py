"""Reads what a register stands on: the class, who is on it, which session is due, what is marked and what is known before."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import Connection

from intranet.duties.plan import placement_of
from intranet.errors import NotFound
from intranet.extension.caller import Caller
from intranet.extension.values import Placement, Record, Slot
from intranet.law.calendar import CalendarError
from intranet.law.sessions import day_of, key_of, session_no
from intranet.pupils import roll as rolls
from intranet.registers.access import find_group
from intranet.registers.values import OnRoll, RegisterGroup
from intranet.settings.context import SettingContext
from intranet.store import marks as stored_marks
from intranet.store import records as stored_records
from intranet.store.marks import StoredMark


@dataclass(frozen=True)
class Sheet:
    """A register as the database has it."""

    session_no: int
    day: date
    key: str
    group: RegisterGroup
    slot: Slot | None
    roll: tuple[OnRoll, ...]
    marks: dict[int, StoredMark]
    records: tuple[Record, ...] = ()
    keys: tuple[str, ...] = ()  # the session keys of the class that day
    earlier: dict[int, dict[int, StoredMark]] = field(default_factory=dict)  # marks of sessions asked for beside it, by pupil

    @property
    def due(self) -> tuple[OnRoll, ...]:
        """Return the pupils with this session."""
        return tuple(one for one in self.roll if one.slot is not None)


def read_sheet(
    conn: Connection, ctx: SettingContext, caller: Caller, number: int, group_id: int, *, marks: bool = True, known: bool = True,
    beside: Sequence[int] = (),
) -> Sheet:  # fmt: skip
    """Return a register; raise NotFound for a class of another setting. Four statements.

    Without ``marks`` none are read (a save reads them under its lock); without ``known`` only the records a session plan needs.
    ``beside`` are other sessions whose marks are read with them.
    """
    group = find_group(conn, ctx.id, number, group_id)
    return sheet_of(conn, ctx, caller, number, group, marks=marks, known=known, beside=beside)


def sheet_of(
    conn: Connection, ctx: SettingContext, caller: Caller, number: int, group: RegisterGroup, *, marks: bool = True, known: bool = True,
    beside: Sequence[int] = (),
) -> Sheet:  # fmt: skip
    """Return the register of a class that is already read. Three statements."""
    day, key = day_of(number), key_of(number % 2048)
    entries = rolls.roll(conn, ctx.id, day, group.id)
    ids = [entry.pupil_id for entry in entries]
    plans = any(kind.plans for kind in caller.catalogue.record_kinds)
    records = live_records(conn, ctx.id, day, ids) if known or plans else []
    plan = caller.sessions(day, with_records([placement_of(e, day) for e in entries], records))
    roll = tuple(_on_roll(entry, plan.get(entry.pupil_id, ()), key) for entry in entries)
    stand: dict[int, StoredMark] = {}
    earlier: dict[int, dict[int, StoredMark]] = {}
    for mark in stored_marks.for_session(conn, ctx.id, [number, *beside], ids) if marks and ids else ():
        if mark.session_no == number:
            stand[mark.pupil_id] = mark
        else:
            earlier.setdefault(mark.pupil_id, {})[mark.session_no] = mark
    slot = next((one.slot for one in roll if one.slot), None)
    keys = tuple(sorted({s.key for slots in plan.values() for s in slots}))
    return Sheet(number, day, key, group, slot, roll, stand, tuple(records), keys, earlier)


def _on_roll(entry: rolls.RollEntry, slots: Sequence[Slot], key: str) -> OnRoll:
    slot = next((slot for slot in slots if slot.key == key and slot.expected), None)
    return OnRoll(
        entry.pupil_id, entry.family, entry.given, entry.born, entry.placement, entry.flags, slot, entry.starts_today, entry.leaves_today
    )


def live_records(conn: Connection, setting_id: int, day: date, pupil_ids: Collection[int]) -> list[Record]:
    """Return every record in force that day about these pupils, as hooks see them."""
    if not pupil_ids:
        return []
    found = stored_records.live(conn, setting_id, None, day, list(pupil_ids))
    return [Record(r.id, r.kind, r.pupil_id, r.first, r.last, r.data, r.version) for r in found]


def with_records(placements: Sequence[Placement], records: Sequence[Record]) -> list[Placement]:
    """Return placements that carry their pupils' records, which session plans may need."""
    by_pupil: dict[int, list[Record]] = {}
    for record in records:
        if record.pupil_id is not None:
            by_pupil.setdefault(record.pupil_id, []).append(record)
    return [replace(one, records=tuple(by_pupil.get(one.pupil_id, ()))) if one.pupil_id in by_pupil else one for one in placements]


def earlier_sessions(ctx: SettingContext, number: int) -> list[int]:
    """Return the two half-day sessions before this one, oldest first; none where sessions are booked."""
    day, key = day_of(number), key_of(number % 2048)
    if key not in ("AM", "PM"):
        return []
    try:
        before = ctx.calendar.before(day, 1)
    except CalendarError:
        before = None
    if key == "PM":
        return [*([session_no(before, "PM")] if before else []), session_no(day, "AM")]
    return [session_no(before, "AM"), session_no(before, "PM")] if before else []


def day_sessions(day: date, keys: Sequence[str]) -> list[tuple[str, int]]:
    """Return the sessions of a day as (key, number)."""
    return [(key, session_no(day, key)) for key in keys]


def require_session(sheet: Sheet) -> Slot:
    """Return the session due; raise NotFound naming the day when the class has none."""
    if sheet.slot is None:
        raise NotFound(
            f"{sheet.group.name} has no {sheet.key} session on {sheet.day:%d/%m/%Y}. Choose one of the day's registers from the list."
        )
    return sheet.slot

