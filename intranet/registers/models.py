"""Reminders about registers; marks themselves are the store's."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from intranet.store import Base
from intranet.store.types import UtcDateTime

POSITION = BigInteger().with_variant(Integer, "sqlite")


class Nudge(Base):
    """A reminder that the office sent about a register that is not taken; the newest stands."""

    __tablename__ = "register_nudge"

    setting_id: Mapped[int] = mapped_column(ForeignKey("setting.id"), primary_key=True, autoincrement=False)
    session_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    group_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[int | None]
    position: Mapped[int] = mapped_column(POSITION)
