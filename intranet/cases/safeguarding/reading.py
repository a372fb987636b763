"""Reading in the room: the list that names no content, and a strand, whose every opening is an event that the lead can list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from intranet import store
from intranet.cases.safeguarding import events, vault
from intranet.cases.safeguarding.access import Opened, within_reach
from intranet.cases.safeguarding.models import Entry, Glass, Member, Strand
from intranet.cases.safeguarding.strands import ANSWERS
from intranet.cases.safeguarding.telling import about
from intranet.messages import service as messages
from intranet.people import Actor
from intranet.people import service as people
from intranet.pupils import service as pupils
from intranet.settings.context import SettingContext

OPENED = "safeguarding.opened"


@dataclass(frozen=True)
class Line:
    """A strand in the room's list: ids, moments and the child, no content."""

    id: int
    child: str
    opened_at: datetime
    fresh_at: datetime | None
    closed_at: datetime | None
    signal: bool
    entries: int
    waiting: int  # actions, referrals and transfers without an answer
    due_on: date | None


@dataclass(frozen=True)
class Seen:
    """An entry as it is read; ``values`` is None once its strand was forgotten."""

    id: int
    kind: str
    number: str | None
    happened_at: datetime
    recorded_at: datetime
    who: str
    due_on: date | None
    answered_at: datetime | None
    parent_id: int | None
    values: Mapping[str, Any] | None
    answers: tuple[Seen, ...] = ()

    @property
    def waits(self) -> bool:
        """Return whether an answer is still to come."""
        return bool(ANSWERS.get(self.kind)) and self.answered_at is None

    @property
    def lacks(self) -> tuple[str, ...]:
        """Return what a referral kept as a draft still lacks."""
        done = any(one.kind == "criterion" for one in self.answers)
        return () if done or self.values is None else tuple(self.values.get("lacks", ()))


@dataclass(frozen=True)
class Reader:
    """Somebody named on a strand."""

    id: int
    who: str
    purpose: str
    first: date
    last: date | None


@dataclass(frozen=True)
class StrandPage:
    """A strand as it is read, entries oldest first."""

    strand: Opened
    child: str
    entries: tuple[Seen, ...]
    readers: tuple[Reader, ...]
    names: Mapping[int | None, str]  # of the children who are linked


def room(conn: Connection, ctx: SettingContext, actor: Actor, now: datetime) -> list[Line]:
    """Return the strands within a person's reach: new ones first, then open, then closed; two statements."""
    waiting = Entry.kind.in_([kind for kind, answer in ANSWERS.items() if answer]) & Entry.answered_at.is_(None)
    query = (
        select(Strand, func.count(Entry.id), func.count(Entry.id).filter(waiting), func.min(Entry.due_on).filter(waiting))
        .outerjoin(Entry, (Entry.setting_id == ctx.id) & (Entry.strand_id == Strand.id))
        .where(Strand.setting_id == ctx.id, within_reach(actor, ctx.id, now))
        .group_by(*Strand.__table__.c)
    )
    rows = conn.execute(query.with_only_columns(*Strand.__table__.c, *query.selected_columns[-3:])).all()
    names = children(conn, ctx, {row.pupil_id for row in rows}, now)
    lines = [
        Line(row.id, names.get(row.pupil_id, ""), row.opened_at, row.fresh_at, row.closed_at, row.signal, row[-3], row[-2], row[-1]) for row in rows
    ]
    return sorted(lines, key=lambda line: (line.closed_at is not None, line.fresh_at is None, -(line.fresh_at or line.opened_at).timestamp()))


def children(conn: Connection, ctx: SettingContext, ids: set[int | None], now: datetime) -> dict[int | None, str]:
    """Return the names of children by id."""
    wanted = {one for one in ids if one is not None}
    return {one.id: one.shown_name for one in pupils.known(conn, ctx.id, now.date(), wanted)} if wanted else {}


def fresh(conn: Connection, setting_id: int) -> int:
    """Return how many strands hold something that nobody of the team has opened."""
    return int(conn.scalar(select(func.count()).select_from(Strand).where(Strand.setting_id == setting_id, Strand.fresh_at.is_not(None))) or 0)


def opened(ctx: SettingContext, actor: Actor, strand: Opened, part: str, now: datetime) -> StrandPage:
    """Record that this person opened a part of a strand, then return it; the team's opening ends its alerts."""
    with store.writing(now=now, actor_id=actor.account_id) as w:
        events.append(w, ctx.id, strand.id, OPENED, {"strand": strand.id, "part": part, "as": strand.standing})
        if strand.led and strand.fresh_at is not None:
            told = w.conn.scalars(select(Entry.id).where(Entry.setting_id == ctx.id, Entry.strand_id == strand.id, Entry.kind == "concern"))
            messages.withdraw(w, ctx, [about(strand.id, entry) for entry in told], "It was opened in the room.")
            here = (Strand.setting_id == ctx.id, Strand.id == strand.id, Strand.fresh_at == strand.fresh_at)
            w.conn.execute(update(Strand).where(*here).values(fresh_at=None))
    with store.connection() as conn:
        return _page(conn, ctx, strand, now)


def _page(conn: Connection, ctx: SettingContext, strand: Opened, now: datetime) -> StrandPage:
    mine = (Entry.setting_id == ctx.id, Entry.strand_id == strand.id)
    rows = conn.execute(select(Entry.__table__).where(*mine).order_by(Entry.happened_at, Entry.id)).all()
    members = conn.execute(select(Member.__table__).where(Member.setting_id == ctx.id, Member.strand_id == strand.id).order_by(Member.id)).all()
    who = people.names(conn, {row.actor_id for row in rows if row.actor_id} | {row.account_id for row in members})
    entries = _nested(strand, rows, who)
    linked = {int(one.values["pupil"]) for one in entries if one.kind == "child" and one.values}
    names = children(conn, ctx, {strand.pupil_id, *linked}, now)
    readers = tuple(_reader(strand, row, who) for row in members)
    return StrandPage(strand, names.get(strand.pupil_id, ""), entries, readers, names)


def _nested(strand: Opened, rows: Any, who: Mapping[int, str]) -> tuple[Seen, ...]:
    answers: dict[int, list[Seen]] = {}
    for row in rows:
        if row.parent_id:
            answers.setdefault(row.parent_id, []).append(_seen(strand, row, who, ()))
    return tuple(_seen(strand, row, who, tuple(answers.get(row.id, ()))) for row in rows if not row.parent_id)


def _seen(strand: Opened, row: Any, who: Mapping[int, str], answers: tuple[Seen, ...]) -> Seen:
    values = vault.unseal(strand.wrapped, row.uid, row.sealed)
    return Seen(
        row.id, row.kind, row.number, row.happened_at, row.recorded_at, who.get(row.actor_id, "Daymark"), row.due_on, row.answered_at, row.parent_id,
        values, answers,
    )  # fmt: skip


def _reader(strand: Opened, row: Any, who: Mapping[int, str]) -> Reader:
    purpose = (vault.unseal(strand.wrapped, row.uid, row.sealed) or {"purpose": "(forgotten)"})["purpose"]
    return Reader(row.id, who.get(row.account_id, ""), purpose, row.first, row.last)


@dataclass(frozen=True)
class Opening:
    """Somebody opened a part of a strand."""

    at: datetime
    who: str
    part: str
    standing: str


def who_opened(conn: Connection, ctx: SettingContext, strand_id: int) -> list[Opening]:
    """Return every reading of a strand, newest first (design 14)."""
    found = [one for one in store.events.read(conn, ctx.id, stream=f"safeguarding:{strand_id}") if one.kind == OPENED and one.data]
    names = people.names(conn, {one.actor_id for one in found if one.actor_id})
    return [Opening(one.recorded_at, names.get(one.actor_id or 0, ""), str((one.data or {})["part"]), str((one.data or {})["as"])) for one in reversed(found)]


@dataclass(frozen=True)
class Broken:
    """A time the glass was broken."""

    id: int
    at: datetime
    until: datetime
    who: str
    child: str
    reason: str
    seen_at: datetime | None


def broken(conn: Connection, ctx: SettingContext, now: datetime, *, unseen: bool = True) -> list[Broken]:
    """Return when the glass was broken, newest first, with the reason given."""
    query = select(Glass.__table__).where(Glass.setting_id == ctx.id).order_by(Glass.id.desc())
    rows = conn.execute(query.where(Glass.seen_at.is_(None)) if unseen else query).all()
    names = people.names(conn, {row.account_id for row in rows})
    kids = children(conn, ctx, {row.pupil_id for row in rows}, now)
    return [
        Broken(row.id, row.broken_at, row.until_at, names.get(row.account_id, ""), kids.get(row.pupil_id, ""),
               (vault.unseal(row.wrapped, row.uid, row.sealed) or {})["reason"], row.seen_at)
        for row in rows
    ]  # fmt: skip


def is_transfer(conn: Connection, setting_id: int, strand_id: int, entry_id: int) -> bool:
    """Return whether an entry of the strand says that the file goes to the next setting."""
    return is_answerable(conn, setting_id, strand_id, entry_id, "transfer")


def is_answerable(conn: Connection, setting_id: int, strand_id: int, entry_id: int, kind: str = "") -> bool:
    """Return whether an entry belongs to the strand and can be answered (of one kind, where it is given)."""
    found = conn.scalar(select(Entry.kind).where(Entry.setting_id == setting_id, Entry.strand_id == strand_id, Entry.id == entry_id))
    return bool(ANSWERS.get(found or "")) and kind in ("", found)
