"""The tables of the exchange room: files being looked at, remembered columns, and what was imported."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from intranet.store import Base
from intranet.store.types import UtcDateTime


class ImportUpload(Base):
    """A file someone is looking at before importing it; kept in the encrypted database, and for a day at most."""

    __tablename__ = "import_upload"

    id: Mapped[int] = mapped_column(primary_key=True)
    setting_id: Mapped[int] = mapped_column(index=True)
    account_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    data: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ImportMapping(Base):
    """Which column meant which field last time, a setting and a kind."""

    __tablename__ = "import_mapping"
    __table_args__ = (UniqueConstraint("setting_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    setting_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    columns: Mapped[dict[str, str]] = mapped_column(JSON)


class ImportRun(Base):
    """One import that was stored, with the digest of its file."""

    __tablename__ = "import_run"
    __table_args__ = (Index("ix_import_run_setting_id_digest", "setting_id", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    setting_id: Mapped[int]
    account_id: Mapped[int | None]
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    rows: Mapped[int]
    made: Mapped[int]
    changed: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
