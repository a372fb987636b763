"""What a role's home page says: what must I do now?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from intranet.duties import overview, plan
from intranet.duties.queues import DutyRow, queue
from intranet.duties.service import owners
from intranet.extension.caller import Caller
from intranet.people import Actor
from intranet.settings import opening
from intranet.settings.service import SettingContext

Saved = Mapping[tuple[int, int], datetime]
#: Who sees the registers of the whole setting on the home page; everybody else sees their own groups'.
OVERSEES = "board:read"
KINDS: Mapping[str, str] = {"n_code": "Absences without a reason (N)", "register_not_taken": "Not taken", "unaccounted": "Unaccounted for"}
#: How many waiting duties of one kind the home page lists before it says how many more there are.
LISTED = 5
TAKEABLE = ("open", "part", "missing", "awaiting", "overdue")


@dataclass(frozen=True)
class RegisterLine:
    """A register of today as the home page shows it."""

    session_no: int
    group_id: int
    group: str
    label: str
    state: plan.State | Literal["part"]
    at: datetime | None
    pupils: int
    mine: bool


@dataclass(frozen=True)
class OfAKind:
    """Several open duties of one kind, which can be worked through as one list."""

    kind: str
    title: str
    count: int


@dataclass(frozen=True)
class Home:
    """A role home."""

    duties: tuple[DutyRow, ...]
    registers: tuple[RegisterLine, ...]
    oversees: bool
    checked_at: datetime
    places: tuple[overview.PlaceLine, ...] = ()
    install: overview.Install | None = None
    may_open: bool = False  # a new setting

    def count(self, state: str) -> int:
        """Return how many duties stand so."""
        return sum(row.state == state for row in self.duties)

    def standing(self, state: str) -> int:
        """Return how many of today's registers stand so."""
        return sum(line.state == state for line in self.registers)

    @property
    def not_taken(self) -> int:
        """Return how many of today's registers should be there and are not."""
        return sum(line.state in ("missing", "awaiting", "overdue", "part") for line in self.registers)

    @property
    def several(self) -> tuple[OfAKind, ...]:
        """Return the kinds that wait more than once, the most frequent first."""
        counts = Counter(row.kind for row in self.duties)
        return tuple(OfAKind(kind, kind_title(kind), count) for kind, count in counts.most_common() if count > 1)

    @property
    def first(self) -> tuple[DutyRow, ...]:
        """Return the duties to list: all that are due or overdue, and the first few waiting ones of each kind."""
        seen: Counter[str] = Counter()
        found = []
        for row in self.duties:
            seen[row.kind] += row.state == "waiting"
            if row.state != "waiting" or seen[row.kind] <= LISTED:
                found.append(row)
        return tuple(found)

    @property
    def more(self) -> tuple[OfAKind, ...]:
        """Return the kinds with more waiting duties than are listed, and how many more."""
        counts = Counter(row.kind for row in self.duties if row.state == "waiting")
        return tuple(OfAKind(kind, kind_title(kind), count - LISTED) for kind, count in counts.items() if count > LISTED)

    @property
    def to_take(self) -> tuple[RegisterLine, ...]:
        """Return the person's own registers that can be taken now, the longest overdue first."""
        return tuple(line for line in self.registers if line.mine and line.state in TAKEABLE)


def _may_open(conn: Connection, actor: Actor, now: datetime) -> bool:
    """Return whether the person acts for an organisation, and so may open a setting in it."""
    return actor.may(opening.OPENS) and bool(opening.organisations(conn, actor, now.date()))


def kind_title(kind: str) -> str:
    """Return a kind of duty in words."""
    key, _, of = kind.partition(":")
    return KINDS.get(key) or f"{key} {of}".replace("_", " ").strip().capitalize()


def build(conn: Connection, ctx: SettingContext, caller: Caller, actor: Actor, now: datetime) -> Home:
    """Return a person's home page; a fixed number of statements."""
    duties = tuple(queue(conn, ctx.id, owners(actor, ctx.id), now, actor.account_id)) if actor.may("duty:read", ctx.id) else ()
    registers = _registers(conn, ctx, caller, actor, now) if actor.may("register:read", ctx.id) else []
    oversees = actor.may(OVERSEES, ctx.id)
    mine = registers if oversees else [line for line in registers if line.mine]
    install = overview.install(conn, now) if actor.may(overview.KEEPS, ctx.id) else None
    return Home(duties, tuple(mine), oversees, now, tuple(overview.places(actor, now)), install, _may_open(conn, actor, now))


def _registers(conn: Connection, ctx: SettingContext, caller: Caller, actor: Actor, now: datetime) -> list[RegisterLine]:
    day = now.date()
    found = plan.expected(conn, ctx, caller, day)
    saved = plan.taken(conn, ctx.id, [day]) if found else {}
    marked = plan.marked(conn, ctx.id, day) if found else {}
    return [_line(register, saved, marked, actor, now) for register in found if register.group_id is not None]


def _line(register: plan.ExpectedRegister, saved: Saved, marked: Mapping[tuple[int, int], int], actor: Actor, now: datetime) -> RegisterLine:
    group = register.group_id or 0
    at = saved.get((register.session_no, group))
    whole = marked.get((register.session_no, group), 0) >= len(register.pupil_ids)
    return RegisterLine(
        register.session_no, group, register.group_name, register.slot.label, plan.state(register, at, now) if whole or at is None else "part", at,
        len(register.pupil_ids), actor.account_id in register.staff,
    )  # fmt: skip
