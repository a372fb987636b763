"""Which registers a day expects, and how each of them stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Literal

from sqlalchemy import Connection, select

from intranet.clock import LONDON
from intranet.extension.caller import Caller
from intranet.extension.values import Placement, Record, Slot
from intranet.law.sessions import day_range, session_no
from intranet.pupils import service as pupils
from intranet.pupils.roll import Group, RollEntry
from intranet.settings.service import SettingContext
from intranet.store import records
from intranet.store.tables import register_state

State = Literal["taken", "not_open", "open", "awaiting", "missing", "overdue"]
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class ExpectedRegister:
    """A register that must be taken: whose, in which session and by whom; ``group_id`` is None for pupils in no group."""

    session_no: int
    group_id: int | None
    slot: Slot
    pupil_ids: tuple[int, ...]
    staff: tuple[int, ...] = ()
    group_name: str = ""


def expected(
    conn: Connection, ctx: SettingContext, caller: Caller, day: date, group_id: int | None = None
) -> list[ExpectedRegister]:
    """Return the registers of a day, by session and group; pupils due a session but in no group come under group None."""
    entries = pupils.roll(conn, ctx.id, day, group_id)
    groups = {group.id: group for group in pupils.groups(conn, ctx.id, day)}
    slots = planned(conn, ctx, caller, day, [placement_of(entry, day) for entry in entries])
    return registers(ctx, day, entries, groups, slots)


def registers(
    ctx: SettingContext,
    day: date,
    entries: Sequence[RollEntry],
    groups: Mapping[int, Group],
    slots: Mapping[int, Sequence[Slot]],
) -> list[ExpectedRegister]:
    """Return the registers that a roll and a session plan come to, without those of a closed class."""
    found: dict[tuple[int, int | None], tuple[Slot, list[int]]] = {}
    for entry in entries:
        for slot in slots.get(entry.pupil_id, ()):
            if slot.expected and not ctx.closed(day, slot.key, entry.group_id):
                key = (session_no(day, slot.key), entry.group_id)
                found.setdefault(key, (slot, []))[1].append(entry.pupil_id)
    made = [_register(no, group, slot, ids, groups) for (no, group), (slot, ids) in found.items()]
    return sorted(made, key=lambda register: (register.session_no, register.group_name))


def _register(no: int, group_id: int | None, slot: Slot, ids: list[int], groups: Mapping[int, Group]) -> ExpectedRegister:
    group = groups.get(group_id) if group_id is not None else None
    return ExpectedRegister(no, group_id, slot, tuple(ids), group.staff if group else (), group.name if group else "")


def placement_of(entry: RollEntry, day: date) -> Placement:
    """Return a pupil's placement, or one that says nothing for a pupil without: nobody is left out of a session plan."""
    return entry.placement or Placement(0, entry.pupil_id, "", day, None)


def planned(
    conn: Connection, ctx: SettingContext, caller: Caller, day: date, placements: Sequence[Placement]
) -> dict[int, tuple[Slot, ...]]:
    """Return the sessions of a day by pupil, with the bookings that the plan reads."""
    return caller.sessions(day, with_bookings(conn, ctx, caller, day, placements))


def with_bookings(
    conn: Connection, ctx: SettingContext, caller: Caller, day: date, placements: Sequence[Placement]
) -> Sequence[Placement]:
    """Return the placements with the records that session plans read; no statement where the setting type has none."""
    by_pupil: dict[int, list[Record]] = {}
    for kind in (kind.key for kind in caller.catalogue.record_kinds if kind.plans):
        for row in records.live(conn, ctx.id, kind, day, [placement.pupil_id for placement in placements]):
            record = Record(row.id, row.kind, row.pupil_id, row.first, row.last, row.data, row.version)
            by_pupil.setdefault(row.pupil_id or 0, []).append(record)
    if not by_pupil:
        return placements
    return [replace(place, records=tuple(by_pupil.get(place.pupil_id, ()))) for place in placements]


def taken(conn: Connection, setting_id: int, days: Iterable[date]) -> dict[tuple[int, int], datetime]:
    """Return when each register of these days was first saved, by session number and group."""
    ordered = sorted(days)
    low, high = day_range(ordered[0], ordered[-1])
    table = register_state.c
    query = select(table.session_no, table.group_id, table.first_saved_at).where(
        table.setting_id == setting_id, table.session_no >= low, table.session_no <= high
    )
    return {(row.session_no, row.group_id): row.first_saved_at for row in conn.execute(query)}


def marked(conn: Connection, setting_id: int, day: date) -> dict[tuple[int, int], int]:
    """Return how many pupils each register of a day has marked, by session number and group."""
    low, high = day_range(day, day)
    table = register_state.c
    query = select(table.session_no, table.group_id, table.marked).where(
        table.setting_id == setting_id, table.session_no >= low, table.session_no <= high
    )
    return {(row.session_no, row.group_id): row.marked for row in conn.execute(query)}


def closes_at(slot: Slot) -> datetime:
    """Return the moment from which a register that is not taken is missing: its close, or the end of a booked session."""
    return datetime.combine(slot.day, slot.closes or slot.ends or slot.starts, LONDON)


def opens_at(slot: Slot) -> datetime:
    """Return the moment from which marks can be entered."""
    return datetime.combine(slot.day, slot.starts, LONDON)


def overdue_from(slot: Slot) -> datetime:
    """Return when a missing register is overdue: at once with a clock window, on the next day for a booked session (R-20)."""
    return closes_at(slot) if slot.closes else datetime.combine(slot.day + ONE_DAY, time(), LONDON)


def state(register: ExpectedRegister, taken_at: datetime | None, now: datetime) -> State:
    """Return how a register stands: with a clock window it is open, then missing; a booked one awaits submission, then is overdue."""
    if taken_at is not None:
        return "taken"
    if now < opens_at(register.slot):
        return "not_open"
    if now < closes_at(register.slot):
        return "open"
    if register.slot.closes is not None:
        return "missing"
    return "overdue" if now >= overdue_from(register.slot) else "awaiting"
