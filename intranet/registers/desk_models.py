"""Comings and goings at the desk; what stands for a pupil in a session is the mark, never these."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from intranet.store import Base
from intranet.store.types import UtcDateTime

POSITION = BigInteger().with_variant(Integer, "sqlite")


class Presence(Base):
    """A pupil who came in late (``in``), was collected (``out``) or returned (``back``); an undone one keeps the event that undid it."""

    __tablename__ = "presence_log"
    __table_args__ = (Index("ix_presence_log_setting_id_day", "setting_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    setting_id: Mapped[int] = mapped_column(ForeignKey("setting.id"))
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupil.id"))
    day: Mapped[date]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(4))
    adult: Mapped[str] = mapped_column(String(200), default="")
    contact_id: Mapped[int | None]
    authorised_by: Mapped[str] = mapped_column(String(200), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    expected_back: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(Text, default="")
    session_no: Mapped[int | None]
    mark_position: Mapped[int | None] = mapped_column(POSITION)
    before: Mapped[Any | None] = mapped_column(JSON)  # the mark replaced, as [symbol, minutes, note]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int | None]
    position: Mapped[int] = mapped_column(POSITION)
    undone_position: Mapped[int | None] = mapped_column(POSITION)
