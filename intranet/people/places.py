"""Organisations and the settings that belong to them; here, because rights are granted for them (the settings room says them on)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from intranet.store import Base


class Organisation(Base):
    """A trust, group, company or council; a tree."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(20))


class Setting(Base):
    """One place that keeps registers; ``version`` grows with every change to its calendar, house values or record kinds."""

    __tablename__ = "setting"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    setting_type: Mapped[str] = mapped_column(String(40))
    legal_type: Mapped[str] = mapped_column(String(20))
    phase: Mapped[str] = mapped_column(String(20))
    authority: Mapped[str] = mapped_column(String(120), default="")
    layout: Mapped[str] = mapped_column(String(1), default="H")
    version: Mapped[int] = mapped_column(default=1)


@dataclass(frozen=True)
class SettingRow:
    """A setting as a request needs it."""

    id: int
    organisation_id: int
    name: str
    setting_type: str
    legal_type: str
    phase: str
    authority: str
    layout: str
    version: int


SETTING_COLUMNS = tuple(getattr(Setting, name) for name in SettingRow.__dataclass_fields__)
