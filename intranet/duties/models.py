"""What rules concluded and what people must do about it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, SmallInteger, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from intranet.store import Base
from intranet.store.types import UtcDateTime


class Finding(Base):
    """What a trigger concluded about a pupil: one by kind and anchor day, raised, extended and cleared."""

    __tablename__ = "finding"
    __table_args__ = (
        Index("ix_finding_setting_id_pupil_id", "setting_id", "pupil_id"),
        Index(
            "uq_finding_open", "setting_id", "kind", "pupil_id", "anchor", unique=True,
            sqlite_where=text("cleared_at is null"), postgresql_where=text("cleared_at is null"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    setting_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(60))
    pupil_id: Mapped[int | None]
    anchor: Mapped[date]
    title: Mapped[str] = mapped_column(String(300))
    raised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    extended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cleared_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cleared_why: Mapped[str] = mapped_column(String(120), default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSON)


class Duty(Base):
    """Something a role must do by a time; ``roles`` is ``,office,head,`` so that one statement finds a role's duties."""

    __tablename__ = "duty"
    __table_args__ = (
        Index(
            "ix_duty_open", "setting_id", "kind",
            sqlite_where=text("done_at is null"), postgresql_where=text("done_at is null"),
        ),
        Index("ix_duty_setting_id_session_no", "setting_id", "session_no", "group_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    setting_id: Mapped[int]
    finding_id: Mapped[int | None] = mapped_column(ForeignKey("finding.id"))
    kind: Mapped[str] = mapped_column(String(60))
    pupil_id: Mapped[int | None]
    group_id: Mapped[int | None]
    session_no: Mapped[int | None]
    anchor: Mapped[date]
    limit_days: Mapped[int | None] = mapped_column(SmallInteger)
    title: Mapped[str] = mapped_column(String(300))
    roles: Mapped[str] = mapped_column(String(300))
    urgency: Mapped[int] = mapped_column(SmallInteger, default=50)
    clauses: Mapped[str] = mapped_column(String(300), default="")
    raised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    overdue_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_by: Mapped[int | None]
    outcome: Mapped[str] = mapped_column(Text, default="")
    case_id: Mapped[int | None]
    step: Mapped[str | None] = mapped_column(String(60))
    position: Mapped[int | None] = mapped_column(BigInteger().with_variant(Integer, "sqlite"))
