"""Term dates, closures and house values of settings; organisations and settings themselves are said on from people."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from intranet.people.places import Organisation, Setting
from intranet.store import Base
from intranet.store.types import UtcDateTime

__all__ = ["ClosureRow", "HouseValueRow", "Organisation", "Setting", "TermPeriodRow"]

POSITION = BigInteger().with_variant(Integer, "sqlite")


class TermPeriodRow(Base):
    """One half-term of a setting."""

    __tablename__ = "term_period"

    id: Mapped[int] = mapped_column(primary_key=True)
    setting_id: Mapped[int] = mapped_column(ForeignKey("setting.id"), index=True)
    year: Mapped[str] = mapped_column(String(7))
    name: Mapped[str] = mapped_column(String(40))
    first: Mapped[date]
    last: Mapped[date]


class ClosureRow(Base):
    """Days, sessions or one class without school; a withdrawn one keeps the event that withdrew it."""

    __tablename__ = "closure"

    id: Mapped[int] = mapped_column(primary_key=True)
    setting_id: Mapped[int] = mapped_column(ForeignKey("setting.id"), index=True)
    first: Mapped[date]
    last: Mapped[date]
    kind: Mapped[str] = mapped_column(String(20))
    label: Mapped[str] = mapped_column(String(120))
    planned: Mapped[bool]
    session_key: Mapped[str | None] = mapped_column(String(5))
    group_id: Mapped[int | None]
    position: Mapped[int | None] = mapped_column(POSITION)
    withdrawn_position: Mapped[int | None] = mapped_column(POSITION)


class HouseValueRow(Base):
    """A value a setting chose for a parameter from day to day: why, and who entered it."""

    __tablename__ = "house_value"
    __table_args__ = (Index("ix_house_value_setting_id_key", "setting_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    setting_id: Mapped[int] = mapped_column(ForeignKey("setting.id"))
    key: Mapped[str] = mapped_column(String(80))
    value: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    first: Mapped[date]
    last: Mapped[date | None]
    author_id: Mapped[int | None]
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime())
    position: Mapped[int | None] = mapped_column(POSITION)
