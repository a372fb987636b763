"""Cases: the rows that lists need, made from each case's events, and the case that a duty belongs to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from intranet.store.migrations import protect

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

POSITION = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make both tables and let a duty name its case and step."""
    op.create_table(
        "case_file",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("setting_id", sa.Integer, sa.ForeignKey("setting.id"), nullable=False),
        sa.Column("type", sa.String(60), nullable=False),
        sa.Column("pupil_id", sa.Integer, nullable=False),
        sa.Column("stage", sa.String(60), nullable=False),
        sa.Column("anchor", sa.Date, nullable=False),
        sa.Column("opened_on", sa.Date, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("grounds_gone", sa.Date),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("outcome", sa.String(60), nullable=False, server_default=""),
        sa.Column("owner_id", sa.Integer),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("position", POSITION, nullable=False),
    )
    op.create_index("ix_case_file_setting_id_pupil_id", "case_file", ["setting_id", "pupil_id"])
    protect(op, "case_file")
    op.create_table(
        "case_pupil",
        sa.Column("setting_id", sa.Integer, sa.ForeignKey("setting.id"), primary_key=True, autoincrement=False),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("case_file.id"), primary_key=True, autoincrement=False),
        sa.Column("pupil_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("role", sa.String(80), nullable=False),
    )
    protect(op, "case_pupil")
    op.add_column("duty", sa.Column("case_id", sa.Integer))
    op.add_column("duty", sa.Column("step", sa.String(60)))


def downgrade() -> None:
    """Drop them; what happened in the cases is then only in the event log."""
    op.drop_column("duty", "step")
    op.drop_column("duty", "case_id")
    op.drop_table("case_pupil")
    op.drop_table("case_file")
