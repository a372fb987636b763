"""Comings and goings at the desk, and reminders about registers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from intranet.store.migrations import protect

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
POSITION = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _setting(*, key: bool = False) -> sa.Column[int]:
    return sa.Column("setting_id", sa.Integer, sa.ForeignKey("setting.id"), nullable=False, primary_key=key, autoincrement=False if key else "auto")


def upgrade() -> None:
    """Make the tables, each row belonging to one setting."""
    op.create_table(
        "movement",
        sa.Column("id", sa.Integer, primary_key=True),
        _setting(),
        sa.Column("pupil_id", sa.Integer, sa.ForeignKey("pupil.id"), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("kind", sa.String(3), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("adult", sa.String(120), nullable=False, server_default=""),
        sa.Column("contact_id", sa.Integer),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("authorised_by", sa.String(120), nullable=False, server_default=""),
        sa.Column("expected_back", MOMENT),
        sa.Column("back_at", MOMENT),
        sa.Column("mark_position", POSITION),
        sa.Column("position", POSITION, nullable=False),
        sa.Column("undone_position", POSITION),
    )
    op.create_index("ix_movement_setting_id_day", "movement", ["setting_id", "day"])
    op.create_table(
        "register_nudge",
        _setting(key=True),
        sa.Column("session_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("group_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.Integer),
        sa.Column("position", POSITION, nullable=False),
    )
    for table in ("movement", "register_nudge"):
        protect(op, table)


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("register_nudge")
    op.drop_table("movement")
