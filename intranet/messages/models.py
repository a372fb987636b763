"""What somebody was or is to be told, and what was said to a pupil's family and others."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from intranet.store import Base
from intranet.store.types import UtcDateTime

POSITION = BigInteger().with_variant(Integer, "sqlite")


class _Sending:
    """How a message gets out of the house: when it is tried next, how often it was, and what came of it."""

    next_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime())  # empty: it is not to be sent, or not any more
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    failure: Mapped[str] = mapped_column(String(200), default="")


class NoticeRow(_Sending, Base):
    """A notice to one account (``account_id``), to a body outside (``body``), or to a role that nobody holds (neither)."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("setting_id", "about", "recipient", "stage", "correction", name="uq_notice_once"),
        Index("ix_notice_account", "setting_id", "account_id", "opened_at"),
        Index("ix_notice_pupil", "setting_id", "pupil_id"),
        Index("ix_notice_raised", "setting_id", "raised_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    setting_id: Mapped[int] = mapped_column(ForeignKey("setting.id"))
    about: Mapped[str] = mapped_column(String(120))  # the finding or case it comes from
    kind: Mapped[str] = mapped_column(String(60))
    pupil_id: Mapped[int | None]
    title: Mapped[str] = mapped_column(String(300))
    stage: Mapped[int] = mapped_column(SmallInteger)
    correction: Mapped[bool] = mapped_column(Boolean, default=False)
    told: Mapped[str] = mapped_column(String(40))  # the role or body the rule names
    role: Mapped[str] = mapped_column(String(40))  # the role it reached the recipient by: a deputy's once it was passed on
    recipient: Mapped[str] = mapped_column(String(60))
    account_id: Mapped[int | None]
    body: Mapped[str] = mapped_column(String(40), default="")
    urgency: Mapped[int] = mapped_column(SmallInteger)
    clauses: Mapped[str] = mapped_column(String(300), default="")
    restricted: Mapped[bool] = mapped_column(Boolean, default=False)
    raised_at: Mapped[datetime] = mapped_column(UtcDateTime())
    passed: Mapped[int] = mapped_column(SmallInteger, default=0)  # how often it was passed on since nobody opened it
    passed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())  # its grounds are gone
    ended_why: Mapped[str] = mapped_column(String(200), default="")
    handed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())  # a body outside was told
    handed_by: Mapped[int | None]
    channel: Mapped[str] = mapped_column(String(20), default="")
    handed_to: Mapped[str] = mapped_column(String(120), default="")
    note: Mapped[str] = mapped_column(Text, default="")


class ContactNote(_Sending, Base):
    """What was said to whom about a pupil, when, by what channel and by whom; never changed, only a meeting is ended."""

    __tablename__ = "contact_note"
    __table_args__ = (Index("ix_contact_note_pupil", "setting_id", "pupil_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    setting_id: Mapped[int] = mapped_column(ForeignKey("setting.id"))
    pupil_id: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    channel: Mapped[str] = mapped_column(String(20))
    with_whom: Mapped[str] = mapped_column(String(120))
    person_id: Mapped[int | None]
    address: Mapped[str] = mapped_column(String(60), default="")  # the number a text goes to
    summary: Mapped[str] = mapped_column(Text)
    sensitive: Mapped[bool] = mapped_column(Boolean, default=False)
    consent: Mapped[bool | None] = mapped_column(Boolean)  # an online meeting: spoken consent at its start
    agenda: Mapped[bool | None] = mapped_column(Boolean)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    ended_why: Mapped[str] = mapped_column(String(300), default="")
    author_id: Mapped[int | None]
    author: Mapped[str] = mapped_column(String(250))  # name and position at the time
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime())
    position: Mapped[int] = mapped_column(POSITION)
