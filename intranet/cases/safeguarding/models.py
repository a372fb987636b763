"""The tables of the safeguarding room: what they say in words is sealed; plain are only ids, moments and days."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from intranet.store import Base
from intranet.store.types import UtcDateTime

POSITION = BigInteger().with_variant(Integer, "sqlite")


class Strand(Base):
    """What the team keeps about one child (none yet: whom it is about is not clear); without ``wrapped`` its texts are forgotten."""

    __tablename__ = "safe_strand"
    __table_args__ = (Index("ix_safe_strand_setting_id_pupil_id", "setting_id", "pupil_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    setting_id: Mapped[int]
    pupil_id: Mapped[int | None]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    wrapped: Mapped[bytes | None] = mapped_column(LargeBinary)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    fresh_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signal: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)


class Entry(Base):
    """One thing told, noted, done or decided; ``parent_id`` is what it answers."""

    __tablename__ = "safe_entry"
    __table_args__ = (
        Index("ix_safe_entry_setting_id_strand_id", "setting_id", "strand_id"), UniqueConstraint("setting_id", "number"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    setting_id: Mapped[int]
    strand_id: Mapped[int] = mapped_column(ForeignKey("safe_strand.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("safe_entry.id"))
    kind: Mapped[str] = mapped_column(String(20))
    number: Mapped[str | None] = mapped_column(String(11))
    uid: Mapped[str] = mapped_column(String(65))
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[int | None]
    due_on: Mapped[date | None]
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Member(Base):
    """Somebody outside the team who may read a strand, for a purpose, until a day."""

    __tablename__ = "safe_member"
    __table_args__ = (Index("ix_safe_member_setting_id_strand_id", "setting_id", "strand_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    setting_id: Mapped[int]
    strand_id: Mapped[int] = mapped_column(ForeignKey("safe_strand.id"))
    account_id: Mapped[int]
    uid: Mapped[str] = mapped_column(String(65))
    first: Mapped[date]
    last: Mapped[date | None]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Glass(Base):
    """The head's way in without the team, for a reason and a short time."""

    __tablename__ = "safe_glass"
    __table_args__ = (Index("ix_safe_glass_setting_id_account_id", "setting_id", "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    setting_id: Mapped[int]
    pupil_id: Mapped[int]
    account_id: Mapped[int]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    broken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Review(Base):
    """What the lead made of an absence; ``ground`` is blind: it can be looked up, not read."""

    __tablename__ = "safe_review"
    __table_args__ = (UniqueConstraint("setting_id", "ground", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    setting_id: Mapped[int]
    pupil_id: Mapped[int]
    ground: Mapped[str] = mapped_column(String(64))
    day: Mapped[date]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    wrapped: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None]


class Professional(Base):
    """Somebody outside who works with a child (tier T3): who, from which body, from when, told of what."""

    __tablename__ = "professional"
    __table_args__ = (Index("ix_professional_setting_id_pupil_id", "setting_id", "pupil_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    setting_id: Mapped[int]
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupil.id"))
    kind: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    organisation: Mapped[str] = mapped_column(String(160), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    source: Mapped[str] = mapped_column(String(200), default="")
    told: Mapped[str] = mapped_column(String(200), default="")
    first: Mapped[date]
    last: Mapped[date | None]
