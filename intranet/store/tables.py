"""The store's own tables: the event log and its projections, the marks lean and clustered by session."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from intranet.store.base import Base
from intranet.store.types import UtcDateTime

metadata = Base.metadata

#: Install-wide events (accounts, sign-in) belong to this chain.
HOUSE = 0

event = Table(
    "event",
    metadata,
    Column("position", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("setting_id", Integer, nullable=False),
    Column("stream", String(80), nullable=False),
    Column("version", Integer, nullable=False),
    Column("kind", String(60), nullable=False),
    Column("schema", SmallInteger, nullable=False),
    Column("salt", LargeBinary),
    Column("data", Text),
    Column("digest", LargeBinary, nullable=False),
    Column("basis", BigInteger),
    Column("occurred_on", Date, nullable=False),
    Column("recorded_at", UtcDateTime(), nullable=False),
    Column("actor_id", Integer),
    Column("request_id", String(36)),
    Column("part", SmallInteger, nullable=False, server_default="0"),
    Column("previous", LargeBinary, nullable=False),
    Column("mac", LargeBinary, nullable=False),
    UniqueConstraint("setting_id", "stream", "version"),
    Index("ix_event_setting_id_position", "setting_id", "position"),
    sqlite_autoincrement=True,
)

#: A request is stored once; most bulk events have none, and those cost no index.
Index(
    "uq_event_request_id_part",
    event.c.request_id,
    event.c.part,
    unique=True,
    sqlite_where=event.c.request_id.is_not(None),
    postgresql_where=event.c.request_id.is_not(None),
)

mark = Table(
    "mark",
    metadata,
    Column("setting_id", Integer, primary_key=True, autoincrement=False),
    Column("session_no", Integer, primary_key=True, autoincrement=False),
    Column("pupil_id", Integer, primary_key=True, autoincrement=False),
    Column("code_id", SmallInteger, nullable=False),
    Column("minutes", SmallInteger),
    Column("position", BigInteger().with_variant(Integer, "sqlite"), nullable=False),
    sqlite_with_rowid=False,
)
#: Only about one mark in fifteen is not a plain present (codes 1 and 2 are / and \\).
Index(
    "ix_mark_not_present",
    mark.c.setting_id,
    mark.c.pupil_id,
    mark.c.session_no,
    mark.c.code_id,
    sqlite_where=mark.c.code_id > 2,
    postgresql_where=mark.c.code_id > 2,
)

mark_note = Table(
    "mark_note",
    metadata,
    Column("setting_id", Integer, primary_key=True, autoincrement=False),
    Column("session_no", Integer, primary_key=True, autoincrement=False),
    Column("pupil_id", Integer, primary_key=True, autoincrement=False),
    Column("note", Text, nullable=False),
    Column("source", String(40)),
    Column("position", BigInteger, nullable=False),
)

pupil_year = Table(
    "pupil_year",
    metadata,
    Column("setting_id", Integer, primary_key=True, autoincrement=False),
    Column("year", SmallInteger, primary_key=True, autoincrement=False),
    Column("pupil_id", Integer, primary_key=True, autoincrement=False),
    Column("layout", String(1), nullable=False),
    Column("packed", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

register_state = Table(
    "register_state",
    metadata,
    Column("setting_id", Integer, primary_key=True, autoincrement=False),
    Column("session_no", Integer, primary_key=True, autoincrement=False),
    Column("group_id", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
    Column("first_saved_at", UtcDateTime(), nullable=False),
    Column("saved_at", UtcDateTime(), nullable=False),
    Column("saved_by", Integer),
    Column("marked", SmallInteger, nullable=False),
    Column("from_paper", Boolean, nullable=False, server_default="0"),
    sqlite_with_rowid=False,
)

record = Table(
    "record",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("setting_id", Integer, nullable=False, index=True),
    Column("kind", String(60), nullable=False),
    Column("pupil_id", Integer),
    Column("first", Date, nullable=False),
    Column("last", Date),
    Column("data", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("position", BigInteger, nullable=False),
    Index("ix_record_setting_id_kind_pupil_id", "setting_id", "kind", "pupil_id"),
)
