"""The evacuation roll: who is on site now by class, from marks and the desk; never an address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from intranet.extension.caller import Caller
from intranet.extension.values import Slot
from intranet.people import Actor
from intranet.registers import desk_children as kids
from intranet.registers.desk_children import Child
from intranet.registers.desk_rules import Whereabouts
from intranet.settings.context import SettingContext

NO_CLASS = "No class"


@dataclass(frozen=True)
class RollLine:
    """A pupil on the roll: the marks of the day by session, and where they are by the latest fact."""

    pupil_id: int
    name: str
    states: tuple[str, ...]
    where: Whereabouts


@dataclass(frozen=True)
class RollClass:
    """A class: whom to account for, and who is not here with why."""

    name: str
    expected: tuple[RollLine, ...]
    away: tuple[RollLine, ...]
    sessions: tuple[str, ...]


@dataclass(frozen=True)
class Roll:
    """The roll at a moment; ``to_find`` counts pupils nobody has seen since an earlier session or marked at all."""

    at: datetime
    classes: tuple[RollClass, ...]

    @property
    def expected(self) -> int:
        """Return how many pupils must be accounted for."""
        return sum(len(one.expected) for one in self.classes)

    @property
    def away(self) -> int:
        """Return how many pupils on roll are not on site."""
        return sum(len(one.away) for one in self.classes)

    @property
    def to_find(self) -> int:
        """Return how many of those to account for are not known to be here."""
        return sum(1 for one in self.classes for line in one.expected if line.where.where != "here")


def roll(conn: Connection, ctx: SettingContext, caller: Caller, actor: Actor, now: datetime) -> Roll:
    """Return the roll as of now; a fixed number of statements however many pupils."""
    entries = kids.reach(conn, ctx, actor, now.date())
    found: dict[str, list[Child]] = {}
    for child in kids.children(conn, ctx, caller, entries, now):
        found.setdefault(child.group_name or NO_CLASS, []).append(child)
    names = sorted(found, key=lambda name: (name == NO_CLASS, name))
    return Roll(now, tuple(_class(caller, name, found[name], now) for name in names))


def _class(caller: Caller, name: str, children: Sequence[Child], now: datetime) -> RollClass:
    slots = {slot.key: slot for child in children for slot in child.slots}
    keys = [slot.key for slot in sorted(slots.values(), key=lambda slot: slot.starts)]
    lines = [_line(caller, child, keys, now) for child in children]
    expected = sorted((line for line in lines if line.where.count), key=lambda line: line.where.where == "here")
    away = tuple(line for line in lines if not line.where.count)
    return RollClass(name, tuple(expected), away, tuple(keys))


def _line(caller: Caller, child: Child, keys: Sequence[str], now: datetime) -> RollLine:
    by_key = {slot.key: slot for slot in child.slots}
    states = tuple(_state(caller, child, by_key.get(key), now) for key in keys)
    return RollLine(child.id, f"{child.entry.family}, {child.entry.given}", states, child.where)


def _state(caller: Caller, child: Child, slot: Slot | None, now: datetime) -> str:
    """Return the mark of a session as it is entered, "none" where it should have one by now."""
    if slot is None or slot.opens > now.time():
        return "–"
    mark = child.marks.get(kids.number_of(slot))
    symbol = caller.codes.symbol(mark.code_id) if mark else None
    return caller.entered_symbol(symbol) if symbol else "none"
