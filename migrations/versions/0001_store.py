"""The event log, marks, packed years, register states and records."""

import sqlalchemy as sa
from alembic import op

from intranet.store.migrations import forget_triggers, keep_events, protect

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

POSITION = sa.BigInteger().with_variant(sa.Integer, "sqlite")
MOMENT = sa.DateTime(timezone=True)
TABLES = ("event", "mark", "mark_note", "pupil_year", "register_state", "record")


def upgrade() -> None:
    """Create the store's tables, protected."""
    _events()
    _marks()
    _years_and_states()
    _records()
    for table in TABLES:
        protect(op, table)
    keep_events(op.get_bind())


def downgrade() -> None:
    """Drop the store's tables; every event and mark is lost."""
    forget_triggers(op)
    for table in reversed(TABLES):
        op.drop_table(table)


def _key(name: str) -> sa.Column:
    return sa.Column(name, sa.Integer, primary_key=True, autoincrement=False)


def _events() -> None:
    op.create_table(
        "event",
        sa.Column("position", POSITION, primary_key=True, autoincrement=True),
        sa.Column("setting_id", sa.Integer, nullable=False),
        sa.Column("stream", sa.String(80), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("schema", sa.SmallInteger, nullable=False),
        sa.Column("salt", sa.LargeBinary),
        sa.Column("data", sa.Text),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("basis", sa.BigInteger),
        sa.Column("occurred_on", sa.Date, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("actor_id", sa.Integer),
        sa.Column("request_id", sa.String(36)),
        sa.Column("part", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("previous", sa.LargeBinary, nullable=False),
        sa.Column("mac", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("setting_id", "stream", "version", name="uq_event_setting_id_stream_version"),
        sa.PrimaryKeyConstraint("position", name="pk_event"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_event_setting_id_position", "event", ["setting_id", "position"])
    has_request = sa.text("request_id is not null")
    op.create_index(
        "uq_event_request_id_part",
        "event",
        ["request_id", "part"],
        unique=True,
        sqlite_where=has_request,
        postgresql_where=has_request,
    )


def _marks() -> None:
    op.create_table(
        "mark",
        _key("setting_id"),
        _key("session_no"),
        _key("pupil_id"),
        sa.Column("code_id", sa.SmallInteger, nullable=False),
        sa.Column("minutes", sa.SmallInteger),
        sa.Column("position", POSITION, nullable=False),
        sa.PrimaryKeyConstraint("setting_id", "session_no", "pupil_id", name="pk_mark"),
        sqlite_with_rowid=False,
    )
    absent = sa.text("code_id > 2")
    columns = ["setting_id", "pupil_id", "session_no", "code_id"]
    op.create_index("ix_mark_not_present", "mark", columns, sqlite_where=absent, postgresql_where=absent)
    op.create_table(
        "mark_note",
        _key("setting_id"),
        _key("session_no"),
        _key("pupil_id"),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("source", sa.String(40)),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("setting_id", "session_no", "pupil_id", name="pk_mark_note"),
    )


def _years_and_states() -> None:
    op.create_table(
        "pupil_year",
        _key("setting_id"),
        sa.Column("year", sa.SmallInteger, primary_key=True, autoincrement=False),
        _key("pupil_id"),
        sa.Column("layout", sa.String(1), nullable=False),
        sa.Column("packed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("setting_id", "year", "pupil_id", name="pk_pupil_year"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "register_state",
        _key("setting_id"),
        _key("session_no"),
        _key("group_id"),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("first_saved_at", MOMENT, nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.Column("saved_by", sa.Integer),
        sa.Column("marked", sa.SmallInteger, nullable=False),
        sa.Column("from_paper", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("setting_id", "session_no", "group_id", name="pk_register_state"),
        sqlite_with_rowid=False,
    )


def _records() -> None:
    op.create_table(
        "record",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("setting_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("pupil_id", sa.Integer),
        sa.Column("first", sa.Date, nullable=False),
        sa.Column("last", sa.Date),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_record"),
    )
    op.create_index("ix_record_setting_id", "record", ["setting_id"])
    op.create_index("ix_record_setting_id_kind_pupil_id", "record", ["setting_id", "kind", "pupil_id"])
