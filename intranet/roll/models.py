"""The tables of the roll room: a name that is to leave the register, and what is sent to an authority or a commissioner about it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from intranet.store import Base
from intranet.store.types import UtcDateTime

OPEN = "done_at is null and dropped_at is null"
POSITION = BigInteger().with_variant(Integer, "sqlite")


class Removal(Base):
    """A name that somebody wants to take off the roll: its ground, the day, what was shown for it, who approved and completed it.

    ``proofs`` is key -> {evidence, who, on, by, at}; ``facts`` holds the days and words that the ground asks for.
    """

    __tablename__ = "removal"
    __table_args__ = (
        Index("ix_removal_setting_id_pupil_id", "setting_id", "pupil_id"),
        Index("uq_removal_open", "setting_id", "pupil_id", unique=True, sqlite_where=text(OPEN), postgresql_where=text(OPEN)),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    setting_id: Mapped[int]
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupil.id"))
    ground: Mapped[str] = mapped_column(String(40))
    last_day: Mapped[date | None]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    proofs: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_by: Mapped[int | None]
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    approved_by: Mapped[int | None]
    approved_as: Mapped[str] = mapped_column(String(200), default="")
    outside_policy: Mapped[bool] = mapped_column(default=False)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_by: Mapped[int | None]
    dropped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    dropped_why: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)
    position: Mapped[int] = mapped_column(POSITION)


class RollReturn(Base):
    """A return or notice about the roll that was prepared or sent; ``contents`` is what it said, as pairs of label and text."""

    __tablename__ = "roll_return"
    __table_args__ = (
        Index("ix_roll_return_setting_id_pupil_id", "setting_id", "pupil_id"),
        Index("uq_roll_return_duty", "setting_id", "duty_id", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    setting_id: Mapped[int]
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupil.id"))
    duty_id: Mapped[int] = mapped_column(ForeignKey("duty.id"))
    removal_id: Mapped[int | None] = mapped_column(ForeignKey("removal.id"))
    kind: Mapped[str] = mapped_column(String(60))
    recipient: Mapped[str] = mapped_column(String(160))
    due: Mapped[date | None]
    contents: Mapped[list[Any]] = mapped_column(JSON, default=list)
    gaps: Mapped[str] = mapped_column(Text, default="")
    channel: Mapped[str] = mapped_column(String(40), default="")
    sent_on: Mapped[date | None]
    sent_by: Mapped[int | None]
    receipt_on: Mapped[date | None]
    receipt_reference: Mapped[str] = mapped_column(String(160), default="")
    position: Mapped[int] = mapped_column(POSITION)
