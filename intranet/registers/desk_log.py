"""The log of comings and goings: read by day, written with its event in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from intranet import store
from intranet.errors import NotFound
from intranet.registers.desk_models import Presence

PERSONAL = ("adult", "contact", "authorised_by", "reason", "note")


def _said(words: str) -> Any:
    return lambda data: f"{words} at {str(data.get('at', '?'))[11:16]}" if data else f"{words}, forgotten since"


def register_kinds() -> None:
    """Tell the store about the desk's events."""
    for kind, words in (("presence.signed_in", "Signed in"), ("presence.signed_out", "Signed out"), ("presence.back", "Signed back in")):
        store.events.register_kind(kind, describe=_said(words), redact=PERSONAL)
    store.events.register_kind("presence.undone", describe=lambda _: "Desk entry undone")
    store.events.register_kind("presence.refused", describe=_said("Collection refused: adult not on the record"), redact=PERSONAL)


KINDS: Mapping[str, str] = {"in": "presence.signed_in", "out": "presence.signed_out", "back": "presence.back"}


def stream(pupil_id: int) -> str:
    """Return the stream of a pupil's comings and goings."""
    return f"presence:{pupil_id}"


def record(w: store.Writing, setting_id: int, kind: str, pupil_id: int, at: datetime, values: Mapping[str, Any], *,
           request_id: str | None = None) -> store.Stored:  # fmt: skip
    """Write the event of a coming or going and return it; raise RequestSeen for a repeat."""
    data = {"pupil": pupil_id, "at": at.isoformat(), **{key: _plain(value) for key, value in values.items() if value not in (None, "")}}
    return w.append(setting_id=setting_id, stream=stream(pupil_id), kind=kind, data=data, occurred_on=at.date(), request_id=request_id)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def keep(w: store.Writing, stored: store.Stored, kind: str, pupil_id: int, at: datetime, values: Mapping[str, Any], **more: Any) -> int:
    """Put a coming or going into the log beside its event and return its id."""
    row = {
        "setting_id": stored.setting_id, "pupil_id": pupil_id, "day": at.date(), "at": at, "kind": kind, "recorded_at": stored.recorded_at,
        "recorded_by": stored.actor_id, "position": stored.position, "adult": values.get("adult", ""), "contact_id": values.get("contact"),
        "authorised_by": values.get("authorised_by", ""), "reason": values.get("reason", ""), "note": values.get("note", ""),
        "expected_back": values.get("expected_back"), **more,
    }  # fmt: skip
    return int(w.conn.execute(insert(Presence).values(**row).returning(Presence.id)).scalar_one())


def mark_undone(w: store.Writing, setting_id: int, presence_id: int, position: int) -> None:
    """Note that an entry was undone by an event; the row stays."""
    here = (Presence.setting_id == setting_id, Presence.id == presence_id)
    w.conn.execute(update(Presence).where(*here).values(undone_position=position))


_DAY = (
    select(Presence.__table__)
    .where(Presence.setting_id == bindparam("here"), Presence.day == bindparam("on"))
    .order_by(Presence.at, Presence.id)
)
_OF_DAY = store.Prepared(_DAY)


def of_day(conn: Connection, setting_id: int, day: date, pupil_id: int | None = None) -> list[Any]:
    """Return the comings and goings of a day, oldest first, undone ones too; one statement."""
    wanted: dict[str, Any] = {"here": setting_id, "on": day}
    if pupil_id is None:
        return list(_OF_DAY.all(conn, wanted))
    return list(conn.execute(_DAY.where(Presence.pupil_id == pupil_id), wanted))


def presence(conn: Connection, setting_id: int, day: date) -> dict[int, list[Any]]:
    """Return the comings and goings of a day that stand, by pupil, oldest first; one statement."""
    found: dict[int, list[Any]] = {}
    for row in of_day(conn, setting_id, day):
        if row.undone_position is None:
            found.setdefault(row.pupil_id, []).append(row)
    return found


def one(conn: Connection, setting_id: int, presence_id: int) -> Any:
    """Return an entry of the log; raise NotFound for another setting's."""
    found = conn.execute(select(Presence.__table__).where(Presence.setting_id == setting_id, Presence.id == presence_id)).one_or_none()
    if found is None:
        raise NotFound("There is no such entry at this desk. Open the desk again.")
    return found
