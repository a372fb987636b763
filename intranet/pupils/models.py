"""The tables of the pupils room; every row belongs to one setting and is scoped to it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from intranet.store import Base
from intranet.store.types import UtcDateTime


class OfAPupil:
    """Columns of what belongs to one pupil of one setting."""

    id: Mapped[int] = mapped_column(primary_key=True)
    setting_id: Mapped[int]
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupil.id"))


class Dated:
    """Columns of what holds from day to day, both included; without a last day it goes on."""

    first: Mapped[date]
    last: Mapped[date | None]


class Pupil(Base):
    """A child as one setting knows them: the particulars of the admission register (SI 2024/208 reg 8(2)-(7), ATT-011)."""

    __tablename__ = "pupil"
    __table_args__ = (
        Index("ix_pupil_setting_id_upn", "setting_id", "upn"),
        Index("ix_pupil_setting_id_legal_family", "setting_id", "legal_family"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    setting_id: Mapped[int] = mapped_column(index=True)
    upn: Mapped[str | None] = mapped_column(String(13))
    former_upn: Mapped[str | None] = mapped_column(String(13))
    legal_given: Mapped[str] = mapped_column(String(80))
    legal_middle: Mapped[str] = mapped_column(String(80), default="")
    legal_family: Mapped[str] = mapped_column(String(80))
    preferred_given: Mapped[str] = mapped_column(String(80), default="")
    preferred_family: Mapped[str] = mapped_column(String(80), default="")
    born: Mapped[date | None]
    sex: Mapped[str] = mapped_column(String(1), default="")
    address: Mapped[str] = mapped_column(Text, default="")
    postcode: Mapped[str] = mapped_column(String(10), default="")
    address_protected: Mapped[bool] = mapped_column(default=False)
    future_address: Mapped[str] = mapped_column(Text, default="")
    future_address_from: Mapped[date | None]
    year_group: Mapped[int | None] = mapped_column(SmallInteger)
    next_year_group: Mapped[int | None] = mapped_column(SmallInteger)
    next_year_from: Mapped[date | None]
    language: Mapped[str] = mapped_column(String(40), default="")
    boarder: Mapped[bool] = mapped_column(default=False)
    last_school: Mapped[str] = mapped_column(String(200), default="")
    last_school_address: Mapped[str] = mapped_column(Text, default="")
    other_school: Mapped[str] = mapped_column(String(200), default="")
    other_school_from: Mapped[date | None]
    offer: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    admitted_on: Mapped[date | None]
    left_on: Mapped[date | None]
    merged_into: Mapped[int | None]
    version: Mapped[int] = mapped_column(default=1)


class Person(Base):
    """An adult who matters to pupils of one setting; ``phones`` is a list of ``{"number", "kind"}`` in the order to try."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    setting_id: Mapped[int] = mapped_column(index=True)
    title: Mapped[str] = mapped_column(String(20), default="")
    given: Mapped[str] = mapped_column(String(80), default="")
    family: Mapped[str] = mapped_column(String(80))
    address: Mapped[str] = mapped_column(Text, default="")
    email: Mapped[str] = mapped_column(String(200), default="")
    phones: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)


class PupilContact(OfAPupil, Base):
    """Who an adult is to a pupil, in the order to ring them (ATT-007, ATT-012)."""

    __tablename__ = "pupil_contact"
    __table_args__ = (
        UniqueConstraint("pupil_id", "person_id"),
        Index("ix_pupil_contact_setting_id_pupil_id", "setting_id", "pupil_id"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    relationship: Mapped[str] = mapped_column(String(40))
    is_parent: Mapped[bool] = mapped_column(default=False)
    parental_responsibility: Mapped[bool] = mapped_column(default=False)
    lives_with: Mapped[bool] = mapped_column(default=False)
    priority: Mapped[int] = mapped_column(SmallInteger)
    do_not_contact: Mapped[bool] = mapped_column(default=False)
    last: Mapped[date | None]


class Flag(OfAPupil, Dated, Base):
    """A dated fact about a pupil that rules and people look for, with where it came from."""

    __tablename__ = "flag"
    __table_args__ = (Index("ix_flag_setting_id_pupil_id", "setting_id", "pupil_id"),)

    kind: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(Text, default="")


class Placement(OfAPupil, Dated, Base):
    """A pupil at the setting from day to day: the model, the agreement and who owns each duty (SEN-017)."""

    __tablename__ = "placement"
    __table_args__ = (Index("ix_placement_setting_id_pupil_id", "setting_id", "pupil_id"),)

    model: Mapped[str] = mapped_column(String(40))
    expected_start: Mapped[date | None]
    duties: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    agreement: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    warnings: Mapped[list[str]] = mapped_column(JSON, default=list)
    confirmed_by: Mapped[int | None]
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TeachingGroup(Dated, Base):
    """A class, tutor group or room that keeps registers together; a pupil is in one of them at a time."""

    __tablename__ = "teaching_group"

    id: Mapped[int] = mapped_column(primary_key=True)
    setting_id: Mapped[int] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(10), default="class")
    year_group: Mapped[int | None] = mapped_column(SmallInteger)


class GroupMember(OfAPupil, Dated, Base):
    """A pupil in a group from day to day."""

    __tablename__ = "group_member"
    __table_args__ = (
        UniqueConstraint("group_id", "pupil_id", "first"),
        Index("ix_group_member_setting_id_pupil_id", "setting_id", "pupil_id"),
    )

    group_id: Mapped[int] = mapped_column(ForeignKey("teaching_group.id"))


class GroupStaff(Dated, Base):
    """Who takes a group's registers from day to day: its teacher, a tutor, or cover."""

    __tablename__ = "group_staff"
    __table_args__ = (
        UniqueConstraint("group_id", "account_id", "first"),
        Index("ix_group_staff_setting_id_account_id", "setting_id", "account_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    setting_id: Mapped[int]
    group_id: Mapped[int] = mapped_column(ForeignKey("teaching_group.id"))
    account_id: Mapped[int]
    role: Mapped[str] = mapped_column(String(10), default="teacher")


class SameChild(OfAPupil, Base):
    """The same child in another setting; made only by a placement agreement or an authorised match, one row on each side."""

    __tablename__ = "same_child"
    __table_args__ = (UniqueConstraint("setting_id", "pupil_id", "other_setting_id", "other_pupil_id"),)

    other_setting_id: Mapped[int]
    other_pupil_id: Mapped[int]
    basis: Mapped[str] = mapped_column(String(20))
    reference: Mapped[str] = mapped_column(String(200), default="")
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[int | None]


class Rollover(Base):
    """One year-end rollover with what it changed, so that it can be undone before the new year starts."""

    __tablename__ = "rollover"

    id: Mapped[int] = mapped_column(primary_key=True)
    setting_id: Mapped[int] = mapped_column(index=True)
    starts: Mapped[date]
    changes: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[int | None]
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
