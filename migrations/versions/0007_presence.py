"""Comings and goings at the late desk and the sign-out desk."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from intranet.store.migrations import protect

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
POSITION = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _text(name: str, length: int | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.String(length) if length else sa.Text, nullable=False, server_default="")


def upgrade() -> None:
    """Make the log of comings and goings, each row belonging to one setting."""
    op.create_table(
        "presence_log",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("setting_id", sa.Integer, sa.ForeignKey("setting.id"), nullable=False),
        sa.Column("pupil_id", sa.Integer, sa.ForeignKey("pupil.id"), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("kind", sa.String(4), nullable=False),
        _text("adult", 200),
        sa.Column("contact_id", sa.Integer),
        _text("authorised_by", 200),
        _text("reason"),
        sa.Column("expected_back", MOMENT),
        _text("note"),
        sa.Column("session_no", sa.Integer),
        sa.Column("mark_position", POSITION),
        sa.Column("before", sa.JSON),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by", sa.Integer),
        sa.Column("position", POSITION, nullable=False),
        sa.Column("undone_position", POSITION),
    )
    op.create_index("ix_presence_log_setting_id_day", "presence_log", ["setting_id", "day"])
    protect(op, "presence_log")


def downgrade() -> None:
    """Drop the log; who came in late and who was collected is then only in the event log."""
    op.drop_table("presence_log")
