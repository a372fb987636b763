"""Cases as lists need them: rows made from each case's events, and made again from them at any time."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from intranet.store import Base
from intranet.store.types import UtcDateTime


class CaseFile(Base):
    """A case as its list shows it; everything else is read from its events."""

    __tablename__ = "case_file"
    __table_args__ = (Index("ix_case_file_setting_id_pupil_id", "setting_id", "pupil_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    setting_id: Mapped[int] = mapped_column(ForeignKey("setting.id"))
    type: Mapped[str] = mapped_column(String(60))
    pupil_id: Mapped[int]
    stage: Mapped[str] = mapped_column(String(60))
    anchor: Mapped[date]
    opened_on: Mapped[date]
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    grounds_gone: Mapped[date | None]
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(String(60), default="")
    owner_id: Mapped[int | None]
    version: Mapped[int]
    position: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"))


class CasePupil(Base):
    """A child that a case is about or linked to, with what the child is to it."""

    __tablename__ = "case_pupil"

    setting_id: Mapped[int] = mapped_column(ForeignKey("setting.id"), primary_key=True, autoincrement=False)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True, autoincrement=False)
    pupil_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    role: Mapped[str] = mapped_column(String(80))


__all__ = ["CaseFile", "CasePupil"]
