"""Tries to learn why a child is absent, links for parents and what came by them; every row belongs to one setting."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from intranet.store import Base
from intranet.store.types import UtcDateTime

POSITION = BigInteger().with_variant(Integer, "sqlite")


class ContactAttempt(Base):
    """One try, or one decision of the ladder, about a pupil's absence on a day."""

    __tablename__ = "contact_attempt"
    __table_args__ = (Index("ix_contact_attempt_setting_id_day", "setting_id", "day", "pupil_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    setting_id: Mapped[int] = mapped_column(ForeignKey("setting.id"))
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupil.id"))
    day: Mapped[date]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    step: Mapped[str] = mapped_column(String(40))
    outcome: Mapped[str] = mapped_column(String(20))
    contact_id: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(20), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    concern: Mapped[bool] = mapped_column(default=False)
    by: Mapped[int | None]
    position: Mapped[int] = mapped_column(POSITION)


class AbsenceLink(Base):
    """A link by which a parent may say that a child is away; ``label`` is all that its page shows of the child."""

    __tablename__ = "absence_link"
    __table_args__ = (Index("ix_absence_link_setting_id_pupil_id", "setting_id", "pupil_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    setting_id: Mapped[int] = mapped_column(ForeignKey("setting.id"))
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupil.id"))
    label: Mapped[str] = mapped_column(String(40), default="")
    last: Mapped[date]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[int | None]
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    position: Mapped[int] = mapped_column(POSITION)


class AbsenceMessage(Base):
    """What a parent wrote by a link; until somebody has read it, nobody rings home."""

    __tablename__ = "absence_message"
    __table_args__ = (Index("ix_absence_message_setting_id_received_at", "setting_id", "received_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    setting_id: Mapped[int] = mapped_column(ForeignKey("setting.id"))
    link_id: Mapped[int] = mapped_column(ForeignKey("absence_link.id"))
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupil.id"))
    first: Mapped[date]
    last: Mapped[date]
    reason: Mapped[str] = mapped_column(String(20), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    informant: Mapped[str] = mapped_column(String(80), default="")
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    read_by: Mapped[int | None]
    position: Mapped[int] = mapped_column(POSITION)
