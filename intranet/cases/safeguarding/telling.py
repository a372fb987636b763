"""Anyone tells the safeguarding lead: it is sealed at once onto the child's strand, and only a number comes back (SPM-20, SEN-030)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from intranet import store
from intranet.cases.safeguarding import events, vault
from intranet.cases.safeguarding.models import Entry, Strand
from intranet.errors import Refused
from intranet.messages import service as messages
from intranet.messages.values import Notice
from intranet.people import Actor
from intranet.settings.context import SettingContext

CLAUSES = ("SPM-20", "SEN-030", "ATT-098")
LONGEST = 8000


@dataclass(frozen=True)
class Told:
    """What somebody saw, heard or was told, when, and where on the body they saw a mark."""

    happened_at: datetime
    saw: str
    words: str = ""
    about: str = ""
    places: tuple[str, ...] = ()
    disclosed: bool = False  # the child told it themselves
    urgent: bool = False

    def values(self, actor: Actor) -> dict[str, Any]:
        """Return what is sealed."""
        return {
            "saw": self.saw, "words": self.words, "about": self.about, "places": list(self.places), "disclosed": self.disclosed,
            "urgent": self.urgent, "by": {"name": actor.name, "position": actor.position_title},
        }  # fmt: skip


def tell(ctx: SettingContext, actor: Actor, pupil_id: int | None, told: Told, now: datetime, request_id: str) -> str:
    """Return the number of what was told, sealed and told to the lead in the same minute; a repeat returns the first number."""
    _refuse(told, pupil_id, now)
    with store.writing(now=now, actor_id=actor.account_id) as w:
        try:
            store.events.refuse_seen(w.conn, ctx.id, request_id)
        except store.RequestSeen as seen:
            return str((seen.data or {}).get("number", ""))
        strand_id, uid, wrapped = _strand(w, ctx.id, pupil_id)
        number = _number(w, ctx.id)
        entry = add(w, ctx.id, strand_id, uid, wrapped, "concern", told.values(actor), told.happened_at, number=number)
        events.append(w, ctx.id, strand_id, "safeguarding.told", {**entry.said, "number": number}, request_id)
        w.conn.execute(update(Strand).where(Strand.setting_id == ctx.id, Strand.id == strand_id).values(fresh_at=now, version=Strand.version + 1))
        messages.tell(w, ctx, [_notice(strand_id, entry.id, told.urgent)])
    return number


def about(strand_id: int, entry_id: int) -> str:
    """Return what a notice of the room is about: ids alone."""
    return f"safeguarding/{strand_id}/{entry_id}"


def _notice(strand_id: int, entry_id: int, urgent: bool) -> Notice:
    title = "Something new in the safeguarding room" + (": marked urgent" if urgent else "")
    return Notice("safeguarding", None, ("dsl",), about(strand_id, entry_id), title, 0 if urgent else 10, CLAUSES, restricted=True)


def _refuse(told: Told, pupil_id: int | None, now: datetime) -> None:
    if told.happened_at > now:
        raise Refused("When", f"{told.happened_at:%d/%m/%Y %H:%M}", "that is still to come", "Enter when it happened", fields=["on"])
    if not told.saw.strip():
        raise Refused("What was seen, heard or said", None, "nothing was entered", "Write it in your own words", fields=["saw"])
    if pupil_id is None and not told.about.strip():
        raise Refused("Whom it is about", None, "nobody was named", "Write the name, or what you know of the child", fields=["about"])


def _strand(w: store.Writing, setting_id: int, pupil_id: int | None) -> tuple[int, str, bytes]:
    """Return the child's open strand, made when there is none; one writer at a time on both databases."""
    store.events.hold_chain(w.conn, setting_id)
    open_one = (Strand.setting_id == setting_id, Strand.pupil_id == pupil_id, Strand.closed_at.is_(None), Strand.wrapped.is_not(None))
    row = w.conn.execute(select(Strand.id, Strand.uid, Strand.wrapped).where(*open_one).order_by(Strand.id.desc()).limit(1)).one_or_none()
    if row is not None and pupil_id is not None:
        return row.id, row.uid, row.wrapped
    return open_strand(w, setting_id, pupil_id)


def open_strand(w: store.Writing, setting_id: int, pupil_id: int | None) -> tuple[int, str, bytes]:
    """Return a new strand with a key of its own: its id, uid and wrapped key."""
    uid = vault.new_uid()
    wrapped = vault.new_key(uid)
    values = {"setting_id": setting_id, "pupil_id": pupil_id, "uid": uid, "wrapped": wrapped, "opened_at": w.now}
    made = w.conn.execute(insert(Strand).values(**values).returning(Strand.id)).scalar_one()
    return int(made), uid, wrapped


def _number(w: store.Writing, setting_id: int) -> str:
    """Return a number that nobody has had, drawn by chance: it counts nothing."""
    while True:
        drawn = f"{secrets.randbelow(10**9):09}"
        number = f"{drawn[:3]}-{drawn[3:6]}-{drawn[6:]}"
        if w.conn.execute(select(Entry.id).where(Entry.setting_id == setting_id, Entry.number == number)).first() is None:
            return number


@dataclass(frozen=True)
class Added:
    """An entry that was written: its id and what its event keeps of it."""

    id: int
    said: dict[str, Any]


def add(
    w: store.Writing, setting_id: int, strand_id: int, uid: str, wrapped: bytes, kind: str, values: dict[str, Any], happened_at: datetime, **more: Any,
) -> Added:  # fmt: skip
    """Seal an entry onto a strand and return it with the digest that its event keeps."""
    own = f"{uid}/{vault.new_uid()}"
    sealed = vault.seal(wrapped, own, values)
    row = {
        "setting_id": setting_id, "strand_id": strand_id, "kind": kind, "uid": own, "happened_at": happened_at, "recorded_at": w.now,
        "actor_id": w.actor_id, "sealed": sealed, **more,
    }  # fmt: skip
    made = int(w.conn.execute(insert(Entry).values(**row).returning(Entry.id)).scalar_one())
    return Added(made, {"strand": strand_id, "entry": made, "kind": kind, "sealed": vault.digest(sealed)})
