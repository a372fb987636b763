"""Comings and goings at the desk; what stands for a pupil in a session is the mark, never these."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from intranet.store import Base
from intranet.store.types import UtcDateTime

POSITION = BigInteger().with_variant(Integer, "sqlite")


class Movement(Base):
    """A pupil who came in late (``in``) or was collected (``out``); an undone one keeps the event that undid it."""

    __tablename__ = "movement"
    __table_args__ = (Index("ix_movement_setting_id_day", "setting_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    setting_id: Mapped[int] = mapped_column(ForeignKey("setting.id"))
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupil.id"))
    day: Mapped[date]
    kind: Mapped[str] = mapped_column(String(3))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    adult: Mapped[str] = mapped_column(String(120), default="")
    contact_id: Mapped[int | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    authorised_by: Mapped[str] = mapped_column(String(120), default="")
    expected_back: Mapped[datetime | None] = mapped_column(UtcDateTime)
    back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mark_position: Mapped[int | None] = mapped_column(POSITION)
    position: Mapped[int] = mapped_column(POSITION)
    undone_position: Mapped[int | None] = mapped_column(POSITION)


class Nudge(Base):
    """A reminder that the office sent about a register that is not taken; the newest stands."""

    __tablename__ = "register_nudge"

    setting_id: Mapped[int] = mapped_column(ForeignKey("setting.id"), primary_key=True, autoincrement=False)
    session_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    group_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[int | None]
    position: Mapped[int] = mapped_column(POSITION)
