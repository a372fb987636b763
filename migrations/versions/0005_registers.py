"""Reminders about registers that are not taken."""

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


def upgrade() -> None:
    """Make the table, each row belonging to one setting."""
    op.create_table(
        "register_nudge",
        sa.Column("setting_id", sa.Integer, sa.ForeignKey("setting.id"), primary_key=True, autoincrement=False),
        sa.Column("session_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("group_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.Integer),
        sa.Column("position", POSITION, nullable=False),
    )
    protect(op, "register_nudge")


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("register_nudge")
