"""Reads comings and goings, and says what they are called in the log."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from intranet.clock import LONDON
from intranet.registers import models as m
from intranet.store.events import register_kind


@dataclass(frozen=True)
class Movement:
    """A pupil who came in late or was collected; times in London."""

    id: int
    pupil_id: int
    day: date
    kind: str
    at: datetime
    adult: str
    contact_id: int | None
    reason: str
    authorised_by: str
    expected_back: datetime | None
    back_at: datetime | None
    mark_position: int | None


def of_day(conn: Connection, setting_id: int, day: date, pupil_ids: Collection[int] | None = None) -> dict[int, list[Movement]]:
    """Return the day's movements by pupil, oldest first, without those undone; one statement."""
    table: Any = m.Movement.__table__
    query = select(table).where(table.c.setting_id == setting_id, table.c.day == day, table.c.undone_position.is_(None)).order_by(table.c.at)
    if pupil_ids is not None:
        query = query.where(table.c.pupil_id.in_(list(pupil_ids)))
    found: dict[int, list[Movement]] = {}
    for row in conn.execute(query).mappings():
        found.setdefault(row["pupil_id"], []).append(read(row))
    return found


def read(row: Mapping[Any, Any]) -> Movement:
    """Return a movement of a table row."""
    return Movement(
        row["id"], row["pupil_id"], row["day"], row["kind"], _local(row["at"]), row["adult"], row["contact_id"], row["reason"],
        row["authorised_by"], _later(row["expected_back"]), _later(row["back_at"]), row["mark_position"],
    )  # fmt: skip


def _local(value: datetime) -> datetime:
    return value.astimezone(LONDON)


def _later(value: datetime | None) -> datetime | None:
    return value.astimezone(LONDON) if value else None


def _came(data: Mapping[str, Any]) -> str:
    return f"signed a pupil in at {data.get('at', 'a time that has been forgotten')}"


def _went(data: Mapping[str, Any]) -> str:
    return f"signed a pupil out at {data.get('at', 'a time that has been forgotten')}"


def _back(data: Mapping[str, Any]) -> str:
    return f"signed a pupil back in at {data.get('at', 'a time that has been forgotten')}"


def _undone(_data: Mapping[str, Any]) -> str:
    return "undid an entry at the desk"


def _nudged(_data: Mapping[str, Any]) -> str:
    return "reminded staff of a register that is not taken"


PERSONAL = ("pupil", "adult", "reason", "authorised_by")
register_kind("movement.in", _came, PERSONAL)
register_kind("movement.out", _went, PERSONAL)
register_kind("movement.back", _back, ("pupil",))
register_kind("movement.undone", _undone, ("pupil",))
register_kind("register.nudged", _nudged)
