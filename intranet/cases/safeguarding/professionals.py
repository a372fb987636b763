"""The professionals of a child: who works with it, from which day, from which body, and of what they are told (SEN-099, OTE-37, SPM-06)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from intranet import store
from intranet.cases.safeguarding.models import Professional
from intranet.cases.safeguarding.words import Word, label, words
from intranet.errors import NotFound, Refused
from intranet.people import Actor

KIND = "pupil.professional"


@dataclass(frozen=True)
class Draft:
    """A professional as somebody typed it."""

    kind: str
    name: str
    organisation: str
    phone: str
    email: str
    source: str
    told: tuple[str, ...]
    first: date
    last: date | None = None


@dataclass(frozen=True)
class Working:
    """A professional as pages show it."""

    id: int
    kind: Word
    name: str
    organisation: str
    phone: str
    email: str
    source: str
    told: tuple[str, ...]
    first: date
    last: date | None

    def on(self, day: date) -> bool:
        """Return whether they worked with the child that day."""
        return self.first <= day and (self.last is None or self.last >= day)


def of_pupil(conn: Connection, setting_id: int, pupil_id: int) -> list[Working]:
    """Return the professionals of a pupil, past ones too, the newest first."""
    query = select(Professional.__table__).where(Professional.setting_id == setting_id, Professional.pupil_id == pupil_id)
    return [_working(row) for row in conn.execute(query.order_by(Professional.first.desc(), Professional.id)).all()]


def told_of(conn: Connection, setting_id: int, pupil_id: int, what: str, on: date) -> list[Working]:
    """Return who is told of something about a pupil that day ("absence", "leaving", "exclusion", "plan")."""
    return [one for one in of_pupil(conn, setting_id, pupil_id) if what in one.told and one.on(on)]


def told_in_words(told: tuple[str, ...]) -> str:
    """Return of what somebody is told, in words."""
    return ", ".join(label("told", key) for key in told) or "nothing by itself"


def _working(row: Any) -> Working:
    told = tuple(key for key in row.told.split(",") if key)
    kind = words("professionals").get(row.kind, Word(row.kind, row.kind))
    return Working(row.id, kind, row.name, row.organisation, row.phone, row.email, row.source, told, row.first, row.last)


def add(setting_id: int, pupil_id: int, draft: Draft, *, actor: Actor, now: datetime, request_id: str) -> None:
    """Store a professional of a pupil; raise Refused for a kind nobody knows, days the wrong way round or no source. A repeat stores nothing."""
    if draft.kind not in words("professionals"):
        raise Refused("Kind", draft.kind, "it is not one of the kinds", "Choose one from the list", fields=["kind"])
    if draft.last is not None and draft.last < draft.first:
        raise Refused("Last day", f"{draft.last:%d/%m/%Y}", "it is before the first day", "Choose a later day", fields=["last"])
    values = {
        "kind": draft.kind, "name": draft.name, "organisation": draft.organisation, "phone": draft.phone, "email": draft.email,
        "source": draft.source, "told": ",".join(draft.told), "first": draft.first, "last": draft.last,
    }  # fmt: skip
    with store.writing(now=now, actor_id=actor.account_id) as w:
        try:
            _append(w, setting_id, pupil_id, {"added": draft.kind}, request_id)
        except store.RequestSeen:
            return
        w.conn.execute(insert(Professional).values(setting_id=setting_id, pupil_id=pupil_id, **values))


def end(setting_id: int, pupil_id: int, professional_id: int, last: date, *, actor: Actor, now: datetime) -> None:
    """End a professional's work with a pupil on a day; raise NotFound for another pupil's."""
    here = (Professional.setting_id == setting_id, Professional.pupil_id == pupil_id, Professional.id == professional_id)
    with store.writing(now=now, actor_id=actor.account_id) as w:
        kind = w.conn.scalar(select(Professional.kind).where(*here))
        if kind is None:
            raise NotFound
        w.conn.execute(update(Professional).where(*here).values(last=last))
        _append(w, setting_id, pupil_id, {"ended": kind}, None)


def _append(w: store.Writing, setting_id: int, pupil_id: int, data: dict[str, Any], request_id: str | None) -> None:
    """Store the fact on a stream of its own: a pupil's history is read by people who may not know of this."""
    w.append(setting_id=setting_id, stream=f"professionals:{pupil_id}", kind=KIND, data=data, occurred_on=w.now.date(), request_id=request_id)
