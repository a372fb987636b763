"""The board: which registers are missing, and which children nobody can account for just now."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from intranet import duties
from intranet.clock import LONDON
from intranet.duties import plan
from intranet.duties.plan import ExpectedRegister
from intranet.extension.caller import Caller
from intranet.extension.values import Slot
from intranet.people import service as people
from intranet.pupils import service as pupils
from intranet.pupils.roll import Group, RollEntry
from intranet.registers import desk_log, rules
from intranet.registers.models import Nudge
from intranet.settings.context import SettingContext
from intranet.store import marks as stored_marks
from intranet.store.marks import StoredMark
from intranet.store.tables import register_state

NO_MARK = 3  # the place of a child without a mark in the order of urgency
#: Children who come first in a list of the unaccounted for; the flags themselves are never shown there.
FIRST = frozenset({"child_protection", "child_in_need", "looked_after", "social_worker", "youth_justice", "vulnerable_list"})


@dataclass(frozen=True)
class Line:
    """A register of the day with how it stands and who is to take it."""

    session_no: int
    group_id: int | None
    group: str
    session: str
    slot: Slot
    due: int
    marked: int
    state: str
    tag: str
    staff: tuple[tuple[str, str], ...]  # name, role
    staff_ids: tuple[int, ...]
    saved_at: datetime | None = None
    nudged_at: datetime | None = None

    @property
    def missing(self) -> bool:
        """Return whether it should be there, whole, and is not."""
        return self.state in ("missing", "awaiting", "overdue")


@dataclass(frozen=True)
class Child:
    """A child nobody can account for: why, since when; the most urgent first."""

    pupil_id: int
    name: str
    group: str
    why: str
    status: str
    order: tuple[int, int]
    untaken: tuple[int, int] | None = None  # the session and class whose register nobody has begun


@dataclass(frozen=True)
class Board:
    """The board of a day."""

    day: date
    lines: tuple[Line, ...]
    children: tuple[Child, ...]
    without: tuple[tuple[int, str, str], ...]  # on roll without a session that day
    closed: str = ""

    @property
    def missing(self) -> tuple[Line, ...]:
        """Return the registers that are not taken (ATT-059)."""
        return tuple(line for line in self.lines if line.missing)

    @property
    def alone(self) -> tuple[Child, ...]:
        """Return the children who are not simply waiting for a register that nobody has begun."""
        return tuple(child for child in self.children if child.untaken is None)

    def waiting(self, line: Line) -> tuple[Child, ...]:
        """Return the children who wait for one register to be begun."""
        return tuple(child for child in self.children if child.untaken == (line.session_no, line.group_id))

    @property
    def etag(self) -> str:
        """Return a digest of all that the board says: it changes when the board does."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:20]


@dataclass(frozen=True)
class Day:
    """What was read of a day."""

    roll: Sequence[RollEntry]
    groups: Mapping[int, Group]
    slots: Mapping[int, Sequence[Slot]]
    registers: Sequence[ExpectedRegister]
    states: Mapping[tuple[int, int], Any]
    marks: Mapping[tuple[int, int], StoredMark]
    presence: Mapping[int, Sequence[Any]]
    nudges: Mapping[tuple[int, int], datetime]
    staff: Mapping[int, tuple[str, str]]


def build(conn: Connection, ctx: SettingContext, caller: Caller, day: date, now: datetime) -> Board:
    """Return the board of a day; the statements do not grow with the pupils."""
    read = _read(conn, ctx, caller, day)
    lines = tuple(_line(one, read, caller, now) for one in read.registers if one.group_id is not None)
    children = sorted(_children(read, caller, now), key=lambda child: (child.order, child.name))
    without = tuple(
        (e.pupil_id, rules.whole_name(e.family, e.given), _group(read, e.group_id)) for e in read.roll if not read.slots.get(e.pupil_id)
    )
    closure = ctx.closed(day)
    return Board(day, lines, tuple(children), without, closure.label if closure else "")


def _read(conn: Connection, ctx: SettingContext, caller: Caller, day: date) -> Day:
    roll = pupils.roll(conn, ctx.id, day)
    groups = {group.id: group for group in pupils.groups(conn, ctx.id, day)}
    slots = duties.planned(conn, ctx, caller, day, [plan.placement_of(entry, day) for entry in roll])
    registers = plan.registers(ctx, day, roll, groups, slots)
    numbers = sorted({one.session_no for one in registers})
    marks = stored_marks.for_session(conn, ctx.id, numbers) if numbers else []
    table = register_state
    query = select(table).where(table.c.setting_id == ctx.id, table.c.session_no.in_(numbers))
    states = {(row["session_no"], row["group_id"]): row for row in conn.execute(query).mappings()} if numbers else {}
    return Day(
        roll, groups, slots, registers, states, {(m.session_no, m.pupil_id): m for m in marks}, desk_log.presence(conn, ctx.id, day),
        nudges(conn, ctx.id, numbers), _staff(conn, ctx, caller, day),
    )  # fmt: skip


def _staff(conn: Connection, ctx: SettingContext, caller: Caller, day: date) -> dict[int, tuple[str, str]]:
    """Return each member of staff's name and role that day."""
    return {row.id: (row.name, row.position_title or caller.role_label("teacher")) for row in people.staff(conn, ctx.id, day)}


def nudges(conn: Connection, setting_id: int, numbers: Sequence[int]) -> dict[tuple[int, int], datetime]:
    """Return when each register was last reminded of."""
    if not numbers:
        return {}
    query = select(Nudge.session_no, Nudge.group_id, Nudge.at).where(Nudge.setting_id == setting_id, Nudge.session_no.in_(list(numbers)))
    return {(row.session_no, row.group_id): row.at.astimezone(LONDON) for row in conn.execute(query)}


def _line(one: ExpectedRegister, read: Day, caller: Caller, now: datetime) -> Line:
    key = (one.session_no, one.group_id or 0)
    state, marked = read.states.get(key), sum(1 for pupil in one.pupil_ids if (one.session_no, pupil) in read.marks)
    whole = marked >= len(one.pupil_ids)
    first = state["first_saved_at"] if state else None
    stands = duties.state(one, first or now, now) if whole else duties.state(one, None, now)
    people_of = tuple(read.staff[account] for account in one.staff if account in read.staff)
    return Line(
        one.session_no, one.group_id, one.group_name, rules.session_word(one.session_no, one.slot), one.slot, len(one.pupil_ids), marked, stands,
        _tag(stands, one.slot, len(one.pupil_ids), marked, first, now), people_of, one.staff,
        state["saved_at"].astimezone(LONDON) if state else None, read.nudges.get(key),
    )  # fmt: skip


def _tag(stands: str, slot: Slot, due: int, marked: int, first: datetime | None, now: datetime) -> str:
    if stands in ("awaiting", "overdue") and not marked:
        return "Awaiting" if stands == "awaiting" else "Overdue"
    return rules.state(slot, due, marked, first, now)


# ------------------------------------------------------------------ children


def _children(read: Day, caller: Caller, now: datetime) -> list[Child]:
    """Return every child who is unaccounted for, each once with the most urgent reason."""
    found: dict[int, Child] = {}
    untaken = _untaken(read)
    on_roll = {entry.pupil_id: entry for entry in read.roll}
    for pupil, why, status, order in _reasons(read, caller, now):
        entry = on_roll.get(pupil)
        if entry is None or (pupil in found and found[pupil].order[0] <= order):
            continue
        rank = (order, 0 if entry.flags & FIRST else 1)
        waits = untaken.get(pupil) if order == NO_MARK else None
        found[pupil] = Child(pupil, rules.whole_name(entry.family, entry.given), _group(read, entry.group_id), why, status, rank, waits)
    return list(found.values())


def _untaken(read: Day) -> dict[int, tuple[int, int]]:
    """Return the register each pupil waits for, of those that nobody has begun; the last of the day wins."""
    begun = {no for no, _ in read.marks}
    found: dict[int, tuple[int, int]] = {}
    for one in read.registers:
        if one.group_id is not None and not any((one.session_no, pupil) in read.marks for pupil in one.pupil_ids if one.session_no in begun):
            found.update(dict.fromkeys(one.pupil_ids, (one.session_no, one.group_id)))
    return found


def _reasons(read: Day, caller: Caller, now: datetime) -> list[tuple[int, str, str, int]]:
    found: list[tuple[int, str, str, int]] = []
    for register in read.registers:
        opened = now >= rules.opens_at(register.slot, now)
        for pupil in register.pupil_ids if opened else ():
            found += _in_session(register, pupil, read, caller, now)
    for pupil, moved in read.presence.items():
        back = moved[-1].expected_back
        if moved[-1].kind == "out" and back is not None and back <= now:
            found.append((pupil, f"Signed out, expected back at {back.astimezone(LONDON):%H:%M}", "danger", 1))
    return found


def _in_session(register: ExpectedRegister, pupil: int, read: Day, caller: Caller, now: datetime) -> list[tuple[int, str, str, int]]:
    mark, session = read.marks.get((register.session_no, pupil)), rules.session_word(register.session_no, register.slot).lower()
    if register.group_id is None:
        return [] if mark else [(pupil, f"In no class: no register for the {session}", "danger", 2)]
    if mark is None:
        closes = rules.closes_at(register.slot, now)
        saved = (register.session_no, register.group_id) in read.states
        if saved or (closes is not None and now >= closes):
            return [(pupil, f"No mark this {session}" if session in ("morning", "afternoon") else f"No mark at {session}", "overdue", NO_MARK)]
        return []
    meaning = _meaning(caller, mark)
    if meaning not in ("unexplained", "unauthorised"):
        return []
    if _came_earlier(register, pupil, read, caller):
        return [(pupil, f"Was here this morning, {caller.entered_symbol(caller.codes.symbol(mark.code_id) or '?')} this {session}", "danger", 0)]
    return [(pupil, "Absent, no reason known", "due", 4)] if meaning == "unexplained" else []


def _came_earlier(register: ExpectedRegister, pupil: int, read: Day, caller: Caller) -> bool:
    earlier = (mark for (no, who), mark in read.marks.items() if who == pupil and no < register.session_no)
    return rules.present_now(_meaning(caller, mark) for mark in earlier) and register.slot.key == "PM"


def _meaning(caller: Caller, mark: StoredMark) -> str:
    code = caller.codes.for_session(mark.session_no).by_id(mark.code_id)
    return code.meaning if code else ""


def _group(read: Day, group_id: int | None) -> str:
    group = read.groups.get(group_id) if group_id is not None else None
    return group.name if group else ""
