"""Who may be meant at the hatch: pupils by the letters typed, with the session they are due in and where they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from intranet import duties
from intranet.errors import NotFound
from intranet.extension.caller import Caller
from intranet.extension.values import Placement, PupilFacts, Slot
from intranet.law.sessions import session_no
from intranet.people import Actor
from intranet.pupils import search
from intranet.pupils import service as pupils
from intranet.pupils.access import own_groups
from intranet.pupils.roll import RollEntry
from intranet.registers import desk_log
from intranet.registers.desk_rules import MarkFact, MoveFact, Whereabouts, slot_at, whereabouts
from intranet.settings.context import SettingContext
from intranet.store import marks as stored_marks
from intranet.store.marks import StoredMark

MOST_SHOWN = 12


@dataclass(frozen=True)
class Child:
    """A pupil at the desk; ``drawn`` is the position of the last fact that this was drawn from."""

    entry: RollEntry
    group_name: str
    slots: tuple[Slot, ...]
    slot: Slot | None
    marks: Mapping[int, StoredMark]
    moves: tuple[Any, ...]
    where: Whereabouts
    drawn: int

    @property
    def id(self) -> int:
        """Return the pupil's id."""
        return self.entry.pupil_id

    @property
    def name(self) -> str:
        """Return the name used at the school."""
        return self.entry.shown_name

    @property
    def group_id(self) -> int | None:
        """Return the class whose register has the pupil."""
        return self.entry.group_id

    @property
    def number(self) -> int | None:
        """Return the number of the session the pupil is due in."""
        return number_of(self.slot) if self.slot else None

    @property
    def mark(self) -> StoredMark | None:
        """Return the mark that stands in that session."""
        return self.marks.get(self.number) if self.number else None

    @property
    def is_out(self) -> bool:
        """Return whether the last thing the desk knows is that the pupil was collected."""
        return bool(self.moves) and self.moves[-1].kind == "out"

    @property
    def facts(self) -> PupilFacts:
        """Return what rules may read about the pupil here."""
        return PupilFacts(self.id, self.entry.born, self.entry.placement, self.entry.flags)


def find(conn: Connection, ctx: SettingContext, caller: Caller, actor: Actor, text: str, now: datetime) -> list[Child]:
    """Return pupils whose names begin with what was typed, those who are not here yet first; a fixed number of statements."""
    words = search.plain(text[: search.LONGEST_QUERY]).split()
    if not words:
        return []
    named = [entry for entry in reach(conn, ctx, actor, now.date()) if search.matches(entry.shown_name, words)]
    found = children(conn, ctx, caller, named[: search.MOST_SHOWN], now)
    return sorted(found, key=lambda child: child.where.where == "here")[:MOST_SHOWN]


def access(conn: Connection, ctx: SettingContext, caller: Caller, actor: Actor, pupil_id: int, now: datetime) -> Child:
    """Return a pupil on roll today; raise NotFound for another setting's or one out of this person's reach."""
    mine = [entry for entry in reach(conn, ctx, actor, now.date()) if entry.pupil_id == pupil_id]
    if not mine:
        raise NotFound("There is no such pupil on the roll today. Type the name again.")
    return children(conn, ctx, caller, mine, now)[0]


def meant(found: Sequence[Child]) -> Child | None:
    """Return the child that Enter chooses: the only one named, or the only one of them who is not here yet."""
    if len(found) == 1:
        return found[0]
    waiting = [child for child in found if child.where.where != "here"]
    return waiting[0] if len(waiting) == 1 else None


def reach(conn: Connection, ctx: SettingContext, actor: Actor, day: date) -> list[RollEntry]:
    """Return the pupils on roll that day whom this person may see."""
    mine = own_groups(conn, actor, ctx.id, day)
    return [entry for entry in pupils.roll(conn, ctx.id, day) if mine is None or entry.group_id in mine]


def children(conn: Connection, ctx: SettingContext, caller: Caller, entries: Sequence[RollEntry], now: datetime) -> list[Child]:
    """Return these pupils with today's sessions, marks, comings and goings; four statements, five with bookings."""
    day = now.date()
    if not entries:
        return []
    placed = [entry.placement or Placement(0, entry.pupil_id, "", day, None) for entry in entries]
    plan = duties.planned(conn, ctx, caller, day, placed)
    groups = {group.id: group.name for group in pupils.groups(conn, ctx.id, day)}
    numbers = {number_of(slot) for slots in plan.values() for slot in slots}
    marks: dict[int, dict[int, StoredMark]] = {}
    for mark in stored_marks.for_session(conn, ctx.id, numbers, [entry.pupil_id for entry in entries]) if numbers else ():
        marks.setdefault(mark.pupil_id, {})[mark.session_no] = mark
    moves = desk_log.presence(conn, ctx.id, day)
    return [
        _child(caller, entry, groups, _open_for(ctx, plan.get(entry.pupil_id, ()), entry), marks.get(entry.pupil_id, {}),
               moves.get(entry.pupil_id, []), now)
        for entry in entries
    ]  # fmt: skip


def _open_for(ctx: SettingContext, slots: Sequence[Slot], entry: RollEntry) -> tuple[Slot, ...]:
    """Return the sessions that are not closed for the pupil's class."""
    return tuple(slot for slot in slots if slot.expected and ctx.closed(slot.day, slot.key, entry.group_id) is None)


def _child(caller: Caller, entry: RollEntry, groups: Mapping[int, str], slots: tuple[Slot, ...], marks: Mapping[int, StoredMark],
           moves: Sequence[Any], now: datetime) -> Child:  # fmt: skip
    codes = caller.codes.on(now.date())
    known = [(slot, marks.get(number_of(slot))) for slot in slots]
    facts = [MarkFact(slot, code, mark.minutes) for slot, mark in known if mark and (code := codes.by_id(mark.code_id))]
    where = whereabouts(facts, [MoveFact(move.kind, move.at, move.expected_back) for move in moves], now) if slots or moves else NOT_DUE
    drawn = max([mark.position for mark in marks.values()] + [move.position for move in moves], default=0)
    name = groups.get(entry.group_id, "") if entry.group_id is not None else ""
    return Child(entry, name, slots, slot_at(slots, now), marks, tuple(moves), where, drawn)


NOT_DUE = Whereabouts("elsewhere", "No session here today")


def number_of(slot: Slot) -> int:
    """Return the number of a session."""
    return session_no(slot.day, slot.key)
